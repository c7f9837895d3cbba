//! A record's lines → the story of its run. Lines of events that a later
//! version has are read over; a last line that was torn off is none.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::{Listed, Place, is_ours};

/// Raised with every change that a reader of the older form would misread.
pub(super) const FORMAT: u64 = 1;

/// What a record begins with.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Head {
    /// The run's id.
    pub id: String,
    /// The run that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// When it began, as RFC 3339.
    pub started: String,
    /// The same, in milliseconds since 1970.
    pub unix_ms: u64,
    /// Its process.
    pub pid: u32,
    /// The session of that.
    #[serde(skip_serializing)]
    pub session: u32,
    /// The space that its number is of.
    #[serde(skip_serializing)]
    pub pid_space: String,
    /// What it left behind was its to end.
    #[serde(skip_serializing)]
    pub owned: bool,
    /// The project's home.
    pub project: PathBuf,
    /// Where it was started.
    pub cwd: PathBuf,
    /// What the program was called: `mep` or `mise`.
    pub program: String,
    /// The words of its command line behind that.
    pub words: Vec<String>,
    /// The rules it went by: `mep` or `mise`.
    pub dialect: String,
    /// The program's version.
    pub version: String,
    /// Jobs side by side.
    pub jobs: u64,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Line {
    Run(Head),
    Task(TaskHead),
    Started {
        job: u32,
        ms: f64,
    },
    Command {
        job: u32,
        ms: f64,
        text: String,
    },
    Process {
        job: u32,
        pid: u32,
        ticks: u64,
    },
    Output {
        job: u32,
        stream: String,
        offset: u64,
        length: u64,
    },
    Dropped {
        job: u32,
        bytes: u64,
    },
    Reason {
        job: u32,
        text: String,
    },
    Retrying(Retrying),
    Leaked {
        job: u32,
        processes: Vec<Leftover>,
    },
    Ended(Ended),
    Interrupted {
        signal: i32,
    },
    TimedOut {
        limit_ms: f64,
    },
    Finished(Finished),
    #[serde(other)]
    Other,
}

/// A job as it is told of first.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct TaskHead {
    job: u32,
    task: u32,
    name: String,
    label: Option<String>,
    rerun: Option<String>,
    args: Vec<String>,
    dashes: Option<usize>,
    file: Option<PathBuf>,
    line: Option<u64>,
    last: bool,
    works: bool,
    called: bool,
    given_env: bool,
    direct: bool,
}

/// A failed attempt.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Retrying {
    job: u32,
    /// When.
    pub ms: f64,
    /// The number of the next one.
    pub attempt: u32,
    /// `exit`, `signal`, `timeout`.
    pub cause: String,
    /// The exit code.
    pub code: Option<u8>,
    /// The signal.
    pub signal: Option<i32>,
}

/// What a task left behind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Leftover {
    /// Its number.
    pub pid: u32,
    /// Its command line.
    pub command: String,
    /// It was not ended.
    #[serde(default)]
    pub spared: bool,
}

/// The end of a job.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Ended {
    job: u32,
    /// When.
    pub ms: f64,
    /// `success`, `fresh`, `failed`, `tolerated` or `skipped`.
    pub outcome: String,
    /// Why it failed: `exit`, `signal`, `timeout`, `cancelled`, `inner`, `error`.
    pub cause: Option<String>,
    /// The exit code.
    pub code: Option<u8>,
    /// The signal.
    pub signal: Option<i32>,
    /// The limit of its time.
    pub limit_ms: Option<f64>,
    /// The words of an error of ours.
    pub lines: Vec<String>,
    /// Why it was skipped: `dependency`, `stopped`, `not_needed`, `asked`,
    /// `unchanged`.
    pub reason: Option<String>,
    /// Since its task started.
    pub elapsed_ms: f64,
    /// The attempt that decided it.
    pub attempt: u32,
}

/// The end of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Finished {
    /// When.
    pub ms: f64,
    /// The exit code.
    pub exit: u8,
}

/// What a run is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    /// It goes on.
    Running,
    /// It ended without a word.
    Killed,
    /// It ended.
    Finished(Finished),
}

/// A part of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// What a task wrote: to standard error or not, from there on, so much.
    Kept {
        /// To standard error.
        stderr: bool,
        /// Where in the log.
        offset: u64,
        /// Bytes.
        length: u64,
    },
    /// So many bytes were not kept.
    Dropped(u64),
}

/// A piece of what a task wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// To standard output.
    Out(&'a [u8]),
    /// To standard error.
    Err(&'a [u8]),
    /// So many bytes were not kept.
    Dropped(u64),
}

/// Hears what a task wrote.
pub type Hear<'a> = dyn FnMut(Chunk<'_>) -> io::Result<()> + 'a;

/// One job.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobStory {
    /// It starts processes.
    pub works: bool,
    /// When it started.
    pub started: Option<f64>,
    /// When each of its commands did, and what that was.
    pub commands: Vec<(f64, String)>,
    /// Attempts that failed and were not the last one.
    pub retries: Vec<Retrying>,
    /// How it ended.
    pub ended: Option<Ended>,
}

/// One execution of a task.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskStory {
    /// Its name.
    pub name: String,
    /// What lines of the run call it.
    pub label: String,
    /// The words behind `run` that ask for it.
    pub rerun: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// How many of them stand before `--`.
    pub dashes: Option<usize>,
    /// Where it is defined.
    pub place: Option<(PathBuf, u64)>,
    /// Another task calls it.
    pub called: bool,
    /// It was given variables.
    pub given_env: bool,
    /// Its output went past us.
    pub direct: bool,
    /// Its jobs, in order.
    pub jobs: Vec<JobStory>,
    /// How it ended: as its last job did.
    pub ended: Option<Ended>,
    /// Why it ran, where it has sources.
    pub reasons: Vec<String>,
    /// What it wrote.
    pub output: Vec<Segment>,
    /// What it left behind.
    pub leaked: Vec<Leftover>,
}

impl TaskStory {
    /// When its first job began to do something.
    pub fn began(&self) -> Option<f64> {
        self.jobs.iter().filter_map(|job| job.started).reduce(f64::min)
    }

    /// False where nobody asked for it in the end.
    pub fn was_needed(&self) -> bool {
        let reason = self.ended.as_ref().and_then(|ended| ended.reason.as_deref());
        reason != Some("not_needed")
    }

    /// A command of it was started.
    pub fn has_worked(&self) -> bool {
        self.jobs.iter().any(|job| !job.commands.is_empty())
    }
}

/// What happened in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// What it began with.
    pub head: Head,
    /// Every execution of a task, in the order of the plan.
    pub tasks: Vec<TaskStory>,
    /// The signal that ended it early.
    pub interrupted: Option<i32>,
    /// It took longer than it was allowed to.
    pub timed_out: bool,
    /// What became of it.
    pub state: State,
    log: PathBuf,
}

/// Why a record tells nothing.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system says why.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It belongs to somebody else.
    #[error("it belongs to another user")]
    Foreign,
    /// A later version of the program made it.
    #[error("its format is {0}, and this version of mep knows {FORMAT}")]
    Newer(u64),
    /// It is none.
    #[error("it is no record of a run")]
    Garbage,
}

impl Story {
    /// Reads the record of a run.
    ///
    /// # Errors
    /// Where there is none that can be believed.
    pub fn read(place: &Place, run: &Listed) -> Result<Self, Unreadable> {
        Self::of(place, run, &|_| true)
    }

    /// What there is to say of it as a whole: it has no tasks.
    ///
    /// # Errors
    /// As `read`.
    pub fn outline(place: &Place, run: &Listed) -> Result<Self, Unreadable> {
        const WHOLE: [&[u8]; 3] = [b"interrupted\"", b"timed_out\"", b"finished\""];
        Self::of(place, run, &|line| {
            let name = line.strip_prefix(b"{\"event\":\"");
            name.is_none_or(|name| WHOLE.iter().any(|whole| name.starts_with(whole)))
        })
    }

    fn of(place: &Place, run: &Listed, counts: &dyn Fn(&[u8]) -> bool) -> Result<Self, Unreadable> {
        let mut file = File::open(&run.path)?;
        if !is_ours(&file) {
            return Err(Unreadable::Foreign);
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let lives = run.live && file.try_lock_shared().is_err();
        Self::parse(&text, lives, place.log(&run.id), counts)
    }

    fn parse(
        text: &[u8],
        lives: bool,
        log: PathBuf,
        counts: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Self, Unreadable> {
        let mut lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| is_whole(line));
        let first = lines.next().ok_or(Unreadable::Garbage)?;
        let head = head(first)?;
        let mut reader = Reader {
            story: Self {
                head,
                tasks: Vec::new(),
                interrupted: None,
                timed_out: false,
                state: if lives { State::Running } else { State::Killed },
                log,
            },
            jobs: HashMap::new(),
            tasks: HashMap::new(),
        };
        // A line in the middle that makes no sense tells that something has
        // written over it: what comes after is no truth.
        for line in lines.filter(|line| counts(line)) {
            reader.line(serde_json::from_slice(line).map_err(|_| Unreadable::Garbage)?);
        }
        Ok(reader.story)
    }

    /// What a task wrote, piece by piece.
    ///
    /// # Errors
    /// Where the log cannot be read, or `with` fails.
    pub fn output(&self, task: &TaskStory, with: &mut Hear<'_>) -> io::Result<()> {
        if task.output.is_empty() {
            return Ok(());
        }
        let file = File::open(&self.log)?;
        if !is_ours(&file) {
            return Err(io::Error::other(Unreadable::Foreign));
        }
        let mut buffer = Vec::new();
        for segment in &task.output {
            match segment {
                Segment::Dropped(bytes) => with(Chunk::Dropped(*bytes))?,
                Segment::Kept { stderr, offset, length } => {
                    let end = offset.saturating_add(*length);
                    let mut at = *offset;
                    while at < end {
                        buffer.resize((end - at).min(64 * 1024) as usize, 0);
                        let read = file.read_at(&mut buffer, at)?;
                        if read == 0 {
                            break;
                        }
                        let bytes = &buffer[..read];
                        with(if *stderr { Chunk::Err(bytes) } else { Chunk::Out(bytes) })?;
                        at += read as u64;
                    }
                }
            }
        }
        Ok(())
    }

    /// The file of what its tasks wrote.
    pub fn log(&self) -> &Path {
        &self.log
    }
}

/// True where a line has its end.
pub(super) fn is_whole(line: &[u8]) -> bool {
    line.ends_with(b"\n")
}

/// The first line.
pub(super) fn head(line: &[u8]) -> Result<Head, Unreadable> {
    #[derive(Deserialize)]
    struct Form {
        event: String,
        format: u64,
    }
    let form: Form = serde_json::from_slice(line).map_err(|_| Unreadable::Garbage)?;
    match (form.event == "run", form.format) {
        (true, FORMAT) => serde_json::from_slice(line).map_err(|_| Unreadable::Garbage),
        (true, newer) if newer > FORMAT => Err(Unreadable::Newer(newer)),
        _ => Err(Unreadable::Garbage),
    }
}

/// A story in the making.
struct Reader {
    story: Story,
    /// Where each job is: its task's place in the story, and its own there.
    jobs: HashMap<u32, (usize, usize)>,
    tasks: HashMap<u32, usize>,
}

impl Reader {
    fn line(&mut self, line: Line) {
        match line {
            Line::Task(head) => self.task(head),
            Line::Started { job, ms } => self.job(job, |_, job| job.started = Some(ms)),
            Line::Command { job, ms, text } => {
                self.job(job, |_, job| job.commands.push((ms, text)));
            }
            Line::Output { job, stream, offset, length } => {
                let stderr = stream == "stderr";
                let segment = Segment::Kept { stderr, offset, length };
                self.job(job, |task, _| task.output.push(segment));
            }
            Line::Dropped { job, bytes } => {
                self.job(job, |task, _| task.output.push(Segment::Dropped(bytes)));
            }
            Line::Reason { job, text } => self.job(job, |task, _| task.reasons.push(text)),
            Line::Leaked { job, processes } => {
                self.job(job, |task, _| task.leaked.extend(processes));
            }
            Line::Retrying(retry) => self.job(retry.job, |_, job| job.retries.push(retry)),
            Line::Ended(ended) => self.job(ended.job, |_, job| job.ended = Some(ended)),
            Line::Interrupted { signal } => self.story.interrupted = Some(signal),
            Line::TimedOut { .. } => self.story.timed_out = true,
            Line::Finished(finished) => self.story.state = State::Finished(finished),
            Line::Run(_) | Line::Process { .. } | Line::Other => {}
        }
    }

    fn task(&mut self, head: TaskHead) {
        let story = &mut self.story.tasks;
        let at = *self.tasks.entry(head.task).or_insert_with(|| {
            story.push(TaskStory {
                label: head.label.clone().unwrap_or_else(|| head.name.clone()),
                rerun: head.rerun.clone().unwrap_or_else(|| head.name.clone()),
                name: head.name.clone(),
                args: head.args.clone(),
                dashes: head.dashes,
                place: head.file.clone().zip(head.line),
                called: head.called,
                given_env: head.given_env,
                ..TaskStory::default()
            });
            story.len() - 1
        });
        let task = &mut story[at];
        task.direct |= head.direct && head.works;
        self.jobs.insert(head.job, (at, task.jobs.len()));
        task.jobs.push(JobStory { works: head.works, ..JobStory::default() });
    }

    /// What happened to a job that nobody has heard of is no news.
    fn job(&mut self, job: u32, change: impl FnOnce(&mut TaskStory, &mut JobStory)) {
        let Some((task, at)) = self.jobs.get(&job).copied() else {
            return;
        };
        let task = &mut self.story.tasks[task];
        let mut story = std::mem::take(&mut task.jobs[at]);
        change(task, &mut story);
        if at + 1 == task.jobs.len() {
            task.ended.clone_from(&story.ended);
        }
        task.jobs[at] = story;
    }
}
