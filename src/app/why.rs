//! Why a task would run now, or would be skipped: every cause, against its last
//! success; and what became of it last time. Starts nothing, writes nothing.

use std::sync::Arc;

use super::forecast::{Forecast, asked};
use super::run::{RunFlags, mode, prepare, requested, scope, workspace};
use crate::config::env::Late;
use crate::config::workspace::Evaluators;
use crate::config::{Loaded, Options};
use crate::model::{Dialect, JobId, Problem};
use crate::plan::{self, Plan, PlanOptions, Planner, echo};
use crate::record::{Place, Story, TaskStory};
use crate::run::fresh::{Findings, Freshness};
use crate::sys::Context;

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
pub fn why(
    ctx: &Arc<Context>,
    dialect: Dialect,
    loaded: Loaded,
    options: &Options,
    flags: &RunFlags,
    warn: &mut dyn FnMut(&str),
) -> Result<Vec<Why>, Vec<Problem>> {
    let groups = plan::groups(&flags.words);
    let workspace = workspace(ctx, loaded, options, &groups, warn)?;
    let main = workspace.main();
    let requests = requested(&workspace, &groups, flags, dialect, warn)?;
    let plan_options = PlanOptions {
        dialect,
        settings: &main.settings,
        profiles: &main.profiles,
        shell: None,
        common: Vec::new(),
        shim: None,
    };
    let evaluators = Evaluators::new(&workspace, Late::Keep);
    let mut planner = Planner::new(ctx, evaluators, scope(main, flags), plan_options);
    let plan = prepare(&mut planner, &workspace, &requests, warn)?;
    let fresh = Freshness::new(&ctx.dirs.state, mode(&main.settings, flags));
    let forecast = Forecast::new(&plan, &fresh);
    let place = Place::new(&ctx.dirs.state, main.project.home());
    let answers = requests.iter().filter_map(|request| {
        let occurrence = &plan.graph.occurrences[asked(&plan, request)?];
        let name = echo::quote(&workspace.task(occurrence.task).name);
        let last = last(&place, &echo::with_args(&name, &occurrence.args));
        Some(Why { last, ..answer(&plan, &fresh, &forecast, occurrence.first) })
    });
    Ok(answers.collect())
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
    Why { task: job.name.clone(), findings, last: None }
}
