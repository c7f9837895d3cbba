//! `timed`: of standard output only the line that has stood for a second
//! without a newer one; standard error as it comes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::super::screen::Screen;
use super::arrangement::{Arrangement, At, End};
use super::labelled::{Frame, Labelled};
use super::tail::Tail;
use crate::model::{Cause, Dialect, Stream};

/// How long a line has to stand.
const STANDS: Duration = Duration::from_secs(1);

/// The style.
#[derive(Debug, Default)]
pub(super) struct Timed {
    lines: Labelled,
    /// Of each task the line that nothing has followed yet, framed.
    latest: HashMap<u32, (Instant, Vec<u8>)>,
    /// What was not shown of each task, for its failure.
    hidden: HashMap<u32, Tail>,
}

impl Timed {
    /// A line of standard output, framed.
    fn said(&mut self, at: &mut At<'_, '_>, line: Vec<u8>) {
        let now = at.outlet.now();
        let task = at.view.task;
        match self.latest.insert(task, (now, line)) {
            Some((since, line)) if now.duration_since(since) >= STANDS => {
                at.outlet.write(Stream::Stdout, &line);
            }
            // mise drops it for good.
            Some((_, line)) if at.look.dialect == Dialect::Mep => {
                self.hidden.entry(task).or_default().push(&line);
            }
            _ => {}
        }
    }

    fn put(&mut self, at: &mut At<'_, '_>, stream: Stream, line: Vec<u8>) {
        match stream {
            Stream::Stdout => self.said(at, line),
            Stream::Stderr => at.outlet.write(stream, &line),
        }
    }
}

impl Arrangement for Timed {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text);
        at.outlet.line(&line);
    }

    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        let frame = Frame::of(at, stream);
        if stream == Stream::Stderr {
            let whole = self.lines.push(at.job, stream, bytes, &frame);
            return at.outlet.write(stream, &whole);
        }
        let mut lines = Vec::new();
        self.lines.each(at.job, stream, bytes, |line| lines.push(frame.around(line)));
        for line in lines {
            self.said(at, line);
        }
    }

    fn close(&mut self, at: &mut At<'_, '_>) {
        for (stream, last) in self.lines.finish(at.job) {
            self.put(at, stream, Frame::of(at, stream).around(&last));
        }
    }

    fn failed(&mut self, at: &mut At<'_, '_>, cause: &Cause) {
        if at.look.dialect == Dialect::Mise || matches!(cause, Cause::Cancelled) {
            return;
        }
        let hidden = self.hidden.remove(&at.view.task).unwrap_or_default();
        at.outlet.write(Stream::Stdout, &hidden.into_bytes());
        if let Some((_, line)) = self.latest.remove(&at.view.task) {
            at.outlet.write(Stream::Stdout, &line);
        }
    }

    fn ended(&mut self, at: &mut At<'_, '_>, _end: End) {
        if at.view.last {
            self.hidden.remove(&at.view.task);
        }
    }

    fn tick(&mut self, outlet: &mut Screen<'_>) {
        let now = outlet.now();
        let mut stood: Vec<u32> = Vec::new();
        for (task, (since, _)) in &self.latest {
            if now.duration_since(*since) >= STANDS {
                stood.push(*task);
            }
        }
        stood.sort_unstable();
        for task in stood {
            if let Some((_, line)) = self.latest.remove(&task) {
                outlet.write(Stream::Stdout, &line);
            }
        }
    }

    fn finish(&mut self, outlet: &mut Screen<'_>) {
        self.tick(outlet);
    }
}
