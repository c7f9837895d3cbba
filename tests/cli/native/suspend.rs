//! Ctrl-Z with tasks side by side, whose streams are ours: all of them stand still, and so do
//! their clocks. And how far a cleanup goes on after an interrupt.

use std::fs;
use std::time::{Duration, Instant};

use super::{fifos, project};
use crate::support::{CTRL_Z, End, OnTerminal, Project};

/// Two tasks that write their numbers down and wait for a line each.
const BOTH: &str = "
[tasks.both]
depends = ['a', 'b']
[tasks.a]
run = 'echo $$ >a.new; mv a.new a.pid; echo begun; read x <to-a; echo got $x'
[tasks.b]
run = 'echo $$ >b.new; mv b.new b.pid; echo begun; read x <to-b; echo got $x'
";

/// The state of the process whose number a task has written down.
fn state(project: &Project, file: &str) -> Option<char> {
    let pid = project.read(file);
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[test]
fn all_tasks_stand_still_and_go_on_together() {
    let project = fifos(project(BOTH), ["to-a", "to-b"]);
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mep run both\n");
    terminal.expect_all(["[a] begun\n", "[b] begun\n"]).type_keys(CTRL_Z).expect("Stopped");
    for file in ["a.pid", "b.pid"] {
        terminal.until("a stop", |_| state(&project, file) == Some('T'));
    }
    // What is typed now is the shell's.
    terminal.expect("> ").type_keys("echo 1 >to-a & echo 2 >to-b & echo $((20 + 1)) is here\n");
    terminal.expect("21 is here\n> ").type_keys("fg %1\n");
    terminal.expect_all(["[a] got 1\n", "[b] got 2\n"]).expect("> ");
    terminal.type_keys("exit 7\n").ends(End::Exited(7)).leaves_nobody();
}

#[test]
fn the_time_of_standing_still_does_not_count() {
    let limit = Duration::from_secs(3);
    let keys = "[tasks.a]\ntimeout = '3s'\n[tasks.b]\ntimeout = '3s'\n";
    let project = fifos(project(BOTH), ["to-a", "to-b"]).file("mep.toml", keys);
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mep run both\n");
    terminal.expect_all(["[a] begun\n", "[b] begun\n"]).type_keys(CTRL_Z).expect("Stopped");
    let begin = Instant::now();
    terminal.until("more time than they have", |_| begin.elapsed() > limit);
    terminal.expect("> ").type_keys("(echo 1 >to-a; echo 2 >to-b) & fg %1\n");
    terminal.expect_all(["[a] got 1\n", "[b] got 2\n"]).expect("> ");
    terminal.type_keys("exit 7\n").ends(End::Exited(7));
}

#[test]
fn what_waits_to_be_tried_again_stands_still_as_well() {
    let tasks = "
[tasks.both]
depends = ['a', 'b']
[tasks.a]
run = 'echo try; [ -e tried ] || { touch tried; exit 1; }'
[tasks.b]
run = 'echo begun; read x <to-b; echo got $x'
";
    let keys = "[tasks.a]\nretry = { count = 1, delay = '2s' }\n";
    let project = fifos(project(tasks), ["to-b"]).file("mep.toml", keys);
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mep run both\n");
    terminal.expect_all(["[a] try\n", "[b] begun\n"]).type_keys(CTRL_Z).expect("Stopped");
    terminal.expect("> ").type_keys("echo 2 >to-b & fg %1\n");
    terminal.expect_all(["[a] try\n", "[b] got 2\n"]).expect("> ");
    terminal.type_keys("exit 7\n").ends(End::Exited(7));
}

// ---- how long a cleanup goes on ---------------------------------------------

/// A cleanup that never ends, and what would come after it.
const ENDLESS: &str = "
[tasks.t]
run = 'kill -TERM $PPID; read x <>hold'
depends_post = ['post']
[tasks.post]
run = 'echo post >>log; eval \"$THEN\"; read x <>hold; echo on >>log'
[tasks.clean]
run = 'echo clean >>log'
";

fn endless() -> Project {
    let keys = "[tasks.t]\nfinally = ['clean']\n[tasks.post]\nfinally = ['clean']\n";
    fifos(project(ENDLESS).file("mep.toml", keys), ["hold"])
}

#[test]
fn a_second_signal_ends_a_cleanup_and_starts_no_other() {
    let run = endless();
    let output = run.mep(["-q", "run", "t"]).env("THEN", "kill -TERM $PPID").run();
    output.stdout("").code(143);
    assert_eq!(run.read("log"), "post\n");
}

#[test]
fn after_30_seconds_a_cleanup_is_cut_off() {
    let run = endless();
    let begin = Instant::now();
    let output = run.mep(["-q", "run", "t"]).env("THEN", ":").patience(Duration::from_secs(60));
    output.run().stdout("").code(143);
    assert!(begin.elapsed() >= Duration::from_secs(30), "{:?}", begin.elapsed());
    assert_eq!(run.read("log"), "post\n");
}
