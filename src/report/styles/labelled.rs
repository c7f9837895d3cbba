//! Whole lines of many streams, each between a head and a tail.

use super::super::lines::Lines;
use super::arrangement::At;
use crate::model::{JobId, Stream};
use foldhash::HashMap;

/// The unfinished lines.
#[derive(Debug, Default)]
pub(super) struct Labelled {
    open: HashMap<(JobId, bool), Lines>,
}

/// What a line stands between.
pub(super) struct Frame {
    pub(super) head: String,
    pub(super) tail: String,
}

impl Frame {
    /// `[x] line`
    pub(super) fn of(at: &At<'_, '_>, stream: Stream) -> Self {
        Self {
            head: format!("{} ", at.label_on(stream)),
            tail: format!("{}\n", at.line_end(stream)),
        }
    }

    /// The line alone.
    pub(super) fn none() -> Self {
        Self { head: String::new(), tail: "\n".into() }
    }

    /// The line in its frame.
    pub(super) fn around(&self, line: &[u8]) -> Vec<u8> {
        [self.head.as_bytes(), line, self.tail.as_bytes()].concat()
    }

    fn add(&self, to: &mut Vec<u8>, line: &[u8]) {
        to.extend_from_slice(self.head.as_bytes());
        to.extend_from_slice(line);
        to.extend_from_slice(self.tail.as_bytes());
    }
}

impl Labelled {
    /// The lines that `bytes` complete, framed.
    pub(super) fn push(
        &mut self,
        job: JobId,
        stream: Stream,
        bytes: &[u8],
        frame: &Frame,
    ) -> Vec<u8> {
        let mut whole = Vec::with_capacity(bytes.len() + frame.head.len() * 8);
        self.each(job, stream, bytes, |line| frame.add(&mut whole, line));
        whole
    }

    /// Calls `with` for the lines that `bytes` complete.
    pub(super) fn each(
        &mut self,
        job: JobId,
        stream: Stream,
        bytes: &[u8],
        with: impl FnMut(&[u8]),
    ) {
        self.open.entry((job, stream == Stream::Stdout)).or_default().push(bytes, with);
    }

    /// True where the stream's last line has no end.
    pub(super) fn is_open(&self, job: JobId, stream: Stream) -> bool {
        let lines = self.open.get(&(job, stream == Stream::Stdout));
        lines.is_some_and(|lines| !lines.is_empty())
    }

    /// The job's last lines, where they have no end.
    pub(super) fn finish(&mut self, job: JobId) -> Vec<(Stream, Vec<u8>)> {
        let streams = [Stream::Stdout, Stream::Stderr];
        let last = streams.map(|stream| {
            let mut lines = self.open.remove(&(job, stream == Stream::Stdout))?;
            lines.finish().map(|rest| (stream, rest))
        });
        last.into_iter().flatten().collect()
    }
}
