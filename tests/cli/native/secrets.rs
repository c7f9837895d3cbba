//! Secrets that come in pieces, and what redaction does beyond mise.

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::project;
use crate::support::{End, OnTerminal, Project};

const HUNTER: &str = "[env]\nA = { value = 'hunter2', redact = true }\n";

fn with_fifo(config: &str) -> Project {
    let project = project(config);
    mkfifo(&project.path("go"), Mode::S_IRWXU).expect("a new directory takes a fifo");
    project
}

/// Lets the script go on that reads from the fifo.
fn go(project: &Project) {
    std::fs::write(project.path("go"), "go\n").expect("somebody reads the fifo");
}

#[test]
fn a_secret_that_is_written_in_two_parts_is_hidden() {
    let half = r"printf 'first\nsay hunt'; read x <go; echo 'er2 twice'";
    for (style, first, then) in [
        ("interleave", "first\nsay ", "first\nsay [redacted] twice\n"),
        ("prefix", "[t] first\n", "[t] first\n[t] say [redacted] twice\n"),
    ] {
        for redirect in ["", "exec >&2\n"] {
            let task = format!("[tasks.t]\nquiet = true\nrun = '''\n{redirect}{half}\n'''\n");
            let project = with_fifo(&format!("{HUNTER}{task}"));
            let mut terminal = OnTerminal::mep(&project, ["run", "-o", style, "t"]).start();
            terminal.expect(first);
            go(&project);
            terminal.ends(End::Exited(0)).shows(then);
        }
    }
}

#[test]
fn what_only_begins_like_a_secret_is_shown() {
    let task = "[tasks]\nt = \"printf 'a hunt'; read x <go; printf 'ers, hunter'\"\n";
    let project = with_fifo(&format!("{HUNTER}{task}"));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "t"]).start();
    terminal.expect("a ");
    go(&project);
    terminal.ends(End::Exited(0)).shows("a hunters, hunter\n");
}

#[test]
fn a_question_is_seen_before_its_answer() {
    let task = "[tasks]\nt = \"printf 'Word? '; read -r x; echo you said $x\"\n";
    let project = project(&format!("{HUNTER}{task}"));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "t"]).start();
    terminal.expect("Word? ").type_keys("hunter2\n").ends(End::Exited(0));
    // What is typed is the terminal's own echo.
    terminal.shows("Word? hunter2\nyou said [redacted]\n");
}

#[test]
fn input_reaches_a_task_with_secrets() {
    let task = "[tasks]\nt = 'read -r x; echo got $x'\n";
    let hidden = project(&format!("{HUNTER}{task}"));
    let output = hidden.mise(["run", "-q", "t"]).stdin("my hunter2\n").run();
    output.stdout("got my [redacted]\n").stderr("").code(0);
}

#[test]
fn a_secret_of_many_lines_is_hidden_as_a_whole() {
    let config = "[env]\nA = { value = \"one\\ntwo\\n\", redact = true }\n[tasks]\n\
        t = 'printf \"<%s>\\n\" \"$A\"; echo one; echo two; echo three'\n";
    let output = project(config).mep(["run", "-q", "t"]).run();
    output.stdout("<[redacted]\n>\n[redacted]\nthree\n").code(0);
}

#[test]
fn the_longest_secret_goes() {
    let config = "[env]\nA = { value = 'abc', redact = true }\n\
        B = { value = 'abcdef', redact = true }\n[tasks]\nt = 'echo abcdefg abcg'\n";
    let output = project(config).mep(["run", "t"]).run();
    output.stdout("[redacted]g [redacted]g\n").stderr("[t] $ echo [redacted]g [redacted]g\n");
}

#[test]
fn a_secret_of_one_task_is_hidden_in_the_output_of_all() {
    let config = "[tasks.a]\nenv = { A = { value = 'hunter2', redact = true } }\ndepends = 'b'\n\
        run = 'echo a $A'\n[tasks.b]\nrun = 'echo b hunter2'\n";
    let output = project(config).mep(["run", "-q", "a"]).run();
    output.stdout("b [redacted]\na [redacted]\n").stderr("").code(0);
}

#[test]
fn names_count_without_a_table_of_variables_too() {
    let hidden = project("redactions = ['TOKEN']\n[tasks]\nt = 'echo $TOKEN'\n");
    let output = hidden.mep(["run", "-q", "t"]).env("TOKEN", "hunter2").run();
    output.stdout("[redacted]\n").code(0);
}

#[test]
fn a_silent_stream_stays_silent() {
    let task = "[tasks.t]\nsilent = 'stdout'\nrun = 'echo hunter2; echo hunter2 >&2'\n";
    let output = project(&format!("{HUNTER}{task}")).mep(["run", "t"]).run();
    output.stdout("").stderr("[redacted]\n").code(0);
}

#[test]
fn errors_of_ours_hide_secrets() {
    let tasks = "[tasks.t]\ndir = 'hunter2'\nrun = 'true'\n[tasks.u]\nfile = 'hunter2'\n";
    let hidden = project(&format!("{HUNTER}{tasks}"));
    let stderr = "[t] $ true\n[t] ERROR task directory does not exist: [P]/[redacted]\n\
        [t] ERROR task failed\n";
    hidden.mep(["run", "t"]).run().stdout("").stderr(stderr).code(1);
    let output = hidden.mep(["run", "u"]).run();
    output.stdout("").code(1);
    let first = "Error: task `u`: its file [P]/[redacted] does not exist\n";
    assert!(output.stderr.starts_with(first), "{}", output.stderr);
}

#[test]
fn a_reason_to_run_hides_secrets() {
    let task = "[tasks.t]\nsources = ['hunter2']\noutputs = ['out']\nrun = 'touch out'\n";
    let hidden = project(&format!("{HUNTER}{task}")).file("hunter2", "x");
    hidden.mep(["run", "-v", "t"]).run();
    hidden.write("hunter2", "another");
    let output = hidden.mep(["run", "-v", "t"]).run();
    assert!(output.stderr.contains("[t] runs because") && output.stderr.contains("[redacted]"));
    assert!(!output.stderr.contains("hunter2"), "{}", output.stderr);
}

#[test]
fn a_task_that_joins_late_brings_its_secrets() {
    let config = "[tasks.t]\n\
        run = ['echo u >next', { task = \"{{ read_file(path='next') | trim }}\" }]\n\
        [tasks.u]\nenv = { A = { value = 'hunter2', redact = true } }\nrun = 'echo hunter2'\n";
    let output = project(config).mep(["run", "-q", "t"]).run();
    output.stdout("[redacted]\n").stderr("").code(0);
}

#[test]
fn a_dry_run_starts_nothing_for_the_environment() {
    let config = "[env]\n_.source = 's.sh'\n_.file = 's.json'\n\
        _.python.venv = { path = 'made', create = true }\n\
        [tasks.t]\nrun = 'echo {{ env.FROM_SCRIPT }} {{ env.FROM_SOPS }}'\n";
    let quiet = project(config)
        .file("s.sh", "touch ran\nexport FROM_SCRIPT=1\n")
        .file("s.json", "{\"FROM_SOPS\": \"ENC[x]\", \"sops\": {}}")
        .executable("fake/sops", "#!/bin/sh\ntouch ran\n")
        .executable("fake/uv", "#!/bin/sh\ntouch ran\n");
    let dry = quiet.mep(["run", "-n", "t"]).env("PATH", "[P]/fake:/usr/bin:/bin").run();
    dry.stdout("").stderr("[t] $ echo {{ env.FROM_SCRIPT }} {{ env.FROM_SOPS }}\n").code(0);
    assert!(!quiet.exists("ran") && !quiet.exists("made"));
}

// ---- virtual environments ---------------------------------------------------

/// Makes a virtual environment, but not before somebody writes into the fifo.
const MAKER: &str = "#!/bin/sh\nmkdir made || exit 1\necho made >>log\n\
    [ -e hurry ] || read x <go\nmkdir made/bin 2>/dev/null || exit 0\n";

fn with_maker() -> Project {
    let config = "[env]\n_.python.venv = { path = 'made', create = true }\n[tasks]\n\
        t = 'test -d $VIRTUAL_ENV/bin && echo there'\n";
    with_fifo(config).executable("fake/uv", MAKER)
}

#[test]
fn two_runs_at_once_make_a_virtual_environment_once() {
    let project = with_maker();
    let text = "PATH=$PWD/fake:$PATH; export PATH\n\
        mep run -q t & mep run -q t & wait; echo done";
    let mut terminal = OnTerminal::script(&project, text).start();
    terminal.until("one makes it", |_| project.exists("log"));
    go(&project);
    terminal.expect("there\n").expect("there\n").expect("done\n").ends(End::Exited(0));
    assert_eq!(project.read("log"), "made\n");
}

#[test]
fn a_virtual_environment_that_was_left_half_made_is_made_again() {
    let project = with_maker();
    let text = "PATH=$PWD/fake:$PATH; export PATH\n\
        mep run -q t & until [ -e log ]; do :; done\n\
        kill -9 $!; wait $! 2>/dev/null; touch hurry; mep run -q t";
    let mut terminal = OnTerminal::script(&project, text).start();
    terminal.expect("there\n").ends(End::Exited(0));
    assert_eq!(project.read("log"), "made\nmade\n");
}
