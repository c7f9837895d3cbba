//! Our own keys, in `mep.toml` and `[_.mep]`: wrong types, keys and names, circles through
//! `finally`, and what cannot be together.

use crate::support::Project;

use super::{OK, goes_on, lists, marked, message, project, refused};

const A: &str = "[tasks.a]\nrun = \"touch ran\"\n\n";

/// A project with the tasks `a` and `ok`, and this `mep.toml`.
fn own(text: &str) -> Project {
    project(&format!("{A}{OK}")).file("mep.toml", text)
}

/// A mistake at the keys of `a` stops what needs `a`, and nothing else.
#[track_caller]
fn mistake(body: &str, line: &str, piece: &str, label: &str, help: &str) {
    let text = format!("[tasks.a]\n{body}\n");
    let stderr = message(line, ["mep.toml", &text, piece, label], help);
    let broken = own(&text);
    refused(&broken, "run ok ::: a", 1, &stderr);
    lists(&broken, "a\nok\n", &stderr);
    let number = text[..text.find(piece).unwrap_or(0)].matches('\n').count() + 1;
    goes_on(&broken, &format!("Warning: {line} ([P]/mep.toml:{number})\n"));
}

#[test]
fn a_wrong_value_is_named_with_what_stands_there() {
    let retry = "a number, or a table with `count`";
    let weight = "a whole number, 1 or more";
    let span = "a duration like \"10s\"";
    let leaks = "\"report\", \"kill\" or \"fail\"";
    for (body, key, expected, piece, label) in [
        ("retry = -1", "retry", retry, "-1", "this is an integer"),
        ("retry = 1.5", "retry", retry, "1.5", "this is a float"),
        ("retry = 'x'", "retry", retry, "'x'", "this is a string"),
        ("retry = true", "retry", retry, "true", "this is a boolean"),
        ("retry = {}", "retry", retry, "{}", "this is a table"),
        ("retry = { delay = '1s' }", "retry", retry, "{ delay = '1s' }", "this is a table"),
        ("retry.count = '1'", "retry.count", "a whole number", "'1'", "this is a string"),
        ("retry = { count = 1, delay = 5 }", "retry.delay", "a string", "5", "this is an integer"),
        ("retry = { count = 1, delay = 'x' }", "retry.delay", span, "'x'", "not `x`"),
        (
            "retry = { count = 1, backoff = 0.5 }",
            "retry.backoff",
            "a number, 1 or more",
            "0.5",
            "this is a float",
        ),
        ("allow_failure = 1", "allow_failure", "true or false", "1", "this is an integer"),
        ("finally = 5", "finally", "a task name or a list of them", "5", "this is an integer"),
        ("timeout = 5", "timeout", "a string", "5", "this is an integer"),
        ("timeout = 'soon'", "timeout", span, "'soon'", "not `soon`"),
        ("grace = 'soon'", "grace", span, "'soon'", "not `soon`"),
        ("leaks = 'no'", "leaks", leaks, "'no'", "not `no`"),
        ("leaks = true", "leaks", "a string", "true", "this is a boolean"),
        ("locks = 'db'", "locks", "a list of strings", "'db'", "this is a string"),
        ("weight = 0", "weight", weight, "0", "this is an integer"),
        ("weight = 'big'", "weight", weight, "'big'", "this is a string"),
    ] {
        mistake(body, &format!("`{key}` of task `a` must be {expected}"), piece, label, "");
    }
}

#[test]
fn an_unknown_key_comes_with_the_one_that_was_meant() {
    let label = "not a key of this table";
    let keys = "`grace`, `locks`, `weight`, `retry`, `allow_failure`, `finally`, `leaks`, `timeout`, `lint`";
    for (key, help) in [
        ("retries", "did you mean `retry`?"),
        ("run", &format!("keys of mise belong into its config; mep's are {keys}")),
    ] {
        mistake(
            &format!("{key} = 1"),
            &format!("unknown key `{key}` in task `a`"),
            key,
            label,
            help,
        );
    }
    let help = "did you mean `count`?";
    mistake("retry = { counts = 1 }", "unknown key `counts` in task `a`", "counts", label, help);
}

#[test]
fn the_keys_of_a_task_are_a_table() {
    let text = "[tasks]\na = 2\n";
    let line = "`a` of `tasks` must be a table";
    let stderr = message(line, ["mep.toml", text, "2", "this is an integer"], "");
    refused(&own(text), "run a", 1, &stderr);
    goes_on(&own(text), &format!("Warning: {line} ([P]/mep.toml:2)\n"));
}

#[test]
fn every_mistake_of_every_task_is_shown() {
    let text = "[tasks.a]\nretry = -1\nweight = 0\n[tasks.ok]\nleaks = 7\n";
    let all = [
        ("`retry` of task `a` must be a number, or a table with `count`", "-1"),
        ("`weight` of task `a` must be a whole number, 1 or more", "0"),
        ("`leaks` of task `ok` must be a string", "7"),
    ];
    let all =
        all.map(|(line, piece)| message(line, ["mep.toml", text, piece, "this is an integer"], ""));
    refused(&own(text), "run a ::: ok", 1, &all.join("\n"));
}

#[test]
fn a_mistake_in_the_mise_config_is_shown_there() {
    let config = format!("{A}[_.mep.tasks.a]\nretry = 'x'\n\n{OK}");
    let line = "`retry` of task `a` must be a number, or a table with `count`";
    let stderr = message(line, ["mise.toml", &config, "'x'", "this is a string"], "");
    refused(&project(&config), "run a", 1, &stderr);
    goes_on(&project(&config), &format!("Warning: {line} ([P]/mise.toml:5)\n"));
}

#[test]
fn a_mistake_at_the_top_stops_the_project() {
    for (text, line, piece, label, help) in [
        ("leaks = 5\n", "`leaks` of [P]/mep.toml must be a string", "5", "this is an integer", ""),
        ("tasks = 5\n", "`tasks` of [P]/mep.toml must be a table", "5", "this is an integer", ""),
        (
            "leak = 'kill'\n",
            "unknown key `leak` in [P]/mep.toml",
            "leak",
            "not a key of this table",
            "did you mean `leaks`?",
        ),
        ("record = 5\n", "`record` of [P]/mep.toml must be a table", "5", "this is an integer", ""),
        (
            "[record]\nkeep = 0\n",
            "`keep` of `record` must be a whole number, 1 or more",
            "0",
            "this is an integer",
            "",
        ),
        (
            "[record]\ndays = '1'\n",
            "`days` of `record` must be a whole number, 1 or more",
            "'1'",
            "this is a string",
            "",
        ),
        (
            "[record]\nenabled = 1\n",
            "`enabled` of `record` must be true or false",
            "1",
            "this is an integer",
            "",
        ),
        (
            "[record]\nmegabyte = 1\n",
            "unknown key `megabyte` in `record`",
            "megabyte",
            "not a key of this table",
            "did you mean `megabytes`?",
        ),
    ] {
        let stderr = message(line, ["mep.toml", text, piece, label], help);
        refused(&own(text), "run ok", 1, &stderr);
    }
}

#[test]
fn keys_for_a_task_that_is_not_there_are_told_of() {
    let text = "[tasks.ok]\nretry = 1\n[tasks.okk]\nretry = 1\n[tasks.zzz]\nretry = 1\n";
    let warnings = "\
Warning: there is no task `okk` for the keys it is given ([P]/mep.toml:3); did you mean `ok`?
Warning: there is no task `zzz` for the keys it is given ([P]/mep.toml:5)
";
    goes_on(&own(text), warnings);
    // The user's own file is for all projects.
    goes_on(&own("").file("../home/.config/mep/mep.toml", text), "");
}

#[test]
fn a_task_is_known_by_each_of_its_names() {
    for name in ["\"a.sh\"", "a", "b"] {
        let run = Project::new()
            .executable(".mise/tasks/a.sh", "#!/bin/sh\n#MISE alias=\"b\"\necho x >>log; exit 1\n")
            .file("mep.toml", &format!("[tasks.{name}]\nretry = 1\n"));
        run.mep(["-q", "run", "a"]).run().stdout("").code(1);
        assert_eq!(run.read("log"), "x\nx\n", "{name}");
    }
}

#[test]
fn mep_toml_alone_defines_no_task() {
    let alone = Project::new().file("mep.toml", "[tasks.a]\nretry = 1\n");
    let stderr = "\
Warning: there is no task `a` for the keys it is given ([P]/mep.toml:1)
Error: no task a found: no tasks are defined here
  help: put `[tasks]` with `hello = \"echo hello\"` into a file mise.toml
";
    alone.mep(["run", "a"]).run().stdout("").stderr(stderr).code(1);
}

#[test]
fn mep_toml_counts_for_the_tasks_of_the_directories_above() {
    let run = project("[tasks.a]\nrun = 'echo x >>log; exit 1'\n")
        .file("sub/mep.toml", "[tasks.a]\nretry = 1\n");
    run.mep(["-q", "run", "a"]).cwd("sub").run().stdout("").code(1);
    run.mep(["-q", "run", "a"]).run().stdout("").code(1);
    assert_eq!(run.read("log"), "x\nx\nx\n");
}

// ---- finally ----------------------------------------------------------------

const CIRCLE: &str = "remove one of these, or use `wait_for` where only the order matters";

#[test]
fn a_cleanup_that_is_not_there_comes_with_the_task_that_was_meant() {
    let text = "[tasks.a]\nfinally = ['okk']\n";
    let line = "Task 'a' is followed by 'okk' but 'okk' was not found";
    let stderr = message(line, ["mep.toml", text, "'okk'", "no such task"], "did you mean `ok`?");
    refused(&own(text), "run ok ::: a", 1, &stderr);
}

#[test]
fn a_cleanup_of_itself_is_a_circle() {
    for entry in ["'a'", "'a again'"] {
        let text = format!("[tasks.a]\nfinally = [{entry}]\n");
        let line = "Circular dependency detected: a → a";
        let stderr = message(line, ["mep.toml", &text, entry, "`a` needs `a`"], CIRCLE);
        for command in ["run a", "run -n a", "run caller"] {
            let caller = "[tasks.caller]\nrun = [{ task = 'a' }]\n";
            refused(&own(&text).file("mise.local.toml", caller), command, 1, &stderr);
        }
    }
}

#[test]
fn a_cleanup_that_needs_the_task_is_a_circle() {
    let (keys, tasks) = ("[tasks.a]\nfinally = ['b']\n", "[tasks.b]\ndepends = ['a']\n");
    let stderr = format!(
        "Error: Circular dependency detected: a → b → a\n{}{}  help: {CIRCLE}\n",
        marked("mep.toml", keys, "'b'", "`a` needs `b`"),
        marked("mise.local.toml", tasks, "'a'", "`b` needs `a`"),
    );
    refused(&own(keys).file("mise.local.toml", tasks), "run a", 1, &stderr);
}

#[test]
fn two_that_clean_up_after_each_other_are_a_circle() {
    let text = "[tasks.a]\nfinally = ['ok']\n[tasks.ok]\nfinally = ['a']\n";
    let stderr = "\
Error: Circular dependency detected: a → ok → a
   ╭─[[P]/mep.toml:2:12]
 1 │ [tasks.a]
 2 │ finally = ['ok']
   ·            ──┬─
   ·              ╰── `a` needs `ok`
 3 │ [tasks.ok]
 4 │ finally = ['a']
   ·            ─┬─
   ·             ╰── `ok` needs `a`
   ╰────
  help: remove one of these, or use `wait_for` where only the order matters
";
    refused(&own(text), "run a", 1, stderr);
    let caller = "[tasks.caller]\nrun = [{ task = 'a' }]\n";
    refused(&own(text).file("mise.local.toml", caller), "run caller", 1, stderr);
}

#[test]
fn a_circle_through_two_cleanups_and_a_dependency_is_drawn_with_every_step() {
    let keys = "[tasks.a]\nfinally = ['b']\n[tasks.b]\nfinally = ['c']\n";
    let tasks = "[tasks.b]\n[tasks.c]\ndepends = ['a']\n";
    let stderr = format!(
        "Error: Circular dependency detected: a → b → c → a
   ╭─[[P]/mep.toml:2:12]
 1 │ [tasks.a]
 2 │ finally = ['b']
   ·            ─┬─
   ·             ╰── `a` needs `b`
 3 │ [tasks.b]
 4 │ finally = ['c']
   ·            ─┬─
   ·             ╰── `b` needs `c`
   ╰────
{}  help: {CIRCLE}\n",
        marked("mise.local.toml", tasks, "'a'", "`c` needs `a`"),
    );
    let caller = "[tasks.caller]\nrun = [{ task = 'a' }]\n";
    let circle = own(keys).file("mise.local.toml", tasks).file("mise.test.toml", caller);
    refused(&circle, "run a", 1, &stderr);
    refused(&circle, "-E test run caller", 1, &stderr);
}

#[test]
fn names_of_the_lint_are_known() {
    mistake(
        "lint = ['-late-version', '-publish-without-buidl']",
        "`publish-without-buidl` in `lint` of task `a` is nothing that is looked for",
        "'-publish-without-buidl'",
        "not this",
        "did you mean `-publish-without-build`?",
    );
    mistake(
        "lint = ['late-version']",
        "`late-version` in `lint` of task `a` turns nothing off",
        "'late-version'",
        "not this",
        "did you mean `-late-version`?",
    );
    let known = "they are `overlapping-outputs`, `unlinked-sources`, `pass-through`, \
                 `publish-without-build`, `unsafe-standalone`, `unreachable-hidden`, \
                 `missing-sdist`, `artifact-scatter`, `late-version`";
    let line = "`x` in `lint` of task `a` is nothing that is looked for";
    mistake("lint = ['-x']", line, "'-x'", "not this", known);
}

// ---- what cannot be ---------------------------------------------------------

#[test]
fn a_task_with_the_terminal_to_itself_is_not_tried_again() {
    for key in ["interactive", "raw"] {
        let tasks = format!("[tasks.edit]\n{key} = true\nrun = 'touch ran'\n");
        let text = "[tasks.edit]\nretry = 2\n";
        let line = format!("task `edit` is `{key}`, and cannot be tried again by itself");
        let help = format!("take out `retry`, or `{key}`");
        let stderr = message(&line, ["mep.toml", text, "2", "so often it should be"], &help);
        let broken = own(text).file("mise.local.toml", &tasks);
        refused(&broken, "run ok ::: edit", 1, &stderr);
        refused(&broken, "run -n edit", 1, &stderr);
        goes_on(&broken, "");
        broken.write("mep.toml", "[tasks.edit]\nretry = 0\n");
        broken.mep(["-q", "run", "edit"]).run().stdout("").stderr("").code(0);
    }
}

#[test]
fn a_timeout_of_mise_that_cannot_be_read_is_none() {
    let config = "[tasks.ok]\nrun = \"touch ran\"\ntimeout = 'soon'\n";
    let why = "invalid timeout \"soon\" for task ok: invalid digit found in string";
    goes_on(&project(config), &format!("Warning: {why} ([P]/mise.toml:3)\n"));
    let stderr = format!("mise WARN  {why}\n[ok] $ touch ran\n");
    project(config).mise(["run", "ok"]).run().stdout("").stderr(&stderr).code(0);
}

#[test]
fn a_directory_that_a_dependency_has_removed_is_named() {
    let tasks = "
[tasks.t]
depends = ['rm']
dir = 'work'
run = 'touch ran'
[tasks.rm]
run = 'rmdir work'
";
    let stderr = "\
[t] ERROR task directory does not exist: [P]/work
[t] ERROR task failed
";
    project(tasks).dir("work").mep(["-q", "run", "t"]).run().stdout("").stderr(stderr).code(1);
}
