//! `watch`: flags that say nothing, and places that are not there.

use crate::support::Project;

fn project() -> Project {
    Project::new()
        .file("mise.toml", "[tasks.a]\nrun = 'echo a'\nsources = ['a']\n[tasks.b]\nrun = 'true'\n")
}

#[test]
fn values_are_checked_before_anything_runs() {
    let time = "  help: a duration is written like 300ms, 30s, 5m or 1h30m\n";
    let signal = "  help: a signal is written like SIGHUP, HUP or 1\n";
    for (flag, message) in [
        ("--debounce=x", format!("Error: `--debounce` is `x`, which is no duration\n{time}")),
        ("--stop-timeout=-1s", format!("Error: `--stop-timeout` is `-1s`, which is no duration\n{time}")),
        ("--delay-run=", format!("Error: `--delay-run` is ``, which is no duration\n{time}")),
        ("--poll=often", format!("Error: `--poll` is `often`, which is no duration\n{time}")),
        ("--poll=0", format!("Error: `--poll` is `0`, which is no time at all\n{time}")),
        ("--signal=TREM", format!("Error: `--signal` is `TREM`, which is no signal\n{signal}")),
        ("--stop-signal=99", format!("Error: `--stop-signal` is `99`, which is no signal\n{signal}")),
        ("--watch=nowhere", "Error: `[P]/nowhere` is not there\n  help: name what there is to watch\n".into()),
        ("-Wnowhere", "Error: `[P]/nowhere` is not there\n  help: name what there is to watch\n".into()),
        (
            "--watch-file=nowhere",
            "Error: `--watch-file` nowhere: No such file or directory (os error 2)\n  help: it has to be a file with one path a line\n".into(),
        ),
        (
            "--ignore-file=nowhere",
            "Error: [P]/nowhere: No such file or directory (os error 2)\n  help: patterns are as in .gitignore\n".into(),
        ),
        (
            "--ignore=a{",
            "Error: `a{`: error parsing glob 'a{': unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)\n  help: patterns are as in .gitignore\n".into(),
        ),
    ] {
        project().mep(["watch", flag, "a"]).run().code(2).stdout("").stderr(&message);
    }
}

#[test]
fn flags_of_watchexec_alone_are_refused() {
    for (words, name) in [
        (&["--only-emit-events"][..], "--only-emit-events"),
        (&["-n"], "-n"),
        (&["--map-signal", "A:B"], "--map-signal"),
        (&["--emit-events-to=stdio"], "--emit-events-to"),
        (&["--workdir", "."], "--workdir"),
    ] {
        let words = ["watch"].iter().chain(words).chain(&["a"]);
        let message = format!(
            "Error: `{name}` is not in this version\n  help: `mep watch --help` lists the flags\n"
        );
        project().mep(words).run().code(2).stdout("").stderr(&message);
    }
}

#[test]
fn names_are_checked_and_flags_are_no_names() {
    project()
        .mep(["watch", "--portpone", "a"])
        .run()
        .code(2)
        .stdout("")
        .stderr("Error: unexpected flag `--portpone`\n  help: did you mean `--postpone`?\n");
    project()
        .mep(["watch", "c"])
        .run()
        .code(1)
        .stdout("")
        .stderr("Error: no task c found\n  help: the tasks here are\n    a\n    b\n");
    let project = Project::new().file("mise.toml", "[tasks.b]\nrun = 'true'\n");
    project.mep(["watch"]).run().code(1).stdout("").stderr(
        "Error: no visible task has `sources`: there is nothing to watch for\n  \
         help: name a task: one without `sources` is run when anything in its project changes\n",
    );
    Project::new().mep(["watch"]).run().code(1).stdout("").stderr(
        "Error: there are no tasks in [P]\n  \
         help: name a task: one without `sources` is run when anything in its project changes\n",
    );
}

#[test]
fn doubled_and_contradictory_flags() {
    let call = |words: &[&str]| project().mep(["watch"].iter().chain(words)).run();
    let output = call(&["-r", "-o", "queue", "a"]);
    output.code(2).stdout("");
    assert!(output.stderr.contains("cannot be used with"), "{}", output.transcript());
    let output = call(&["-o", "wait", "a"]);
    output.code(2).stdout("");
    assert!(output.stderr.contains("[possible values: queue, do-nothing, restart, signal]"));
    // As everywhere, the last one of a kind counts.
    let output =
        project().mep(["watch", "-p", "-p", "-d1s", "-d2s", "--stdin-quit", "a"]).stdin("").run();
    output.code(0).stdout("").stderr("Waiting for changes\n");
}

#[test]
fn broken_configuration_keeps_a_watch_from_starting() {
    let project = Project::new().file("mise.toml", "[tasks.a\n");
    let output = project.mep(["watch", "a"]).run();
    output.code(1).stdout("");
    assert!(output.stderr.starts_with("Error: [P]/mise.toml is not valid TOML\n"));
    let safe = self::project().mep(["watch", "a"]).env("MISE_SAFE", "1").run();
    safe.code(1).stdout("").stderr(
        "Error: running tasks is disabled in safe mode (MISE_SAFE=1)\n  \
         help: take `MISE_SAFE` or the setting `safe` away\n",
    );
}
