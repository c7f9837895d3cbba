//! What the earlier runs of a project say of the one to come: how long it is likely to take, and
//! what of it is urgent.

use std::sync::Arc;
use std::time::Duration;

use super::views::words;
use crate::config::workspace::Workspace;
use crate::model::{JobId, JobView};
use crate::plan::{Outlook, Part, Plan};
use crate::record::{History, Place};

/// Ways to the end that differ by less are alike: else tasks would change places from one run to
/// the next for nothing.
const ALIKE: Duration = Duration::from_millis(100);

/// The outlook on a plan; nothing where nobody could make use of it, or nothing is known.
pub(super) fn outlook(
    place: &Place,
    plan: &Plan,
    views: &[Arc<JobView>],
    jobs: usize,
) -> Option<Outlook> {
    let works = |id: JobId| plan.jobs[id.0 as usize].takes_slot();
    if jobs < 2 || plan.graph.ids().filter(|id| works(*id)).nth(1).is_none() {
        return None;
    }
    let history = History::load(place);
    let known = |id: JobId| known(&history, plan, id, &views[id.0 as usize].rerun);
    let outlook = Outlook::new(&plan.graph, known);
    outlook.ahead.iter().any(|way| !way.is_zero()).then_some(outlook)
}

/// How long each job is likely to work; nothing where nobody knows.
pub(super) fn expected(
    workspace: &Workspace<'_>,
    plan: &Plan,
    place: &Place,
) -> Vec<Option<Duration>> {
    let history = History::load(place);
    let of = |id| known(&history, plan, id, &words(workspace, plan.graph.occurrence(id)));
    plan.graph.ids().map(of).collect()
}

/// How long a job took lately; one that does no work takes no time.
fn known(history: &History, plan: &Plan, id: JobId, words: &str) -> Option<Duration> {
    if !plan.jobs[id.0 as usize].takes_slot() {
        return Some(Duration::ZERO);
    }
    let occurrence = plan.graph.occurrence(id);
    let past = match step(plan, id) {
        Some(at) => history.of_step(words, at),
        // The past of a task is that of all its parts together.
        None => history.of(words).filter(|_| occurrence.first == occurrence.last),
    };
    past?.expected()
}

/// The entry of `run` that a job begins with, where it is a working part of a task among others.
pub(super) fn step(plan: &Plan, id: JobId) -> Option<usize> {
    let occurrence = plan.graph.occurrence(id);
    let alone = occurrence.first == occurrence.last;
    match plan.graph.get(id).part {
        Part::Scripts(from, _) if !alone => Some(from),
        _ => None,
    }
}

/// How urgent each job is: what the most has to wait for goes first.
pub(super) fn urgency(outlook: &Outlook) -> Vec<u64> {
    let steps = |way: &Duration| way.as_millis() / ALIKE.as_millis();
    outlook.ahead.iter().map(|way| u64::try_from(steps(way)).unwrap_or(u64::MAX)).collect()
}
