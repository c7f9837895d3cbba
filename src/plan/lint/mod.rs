//! What is wrong with the tasks of a project, or looks wrong, without running
//! any: mise's checks, each as mise makes it, and our own of the graph.
//! Evaluates what a query may, and starts nothing.
//!
//! Inside, from the bottom: `issue` (one finding), `links` (what a task names,
//! resolved), `cycles` (circles and what is missing below a task),
//! `definition` (one task's own keys); `told` (names of tasks in what scripts
//! do and say), `patterns` (which files two patterns share) → `ground` (what
//! the rules look at) → `rules`, one file for each kind of mistake.

mod cycles;
mod definition;
mod ground;
mod issue;
mod links;
mod patterns;
mod rules;
mod told;

pub use issue::{Issue, Severity};

use crate::config::env::Late;
use crate::config::workspace::{Evaluators, Workspace};
use crate::model::{Dialect, Problem, Project, TaskId, closest};
use crate::sys::Context;
use ground::Ground;
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
    let mut found = match dialect {
        Dialect::Mise => Vec::new(),
        Dialect::Mep => rules::find(&Ground::of(ctx, &mut links)),
    };
    for task in tasks {
        definition::check(ctx, &mut links, &aliases, *task, &mut issues);
        let own = |(at, _): &mut (usize, Issue)| *at == task.index as usize;
        issues.extend(found.extract_if(.., own).map(|(_, issue)| issue));
    }
    issues
}

/// The tasks that words mean: a name, else the first task with such an alias.
///
/// # Errors
/// The first word that means none.
pub fn chosen(project: &Project, words: &[String]) -> Result<Vec<TaskId>, Problem> {
    if words.is_empty() {
        // Other projects of a monorepo are looked at where they are.
        return Ok(project.ids().filter(|id| !project.task(*id).root.aside).collect());
    }
    words.iter().map(|word| one(project, word)).collect()
}

fn one(project: &Project, word: &str) -> Result<TaskId, Problem> {
    let find = |test: &dyn Fn(&TaskId) -> bool| project.ids().find(|id| test(id));
    let named = find(&|id| project.task(*id).name == word)
        .or_else(|| find(&|id| project.task(*id).aliases.iter().any(|alias| alias == word)))
        .or_else(|| find(&|id| project.task(*id).display() == word))
        .or_else(|| project.find(word));
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
