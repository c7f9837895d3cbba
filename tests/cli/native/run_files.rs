//! Files that a run writes of itself: `--trace`, `--junit`, `--events`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::project;
use crate::support::{Project, say_uncaptured};

/// Something of everything: side by side, fresh, failed, retried, skipped, tolerated.
const TASKS: &str = r#"
[tasks.all]
depends = ['one', 'two', 'three', 'fresh', 'shaky', 'weak']
[tasks.one]
run = 'sleep 0.05; echo "<one> & \"two\" ]]>"'
[tasks.two]
run = ['echo first; sleep 0.02', '''printf '\033[1m\001\377 second\n' >&2; sleep 0.02''']
[tasks.three]
depends = ['one']
run = 'sleep 0.01'
[tasks.fresh]
sources = ['mise.toml']
run = 'true'
[tasks.shaky]
run = '[ -e once ] && exit 0; touch once; exit 9'
[tasks.weak]
run = 'exit 4'
[tasks.fails]
depends = ['one']
run = 'echo about to fail; exit 3'
[tasks.after]
depends = ['fails']
run = 'true'
"#;

const OWN: &str = "[tasks.shaky]\nretry = 1\n[tasks.weak]\nallow_failure = true\n";

fn many() -> Project {
    let run = project(TASKS).file("mep.toml", OWN);
    run.mep(["-q", "run", "fresh"]).run().code(0);
    run
}

/// Runs all of it with this flag.
fn all(flag: &str, file: &str) -> Project {
    let run = many();
    run.mep(["-q", "run", "-c", "-j3", flag, file, "all", ":::", "after"]).run().code(3);
    run
}

// ---- trace -------------------------------------------------------------------

/// The rules of the format, as far as we use it. Returns the boxes by name.
fn boxes(text: &str) -> BTreeMap<String, Vec<Value>> {
    let file: Value = serde_json::from_str(text).expect("a trace is JSON");
    let events = file["traceEvents"].as_array().expect("it has events");
    let mut rows: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    let mut boxes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for event in events {
        let number = |key: &str| event[key].as_u64().unwrap_or_else(|| panic!("{key}: {event}"));
        let name = event["name"].as_str().expect("everything has a name");
        let (_, row, begin) = (number("pid"), number("tid"), number("ts"));
        match event["ph"].as_str() {
            Some("M") => assert!(event["args"]["name"].is_string(), "{event}"),
            Some("i") => assert_eq!(event["s"], "p"),
            Some("X") => {
                assert!(event["args"]["attempt"].is_u64(), "{event}");
                rows.entry(row).or_default().push((begin, begin + number("dur")));
                boxes.entry(name.to_owned()).or_default().push(event.clone());
            }
            other => panic!("a phase {other:?}"),
        }
    }
    for (row, mut spans) in rows {
        let named = |event: &Value| event["name"] == "thread_name" && event["tid"] == row;
        assert!(events.iter().any(named), "row {row} has no name");
        spans.sort_unstable();
        assert!(spans.windows(2).all(|two| two[0].1 <= two[1].0), "row {row}: {spans:?}");
    }
    boxes
}

#[test]
fn a_trace_has_a_box_for_each_attempt() {
    let run = all("--trace", "trace.json");
    let boxes = boxes(&run.read("trace.json"));
    let names: Vec<&str> = boxes.keys().map(String::as_str).collect();
    assert_eq!(names, ["fails", "one", "shaky", "three", "two", "weak"]);
    let args = |name: &str, at: usize| boxes[name][at]["args"].clone();
    assert_eq!(args("fails", 0)["exit"], 3);
    assert_eq!(args("one", 0)["exit"], 0);
    assert_eq!(boxes["shaky"].len(), 2);
    assert_eq!((&args("shaky", 0)["exit"], &args("shaky", 1)["exit"]), (&9.into(), &0.into()));
    assert_eq!(args("shaky", 1)["attempt"], 2);
    assert_eq!(args("weak", 0)["outcome"], "tolerated");
    assert_eq!(args("two", 0)["commands"][0], "echo first; sleep 0.02");
    assert!(boxes["one"][0]["dur"].as_u64().is_some_and(|dur| dur >= 50_000));
    // What needs another one begins when that has ended.
    let end = |name: &str| {
        boxes[name][0]["ts"].as_u64().unwrap_or(0) + boxes[name][0]["dur"].as_u64().unwrap_or(0)
    };
    assert!(end("one") <= boxes["three"][0]["ts"].as_u64().unwrap_or(0));
    assert!(run.read("trace.json").contains("fresh: fresh"));
}

#[test]
fn a_trace_says_why_a_task_ran() {
    let run = project(TASKS);
    run.mep(["-q", "run", "--trace", "t", "fresh"]).run().code(0);
    let boxes = boxes(&run.read("t"));
    assert_eq!(boxes["fresh"][0]["args"]["reason"], "no earlier success is on record");
}

#[test]
fn files_are_written_when_the_run_is_interrupted() {
    let run = project("[tasks.t]\nrun = 'echo said; kill -TERM $PPID; sleep 5'\n");
    let words = ["-q", "run", "--trace", "t.json", "--junit", "j.xml", "--events", "e", "t"];
    run.mep(words).run().code(143);
    assert_eq!(boxes(&run.read("t.json"))["t"][0]["args"]["cause"], "cancelled");
    assert!(run.read("j.xml").contains("<system-out>said\n</system-out>"), "{}", run.read("j.xml"));
    let events = run.read("e");
    assert!(events.contains("\"event\":\"interrupted\""), "{events}");
    assert!(events.ends_with("\"tolerated\":0,\"skipped\":0}\n"), "{events}");
    assert_eq!(names(&run), ["e", "j.xml", "mise.toml", "t.json"], "nothing else is left");
}

/// The files of the project.
fn names(run: &Project) -> Vec<String> {
    let entries = fs::read_dir(run.path("")).expect("a project can be read");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("it can").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

// ---- JUnit -------------------------------------------------------------------

/// Holds a file against the schema, where there is somebody who can.
fn validate(path: &Path) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/support/junit.xsd");
    let mut xmllint = Command::new("xmllint");
    match xmllint.args(["--noout", "--schema"]).arg(schema).arg(path).output() {
        Err(_) => say_uncaptured("SKIPPED (no xmllint): JUnit files against their schema\n"),
        Ok(said) => {
            let text = fs::read_to_string(path).unwrap_or_default();
            let said_text = String::from_utf8_lossy(&said.stderr).into_owned();
            assert!(said.status.success(), "{said_text}\n{text}");
        }
    }
}

#[test]
fn a_junit_file_has_a_case_for_each_task() {
    let run = all("--junit", "junit.xml");
    validate(&run.path("junit.xml"));
    let text = run.read("junit.xml");
    let counts = "tests=\"9\" failures=\"1\" errors=\"0\" skipped=\"3\" time=";
    for part in [
        counts,
        "<testsuites name=\"mep -q run -c -j3 --junit junit.xml all ::: after\"",
        "<testsuite name=\"p\"",
        "<failure message=\"exit code 3\" type=\"exit\">about to fail</failure>",
        "<skipped message=\"up to date\"/>",
        "<skipped message=\"tolerated: exit code 4\"/>",
        "<skipped message=\"a task it depends on did not succeed\"/>",
        "<system-out>&lt;one&gt; &amp; \"two\" ]]&gt;\n</system-out>",
        "<system-out>first\n</system-out>",
        "<system-err>\u{fffd}[1m\u{fffd}\u{fffd} second\n</system-err>",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert_eq!(text.matches("<testcase ").count(), 9, "{text}");
}

#[test]
fn odd_names_and_words_are_well_formed() {
    let tasks = "[tasks.\"a<b>&'c\"]\nrun = 'echo'\n";
    let run = project(tasks);
    let words = ["-q", "run", "--junit", "j", "a<b>&'c", "\"\u{1b}\n\t\r", "é\u{fffe}"];
    run.mep(words).run().code(0);
    validate(&run.path("j"));
    let text = run.read("j");
    assert!(text.contains("<testcase name=\"a&lt;b&gt;&amp;'c"), "{text}");
    assert!(text.contains("&quot;\u{fffd}&#10;&#9;&#13;") && text.contains("é\u{fffd}"), "{text}");
}

#[test]
fn what_a_single_task_writes_is_in_it_and_is_shown() {
    let run = project("[tasks.t]\nrun = 'echo out; echo err >&2; exit 7'\n");
    let output = run.mep(["-q", "run", "--junit", "j", "t"]).run();
    output.stdout("out\n").stderr("err\n[t] ERROR task failed\n").code(7);
    validate(&run.path("j"));
    assert!(run.read("j").contains("type=\"exit\">out\nerr</failure>"), "{}", run.read("j"));
    assert!(run.read("j").contains("<system-err>err\n</system-err>"), "{}", run.read("j"));
}

// ---- events ------------------------------------------------------------------

#[test]
fn events_are_those_of_the_record_and_say_what_was_written() {
    let run = project("[tasks.t]\nrun = 'echo said; echo \"it is $0\" >&2'\n");
    run.mep(["-q", "run", "--events", "e", "t"]).run().stdout("said\n").code(0);
    let events: Vec<Value> =
        run.read("e").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let names: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    let expected =
        ["run", "task", "started", "command", "process", "output", "output", "ended", "finished"];
    assert_eq!(names, expected);
    let said = |stream: &str| events.iter().find(|event| event["stream"] == stream).cloned();
    assert_eq!(said("stdout").expect("it said something")["text"], "said\n");
    assert_eq!(said("stderr").expect("there as well")["text"], "it is sh\n");
    assert_eq!(events[8]["exit"], 0);
    // The record has the same lines, but for the text.
    let record = super::record::files(&run)
        .into_iter()
        .find(|p| p.extension().is_some_and(|e| e == "ndjson"));
    let record = fs::read_to_string(record.expect("a record")).expect("it is text");
    let record = run.layout().normalise(&record);
    let without_text = |line: &str| {
        let mut value: Value = serde_json::from_str(line).expect("JSON");
        if value["event"] == "output" {
            value.as_object_mut().map(|output| output.remove("text"));
        }
        value
    };
    let both =
        [run.read("e"), record].map(|text| text.lines().map(without_text).collect::<Vec<_>>());
    assert_eq!(both[0], both[1]);
}

#[test]
fn events_on_standard_output_are_alone_there() {
    let tasks = "
[tasks.t]
depends = ['direct']
run = 'echo said'
[tasks.direct]
raw = true
run = 'echo direct'
";
    let run = project(tasks);
    let output = run.mep(["-q", "run", "--events", "-", "t"]).run();
    for line in output.stdout.lines() {
        let event: Value = serde_json::from_str(line).expect("only JSON");
        assert!(event["event"].is_string());
    }
    assert!(output.stdout.lines().count() > 8, "{}", output.stdout);
    output.stderr("direct\nsaid\n").code(0);
}

#[test]
fn who_reads_no_further_ends_the_run() {
    let tasks = "
[tasks.t]
run = 'until [ -e gone ]; do sleep 0.01; done; echo more; sleep 60; touch ran'
[tasks.u]
depends = ['t']
run = 'touch on'
";
    let run = project(tasks);
    let reader = "{ read -r line; echo \"$line\" | cut -c 1-14; exec <&-; touch gone; }";
    let mep = "{ mep -q run --events - u 2>/dev/null; echo $? >code; }";
    let output = run.shell(&format!("{mep} | {reader}; cat code")).run();
    output.stdout("{\"event\":\"run\"\n141\n").code(0);
    assert!(!run.exists("ran") && !run.exists("on"));
}

#[test]
fn they_come_also_where_nothing_can_be_recorded() {
    let run = project(TASKS).file("blocked", "").file("mep.toml", "record = { enabled = false }\n");
    let words = ["-q", "run", "--trace", "t", "--junit", "j", "--events", "e", "fails"];
    // Nobody is told where nothing is to be kept anyway.
    for state in ["[P]/state", "[P]/blocked"] {
        let output = run.mep(words).env("MEP_STATE_DIR", state).run();
        output.stderr("[fails] ERROR task failed\n").code(3);
        assert_eq!(boxes(&run.read("t"))["fails"][0]["args"]["exit"], 3);
        assert!(run.read("j").contains(">about to fail</failure>"), "{}", run.read("j"));
        assert!(run.read("e").contains("\"text\":\"about to fail\\n\""));
        ["t", "j", "e"].iter().for_each(|file| run.remove(file));
    }
    run.write("mep.toml", "");
    let output = run.mep(words).env("MEP_STATE_DIR", "[P]/blocked").run();
    let blocked = "Warning: this run is not recorded: [P]/blocked: Not a directory (os error 20)\n";
    output.stderr(&format!("{blocked}[fails] ERROR task failed\n")).code(3);
    assert!(run.read("j").contains(">about to fail</failure>"), "{}", run.read("j"));
    run.write("mep.toml", "record = { enabled = false }\n");
    let left = run.mep(["last"]).env("MEP_STATE_DIR", "[P]/state").run();
    left.stdout("")
        .stderr(
            "Error: no run in [P] is on record\n  help: `record.enabled` is false in mep.toml\n",
        )
        .code(1);
}

#[test]
fn as_mise_the_trace_has_another_flag() {
    let run = project("[tasks.t]\nrun = 'echo said'\n");
    run.mise(["run", "-q", "--trace-file", "t.json", "--junit", "j", "--events", "e", "t"])
        .run()
        .code(0);
    assert_eq!(boxes(&run.read("t.json")).len(), 1);
    assert!(run.read("e").contains("\"dialect\":\"mise\""));
    // There `--trace` is a word that takes none, before and behind the command.
    run.mise(["run", "-q", "--trace", "t"]).run().stdout("said\n").code(0);
    run.mise(["--trace", "-q", "tasks", "run", "t"]).run().stdout("said\n").code(0);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_before_anything_runs() {
    let run = project("[tasks.t]\nrun = 'touch ran'\n").dir("dir");
    let none = "No such file or directory (os error 2)";
    for (flag, file, why) in [
        ("--trace", "none/t", none),
        ("--junit", "none/j", none),
        ("--events", "none/e", none),
        ("--trace", "dir", "is a directory"),
        ("--junit", "dir", "is a directory"),
        ("--events", "dir", "Is a directory (os error 21)"),
    ] {
        let stderr = format!(
            "Error: `{flag} {file}` cannot be written: {why}\n  help: nothing was run; name a file \
             that can be written\n"
        );
        run.mep(["run", flag, file, "t"]).run().stdout("").stderr(&stderr).code(1);
        assert!(!run.exists("ran"));
    }
    assert_eq!(names(&run), ["dir", "mise.toml"]);
    // A device is written to, and stays one.
    run.mep(["-q", "run", "--trace", "/dev/null", "--junit", "/dev/null", "t"]).run().code(0);
    assert!(!Path::new("/dev/null").is_file());
    // A dry run writes none.
    run.mep(["-q", "run", "-n", "--trace", "t.json", "--events", "e", "t"]).run().code(0);
    assert_eq!(names(&run), ["dir", "mise.toml", "ran"]);
}
