//! `allow_failure`: a task whose failure is none of the run's.

use super::{fifos, project};
use crate::support::Project;

fn allowed(tasks: &str, names: &[&str]) -> Project {
    let keys = names.iter().map(|name| format!("[tasks.{name}]\nallow_failure = true\n"));
    project(tasks).file("mep.toml", &keys.collect::<String>())
}

const LINT: &str = "
[tasks.lint]
run = ['echo lint >>log; exit 3', 'echo more >>log']
[tasks.build]
depends = ['lint']
run = 'echo build >>log'
";

#[test]
fn what_depends_on_it_runs_and_the_run_succeeds() {
    let run = allowed(LINT, &["lint"]);
    for args in [&["-q", "run", "build"][..], &["-q", "run", "-c", "build"]] {
        run.mep(args).run().stdout("").code(0);
        run.mise(args).run().stdout("").code(0);
        assert_eq!(run.read("log"), "lint\nbuild\nlint\nbuild\n");
        run.remove("log");
    }
    run.mep(["-q", "run", "lint"]).run().stdout("").code(0);
}

#[test]
fn without_it_the_failure_counts() {
    for keys in ["", "[tasks.lint]\nallow_failure = false\n"] {
        let run = project(LINT).file("mep.toml", keys);
        run.mep(["-q", "run", "build"]).run().stdout("").code(3);
        assert_eq!(run.read("log"), "lint\n");
    }
}

#[test]
fn its_siblings_go_on() {
    // `sibling` can only end if what comes after the failure lets it.
    let tasks = "
[tasks.bad]
run = 'exit 3'
[tasks.next]
depends = ['bad']
run = 'echo >go'
[tasks.sibling]
run = 'read x <go; touch done'
";
    let run = fifos(allowed(tasks, &["bad"]), ["go"]);
    run.mep(["-q", "run", "sibling", ":::", "next"]).run().stdout("").code(0);
    assert!(run.exists("done"));
}

#[test]
fn another_failure_counts() {
    let tasks = "
[tasks.lint]
run = 'exit 3'
[tasks.build]
depends = ['lint']
run = 'exit 4'
";
    let run = allowed(tasks, &["lint"]);
    run.mep(["-q", "run", "build"]).run().stdout("").code(4);
    run.mep(["-q", "run", "-c", "build"]).run().stdout("").code(4);
}

#[test]
fn it_covers_timeouts_signals_and_what_cannot_start() {
    for body in [
        "run = 'read x <>hold'\ntimeout = '50ms'",
        "run = 'kill -KILL $$'",
        "run = 'kill -INT $$'",
        "run = 'true'\ndir = 'none'",
        "run = 'true'\nshell = 'none -c'",
    ] {
        let tasks =
            format!("[tasks.bad]\n{body}\n[tasks.next]\ndepends = ['bad']\nrun = 'echo next'\n");
        let run = fifos(allowed(&tasks, &["bad"]), ["hold"]);
        run.mep(["-q", "run", "next"]).run().stdout("next\n").code(0);
    }
}

const CALLS: &str = "
[tasks.outer]
run = ['echo before >>log', { task = 'inner' }, 'echo after >>log']
[tasks.inner]
depends = ['deep']
run = 'echo inner >>log; exit 3'
[tasks.deep]
run = 'echo deep >>log; exit $DEEP'
[tasks.last]
depends = ['outer']
run = 'echo last >>log'
";

#[test]
fn it_covers_what_the_task_calls() {
    for (deep, log) in [("0", "before\ndeep\ninner\nlast\n"), ("4", "before\ndeep\nlast\n")] {
        let run = allowed(CALLS, &["outer"]);
        run.mep(["-q", "run", "last"]).env("DEEP", deep).run().stdout("").code(0);
        assert_eq!(run.read("log"), log);
    }
}

#[test]
fn a_called_task_that_may_fail_lets_the_caller_go_on() {
    let run = allowed(CALLS, &["inner"]);
    run.mep(["-q", "run", "last"]).env("DEEP", "0").run().stdout("").code(0);
    assert_eq!(run.read("log"), "before\ndeep\ninner\nafter\nlast\n");
}

#[test]
fn what_others_need_as_well_is_not_covered() {
    let other = "[tasks.other]\ndepends = ['inner']\nrun = 'echo other >>log'\n";
    let run = allowed(&format!("{CALLS}{other}"), &["outer"]);
    let args = ["-q", "run", "-j1", "last", ":::", "other"];
    run.mep(args).env("DEEP", "0").run().stdout("").code(3);
    assert!(!run.read("log").contains("other"));
    // Called by two, of which one may not fail.
    let both = "[tasks.strict]\nrun = [{ task = 'inner' }, 'echo strict >>log']\n";
    let run = allowed(&format!("{CALLS}{both}"), &["outer"]);
    let args = ["-q", "run", "-c", "-j1", "last", ":::", "strict"];
    run.mep(args).env("DEEP", "0").run().stdout("").code(3);
    assert!(!run.read("log").contains("strict"));
    // Called by two, and both may.
    let run = allowed(&format!("{CALLS}{both}"), &["outer", "strict"]);
    let args = ["-q", "run", "-j1", "last", ":::", "strict"];
    run.mep(args).env("DEEP", "0").run().stdout("").code(0);
}

#[test]
fn what_it_depends_on_is_not_covered() {
    let tasks = "
[tasks.bad]
run = 'exit 3'
[tasks.lint]
depends = ['bad']
run = 'echo lint'
";
    allowed(tasks, &["lint"]).mep(["-q", "run", "lint"]).run().stdout("").code(3);
}

#[test]
fn post_tasks_of_it_run_and_what_is_wrong_there_counts() {
    let tasks = "
[tasks.lint]
run = 'exit 3'
depends_post = ['post']
[tasks.post]
run = 'echo post; exit $POST'
";
    let run = allowed(tasks, &["lint"]);
    run.mep(["-q", "run", "lint"]).env("POST", "0").run().stdout("post\n").code(0);
    run.mep(["-q", "run", "lint"]).env("POST", "5").run().stdout("post\n").code(5);
}

#[test]
fn it_is_tried_again_first() {
    let tasks =
        "[tasks.t]\nrun = 'echo try >>log; exit 3'\n[tasks.u]\ndepends = ['t']\nrun = 'cat log'\n";
    let keys = "[tasks.t]\nallow_failure = true\nretry = 1\n";
    let run = project(tasks).file("mep.toml", keys);
    run.mep(["-q", "run", "u"]).run().stdout("try\ntry\n").code(0);
}

#[test]
fn a_failure_that_is_allowed_is_no_success_on_record() {
    let tasks = "[tasks.t]\nsources = ['mise.toml']\nrun = 'echo try >>log; exit 3'\n";
    let run = allowed(tasks, &["t"]);
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    assert_eq!(run.read("log"), "try\ntry\n");
}

#[test]
fn an_interrupt_is_not_allowed_away() {
    let tasks = "[tasks.t]\nrun = 'kill -TERM $PPID; read x <>hold'\n[tasks.u]\ndepends = ['t']\nrun = 'echo u'\n";
    let run = fifos(allowed(tasks, &["t"]), ["hold"]);
    run.mep(["-q", "run", "u"]).run().stdout("").code(143);
}
