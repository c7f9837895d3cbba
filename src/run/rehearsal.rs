//! A run without processes: the scheduler goes through a plan as if every job went well, so that
//! what would be skipped, and how long it all takes, is known before. Pure; of limits it knows
//! the slots, not the locks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::state::{Needs, State};
use crate::model::{JobId, Outcome};
use crate::plan::Plan;

/// What is expected of each job.
#[derive(Debug)]
pub struct Expected<'a> {
    /// How long it works, where it does.
    pub lengths: &'a [Duration],
    /// How it ends once it has its turn.
    pub outcomes: &'a [Outcome],
    /// How urgent it is.
    pub urgency: &'a [u64],
}

/// How it went.
#[derive(Debug)]
pub struct Rehearsal {
    /// The end of each job.
    pub outcomes: Vec<Outcome>,
    /// How long it took.
    pub took: Duration,
}

/// Goes through the plan with so many slots.
pub fn rehearse(plan: &Plan, slots: usize, expected: &Expected<'_>) -> Rehearsal {
    let urgency = |id: JobId| expected.urgency.get(id.0 as usize).copied().unwrap_or_default();
    let needs: Vec<Needs> = plan.graph.ids().map(|id| needs(plan, id, urgency(id))).collect();
    let mut state = State::new(&needs, plan.graph.edges(), slots);
    let outcome = |id: JobId| &expected.outcomes[id.0 as usize];
    let mut running = BinaryHeap::new();
    let mut took = Duration::ZERO;
    loop {
        while let Some(job) = state.next() {
            state.start(job);
            let works = *outcome(job) == Outcome::Success;
            let length = if works { expected.lengths[job.0 as usize] } else { Duration::ZERO };
            running.push(Reverse((took.saturating_add(length), job)));
        }
        let Some(Reverse((now, job))) = running.pop() else {
            break;
        };
        took = now;
        state.end(job, outcome(job).clone());
    }
    let end = |id: JobId| state.outcome(id).cloned().unwrap_or_else(|| outcome(id).clone());
    Rehearsal { outcomes: plan.graph.ids().map(end).collect(), took }
}

/// What the scheduler has to know of a job.
pub(super) fn needs(plan: &Plan, id: JobId, urgency: u64) -> Needs {
    let job = &plan.jobs[id.0 as usize];
    let weight = job.policy.weight.as_ref().map_or(1, |(weight, _)| weight.get());
    let is_last = plan.graph.occurrence(id).last == id;
    Needs {
        slots: if job.takes_slot() { weight } else { 0 },
        alone: job.exclusive,
        tolerant: is_last && job.policy.allow_failure == Some(true),
        urgency,
    }
}
