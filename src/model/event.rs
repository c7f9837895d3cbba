//! What happens in a run, in order: the only way out of the executor. Styles,
//! records and later readers all eat these.

use std::sync::Arc;
use std::time::Duration;

use super::{Cause, JobId, Outcome, OutputStyle, Secrets, Silence};

/// Which of a task's two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What a report needs to know of a job before the first event about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobView {
    /// Name without brackets; arguments are added where names repeat.
    pub label: Arc<str>,
    /// The words behind `run` that ask for its task again.
    pub rerun: Arc<str>,
    /// The arrangement of its output.
    pub style: OutputStyle,
    /// Which task of the run it is part of.
    pub task: u32,
    /// Its place where output is kept in order; parts of one task may share it.
    pub rank: u32,
    /// The program that its commands are given to.
    pub program: Arc<str>,
    /// No lines of ours about it.
    pub quiet: bool,
    /// What of its streams is dropped.
    pub silent: Silence,
    /// The escape sequence that starts its label's colour, or nothing.
    pub color: Box<str>,
    /// Its output carries its label.
    pub labels_output: bool,
    /// Secrets are taken out of its output, so its streams are ours.
    pub redacted: bool,
    /// It writes to our own streams, where nobody else can tell what.
    pub direct: bool,
    /// It takes a slot as long as it works.
    pub works: bool,
    /// The first node of its task.
    pub first: bool,
    /// The last node of its task.
    pub last: bool,
    /// Its task has a command of its own.
    pub has_command: bool,
}

/// What keeps a job that could start from doing so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// A lock that another task, or another run, holds: its name, and who.
    Lock(String, String),
    /// A slot of the pool that is shared with what tasks start.
    Slot,
}

/// A process that a task left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Its number.
    pub pid: u32,
    /// Its command line, blanks between the words.
    pub command: String,
    /// It left the session and is not ended: a daemon, an agent.
    pub spared: bool,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// More jobs came up while the run goes on; their ids follow the others'.
    /// With them, all that must not be shown from now on.
    Joined(Vec<Arc<JobView>>, Secrets),
    /// A job took its place among the running ones.
    Started(JobId),
    /// One of its commands starts; the text is what a person would type.
    Command(JobId, String),
    /// That command runs, as the leader of the process group of this number.
    Process(JobId, u32),
    /// A call that is only known when it is reached, as it is written.
    LateCall(JobId, String),
    /// Bytes a task wrote, cut anywhere.
    Output(JobId, Stream, Vec<u8>),
    /// Why it runs, for `-v`.
    Reason(JobId, String),
    /// A person is about to be asked about a job.
    Asking(JobId),
    /// A note about a job that stops nothing.
    Warning(JobId, String),
    /// Its directory is not there; it may be by the time that it starts.
    Nowhere(JobId, String),
    /// It could start but for something that others have.
    Waiting(JobId, Wait),
    /// An attempt failed, and there will be another one.
    Retrying {
        /// Which.
        job: JobId,
        /// What went wrong.
        cause: Cause,
        /// Number of the attempt that comes, and of all there may be.
        attempt: (u32, u32),
        /// Until then.
        delay: Duration,
    },
    /// What a run had left that was killed, and has been ended now.
    Recovered(Vec<Leftover>),
    /// Processes were left when its command had ended.
    Leaked(JobId, Vec<Leftover>),
    /// A job ended.
    Ended {
        /// Which.
        job: JobId,
        /// How.
        outcome: Outcome,
        /// Since its task started, zero where it never did.
        elapsed: Duration,
        /// Number of the attempt that decided it.
        attempt: u32,
    },
    /// The run begins to end early, by this signal; what cleans up has so long.
    Interrupted(i32, Duration),
    /// The run took longer than it may, and begins to end.
    TimedOut(Duration),
    /// The run is about to stand still (Ctrl-Z).
    Suspended,
    /// It goes on.
    Resumed,
    /// A task has stopped, and may be given the terminal that it asks for.
    Handover,
    /// Some time has passed, as often as the run was asked to say so.
    Tick,
    /// All jobs have ended; the wall time of the run.
    Finished(Duration),
}
