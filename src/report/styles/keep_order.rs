//! `keep-order`: as `prefix`, one rank after the other. The one whose turn it
//! is is shown as it comes, the others wait.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::screen::Screen;
use super::super::store::Store;
use super::arrangement::{Arrangement, At, End};
use super::labelled::{Frame, Labelled};
use crate::model::{JobView, OutputStyle, Stream};

/// The style.
#[derive(Debug, Default)]
pub(super) struct KeepOrder {
    lines: Labelled,
    store: Store,
    /// How many jobs of each rank have not ended yet.
    open: BTreeMap<u32, usize>,
    over: bool,
}

impl KeepOrder {
    /// More jobs came up.
    pub(super) fn expect(&mut self, views: &[Arc<JobView>]) {
        for view in views.iter().filter(|view| view.style == OutputStyle::KeepOrder) {
            *self.open.entry(view.rank).or_default() += 1;
        }
    }

    /// Shows it where it is its turn.
    fn put(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        let now = self.over || self.open.keys().next().is_none_or(|first| at.view.rank <= *first);
        if now {
            at.outlet.write(stream, bytes);
        } else {
            self.store.push(at.view.rank, stream, bytes);
        }
    }

    /// Shows what waits, up to this rank.
    fn release(&mut self, last: Option<u32>, outlet: &mut Screen<'_>) {
        let due = |rank: &u32| last.is_none_or(|last| *rank <= last);
        while let Some(rank) = self.store.first().filter(due) {
            self.store.take(rank, |stream, bytes| outlet.write(stream, bytes));
        }
    }
}

impl Arrangement for KeepOrder {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = format!("{}{}\n", at.labelled(text), at.palette().line_end());
        self.put(at, Stream::Stderr, line.as_bytes());
    }

    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        let whole = self.lines.push(at.job, stream, bytes, &frame(at, stream));
        self.put(at, stream, &whole);
    }

    fn close(&mut self, at: &mut At<'_, '_>) {
        for (stream, last) in self.lines.finish(at.job) {
            self.put(at, stream, &frame(at, stream).around(&last));
        }
    }

    fn ended(&mut self, at: &mut At<'_, '_>, _end: End) {
        let rank = at.view.rank;
        match self.open.get_mut(&rank) {
            Some(jobs) if *jobs > 1 => *jobs -= 1,
            _ => drop(self.open.remove(&rank)),
        }
        // Those that ended while they waited, and then the one that is next.
        let next = self.open.keys().next().copied();
        self.release(next, at.outlet);
    }

    fn finish(&mut self, outlet: &mut Screen<'_>) {
        self.over = true;
        self.release(None, outlet);
    }
}

/// As in `prefix`, but for the end of coloured lines of standard error.
fn frame(at: &At<'_, '_>, stream: Stream) -> Frame {
    let frame = Frame::of(at, stream);
    match stream {
        Stream::Stdout => frame,
        Stream::Stderr => Frame { tail: format!("{}\n", at.palette().line_end()), ..frame },
    }
}
