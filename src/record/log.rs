//! What the tasks of a run wrote: one file for all, made when there is
//! something to keep, in which each task has segments. Of a task that writes
//! very much the beginning and the end are kept; memory does not grow with it.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::model::{JobId, Stream};
use foldhash::{HashMap, HashMapExt};

/// Output of a task that is held back until there is more of it.
const HELD: usize = 64 * 1024;
/// So much at once is not.
const BIG: usize = 16 * 1024;
/// How long it is held back.
const LONG: Duration = Duration::from_secs(1);
/// What is kept of the beginning of a task's output.
const FIRST: u64 = 256 * 1024;
/// And of its end.
const LAST: u64 = 768 * 1024;
/// Bytes of all tasks that go to the file at once.
const BATCH: usize = 64 * 1024;

/// A piece of the log, or of what is missing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// Written by this stream, from that offset on, so many bytes.
    Kept(Stream, u64, u64),
    /// So many bytes were not kept.
    Dropped(u64),
}

/// Hears what of a job's output has gone to the file, and what that is, where
/// it is still at hand.
pub(super) type Tell<'a> = dyn FnMut(JobId, Piece, &[u8]) + 'a;

/// The log of a run.
#[derive(Debug)]
pub(super) struct Log {
    /// None where it is only told of.
    path: Option<PathBuf>,
    file: Option<File>,
    /// Length of the file with what is on its way there.
    end: u64,
    /// The last bytes of it, still here.
    batch: Vec<u8>,
    jobs: HashMap<JobId, Output>,
    limits: [u64; 2],
    trouble: Option<io::Error>,
}

/// What one job has written.
#[derive(Debug)]
struct Output {
    held: Vec<u8>,
    /// Lengths of what is held, by stream.
    runs: Vec<(Stream, usize)>,
    since: Instant,
    /// Bytes that have gone to the file.
    gone: u64,
    ring: Option<Ring>,
}

/// The end of a long output: a region of the file that is written round and
/// round.
#[derive(Debug)]
struct Ring {
    from: u64,
    /// Where in the region the next byte goes.
    at: u64,
    /// What is there, oldest first.
    runs: VecDeque<(Stream, u64)>,
    length: u64,
    dropped: u64,
}

impl Log {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self {
            path,
            file: None,
            end: 0,
            batch: Vec::new(),
            jobs: HashMap::new(),
            limits: [FIRST, LAST],
            trouble: None,
        }
    }

    /// The first thing that went wrong.
    pub(super) fn trouble(&mut self) -> Option<io::Error> {
        self.trouble.take()
    }

    /// Takes what a job wrote; `tell` hears of what goes to the file.
    pub(super) fn push(
        &mut self,
        job: JobId,
        stream: Stream,
        bytes: &[u8],
        now: Instant,
        tell: &mut Tell<'_>,
    ) {
        if bytes.is_empty() {
            return;
        }
        let output = self.jobs.entry(job).or_insert_with(|| Output::new(now));
        if output.held.is_empty() {
            output.since = now;
            if bytes.len() >= BIG {
                return self.put(job, stream, bytes, tell);
            }
        }
        output.hold(stream, bytes);
        if output.held.len() >= HELD || now.duration_since(output.since) >= LONG {
            self.release(job, tell);
        }
    }

    /// What has been held back for long goes to the file.
    pub(super) fn tick(&mut self, now: Instant, tell: &mut Tell<'_>) {
        let due = |o: &Output| !o.held.is_empty() && now.duration_since(o.since) >= LONG;
        let jobs: Vec<JobId> =
            self.jobs.iter().filter(|(_, output)| due(output)).map(|(job, _)| *job).collect();
        jobs.into_iter().for_each(|job| self.release(job, tell));
    }

    /// The job writes nothing any more.
    pub(super) fn close(&mut self, job: JobId, tell: &mut Tell<'_>) {
        self.release(job, tell);
        let Some(ring) = self.jobs.remove(&job).and_then(|output| output.ring) else {
            return;
        };
        let [_, last] = self.limits;
        if ring.dropped > 0 {
            tell(job, Piece::Dropped(ring.dropped), &[]);
        }
        let mut at = (ring.at + last - ring.length) % last;
        for (stream, length) in ring.runs {
            // What goes over the end of the region is two pieces.
            let first = length.min(last - at);
            tell(job, Piece::Kept(stream, ring.from + at, first), &[]);
            if length > first {
                tell(job, Piece::Kept(stream, ring.from, length - first), &[]);
            }
            at = (at + length) % last;
        }
    }

    /// Closes all that are open.
    pub(super) fn close_all(&mut self, tell: &mut Tell<'_>) {
        let mut jobs: Vec<JobId> = self.jobs.keys().copied().collect();
        jobs.sort_unstable();
        jobs.into_iter().for_each(|job| self.close(job, tell));
    }

    /// All that the file is to hold is in it.
    pub(super) fn flush(&mut self) {
        if !self.batch.is_empty() {
            let batch = std::mem::take(&mut self.batch);
            self.write(self.end - batch.len() as u64, &batch);
            self.batch = batch;
            self.batch.clear();
        }
    }

    /// What is held of a job goes to the file.
    fn release(&mut self, job: JobId, tell: &mut Tell<'_>) {
        let Some(output) = self.jobs.get_mut(&job) else {
            return;
        };
        let (mut held, mut runs) =
            (std::mem::take(&mut output.held), std::mem::take(&mut output.runs));
        let mut from = 0;
        for (stream, length) in runs.drain(..) {
            self.put(job, stream, &held[from..from + length], tell);
            from += length;
        }
        held.clear();
        if let Some(output) = self.jobs.get_mut(&job) {
            (output.held, output.runs) = (held, runs);
        }
    }

    /// Bytes of a job go to the file.
    fn put(&mut self, job: JobId, stream: Stream, bytes: &[u8], tell: &mut Tell<'_>) {
        let [first, last] = self.limits;
        let gone = self.jobs.get(&job).map_or(0, |output| output.gone);
        let room = first.saturating_sub(gone).min(bytes.len() as u64) as usize;
        let (beginning, end) = bytes.split_at(room);
        if !beginning.is_empty() {
            let offset = self.append(beginning);
            tell(job, Piece::Kept(stream, offset, room as u64), beginning);
        }
        let new = match self.jobs.get(&job) {
            Some(output) if output.ring.is_none() && !end.is_empty() => Some(self.ring()),
            _ => None,
        };
        let Some(output) = self.jobs.get_mut(&job) else {
            return;
        };
        output.gone += room as u64;
        output.ring = new.or(output.ring.take());
        let ring = output.ring.as_mut().filter(|_| !end.is_empty());
        let places = ring.map_or_else(Vec::new, |ring| ring.take(stream, end, last));
        places.into_iter().for_each(|(at, bytes)| self.write(at, bytes));
    }

    /// Adds to the end of the file; the offset where that is.
    fn append(&mut self, bytes: &[u8]) -> u64 {
        if self.batch.len() + bytes.len() > BATCH {
            self.flush();
        }
        let offset = self.end;
        self.batch.extend_from_slice(bytes);
        self.end += bytes.len() as u64;
        offset
    }

    /// A region behind all that is in the file.
    fn ring(&mut self) -> Ring {
        self.flush();
        let from = self.end;
        self.end += self.limits[1];
        Ring { from, at: 0, runs: VecDeque::new(), length: 0, dropped: 0 }
    }

    fn write(&mut self, at: u64, bytes: &[u8]) {
        let Some(path) = self.path.as_ref().filter(|_| self.trouble.is_none()) else {
            return;
        };
        let open = || File::options().write(true).create_new(true).mode(0o600).open(path);
        let done = match &self.file {
            Some(file) => file.write_all_at(bytes, at),
            None => open().and_then(|file| {
                let done = file.write_all_at(bytes, at);
                self.file = Some(file);
                done
            }),
        };
        self.trouble = done.err();
    }
}

impl Output {
    fn new(now: Instant) -> Self {
        Self { held: Vec::new(), runs: Vec::new(), since: now, gone: 0, ring: None }
    }

    fn hold(&mut self, stream: Stream, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        match self.runs.last_mut() {
            Some((last, length)) if *last == stream => *length += bytes.len(),
            _ => self.runs.push((stream, bytes.len())),
        }
    }
}

impl Ring {
    /// Takes bytes; what has to be written where, in a region of that size.
    fn take<'b>(&mut self, stream: Stream, bytes: &'b [u8], size: u64) -> Vec<(u64, &'b [u8])> {
        match self.runs.back_mut() {
            Some((last, length)) if *last == stream => *length += bytes.len() as u64,
            _ => self.runs.push_back((stream, bytes.len() as u64)),
        }
        self.length += bytes.len() as u64;
        self.forget(self.length.saturating_sub(size));
        // More than the region holds is written over at once.
        let end = &bytes[bytes.len().saturating_sub(size as usize)..];
        self.at = (self.at + (bytes.len() - end.len()) as u64) % size;
        let (first, second) = end.split_at(end.len().min((size - self.at) as usize));
        let places = vec![(self.from + self.at, first), (self.from, second)];
        self.at = (self.at + end.len() as u64) % size;
        places.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect()
    }

    /// So many of the oldest bytes are gone.
    fn forget(&mut self, mut bytes: u64) {
        self.length -= bytes;
        self.dropped += bytes;
        while let Some((_, length)) = self.runs.front_mut().filter(|_| bytes > 0) {
            let gone = bytes.min(*length);
            *length -= gone;
            bytes -= gone;
            if *length == 0 {
                self.runs.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Bytes = Vec<(Stream, u8)>;

    /// What the pieces of a job's output say, read back from the file, and what they should.
    fn kept(chunks: &[(bool, usize)], limits: [u64; 2]) -> [Bytes; 2] {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::new(Some(dir.path().join("log")));
        log.limits = limits;
        let mut pieces = Vec::new();
        let mut written = Vec::new();
        let now = Instant::now();
        let mut number = 0u8;
        for (at, (err, length)) in chunks.iter().enumerate() {
            let stream = if *err { Stream::Stderr } else { Stream::Stdout };
            let bytes: Vec<u8> = (0..*length)
                .map(|_| {
                    number = number.wrapping_add(1);
                    number
                })
                .collect();
            written.extend(bytes.iter().map(|byte| (stream, *byte)));
            let mut tell = |job, piece, _: &[u8]| {
                if job == JobId(1) {
                    pieces.push(piece);
                }
            };
            // Time passes, so that nothing is held back for long; another job writes as well.
            log.push(JobId(1), stream, &bytes, now + LONG * at as u32, &mut tell);
            log.push(JobId(2), stream, b"other", now + LONG * at as u32, &mut tell);
        }
        log.close_all(&mut |job, piece, _| {
            if job == JobId(1) {
                pieces.push(piece);
            }
        });
        log.flush();
        assert!(log.trouble().is_none());
        let file = std::fs::read(dir.path().join("log")).unwrap_or_default();
        let mut read = Vec::new();
        let mut dropped = 0;
        for piece in pieces {
            match piece {
                Piece::Kept(stream, at, length) => {
                    let bytes = &file[at as usize..(at + length) as usize];
                    read.extend(bytes.iter().map(|byte| (stream, *byte)));
                }
                Piece::Dropped(bytes) => {
                    assert_eq!(read.len() as u64, limits[0], "what is dropped is in the middle");
                    dropped = bytes as usize;
                }
            }
        }
        let first = limits[0].min(written.len() as u64) as usize;
        let mut expected = written[..first].to_vec();
        expected.extend_from_slice(&written[first + dropped..]);
        assert!(dropped == 0 || written.len() as u64 == limits[0] + limits[1] + dropped as u64);
        [read, expected]
    }

    proptest! {
        #[test]
        fn the_first_and_the_last_bytes_are_kept(
            chunks in prop::collection::vec((any::<bool>(), 0usize..40), 0..20),
            first in 0u64..30,
            last in 1u64..50,
        ) {
            let [read, expected] = kept(&chunks, [first, last]);
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn a_run_without_output_has_no_log() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::new(Some(dir.path().join("log")));
        log.push(JobId(1), Stream::Stdout, b"", Instant::now(), &mut |_, _, _| ());
        log.close_all(&mut |_, _, _| ());
        log.flush();
        assert!(!dir.path().join("log").exists());
    }
}
