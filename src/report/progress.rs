//! How far a run is: what is done, what runs since when, what it waits for.
//! Fed with events and times, and put into words: a line as wide as a terminal,
//! or a sentence for a log. Knows no clock and writes nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::color::Palette;
use super::eta::{Eta, Left};
use crate::model::{Cause, Event, JobId, JobView, Outcome, SkipReason, Wait};

/// Columns of a label in the status line, where that is wide.
const LABEL: usize = 32;

/// Tasks that a sentence names.
const NAMED: usize = 8;

/// The state of a run, as far as somebody who waits wants to know it.
#[derive(Debug, Default)]
pub(super) struct Progress {
    total: usize,
    done: usize,
    failed: usize,
    /// What works, the oldest first.
    running: Vec<(JobId, Instant)>,
    /// What could start but for something that others have.
    waiting: Vec<(JobId, Wait)>,
    /// What failed and is tried again: when, and which attempt of how many.
    retrying: Vec<(JobId, Instant, (u32, u32))>,
    /// When the post tasks of an interrupted run are ended.
    cleanup: Option<Instant>,
    /// How long it is likely to go on, where there is a past to judge by.
    eta: Option<Eta>,
}

/// True where the failure is the task's own: not one of a task it calls, and
/// not an end that somebody asked for.
pub(super) fn is_own(cause: &Cause) -> bool {
    !matches!(cause, Cause::Cancelled | Cause::Inner(_) | Cause::Signal(2, _))
}

/// One job stands for its task: the last one, where the task has work to do.
fn counts(view: &JobView) -> bool {
    view.last && view.has_command
}

/// Words of one colour, or of none.
type Piece = (String, &'static str);

/// What belongs together in the status line.
type Entry = Vec<Piece>;

/// Between two entries.
const GAP: &str = " · ";

impl Progress {
    /// Takes note of more jobs.
    pub(super) fn add(&mut self, views: &[Arc<JobView>]) {
        self.total += views.iter().filter(|view| counts(view)).count();
        if let Some(eta) = &mut self.eta {
            eta.grow(views.len());
        }
    }

    /// Takes note of how long the jobs known so far are likely to take.
    pub(super) fn foresee(&mut self, eta: Eta) {
        self.eta = Some(eta);
    }

    /// Tasks with work to do, as far as they are known.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// Takes one event; `views` are those of all jobs.
    pub(super) fn event(&mut self, event: &Event, views: &[Arc<JobView>], now: Instant) {
        match event {
            Event::Started(job) => {
                self.forget(*job);
                if views[job.0 as usize].works {
                    self.running.push((*job, now));
                }
            }
            Event::Command(job, _) => self.retrying.retain(|(id, ..)| id != job),
            Event::Waiting(job, wait) => {
                self.waiting.retain(|(id, _)| id != job);
                self.waiting.push((*job, wait.clone()));
            }
            Event::Retrying { job, attempt, delay, .. } => {
                self.retrying.push((*job, now + *delay, *attempt));
            }
            Event::Ended { job, outcome, .. } => self.ended(*job, outcome, views),
            Event::Interrupted(_, limit) => self.cleanup = Some(now + *limit),
            _ => {}
        }
    }

    fn ended(&mut self, job: JobId, outcome: &Outcome, views: &[Arc<JobView>]) {
        self.forget(job);
        if let Some(eta) = &mut self.eta {
            eta.ended(job);
        }
        if counts(&views[job.0 as usize]) {
            match outcome {
                Outcome::Skipped(SkipReason::NotNeeded) => self.total -= 1,
                _ => self.done += 1,
            }
        }
        let failed = matches!(outcome, Outcome::Failed(cause) if is_own(cause));
        self.failed += usize::from(failed);
    }

    fn forget(&mut self, job: JobId) {
        self.running.retain(|(id, _)| *id != job);
        self.waiting.retain(|(id, _)| *id != job);
        self.retrying.retain(|(id, ..)| *id != job);
    }

    /// The status line, no wider than `width` columns: what goes on as far as
    /// there is room for it, and how much more there is.
    pub(super) fn line(
        &self,
        views: &[Arc<JobView>],
        now: Instant,
        width: usize,
        palette: Palette,
    ) -> String {
        let head = self.head(now);
        let entries = self.entries(views, now, (width / 3).clamp(8, LABEL));
        let mut shown = entries.len().min(width);
        loop {
            let more = vec![(format!("+{}", entries.len() - shown), "2")];
            let rest = (shown < entries.len()).then_some(&more);
            let line: Vec<&Entry> = head.iter().chain(&entries[..shown]).chain(rest).collect();
            if shown <= 1 || columns(&line) <= width {
                return paint(&line, width, palette);
            }
            shown -= 1;
        }
    }

    /// What always stands in front.
    fn head(&self, now: Instant) -> Vec<Entry> {
        let mut head = vec![vec![(format!("{}/{}", self.done, self.total), "1")]];
        if self.failed > 0 {
            head.push(vec![(format!("{} failed", self.failed), "31")]);
        }
        if let Some(end) = self.cleanup {
            let left = age(end.saturating_duration_since(now));
            head.push(vec![(format!("interrupted, {left} left"), "33")]);
        } else if let Some(left) = self.left(now) {
            head.push(vec![(left, "")]);
        }
        head
    }

    /// How long it is likely to go on, in words. The end of an interrupted run has nothing to
    /// do with its past.
    fn left(&self, now: Instant) -> Option<String> {
        let eta = self.eta.as_ref().filter(|_| self.cleanup.is_none())?;
        let running = self.running.iter();
        let running: Vec<(JobId, Duration)> =
            running.map(|(job, since)| (*job, now.saturating_duration_since(*since))).collect();
        let whole = |left: Duration| age(left + Duration::from_millis(999));
        Some(match eta.left(&running)? {
            Left::About(left) => format!("about {} left", whole(left)),
            Left::AtLeast(left) => format!("at least {} left", whole(left)),
        })
    }

    /// What is going on, what has lasted longest first.
    fn entries(&self, views: &[Arc<JobView>], now: Instant, label: usize) -> Vec<Entry> {
        let entry = |job: &JobId, text: String| {
            vec![(fit(&views[job.0 as usize].label, label), ""), (text, "2")]
        };
        let running = self.working().map(|(job, since)| {
            entry(job, format!(" {}", age(now.saturating_duration_since(*since))))
        });
        let again = self.retrying.iter().map(|(job, at, (attempt, of))| {
            let left = age(at.saturating_duration_since(now));
            entry(job, format!(" attempt {attempt} of {of} in {left}"))
        });
        let waiting = self.waiting.iter();
        let waiting = waiting.map(|(job, wait)| entry(job, format!(" waits for {}", words(wait))));
        running.chain(again).chain(waiting).collect()
    }

    fn working(&self) -> impl Iterator<Item = &(JobId, Instant)> {
        let paused = |job: &JobId| self.retrying.iter().any(|(id, ..)| id == job);
        self.running.iter().filter(move |(job, _)| !paused(job))
    }

    /// The same as a sentence, for a log.
    pub(super) fn sentence(&self, views: &[Arc<JobView>], now: Instant) -> String {
        let label = |job: &JobId| plain(&views[job.0 as usize].label);
        let mut text = format!("{} of {} done", self.done, self.total);
        if self.failed > 0 {
            text += &format!(", {} failed", self.failed);
        }
        if let Some(left) = self.left(now) {
            text += &format!(", {left}");
        }
        let working = self.working().map(|(job, since)| {
            format!("{} ({})", label(job), age(now.saturating_duration_since(*since)))
        });
        let waiting = self.waiting.iter();
        let waiting = waiting.map(|(job, wait)| format!("{} for {}", label(job), words(wait)));
        let again = self
            .retrying
            .iter()
            .map(|(job, _, (n, of))| format!("{} for attempt {n} of {of}", label(job)));
        for (what, list) in
            [("running", working.collect()), ("waiting", again.chain(waiting).collect())]
        {
            let list: Vec<String> = list;
            if !list.is_empty() {
                text += &format!(", {what}: {}", named(&list));
            }
        }
        text
    }
}

/// The first names of a list, and how many more there are.
pub(super) fn named(list: &[String]) -> String {
    match list.len().saturating_sub(NAMED) {
        0 => list.join(", "),
        more => format!("{} and {more} more", list[..NAMED].join(", ")),
    }
}

fn words(wait: &Wait) -> String {
    match wait {
        Wait::Lock(name, holder) => {
            format!("lock {}, held by {}", fit(name, LABEL), fit(holder, LABEL))
        }
        Wait::Slot => "a job slot".to_string(),
    }
}

fn columns(entries: &[&Entry]) -> usize {
    let text: usize = entries.iter().flat_map(|e| e.iter()).map(|(text, _)| text.width()).sum();
    text + GAP.width() * entries.len().saturating_sub(1)
}

/// The entries with gaps between them, cut to `width` columns.
fn paint(entries: &[&Entry], width: usize, palette: Palette) -> String {
    let gap: Piece = (GAP.to_string(), "2");
    let spaced = entries.iter().enumerate().flat_map(|(at, entry)| {
        let before = (at > 0).then_some(&gap);
        before.into_iter().chain(entry.iter())
    });
    let mut line = String::new();
    let mut room = width;
    for (text, color) in spaced {
        let shown = fit(text, room);
        room -= shown.width();
        line += &if color.is_empty() { shown } else { palette.paint(color, &shown) };
        if room == 0 {
            break;
        }
    }
    line
}

/// `text` without what moves a cursor or has no width of its own.
pub(super) fn plain(text: &str) -> String {
    let stripped = anstream::adapter::strip_str(text).to_string();
    stripped.chars().filter(|c| !c.is_control()).collect()
}

/// `text` in at most `width` columns; `…` ends it where it is cut.
pub fn fit(text: &str, width: usize) -> String {
    let text = plain(text);
    if text.width() <= width {
        return text;
    }
    let mut used = 1;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= width
    });
    let kept: String = kept.collect();
    if width == 0 { kept } else { format!("{kept}…") }
}

/// `12s`, `3m 10s`, `2h 5m`: whole seconds are enough for who waits.
pub(super) fn age(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m {s}s"),
        (h, m, _) => format!("{h}h {m}m"),
    }
}
