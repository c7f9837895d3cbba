//! Settings that touch tasks, from files, variables and under their old names; `min_version`;
//! keys that are on their way out.

use crate::support::Case;

/// A project with these settings, and a task that says what it was given.
fn settings(text: &str) -> Case {
    Case::config(&format!("[settings]\n{text}\n[tasks]\na = 'echo ok'\n"))
}

/// The settings of these projects are as the reference's: same output and code.
#[track_caller]
fn same(texts: &[&str], reason: &'static str) {
    for text in texts {
        settings(text).mise(["run", "a"]).stderr_differs(reason).check();
    }
}

const OWN_WORDS: &str =
    "the words of the parser are its own; ours mark the line and say what to do";
const ONCE: &str = "mise gives a warning as often as it reads the settings; we give it once";

#[test]
fn an_unknown_setting_is_a_warning() {
    settings("bogus = 1\nexperimental = true").mise(["tasks", "ls"]).check();
    same(
        &["bogus = 1", "\"task.output\" = 'x'", "bogus.x = 1", "_ = 1", "node.flavor = 'x'"],
        ONCE,
    );
}

#[test]
fn an_unknown_setting_of_a_group_is_an_error() {
    same(&["task.bogus = 1", "sandbox.bogus = 1", "task = 1"], OWN_WORDS);
}

#[test]
fn a_flag_takes_true_or_false() {
    let values = ["quiet = 'true'", "silent = 1", "raw = 'x'", "experimental = 'x'", "no_env = 1"];
    same(&values, OWN_WORDS);
}

#[test]
fn a_flag_of_tasks_takes_true_or_false() {
    same(
        &[
            "task.timings = 'x'",
            "sandbox.deny_read = 'x'",
            "task.show_full_cmd = 1",
            "task.skip_depends = 'x'",
            "task.quiet = 'x'",
            "task.source_freshness_hash_contents = 1",
            "env_shell_expand = 'x'",
            "use_file_shell_for_executable_tasks = 'x'",
            "auto_env = 1",
        ],
        OWN_WORDS,
    );
}

#[test]
fn a_number_is_not_below_zero() {
    same(
        &["jobs = 'x'", "jobs = '3'", "jobs = -1", "jobs = 1.5", "task.monorepo_depth = 'x'"],
        OWN_WORDS,
    );
    same(&["jobs = 0", "jobs = 3"], ONCE);
}

#[test]
fn a_text_is_a_text() {
    same(&["env_file = 1", "env_file = ['a']", "task.timeout = 5", "task.output = 1"], OWN_WORDS);
}

#[test]
fn a_list_is_a_list() {
    same(
        &[
            "task.skip = 'a'",
            "task.skip = 1",
            "task.disable_paths = 'a'",
            "ignored_config_paths = 'x'",
            "ceiling_paths = 'x'",
            "env = 'dev'",
        ],
        OWN_WORDS,
    );
}

#[test]
fn what_only_the_user_may_decide_is_ignored_in_a_project() {
    same(
        &[
            "yes = true",
            "paranoid = true",
            "safe = true",
            "trusted_config_paths = ['/']",
            "unix_default_inline_shell_args = 'bash -c'",
            "unix_default_file_shell_args = 'bash'",
        ],
        ONCE,
    );
}

#[test]
fn what_only_the_user_may_decide_has_a_type_in_a_project_too() {
    same(&["paranoid = 'x'", "unix_default_inline_shell_args = ['a']"], OWN_WORDS);
}

#[test]
fn the_user_may_decide_on_the_inline_shell() {
    Case::config("[tasks]\na = 'echo ${BASH_VERSION:+bash}; false; echo after'\n")
        .file(
            "../home/.config/mise/config.toml",
            "[settings]\nunix_default_inline_shell_args = 'bash -c'\n",
        )
        .mise(["run", "a"])
        .check();
}

#[test]
fn old_flat_names_work_and_warn() {
    for text in ["task_output = 'prefix'", "task_timings = true", "task_skip = ['a']"] {
        settings(text).mise(["run", "a"]).check();
    }
    same(
        &[
            "task_skip_depends = true",
            "task_show_full_cmd = true",
            "task_run_auto_install = false",
            "task_remote_no_cache = true",
        ],
        ONCE,
    );
    same(&["task_output = 'bogus'", "task_bogus = 1", "task_skip = 1"], OWN_WORDS);
}

#[test]
fn variables_are_above_files() {
    settings("task.skip = ['nobody']\ntask.output = 'interleave'")
        .mise(["run", "a"])
        .env("MISE_TASK_SKIP", "a")
        .mise(["run", "a"])
        .env("MISE_TASK_OUTPUT", "prefix")
        .mise(["run", "a"])
        .env("MISE_TASK_SHOW_FULL_CMD", "1")
        .check();
}

#[test]
fn a_variable_that_is_neither_yes_nor_no_is_an_error() {
    for variable in ["MISE_QUIET", "MISE_EXPERIMENTAL", "MISE_TASK_TIMINGS", "MISE_SAFE"] {
        settings("").mise(["run", "a"]).env(variable, "x").stderr_differs(OWN_WORDS).check();
    }
}

#[test]
fn in_safe_mode_nothing_runs() {
    for words in [&["run", "a"][..], &["a"], &["run", "nope"], &["run", "--dry-run", "a"]] {
        settings("").mise(words).env("MISE_SAFE", "1").stderr_differs("no link of mise's").check();
    }
    settings("").mise(["tasks", "ls"]).env("MISE_SAFE", "1").check();
    settings("")
        .file("../home/.config/mise/config.toml", "[settings]\nsafe = true\n")
        .mise(["run", "a"])
        .stderr_differs("no link of mise's")
        .check();
}

#[test]
fn a_paranoid_user_may_run_what_is_trusted() {
    settings("").mise(["run", "a"]).env("MISE_PARANOID", "1").check();
}

#[test]
fn no_env_changes_nothing_for_a_task() {
    let config = "[env]\nA = '1'\n[tasks]\na = 'echo A=$A {{env.A}}'\n";
    Case::config(config)
        .mise(["--no-env", "run", "a"])
        .mise(["run", "a"])
        .env("MISE_NO_ENV", "1")
        .check();
    Case::config(&format!("[settings]\nno_env = true\n{config}")).mise(["run", "a"]).check();
}

/// Dotenv files in the project, below it and at home.
fn dotenv(config: &str) -> Case {
    Case::config(config)
        .file(".dv", "DOT=root\nOTHER=1\n")
        .file("c/.dv", "DOT=child\n")
        .file("../home/.dv", "DOT=home\n")
}

const DOT: &str =
    "[env]\nX = \"{{env.DOT | default(value='none')}}\"\n[tasks]\na = 'echo $DOT $OTHER $X; pwd'\n";

#[test]
fn a_dotenv_file_of_a_name_is_read_in_every_directory() {
    dotenv(&format!("[settings]\nenv_file = '.dv'\n{DOT}"))
        .file("c/mise.toml", "[tasks]\nc = 'echo $DOT $OTHER'\n")
        .mise(["run", "a"])
        .mise(["run", "a"])
        .cwd("c")
        .mise(["run", "c"])
        .cwd("c")
        .check();
}

#[test]
fn a_dotenv_file_is_above_the_caller_and_below_env() {
    dotenv("[settings]\nenv_file = '.dv'\n[env]\nDOT = 'toml'\n[tasks]\na = 'echo $DOT $OTHER'\n")
        .mise(["run", "a"])
        .env("OTHER", "caller")
        .check();
}

#[test]
fn a_dotenv_file_may_be_named_by_a_variable() {
    for name in [".dv", ".none", "c/.dv", "[HOME]/.dv", "~/.dv", ""] {
        dotenv(DOT).mise(["run", "a"]).env("MISE_ENV_FILE", name).check();
    }
    let set = format!("[settings]\nenv_file = '.dv'\n{DOT}");
    dotenv(&set).mise(["run", "a"]).env("MISE_ENV_FILE", ".none").check();
}

#[test]
fn a_dotenv_file_may_be_the_users_choice() {
    dotenv("[tasks]\na = 'echo $DOT'\n")
        .file("../home/.config/mise/config.toml", "[settings]\nenv_file = '.dv'\n")
        .mise(["run", "a"])
        .check();
}

#[test]
fn a_dotenv_file_is_no_template() {
    Case::config("[settings]\nenv_file = '.dv'\n[tasks]\na = 'echo $T'\n")
        .file(".dv", "T={{1+1}}\n")
        .mise(["run", "a"])
        .check();
}

/// Executable files of many kinds.
fn files() -> Case {
    Case::config("[tasks.f]\nfile = 'scr'\n[tasks.g]\nfile = 'scr'\nshell = 'bash -x'\n")
        .executable("scr", "echo scr ${BASH_VERSION:+bash} \"$@\"; false; echo after\n")
        .executable("mise-tasks/n", "echo none ${BASH_VERSION:+bash} \"$@\"; false; echo after\n")
        .executable("mise-tasks/b", "#!/bin/bash\necho bash ${BASH_VERSION:+bash} \"$@\"\n")
        .executable(
            "mise-tasks/s",
            "#!/bin/sh\n#MISE shell=\"bash -e\"\necho sh ${BASH_VERSION:+bash} \"$@\"\n",
        )
}

#[test]
fn a_setting_runs_files_through_a_shell() {
    for name in ["f", "g", "n", "b", "s"] {
        files()
            .mise(["run", name, "a b", "c"])
            .env("MISE_USE_FILE_SHELL_FOR_EXECUTABLE_TASKS", "1")
            .mise(["run", name, "a b", "c"])
            .check();
    }
}

#[test]
fn files_that_name_no_shell_get_the_default_one() {
    for name in ["f", "n", "b", "s", "./scr"] {
        files()
            .mise(["run", name, "x"])
            .env("MISE_USE_FILE_SHELL_FOR_EXECUTABLE_TASKS", "1")
            .env("MISE_UNIX_DEFAULT_FILE_SHELL_ARGS", "bash -e")
            .check();
    }
}

#[test]
fn the_shell_of_files_may_be_set_in_files() {
    files()
        .file(
            "../home/.config/mise/config.toml",
            "[settings]\nunix_default_file_shell_args = 'bash'\n\
             use_file_shell_for_executable_tasks = true\n",
        )
        .mise(["run", "n"])
        .check();
}

/// Minimum versions: same output and code.
#[track_caller]
fn versions(texts: &[&str]) {
    for text in texts {
        Case::config(&format!("{text}\n[tasks]\na = 'echo ok'\n"))
            .mise(["run", "a"])
            .stderr_differs("no hint how to update mise")
            .check();
    }
}

#[test]
fn a_version_is_required_or_recommended() {
    versions(&[
        "min_version = '2099.1'",
        "min_version = { soft = '2099.1' }",
        "min_version = { soft = '2099.1', hard = '2099.2' }",
        "min_version = { hard = '2020.1', soft = '2020.1' }",
        "min_version = {}",
    ]);
}

#[test]
fn versions_are_compared_number_by_number() {
    versions(&[
        "min_version = '2026.9.15'",
        "min_version = '2026.9.16'",
        "min_version = '2026.10'",
        "min_version = '2026.9.15.1'",
        "min_version = '2026.9.15-beta'",
        "min_version = 'bogus'",
        "min_version = 'v2099'",
    ]);
}

#[test]
fn a_version_of_another_type_is_an_error() {
    versions(&[
        "min_version = 1",
        "min_version = ['2020']",
        "min_version = ''",
        "min_version = { x = '1' }",
        "min_version = { soft = 1 }",
    ]);
}

#[test]
fn in_an_include_it_is_a_task() {
    Case::empty()
        .file("mise-tasks/x.toml", "min_version = 'echo hi'\n")
        .mise(["run", "min_version"])
        .check();
}

#[test]
fn deprecated_names_of_env_files_still_work() {
    for line in ["env_file = '.dv'", "dotenv = '.dv'", "env_file = ['none', '.dv']"] {
        dotenv(&format!("{line}\n{DOT}")).mise(["run", "a"]).check();
    }
}

#[test]
fn the_deprecated_path_still_works() {
    for line in ["env_path = 'bin'", "env_path = ['bin', 'b2']"] {
        Case::config(&format!("{line}\n[tasks]\na = 'tool; tool2'\n"))
            .executable("bin/tool", "#!/bin/sh\necho tool\n")
            .executable("b2/tool2", "#!/bin/sh\necho tool2\n")
            .mise(["run", "a"])
            .check();
    }
}

#[test]
fn the_deprecated_alias_table_is_a_warning() {
    Case::config("[alias]\nx = '1'\n[tasks]\na = 'echo ok'\n").mise(["run", "a"]).check();
}

#[test]
fn deprecated_keys_have_types() {
    for line in ["env_file = 1", "dotenv = 1", "env_path = 1", "alias = 1"] {
        Case::config(&format!("{line}\n[tasks]\na = 'echo ok'\n"))
            .mise(["run", "a"])
            .stderr_differs(OWN_WORDS)
            .check();
    }
}
