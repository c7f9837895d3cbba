//! A plan that is only looked at: made as `run` makes one, but nothing is evaluated that starts a
//! program, and nothing is prepared for tasks.

use super::asked::{Asked, RunFlags};
use super::forecast::Forecast;
use super::run::{mode, prepare, requested, scope, workspace};
use super::shards;
use crate::config::env::Late;
use crate::config::workspace::{Evaluators, Workspace};
use crate::config::{Loaded, Settings};
use crate::model::{Dialect, Problem};
use crate::plan::{self, Plan, PlanOptions, Planner, Request};
use crate::record::Place;
use crate::run::fresh::Freshness;

/// What there is to look at.
pub(super) struct Query<'a> {
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) settings: &'a Settings,
    pub(super) plan: Plan,
    /// What is asked for, as far as the flags leave it.
    pub(super) requests: Vec<Request>,
    pub(super) fresh: Freshness,
    /// Where earlier runs are on record.
    pub(super) place: Place,
}

/// The options of a plan for which nothing is prepared: its tasks get neither tools nor links.
pub(super) fn unprepared<'a>(
    main: &'a Loaded,
    dialect: Dialect,
    flags: &'a RunFlags,
) -> PlanOptions<'a> {
    PlanOptions {
        dialect,
        settings: &main.settings,
        profiles: &main.profiles,
        shell: flags.shell.as_deref(),
        common: Vec::new(),
        shim: None,
    }
}

/// Says whether a run of what is asked for would be refused before it starts anything.
///
/// # Errors
/// All that would keep it from running.
pub fn trial(asked: Asked<'_>) -> Result<(), Vec<Problem>> {
    with_plan(asked, &mut |_| (), |_| ())
}

/// Plans what is asked for, and lets `look` have it.
///
/// # Errors
/// All that would keep a run from starting.
pub(super) fn with_plan<T>(
    asked: Asked<'_>,
    warn: &mut dyn FnMut(&str),
    look: impl FnOnce(&Query<'_>) -> T,
) -> Result<T, Vec<Problem>> {
    let Asked { ctx, dialect, loaded, options, flags } = asked;
    let groups = plan::groups(&flags.words);
    let workspace = workspace(ctx, loaded, options, &groups, warn)?;
    let main = workspace.main();
    let mut requests = requested(&workspace, &groups, flags, dialect, warn)?;
    let evaluators = Evaluators::new(&workspace, Late::Keep);
    let options = unprepared(main, dialect, flags);
    let mut planner = Planner::new(ctx, evaluators, scope(main, flags), options);
    let mut plan = prepare(&mut planner, &workspace, &requests, warn)?;
    let fresh = Freshness::new(&ctx.dirs.state, mode(&main.settings, flags));
    let place = Place::new(&ctx.dirs.state, main.project.home());
    if let Some(shard) = flags.shard {
        requests = shards::part(&workspace, &plan, &requests, &place, shard, warn);
        planner = planner.again();
        plan = prepare(&mut planner, &workspace, &requests, &mut |_| ())?;
    }
    if flags.changed {
        requests = Forecast::new(&plan, &fresh).changed(&plan, requests).0;
        plan = prepare(&mut planner.again(), &workspace, &requests, &mut |_| ())?;
    }
    let settings = &main.settings;
    Ok(look(&Query { workspace: &workspace, settings, plan, requests, fresh, place }))
}
