//! The sandbox: which variables a task gets.

use crate::support::{Case, kernel_confines};

/// Says of some variables what they are.
const SHOW: &str = "for v in FOO BAR F_O OWN LC_ALL LANG COLORTERM LOGNAME TERM USER usage_w \
                    MISE_TASK_NAME MISE_TASK_COLOR MISE_PROJECT_ROOT MISE_ORIGINAL_CWD \
                    MISE_TASK_PGID_MANAGED PATH HOME SHELL; do \
                    eval \"test -n \\\"\\${$v+x}\\\"\" && echo $v; done; true";

/// A task `t` with these keys.
fn task(keys: &str) -> Case {
    Case::config(&format!(
        "[env]\nFROM_ENV = 'x'\n[tasks.t]\nenv = {{ OWN = 'own' }}\n{keys}\nrun = '''{SHOW}'''\n"
    ))
}

#[track_caller]
fn ran(case: Case, args: &[&str]) {
    let case = case.mise(args).env("FOO", "foo").env("BAR", "bar").env("F_O", "f_o");
    let case = case.env("LC_ALL", "C").env("COLORTERM", "x").env("LOGNAME", "me");
    case.env("SHELL", "/bin/sh").env("USER", "me").check();
}

#[test]
fn a_closed_environment_keeps_the_usual_names() {
    ran(task(""), &["run", "t"]);
    ran(task("deny_env = true"), &["run", "t"]);
    if kernel_confines() {
        ran(task("deny_all = true"), &["run", "t"]);
    }
    ran(task("deny_env = true\nraw = true"), &["run", "t"]);
    ran(task("deny_env = true\ninteractive = true"), &["run", "t"]);
}

#[test]
fn a_pattern_knows_the_star_only() {
    for pattern in [
        "FOO", "F*", "*", "F?O", "[B]AR", "foo", "L*L", "*_*", "MISE_TASK_*", "", "OWN", " FOO",
        "F**O", "\\\\*",
    ] {
        ran(task(&format!("allow_env = [\"{pattern}\"]")), &["run", "t"]);
    }
    ran(task("allow_env = ['FOO', 'BAR']"), &["run", "t"]);
}

#[test]
fn words_of_the_call_are_variables_as_well() {
    let keys = "usage = 'arg \"<w>\"'\n";
    ran(task(&format!("{keys}deny_env = true")), &["run", "t", "a"]);
    ran(task(&format!("{keys}allow_env = ['usage_*']")), &["run", "t", "a"]);
}

#[test]
fn texts_of_the_task_see_everything() {
    let config = "[tasks.t]\ndeny_env = true\nenv = { OWN = 'own' }\n\
                  run = 'echo {{env.FOO}} {{env.OWN}} ${FOO-closed}'\n";
    ran(Case::config(config), &["run", "t"]);
}

#[test]
fn passing_through_is_an_experiment() {
    let config = "
[tasks.first]
run = 'echo first'
[tasks.t]
depends = 'first'
pass_through_env = ['A']
run = 'echo t'
[tasks.after]
depends = 't'
run = 'echo after'
[tasks.group]
pass_through_env = ['A']
depends = 'first'
[tasks.calls]
run = ['echo calls', { task = 't' }]
[tasks.none]
pass_through_env = []
run = 'echo none'
";
    let words = "ours names the task and its place";
    for name in ["t", "after", "group", "calls", "none", "first"] {
        ran(Case::config(config).stderr_differs(words), &["run", name]);
    }
    ran(Case::config(config).stderr_differs(words), &["run", "-n", "t"]);
    ran(Case::config(config), &["tasks", "ls"]);
}

#[test]
fn what_passes_through_is_allowed_but_denies_nothing() {
    let experimental = "\n[settings]\nexperimental = true\n";
    for keys in [
        "pass_through_env = ['FO*']",
        "pass_through_env = ['FO*']\ndeny_env = true",
        "pass_through_env = ['FO*']\nallow_env = ['BAR']",
    ] {
        let text = format!("[tasks.t]\n{keys}\nrun = '''{SHOW}'''{experimental}");
        ran(Case::config(&text), &["run", "t"]);
        ran(Case::config(&text), &["run", "--deny-env", "t"]);
    }
    let script = format!("#!/bin/sh\n#MISE pass_through_env=[\"FOO\"]\n{SHOW}\n");
    let case = || Case::config(experimental).executable("mise-tasks/s", &script);
    ran(case(), &["run", "s"]);
    ran(case(), &["run", "--deny-env", "s"]);
}

#[test]
fn environments_of_layers_and_templates_add_up() {
    let config = format!(
        "[task_templates.base]\nallow_env = ['FOO']\n[tasks.t]\nextends = 'base'\n\
         allow_env = ['BAR']\nrun = '''{SHOW}'''\n"
    );
    ran(Case::config(&config), &["run", "t"]);
    let over = "[tasks.t]\nallow_env = ['OWN', 'F_*']\n";
    ran(Case::config(&config).file("mise.local.toml", over), &["run", "t"]);
}

#[test]
fn a_dependency_is_closed_on_its_own() {
    let config = format!(
        "[tasks.d]\nrun = '''{SHOW}'''\n[tasks.t]\ndepends = 'd'\ndeny_env = true\n\
         run = '''{SHOW}'''\n[tasks.u]\ndepends = {{ task = 't', env = {{ OWN = '1' }} }}\nrun = 'true'\n"
    );
    ran(Case::config(&config), &["run", "t"]);
    ran(Case::config(&config), &["run", "u"]);
}
