//! Names in a monorepo: every task is `//dir:task`, and shorter words stand for
//! that. Knows no files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The monorepo that a project is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monorepo {
    /// Its root.
    pub root: PathBuf,
    /// The path of the config root that we stand in, `//apps/web`: what words
    /// without one mean.
    pub here: String,
}

impl Monorepo {
    /// What the names of the tasks of `dir` begin with; `None` outside.
    pub fn path_of(root: &Path, dir: &Path) -> Option<String> {
        Some(format!("//{}", dir.strip_prefix(root).ok()?.display()))
    }

    /// The full name that a word of the command line stands for.
    pub fn full<'w>(&self, word: &'w str) -> Cow<'w, str> {
        match word {
            _ if word.starts_with("...") => format!("//{word}").into(),
            _ => full_below(&self.here, word),
        }
    }
}

/// The full name that a word stands for in a dependency of a task whose own
/// name begins with `path`.
pub fn full_in<'w>(path: &str, word: &'w str) -> Cow<'w, str> {
    match word.strip_prefix("./") {
        Some(rest) if path == "//" => format!("//{rest}").into(),
        Some(rest) => format!("{path}/{rest}").into(),
        None => full_below(path, word),
    }
}

fn full_below<'w>(path: &str, word: &'w str) -> Cow<'w, str> {
    match word.strip_prefix(':') {
        _ if word.starts_with("//") => word.into(),
        Some(name) => format!("{path}:{name}").into(),
        None => format!("{path}:{word}").into(),
    }
}

/// A full name taken apart: the path, and the name that the task has there.
pub fn split_full(name: &str) -> Option<(&str, &str)> {
    name.split_once(':').filter(|(path, _)| path.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_by_the_place_they_are_said_in() {
        let monorepo = Monorepo { root: "/r".into(), here: "//apps/web".into() };
        for (word, full) in [
            ("build", "//apps/web:build"),
            (":build", "//apps/web:build"),
            ("test:unit", "//apps/web:test:unit"),
            ("//:build", "//:build"),
            ("...:build", "//...:build"),
            ("::x", "//apps/web::x"),
        ] {
            assert_eq!(monorepo.full(word), full, "{word}");
        }
        assert_eq!(full_in("//a", "./...:x"), "//a/...:x");
        assert_eq!(full_in("//", "./...:x"), "//...:x");
        assert_eq!(full_in("//a", "...:x"), "//a:...:x");
    }

    #[test]
    fn the_root_has_an_empty_path() {
        let path = |dir: &str| Monorepo::path_of(Path::new("/r"), Path::new(dir));
        assert_eq!(path("/r").as_deref(), Some("//"));
        assert_eq!(path("/r/a/b").as_deref(), Some("//a/b"));
        assert_eq!(path("/s"), None);
        assert_eq!(split_full("//a/b:c:d"), Some(("//a/b", "c:d")));
        assert_eq!(split_full("a:b"), None);
    }
}
