//! `timed`: of standard output only the line that has stood for a second
//! without a newer one; standard error as it comes.

use std::time::{Duration, Instant};

use super::super::screen::Screen;
use super::arrangement::{Arrangement, At, End};
use super::labelled::{Frame, Labelled};
use super::tail::Tail;
use crate::model::{Cause, Dialect, Stream};
use foldhash::HashMap;

/// How long a line has to stand.
const STANDS: Duration = Duration::from_secs(1);

/// The style.
#[derive(Debug, Default)]
pub(super) struct Timed {
    lines: Labelled,
    /// Of each task the line that nothing has followed yet.
    latest: HashMap<u32, Latest>,
    /// What was not shown of each task, for its failure.
    hidden: HashMap<u32, Tail>,
}

#[derive(Debug)]
struct Latest {
    since: Instant,
    line: Vec<u8>,
    framed: Vec<u8>,
}

impl Latest {
    fn stands(&self, now: Instant) -> bool {
        now.duration_since(self.since) >= STANDS
    }
}

impl Timed {
    /// Lines of standard output: only the last one of those that come at one
    /// time can stand.
    fn said(&mut self, at: &mut At<'_, '_>, bytes: &[u8]) {
        let (task, now) = (at.view.task, at.outlet.now());
        let mut last: Option<Vec<u8>> = None;
        let mut stood = None;
        // mise drops for good what was not shown.
        let mut hidden =
            (at.look.dialect == Dialect::Mep).then(|| self.hidden.entry(task).or_default());
        let mut hide = |line: &[u8]| hidden.iter_mut().for_each(|tail| tail.push(line));
        self.lines.each(at.job, Stream::Stdout, bytes, |line| {
            match (&last, self.latest.remove(&task)) {
                (Some(before), _) => hide(before),
                (None, Some(before)) if before.stands(now) => stood = Some(before.framed),
                (None, Some(before)) => hide(&before.line),
                (None, None) => {}
            }
            let buffer = last.get_or_insert_default();
            buffer.clear();
            buffer.extend_from_slice(line);
        });
        at.outlet.write(Stream::Stdout, &stood.unwrap_or_default());
        if let Some(line) = last {
            let framed = Frame::of(at, Stream::Stdout).around(&line);
            self.latest.insert(task, Latest { since: now, line, framed });
        }
    }
}

impl Arrangement for Timed {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text);
        at.outlet.line(&line);
    }

    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Stdout {
            return self.said(at, bytes);
        }
        let whole = self.lines.push(at.job, stream, bytes, &Frame::of(at, stream));
        at.outlet.write(stream, &whole);
    }

    fn close(&mut self, at: &mut At<'_, '_>) {
        if self.lines.is_open(at.job, Stream::Stdout) {
            self.said(at, b"\n");
        }
        for (stream, last) in self.lines.finish(at.job) {
            at.outlet.write(stream, &Frame::of(at, stream).around(&last));
        }
    }

    fn failed(&mut self, at: &mut At<'_, '_>, cause: &Cause) {
        if at.look.dialect == Dialect::Mise || *cause == Cause::Cancelled {
            return;
        }
        let frame = Frame::of(at, Stream::Stdout);
        let hidden = self.hidden.remove(&at.view.task).unwrap_or_default();
        at.outlet.write(Stream::Stdout, &hidden.framed(&frame));
        if let Some(latest) = self.latest.remove(&at.view.task) {
            at.outlet.write(Stream::Stdout, &latest.framed);
        }
    }

    fn ended(&mut self, at: &mut At<'_, '_>, _end: End) {
        if at.view.last {
            self.hidden.remove(&at.view.task);
        }
    }

    fn tick(&mut self, outlet: &mut Screen<'_>) {
        let now = outlet.now();
        let stood = self.latest.iter().filter(|(_, latest)| latest.stands(now));
        let mut stood: Vec<u32> = stood.map(|(task, _)| *task).collect();
        stood.sort_unstable();
        for latest in stood.into_iter().filter_map(|task| self.latest.remove(&task)) {
            outlet.write(Stream::Stdout, &latest.framed);
        }
    }

    fn finish(&mut self, outlet: &mut Screen<'_>) {
        self.tick(outlet);
    }
}
