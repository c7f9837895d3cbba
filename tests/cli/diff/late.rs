//! Calls whose name is only known when they are reached, and time limits.

use crate::support::Case;

#[test]
fn a_name_that_an_earlier_script_writes() {
    Case::config(
        r#"
[tasks]
x = "echo x"
[tasks.t]
run = [
  "echo 'x a b' > next",
  { task = "{{ read_file(path='next') }}" },
  { tasks = ["{{ exec(command='cat next') }}", "x"] },
  "echo after",
]
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn arguments_and_variables_of_a_call_that_are_known_late() {
    Case::config(
        r#"
[tasks.x]
usage = 'arg "<a>"'
run = "echo x $usage_a $E"
[tasks.t]
run = [
  "echo one > next",
  { task = "x", args = ["{{ exec(command='cat next') }}"], env = { E = "{{ exec(command='cat next') }}" } },
]
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_late_call_brings_its_dependencies_and_what_follows_it() {
    Case::config(
        r#"
[tasks]
before = "echo before"
post = "echo post"
[tasks.x]
depends = ["before"]
depends_post = ["post"]
run = [{ task = "inner" }, "echo x"]
[tasks.inner]
run = "echo inner"
[tasks.t]
run = ["echo x > next", { task = "{{ read_file(path='next') | trim }}" }, "echo after"]
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_late_call_of_what_has_run_already_is_satisfied() {
    Case::config(
        r#"
[tasks]
x = "echo x"
[tasks.t]
depends = ["x"]
run = ["echo x > next", { task = "{{ read_file(path='next') | trim }}" }, "echo after"]
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_late_name_that_means_nothing() {
    Case::config(
        r#"
[tasks.t]
run = ["echo nope > next", { task = "{{ read_file(path='next') | trim }}" }, "echo after"]
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_task_that_takes_too_long() {
    Case::config("[tasks.t]\ntimeout = '200ms'\nrun = 'echo start; exec sleep 60'\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_limit_is_a_template_and_a_bare_number_is_seconds() {
    Case::config(
        "
[vars]
limit = '60'
[tasks.t]
timeout = '{{ vars.limit }}'
run = 'echo t'
",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_limit_that_cannot_be_read_is_none() {
    Case::config("[tasks.t]\ntimeout = 'bogus'\nrun = 'echo t'\n")
        .mise(["run", "t"])
        .stderr_differs("the warning comes before the run, not in the middle of it")
        .check();
}
