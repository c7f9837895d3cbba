//! What earlier runs teach: what takes long starts first, and how long is left is told.

use super::project;
use crate::support::{OnTerminal, Project};

/// `long` waits the first time, and so does what needs `first`.
const UNEVEN: &str = "
[tasks.short]
run = ': short'
[tasks.long]
run = 'test -e known || sleep 0.5'
[tasks.first]
run = ': first'
[tasks.second]
depends = ['first']
run = 'test -e known || sleep 1; touch known'
";

/// The tasks in the order in which they start.
fn starts(project: &Project, args: &[&str]) -> Vec<String> {
    let output = project.mep(args).run();
    output.code(0);
    let started = output.stderr.lines().filter(|line| line.contains("] $ "));
    started
        .filter_map(|line| Some(line.split(']').next()?.trim_start_matches('[').into()))
        .collect()
}

#[test]
fn the_longest_way_starts_first() {
    let project = project(UNEVEN);
    let words = ["run", "-j2", "short", ":::", "long", ":::", "second"];
    assert_eq!(starts(&project, &words)[..2], ["short", "long"]);
    assert_eq!(starts(&project, &words)[..3], ["first", "long", "second"]);
}

#[test]
fn one_job_at_a_time_keeps_the_order_of_the_words() {
    let project = project(UNEVEN);
    let words = ["run", "-j1", "short", ":::", "long", ":::", "first"];
    for _ in 0..2 {
        assert_eq!(starts(&project, &words), ["short", "long", "first"]);
    }
}

#[test]
fn the_status_line_says_how_long_is_left() {
    let project = project(
        "
[tasks.a]
run = 'sleep 1.2'
[tasks.b]
run = 'sleep 1.2'
",
    );
    let words = ["run", "a", ":::", "b"];
    project.mep(words).run().code(0);
    let mut terminal = OnTerminal::mep(&project, words).start();
    terminal.until("an estimate", |terminal| {
        terminal.picture().contains("0/2 · about 2s left · ")
            || terminal.picture().contains("0/2 · about 1s left · ")
    });
}

#[test]
fn what_is_left_of_a_task_that_calls_others_is_known_too() {
    let text = "
[tasks.all]
run = ['sleep 0.6', { tasks = ['a', 'b'] }, 'sleep 0.6']
[tasks.a]
run = 'sleep 0.6'
[tasks.b]
run = ':'
[tasks.side]
run = 'sleep 1'
";
    let project = project(text);
    let words = ["run", "all", ":::", "side"];
    project.mep(words).run().code(0);
    let mut terminal = OnTerminal::mep(&project, words).start();
    terminal.until("an estimate", |terminal| {
        let picture = terminal.picture();
        assert!(!picture.contains("at least"), "{picture}");
        picture.contains("about 2s left") || picture.contains("about 1s left")
    });
}

#[test]
fn parts_of_a_task_are_remembered_by_themselves_where_they_go_well() {
    let text = "
[tasks.all]
run = [':', { task = 'inner' }, 'test ! -e bad || exit 1; :']
[tasks.inner]
run = ':'
[tasks.plain]
run = [':', ':']
";
    let project = project(text);
    project.mep(["-q", "run", "all", "x"]).run().code(0);
    project.mep(["-q", "run", "plain"]).run().code(0);
    project.write("bad", "");
    project.mep(["-q", "run", "all", "x"]).run().code(1);
    let history = super::record::files(&project).into_iter().find(|path| path.ends_with("history"));
    let text = std::fs::read_to_string(history.expect("a history")).expect("it is text");
    let words = |line: &str| {
        let mut parts = line.splitn(3, ' ');
        let letter = parts.next().filter(|_| !line.starts_with('>'))?;
        Some(format!("{letter} {}", parts.nth(1)?))
    };
    let told: Vec<String> = text.lines().filter_map(words).collect();
    let first = ["s #0 all x", "s inner", "s #2 all x", "s all x", "s plain"];
    assert_eq!(told, [&first[..], &["s #0 all x", "s inner", "f all x"]].concat());
}
