//! A task's definition: merged, immutable, nothing of a run in it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    Absent, Call, Dep, EnvEntry, OutputStyle, Policy, Problem, Root, Sandbox, Scope, Seldom,
    Silence, SourceFile, Spot,
};

/// Index of a project among those of one run; the first is the one we stand in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(pub u32);

/// A task: its project, and its index there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId {
    /// Whose it is.
    pub project: ProjectId,
    /// Index in `Project::tasks`.
    pub index: u32,
}

/// Index of a job in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u32);

/// One element of `run`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEntry {
    /// A script.
    Script(Arc<str>),
    /// `{ task, args, env }`
    ///
    /// The name may have arguments after blanks.
    Task(Box<Call>, Spot),
    /// `{ tasks = [...] }`: side by side.
    Tasks(Box<[String]>, Spot),
}

/// What a task executes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Nothing: a group of dependencies.
    None,
    /// The `run` entries, in order.
    Run(Vec<RunEntry>),
    /// An executable file of a task directory.
    Script(PathBuf),
    /// The `file` key, a template relative to the config root.
    File(String),
}

/// The `outputs` key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Outputs {
    /// Not written: with sources, a marker of ours stands for them.
    #[default]
    Unset,
    /// `{ auto = true }`
    Auto,
    /// Patterns; an empty list is never fresh.
    Patterns(Vec<String>),
}

impl Absent for Outputs {
    fn absent() -> &'static Self {
        &Self::Unset
    }
}

/// The `confirm` key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The question, a template.
    pub message: String,
    /// The answer that Enter gives.
    pub default: String,
}

/// A key that is read and kept but has no effect in this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterKey {
    /// Its name, e.g. `usage`.
    pub key: &'static str,
    /// Where it is written.
    pub spot: Spot,
    /// Leaving it out cannot change the result: a notice is enough.
    pub harmless: bool,
    /// What it says.
    pub value: serde_json::Value,
}

/// A task, ready to be asked for by name.
#[derive(Debug, Clone)]
pub struct Task {
    /// Full name; `MISE_TASK_NAME`.
    pub name: String,
    /// What lists and labels show, where it is not the name: that without an
    /// extension, where it is unique.
    pub shown: Option<Box<str>>,
    /// Other names.
    pub aliases: Seldom<Vec<String>>,
    /// A template; the first line is shown in lists.
    pub description: String,
    /// Where it is defined.
    pub spot: Spot,
    /// The template that filled what it leaves empty.
    pub template: Seldom<Option<Spot>>,
    /// Other files that had a part in it.
    pub also_in: Seldom<Vec<Arc<SourceFile>>>,
    /// Where it belongs.
    pub root: Arc<Root>,
    /// Left out of lists.
    pub hide: bool,
    /// The `global` key, which only moves it in `tasks ls --global`.
    pub marked_global: bool,
    /// Must succeed before.
    pub depends: Vec<Dep>,
    /// Run after, also after a failure.
    pub depends_post: Seldom<Vec<Dep>>,
    /// Go first where they are in the run anyway.
    pub wait_for: Seldom<Vec<Dep>>,
    /// Task `env`, in written order.
    pub env: Seldom<Vec<EnvEntry>>,
    /// Task `vars`, in written order.
    pub vars: Seldom<Vec<EnvEntry>>,
    /// Working directory, a template relative to the config root.
    pub dir: Seldom<Option<String>>,
    /// Inherits all three streams and runs alone.
    pub raw: bool,
    /// Arguments are passed on unparsed.
    pub raw_args: bool,
    /// Holds the terminal and runs alone.
    pub interactive: bool,
    /// No lines of ours about it.
    pub quiet: bool,
    /// What of its own output is dropped.
    pub silent: Silence,
    /// Its own output style.
    pub output: Option<OutputStyle>,
    /// It is named by the deprecated `quiet`.
    pub old_output: bool,
    /// Input patterns, templates.
    pub sources: Seldom<Vec<String>>,
    /// A watch minds what version control ignores: `watch.no_vcs_ignore`.
    pub watches_ignored: bool,
    /// Output patterns.
    pub outputs: Seldom<Outputs>,
    /// `shell`, split like a shell line when used.
    pub shell: Seldom<Option<String>>,
    /// Asked before it starts.
    pub confirm: Seldom<Option<Confirm>>,
    /// `timeout` as written.
    pub timeout: Seldom<Option<String>>,
    /// The `usage` text, empty where there is none.
    pub usage: Seldom<String>,
    /// `tools`, each name once.
    pub tools: Seldom<Vec<TaskTool>>,
    /// What it must not touch.
    pub sandbox: Seldom<Sandbox>,
    /// What it executes.
    pub command: Command,
    /// What our own keys say of it.
    pub policy: Seldom<Policy>,
    /// Keys that have no effect yet.
    pub later: Seldom<Vec<LaterKey>>,
    /// Why it cannot run: mistakes inside its own definition.
    pub broken: Seldom<Vec<Problem>>,
}

impl Task {
    /// The `run` entries, empty for a file or a group.
    pub fn run(&self) -> &[RunEntry] {
        match &self.command {
            Command::Run(entries) => entries,
            _ => &[],
        }
    }

    /// True for a user-wide task.
    pub fn is_global(&self) -> bool {
        self.marked_global || self.root.scope != Scope::Project
    }

    /// Path of the file that defines it.
    pub fn source_path(&self) -> &Path {
        &self.spot.file.path
    }

    /// Every file that had a part in it, the defining one first.
    pub fn defined_in(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        std::iter::once(&self.spot.file).chain(&self.also_in)
    }

    /// What lists and labels show.
    pub fn display(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.name)
    }

    /// What its project calls it: the name without a monorepo's path.
    pub fn own_name(&self) -> &str {
        let path = self.root.path.as_ref();
        let own = path.and_then(|path| self.name.strip_prefix(path.as_str())?.strip_prefix(':'));
        own.unwrap_or(&self.name)
    }

    /// The task under the names that its project has for it.
    #[must_use]
    pub fn by_own_name(&self) -> Self {
        let path = self.name.len() - self.own_name().len();
        let shown = self.shown.as_ref().map(|shown| shown.get(path..).unwrap_or(shown).into());
        Self { name: self.own_name().to_string(), shown, ..self.clone() }
    }

    /// An alias with all that stands before the task's own name.
    pub fn full_alias<'a>(&self, alias: &'a str) -> Cow<'a, str> {
        match &self.root.path {
            Some(path) if self.own_name() != self.name => format!("{path}:{alias}").into(),
            _ => alias.into(),
        }
    }

    /// The first line of the description.
    pub fn summary(&self) -> &str {
        self.description.lines().next().unwrap_or_default()
    }
}

/// An entry of `tools`.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskTool {
    /// mise's name of the tool.
    pub name: String,
    /// Version, `path:…`, `prefix:…` or `ref:…`; a template until it is rendered.
    pub version: String,
    /// The other keys, where it is written as a table.
    pub options: Option<Vec<(String, serde_json::Value)>>,
}
