//! Tasks as completion reads them: commands below `run`, with all that one
//! takes where it stands on the line.

use std::path::Path;

use usage::SpecCommand;

use super::grammar::argument;
use crate::cli::verbs::shown;
use crate::config::Loaded;
use crate::config::env::{Evaluator, Late};
use crate::model::{Dialect, Task};
use crate::plan;
use crate::sys::Context;

/// The tasks of a project.
pub(super) struct Tasks<'a> {
    loaded: &'a Loaded,
    evaluator: Evaluator<'a>,
    dialect: Dialect,
}

impl<'a> Tasks<'a> {
    pub(super) fn new(ctx: &'a Context, loaded: &'a Loaded, dialect: Dialect) -> Self {
        Self { loaded, evaluator: Evaluator::new(ctx, loaded, Late::Keep), dialect }
    }

    /// Names and descriptions of what a list shows, in the order of names.
    pub(super) fn listed(&mut self) -> Vec<(String, String)> {
        let mut tasks = self.visible();
        tasks.sort_by(|a, b| a.name.cmp(&b.name));
        tasks.iter().map(|task| (task.display().to_string(), self.description(task))).collect()
    }

    /// A command for each task. Those that `words` name are complete.
    pub(super) fn commands(&mut self, words: &[String]) -> Vec<SpecCommand> {
        let named = |task: &Task| {
            words.iter().any(|word| word == task.display()) || overlap(&self.aliases(task), words)
        };
        // As mise does, hidden tasks are not completed, and their words are not either.
        let is_mise = self.dialect == Dialect::Mise;
        let all = self.loaded.project.tasks.iter();
        let tasks: Vec<&Task> = all.filter(|task| !task.hide || !is_mise && named(task)).collect();
        let tasks: Vec<_> = tasks.into_iter().map(|task| (task, named(task))).collect();
        tasks.into_iter().map(|(task, is_named)| self.command(task, is_named)).collect()
    }

    /// The config root whose tasks these are.
    pub(super) fn root(&self) -> Option<&Path> {
        self.loaded.project.nearest_root().map(|root| root.dir.as_path())
    }

    /// What else a task can be called; in a monorepo aliases have full names too,
    /// and as mep the tasks of the project we stand in need none.
    fn aliases(&self, task: &Task) -> Vec<String> {
        let full = task.aliases.iter().map(|alias| task.full_alias(alias).into_owned());
        let full = full.filter(|alias| !task.aliases.contains(alias));
        let here = self.loaded.project.monorepo.as_ref().map(|monorepo| &monorepo.here);
        let is_here = here.is_some() && task.root.path.as_ref() == here;
        let short = (is_here && self.dialect == Dialect::Mep)
            .then(|| task.by_own_name().display().to_string());
        task.aliases.iter().cloned().chain(full).chain(short).collect()
    }

    fn visible(&self) -> Vec<&'a Task> {
        self.loaded.project.tasks.iter().filter(|task| !task.hide).collect()
    }

    fn description(&mut self, task: &Task) -> String {
        shown::text(task, &task.description, &mut self.evaluator).into_owned()
    }

    fn command(&mut self, task: &Task, is_named: bool) -> SpecCommand {
        let mut command = if is_named { self.specified(task) } else { SpecCommand::default() };
        command.name = task.display().to_string();
        command.aliases = self.aliases(task);
        command.help = Some(self.description(task)).filter(|text| !text.is_empty());
        command.hide = task.hide;
        command.mounted = true;
        if !is_named {
            return command;
        }
        let takes_more = command.args.last().is_none_or(|arg| !arg.var);
        if takes_more && command.subcommands.is_empty() {
            command.args.push(argument("ARGS", true));
        }
        command
    }

    /// What the task says it takes; nothing, where that cannot be known without
    /// starting a program, or is wrong.
    fn specified(&mut self, task: &Task) -> SpecCommand {
        let hides = self.loaded.settings.hides_script_args;
        let Ok(usage) = plan::specification(&mut self.evaluator, task, !hides) else {
            return SpecCommand::default();
        };
        let file = |text: &str| self.evaluator.render(task, text, &task.spot, None).ok();
        let Ok(Some(spec)) = plan::usage(task, &usage, file) else {
            return SpecCommand::default();
        };
        let mut command = spec.cmd;
        drop_mounts(&mut command);
        command.complete.extend(spec.complete);
        let completers = command.complete.clone();
        spread(&mut command, &completers);
        command
    }
}

/// A `mount` is a program, and a query starts none.
fn drop_mounts(command: &mut SpecCommand) {
    command.mounts.clear();
    command.subcommands.values_mut().for_each(drop_mounts);
}

/// Completers of the task hold for its subcommands too.
fn spread(command: &mut SpecCommand, completers: &Completers) {
    for below in command.subcommands.values_mut() {
        for (name, completer) in completers {
            below.complete.entry(name.clone()).or_insert_with(|| completer.clone());
        }
        below.mounted = true;
        spread(below, completers);
    }
}

type Completers = indexmap::IndexMap<String, usage::SpecComplete>;

fn overlap(aliases: &[String], words: &[String]) -> bool {
    aliases.iter().any(|alias| words.contains(alias))
}
