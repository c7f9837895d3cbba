//! What our own keys say of a task's run: `[tasks."x"]` of `mep.toml` and
//! `[_.mep.tasks."x"]`. How it fails, what it shares, how it ends.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Absent, Dep, Lint, Spot};

/// What becomes of processes that a successful task leaves behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Leaks {
    /// Those of its group are ended and named, those that left the session
    /// are named.
    #[default]
    Report,
    /// Those that left the session are ended as well.
    Kill,
    /// As `Report`, and the task has failed.
    Fail,
}

/// How often a failed task is tried again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// Attempts after the first one.
    pub count: u32,
    /// Before the second attempt.
    pub delay: Duration,
    /// What the delay is multiplied with each time; 1 keeps it.
    pub backoff: f64,
}

impl Retry {
    /// How long to wait before the next attempt, `failed` of them having
    /// failed; never more than a day. `None` where there is none left.
    pub fn delay_after(&self, failed: u32) -> Option<Duration> {
        const LONGEST: f64 = 86_400.0;
        (failed <= self.count).then(|| {
            let factor = self.backoff.powi(failed.saturating_sub(1).min(1_000) as i32);
            Duration::from_secs_f64((self.delay.as_secs_f64() * factor).min(LONGEST))
        })
    }
}

/// The keys of one task.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Time between TERM and KILL.
    pub grace: Option<Duration>,
    /// What it leaves behind.
    pub leaks: Option<Leaks>,
    /// Tried again after a failure, and where that is said.
    pub retry: Option<(Retry, Spot)>,
    /// A failure of it is none of the run's.
    pub allow_failure: Option<bool>,
    /// Run once it has ended in any way.
    pub finally: Vec<Dep>,
    /// Over the `timeout` of the mise config.
    pub timeout: Option<Duration>,
    /// Held while it runs, by one task of the machine at a time.
    pub locks: Vec<String>,
    /// Slots it takes.
    pub weight: Option<(NonZeroU32, Spot)>,
    /// Of what the lint is silent about it.
    pub unlinted: Vec<Lint>,
}

impl Absent for Policy {
    fn absent() -> &'static Self {
        static NONE: Policy = Policy {
            grace: None,
            leaks: None,
            retry: None,
            allow_failure: None,
            finally: Vec::new(),
            timeout: None,
            locks: Vec::new(),
            weight: None,
            unlinted: Vec::new(),
        };
        &NONE
    }
}

impl Policy {
    /// Takes over what a file that goes first says.
    pub fn overlay(&mut self, upper: Self) {
        let Self { grace, leaks, retry, allow_failure, finally, timeout, locks, weight, unlinted } =
            upper;
        self.grace = grace.or(self.grace);
        self.leaks = leaks.or(self.leaks);
        self.retry = retry.or(self.retry.take());
        self.allow_failure = allow_failure.or(self.allow_failure);
        self.timeout = timeout.or(self.timeout);
        self.weight = weight.or(self.weight.take());
        if !finally.is_empty() {
            self.finally = finally;
        }
        if !locks.is_empty() {
            self.locks = locks;
        }
        self.unlinted.extend(unlinted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_by_the_factor_and_end_with_the_count() {
        let retry = Retry { count: 3, delay: Duration::from_secs(2), backoff: 3.0 };
        let delays: Vec<_> = (1..=4).map(|failed| retry.delay_after(failed)).collect();
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(delays, [seconds(2), seconds(6), seconds(18), None]);
        let endless = Retry { count: u32::MAX, delay: Duration::from_secs(1), backoff: 10.0 };
        assert_eq!(endless.delay_after(u32::MAX), seconds(86_400));
    }
}
