//! From the words of the command line to what is watched: one plan for each
//! task with its arguments. Starts nothing but what a template asks for.

use std::sync::Arc;

use super::Watch;
use super::policy::Words;
use super::scope::{Scope, Target};
use crate::app::asked::RunFlags;
use crate::app::query::unprepared;
use crate::app::run::{prepare, requested, scope, workspace};
use crate::config::env::Late;
use crate::config::workspace::{Evaluators, Workspace};
use crate::config::{Loaded, Options};
use crate::model::{Dialect, Outputs, Problem, Project};
use crate::plan::{self, Group, Plan, Planner, Request};
use crate::sys::Context;

/// Makes plans, one after the other.
pub(super) struct Plans<'a>(Option<Planner<'a>>);

impl Plans<'_> {
    /// The plan of a run of these.
    pub(super) fn plan(
        &mut self,
        workspace: &Workspace<'_>,
        requests: &[Request],
    ) -> Result<Plan, Vec<Problem>> {
        let Some(mut planner) = self.0.take() else {
            return Err(Vec::new());
        };
        let plan = prepare(&mut planner, workspace, requests, &mut |_| ());
        self.0 = Some(planner.again());
        plan
    }
}

/// Lets `make` plan with a project as it was read. What is wrong with tasks
/// that are not asked for is left to the run.
pub(super) fn planned<T>(
    ctx: &Arc<Context>,
    dialect: Dialect,
    loaded: &Loaded,
    options: &Options,
    flags: &RunFlags,
    groups: &[Group],
    make: impl for<'w> FnOnce(&'w Workspace<'w>, &mut Plans<'w>) -> Result<T, Vec<Problem>>,
) -> Result<T, Vec<Problem>> {
    let workspace = workspace(ctx, loaded.clone(), options, groups, &mut |_| ())?;
    let main = workspace.main();
    let evaluators = Evaluators::new(&workspace, Late::Render);
    let options = unprepared(main, dialect, flags);
    let planner = Planner::new(ctx, evaluators, scope(main, flags), options);
    make(&workspace, &mut Plans(Some(planner)))
}

/// What is to be watched, with the project as it is now.
///
/// # Errors
/// All that would keep the tasks from running.
pub(super) fn scope_of(call: &Watch<'_>, loaded: &Loaded) -> Result<Scope, Vec<Problem>> {
    let all = words(call, &loaded.project);
    if all.is_empty() {
        return Err(vec![nothing(&loaded.project)]);
    }
    let groups: Vec<Group> = all.iter().flat_map(|words| plan::groups(words)).collect();
    let (ctx, dialect, run) = (call.ctx, call.dialect, &call.run);
    planned(ctx, dialect, loaded, call.options, run, &groups, |workspace, plans| {
        let main = workspace.main();
        let mut filters = call.flags.filters.clone();
        let mut targets = Vec::new();
        for (words, group) in all.into_iter().zip(&groups) {
            let group = std::slice::from_ref(group);
            let requests = requested(workspace, group, run, dialect, &mut |_| ())?;
            let asked = |request: &Request| workspace.task(request.task).watches_ignored;
            filters.kinds.vcs &= !requests.iter().any(asked);
            let plan = plans.plan(workspace, &requests)?;
            let mut target = Target::new(words, &plan, main.project.home(), &filters);
            products(workspace, &plan, &mut target);
            targets.push(target);
        }
        let scope = Scope::new(targets, &main.project, &ctx.cwd, &filters);
        scope.map_err(|problem| vec![problem])
    })
}

/// What tasks without sources make is known as far as it is written out.
fn products(workspace: &Workspace<'_>, plan: &Plan, target: &mut Target) {
    for id in plan.graph.ids() {
        let job = &plan.jobs[id.0 as usize];
        let task = workspace.task(plan.graph.occurrence(id).task);
        if let Outputs::Patterns(outputs) = &*task.outputs
            && job.fresh.is_none()
        {
            target.makes(&job.cwd, outputs);
        }
    }
}

/// The words of each task that is asked for.
fn words(call: &Watch<'_>, project: &Project) -> Vec<Words> {
    if call.run.words.is_empty() && call.dialect == Dialect::Mep {
        let near = project.tasks.iter().filter(|t| !t.hide && !t.root.aside);
        let with_sources = near.filter(|task| !task.sources.is_empty());
        return with_sources.map(|task| vec![task.name.clone()]).collect();
    }
    plan::groups(&call.run.words).into_iter().map(written).collect()
}

/// A group as it was typed.
pub(super) fn written(group: Group) -> Words {
    let mut words = group.args;
    if let Some(at) = group.dashes {
        words.insert(at, "--".to_string());
    }
    words.insert(0, group.name);
    words
}

/// A command line of several tasks. What stands behind `--` cannot be followed
/// by another task, so it comes last.
pub(super) fn joined<'w>(all: impl Iterator<Item = &'w Words>) -> Vec<String> {
    let mut all: Vec<&Words> = all.collect();
    all.sort_by_key(|words| words.iter().any(|word| word == "--"));
    let parts: Vec<&[String]> = all.into_iter().map(Vec::as_slice).collect();
    parts.join(&":::".to_string())
}

fn nothing(project: &Project) -> Problem {
    let text = match project.tasks.is_empty() {
        true => format!("there are no tasks in {}", project.home().display()),
        false => "no visible task has `sources`: there is nothing to watch for".to_string(),
    };
    Problem::new("watch::nothing", text)
        .help("name a task: one without `sources` is run when anything in its project changes")
}
