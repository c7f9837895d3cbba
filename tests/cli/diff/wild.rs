//! Projects as they are found in the wild, told to both; what differed once stays here, reduced.

use crate::support::Case;

const ORDER: &str = r#"
[tasks]
a = "echo a"
b = "echo b"
[tasks.l]
depends = ["a"]
run = "echo l"
[tasks.r]
depends = ["a"]
run = "echo r"
[tasks.m]
depends = ["a"]
run = "echo m"
[tasks.p]
depends = ["b"]
run = "echo p"
[tasks.q]
depends = ["a", "b"]
run = "echo q"
[tasks.diamond]
depends = ["l", "r", "m"]
run = "echo diamond"
[tasks.other]
depends = ["r", "m", "l"]
run = "echo other"
[tasks.deep]
depends = ["p", "q", "l", "r"]
[tasks.top]
depends = ["diamond", "deep"]
[tasks.wf]
wait_for = ["a"]
run = "echo wf"
[tasks.post]
depends = ["a"]
depends_post = ["l", "r"]
[tasks.steps]
run = [{ task = "a" }, { tasks = ["l", "r"] }, { tasks = ["p", "q"] }, "echo end"]
"#;

/// Each becomes ready with the others, and one slot serves them.
#[test]
fn what_becomes_ready_at_once_runs_in_the_order_of_the_graph() {
    Case::config(ORDER)
        .mise(["run", "-j1", "diamond"])
        .mise(["run", "-j1", "other"])
        .mise(["run", "-j1", "deep"])
        .mise(["run", "-j1", "top"])
        .mise(["run", "-j1", "l", ":::", "r", ":::", "m"])
        .mise(["run", "-j1", "p", ":::", "l", ":::", "r", ":::", "q"])
        .check();
}

/// The graph of mise closes a gap with its last node.
#[test]
fn what_has_run_makes_room_for_the_last_one() {
    Case::config(ORDER)
        .mise(["run", "-j1", "wf", ":::", "a", ":::", "l", ":::", "r"])
        .mise(["run", "-j1", "a", ":::", "wf", ":::", "l"])
        .mise(["run", "-j1", "post"])
        .mise(["run", "-j1", "steps"])
        .check();
}

const FORMS: &str = r#"
[tasks.a]
run = "echo a"
[tasks.many]
description = "{{ config_root | basename | length }} rendered"
depends = [
  ["a", "x y"],
  { task = "a", args = ["'q' \"d\""] },
  { task = "a", args = ["z"], env = { E = "1" } },
  { task = "a" },
  { task = "a", env = { F = "2 3", G = "x" } },
  "H=1 a b",
  "a {{usage.p}} c",
  "a 'x y'",
  ["a"],
  ["a", "{{usage.p}}"],
  "I='q r' a",
]
depends_post = [{ task = "a", args = ["z"] }]
wait_for = ["a b", { task = "a", args = ["1"], env = { K = "v" } }]
run = [
  "echo x",
  { task = "a", args = ["1", "2 3"], env = { K = "v", L = "w x" } },
  { tasks = ["a", "a"] },
  { task = "a", env = { M = "1" } },
]
[tasks.page]
description = "{{ config_root | basename | length }} rendered"
usage = 'arg "[p]"'
depends = ["a", { task = "a", env = { F = "2 3" } }, ["a", "x y"]]
"#;

#[test]
fn dependencies_are_shown_in_the_shortest_form() {
    Case::config(FORMS).mise(["tasks", "ls", "--json"]).check();
}

#[test]
fn the_page_of_help_is_rendered_and_names_variables() {
    let script = "#!/bin/sh\n#MISE description=\"{{ 'd' | upper }}\"\necho '{{ no }}'\n";
    Case::config(FORMS)
        .executable("mise-tasks/script", script)
        .mise(["run", "many", "--help"])
        .mise(["run", "page", "--help"])
        .mise(["run", "script", "--help"])
        .check();
}

#[test]
fn an_output_that_is_not_there_is_no_matter_of_a_quiet_run() {
    Case::config("[tasks.t]\nsources = ['mise.toml']\noutputs = ['never']\nrun = 'echo t'\n")
        .mise(["run", "t"])
        .mise(["run", "-q", "t"])
        .mise(["run", "-S", "t"])
        .mise(["run", "t"])
        .env("MISE_QUIET", "1")
        .check();
}

#[test]
fn what_a_script_calls_is_served_as_it_is_written() {
    Case::config(
        r#"
[tasks."part:one"]
run = "echo part one"
[tasks."part:two"]
run = "echo part two"
[tasks."part:zee"]
run = "echo part zee"
[tasks.say]
run = "echo say"
[tasks.call]
depends = ["say"]
run = ["echo first", { tasks = ["part:*"] }, "echo end", { tasks = ["say z", "say x", "say y"] }]
"#,
    )
    .mise(["run", "-q", "-j1", "call"])
    .check();
}

#[test]
fn the_version_is_a_command() {
    Case::config("[tasks]\nversion = 'echo a task'\nv = 'echo v'\n")
        .mise(["version"])
        .mise(["v"])
        .mise(["run", "version"])
        .check();
}

/// What a call brings in is a graph of its own.
#[test]
fn a_call_of_several_runs_them_in_their_order() {
    Case::config(
        r#"
[tasks]
"part:one" = "echo one"
"part:two" = "echo two"
"part:zoo" = "echo zoo"
[tasks.say]
run = "echo say"
[tasks.call]
run = ["echo first", { task = "say", args = ["hi"] }, { task = "part:*" }, "echo end"]
[tasks.calls]
depends = ["say"]
run = [{ tasks = ["part:zoo", "part:one", "part:two"] }]
"#,
    )
    .mise(["run", "-j1", "call"])
    .mise(["run", "-j1", "calls"])
    .check();
}
