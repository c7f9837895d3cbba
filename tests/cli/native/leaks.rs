//! What a task leaves behind when it has ended well: ended and named, or spared where it has left
//! the session.

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::ending::assert_nothing_runs;
use super::{fifos, project};
use crate::support::Project;

/// More than the second that a task's children have, less than the 10 of the grace.
const SHORT: Duration = Duration::from_secs(8);

/// A project whose task `t` writes the pid of what it leaves into `pid`; `hold` is never written.
fn leaving(script: &str, keys: &str) -> Project {
    let tasks = format!("[tasks.t]\nshell = 'bash -c'\nrun = '''\n{script}\n'''\n");
    fifos(project(&tasks).file("mep.toml", keys), ["hold"])
}

/// The process whose number is in `pid`.
pub(super) fn left(project: &Project) -> Pid {
    Pid::from_raw(project.read("pid").trim().parse().expect("a task has written a number"))
}

/// True while a process is more than a memory.
pub(super) fn is_alive(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, fields)| fields.chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

#[track_caller]
pub(super) fn assert_gone(project: &Project) {
    let pid = left(project);
    let begin = Instant::now();
    while is_alive(pid) {
        assert!(begin.elapsed() < SHORT, "{pid} is still there");
        std::thread::yield_now();
    }
}

/// What is said of the process in `pid`.
fn ended(project: &Project) -> String {
    format!("[t] LEAKY ended what was left: {} cat hold\n", left(project))
}

/// The process was spared; the test ends it.
#[track_caller]
pub(super) fn assert_spared(project: &Project) {
    let pid = left(project);
    assert!(is_alive(pid), "{pid} was not spared");
    kill(pid, Signal::SIGKILL).expect("it is ours to end");
}

/// A child of the task's own group.
const CHILD: &str = "cat hold >/dev/null 2>&1 & echo $! >pid; echo done";

/// A process of a session of its own, which writes its number down itself.
const DAEMON: &str = "setsid sh -c 'echo $$ >new; mv new pid; read x <hold' >/dev/null 2>&1 &
until [ -e pid ]; do :; done; echo done";

/// What that is called.
const SERVER: &str = "sh -c echo $$ >new; mv new pid; read x <hold";

/// Waits until a child has become what it is to be.
const UP: &str = "until grep -aq ^cat /proc/$(cat pid)/cmdline; do :; done; echo done";

#[test]
fn a_child_of_its_group_is_ended_and_the_task_has_succeeded() {
    for keys in ["", "leaks = 'report'\n", "leaks = 'kill'\n", "[tasks.t]\nleaks = 'kill'\n"] {
        let run = leaving(CHILD, keys);
        let output = run.mep(["-q", "run", "t"]).patience(SHORT).run();
        output.stdout("done\n").stderr(&ended(&run)).code(0);
        assert_gone(&run);
    }
}

#[test]
fn leaks_may_be_a_failure() {
    for keys in ["leaks = 'fail'\n", "leaks = 'kill'\n[tasks.t]\nleaks = 'fail'\n"] {
        for script in [CHILD, DAEMON] {
            let run = leaving(script, keys);
            let output = run.mep(["run", "-q", "t"]).patience(SHORT).run();
            let spared = format!("[t] left running: {} {SERVER}\n", left(&run));
            let leaky = if script == CHILD { ended(&run) } else { spared };
            let stderr = format!(
                "{leaky}[t] ERROR it left processes behind, which `leaks = \"fail\"` forbids\n\
                 [t] ERROR task failed\n"
            );
            output.stdout("done\n").stderr(&stderr).code(1);
            if script == CHILD { assert_gone(&run) } else { assert_spared(&run) }
        }
    }
}

#[test]
fn a_task_that_waits_for_its_children_leaves_nothing() {
    let script = "sleep 0.01 & wait; (sleep 0.02 &); echo done";
    let run = leaving(script, "leaks = 'fail'\n");
    run.mep(["-q", "run", "t"]).run().stdout("done\n").stderr("").code(0);
}

#[test]
fn what_has_left_the_session_is_spared_and_named() {
    let run = leaving(DAEMON, "");
    let output = run.mep(["-q", "run", "t"]).run();
    let stderr = format!("[t] left running: {} {SERVER}\n", left(&run));
    output.stdout("done\n").stderr(&stderr).code(0);
    assert_spared(&run);
}

#[test]
fn what_has_left_the_session_is_ended_where_that_is_wanted() {
    for keys in ["leaks = 'kill'\n", "leaks = 'fail'\n[tasks.t]\nleaks = 'kill'\n"] {
        let run = leaving(DAEMON, keys);
        run.mep(["-q", "run", "t"]).patience(SHORT).run().stdout("done\n").code(0);
        assert_gone(&run);
    }
}

#[test]
fn a_job_of_an_interactive_shell_and_a_double_fork_are_found() {
    for script in [
        "set -m; cat hold >/dev/null 2>&1 & echo $! >pid",
        "bash -mc 'cat hold >/dev/null & echo $! >pid' 2>/dev/null",
        "( (cat hold >/dev/null 2>&1 & echo $! >new; mv new pid) & ); until [ -e pid ]; do :; done",
    ] {
        let run = leaving(&format!("{script}\n{UP}"), "");
        let output = run.mep(["-q", "run", "t"]).patience(SHORT).run();
        output.stdout("done\n").stderr(&ended(&run)).code(0);
        assert_gone(&run);
    }
}

#[test]
fn a_child_that_ignores_term_is_killed_after_the_grace() {
    let script = "(trap '' TERM; exec cat hold >/dev/null 2>&1) & echo $! >pid; echo done";
    let run = leaving(script, "grace = '200ms'\n");
    run.mep(["-q", "run", "t"]).patience(SHORT).run().stdout("done\n").code(0);
    assert_gone(&run);
}

#[test]
fn the_output_of_what_goes_on_for_a_moment_is_not_lost() {
    // bash does not wait for a process substitution.
    let script =
        "exec > >(while read -r line; do sleep 0.1; echo \"<$line>\"; done); echo one; echo two";
    let run = leaving(script, "leaks = 'fail'\n");
    for style in ["interleave", "prefix"] {
        let label = if style == "prefix" { "[t] " } else { "" };
        let output = run.mep(["-q", "run", "-o", style, "t"]).run();
        output.stdout(&format!("{label}<one>\n{label}<two>\n")).stderr("").code(0);
    }
}

#[test]
fn after_a_failure_the_group_is_ended_at_once() {
    let script = "echo $$ >pid; cat hold >/dev/null 2>&1 & exit 3";
    let run = leaving(script, "");
    let stderr = "[t] ERROR task failed\n";
    run.mep(["run", "-q", "t"]).patience(SHORT).run().stdout("").stderr(stderr).code(3);
    assert_nothing_runs(&run);
}

#[test]
fn a_child_does_not_hold_up_what_its_task_comes_before() {
    let run = leaving(CHILD, "");
    let tasks = run.read("mise.toml");
    run.write("mise.toml", &format!("{tasks}[tasks.next]\ndepends = ['t']\nrun = 'echo next'\n"));
    let output = run.mep(["-q", "run", "next"]).patience(SHORT).run();
    output.stdout("done\nnext\n").code(0);
    assert_gone(&run);
}

#[test]
fn as_mise_all_of_it_is_left_alone() {
    for script in [CHILD, DAEMON] {
        let run = leaving(script, "leaks = 'kill'\n");
        run.mise(["run", "-q", "t"]).run().stdout("done\n").stderr("").code(0);
        assert_spared(&run);
    }
}

/// A child that has ended stays in the group for ever where its parent leaves both it and the
/// group alone.
#[test]
fn what_nobody_reaps_is_not_waited_for() {
    let script = "
(cat end & exec setsid sh -c 'echo $$ >new; mv new pid; exec cat hold') >/dev/null 2>&1 &
until [ -e pid ]; do :; done
echo >end
echo done";
    let run = fifos(leaving(script, "grace = '1h'\n"), ["end"]);
    let output = run.mep(["-q", "run", "t"]).patience(SHORT).run();
    output.stdout("done\n").code(0);
    assert_spared(&run);
    assert_eq!(output.stderr.matches("left running").count(), 1, "{}", output.transcript());
}
