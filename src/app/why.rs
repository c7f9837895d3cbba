//! Why a task would run now, or would be skipped: every cause, against its last
//! success. Starts nothing, writes nothing.

use std::sync::Arc;

use super::forecast::{Forecast, asked};
use super::run::{RunFlags, mode, prepare, requested, scope, workspace};
use crate::config::env::Late;
use crate::config::workspace::Evaluators;
use crate::config::{Loaded, Options};
use crate::model::{Dialect, Problem};
use crate::plan::{self, Plan, PlanOptions, Planner, Request};
use crate::run::fresh::{Findings, Freshness};
use crate::sys::Context;

/// The answer for one task.
#[derive(Debug)]
pub struct Why {
    /// Its name.
    pub task: String,
    /// What was found out; nothing for a task without sources.
    pub findings: Option<Findings>,
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
    Ok(requests.iter().filter_map(|request| answer(&plan, &fresh, &forecast, request)).collect())
}

fn answer(plan: &Plan, fresh: &Freshness, forecast: &Forecast, request: &Request) -> Option<Why> {
    let first = plan.graph.occurrences[asked(plan, request)?].first;
    let job = &plan.jobs[first.0 as usize];
    let findings = job
        .fresh
        .as_ref()
        .map(|spec| fresh.explain(spec, forecast.dependency_that_runs(plan, first)));
    Some(Why { task: job.name.clone(), findings })
}
