//! `generate`: docs, stubs and hooks, byte for byte.

use crate::support::Case;

const CONFIG: &str = r#"
[tasks.build]
description = "Build it"
alias = ["b", "bld"]
depends = ["lint", { task = "gen", args = ["x y"] }, "env:a z"]
usage = '''
arg "<x>" help="the x"
arg "[y]" help="the y <z>" default="dd"
arg "[rest]..." var=#true var_min=1 var_max=3
flag "-f --force" help="force it"
flag "-o --out <file>" help="out file" default="o.txt" env="OUT"
flag "--level <lvl>" required=#true {
  choices "lo" "hi"
}
flag "--hid" hide=#true
flag "-v --verbose" count=#true help="more\nlines"
'''
run = "echo"

[tasks.lint]
description = """
First line
second line

third <b> `<c>`

    $ code
"""
run = ["echo a", "echo b"]

[tasks.gen]
run = "echo {{arg(name='foo')}} {{option(name='o')}}"

[tasks.after]
run = "echo"
hide = true

[tasks."env:a"]
run = "echo"
description = "d {{ 1 + 1 }} | e"

[tasks."env:a:b"]
run = "x"

[tasks.multi]
description = "subs"
run = "x"
usage = '''
long_about "long about here"
flag "--old <v>..." var=#true deprecated="gone"
flag "--neg" negate="--no-neg" default=#true
cmd "sub" help="a sub" {
   arg "<z>" help="zz"
   alias "s"
}
example "mise run multi" header="Ex" help="hh"
'''
"#;

const SCRIPT: &str = "#!/usr/bin/env bash
#MISE description=\"a file task\"
#MISE alias=\"fi\"
#MISE depends=[\"gen\"]
#USAGE flag \"-x --ex <ex>\" help=\"ex\"
#USAGE arg \"<file>...\"
echo
";

fn rich() -> Case {
    Case::config(CONFIG)
        .executable("mise-tasks/file", SCRIPT)
        .executable("mise-tasks/grp/_default", "#!/bin/sh\n")
        .executable("mise-tasks/grp/in.sh", "#!/bin/sh\n")
}

fn one(tasks: &str) -> Case {
    Case::config(tasks)
}

const X: &str = "[tasks.x]\nrun = 'x'\n";
const X_AND_BELOW: &str = "[tasks.x]\nrun = 'x'\n[tasks.'x:y']\nrun = 'y'\n";

#[test]
fn docs_describe_each_task() {
    rich()
        .mise(["generate", "task-docs"])
        .mise(["gen", "task-docs", "-s", "detailed", "-I"])
        .mise(["g", "task-docs", "--multi", "-i", "-r", "nowhere"])
        .mise(["g", "task-docs", "--style=simple", "-s", "detailed"])
        .check();
    one(X).mise(["-q", "g", "task-docs"]).check();
}

#[test]
fn docs_go_to_a_file() {
    rich()
        .dir("out")
        .mise(["generate", "task-docs", "-o", "out/T.md"])
        .mise(["-q", "generate", "task-docs", "--output", "Q.md", "--index"])
        .effects(["out/T.md", "Q.md"])
        .mise(["generate", "task-docs", "-o", "no/T.md"])
        .stderr_differs("names the path and the cause in one line")
        .check();
}

#[test]
fn docs_go_to_a_directory() {
    rich()
        .dir("out")
        .mise(["generate", "task-docs", "-m", "-I", "-o", "out"])
        .effects([
            "out/build.md", "out/env-a.md", "out/env-a-b.md", "out/file.md", "out/gen.md",
            "out/grp.md", "out/grp-in.sh.md", "out/lint.md", "out/multi.md", "out/index.md",
        ])
        .check();
    rich()
        .mise(["generate", "task-docs", "-m", "-o", "missing"])
        .stderr_differs("says which directory is missing")
        .check();
}

#[test]
fn docs_go_between_two_comments() {
    rich()
        .file("a.md", "pre\n<!-- mise-tasks -->\nold\n<!-- /mise-tasks -->\npost\n")
        .file(
            "b.md",
            "a<!-- mise-tasks -->b<!-- mise-tasks -->c<!-- /mise-tasks -->d<!-- /mise-tasks -->e",
        )
        .mise(["generate", "task-docs", "-i", "-o", "a.md"])
        .mise(["generate", "task-docs", "-i", "-o", "a.md"])
        .mise(["generate", "task-docs", "-iI", "-o", "b.md"])
        .effects(["a.md", "b.md"])
        .check();
}

#[test]
fn docs_need_both_comments() {
    let wrong = ["none", "pre<!-- mise-tasks -->", "pre<!-- /mise-tasks -->x<!-- mise-tasks -->"];
    for text in wrong {
        rich()
            .file("a.md", text)
            .mise(["generate", "task-docs", "-i", "-o", "a.md"])
            .effects(["a.md"])
            .stderr_differs("says what to add")
            .check();
    }
    rich()
        .mise(["generate", "task-docs", "-i", "-o", "missing.md"])
        .stderr_differs("names the path and the cause in one line")
        .check();
}

#[test]
fn docs_are_of_this_very_directory() {
    let nested = || {
        Case::config("[tasks.up]\nrun = 'x'\n")
            .file("sub/mise.toml", "[tasks.down]\nrun = 'x'\n")
            .executable("sub/mise-tasks/script", "#!/bin/sh\n")
            .dir("sub/deep")
    };
    nested().mise(["g", "task-docs"]).mise(["-C", "sub", "g", "task-docs"]).check();
    nested().mise(["g", "task-docs", "-r", ".."]).cwd("sub").check();
    nested().mise(["g", "task-docs"]).cwd("sub/deep").check();
    Case::empty()
        .mise(["g", "task-docs"])
        .mise(["g", "task-docs", "-o", "x"])
        .effects(["x"])
        .check();
}

#[test]
fn docs_of_a_wrong_specification_are_none() {
    Case::config("[tasks.a]\nrun = 'x'\nusage = 'arg ('\n[tasks.b]\nrun = 'x'\n")
        .mise(["g", "task-docs"])
        .mise(["g", "task-docs", "-o", "x.md"])
        .stderr_differs("names file and line")
        .check();
}

#[test]
fn stubs_are_written_for_every_task() {
    rich()
        .mise(["generate", "task-stubs"])
        .mise(["generate", "task-stubs"])
        .effects([
            "bin/after", "bin/after.cmd", "bin/build", "bin/build.cmd", "bin/env/a/_default",
            "bin/env/a/_default.cmd", "bin/env/a/b", "bin/env/a/b.cmd", "bin/grp/_default",
            "bin/grp/in", "bin/grp/in.cmd", "bin/file",
        ])
        .check();
}

#[test]
fn stubs_go_where_they_are_wanted() {
    one(X)
        .dir("sub")
        .mise(["g", "task-stubs", "-d", "a/b"])
        .mise(["g", "task-stubs", "-d", "./c/"])
        .mise(["-q", "g", "task-stubs", "--dir", ""])
        .mise(["-C", "sub", "g", "task-stubs"])
        .mise(["g", "task-stubs", "-d", "e", "-m", "my'se"])
        .effects(["a/b/x", "a/b/x.cmd", "c/x", "x", "x.cmd", "sub/bin/x", "e/x", "e/x.cmd"])
        .check();
}

#[test]
fn stubs_of_odd_names() {
    one("[tasks.'a b']\nrun='x'\n[tasks.\"q'uote\"]\nrun='x'\n[tasks.'per%cent']\nrun='x'\n\
         [tasks.'sl/ash']\nrun='x'\n[tasks.sl]\nrun='x'\n[tasks.'y.cmd']\nrun='x'\n\
         [tasks.z]\nrun='x'\n[tasks.'z.cmd']\nrun='x'\n")
    .mise(["g", "task-stubs"])
    .effects([
        "bin/a b", "bin/q'uote.cmd", "bin/per%cent", "bin/per%cent.cmd", "bin/sl/ash",
        "bin/sl/_default", "bin/y", "bin/y.cmd", "bin/z", "bin/z.cmd",
    ])
    .check();
}

#[test]
fn stubs_become_groups_and_groups_stubs() {
    one(X)
        .mise(["g", "task-stubs"])
        .file("mise.toml", X_AND_BELOW)
        .mise(["g", "task-stubs"])
        .effects(["bin/x/_default", "bin/x/y", "bin/x.cmd"])
        .check();
    one(X_AND_BELOW)
        .mise(["g", "task-stubs"])
        .file("mise.toml", X)
        .mise(["g", "task-stubs"])
        .effects(["bin/x", "bin/x.cmd"])
        .check();
}

const TAKEN: &str = "has a next step";

#[test]
fn stubs_replace_nothing_of_yours() {
    let taken = |case: Case, kept: &'static str| {
        case.mise(["g", "task-stubs"]).effects([kept]).stderr_differs(TAKEN).check();
    };
    taken(one(X).file("bin/x", "mine"), "bin/x");
    taken(one(X).file("bin/x.cmd", "mine"), "bin/x.cmd");
    taken(one(X).dir("bin/x.cmd"), "bin/x");
    taken(one(X).file("bin/x/y", "mine"), "bin/x/y");
    taken(one(X).symlink("bin/x", "../mise.toml"), "mise.toml");
    taken(one(X).file("bin", "mine"), "bin");
    taken(one(X_AND_BELOW).file("bin/x", "mine"), "bin/x");
    taken(one(X_AND_BELOW).symlink("bin/x", "../mise.toml"), "mise.toml");
    taken(one("[tasks.'x:y']\nrun = 'x'\n").file("bin/x", "mine"), "bin/x");
    taken(one("[tasks.a]\nrun = 'x'\n[tasks.x]\nrun = 'x'\n").file("bin/x", "mine"), "bin/a");
    let of_another = "#!/bin/sh\n# generated by mise task-stubs\nexec mise run z \"$@\"";
    taken(one(X).file("bin/x", of_another), "bin/x");
    taken(one("[tasks.'x:_default']\nrun = 'x'\n[tasks.x]\nrun = 'x'\n"), "bin/x/_default");
    one(X)
        .file("bin/x", "#!/bin/sh\nexec mise run x \"$@\"")
        .mise(["g", "task-stubs"])
        .effects(["bin/x"])
        .check();
}

#[test]
fn stubs_for_windows_itself_are_made_there() {
    one(X)
        .mise(["g", "task-stubs", "--windows-launcher", "cmd"])
        .effects(["bin/x.cmd"])
        .mise(["g", "task-stubs", "--windows-launcher", "exe"])
        .stderr_differs(TAKEN)
        .check();
}

#[test]
fn a_hook_is_shown() {
    let case = Case::empty()
        .mise(["generate", "git-pre-commit"])
        .mise(["g", "pre-commit", "-t", "a b", "--", "-C", "sub dir", "--foo=q\"r"])
        .mise(["g", "pre-commit", "--task", "", "--"])
        .mise(["-q", "g", "pre-commit", "--hook", "odd"]);
    ["commit-msg", "prepare-commit-msg", "applypatch-msg", "sendemail-validate", "pre-push"]
        .into_iter()
        .fold(case, |case, hook| case.mise(["g", "git-pre-commit", "--hook", hook]))
        .check();
}

#[test]
fn a_hook_needs_a_repository() {
    Case::empty()
        .mise(["generate", "git-pre-commit", "-w"])
        .stderr_differs("has a next step")
        .check();
}

#[test]
fn a_hook_is_written() {
    let bare = "[core]\nrepositoryformatversion = 0\nbare = false\n";
    let repository = || {
        one(X)
            .file(".git/config", bare)
            .file(".git/HEAD", "ref: refs/heads/main\n")
            .dir(".git/objects")
            .dir(".git/refs")
            .dir(".git/hooks")
            .dir("sub")
    };
    repository()
        .mise(["generate", "git-pre-commit", "-w"])
        .mise(["generate", "git-pre-commit", "--write", "-t", "other"])
        .mise(["-q", "generate", "git-pre-commit", "--write", "-t", "third"])
        .mise(["-C", "sub", "g", "git-pre-commit", "-w", "--hook", "commit-msg", "--", "-C", "sub"])
        .effects([".git/hooks/pre-commit", ".git/hooks/pre-commit.old", ".git/hooks/commit-msg"])
        .check();
    repository()
        .mise(["generate", "git-pre-commit", "-w", "--hook", "x/y"])
        .stderr_differs("names the path and the cause in one line")
        .check();
}

#[test]
fn what_is_no_generator_is_refused() {
    Case::empty()
        .mise(["generate"])
        .stderr_differs("our own help")
        .mise(["generate", "nope"])
        .stderr_differs("our own help")
        .mise(["generate", "task-docs", "-s", "fancy"])
        .stderr_differs("our own help")
        .mise(["generate", "git-pre-commit", "word"])
        .stderr_differs("our own help")
        .check();
}
