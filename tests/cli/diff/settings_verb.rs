//! `settings`: what is listed, got and changed, to the byte.

use crate::support::Case;

const WORDS: &str = "ours has a next step, and no version line";

const CONFIG: &str = r#"
# top
[settings]
jobs = 4 # four
task.output = "prefix"
disable_tools = ["x", "y"]
url_replacements = {a="b", c="d"}
all_compile = true
python.compile = false
[settings.task.cache]
remote_url="http://localhost"
[env]
A = "b"
"#;

fn rich() -> Case {
    Case::config(CONFIG)
        .file(
            "../home/.config/mise/config.toml",
            "[settings]\npython.compile = true\nquiet = false\njobs = 3\nhttp_timeout = '3s'\n",
        )
        .file("mise.local.toml", "[settings]\njobs = 5\n")
}

#[test]
fn lists_have_every_form() {
    let forms: [&[&str]; 14] = [
        &[],
        &["ls"],
        &["list"],
        &["--json"],
        &["-J"],
        &["--toml"],
        &["-T"],
        &["--json-extended"],
        &["-l"],
        &["ls", "--local", "--json"],
        &["--all", "--json"],
        &["-a", "--toml"],
        &["--all", "--json-extended"],
        &["--all", "--local"],
    ];
    forms.into_iter().fold(rich(), |case, form| case.mise([&["settings"], form].concat())).check();
}

#[test]
fn all_of_them_have_their_defaults() {
    let forms: [&[&str]; 4] = [&[], &["--json"], &["--toml"], &["--json-extended"]];
    let case = forms
        .into_iter()
        .fold(Case::empty(), |case, form| case.mise([&["settings", "--all"], form].concat()));
    case.mise(["settings"]).mise(["settings", "--json"]).mise(["settings", "--toml"]).check();
}

#[test]
fn a_list_may_be_of_one_or_of_a_group() {
    ["jobs", "task", "task.output", "task.cache", "bogus", "t", "url_replacements", "python"]
        .into_iter()
        .fold(rich(), |case, name| {
            case.mise(["settings", "ls", name])
                .mise(["settings", "ls", name, "--json"])
                .mise(["settings", "ls", name, "--all"])
        })
        .check();
}

#[test]
fn one_is_shown_as_it_is_in_force() {
    let names = [
        "jobs", "task", "task.output", "task.timeout", "quiet", "disable_tools", "color_theme",
        "url_replacements", "python", "all_compile", "bogus", "task.bogus", "sandbox", "env_file",
        "", "node", "history", "trusted_config_paths", "python.compile", "http_timeout",
    ];
    names
        .into_iter()
        .fold(rich(), |case, name| {
            case.mise(["settings", name])
                .mise(["settings", "get", name])
                .mise(["settings", "get", "-l", name])
        })
        .mise(["settings", "-l", "jobs"])
        .mise(["settings", "--json", "jobs"])
        .mise(["settings", "--all", "task.output"])
        .stderr_differs(WORDS)
        .check();
}

#[test]
fn variables_and_flags_beat_files() {
    rich()
        .mise(["settings", "get", "jobs"])
        .env("MISE_JOBS", "7")
        .mise(["settings", "ls", "jobs", "--all"])
        .env("MISE_JOBS", "7")
        .mise(["settings", "get", "task"])
        .env("MISE_TASK_OUTPUT", "timed")
        .mise(["settings", "get", "disable_tools"])
        .env("MISE_DISABLE_TOOLS", "a,b")
        .mise(["settings", "get", "task.disable_paths"])
        .env("MISE_TASK_DISABLE_PATHS", "/a:/b")
        .mise(["settings", "get", "experimental"])
        .env("MISE_EXPERIMENTAL", "yes")
        .mise(["-j", "9", "settings", "get", "jobs"])
        .mise(["settings", "get", "jobs", "-j", "9"])
        .mise(["-q", "settings", "get", "quiet"])
        .mise(["--raw", "settings", "get", "raw"])
        .mise(["-y", "settings", "get", "yes"])
        .check();
}

#[test]
fn old_names_are_those_of_today() {
    Case::config("[settings]\ntask_timeout = '5m'\ntask_output = 'prefix'\n")
        .mise(["settings"])
        .mise(["settings", "get", "task.timeout"])
        .mise(["settings", "get", "task_timeout"])
        .mise(["settings", "--all", "--json"])
        .stderr_differs(WORDS)
        .check();
}

#[test]
fn a_profile_has_its_own() {
    rich()
        .file("mise.dev.toml", "[settings]\njobs = 6\n")
        .mise(["-E", "dev", "settings"])
        .mise(["settings", "get", "jobs"])
        .env("MISE_ENV", "dev")
        .check();
}

const OWN: [&str; 2] = ["mise.toml", "../home/.config/mise/config.toml"];

fn changed(calls: &[&[&str]]) -> Case {
    let config = "# top\n[settings]\njobs = 4 # four\n# about\nquiet = true\n[settings.task]\noutput = 'prefix'\n[env]\nA = 'b'\n";
    calls
        .iter()
        .fold(Case::config(config), |case, words| case.mise([&["settings"], *words].concat()))
        .mise(["settings", "--json"])
        .effects(OWN)
        .stderr_differs(WORDS)
}

#[test]
fn the_users_file_is_made_and_changed() {
    changed(&[
        &["jobs", "3"],
        &["set", "jobs", "5"],
        &["jobs=6"],
        &["quiet", "yes"],
        &["task.timeout", "5m"],
        &["set", "task.skip", "a, b,,c"],
        &["disable_hints=a"],
        &["add", "disable_hints", "a"],
        &["add", "disable_hints", "b,c"],
        &["create", "task.cache.remote_url", "x"],
        &["add", "jobs", "8"],
        &["trusted_config_paths", "/a:/b"],
        &["http_timeout", "3"],
        &["color_theme", "x"],
        &["url_replacements", r#"{"a":"b"}"#],
    ])
    .check();
    changed(&[&["task.timeout", "5m"]]).check();
    changed(&[&["unset", "jobs"]]).check();
    changed(&[&["jobs", "3"], &["rm", "jobs"], &["unset", "jobs"], &["del", "bogus"]]).check();
}

#[test]
fn the_projects_file_is_changed() {
    changed(&[&["-l", "jobs", "7"], &["set", "-l", "experimental", "1"]]).check();
    changed(&[&["set", "-l", "quiet", "no"], &["unset", "-l", "task.output"]]).check();
    changed(&[&["add", "-l", "task.skip=x"], &["unset", "-l", "jobs"], &["-l", "yes=true"]])
        .check();
    changed(&[&["unset", "-l", "task"], &["set", "-l", "node.verify", "FALSE"]]).check();
    Case::empty().mise(["settings", "set", "-l", "jobs", "3"]).effects(OWN).check();
    Case::config("settings.jobs=1\n[env]\nA='1'\n")
        .mise(["settings", "set", "-l", "task.timeout", "3"])
        .mise(["settings", "set", "-l", "jobs", "3"])
        .effects(OWN)
        .check();
}

#[test]
fn what_cannot_be_is_refused() {
    changed(&[
        &["jobs", "abc"],
        &["jobs=-3"],
        &["jobs", "3.5"],
        &["jobs="],
        &["quiet", "maybe"],
        &["quiet", "on"],
        &["bogus", "1"],
        &["bogus=1"],
        &["add", "bogus", "1"],
        &["task", "1"],
        &["task.output", "bogus"],
        &["env_cache_ttl", "zz"],
        &["jobs=4", "5"],
        &["set", "jobs"],
        &["add", "jobs"],
        &["url_replacements", "a=b"],
        &["default_config_filename", "x"],
        &["set"],
        &["get"],
        &["unset"],
        &["get", "a", "b"],
        &["a", "b", "c"],
        &["-J", "-T"],
        &["--json", "--json-extended"],
        &["--toml", "--json-extended"],
        &["get", "--json", "jobs"],
        &["set", "jobs", "-3"],
        &["--bogus"],
        &["ls", "a", "b"],
    ])
    .check();
}

#[test]
fn a_broken_file_stops_it() {
    Case::config("[settings]\njobs = \n")
        .mise(["settings"])
        .mise(["settings", "get", "jobs"])
        .mise(["settings", "set", "-l", "jobs", "3"])
        .effects(OWN)
        .stderr_differs("ours shows every mistake")
        .check();
}
