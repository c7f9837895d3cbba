//! Templates: where they are rendered and when, what `exec` sees, what is a template at all.

use crate::support::Case;

const PLACES: &str = "file and line are named, and only the task that needs the text fails";

#[test]
fn every_field_that_may_be_a_template_is_rendered() {
    Case::config(
        r#"
[vars]
d = 'sub'
[tasks.t]
alias = "{{ 'q' }}{{ vars.d }}"
description = "in {{ config_root | basename | length > 0 }} {{ vars.d }}"
dir = "{{ vars.d }}"
shell = "{{ 'bash' }} -c"
env = { A = "{{ vars.d }}-{{ 1 + 1 }}" }
vars = { own = "{{ vars.d | upper }}" }
sources = ["{{ vars.d }}.txt"]
outputs = ["{{ vars.d }}.out"]
run = ["echo $A ${BASH_VERSION:+bash} {{ vars.own }}", "echo {{ vars.d }} > {{ vars.d }}.out; pwd"]
"#,
    )
    .file("sub/sub.txt", "")
    .mise(["tasks", "ls"])
    .mise(["run", "qsub"])
    .mise(["run", "t"])
    .check();
}

#[test]
fn the_time_limit_may_be_a_template() {
    Case::config("[tasks.t]\ntimeout = \"{{ 5 + 5 }}s\"\nrun = 'echo ran'\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_question_is_a_template() {
    Case::config(
        "[vars]\nv = 'here'\n[tasks.t]\nconfirm = \"go {{ vars.v }}?\"\nrun = 'echo ran'\n",
    )
    .mise(["run", "-y", "t"])
    .check();
}

#[test]
fn dependencies_are_templates_with_vars_env_and_arguments() {
    Case::config(
        r#"
[env]
WHO = "b"
[vars]
x = "X"
[tasks.b]
run = "echo b"
[tasks.c]
run = "echo c"
[tasks.t]
usage = 'arg "<w>"'
depends = ["{{ env.WHO }} {{ vars.x }}"]
depends_post = ["c {{ usage.w }}"]
run = [{ task = "{{ usage.w }}", args = ["{{ vars.x }}"] }]
"#,
    )
    .mise(["run", "-o", "interleave", "--no-timings", "t", "c"])
    .check();
}

#[test]
fn the_environment_of_a_script_is_the_tasks() {
    Case::config(
        r#"
[env]
A = "config"
[tasks.t]
env = { B = "task" }
run = "echo {{ env.A }} {{ env.B }} {{ env.MISE_TASK_NAME }} {{ env.MISE_PROJECT_ROOT == config_root }}"
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn vars_see_the_callers_environment_only() {
    Case::config(
        "[env]\nA = 'x'\n[vars]\nv = '{{ env.A }}'\n[tasks.t]\nrun = 'echo {{ vars.v }}'\n",
    )
    .mise(["run", "t"])
    .env("A", "caller")
    .mise(["run", "t"])
    .stderr_differs(PLACES)
    .check();
}

#[test]
fn profiles_are_a_list() {
    Case::config("[tasks.t]\nrun = 'echo {{ mise_env }} {{ mise_env is defined }}'\n")
        .mise(["-E", "ci", "run", "t"])
        .mise(["-E", "ci,dev", "run", "t"])
        .check();
}

#[test]
fn the_source_of_the_config_is_known_to_values() {
    Case::config(
        r#"
[env]
A = "{{ config_source }}"
[vars]
v = "{{ config_source }}"
[tasks.t]
env = { B = "{{ config_source }}" }
run = "echo $A $B {{ vars.v }}"
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn tools_are_an_empty_map_without_tools() {
    Case::config(
        "[tasks.t]\nrun = 'echo {{ tools }} {{ tools.node is defined }} {{ tools | length }}'\n",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn files_that_a_task_reads_are_listed_as_they_are_written() {
    Case::config(
        r#"
[tasks.t]
sources = ["*.txt", "sub/*.txt", "{{ config_root }}/a.txt", "!b.txt"]
run = "echo '{{ task_source_files() }}' {{ task_source_files() | join(sep=' ') }}"
[tasks.below]
dir = "sub"
sources = ["*.txt", "../a.txt"]
run = "echo '{{ task_source_files() }}'"
[tasks.none]
run = "echo '{{ task_source_files() }}'"
[tasks.order]
sources = ["b.txt", "a.txt", "?.txt", "./a.txt"]
run = "echo '{{ task_source_files() }}'"
"#,
    )
    .file("a.txt", "")
    .file("b.txt", "")
    .file("sub/c.txt", "")
    .mise(["run", "t"])
    .mise(["run", "below"])
    .mise(["run", "none"])
    .mise(["run", "order"])
    .check();
}

#[test]
fn files_that_a_dependency_makes_are_among_them() {
    Case::config(
        r#"
[tasks.make]
run = "touch made.txt"
[tasks.t]
depends = ["make"]
sources = ["*.txt"]
run = "echo '{{ task_source_files() }}'"
"#,
    )
    .file("a.txt", "")
    .mise(["run", "-o", "interleave", "--no-timings", "t"])
    .check();
}

#[test]
fn only_scripts_know_the_files_of_a_task() {
    Case::config(
        "[tasks.t]\nsources = ['a']\nenv = { X = '{{ task_source_files() }}' }\nrun = 'echo $X'\n",
    )
    .file("a", "")
    .mise(["run", "t"])
    .stderr_differs(PLACES)
    .check();
}

#[test]
fn exec_runs_in_the_directory_of_its_text() {
    Case::config(
        r#"
[env]
E = "{{ exec(command='basename $PWD | tr -d 0-9') }}"
[vars]
v = "{{ exec(command='ls -d sub') }}"
[tasks.t]
dir = "sub"
run = "echo $E {{ vars.v }} {{ exec(command='pwd') }}"
"#,
    )
    .dir("sub")
    .mise(["run", "t"])
    .check();
}

#[test]
fn exec_in_a_script_sees_the_callers_environment_alone() {
    Case::config(
        r#"
[env]
A = "config"
[tasks.t]
env = { B = "task" }
run = "echo {{ exec(command='echo [$A][$B][$C][$MISE_TASK_NAME]') }}"
"#,
    )
    .mise(["run", "t"])
    .env("C", "caller")
    .check();
}

#[test]
fn exec_in_a_value_sees_the_values_before_it() {
    Case::config(
        r#"
[env]
A = "one"
B = "{{ exec(command='echo $A-two') }}"
[tasks.t]
run = "echo $B"
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn exec_reads_nothing_and_loses_the_line_breaks_at_its_end() {
    Case::config(
        r#"
[tasks.t]
run = '''echo "[{{ exec(command="cat; printf 'a\\n\\n'") }}] [{{ exec(command="printf ' b '") }}] [{{ exec(command="true") }}]"'''
"#,
    )
    .mise(["run", "t"])
    .stdin("input")
    .check();
}

#[test]
fn exec_passes_its_errors_on_and_stops_at_the_first_failure() {
    Case::config("[tasks.t]\nrun = \"echo {{ exec(command='echo err >&2; echo out') }}\"\n")
        .mise(["run", "t"])
        .stderr_differs("real mise runs it twice, once to look for arguments")
        .check();
    for command in ["false; echo x", "exit 3", "nosuchcommand_x", "kill -9 $$"] {
        Case::config(&format!(
            "[tasks.t]\nrun = '''echo {{{{ exec(command=\"{command}\") }}}}'''\n"
        ))
        .mise(["-q", "run", "t"])
        .stderr_differs(PLACES)
        .check();
    }
}

#[test]
fn exec_runs_when_its_script_does() {
    Case::config(
        r#"
[tasks.make]
run = "echo made > out.txt"
[tasks.t]
depends = ["make"]
run = "echo {{ exec(command='cat out.txt') }} {{ read_file(path='out.txt') | trim }}"
"#,
    )
    .file("out.txt", "old")
    .mise(["run", "-o", "interleave", "--no-timings", "t"])
    .check();
}

#[test]
fn answers_of_exec_are_kept_where_it_says_so() {
    Case::config(
        r#"
[vars]
key = "{{ exec(command='echo x >> key.log; wc -l < key.log', cache_key='k') }}"
other = "{{ exec(command='echo x >> key.log; echo other', cache_key='k') }}"
day = "{{ exec(command='echo x >> day.log; wc -l < day.log', cache_duration='1d') }}"
none = "{{ exec(command='echo none', cache_key='n', cache_duration='0s') }}"
[tasks.t]
run = "echo {{ vars.key }} {{ vars.other }} {{ vars.day }} {{ vars.none }}"
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "t"])
    .effects(["key.log", "day.log"])
    .check();
}

#[test]
fn a_duration_that_is_none_fails() {
    Case::config("[tasks.t]\nrun = \"echo {{ exec(command='echo a', cache_duration='soon') }}\"\n")
        .mise(["run", "t"])
        .stderr_differs(PLACES)
        .check();
}

#[test]
fn what_only_looks_like_a_template_is_left_alone() {
    Case::config(
        r#"
[tasks.t]
run = '''
echo '{ {' '} }' '{ %' '#}' "$(printf %s '}}')" 'exec(command=1) is file'
awk 'BEGIN { print "a" }'
'''
"#,
    )
    .mise(["-q", "run", "t"])
    .check();
}

#[test]
fn comments_raw_blocks_and_blanks() {
    Case::config(
        r#"
[tasks.t]
run = '''
echo a{# a comment with {{ nope }} and exec(command='exit 1') #}b
echo '{% raw %}{{ nope }} {% nope %} {# nope #}{% endraw %}'
echo [ {{- 'x' -}} ] [ {%- if true %} y {% endif -%} ]
{%- set list = [1, 2] %}
{%- for i in list %}
echo {{ i }}
{%- endfor %}
'''
"#,
    )
    .mise(["-q", "run", "t"])
    .check();
}

#[test]
fn braces_inside_of_strings_end_nothing() {
    Case::config("[tasks.t]\nrun = '''echo {{ '}}' }} {{ \"{{\" }} {{ '%}' ~ '{#' }}'''\n")
        .mise(["-q", "run", "t"])
        .check();
}

#[test]
fn a_script_with_an_interpreter_is_a_template_too() {
    Case::config("[vars]\nv = 'x'\n[tasks.t]\nrun = '''\n#!/usr/bin/env bash\necho {{ vars.v }} ${BASH_VERSION:+bash}\n'''\n")
        .mise(["-q", "run", "t"])
        .check();
}

#[test]
fn files_of_scripts_are_no_templates() {
    Case::empty()
        .executable("mise-tasks/t", "#!/bin/sh\necho '{{ config_root }}'\n")
        .mise(["-q", "run", "t"])
        .check();
}

#[test]
fn headers_of_scripts_are_templates() {
    Case::empty()
        .executable(
            "mise-tasks/t",
            "#!/bin/sh\n#MISE dir=\"{{ config_root }}/sub\"\n#MISE description=\"d {{ 1 + 1 }}\"\n#MISE env={A=\"{{ 'x' | upper }}\"}\necho $A; pwd\n",
        )
        .dir("sub")
        .mise(["tasks", "ls"])
        .mise(["-q", "run", "t"])
        .check();
}

#[test]
fn a_field_that_does_not_render_fails_the_task() {
    for key in [
        "depends = ['{{ nope }}']",
        "depends_post = ['{{ nope }}']",
        "wait_for = ['{{ nope }}']",
        "dir = '{{ nope }}'",
        "shell = '{{ nope }}'",
        "alias = '{{ nope }}'",
        "confirm = '{{ nope }}'",
        "usage = '{{ nope }}'",
        "timeout = '{{ nope }}'",
        "sources = ['{{ nope }}']",
        "env = { A = '{{ nope }}' }",
    ] {
        Case::config(&format!("[tasks.t]\n{key}\nrun = 'echo ran'\n"))
            .mise(["run", "t"])
            .stderr_differs(PLACES)
            .check();
    }
}

#[test]
fn values_that_do_not_render_fail_every_run() {
    for table in
        ["[env]\nA = '{{ nope }}'", "[vars]\nA = '{{ nope }}'", "[env]\n_.path = '{{ nope }}'"]
    {
        Case::config(&format!("{table}\n[tasks.t]\nrun = 'echo {{{{ vars }}}}'\n"))
            .mise(["run", "t"])
            .stderr_differs(PLACES)
            .check();
    }
}

#[test]
fn vars_of_a_task_see_the_environment_of_the_config_but_not_the_tasks() {
    let task = |text: &str| {
        format!(
            "[env]\nA = 'one'\n[tasks.t]\nenv = {{ B = 'task' }}\nvars = {{ w = \"{text}\" }}\nrun = 'echo {{{{ vars.w }}}}'\n"
        )
    };
    Case::config(&task("{{ env.A }} {{ exec(command='echo $A') }}")).mise(["run", "t"]).check();
    Case::config(&task("{{ env.B }}")).mise(["run", "t"]).stderr_differs(PLACES).check();
}
