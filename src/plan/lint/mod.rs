//! What is wrong with the tasks of a project, or looks wrong, without running
//! any: mise's checks, each as mise makes it, and our own of the graph.
//! Evaluates what a query may, and starts nothing.
//!
//! Inside, from the bottom: `issue` (one finding), `links` (what a task names,
//! resolved), `cycles` (circles and what is missing below a task),
//! `definition` (one task's own keys).

mod cycles;
mod definition;
mod issue;
mod links;

pub use issue::{Issue, Severity};

use crate::config::env::Late;
use crate::config::workspace::{Evaluators, Workspace};
use crate::model::{Dialect, Problem, Project, TaskId, closest};
use crate::sys::Context;
use links::Links;

/// Looks at the tasks, in the order given.
pub fn validate(
    ctx: &Context,
    workspace: &Workspace<'_>,
    dialect: Dialect,
    tasks: &[TaskId],
) -> Vec<Issue> {
    let mut links = Links::new(Evaluators::new(workspace, Late::Keep), dialect);
    let mut issues = cycles::find(&mut links, tasks);
    let aliases = definition::Aliases::of(&workspace.main().project);
    for task in tasks {
        definition::check(ctx, &mut links, &aliases, *task, &mut issues);
    }
    issues
}

/// The tasks that words mean: a name, else the first task with such an alias.
///
/// # Errors
/// The first word that means none.
pub fn chosen(project: &Project, words: &[String]) -> Result<Vec<TaskId>, Problem> {
    if words.is_empty() {
        return Ok(project.ids().collect());
    }
    words.iter().map(|word| one(project, word)).collect()
}

fn one(project: &Project, word: &str) -> Result<TaskId, Problem> {
    let find = |test: &dyn Fn(&TaskId) -> bool| project.ids().find(|id| test(id));
    let named = find(&|id| project.task(*id).name == word)
        .or_else(|| find(&|id| project.task(*id).aliases.iter().any(|alias| alias == word)))
        .or_else(|| find(&|id| project.task(*id).display == word));
    named.ok_or_else(|| {
        let names: Vec<&str> = project.tasks.iter().map(|task| task.name.as_str()).collect();
        let text = format!("Task '{word}' not found. Available tasks: {}", names.join(", "));
        let problem = Problem::new("validate::unknown-task", text.clone()).reference(text);
        match closest(word, names, 1).first() {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        }
    })
}
