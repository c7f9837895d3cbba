//! `[task_templates]` and `extends`: what a task takes from a template, whose template it is,
//! and in whose place its texts are rendered.

use crate::support::Case;

/// A project with this template `t`, and this task `a` that extends it.
fn pair(template: &str, task: &str) -> Case {
    let text = format!("[task_templates.t]\n{template}\n[tasks.a]\nextends = 't'\n{task}\n");
    Case::config(&text)
}

/// Run and listed with every field.
#[track_caller]
fn run_and_listed(case: Case) {
    case.mise(["run", "a"]).mise(["tasks", "ls", "--json"]).check();
}

#[test]
fn a_task_without_a_command_takes_the_templates() {
    run_and_listed(pair("run = 'echo template'\ndescription = 'words'", ""));
}

#[test]
fn an_empty_command_is_no_command() {
    run_and_listed(pair("run = 'echo template'", "run = []"));
}

#[test]
fn a_task_keeps_its_own_command_and_description() {
    run_and_listed(pair(
        "run = 'echo template'\ndescription = 'words'",
        "run = 'echo own'\ndescription = 'own words'",
    ));
}

#[test]
fn an_empty_description_is_not_written() {
    run_and_listed(pair("description = 'words'", "run = 'echo own'\ndescription = ''"));
}

#[test]
fn an_empty_directory_is_written() {
    run_and_listed(pair("dir = 'sub'", "run = 'pwd'\ndir = ''").dir("sub"));
}

#[test]
fn an_empty_list_does_not_clear_the_templates() {
    let template = "depends = 'd'\nalias = 'x'\nsources = ['mise.toml']";
    let task = "run = 'echo a'\ndepends = []\nalias = []\nsources = []\n[tasks]\nd = 'echo d'";
    pair(template, task).mise(["tasks", "ls", "--json"]).mise(["run", "x"]).check();
}

#[test]
fn empty_outputs_are_written() {
    run_and_listed(pair(
        "outputs = ['o']\nsources = ['mise.toml']",
        "run = 'echo a'\noutputs = []",
    ));
}

#[test]
fn outputs_may_be_automatic_in_a_template() {
    let case = pair("outputs = { auto = true }\nsources = ['mise.toml']", "run = 'echo a'");
    case.mise(["run", "a"]).mise(["run", "a"]).mise(["tasks", "ls", "--json"]).check();
}

#[test]
fn variables_of_both_are_joined_and_the_tasks_win() {
    run_and_listed(pair(
        "env = { A = 'template', B = 'template' }",
        "env = { B = 'own', C = 'own' }\nrun = 'echo $A $B $C'",
    ));
}

#[test]
fn vars_of_both_are_joined_and_the_tasks_win() {
    run_and_listed(pair(
        "vars = { a = 'template', b = 'template' }\nrun = 'echo {{vars.a}} {{vars.b}}'",
        "vars = { b = 'own' }",
    ));
}

#[test]
fn a_template_sets_the_shell_and_the_silence() {
    run_and_listed(pair(
        "shell = 'bash -c'\nsilent = 'stderr'",
        "run = 'echo ${BASH_VERSION:+bash}'",
    ));
}

#[test]
fn a_written_silence_wins_even_where_it_is_false() {
    run_and_listed(pair("silent = true", "silent = false\nrun = 'echo heard'"));
}

#[test]
fn a_template_brings_dependencies_of_all_kinds() {
    run_and_listed(pair(
        "depends = 'd'\ndepends_post = 'p'\nwait_for = 'd'",
        "run = 'echo a'\n[tasks]\nd = 'echo d'\np = 'echo p'",
    ));
}

#[test]
fn a_template_brings_arguments() {
    let case = pair("usage = 'arg \"<x>\"'", "run = 'echo $usage_x'");
    case.mise(["run", "a", "one"]).mise(["run", "a"]).mise(["tasks", "ls", "--json"]).check();
}

#[test]
fn a_file_of_the_template_beats_the_commands_of_the_task() {
    let case = pair("file = 'script'", "run = 'echo own'");
    case.executable("script", "#!/bin/sh\necho script\n").mise(["run", "a"]).check();
}

#[test]
fn texts_of_a_template_are_rendered_for_the_task_that_uses_it() {
    Case::config(
        "[vars]\nv = 'parent'\n[task_templates.t]\nrun = 'echo {{vars.v}} {{config_root}}; pwd'\n\
         dir = 'sub'\ndescription = '{{vars.v}}'\n[tasks.p]\nextends = 't'\n",
    )
    .dir("sub")
    .dir("c/sub")
    .file("c/mise.toml", "[vars]\nv = 'child'\n[tasks.a]\nextends = 't'\n")
    .mise(["run", "a"])
    .cwd("c")
    .mise(["run", "p"])
    .cwd("c")
    .mise(["tasks", "ls"])
    .cwd("c")
    .check();
}

#[test]
fn the_nearest_template_of_a_name_is_everybodys() {
    Case::config("[task_templates.t]\nrun = 'echo far'\n[tasks.p]\nextends = 't'\n")
        .file("c/mise.toml", "[task_templates.t]\nrun = 'echo near'\n[tasks.a]\nextends = 't'\n")
        .mise(["run", "a"])
        .cwd("c")
        .mise(["run", "p"])
        .cwd("c")
        .mise(["run", "p"])
        .check();
}

#[test]
fn a_local_file_replaces_a_template_whole() {
    pair("run = 'echo plain'\ndescription = 'plain'", "")
        .file("mise.local.toml", "[task_templates.t]\nrun = 'echo local'\n")
        .mise(["run", "a"])
        .mise(["tasks", "ls", "--json"])
        .check();
}

#[test]
fn templates_may_be_global() {
    Case::config("[tasks.a]\nextends = 'g'\n")
        .file("../home/.config/mise/config.toml", "[task_templates.g]\nrun = 'echo global; pwd'\n")
        .mise(["run", "a"])
        .mise(["tasks", "ls", "--json"])
        .check();
}

#[test]
fn a_global_task_uses_the_projects_template() {
    Case::config("[task_templates.t]\nenv.A = 'project'\n")
        .file(
            "../home/.config/mise/config.toml",
            "[tasks.a]\nextends = 't'\nrun = 'echo $A; pwd'\n[task_templates.t]\nenv.A = 'global'\n",
        )
        .mise(["run", "a"])
        .check();
}

#[test]
fn a_script_extends_in_its_header() {
    Case::config("[task_templates.t]\nrun = 'echo template'\nenv.A = 'a'\ndir = 'sub'\n")
        .dir("sub")
        .executable("mise-tasks/a", "#!/bin/sh\n#MISE extends=\"t\"\necho script $A; pwd\n")
        .mise(["run", "a"])
        .mise(["tasks", "ls", "--json"])
        .check();
}

#[test]
fn a_header_of_the_wrong_type_extends_nothing() {
    Case::config("[task_templates.t]\nenv.A = 'a'\n")
        .executable("mise-tasks/a", "#!/bin/sh\n#MISE extends=1\necho script $A\n")
        .mise(["run", "a"])
        .check();
}

#[test]
fn a_script_named_by_its_path_extends_nothing() {
    Case::config("[task_templates.t]\nenv.A = 'a'\n")
        .executable("s.sh", "#!/bin/sh\n#MISE extends=\"t\"\necho script $A\n")
        .mise(["run", "./s.sh"])
        .check();
}

#[test]
fn a_task_of_an_include_extends() {
    Case::config("[task_templates.t]\nrun = 'echo template'\n")
        .file("mise-tasks/more.toml", "[a]\nextends = 't'\n")
        .mise(["run", "a"])
        .mise(["tasks", "ls", "--json"])
        .check();
}

#[test]
fn a_block_that_gets_a_command_replaces_the_script() {
    pair("run = 'echo template'", "")
        .executable("mise-tasks/a", "#!/bin/sh\necho script\n")
        .mise(["run", "a"])
        .mise(["tasks", "ls", "--json"])
        .check();
}

#[test]
fn a_script_and_the_block_over_it_may_both_extend() {
    Case::config(
        "[task_templates.t]\ndescription = 'T'\nenv.A = 't'\nalias = 'ta'\n\
         [task_templates.u]\ndescription = 'U'\nenv.A = 'u'\nshell = 'bash -c'\n\
         [tasks.a]\nextends = 'u'\n",
    )
    .executable("mise-tasks/a", "#!/bin/sh\n#MISE extends=\"t\"\necho $A\n")
    .mise(["run", "a"])
    .mise(["tasks", "ls", "--json"])
    .check();
}

#[test]
fn a_template_does_not_extend() {
    Case::config(
        "[task_templates.base]\nrun = 'echo base'\n[task_templates.t]\nextends = 'base'\n\
         description = 'd'\n[tasks.a]\nextends = 't'\n",
    )
    .mise(["tasks", "ls", "--json"])
    .mise(["run", "a"])
    .stderr_differs("mise gives this warning twice in a run")
    .check();
}

#[test]
fn keys_that_only_tasks_have_are_a_warning() {
    let keys = "hide = true\nquiet = true\nraw = true\nraw_args = true\ninteractive = true\n\
                global = true\nargs = ['x']\nbogus = 1\nrun = 'echo t'";
    pair(keys, "").mise(["tasks", "ls"]).check();
}

#[test]
fn the_directory_of_a_template_beats_the_one_of_task_config() {
    pair("dir = 'sub'", "run = 'pwd'\n[task_config]\ndir = 'other'\n[tasks.b]\nrun = 'pwd'")
        .dir("sub")
        .dir("other")
        .mise(["run", "a"])
        .mise(["run", "b"])
        .check();
}

#[test]
fn a_missing_template_is_an_error() {
    Case::config("[task_templates.one]\n[task_templates.two]\n[tasks.a]\nextends = 'three'\n")
        .mise(["run", "a"])
        .check();
    Case::config("[tasks.a]\nextends = ''\n").mise(["run", "a"]).check();
}

#[test]
fn templates_are_named_in_the_order_of_their_files() {
    Case::config("[task_templates.p]\n[task_templates.g]\n")
        .file("../home/.config/mise/config.toml", "[task_templates.g]\n[task_templates.z]\n")
        .file("mise.local.toml", "[task_templates.l]\n[task_templates.p]\n")
        .file("c/mise.toml", "[task_templates.c]\n[tasks.a]\nextends = 'nope'\n")
        .mise(["run", "a"])
        .cwd("c")
        .check();
}
