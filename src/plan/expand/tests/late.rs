//! Random projects some of whose calls are only known when they are reached:
//! the graph grows while it is run, and by the same rules.

use proptest::prelude::*;

use super::{
    Case, Entry, Weather, acyclic, check_order, circular, config, fair, foul, in_time, needs,
    project, requests, run_with, weather,
};
use crate::config::env::Late;
use crate::config::workspace::{Evaluators, Workspace};
use crate::model::{Cause, JobId, Outcome, Problem};
use crate::plan::expand::{Expander, Scope};
use crate::plan::graph::{Graph, Part};
use crate::run::state::State;

/// A case in which some of the `{ task }` entries have late names.
fn with_late_calls(cases: impl Strategy<Value = Case>) -> impl Strategy<Value = Case> {
    (cases, prop::collection::vec(prop::bool::weighted(0.6), 16)).prop_map(|(mut case, late)| {
        let entries = case.tasks.iter_mut().flat_map(|task| &mut task.run);
        for (i, entry) in entries.enumerate() {
            if let Entry::Task(link) = entry {
                link.late = late[i % late.len()];
            }
        }
        case
    })
}

/// A graph that grows when an arrival starts.
struct Growing<'a> {
    graph: Graph,
    expander: Expander<'a>,
    problems: Vec<Problem>,
}

impl std::ops::Deref for Growing<'_> {
    type Target = Graph;

    fn deref(&self) -> &Graph {
        &self.graph
    }
}

impl Growing<'_> {
    fn arrive(&mut self, job: JobId, state: &mut State) {
        if !matches!(self.graph.get(job).part, Part::Arrival(_)) {
            return;
        }
        let ok = |last: JobId| state.outcome(last).is_some_and(Outcome::is_ok);
        let succeeded = self.graph.occurrences.iter().map(|o| ok(o.last)).collect();
        let (nodes, edges) = (self.graph.len(), self.graph.edge_count());
        self.expander.arrive(job, &mut self.graph, succeeded);
        self.problems.extend(self.expander.take_problems());
        state.grow(&needs(&self.graph, nodes), self.graph.edges().skip(edges));
    }
}

/// Plans and runs a case. Returns what is wrong with it, found before the run
/// or in it.
fn story(
    case: &Case,
    workspace: &Workspace<'_>,
    weather: &Weather,
) -> Result<Vec<Problem>, TestCaseError> {
    let mut expander = Expander::new(Evaluators::new(workspace, Late::Render), Scope::Full);
    let graph = match expander.expand(&requests(workspace, &case.requests)) {
        Ok(expansion) => expansion.graph,
        Err(problems) => return Ok(problems),
    };
    let state = State::new(&needs(&graph, 0), graph.edges(), weather.jobs);
    let growing = Growing { graph, expander, problems: Vec::new() };
    let mut problems = Vec::new();
    let mut ordered = true;
    run_with(growing, state, weather, |growing, job, state| {
        check_order(&workspace.main().project, growing, job, state)?;
        growing.arrive(job, state);
        ordered &= growing.graph.order().is_ok();
        let wrong = !growing.problems.is_empty();
        problems.append(&mut growing.problems);
        Ok(wrong.then(|| Outcome::Failed(Cause::Error(Vec::new()))))
    })?;
    prop_assert!(ordered, "a circle in the graph");
    Ok(problems)
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn late_calls_run_in_order(case in with_late_calls(acyclic()), weather in weather(fair())) {
        let workspace = project(&case.toml());
        prop_assert_eq!(story(&case, &workspace, &weather)?, []);
    }

    #[test]
    fn with_late_calls_every_job_comes_to_an_end(
        case in with_late_calls(acyclic()),
        weather in weather(foul()),
        interrupt in prop::option::of(0usize..12),
    ) {
        let workspace = project(&case.toml());
        prop_assert_eq!(story(&case, &workspace, &Weather { interrupt, ..weather })?, []);
    }

    #[test]
    fn a_circle_of_late_calls_is_found_when_it_closes(
        case in with_late_calls(circular()),
        weather in weather(fair()),
    ) {
        let run = move || {
            let workspace = project(&case.toml());
            story(&case, &workspace, &weather)
        };
        let Some(problems) = in_time(run) else {
            return Err(TestCaseError::fail("does not end"));
        };
        let problems = problems?;
        prop_assert!(!problems.is_empty(), "accepted");
        prop_assert!(problems.iter().all(|p| p.code == "graph::cycle"), "{:?}", problems);
    }
}
