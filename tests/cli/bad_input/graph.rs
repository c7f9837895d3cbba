//! Names that mean no task, and graphs that cannot be run.

use super::{OK, marked, message, mistake, project, refused};

const BUILD_AND_LINT: &str =
    "[tasks.build]\nrun = \"touch ran\"\n\n[tasks.lint]\nrun = \"touch ran\"\n";

#[test]
fn an_unknown_task_comes_with_near_names() {
    let stderr = "Error: no task biuld found\n  help: did you mean one of these?\n    - build\n";
    refused(&project(BUILD_AND_LINT), "run biuld", 1, stderr);
    refused(&project(BUILD_AND_LINT), "biuld", 1, stderr);
    refused(&project(BUILD_AND_LINT), "run lint ::: biuld", 1, stderr);
}

#[test]
fn an_unknown_task_without_near_names_comes_with_the_names_there_are() {
    let stderr = "Error: no task zzz found\n  help: the tasks here are\n    build\n    lint\n";
    refused(&project(BUILD_AND_LINT), "run zzz", 1, stderr);
    refused(&project(BUILD_AND_LINT), "run build ::: zzz", 1, stderr);
}

#[test]
fn a_circle_of_dependencies_is_drawn_with_every_step() {
    let step =
        |name, needs| format!("[tasks.{name}]\nrun = \"touch ran\"\ndepends = [\"{needs}\"]\n");
    let circle = project(&[step("a", "b"), step("b", "c"), step("c", "a")].concat());
    let stderr = "\
Error: Circular dependency detected: a → b → c → a
   ╭─[[P]/mise.toml:3:12]
 2 │ run = \"touch ran\"
 3 │ depends = [\"b\"]
   ·            ─┬─
   ·             ╰── `a` needs `b`
 4 │ [tasks.b]
 5 │ run = \"touch ran\"
 6 │ depends = [\"c\"]
   ·            ─┬─
   ·             ╰── `b` needs `c`
 7 │ [tasks.c]
 8 │ run = \"touch ran\"
 9 │ depends = [\"a\"]
   ·            ─┬─
   ·             ╰── `c` needs `a`
   ╰────
  help: remove one of these, or use `wait_for` where only the order matters
";
    refused(&circle, "run a", 1, stderr);
    refused(&circle, "run -n a", 1, stderr);
    circle.mep(["tasks"]).run().stdout("a\nb\nc\n").stderr("").code(0);
}

#[test]
fn a_circle_through_two_files_shows_both() {
    let needs = |name, other| format!("[tasks.{name}]\ndepends = [\"{other}\"]\n");
    let (a, b) = (needs("a", "b"), needs("b", "a"));
    let circle = project(&a).file("mise.local.toml", &b);
    let stderr = format!(
        "Error: Circular dependency detected: a → b → a\n{}{}  help: {}\n",
        marked("mise.toml", &a, "\"b\"", "`a` needs `b`"),
        marked("mise.local.toml", &b, "\"a\"", "`b` needs `a`"),
        "remove one of these, or use `wait_for` where only the order matters",
    );
    refused(&circle, "run a", 1, &stderr);
}

#[test]
fn a_circle_through_calls_is_drawn_with_every_step() {
    let calls =
        |name, other| format!("[tasks.{name}]\nrun = [\"touch ran\", {{ task = \"{other}\" }}]\n");
    let circle = project(&[calls("a", "b"), calls("b", "c"), calls("c", "a")].concat());
    let stderr = "\
Error: Circular dependency detected: a → b → c → a
   ╭─[[P]/mise.toml:2:21]
 1 │ [tasks.a]
 2 │ run = [\"touch ran\", { task = \"b\" }]
   ·                     ───────┬──────
   ·                            ╰── `a` needs `b`
 3 │ [tasks.b]
 4 │ run = [\"touch ran\", { task = \"c\" }]
   ·                     ───────┬──────
   ·                            ╰── `b` needs `c`
 5 │ [tasks.c]
 6 │ run = [\"touch ran\", { task = \"a\" }]
   ·                     ───────┬──────
   ·                            ╰── `c` needs `a`
   ╰────
  help: remove one of these, or use `wait_for` where only the order matters
";
    refused(&circle, "run a", 1, stderr);
}

#[test]
fn a_circle_through_a_call_and_a_dependency_is_drawn_with_every_step() {
    let circle = project(
        "[tasks.a]\nrun = [{ task = 'b' }]\n[tasks.b]\ndepends = ['c']\n[tasks.c]\nrun = { task = 'a' }\n",
    );
    let stderr = "\
Error: Circular dependency detected: a → b → c → a
   ╭─[[P]/mise.toml:2:8]
 1 │ [tasks.a]
 2 │ run = [{ task = 'b' }]
   ·        ───────┬──────
   ·               ╰── `a` needs `b`
 3 │ [tasks.b]
 4 │ depends = ['c']
   ·            ─┬─
   ·             ╰── `b` needs `c`
 5 │ [tasks.c]
 6 │ run = { task = 'a' }
   ·       ───────┬──────
   ·              ╰── `c` needs `a`
   ╰────
  help: remove one of these, or use `wait_for` where only the order matters
";
    refused(&circle, "run a", 1, stderr);
}

#[test]
fn a_missing_dependency_comes_with_the_task_that_was_meant() {
    for (key, entry, verb, piece) in [
        ("depends", "'lnit'", "depends on", "'lnit'"),
        ("depends_post", "'lnit'", "is followed by", "'lnit'"),
        ("run", "{ task = 'lnit' }", "runs", "{ task = 'lnit' }"),
    ] {
        let config = format!("[tasks.t]\n{key} = [{entry}]\n\n{BUILD_AND_LINT}");
        let line = format!("Task 't' {verb} 'lnit' but 'lnit' was not found");
        let place = ["mise.toml", &config, piece, "no such task"];
        let stderr = message(&line, place, "did you mean `lint`?");
        refused(&project(&config), "run build ::: t", 1, &stderr);
    }
}

#[test]
fn every_missing_dependency_is_shown() {
    let config = format!("[tasks.t]\ndepends = [\"ant\", \"cow\"]\n\n{OK}");
    let missing = ["ant", "cow"].map(|name| {
        let line = format!("Task 't' depends on '{name}' but '{name}' was not found");
        let place = ["mise.toml", &config, &format!("\"{name}\""), "no such task"];
        message(&line, place, "define the task, or mark the entry `optional = true`")
    });
    refused(&project(&config), "run ok ::: t", 1, &missing.join("\n"));
}

#[test]
fn a_dependency_that_is_no_shell_line_is_shown() {
    let line = "`depends[0]` of task `a`: `ok 'x` has an open quote";
    mistake("depends = [\"ok 'x\"]", line, "\"ok 'x\"", "here", "");
}
