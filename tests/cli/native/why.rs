//! `why`: all causes, without running anything.

use serde_json::{Value, json};

use super::project;
use crate::support::Project;

const BUILD: &str = "[tasks.b]\nsources = ['src/*']\noutputs = ['out']\nrun = 'cat src/* > out'\n\
                     env = { X = '1' }\n";

fn built() -> Project {
    let project = project(BUILD).file("src/one", "1").file("src/two", "2");
    project.mep(["-q", "run", "b"]).run().code(0);
    project
}

/// What it says, without times.
#[track_caller]
fn says(project: &Project, words: &[&str], expected: &str) {
    let output = project.mep(["why"].iter().chain(words)).run();
    let clock = |line: &str| match ["success of ", "last run, "].map(|at| line.split_once(at)) {
        [Some((before, after)), _] => format!("{before}success of …{}\n", &after[19..]),
        [_, Some((before, after))] => format!("{before}last run, …{}\n", &took(&after[19..])),
        _ => format!("{line}\n"),
    };
    let text: String = output.stdout.lines().map(clock).collect();
    assert_eq!(text, expected);
    output.stderr("").code(0);
}

/// A line without the time that a task took.
fn took(line: &str) -> String {
    let Some((before, after)) = line.split_once(" in ") else {
        return line.to_owned();
    };
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || ".µms".contains(c));
    assert_ne!(rest, after, "no time: {line}");
    format!("{before} in [t]{rest}")
}

/// How the first run of `b` is told.
const FIRST: &str = "  last run, …: ran in [t]; it ran because no earlier success is on record\n";

#[test]
fn a_task_without_a_record_or_without_sources_says_so() {
    let none = project(&format!("{BUILD}[tasks.always]\nrun = 'true'\n")).file("src/one", "1");
    says(&none, &["b"], "b runs:\n  no earlier success is on record\n");
    says(&none, &["always"], "always runs: it has no `sources`, so it always runs\n");
}

#[test]
fn a_task_that_is_up_to_date_says_since_when() {
    let built = built();
    let expected = "b is up to date\n  compared with its success of …, with 2 sources\n";
    says(&built, &["b"], &format!("{expected}{FIRST}"));
}

#[test]
fn every_cause_is_named() {
    let built = built();
    built.write("src/one", "other");
    built.remove("src/two");
    built.write("src/three", "3");
    built.remove("out");
    let config = BUILD.replace("cat src/*", "cat  src/*").replace("X = '1'", "X = '2', Y = '1'");
    built.write("mise.toml", &config);
    let expected = "\
b runs:
  its run changed
  its variable X changed
  its variable Y is new
  source [P]/src/one changed
  source [P]/src/three is new
  source [P]/src/two is gone
  output out is missing
  output [P]/out is gone
  compared with its success of …, with 2 sources
";
    says(&built, &["b"], &format!("{expected}{FIRST}"));
    assert!(!built.exists("out"), "nothing has run");
}

#[test]
fn many_causes_are_counted() {
    let built = built();
    for i in 0..30 {
        built.write(&format!("src/n{i}"), "");
    }
    let output = built.mep(["why", "b"]).run();
    assert_eq!(output.stdout.lines().count(), 14, "{}", output.stdout);
    assert!(output.stdout.contains("\n  and 20 more\n"), "{}", output.stdout);
}

#[test]
fn after_a_failure_it_says_that_and_what_has_changed_since_the_success() {
    let built = built();
    built.write("src/one", "other");
    built.write("mise.toml", &BUILD.replace("cat src/* > out", "false"));
    built.mep(["-q", "run", "b"]).run().code(1);
    built.write("mise.toml", BUILD);
    let expected = "b runs:\n  it did not succeed when it ran last\n  source [P]/src/one changed\n  \
                    last run, …: failed in [t], exit code 1; it ran because its run changed\n";
    says(&built, &["b"], expected);
}

#[test]
fn a_dependency_that_would_run_is_a_cause() {
    let config = format!("[tasks.a]\ndepends = ['b']\nsources = ['in']\nrun = 'true'\n{BUILD}");
    let both = project(&config).file("src/one", "1").file("in", "");
    both.mep(["-q", "run", "a"]).run().code(0);
    both.write("src/one", "2");
    let expected =
        "a runs:\n  its dependency b ran\n  compared with its success of …, with 1 source\n";
    let last = "  last run, …: ran in [t]; it ran because its dependency b ran\n";
    says(&both, &["a"], &format!("{expected}{last}"));
}

#[test]
fn what_became_of_it_in_its_last_run_is_said() {
    let config = "[tasks.b]\nsources = ['in']\nrun = 'test ! -e bad'\n[tasks.after]\ndepends = ['b']\n\
                  run = 'true'\n[tasks.arg]\nrun = 'true'\n[tasks.other]\nrun = 'true'\n";
    let run = project(config).file("in", "1");
    let always = "runs: it has no `sources`, so it always runs\n";
    says(&run, &["after"], &format!("after {always}"));
    run.mep(["-q", "run", "after"]).run().code(0);
    run.mep(["-q", "run", "after"]).run().code(0);
    run.mep(["-q", "run", "other"]).run().code(0);
    let compared = "  compared with its success of …, with 1 source\n";
    let fresh = "  last run, …: fresh, up to date\n";
    says(&run, &["b"], &format!("b is up to date\n{compared}{fresh}"));
    says(&run, &["after"], &format!("after {always}  last run, …: ran in [t]\n"));
    run.write("in", "2");
    run.write("bad", "");
    run.mep(["-q", "run", "after"]).run().code(1);
    let failed =
        "  last run, …: failed in [t], exit code 1; it ran because source [P]/in changed\n";
    let now = "b runs:\n  it did not succeed when it ran last\n  source [P]/in changed\n";
    says(&run, &["b"], &format!("{now}{failed}"));
    let skipped = "  last run, …: skipped, a task it depends on did not succeed\n";
    says(&run, &["after"], &format!("after {always}{skipped}"));
    // Arguments make another one of it.
    run.mep(["-q", "run", "arg", "one two"]).run().code(0);
    says(&run, &["arg"], &format!("arg {always}"));
    says(&run, &["arg", "one two"], &format!("arg {always}  last run, …: ran in [t]\n"));
    // Without a record, and with one that is none, nothing is said.
    let records = run.path("../home/.local/state/mep/record");
    assert!(records.exists());
    std::fs::remove_dir_all(records).expect("it is ours");
    says(&run, &["after"], &format!("after {always}"));
}

#[test]
fn the_json_holds_the_same() {
    let built = built();
    built.write("src/one", "other");
    let output = built.mep(["why", "--json", "b"]).run();
    let mut value: Value = serde_json::from_str(&output.stdout).expect("JSON");
    value[0]["since"].take();
    let last = value[0]["last"].take();
    let cause = |kind, what, text| json!({ "kind": kind, "what": what, "text": text });
    let expected = json!([{
        "task": "b", "runs": true, "since": null, "sources": 2, "more": 0,
        "causes": [cause("source-changed", "[P]/src/one", "source [P]/src/one changed")],
        "last": null,
    }]);
    // The source is newer than the output, too, where a clock is that exact.
    assert_eq!(value, expected);
    assert_eq!((&last["verdict"], &last["why"]), (&json!("ran"), &Value::Null));
    assert_eq!(last["reasons"], json!(["no earlier success is on record"]));
    assert!(last["run"].is_string() && last["unix_ms"].is_u64() && last["elapsed_ms"].is_f64());
    let none = project("[tasks.a]\nrun = 'true'\n").mep(["why", "--json", "a"]).run();
    let value: Value = serde_json::from_str(&none.stdout).expect("JSON");
    assert_eq!(value[0]["last"], Value::Null);
}

#[test]
fn a_task_of_that_name_goes_first() {
    let own = project("[tasks.why]\nrun = 'echo mine'\n[tasks.b]\nrun = 'true'\n");
    own.mep(["why", "b"]).run().stdout("mine b\n");
    own.mep(["--builtin", "why", "b"])
        .run()
        .stdout("b runs: it has no `sources`, so it always runs\n");
    own.mep(["why"]).run().stdout("mine\n");
}

#[test]
fn a_name_that_is_no_task_is_an_error() {
    let output = built().mep(["why", "nope"]).run();
    assert!(output.stderr.starts_with("Error: no task nope found"), "{}", output.stderr);
    output.code(1);
}
