//! What happens in a run, in order: the only way out of the executor. Styles,
//! records and later readers all eat these.

use std::time::Duration;

use super::{JobId, Outcome, OutputStyle, Secrets, Silence};

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
    pub label: String,
    /// The arrangement of its output.
    pub style: OutputStyle,
    /// No lines of ours about it.
    pub quiet: bool,
    /// What of its streams is dropped.
    pub silent: Silence,
    /// The escape sequence that starts its label's colour, or nothing.
    pub color: String,
    /// Its output carries its label.
    pub labels_output: bool,
    /// Secrets are taken out of its output, so its streams are ours.
    pub redacted: bool,
    /// The first node of its task.
    pub first: bool,
    /// The last node of its task.
    pub last: bool,
    /// Its task has a command of its own.
    pub has_command: bool,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// More jobs came up while the run goes on; their ids follow the others'.
    /// With them, all that must not be shown from now on.
    Joined(Vec<JobView>, Secrets),
    /// A job took its place among the running ones.
    Started(JobId),
    /// One of its commands starts; the text is what a person would type.
    Command(JobId, String),
    /// A call that is only known when it is reached, as it is written.
    LateCall(JobId, String),
    /// Bytes a task wrote, cut anywhere.
    Output(JobId, Stream, Vec<u8>),
    /// Why it runs, for `-v`.
    Reason(JobId, String),
    /// A note about a job that stops nothing.
    Warning(JobId, String),
    /// A job ended.
    Ended {
        /// Which.
        job: JobId,
        /// How.
        outcome: Outcome,
        /// Since its task started, zero where it never did.
        elapsed: Duration,
    },
    /// The run begins to end early.
    Interrupted,
    /// All jobs have ended; the wall time of the run.
    Finished(Duration),
}
