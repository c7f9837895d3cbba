//! What all styles have in common: what they are asked, and what they know of
//! the job that an event is about.

use super::super::color::Palette;
use super::super::look::{Look, cut};
use super::super::screen::Screen;
use crate::model::{Cause, Dialect, JobId, JobView, Stream};

/// Columns of a label.
pub(super) const LABEL: usize = 40;

/// A job, and where what is shown of it goes.
pub(in crate::report) struct At<'r, 'w> {
    pub(in crate::report) job: JobId,
    pub(in crate::report) view: &'r JobView,
    pub(in crate::report) look: &'r Look,
    pub(in crate::report) outlet: &'r mut Screen<'w>,
}

impl At<'_, '_> {
    pub(super) fn palette(&self) -> Palette {
        self.look.palette
    }

    /// `[name]`, for standard error.
    pub(super) fn label(&self) -> String {
        self.painted(self.palette())
    }

    /// `[name]`, in front of what a task wrote there. mise asks standard error
    /// alone whether its labels have colours.
    pub(super) fn label_on(&self, stream: Stream) -> String {
        self.painted(match (stream, self.look.dialect) {
            (Stream::Stdout, Dialect::Mep) => self.look.out,
            _ => self.palette(),
        })
    }

    /// What ends a line that a task wrote there. mise asks standard output
    /// alone.
    pub(super) fn line_end(&self, stream: Stream) -> &'static str {
        match (stream, self.look.dialect) {
            (Stream::Stderr, Dialect::Mep) => self.palette().line_end(),
            _ => self.look.out.line_end(),
        }
    }

    fn painted(&self, palette: Palette) -> String {
        let label = cut(&self.view.label, LABEL);
        palette.label(&self.view.color, &format!("[{label}]"))
    }

    /// A line of ours with its label.
    pub(super) fn labelled(&self, text: &str) -> String {
        format!("{} {text}", self.label())
    }
}

/// How a job ended, as far as a style has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum End {
    /// It failed by itself.
    Failed,
    /// It failed, which is nothing to the run.
    Tolerated,
    /// Anything else.
    Other,
}

/// A style. It hears of the jobs that are shown in it, in the order in which
/// things happen; secrets have been taken out.
pub(in crate::report) trait Arrangement {
    /// A line of ours about the job, without its label.
    fn line(&mut self, at: &mut At<'_, '_>, text: &str);

    /// The line of a command that starts.
    fn command(&mut self, at: &mut At<'_, '_>, text: &str) {
        self.line(at, text);
    }

    /// The line that says how long the task took.
    fn time(&mut self, at: &mut At<'_, '_>, text: &str) {
        self.line(at, text);
    }

    /// Bytes the job wrote, cut anywhere.
    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]);

    /// The job writes nothing any more: what has no line end goes out.
    fn close(&mut self, at: &mut At<'_, '_>);

    /// The job failed; its output is closed.
    fn failed(&mut self, _at: &mut At<'_, '_>, _cause: &Cause) {}

    /// All has been said of the job.
    fn ended(&mut self, _at: &mut At<'_, '_>, _end: End) {}

    /// Some time has passed.
    fn tick(&mut self, _outlet: &mut Screen<'_>) {}

    /// The run has ended; what is said from now on is shown at once.
    fn finish(&mut self, _outlet: &mut Screen<'_>) {}
}
