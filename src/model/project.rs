//! Everything that was read, merged: the tasks by name and the roots they
//! belong to. Immutable once `config` has made it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{EnvEntry, Leaks, Lint, Monorepo, Problem, ProjectId, SourceFile, Spot, Task, TaskId};

/// Whose configuration it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `/etc/mise` and the like.
    System,
    /// The user's own.
    Global,
    /// Files of a directory between here and `/`.
    Project,
}

/// A directory with configuration: where its tasks run and what their
/// relative paths mean.
#[derive(Debug, PartialEq, Eq)]
pub struct Root {
    /// Absolute path.
    pub dir: PathBuf,
    /// Whose it is.
    pub scope: Scope,
    /// Index of nearness: 0 is the farthest (system), larger is nearer.
    pub rank: usize,
    /// `[env]` of its files, weakest file first.
    pub env: Vec<EnvEntry>,
    /// `[vars]` of its files, weakest file first.
    pub vars: Vec<EnvEntry>,
    /// `task_config.dir`.
    pub task_dir: Option<String>,
    /// `task_config.shell`.
    pub task_shell: Option<String>,
    /// The files read, weakest first.
    pub files: Vec<Arc<SourceFile>>,
    /// In a monorepo, what the names of its tasks begin with: `//apps/web`.
    pub path: Option<String>,
    /// Where its files ask for `[tools]`.
    pub tools: Vec<Spot>,
    /// It is not on the way to the working directory: another project of the
    /// monorepo, or a directory above one.
    pub aside: bool,
}

impl Root {
    /// True where what `self` says counts for `other`.
    pub fn holds_for(&self, other: &Root) -> bool {
        let above = self.scope != Scope::Project || other.dir.starts_with(&self.dir);
        self.rank <= other.rank && above
    }
}

/// The merged configuration of one directory.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// Which of the projects of a run it is.
    pub id: ProjectId,
    /// The directory it was read for.
    pub dir: PathBuf,
    /// The monorepo it is part of.
    pub monorepo: Option<Monorepo>,
    /// All tasks, sorted by name.
    pub tasks: Vec<Task>,
    /// Roots, farthest first; those aside come last.
    pub roots: Vec<Arc<Root>>,
    /// Mistakes found while reading; `Problem::blame` says what each stops.
    pub problems: Vec<Problem>,
    /// Notes for the reader that stop nothing.
    pub warnings: Vec<String>,
    /// Files that lie in a task directory without their executable bit.
    pub not_executable: Vec<PathBuf>,
    /// Where `[tools]` are asked for, the first place of each file.
    pub tools: Vec<Spot>,
    /// `[deps]` that a run brings up to date: names and places.
    pub deps: Vec<(String, Spot)>,
    /// Files that nobody trusts yet: while this is not empty, nothing of the
    /// project is evaluated.
    pub untrusted: Vec<PathBuf>,
    /// Projects of the monorepo that cannot be read, by the path in the names of
    /// their tasks.
    pub left_out: Vec<(String, Vec<Problem>)>,
    /// Our own keys, from `mep.toml` and `[_.mep]`.
    pub own: OwnKeys,
    /// How many of the tasks are in the order of their names; the others were
    /// added later.
    sorted: usize,
    by_alias: HashMap<String, u32>,
}

/// Keys of `mep.toml` and `[_.mep]` that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnKeys {
    /// `shim = false` keeps our links off a task's PATH.
    pub shim: Option<bool>,
    /// `tools = "off"` is `false`: mise is asked nothing.
    pub tools: Option<bool>,
    /// Time between TERM and KILL.
    pub grace: Option<Duration>,
    /// What becomes of what tasks leave behind.
    pub leaks: Option<Leaks>,
    /// How the job slots are shared with what tasks start.
    pub jobserver: Option<PoolKind>,
    /// What stays of the records of runs.
    pub record: RecordKeys,
    /// Of what the lint is silent about all tasks.
    pub unlinted: Vec<Lint>,
}

/// The `record` table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordKeys {
    /// `false` keeps nothing.
    pub enabled: Option<bool>,
    /// So many runs.
    pub keep: Option<u32>,
    /// For so long.
    pub days: Option<u32>,
    /// So much of the disk.
    pub megabytes: Option<u32>,
}

impl RecordKeys {
    /// These, and where they are silent those of `other`.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        Self {
            enabled: self.enabled.or(other.enabled),
            keep: self.keep.or(other.keep),
            days: self.days.or(other.days),
            megabytes: self.megabytes.or(other.megabytes),
        }
    }
}

/// The `jobserver` key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolKind {
    /// By descriptors: what every make understands.
    Pipe,
    /// By the path of a named pipe.
    Fifo,
    /// Not at all.
    Off,
}

impl Project {
    /// Makes the tasks known by their names and aliases; `tasks` must be sorted
    /// by name, each name once.
    pub fn index(&mut self) {
        self.sorted = self.tasks.len();
        for index in 0..self.tasks.len() {
            self.index_aliases(index);
        }
    }

    fn index_aliases(&mut self, index: usize) {
        let task = &self.tasks[index];
        for alias in &task.aliases {
            // A later name wins a doubled alias, as in mise.
            self.by_alias.insert(task.full_alias(alias).into_owned(), index as u32);
        }
    }

    /// Adds one task that no file of the project defines.
    pub fn add(&mut self, task: Task) {
        self.tasks.push(task);
        self.index_aliases(self.tasks.len() - 1);
    }

    fn id_of(&self, index: u32) -> TaskId {
        TaskId { project: self.id, index }
    }

    /// The task with that id, which must be one of this project.
    pub fn task(&self, id: TaskId) -> &Task {
        debug_assert_eq!(id.project, self.id);
        &self.tasks[id.index as usize]
    }

    /// The full name that a word stands for: itself, but in a monorepo.
    pub fn full<'w>(&self, word: &'w str) -> Cow<'w, str> {
        self.monorepo.as_ref().map_or(word.into(), |monorepo| monorepo.full(word))
    }

    /// Exact name, else exact alias; in a monorepo the nearest project's, then
    /// that of a task outside.
    pub fn find(&self, word: &str) -> Option<TaskId> {
        self.exact(&self.full(word)).or_else(|| self.exact(word))
    }

    /// As `find`, of a name that needs nothing in front.
    pub fn exact(&self, name: &str) -> Option<TaskId> {
        let named = self.named(name).map(|index| index as u32);
        named.or_else(|| self.by_alias.get(name).copied()).map(|index| self.id_of(index))
    }

    fn named(&self, name: &str) -> Option<usize> {
        let (sorted, added) = self.tasks.split_at(self.sorted);
        let latest = added.iter().rposition(|task| task.name == name);
        latest
            .map(|index| sorted.len() + index)
            .or_else(|| sorted.binary_search_by(|task| task.name.as_str().cmp(name)).ok())
    }

    /// The roots and tools that count for tasks of `root`, without any task.
    #[must_use]
    pub fn seen_from(&self, root: &Root) -> Self {
        let all = self.roots.iter();
        let roots: Vec<_> = all.filter(|above| above.holds_for(root)).cloned().collect();
        Self {
            id: self.id,
            dir: root.dir.clone(),
            tools: roots.iter().flat_map(|root| root.tools.clone()).collect(),
            roots,
            own: self.own.clone(),
            ..Self::default()
        }
    }

    /// All ids in name order.
    pub fn ids(&self) -> impl Iterator<Item = TaskId> + use<> {
        let project = self.id;
        (0..self.tasks.len() as u32).map(move |index| TaskId { project, index })
    }

    /// The nearest project root, where one has configuration.
    pub fn nearest_root(&self) -> Option<&Arc<Root>> {
        self.roots.iter().rfind(|r| r.scope == Scope::Project && !r.aside)
    }

    /// The directory whose files it is made of; the one it was read for where
    /// there are none. All projects of a monorepo share its root.
    pub fn home(&self) -> &Path {
        if let Some(monorepo) = &self.monorepo {
            return &monorepo.root;
        }
        self.nearest_root().map_or(&self.dir, |root| &root.dir)
    }
}
