//! Everything that was read, merged: the tasks by name and the roots they
//! belong to. Immutable once `config` has made it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{EnvEntry, Problem, SourceFile, Spot, Task, TaskId};

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
}

/// The merged configuration of one directory.
#[derive(Debug, Default)]
pub struct Project {
    /// The directory it was read for.
    pub dir: PathBuf,
    /// All tasks, sorted by name.
    pub tasks: Vec<Task>,
    /// Roots, farthest first.
    pub roots: Vec<Arc<Root>>,
    /// Mistakes found while reading; `Problem::blame` says what each stops.
    pub problems: Vec<Problem>,
    /// Notes for the reader that stop nothing.
    pub warnings: Vec<String>,
    /// Files that lie in a task directory without their executable bit.
    pub not_executable: Vec<PathBuf>,
    /// Where `[tools]` or `[deps]` are asked for, the first place of each file.
    pub tools: Vec<Spot>,
    /// Our own keys, from `mep.toml` and `[_.mep]`.
    pub own: OwnKeys,
    by_name: HashMap<String, TaskId>,
    by_alias: HashMap<String, TaskId>,
}

/// Keys of `mep.toml` and `[_.mep]` that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnKeys {
    /// `shim = false` keeps our links off a task's PATH.
    pub shim: Option<bool>,
    /// Time between TERM and KILL.
    pub grace: Option<Duration>,
}

impl Project {
    /// Builds the name indexes; `tasks` must be sorted by name.
    pub fn index(&mut self) {
        for (i, task) in self.tasks.iter().enumerate() {
            let id = TaskId(i as u32);
            self.by_name.insert(task.name.clone(), id);
            for alias in &task.aliases {
                // A later name wins a doubled alias, as in mise.
                self.by_alias.insert(alias.clone(), id);
            }
        }
    }

    /// Adds one task that no file of the project defines.
    pub fn add(&mut self, task: Task) {
        let id = TaskId(self.tasks.len() as u32);
        self.by_name.insert(task.name.clone(), id);
        for alias in &task.aliases {
            self.by_alias.insert(alias.clone(), id);
        }
        self.tasks.push(task);
    }

    /// The task with that id.
    pub fn task(&self, id: TaskId) -> &Task {
        &self.tasks[id.0 as usize]
    }

    /// Exact name, else exact alias.
    pub fn find(&self, word: &str) -> Option<TaskId> {
        let named = self.by_name.get(word);
        named.or_else(|| self.by_alias.get(word)).copied()
    }

    /// All ids in name order.
    pub fn ids(&self) -> impl Iterator<Item = TaskId> + use<> {
        (0..self.tasks.len() as u32).map(TaskId)
    }

    /// The nearest project root, where one has configuration.
    pub fn nearest_root(&self) -> Option<&Arc<Root>> {
        self.roots.iter().rfind(|r| r.scope == Scope::Project)
    }
}
