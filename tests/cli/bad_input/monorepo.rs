//! Names that mean nothing in a monorepo or outside of one, and projects of it that
//! cannot be read.

use super::{OK, message, mistake, project, project_mistake, refused};
use crate::support::Project;

const ROOT: &str = "\
monorepo_root = true
[monorepo]
config_roots = [\"apps/*\"]
[tasks.ok]
run = \"touch ran\"
";

fn repository() -> Project {
    let web = "[tasks.build]\nrun = \"touch ran\"\n[tasks.lint]\nrun = \"touch ran\"\n";
    project(ROOT).file("apps/web/mise.toml", web)
}

#[test]
fn words_of_monorepos_need_one() {
    let help = "put `monorepo_root = true` into the mise.toml of its root, or name a task of \
                another directory as `../dir:task`";
    let line = |name: &str| format!("`{name}` names a task of a monorepo, and this is none");
    for name in ["//a:b", ":b", "...:b", "//a"] {
        let stderr = format!("Error: {}\n  help: {help}\n", line(name));
        refused(&project(OK), &format!("run ok ::: {name}"), 1, &stderr);
    }
    for name in ["//a:b", ":b"] {
        let body = format!("depends = [\"{name}\"]");
        mistake(&body, &line(name), &format!("\"{name}\""), "named here", help);
    }
}

#[test]
fn a_path_starts_at_the_root_and_ends_in_a_task() {
    for (word, stderr) in [
        (
            "apps/web:build",
            "Error: `apps/web:build` has a path that does not start at the root of the monorepo\n  \
             help: paths begin with two slashes: `//apps/web:build`\n",
        ),
        (
            "./...:build",
            "Error: `./...:build` has a path that does not start at the root of the monorepo\n  \
             help: paths begin with two slashes: `//...:build`\n",
        ),
        (
            "//apps/web",
            "Error: `//apps/web` is a path without a task\n  \
             help: write `//apps/web:TASK`, or `//apps/web:*` for all tasks there\n",
        ),
        (
            "::ok",
            "Error: `//::ok` has a colon too many\n  help: one colon stands between a path and a task\n",
        ),
    ] {
        refused(&repository(), &format!("run ok ::: {word}"), 1, stderr);
    }
}

#[test]
fn an_unknown_task_comes_with_near_names_of_all_projects() {
    let near =
        "  help: did you mean one of these?\n    - //apps/web:build\n    - //apps/web:lint\n";
    let stderr = format!("Error: no task //apps/web:biuld found\n{near}");
    refused(&repository(), "run ok ::: //apps/web:biuld", 1, &stderr);
    let stderr = "Error: no task //apps/*:build found\n  help: `*` in a path looks only into the \
                  projects on the way to this directory; `...` looks into all: `//apps/...:build`\n";
    refused(&repository(), "run ok ::: //apps/*:build", 1, stderr);
    let stderr =
        "Error: no task //:lint found\n  help: did you mean one of these?\n    - //apps/web:lint\n";
    refused(&repository(), "run ok ::: lint", 1, stderr);
}

#[test]
fn a_missing_dependency_is_named_as_it_is_written() {
    let api = "[tasks.a]\ndepends = [\"//apps/web:biuld\"]\n";
    let line =
        "Task '//apps/api:a' depends on '//apps/web:biuld' but '//apps/web:biuld' was not found";
    let place = ["apps/api/mise.toml", api, "\"//apps/web:biuld\"", "no such task"];
    let stderr = message(line, place, "did you mean `//apps/web:build`?");
    refused(&repository().file("apps/api/mise.toml", api), "run ok ::: //apps/api:a", 1, &stderr);
    let api = "[tasks.a]\ndepends = [\"//apps/web\"]\n";
    let place = ["apps/api/mise.toml", api, "\"//apps/web\"", "named here"];
    let help = "write `//apps/web:TASK`, or `//apps/web:*` for all tasks there";
    let stderr = message("`//apps/web` is a path without a task", place, help);
    refused(&repository().file("apps/api/mise.toml", api), "run ok ::: //apps/api:a", 1, &stderr);
}

#[test]
fn a_project_that_cannot_be_read_is_left_out_and_shown_where_it_is_asked_for() {
    let api = "[tasks.a]\nrun = 1\n";
    let project = repository().file("apps/api/mise.toml", api);
    let line = "`run` of task `a` must be a string, a table or a list of these";
    let left_out = format!("Warning: //apps/api is left out: {line} ([P]/apps/api/mise.toml:2)\n");
    let stderr = format!("{left_out}[//:ok] $ touch ran\n");
    project.mep(["run", "ok"]).run().stdout("").stderr(&stderr).code(0);
    project.remove("ran");
    let place = ["apps/api/mise.toml", api, "1", "this is an integer"];
    let shown = message(line, place, "");
    let unknown = "Error: no task //apps/api:a found: its project is left out\n  help: correct the mistake above\n";
    refused(&project, "run ok ::: //apps/api:a", 1, &format!("{left_out}{shown}\n{unknown}"));
}

#[test]
fn the_keys_of_a_monorepo_have_types() {
    let file = "[P]/mise.toml";
    let line = format!("`monorepo_root` of {file} must be true or false");
    project_mistake("monorepo_root = \"yes\"", &line, "\"yes\"", "this is a string", "");
    let line = format!("`monorepo.config_roots` of {file} must be a list of strings");
    project_mistake("[monorepo]\nconfig_roots = \"a\"", &line, "\"a\"", "this is a string", "");
}

#[test]
fn entries_that_name_no_project_are_told() {
    let config =
        format!("{}\n", ROOT.replace("\"apps/*\"", "\"**/x\", \"/abs\", \"gone\", \"empty\""));
    let stderr = "\
Warning: [monorepo].config_roots: recursive glob '**' not supported in '**/x', use single-level '*' instead
Warning: [monorepo].config_roots: '/abs' must be a relative path within the config root
Warning: [monorepo].config_roots: 'gone' does not exist
Warning: [monorepo].config_roots: 'empty' has no mise config file
[//:ok] $ touch ran
";
    project(&config).dir("empty").mep(["run", "ok"]).run().stdout("").stderr(stderr).code(0);
}
