//! `run TASK --help`

use std::io::Write;

use crate::config::Loaded;
use crate::config::env::{Evaluator, Late};
use crate::model::{Command, Dialect, Problem, Task};
use crate::plan::{self, runnable};
use crate::sys::Context;

use super::shown;

/// Where mise sends its readers.
const MORE: &str = "See https://mise.jdx.dev/tasks/task-configuration.html for more information.\n";

/// True where `--help` or `-h` stands after the name and before `--`.
pub(in crate::cli) fn wanted(words: &[String]) -> bool {
    let before = words.iter().skip(1).take_while(|w| *w != "--");
    before.into_iter().any(is_help)
}

fn is_help(word: &String) -> bool {
    word == "--help" || word == "-h"
}

/// Prints what is known of the task; false where it takes its own arguments
/// apart or does not exist.
///
/// # Errors
/// A specification that is none.
pub(in crate::cli) fn print(
    ctx: &Context,
    loaded: &Loaded,
    words: &[String],
    dialect: Dialect,
) -> Result<bool, Problem> {
    let found = runnable(&loaded.project, &words[0]);
    let Some(task) = found.first().map(|id| loaded.project.task(*id)) else {
        return Ok(false);
    };
    if task.raw_args {
        return Ok(false);
    }
    let mut evaluator = Evaluator::new(ctx, loaded, Late::Keep);
    let mut task = task.clone();
    task.description = shown::text(&task, &task.description, &mut evaluator).into_owned();
    let task = &task;
    let usage = plan::specification(&mut evaluator, task, !loaded.settings.hides_script_args)?;
    let file = |text: &str| evaluator.render(task, text, &task.spot, None).ok();
    let before: Vec<String> = words[1..].iter().take_while(|w| !is_help(w)).cloned().collect();
    let page = plan::help(task, &usage, file, &before)?;
    let page = match page {
        Some(page) => {
            let needs = match task.depends[..] {
                [] => String::new(),
                _ => format!(
                    "- Depends: {}\n\n",
                    shown::dependencies(task, &task.depends, &mut evaluator)
                ),
            };
            format!("{needs}{}\n\n", page.trim_end_matches('\n'))
        }
        None => text(ctx, task, &shown::dependencies(task, &task.depends, &mut evaluator), dialect),
    };
    let _ = std::io::stdout().write_all(page.as_bytes());
    Ok(true)
}

fn text(ctx: &Context, task: &Task, needs: &str, dialect: Dialect) -> String {
    let mut out = format!("Task: {}\n", task.display());
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            out.push_str(&format!("{name}: {value}\n"));
        }
    };
    line("Aliases", task.aliases.join(", "));
    line("Description", task.description.clone());
    let sources = task.defined_in().map(|file| ctx.dirs.tilde(&file.path));
    line("Source", sources.collect::<Vec<_>>().join(", "));
    line("Depends on", needs.to_string());
    if !task.run().is_empty() {
        out.push_str("\nRun:\n");
        for entry in task.run() {
            for text in shown::run_entry(entry).lines() {
                out.push_str(format!("  {text}").trim_end());
                out.push('\n');
            }
        }
    }
    let how = match task.command {
        Command::Script(_) | Command::File(_) => "add #USAGE comments to the script file.",
        _ => "add a `usage` field to the task definition in the config file.",
    };
    out.push_str("\nThis task does not accept any arguments.\n");
    out.push_str(&format!("To define arguments, {how}\n"));
    if dialect == Dialect::Mise {
        out.push_str(MORE);
    }
    out
}
