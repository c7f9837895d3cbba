//! `grouped`: what a task prints is shown whole when it ends; of those that
//! failed, at the end of the run. In CI each is a section of the log that
//! can be folded, and those that failed are none. A log is read from two
//! streams, in no certain order: what has sections goes to one of them.

use std::collections::{BTreeSet, HashMap};

use super::super::screen::Screen;
use super::super::sections::Sections;
use super::super::store::Store;
use super::arrangement::{Arrangement, At, End};
use super::labelled::{Frame, Labelled};
use crate::model::Stream;

/// The style.
#[derive(Debug, Default)]
pub(super) struct Grouped {
    lines: Labelled,
    store: Store,
    /// When each task first said something.
    begun: HashMap<u32, u64>,
    /// Tasks that failed, in the order in which they ended.
    failed: Vec<u32>,
    /// Tasks of which a job has failed, and which go on.
    failing: BTreeSet<u32>,
    over: bool,
    /// The log has sections.
    folds: bool,
}

impl Grouped {
    fn put(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        if self.over {
            return at.outlet.write(stream, bytes);
        }
        self.folds = at.look.sections != Sections::None;
        if self.folds && !bytes.is_empty() {
            self.begun.entry(at.view.task).or_insert_with(Sections::now);
        }
        self.store.push(at.view.task, stream, bytes);
    }

    fn show(&mut self, at: &mut At<'_, '_>) {
        let task = at.view.task;
        if self.store.is_empty(task) {
            return;
        }
        let marks = if at.view.quiet { Sections::None } else { at.look.sections };
        let begun = self.begun.remove(&task).unwrap_or_default();
        let folds = self.folds;
        at.outlet.write(Stream::Stdout, marks.open(task, &at.view.label, begun).as_bytes());
        self.store.take(task, |stream, bytes| at.outlet.write(in_log(folds, stream), bytes));
        at.outlet.write(Stream::Stdout, marks.close(task, &at.view.label).as_bytes());
    }
}

impl Arrangement for Grouped {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text) + "\n";
        self.put(at, Stream::Stderr, line.as_bytes());
    }

    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        let whole = self.lines.push(at.job, stream, bytes, &Frame::none());
        self.put(at, stream, &whole);
    }

    fn close(&mut self, at: &mut At<'_, '_>) {
        for (stream, last) in self.lines.finish(at.job) {
            self.put(at, stream, &Frame::none().around(&last));
        }
    }

    fn ended(&mut self, at: &mut At<'_, '_>, end: End) {
        let task = at.view.task;
        if end == End::Failed {
            self.failing.insert(task);
        }
        if !at.view.last {
            return;
        }
        if self.failing.remove(&task) {
            self.failed.push(task);
        } else {
            self.show(at);
        }
    }

    fn finish(&mut self, outlet: &mut Screen<'_>) {
        self.over = true;
        // Those whose end nobody told come first.
        let failed = std::mem::take(&mut self.failed);
        let untold = self.store.units().filter(|task| !failed.contains(task)).collect::<Vec<_>>();
        for task in untold.into_iter().chain(failed) {
            let folds = self.folds;
            self.store.take(task, |stream, bytes| outlet.write(in_log(folds, stream), bytes));
        }
    }
}

/// The stream of a log with sections, or each its own.
fn in_log(folds: bool, stream: Stream) -> Stream {
    if folds { Stream::Stdout } else { stream }
}
