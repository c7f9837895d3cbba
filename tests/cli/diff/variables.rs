//! The variables that every task gets, in all kinds of tasks and runs.

use crate::support::Case;

const SHOW: &str = "for n in TASK_NAME TASK_FILE TASK_DIR CONFIG_ROOT PROJECT_ROOT ORIGINAL_CWD \
    TASK_TIMINGS TASK_PGID_MANAGED TASK_COLOR ENV MONOREPO_ROOT; do \
    eval \"echo $n=\\\"\\${MISE_$n-unset}\\\"\"; done";

fn shows() -> Case {
    Case::config(&format!("[tasks]\nt = '''{SHOW}'''\n"))
}

#[test]
fn a_task_of_the_project_has_all() {
    shows().dir("sub").mise(["run", "-q", "t"]).mise(["run", "-q", "t"]).cwd("sub").check();
}

#[test]
fn profiles_are_named() {
    shows()
        .mise(["-E", "one,two", "run", "-q", "t"])
        .mise(["run", "-q", "t"])
        .env("MISE_ENV", "three")
        .mise(["run", "-q", "t"])
        .env("MISE_ENV", "")
        .check();
}

#[test]
fn times_are_told_by_the_flag_alone() {
    shows()
        .mise(["run", "--timings", "t"])
        .mise(["run", "--timings", "t"])
        .env("MISE_TASK_TIMINGS", "0")
        .mise(["run", "t"])
        .env("MISE_TASK_TIMINGS", "1")
        .check();
    Case::config(&format!("[settings]\ntask.timings = true\n[tasks]\nt = '''{SHOW}'''\n"))
        .mise(["run", "t"])
        .check();
}

#[test]
fn labels_have_a_colour_where_they_are_shown() {
    shows()
        .mise(["run", "-o", "prefix", "t"])
        .env("CLICOLOR_FORCE", "1")
        .mise(["run", "-o", "interleave", "t"])
        .env("CLICOLOR_FORCE", "1")
        .mise(["run", "-o", "prefix", "t"])
        .check();
}

#[test]
fn tasks_that_hold_the_terminal_have_no_group() {
    Case::config(&format!(
        "[tasks.r]\nraw = true\nrun = '''{SHOW}'''\n[tasks.i]\ninteractive = true\nrun = '''{SHOW}'''\n"
    ))
    .mise(["run", "-q", "r"])
    .mise(["run", "-q", "i"])
    .check();
}

#[test]
fn a_script_with_an_interpreter_knows_the_config() {
    Case::config(&format!("[tasks]\nt = '''\n#!/bin/sh\n{SHOW}\n'''\n"))
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn a_task_of_the_user_runs_in_two_places() {
    Case::config("[tasks]\nother = 'echo'\n")
        .file("../home/.config/mise/config.toml", &format!("[tasks]\ng = '''{SHOW}'''\n"))
        .executable("../home/.config/mise/tasks/gf", &format!("#!/bin/sh\n{SHOW}\n"))
        .dir("sub")
        .mise(["run", "-q", "g"])
        .mise(["run", "-q", "g"])
        .cwd("sub")
        .mise(["run", "-q", "gf"])
        .mise(["run", "-q", "g"])
        .cwd("../home")
        .check();
}

#[test]
fn a_task_of_a_parent_knows_its_own_root() {
    shows()
        .file("sub/mise.toml", &format!("[tasks]\nu = '''{SHOW}'''\n"))
        .mise(["run", "-q", "t"])
        .cwd("sub")
        .mise(["run", "-q", "u"])
        .cwd("sub")
        .check();
}

#[test]
fn files_name_themselves() {
    Case::config("[tasks.f]\nfile = 'scripts/f.sh'\n")
        .executable("scripts/f.sh", &format!("#!/bin/sh\n{SHOW}\n"))
        .executable("mise-tasks/a/b.sh", &format!("#!/bin/sh\n{SHOW}\n"))
        .executable("x.sh", &format!("#!/bin/sh\n{SHOW}\n"))
        .mise(["run", "-q", "f"])
        .mise(["run", "-q", "a:b"])
        .mise(["run", "-q", "./x.sh"])
        .check();
}

#[test]
fn the_config_cannot_move_what_belongs_to_the_task() {
    Case::config(&format!(
        "[env]\nMISE_ENV = 'x'\nMISE_TASK_NAME = 'y'\nMISE_PROJECT_ROOT = 'z'\nMISE_CONFIG_ROOT = 'z'\n\
         MISE_ORIGINAL_CWD = 'z'\n[tasks]\nt = '''{SHOW}'''\n"
    ))
    .mise(["run", "-q", "t"])
    .check();
}

#[test]
fn a_called_task_knows_its_own_name() {
    Case::config(&format!(
        "[tasks]\nt = '''{SHOW}'''\n[tasks.c]\nrun = [{{ task = 't' }}, 'echo $MISE_TASK_NAME']\n\
         [tasks.d]\ndepends = 't'\nrun = 'echo $MISE_TASK_NAME'\n"
    ))
    .mise(["run", "-q", "c"])
    .mise(["run", "-q", "d"])
    .check();
}

#[test]
fn a_called_task_gets_the_env_of_its_caller() {
    Case::config(
        r#"
[env]
A = "config"
[tasks.c]
env = { A = "caller", B = "caller", C = { value = "x{{env.A}}" } }
run = [{ task = "t" }, { task = "t", env = { B = "given" } }]
[tasks.t]
env = { D = "{{ env.A }} {{ env.B | default(value='no B') }}" }
run = 'echo "$A $B $C $D"'
"#,
    )
    .mise(["run", "-q", "c"])
    .check();
}

#[test]
fn templates_know_the_variables_of_their_task() {
    Case::config(
        "[tasks]\nt = 'echo {{env.MISE_TASK_NAME}} {{env.MISE_CONFIG_ROOT}} {{env.MISE_ORIGINAL_CWD}} \
         {{env.MISE_PROJECT_ROOT}} {{env.MISE_TASK_TIMINGS}}'\n",
    )
    .mise(["run", "-q", "t"])
    .check();
}

#[test]
fn path_is_what_the_config_and_the_task_put_before_the_callers() {
    Case::config(
        "[env]\n_.path = 'cfg'\n[tasks.t]\nenv = { _.path = 'task' }\nrun = '/bin/echo $PATH'\n",
    )
    .mise(["run", "-q", "t"])
    .binary_on_path()
    .check();
}

#[test]
fn nothing_else_is_taken_from_the_caller() {
    Case::config("[tasks]\nt = 'echo $A $MISE_JOBS $VIRTUAL_ENV'\n")
        .mise(["run", "-q", "t"])
        .env("A", "a")
        .env("MISE_JOBS", "3")
        .env("VIRTUAL_ENV", "/v")
        .check();
}
