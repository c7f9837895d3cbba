//! Broken TOML, wrong types, keys that do not exist or come later.

use super::{OK, goes_on, lists, message, mistake, project, project_mistake, refused};

#[test]
fn broken_toml_is_shown_where_it_breaks() {
    let broken = project("[tasks.ok]\nrun = \"touch ran\"\n[tasks.b\nrun = \"b\"\n");
    let stderr = "\
Error: [P]/mise.toml is not valid TOML
   ╭─[[P]/mise.toml:3:9]
 2 │ run = \"touch ran\"
 3 │ [tasks.b
   ·         ▲
   ·         ╰── unclosed table, expected `]`
 4 │ run = \"b\"
   ╰────
";
    for command in ["run ok", "ok", "tasks", "tasks deps", "run -n ok"] {
        refused(&broken, command, 1, stderr);
    }
}

const TWO_MISTAKES: &str = "\
Error: [P]/mise.toml is not valid TOML
   ╭─[[P]/mise.toml:2:17]
 1 │ [tasks.ok]
 2 │ run = \"touch ran
   ·                 ▲
   ·                 ╰── invalid basic string, expected `\"`
 3 │ hide =
   ╰────

Error: [P]/mise.toml is not valid TOML
   ╭─[[P]/mise.toml:3:8]
 2 │ run = \"touch ran
 3 │ hide =
   ·        ▲
   ·        ╰── string values must be quoted, expected literal string
   ╰────
";

#[test]
fn all_mistakes_of_a_file_are_shown() {
    let broken = project("[tasks.ok]\nrun = \"touch ran\nhide = \n");
    refused(&broken, "run ok", 1, TWO_MISTAKES);
}

#[test]
fn the_mistakes_of_all_files_are_shown_together() {
    let broken = project("[tasks.ok]\nrun = \n").file("mise.local.toml", "x = [1,\n");
    let stderr = "\
Error: [P]/mise.toml is not valid TOML
   ╭─[[P]/mise.toml:2:7]
 1 │ [tasks.ok]
 2 │ run =
   ·       ▲
   ·       ╰── string values must be quoted, expected literal string
   ╰────

Error: [P]/mise.local.toml is not valid TOML
   ╭─[[P]/mise.local.toml:1:8]
 1 │ x = [1,
   ·        ▲
   ·        ╰── unclosed array, expected `]`
   ╰────
";
    refused(&broken, "run ok", 1, stderr);
    refused(&broken, "tasks", 1, stderr);
}

#[test]
fn a_broken_file_in_a_task_directory_is_named_and_stops_only_its_own_tasks() {
    let broken = project(OK)
        .file(".mise/tasks/more.toml", "[b\nrun = \"b\"\n")
        .file(".mise/tasks/whole.toml", "[c]\nrun = \"c\"\n");
    let stderr = "\
Error: [P]/.mise/tasks/more.toml is not valid TOML
   ╭─[[P]/.mise/tasks/more.toml:1:3]
 1 │ [b
   ·   ▲
   ·   ╰── unclosed table, expected `]`
 2 │ run = \"b\"
   ╰────
";
    let place = "[P]/.mise/tasks/more.toml";
    goes_on(&broken, &format!("Warning: {place} is not valid TOML ({place}:1)\n"));
    lists(&broken, "c\nok\n", stderr);
    let unknown = "\nError: no task b found\n  help: the tasks here are\n    c\n    ok\n";
    refused(&broken, "run ok ::: b", 1, &format!("{stderr}{unknown}"));
}

#[test]
fn a_wrong_type_is_named_with_what_stands_there() {
    for (body, key, expected, piece, found) in [
        ("run = 5", "run", "a string, a table or a list of these", "5", "an integer"),
        ("run = ['x', 5]", "run[1]", "a string, a table or a list of these", "5", "an integer"),
        ("run = 'x'\ndepends = [5]", "depends[0]", NAME, "5", "an integer"),
        ("run = 'x'\ndepends = [[]]", "depends[0]", NAME, "[]", "a list"),
        ("run = 'x'\nhide = \"x\"", "hide", "true or false", "\"x\"", "a string"),
        ("run = 'x'\nenv = { A = [1] }", "env.A", VALUE, "[1]", "a list"),
        ("run = 'x'\nsources = [5]", "sources[0]", "a string", "5", "an integer"),
        ("run = 'x'\nsources = 5", "sources", "a string or a list of strings", "5", "an integer"),
        ("run = 'x'\ndir = true", "dir", "a string", "true", "a boolean"),
        ("run = 'x'\ntimeout = 5", "timeout", "a string", "5", "an integer"),
        ("run = [{task='x', args='y'}]", "run[0].args", "a list of strings", "'y'", "a string"),
    ] {
        let line = format!("`{key}` of task `a` must be {expected}");
        mistake(body, &line, piece, &format!("this is {found}"), "");
    }
}

const NAME: &str = "a task name, a list of words or a table";
const VALUE: &str = "a string, an integer or a boolean";

#[test]
fn a_task_is_a_command_or_a_table() {
    let config = "[tasks]\na = 5\nok = \"touch ran\"\n";
    let line = "task `a` must be a command, a list of commands or a table";
    let stderr = message(line, ["mise.toml", config, "5", "not a task"], "");
    refused(&project(config), "run a", 1, &stderr);
    goes_on(&project(config), &format!("Warning: {line} ([P]/mise.toml:2)\n"));
    lists(&project(config), "a\nok\n", &stderr);
}

#[test]
fn tasks_is_a_table_of_tasks() {
    let config = "tasks = [\"a\"]\n";
    let line = "`tasks` of [P]/mise.toml must be a table of tasks";
    let help = "write `[tasks.name]` with `run = \"…\"` below it";
    let stderr = message(line, ["mise.toml", config, "[\"a\"]", "this is a list"], help);
    refused(&project(config), "run a", 1, &stderr);
    refused(&project(config), "tasks", 1, &stderr);
}

#[test]
fn a_wrong_type_in_the_environment_stops_the_project() {
    let line = "`env.A` of [P]/mise.toml must be a string, an integer or a boolean";
    project_mistake("[env]\nA = [1]", line, "[1]", "this is a list", "");
}

#[test]
fn an_unknown_key_comes_with_the_one_that_was_meant() {
    let line = "unknown key `depend` in task `a`";
    let (label, help) = ("not a key of this table", "did you mean `depends`?");
    mistake("run = 'x'\ndepend = ['ok']", line, "depend", label, help);
}

#[test]
fn an_unknown_key_stops_only_its_own_task() {
    let config = format!("[tasks.a]\nrun = 'x'\ndepend = ['ok']\n\n{OK}");
    let line = "unknown key `depend` in task `a`";
    let place = ["mise.toml", &config, "depend", "not a key of this table"];
    let stderr = message(line, place, "did you mean `depends`?");
    goes_on(&project(&config), &format!("Warning: {line} ([P]/mise.toml:3)\n"));
    lists(&project(&config), "a\nok\n", &stderr);
}

#[test]
fn every_mistake_of_every_task_is_shown() {
    let config = format!("[tasks.a]\nhide = 1\nraw = 2\n\n[tasks.b]\nquiet = 3\n\n{OK}");
    let all = [("hide", "a", "1"), ("raw", "a", "2"), ("quiet", "b", "3")].map(|(key, task, n)| {
        let line = format!("`{key}` of task `{task}` must be true or false");
        message(&line, ["mise.toml", &config, n, "this is an integer"], "")
    });
    refused(&project(&config), "run ok ::: a ::: b", 1, &all.join("\n"));
}

#[test]
fn keys_of_later_versions_are_named_with_their_place() {
    let line = "task `a` uses `daemons`, which this version of mep does not support yet";
    let help = "take the key out, or wait for a version that has it";
    mistake("run = 'x'\ndaemons = ['db']", line, "daemons", "used here", help);
    goes_on(&project(&format!("[tasks.a]\nrun = 'x'\ndaemons = ['db']\n{OK}")), "");
}

#[test]
fn what_changes_no_result_is_only_a_notice() {
    let config = "[tasks.ok]\ncache = { enabled = true }\nrun = \"touch ran\"\n";
    let notice = "`cache` has no effect in this version; the result is the same without it";
    goes_on(&project(config), &format!("Warning: {notice}\n"));
}

#[test]
fn tools_of_a_task_name_one_version_each() {
    mistake(
        "run = ''\ntools = 5",
        "`tools` of task `a` must be a table",
        "5",
        "this is an integer",
        "",
    );
    let wanted = "a table with one of `version`, `path`, `prefix`, `ref`";
    let line = format!("`tools.node` of task `a` must be {wanted}");
    for table in ["{ os = 'x' }", "{ version = '1', path = 'x' }"] {
        mistake(&format!("run = ''\ntools.node = {table}"), &line, table, "this is a table", "");
    }
    let line = "`tools.node` of task `a` must be a version, or a table that names one";
    mistake("run = ''\ntools.node = 20", line, "20", "this is an integer", "");
    let line = "`tools.node.ref` of task `a` must be a string";
    mistake("run = ''\ntools.node.ref = 20", line, "20", "this is an integer", "");
}
