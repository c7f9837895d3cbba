//! `[task_config]`: where tasks are looked for, where not, and what is passed down.

use crate::support::Case;

/// An executable that says its name and its directory.
const SCRIPT: &str = "#!/bin/sh\necho ${0##*/}; pwd\n";

/// A project with scripts in many directories, and these `includes`.
fn includes(entries: &str) -> Case {
    let config = format!(
        "[vars]\nv = 'a'\n[env]\nE = 'b'\n[task_config]\nincludes = {entries}\n\
         [tasks]\nalways = 'true'\n"
    );
    Case::config(&config)
        .executable("a/t1", SCRIPT)
        .executable("b/t1", SCRIPT)
        .executable("b/x/t2", SCRIPT)
        .executable("b/x/y/t3", SCRIPT)
        .executable("g1/q", SCRIPT)
        .executable("g2/q", SCRIPT)
        .executable("one/single", SCRIPT)
        .executable(".hid/h", SCRIPT)
        .executable("../home/ht/hh", SCRIPT)
        .file("a/extra.toml", "inc = 'echo inc; pwd'\n")
        .file("b/x/more.toml", "inc2 = 'echo inc2'\n")
}

/// Every listing of these lists of entries is as the reference's, with sources.
#[track_caller]
fn listed(lists: &[&str]) {
    for list in lists {
        includes(list).mise(["tasks", "ls", "--json"]).check();
    }
}

#[test]
fn the_last_entry_wins() {
    listed(&["['a', 'b']", "['b', 'a']", "['g2', 'g1']"]);
}

#[test]
fn a_star_means_directories_and_toml_files() {
    listed(&["['g*']", "['b/*']", "['one/*']", "['a/*.toml']"]);
}

#[test]
fn two_stars_mean_any_depth() {
    listed(&["['b/**']", "['b/**/*.toml']", "['**/t2']", "['**/y']"]);
}

#[test]
fn sets_and_question_marks_are_patterns_and_braces_are_not() {
    listed(&["['g[12]']", "['g?']", "['g[!1]']", "['{a,b}']"]);
}

#[test]
fn a_pattern_below_home_and_an_absolute_one() {
    listed(&["['~/h*']", "['{{config_root}}/g*']"]);
}

#[test]
fn entries_are_templates() {
    listed(&["['{{vars.v}}']", "['{{env.E}}']", "['{{config_root}}/a']", "['{{vars.v}}/*.toml']"]);
}

#[test]
fn an_entry_may_start_programs() {
    listed(&["[\"{{exec(command='echo a')}}\"]"]);
}

#[test]
fn entries_may_point_anywhere() {
    listed(&["['~/ht']", "['~']", "['./a']", "['../p/a']", "['.hid']", "['a/extra.toml']"]);
}

#[test]
fn what_is_not_there_is_passed_over() {
    listed(&["['none']", "['none/*']", "['one/single']", "[]", "['https://x.invalid/a.toml']"]);
}

#[test]
fn an_empty_entry_is_the_root_itself() {
    listed(&["['']"]);
}

#[test]
fn a_pattern_that_is_none_is_a_warning() {
    includes("['g[12', 'a']")
        .mise(["tasks", "ls"])
        .stderr_differs("mise gives this warning twice")
        .check();
}

#[test]
fn included_tasks_run_at_their_root() {
    includes("['b/**', 'a']")
        .mise(["run", "t3"])
        .mise(["run", "y:t3"])
        .mise(["run", "inc"])
        .check();
}

#[test]
fn an_entry_sees_all_vars_and_its_own_files_variables() {
    Case::config("[vars]\nv = 'pv'\n[env]\nE = 'pe'\n[task_config]\nincludes = ['{{vars.v}}', '{{env.E}}']\n")
        .executable("pv/in-pv", SCRIPT)
        .executable("cv/in-cv", SCRIPT)
        .executable("pe/in-pe", SCRIPT)
        .executable("ce/in-ce", SCRIPT)
        .file("c/mise.toml", "[vars]\nv = 'cv'\n[env]\nE = 'ce'\n")
        .mise(["tasks", "ls"])
        .cwd("c")
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn an_entry_does_not_see_the_variables_of_other_files() {
    Case::config("[env]\nE = 'x'\n")
        .file(
            "mise.local.toml",
            "[task_config]\nincludes = [\"{{env.E | default(value='none')}}\"]\n",
        )
        .executable("x/in-x", SCRIPT)
        .executable("none/in-none", SCRIPT)
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn an_entry_sees_the_callers_variables() {
    Case::config("[task_config]\nincludes = ['{{env.WHERE}}']\n")
        .executable("x/in-x", SCRIPT)
        .mise(["tasks", "ls"])
        .env("WHERE", "x")
        .check();
}

#[test]
fn of_two_files_of_a_directory_the_stronger_ones_includes_count() {
    Case::config("[task_config]\nincludes = ['a']\ndir = 'sub'\n[tasks]\nt = 'pwd; echo $0'\n")
        .dir("sub")
        .file("mise.local.toml", "[task_config]\nincludes = ['b']\nshell = 'bash -c'\n")
        .executable("a/in-a", SCRIPT)
        .executable("b/in-b", SCRIPT)
        .mise(["tasks", "ls"])
        .mise(["run", "t"])
        .check();
}

/// A parent whose `task_config` cascades, a child with this one, a grandchild without.
fn family(child: &str) -> Case {
    let parent = "[vars]\nv = 'sub'\n[task_config]\ncascade = true\ndir = '{{vars.v}}'\n\
                  shell = 'bash -c'\nincludes = ['tasks']\n";
    let task = |name: &str| format!("[tasks]\n{name} = 'pwd; echo $0'\n");
    Case::config(&format!("{parent}{}", task("p")))
        .executable("tasks/shared", SCRIPT)
        .executable("c/own/mine", SCRIPT)
        .executable("c/mise-tasks/default", SCRIPT)
        .executable("c/d/mise-tasks/deep", SCRIPT)
        .dir("sub")
        .dir("c/sub")
        .dir("c/d/sub")
        .dir("c/other")
        .dir("c/d/other")
        .file("c/mise.toml", &format!("{child}{}", task("c")))
        .file("c/d/mise.toml", &task("d"))
}

/// Listed and run from the child and from the grandchild.
#[track_caller]
fn told(child: &str) {
    family(child)
        .mise(["tasks", "ls", "--json"])
        .cwd("c/d")
        .mise(["run", "d"])
        .cwd("c/d")
        .mise(["run", "c"])
        .cwd("c/d")
        .mise(["run", "p"])
        .cwd("c/d")
        .mise(["tasks", "ls", "--json"])
        .cwd("c")
        .check();
}

#[test]
fn all_of_a_task_config_is_passed_down() {
    told("");
}

#[test]
fn a_child_may_replace_the_directory_alone_also_for_those_below() {
    told("[task_config]\ndir = 'other'\n");
}

#[test]
fn a_child_may_replace_the_includes_alone_also_for_those_below() {
    told("[task_config]\nincludes = ['own']\n");
}

#[test]
fn a_child_may_replace_the_shell_alone() {
    told("[task_config]\nshell = 'sh -c'\n");
}

#[test]
fn a_child_may_stop_it() {
    told("[task_config]\ncascade = false\n");
    told("[task_config]\ncascade = false\ndir = 'other'\nincludes = ['own']\n");
}

#[test]
fn a_child_may_pass_it_on_by_name() {
    told("[task_config]\ncascade = true\ndir = 'other'\n");
}

#[test]
fn without_cascade_nothing_is_passed_down() {
    Case::config("[task_config]\ndir = 'sub'\nshell = 'bash -c'\n")
        .file("c/mise.toml", "[tasks]\nc = 'pwd; echo $0'\n")
        .mise(["run", "c"])
        .cwd("c")
        .check();
}

#[test]
fn the_users_task_config_is_not_passed_to_projects() {
    Case::config("[tasks]\na = 'pwd'\n")
        .file(
            "../home/.config/mise/config.toml",
            "[task_config]\ncascade = true\ndir = 'sub'\n[tasks]\ng = 'pwd'\n",
        )
        .dir("../home/sub")
        .mise(["run", "a"])
        .mise(["run", "g"])
        .check();
}

/// A project with file tasks, and this line in its `[task_config]` or elsewhere.
fn hiding(config: &str) -> Case {
    Case::config(&format!("{config}\n[tasks]\nalways = 'true'\n"))
        .executable("mise-tasks/one", SCRIPT)
        .executable("mise-tasks/sub/two", SCRIPT)
        .executable("mise-tasks/sub/three", SCRIPT)
        .executable(".mise/tasks/four", SCRIPT)
        .executable("../home/hd/home", SCRIPT)
        .executable("c/mise-tasks/child", SCRIPT)
        .file("mise-tasks/inc.toml", "k = 'echo k'\n")
}

#[track_caller]
fn hidden(lists: &[&str]) {
    for list in lists {
        hiding(&format!("[task_config]\nexcludes = {list}")).mise(["tasks", "ls"]).check();
    }
}

#[test]
fn excluded_files_and_directories_hold_no_tasks() {
    hidden(&[
        "['mise-tasks/one']", "['mise-tasks/sub']", "['mise-tasks']", "['mise-tasks/inc.toml']",
        "['./mise-tasks/sub/']", "['one']", "[]",
    ]);
}

#[test]
fn excludes_may_be_patterns_and_templates() {
    hidden(&[
        "['mise-tasks/*']",
        "['mise-tasks/sub/t*']",
        "['**/two']",
        "['two']",
        "['*']",
        "['**']",
        "['{{config_root}}/mise-tasks/sub']",
        "['mise-tasks/{one,sub}']",
        "['!mise-tasks/one']",
    ]);
}

#[test]
fn an_excluded_pattern_that_is_none_is_a_warning() {
    hiding("[task_config]\nexcludes = ['mise-tasks/[12']").mise(["tasks", "ls"]).check();
}

#[test]
fn excludes_are_not_passed_down() {
    hiding("[task_config]\ncascade = true\nexcludes = ['mise-tasks/child', 'mise-tasks/one']")
        .file("c/mise.toml", "")
        .mise(["tasks", "ls"])
        .cwd("c")
        .check();
}

#[test]
fn the_stronger_files_excludes_count() {
    hiding("[task_config]\nexcludes = ['mise-tasks/one']")
        .file("mise.local.toml", "[task_config]\nexcludes = ['mise-tasks/sub']\n")
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn a_setting_hides_paths_below_its_files_root() {
    for list in [
        "['mise-tasks']",
        "['{{config_root}}/mise-tasks']",
        "['mise-tasks/sub']",
        "['mise-tasks/one']",
        "['./mise-tasks/']",
        "['c/../mise-tasks']",
        "['*']",
        "['mise-task']",
        "['.']",
        "[]",
    ] {
        hiding(&format!("[settings]\ntask.disable_paths = {list}"))
            .mise(["tasks", "ls"])
            .mise(["tasks", "ls"])
            .cwd("c")
            .check();
    }
}

#[test]
fn a_childs_setting_hides_its_own_paths() {
    hiding("")
        .file("c/mise.toml", "[settings]\ntask.disable_paths = ['mise-tasks']\n")
        .dir("c/deep")
        .mise(["tasks", "ls"])
        .cwd("c/deep")
        .check();
}

#[test]
fn a_variable_hides_paths_below_the_working_directory() {
    hiding("")
        .mise(["tasks", "ls"])
        .env("MISE_TASK_DISABLE_PATHS", "[P]/mise-tasks/sub:.mise")
        .mise(["tasks", "ls"])
        .env("MISE_TASK_DISABLE_PATHS", "mise-tasks")
        .cwd("c")
        .check();
}

#[test]
fn hidden_paths_are_hidden_in_includes_too() {
    let config = "[task_config]\nincludes = ['~/hd', 'mise-tasks', '.mise/tasks']\n";
    for list in ["['~/hd']", "['.mise/tasks', 'mise-tasks/inc.toml']"] {
        let setting = format!("[settings]\ntask.disable_paths = {list}\n{config}");
        hiding(&setting).mise(["tasks", "ls"]).mise(["run", "four"]).check();
    }
}

#[test]
fn the_old_name_of_the_setting_still_works() {
    hiding("[settings]\ntask_disable_paths = ['.mise']").mise(["tasks", "ls"]).check();
}

#[test]
fn unknown_keys_of_task_config_are_a_warning() {
    Case::config("[task_config]\nbogus = 1\n[tasks]\na = 'echo a'\n").mise(["tasks", "ls"]).check();
}
