//! The files of a scope as they are now: which directories are watched, under
//! which names, and whether what the system tells has changed anything. Falls
//! back to looking again and again. Decides nothing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::policy::Change;
use super::scope::Scope;
use crate::files::{News, Refusal, Watcher};

/// What tells one state of a file from another: time, size, number, mode.
type Print = Option<(i64, i64, u64, u64, u32)>;

/// A file, and what its change means.
pub(super) type Found = (PathBuf, Change);

#[derive(Debug, Default)]
pub(super) struct Ground {
    /// Nothing where we look ourselves.
    watcher: Option<Watcher>,
    /// The names that lead to a watched directory.
    names: HashMap<PathBuf, BTreeSet<PathBuf>>,
    /// Links to files elsewhere, by where they lead.
    links: HashMap<PathBuf, BTreeSet<PathBuf>>,
    prints: HashMap<PathBuf, Print>,
    /// Has changed since whoever writes it has been done.
    open: HashSet<PathBuf>,
    /// Directories that we have been refused, in words.
    pub(super) refused: Vec<(PathBuf, String)>,
    /// The system watches no more of them.
    pub(super) limited: bool,
}

impl Ground {
    /// Without a watcher `look` has to be called now and then.
    pub(super) fn new(watcher: Option<Watcher>) -> Self {
        Self { watcher, ..Self::default() }
    }

    /// True where `look` has to be called.
    pub(super) fn is_polling(&self) -> bool {
        self.watcher.is_none()
    }

    /// Watches all of a scope, from now on.
    pub(super) fn take(&mut self, scope: &Scope) {
        if self.watcher.is_some() {
            self.found_at(scope, &scope.roots());
        } else {
            self.prints = survey(scope);
        }
    }

    /// Gives the watcher back: what it knows is not enough.
    pub(super) fn poll_instead(&mut self, scope: &Scope) {
        *self = Self::default();
        self.take(scope);
    }

    /// What the system's news mean.
    pub(super) fn heard(&mut self, scope: &Scope, news: News) -> Vec<Found> {
        let News::Changed { path, settled, moved, removed } = news else {
            self.take(scope);
            return vec![(scope.home.clone(), scope.meaning_of_all())];
        };
        let mut all = Vec::new();
        for path in self.called(&path) {
            if moved {
                self.moved(scope, &path, removed, &mut all);
            }
            if scope.forget_ignored(&path) {
                self.take(scope);
            }
            self.file(scope, path, settled, &mut all);
        }
        all
    }

    /// Looks at all files: what has changed since the last time.
    pub(super) fn look(&mut self, scope: &Scope) -> Vec<Found> {
        let now = survey(scope);
        let before = std::mem::replace(&mut self.prints, now);
        let changed = self.prints.iter().filter(|(path, print)| before.get(*path) != Some(*print));
        let gone = before.keys().filter(|path| !self.prints.contains_key(*path));
        let mut paths: Vec<&PathBuf> = changed.map(|(path, _)| path).chain(gone).collect();
        paths.sort();
        let settled = |change: Change| Change { settled: true, ..change };
        let found = |path: &PathBuf| Some((path.clone(), settled(scope.meaning(path)?)));
        paths.into_iter().filter_map(found).collect()
    }

    /// All names of a path that the system tells of.
    fn called(&self, path: &Path) -> BTreeSet<PathBuf> {
        let mut all = self.links.get(path).cloned().unwrap_or_default();
        all.extend(self.names.get(path).into_iter().flatten().cloned());
        if let (Some(dir), Some(name)) = (path.parent(), path.file_name()) {
            all.extend(self.names.get(dir).into_iter().flatten().map(|dir| dir.join(name)));
        }
        all
    }

    /// A directory, or something that could be one, came or went.
    fn moved(&mut self, scope: &Scope, path: &Path, removed: bool, all: &mut Vec<Found>) {
        let mut roots = scope.roots();
        roots.retain(|root| root.starts_with(path));
        let mut found = Vec::new();
        if !roots.is_empty() {
            found = self.found_at(scope, &roots);
        } else if path.is_dir() {
            self.enter(scope, path, &mut found);
        }
        // What was in a directory that is removed has been told of one by one.
        if !path.exists() && self.forget(path) && !removed {
            let change = scope.meaning_of_loss(path);
            all.extend(
                change.map(|change| (path.to_path_buf(), Change { settled: true, ..change })),
            );
        }
        for file in found {
            self.file(scope, file, true, all);
        }
    }

    /// A directory has gone; true where it was watched.
    fn forget(&mut self, path: &Path) -> bool {
        let mut known = false;
        for names in self.names.values_mut() {
            names.retain(|name| {
                known |= name == path;
                !name.starts_with(path)
            });
        }
        self.names.retain(|_, names| !names.is_empty());
        known
    }

    fn file(&mut self, scope: &Scope, path: PathBuf, settled: bool, all: &mut Vec<Found>) {
        let Some(change) = scope.meaning(&path).filter(|_| !path.is_dir()) else {
            return;
        };
        let print = print(&path);
        let same = self.prints.get(&path) == Some(&print);
        if same && !(settled && self.open.remove(&path)) {
            return;
        }
        if settled {
            self.open.remove(&path);
        } else {
            self.open.insert(path.clone());
        }
        self.prints.insert(path.clone(), print);
        all.push((path, Change { settled, ..change }));
    }

    /// Watches these roots, or where they will be; the files that are there.
    fn found_at(&mut self, scope: &Scope, roots: &[PathBuf]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for root in roots {
            let inside = |dir: &&Path| dir.starts_with(&scope.home);
            for dir in root.ancestors().skip(1).take_while(inside) {
                self.watch(dir);
            }
            while let Some(dir) = nearest(root) {
                self.watch(dir);
                if nearest(root) == Some(dir) {
                    break;
                }
            }
            if root.is_dir() {
                self.enter(scope, root, &mut found);
            } else if root.exists() {
                self.follow(root);
                found.push(root.clone());
            }
        }
        found
    }

    /// Watches a directory and those in it, as far as the scope goes.
    fn enter(&mut self, scope: &Scope, dir: &Path, found: &mut Vec<PathBuf>) {
        if !scope.reaches(dir) {
            return;
        }
        self.watch(dir);
        for (path, is_dir) in entries(dir) {
            if is_dir {
                self.enter(scope, &path, found);
            } else {
                self.follow(&path);
                found.push(path);
            }
        }
    }

    /// Watches where a link to a file leads.
    fn follow(&mut self, path: &Path) {
        if !path.is_symlink() || self.watcher.is_none() {
            return;
        }
        if let Ok(real) = path.canonicalize() {
            if let Some(dir) = real.parent() {
                self.ask(dir);
            }
            self.links.entry(real).or_default().insert(path.to_path_buf());
        }
    }

    fn watch(&mut self, dir: &Path) {
        let Some(real) = dir.canonicalize().ok().filter(|_| dir.is_dir()) else {
            return;
        };
        self.ask(&real);
        self.names.entry(real).or_default().insert(dir.to_path_buf());
    }

    /// Asks the system; a directory that it watches already is the same to it.
    fn ask(&mut self, dir: &Path) {
        let Some(watcher) = self.watcher.as_mut().filter(|_| !self.limited) else {
            return;
        };
        match watcher.watch(dir) {
            Ok(()) | Err(Refusal::Gone) => {}
            Err(Refusal::Limit) => self.limited = true,
            Err(Refusal::Other(text)) => self.refused.push((dir.to_path_buf(), text)),
        }
    }
}

/// The nearest directory above a path that is there.
fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|dir| dir.is_dir())
}

fn print(path: &Path) -> Print {
    let meta = fs::metadata(path).ok()?;
    Some((meta.mtime(), meta.mtime_nsec(), meta.size(), meta.ino(), meta.mode()))
}

/// What is in a directory, and whether it is one. A link to a directory that
/// holds it is left out.
fn entries(dir: &Path) -> Vec<(PathBuf, bool)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let seen = |entry: fs::DirEntry| {
        let path = entry.path();
        let kind = entry.file_type().ok()?;
        let is_dir = if kind.is_symlink() { path.is_dir() } else { kind.is_dir() };
        let back = || match (path.canonicalize(), dir.canonicalize()) {
            (Ok(to), Ok(from)) => from.starts_with(&to) || holds(dir, &to),
            _ => true,
        };
        let circle = is_dir && kind.is_symlink() && back();
        (!circle).then_some((path, is_dir))
    };
    entries.filter_map(seen).collect()
}

/// True where one of the directories that the path names is `real`.
fn holds(path: &Path, real: &Path) -> bool {
    path.ancestors().any(|dir| dir.canonicalize().is_ok_and(|dir| dir == real))
}

/// All files of a scope.
fn survey(scope: &Scope) -> HashMap<PathBuf, Print> {
    let mut all = HashMap::new();
    let mut open = scope.roots();
    while let Some(path) = open.pop() {
        if !path.is_dir() {
            if path.exists() && scope.meaning(&path).is_some() {
                all.insert(path.clone(), print(&path));
            }
        } else if scope.reaches(&path) {
            open.extend(entries(&path).into_iter().map(|(path, _)| path));
        }
    }
    all
}
