//! What `tasks ls` shows.

use crate::support::Case;

const TASKS: &str = r#"
[tasks]
plain = "echo plain"
"grp:one" = "echo 1"
[tasks.build]
description = "Build it"
alias = ["b", "bld"]
depends = ["plain", "A=1 grp:one 'x y'"]
run = "echo build"
[tasks.multi]
description = """
First line
second line"""
run = "true"
[tasks.secret]
hide = true
description = "Not for all"
run = "true"
"#;

fn project() -> Case {
    Case::config(TASKS).executable(
        "mise-tasks/script.sh",
        "#!/bin/sh\n#MISE description=\"A script\"\n#MISE alias=\"s\"\n",
    )
}

#[test]
fn tasks_are_listed_with_their_descriptions() {
    project()
        .mise(["tasks", "ls"])
        .mise(["tasks"])
        .mise(["task", "ls"])
        .mise(["t"])
        .mise(["tasks", "ls", "--no-header"])
        .check();
}

#[test]
fn hidden_tasks_are_listed_on_request() {
    project().mise(["tasks", "ls", "--hidden"]).mise(["tasks", "--hidden"]).check();
}

#[test]
fn names_can_be_listed_alone() {
    project()
        .mise(["tasks", "ls", "--name-only"])
        .mise(["tasks", "ls", "--name-only", "--hidden"])
        .check();
}

#[test]
fn the_long_list_has_aliases_and_sources() {
    project()
        .file("sub/mise.toml", "[tasks]\nplain = 'true'\nsub = 'true'\n")
        .mise(["tasks", "ls", "-x"])
        .mise(["tasks", "ls", "--extended", "--hidden"])
        .mise(["tasks", "ls", "-x"])
        .cwd("sub")
        .check();
}

#[test]
fn the_list_can_be_sorted() {
    let sort = |case: Case, column: &&str| case.mise(["tasks", "ls", "-x", "--sort", column]);
    ["name", "alias", "description", "source"]
        .iter()
        .fold(project(), sort)
        .mise(["tasks", "ls", "--sort-order", "desc"])
        .mise(["tasks", "ls", "--sort", "description", "--sort-order", "desc"])
        .check();
}

#[test]
fn an_empty_list_is_empty() {
    Case::empty()
        .mise(["tasks", "ls"])
        .mise(["tasks", "ls", "--json"])
        .mise(["tasks", "ls", "--name-only"])
        .check();
}

#[test]
fn the_json_list_has_every_field() {
    Case::config(
        r#"
[tasks]
plain = "echo plain"
[tasks.all]
description = "All of it"
alias = "al"
depends = ["plain", "A=1 plain 'x y'", { task = "plain", args = ["z"], env = { B = "2" } }, { task = "nope", optional = true }]
depends_post = "plain"
wait_for = ["plain"]
env = { K = "v", N = 5, _.path = "./bin" }
dir = "work"
hide = true
raw = true
interactive = true
sources = ["src/*.rs", "!src/x.rs"]
outputs = ["out"]
shell = "bash -c"
quiet = true
silent = "stderr"
timeout = "5s"
run = ["echo one", { task = "plain", args = ["a"], env = { C = "3" } }, { tasks = ["plain", "plain x"] }]
[tasks.auto]
sources = "a"
silent = true
run = "true"
[tasks.file]
file = "script.sh"
"#,
    )
    .executable("script.sh", "#!/bin/sh\n")
    .executable("mise-tasks/grp/ft.sh", "#!/bin/sh\n#MISE env={A=\"1\"}\n")
    .mise(["tasks", "ls", "--json", "--hidden"])
    .mise(["tasks", "--json"])
    .check();
}

#[test]
fn lists_of_global_and_of_local_tasks_are_apart() {
    project()
        .file("../home/.config/mise/config.toml", "[tasks]\nplain = 'true'\nglobal = 'true'\n")
        .mise(["tasks", "ls", "--global"])
        .mise(["tasks", "ls", "--local"])
        .mise(["tasks", "ls", "-g", "-l"])
        .mise(["tasks", "ls"])
        .check();
}
