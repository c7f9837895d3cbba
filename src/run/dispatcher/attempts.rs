//! What a failure of a job does not decide: it may be tried again, or be none
//! of the run's business.

use std::time::{Duration, Instant};

use super::Dispatcher;
use crate::model::{Cause, Event, JobId, Outcome};
use crate::plan::EdgeKind;
use foldhash::HashMap;

/// Jobs that have failed and are tried again.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    failed: HashMap<JobId, u32>,
    /// When each goes on, and the group of its last attempt.
    resting: Vec<(JobId, Instant, u32)>,
}

/// How often what is left of the last attempt is looked at.
const LOOK: Duration = Duration::from_millis(10);

impl Attempts {
    /// How many attempts of the job have failed so far.
    pub(super) fn failed(&self, id: JobId) -> u32 {
        self.failed.get(&id).copied().unwrap_or(0)
    }

    /// When somebody has to be looked at.
    pub(super) fn next(&self) -> Option<Instant> {
        let soonest = self.resting.iter().map(|(_, at, _)| *at).min();
        soonest.map(|at| at.max(Instant::now() + LOOK))
    }

    /// Those that may go on: their time has come, and nothing of the last
    /// attempt is left.
    pub(super) fn due(&mut self, lingers: impl Fn(u32) -> bool) -> Vec<JobId> {
        let now = Instant::now();
        let due = |(_, at, group): &(JobId, Instant, u32)| *at <= now && !lingers(*group);
        let (ready, resting) = std::mem::take(&mut self.resting).into_iter().partition(due);
        self.resting = resting;
        let ready: Vec<(JobId, Instant, u32)> = ready;
        ready.into_iter().map(|(id, ..)| id).collect()
    }

    /// The clock stood still so long.
    pub(super) fn postpone(&mut self, by: Duration) {
        self.resting.iter_mut().for_each(|(_, at, _)| *at += by);
    }
}

impl Dispatcher<'_> {
    /// Puts a failed job aside for another attempt, where it has one. What is
    /// wrong before a process runs will not get better.
    pub(super) fn try_again(&mut self, group: u32, id: JobId, cause: &Cause) -> bool {
        let again = matches!(cause, Cause::Exit(_) | Cause::Signal(..) | Cause::TimedOut(_));
        let Some((retry, _)) = self.job(id).policy.retry.clone().filter(|_| again) else {
            return false;
        };
        let failed = self.attempts.failed(id) + 1;
        let Some(delay) = retry.delay_after(failed).filter(|_| self.state.may_go_on(id)) else {
            return false;
        };
        let attempt = (failed + 1, retry.count.saturating_add(1));
        self.tell(Event::Retrying { job: id, cause: cause.clone(), attempt, delay });
        self.attempts.failed.insert(id, failed);
        self.attempts.resting.push((id, Instant::now() + delay, group));
        self.working.remove(&self.plan.graph.get(id).occurrence);
        self.state.set_aside(id);
        true
    }

    /// A failure that `allow_failure` covers.
    pub(super) fn tolerated(&self, id: JobId, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Failed(cause) if cause != Cause::Cancelled && self.is_covered(id) => {
                Outcome::Tolerated(cause)
            }
            other => other,
        }
    }

    /// True where the job's task may fail, or where only such tasks call it.
    fn is_covered(&self, id: JobId) -> bool {
        let occurrence = self.plan.graph.occurrence(id);
        if self.job(id).policy.allow_failure == Some(true) {
            return true;
        }
        let mut callers = self
            .plan
            .graph
            .after(occurrence.last)
            .filter(|(_, kind)| *kind == EdgeKind::Depends)
            .map(|(to, _)| self.is_covered(to))
            .peekable();
        occurrence.site.is_some() && callers.peek().is_some() && callers.all(|covered| covered)
    }
}
