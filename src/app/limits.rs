//! What a run may use at a time, and how it shares that with others.

use std::collections::BTreeSet;

use crate::config::{self, Settings};
use crate::model::{Dialect, PoolKind, Project};
use crate::plan::Plan;
use crate::run::Sharing;
use crate::sys::Context;

/// The slots of a run.
pub(super) fn slots(settings: &Settings, dialect: Dialect, plan: &Plan) -> usize {
    match settings.jobs {
        _ if settings.raw => 1,
        Some(jobs) => jobs,
        // Counting cores takes longer than all else here.
        None if plan.jobs.len() == 1 => 1,
        None => config::default_jobs(dialect),
    }
}

/// Whom a run shares with. The pool changes how many jobs a make in a task
/// has, so mise has none, and neither has a single task that nobody limits.
pub(super) fn sharing<'a>(
    ctx: &'a Context,
    dialect: Dialect,
    project: &Project,
    settings: &Settings,
    plan: &Plan,
) -> Sharing<'a> {
    let pool = match dialect {
        Dialect::Mise => PoolKind::Off,
        Dialect::Mep if settings.raw => PoolKind::Off,
        Dialect::Mep => match project.own.jobserver {
            Some(kind) => kind,
            None if plan.jobs.len() > 1 || settings.jobs.is_some() => PoolKind::Pipe,
            None => PoolKind::Off,
        },
    };
    Sharing { env: &ctx.env, project: project.home().to_path_buf(), pool }
}

/// A line for each task that weighs more than there is: it gets all there is.
pub(super) fn too_heavy(plan: &Plan, slots: usize) -> BTreeSet<String> {
    let heavy = plan.jobs.iter().filter_map(|job| {
        let (weight, spot) = job.policy.weight.as_ref()?;
        let (name, place) = (&job.name, spot.place());
        let text = || {
            format!(
                "task `{name}` has weight {weight}, more than -j {slots} allows: \
                 it takes all slots ({place})"
            )
        };
        let limited = plan.jobs.len() > 1 || slots > 1;
        (limited && weight.get() as usize > slots).then(text)
    });
    heavy.collect()
}
