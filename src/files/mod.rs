//! Patterns → files on disk with what tells their states apart, and digests
//! of their contents. Knows no tasks.
//!
//! Inside, from the bottom: `digest` → `contents` (of open files), `glob` (one
//! glob), `rules` (a list of patterns) and `listing` (a directory) → `survey`
//! (what the rules mean now) → `walk`, which makes one. Beside them `ignored` (what nobody wants to hear
//! of) and `watcher` (what the system says of changes).

mod contents;
mod digest;
mod glob;
mod ignored;
mod listing;
mod rules;
mod survey;
mod walk;
mod watcher;

use std::path::{Path, PathBuf};

pub use digest::{Digest, Hasher, of_file};
pub use glob::glob;
pub use ignored::{Ignored, Kinds, Patterns};
pub use listing::Stat;
pub use rules::{Purpose, Rules, check};
pub use survey::{Source, Survey};
pub use walk::{Index, threads};
pub use watcher::{News, Refusal, Watcher};

/// The files that patterns below `dir` mean, by path.
pub fn matching(dir: &Path, patterns: &[String]) -> Vec<PathBuf> {
    let rules = Rules::new(dir, patterns, Purpose::Sources);
    let survey = Index::default().survey(&rules, 1);
    let mut files: Vec<PathBuf> = survey.files().map(|source| source.path()).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn found(files: &[&str], patterns: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        below(dir.path(), patterns)
    }

    fn below(dir: &Path, patterns: &[&str]) -> Vec<String> {
        let patterns: Vec<String> = patterns.iter().map(|p| p.to_string()).collect();
        let files = matching(dir, &patterns);
        files.iter().map(|p| p.strip_prefix(dir).unwrap().display().to_string()).collect()
    }

    #[test]
    fn globs_directories_and_exclusions() {
        let files = ["src/a.ts", "src/x/b.ts", "src/x/c.js", "d.ts", "src/.h.ts"];
        assert_eq!(found(&files, &["src/**/*.ts"]), ["src/.h.ts", "src/a.ts", "src/x/b.ts"]);
        assert_eq!(found(&files, &["src/*.ts"]), ["src/.h.ts", "src/a.ts"]);
        assert_eq!(found(&files, &["src/*"]), ["src/.h.ts", "src/a.ts"]);
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
    fn links_are_followed_and_circles_end() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("src/sub")).unwrap();
        fs::create_dir(at("real")).unwrap();
        fs::write(at("real/f"), "x").unwrap();
        symlink("../real", at("src/linked")).unwrap();
        symlink("..", at("src/sub/up")).unwrap();
        symlink("nowhere", at("src/dangling")).unwrap();
        symlink("self", at("src/self")).unwrap();
        symlink("../real/f", at("src/file")).unwrap();
        assert_eq!(below(dir.path(), &["src/**"]), ["src/file", "src/linked/f"]);
        assert_eq!(below(dir.path(), &["src"]), ["src/file", "src/linked/f"]);
    }

    #[test]
    fn many_directories_are_walked_by_several_threads() {
        let dir = tempfile::tempdir().unwrap();
        for i in 0..40 {
            fs::create_dir_all(dir.path().join(format!("d{i}/e"))).unwrap();
            fs::write(dir.path().join(format!("d{i}/e/f")), "x").unwrap();
        }
        let rules = Rules::new(dir.path(), &["**/*".to_string()], Purpose::Sources);
        let (one, four) = (Index::default().survey(&rules, 1), Index::default().survey(&rules, 4));
        assert_eq!(four.len(), 40);
        assert_eq!(one.digest(), four.digest());
        assert!(one.files().eq(four.files()));
        let digests = four.contents(4, |i, _| i % 2 == 0);
        assert_eq!(digests.iter().flatten().count(), 20);
        assert!(digests[0] == Some(Digest::of("x")) && digests[1].is_none());
    }

    #[test]
    fn what_is_read_on_the_way_is_what_is_read_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for i in 0..40 {
            fs::create_dir(at(&format!("d{i}"))).unwrap();
            fs::write(at(&format!("d{i}/a")), format!("{i}")).unwrap();
            fs::write(at(&format!("d{i}/c")), "c".repeat(300_000 + i)).unwrap();
        }
        symlink("a", at("d7/b")).unwrap();
        let rules = |pattern: &str| Rules::new(dir.path(), &[pattern.into()], Purpose::Sources);
        let all = rules("**/*");
        for threads in [1, 4] {
            let index = Index::default();
            let (survey, read) = index.survey_and_read(&all, threads);
            let afterwards = survey.contents(threads, |_, _| true);
            assert_eq!(survey.digest(), Index::default().survey(&all, 1).digest());
            // What is behind a link is left to those who ask for it.
            let is_link = |file: &Source<'_>| file.name == b"b";
            for ((file, read), after) in survey.files().zip(read).zip(afterwards) {
                assert!(after.is_some() && read == after.filter(|_| !is_link(&file)), "{file:?}");
            }
        }
        let index = Index::default();
        index.survey(&rules("d7/*"), 1);
        let (survey, read) = index.survey_and_read(&all, 1);
        let known = survey.files().zip(read).filter(|(_, content)| content.is_none());
        assert!(
            known.map(|(file, _)| file.path()).eq(["a", "b", "c"].map(|name| at("d7").join(name)))
        );
    }

    #[test]
    fn patterns_without_a_match_are_known() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("out")).unwrap();
        let patterns = ["out", "none/*.txt", "!x"].map(String::from);
        let rules = Rules::new(dir.path(), &patterns, Purpose::Outputs);
        let survey = Index::default().survey(&rules, 1);
        assert_eq!(survey.without_match(&rules), [1]);
        assert!(survey.newest_change().is_some());
    }
}
