//! How a job ended, and why it did not run where it did not.

use std::time::Duration;

/// The end of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Ran to a good end.
    Success,
    /// Its outputs were up to date.
    Fresh,
    /// Ran, or tried to, and failed.
    Failed(Cause),
    /// Failed, which is nothing to the run (`allow_failure`).
    Tolerated(Cause),
    /// Never started.
    Skipped(SkipReason),
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A process ended with this code.
    Exit(u8),
    /// A process was killed by this signal; the text names the program.
    Signal(i32, String),
    /// Its time was up.
    TimedOut(Duration),
    /// Ended by us, because of an earlier failure or an interrupt.
    Cancelled,
    /// A step that is a task of its own failed; that task says why.
    Inner(u8),
    /// Something of ours: the lines say what, outermost first.
    Error(Vec<String>),
}

/// Why a job never started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// Something it depends on did not succeed.
    Dependency,
    /// The run was ending.
    Stopped,
    /// What would have called it did not get there.
    NotNeeded,
    /// `task.skip` names it.
    Asked,
    /// `--changed`, and nothing it needs has changed.
    Unchanged,
}

impl Outcome {
    /// True where dependents may go on.
    pub fn is_ok(&self) -> bool {
        matches!(
            self,
            Self::Success | Self::Fresh | Self::Tolerated(_) | Self::Skipped(SkipReason::Asked)
        )
    }

    /// True where a process of it may have run, so that its post tasks must.
    pub fn has_started(&self) -> bool {
        !matches!(
            self,
            Self::Skipped(SkipReason::Dependency | SkipReason::Stopped | SkipReason::NotNeeded)
        )
    }
}

impl Cause {
    /// The exit code this failure gives the whole run.
    pub fn code(&self) -> u8 {
        match self {
            Self::Exit(code) | Self::Inner(code) => *code,
            Self::Signal(2, _) => 130,
            Self::Signal(..) | Self::TimedOut(_) | Self::Cancelled | Self::Error(_) => 1,
        }
    }
}

/// `5.4ms`: the way mise prints times; under 1 ms in whole microseconds.
pub fn format_elapsed(elapsed: Duration) -> String {
    let micros = elapsed.as_micros();
    if micros < 1000 {
        format!("{micros}µs")
    } else if micros < 1_000_000 {
        format!("{:.1}ms", micros as f64 / 1e3)
    } else {
        format!("{:.2}s", elapsed.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_reference_shape() {
        assert_eq!(format_elapsed(Duration::from_micros(376)), "376µs");
        assert_eq!(format_elapsed(Duration::from_micros(5_400)), "5.4ms");
        assert_eq!(format_elapsed(Duration::from_millis(1_040)), "1.04s");
    }
}
