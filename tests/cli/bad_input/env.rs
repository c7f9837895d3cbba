//! Mistakes in `[env]`, `[vars]` and the files they name.

use super::{OK, marked, message, project, project_mistake, refused};

const THIS: &str = "env.A";

/// A mistake in the value of `A`.
#[track_caller]
fn value(value: &str, key: &str, expected: &str, piece: &str, found: &str) {
    let line = format!("`{THIS}{key}` of [P]/mise.toml must be {expected}");
    project_mistake(&format!("[env]\nA = {value}"), &line, piece, found, "");
}

#[test]
fn parts_of_a_value_have_types() {
    let bool = "true or false";
    value("{ default = true }", ".default", "a string or an integer", "true", "this is a boolean");
    value("{ value = 'x', redact = 'y' }", ".redact", bool, "'y'", "this is a string");
    value("{ value = 'x', tools = 1 }", ".tools", bool, "1", "this is an integer");
    value("{ required = 5 }", ".required", "true or a help text", "5", "this is an integer");
    value("{ age = 5 }", ".age", "a string", "5", "this is an integer");
    let table = "{ age = { value = 'x', format = 'other' } }";
    value(table, ".age.format", "\"raw\" or \"zstd\"", "'other'", "not `other`");
    let table = "{ format = 'raw' }";
    let whole = format!("{{ age = {table} }}");
    value(&whole, ".age", "a table with `value`", table, "this is a table");
}

#[test]
fn a_table_of_a_value_means_one_thing() {
    let table = "{ value = 'x', default = 'y' }";
    let line = "`env.A` of [P]/mise.toml has more than one of value, default, required, age";
    project_mistake(&format!("[env]\nA = {table}"), line, table, "choose one of them", "");
    let (line, label) = ("`env.A` of [P]/mise.toml has no value", "no `value` here");
    let help = "give it `value`, `default` or `required = true`";
    for table in ["{}", "{ redact = true }", "{ required = false }"] {
        project_mistake(&format!("[env]\nA = {table}"), line, table, label, help);
    }
}

#[test]
fn directives_have_known_keys() {
    let (label, line) = ("not a key of this table", "unknown key `bogus` in [P]/mise.toml");
    let venv = "the keys are `path`, `create`, `python`, `uv_create_args`, `python_create_args`";
    for (entry, help) in [
        (
            "_.bogus = 'x'",
            "the keys are `file`, `path`, `source`, `python`; if `bogus` is a plugin of mise, put \
             what it exports into a file for `_.file` or `_.source`, or run mise's own `mise run`",
        ),
        ("_.python.bogus = 'x'", "the keys are `venv`"),
        ("_.python.venv = { path = 'x', bogus = 1 }", venv),
    ] {
        project_mistake(&format!("[env]\n{entry}"), line, "bogus", label, help);
    }
    let line = "unknown key `pathh` in [P]/mise.toml";
    project_mistake("[env]\n_.pathh = 'x'", line, "pathh", label, "did you mean `path`?");
}

#[test]
fn directives_have_types() {
    for (entry, key, expected, piece, found) in [
        ("_.python = 'x'", "_.python", "a table", "'x'", "this is a string"),
        ("_.python.venv = 5", "_.python.venv", "a string", "5", "this is an integer"),
        (
            "_.python.venv = { create = true }",
            "_.python.venv",
            "a path or a table with `path`",
            "{ create = true }",
            "this is a table",
        ),
        (
            "_.file = { redact = true }",
            "_.file",
            "a table with `path`",
            "{ redact = true }",
            "this is a table",
        ),
        (
            "_.file = { path = 'x', expand = 1 }",
            "_.file.expand",
            "true or false",
            "1",
            "this is an integer",
        ),
    ] {
        let line = format!("`env.{key}` of [P]/mise.toml must be {expected}");
        project_mistake(&format!("[env]\n{entry}"), &line, piece, found, "");
    }
}

#[test]
fn redactions_are_a_list_of_names() {
    let line = "`redactions` of [P]/mise.toml must be a list of strings";
    project_mistake("redactions = 'A'", line, "'A'", "this is a string", "");
}

#[test]
fn vars_know_the_old_word_for_directives_not() {
    let line = "`vars.mise` is not supported";
    project_mistake("[vars]\nmise.file = 'x'", line, "mise", "here", "write `_` for `mise`");
}

#[test]
fn the_env_of_a_task_is_a_table() {
    let body = "run = 'x'\nenv = [{ A = 'x' }]";
    let line = "`env` of task `a` must be a table of variables";
    super::mistake(body, line, "[{ A = 'x' }]", "this is a list", "");
}

// ---- files ------------------------------------------------------------------

/// A file of variables with a mistake: its place, and that of the directive.
#[track_caller]
fn in_file(file: &str, text: &str, line: &str, [piece, label]: [&str; 2], help: &str) {
    let config = format!("[env]\n_.file = '{file}'\n{OK}");
    let bad = project(&config).file(file, text);
    let stderr = format!(
        "Error: {line}\n{}{}  help: {help}\n",
        marked(file, text, piece, label),
        marked("mise.toml", &config, &format!("'{file}'"), "named here"),
    );
    refused(&bad, "run ok", 1, &stderr);
}

#[test]
fn a_bad_line_of_a_dotenv_file_is_shown() {
    let help = "a line is `KEY=value`, `export KEY=value` or a comment; close every quote";
    let label = "not `KEY=value`";
    let line = "line 2 of [P]/.env is not a variable: BAD LINE";
    in_file(".env", "A=1\nBAD LINE\nB=2\n", line, ["BAD LINE", label], help);
    let line = "line 1 of [P]/.env is not a variable: A='open";
    in_file(".env", "A='open\nB=2\n", line, ["A='open", label], help);
    let line = "line 3 of [P]/.env is not a variable: 1X=3";
    in_file(".env", "\n# note\n1X=3\n", line, ["1X=3", label], help);
}

#[test]
fn a_file_that_does_not_parse_is_shown_where_it_breaks() {
    let help = "the file is one table of names and values";
    let line = "[P]/a.json is not valid JSON: expected value at line 2 column 7";
    in_file("a.json", "{\"A\": 1,\n \"B\": }\n", line, ["}", "here"], help);
    let line = "[P]/a.yaml is not valid YAML: line 2 column 4: unclosed bracket '['";
    in_file("a.yaml", "A: 1\nB: [x\n", line, ["[", "here"], help);
}

#[test]
fn a_value_that_is_no_text_is_shown() {
    let help = "variables are flat: write the value as one text";
    let line = "`AB` of [P]/a.json is not a text, a number or a boolean";
    in_file("a.json", "{\"AB\": {\"x\": 1}}\n", line, ["AB", "this one"], help);
    let line = "`AB` of [P]/a.toml is not a text, an integer or a boolean";
    in_file("a.toml", "AB = 1.5\n", line, ["AB", "this one"], help);
}

#[test]
fn a_file_of_sops_needs_its_program() {
    let config = format!("[env]\n_.file = 's.json'\n{OK}");
    let closed = project(&config).file("s.json", "{\"A\": \"x\", \"sops\": {}}");
    let line = "[P]/s.json is encrypted with sops, and there is no `sops` on PATH";
    let help = "install sops, for example with `mise use -g sops`";
    let stderr = message(line, ["mise.toml", &config, "'s.json'", "named here"], help);
    refused(&closed, "run ok", 1, &stderr);
}

#[test]
fn a_script_that_fails_is_named() {
    let config = format!("[env]\n_.source = 's.sh'\n{OK}");
    let failing = project(&config).file("s.sh", "exit 3\n");
    let line = "sourcing [P]/s.sh ended with exit code 3";
    let help = "the script has to go through in bash without ending its shell";
    let stderr = message(line, ["mise.toml", &config, "'s.sh'", "named here"], help);
    refused(&failing, "run ok", 1, &stderr);
}

#[test]
fn a_virtual_environment_that_cannot_be_made_is_named() {
    let config = format!("[env]\n_.python.venv = {{ path = 'made', create = true }}\n{OK}");
    let bad = project(&config).executable("fake/uv", "#!/bin/sh\necho 'no Python' >&2\nexit 2\n");
    let line =
        "cannot make the virtual environment [P]/made: `uv` ended with exit code 2: no Python";
    let help = "to make it by hand, run: python -m venv [P]/made";
    let stderr = message(line, ["mise.toml", &config, "python", "wanted here"], help);
    let run = bad.mep(["run", "ok"]).env("PATH", "[P]/fake:/usr/bin:/bin").run();
    run.stdout("").stderr(&stderr).code(1);
    assert!(!bad.exists("made"));
}

// ---- age --------------------------------------------------------------------

#[test]
fn an_encrypted_value_says_what_it_needs() {
    let table = "{ age = 'aGVsbG8' }";
    let (label, line) = ("encrypted here", "cannot decrypt `A`: age values are experimental");
    let help = "set `experimental = true` below `[settings]`";
    project_mistake(&format!("[env]\nA = {table}"), line, table, label, help);
    let line = "cannot decrypt `A`: there is no age key to open it with";
    let help = "set MISE_AGE_KEY or MISE_AGE_KEY_FILE, or put the key into ~/.config/mise/age.txt";
    let config = format!("[settings]\nexperimental = true\n[env]\nA = {table}");
    project_mistake(&config, line, table, label, help);
}

#[test]
fn a_key_that_is_of_no_use_is_mentioned() {
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nnonsense\n-----END OPENSSH PRIVATE KEY-----\n";
    let config = format!("[settings]\nexperimental = true\n[env]\nA = {{ age = 'aGVsbG8' }}\n{OK}");
    let closed = project(&config).file("../home/.ssh/id_rsa", key);
    let line = "cannot decrypt `A`: there is no age key to open it with";
    let help = "set MISE_AGE_KEY or MISE_AGE_KEY_FILE, or put the key into ~/.config/mise/age.txt\n  \
        ~/.ssh/id_rsa is no key that age can use";
    let place = ["mise.toml", &config, "{ age = 'aGVsbG8' }", "encrypted here"];
    refused(&closed, "run ok", 1, &message(line, place, help));
}
