//! Whether a command line would be refused: all that is decided before a run
//! starts anything. Starts nothing, writes nothing.

use std::sync::Arc;

use super::run::{RunFlags, prepare, requested, scope, workspace};
use crate::config::env::Late;
use crate::config::workspace::Evaluators;
use crate::config::{Loaded, Options};
use crate::model::{Dialect, Problem};
use crate::plan::{self, PlanOptions, Planner};
use crate::sys::Context;

/// Plans what `flags` ask for, as a run does.
///
/// # Errors
/// All that would keep it from running.
pub fn trial(
    ctx: &Arc<Context>,
    dialect: Dialect,
    loaded: &Loaded,
    options: &Options,
    flags: &RunFlags,
) -> Result<(), Vec<Problem>> {
    let groups = plan::groups(&flags.words);
    let workspace = workspace(ctx, loaded.clone(), options, &groups, &mut |_| ())?;
    let main = workspace.main();
    let requests = requested(&workspace, &groups, flags, dialect, &mut |_| ())?;
    let plan_options = PlanOptions {
        dialect,
        settings: &main.settings,
        profiles: &main.profiles,
        shell: flags.shell.as_deref(),
        common: Vec::new(),
        shim: None,
    };
    let evaluators = Evaluators::new(&workspace, Late::Keep);
    let mut planner = Planner::new(ctx, evaluators, scope(main, flags), plan_options);
    prepare(&mut planner, &workspace, &requests, &mut |_| ()).map(drop)
}
