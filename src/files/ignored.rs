//! Files that nobody wants to hear of: what `.gitignore` and the like say, what
//! editors and version control leave about, and patterns that were given. Read
//! when first needed. Knows nothing of changes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// What version control keeps for itself, and editors write while they save.
const LITTER: [&str; 18] = [
    ".git", ".hg", ".svn", ".jj", ".bzr", "_darcs", ".pijul", ".fossil-settings", ".DS_Store",
    "*~", ".*.sw?", ".*.sw?x", "4913", ".#*", "#*#", "*.pyc", "*.pyo", ".*.kate-swp",
];

/// Which kinds of ignore files count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    /// `.gitignore`, and what else git reads.
    pub vcs: bool,
    /// Files inside the project.
    pub project: bool,
    /// Files of the user.
    pub global: bool,
    /// What is litter in every project.
    pub litter: bool,
}

impl Default for Kinds {
    fn default() -> Self {
        Self { vcs: true, project: true, global: true, litter: true }
    }
}

/// Patterns as in a `.gitignore`.
#[derive(Debug)]
pub struct Patterns(Gitignore);

impl Patterns {
    /// Patterns relative to `dir`, then those of files.
    ///
    /// # Errors
    /// A file that cannot be read, or a pattern that is none, in words.
    pub fn new(dir: &Path, patterns: &[String], files: &[PathBuf]) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(dir);
        for pattern in patterns {
            builder.add_line(None, pattern).map_err(|error| format!("`{pattern}`: {error}"))?;
        }
        for file in files {
            if let Some(error) = builder.add(file) {
                return Err(error.to_string());
            }
        }
        builder.build().map(Self).map_err(|error| error.to_string())
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where they match a path, or a directory that it is in.
    pub fn hit(&self, path: &Path, is_dir: bool) -> bool {
        let mut is_dir = is_dir;
        for part in path.ancestors().take_while(|part| part.starts_with(self.0.path())) {
            let found = self.0.matched(part, is_dir);
            if !found.is_none() {
                return found.is_ignore();
            }
            is_dir = true;
        }
        false
    }
}

/// What is ignored in a project.
#[derive(Debug)]
pub struct Ignored {
    kinds: Kinds,
    /// Ignore files above it do not count.
    top: PathBuf,
    /// What holds everywhere, the strongest first.
    everywhere: Vec<Gitignore>,
    /// Of each directory, the strongest first.
    of_dirs: RefCell<HashMap<PathBuf, Rc<Vec<Gitignore>>>>,
}

impl Ignored {
    /// What is ignored in the project at `home`, or in the repository it is in.
    pub fn new(home: &Path, kinds: Kinds) -> Self {
        let repository = home.ancestors().find(|dir| dir.join(".git").exists());
        let top = repository.unwrap_or(home).to_path_buf();
        let mut everywhere = Vec::new();
        if kinds.vcs && kinds.project {
            let mut builder = GitignoreBuilder::new(&top);
            // Most repositories have none.
            let _ = builder.add(top.join(".git/info/exclude"));
            everywhere.extend(builder.build());
        }
        if kinds.vcs && kinds.global {
            everywhere.push(GitignoreBuilder::new(&top).build_global().0);
        }
        if kinds.litter {
            let mut builder = GitignoreBuilder::new("/");
            for pattern in LITTER {
                // Constants, all of them patterns.
                let _ = builder.add_line(None, pattern);
            }
            everywhere.extend(builder.build());
        }
        Self { kinds, top, everywhere, of_dirs: RefCell::default() }
    }

    /// True where a file of that name says what is ignored.
    pub fn is_source(path: &Path) -> bool {
        path.file_name().is_some_and(|name| name == ".gitignore" || name == ".ignore")
    }

    /// Reads all files anew.
    pub fn forget(&self) {
        self.of_dirs.borrow_mut().clear();
    }

    /// True for a path that is ignored itself, or lies in a directory that is.
    pub fn has(&self, path: &Path, is_dir: bool) -> bool {
        let inside = |part: &&Path| part.starts_with(&self.top) && *part != self.top;
        let mut parts: Vec<&Path> = path.ancestors().take_while(inside).collect();
        if parts.is_empty() {
            parts.push(path);
        }
        parts.iter().rev().any(|part| self.names(part, is_dir || *part != path))
    }

    fn names(&self, path: &Path, is_dir: bool) -> bool {
        let above = path.ancestors().skip(1).take_while(|dir| dir.starts_with(&self.top));
        for dir in above {
            for rules in self.of_dir(dir).iter() {
                let found = rules.matched(path, is_dir);
                if !found.is_none() {
                    return found.is_ignore();
                }
            }
        }
        self.everywhere.iter().any(|rules| rules.matched(path, is_dir).is_ignore())
    }

    fn of_dir(&self, dir: &Path) -> Rc<Vec<Gitignore>> {
        if let Some(known) = self.of_dirs.borrow().get(dir) {
            return Rc::clone(known);
        }
        let names = [(".ignore", true), (".gitignore", self.kinds.vcs)];
        let counted = names.iter().filter(|(_, counts)| *counts && self.kinds.project);
        let files = counted.map(|(name, _)| dir.join(name)).filter(|path| path.is_file());
        let rules = Rc::new(files.map(|path| Gitignore::new(path).0).collect());
        self.of_dirs.borrow_mut().insert(dir.to_path_buf(), Rc::clone(&rules));
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_file_decides_and_directories_hide_what_is_in_them() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("repo/app");
        fs::create_dir_all(home.join("keep")).unwrap();
        fs::create_dir(dir.path().join("repo/.git")).unwrap();
        fs::write(dir.path().join("repo/.gitignore"), "target/\n*.log\n").unwrap();
        fs::write(home.join("keep/.gitignore"), "!a.log\n").unwrap();
        let ignored = Ignored::new(&home, Kinds::default());
        for (path, expected) in [
            ("src/a.rs", false),
            ("x.log", true),
            ("keep/a.log", false),
            ("keep/b.log", true),
            ("target/x/y", true),
            (".git/index", true),
            ("src/a.rs~", true),
            ("src/.a.rs.swp", true),
        ] {
            assert_eq!(ignored.has(&home.join(path), false), expected, "{path}");
        }
        let all = Kinds { vcs: false, project: false, global: false, litter: false };
        assert!(!Ignored::new(&home, all).has(&home.join("target/x"), false));
        fs::write(home.join("keep/.gitignore"), "").unwrap();
        assert!(!ignored.has(&home.join("keep/a.log"), false), "it is known already");
        ignored.forget();
        assert!(ignored.has(&home.join("keep/a.log"), false));
    }

    #[test]
    fn patterns_are_relative_to_their_directory() {
        let patterns = ["*.js", "/only", "out/", "!b.js"].map(String::from);
        let patterns = Patterns::new(Path::new("/p"), &patterns, &[]).unwrap();
        for (path, expected) in [
            ("/p/a.js", true),
            ("/p/x/a.js", true),
            ("/p/b.js", false),
            ("/p/only", true),
            ("/p/x/only", false),
            ("/p/out/x/y", true),
            ("/q/a.js", false),
        ] {
            assert_eq!(patterns.hit(Path::new(path), false), expected, "{path}");
        }
        assert!(Patterns::new(Path::new("/p"), &["a{".to_string()], &[]).is_err());
    }
}
