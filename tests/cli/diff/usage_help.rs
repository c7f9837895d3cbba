//! Pages that a task shows of itself.

use crate::support::Case;

use super::usage_args::{Calls, task};

#[test]
fn everything_a_page_can_show() {
    task(r#"about "A"; long_about "Long about text"; before_help "before"; after_help "after"; arg "<req>" help="Req" long_help="Long req"; arg "[lvl]" env="LVL" default="info" { choices "info" "warn" }; flag "-v --verb" help="verb" long_help="verb long"; flag "--old" deprecated="use new"; flag "-q --quiet" hide=#true; example "mise run t x" header="Ex"; example "t y" help="why""#).calls(&["--help", "x -h"]).check();
}

#[test]
fn help_behind_two_dashes_is_a_word() {
    task(r#"arg "[a]""#).calls(&["a -- --help", "-- -h", "-- --help x"]).check();
}

#[test]
fn long_texts_before_and_after() {
    task(r#"before_long_help "BL"; after_long_help "AL"; arg "[a]""#).calls(&["--help"]).check();
}

#[test]
fn many_flags_are_put_together() {
    task(r#"flag "-a --aa <v>" help="H" default="q" env="E" { choices "q" "w" }; flag "-b"; flag "-c" count=#true; flag "--dd" negate="--no-dd"; flag "--ee <x>..."; arg "<f>..." help="files""#).calls(&["--help"]).check();
}

#[test]
fn texts_of_several_lines() {
    task(r#"flag "--a" help="multi\nline"; arg "[x]" help="multi\nline""#)
        .calls(&["--help"])
        .check();
}

#[test]
fn a_name_and_a_version_say_little() {
    task(r#"name "n"; bin "b"; version "1.2"; author "me"; license "MIT"; arg "[a]""#)
        .calls(&["x", "--help", "--version"])
        .check();
}

#[test]
fn a_synopsis_of_its_own() {
    task(r#"usage "custom"; arg "[a]""#).calls(&["--help"]).check();
}

#[test]
fn completion_is_no_argument() {
    task(r#"complete "a" run="echo x"; arg "[a]""#).calls(&["x", "--help"]).check();
}

#[test]
fn a_text_alone_makes_a_page_and_takes_words() {
    task(r#"about "only""#).calls(&["x", "--help"]).check();
}

#[test]
fn an_empty_specification_is_none() {
    task("// comment").calls(&["x", "--help"]).check();
}

#[test]
fn a_version_alone_is_none() {
    task(r#"version "1""#).calls(&["x", "--help"]).check();
}

#[test]
fn settings_alone_are_none() {
    task(r#"unknown_flags "error""#).calls(&["--x", "--help"]).check();
}

#[test]
fn a_newer_specification_is_read() {
    task(r#"min_usage_version "99"; arg "[a]""#).calls(&["x"]).check();
}

#[test]
fn a_page_begins_with_the_description() {
    for (about, description) in [("", "D"), ("about \"A\"; ", "D"), ("about \"A\"; ", "")] {
        Case::config(&format!(
            "[tasks.t]\ndescription = '{description}'\nusage = '{about}arg \"[a]\"'\nrun = 'true'\n"
        ))
        .calls(&["--help"])
        .check();
    }
}

#[test]
fn without_a_specification_the_page_tells_of_the_task() {
    for run in ["'echo a'", "['echo a', 'echo b']", "'''\necho 1\necho 2\n'''"] {
        Case::config(&format!(
            "[tasks.t]\nalias = ['h', 'i']\ndescription = \"Desc\\nmore\"\ndepends = ['d']\n\
             run = {run}\n[tasks.d]\nrun = 'true'\n"
        ))
        .calls(&["--help", "a --help", "a -h", "-- --help"])
        .mise(["run", "h", "-h"])
        .check();
    }
}

#[test]
fn calls_are_told_with_their_arguments() {
    Case::config(
        r#"
[tasks.t]
depends = ["d", "d x", ["d", "y"], { task = "d", args = ["z"] }]
wait_for = ["d"]
depends_post = ["d"]
hide = true
sources = ["a"]
dir = "."
env = { A = "1" }
quiet = true
run = [{ task = "d" }, { tasks = ["d", "d x"] }, { task = "d", args = ["q", "r"] }, "echo"]
[tasks.d]
run = "true"
"#,
    )
    .calls(&["--help"])
    .check();
}

#[test]
fn a_script_has_a_page() {
    Case::empty()
        .executable(
            "mise-tasks/plain",
            "#!/bin/sh\n#MISE description=\"d\"\n#MISE alias=\"z\"\ntrue\n",
        )
        .executable(
            "mise-tasks/spec",
            "#!/bin/sh\n#MISE description=\"d\"\n#USAGE arg \"[x]\"\ntrue\n",
        )
        .executable("mise-tasks/about", "#!/bin/sh\n#USAGE about \"x\"\necho \"$*\"\n")
        .mise(["run", "plain", "--help"])
        .mise(["run", "z", "-h"])
        .mise(["run", "spec", "--help"])
        .mise(["run", "about", "--help"])
        .mise(["run", "-q", "about", "word"])
        .mise(["spec", "-h"])
        .check();
}
