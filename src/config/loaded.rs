//! What loading gives: the type alone, for those that read it and for the one
//! that makes it.

use std::path::PathBuf;

use super::settings::Settings;
use crate::model::{Project, Root};

/// A project and the settings in force.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Tasks and roots.
    pub project: Project,
    /// Settings of files and environment, before flags.
    pub settings: Settings,
    /// Active profiles, weakest first.
    pub profiles: Vec<String>,
    /// Config roots that count as trusted only because this is a run.
    pub implied: Vec<PathBuf>,
    /// Where a new task that is a file goes.
    pub task_dirs: TaskDirs,
}

impl Loaded {
    /// What a mise that is asked beside the way has before it: a monorepo's project
    /// has the tools of what lies above it, wherever we stand.
    pub(super) fn beside(&self, root: &Root) -> Self {
        Self {
            project: self.project.seen_from(root),
            settings: self.settings.clone(),
            profiles: self.profiles.clone(),
            implied: Vec::new(),
            task_dirs: TaskDirs::default(),
        }
    }
}

/// Directories for tasks that are files.
#[derive(Debug, Clone, Default)]
pub struct TaskDirs {
    /// Where they are looked for; some are no directories, or not there.
    pub paths: Vec<PathBuf>,
    /// The project has said so.
    pub chosen: bool,
    /// The one that is made where there is none.
    pub usual: PathBuf,
}
