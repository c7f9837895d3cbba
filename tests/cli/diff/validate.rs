//! What `tasks validate` finds, category by category.

use crate::support::Case;

/// Both pages of the check of a whole project.
fn both(config: &str) -> Case {
    pages(Case::config(config))
}

fn pages(case: Case) -> Case {
    case.mise(["tasks", "validate"]).mise(["tasks", "validate", "--json"])
}

#[test]
fn nothing_wrong_is_said_in_one_line() {
    both("[tasks]\na = 'true'\n[tasks.b]\nhide = true\ndepends = ['a']\n").check();
    both("").check();
    Case::config("[tasks]\na = 'true'\n")
        .mise(["task", "validate", "a"])
        .mise(["t", "validate", "--errors-only", "--json"])
        .mise(["tasks", "validate"])
        .env("CLICOLOR_FORCE", "1")
        .check();
}

#[test]
fn circles_are_told_from_their_first_task_on() {
    both(
        "[tasks]
a.depends = ['b', 'c', 'd']
b.depends = ['a']
c.depends = ['a', 'd']
d.depends = ['c', 'e']
e.depends = ['e2']
e2.depends = ['e3']
e3.depends = ['e', 'c']
k = { depends = ['l 1'], run = 'x' }
l.depends = ['k']
m.depends = ['n', 'y']
n.depends = ['m', 'a']
p = { depends_post = ['p2'], run = 'x' }
p2 = { depends_post = ['p'], run = 'x' }
w = { wait_for = ['w2'], run = 'x' }
w2 = { wait_for = ['w'], run = 'x' }
y.depends = ['z']
z.depends = ['y']
",
    )
    .mise(["tasks", "validate", "n"])
    .mise(["tasks", "validate", "z", "b"])
    .check();
}

#[test]
fn circles_beside_something_missing_are_told_task_by_task() {
    both(
        "[tasks]
a.depends = ['b']
b.depends = ['a']
c.depends = ['nosuch']
k.depends = ['l']
l.depends = ['k']
m.depends = ['n', 'y']
n.depends = ['m', 'a']
y.depends = ['z']
z.depends = ['y']
",
    )
    .check();
}

#[test]
fn what_is_missing_is_told_where_it_is_named_and_above() {
    both(
        "[tasks]
a.depends = ['c', 'b']
b.depends = ['nob']
c.depends = ['d']
d = { depends = ['nod one', ['nod2', 'x'], 'x y*', 'q?'], run = 'x' }
e = { run = 'x', depends_post = ['noe'], wait_for = ['noe2'] }
f = { run = 'x', depends = [{ task = 'nof', optional = true }, '', 'A=1 nog'] }
g = { run = [{ task = 'b' }] }
h = { run = 'x', wait_for = ['nowait'] }
",
    )
    .mise(["tasks", "validate", "a"])
    .mise(["tasks", "validate", "g"])
    .check();
}

#[test]
fn specifications_that_are_none() {
    both(
        r##"[tasks]
a = { run = 'x', usage = 'flag --' }
b = { run = 'x', usage = "arg \"<x>\"\nflg \"--x\"" }
c = { run = 'x', usage = '#USAGE arg "<x>"' }
d = { run = 'x', usage = "// #USAGE\narg \"<x>\"" }
e = { run = 'x', usage = "arg \"<y>\" {\n choices 1 2\n}" }
f = { run = "#USAGE flg \"--x\"\necho" }
"##,
    )
    .executable("mise-tasks/script", "#!/bin/sh\n#USAGE flg \"--x\"\n")
    .check();
}

#[test]
fn times_that_are_none() {
    let mut config = String::from("[vars]\nt = '5s'\n[tasks]\n");
    let times = [
        "1x", "", "5 m", "-1s", "1h30", "1.5s", "5", "s", "1m 5s", "99999999999999999999s",
        "{{vars.t}}", "1 fortnight", "inf", "0", "1e3s", "+5s", "5S", "5us",
    ];
    for (i, time) in times.iter().enumerate() {
        config.push_str(&format!("t{i:02} = {{ run = 'x', timeout = '{time}' }}\n"));
    }
    both(&config).check();
}

#[test]
fn aliases_that_clash() {
    both(
        "[tasks]
a = { run = 'x', alias = ['z', 'a'] }
b = { run = 'x', alias = ['z', 'y'] }
c = { run = 'x', alias = ['z', 'y', 'b'] }
",
    )
    .mise(["tasks", "validate", "b"])
    .mise(["tasks", "validate", "z"])
    .stderr_differs("ours warns of the clash itself, with both places")
    .check();
}

#[test]
fn files_directories_and_shells_that_are_not_there() {
    pages(
        Case::config(
            "[tasks]
a.file = 'there'
b.file = 'nosuch'
c.file = '/no/such'
d.file = 'not-executable'
e = { run = 'x', dir = '/no/such' }
f = { run = 'x', dir = 'nosuch' }
g = { run = 'x', dir = '{{config_root}}/nosuch' }
h = { run = 'x', dir = '{{config_root}}/sub' }
i = { run = 'x', dir = '~/nosuch' }
j = { run = 'x', shell = '/no/such -c' }
k = { run = 'x', shell = 'nosuch -c' }
l = { run = 'x', shell = '{{env.HOME}}/nosuch -c' }
",
        )
        .dir("sub")
        .executable("there", "#!/bin/sh\n")
        .file("not-executable", "#!/bin/sh\n"),
    )
    .mise(["tasks", "validate", "--errors-only"])
    .mise(["tasks", "validate", "--errors-only", "--json", "e"])
    .stderr_differs("the reference warns of files that it cannot read as well")
    .check();
}

#[test]
fn patterns_that_are_none() {
    both(
        r"[tasks.a]
run = 'x'
sources = ['a[', '!a[', '{{config_root}}/x[', '**a', '\', 'a\', 'a}', '[!]', '[z-a]', '!(a|b)']
outputs = ['b{', '/x/***', '{,}', '~/[b']
[tasks.b]
run = 'x'
sources = ['ok']
outputs = { auto = true }
",
    )
    .check();
}

#[test]
fn scripts_and_calls_that_are_none() {
    both(
        "[vars]
e = ''
[tasks]
a.run = ''
b.run = ['x', '  ', { task = 'nosuch one' }, \"\\n\"]
c.run = [{ tasks = ['a', 'nosuch two', 'x*', 'a*'] }, { task = 'x*' }]
d.run = '{{vars.e}}'
e.description = 'nothing'
f.depends_post = ['a']
g.wait_for = ['a']
h.run = []
i.depends = []
",
    )
    .check();
}

#[test]
fn findings_are_coloured_where_colours_are() {
    Case::config("[tasks.a]\nrun = ''\ndepends = ['nosuch']\nusage = 'flg'\n")
        .mise(["tasks", "validate"])
        .env("CLICOLOR_FORCE", "1")
        .stderr_differs("the line that ends every error is dim there")
        .check();
}

#[test]
fn words_choose_tasks_by_name_alias_and_shown_name() {
    Case::config("[tasks]\na = { run = '', alias = 'z' }\n'b.sh'.run = ''\n")
        .mise(["tasks", "validate", "z"])
        .mise(["tasks", "validate", "b"])
        .mise(["tasks", "validate", "a", "a"])
        .mise(["tasks", "validate", "nosuch"])
        .mise(["tasks", "validate", "a", "nosuch"])
        .mise(["tasks", "validate", "b*"])
        .mise(["tasks", "validate", ""])
        .check();
}

#[test]
fn tasks_of_the_user_count() {
    Case::config("[tasks]\na = 'true'\n")
        .file("../home/.config/mise/config.toml", "[tasks]\nmine = ''\n")
        .mise(["tasks", "validate"])
        .check();
}
