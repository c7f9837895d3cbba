//! The style `replacing` on a terminal: a row for each task that runs. Each test is one sitting
//! at a pseudo-terminal; what an emulator shows of it is what counts.

use std::fs;

use crate::support::{CTRL_C, End, OnTerminal, Project, fifos};

/// Each task goes on when its fifo is written to.
const WAITING: &str = "
[tasks.a]
run = 'cat fifo-a'
[tasks.b]
run = 'cat fifo-b; cat fifo-b >&2; cat fifo-b; exit 3'
[tasks.last]
depends = ['a']
run = 'echo last'
";

fn waiting() -> Project {
    fifos(Project::new().file("mise.toml", WAITING), ["fifo-a", "fifo-b"])
}

fn release(project: &Project, fifo: &str, text: &str) {
    fs::write(project.path(fifo), text).expect("the task reads its fifo");
}

#[test]
fn each_task_has_a_row() {
    let project = waiting();
    let args = ["run", "-o", "replacing", "a", ":::", "b"];
    let mut terminal = OnTerminal::mep(&project, args).start();
    let sorted = |text: String| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    };
    let begin = "[a]             $ cat fifo-a\n[b]             $ cat fifo-b; cat fifo-b >&2; cat fifo-b; exit 3";
    terminal.until("two rows", |terminal| sorted(terminal.picture()) == begin);
    release(&project, "fifo-b", "one\ntwo\n");
    let next = "[a]             $ cat fifo-a\n[b]             two";
    terminal.until("the latest line", |terminal| sorted(terminal.picture()) == next);
    release(&project, "fifo-b", "a note\n");
    let noted = |picture: String| {
        picture.strip_prefix("a note\n").is_some_and(|rows| sorted(rows.to_owned()) == next)
    };
    terminal.until("the note above the rows", |terminal| noted(terminal.picture()));
    release(&project, "fifo-a", "from a\n");
    let alone = "a note\n[b]             two";
    terminal.until("the row of what goes on", |terminal| terminal.picture() == alone);
    release(&project, "fifo-b", "three\n");
    terminal.ends(End::Exited(3));
    let end = terminal.picture();
    assert!(end.starts_with("a note\n[b] one\n[b] two\n[b] three\nFinished in "), "{end}");
    assert!(end.contains("[b] ERROR task failed"), "{end}");
    assert!(!end.contains("cat fifo"), "{end}");
}

#[test]
fn nothing_stays_of_the_rows() {
    for interrupted in [false, true] {
        let project = waiting();
        let args = ["run", "-o", "replacing", "last"];
        let mut terminal = OnTerminal::mep(&project, args).start();
        let row = "[a]             $ cat fifo-a";
        terminal.until("a row", |terminal| terminal.picture() == row);
        if interrupted {
            terminal.type_keys(CTRL_C).ends(End::Killed(nix::sys::signal::Signal::SIGINT));
        } else {
            release(&project, "fifo-a", "from a\n");
            terminal.ends(End::Exited(0));
            let end = terminal.picture();
            assert!(end.starts_with("Finished in ") && end.lines().count() == 1, "{end}");
        }
        assert!(!terminal.picture().contains("[a]  "), "{}", terminal.picture());
    }
}

#[test]
fn as_mise_rows_are_drawn_as_well() {
    let project = waiting();
    let text = "exec mise run -o replacing b";
    let mut terminal = OnTerminal::script(&project, text).start();
    let row = "[b]             $ cat fifo-b; cat fifo-b >&2; cat fifo-b; exit 3";
    terminal.until("a row", |terminal| terminal.picture() == row);
    release(&project, "fifo-b", "one\n");
    terminal.until("its line", |terminal| terminal.picture() == "[b]             one");
    release(&project, "fifo-b", "note\n");
    terminal.until("the note", |terminal| terminal.picture().starts_with("note\n"));
    release(&project, "fifo-b", "two\n");
    terminal.ends(End::Exited(3));
    let end = "note\nmise ERROR sh failed\none\ntwo\n[b] ERROR task failed";
    assert_eq!(terminal.picture(), end);
}
