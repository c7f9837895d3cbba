//! What is refused, what is dropped with a notice, and what a failure stops.

use super::project;

#[test]
fn a_circle_is_told_in_these_words() {
    let circle = project("[tasks.test]\ndepends = ['build']\n[tasks.build]\ndepends = ['test']\n");
    let output = circle.mep(["run", "test"]).run();
    let first = "Error: Circular dependency detected: test → build → test";
    assert_eq!(output.stderr.lines().next(), Some(first));
    output.stdout("").code(1);
}

#[test]
fn a_missing_dependency_is_told_in_these_words() {
    let missing = project("[tasks.test]\ndepends = ['build']\n[tasks.build]\ndepends = ['lint']\n");
    let output = missing.mep(["run", "test"]).run();
    let first = "Error: Task 'build' depends on 'lint' but 'lint' was not found";
    assert_eq!(output.stderr.lines().next(), Some(first));
    output.stdout("").code(1);
}

#[test]
fn waiting_for_a_task_that_does_not_exist_is_dropped() {
    let waits = project("[tasks.a]\nwait_for = ['nope']\nrun = 'echo a'\n");
    waits.mep(["run", "a"]).run().stdout("a\n").stderr("[a] $ echo a\n").code(0);
    let notice = "Warning: task `a` waits for `nope`, which does not exist\n[a] $ echo a\n";
    waits.mep(["run", "-v", "a"]).run().stdout("a\n").stderr(notice).code(0);
}

#[test]
fn waiting_for_what_comes_after_is_dropped() {
    let waits = project(
        "[tasks.b]\nwait_for = ['c']\nrun = 'echo b'\n[tasks.c]\ndepends = ['b']\nrun = 'echo c'\n",
    );
    let lines = "[b] $ echo b\n[c] $ echo c\nFinished in [t]\n";
    waits.mep(["run", "c"]).run().stdout("b\nc\n").stderr(lines).code(0);
    let notice = "Warning: task `b` does not wait for `c`, which comes after it\n";
    let stderr = format!("{notice}{lines}");
    waits.mep(["run", "-v", "c"]).run().stdout("b\nc\n").stderr(&stderr).code(0);
}

#[test]
fn a_task_that_depends_on_itself_runs_with_a_warning() {
    let own = project("[tasks.a]\nrun = 'echo a'\ndepends = ['a']\n");
    let stderr = "\
Warning: task `a` depends on itself, which is left out ([P]/mise.toml:3)
[a] $ echo a
";
    own.mep(["run", "a"]).run().stdout("a\n").stderr(stderr).code(0);
}

#[test]
fn after_a_failure_what_does_not_depend_on_it_goes_on_if_asked_to() {
    let config = "
[tasks.bad]
run = 'exit 3'
[tasks.after]
depends = ['bad']
run = 'echo after'
[tasks.later]
depends = ['after']
run = 'echo later'
[tasks.other]
run = 'echo other'
[tasks.worse]
run = 'exit 4'
";
    let failing = project(config);
    let run = |words: &str| {
        failing.mep(["-q", "run", "-c", "-j1"].into_iter().chain(words.split(' '))).run()
    };
    run("bad ::: later ::: other").stdout("other\n").code(3);
    run("bad ::: worse ::: other").stdout("other\n").code(3);
    run("worse ::: bad ::: other").stdout("other\n").code(4);
}
