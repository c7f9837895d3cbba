//! What stays of a run: `last`, `log`, and the files they read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::project;
use crate::support::Project;
use crate::support::text::hide_moments;

const TASKS: &str = "
[tasks.compile]
run = 'echo compiled; echo careful >&2'
[tasks.generate]
sources = ['mise.toml']
run = 'echo generated'
[tasks.test]
depends = ['compile', 'generate']
run = 'echo tested $1; exit 3'
[tasks.publish]
depends = ['test']
run = 'echo published'
[tasks.quiet]
run = 'true'
";

/// What `last` with these words says, without what no two runs share.
#[track_caller]
fn last(project: &Project, words: &str) -> String {
    let words = ["last"].into_iter().chain(words.split(' ').filter(|word| !word.is_empty()));
    let output = project.mep(words).run();
    hide_moments(&output.stderr("").code(0).stdout)
}

/// The files of records of the project, by name.
pub(super) fn files(project: &Project) -> Vec<PathBuf> {
    let state = project.layout().home().join(".local/state/mep/record");
    let dirs = fs::read_dir(state).expect("something is on record");
    let dir = dirs.map(|dir| dir.expect("it can be read").path()).next().expect("of one project");
    let entries = fs::read_dir(dir).expect("it can be read");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("so can this").path()).collect();
    found.retain(|path| path.is_file());
    found.sort();
    found
}

/// The one that ends like this.
fn file(project: &Project, end: &str) -> PathBuf {
    let all = files(project);
    let found = all.iter().find(|path| path.to_string_lossy().ends_with(end));
    found.unwrap_or_else(|| panic!("no {end} in {all:?}")).clone()
}

#[test]
fn the_last_run_is_told_with_its_failures_last() {
    let run = project(TASKS);
    run.mep(["-q", "run", "generate"]).run().code(0);
    run.mep(["run", "-j1", "-o", "prefix", "-c", "publish"]).run().code(3);
    let expected = "\
mep run -j1 -o prefix -c publish
  began [date], took [t]; exit code 3
  run [id] in [P]
  ran [t] compile
  fresh [t] generate: up to date
  skipped publish: a task it depends on did not succeed
  failed [t] test: exit code 3
    | tested
";
    assert_eq!(last(&run, ""), expected);
    let before = "mep -q run generate\n  began [date], took [t]; exit code 0\n  run [id] in \
                  [P]\n  ran [t] generate\n";
    assert_eq!(last(&run, "2"), before);
    let list = "  1 [id] [date] [t] mep run -j1 -o prefix -c publish: exit code 3\n  2 [id] [date] \
                [t] mep -q run generate: exit code 0\n";
    assert_eq!(last(&run, "--list"), list);
    // An id means the same run, however many come after it.
    let json: serde_json::Value =
        serde_json::from_str(&run.mep(["last", "2", "--json"]).run().stdout).expect("JSON");
    run.mep(["-q", "run", "quiet"]).run().code(0);
    assert_eq!(last(&run, json["id"].as_str().expect("it has an id")), before);
}

#[test]
fn json_says_the_same() {
    let run = project(TASKS);
    run.mep(["-q", "run", "-o", "prefix", "-c", "publish"]).run().code(3);
    let json = run.mep(["last", "--json"]).run().stderr("").code(0).stdout.clone();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["state"], &json["exit"]), (&"finished".into(), &3.into()));
    assert_eq!(json["words"], serde_json::json!(["-q", "run", "-o", "prefix", "-c", "publish"]));
    let tasks = json["tasks"].as_array().expect("tasks");
    let of = |name: &str| tasks.iter().find(|task| task["name"] == name).expect("the task");
    assert_eq!((&of("test")["verdict"], &of("test")["code"]), (&"failed".into(), &3.into()));
    assert_eq!(of("test")["line"], 7);
    assert_eq!(of("generate")["stale"], serde_json::json!(["no earlier success is on record"]));
    assert_eq!(of("publish")["reason"], "dependency");
    assert!(of("compile")["elapsed_ms"].as_f64().is_some_and(|ms| ms > 0.0));
    let list = run.mep(["last", "--list", "--json"]).run().code(0).stdout.clone();
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(list[0]["id"], json["id"]);
}

#[test]
fn a_log_is_what_the_task_wrote_to_each_stream() {
    let run = project(TASKS);
    run.mep(["run", "-o", "prefix", "-c", "publish"]).run().code(3);
    run.mep(["log", "compile"]).run().stdout("compiled\n").stderr("careful\n").code(0);
    run.mep(["log", "compile", "--stdout"]).run().stdout("compiled\n").stderr("").code(0);
    run.mep(["log", "compile", "--stderr"]).run().stdout("").stderr("careful\n").code(0);
    run.mep(["log", "test"]).run().stdout("tested\n").stderr("").code(0);
    // The last run that ran it is meant, and not the last one.
    run.mep(["-q", "run", "-o", "prefix", "quiet"]).run().code(0);
    run.mep(["log", "test"]).run().stdout("tested\n").stderr("").code(0);
    run.mep(["log", "quiet"]).run().stdout("").stderr("`quiet` has written nothing\n").code(0);
    run.mep(["log", "test", "--run", "2"]).run().stdout("tested\n").stderr("").code(0);
}

#[test]
fn several_of_one_task_are_told_apart() {
    let run = project("[tasks.say]\nrun = 'echo'\n");
    run.mep(["-q", "run", "-o", "prefix", "say", "a", ":::", "say", "b c"]).run().code(0);
    let both = "==> say a <==\na\n==> say b c <==\nb c\n";
    run.mep(["log", "say"]).run().stdout(both).stderr("").code(0);
    run.mep(["log", "say", "b c"]).run().stdout("b c\n").stderr("").code(0);
}

#[test]
fn bytes_are_kept_as_they_are() {
    let run = project("[tasks.t]\nrun = '''printf 'a\\0\\377\\r\\n\\033[1mb'; printf 'c' >&2'''\n");
    run.mep(["-q", "run", "-o", "prefix", "t"]).run().code(0);
    let line = "mep log t 2>/dev/null | od -An -tx1; mep log t 2>&1 >/dev/null | od -An -tx1";
    run.shell(line).run().stdout(" 61 00 ff 0d 0a 1b 5b 31 6d 62\n 63\n");
}

#[test]
fn of_much_output_the_beginning_and_the_end_are_kept() {
    let run = project("[tasks.t]\nrun = 'seq 1000000 1400000'\n");
    run.mep(["-q", "run", "-o", "prefix", "t"]).run().code(0);
    let line =
        "mep log t 2>err | { head -n 1; tail -n 1; }; mep log t 2>/dev/null | wc -c; cat err";
    let kept = 1024 * 1024;
    let dropped = 400_001 * 8 - kept;
    let expected =
        format!("1000000\n1400000\n{kept}\n({dropped} bytes in between were not kept)\n");
    run.shell(line).run().stdout(&expected);
    assert!(file(&run, ".log").metadata().expect("it is there").len() <= kept);
}

#[test]
fn output_that_went_past_us_is_said_to() {
    let run = project(TASKS);
    run.mep(["-q", "run", "quiet"]).run().code(0);
    run.mep(["-q", "run", "compile"]).run().stdout("compiled\n").code(0);
    let stderr = "\
Error: `compile` wrote to the streams of mep itself, so what it wrote is not on record
  help: `mep run -o prefix compile` keeps it
";
    run.mep(["log", "compile"]).run().stdout("").stderr(stderr).code(1);
}

#[test]
fn a_nested_run_knows_its_parent_and_is_none_of_the_last_ones() {
    let tasks = "
[tasks.outer]
run = 'mep -q run -o prefix inner'
[tasks.inner]
run = 'echo inner'
";
    let run = project(tasks);
    run.mep(["-q", "run", "outer"]).run().stdout("[inner] inner\n").code(0);
    assert_eq!(last(&run, "--list"), "  1 [id] [date] [t] mep -q run outer: exit code 0\n");
    let all = "  [id] [date] [t] mep -q run -o prefix inner: exit code 0\n  1 [id] [date] [t] mep -q \
               run outer: exit code 0\n";
    assert_eq!(last(&run, "--all"), all);
    let json = run.mep(["last", "--all", "--json"]).run().code(0).stdout.clone();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json[0]["parent"], json[1]["id"]);
    // What a task wrote in it is found all the same.
    run.mep(["log", "inner"]).run().stdout("inner\n").stderr("").code(0);
}

#[test]
fn as_mise_runs_are_recorded_as_well() {
    let run = project(TASKS);
    run.mise(["-q", "run", "quiet"]).run().code(0);
    let expected = "mise -q run quiet\n  began [date], took [t]; exit code 0\n  run [id] in [P]\n  \
                    ran [t] quiet\n";
    assert_eq!(last(&run, ""), expected);
    // There the words are tasks, as they are in mise.
    run.mise(["last"]).run().stdout("").code(1);
}

#[test]
fn a_task_of_that_name_goes_first() {
    let run = project("[tasks]\nlast = 'echo last'\nlog = 'echo log'\nrerun = 'echo rerun'\n");
    for name in ["last", "log", "rerun"] {
        run.mep(["-q", name]).run().stdout(&format!("{name}\n")).code(0);
    }
    let output = run.mep(["--builtin", "last"]).run();
    assert!(output.stdout.starts_with("mep -q rerun\n"), "{}", output.stdout);
}

#[test]
fn secrets_are_in_no_file() {
    let tasks = "
[env]
A = { value = 'hunter2', redact = true }
[tasks.t]
shell = 'bash -c'
run = '''
printf 'it is hunt'; sleep 0.1; echo er2 \"$1\"; echo hunter2 >&2; printf 'hunter'; exec -a hunter2 sh -c 'exit 3' '''
";
    let run = project(tasks);
    run.mep(["run", "-o", "prefix", "--events", "events", "t", "hunter2"]).run().code(3);
    run.mep(["run", "-o", "prefix", "--junit", "junit", "--trace", "trace", "t"]).run().code(3);
    let said = "it is [redacted] [redacted]\nhunter";
    run.mep(["log", "t", "--run", "2"]).run().stdout(said).stderr("[redacted]\n").code(0);
    for path in files(&run).into_iter().chain(["events", "junit", "trace"].map(|f| run.path(f))) {
        let text = String::from_utf8_lossy(&fs::read(&path).expect("it can be read")).into_owned();
        assert!(!text.contains("hunter2"), "{}: {text}", path.display());
    }
    let line = run.mep(["last"]).run().code(0).stdout.clone();
    assert!(line.starts_with("mep run -o prefix --junit"), "{line}");
}

#[test]
fn nobody_else_can_read_it() {
    let run = project(TASKS);
    run.shell("umask 0; mep -q run -o prefix compile").run();
    for path in files(&run) {
        let mode = |path: &std::path::Path| {
            path.metadata().expect("it is there").permissions().mode() & 0o777
        };
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        assert_eq!(mode(path.parent().expect("it lies somewhere")), 0o700);
    }
    assert_eq!(files(&run).len(), 3, "{:?}", files(&run));
}

#[test]
fn only_as_many_are_kept_as_the_configuration_says() {
    let run = project(TASKS).file("mep.toml", "record = { keep = 3 }\n");
    for _ in 0..40 {
        run.mep(["-q", "run", "-o", "prefix", "compile"]).run().code(0);
    }
    assert_eq!(last(&run, "--list").lines().count(), 3);
    let kept = files(&run).iter().filter(|path| path.extension().is_some()).count();
    assert!(kept < 2 * 35, "{kept} files");
    run.write("mep.toml", "record = { enabled = false }\n");
    let before = files(&run);
    run.mep(["-q", "run", "-o", "prefix", "compile"]).run().stderr("[compile] careful\n").code(0);
    assert_eq!(files(&run), before);
}

#[test]
fn a_run_that_was_killed_is_told_as_that() {
    let tasks = "
[tasks.first]
run = 'echo first'
[tasks.t]
depends = ['first']
shell = 'bash -c'
run = 'sleep 0.2; kill -KILL $PPID; sleep 0.2'
[tasks.never]
depends = ['t']
run = 'echo never'
";
    let run = project(tasks);
    run.shell("mep -q run -o prefix never >/dev/null 2>&1; echo $?").run().stdout("137\n");
    let expected = "\
mep -q run -o prefix never
  began [date]; mep was killed
  run [id] in [P]
  ran [t] first
  killed t: it was running when mep was killed
  not run never
";
    // Before another run has found it, and afterwards.
    assert_eq!(last(&run, ""), expected);
    run.mep(["-q", "run", "first"]).run().stdout("first\n").code(0);
    assert_eq!(last(&run, "2"), expected);
    run.mep(["log", "first", "--run", "2"]).run().stdout("first\n").stderr("").code(0);
}

#[test]
fn a_run_that_goes_on_can_be_looked_at() {
    let run = project("[tasks.t]\nrun = 'mep last; mep log t'\n");
    let output = run.mep(["-q", "run", "-o", "prefix", "t"]).binary_on_path().run();
    let said = hide_moments(&output.stdout.replace("[t] ", "")).replace("[P]", "");
    assert!(said.contains("; it goes on\n") && said.contains("running t"), "{said}");
    assert_eq!(output.stderr, "[t] `t` has written nothing so far\n");
}

#[test]
fn an_interrupted_run_says_by_what() {
    let run = project("[tasks.t]\nrun = 'kill -TERM $PPID; sleep 5'\n");
    run.mep(["-q", "run", "t"]).run().code(143);
    let expected =
        "mep -q run t\n  began [date], took [t]; interrupted by SIGTERM, exit code 143\n";
    assert!(last(&run, "").starts_with(expected), "{}", last(&run, ""));
}

#[test]
fn what_is_flaky_or_tolerated_is_called_so() {
    let tasks = "
[tasks.shaky]
run = '[ -e once ] && exit 0; touch once; exit 9'
[tasks.weak]
run = 'exit 4'
";
    let own = "[tasks.shaky]\nretry = 1\n[tasks.weak]\nallow_failure = true\n";
    let run = project(tasks).file("mep.toml", own);
    run.mep(["-q", "run", "-j1", "shaky", ":::", "weak"]).run().code(0);
    let told = last(&run, "");
    let end = "  flaky [t] shaky: attempt 2 went well\n  tolerated [t] weak: exit code 4\n";
    assert!(told.ends_with(end), "{told}");
}

// ---- what is wrong with it --------------------------------------------------

#[test]
fn nothing_on_record_is_a_clear_error() {
    let run = project(TASKS);
    let nothing = "Error: no run in [P] is on record\n  help: each `mep run TASK` leaves one\n";
    for words in ["last", "last --list", "last 2", "log compile", "rerun", "rerun --failed"] {
        run.mep(words.split(' ')).run().stdout("").stderr(nothing).code(1);
    }
    run.write("mep.toml", "[record]\nenabled = false\n");
    let off = "Error: no run in [P] is on record\n  help: `record.enabled` is false in mep.toml\n";
    run.mep(["last"]).run().stdout("").stderr(off).code(1);
}

#[test]
fn what_is_not_there_is_named() {
    let run = project(TASKS);
    run.mep(["-q", "run", "quiet"]).run().code(0);
    let shows = "  help: `mep last --list` shows those there are\n";
    for (words, stderr) in [
        ("last 7", format!("Error: there is no run 7 on record: the oldest one is 1\n{shows}")),
        ("last 0", format!("Error: there is no run 0 on record: the oldest one is 1\n{shows}")),
        ("rerun x-y", format!("Error: no run `x-y` is on record\n{shows}")),
        (
            "log complie",
            "Error: no task `complie` is known here\n  help: did you mean `compile`?\n".into(),
        ),
        (
            "log compile",
            "Error: no run of `compile` is on record\n  help: `mep last --list` shows what has \
             run\n"
                .into(),
        ),
        (
            "log quiet --run 9",
            format!("Error: there is no run 9 on record: the oldest one is 1\n{shows}"),
        ),
    ] {
        run.mep(words.split(' ')).run().stdout("").stderr(&stderr).code(1);
    }
}

#[test]
fn a_record_that_is_none_is_left_out_with_a_warning() {
    let run = project(TASKS);
    run.mep(["-q", "run", "quiet"]).run().code(0);
    run.mep(["-q", "run", "-o", "prefix", "compile"]).run().code(0);
    let path = file(&run, ".ndjson");
    let good = fs::read_to_string(&path).expect("a record is text");
    let lines: Vec<&str> = good.lines().collect();
    let other_format = good.replacen("\"format\":1", "\"format\":2", 1);
    let in_the_middle = [lines[0], "\n", &lines[1][..9], "\n", lines[2], "\n"].concat();
    let garbage = "it is no record of a run";
    for (text, what) in [
        ("", garbage),
        ("\0\u{1}\n", garbage),
        ("{}\n", garbage),
        (&good[..40], garbage),
        (&in_the_middle, garbage),
        (&other_format, "its format is 2, and this version of mep knows 1"),
    ] {
        fs::write(&path, text).expect("it is ours");
        let output = run.mep(["last", "--list"]).run();
        let warning = format!("Warning: {}: {what}\n", path.display());
        assert_eq!(
            output.stderr.lines().next(),
            Some(run.layout().normalise(warning.trim_end()).as_str())
        );
        assert_eq!(output.stdout.lines().count(), 1, "{}", output.stdout);
        run.mep(["-q", "run", "quiet"]).run().stderr("").code(0);
        let newer =
            files(&run).into_iter().rfind(|path| path.extension().is_some_and(|e| e == "ndjson"));
        fs::remove_file(newer.expect("a run leaves a record")).expect("it is ours");
    }
    // A last line that was torn off is none; what is before it counts.
    fs::write(&path, &good[..good.len() - 9]).expect("it is ours");
    assert!(last(&run, "2").contains("mep was killed\n"), "{}", last(&run, "2"));
    // A log that is gone or cut, a history of something else.
    fs::write(&path, &good).expect("it is ours");
    fs::write(file(&run, "history"), "\0nonsense\n>\ns x y\n").expect("it is ours");
    run.mep(["-q", "run", "quiet"]).run().stderr("").code(0);
    fs::write(file(&run, ".log"), "comp").expect("it is ours");
    run.mep(["log", "compile", "--stdout"]).run().stdout("comp").code(0);
    fs::remove_file(file(&run, ".log")).expect("it is ours");
    let output = run.mep(["log", "compile"]).run();
    assert!(output.stderr.contains("cannot be read: No such file"), "{}", output.stderr);
    output.stdout("").code(1);
}

#[test]
fn a_clock_that_was_wrong_does_no_harm() {
    let run = project(TASKS);
    run.mep(["-q", "run", "quiet"]).run().code(0);
    let path = file(&run, ".ndjson");
    // A run of the year 2058.
    let future = path.with_file_name("zzzzzzzz-1.ndjson");
    fs::rename(&path, &future).expect("it is ours");
    run.mep(["-q", "run", "compile"]).run().code(0);
    assert!(last(&run, "").starts_with("mep -q run compile\n"));
    assert_eq!(last(&run, "--list").lines().count(), 2);
}

#[test]
fn a_record_of_somebody_else_is_not_believed() {
    if !nix::unistd::geteuid().is_root() {
        // Only root can give a file away.
        return;
    }
    let run = project(TASKS);
    run.mep(["-q", "run", "quiet"]).run().code(0);
    let path = file(&run, ".ndjson");
    let nobody = nix::unistd::Uid::from_raw(65534);
    nix::unistd::chown(&path, Some(nobody), None).expect("root may");
    let output = run.mep(["last"]).run();
    let warning = format!("Warning: {}: it belongs to another user", path.display());
    assert_eq!(output.stderr.lines().next(), Some(run.layout().normalise(&warning).as_str()));
    output.stdout("").code(1);
    nix::unistd::chown(&file(&run, "history"), Some(nobody), None).expect("root may");
    let stderr = "Warning: how long tasks take is not remembered: it belongs to another user\n";
    run.mep(["-q", "run", "quiet"]).run().stderr(stderr).code(0);
}

#[test]
fn runs_side_by_side_leave_a_record_each() {
    let run = project("[tasks.t]\nrun = 'echo $0'\n");
    let line = "for n in 1 2 3 4 5 6 7 8; do mep -q run -o prefix t >/dev/null & done; wait";
    run.shell(line).run().stdout("").code(0);
    assert_eq!(last(&run, "--list").lines().count(), 8);
    assert_eq!(last(&run, "--list").matches("exit code 0").count(), 8);
    let history = fs::read_to_string(file(&run, "history")).expect("it is text");
    assert_eq!(history.lines().count(), 16, "{history}");
}
