//! `mep watch`: when a run begins, ends early and begins again, and how a watch ends. What
//! files mean is in `watch_files`.

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::{fifos, project};
use crate::support::{CTRL_C, CTRL_Z, End, OnTerminal, Project, Terminal};

const BUILD: &str = "
[tasks.build]
run = 'cat src/a; cp src/a out'
sources = ['src/*']
outputs = ['out']
";

/// The line that `BUILD` begins with.
const COMMAND: &str = "[build] $ cat src/a; cp src/a out\n";

/// A task that goes on until it is ended, and says so; each time it starts it says what is in
/// `src/a`, which ends with a line.
const SERVE: &str = "
[tasks.serve]
run = '''
trap 'echo ended; exit 0' TERM
cat src/a
read x <hold
'''
sources = ['src/*']
";

pub(super) fn built() -> Project {
    project(BUILD).file("src/a", "one\n")
}

fn serving() -> Project {
    fifos(project(SERVE).file("src/a", "one\n"), ["hold"])
}

/// Writes as an editor does, in one go and with the time of now.
pub(super) fn edit(project: &Project, path: &str, text: &str) {
    fs::write(project.path(path), text).expect("the file can be written");
}

pub(super) fn watching<'p>(project: &'p Project, words: &[&str]) -> Terminal<'p> {
    OnTerminal::mep(project, ["watch"].iter().chain(words)).start()
}

const WAITING: &str = "Waiting for changes\n";

#[test]
fn a_task_runs_at_once_and_again_when_its_source_changes() {
    let project = built();
    let mut terminal = watching(&project, &["build"]);
    terminal.expect(WAITING);
    edit(&project, "src/a", "two\n");
    terminal.expect(WAITING).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows(&format!(
        "{COMMAND}one\n{WAITING}src/a changed: running build\n{COMMAND}two\n{WAITING}^C"
    ));
    assert_eq!(project.read("out"), "two\n");
}

#[test]
fn w_is_the_same_and_without_a_name_all_tasks_with_sources_are_watched() {
    let config = format!(
        "{BUILD}[tasks.other]\nrun = 'echo other'\nsources = ['other']\n[tasks.no]\nrun = 'echo no'\n"
    );
    let project = project(&config).file("src/a", "one\n").file("other", "");
    let mut terminal = OnTerminal::mep(&project, ["w", "--postpone"]).start();
    terminal.expect(WAITING);
    edit(&project, "other", "x");
    terminal.expect("other changed: running other\n[other] $ echo other\nother\n").expect(WAITING);
    edit(&project, "src/a", "two\n");
    terminal.expect("src/a changed: running build\n").expect("two\n").expect(WAITING);
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}

#[test]
fn a_task_that_fails_is_told_and_waited_for() {
    let project = project("[tasks.bad]\nrun = 'cat a; exit 3'\nsources = ['a']\n").file("a", "1\n");
    let mut terminal = watching(&project, &["bad"]);
    terminal.expect("Failed with 3, waiting for changes\n");
    edit(&project, "a", "2\n");
    terminal.expect("2\n").expect("Failed with 3, waiting for changes\n");
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}

#[test]
fn quiet_shows_what_tasks_print_and_no_more() {
    let project = built();
    let mut terminal = OnTerminal::mep(&project, ["-q", "watch", "build"]).start();
    terminal.expect("one\n");
    terminal.until("the output", |_| project.exists("out"));
    edit(&project, "src/a", "two\n");
    terminal.expect("two\n").until("the output", |_| project.read("out") == "two\n");
    terminal.signal(Signal::SIGTERM).ends(End::Exited(143)).shows("one\ntwo\n");
}

#[test]
fn arguments_and_several_tasks_are_given_as_for_run() {
    let config = "
[tasks.a]
run = 'echo a'
sources = ['a.txt']
[tasks.b]
run = 'echo b'
sources = ['b.txt']
";
    let project = project(config).file("a.txt", "").file("b.txt", "");
    let mut terminal = watching(&project, &["a", "1", "-p", ":::", "b", "-z"]);
    terminal.expect(WAITING);
    edit(&project, "b.txt", "x");
    terminal.expect("b.txt changed: running b -z\n[b] $ echo b -z\nb -z\n").expect(WAITING);
    edit(&project, "a.txt", "x");
    terminal.expect("a.txt changed: running a 1\n[a] $ echo a 1\na 1\n").expect(WAITING);
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    let mut terminal = watching(&project, &["b", "--", "-r", "--", "x"]);
    terminal.expect("[b] $ echo b -r x\nb -r x\n").expect(WAITING);
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}

// ---- while busy ------------------------------------------------------------------

#[test]
fn a_change_ends_a_run_and_begins_it_again() {
    let project = serving();
    let mut terminal = watching(&project, &["serve"]);
    terminal.expect("one\n");
    edit(&project, "src/a", "two\n");
    terminal.expect("ended\n").expect("src/a changed: running serve\n").expect("two\n");
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
}

#[test]
fn queue_runs_when_the_run_has_ended() {
    let project = serving();
    let mut terminal = watching(&project, &["serve", "-o", "queue", "--print-events"]);
    terminal.expect("one\n");
    edit(&project, "src/a", "two\n");
    terminal.expect("src/a has changed\n");
    edit(&project, "hold", "\n");
    terminal.expect("src/a changed: running serve\n").expect("two\n");
    assert!(!terminal.screen().contains("\nended\n"), "{}", terminal.screen());
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
}

#[test]
fn a_signal_is_all_that_what_runs_gets() {
    let config = SERVE
        .replace("trap 'echo ended; exit 0' TERM", "trap 'cat src/a' USR1")
        // A signal right before a `read` is only heard of after it.
        .replace("read x <hold", "while :; do sleep 0.01; done");
    let project = super::project(&config).file("src/a", "one\n");
    for (words, number) in [(["--signal", "usr1", "serve"], 1), (["-s", "10", "serve"], 2)] {
        let mut terminal = watching(&project, &words);
        terminal.expect("one\n");
        edit(&project, "src/a", &format!("two {number}\n"));
        terminal.expect(&format!("two {number}\n"));
        assert!(!terminal.screen().contains("running"), "{}", terminal.screen());
        terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
        edit(&project, "src/a", "one\n");
    }
}

#[test]
fn do_nothing_forgets_what_changes_meanwhile() {
    let project = serving();
    let mut terminal =
        watching(&project, &["--on-busy-update", "do-nothing", "--print-events", "serve"]);
    terminal.expect("one\n");
    edit(&project, "src/a", "two\n");
    terminal.expect("src/a has changed\n");
    edit(&project, "hold", "\n");
    terminal.expect(WAITING).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    assert!(!terminal.screen().contains("running"), "{}", terminal.screen());
}

#[test]
fn the_signal_and_the_time_that_end_a_run_can_be_chosen() {
    let config = "
[tasks.serve]
run = '''
trap 'echo interrupted; exit 0' INT
cat src/a
read x <hold
'''
sources = ['src/*']
[tasks.deaf]
run = '''
trap '' TERM
cat src/a
read x <hold
'''
sources = ['src/*']
";
    let project = fifos(super::project(config).file("src/a", "one\n"), ["hold"]);
    let mut terminal = watching(&project, &["--stop-signal=SIGINT", "serve"]);
    terminal.expect("one\n");
    edit(&project, "src/a", "two\n");
    terminal.expect("interrupted\n").expect("two\n");
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
    let mut terminal = watching(&project, &["--stop-timeout=0", "deaf"]);
    terminal.expect("two\n");
    edit(&project, "src/a", "three\n");
    terminal.expect("src/a changed: running deaf\n").expect("three\n");
    terminal.type_keys(CTRL_C).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
}

#[test]
fn a_file_that_a_task_changes_itself_is_left_alone_in_the_end() {
    let project = project("[tasks.t]\nrun = 'echo x >>log; echo ran'\n").file("src", "");
    let mut terminal = watching(&project, &["-p", "t"]);
    terminal.expect(WAITING);
    edit(&project, "src", "x");
    terminal.expect(
        "Warning: log changes each time it is run for, so its changes do not count for now; name it in",
    );
    terminal.expect(WAITING);
    edit(&project, "src", "y");
    terminal.expect("src changed: running t\n").expect("ran\n").expect(WAITING);
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}

/// How often the threads of a process have been given a processor.
fn turns(leader: i32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{leader}/task")).into_iter().flatten().flatten();
    let status = tasks.filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    let lines: Vec<String> =
        status.flat_map(|s| s.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let counts = lines.iter().filter(|line| line.contains("ctxt_switches"));
    counts.filter_map(|line| line.rsplit('\t').next()?.parse::<u64>().ok()).sum()
}

#[test]
#[cfg(target_os = "linux")]
fn who_waits_sleeps() {
    let project = built();
    let mut terminal = watching(&project, &["build"]);
    terminal.expect(WAITING);
    let leader = terminal.leader().as_raw();
    let (mut before, mut since) = (turns(leader), Instant::now());
    assert!(before > 0);
    // The last steps of the run may still be under way; then nothing happens for a second.
    terminal.until("a second without a turn", |_| {
        let now = turns(leader);
        if now != before {
            (before, since) = (now, Instant::now());
        }
        since.elapsed() > Duration::from_secs(1)
    });
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}

// ---- the end ----------------------------------------------------------------------

#[test]
fn a_signal_ends_the_watch_and_all_that_runs() {
    for (signal, end) in [
        (Signal::SIGTERM, End::Exited(143)),
        (Signal::SIGHUP, End::Exited(129)),
        (Signal::SIGINT, End::Killed(Signal::SIGINT)),
    ] {
        let project = serving();
        let mut terminal = watching(&project, &["serve"]);
        terminal.expect("one\n").signal(signal).ends(end).leaves_nobody();
        let project = built();
        let mut terminal = watching(&project, &["build"]);
        terminal.expect(WAITING).signal(signal).ends(end).leaves_nobody();
    }
}

#[test]
fn a_watch_stands_still_and_goes_on() {
    let project = built();
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mep watch build\n").expect(WAITING);
    terminal.type_keys(CTRL_Z).expect("Stopped").expect("> ");
    edit(&project, "src/a", "two\n");
    terminal.type_keys("fg\n").expect("src/a changed: running build\n").expect(WAITING);
    terminal.type_keys(CTRL_C).expect("> ").type_keys("echo $?\n").expect("130\n");
    terminal.type_keys("exit 7\n").ends(End::Exited(7)).leaves_nobody();
}

#[test]
fn the_end_of_standard_input_can_end_it() {
    let project = built();
    let call = project.mep(["watch", "--stdin-quit", "build"]).stdin("a line\n");
    let output = call.run();
    output.code(0);
    // The run may have been cut short: what was said of it is not the point.
    let project = fifos(built(), ["hold"]);
    project
        .mep(["watch", "--stdin-quit", "--postpone", "build"])
        .stdin("")
        .run()
        .code(0)
        .stdout("")
        .stderr(WAITING);
}

// ---- the configuration ---------------------------------------------------------------

#[test]
fn an_edit_of_the_configuration_counts_and_a_broken_one_does_not() {
    let project = built();
    let mut terminal = watching(&project, &["build"]);
    terminal.expect(WAITING);
    edit(&project, "mise.toml", &format!("{BUILD}[\n"));
    terminal.expect("Error: [P]/mise.toml is not valid TOML\n");
    terminal.expect("mise.toml changed: the configuration before it stays in force\n");
    edit(&project, "src/a", "two\n");
    terminal.expect(COMMAND).expect("two\n").expect(WAITING);
    edit(
        &project,
        "mise.toml",
        "[tasks.build]\nrun = 'echo new; cat src/a lib/a'\nsources = ['src/*', 'lib/*']\n",
    );
    terminal
        .expect("mise.toml changed: the configuration is read again\n")
        .expect("new\ntwo\n")
        .expect("changes\n");
    fs::create_dir(project.path("lib")).expect("a directory");
    edit(&project, "lib/a", "lib\n");
    terminal.expect("lib/a changed: running build\n").expect("new\ntwo\nlib\n").expect(WAITING);
    edit(&project, "mise.toml", "[tasks.other]\nrun = 'true'\n");
    terminal.expect("Error: no task build found\n");
    terminal.expect("mise.toml changed: the configuration before it stays in force\n");
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}
