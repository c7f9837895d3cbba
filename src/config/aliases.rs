//! Aliases that are templates, rendered once all files are read: an alias is
//! a name, and names are asked for before anything else is known.

use super::env::{Evaluator, Late};
use super::load::{self, Options};
use super::loaded::Loaded;
use super::template;
use crate::model::Blame;
use crate::sys::Context;

/// Reads everything that holds for `ctx`.
pub fn load(ctx: &Context, options: &Options) -> Loaded {
    let mut loaded = load::load(ctx, options);
    render(ctx, &mut loaded);
    loaded
}

/// Renders them; one that does not render breaks its task.
fn render(ctx: &Context, loaded: &mut Loaded) {
    let of_template = |alias: &String| template::is_template(alias);
    if !loaded.project.tasks.iter().any(|task| task.aliases.iter().any(of_template)) {
        return;
    }
    let mut done = Vec::new();
    let mut evaluator = Evaluator::new(ctx, loaded, Late::Keep);
    for (i, task) in loaded.project.tasks.iter().enumerate() {
        for (n, alias) in task.aliases.iter().enumerate().filter(|(_, a)| of_template(a)) {
            done.push((i, n, evaluator.render(task, alias, &task.spot, None)));
        }
    }
    for (i, n, rendered) in done {
        let task = &mut loaded.project.tasks[i];
        match rendered {
            Ok(alias) => task.aliases[n] = alias,
            Err(problem) => {
                let problem = problem.blame(Blame::Task(task.name.clone()));
                task.broken.push(problem.clone());
                loaded.project.problems.push(problem);
            }
        }
    }
    loaded.project.index();
}
