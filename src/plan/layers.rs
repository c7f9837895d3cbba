//! What an occurrence adds to the environment and the vars of its root: its
//! task's own, its callers', and what its call gives. Knows no job.

use super::graph::Occurrence;
use crate::config::env::Vars;
use crate::config::workspace::Evaluators;
use crate::model::{EnvMap, Problem};

/// Lays all of it over `env` and `vars`.
///
/// # Errors
/// As `Evaluator::of_root`.
pub(super) fn lay(
    evaluators: &mut Evaluators<'_>,
    o: &Occurrence,
    env: &mut EnvMap,
    vars: &mut Vars,
) -> Result<(), Problem> {
    let workspace = evaluators.workspace();
    let task = workspace.task(o.task);
    let evaluator = evaluators.of(o.task.project);
    // Values of `env` see the vars of the config first, as in mise.
    let shared = (!task.vars.is_empty()).then(|| vars.clone());
    evaluator.task_vars(task, vars)?;
    let mut for_env = vars.clone();
    for_env.extend(shared.into_iter().flatten());
    for caller in &o.inherits {
        let caller = workspace.task(*caller);
        evaluator.task_env(&caller.env, &caller.root.dir, &for_env, env)?;
    }
    evaluator.task_env(&task.env, &task.root.dir, &for_env, env)?;
    evaluator.given(&o.env);
    for (key, value) in &o.env {
        env.set(key, value);
    }
    Ok(())
}
