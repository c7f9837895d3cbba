//! `tasks deps`

use std::io::Write;

use crate::cli::diagnostics::Voice;
use crate::cli::grammar::tasks::DepsArgs;
use crate::config::env::Late;
use crate::config::workspace::{Evaluators, Workspace};
use crate::config::{Loaded, Options};
use crate::model::{Exit, Problem, Project, TaskId};
use crate::plan::{self, Drawing, Expander, Request, Scope, matching};
use crate::sys::Context;

/// Draws the graph below the named tasks, or below all of them.
pub(in crate::cli) fn print(
    ctx: &Context,
    loaded: Loaded,
    options: Options,
    args: &DepsArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let workspace = Workspace::new(ctx, options, loaded);
    let project = &workspace.main().project;
    project.warnings.iter().for_each(|w| voice.warn(w));
    let roots = roots(project, args)?;
    let requests: Vec<Request> =
        roots.iter().map(|task| Request { task: *task, args: Vec::new(), dashes: None }).collect();
    let evaluators = Evaluators::new(&workspace, Late::Keep);
    let expansion = Expander::new(evaluators, Scope::Drawing).expand(&requests)?;
    let forms = [
        (args.dot, Drawing::Dot),
        (args.json, Drawing::Json),
        (args.mermaid, Drawing::Mermaid),
        (args.svg, Drawing::Svg),
        (args.compact, Drawing::Compact),
    ];
    let form = forms.iter().find(|(asked, _)| *asked).map_or(Drawing::Tree, |(_, form)| *form);
    let text = plan::draw(&workspace, &expansion.graph, &roots, form);
    let _ = std::io::stdout().write_all(text.as_bytes());
    if project.problems.is_empty() {
        return Ok(Exit::Success);
    }
    Err(project.problems.clone())
}

fn roots(project: &Project, args: &DepsArgs) -> Result<Vec<TaskId>, Vec<Problem>> {
    if args.tasks.is_empty() {
        let shown = |id: &TaskId| args.hidden || !project.task(*id).hide;
        return Ok(project.ids().filter(shown).collect());
    }
    let mut roots = Vec::new();
    for word in &args.tasks {
        let found = matching(project, word);
        if found.is_empty() {
            let names: Vec<&str> = project.tasks.iter().map(|t| t.display()).collect();
            let text =
                format!("no tasks named `{word}` found. Available tasks: {}", names.join(", "));
            return Err(vec![Problem::new("select::unknown-task", text)]);
        }
        roots.extend(found.into_iter().filter(|id| !roots.contains(id)).collect::<Vec<_>>());
    }
    Ok(roots)
}
