//! `failures`: what a task prints is shown whole when it has failed, and
//! never otherwise.

use std::collections::BTreeSet;

use super::super::screen::Screen;
use super::super::store::Store;
use super::arrangement::{Arrangement, At, End};
use super::labelled::{Frame, Labelled};
use crate::model::Stream;

/// The style.
#[derive(Debug, Default)]
pub(super) struct Failures {
    lines: Labelled,
    store: Store,
    failed: BTreeSet<u32>,
    over: bool,
}

impl Failures {
    fn put(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        if self.over {
            at.outlet.write(stream, bytes);
        } else {
            self.store.push(at.view.task, stream, bytes);
        }
    }
}

impl Arrangement for Failures {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text) + "\n";
        self.put(at, Stream::Stderr, line.as_bytes());
    }

    /// Only where it was asked for: it is about a task that did not fail.
    fn time(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text);
        at.outlet.line(&line);
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
        if end != End::Other {
            self.failed.insert(task);
        }
        if !at.view.last {
            return;
        }
        if self.failed.remove(&task) {
            self.store.take(task, |stream, bytes| at.outlet.write(stream, bytes));
        } else {
            self.store.discard(task);
        }
    }

    fn finish(&mut self, _outlet: &mut Screen<'_>) {
        self.over = true;
    }
}
