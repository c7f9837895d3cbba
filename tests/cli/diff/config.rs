//! Which files define tasks, and which definition wins.

use crate::support::Case;

/// Files that all define the task `t`, lowest precedence first: the winner runs and is removed,
/// until none is left.
fn peel(files: &[&'static str], args: &[&str]) -> Case {
    let define = |case: Case, &path: &&'static str| {
        case.file(path, &format!("[tasks]\nt = \"echo {path}\"\n"))
    };
    let run = |case: Case, &path: &&'static str| case.mise(args).remove(path);
    let defined = files.iter().fold(Case::empty(), define);
    files.iter().rev().fold(defined, run)
}

#[test]
fn files_of_one_directory_have_an_order() {
    let files = [
        ".config/mise/conf.d/a.toml",
        ".config/mise/conf.d/b.toml",
        ".config/mise/config.toml",
        ".config/mise/mise.toml",
        ".config/mise.toml",
        ".mise/conf.d/a.toml",
        ".mise/config.toml",
        "mise/conf.d/a.toml",
        "mise/config.toml",
        "mise.toml",
        ".mise.toml",
        ".config/mise/config.local.toml",
        ".config/mise/mise.local.toml",
        ".config/mise.local.toml",
        ".mise/config.local.toml",
        "mise/config.local.toml",
        "mise.local.toml",
        ".mise.local.toml",
    ];
    peel(&files, &["run", "t"]).check();
}

#[test]
fn files_of_a_profile_are_above_all_plain_ones() {
    let files = [
        "mise.toml",
        ".mise.local.toml",
        ".config/mise/config.dev.toml",
        ".config/mise.dev.toml",
        "mise/config.dev.toml",
        "mise.dev.toml",
        ".mise/config.dev.toml",
        ".mise.dev.toml",
        ".config/mise/config.dev.local.toml",
        ".config/mise.dev.local.toml",
        "mise/config.dev.local.toml",
        "mise.dev.local.toml",
        ".mise/config.dev.local.toml",
        ".mise.dev.local.toml",
    ];
    peel(&files, &["-E", "dev", "run", "t"]).check();
}

#[test]
fn a_later_profile_is_above_an_earlier_one() {
    let files = [
        "mise.toml", "mise.local.toml", "mise.a.toml", "mise.a.local.toml", "mise.b.toml",
        "mise.b.local.toml",
    ];
    peel(&files, &["-E", "a,b", "run", "t"]).check();
}

#[test]
fn a_profile_may_come_from_the_environment() {
    Case::config("[tasks]\nt = 'echo plain'\n")
        .file("mise.dev.toml", "[tasks]\nt = 'echo dev'\nonly = 'echo only-dev'\n")
        .file("mise.ci.toml", "[tasks]\nt = 'echo ci'\n")
        .mise(["run", "t"])
        .mise(["run", "t"])
        .env("MISE_ENV", "dev")
        .mise(["run", "t", ":::", "only"])
        .env("MISE_ENV", "ci,dev")
        .unordered()
        .check();
}

#[test]
fn a_task_sees_the_active_profiles() {
    Case::config("[tasks]\nt = 'echo ${MISE_ENV-none} {{ mise_env | default(value=[]) }}'\n")
        .mise(["run", "t"])
        .mise(["-E", "a", "run", "t"])
        .mise(["run", "-E", "a,b", "t"])
        .mise(["run", "t"])
        .env("MISE_ENV", "c")
        .check();
}

#[test]
fn files_with_almost_the_right_name_are_not_read() {
    let names = [
        "config.toml",
        ".mise/mise.toml",
        "mise/mise.toml",
        ".config/.mise.toml",
        ".rtx.toml",
        ".config/mise/mise.dev.toml",
    ];
    let start = Case::config("[tasks]\nseen = 'true'\n");
    let unread = |case: Case, &name: &&'static str| case.file(name, "[tasks]\nunseen = 'true'\n");
    names
        .iter()
        .fold(start, unread)
        .mise(["tasks", "ls"])
        .mise(["-E", "dev", "tasks", "ls"])
        .check();
}

#[test]
fn the_nearer_directory_wins_and_the_rest_is_inherited() {
    Case::config("[tasks]\nboth = 'echo outer; pwd'\nouter = 'echo only outer; pwd'\n")
        .file("a/mise.toml", "[tasks]\nboth = 'echo inner; pwd'\n")
        .dir("a/b")
        .mise(["run", "both"])
        .mise(["run", "both"])
        .cwd("a/b")
        .mise(["run", "outer"])
        .cwd("a/b")
        .mise(["-C", "a", "run", "both"])
        .check();
}

#[test]
fn a_child_without_a_command_hides_the_parents_command() {
    Case::config("[tasks.t]\nrun = 'echo outer'\ndepends = ['d']\n[tasks.d]\nrun = 'echo d'\n")
        .file("sub/mise.toml", "[tasks.t]\ndescription = 'only words'\n")
        .mise(["run", "t"])
        .cwd("sub")
        .mise(["tasks", "ls"])
        .cwd("sub")
        .check();
}

#[test]
fn a_parents_task_depends_on_the_childs_definition() {
    Case::config(
        "[tasks.check]\ndepends = ['lint']\nrun = 'pwd'\n[tasks.lint]\nrun = 'echo outer lint'\n",
    )
    .file("sub/mise.toml", "[tasks.lint]\nrun = 'echo inner lint; pwd'\n")
    .mise(["run", "check"])
    .cwd("sub")
    .mise(["run", "check"])
    .check();
}

#[test]
fn a_ceiling_hides_itself_and_what_is_above_it() {
    Case::config("[tasks]\ntop = 'true'\n")
        .file("a/mise.toml", "[tasks]\na = 'true'\n")
        .file("a/b/mise.toml", "[tasks]\nb = 'true'\n")
        .mise(["tasks", "ls"])
        .cwd("a/b")
        .mise(["tasks", "ls"])
        .cwd("a/b")
        .env("MISE_CEILING_PATHS", "[P]")
        .mise(["tasks", "ls"])
        .cwd("a/b")
        .env("MISE_CEILING_PATHS", "/nowhere:[P]/a")
        .check();
}

#[test]
fn global_tasks_run_at_home_below_every_project_task() {
    Case::config("[tasks]\nboth = 'echo project'\n")
        .file(
            "../home/.config/mise/config.toml",
            r"
[tasks]
both = 'echo global'
only = 'echo global; pwd; echo $MISE_CONFIG_ROOT $MISE_PROJECT_ROOT'
",
        )
        .mise(["run", "both"])
        .mise(["run", "only"])
        .mise(["tasks", "ls", "--global", "-x"])
        .mise(["tasks", "ls", "--local", "-x"])
        .check();
}

#[test]
fn global_files_have_an_order_in_which_local_beats_profile() {
    let files = [
        "../system/config.toml",
        "../home/.config/mise/conf.d/a.toml",
        "../home/.config/mise/config.toml",
        "../home/.config/mise/mise.toml",
        "../home/.config/mise/config.dev.toml",
        "../home/.config/mise/mise.dev.toml",
        "../home/.config/mise/config.local.toml",
        "../home/.config/mise/mise.local.toml",
        "../home/.config/mise/config.dev.local.toml",
        "../home/.config/mise/mise.dev.local.toml",
        "mise.toml",
    ];
    peel(&files, &["-E", "dev", "run", "t"]).check();
}

#[test]
fn the_system_directory_is_read_first() {
    Case::config("[tasks]\np = 'true'\n")
        .file(
            "../system/config.toml",
            "[tasks]\ns = 'pwd'\ng = 'echo system'\n[env]\nA = 'system'\nB = 'system'\n",
        )
        .file(
            "../home/.config/mise/config.toml",
            "[tasks]\ng = 'echo global $A $B'\n[env]\nB = 'global'\n",
        )
        .mise(["tasks", "ls"])
        .mise(["run", "s"])
        .mise(["run", "g"])
        .check();
}

#[test]
fn one_file_may_replace_the_global_ones() {
    Case::config("")
        .file("../home/.config/mise/config.toml", "[tasks]\nold = 'true'\n")
        .file("../home/other.toml", "[tasks]\nnew = 'echo new; pwd'\n")
        .mise(["tasks", "ls"])
        .env("MISE_GLOBAL_CONFIG_FILE", "[HOME]/other.toml")
        .mise(["run", "new"])
        .env("MISE_GLOBAL_CONFIG_FILE", "[HOME]/other.toml")
        .check();
}

#[test]
fn an_overlay_of_the_same_root_adds_and_a_command_replaces() {
    Case::config(
        r#"
[tasks.t]
run = "echo base $A $B"
description = "base"
depends = ["d"]
env = { A = "base", B = "base" }
[tasks.r]
run = "echo base"
description = "base"
depends = ["d"]
[tasks.d]
run = "echo d"
[tasks.e]
run = "echo e"
"#,
    )
    .file(
        "mise.local.toml",
        r#"
[tasks.t]
description = "local"
depends = ["e"]
quiet = true
env = { B = "local" }
[tasks.r]
run = "echo local"
"#,
    )
    .mise(["run", "-j1", "t"])
    .mise(["run", "r"])
    .mise(["tasks", "ls"])
    .check();
}

#[test]
fn other_names_may_replace_the_list_of_files() {
    Case::config("[tasks]\nm = 'true'\n")
        .file("a.toml", "[tasks]\nt = 'echo a'\na = 'true'\n")
        .file("b.toml", "[tasks]\nt = 'echo b'\n")
        .mise(["tasks", "ls"])
        .env("MISE_OVERRIDE_CONFIG_FILENAMES", "a.toml:b.toml")
        .mise(["run", "t"])
        .env("MISE_OVERRIDE_CONFIG_FILENAMES", "a.toml:b.toml")
        .mise(["run", "t"])
        .env("MISE_OVERRIDE_CONFIG_FILENAMES", "b.toml:a.toml")
        .mise(["tasks", "ls"])
        .env("MISE_OVERRIDE_CONFIG_FILENAMES", "a.toml,b.toml")
        .check();
}

#[test]
fn another_name_may_join_the_list_of_files() {
    Case::config("[tasks]\nm = 'true'\nt = 'echo mise'\n")
        .file("a.toml", "[tasks]\nt = 'echo a'\n")
        .file(".mise.toml", "[tasks]\nu = 'true'\n")
        .mise(["tasks", "ls"])
        .env("MISE_DEFAULT_CONFIG_FILENAME", "a.toml")
        .mise(["run", "t"])
        .env("MISE_DEFAULT_CONFIG_FILENAME", "a.toml")
        .check();
}

#[test]
fn ignored_files_are_not_read() {
    Case::config("[tasks]\nm = 'true'\n")
        .file("sub/mise.toml", "[tasks]\ns = 'true'\n")
        .mise(["tasks", "ls"])
        .cwd("sub")
        .env("MISE_IGNORED_CONFIG_PATHS", "[P]/mise.toml")
        .mise(["--no-config", "tasks", "ls"])
        .cwd("sub")
        .mise(["tasks", "ls"])
        .cwd("sub")
        .env("MISE_NO_CONFIG", "1")
        .check();
}

#[test]
fn an_underscore_table_is_nobodys_business() {
    Case::config("[_]\nx = 1\n[_.mine.tasks.y]\nz = [1]\n[tasks]\n_ = 'echo underscore'\n")
        .mise(["tasks", "ls"])
        .mise(["run", "_"])
        .check();
}

#[test]
fn a_newer_minimum_version_stops_every_command() {
    Case::config("min_version = '2099.1.1'\n[tasks]\na = 'echo a'\n")
        .mise(["run", "a"])
        .file("mise.toml", "[tasks]\na = 'echo a'\n")
        .mise(["run", "a"])
        .stderr_differs("the hint how to update is each program's own")
        .check();
}

#[test]
fn an_older_minimum_version_is_met() {
    Case::config("min_version = { hard = '2024.1.1', soft = '2026.1.1' }\n[tasks]\na = 'echo a'\n")
        .mise(["run", "a"])
        .check();
}
