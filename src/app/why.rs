//! Why a task would run now, or would be skipped: every cause, against its last
//! success; and what became of it last time. Starts nothing, writes nothing.

use super::asked::Asked;
use super::forecast::{Forecast, asked};
use super::query::{Query, with_plan};
use super::views::words;
use crate::model::{JobId, Problem};
use crate::plan::Plan;
use crate::record::{Place, Story, TaskStory};
use crate::run::fresh::{Findings, Freshness};

/// The answer for one task.
#[derive(Debug)]
pub struct Why {
    /// Its name.
    pub task: String,
    /// What was found out; nothing for a task without sources.
    pub findings: Option<Findings>,
    /// The last run on record that had it, and what became of it there.
    pub last: Option<(Story, TaskStory)>,
}

/// Asks for the tasks that `flags` name.
///
/// # Errors
/// All that would keep them from running.
pub fn why(question: Asked<'_>, warn: &mut dyn FnMut(&str)) -> Result<Vec<Why>, Vec<Problem>> {
    with_plan(question, warn, |query| {
        let Query { workspace, plan, requests, fresh, place, .. } = query;
        let forecast = Forecast::new(plan, fresh);
        let answers = requests.iter().filter_map(|request| {
            let occurrence = &plan.graph.occurrences[asked(plan, request)?];
            let last = last(place, &words(workspace, occurrence));
            Some(Why { last, ..answer(plan, fresh, &forecast, occurrence.first) })
        });
        answers.collect()
    })
}

/// The newest run that had the task of these words (`TaskStory::rerun`) to do.
/// A record that cannot be read is passed over: `mep last` tells of it.
fn last(place: &Place, words: &str) -> Option<(Story, TaskStory)> {
    place.runs().iter().find_map(|run| {
        let mut story = Story::read(place, run).ok()?;
        let at = story.tasks.iter().position(|task| task.rerun == words && task.was_needed())?;
        let task = story.tasks.swap_remove(at);
        Some((story, task))
    })
}

fn answer(plan: &Plan, fresh: &Freshness, forecast: &Forecast, first: JobId) -> Why {
    let job = &plan.jobs[first.0 as usize];
    let findings = job
        .fresh
        .as_ref()
        .map(|spec| fresh.explain(spec, forecast.dependency_that_runs(plan, first)));
    Why { task: job.name.to_string(), findings, last: None }
}
