//! `converge`: check, and apply and check again where the check fails.

use super::project;

const CONFIG: &str = "
[tasks.check]
run = 'echo check; test -f state'
[tasks.apply]
run = 'echo apply; touch state'
[tasks.idle]
run = 'echo idle'
[tasks.broken]
run = 'echo broken; exit 7'
";

#[test]
fn it_applies_only_where_the_check_fails() {
    let state = project(CONFIG);
    let stderr = "\
[check] $ echo check; test -f state
[check] ERROR task failed
`check` ended with 1: running `apply`
[apply] $ echo apply; touch state
[check] $ echo check; test -f state
`check` passed: converged
";
    state.mep(["converge"]).run().stdout("check\napply\ncheck\n").stderr(stderr).code(0);
    let stderr = "[check] $ echo check; test -f state\n`check` passed: nothing to do\n";
    state.mep(["converge"]).run().stdout("check\n").stderr(stderr).code(0);
    state.mep(["-q", "converge"]).run().stdout("check\n").stderr("").code(0);
}

#[test]
fn a_directory_and_other_names_can_be_given() {
    let state = project(CONFIG).dir("elsewhere");
    let words = ["-q", "converge", "..", "--check", "check", "--apply", "apply"];
    state.mep(words).cwd("elsewhere").run().stdout("check\napply\ncheck\n").code(0);
}

#[test]
fn it_fails_where_the_last_check_fails() {
    let state = project(CONFIG);
    let output = state.mep(["converge", "--apply", "idle"]).run();
    let last = "`check` failed after `idle`: not converged";
    assert_eq!(output.stderr.lines().last(), Some(last));
    output.stdout("check\nidle\ncheck\n").code(1);
}

#[test]
fn a_failing_apply_ends_it_with_its_code() {
    let state = project(CONFIG);
    let output = state.mep(["converge", "--apply", "broken"]).run();
    assert_eq!(output.stderr.lines().last(), Some("`broken` failed: not converged"));
    output.stdout("check\nbroken\n").code(7);
}

#[test]
fn a_missing_task_is_named_before_anything_runs() {
    let state = project(CONFIG);
    let stderr = "\
Error: converge needs a task `nope`, and there is none in [P]
  help: define it, or name another one with `--apply TASK`
";
    state.mep(["converge", "--apply", "nope"]).run().stdout("").stderr(stderr).code(1);
    let stderr = "\
Error: converge needs a task `nope`, and there is none in [P]
  help: define it, or name another one with `--check TASK`
";
    state.mep(["converge", "--check", "nope"]).run().stdout("").stderr(stderr).code(1);
}

#[test]
fn a_mistake_in_the_configuration_is_no_reason_to_apply() {
    let broken = project("[tasks.check]\ndepends = ['nope']\n[tasks.apply]\nrun = 'touch state'\n");
    broken.mep(["converge"]).run().stdout("").code(1);
    assert!(!broken.exists("state"));
}

#[test]
fn what_apply_changes_of_the_configuration_counts_for_the_last_check() {
    let own = project(
        "
[tasks.check]
run = 'false'
[tasks.apply]
run = '''printf '[tasks.check]\\nrun = \"echo new check\"\\n[tasks.apply]\\n' > mise.toml'''
",
    );
    own.mep(["-q", "converge"]).run().stdout("new check\n").code(0);
}

#[test]
fn a_task_of_that_name_goes_first() {
    let own = project(
        "[tasks]\nconverge = 'echo own'\ncheck = 'echo check; test -f state'\napply = 'echo apply; touch state'\n",
    );
    own.mep(["-q", "converge", "x"]).run().stdout("own x\n").code(0);
    own.mep(["-q", "--builtin", "converge"]).run().stdout("check\napply\ncheck\n").code(0);
}

#[test]
fn as_mise_it_is_a_task_like_any_other() {
    let own = project("[tasks]\nconverge = 'echo own'\n");
    own.mise(["converge"]).run().stdout("own\n").code(0);
}

#[test]
fn an_agent_that_calls_the_tasks_itself_works() {
    let state = project(CONFIG);
    state.mise(["run", "check"]).run().stdout("check\n").code(1);
    state.mise(["run", "apply"]).run().stdout("apply\n").code(0);
    state.mise(["run", "check"]).run().stdout("check\n").code(0);
}
