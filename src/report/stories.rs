//! Reports of made-up runs: events at given times, and what is on the screen
//! or in the log then. No process runs and no clock is asked.

use std::cell::Cell;
use std::io::{self, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{Live, Look, Palette, Report, Sections};
use crate::model::{
    Cause, Dialect, Event, JobId, JobView, Leftover, Outcome, OutputStyle, Secrets, Silence,
    SkipReason, Stream, Wait,
};

thread_local! {
    /// The columns of the terminal, where it is ours.
    static COLUMNS: Cell<Option<usize>> = const { Cell::new(Some(60)) };
}

/// What was written to either stream.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A run that is told event by event.
struct Story {
    report: Report<'static>,
    shown: Shared,
    begin: Instant,
    at: Duration,
}

fn view(label: &str) -> JobView {
    JobView {
        label: label.into(),
        rerun: label.into(),
        style: OutputStyle::Prefix,
        task: 0,
        rank: 0,
        program: "sh".into(),
        quiet: false,
        silent: Silence::None,
        color: "".into(),
        labels_output: true,
        redacted: false,
        direct: false,
        works: true,
        first: true,
        last: true,
        has_command: true,
    }
}

fn on_terminal() -> Live {
    Live::Status(|| COLUMNS.get())
}

fn look(live: Live) -> Look {
    Look {
        palette: Palette::plain(),
        out: Palette::plain(),
        sections: Sections::None,
        columns: None,
        timings: Some(false),
        total: false,
        verbose: false,
        hushed: false,
        list_failures: true,
        dialect: Dialect::Mep,
        live,
        summary: true,
    }
}

impl Story {
    fn of(mut views: Vec<JobView>, look: Look) -> Self {
        for (number, view) in (0..).zip(&mut views) {
            (view.task, view.rank) = (number, number);
        }
        COLUMNS.set(Some(60));
        let shown = Shared::default();
        let twin = || Box::leak(Box::new(shown.clone()));
        let report = Report::new(views.into_iter().map(Arc::new).collect(), look, twin(), twin());
        Self { report, shown, begin: Instant::now(), at: Duration::ZERO }
    }

    fn new(labels: &[&str], live: Live) -> Self {
        Self::of(labels.iter().map(|label| view(label)).collect(), look(live))
    }

    fn after(&mut self, seconds: u64) -> &mut Self {
        self.at += Duration::from_secs(seconds);
        self
    }

    fn tell(&mut self, event: Event) -> &mut Self {
        self.report.event_at(&event, self.begin + self.at);
        self.report.flush();
        self
    }

    fn starts(&mut self, job: u32) -> &mut Self {
        self.tell(Event::Started(JobId(job)))
    }

    fn says(&mut self, job: u32, text: &str) -> &mut Self {
        self.tell(Event::Output(JobId(job), Stream::Stdout, text.as_bytes().to_vec()))
    }

    fn ends(&mut self, job: u32, outcome: Outcome) -> &mut Self {
        self.ends_at(job, outcome, 1)
    }

    fn ends_at(&mut self, job: u32, outcome: Outcome, attempt: u32) -> &mut Self {
        let elapsed = Duration::from_millis(1500);
        self.tell(Event::Ended { job: JobId(job), outcome, elapsed, attempt })
    }

    fn ticks(&mut self) -> &mut Self {
        self.tell(Event::Tick)
    }

    fn finishes(&mut self) -> &mut Self {
        self.tell(Event::Finished(self.at))
    }

    /// All that was written.
    fn bytes(&self) -> String {
        String::from_utf8(self.shown.0.lock().unwrap().clone()).unwrap()
    }

    /// What a terminal shows of it now.
    #[track_caller]
    fn shows(&mut self, expected: &str) -> &mut Self {
        let [rows, columns] = [24, 60].map(|n| NonZero::new(n).unwrap());
        let mut terminal = vt100::Parser::new(rows, columns, 0);
        terminal.process(self.bytes().replace('\n', "\r\n").as_bytes());
        assert_eq!(terminal.screen().contents(), expected, "{:?}", self.bytes());
        self
    }

    /// What was written since the last time.
    #[track_caller]
    fn wrote(&mut self, expected: &str) -> &mut Self {
        assert_eq!(self.bytes(), expected);
        self.shown.0.lock().unwrap().clear();
        self
    }
}

fn exit(code: u8) -> Outcome {
    Outcome::Failed(Cause::Exit(code))
}

// ---- the status line --------------------------------------------------------

#[test]
fn the_line_stands_below_whole_lines_and_goes_with_the_run() {
    let mut story = Story::new(&["a", "b", "c"], on_terminal());
    story.starts(0).starts(1).shows("");
    story.after(1).ticks().shows("0/3 · a 1s · b 1s");
    story.says(0, "one\ntw").shows("[a] one\n0/3 · a 1s · b 1s");
    story.says(0, "o\n").shows("[a] one\n[a] two\n0/3 · a 1s · b 1s");
    story.after(69).ticks().shows("[a] one\n[a] two\n0/3 · a 1m 10s · b 1m 10s");
    story.ends(1, Outcome::Success).starts(2).ticks();
    story.shows("[a] one\n[a] two\n1/3 · a 1m 10s · c 0s");
    story.ends(0, exit(2)).ticks().shows("[a] one\n[a] two\n2/3 · 1 failed · c 0s");
    story.ends(2, Outcome::Success).tell(Event::Finished(Duration::ZERO));
    story.shows(
        "[a] one\n[a] two\n[a] ERROR task failed in 1.50s: exit code 2\n[a] rerun: mep run a",
    );
}

#[test]
fn nothing_is_drawn_before_time_passes_and_nothing_twice() {
    let mut story = Story::new(&["a", "b"], on_terminal());
    story.starts(0).says(0, "x\n").wrote("[a] x\n");
    story.ticks().wrote("\r0/2 · a 0s\u{1b}[J\r");
    story.ticks().wrote("");
    story.says(0, "half").wrote("");
    story.says(0, "y\n").wrote("\r\u{1b}[J[a] halfy\n\r0/2 · a 0s\u{1b}[J\r");
    drop(story);
}

#[test]
fn a_run_of_one_task_has_no_line() {
    let mut gate = view("a");
    (gate.last, gate.works) = (false, false);
    let mut story = Story::of(vec![gate, view("a")], look(on_terminal()));
    story.starts(0).ends(0, Outcome::Success).starts(1).after(9).ticks().shows("");
}

#[test]
fn what_joins_the_run_is_counted_and_what_is_not_needed_is_not() {
    let mut story = Story::new(&["a", "b"], on_terminal());
    story
        .starts(0)
        .tell(Event::Joined(vec![view("c").into(), view("d").into()], Secrets::default()));
    story.ends(1, Outcome::Skipped(SkipReason::NotNeeded)).starts(2).ticks();
    story.shows("0/3 · a 0s · c 0s");
}

#[test]
fn an_unfinished_line_is_left_alone() {
    let mut untouched = view("a");
    untouched.style = OutputStyle::Interleave;
    let mut story = Story::of(vec![untouched, view("b")], look(on_terminal()));
    story.starts(0).starts(1).ticks().shows("0/2 · a 0s · b 0s");
    story.says(0, "Name? ").ticks().shows("Name? ");
    story.says(0, "Ada\n").shows("Name? Ada\n0/2 · a 0s · b 0s");
}

#[test]
fn the_line_is_as_wide_as_the_terminal_at_that_moment() {
    let long = "a-task-with-a-name-that-is-rather-long";
    let mut story = Story::new(&[long, "b", "c", "d"], on_terminal());
    story.starts(0).starts(1).starts(2).ticks();
    story.shows("0/4 · a-task-with-a-name… 0s · b 0s · c 0s");
    COLUMNS.set(Some(30));
    story.ticks().shows("0/4 · a-task-w… 0s · +2");
    COLUMNS.set(Some(12));
    story.ticks().shows("0/4 · a-ta…");
    COLUMNS.set(Some(1));
    story.ticks().shows("");
    COLUMNS.set(Some(25));
    story.ticks().shows("0/4 · a-task-… 0s · +2");
}

#[test]
fn wide_letters_and_escapes_in_names_keep_the_line_in_its_place() {
    let mut story = Story::new(&["構築構築構築構築", "b\u{1b}[2J\n"], on_terminal());
    story.starts(0).starts(1);
    COLUMNS.set(Some(22));
    story.ticks().shows("0/2 · 構築構… 0s · +1");
    COLUMNS.set(Some(60));
    story.ticks().shows("0/2 · 構築構築構築構築 0s · b 0s");
}

#[test]
fn a_task_that_writes_to_the_terminal_itself_hides_the_line() {
    let mut direct = view("b");
    direct.direct = true;
    let mut story = Story::of(vec![view("a"), direct, view("c")], look(on_terminal()));
    story.starts(0).ticks().shows("0/3 · a 0s");
    story.starts(1).shows("").ticks().shows("").says(0, "x\n").shows("[a] x");
    // Nobody knows where it has left the cursor: the next line of ours tells.
    story.ends(1, Outcome::Success).ticks().shows("[a] x");
    story.says(0, "y\n").shows("[a] x\n[a] y\n1/3 · a 0s");
}

#[test]
fn a_question_hides_the_line_until_it_is_answered() {
    let mut story = Story::new(&["a", "b"], on_terminal());
    story.starts(0).starts(1).ticks().tell(Event::Asking(JobId(1))).shows("");
    story.ticks().shows("").tell(Event::Command(JobId(1), "true".into()));
    story.shows("[b] $ true\n0/2 · a 0s · b 0s");
}

#[test]
fn the_line_goes_before_a_stop_and_comes_back_after_it() {
    let mut story = Story::new(&["a", "b"], on_terminal());
    story.starts(0).ticks().tell(Event::Suspended).shows("");
    story.tell(Event::Resumed).says(0, "x\n").shows("[a] x");
    story.ticks().shows("[a] x\n0/2 · a 0s");
}

#[test]
fn a_task_that_asks_for_the_terminal_finds_it_clean() {
    let mut story = Story::new(&["a", "b"], on_terminal());
    story.starts(0).starts(1).ticks();
    story.shown.0.lock().unwrap().extend_from_slice(b"Password: ");
    story.tell(Event::Handover).shows("Password: ").ticks().shows("Password: ");
    story.shown.0.lock().unwrap().extend_from_slice(b"\n");
    story.says(1, "x\n").shows("Password: \n[b] x\n0/2 · a 0s · b 0s");
}

#[test]
fn nothing_is_drawn_or_erased_while_the_terminal_is_somebody_elses() {
    let mut story = Story::new(&["a", "b"], on_terminal());
    story.starts(0).ticks().wrote("\r0/2 · a 0s\u{1b}[J\r");
    COLUMNS.set(None);
    story.ticks().says(0, "x\n").ticks().wrote("[a] x\n");
    COLUMNS.set(Some(60));
    story.ticks().wrote("").says(0, "y\n").wrote("[a] y\n\r0/2 · a 0s\u{1b}[J\r");
}

#[test]
fn the_line_tells_what_is_waited_for() {
    let mut story = Story::new(&["a", "b", "c"], on_terminal());
    let lock = Wait::Lock("db".into(), "deploy".into());
    story.starts(0).tell(Event::Waiting(JobId(1), lock)).tell(Event::Waiting(JobId(2), Wait::Slot));
    story.ticks().shows("0/3 · a 0s · b waits for lock db, held by deploy · +1");
    story.starts(1).ticks().shows("0/3 · a 0s · b 0s · c waits for a job slot");
    // Where there is no such line, the task has one of its own.
    let mut story = Story::new(&["a"], on_terminal());
    story.tell(Event::Waiting(JobId(0), Wait::Lock("db".into(), "deploy".into())));
    story.ticks().shows("[a] waits for lock db, held by deploy");
}

#[test]
fn the_line_counts_down_to_the_next_attempt_and_to_the_end_of_a_cleanup() {
    let mut story = Story::new(&["a", "b"], on_terminal());
    let delay = Duration::from_secs(5);
    let retry = Event::Retrying { job: JobId(0), cause: Cause::Exit(1), attempt: (2, 3), delay };
    story.starts(0).tell(retry).after(2).ticks();
    story.shows("[a] attempt 2 of 3 in 5s, after exit code 1\n0/2 · a attempt 2 of 3 in 3s");
    story
        .tell(Event::Command(JobId(0), "true".into()))
        .tell(Event::Interrupted(15, Duration::from_secs(30)));
    story.after(2).ticks().shows(
        "[a] attempt 2 of 3 in 5s, after exit code 1\n[a] $ true\ninterrupted by SIGTERM\n\
         0/2 · interrupted, 28s left · a 4s",
    );
}

#[test]
fn a_typed_interrupt_has_a_line_of_its_own() {
    let interrupt = || Event::Interrupted(2, Duration::from_secs(30));
    let mut story = Story::new(&["a"], on_terminal());
    story.tell(interrupt()).wrote("\ninterrupted by SIGINT (Ctrl-C)\n");
    let mut story = Story::new(&["a"], Live::Heartbeat);
    story.tell(interrupt()).wrote("interrupted by SIGINT (Ctrl-C)\n");
}

#[test]
fn a_report_that_is_dropped_leaves_nothing_behind() {
    let mut story = Story::new(&["a", "b"], on_terminal());
    story.starts(0).ticks();
    let shown = story.shown.clone();
    drop(story);
    assert!(shown.0.lock().unwrap().ends_with(b"\r\x1b[J"));
}

// ---- the heartbeat ----------------------------------------------------------

#[test]
fn a_minute_of_silence_is_broken_by_one_line() {
    let mut story = Story::new(&["a", "b", "c"], Live::Heartbeat);
    story.starts(0).after(50).starts(1).after(9).ticks().wrote("");
    story.after(1).ticks().wrote("mep: 0 of 3 done, running: a (1m 0s), b (10s)\n");
    story.after(59).ticks().wrote("");
    story.says(1, "x\n").wrote("[b] x\n").after(59).ticks().wrote("");
    story.ends(1, exit(1)).tell(Event::Waiting(JobId(2), Wait::Slot)).after(1).ticks();
    story.wrote("mep: 1 of 3 done, 1 failed, running: a (2m 59s), waiting: c for a job slot\n");
}

#[test]
fn many_tasks_are_counted_in_a_heartbeat() {
    let labels: Vec<String> = (0..12).map(|n| format!("t{n}")).collect();
    let mut story =
        Story::of(labels.iter().map(|label| view(label)).collect(), look(Live::Heartbeat));
    for job in 0..10 {
        story.starts(job);
    }
    story.after(60).ticks();
    let ages: Vec<String> = (0..8).map(|n| format!("t{n} (1m 0s)")).collect();
    story.wrote(&format!("mep: 0 of 12 done, running: {} and 2 more\n", ages.join(", ")));
}

#[test]
fn nobody_knows_whether_a_task_that_writes_itself_is_silent() {
    let mut direct = view("b");
    direct.direct = true;
    let mut story = Story::of(vec![view("a"), direct], look(Live::Heartbeat));
    story.starts(1).after(300).ticks().ends(1, Outcome::Success).starts(0).after(59).ticks();
    story.wrote("").after(1).ticks().wrote("mep: 1 of 2 done, running: a (1m 0s)\n");
}

// ---- the end ----------------------------------------------------------------

#[test]
fn failed_tasks_come_last_with_all_that_is_needed() {
    let mut views = ["a", "b", "c", "d", "e"].map(view);
    views[1].rerun = "b x 'y z'".into();
    let mut story = Story::of(views.into(), look(Live::Off));
    for job in 0..5 {
        story.starts(job);
    }
    story.says(0, "from a\nhalf").says(1, "from b\n");
    story.ends(0, exit(3)).ends_at(1, Outcome::Failed(Cause::Signal(9, "sh".into())), 3);
    story.ends(2, Outcome::Skipped(SkipReason::Dependency));
    story.ends(3, Outcome::Tolerated(Cause::Exit(4))).ends_at(4, Outcome::Success, 2).wrote(
        "[a] from a\n[b] from b\n[a] half\n\
         [b] ERROR sh exited with non-zero status: killed by SIGKILL\n\
         [c] skipped, because a task it depends on did not succeed\n\
         [d] tolerated: exit code 4\n\
         [e] flaky: attempt 2 went well\n",
    );
    story.finishes().wrote(
        "skipped: c\n\
         tolerated: d\n\
         flaky: e\n\
         ERROR 2 of 5 tasks failed:\n\
         [a] | from a\n\
         [a] | half\n\
         [a] ERROR task failed in 1.50s: exit code 3\n\
         [a] rerun: mep run a\n\
         [b] ERROR task failed in 1.50s: killed by SIGKILL, attempt 3\n\
         [b] rerun: mep run b x 'y z'\n",
    );
}

#[test]
fn the_end_of_an_output_is_bounded_and_calm() {
    let mut story = Story::new(&["a", "b"], Live::Off);
    let lines: String = (0..30).map(|n| format!("line {n}\n")).collect();
    let (one, two) = lines.split_at(lines.len() - 15);
    story.starts(0).says(0, "early\n").says(0, one).says(0, two);
    story.says(0, "\u{1b}[31mred\u{1b}[0m\t10%\r\tdone\r\n").says(0, &"x".repeat(100_000));
    story.says(1, "b\n").ends(0, exit(1)).says(1, "c\n");
    story.shown.0.lock().unwrap().clear();
    let tail: String = (22..30).map(|n| format!("[a] | line {n}\n")).collect();
    story.finishes().wrote(&format!(
        "{tail}[a] |     done\n[a] | {}\n\
         [a] ERROR task failed in 1.50s: exit code 1\n[a] rerun: mep run a\n",
        "x".repeat(400)
    ));
}

#[test]
fn what_is_on_the_screen_anyway_is_not_repeated() {
    let tail = "[a] | x\n";
    let end = "[a] ERROR task failed in 1.50s: exit code 1\n[a] rerun: mep run a\n";
    for (style, other, repeated) in [
        (OutputStyle::Prefix, false, false),
        (OutputStyle::Prefix, true, true),
        (OutputStyle::Interleave, true, true),
        (OutputStyle::Grouped, true, false),
        (OutputStyle::Failures, true, false),
        (OutputStyle::Timed, false, false),
        (OutputStyle::Timed, true, true),
    ] {
        let mut first = view("a");
        first.style = style;
        let mut story = Story::of(vec![first, view("b")], look(Live::Off));
        story.starts(0).starts(1).says(1, "y\n").says(0, "x\n");
        if other {
            story.tell(Event::Command(JobId(1), "true".into()));
        }
        story.ends(0, exit(1)).shown.0.lock().unwrap().clear();
        let held = if style == OutputStyle::Grouped { "x\n" } else { "" };
        story.finishes().wrote(&format!("{held}{}{end}", if repeated { tail } else { "" }));
    }
}

#[test]
fn a_run_of_one_task_ends_as_ever() {
    let look = Look { list_failures: false, ..look(Live::Off) };
    let mut story = Story::of(vec![view("a")], look);
    story.starts(0).ends(0, exit(1)).finishes().wrote("[a] ERROR task failed\n");
}

#[test]
fn as_mise_a_run_ends_as_ever() {
    let look = Look { summary: false, ..look(Live::Off) };
    let mut story = Story::of(vec![view("a"), view("b")], look);
    story.tell(Event::Interrupted(15, Duration::ZERO));
    story.starts(0).ends(0, exit(1)).finishes();
    story.wrote("ERROR 1 task(s) failed:\n[a] exited with status 1\n[a] ERROR task failed\n");
}

#[test]
fn what_was_left_behind_is_named() {
    let mut story = Story::new(&["a", "b"], Live::Off);
    let left = |pid, command: &str, spared| Leftover { pid, command: command.into(), spared };
    let leaked = vec![left(42, "sleep 600", false), left(43, "agent --daemon", true)];
    story.tell(Event::Leaked(JobId(0), leaked)).wrote(
        "[a] LEAKY ended what was left: 42 sleep 600\n[a] left running: 43 agent --daemon\n",
    );
    story.tell(Event::Recovered(vec![left(41, "old", false)]));
    story.wrote("LEAKY ended what a killed run had left: 41 old\n");
    story.finishes().wrote("leaky: a\n");
}

#[test]
fn what_was_asked_to_end_has_not_been_left_behind() {
    let mut story = Story::new(&["a", "b"], Live::Off);
    story.tell(Event::Interrupted(15, Duration::ZERO)).wrote("interrupted by SIGTERM\n");
    let left = |pid, spared| Leftover { pid, command: "x".into(), spared };
    story.tell(Event::Leaked(JobId(0), vec![left(42, false)])).wrote("");
    story.tell(Event::Leaked(JobId(0), vec![left(43, true)]));
    story.wrote("[a] left running: 43 x\n");

    let mut story = Story::new(&["a", "b"], Live::Off);
    story.ends(0, Outcome::Failed(Cause::TimedOut(Duration::from_secs(1))));
    story.wrote("[a] ERROR timed out after 1s\n");
    story.tell(Event::Leaked(JobId(0), vec![left(42, false)])).wrote("");
    story.tell(Event::Leaked(JobId(1), vec![left(42, false)]));
    story.wrote("[b] LEAKY ended what was left: 42 x\n");
}

#[test]
fn secrets_are_in_no_line_of_ours() {
    let mut story = Story::new(&["a s3cret", "b"], on_terminal());
    let mut secrets = Secrets::default();
    secrets.add("s3cret");
    story.report.hide(&secrets);
    story.starts(0).ticks().says(0, "it is s3").says(0, "cret\n").says(1, "b\n");
    let left = Leftover { pid: 42, command: "x s3cret".into(), spared: true };
    story.tell(Event::Leaked(JobId(0), vec![left]));
    story.ends(0, Outcome::Failed(Cause::Error(vec!["no s3cret".into()]))).finishes();
    assert!(!story.bytes().contains("s3cret"), "{}", story.bytes());
    assert!(story.bytes().contains("[a [redacted]] | it is [redacted]\n"), "{}", story.bytes());
}
