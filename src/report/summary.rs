//! The end of a run in words: what was left out, what went well only in part,
//! and last what failed, each with its exit code, its time, the end of its
//! output and the words that run it again. Knows events, writes nothing.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::color::Palette;
use super::progress::{fit, is_own, named};
use crate::model::{
    Cause, Event, JobId, JobView, Outcome, OutputStyle, SkipReason, Stream, format_elapsed,
};
use crate::sys::signal;

/// Lines of a failed task's output that are shown once more.
const LINES: usize = 10;

/// Bytes that are kept of a line, and columns that are shown of it.
const LENGTH: usize = 400;

/// What will have to be said at the end.
#[derive(Debug, Default)]
pub(super) struct Summary {
    tails: HashMap<JobId, Tail>,
    /// How often the output of one task came after that of another.
    turns: u64,
    speaker: Option<JobId>,
    failed: Vec<Failed>,
    skipped: Vec<JobId>,
    leaky: Vec<JobId>,
    tolerated: Vec<JobId>,
    flaky: Vec<JobId>,
}

#[derive(Debug)]
struct Failed {
    job: JobId,
    cause: Cause,
    elapsed: Duration,
    attempt: u32,
}

/// The last lines of what a job wrote.
#[derive(Debug, Default)]
struct Tail {
    lines: VecDeque<Vec<u8>>,
    /// A line without an end of each stream.
    open: [Vec<u8>; 2],
    /// The turn in which its last bytes came.
    turn: u64,
}

impl Summary {
    /// Takes note of what a task wrote, secrets taken out.
    pub(super) fn output(&mut self, job: JobId, stream: Stream, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.speaks(job);
        let tail = self.tails.entry(job).or_default();
        tail.turn = self.turns;
        tail.push(stream, bytes);
    }

    /// A line of this job is to be seen.
    fn speaks(&mut self, job: JobId) {
        if self.speaker != Some(job) {
            self.turns += 1;
            self.speaker = Some(job);
        }
    }

    /// Takes one event.
    pub(super) fn event(&mut self, event: &Event, views: &[Arc<JobView>]) {
        match event {
            Event::Command(job, _) => self.speaks(*job),
            Event::Retrying { job, .. } => drop(self.tails.remove(job)),
            Event::Leaked(job, left) if left.iter().any(|l| !l.spared) => {
                note(&mut self.leaky, *job)
            }
            Event::Ended { job, outcome, elapsed, attempt } => {
                self.ended(*job, outcome, *elapsed, *attempt, views);
            }
            _ => {}
        }
    }

    fn ended(
        &mut self,
        job: JobId,
        outcome: &Outcome,
        elapsed: Duration,
        attempt: u32,
        views: &[Arc<JobView>],
    ) {
        match outcome {
            Outcome::Failed(cause) if is_own(cause) => {
                return self.failed.push(Failed { job, cause: cause.clone(), elapsed, attempt });
            }
            Outcome::Success if attempt > 1 => note(&mut self.flaky, job),
            Outcome::Tolerated(cause) if is_own(cause) => note(&mut self.tolerated, job),
            Outcome::Skipped(SkipReason::Dependency) => {
                let view = &views[job.0 as usize];
                if view.first && view.has_command {
                    self.skipped.push(job);
                }
            }
            _ => {}
        }
        self.tails.remove(&job);
    }

    /// All of it, line by line. `skips` says whether what was left out is news.
    pub(super) fn lines(
        &self,
        views: &[Arc<JobView>],
        total: usize,
        skips: bool,
        palette: Palette,
    ) -> Vec<String> {
        let skipped = if skips { self.skipped.as_slice() } else { &[] };
        let kinds = [
            ("skipped", skipped),
            ("leaky", &self.leaky),
            ("tolerated", &self.tolerated),
            ("flaky", &self.flaky),
        ];
        let mut lines = Vec::new();
        for (what, jobs) in kinds.into_iter().filter(|(_, jobs)| !jobs.is_empty()) {
            let names: Vec<_> =
                jobs.iter().map(|job| views[job.0 as usize].label.to_string()).collect();
            lines.push(format!("{}: {}", palette.paint("33", what), named(&names)));
        }
        let error = palette.paint("31", "ERROR");
        if self.failed.len() > 1 {
            lines.push(format!("{error} {} of {total} tasks failed:", self.failed.len()));
        }
        for failed in &self.failed {
            let view = &views[failed.job.0 as usize];
            let label = palette.label(&view.color, &format!("[{}]", fit(&view.label, 40)));
            let bar = palette.paint("2", "|");
            let tail = self.tail(failed.job, view.style);
            lines.extend(tail.map(|line| format!("{label} {bar} {line}")));
            lines.push(format!("{label} {error} task failed{}", failed.how()));
            let again = palette.paint("1", &format!("mep run {}", view.rerun));
            lines.push(format!("{label} rerun: {again}"));
        }
        lines
    }

    /// The end of a job's output, where it is not what one sees last anyway.
    fn tail(&self, job: JobId, style: OutputStyle) -> impl Iterator<Item = String> {
        let tail = self.tails.get(&job).filter(|tail| match style {
            OutputStyle::Grouped | OutputStyle::Failures => false,
            OutputStyle::Prefix
            | OutputStyle::Interleave
            | OutputStyle::Timed
            | OutputStyle::Replacing => tail.turn < self.turns,
            OutputStyle::KeepOrder => true,
        });
        tail.into_iter().flat_map(Tail::texts)
    }
}

/// Adds a job once.
fn note(jobs: &mut Vec<JobId>, job: JobId) {
    if !jobs.contains(&job) {
        jobs.push(job);
    }
}

impl Failed {
    /// ` in 1.2s: exit code 2, attempt 3`
    fn how(&self) -> String {
        let time = match self.elapsed {
            Duration::ZERO => String::new(),
            elapsed => format!(" in {}", format_elapsed(elapsed)),
        };
        let attempt = match self.attempt {
            0 | 1 => String::new(),
            n => format!(", attempt {n}"),
        };
        format!("{time}: {}{attempt}", describe(&self.cause))
    }
}

/// A failure in a few words.
pub(super) fn describe(cause: &Cause) -> String {
    match cause {
        Cause::Exit(code) | Cause::Inner(code) => format!("exit code {code}"),
        Cause::Signal(number, _) => format!("killed by {}", signal::name(*number)),
        Cause::TimedOut(limit) => format!("timed out after {limit:?}"),
        Cause::Cancelled => "ended early".to_string(),
        Cause::Error(lines) => lines.first().cloned().unwrap_or_default(),
    }
}

impl Tail {
    fn push(&mut self, stream: Stream, bytes: &[u8]) {
        let open = &mut self.open[usize::from(stream == Stream::Stderr)];
        let mut pieces: Vec<&[u8]> = bytes.rsplitn(LINES + 2, |b| *b == b'\n').collect();
        if pieces.len() == LINES + 2 {
            // More lines than are shown end in these bytes; the first goes.
            pieces.pop();
            open.clear();
        }
        while let Some(piece) = pieces.pop() {
            let room = LENGTH.saturating_sub(open.len());
            open.extend_from_slice(&piece[..piece.len().min(room)]);
            if !pieces.is_empty() {
                self.lines.push_back(std::mem::take(open));
            }
        }
        let surplus = self.lines.len().saturating_sub(LINES);
        self.lines.drain(..surplus);
    }

    fn texts(&self) -> impl Iterator<Item = String> {
        let open = self.open.iter().filter(|line| !line.is_empty());
        let all: Vec<&Vec<u8>> = self.lines.iter().chain(open).collect();
        let from = all.len().saturating_sub(LINES);
        all.into_iter().skip(from).map(|line| {
            let text = String::from_utf8_lossy(line);
            // What a progress bar has overwritten is not to be seen.
            let last = text.trim_end().rsplit('\r').next().unwrap_or_default();
            fit(&last.replace('\t', "    "), LENGTH)
        })
    }
}
