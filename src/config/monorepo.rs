//! Which directory is the root of a monorepo, and which directories below it are
//! its projects. Lists directories; reads no configuration.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use wildmatch::WildMatch;

use super::includes::Read;
use super::settings::MonorepoSettings;
use crate::files::{Ignored, Kinds};
use crate::model::{Monorepo, Scope};

/// Directories that are no projects, where no setting names others.
const EXCLUDED: [&str; 4] = ["node_modules", "target", "dist", "build"];

/// What becomes of the tasks of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Names {
    /// They are called what they are called.
    Plain,
    /// This stands before their names: `//apps/web`.
    Below(String),
    /// They are another monorepo's, and left out.
    Foreign,
}

/// The monorepo that we stand in, as its root describes it.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) root: PathBuf,
    config_roots: Vec<String>,
    /// The farthest root of a monorepo round this one.
    round: Option<PathBuf>,
}

/// Directories that may be projects: `true` for one that is named in full.
pub(super) type Found = BTreeMap<PathBuf, bool>;

impl Ground {
    /// The nearest root that `read` holds.
    pub(super) fn of(read: &[Read]) -> Option<Self> {
        // Of several files in a directory the strongest that says anything decides.
        let says = |r: &&Read| {
            r.place.scope == Scope::Project
                && r.files.iter().rev().find_map(|f| f.monorepo.says()) == Some(true)
        };
        let nearest = read.iter().rfind(says)?;
        let farthest = read.iter().find(says).map(|r| &r.place.root);
        let lists = nearest.files.iter().rev().map(|file| &file.monorepo.config_roots);
        Some(Self {
            root: nearest.place.root.clone(),
            config_roots: lists.into_iter().find(|l| !l.is_empty()).cloned().unwrap_or_default(),
            round: farthest.filter(|root| **root != nearest.place.root).cloned(),
        })
    }

    /// True where the root lists its projects.
    pub(super) fn lists(&self) -> bool {
        !self.config_roots.is_empty()
    }

    /// What the tasks of a project's directory are called.
    pub(super) fn names(&self, dir: &Path) -> Names {
        match Monorepo::path_of(&self.root, dir) {
            Some(path) => Names::Below(path),
            None if self.round.as_ref().is_some_and(|round| dir.starts_with(round)) => {
                Names::Foreign
            }
            None => Names::Plain,
        }
    }

    /// The directories that `config_roots` lists, or that are found without it.
    /// `extra` are names of files that hold configuration beside the usual ones.
    pub(super) fn projects(
        &self,
        settings: &MonorepoSettings,
        extra: &[PathBuf],
        warnings: &mut Vec<String>,
    ) -> Found {
        let mut found = Found::new();
        if self.config_roots.is_empty() {
            warnings.push(
                "deprecated [monorepo_auto_discovery]: Automatic monorepo discovery is deprecated. \
                 Please define [monorepo].config_roots in your root mise.toml. See \
                 https://mise.jdx.dev/tasks/monorepo.html#explicit-config-roots"
                    .to_string(),
            );
            Walk::new(&self.root, settings, extra).below(&self.root, 1, &mut found);
        }
        for text in &self.config_roots {
            if let Err(why) = self.listed(text, &mut found) {
                warnings.push(format!("[monorepo].config_roots: {why}"));
            }
        }
        found.remove(&self.root);
        found
    }

    /// Adds the directories that one entry of `config_roots` means.
    fn listed(&self, text: &str, found: &mut Found) -> Result<(), String> {
        if text.contains("**") {
            let instead = "use single-level '*' instead";
            return Err(format!("recursive glob '**' not supported in '{text}', {instead}"));
        }
        let mut dirs = vec![self.root.clone()];
        for part in Path::new(text).components() {
            match part {
                Component::CurDir => {}
                Component::Normal(name) => match name.to_str().filter(|n| n.contains('*')) {
                    Some(pattern) => {
                        dirs = dirs.iter().flat_map(|dir| matching(dir, pattern)).collect();
                    }
                    None => dirs.iter_mut().for_each(|dir| dir.push(name)),
                },
                _ => {
                    return Err(format!("'{text}' must be a relative path within the config root"));
                }
            }
        }
        let is_pattern = text.contains('*');
        if !is_pattern && !dirs[0].is_dir() {
            return Err(format!("'{text}' does not exist"));
        }
        for dir in dirs.into_iter().filter(|dir| dir.is_dir()) {
            *found.entry(dir).or_default() |= !is_pattern;
        }
        Ok(())
    }
}

/// The directories in `dir` with such a name.
fn matching(dir: &Path, pattern: &str) -> Vec<PathBuf> {
    let pattern = WildMatch::new(pattern);
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let named = entries.filter(|entry| pattern.matches(&entry.file_name().to_string_lossy()));
    named.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// Looks for projects that nobody lists.
struct Walk<'s> {
    settings: &'s MonorepoSettings,
    extra: &'s [PathBuf],
    ignored: Option<Ignored>,
}

impl<'s> Walk<'s> {
    fn new(root: &Path, settings: &'s MonorepoSettings, extra: &'s [PathBuf]) -> Self {
        let kinds = Kinds { litter: false, ..Kinds::default() };
        let ignored = settings.respects_ignored.then(|| Ignored::new(root, kinds));
        Self { settings, extra, ignored }
    }

    /// Adds the projects among the directories of `dir`, which are so far down.
    fn below(&self, dir: &Path, depth: usize, found: &mut Found) {
        let mut configures = false;
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let name = entry.file_name();
            configures |= self.may_configure(&name);
            let hidden = name.as_encoded_bytes().starts_with(b".");
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if hidden || !is_dir || depth > self.settings.depth {
                continue;
            }
            let path = entry.path();
            let excluded = self.excludes(&name);
            // As in mise: what git does not ignore is looked into all the same.
            let closed = match &self.ignored {
                Some(ignored) => ignored.has(&path, true),
                None => excluded,
            };
            if !closed {
                self.below(&path, depth + 1, found);
                if excluded {
                    found.remove(&path);
                }
            }
        }
        if configures {
            found.insert(dir.to_path_buf(), false);
        }
    }

    fn excludes(&self, name: &OsStr) -> bool {
        match self.settings.excluded.as_slice() {
            [] => EXCLUDED.iter().any(|known| name == *known),
            list => list.iter().any(|known| name == known.as_str()),
        }
    }

    /// True for a name that a directory with configuration or tasks has in it.
    fn may_configure(&self, name: &OsStr) -> bool {
        let bytes = name.as_encoded_bytes();
        bytes.windows(4).any(|part| part == b"mise")
            || name == ".config"
            || self.extra.iter().any(|extra| extra.iter().next() == Some(name))
    }
}
