//! `retry`: a failed task is tried again, and what counts as one try.

use super::{fifos, project};
use crate::support::Project;

/// Tasks that note each try in `log`, `keys` in `mep.toml`.
fn tries(tasks: &str, keys: &str) -> Project {
    project(tasks).file("mep.toml", keys)
}

/// Fails until its third try.
const THIRD: &str = "run = 'echo try >>log; [ $(wc -l <log) -ge 3 ]'\n";

#[test]
fn a_failed_task_is_tried_as_often_as_it_says() {
    for (keys, code, log) in [
        ("", 1, "try\n"),
        ("retry = 0", 1, "try\n"),
        ("retry = 1", 1, "try\ntry\n"),
        ("retry = 2", 0, "try\ntry\ntry\n"),
        ("retry = 9", 0, "try\ntry\ntry\n"),
        ("retry = { count = 2, delay = '1ms', backoff = 1.5 }", 0, "try\ntry\ntry\n"),
    ] {
        let run = tries(&format!("[tasks.t]\n{THIRD}"), &format!("[tasks.t]\n{keys}\n"));
        run.mep(["-q", "run", "t"]).run().stdout("").code(code);
        assert_eq!(run.read("log"), log, "{keys}");
    }
}

#[test]
fn the_key_may_stand_in_the_mise_config_and_mep_toml_goes_first() {
    let tasks = format!("[tasks.t]\n{THIRD}[_.mep.tasks.t]\nretry = 2\n");
    let run = project(&tasks);
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    run.remove("log");
    run.write("mep.toml", "[tasks.t]\nretry = 1\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(1);
    assert_eq!(run.read("log"), "try\ntry\n");
    run.remove("log");
    run.write("mep.local.toml", "[tasks.t]\nretry = 2\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
}

#[test]
fn it_holds_as_mise_too() {
    let run = tries(&format!("[tasks.t]\n{THIRD}"), "[tasks.t]\nretry = 2\n");
    run.mise(["run", "-q", "t"]).run().stdout("").code(0);
    assert_eq!(run.read("log"), "try\ntry\ntry\n");
}

#[test]
fn the_last_failure_is_the_one_that_counts() {
    let run = tries(
        "[tasks.t]\nrun = 'echo try >>log; exit $(wc -l <log)'\n",
        "[tasks.t]\nretry = { count = 3, delay = '1ms', backoff = 2 }\n",
    );
    run.mep(["-q", "run", "t"]).run().stdout("").code(4);
}

#[test]
fn each_try_has_all_the_time_that_the_task_may_take() {
    let tasks = "[tasks.t]\nrun = 'echo try >>log; [ $(wc -l <log) -ge 3 ] || read x <>hold'\n";
    let keys = "[tasks.t]\nretry = 2\ntimeout = '1s'\n";
    let run = fifos(tries(tasks, keys), ["hold"]);
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    assert_eq!(run.read("log"), "try\ntry\ntry\n");
    run.write("mep.toml", &keys.replace('2', "1"));
    run.remove("log");
    run.mep(["-q", "run", "t"]).run().stdout("").code(1);
    assert_eq!(run.read("log"), "try\ntry\n");
}

#[test]
fn a_try_that_is_killed_is_followed_by_another() {
    let tasks = "[tasks.t]\nrun = 'echo try >>log; [ $(wc -l <log) -ge 2 ] || kill -KILL $$'\n";
    let run = tries(tasks, "[tasks.t]\nretry = 1\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
}

#[test]
fn all_scripts_of_a_task_are_tried_again() {
    let tasks = "[tasks.t]\nrun = ['echo one >>log', 'echo two >>log', '[ $(wc -l <log) -ge 4 ]', 'echo three >>log']\n";
    let run = tries(tasks, "[tasks.t]\nretry = 1\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    assert_eq!(run.read("log"), "one\ntwo\none\ntwo\nthree\n");
}

#[test]
fn what_depends_on_it_waits_for_the_last_try() {
    let tasks = format!(
        "[tasks.first]\nrun = 'echo first >>order'
[tasks.t]\ndepends = ['first']\n{THIRD}
[tasks.last]\ndepends = ['t']\nrun = 'cat log >>order; echo last >>order'\n"
    );
    let run = tries(&tasks, "[tasks.t]\nretry = { count = 2, delay = '5ms' }\n");
    run.mep(["-q", "run", "last"]).run().stdout("").code(0);
    assert_eq!(run.read("order"), "first\ntry\ntry\ntry\nlast\n");
    run.remove("log");
    run.remove("order");
    run.write("mep.toml", "[tasks.t]\nretry = 1\n");
    run.mep(["-q", "run", "last"]).run().stdout("").code(1);
    assert_eq!(run.read("order"), "first\n");
}

#[test]
fn others_run_during_the_delay() {
    // One job at a time: `other` gets the place that the failed try has left.
    let tasks = format!("[tasks.t]\n{THIRD}[tasks.other]\nrun = 'echo other >>log; echo >>log'\n");
    let run = tries(&tasks, "[tasks.t]\nretry = { count = 1, delay = '300ms' }\n");
    run.mep(["-q", "run", "-j1", "t", ":::", "other"]).run().stdout("").code(0);
    assert_eq!(run.read("log"), "try\nother\n\ntry\n");
}

/// `t` fails and waits for an hour. With one job at a time `killer` can only run meanwhile.
const WAITING: &str = "
[tasks.t]
run = 'echo try >>log; exit 3'
depends_post = ['post']
[tasks.post]
run = 'echo post >>log'
[tasks.killer]
run = 'kill -$SIGNAL $PPID; read x <>hold'
";

#[test]
fn a_signal_during_the_delay_ends_the_run() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let keys = "[tasks.t]\nretry = { count = 5, delay = '1h' }\n";
        let run = fifos(tries(WAITING, keys), ["hold"]);
        let args = ["-q", "run", "-j1", "t", ":::", "killer"];
        run.mep(args).env("SIGNAL", signal).run().stdout("").code(code);
        assert_eq!(run.read("log"), "try\npost\n", "{signal}");
    }
}

#[test]
fn a_failure_elsewhere_ends_the_delay_too() {
    let tasks = WAITING.replace("kill -$SIGNAL $PPID; read x <>hold", "exit 4");
    let keys = "[tasks.t]\nretry = { count = 5, delay = '1h' }\n";
    let run = tries(&tasks, keys);
    run.mep(["-q", "run", "-j1", "t", ":::", "killer"]).run().stdout("").code(4);
    assert_eq!(run.read("log"), "try\npost\n");
}

#[test]
fn keep_going_goes_on_with_the_tries() {
    let tasks = format!("[tasks.t]\n{THIRD}[tasks.bad]\nrun = 'exit 4'\n");
    let run = tries(&tasks, "[tasks.t]\nretry = { count = 2, delay = '200ms' }\n");
    run.mep(["-q", "run", "-c", "-j1", "t", ":::", "bad"]).run().stdout("").code(4);
    assert_eq!(run.read("log"), "try\ntry\ntry\n");
}

#[test]
fn only_the_part_that_failed_is_tried_again_where_a_task_calls_others() {
    let tasks = "
[tasks.t]
run = ['echo before >>log', { task = 'x' }, 'echo after >>log; [ $(wc -l <log) -ge 4 ]']
[tasks.x]
run = 'echo x >>log'
";
    let run = tries(tasks, "[tasks.t]\nretry = 1\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    assert_eq!(run.read("log"), "before\nx\nafter\nafter\n");
}

#[test]
fn a_called_task_is_tried_as_often_as_it_says_itself() {
    let tasks = "
[tasks.t]
run = ['echo before >>log', { task = 'x' }, 'echo after >>log']
[tasks.x]
run = 'echo x >>log; [ $(wc -l <log) -ge 3 ]'
";
    // The caller's tries are not for what it calls.
    let run = tries(tasks, "[tasks.t]\nretry = 5\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(1);
    assert_eq!(run.read("log"), "before\nx\n");
    run.remove("log");
    run.write("mep.toml", "[tasks.x]\nretry = 1\n");
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    assert_eq!(run.read("log"), "before\nx\nx\nafter\n");
}

#[test]
fn a_success_after_a_retry_is_recorded() {
    let tasks = format!("[tasks.t]\nsources = ['source']\n{THIRD}");
    let run = tries(&tasks, "[tasks.t]\nretry = 2\n").file("source", "1\n");
    let fresh = "[t] sources up-to-date, skipping\n";
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
    run.mep(["run", "t"]).run().stdout("").stderr(fresh).code(0);
    assert_eq!(run.read("log"), "try\ntry\ntry\n");
}

#[test]
fn what_cannot_start_is_not_tried_again() {
    let run = tries("[tasks.t]\ndir = 'none'\nrun = 'true'\n", "[tasks.t]\nretry = 2\n");
    let stderr = "\
[t] ERROR task directory does not exist: [P]/none
[t] ERROR task failed
";
    run.mep(["-q", "run", "t"]).run().stdout("").stderr(stderr).code(1);
}

#[test]
fn what_a_failed_try_leaves_is_gone_before_the_next_one() {
    let tasks = "
[tasks.t]
shell = 'bash -c'
run = '''
[ -e pid ] && { kill -0 $(cat pid) 2>/dev/null && echo alive; exit 0; }
cat hold & echo $! >pid; exit 1
'''
";
    let run = fifos(tries(tasks, "[tasks.t]\nretry = 1\n"), ["hold"]);
    run.mep(["-q", "run", "t"]).run().stdout("").code(0);
}

#[test]
fn a_cleanup_is_tried_again_also_while_the_run_ends() {
    let tasks = "
[tasks.t]
run = 'kill -TERM $PPID; read x <>hold'
depends_post = ['post']
[tasks.post]
run = 'echo post >>log; [ $(wc -l <log) -ge 2 ]'
[tasks.clean]
run = 'echo clean >>log; [ $(wc -l <log) -ge 4 ]'
";
    let keys = "
[tasks.t]
retry = 5
finally = ['clean']
[tasks.post]
retry = 1
[tasks.clean]
retry = { count = 1, delay = '10ms' }
";
    let run = fifos(tries(tasks, keys), ["hold"]);
    run.mep(["-q", "run", "t"]).run().stdout("").stderr("").code(143);
    assert_eq!(run.read("log"), "post\npost\nclean\nclean\n");
}

#[test]
fn each_further_try_is_told_of() {
    let run =
        tries(&format!("[tasks.t]\n{THIRD}"), "[tasks.t]\nretry = { count = 2, delay = '5ms' }\n");
    let command = "[t] $ echo try >>log; [ $(wc -l <log) -ge 3 ]\n";
    let stderr = format!(
        "{command}[t] attempt 2 of 3 in 5ms, after exit code 1
{command}[t] attempt 3 of 3 in 5ms, after exit code 1
{command}[t] flaky: attempt 3 went well\n"
    );
    run.mep(["run", "t"]).run().stdout("").stderr(&stderr).code(0);
    // `-q` names only what has failed in the end.
    run.remove("log");
    run.mep(["-q", "run", "t"]).run().stdout("").stderr("").code(0);
    run.remove("log");
    run.write("mep.toml", "[tasks.t]\nretry = 1\n");
    run.mep(["-q", "run", "t"]).run().stdout("").stderr("[t] ERROR task failed\n").code(1);
}
