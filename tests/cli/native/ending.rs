//! How a run ends early: signals, failures with siblings that do not listen, a reader that goes.
//! Nothing may be left running.

use std::fs;
use std::time::{Duration, Instant};

use super::{fifos, project};
use crate::support::Project;

/// Less than the 10 seconds that a task has to end by default.
const SHORT: Duration = Duration::from_secs(8);

/// A project with fifos: nobody ever writes into `hold`, and `up` tells when a task is up.
fn with_fifos(config: &str) -> Project {
    fifos(project(config), ["hold", "up"])
}

/// The group whose number a task has written into `pid` is empty, or will be in a moment: what
/// was killed may not have quite ended when we do.
#[track_caller]
pub(super) fn assert_nothing_runs(project: &Project) {
    let group = project.read("pid");
    let begin = Instant::now();
    while runs_in(group.trim()) {
        assert!(begin.elapsed() < SHORT, "group {group} still runs");
        std::thread::yield_now();
    }
}

/// True while a process of that group is more than a memory.
pub(super) fn runs_in(group: &str) -> bool {
    let entries = fs::read_dir("/proc").expect("this test needs /proc").flatten();
    let stats = entries.filter_map(|e| fs::read_to_string(e.path().join("stat")).ok());
    stats.into_iter().any(|stat| {
        // State, parent and group come after the name in parentheses.
        let (_, fields) = stat.rsplit_once(')').unwrap_or_default();
        let fields: Vec<&str> = fields.split_whitespace().take(3).collect();
        matches!(fields[..], [state, _, its] if its == group && state != "Z" && state != "X")
    })
}

/// What a shell starts in the background is deaf to INT, so only the others find a child. The
/// shell itself waits without one: a child just being started could swallow the signal.
const INTERRUPTED: &str = "
[tasks.a]
run = '''
echo $$ > pid
[ $SIGNAL = INT ] || cat hold &
kill -$SIGNAL $PPID
read x <> hold
touch went-on
'''
depends_post = ['post']
[tasks.post]
run = 'touch post'
[tasks.next]
depends = ['a']
run = 'touch next'
";

#[test]
fn a_signal_ends_the_run_and_post_tasks_follow() {
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        for style in ["interleave", "prefix"] {
            let run = with_fifos(INTERRUPTED);
            let output = run.mep(["-q", "run", "-o", style, "next"]).env("SIGNAL", signal).run();
            output.stdout("").stderr("").code(code);
            assert!(run.exists("post"), "{signal}, {style}");
            assert!(!run.exists("went-on") && !run.exists("next"), "{signal}, {style}");
            assert_nothing_runs(&run);
        }
    }
}

#[test]
fn a_second_interrupt_kills_what_ignores_the_first() {
    let deaf = with_fifos(
        r#"
[tasks.a]
shell = 'sh -c'
run = '''
echo $$ > pid
trap 'kill -INT $PPID' INT
(trap '' INT; exec cat hold) &
kill -INT $PPID
wait
wait
touch went-on
'''
"#,
    );
    let output = deaf.mep(["-q", "run", "a"]).patience(SHORT).run();
    output.stdout("").stderr("").code(130);
    assert!(!deaf.exists("went-on"));
    assert_nothing_runs(&deaf);
}

#[test]
fn a_sibling_that_ignores_the_end_is_killed_after_its_grace() {
    let config = "
[tasks.bad]
run = 'read x < up; exit 3'
[tasks.deaf]
run = '''trap '' TERM; echo $$ > pid; echo > up; cat hold'''
";
    for (file, keys) in [
        ("mep.toml", "grace = '300ms'\n"),
        ("mep.toml", "[tasks.deaf]\ngrace = '300ms'\n"),
        ("mise.local.toml", "[_.mep]\ngrace = '300ms'\n"),
        ("mise.local.toml", "[_.mep.tasks.deaf]\ngrace = '300ms'\n"),
    ] {
        let run = with_fifos(config).file(file, keys);
        let output = run.mep(["run", "-q", "bad", ":::", "deaf"]).patience(SHORT).run();
        output.stdout("").stderr("[bad] ERROR task failed\n").code(3);
        assert_nothing_runs(&run);
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let config = "
[tasks.endless]
run = 'echo $$ > pid; while :; do echo line; done'
[tasks.outer]
shell = 'bash -c'
run = 'mep -q run -o $STYLE endless | head -1; echo ${PIPESTATUS[0]}'
";
    // A task that writes to the pipe itself dies of it: no fault of its own either.
    for (style, stdout) in [("prefix", "[endless] line\n141\n"), ("interleave", "line\n141\n")] {
        let run = project(config);
        let output = run.mep(["-q", "run", "outer"]).env("STYLE", style).run();
        output.stdout(stdout).stderr("").code(0);
        assert_nothing_runs(&run);
    }
}

#[test]
fn a_task_that_was_asked_to_end_is_not_fresh_whatever_it_says() {
    let config = "
[tasks.calm]
sources = ['mise.toml']
run = \"trap 'exit 0' TERM; echo began >> log; echo > up; read x <> hold\"
[tasks.bad]
run = 'read x < up; exit 3'
";
    let run = with_fifos(config);
    run.mep(["-q", "run", "calm", ":::", "bad"]).run().code(3);
    let again = "mep -q run calm & read x < up; kill -TERM $!; wait";
    run.shell(again).run().stdout("").stderr("");
    assert_eq!(run.read("log"), "began\nbegan\n");
}
