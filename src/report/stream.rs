//! The two styles that print as things happen, `prefix` and `interleave`:
//! command lines, labelled output, skips, errors, times.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::color::Palette;
use super::lines::{Flow, Lines};
use super::redact::{Held, Redactor};
use crate::model::{
    Cause, Dialect, Event, JobId, JobView, Outcome, OutputStyle, Secrets, SkipReason, Stream, Wait,
    format_elapsed,
};
use crate::sys::signal;

/// Choices that hold for the whole run.
#[derive(Debug, Clone)]
pub struct Look {
    /// Colours on standard error.
    pub palette: Palette,
    /// Width for command lines; `None` shows them whole.
    pub columns: Option<usize>,
    /// `[x] Finished in` lines: always, never, or as the style has it.
    pub timings: Option<bool>,
    /// The line with the total.
    pub total: bool,
    /// Reasons and notes are shown.
    pub verbose: bool,
    /// Warnings are not (`-q` and `-S` in mise).
    pub hushed: bool,
    /// Failures are listed at the end (`-c`).
    pub list_failures: bool,
    /// The words of warnings.
    pub dialect: Dialect,
}

/// Writes events as they come.
pub struct Report<'a> {
    views: Vec<JobView>,
    look: Look,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    open: HashMap<(JobId, bool), Open>,
    redactor: Option<Redactor>,
    failed: Vec<(JobId, Cause)>,
    /// The reader of standard output has gone away.
    closed: bool,
}

/// What a stream that is open has not shown yet.
#[derive(Default)]
struct Open {
    held: Held,
    lines: Lines,
    flow: Flow,
}

impl<'a> Report<'a> {
    /// A report on jobs with these views.
    pub fn new(
        views: Vec<JobView>,
        look: Look,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
    ) -> Self {
        Self {
            views,
            look,
            out,
            err,
            open: HashMap::new(),
            redactor: None,
            failed: Vec::new(),
            closed: false,
        }
    }

    /// Takes these out of all that it shows from now on.
    pub fn hide(&mut self, secrets: &Secrets) {
        self.redactor = Redactor::new(secrets);
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redactor.as_ref().map_or(text.into(), |redactor| redactor.text(text))
    }

    /// True once nobody reads standard output any more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Takes one event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Joined(views, secrets) => {
                self.views.extend(views.iter().cloned());
                self.hide(secrets);
            }
            Event::Started(_) => {}
            Event::LateCall(job, text) => {
                self.labelled(*job, &format!("calls {text}, which is known when it runs"));
            }
            Event::Command(job, text) => self.command(*job, text),
            Event::Output(job, stream, bytes) => self.output(*job, *stream, bytes),
            Event::Reason(job, why) if self.look.verbose => {
                let why = self.shown(why);
                self.labelled(*job, &format!("runs because {why}"));
            }
            Event::Waiting(job, wait) => self.waiting(*job, wait),
            Event::Reason(..)
            | Event::Retrying { .. }
            | Event::Leaked(..)
            | Event::Recovered(_)
            | Event::Interrupted(..)
            | Event::TimedOut(_)
            | Event::Suspended
            | Event::Resumed
            | Event::Tick => {}
            Event::Warning(..) if self.look.hushed => {}
            Event::Warning(_, text) => {
                let line = self.look.palette.warning(self.look.dialect, &self.shown(text));
                self.error_line(&line);
            }
            Event::Ended { job, outcome, elapsed, .. } => self.ended(*job, outcome, *elapsed),
            Event::Finished(elapsed) => self.finished(*elapsed),
        }
    }

    fn waiting(&mut self, job: JobId, wait: &Wait) {
        match wait {
            _ if self.look.hushed || self.view(job).quiet => {}
            Wait::Lock(name, holder) => {
                self.labelled(job, &format!("waits for lock {name}, held by {holder}"));
            }
            Wait::Slot if self.look.verbose => self.labelled(job, "waits for a job slot"),
            Wait::Slot => {}
        }
    }

    fn view(&self, job: JobId) -> &JobView {
        &self.views[job.0 as usize]
    }

    fn label(&self, job: JobId) -> String {
        let view = self.view(job);
        let label = cut(&view.label, 40);
        self.look.palette.label(&view.color, &format!("[{label}]"))
    }

    fn command(&mut self, job: JobId, text: &str) {
        let view = self.view(job);
        if view.quiet {
            return;
        }
        let text = self.shown(text);
        let shown = if text.is_empty() { "$".to_string() } else { format!("$ {text}") };
        let shown = match self.look.columns {
            Some(columns) => {
                let room = columns.saturating_sub(cut(&view.label, 40).width() + 3).max(20);
                cut(&shown, room).to_string()
            }
            None => shown,
        };
        let painted = self.look.palette.paint("1", &shown);
        self.labelled(job, &painted);
    }

    fn labelled(&mut self, job: JobId, text: &str) {
        let label = self.label(job);
        self.error_line(&format!("{label} {text}"));
    }

    fn error_line(&mut self, text: &str) {
        let line = format!("{text}\n");
        let _ = self.err.write_all(line.as_bytes());
    }

    fn output(&mut self, job: JobId, stream: Stream, bytes: &[u8]) {
        let head = format!("{} ", self.label(job));
        let tail = format!("{}\n", self.look.palette.line_end());
        let labelled = self.view(job).labels_output;
        let open = self.open.entry((job, stream == Stream::Stdout)).or_default();
        let bytes = match &self.redactor {
            Some(redactor) => Cow::from(redactor.push(&mut open.held, bytes)),
            None => bytes.into(),
        };
        let whole = open.shown(&bytes, labelled, &head, &tail);
        self.write(stream, &whole);
    }

    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let result = match stream {
            Stream::Stdout => self.out.write_all(bytes).and_then(|()| self.out.flush()),
            Stream::Stderr => self.err.write_all(bytes),
        };
        let broken = |e: &io::Error| e.kind() == io::ErrorKind::BrokenPipe;
        self.closed |= stream == Stream::Stdout && result.as_ref().is_err_and(broken);
    }

    /// Last lines that have no end.
    fn close_streams(&mut self, job: JobId) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let Some(mut open) = self.open.remove(&(job, stream == Stream::Stdout)) else {
                continue;
            };
            let held = self.redactor.as_ref().map(|redactor| redactor.finish(&mut open.held));
            let head = format!("{} ", self.label(job));
            let tail = format!("{}\n", self.look.palette.line_end());
            let labelled = self.view(job).labels_output;
            let mut last = open.shown(&held.unwrap_or_default(), labelled, &head, &tail);
            if let Some(rest) = open.lines.finish() {
                last.extend_from_slice(&[head.as_bytes(), &rest, tail.as_bytes()].concat());
            }
            last.extend_from_slice(open.flow.finish());
            self.write(stream, &last);
        }
    }

    fn ended(&mut self, job: JobId, outcome: &Outcome, elapsed: Duration) {
        self.close_streams(job);
        let view = self.view(job);
        match outcome {
            Outcome::Fresh if view.first && !view.quiet => {
                self.labelled(job, "sources up-to-date, skipping");
            }
            Outcome::Skipped(SkipReason::Unchanged) if !view.quiet => {
                self.labelled(job, "nothing it needs has changed, skipping");
            }
            Outcome::Skipped(SkipReason::Asked) if view.first && !view.quiet => {
                self.labelled(job, "skipping task");
            }
            Outcome::Success if view.last && view.has_command && self.timed(view) => {
                self.labelled(job, &format!("Finished in {}", format_elapsed(elapsed)));
            }
            Outcome::Skipped(SkipReason::Dependency)
                if view.first && view.has_command && self.look.list_failures && !view.quiet =>
            {
                self.labelled(job, "skipped, because a task it depends on did not succeed");
            }
            Outcome::Failed(cause) => self.failed(job, cause),
            _ => {}
        }
    }

    fn timed(&self, view: &JobView) -> bool {
        let by_style = view.style == OutputStyle::Prefix && !view.quiet;
        self.look.timings.unwrap_or(by_style) && (by_style || self.look.timings == Some(true))
    }

    fn failed(&mut self, job: JobId, cause: &Cause) {
        match cause {
            Cause::Cancelled | Cause::Inner(_) | Cause::Signal(2, _) => return,
            Cause::Exit(_) => {}
            Cause::TimedOut(limit) => self.complain(job, &format!("timed out after {limit:?}")),
            Cause::Signal(number, program) => {
                let name = signal::name(*number);
                let text = format!("{program} exited with non-zero status: killed by {name}");
                self.complain(job, &text);
            }
            Cause::Error(lines) => {
                for line in lines {
                    self.complain(job, line);
                }
            }
        }
        self.failed.push((job, cause.clone()));
    }

    fn complain(&mut self, job: JobId, text: &str) {
        let error = self.look.palette.paint("31", "ERROR");
        let text = self.shown(text);
        self.labelled(job, &format!("{error} {text}"));
    }

    fn finished(&mut self, elapsed: Duration) {
        if self.look.total {
            let text = format!("Finished in {}", format_elapsed(elapsed));
            let text = self.look.palette.paint("2", &text);
            self.error_line(&text);
        }
        let failed = std::mem::take(&mut self.failed);
        if self.look.list_failures && !failed.is_empty() {
            let error = self.look.palette.paint("31", "ERROR");
            self.error_line(&format!("{error} {} task(s) failed:", failed.len()));
            for (job, cause) in &failed {
                let how = format!("exited with status {}", cause.code());
                self.labelled(*job, &how);
            }
        }
        if let Some((job, _)) = failed.first() {
            self.complain(*job, "task failed");
        }
        let _ = self.err.flush();
    }
}

impl Open {
    /// What can be shown: whole lines with their label, or what there is.
    fn shown(&mut self, bytes: &[u8], labelled: bool, head: &str, tail: &str) -> Vec<u8> {
        if !labelled {
            return self.flow.push(bytes);
        }
        let mut whole = Vec::with_capacity(bytes.len() + head.len() * 8);
        self.lines.push(bytes, |line| {
            whole.extend_from_slice(head.as_bytes());
            whole.extend_from_slice(line);
            whole.extend_from_slice(tail.as_bytes());
        });
        whole
    }
}

/// The first `width` columns of `text`, ending in `…` where it is cut.
fn cut(text: &str, width: usize) -> std::borrow::Cow<'_, str> {
    if text.width() <= width {
        return text.into();
    }
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used < width
        })
        .collect();
    format!("{kept}…").into()
}
