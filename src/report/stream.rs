//! What is said of a run, event by event: command lines, skips, errors, times.
//! Secrets end here; where the rest goes, and when, the styles decide. All of it
//! goes through the screen, which keeps the status line below it.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use unicode_width::UnicodeWidthStr;

use super::eta::Eta;
use super::look::{Look, cut};
use super::progress::{fit, is_own};
use super::screen::Screen;
use super::styles::{Arrangement, At, End, Styles};
use super::summary::{Summary, describe};
use crate::model::{
    Cause, Event, Held, JobId, JobView, Leftover, Outcome, OutputStyle, Redactor, Secrets,
    SkipReason, Stream, Wait, format_elapsed,
};
use crate::plan::Outlook;
use crate::sys::signal;

/// Writes events as they come.
pub struct Report<'a> {
    views: Vec<Arc<JobView>>,
    look: Look,
    screen: Screen<'a>,
    summary: Summary,
    styles: Styles,
    held: HashMap<(JobId, bool), Held>,
    redactor: Option<Redactor>,
    failed: Vec<(JobId, Cause)>,
    /// What runs has been asked to end.
    ending: bool,
    /// Jobs that we have ended.
    stopped: HashSet<JobId>,
}

impl<'a> Report<'a> {
    /// A report on jobs with these views.
    pub fn new(
        views: Vec<Arc<JobView>>,
        look: Look,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
    ) -> Self {
        let mut screen = Screen::new(out, err, look.live, look.palette, Instant::now());
        screen.progress.add(&views);
        let mut styles = Styles::default();
        styles.expect(&views);
        Self {
            views,
            look,
            screen,
            summary: Summary::default(),
            styles,
            held: HashMap::new(),
            redactor: None,
            failed: Vec::new(),
            ending: false,
            stopped: HashSet::new(),
        }
    }

    /// Takes note of how long the run is likely to go on, with so many jobs at a time.
    pub fn foresee(&mut self, outlook: Outlook, slots: usize) {
        self.screen.progress.foresee(Eta::new(outlook, slots));
    }

    /// Takes these out of all that it shows from now on.
    pub fn hide(&mut self, secrets: &Secrets) {
        self.redactor = Redactor::new(secrets);
        if let Some(redactor) = &self.redactor {
            for view in self.views.iter_mut().map(Arc::make_mut) {
                for text in [&mut view.label, &mut view.rerun] {
                    *text = redactor.text(text).into();
                }
            }
        }
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redactor.as_ref().map_or(text.into(), |redactor| redactor.text(text))
    }

    /// True once nobody reads standard output any more.
    pub fn is_closed(&self) -> bool {
        self.screen.is_closed()
    }

    /// True once output of a task is lost: standard output could not be written.
    pub fn has_lost(&self) -> bool {
        self.screen.has_lost()
    }

    /// All that was said so far is on its way.
    pub fn flush(&mut self) {
        self.screen.flush();
    }

    /// Takes one event.
    pub fn event(&mut self, event: &Event) {
        self.event_at(event, Instant::now());
    }

    /// Takes an event of that moment.
    pub(super) fn event_at(&mut self, event: &Event, now: Instant) {
        if let Event::Joined(views, secrets) = event {
            self.views.extend(views.iter().cloned());
            self.screen.progress.add(views);
            self.styles.expect(views);
            self.hide(secrets);
        }
        let news = self.without_stragglers(event);
        let event = news.as_ref().unwrap_or(event);
        self.screen.before(event, &self.views, now);
        self.summary.event(event, &self.views);
        self.style(event);
        self.screen.after(event, &self.views);
        if let Event::Ended { job, outcome: Outcome::Failed(cause), .. } = event
            && matches!(cause, Cause::TimedOut(_) | Cause::Cancelled)
        {
            self.stopped.insert(*job);
        }
        self.ending |= match event {
            Event::Interrupted(..) | Event::TimedOut(_) => true,
            Event::Ended { outcome: Outcome::Failed(_), .. } => !self.look.list_failures,
            _ => false,
        };
    }

    /// What has been asked to end and has not done so yet is no leak.
    fn without_stragglers(&self, event: &Event) -> Option<Event> {
        match event {
            Event::Leaked(job, left) if self.ending || self.stopped.contains(job) => {
                let spared = left.iter().filter(|left| left.spared).cloned().collect();
                Some(Event::Leaked(*job, spared))
            }
            _ => None,
        }
    }

    fn style(&mut self, event: &Event) {
        match event {
            Event::Joined(..) => {}
            Event::Started(_) | Event::Process(..) => {}
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
            Event::Retrying { job, cause, attempt, delay } if !self.view(*job).quiet => {
                self.close_streams(*job);
                let (attempt, of) = attempt;
                let text =
                    format!("attempt {attempt} of {of} in {delay:?}, after {}", describe(cause));
                let text = self.shown(&text).into_owned();
                self.labelled(*job, &text);
            }
            Event::Retrying { job, .. } => self.close_streams(*job),
            Event::Leaked(..) | Event::Recovered(_) if self.look.hushed => {}
            Event::Leaked(job, left) => left.iter().for_each(|left| self.leaked(*job, left)),
            Event::Recovered(left) => left.iter().for_each(|left| self.recovered(left)),
            Event::TimedOut(limit) if self.look.summary => {
                self.screen
                    .line(&format!("interrupted, because the run took longer than {limit:?}"));
            }
            Event::Interrupted(signal, _) if self.look.summary => self.interrupted(*signal),
            Event::Interrupted(..)
            | Event::Reason(..)
            | Event::Asking(_)
            | Event::Handover
            | Event::TimedOut(_)
            | Event::Suspended
            | Event::Resumed => {}
            Event::Tick => self.styles.tick(&mut self.screen),
            Event::Warning(..) if self.look.hushed => {}
            Event::Warning(_, text) => {
                let line = self.look.palette.warning(self.look.dialect, &self.shown(text));
                self.screen.line(&line);
            }
            Event::Nowhere(job, dir) => {
                let warn = self.look.palette.paint("33", "WARN");
                let dir = self.shown(dir);
                self.labelled(*job, &format!("{warn} task directory does not exist: {dir}"));
            }
            Event::Ended { job, outcome, elapsed, attempt } => {
                self.ended(*job, outcome, *elapsed, *attempt);
            }
            Event::Finished(elapsed) => self.finished(*elapsed),
        }
    }

    fn waiting(&mut self, job: JobId, wait: &Wait) {
        match wait {
            // The line at the bottom says it as long as it lasts.
            _ if self.screen.has_line() => {}
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
        self.styled(job, |style, at| style.command(at, &painted));
    }

    /// Asks the style of a job.
    fn styled(&mut self, job: JobId, ask: impl FnOnce(&mut dyn Arrangement, &mut At<'_, 'a>)) {
        let view = &self.views[job.0 as usize];
        let mut at = At { job, view, look: &self.look, outlet: &mut self.screen };
        ask(self.styles.of(view.style), &mut at);
    }

    /// A line of ours about a job.
    fn labelled(&mut self, job: JobId, text: &str) {
        self.styled(job, |style, at| style.line(at, text));
    }

    fn output(&mut self, job: JobId, stream: Stream, bytes: &[u8]) {
        let bytes = match &self.redactor {
            Some(redactor) => {
                let held = self.held.entry((job, stream == Stream::Stdout)).or_default();
                Cow::from(redactor.push(held, bytes))
            }
            None => bytes.into(),
        };
        self.summary.output(job, stream, &bytes);
        self.styled(job, |style, at| style.output(at, stream, &bytes));
    }

    /// The job writes nothing any more.
    fn close_streams(&mut self, job: JobId) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let held = self.held.remove(&(job, stream == Stream::Stdout));
            if let (Some(redactor), Some(mut held)) = (&self.redactor, held) {
                let rest = redactor.finish(&mut held);
                self.summary.output(job, stream, &rest);
                self.styled(job, |style, at| style.output(at, stream, &rest));
            }
        }
        self.styled(job, |style, at| style.close(at));
    }

    fn ended(&mut self, job: JobId, outcome: &Outcome, elapsed: Duration, attempt: u32) {
        self.close_streams(job);
        if *outcome == Outcome::Success && attempt > 1 && !self.view(job).quiet {
            self.labelled(job, &format!("flaky: attempt {attempt} went well"));
        }
        self.last_words(job, outcome, elapsed);
        let end = match outcome {
            Outcome::Failed(cause) if is_own(cause) => End::Failed,
            Outcome::Tolerated(cause) if is_own(cause) => End::Tolerated,
            _ => End::Other,
        };
        self.styled(job, |style, at| style.ended(at, end));
    }

    fn last_words(&mut self, job: JobId, outcome: &Outcome, elapsed: Duration) {
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
                let text = format!("Finished in {}", format_elapsed(elapsed));
                self.styled(job, |style, at| style.time(at, &text));
            }
            Outcome::Skipped(SkipReason::Dependency)
                if view.first && view.has_command && self.look.list_failures && !view.quiet =>
            {
                self.labelled(job, "skipped, because a task it depends on did not succeed");
            }
            Outcome::Failed(cause) => self.failed(job, cause),
            Outcome::Tolerated(cause) if is_own(cause) => self.tolerated(job, cause),
            _ => {}
        }
    }

    /// A failure that is nothing to the run.
    fn tolerated(&mut self, job: JobId, cause: &Cause) {
        self.styled(job, |style, at| style.failed(at, cause));
        self.explain(job, cause);
        if !self.view(job).quiet {
            let text = format!("tolerated: {}", describe(cause));
            let text = self.shown(&text).into_owned();
            self.labelled(job, &text);
        }
    }

    /// A process that a task left behind.
    fn leaked(&mut self, job: JobId, left: &Leftover) {
        let text = if left.spared {
            let command = self.shown(&left.command);
            format!("left running: {} {}", left.pid, fit(&command, 200))
        } else {
            self.leaky("ended what was left", left)
        };
        self.labelled(job, &text);
    }

    /// A process that a run has left behind which was killed.
    fn recovered(&mut self, left: &Leftover) {
        let text = self.leaky("ended what a killed run had left", left);
        self.screen.line(&text);
    }

    fn leaky(&self, what: &str, left: &Leftover) -> String {
        let command = self.shown(&left.command);
        let leaky = self.look.palette.paint("33", "LEAKY");
        format!("{leaky} {what}: {} {}", left.pid, fit(&command, 200))
    }

    fn interrupted(&mut self, number: i32) {
        let typed = if number == 2 { " (Ctrl-C)" } else { "" };
        if number == 2 {
            self.screen.below_key();
        }
        self.screen.line(&format!("interrupted by {}{typed}", signal::name(number)));
    }

    fn timed(&self, view: &JobView) -> bool {
        let by_style = !view.quiet
            && matches!(
                view.style,
                OutputStyle::Prefix
                    | OutputStyle::KeepOrder
                    | OutputStyle::Timed
                    | OutputStyle::Grouped
            );
        self.look.timings.unwrap_or(by_style) && (by_style || self.look.timings == Some(true))
    }

    fn failed(&mut self, job: JobId, cause: &Cause) {
        self.styled(job, |style, at| style.failed(at, cause));
        if is_own(cause) {
            self.explain(job, cause);
            self.failed.push((job, cause.clone()));
        }
    }

    /// What went wrong, where the task itself cannot have said so.
    fn explain(&mut self, job: JobId, cause: &Cause) {
        match cause {
            Cause::Cancelled | Cause::Inner(_) | Cause::Exit(_) => {}
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
    }

    fn complain(&mut self, job: JobId, text: &str) {
        let error = self.look.palette.paint("31", "ERROR");
        let text = self.shown(text);
        self.labelled(job, &format!("{error} {text}"));
    }

    fn finished(&mut self, elapsed: Duration) {
        self.styles.finish(&mut self.screen);
        if self.look.total {
            let text = format!("Finished in {}", format_elapsed(elapsed));
            let text = self.look.palette.paint("2", &text);
            self.screen.line(&text);
        }
        if self.look.summary && self.screen.progress.total() > 1 {
            self.at_length();
        } else {
            self.in_short();
        }
        self.screen.flush();
    }

    fn at_length(&mut self) {
        let total = self.screen.progress.total();
        let Look { list_failures, palette, .. } = self.look;
        for line in self.summary.lines(&self.views, total, list_failures, palette) {
            let line = self.shown(&line).into_owned();
            self.screen.line(&line);
        }
    }

    fn in_short(&mut self) {
        let failed = std::mem::take(&mut self.failed);
        if self.look.list_failures && !failed.is_empty() {
            let error = self.look.palette.paint("31", "ERROR");
            self.screen.line(&format!("{error} {} task(s) failed:", failed.len()));
            for (job, cause) in &failed {
                let how = format!("exited with status {}", cause.code());
                self.labelled(*job, &how);
            }
        }
        if let Some((job, _)) = failed.first() {
            self.complain(*job, "task failed");
        }
    }
}
