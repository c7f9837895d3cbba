//! `run TASK --help`: what stands on the page of a task.

use crate::support::{Case, Project};

#[test]
fn a_page_of_arguments_begins_with_what_the_task_depends_on() {
    Case::config(
        r#"
[tasks.build]
run = "x"
[tasks.a]
depends = ["build", ["build", "c"], { task = "build", args = ["a b"] }]
usage = 'arg "<n>"'
run = "x"
[tasks.b]
description = "Words"
depends = "build d"
depends_post = ["build"]
wait_for = ["a"]
usage = 'about "About"; arg "<n>"'
run = "x"
[tasks.c]
description = "Words"
depends_post = ["build"]
usage = 'arg "<n>"'
run = "x"
"#,
    )
    .executable(
        "mise-tasks/f",
        "#!/bin/sh\n#MISE depends=[\"build\"]\n#MISE description=\"D\"\n#USAGE arg \"<x>\"\n",
    )
    .mise(["run", "a", "--help"])
    .mise(["run", "b", "--help"])
    .mise(["run", "c", "--help"])
    .mise(["run", "f", "--help"])
    .check();
}

#[test]
fn scripts_stand_on_the_page_as_they_are_written() {
    let config = r#"
[tasks.a]
run = ["if true; then", "\n  echo a  \n   \n    echo b  \n\n", "fi"]
"#;
    let output = Project::new().file("mise.toml", config).mep(["run", "a", "--help"]).run();
    output.code(0);
    let run = "Run:\n  if true; then\n\n    echo a\n\n      echo b\n\n  fi\n\n";
    assert!(output.stdout.contains(run), "{}", output.transcript());
}
