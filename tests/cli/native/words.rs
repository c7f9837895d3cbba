//! The command line where it is our own: help, version, and which words belong to a task.

use super::project;
use crate::support::Project;

const ECHO: &str = "\
[tasks.default]
run = 'echo default'
[tasks.x]
run = 'echo x'
";

#[track_caller]
fn says(words: &str, stdout: &str) {
    let output = project(ECHO).mep(["-q"].into_iter().chain(words.split(' '))).run();
    output.stdout(stdout).stderr("").code(0);
}

#[test]
fn without_a_word_the_help_is_an_error() {
    let nothing = Project::new();
    let help = nothing.mep(["-h"]).run();
    help.stderr("").code(0);
    assert!(help.stdout.starts_with("A mise-compatible task runner\n"), "{}", help.stdout);
    nothing.mep([""; 0]).run().stdout("").stderr(&help.stdout).code(2);
}

#[test]
fn the_version_names_both_programs() {
    let version = format!("mep {} (compatible with mise 2026.9.15)\n", env!("CARGO_PKG_VERSION"));
    for flag in ["--version", "-V"] {
        Project::new().mep([flag]).run().stdout(&version).stderr("").code(0);
    }
}

#[test]
fn help_after_a_name_is_about_the_task() {
    let config = "\
[tasks.build]
alias = 'b'
description = 'Builds it'
depends = ['x']
run = ['echo 1', { task = 'x' }]
[tasks.x]
run = 'true'
";
    let stdout = "\
Task: build
Aliases: b
Description: Builds it
Source: [P]/mise.toml
Depends on: x

Run:
  echo 1
  task: x

This task does not accept any arguments.
To define arguments, add a `usage` field to the task definition in the config file.
";
    for words in ["run build --help", "run b -h", "build --help"] {
        project(config).mep(words.split(' ')).run().stdout(stdout).stderr("").code(0);
    }
}

#[test]
fn what_follows_the_name_belongs_to_the_task() {
    says("run x a -j1 --force", "x a -j1 --force\n");
    says("x -n", "x -n\n");
}

#[test]
fn what_follows_two_dashes_belongs_to_the_task_as_it_is() {
    says("run x -- --help", "x --help\n");
    says("run x -- -- a", "x -- a\n");
    says("run x -- a ::: x b", "x a ::: x b\n");
    says("x -- a", "x a\n");
    says("run -- a", "default a\n");
}

#[test]
fn three_colons_start_the_next_task() {
    says("run -j1 x a ::: x b", "x a\nx b\n");
    says("run ::: x a :::", "x a\n");
    says("run", "default\n");
}
