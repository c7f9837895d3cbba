//! `tasks` and the verbs below it: which of them is meant, and what the project is
//! read for.

use std::io::{self, Write};

use super::call::Call;
use super::{add, deps, edit, info, list, run, validate};
use crate::cli::grammar;
use crate::cli::grammar::tasks::{InfoArgs, ListArgs, TasksArgs, TasksCommand};
use crate::cli::{dialect, load};
use crate::config::Options;
use crate::model::{Dialect, Exit, Problem};

/// Does what was asked for.
///
/// # Errors
/// Those of the verb, and words that do not go together.
pub(in crate::cli) fn run(call: Call<'_>, tasks: TasksArgs) -> Result<Exit, Vec<Problem>> {
    let Call { ctx, grammar, global, voice } = call;
    let (list, command) = match (tasks.task, tasks.command) {
        (Some(task), None) if tasks.list.says_only_json() => {
            return info(call, &InfoArgs { json: tasks.list.json, task });
        }
        (Some(_), None) => return Err(vec![apart("task info")]),
        (Some(task), Some(_)) => return Err(vec![two_things(&task)]),
        (None, None) => return list_tasks(call, &tasks.list),
        (None, Some(command)) => (tasks.list, command),
    };
    if !matches!(command, TasksCommand::Ls(_)) && list != ListArgs::default() {
        return Err(vec![apart("subcommands")]);
    }
    match command {
        TasksCommand::Ls(later) => list_tasks(call, &list.then(*later.0)),
        TasksCommand::Help { command } => help(grammar, command.as_deref()),
        TasksCommand::Add(args) => add::run(call, *args.0),
        TasksCommand::Edit(args) => edit::run(call, &args.0),
        TasksCommand::Info(args) => info(call, &args.0),
        TasksCommand::Run(args) => run::run(ctx, grammar, global, &args.0, voice),
        TasksCommand::Deps(args) => {
            let options = call.options().whole();
            let loaded = load(ctx, global, &options, voice)?;
            deps::print(ctx, loaded, options, &args.0, voice)
        }
        TasksCommand::Validate(args) => {
            let dialect = dialect(ctx, grammar);
            let options = call.options().whole();
            let loaded = load(ctx, global, &options, voice)?;
            validate::print(ctx, dialect, loaded, options, &args.0, voice)
        }
    }
}

/// The page of `tasks`, or of a command below it.
fn help(grammar: Dialect, name: Option<&str>) -> Result<Exit, Vec<Problem>> {
    let mut all = grammar::command(grammar);
    all.build();
    let mut page = all.find_subcommand("tasks");
    if let Some(name) = name {
        page = page.and_then(|tasks| tasks.find_subcommand(name));
    }
    let Some(mut page) = page.cloned() else {
        let text = format!("`tasks` has no command `{}`", name.unwrap_or_default());
        return Err(vec![Problem::new("usage::tasks", text).help("`mep tasks --help` lists them")]);
    };
    let _ = write!(io::stdout(), "{}", page.render_long_help());
    Ok(Exit::Success)
}

/// Flags of the list beside what is no list.
fn apart(what: &str) -> Problem {
    Problem::new("tasks::list-options", format!("task list options cannot be used with {what}"))
        .help("leave them out, or write them behind `tasks ls`")
}

fn two_things(task: &str) -> Problem {
    Problem::new("usage::tasks", format!("`{task}` stands before a command of `tasks`"))
        .help("write the command first: `mep tasks info TASK`")
}

fn info(call: Call<'_>, args: &InfoArgs) -> Result<Exit, Vec<Problem>> {
    let loaded = load(call.ctx, call.global, &call.options().whole(), call.voice)?;
    info::print(call.ctx, &loaded, &args.task, args.json, call.voice)
}

fn list_tasks(call: Call<'_>, args: &ListArgs) -> Result<Exit, Vec<Problem>> {
    if args.name_only && (args.json || args.extended || args.usage) {
        let text = "--name-only cannot be used with --json, --extended, or --usage";
        return Err(vec![Problem::new("tasks::list-options", text).help("choose one of them")]);
    }
    let Call { ctx, grammar, global, voice } = call;
    let options = call.options();
    let options = Options { whole: args.all || args.complete || args.usage, ..options };
    let mut loaded = load(ctx, global, &options, voice)?;
    loaded.project.warnings.iter().for_each(|w| voice.warn(w));
    list::print(ctx, dialect(ctx, grammar), &loaded, args, voice).map_err(|p| vec![p])?;
    let problems = std::mem::take(&mut loaded.project.problems);
    // The process ends here: taking every task apart first takes a tenth of the time.
    std::mem::forget(loaded);
    if problems.is_empty() { Ok(Exit::Success) } else { Err(problems) }
}
