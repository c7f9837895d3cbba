//! How a task's output is shown, as two independent choices: the style and
//! what is left out.

/// The arrangement of task output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStyle {
    /// `[task] line`, line by line.
    Prefix,
    /// Untouched, as the task writes it.
    Interleave,
    /// As `Prefix`, one task after the other in the order of the graph.
    KeepOrder,
    /// Only the latest line, once it has stood for a second.
    Timed,
    /// One line a task, redrawn in its place.
    Replacing,
    /// Each task's output whole when it ends.
    Grouped,
    /// Only the output of tasks that failed, whole.
    Failures,
}

/// What is dropped of a task's own streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Silence {
    /// Nothing is dropped.
    #[default]
    None,
    /// Standard output only.
    Stdout,
    /// Standard error only.
    Stderr,
    /// Both.
    Both,
}

impl Silence {
    /// True where standard output is dropped.
    pub fn drops_stdout(self) -> bool {
        matches!(self, Self::Stdout | Self::Both)
    }

    /// True where standard error is dropped.
    pub fn drops_stderr(self) -> bool {
        matches!(self, Self::Stderr | Self::Both)
    }
}
