//! What an argument may be: the words it has to be chosen from, tasks, paths,
//! or the lines that a program of a trusted task prints.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use usage::{Spec, SpecArg, SpecChoices, SpecCommand};
use usage_argv::complete::{Candidate, Files};

use super::tasks::Tasks;
use crate::config;
use crate::config::trust::Standing;
use crate::model::Dialect;
use crate::sys::Context;

/// What can be offered in one place.
#[derive(Debug, Default)]
pub(super) struct Offer {
    pub(super) candidates: Vec<Candidate<'static>>,
    /// Files, which the shell finds itself.
    pub(super) files: Option<Files>,
}

/// Finds values.
pub(super) struct Values<'a, 't> {
    pub(super) ctx: &'a Context,
    pub(super) profile: Option<&'a str>,
    pub(super) dialect: Dialect,
    pub(super) tasks: &'a mut Tasks<'t>,
    /// The program's name, and the words before the cursor.
    pub(super) words: &'a [String],
}

impl From<Vec<Candidate<'static>>> for Offer {
    fn from(candidates: Vec<Candidate<'static>>) -> Self {
        Self { candidates, files: None }
    }
}

impl Values<'_, '_> {
    pub(super) fn is_mise(&self) -> bool {
        self.dialect == Dialect::Mise
    }

    /// What `arg` of `command` may be, where it begins with `prefix`.
    pub(super) fn of(
        &mut self,
        spec: &Spec,
        command: &SpecCommand,
        arg: &SpecArg,
        prefix: &str,
    ) -> Offer {
        if let Some(choices) = &arg.choices {
            return begun(self.choices(choices), prefix).into();
        }
        let completer = spec.completer(command, arg);
        if let Some(run) = completer.and_then(|c| c.run.as_deref()) {
            return begun(
                self.printed(run, completer.is_some_and(|c| c.descriptions), prefix),
                prefix,
            )
            .into();
        }
        let name = arg.name.to_lowercase();
        if !command.mounted && ["task", "tasks"].contains(&name.as_str()) {
            let tasks = self.tasks.listed();
            let all = tasks.iter().map(|(name, help)| candidate(name, Some(help)));
            return begun(all.collect(), prefix).into();
        }
        self.paths(completer.and_then(|c| c.type_.as_deref()).unwrap_or(&name), prefix)
    }

    /// Leaves out what is offered already: a task that has the name of a verb.
    pub(super) fn new_ones(
        &self,
        offered: &[Candidate<'static>],
        more: Vec<Candidate<'static>>,
    ) -> Vec<Candidate<'static>> {
        let known: BTreeSet<&str> = offered.iter().map(|one| one.value.as_str()).collect();
        let is_new = |one: &Candidate<'_>| self.is_mise() || !known.contains(one.value.as_str());
        more.into_iter().filter(is_new).collect()
    }

    fn choices(&self, choices: &SpecChoices) -> Vec<Candidate<'static>> {
        let values = match choices.run {
            Some(_) if self.may_run() => choices.resolved_values(None).unwrap_or_default(),
            _ => choices.values(),
        };
        let help = |value: &String| choices.details.iter().find(|one| one.value == *value);
        values.iter().map(|v| candidate(v, help(v).and_then(|one| one.help.as_deref()))).collect()
    }

    /// The lines that a program prints, with what follows the first `:` of each
    /// as its description where it is said to be one.
    fn printed(&self, run: &str, described: bool, prefix: &str) -> Vec<Candidate<'static>> {
        if !self.may_run() {
            return Vec::new();
        }
        let Some(text) = self.script(run, prefix).and_then(|run| usage::sh::sh(&run).ok()) else {
            return Vec::new();
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let one = |line: &str| match described.then(|| split_described(line)).flatten() {
            Some((value, help)) => candidate(&value, Some(&help)),
            None => candidate(&line.replace("\\:", ":"), None),
        };
        lines.map(one).collect()
    }

    /// `{{words[PREV]}}` and its like are the words of the line.
    fn script(&self, run: &str, prefix: &str) -> Option<String> {
        if !run.contains("{{") && !run.contains("{%") {
            return Some(run.to_string());
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).chain([prefix]).collect();
        let mut context = tera::Context::new();
        context.insert("CURRENT", &(words.len() - 1));
        context.insert("PREV", &words.len().saturating_sub(2));
        context.insert("words", &words);
        tera::Tera::default().render_str(run, &context, false).ok()
    }

    /// True where somebody has trusted the project: a query alone trusts nobody.
    fn may_run(&self) -> bool {
        let Some(root) = self.tasks.root() else {
            return false;
        };
        let mut trust = config::trust_here(self.ctx, self.profile);
        matches!(trust.standing(root), Ok(Standing::Trusted))
    }

    /// By what an argument is called, or said to be.
    fn paths(&self, kind: &str, prefix: &str) -> Offer {
        let files = match kind {
            "file" | "path" | "config_file" => Files::Any,
            "dir" | "directory" => Files::Dirs,
            "command" | "command_args" => Files::Commands,
            "executable" => Files::ExecutablePaths,
            _ => return Offer::default(),
        };
        let is_listed = matches!(files, Files::Any | Files::Dirs);
        if !self.is_mise() || !is_listed {
            return Offer { candidates: Vec::new(), files: Some(files) };
        }
        listing(&self.ctx.cwd, prefix, files == Files::Dirs).into()
    }
}

/// As mise lists a directory itself.
fn listing(base: &Path, prefix: &str, dirs_only: bool) -> Vec<Candidate<'static>> {
    let path = Path::new(prefix);
    let is_dir = prefix.ends_with('/') && base.join(path).is_dir();
    let dir = if is_dir { path } else { path.parent().unwrap_or(path) };
    let name = path.file_name().filter(|_| !is_dir).unwrap_or_default().to_string_lossy();
    let entries = std::fs::read_dir(base.join(dir)).into_iter().flatten().flatten();
    let shown = entries.filter(|entry| {
        let text = entry.file_name();
        let text = text.to_string_lossy();
        !text.starts_with('.') && text.starts_with(&*name)
    });
    let mut paths: Vec<PathBuf> = shown.map(|entry| entry.path()).collect();
    paths.retain(|path| !dirs_only || path.is_dir());
    paths.sort();
    let text = |path: &PathBuf| {
        let shown = path.strip_prefix(base).unwrap_or(path).display().to_string();
        if path.is_dir() { format!("{shown}/") } else { shown }
    };
    paths.iter().map(|path| candidate(&text(path), None)).collect()
}

fn begun(all: Vec<Candidate<'static>>, prefix: &str) -> Vec<Candidate<'static>> {
    all.into_iter().filter(|one| one.value.starts_with(prefix)).collect()
}

/// `name:what it is`; a `:` that belongs to one of them is written `\:`.
fn split_described(line: &str) -> Option<(String, String)> {
    let bytes = line.as_bytes();
    let is_end = |at: &usize| bytes[*at] == b':' && (*at == 0 || bytes[at - 1] != b'\\');
    let at = (0..bytes.len()).find(is_end)?;
    Some((line[..at].replace("\\:", ":"), line[at + 1..].trim().replace("\\:", ":")))
}

/// One word with what is known of it.
pub(super) fn candidate(value: &str, help: Option<&str>) -> Candidate<'static> {
    match help.filter(|text| !text.is_empty()) {
        Some(help) => Candidate::described(value, help.to_string()),
        None => Candidate::new(value),
    }
}
