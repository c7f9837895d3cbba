//! Where all bytes of a report go out. On a terminal the last line is kept for
//! the state of the run: erased before anything is written, drawn again behind
//! whole lines. Off a terminal a run that is silent for a minute says so.
//!
//! The cursor stands at the beginning of the status line. So whatever else is
//! written there (a shell's prompt, should we be killed) covers it, and a
//! terminal that wraps it anew when it gets narrower leaves nothing of it above
//! the cursor. Nothing of the terminal is changed that had to be set back.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::color::Palette;
use super::progress::Progress;
use super::rows::Rows;
use crate::model::{Event, JobId, JobView, Stream};

/// Silence that is too long.
const SILENCE: Duration = Duration::from_secs(60);

/// What is shown beside the output while the run goes on.
#[derive(Debug, Clone, Copy, Default)]
pub enum Live {
    /// Nothing.
    #[default]
    Off,
    /// A line at the bottom of the terminal; the function tells its columns, or
    /// nothing while somebody else has the terminal.
    Status(fn() -> Option<usize>),
    /// A line for each task that runs, redrawn in its place; the function is the
    /// same. It is for the style `replacing`.
    Rows(fn() -> Option<usize>),
    /// A line after each minute without any other.
    Heartbeat,
}

impl Live {
    /// How often a run has to tell that time has passed.
    pub fn tick(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::Status(_) | Self::Rows(_) => Some(Duration::from_millis(200)),
            Self::Heartbeat => Some(Duration::from_secs(1)),
        }
    }
}

/// The two streams of a report, and the line below them.
pub(super) struct Screen<'a> {
    /// Written together, but never past each other: a terminal shows both.
    out: BufWriter<&'a mut dyn Write>,
    err: BufWriter<&'a mut dyn Write>,
    live: Live,
    palette: Palette,
    pub(super) progress: Progress,
    rows: Rows,
    /// The status line, or the rows, that stand on the terminal.
    drawn: Option<String>,
    /// It is wanted: time has passed since the run began, or went on.
    awake: bool,
    /// The cursor is known to stand at the beginning of a line.
    fresh_line: bool,
    /// Tasks that write to the terminal themselves.
    direct: Vec<JobId>,
    /// The task that asks a person.
    asking: Option<JobId>,
    now: Instant,
    /// When something was written last.
    spoken: Instant,
    /// The reader of standard output has gone away.
    closed: bool,
    /// Standard output could not be written for another reason.
    lost: bool,
}

impl<'a> Screen<'a> {
    pub(super) fn new(
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
        live: Live,
        palette: Palette,
        now: Instant,
    ) -> Self {
        Self {
            out: BufWriter::new(out),
            err: BufWriter::new(err),
            live,
            palette,
            progress: Progress::default(),
            rows: Rows::default(),
            drawn: None,
            awake: false,
            fresh_line: true,
            direct: Vec::new(),
            asking: None,
            now,
            spoken: now,
            closed: false,
            lost: false,
        }
    }

    /// The moment of the event that is being told.
    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// True once nobody reads standard output any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// True once something is lost that was to be written to standard output.
    pub(super) fn has_lost(&self) -> bool {
        self.lost
    }

    /// True where the state of the run has a line on the terminal.
    pub(super) fn has_line(&self) -> bool {
        matches!(self.live, Live::Status(_)) && self.progress.total() > 1
    }

    /// Goes to a line of its own where a key that was typed stands there. The
    /// status line takes it away with itself.
    pub(super) fn below_key(&mut self) {
        if matches!(self.live, Live::Status(_)) && self.drawn.is_none() {
            self.write(Stream::Stderr, b"\n");
        }
    }

    /// Writes to one of the streams, above the status line.
    pub(super) fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let Some(last) = bytes.last() else {
            return;
        };
        self.erase();
        match stream {
            Stream::Stdout => {
                let _ = self.err.flush();
                let done = self.out.write_all(bytes);
                self.heed(done);
            }
            Stream::Stderr => {
                self.flush_out();
                let _ = self.err.write_all(bytes);
            }
        }
        self.fresh_line = *last == b'\n';
        self.spoken = self.now;
    }

    fn flush_out(&mut self) {
        if !self.out.buffer().is_empty() {
            let done = self.out.flush();
            self.heed(done);
        }
    }

    fn heed(&mut self, done: io::Result<()>) {
        if let Err(error) = done {
            self.unwritten(&error);
        }
    }

    /// Standard output is closed, or full: that is told once.
    fn unwritten(&mut self, error: &io::Error) {
        if error.kind() == io::ErrorKind::BrokenPipe {
            self.closed = true;
        } else if !std::mem::replace(&mut self.lost, true) {
            let mark = self.palette.paint("31", "ERROR");
            self.line(&format!("{mark} standard output cannot be written: {error}"));
        }
    }

    /// A line of ours.
    pub(super) fn line(&mut self, text: &str) {
        self.write(Stream::Stderr, format!("{text}\n").as_bytes());
    }

    /// The rows of tasks, where this terminal has them.
    pub(super) fn rows(&mut self) -> Option<&mut Rows> {
        matches!(self.live, Live::Rows(_)).then_some(&mut self.rows)
    }

    /// Has to hear of each event before anything is written about it.
    pub(super) fn before(&mut self, event: &Event, views: &[Arc<JobView>], now: Instant) {
        self.now = now;
        self.progress.event(event, views, now);
        match event {
            Event::Started(job) if views[job.0 as usize].direct && views[job.0 as usize].works => {
                self.direct.push(*job);
                self.erase();
            }
            Event::Asking(job) => {
                self.asking = Some(*job);
                self.erase();
            }
            Event::Command(job, _) => self.answered(*job),
            Event::Retrying { job, .. } | Event::Ended { job, .. } => {
                self.answered(*job);
                let before = self.direct.len();
                self.direct.retain(|id| id != job);
                self.fresh_line &= before == self.direct.len();
            }
            Event::Handover => {
                // What it has asked already stands over the line's beginning.
                self.erase_by(b"\x1b[J");
                self.fresh_line = false;
            }
            Event::Suspended => {
                self.erase();
                self.awake = false;
            }
            Event::Resumed => {
                self.fresh_line = true;
                self.spoken = now;
            }
            Event::Finished(_) => {
                self.erase();
                self.live = Live::Off;
            }
            _ => {}
        }
    }

    /// What a person typed after the question has moved the cursor.
    fn answered(&mut self, job: JobId) {
        if self.asking == Some(job) {
            self.asking = None;
            self.fresh_line = false;
        }
    }

    /// Has to hear of each event after all was written about it.
    pub(super) fn after(&mut self, event: &Event, views: &[Arc<JobView>]) {
        let tick = *event == Event::Tick;
        match self.live {
            Live::Off => {}
            Live::Status(measure) => {
                self.awake |= tick;
                if tick || self.drawn.is_none() {
                    self.draw(measure, views);
                }
            }
            // Output that comes in floods is not drawn piece by piece.
            Live::Rows(measure) if tick || self.drawn.is_none() || self.rows.are_due(self.now) => {
                self.draw(measure, views);
            }
            Live::Rows(_) => {}
            Live::Heartbeat if !self.direct.is_empty() => self.spoken = self.now,
            Live::Heartbeat if tick && self.now.duration_since(self.spoken) >= SILENCE => {
                let text = self.progress.sentence(views, self.now);
                self.write(Stream::Stderr, format!("mep: {text}\n").as_bytes());
            }
            Live::Heartbeat => {}
        }
    }

    fn draw(&mut self, measure: fn() -> Option<usize>, views: &[Arc<JobView>]) {
        let in_rows = matches!(self.live, Live::Rows(_));
        let wanted = in_rows || (self.awake && self.has_line());
        let free = self.fresh_line && self.direct.is_empty() && self.asking.is_none();
        if !wanted || !free {
            return;
        }
        let Some(columns) = measure() else {
            self.drawn = None;
            self.fresh_line = false;
            return;
        };
        // In the last column a terminal may wrap, or erase what stands there.
        let columns = columns.saturating_sub(1);
        let line = match in_rows {
            true => self.rows.draw(columns, self.now),
            false => self.progress.line(views, self.now, columns, self.palette),
        };
        if self.drawn.as_ref() == Some(&line) {
            return;
        }
        if in_rows && line.is_empty() {
            return self.erase();
        }
        let up = match line.matches('\n').count() {
            0 => String::new(),
            rows => format!("\u{1b}[{rows}A"),
        };
        self.flush_out();
        let _ = self.err.write_all(format!("\r{line}\u{1b}[J{up}\r").as_bytes());
        let _ = self.err.flush();
        self.drawn = Some(line);
    }

    fn erase(&mut self) {
        self.erase_by(b"\r\x1b[J");
    }

    fn erase_by(&mut self, how: &[u8]) {
        let (Live::Status(measure) | Live::Rows(measure)) = self.live else {
            return;
        };
        if self.drawn.take().is_some() && measure().is_some() {
            self.flush_out();
            let _ = self.err.write_all(how);
            let _ = self.err.flush();
        }
    }

    /// All that was written is on its way.
    pub(super) fn flush(&mut self) {
        self.flush_out();
        let _ = self.err.flush();
    }
}

impl Drop for Screen<'_> {
    /// Nothing stays of the status line, however the run ended.
    fn drop(&mut self) {
        self.erase();
    }
}
