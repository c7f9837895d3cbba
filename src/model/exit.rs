//! Exit codes as data; `docs/exit-codes.md` is their public list.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Success,
    /// Our own faults: configuration, unknown task, a task killed by a signal.
    Failure,
    /// The command line is wrong.
    Usage,
    /// The first failed task's own code.
    Task(u8),
    /// Ended by Ctrl-C in the foreground that a task had: our own group has not
    /// heard of it.
    CtrlC,
    /// Somebody was asked what to run, and left it at that.
    Left,
    /// Ended by this signal (130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP).
    Signal(u8),
}

impl Exit {
    /// The number the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Task(code) => code,
            Self::CtrlC | Self::Left => 130,
            Self::Signal(number) => 128 + number,
        }
    }
}
