//! `[vars]` and a task's `vars`: forms, order, places.

use crate::support::Case;

#[test]
fn vars_may_use_each_other_and_the_caller() {
    Case::config(
        r#"
[vars]
a = "{{ vars.b | default(value='no') }}"
b = "b-{{ vars.a }}"
c = "$CALLER ${CALLER} ${NONE:-none} {{ env.CALLER }}"
d = "{{ env.E | default(value='no env yet') }}"
[env]
E = "{{ vars.b }}"
[tasks]
t = 'echo "{{vars.a}} {{vars.b}} {{vars.c}} {{vars.d}} $E ${a-unset}"'
"#,
    )
    .mise(["run", "t"])
    .env("CALLER", "called")
    .check();
}

#[test]
fn an_unknown_name_in_a_var_stays_with_a_warning() {
    Case::config("[vars]\na = '$NOPE'\n[tasks]\nt = \"echo '{{vars.a}}'\"\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn vars_are_texts() {
    Case::config(
        r#"
[vars]
n = 5
y = true
t = { value = "table" }
f = false
[tasks]
t = 'echo {{vars.n}} {{vars.y}} {{vars.t}} {{ vars.f | default(value="undefined") }}'
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn false_takes_no_var_away() {
    Case::config(
        "[vars]\na = 'x'\nb = 'x'\n[tasks]\nt = 'echo {{ vars.a | default(value=\"gone\") }} {{vars.b}}'\n",
    )
    .file("mise.local.toml", "[vars]\na = false\nb = 'y{{vars.b}}'\n")
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_default_var_asks_the_caller() {
    Case::config(
        "[vars]\na = { default = 'd' }\nb = { default = 'd' }\nc = { default = 5 }\n[tasks]\n\
         t = 'echo {{vars.a}} {{vars.b}} {{vars.c}}'\n",
    )
    .mise(["run", "t"])
    .env("a", "caller")
    .env("b", "")
    .check();
}

#[test]
fn a_required_var_comes_from_the_caller_or_another_file() {
    let config = "[vars]\na = { required = true }\n[tasks]\nt = 'echo {{vars.a}}'\n";
    Case::config(config).mise(["run", "t"]).env("a", "caller").check();
    Case::config(config)
        .file("mise.local.toml", "[vars]\na = 'local'\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_required_var_that_is_missing_stops_all() {
    for required in ["true", "'ask somebody'"] {
        Case::config(&format!(
            "[vars]\na = {{ required = {required} }}\n[env]\na = 'env'\n[tasks]\nt = 'echo {{{{vars.a}}}}'\n"
        ))
        .mise(["run", "t"])
        .check();
    }
}

#[test]
fn a_required_var_of_a_task_stops_that_task() {
    Case::config(
        "[tasks.t]\nvars = { a = { required = true } }\nrun = 'echo {{vars.a}}'\n[tasks.u]\nrun = 'echo u'\n",
    )
    .mise(["run", "u"])
    .mise(["run", "t"])
    .stderr_differs("ours finds it before anything runs, and shows the place")
    .check();
}

#[test]
fn files_and_scripts_fill_vars() {
    Case::config(
        r"
[vars]
_.file = ['a.env', { path = 'b.json' }]
_.source = 's.sh'
last = '{{vars.A}}-{{vars.B}}-{{vars.C}}'
[tasks]
t = 'echo {{vars.last}} ${A-unset}'
",
    )
    .file("a.env", "A=file\nB=file\n")
    .file("b.json", "{\"B\": \"json\"}")
    .file("s.sh", "export C=\"sourced $CALLER\"\n")
    .mise(["run", "t"])
    .env("CALLER", "called")
    .check();
}

#[test]
fn paths_mean_nothing_to_vars() {
    Case::config(
        "[vars]\n_.path = 'bin'\n_.python.venv = 'none'\na = 'x'\n[tasks]\nt = '/bin/echo {{vars.a}} $PATH'\n",
    )
    .mise(["run", "t"])
    .binary_on_path()
    .check();
}

#[test]
fn a_task_has_vars_over_those_of_the_config() {
    Case::config(
        r"
[vars]
a = 'config'
b = 'config'
[tasks.t]
vars = { a = 'task', c = '{{vars.b}}-{{vars.a}}', _.file = 't.env' }
env = { E = '{{vars.a}} {{vars.b}}' }
dir = '{{vars.a}}'
depends = 'd'
run = 'echo {{vars.a}} {{vars.b}} {{vars.c}} {{vars.F}} $E; pwd'
[tasks.d]
run = 'echo {{vars.a}}'
",
    )
    .file("t.env", "F=file\n")
    .dir("task")
    .mise(["run", "t"])
    .check();
}

#[test]
fn vars_of_nearer_files_win() {
    Case::config("[vars]\na = 'outer'\nb = 'outer'\n[tasks]\no = 'echo {{vars.a}} {{vars.b}}'\n")
        .file(
            "sub/mise.toml",
            "[vars]\na = 'inner-{{vars.a}}'\n[tasks]\ni = 'echo {{vars.a}} {{vars.b}}'\n",
        )
        .mise(["run", "i"])
        .cwd("sub")
        .mise(["run", "o"])
        .cwd("sub")
        .check();
}

#[test]
fn a_var_for_tools_is_left_out() {
    Case::config(
        "[vars]\na = { value = 'x', tools = true }\n[tasks]\nt = 'echo {{ vars.a | default(value=\"none\") }}'\n",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_file_task_sees_vars_in_its_headers() {
    Case::config("[vars]\na = 'x'\n")
        .executable("mise-tasks/t", "#!/bin/sh\n#MISE env={A=\"{{vars.a}}\"}\necho $A\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn wrong_vars_are_mistakes() {
    for config in [
        "[vars]\na = 1.5",
        "[vars]\na = ['x']",
        "[vars]\na = {}",
        "[[vars]]\na = 'x'",
        "[vars]\nmise.file = 'x'",
        "[vars]\n_.bogus = 'x'",
        "[vars]\na = { default = true }",
    ] {
        Case::config(&format!("{config}\n[tasks]\nt = 'echo t'\n"))
            .mise(["run", "t"])
            .stderr_differs("ours shows the place")
            .check();
    }
}
