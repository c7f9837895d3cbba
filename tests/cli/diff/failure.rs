//! How a run fails: exit codes, what still runs, and what is said about it.

use crate::support::Case;

#[test]
fn a_run_ends_with_the_exit_code_of_its_task() {
    Case::config("[tasks]\nt = 'echo out; exit 3'\nnotfound = 'no-such-command-here'\n")
        .mise(["run", "t"])
        .mise(["run", "-q", "t"])
        .mise(["run", "-S", "t"])
        .mise(["run", "-o", "prefix", "t"])
        .mise(["run", "notfound"])
        .check();
}

#[test]
fn a_task_that_a_signal_ends_fails_with_one() {
    Case::config("[tasks]\nkill = 'kill -9 $$'\nterm = 'kill -TERM $$'\nhup = 'kill -HUP $$'\n")
        .mise(["run", "kill"])
        .mise(["run", "term"])
        .mise(["run", "-o", "prefix", "hup"])
        .check();
}

#[test]
fn a_task_that_an_interrupt_ends_counts_as_interrupted() {
    Case::config("[tasks]\nint = 'kill -INT $$'\n").mise(["run", "int"]).check();
}

#[test]
fn a_list_stops_at_the_first_failure() {
    Case::config("[tasks]\nt = ['echo one', 'echo two; exit 4', 'echo three']\n")
        .mise(["run", "t"])
        .mise(["run", "-c", "t"])
        .check();
}

#[test]
fn a_script_stops_at_the_first_failing_command() {
    Case::config(
        r#"
[tasks]
t = '''
echo one
false
echo two
'''
pipe = 'false | true; echo "$UNSET_NAME" end'
[tasks.bash]
shell = 'bash -c'
run = 'false; echo goes on'
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "pipe"])
    .mise(["run", "bash"])
    .check();
}

#[test]
fn a_file_task_goes_on_after_a_failing_command() {
    Case::empty()
        .executable("mise-tasks/t", "#!/bin/sh\nfalse\necho goes on\nexit 5\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn nothing_runs_that_needs_a_failed_task() {
    Case::config(
        r"
[tasks]
f = 'exit 3'
mid = { depends = 'f', run = 'echo mid' }
top = { depends = 'mid', depends_post = 'p', run = 'echo top' }
p = 'echo p'
",
    )
    .mise(["run", "top"])
    .check();
}

#[test]
fn what_has_not_started_is_dropped() {
    Case::config("[tasks]\nf = 'exit 3'\ng = 'echo g'\nh = 'exit 4'\n")
        .mise(["run", "-j1", "g", ":::", "f", ":::", "h"])
        .check();
}

/// A task that fails beside `sibling`, after that task has opened the pipe. The sibling sleeps
/// before it does so: mise may forget to end a task that it has only just started.
fn failing_beside(sibling: &str) -> Case {
    let config = format!(
        r#"
[tasks.f]
depends = "pipe"
run = "read go < pipe; exit 3"
[tasks.sibling]
depends = "pipe"
depends_post = "post"
run = """
sleep 0.5
{sibling}
"""
[tasks.pipe]
run = "mkfifo pipe"
[tasks.post]
run = "echo post"
"#
    );
    Case::config(&config).mise(["run", "f", ":::", "sibling"]).unordered()
}

#[test]
fn a_running_sibling_is_asked_to_end() {
    // A shell may take a signal just before it blocks in `read` or `wait`, and then sleeps on:
    // so the sibling wakes up by itself. Its stderr is closed to the word "Terminated".
    let sibling = "trap 'echo asked; exit 0' TERM; exec 2> /dev/null
echo go > pipe
while :; do sleep 0.05 || :; done";
    failing_beside(sibling).check();
}

#[test]
fn a_sibling_that_is_ended_is_no_failure_of_its_own() {
    failing_beside("echo go > pipe; exec sleep 60").check();
}

#[test]
fn a_run_can_go_on_after_a_failure() {
    Case::config(
        r#"
[tasks]
f = "exit 3"
g = "exit 4"
s = "kill -9 $$"
after = { depends = "f", run = "echo after" }
ok = "echo ok"
post = { depends_post = "ok", run = "exit 5" }
"#,
    )
    .mise(["run", "-c", "after"])
    .mise(["run", "-c", "-j1", "g", ":::", "ok", ":::", "f"])
    .mise(["run", "-c", "-j1", "s", ":::", "f"])
    .mise(["run", "--continue-on-error", "post"])
    .mise(["run", "-c", "f"])
    .mise(["run", "-c", "ok"])
    .check();
}

#[test]
fn a_failed_run_entry_stops_the_list() {
    Case::config("[tasks]\nf = 'exit 3'\nt = ['echo one', { task = 'f' }, 'echo two']\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_failed_run_entry_lets_the_list_go_on_where_failures_do() {
    Case::config("[tasks]\nf = 'exit 3'\nt = ['echo one', { task = 'f' }, 'echo two']\n")
        .mise(["run", "-c", "t"])
        .check();
}

#[test]
fn a_post_dependency_runs_after_a_failure() {
    Case::config(
        r#"
[tasks]
main = { depends_post = "clean", run = "exit 9" }
both = { depends_post = "bad", run = "exit 9" }
post = { depends_post = "bad", run = "echo main" }
clean = "echo clean"
bad = "exit 3"
"#,
    )
    .mise(["run", "main"])
    .mise(["run", "both"])
    .mise(["run", "post"])
    .check();
}

#[test]
fn a_post_dependency_is_skipped_when_its_task_never_started() {
    Case::config(
        r"
[tasks]
f = 'exit 3'
t = { depends = 'f', depends_post = 'clean', run = 'echo t' }
clean = 'echo clean'
",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_nested_run_passes_its_exit_code_on() {
    Case::config(
        r"
[tasks]
f = 'exit 3'
t = 'mise run f'
ok = 'mise run -q inner; mise inner'
inner = 'echo inner'
",
    )
    .mise(["run", "t"])
    .binary_on_path()
    .mise(["run", "ok"])
    .binary_on_path()
    .check();
}

#[test]
fn a_missing_directory_is_an_error_of_its_task() {
    Case::config("[tasks]\nt = { dir = 'nowhere', run = 'pwd' }\nok = 'echo ok'\n")
        .mise(["run", "t"])
        .mise(["run", "ok"])
        .stderr_differs("ours says it in one line")
        .check();
}

#[test]
fn a_missing_shell_is_an_error_of_its_task() {
    Case::config(
        r#"
[tasks]
t = { shell = 'no-such-shell -c', run = 'pwd' }
q = { shell = "sh '", run = 'pwd' }
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "q"])
    .stderr_differs("ours names the shell")
    .check();
}

#[test]
fn a_missing_interpreter_is_an_error_of_its_task() {
    Case::empty()
        .executable("mise-tasks/t", "#!/no/such/interpreter\n")
        .mise(["run", "t"])
        .stderr_differs("ours names the interpreter")
        .check();
}

#[test]
fn a_script_without_a_first_line_is_run_by_the_shell() {
    Case::empty().executable("mise-tasks/t", "echo \"ran $1\"\n").mise(["run", "t", "x"]).check();
}

#[test]
fn a_template_that_fails_is_an_error_of_its_task() {
    Case::config("[tasks]\nd = 'echo d'\nt = 'echo {{ nope }}'\n")
        .mise(["run", "t"])
        .mise(["run", "d"])
        .stderr_differs("the text comes from the template engine")
        .check();
}

#[test]
fn a_template_that_cannot_be_read_stops_the_run_before_it_starts() {
    Case::config("[tasks]\nd = 'echo d'\nt = { depends = 'd', run = 'echo {{ nope' }\n")
        .mise(["run", "t"])
        .mise(["run", "d"])
        .stderr_differs("the text comes from the template engine")
        .check();
}

#[test]
fn a_task_that_must_be_confirmed_needs_somebody_to_ask() {
    Case::config(
        "[tasks]\nd = 'echo d'\nt = { depends = 'd', confirm = 'Sure?', run = 'echo t' }\n",
    )
    .mise(["run", "t"])
    .stdin("y\n")
    .mise(["run", "-y", "t"])
    .mise(["run", "t"])
    .env("MISE_YES", "1")
    .check();
}

#[test]
fn a_directory_that_is_not_there_cannot_be_changed_to() {
    Case::config("[tasks]\nt = 'echo t'\n")
        .mise(["run", "-C", "nowhere", "t"])
        .mise(["-C", "nowhere", "run", "t"])
        .check();
}

#[test]
fn a_bad_value_of_a_flag_is_an_error_of_usage() {
    Case::config("[tasks]\nt = 'echo t'\n")
        .mise(["run", "--output", "bogus", "t"])
        .mise(["run", "--jobs", "x", "t"])
        .stderr_differs("the text comes from the parser of arguments")
        .check();
}
