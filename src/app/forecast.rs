//! What a run would do, as far as it is known before: which tasks are up to
//! date and which have changed. Starts nothing, writes nothing.

use std::collections::HashSet;

use crate::model::{Event, JobId, Outcome, SkipReason};
use crate::plan::{Occurrence, Phase, Plan, Request};
use crate::run::fresh::{Freshness, Verdict};

/// Occurrences with sources, parted.
#[derive(Debug, Default)]
pub(super) struct Forecast {
    fresh: HashSet<usize>,
    stale: HashSet<usize>,
    /// What the reader should know of records and files.
    pub(super) notes: Vec<Event>,
}

impl Forecast {
    /// Asks for the freshness of everything that has sources.
    pub(super) fn new(plan: &Plan, fresh: &Freshness) -> Self {
        let mut forecast = Self::default();
        for id in plan.graph.order().unwrap_or_default() {
            let occurrence = plan.graph.get(id).occurrence;
            let first = plan.graph.occurrences[occurrence].first == id;
            let Some(spec) = plan.jobs[id.0 as usize].fresh.as_ref().filter(|_| first) else {
                continue;
            };
            let ran = forecast.dependency_that_runs(plan, id);
            let mut notes = Vec::new();
            let verdict = fresh.verdict(spec, ran, &mut notes);
            forecast.notes.extend(notes.into_iter().map(|note| Event::Warning(id, note)));
            let set =
                if verdict == Verdict::Fresh { &mut forecast.fresh } else { &mut forecast.stale };
            set.insert(occurrence);
        }
        forecast
    }

    /// The name of a task with sources that would run right before this one.
    pub(super) fn dependency_that_runs<'p>(&self, plan: &'p Plan, id: JobId) -> Option<&'p str> {
        let before = plan.graph.before(id).map(|(from, _)| plan.graph.get(from).occurrence);
        let ran = before.into_iter().find(|o| self.stale.contains(o))?;
        Some(&plan.jobs[plan.graph.occurrences[ran].first.0 as usize].name)
    }

    /// True where an occurrence has sources and is up to date.
    pub(super) fn is_fresh(&self, occurrence: usize) -> bool {
        self.fresh.contains(&occurrence)
    }

    /// Those of `requests` that have changed, or need something that has; and
    /// the first jobs of the others, with how they end.
    pub(super) fn changed(
        &self,
        plan: &Plan,
        requests: Vec<Request>,
    ) -> (Vec<Request>, Vec<(JobId, Outcome)>) {
        let mut kept = Vec::new();
        let mut dropped = Vec::new();
        for request in requests {
            match asked(plan, &request) {
                Some(o) if !self.reaches(plan, o) => {
                    let idle = Outcome::Skipped(SkipReason::Unchanged);
                    let end = if self.is_fresh(o) { Outcome::Fresh } else { idle };
                    dropped.push((plan.graph.occurrences[o].first, end));
                }
                _ => kept.push(request),
            }
        }
        (kept, dropped)
    }

    /// True where `occurrence`, or something before it, would run for its
    /// sources' sake.
    fn reaches(&self, plan: &Plan, occurrence: usize) -> bool {
        let mut stack = vec![plan.graph.occurrences[occurrence].last];
        let mut seen = HashSet::new();
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            if self.stale.contains(&plan.graph.get(id).occurrence) {
                return true;
            }
            stack.extend(plan.graph.before(id).map(|(from, _)| from));
        }
        false
    }
}

/// The occurrence that a request asks for.
pub(super) fn asked(plan: &Plan, request: &Request) -> Option<usize> {
    let is_it = |o: &Occurrence| {
        o.task == request.task && *o.args == request.args && o.phase == Phase::Normal
    };
    plan.graph.occurrences.iter().position(is_it)
}
