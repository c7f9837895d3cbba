//! What `tasks info` shows, and what `tasks ls` says to completion scripts.

use crate::support::Case;

const TASKS: &str = r#"
[vars]
v = "vee"
[tasks.build]
description = "Builds {{vars.v}}\nsecond line"
alias = ["b", "bld"]
depends = ["lint", "A=1 fmt --fix", { task = "x y", args = ["p q"], env = { K = "v" }, optional = true }]
depends_post = ["clean", { task = "clean", env = { A = "1" } }]
wait_for = ["lint"]
env = { A = "1", B = { value = "two", redact = true }, C = false, _.path = "./bin", D = "{{vars.v}}" }
dir = "{{config_root}}/sub"
hide = true
raw = true
interactive = true
sources = ["src/**/*.rs", "{{vars.v}}"]
outputs = ["{{vars.v}}/out"]
shell = "bash -c"
quiet = true
silent = "stdout"
tools = { zig = "1", node = "20" }
timeout = "5s"
usage = """
arg "<file>" help="the file" { choices "a" "b" }
arg "[rest]…" var=#true
flag "-f --force" help="force it"
flag "--lvl <{{vars.v}}>" default="x" env="LVL"
"""
run = ["echo a\necho b\n", { task = "lint x", env = { K = "v" } }, { tasks = ["lint", "fmt"] }, "", "\n  echo c"]

[tasks.lint]
run = "echo lint"
[tasks.fmt]
sources = ["a"]
run = "echo fmt"
[tasks.withenv]
sources = ["a"]
env = { Z = "1", A = "{{vars.v}}", U = false, _.path = "bin" }
run = "echo fmt"
[tasks.clean]
depends = "lint"
[tasks."x y"]
file = "s.sh"
dir = "sub"
[tasks.cached]
cache = { enabled = true, env = ["A"] }
dir = "{{env.HOME}}/there"
run = "x"
[tasks.odd]
description = 'a:b "q" \ back'
alias = ["-o", "o:x"]
usage = 'flag "-v --verbose" count=#true'
run = 'echo "hi" \n'
[tasks.commands]
depends = ["lint"]
usage = """
about "about it"
before_help "first"
example "mise run x" header="head"
cmd "sub" help="subh" { arg "<z>"; flag "-q"; alias "s" }
complete "file" run="ls"
arg "[file]" default="d" env="FILE"
flag "--neg" negate="--no-neg" default=#true
flag "--multi <m>" var=#true var_min=1 required=#true help="h" long_help="longer"
"""
run = "x"
[tasks.old]
run = ["echo {{arg(name='first', help='h')}}", "echo {{flag(name='fl')}}"]
[tasks.remark]
description = "said"
usage = "// nothing"
run = "x"
"#;

fn project() -> Case {
    Case::config(TASKS)
        .executable("s.sh", "#!/bin/sh\n#USAGE arg \"<q>\"\n")
        .executable(
            "mise-tasks/hello",
            "#!/usr/bin/env bash\n#MISE description=\"says hello\"\n#MISE alias=\"hi\"\n\
             #MISE sources=[\"x\"]\n#USAGE arg \"<name>\" help=\"who\"\n#USAGE flag \"--loud\"\n",
        )
        .executable("mise-tasks/g/_default", "#!/bin/sh\n")
}

const NAMES: [&str; 14] = [
    "build", "lint", "fmt", "withenv", "clean", "x y", "cached", "odd", "commands", "old",
    "remark", "hello", "g", "hi",
];

#[test]
fn a_task_is_described() {
    let case = NAMES.iter().fold(project(), |case, name| case.mise(["tasks", "info", name]));
    case.mise(["tasks", "bld"]).mise(["t", "info", "o:x"]).mise(["tasks", "info", "l*"]).check();
}

#[test]
fn a_task_is_described_in_json() {
    let case = NAMES.iter().fold(project(), |case, name| case.mise(["tasks", "info", "-J", name]));
    case.mise(["tasks", "-J", "bld"])
        .mise(["tasks", "bld", "--json"])
        .mise(["task", "info", "--json", "hel*"])
        .check();
}

#[test]
fn labels_are_bold_where_colours_are_asked_for() {
    project()
        .mise(["tasks", "info", "build"])
        .env("CLICOLOR_FORCE", "1")
        .mise(["tasks", "info", "hello", "-J"])
        .env("CLICOLOR_FORCE", "1")
        .check();
}

#[test]
fn the_source_is_the_file_that_defines_it() {
    Case::config("[tasks.a]\nrun = 'x'\n[tasks.b]\n[tasks.c]\ndescription = 'below'\n")
        .file("mise.local.toml", "[tasks]\na.description = 'A'\nb.hide = false\nc.alias = 'cc'\n")
        .file("../home/.config/mise/config.toml", "[tasks]\nplain = 'true'\na = 'x'\n")
        .mise(["tasks", "info", "a"])
        .mise(["tasks", "info", "a", "-J"])
        .mise(["tasks", "info", "b", "-J"])
        .mise(["tasks", "info", "c"])
        .mise(["tasks", "info", "plain"])
        .mise(["tasks", "ls", "--json"])
        .mise(["tasks", "ls", "-x"])
        .check();
}

#[test]
fn a_block_lies_only_over_what_does_something() {
    let keys = [
        "depends = 'z'", "depends_post = 'z'", "wait_for = 'z'", "env = { A = '1' }",
        "tools = { zig = '1' }", "usage = 'arg \"<x>\"'", "sources = ['x']", "dir = 'x'",
        "file = 'x'", "run = ''", "run = []", "run_windows = 'x'", "depends = []",
        "extends = 'tpl'",
    ];
    let mut lower = "[task_templates.tpl]\nrun = 'tpl'\n[tasks.z]\nrun = 'z'\n".to_owned();
    let mut upper = String::new();
    for (i, key) in keys.iter().enumerate() {
        lower += &format!("[tasks.t{i}]\n{key}\ndescription = 'below'\n");
        upper += &format!("[tasks.t{i}]\nalias = 'a{i}'\n");
    }
    Case::config(&lower).file("mise.local.toml", &upper).mise(["tasks", "ls", "--json"]).check();
}

#[test]
fn the_json_list_has_texts_that_are_rendered() {
    Case::config(
        "[vars]\nv = 'vee'\n[tasks.a]\nsources = ['{{vars.v}}/*']\noutputs = ['{{vars.v}}', 'y']\n\
         shell = '{{vars.v}} -c'\ntimeout = '{{vars.v}}'\nalias = '{{vars.v}}'\n\
         env = { A = '{{vars.v}}' }\nusage = 'arg \"<{{vars.v}}>\"'\n\
         tools = { zig = '1', abc = '2', node = '3' }\n\
         run = [{ task = '{{vars.v}}', args = ['{{vars.v}}'] }, '{{vars.v}}']\n",
    )
    .mise(["tasks", "ls", "--json"])
    .mise(["tasks", "info", "-J", "a"])
    .check();
}

#[test]
fn completion_scripts_are_told_names_and_descriptions() {
    project()
        .mise(["tasks", "ls", "--complete"])
        .mise(["tasks", "--complete", "--hidden"])
        .mise(["tasks", "ls", "--complete", "--sort-order", "desc"])
        .mise(["tasks", "ls", "--complete", "--json"])
        .mise(["tasks", "ls", "--complete", "--name-only"])
        .check();
}

#[test]
fn completion_scripts_are_told_what_tasks_take() {
    project()
        .mise(["tasks", "ls", "--usage"])
        .mise(["tasks", "--usage", "--hidden"])
        .mise(["tasks", "ls", "--usage", "--sort-order", "desc"])
        .mise(["tasks", "ls", "--usage", "--json"])
        .mise(["tasks", "ls", "--usage", "--complete"])
        .check();
}

#[test]
fn flags_before_and_behind_ls_come_together() {
    project()
        .mise(["tasks", "--hidden", "ls", "-x"])
        .mise(["tasks", "-g", "ls", "-l", "--name-only"])
        .mise(["tasks", "-l", "ls", "-g", "--name-only"])
        .mise(["tasks", "--sort", "alias", "ls", "--sort", "name", "--name-only"])
        .mise(["tasks", "--sort-order", "desc", "ls", "--name-only"])
        .mise(["tasks", "--sort", "alias", "--sort", "name", "--name-only"])
        .mise(["tasks", "--all", "ls", "--name-only"])
        .check();
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    const WORDS: &str = "ours names what to do";
    let mut case = project().mise(["tasks", "--name-only", "ls", "-J"]);
    for line in [
        "tasks -x lint",
        "tasks lint --hidden",
        "tasks --sort name lint",
        "tasks --complete lint",
        "tasks -J info lint",
        "tasks --hidden info lint",
        "tasks --hidden deps",
        "tasks -J validate",
        "tasks --sort alias run lint",
        "tasks --all r lint",
        "tasks -J ls --name-only",
        "tasks ls --name-only -x",
        "tasks ls --name-only --usage",
        "tasks lint ls",
        "tasks lint info",
        "tasks lint fmt",
        "tasks info",
        "tasks info lint fmt",
        "tasks ls lint",
        "tasks ls --sort nope",
        "tasks ls --sort-order",
        "tasks --nope",
        "tasks info -x lint",
    ] {
        case = case.mise(line.split(' '));
    }
    case.stderr_differs(WORDS).check();
}

#[test]
fn an_unknown_task_has_no_description() {
    project()
        .mise(["tasks", "info", "nope"])
        .mise(["tasks", "nope"])
        .mise(["tasks", "info", "nope", "-J"])
        .mise(["tasks", "info", "//a"])
        .mise(["tasks", ""])
        .mise(["tasks", "info", "zz*"])
        .check();
}

#[test]
fn a_specification_that_is_none_is_an_error() {
    Case::config("[tasks.a]\nusage = 'nope \"x\"'\nrun = 'x'\n[tasks.b]\nrun = 'x'\n")
        .mise(["tasks", "info", "a"])
        .mise(["tasks", "info", "a", "-J"])
        .mise(["tasks", "info", "b"])
        .mise(["tasks", "ls", "--usage"])
        .stderr_differs("ours draws the lines of the file")
        .check();
}

#[test]
fn the_directory_is_shown_as_it_is_written() {
    Case::config(
        "[task_config]\ndir = 'sub'\n[tasks]\na = 'x'\n[tasks.b]\ndir = ''\nrun = 'x'\n\
         [tasks.c]\ndir = '{{config_root}}'\nrun = 'x'\n[tasks.d]\ndir = '~/x'\nrun = 'x'\n",
    )
    .mise(["tasks", "info", "a"])
    .mise(["tasks", "info", "b"])
    .mise(["tasks", "info", "b", "-J"])
    .mise(["tasks", "info", "c"])
    .mise(["tasks", "info", "d"])
    .mise(["tasks", "info", "d", "-J"])
    .check();
}
