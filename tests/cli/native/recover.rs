//! After a `kill -9` of ours: the next run of the project ends what is left of the dead one, and
//! nothing else.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

use nix::sys::signal::{Signal, kill};

use super::leaks::{assert_gone, assert_spared, is_alive, left};
use super::{fifos, project};
use crate::support::Project;

/// Less than anybody has to wait for a fifo.
const SHORT: Duration = Duration::from_secs(10);

/// A task whose process kills the runner and stays, and one that says that it ran.
const TASKS: &str = "
[tasks.t]
shell = 'bash -c'
run = '''echo $$ >pid; kill -KILL $PPID; read x <>hold'''
[tasks.next]
run = 'echo next'
";

/// A project whose runner was killed, and its task lives.
fn killed(tasks: &str) -> Project {
    let run = fifos(project(tasks), ["hold", "never"]);
    // The task holds the output open: it gets another one.
    let line = "mep -q run t >out 2>&1 </dev/null; echo $?";
    run.shell(line).run().stdout("137\n").code(0);
    assert!(is_alive(left(&run)), "the task has outlived the runner");
    run
}

/// The files of runs that go on, or were killed.
fn live(run: &Project) -> Vec<PathBuf> {
    entries(&live_dir(run))
}

/// Where those of the project are; another one of the test may have its own.
fn live_dir(run: &Project) -> PathBuf {
    let projects = entries(&run.path("../home/.local/state/mep/record"));
    projects.first().expect("a run has been recorded").join("live")
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

#[test]
fn the_next_run_ends_what_a_killed_one_has_left() {
    let run = killed(TASKS);
    assert_eq!(live(&run).len(), 1);
    let output = run.mep(["run", "-q", "next"]).run();
    let stderr = format!(
        "LEAKY ended what a killed run had left: {} bash -c echo $$ >pid; kill -KILL $PPID; \
         read x <>hold\n",
        left(&run)
    );
    output.stdout("next\n").stderr(&stderr).code(0);
    assert_gone(&run);
    assert!(live(&run).is_empty());
    run.mep(["run", "-q", "next"]).run().stdout("next\n").stderr("").code(0);
}

#[test]
fn what_ignores_term_is_killed() {
    let run = killed(&TASKS.replace("echo $$", "trap '' TERM HUP; echo $$"));
    run.mep(["run", "-q", "next"]).run().stdout("next\n").code(0);
    assert_gone(&run);
}

#[test]
fn a_run_of_another_project_and_a_query_end_nothing() {
    let run = killed(TASKS).file("../other/mise.toml", TASKS);
    run.mep(["run", "-q", "next"]).cwd("../other").run().stdout("next\n").stderr("").code(0);
    run.mep(["tasks", "--no-header"]).run().stderr("").code(0);
    run.mep(["run", "-n", "-q", "next"]).run().stdout("").stderr("").code(0);
    run.mise(["run", "-q", "next"]).run().stdout("next\n").stderr("").code(0);
    assert_spared(&run);
}

#[test]
fn what_has_left_the_session_is_spared() {
    let daemon =
        "setsid sh -c 'echo $$ >new; mv new pid; exec cat never' & until [ -e pid ]; do :; done";
    let run = killed(&TASKS.replace("echo $$ >pid", daemon));
    run.mep(["run", "-q", "next"]).run().stdout("next\n").code(0);
    assert_spared(&run);
}

#[test]
fn a_live_run_of_the_same_project_is_not_touched() {
    // `outer` is a run that lives; the one inside finds its record, and writes another.
    let tasks = "
[tasks.outer]
run = 'cat hold & echo $! >pid; mep -q run inner; kill -0 $(cat pid) && echo alive; kill $(cat pid)'
[tasks.inner]
run = 'echo inner'
";
    let run = fifos(project(tasks), ["hold"]);
    run.mep(["-q", "run", "outer"]).run().stdout("inner\nalive\n").code(0);
    assert!(live(&run).is_empty());
}

/// A project with a record of our own making of a run that is not there, and a process of this test: its number is `[PID]`
/// in the text, it leads a group in the session `[SESSION]`, and began between `[BEFORE]` and
/// `[AFTER]`.
fn with_record(text: &str) -> (Project, Child) {
    let run = project(TASKS);
    let other = Command::new("sleep").arg("600").process_group(0).spawn();
    let other = other.expect("there is a sleep");
    let stat = fs::read_to_string(format!("/proc/{}/stat", other.id())).expect("it runs");
    let (_, fields) = stat.rsplit_once(") ").expect("its name is in parentheses");
    let fields: Vec<&str> = fields.split(' ').collect();
    let start: u64 = fields[19].parse().expect("a time");
    let text = run.layout().expand(text);
    let text = text
        .replace("[PID]", &other.id().to_string())
        .replace("[SESSION]", fields[3])
        .replace("[NUMBERS]", &numbers())
        .replace("[BEFORE]", &(start - 1).to_string())
        .replace("[AFTER]", &(start + 1).to_string());
    // There is a place for it.
    run.mep(["-q", "run", "next"]).run().code(0);
    fs::write(live_dir(&run).join("00000000-1.run"), text).expect("the place takes files");
    (run, other)
}

/// The space of process numbers that we are in.
fn numbers() -> String {
    let space = fs::read_link("/proc/self/ns/pid").expect("this test needs /proc");
    space.display().to_string()
}

const HEAD: &str = r#"{"event":"run","ms":0.000,"format":1,"id":"00000000-1","session":[SESSION],"pid_space":"[NUMBERS]","owned":true,"words":[]}
"#;
const PROCESS: &str = r#"{"event":"process","ms":1.000,"job":0,"pid":[PID],"ticks":[AFTER]}
"#;

/// Runs a task; true where the process of the record was left alone. The test ends it.
fn spares(record: &str) -> bool {
    let (run, mut other) = with_record(record);
    run.mep(["-q", "run", "next"]).run().stdout("next\n").code(0);
    let spared = other.try_wait().expect("it is ours").is_none();
    other.kill().and_then(|()| other.wait()).expect("it is ours to end");
    spared
}

#[test]
fn a_number_that_was_given_away_again_is_not_touched() {
    assert!(!spares(&[HEAD, PROCESS].concat()), "a record that is right counts");
    // The group was noted before this process was there: it was another one's.
    assert!(spares(&[HEAD, &PROCESS.replace("AFTER", "BEFORE")].concat()));
    // Another session's.
    assert!(spares(&[&HEAD.replace("[SESSION]", "1"), PROCESS].concat()));
    // Another container's, whose numbers are not ours.
    assert!(spares(&[&HEAD.replace("[NUMBERS]", "pid:[1]"), PROCESS].concat()));
    // That of a run to which nothing belonged, as `mise` is one.
    assert!(spares(&[&HEAD.replace("\"owned\":true,", ""), PROCESS].concat()));
    // A name that is not its own, and a later version's.
    assert!(spares(&[&HEAD.replace("-1\"", "-2\""), PROCESS].concat()));
    assert!(spares(&[&HEAD.replace("\"format\":1", "\"format\":2"), PROCESS].concat()));
    // A line that was torn off.
    assert!(spares(&[HEAD, PROCESS.trim_end()].concat()));
}

#[test]
fn a_record_from_before_the_machine_started_is_only_put_away() {
    let (run, mut other) = with_record(&[HEAD, PROCESS].concat());
    let record = fs::File::options().write(true).open(&live(&run)[0]);
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    record.and_then(|file| file.set_modified(long_ago)).expect("it is ours");
    run.mep(["-q", "run", "next"]).run().stdout("next\n").code(0);
    assert!(other.try_wait().expect("it is ours").is_none());
    other.kill().and_then(|()| other.wait()).expect("it is ours to end");
    assert!(live(&run).is_empty());
}

#[test]
fn a_record_that_is_none_is_no_problem() {
    let odd = PROCESS.replace("[PID]", "99999999999999999999") + &PROCESS.replace("[PID]", "-1");
    let none = PROCESS.replace("[PID]", "0") + &PROCESS.replace(",\"ticks\":[AFTER]", "");
    for text in [
        "",
        "\n\n\n",
        "x\ny\nz\n",
        "{}\n",
        "[]\n",
        "\0\u{1}\n",
        HEAD.trim_end(),
        PROCESS,
        &[HEAD, "\n{}\nx\n", &odd, &none].concat(),
    ] {
        assert!(spares(text), "{text:?}");
    }
}

#[test]
fn a_state_directory_that_cannot_be_written_keeps_nobody_from_running() {
    let run = project(TASKS).file("../home/.local/state/mep", "a file\n");
    let warning = "Warning: this run is not recorded: [HOME]/.local/state/mep: Not a directory (os \
                   error 20)\n";
    run.mep(["-q", "run", "next"]).run().stdout("next\n").stderr(warning).code(0);
}

#[test]
fn a_signal_that_kills_nobody_leaves_nothing_to_end() {
    let run = fifos(project(&TASKS.replace("KILL", "TERM")), ["hold"]);
    run.mep(["-q", "run", "t"]).run().stdout("").stderr("").code(143);
    assert!(live(&run).is_empty());
    assert!(kill(left(&run), None::<Signal>).is_err());
}

#[test]
fn a_run_that_comes_from_a_survivor_does_not_end_itself() {
    let calls =
        "while kill -0 $PPID; do :; done; mep -q run nested; echo $? >new; mv new code; read";
    let nested = "[tasks.nested]\nrun = 'mep -q run next'\n";
    let run = killed(&format!("{}{nested}", TASKS.replace("read", calls)));
    run.shell("until [ -e code ]; do :; done; cat code").patience(SHORT).run().stdout("0\n");
    assert!(is_alive(left(&run)));
    run.mep(["run", "-q", "next"]).run().stdout("next\n").code(0);
    assert_gone(&run);
}
