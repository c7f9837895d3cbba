//! The path in a word of a monorepo: what it matches, and what is wrong with it.
//! Knows no tasks.

use crate::files::glob;
use crate::model::{Problem, Project, split_full};

/// What mise says of a colon too many.
const COLON: &str = "':task' pattern should be expanded before matching";

/// True for a path with a pattern that only what is near can match: only `...`
/// looks into projects that nothing else names.
pub(super) fn stays_near(word: &str) -> bool {
    let path = split_full(word).map_or("", |(path, _)| path);
    !path.contains("...") && path.contains(['*', '?', '[', '{'])
}

/// True for a word that only a monorepo has: `//dir:task`, `:task`.
pub(super) fn is_full(word: &str) -> bool {
    word.starts_with("//") || word.starts_with(':')
}

/// A test for paths; `...` are any directories, none too.
pub(super) fn matcher(path: &str) -> Option<impl Fn(&str) -> bool + 'static> {
    let pattern = glob(&path.replace("...", "**"), false).ok()?;
    let top = path.strip_suffix("/...").filter(|top| *top != "/").map(str::to_string);
    Some(move |dir: &str| pattern.is_match(dir) || top.as_deref() == Some(dir))
}

/// Whether a word of the command line that means no task could mean one.
///
/// # Errors
/// The syntax of monorepos where there is none; in one, a path that does not
/// start at its root, or stands alone.
pub(super) fn check(project: &Project, word: &str) -> Result<(), Problem> {
    let is_full = is_full(word);
    if project.monorepo.is_none() {
        return if is_full || word.starts_with("...") {
            Err(nowhere(word).reference(NO_MONOREPO))
        } else {
            Ok(())
        };
    }
    if !is_full && word.contains('/') && word.contains(':') {
        let text = format!("`{word}` has a path that does not start at the root of the monorepo");
        let from_root = word.trim_start_matches("./").trim_start_matches("../");
        return Err(Problem::new("select::path", text)
            .reference(relative(word))
            .help(format!("paths begin with two slashes: `//{from_root}`")));
    }
    complete(&project.full(word))
}

/// Whether a full name has a path and a task.
///
/// # Errors
/// One of them is missing.
pub(super) fn complete(name: &str) -> Result<(), Problem> {
    match split_full(name) {
        None if name.starts_with("//") => {
            let reference = format!(
                "missing task name in monorepo path '{name}', use '{name}:<task>' or '{name}:*' to \
                 run all tasks in that path"
            );
            Err(Problem::new("select::path", format!("`{name}` is a path without a task"))
                .reference(reference)
                .help(format!("write `{name}:TASK`, or `{name}:*` for all tasks there")))
        }
        Some((_, task)) if task.starts_with(':') => {
            Err(Problem::new("select::path", format!("`{name}` has a colon too many"))
                .reference(COLON)
                .help("one colon stands between a path and a task"))
        }
        _ => Ok(()),
    }
}

/// What mise says of paths that start at the working directory.
pub(super) fn relative(word: &str) -> String {
    format!(
        "relative path syntax '{word}' is not supported, use '//{word}' or ':task' for current \
         directory"
    )
}

/// What mise says on the command line where there is no monorepo.
const NO_MONOREPO: &str = "Monorepo task paths (like `//path:task` or `:task`) require a monorepo root configuration.\n\n\
     To set up monorepo support, add this to your root mise.toml:\n  monorepo_root = true\n\n\
     Then create task files in subdirectories that will be automatically discovered.\n\
     See https://mise.jdx.dev/tasks/task-configuration.html#monorepo-support for more information.";

/// A task names one of a monorepo, and there is none.
pub(super) fn named_nowhere(word: &str) -> Problem {
    let missing = || format!("task not found: {word}");
    nowhere(word).reference(if word.starts_with(':') { COLON.into() } else { missing() })
}

fn nowhere(word: &str) -> Problem {
    let text = format!("`{word}` names a task of a monorepo, and this is none");
    Problem::new("select::monorepo", text).help(
        "put `monorepo_root = true` into the mise.toml of its root, or name a task of another \
         directory as `../dir:task`",
    )
}
