//! What a task finds in its environment, and which directory it runs in.

use crate::support::Case;

#[test]
fn values_may_be_text_numbers_and_truths() {
    Case::config(
        r#"
[env]
A = 'text'
B = 5
C = true
D = { value = 'table' }
E = ''
[tasks]
t = 'echo "$A $B $C $D [$E] ${E+set}"'
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn the_config_beats_the_caller() {
    Case::config(
        r#"
[env]
A = 'config'
B = false
C = { default = 'fallback' }
D = { default = 'fallback' }
E = { default = 'fallback' }
[tasks]
t = 'echo "$A ${B-unset} $C $D $E $F"'
"#,
    )
    .mise(["run", "t"])
    .env("A", "caller")
    .env("B", "caller")
    .env("C", "caller")
    .env("D", "")
    .env("F", "caller")
    .check();
}

#[test]
fn values_may_use_earlier_ones() {
    Case::config(
        r#"
[env]
A = "a"
B = "{{ env.A }}b"
C = "$A ${B} ${NONE:-none} $$A"
D = "{{ env.CALLER | default(value='no caller') }}"
E = "{{ config_root }}|{{ cwd }}"
[tasks]
t = 'printenv B C D E'
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "t"])
    .env("CALLER", "called")
    .check();
}

#[test]
fn an_unknown_name_in_a_value_stays_with_a_warning() {
    Case::config("[env]\nC = 'x$NONE'\n[tasks]\nt = 'echo \"$C\"'\n").mise(["run", "t"]).check();
}

#[test]
fn a_task_has_an_env_of_its_own() {
    Case::config(
        r#"
[env]
A = "config"
B = "config"
C = "config"
[tasks.t]
env = { A = "task", B = false, D = "{{ env.A }}-{{ env.C }}" }
depends = "d"
run = 'echo "$A ${B-unset} $C $D"'
[tasks.d]
run = 'echo "$A $B $C ${D-unset}"'
"#,
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn env_files_have_many_forms() {
    Case::config(
        r#"
[env]
_.file = ['.env', 'e.json', 'e.yaml', 'e.toml', 'missing.env']
LAST = 'config'
[tasks]
t = '''
for n in A B C D E F G H J1 J2 J3 Y1 Y2 T1 T2 LAST; do eval "echo $n=\"\${$n-unset}\""; done
'''
"#,
    )
    .file(
        ".env",
        r#"
# a comment
A=plain
export B=exported
C='single $A'
D="double ${A} quoted"
E=a#b
F=  spaced  

G="esc\nx"
H=
LAST=file
J1=dotenv
"#,
    )
    .file("e.json", "{\"J1\": \"json\", \"J2\": 5, \"J3\": true}")
    .file("e.yaml", "Y1: yaml\nY2: yes\n")
    .file("e.toml", "T1 = 'toml'\nT2 = 7\n")
    .mise(["run", "t"])
    .check();
}

#[test]
fn an_env_file_may_be_named_in_three_ways() {
    Case::config(
        r"
[env]
_.file = '.env'
[tasks.t]
env = { _.file = { path = '{{config_root}}/sub/task.env' } }
run = 'echo $A $B'
[tasks.l]
env = { _.file = ['a.env', { path = 'b.env' }] }
run = 'echo $A $B'
",
    )
    .file(".env", "A=config\nB=config\n")
    .file("sub/task.env", "B=task\n")
    .file("a.env", "A=a\nB=a\n")
    .file("b.env", "B=b\n")
    .mise(["run", "t"])
    .mise(["run", "l"])
    .check();
}

#[test]
fn paths_are_put_in_front() {
    Case::config(
        r"
[env]
_.path = ['bin', './more/bin', '{{config_root}}/third']
[tasks]
t = 'tool; command -v tool2; echo $PATH'
[tasks.u]
env = { _.path = 'own' }
run = 'tool; echo $PATH'
",
    )
    .executable("bin/tool", "#!/bin/sh\necho tool of bin\n")
    .executable("more/bin/tool", "#!/bin/sh\necho tool of more\n")
    .executable("more/bin/tool2", "#!/bin/sh\n")
    .executable("own/tool", "#!/bin/sh\necho own tool\n")
    .mise(["run", "t"])
    .binary_on_path()
    .mise(["run", "u"])
    .binary_on_path()
    .check();
}

#[test]
fn a_script_can_be_sourced() {
    Case::config(
        "[env]\n_.source = 'env.sh'\nB = 'config'\n[tasks]\nt = 'echo \"$A $B ${C-unset}\"'\n",
    )
    .file("env.sh", "export A=\"sourced $CALLER\"\nexport B=sourced\nC=private\n")
    .mise(["run", "t"])
    .env("CALLER", "called")
    .check();
}

#[test]
fn nearer_files_win_name_by_name() {
    Case::config("[env]\nA = 'outer'\nB = 'outer'\n")
        .file("sub/mise.toml", "[env]\nB = 'inner {{env.A}}'\n[tasks]\nt = 'echo $A $B $C'\n")
        .file("sub/mise.local.toml", "[env]\nC = 'local'\n")
        .file("sub/mise.dev.toml", "[env]\nC = 'dev'\n")
        .mise(["run", "t"])
        .cwd("sub")
        .mise(["-E", "dev", "run", "t"])
        .cwd("sub")
        .check();
}

#[test]
fn a_task_of_the_parent_sees_the_parents_values() {
    Case::config(
        r"
[env]
A = 'outer'
B = 'outer'
[vars]
v = 'outer'
[tasks]
t = 'echo $A $B {{vars.v}}; pwd'
",
    )
    .file("sub/mise.toml", "[env]\nB = 'inner'\n[vars]\nv = 'inner'\n")
    .mise(["run", "t"])
    .cwd("sub")
    .check();
}

#[test]
fn a_required_name_must_come_from_somewhere() {
    Case::config("[env]\nNEEDED = { required = true }\n[tasks]\nt = 'echo $NEEDED'\n")
        .mise(["run", "t"])
        .env("NEEDED", "called")
        .mise(["run", "t"])
        .file("mise.local.toml", "[env]\nNEEDED = 'local'\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_task_may_require_a_name() {
    Case::config(
        r"
[tasks.t]
env = { NEEDED = { required = 'ask somebody' } }
run = 'echo $NEEDED'
[tasks.u]
run = 'echo u'
",
    )
    .mise(["run", "t"])
    .env("NEEDED", "called")
    .mise(["run", "u"])
    .mise(["run", "t"])
    .stderr_differs("ours finds it before anything runs, and shows the place")
    .check();
}

#[test]
fn a_task_knows_its_own_name_and_places() {
    const SHOW: &str = "for n in TASK_NAME TASK_FILE TASK_DIR CONFIG_ROOT PROJECT_ROOT \
        ORIGINAL_CWD TASK_TIMINGS TASK_PGID_MANAGED; do printenv MISE_$n; done; pwd";
    Case::config(&format!(
        r"
[tasks.t]
run = '{SHOW}'
[tasks.d]
dir = 'work'
run = '{SHOW}'
[tasks.f]
file = 'scripts/f.sh'
"
    ))
    .dir("work")
    .executable("scripts/f.sh", &format!("#!/bin/sh\n{SHOW}\n"))
    .executable("mise-tasks/grp/ft.sh", &format!("#!/bin/sh\n{SHOW}\n"))
    .file(".mise/tasks/inc.toml", &format!("inc = '{SHOW}'\n"))
    .file(".mise/config.toml", &format!("[tasks]\nconf = '{SHOW}'\n"))
    .dir("a/b")
    .mise(["run", "-q", "t"])
    .cwd("a/b")
    .mise(["run", "-q", "d"])
    .mise(["run", "-q", "f"])
    .mise(["run", "-q", "grp:ft"])
    .mise(["run", "-q", "inc"])
    .mise(["run", "-q", "conf"])
    .mise(["-C", "a", "run", "-q", "t"])
    .check();
}

#[test]
fn a_raw_task_has_no_managed_group() {
    Case::config(
        r"
[tasks.t]
raw = true
run = 'echo ${MISE_TASK_PGID_MANAGED-unset} ${MISE_TASK_TIMINGS-unset}'
",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_template_of_a_script_knows_its_task() {
    Case::config("[tasks]\nt = 'echo {{ env.MISE_TASK_NAME }} {{ config_root }} {{ cwd }}'\n")
        .dir("sub")
        .mise(["run", "t"])
        .cwd("sub")
        .check();
}

#[test]
fn the_directory_of_a_task_may_be_a_template() {
    Case::config(
        r#"
[vars]
d = "work"
[tasks]
cwd = { dir = "{{ cwd }}", run = "pwd" }
var = { dir = "{{ vars.d }}/deep", run = "pwd" }
home = { dir = "~", run = "pwd" }
absolute = { dir = "/", run = "pwd" }
up = { dir = "..", run = "pwd" }
"#,
    )
    .dir("work/deep")
    .mise(["run", "cwd"])
    .cwd("work")
    .mise(["run", "var"])
    .mise(["run", "home"])
    .mise(["run", "absolute"])
    .mise(["run", "up"])
    .check();
}

#[test]
fn vars_are_for_templates_alone() {
    Case::config(
        r#"
[vars]
a = "config"
b = "{{ vars.a }}-b"
n = 5
_.file = "vars.env"
[tasks.t]
vars = { a = "task", c = "{{ vars.b }}-c" }
run = 'echo {{ vars.a }} {{ vars.b }} {{ vars.c }} {{ vars.n }} {{ vars.FROM_FILE }} ${a-unset}'
description = "about {{ vars.a }}"
"#,
    )
    .file("vars.env", "FROM_FILE=file\n")
    .mise(["run", "t"])
    .mise(["tasks", "ls"])
    .check();
}

#[test]
fn templates_know_filters_tests_and_functions() {
    let lines = [
        "{{ 'a b' | upper }} {{ 'X' | lower }} {{ 'a b' | replace(from='a', to='c') }}",
        "{{ 'a,b' | split(pat=',') | join(sep='+') }} {{ [1, 2] | length }} {{ '' | default(value='d') }}",
        "{{ 'dir/file.txt' | basename }} {{ 'dir/file.txt' | dirname }} {{ 'dir/file.txt' | file_stem }} {{ 'dir/file.txt' | extname }}",
        "{{ 'some words' | kebabcase }} {{ 'some words' | snakecase }} {{ 'some words' | uppercamelcase }}",
        "{{ 'x' | hash(len=8) }} {{ ['a', 'b'] | join_path }} {{ 'abc' | quote }}",
        "{% if 'mise.toml' is exists %}there{% else %}not{% endif %} {% for x in [1, 2] %}<{{ x }}>{% endfor %}",
        "{{ os() }} {{ os_family() }} {{ get_env(name='CALLER', default='none') }}",
        "{% raw %}{{ raw }}{% endraw %} {{ 1 + 2 * 3 }} {{ true and not false }}",
    ];
    let body = lines.map(|line| format!("echo \"{line}\"\n")).concat();
    Case::config(&format!("[tasks]\nt = \"\"\"\n{}\"\"\"\n", body.replace('"', "\\\"")))
        .mise(["run", "t"])
        .env("CALLER", "called")
        .check();
}

#[test]
fn a_nested_run_starts_from_the_task() {
    Case::config(
        r#"
[env]
A = "config"
[tasks.outer]
env = { A = "task", B = "task" }
dir = "sub"
run = "mise run inner"
[tasks.inner]
run = 'echo "$A $B $MISE_ORIGINAL_CWD $MISE_TASK_NAME"'
"#,
    )
    .dir("sub")
    .mise(["run", "outer"])
    .binary_on_path()
    .check();
}

#[test]
fn a_task_has_its_env_even_where_env_is_turned_off() {
    Case::config("[env]\nA = 'config'\n[tasks]\nt = 'echo ${A-unset}'\n")
        .mise(["--no-env", "run", "t"])
        .mise(["run", "t"])
        .env("MISE_NO_ENV", "1")
        .check();
}

#[test]
fn leftover_arguments_of_the_caller_are_removed() {
    Case::config("[tasks]\nt = 'echo ${usage_x-unset}'\n")
        .mise(["run", "t"])
        .env("usage_x", "left over")
        .check();
}
