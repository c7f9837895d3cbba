//! `finally`: tasks that run once another one's run has ended, in any way.

use std::time::Duration;

use super::ending::assert_nothing_runs;
use super::{fifos, project};
use crate::support::{CTRL_C, End, OnTerminal, Project};
use nix::sys::signal::Signal;

/// The tasks with `finally = ['clean']` of `t`; `clean` leaves a line in `log`.
fn cleaned(tasks: &str) -> Project {
    let tasks = format!("{tasks}\n[tasks.clean]\nrun = 'echo clean >>log'\n");
    fifos(project(&tasks).file("mep.toml", "[tasks.t]\nfinally = ['clean']\n"), ["hold"])
}

#[track_caller]
fn logs(run: &Project, log: &str) {
    assert_eq!(run.read_if_exists("log").unwrap_or_default(), log);
}

#[test]
fn it_runs_after_success_and_after_failure() {
    for (code, log) in [(0, "t\nclean\n"), (3, "t\nclean\n")] {
        for args in [&["-q", "run", "t"][..], &["-q", "run", "-c", "t"]] {
            let run = cleaned(&format!("[tasks.t]\nrun = 'echo t >>log; exit {code}'\n"));
            run.mep(args).run().stdout("").code(code);
            logs(&run, log);
        }
        let run = cleaned(&format!("[tasks.t]\nrun = 'echo t >>log; exit {code}'\n"));
        run.mise(["run", "-q", "t"]).run().stdout("").code(code);
        logs(&run, log);
    }
}

#[test]
fn it_runs_where_only_what_the_task_needs_has_begun() {
    let tasks = "
[tasks.t]
depends = ['up', 'load']
run = 'echo t >>log'
[tasks.up]
run = 'echo up >>log'
[tasks.load]
depends = ['up']
run = 'echo load >>log; exit 3'
";
    for args in [&["-q", "run", "t"][..], &["-q", "run", "-c", "t"]] {
        let run = cleaned(tasks);
        run.mep(args).run().stdout("").code(3);
        logs(&run, "up\nload\nclean\n");
    }
}

#[test]
fn it_does_not_run_where_nothing_has_begun() {
    let tasks = "
[tasks.t]
depends = ['up']
run = 'echo t >>log'
[tasks.up]
depends = ['bad']
run = 'echo up >>log'
[tasks.bad]
run = 'echo bad >>log; exit 3'
[tasks.other]
run = 'echo other >>log; exit 3'
";
    // Something `t` needs has begun, even if that is far away.
    let run = cleaned(tasks);
    run.mep(["-q", "run", "t"]).run().stdout("").code(3);
    logs(&run, "bad\nclean\n");
    // Nothing of it has.
    let run = cleaned(tasks);
    run.mep(["-q", "run", "-j1", "other", ":::", "t"]).run().stdout("").code(3);
    logs(&run, "other\n");
}

#[test]
fn it_runs_after_a_task_that_was_up_to_date() {
    let run = cleaned("[tasks.t]\nsources = ['mise.toml']\nrun = 'echo t >>log'\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    logs(&run, "t\nclean\nclean\n");
}

#[test]
fn it_runs_after_a_signal() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let tasks = "
[tasks.t]
run = 'echo $$ >pid; echo t >>log; kill -$SIGNAL $PPID; read x <>hold; echo on >>log'
[tasks.next]
depends = ['t']
run = 'echo next >>log'
";
        let run = cleaned(tasks);
        run.mep(["-q", "run", "next"]).env("SIGNAL", signal).run().stdout("").code(code);
        logs(&run, "t\nclean\n");
        assert_nothing_runs(&run);
    }
}

#[test]
fn it_runs_after_a_signal_to_what_the_task_needs() {
    let tasks = "
[tasks.t]
depends = ['up']
run = 'echo t >>log'
[tasks.up]
run = 'echo up >>log; kill -TERM $PPID; read x <>hold'
";
    let run = cleaned(tasks);
    run.mep(["-q", "run", "t"]).run().stdout("").code(143);
    logs(&run, "up\nclean\n");
}

#[test]
fn it_runs_after_a_timeout() {
    let run = cleaned("[tasks.t]\ntimeout = '50ms'\nrun = 'echo t >>log; read x <>hold'\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(1);
    logs(&run, "t\nclean\n");
}

#[test]
fn it_runs_after_the_failure_of_a_sibling() {
    let tasks = "
[tasks.t]
run = 'echo t >>log; echo >up; read x <>hold'
[tasks.bad]
run = 'read x <up; exit 3'
";
    let run = fifos(cleaned(tasks), ["up"]);
    run.mep(["-q", "run", "t", ":::", "bad"]).run().stdout("").code(3);
    logs(&run, "t\nclean\n");
}

#[test]
fn it_comes_after_post_tasks() {
    for code in [0, 3] {
        let tasks = format!(
            "[tasks.t]\ndepends_post = ['post', 'other']\nrun = 'echo t >>log; exit {code}'
[tasks.post]\nrun = 'echo post >>log'\n[tasks.other]\nrun = 'echo post >>log'\n"
        );
        let run = cleaned(&tasks);
        run.mep(["-q", "run", "t"]).run().stdout("").code(code);
        logs(&run, "t\npost\npost\nclean\n");
    }
}

#[test]
fn it_comes_before_nothing_that_depends_on_the_task() {
    // What depends on `t` does not wait for the cleanup.
    let tasks = "
[tasks.t]
run = 'echo t >>log'
[tasks.next]
depends = ['t']
run = 'read x <go; echo next >>log'
";
    let run = fifos(cleaned(tasks), ["go"]);
    let clean = run.read("mise.toml").replace("echo clean >>log", "echo clean >>log; echo >go");
    run.write("mise.toml", &clean);
    run.mep(["-q", "run", "next"]).run().stdout("").code(0);
    logs(&run, "t\nclean\nnext\n");
}

#[test]
fn its_own_failure_counts_but_not_over_an_earlier_one() {
    for (code, ends) in [(0, 5), (3, 3)] {
        let run = cleaned(&format!("[tasks.t]\nrun = 'exit {code}'\n"));
        let bad = run.read("mise.toml").replace("echo clean >>log", "exit 5");
        run.write("mise.toml", &bad);
        run.mep(["-q", "run", "t"]).run().stdout("").code(ends);
    }
}

#[test]
fn all_of_several_run_in_order_and_one_that_fails_stops_none() {
    let tasks = "
[tasks.t]
run = 'echo t >>log'
[tasks.one]
run = 'echo one >>log; exit 4'
[tasks.two]
wait_for = ['one']
run = 'echo two >>log'
";
    let run = cleaned(tasks);
    run.write("mep.toml", "[tasks.t]\nfinally = ['one', 'two']\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(4);
    logs(&run, "t\none\ntwo\n");
}

#[test]
fn it_takes_words_and_variables() {
    let tasks = "
[tasks.t]
run = 'exit 3'
[tasks.tell]
usage = 'arg \"<what>\"'
run = 'echo $usage_what $WHERE >>log'
";
    for entry in [
        "'WHERE=here tell this'",
        "['tell', 'this']",
        "{ task = 'tell', args = ['this'], env = { WHERE = 'here' } }",
    ] {
        let run = cleaned(tasks);
        run.write("mep.toml", &format!("[tasks.t]\nfinally = [{entry}]\n"));
        run.mep(["-q", "run", "t"]).run().stdout("").code(3);
        logs(&run, if entry.starts_with('[') { "this\n" } else { "this here\n" });
    }
}

#[test]
fn what_it_needs_and_what_it_calls_runs_too() {
    let tasks = "
[tasks.t]
run = 'echo t >>log; exit 3'
[tasks.tidy]
depends = ['find']
run = ['echo tidy >>log', { task = 'sweep' }]
[tasks.find]
run = 'echo find >>log'
[tasks.sweep]
run = 'echo sweep >>log'
";
    let run = cleaned(tasks);
    run.write("mep.toml", "[tasks.t]\nfinally = ['tidy']\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(3);
    logs(&run, "t\nfind\ntidy\nsweep\n");
}

#[test]
fn two_tasks_share_one_that_waits_for_both() {
    let tasks = "
[tasks.all]
depends = ['t', 'u']
[tasks.t]
run = 'echo t >>log'
[tasks.u]
depends = ['t']
run = 'echo u >>log; exit 3'
";
    let run = cleaned(tasks);
    run.write("mep.toml", "[tasks.t]\nfinally = ['clean']\n[tasks.u]\nfinally = ['clean']\n");
    run.mep(["-q", "run", "all"]).run().stdout("").code(3);
    logs(&run, "t\nu\nclean\n");
}

#[test]
fn a_called_task_has_it_too() {
    for code in [0, 3] {
        let tasks = format!(
            "[tasks.outer]\nrun = ['echo before >>log', {{ task = 't' }}, 'echo after >>log']
[tasks.t]\nrun = 'echo t >>log; exit {code}'\n"
        );
        let run = cleaned(&tasks);
        run.mep(["-q", "run", "outer"]).run().stdout("").code(code);
        let after = if code == 0 { "after\n" } else { "" };
        logs(&run, &format!("before\nt\nclean\n{after}"));
    }
    // Never called, so nothing to clean up after.
    let tasks = "
[tasks.outer]
run = ['echo before >>log; exit 3', { task = 't' }]
[tasks.t]
run = 'echo t >>log'
";
    let run = cleaned(tasks);
    run.mep(["-q", "run", "outer"]).run().stdout("").code(3);
    logs(&run, "before\n");
}

#[test]
fn a_task_that_calls_others_is_cleaned_up_after_wherever_it_failed() {
    for (one, two) in [(3, 0), (0, 3), (0, 0)] {
        let tasks = format!(
            "[tasks.t]\nrun = ['exit {one}', {{ task = 'x' }}]\n[tasks.x]\nrun = 'exit {two}'\n"
        );
        let run = cleaned(&tasks);
        run.mep(["-q", "run", "t"]).run().stdout("").code(one + two);
        logs(&run, "clean\n");
    }
}

#[test]
fn a_cleanup_may_have_one_of_its_own() {
    let run =
        cleaned("[tasks.t]\nrun = 'echo t >>log; exit 3'\n[tasks.last]\nrun = 'echo last >>log'\n");
    run.write("mep.toml", "[tasks.t]\nfinally = ['clean']\n[tasks.clean]\nfinally = ['last']\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(3);
    logs(&run, "t\nclean\nlast\n");
}

#[test]
fn it_runs_after_each_try_has_been_made() {
    let run = cleaned("[tasks.t]\nrun = 'echo t >>log; exit 3'\n");
    run.write("mep.toml", "[tasks.t]\nfinally = ['clean']\nretry = 1\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(3);
    logs(&run, "t\nt\nclean\n");
}

#[test]
fn skip_deps_leaves_it_out_as_it_does_post_tasks() {
    let run = cleaned("[tasks.t]\nrun = 'echo t >>log'\n");
    run.mep(["-q", "run", "--skip-deps", "t"]).run().stdout("").code(0);
    logs(&run, "t\n");
}

#[test]
fn it_is_drawn_as_post_tasks_are() {
    let run = cleaned("[tasks.t]\ndepends_post = ['post']\n[tasks.post]\n");
    let tree = "\
clean
post
t
post (post)
└── t
clean (post)
├── post (post)
│   └── t
└── t
";
    run.mep(["tasks", "deps"]).run().stdout(tree).stderr("").code(0);
    let dot = "\
digraph {
    0 [ label = \"t\"]
    1 [ label = \"post (post)\"]
    2 [ label = \"clean (post)\"]
    1 -> 0 [ ]
    2 -> 0 [ ]
    2 -> 1 [ ]
}

";
    run.mep(["tasks", "deps", "--dot", "t"]).run().stdout(dot).stderr("").code(0);
}

#[test]
fn a_dry_run_shows_it_at_its_place() {
    let run = cleaned("[tasks.t]\nrun = 'echo t >>log'\n");
    let stderr = "[t] $ echo t >>log\n[clean] $ echo clean >>log\n";
    run.mep(["run", "-n", "t"]).run().stdout("").stderr(stderr).code(0);
    logs(&run, "");
}

#[test]
fn a_second_interrupt_ends_a_cleanup_that_asks() {
    let run = cleaned("[tasks.t]\nrun = 'cat up hold'\n");
    let run = run.file("up", "up\n").file("mise.local.toml", "[tasks.clean]\nconfirm = 'Sure?'\n");
    let mut terminal = OnTerminal::mep(&run, ["run", "-q", "t"]).start();
    terminal.expect("up\n").type_keys(CTRL_C).expect("Sure? [Y/n] ");
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    logs(&run, "");
}

#[test]
fn a_second_interrupt_ends_a_cleanup_whose_text_is_late() {
    let late = r#"run = "echo {{ exec(command='kill -INT $PPID; cat hold') }} >>log""#;
    let config = format!("[tasks.t]\nrun = 'kill -INT $PPID'\n[tasks.clean]\n{late}\n");
    let run = project(&config).file("mep.toml", "[tasks.t]\nfinally = ['clean']\n");
    let run = fifos(run, ["hold"]);
    run.mep(["-q", "run", "t"]).patience(Duration::from_secs(8)).run().stdout("").code(130);
    logs(&run, "");
}
