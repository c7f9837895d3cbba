//! `rerun`: a command line on record once more, or what failed in it.

use super::project;

const TASKS: &str = "
[tasks.good]
run = 'echo good >> log'
[tasks.bad]
run = 'echo bad $1 >> log; test -e mended'
[tasks.after]
depends = ['bad x', 'good']
run = 'echo after >> log'
[tasks.calls]
run = ['echo calls >> log', { task = 'bad' }, 'echo called >> log']
[tasks.other]
run = 'echo other $1 >> log; exit 5'
";

#[test]
fn the_last_command_line_runs_again() {
    let run = project(TASKS).dir("sub");
    run.mep(["-q", "-j1", "run", "good", ":::", "other", "a b"]).cwd("sub").run().code(5);
    let output = run.mep(["rerun"]).run();
    let stderr = "rerun: mep -q -j1 run good ::: other 'a b'\n[other] ERROR task failed\n";
    output.stderr(stderr).stdout("").code(5);
    assert_eq!(run.read("log"), "good\nother a b\n".repeat(2));
    // A rerun is a run of those words: it can be rerun, and where they were typed.
    let stderr = "[other] ERROR task failed\n";
    run.mep(["-q", "rerun", "1"]).run().stderr(stderr).code(5);
    assert_eq!(run.read("log"), "good\nother a b\n".repeat(3));
}

#[test]
fn the_run_can_be_chosen() {
    let run = project(TASKS);
    run.mep(["-q", "run", "good"]).run().code(0);
    run.mep(["-q", "run", "other"]).run().code(5);
    run.mep(["rerun", "2"]).run().stderr("rerun: mep -q run good\n").code(0);
}

#[test]
fn only_what_failed_runs_with_its_arguments() {
    let run = project(TASKS);
    let words = ["-q", "run", "-j1", "-c", "after", ":::", "good", ":::", "other", "a b"];
    run.mep(words).run().code(5);
    run.remove("log");
    run.write("mended", "");
    let output = run.mep(["rerun", "--failed"]).run();
    let rerun = "rerun: mep -q run -j1 -c after ::: other 'a b' ::: bad x";
    assert_eq!(output.stderr.lines().next(), Some(rerun));
    output.code(5);
    let log = run.read("log");
    let mut ran: Vec<&str> = log.lines().collect();
    ran.sort_unstable();
    assert_eq!(ran, ["after", "bad x", "good", "other a b"]);
    // Now only that one is left.
    let output = run.mep(["rerun", "--failed"]).run();
    assert_eq!(output.stderr.lines().next(), Some("rerun: mep -q run -j1 -c other 'a b'"));
    output.code(5);
}

#[test]
fn what_is_called_is_left_to_its_caller() {
    let run = project(TASKS);
    run.mep(["-q", "calls"]).run().code(1);
    run.write("mended", "");
    run.mep(["rerun", "--failed"]).run().stderr("rerun: mep -q run calls\n").code(0);
    assert_eq!(run.read("log"), "calls\nbad\ncalls\nbad\ncalled\n");
}

#[test]
fn where_nothing_failed_it_says_so() {
    let run = project(TASKS);
    run.mep(["-q", "run", "good"]).run().code(0);
    let stderr = "nothing failed in `mep -q run good`\n";
    run.mep(["rerun", "--failed"]).run().stdout("").stderr(stderr).code(0);
}

#[test]
fn a_command_line_with_a_secret_has_to_be_typed_again() {
    let secret = "[env]\nA = { value = 'hunter2', redact = true }\n";
    let run = project(&format!("{secret}{TASKS}"));
    run.mep(["-q", "run", "other", "hunter2"]).run().code(5);
    let stderr = "\
Error: a secret is left out of `mep -q run other '[redacted]'`
  help: only the words themselves are on record: type them again
";
    for words in ["rerun", "rerun --failed"] {
        run.mep(words.split(' ')).run().stdout("").stderr(stderr).code(1);
    }
}

#[test]
fn a_run_as_mise_is_rerun_as_that() {
    let run = project(TASKS);
    run.mise(["-q", "run", "other"]).run().code(5);
    let output = run.mep(["rerun"]).run();
    assert!(output.stderr.starts_with("rerun: mise -q run other\n"), "{}", output.stderr);
    output.code(5);
}

#[test]
fn a_directory_that_is_gone_is_named() {
    let run = project(TASKS).dir("sub");
    run.mep(["-q", "run", "good"]).cwd("sub").run().code(0);
    run.remove("sub");
    let output = run.mep(["rerun"]).run();
    let first = output.stderr.lines().next();
    assert_eq!(first, Some("Error: Directory specified with --cd does not exist: [P]/sub"));
    output.stdout("").code(1);
}

#[test]
fn a_directory_that_was_changed_to_is_changed_to_once() {
    let project = project("[tasks]\nhere = 'pwd'\n").dir("sub");
    project.write("sub/mise.toml", "[tasks.here]\nrun = 'pwd'\n");
    project.mep(["-C", "sub", "run", "-q", "here"]).run().stdout("[P]/sub\n").code(0);
    for _ in 0..2 {
        let rerun = project.mep(["-C", "sub", "rerun", "-q"]).run();
        rerun.stdout("[P]/sub\n").stderr("").code(0);
    }
}
