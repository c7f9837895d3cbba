//! Which definition wins, and how a block without a command overlays one
//! with. Knows raw tasks only; reads nothing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::raw::RawTask;
use crate::model::{Command, Problem, Root, Seldom, Silence, SourceFile, Task, strip_extension};

/// The tasks of one root, each name once.
#[derive(Default)]
pub(super) struct Named {
    /// In the order in which their names came up; one of them counts as long
    /// as its name leads to it.
    tasks: Vec<RawTask>,
    /// Empty as long as each of them counts.
    at: HashMap<String, usize, RandomState>,
    /// The names of scripts by what they are without their extension.
    scripts: HashMap<String, Vec<String>>,
}

impl Named {
    /// Tasks of files and includes: a later one replaces an earlier one.
    pub(super) fn new(found: Vec<RawTask>) -> Self {
        let mut named = Self::default();
        for task in found {
            named.put(task);
        }
        for task in named.tasks.iter().filter(|task| task.script.is_some()) {
            let name = strip_extension(&task.name).to_string();
            named.scripts.entry(name).or_default().push(task.name.clone());
        }
        named
    }

    fn put(&mut self, task: RawTask) {
        match self.at.get(&task.name) {
            Some(&at) => self.tasks[at] = task,
            None => {
                self.at.insert(task.name.clone(), self.tasks.len());
                self.tasks.push(task);
            }
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        if self.at.is_empty() { self.tasks.len() } else { self.at.len() }
    }

    /// Adds the inline blocks of a file.
    pub(super) fn add_inline(&mut self, tasks: Vec<RawTask>) {
        if self.tasks.is_empty() {
            // The first ones lie over nothing, and a file says each name once.
            self.tasks = tasks;
            return;
        }
        if self.at.is_empty() {
            let known = self.tasks.iter().enumerate();
            self.at.extend(known.map(|(at, task)| (task.name.clone(), at)));
        }
        tasks.into_iter().for_each(|task| self.add_block(task));
    }

    /// With a command it replaces what was there, without one it overlays it;
    /// but where that has nothing to do either, there is nothing to lie over.
    fn add_block(&mut self, task: RawTask) {
        let scripts = self.stripped(&task.name);
        if task.has_command() {
            for name in &scripts {
                self.at.remove(name);
            }
            self.put(task);
            return;
        }
        let lower = scripts.first().unwrap_or(&task.name);
        match self.at.get(lower) {
            Some(&at) if self.tasks[at].does_something() => overlay(&mut self.tasks[at], task),
            _ => self.put(task),
        }
    }

    /// Scripts that `name` means without their extension, where nothing has
    /// that name itself.
    fn stripped(&self, name: &str) -> Vec<String> {
        if self.scripts.is_empty() || self.at.contains_key(name) {
            return Vec::new();
        }
        let is_script =
            |name: &&String| self.at.get(*name).is_some_and(|at| self.tasks[*at].script.is_some());
        self.scripts.get(name).into_iter().flatten().filter(is_script).cloned().collect()
    }

    /// The definitions that everything above works with.
    pub(super) fn finish(self, root: &Arc<Root>) -> impl Iterator<Item = Task> {
        let all = self.at.is_empty();
        let counts = move |(i, task): &(usize, RawTask)| all || self.at.get(&task.name) == Some(i);
        let counting = self.tasks.into_iter().enumerate().filter(counts);
        counting.map(|(_, task)| finish(None, task, root))
    }
}

fn overlay(lower: &mut RawTask, upper: RawTask) {
    macro_rules! take {
        ($($field:ident),*) => { $( if upper.$field.is_some() { lower.$field = upper.$field; } )* };
    }
    take!(
        description, confirm, dir, hide, global, raw, raw_args, interactive, outputs, shell, quiet,
        silent, output, usage, timeout, no_vcs_ignore
    );
    macro_rules! append {
        ($($field:ident),*) => { $( lower.$field.extend(upper.$field); )* };
    }
    lower.old_output |= upper.old_output;
    for tool in upper.tools {
        match lower.tools.iter_mut().find(|known| known.name == tool.name) {
            Some(known) => *known = tool,
            None => lower.tools.push(tool),
        }
    }
    append!(alias, depends, depends_post, wait_for, env, vars, sources, later, broken);
    if !upper.sandbox.is_empty() {
        lower.sandbox.add(&upper.sandbox);
    }
    lower.also_in.push(upper.spot.file);
    lower.also_in.extend(upper.also_in);
    if upper.template.is_some() {
        lower.template = upper.template;
    }
}

/// The definition that everything above works with; `shown` is what lists
/// call it, where that is not its name.
pub(super) fn finish(shown: Option<Box<str>>, raw: RawTask, root: &Arc<Root>) -> Task {
    let mut also_in = Seldom::<Vec<Arc<SourceFile>>>::default();
    for file in raw.also_in {
        let mut known = std::iter::once(&raw.spot.file).chain(&also_in);
        if !known.any(|known| Arc::ptr_eq(known, &file)) {
            also_in.push(file);
        }
    }
    let or = |own: Seldom<Option<String>>, of_root: &Option<String>| match *own {
        Some(_) => own,
        None => of_root.clone().into(),
    };
    let command = match (raw.script.into_inner(), raw.file.into_inner(), raw.run) {
        (Some(path), _, _) => Command::Script(path),
        (_, Some(file), _) => Command::File(file),
        (_, _, Some(run)) if !run.is_empty() => Command::Run(run),
        _ => Command::None,
    };
    Task {
        shown,
        name: raw.name,
        aliases: raw.alias,
        description: raw.description.unwrap_or_default(),
        spot: raw.spot,
        template: raw.template,
        also_in,
        root: Arc::clone(root),
        hide: raw.hide.unwrap_or(false),
        marked_global: raw.global.unwrap_or(false),
        depends: raw.depends,
        depends_post: raw.depends_post,
        wait_for: raw.wait_for,
        env: raw.env,
        vars: raw.vars,
        dir: or(raw.dir, &root.task_dir),
        raw: raw.raw.unwrap_or(false),
        raw_args: raw.raw_args.unwrap_or(false),
        interactive: raw.interactive.unwrap_or(false),
        quiet: raw.quiet.unwrap_or(false),
        silent: raw.silent.unwrap_or(Silence::None),
        output: raw.output,
        old_output: raw.old_output,
        sources: raw.sources,
        watches_ignored: raw.no_vcs_ignore.unwrap_or(false),
        outputs: raw.outputs.into_inner().unwrap_or_default().into(),
        shell: or(raw.shell, &root.task_shell),
        confirm: raw.confirm,
        timeout: raw.timeout,
        usage: raw.usage.into_inner().unwrap_or_default().into(),
        tools: raw.tools,
        sandbox: raw.sandbox,
        command,
        policy: Seldom::default(),
        later: raw.later,
        broken: raw.broken,
    }
}

/// A doubled alias, which mise gives to one of the two without a word.
pub(super) fn alias_clashes(tasks: &[Task]) -> Vec<String> {
    let mut first: IndexMap<Cow<'_, str>, &Task> = IndexMap::new();
    let mut notes = Vec::new();
    for task in tasks {
        for alias in &task.aliases {
            if let Some(other) = first.insert(task.full_alias(alias), task) {
                notes.push(format!(
                    "alias `{alias}` is used by `{}` ({}) and `{}` ({}); it means `{}`",
                    other.name,
                    other.spot.place(),
                    task.name,
                    task.spot.place(),
                    task.name
                ));
            }
        }
    }
    notes
}

/// Problems of one blame kept apart from a task's own.
pub(super) fn drain_broken(task: &mut Task) -> Vec<Problem> {
    std::mem::take(&mut task.broken)
}
