//! The open record of this run: takes events and puts them where they are kept.
//! It is written when a process has been started, so that the next run finds
//! it should we be killed, and else when there is much to write, or when a
//! second has gone by. Its lock is ours as long as we live.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use foldhash::{HashMap, HashMapExt};
use nix::unistd::getsid;

use super::events;
use super::history::{Part, Verdict, step};
use super::line::{Line, TaskLine, hidden};
use super::log::{Log, Piece};
use super::place::{self, Listed, Place};
use super::prune::{self, Bounds};
use super::read::{FORMAT, Story, Unreadable};
use crate::model::{Dialect, Event, Held, JobId, Outcome, Redactor, Secrets, Stream};
use crate::sys::processes;

/// What waits to be written.
const MUCH: usize = 64 * 1024;
/// And for how long.
const LONG: Duration = Duration::from_secs(1);

/// What stays of a record when its run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// All of it.
    All,
    /// All of it is written, and it is for the caller to remove.
    ForNow,
    /// Only what the next run has to know should this one be killed.
    Processes,
}

/// What a record begins with.
#[derive(Debug, Clone)]
pub struct Opening<'a> {
    /// Where it is to be.
    pub place: &'a Place,
    /// The project's home.
    pub project: &'a Path,
    /// Where the run was started.
    pub cwd: &'a Path,
    /// What the program was called.
    pub program: &'a str,
    /// The words of the command line behind that.
    pub words: &'a [String],
    /// The run that started this one.
    pub parent: Option<&'a str>,
    /// The rules it goes by.
    pub dialect: Dialect,
    /// How many jobs side by side.
    pub jobs: usize,
    /// What its tasks leave behind is ours to end.
    pub owned: bool,
    /// What stays of it.
    pub keeping: Keeping,
    /// How long its tasks take stays for later runs.
    pub teaches: bool,
    /// How many records stay.
    pub bounds: Bounds,
    /// What must not be in it.
    pub secrets: &'a Secrets,
}

/// Somebody who reads along.
pub type Reader = Box<dyn Write>;

/// What has become of a record.
#[derive(Debug, Default)]
pub struct Closed {
    /// Where it is, if it is anywhere.
    kept: Option<(Place, Listed)>,
    /// What kept it from being whole; then there is none.
    pub trouble: Option<io::Error>,
    /// What kept it from whoever read along.
    pub unread: Option<io::Error>,
    /// What kept its tasks from the past of the others.
    pub forgotten: Option<io::Error>,
}

impl Closed {
    /// What it tells.
    pub fn story(&self) -> Option<Result<Story, Unreadable>> {
        self.kept.as_ref().map(|(place, run)| Story::read(place, run))
    }

    /// Removes it.
    pub fn remove(self) {
        if let Some((place, run)) = self.kept {
            prune::remove(&place, &run);
        }
    }
}

/// The record of this run.
pub struct Recorder {
    id: String,
    nested: bool,
    keeping: Keeping,
    teaches: bool,
    bounds: Bounds,
    place: Place,
    begin: Instant,
    file: Option<Live>,
    stream: Option<Reader>,
    unread: Option<io::Error>,
    /// Something waits that is needed should we be killed.
    urgent: bool,
    log: Log,
    lines: Vec<u8>,
    redactor: Option<Redactor>,
    held: HashMap<(JobId, bool), Held>,
    tasks: Vec<Task>,
    counts: [u64; 5],
    part: Part,
}

/// The file as long as the run goes on.
struct Live {
    file: File,
    path: PathBuf,
    waiting: Vec<u8>,
    flushed: Instant,
    trouble: Option<io::Error>,
}

/// What has to be known of a job when it ends.
struct Task {
    /// The words that ask for it, where it is the last one of its task.
    words: Option<Arc<str>>,
    /// Where it is a part of its task that works.
    step: Option<Box<Step>>,
}

/// A part of a task with calls, whose own time is remembered as well.
#[derive(Debug)]
struct Step {
    words: String,
    started: Option<Instant>,
}

impl Recorder {
    /// Begins a record, and tells whoever reads along.
    ///
    /// # Errors
    /// Where it cannot be written; the reader has heard nothing then.
    pub fn open(
        opening: &Opening<'_>,
        reader: Option<Reader>,
    ) -> Result<Self, (io::Error, Option<Reader>)> {
        let (mut time, pid) = (place::unix_time(), std::process::id());
        let nested = opening.parent.is_some();
        // Somebody with our number in another space of process numbers may have
        // begun at the same moment.
        let file = loop {
            match create(opening.place, &place::id(time, pid), nested) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    time += Duration::from_millis(1);
                }
                other => break other,
            }
        };
        let (file, path) = match file {
            Ok(created) => created,
            Err(error) => return Err((error, reader)),
        };
        let mut recorder = Self::new(opening, time);
        recorder.file = Some(Live::new(file, path, recorder.begin));
        if recorder.keeping != Keeping::Processes {
            recorder.log = Log::new(Some(recorder.place.log(&recorder.id)));
        }
        // What it says is there before anything is started.
        recorder.head(opening, time);
        recorder.keep(true);
        recorder.flush();
        if let Some(error) = recorder.give_up() {
            return Err((error, reader));
        }
        recorder.stream = reader;
        recorder.tell();
        Ok(recorder)
    }

    /// No record, but for whoever reads along.
    pub fn nowhere(opening: &Opening<'_>, reader: Option<Reader>) -> Self {
        let time = place::unix_time();
        let mut recorder = Self { stream: reader, ..Self::new(opening, time) };
        recorder.head(opening, time);
        recorder.tell();
        recorder
    }

    fn new(opening: &Opening<'_>, time: Duration) -> Self {
        let id = place::id(time, std::process::id());
        Self {
            nested: opening.parent.is_some(),
            keeping: opening.keeping,
            teaches: opening.teaches,
            bounds: opening.bounds,
            place: opening.place.clone(),
            begin: Instant::now(),
            file: None,
            stream: None,
            unread: None,
            urgent: false,
            log: Log::new(None),
            id,
            lines: Vec::new(),
            redactor: Redactor::new(opening.secrets),
            held: HashMap::new(),
            tasks: Vec::new(),
            counts: [0; 5],
            part: Part::default(),
        }
    }

    fn head(&mut self, opening: &Opening<'_>, time: Duration) {
        let redactor = self.redactor.as_ref();
        let started = jiff::Timestamp::from_millisecond(time.as_millis() as i64);
        let started = started.map_or_else(|_| String::new(), |time| format!("{time:.3}"));
        let words: Vec<_> = opening.words.iter().map(|word| hidden(redactor, word)).collect();
        let session = getsid(None).map_or(0, |session| session.as_raw());
        let mut line = Line::new(&mut self.lines, "run", Duration::ZERO)
            .number("format", FORMAT)
            .text("id", &self.id);
        if let Some(parent) = opening.parent {
            line = line.text("parent", parent);
        }
        line.text("started", &started)
            .number("unix_ms", time.as_millis() as u64)
            .number("pid", std::process::id())
            .number("session", session as u64)
            .text("pid_space", &processes::numbers())
            .flag("owned", opening.owned)
            .text("project", &opening.project.to_string_lossy())
            .text("cwd", &opening.cwd.to_string_lossy())
            .text("program", opening.program)
            .texts("words", &words)
            .text("dialect", opening.dialect.as_str())
            .text("version", env!("CARGO_PKG_VERSION"))
            .number("jobs", opening.jobs as u64)
            .end();
    }

    /// The run's id, where it is on record.
    pub fn id(&self) -> Option<&str> {
        self.file.is_some().then_some(self.id.as_str())
    }

    /// Takes these out of all that is written from now on.
    pub fn hide(&mut self, secrets: &Secrets) {
        self.redactor = Redactor::new(secrets);
    }

    /// So many more jobs are to come.
    pub fn expect(&mut self, jobs: usize) {
        self.tasks.reserve(jobs);
    }

    /// Takes note of a job before anything happens to it; they come in order.
    pub fn task(&mut self, task: &TaskLine<'_>) {
        if self.writes() {
            task.write(&mut self.lines, self.begin.elapsed(), self.redactor.as_ref());
            self.pass_on(false);
        }
        let hide = || hidden(self.redactor.as_ref(), task.rerun);
        let words = task.ends.1.then(|| match hide() {
            Cow::Borrowed(_) => Arc::clone(task.rerun),
            Cow::Owned(words) => words.into(),
        });
        let step = task.step.map(|at| Box::new(Step { words: step(&hide(), at), started: None }));
        self.tasks.push(Task { words, step });
        if let Some(live) = self.file.as_mut().filter(|live| live.has_much()) {
            live.flush();
        }
    }

    /// Takes an event that happened then.
    pub fn event(&mut self, event: &Event, now: Instant) {
        match event {
            Event::Output(job, stream, bytes) if self.writes() => {
                self.output(*job, *stream, bytes, now);
            }
            Event::Started(job) => {
                let task = self.tasks.get_mut(job.0 as usize);
                if let Some(step) = task.and_then(|task| task.step.as_mut()) {
                    step.started = Some(now);
                }
            }
            Event::Retrying { job, .. } => self.close(*job, now),
            Event::Ended { job, outcome, elapsed, .. } => {
                self.close(*job, now);
                self.step_ended(*job, outcome, now);
                self.ended(*job, outcome, *elapsed);
            }
            _ => {}
        }
        let process = matches!(event, Event::Process(..));
        if self.writes() || process {
            let at = now.duration_since(self.begin);
            if events::write(&mut self.lines, event, at, self.redactor.as_ref()) {
                self.pass_on(process);
            }
        }
        self.urgent |= process;
        if self.file.as_ref().is_some_and(|live| live.has_much()) {
            self.write_down(now);
        }
    }

    /// Nothing more has happened so far: what must not be lost is written.
    pub fn pause(&mut self) {
        let now = Instant::now();
        if self.urgent || self.file.as_ref().is_some_and(|live| now - live.flushed >= LONG) {
            self.write_down(now);
        }
    }

    fn write_down(&mut self, now: Instant) {
        self.urgent = false;
        self.release(now);
        self.flush();
    }

    /// Anything but processes is written.
    fn writes(&self) -> bool {
        let kept = self.file.is_some() && self.keeping != Keeping::Processes;
        kept || self.stream.is_some()
    }

    /// Gives the lines that are ready to whom they are for. `always`: the file
    /// has them whatever is kept.
    fn pass_on(&mut self, always: bool) {
        self.keep(always);
        self.tell();
    }

    fn keep(&mut self, always: bool) {
        let kept = always || self.keeping != Keeping::Processes;
        if let Some(live) = self.file.as_mut().filter(|_| kept) {
            live.waiting.extend_from_slice(&self.lines);
        }
    }

    fn tell(&mut self) {
        if let Some(stream) = &mut self.stream {
            let done = stream.write_all(&self.lines).and_then(|()| stream.flush());
            if let Err(error) = done {
                self.unread = Some(error);
                self.stream = None;
            }
        }
        self.lines.clear();
    }

    /// Whoever read along does so no longer.
    pub fn has_lost_its_reader(&self) -> bool {
        self.unread.as_ref().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }

    fn ended(&mut self, job: JobId, outcome: &Outcome, took: Duration) {
        let task = self.tasks.get(job.0 as usize);
        let Some(words) = task.and_then(|task| task.words.as_ref()) else {
            return;
        };
        let verdict = match outcome {
            Outcome::Success => Verdict::Success,
            Outcome::Failed(_) => Verdict::Failure,
            Outcome::Fresh => Verdict::Fresh,
            Outcome::Tolerated(_) => Verdict::Tolerated,
            Outcome::Skipped(_) => Verdict::Skipped,
        };
        self.counts[verdict as usize] += 1;
        if self.keeping == Keeping::All {
            self.part.add(verdict, took, words);
        }
    }

    /// What a part of a task took by itself is worth to know where it went well.
    fn step_ended(&mut self, job: JobId, outcome: &Outcome, now: Instant) {
        let task = self.tasks.get_mut(job.0 as usize);
        let Some(step) = task.and_then(|task| task.step.take()) else {
            return;
        };
        let took = step.started.map(|started| now - started);
        if let (Some(took), Outcome::Success, Keeping::All) = (took, outcome, self.keeping) {
            self.part.add(Verdict::Success, took, &step.words);
        }
    }

    // ---- output ----------------------------------------------------------

    fn output(&mut self, job: JobId, stream: Stream, bytes: &[u8], now: Instant) {
        let clean = match &self.redactor {
            Some(redactor) => {
                let held = self.held.entry((job, stream == Stream::Stdout)).or_default();
                &*redactor.push(held, bytes)
            }
            None => bytes,
        };
        let at = now.duration_since(self.begin);
        let (lines, live) = (&mut self.lines, self.stream.is_some());
        self.log.push(job, stream, clean, now, &mut |job, piece, bytes| {
            segment(lines, at, job, piece, bytes, live);
        });
        self.pass_on(false);
    }

    /// A job writes nothing any more.
    fn close(&mut self, job: JobId, now: Instant) {
        if !self.writes() {
            return;
        }
        for stream in [Stream::Stdout, Stream::Stderr] {
            let held = self.held.remove(&(job, stream == Stream::Stdout));
            if let (Some(redactor), Some(mut held)) = (&self.redactor, held) {
                let rest = redactor.finish(&mut held);
                let at = now.duration_since(self.begin);
                let (lines, live) = (&mut self.lines, self.stream.is_some());
                self.log.push(job, stream, &rest, now, &mut |job, piece, bytes| {
                    segment(lines, at, job, piece, bytes, live);
                });
            }
        }
        self.each_piece(now, |log, tell| log.close(job, tell));
    }

    /// What has been held back for long goes to the log.
    fn release(&mut self, now: Instant) {
        if self.writes() {
            self.each_piece(now, |log, tell| log.tick(now, tell));
        }
    }

    fn each_piece(&mut self, now: Instant, ask: impl FnOnce(&mut Log, &mut super::log::Tell<'_>)) {
        let at = now.duration_since(self.begin);
        let (lines, live) = (&mut self.lines, self.stream.is_some());
        ask(&mut self.log, &mut |job, piece, bytes| segment(lines, at, job, piece, bytes, live));
        self.pass_on(false);
    }

    // ---- files -----------------------------------------------------------

    fn flush(&mut self) {
        if let Some(live) = &mut self.file {
            self.log.flush();
            live.flush();
        }
    }

    /// Writes no more where that has gone wrong; says why.
    fn give_up(&mut self) -> Option<io::Error> {
        let trouble = self.file.as_mut().and_then(|live| live.trouble.take())?;
        let live = self.file.take()?;
        let _ = fs::remove_file(&live.path);
        Some(trouble)
    }

    /// The run has ended, with this exit code.
    pub fn finish(mut self, exit: u8) -> Closed {
        let now = Instant::now();
        if self.writes() {
            self.each_piece(now, Log::close_all);
            let at = now.duration_since(self.begin);
            let [success, failed, fresh, tolerated, skipped] = self.counts;
            Line::new(&mut self.lines, "finished", at)
                .number("exit", exit)
                .number("success", success)
                .number("fresh", fresh)
                .number("failed", failed)
                .number("tolerated", tolerated)
                .number("skipped", skipped)
                .end();
            self.pass_on(false);
        }
        let mut closed = Closed { unread: self.unread.take(), ..Closed::default() };
        match self.put_away() {
            Ok(kept) => closed.kept = kept,
            Err(error) => closed.trouble = Some(error),
        }
        if closed.kept.is_some() {
            let part = std::mem::take(&mut self.part);
            // What grows now and then says when it is time to look for what is too old.
            let stored = if self.teaches { part.store(&self.place, &self.id) } else { Ok(true) };
            match stored {
                Ok(true) => prune::prune(&self.place, self.bounds),
                Ok(false) => {}
                Err(error) => closed.forgotten = Some(error),
            }
        }
        closed
    }

    /// The file goes to the others.
    fn put_away(&mut self) -> io::Result<Option<(Place, Listed)>> {
        let Some(mut live) = self.file.take() else {
            return Ok(None);
        };
        let place = &self.place;
        if self.keeping == Keeping::Processes {
            let _ = fs::remove_file(&live.path);
            return Ok(None);
        }
        self.log.flush();
        live.flush();
        if let Some(trouble) = self.log.trouble().or(live.trouble.take()) {
            let _ = fs::remove_file(&live.path);
            let _ = fs::remove_file(place.log(&self.id));
            return Err(trouble);
        }
        let path = place.of_done(&self.id, self.nested);
        fs::rename(&live.path, &path)?;
        let run = Listed { id: self.id.clone(), path, nested: self.nested, live: false };
        Ok(Some((place.clone(), run)))
    }
}

/// A file that is ours alone, with its lock.
fn create(place: &Place, id: &str, nested: bool) -> io::Result<(File, PathBuf)> {
    let path = place.of_live(id, nested);
    let create = || File::options().write(true).create_new(true).mode(0o600).open(&path);
    let file = match create() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            place.make()?;
            create()?
        }
        other => other?,
    };
    // Whoever looks for dead runs may hold it for a moment.
    file.lock()?;
    Ok((file, path))
}

impl Live {
    fn new(file: File, path: PathBuf, now: Instant) -> Self {
        Self { file, path, waiting: Vec::new(), flushed: now, trouble: None }
    }

    fn has_much(&self) -> bool {
        self.waiting.len() >= MUCH
    }

    fn flush(&mut self) {
        if self.trouble.is_none() && !self.waiting.is_empty() {
            self.trouble = self.file.write_all(&self.waiting).err();
        }
        self.waiting.clear();
        self.flushed = Instant::now();
    }
}

/// A line for a piece of output; `live` readers get the text as well.
fn segment(lines: &mut Vec<u8>, at: Duration, job: JobId, piece: Piece, bytes: &[u8], live: bool) {
    match piece {
        Piece::Kept(stream, offset, length) => {
            let name = if stream == Stream::Stdout { "stdout" } else { "stderr" };
            let line = Line::new(lines, "output", at).job(job).text("stream", name);
            let line = line.number("offset", offset).number("length", length);
            if live && !bytes.is_empty() {
                line.text("text", &String::from_utf8_lossy(bytes)).end();
            } else {
                line.end();
            }
        }
        Piece::Dropped(bytes) => {
            Line::new(lines, "dropped", at).job(job).number("bytes", bytes).end();
        }
    }
}
