//! A list of patterns over one directory, as `sources` and `outputs` hold it:
//! paths, globs, directories (all that is in them), and `!` for what to leave
//! out. Of several entries that match a path, the last one decides.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use globset::GlobSet;
use walkdir::WalkDir;

use super::glob::glob;
use crate::sys::normalize;

/// A file that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Size in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub mtime: i64,
}

#[derive(Debug)]
struct Rule {
    exclude: bool,
    matcher: GlobSet,
    /// Everything it can match lies here.
    base: PathBuf,
    /// Index of the pattern it came from.
    pattern: usize,
}

/// Compiled patterns.
#[derive(Debug)]
pub struct Patterns {
    rules: Vec<Rule>,
    count: usize,
}

/// Why a pattern does not compile, in the words of its engine.
///
/// # Errors
/// That.
pub fn check(pattern: &str) -> Result<(), String> {
    let body = split(pattern).1;
    glob(body, true).map(drop)
}

impl Patterns {
    /// Compiles patterns relative to `dir`. One that does not compile is left
    /// out: `check` has refused it before.
    pub fn new(dir: &Path, patterns: &[String]) -> Self {
        let mut rules = Vec::new();
        for (i, text) in patterns.iter().enumerate() {
            let (exclude, body) = split(text);
            let full = normalize(&dir.join(body));
            let base = literal_base(&full);
            let full = full.to_string_lossy();
            let below = format!("{}/**", escape_if_literal(&full));
            for text in [escape_if_literal(&full), below] {
                if let Ok(matcher) = glob(&text, true) {
                    rules.push(Rule { exclude, matcher, base: base.clone(), pattern: i });
                }
            }
        }
        Self { rules, count: patterns.len() }
    }

    /// All files that match, by path. Links are followed.
    pub fn files(&self) -> BTreeMap<PathBuf, Entry> {
        let mut found = BTreeMap::new();
        for base in self.bases() {
            for (path, meta) in walk(&base) {
                if meta.is_file() && self.decide(&path).is_some() {
                    found.insert(path, Entry::of(&meta));
                }
            }
        }
        found
    }

    /// Indexes of the including patterns that match nothing on disk, not even
    /// a directory.
    pub fn without_match(&self) -> Vec<usize> {
        let mut missing: Vec<usize> = (0..self.count)
            .filter(|i| self.rules.iter().any(|r| r.pattern == *i && !r.exclude))
            .collect();
        for base in self.bases() {
            for (path, _) in walk(&base) {
                missing.retain(|i| {
                    let matches = |r: &Rule| r.pattern == *i && r.matcher.is_match(&path);
                    !self.rules.iter().any(matches)
                });
                if missing.is_empty() {
                    return missing;
                }
            }
        }
        missing
    }

    /// The pattern that includes the path, if the last word on it is not `!`.
    fn decide(&self, path: &Path) -> Option<usize> {
        let last = self.rules.iter().rev().find(|r| r.matcher.is_match(path))?;
        (!last.exclude).then_some(last.pattern)
    }

    /// Directories to walk, none of them inside another.
    fn bases(&self) -> Vec<PathBuf> {
        let mut all: Vec<&PathBuf> =
            self.rules.iter().filter(|r| !r.exclude).map(|r| &r.base).collect();
        all.sort();
        all.dedup();
        let mut bases: Vec<PathBuf> = Vec::new();
        for base in all {
            if !bases.iter().any(|b| base.starts_with(b)) {
                bases.push(base.clone());
            }
        }
        bases
    }
}

impl Entry {
    fn of(meta: &Metadata) -> Self {
        Self { size: meta.len(), mtime: meta.mtime() * 1_000_000_000 + meta.mtime_nsec() }
    }
}

fn walk(base: &Path) -> impl Iterator<Item = (PathBuf, Metadata)> {
    WalkDir::new(base).follow_links(true).into_iter().filter_map(|entry| {
        let entry = entry.ok()?;
        let meta = entry.metadata().ok()?;
        Some((entry.into_path(), meta))
    })
}

/// `!x` leaves x out; `\!x` is a file whose name starts with `!`.
fn split(pattern: &str) -> (bool, &str) {
    match pattern.strip_prefix('!') {
        Some(body) => (true, body),
        None => {
            (false, pattern.strip_prefix('\\').filter(|p| p.starts_with('!')).unwrap_or(pattern))
        }
    }
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

/// A text without glob characters stands for itself.
fn escape_if_literal(text: &str) -> String {
    if is_glob(text) && !Path::new(text).exists() {
        text.to_string()
    } else {
        globset::escape(text)
    }
}

/// The components before the first one with a glob character.
fn literal_base(full: &Path) -> PathBuf {
    if full.exists() {
        return full.to_path_buf();
    }
    full.components()
        .take_while(|c| match c {
            Component::Normal(part) => !is_glob(&part.to_string_lossy()),
            _ => true,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn found(files: &[&str], patterns: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let patterns: Vec<String> = patterns.iter().map(|p| p.to_string()).collect();
        Patterns::new(dir.path(), &patterns)
            .files()
            .keys()
            .map(|p| p.strip_prefix(dir.path()).unwrap().display().to_string())
            .collect()
    }

    #[test]
    fn globs_directories_and_exclusions() {
        let files = ["src/a.ts", "src/x/b.ts", "src/x/c.js", "d.ts", "src/.h.ts"];
        assert_eq!(found(&files, &["src/**/*.ts"]), ["src/.h.ts", "src/a.ts", "src/x/b.ts"]);
        assert_eq!(found(&files, &["src/*.ts"]), ["src/.h.ts", "src/a.ts"]);
        assert_eq!(found(&files, &["src"]).len(), 4);
        assert_eq!(found(&files, &["src/**", "!src/x"]), ["src/.h.ts", "src/a.ts"]);
        assert_eq!(found(&files, &["!src/x/**", "src/**"]).len(), 4);
        assert_eq!(found(&files, &["{d,e}.ts", "./src/a.ts"]), ["d.ts", "src/a.ts"]);
        assert_eq!(found(&files, &["src/?.ts"]), ["src/a.ts"]);
    }

    #[test]
    fn a_name_with_glob_characters_is_found_as_itself() {
        assert_eq!(found(&["a[1].txt", "a1.txt"], &["a[1].txt"]), ["a[1].txt"]);
    }

    #[test]
    fn patterns_without_a_match_are_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("out")).unwrap();
        let patterns = ["out", "none/*.txt", "!x"].map(String::from);
        assert_eq!(Patterns::new(dir.path(), &patterns).without_match(), [1]);
    }
}
