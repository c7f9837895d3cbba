//! `locks`: one task of the machine at a time, never a slot while waiting, never two tasks that
//! wait for each other, and free again however the holder ends.

use std::time::{Duration, Instant};

use super::project;
use crate::support::Project;

/// Two at a time in here are seen: the directory is there already.
const ALONE: &str = "'mkdir busy && sleep 0.2 && rmdir busy'";

/// A project whose tasks have these keys of ours.
fn with_locks(config: &str, own: &str) -> Project {
    project(config).file("mep.toml", own)
}

/// A line of shell with what differs from run to run taken out.
#[track_caller]
fn says(project: &Project, line: &str, expected: &str) {
    let masked = format!("({line}) 2>&1 | sed -E 's/pid [0-9]+/pid N/; s/for [0-9]+s$/for Ns/'");
    project.shell(&masked).run().stdout(expected).stderr("").code(0);
}

#[test]
fn a_lock_is_held_by_one_task_of_a_run() {
    let names = ["a", "b", "c", "d"];
    let task = |name| format!("[tasks.{name}]\nrun = {ALONE}\n");
    let own = |name| format!("[tasks.{name}]\nlocks = ['db']\n");
    let four = with_locks(&names.map(task).concat(), &names.map(own).concat());
    four.mep(["-q", "run", "-j4", "a", ":::", "b", ":::", "c", ":::", "d"])
        .run()
        .stdout("")
        .stderr("")
        .code(0);
}

#[test]
fn without_the_lock_the_same_tasks_meet() {
    let config = format!("[tasks.a]\nrun = {ALONE}\n[tasks.b]\nrun = {ALONE}\n");
    project(&config).mep(["-q", "run", "-j4", "a", ":::", "b"]).run().code(1);
}

#[test]
fn the_keys_hold_under_both_names_and_in_one_file_too() {
    let config = format!(
        "[tasks.a]\nrun = {ALONE}\n[tasks.b]\nrun = {ALONE}\n\
         [_.mep.tasks.a]\nlocks = ['db']\n[_.mep.tasks.b]\nlocks = ['db']\n"
    );
    let both = project(&config);
    both.mep(["-q", "run", "-j4", "a", ":::", "b"]).run().stdout("").stderr("").code(0);
    both.mise(["-q", "run", "-j4", "a", ":::", "b"]).run().stdout("").stderr("").code(0);
}

#[test]
fn who_waits_for_a_lock_has_no_slot() {
    let config = "\
[tasks.holds]
run = 'read x < gate; rm held'
[tasks.waits]
run = 'test ! -e held'
[tasks.frees]
run = 'echo > gate'
";
    let own = "[tasks.holds]\nlocks = ['db']\n[tasks.waits]\nlocks = ['db']\n";
    let three = with_locks(config, own).file("held", "");
    let line = "mkfifo gate; mep -q run -j2 holds ::: waits ::: frees";
    three.shell(line).run().stdout("").code(0);
}

#[test]
fn two_runs_of_a_machine_share_the_locks() {
    let config = format!("[tasks.a]\nrun = {ALONE}\n[tasks.b]\nrun = {ALONE}\n");
    let own = "[tasks.a]\nlocks = ['db']\n[tasks.b]\nlocks = ['db']\n";
    let one = with_locks(&config, own);
    one.shell("mep -q run a & mep -q run b & mep -q run a; wait").run().stdout("").code(0);
}

const HELD: &str = "\
[tasks.holds]
run = 'touch up; read x < gate'
[tasks.waits]
run = 'echo waits'
";

fn held() -> Project {
    with_locks(HELD, "[tasks.holds]\nlocks = ['db']\n[tasks.waits]\nlocks = ['db', 'other']\n")
}

#[test]
fn who_holds_it_is_told_once() {
    let line = "\
mkfifo gate; mep -q run holds & until [ -e up ]; do sleep 0.01; done
(sleep 2.5; echo > gate) & mep run -o prefix waits; wait";
    let told = "\
[waits] waits for lock db, held by holds of pid N in [P] for Ns
[waits] $ echo waits
[waits] waits
[waits] Finished in [t]
";
    says(&held(), line, told);
    let one_run = "\
rm up; (sleep 2.5; echo > gate) & mep run -o prefix holds ::: waits; wait";
    let told = format!("[holds] $ touch up; read x < gate\n{told}");
    let told = told.replacen("[waits] $", "[holds] Finished in [t]\n[waits] $", 1);
    let project = held();
    project.write("up", "");
    says(&project, &format!("mkfifo gate; {one_run}"), &format!("{told}Finished in [t]\n"));
}

#[test]
fn a_quiet_run_waits_without_a_word() {
    let line = "\
mkfifo gate; mep -q run holds & until [ -e up ]; do sleep 0.01; done
(sleep 1.5; echo > gate) & mep run -q waits; wait";
    says(&held(), line, "waits\n");
}

#[test]
fn death_releases_and_no_child_keeps_it() {
    let line = "\
mkfifo gate; mep -q run holds & until [ -e up ]; do sleep 0.01; done
kill -9 $!; wait $! 2>/dev/null; mise -q run waits; echo > gate";
    held().shell(line).run().stdout("waits\n").code(0);
}

#[test]
fn an_interrupt_ends_a_run_that_waits_at_once() {
    let line = "\
mkdir -p \"$XDG_STATE_HOME/mep/locks\"
mkfifo gate; flock \"$XDG_STATE_HOME/mep/locks/db\" sh -c 'touch up; read x < gate' &
until [ -e up ]; do sleep 0.01; done
timeout -s INT 4 mep run waits; echo $?; echo > gate; wait";
    let begin = Instant::now();
    let told =
        "[waits] waits for lock db, held by another run\ninterrupted by SIGINT (Ctrl-C)\n124\n";
    held().shell(line).run().stdout(told).code(0);
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn all_locks_or_none_so_that_crossed_ones_end() {
    let config = format!("[tasks.a]\nrun = {ALONE}\n[tasks.b]\nrun = {ALONE}\n");
    let own = "[tasks.a]\nlocks = ['x', 'y']\n[tasks.b]\nlocks = ['y', 'x']\n";
    let crossed = with_locks(&config, own);
    let line = "for i in 1 2 3; do mep -q run a ::: b & done; wait";
    crossed.shell(line).run().stdout("").code(0);
}

#[test]
fn what_another_run_takes_in_the_meantime_is_waited_for() {
    // `waits` waits for `x`, which this run has; when it is free, `y` is somebody else's.
    let config =
        "[tasks.holds]\nrun = 'touch up; read x < gate'\n[tasks.waits]\nrun = 'echo waits'\n";
    let own = "[tasks.holds]\nlocks = ['x']\n[tasks.waits]\nlocks = ['x', 'y']\n";
    let line = "\
mkdir -p \"$XDG_STATE_HOME/mep/locks\"; mkfifo gate other
mep -q run -o prefix holds ::: waits & until [ -e up ]; do sleep 0.01; done
flock \"$XDG_STATE_HOME/mep/locks/y\" sh -c 'touch got; read x < other; echo other' &
until [ -e got ]; do sleep 0.01; done
echo > gate; sleep 0.3; echo > other; wait";
    says(&with_locks(config, own), line, "other\n[waits] waits\n");
}

#[test]
fn tasks_whose_calls_are_crossed_end_as_well() {
    let config = "\
[tasks.a]
run = ['sleep 0.2', { task = 'b' }]
[tasks.b]
depends = ['b-first']
run = 'true'
[tasks.b-first]
run = 'true'
[tasks.c]
run = ['sleep 0.2', { task = 'd' }]
[tasks.d]
run = 'true'
";
    let own = "\
[tasks.a]
locks = ['x']
[tasks.b-first]
locks = ['y']
[tasks.c]
locks = ['y']
[tasks.d]
locks = ['x']
";
    let crossed = with_locks(config, own);
    crossed.mep(["-q", "run", "-j4", "a", ":::", "c"]).run().stdout("").stderr("").code(0);
    crossed.shell("mep -q run a & mep -q run c; wait").run().stdout("").code(0);
}

#[test]
fn a_task_holds_its_lock_from_its_first_step_to_its_last() {
    let config = "\
[tasks.long]
run = ['echo 1 >> log', { task = 'step' }, 'sleep 0.2; echo 3 >> log']
[tasks.step]
run = 'sleep 0.2; echo 2 >> log'
[tasks.other]
run = 'echo other >> log'
";
    let own = "[tasks.long]\nlocks = ['db']\n[tasks.other]\nlocks = ['db']\n";
    let long = with_locks(config, own);
    long.mep(["-q", "run", "-j4", "long", ":::", "other"]).run().code(0);
    assert_eq!(long.read("log"), "1\n2\n3\nother\n");
}

#[test]
fn what_a_holder_calls_may_use_its_lock_one_after_the_other() {
    let config = format!(
        "\
[tasks.outer]
run = ['true', {{ tasks = ['a', 'b'] }}, 'mep -q run nested', {{ task = 'plain' }}]
[tasks.a]
run = {ALONE}
[tasks.b]
run = {ALONE}
[tasks.nested]
depends = ['a', 'b']
run = 'echo $MEP_LOCKS'
[tasks.plain]
run = 'mep -q run nested'
"
    );
    let names = ["outer", "a", "b", "nested"];
    let own = names.map(|name| format!("[tasks.{name}]\nlocks = ['db']\n")).concat();
    let nested = with_locks(&config, &own);
    nested
        .mep(["-q", "run", "-j4", "outer"])
        .run()
        .stdout("[nested] db\n[nested] db\n")
        .stderr("")
        .code(0);
}

#[test]
fn a_closed_environment_does_not_hide_what_the_caller_holds() {
    let config = "\
[tasks.outer]
deny_env = true
run = 'mep -q run inner'
[tasks.inner]
deny_env = true
run = 'mep -q run innermost'
[tasks.innermost]
run = 'echo here'
";
    let own = "[tasks.outer]\nlocks = ['db']\n[tasks.innermost]\nlocks = ['db']\n";
    let closed = with_locks(config, own);
    closed.shell("mep -q run outer").run().stdout("here\n").code(0);
}

#[test]
fn a_failed_task_and_a_skipped_one_let_go() {
    let config = "\
[tasks.bad]
run = ['false', { task = 'never' }]
[tasks.never]
run = 'touch never'
[tasks.next]
wait_for = ['bad']
run = 'echo next'
";
    let names = ["bad", "never", "next"];
    let own = names.map(|name| format!("[tasks.{name}]\nlocks = ['db']\n")).concat();
    let failing = with_locks(config, &own);
    failing.mep(["-q", "run", "-c", "bad", ":::", "next"]).run().stdout("next\n").code(1);
    assert!(!failing.exists("never"));
}

#[test]
fn what_is_left_of_a_failed_task_has_its_lock_until_it_has_ended() {
    let config = "\
[tasks.bad]
run = '''
sh -c \"trap '' TERM; touch deaf; sleep 0.5; echo left >> log\" > /dev/null 2>&1 &
until [ -e deaf ]; do sleep 0.01; done
exit 3
'''
[tasks.next]
run = 'echo next >> log'
";
    let own = "[tasks.bad]\nlocks = ['db']\n[tasks.next]\nlocks = ['db']\n";
    let left = with_locks(config, own);
    left.mep(["-q", "run", "-j2", "-c", "bad", ":::", "next"]).run().code(3);
    assert_eq!(left.read("log"), "left\nnext\n");
}

#[test]
fn a_lock_is_kept_between_attempts() {
    let config = "\
[tasks.flaky]
run = 'mkdir busy 2>/dev/null || rmdir busy; test ! -e busy'
[tasks.other]
run = 'test ! -e busy'
";
    let own = "\
[tasks.flaky]
locks = ['db']
retry = { count = 1, delay = '300ms' }
[tasks.other]
locks = ['db']
";
    let flaky = with_locks(config, own);
    flaky.mep(["-q", "run", "-j4", "flaky", ":::", "other"]).run().code(0);
}

#[test]
fn a_cleanup_waits_for_its_lock_and_still_runs() {
    let config = "\
[tasks.main]
run = 'touch up; kill -TERM $PPID; read x < hold'
depends_post = ['post']
[tasks.post]
run = 'echo post'
";
    let cleanup = with_locks(config, "[tasks.post]\nlocks = ['db']\n");
    let line = "\
mkdir -p \"$XDG_STATE_HOME/mep/locks\"
mkfifo gate hold; flock \"$XDG_STATE_HOME/mep/locks/db\" sh -c 'touch held; read x < gate' &
until [ -e held ]; do sleep 0.01; done
(until [ -e up ]; do sleep 0.01; done; sleep 0.3; echo > gate) &
mep -q run main; echo $?; wait";
    cleanup.shell(line).run().stdout("post\n143\n").code(0);
}

#[test]
fn a_lock_that_cannot_be_taken_is_a_failure() {
    let one = held().file("file", "");
    let stderr = "\
Warning: this run is not recorded: [P]/file: Not a directory (os error 20)
[waits] ERROR cannot take the lock db: cannot create [P]/file/locks: Not a directory (os error 20)
[waits] ERROR task failed
";
    let output = one.mep(["run", "waits"]).env("MEP_STATE_DIR", "[P]/file").run();
    output.stdout("").stderr(stderr).code(1);
}
