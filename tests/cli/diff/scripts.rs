//! Tasks in files of their own: task directories, includes, headers, `file`, and `task_config`.

use crate::support::Case;

#[test]
fn file_tasks_at_home_need_a_global_config() {
    Case::empty()
        .executable("../home/.config/mise/tasks/g", "#!/bin/sh\necho g; pwd\n")
        .mise(["tasks", "ls"])
        .file("../home/.config/mise/config.toml", "")
        .mise(["tasks", "ls"])
        .mise(["run", "g"])
        .check();
}

#[test]
fn toml_files_in_a_task_directory_hold_tasks() {
    Case::empty()
        .file(
            ".mise/tasks/more.toml",
            r"
one = 'echo one'
list = ['echo a', 'echo b']
[table]
run = 'pwd'
description = 'a table'
alias = 'tb'
",
        )
        .file(".mise/tasks/deep/er.toml", "\"grp:two\" = 'echo two'\n")
        .mise(["tasks", "ls"])
        .mise(["run", "one"])
        .mise(["run", "list"])
        .mise(["run", "tb"])
        .mise(["run", "grp:two"])
        .check();
}

#[test]
fn config_names_in_a_task_directory_are_left_out() {
    Case::config("")
        .file(".mise/tasks/mise.toml", "a = 'true'\n")
        .file(".mise/tasks/mise.local.toml", "b = 'true'\n")
        .file(".mise/tasks/config.toml", "c = 'true'\n")
        .file(".mise/tasks/.hidden.toml", "d = 'true'\n")
        .file(".mise/tasks/.git/e.toml", "e = 'true'\n")
        .file(".mise/tasks/f.toml", "f = 'true'\n")
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn the_five_task_directories_have_an_order() {
    let dirs =
        ["mise-tasks/t", ".mise-tasks/t", ".mise/tasks/t", ".config/mise/tasks/t", "mise/tasks/t"];
    let define = |case: Case, &path: &&'static str| {
        case.executable(path, &format!("#!/bin/sh\necho {path}; pwd\n"))
    };
    let run = |case: Case, &path: &&'static str| case.mise(["run", "t"]).remove(path);
    let defined = dirs.iter().fold(Case::empty(), define);
    dirs.iter().rev().fold(defined, run).check();
}

#[test]
fn task_directories_of_parents_need_no_config() {
    Case::empty()
        .executable("mise-tasks/outer", "#!/bin/sh\necho outer; pwd\n")
        .executable("a/.mise/tasks/inner", "#!/bin/sh\necho inner; pwd\n")
        .dir("a/b")
        .mise(["tasks", "ls"])
        .cwd("a/b")
        .mise(["run", "outer"])
        .cwd("a/b")
        .mise(["run", "inner"])
        .cwd("a/b")
        .check();
}

#[test]
fn an_executable_beats_an_include_of_its_directory() {
    Case::empty()
        .executable("mise-tasks/t", "#!/bin/sh\necho script\n")
        .file("mise-tasks/more.toml", "t = 'echo include'\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn file_tasks_are_named_by_their_path() {
    Case::empty()
        .executable("mise-tasks/build", "#!/bin/sh\necho build\n")
        .executable("mise-tasks/db/migrate.sh", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .executable("mise-tasks/db/_default", "#!/bin/sh\necho default of db\n")
        .executable("mise-tasks/.dotted", "#!/bin/sh\n")
        .executable("mise-tasks/.dir/x", "#!/bin/sh\n")
        .file("mise-tasks/plain", "#!/bin/sh\necho not executable\n")
        .executable("scripts/linked", "#!/bin/sh\necho linked\n")
        .symlink("mise-tasks/more", "../scripts")
        .symlink("mise-tasks/dangling", "nowhere")
        .mise(["tasks", "ls"])
        .mise(["run", "db:migrate"])
        .mise(["run", "db"])
        .mise(["run", "more:linked"])
        .check();
}

fn includes(list: &str) -> String {
    format!("[vars]\nd = 'own'\n[task_config]\nincludes = {list}\n")
}

#[test]
fn includes_replace_the_task_directories() {
    Case::empty()
        .executable("mise-tasks/default", "#!/bin/sh\n")
        .executable("own/a", "#!/bin/sh\necho own a; pwd\n")
        .executable("other/a", "#!/bin/sh\necho other a\n")
        .file("one.toml", "b = 'echo one b'\n")
        .file("mise.toml", &includes("['own', 'one.toml', 'missing']"))
        .mise(["tasks", "ls"])
        .mise(["run", "a"])
        .mise(["run", "b"])
        .file("mise.toml", &includes("['own', 'other']"))
        .mise(["run", "a"])
        .file("mise.toml", &includes("[]"))
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn task_config_sets_the_directory_of_every_task() {
    Case::config(
        r"
[task_config]
dir = '{{config_root}}/work'
[tasks]
inline = 'pwd'
[tasks.own]
dir = 'other'
run = 'pwd'
",
    )
    .dir("work")
    .dir("other")
    .executable("mise-tasks/script", "#!/bin/sh\npwd\n")
    .file("mise-tasks/more.toml", "include = 'pwd'\n")
    .mise(["run", "inline"])
    .mise(["run", "own"])
    .mise(["run", "script"])
    .mise(["run", "include"])
    .check();
}

#[test]
fn task_config_can_cascade_to_directories_below() {
    let config = |cascade: bool| {
        format!(
            r"
[task_config]
dir = '{{{{config_root}}}}/work'
includes = ['shared']
cascade = {cascade}
"
        )
    };
    Case::config(&config(true))
        .executable("shared/s", "#!/bin/sh\necho s; pwd\n")
        .file("sub/mise.toml", "[tasks]\ninline = 'pwd'\n")
        .dir("work")
        .dir("sub/work")
        .mise(["tasks", "ls", "-x"])
        .cwd("sub")
        .mise(["run", "inline"])
        .cwd("sub")
        .mise(["run", "s"])
        .cwd("sub")
        .file("mise.toml", &config(false))
        .mise(["run", "inline"])
        .cwd("sub")
        .mise(["run", "s"])
        .cwd("sub")
        .check();
}

#[test]
fn task_config_sets_the_shell_of_inline_tasks() {
    Case::config(
        r"
[task_config]
shell = 'bash -c'
[tasks]
a = 'echo ${BASH_VERSION+bash}; false; echo on'
[tasks.b]
shell = 'sh -c'
run = 'echo ${BASH_VERSION-sh}'
",
    )
    .mise(["run", "a"])
    .mise(["run", "-s", "sh -c", "a"])
    .mise(["run", "b"])
    .check();
}

#[test]
fn an_inline_command_replaces_the_script_of_that_name() {
    Case::config("[tasks.t]\nrun = 'echo inline'\n")
        .executable("mise-tasks/t", "#!/bin/sh\n#MISE description=\"script\"\necho script\n")
        .mise(["run", "t"])
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn an_inline_block_without_a_command_overlays_a_script() {
    Case::config(
        r#"
[tasks.t]
description = "overlay"
alias = "tt"
depends = ["second"]
env = { A = "overlay" }
[tasks.first]
run = "echo first"
[tasks.second]
run = "echo second"
"#,
    )
    .executable(
        "mise-tasks/t",
        r#"#!/bin/sh
#MISE description="script"
#MISE alias="ts"
#MISE depends=["first"]
#MISE env={A="script", B="script"}
echo $A $B
"#,
    )
    .mise(["tasks", "ls", "-x"])
    .mise(["run", "-j1", "tt"])
    .mise(["run", "-j1", "ts"])
    .check();
}

#[test]
fn headers_of_scripts_are_read_in_many_spellings() {
    let spellings = [
        ("mise-tasks/a", "#MISE description=\"plain\""),
        ("mise-tasks/b", "# MISE description=\"spaced\""),
        ("mise-tasks/c", "#[MISE] description=\"bracketed\""),
        ("mise-tasks/d", "//MISE description=\"slashes\""),
        ("mise-tasks/e", "# [MISE] description=\"both\""),
        ("mise-tasks/f", "::MISE description=\"colons\""),
        ("mise-tasks/g", "#mise description=\"lower case\""),
        ("mise-tasks/h", " #MISE description=\"indented\""),
        ("mise-tasks/i", "##MISE description=\"doubled\""),
        ("mise-tasks/j", "#MISE  description = \"wide\" # with a comment"),
        ("mise-tasks/k", "echo\n#MISE description=\"one\"\n\n#MISE description=\"two\""),
    ];
    let define = |case: Case, &(path, header): &(&'static str, &str)| {
        case.executable(path, &format!("#!/bin/sh\n{header}\n"))
    };
    spellings.iter().fold(Case::empty(), define).mise(["tasks", "ls"]).check();
}

#[test]
fn headers_set_what_a_block_would_set() {
    Case::config("[tasks]\nfirst = 'echo first'\nlast = 'echo last'\n")
        .executable(
            "mise-tasks/all",
            r#"#!/bin/sh
#MISE description="all of it"
#MISE aliases=["al", "ll"]
#MISE depends=[
#MISE   "first",
#MISE ]
#MISE depends_post="last"
#MISE dir="{{config_root}}/work"
#MISE env.A="1"
#MISE env.B="2"
pwd
echo "$A $B {{not.a.template}}" "$@"
"#,
        )
        .executable("mise-tasks/shy", "#!/bin/sh\n#MISE hide=true\n#MISE quiet=true\necho shy\n")
        .dir("work")
        .mise(["tasks", "ls", "-x"])
        .mise(["run", "ll", "x", "y z"])
        .mise(["run", "shy"])
        .check();
}

#[test]
fn an_unknown_header_key_is_a_warning() {
    Case::empty()
        .executable("mise-tasks/a", "#!/bin/sh\n#MISE bogus=1\necho a\n")
        .mise(["run", "a"])
        .check();
}

#[test]
fn a_file_is_found_from_the_config_root() {
    let script = r#"#!/bin/sh
#MISE description="not read"
pwd; echo "$MISE_TASK_FILE $MISE_TASK_DIR" "$@"
"#;
    Case::empty()
        .file(
            ".config/mise.toml",
            r"
[tasks.t]
file = 'scripts/x.sh'
[tasks.d]
file = './scripts/x.sh'
dir = 'scripts'
",
        )
        .executable("scripts/x.sh", script)
        .mise(["run", "t", "a b", "c"])
        .mise(["run", "d"])
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn a_file_may_be_a_template() {
    Case::config("[vars]\nd = 'scripts'\n[tasks.t]\nfile = '{{config_root}}/{{vars.d}}/x.sh'\n")
        .executable("scripts/x.sh", "#!/bin/sh\npwd\n")
        .mise(["run", "t"])
        .stderr_differs("mise first tries to read the text before it is rendered, and warns")
        .check();
}

#[test]
fn a_file_that_is_not_executable_is_refused() {
    Case::config("[tasks.t]\nfile = 'x.sh'\ndepends = ['d']\n[tasks.d]\nrun = 'echo d'\n")
        .file("x.sh", "#!/bin/sh\necho x\n")
        .mise(["run", "t"])
        .check();
}
