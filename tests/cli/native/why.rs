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

/// What it says, without the time.
#[track_caller]
fn says(project: &Project, words: &[&str], expected: &str) {
    let output = project.mep(["why"].iter().chain(words)).run();
    let line = |line: &str| match line.split_once("success of ") {
        Some((before, after)) => format!("{before}success of …{}\n", &after[19..]),
        None => format!("{line}\n"),
    };
    let text: String = output.stdout.lines().map(line).collect();
    assert_eq!(text, expected);
    output.stderr("").code(0);
}

#[test]
fn a_task_without_a_record_or_without_sources_says_so() {
    let none = project(&format!("{BUILD}[tasks.always]\nrun = 'true'\n")).file("src/one", "1");
    says(&none, &["b"], "b runs:\n  no earlier success is on record\n");
    says(&none, &["always"], "always runs: it has no `sources`, so it always runs\n");
}

#[test]
fn a_task_that_is_up_to_date_says_since_when() {
    let built = built();
    says(&built, &["b"], "b is up to date\n  compared with its success of …, with 2 sources\n");
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
    says(&built, &["b"], expected);
    assert!(!built.exists("out"), "nothing has run");
}

#[test]
fn many_causes_are_counted() {
    let built = built();
    for i in 0..30 {
        built.write(&format!("src/n{i}"), "");
    }
    let output = built.mep(["why", "b"]).run();
    assert_eq!(output.stdout.lines().count(), 13, "{}", output.stdout);
    assert!(output.stdout.contains("\n  and 20 more\n"), "{}", output.stdout);
}

#[test]
fn after_a_failure_it_says_that_and_what_has_changed_since_the_success() {
    let built = built();
    built.write("src/one", "other");
    built.write("mise.toml", &BUILD.replace("cat src/* > out", "false"));
    built.mep(["-q", "run", "b"]).run().code(1);
    built.write("mise.toml", BUILD);
    let expected = "b runs:\n  it did not succeed when it ran last\n  source [P]/src/one changed\n";
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
    says(&both, &["a"], expected);
}

#[test]
fn the_json_holds_the_same() {
    let built = built();
    built.write("src/one", "other");
    let output = built.mep(["why", "--json", "b"]).run();
    let mut value: Value = serde_json::from_str(&output.stdout).expect("JSON");
    value[0]["since"].take();
    let cause = |kind, what, text| json!({ "kind": kind, "what": what, "text": text });
    let expected = json!([{
        "task": "b", "runs": true, "since": null, "sources": 2, "more": 0,
        "causes": [cause("source-changed", "[P]/src/one", "source [P]/src/one changed")],
    }]);
    // The source is newer than the output, too, where a clock is that exact.
    assert_eq!(value, expected);
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
