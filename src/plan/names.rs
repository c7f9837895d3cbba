//! Which tasks a word means: exact name or alias, the name without its
//! extension, then a pattern; with a path before it, those of the project
//! there. Knows nothing of graphs.

use std::path::Path;

use globset::GlobSet;

use crate::config::workspace::{Workspace, split_path};
use crate::files::glob;
use crate::model::{Problem, Project, ProjectId, TaskId};

/// What a word means.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// The project it leads to.
    pub(super) project: &'a Project,
    /// The word without the way there.
    pub(super) name: &'a str,
    /// The tasks, in name order; hidden ones included.
    pub(super) tasks: Vec<TaskId>,
}

/// What `word` means in a project, where paths start at `base`.
///
/// # Errors
/// The path leads nowhere, or to a project that cannot be read.
pub(super) fn target<'a>(
    workspace: &'a Workspace<'_>,
    from: ProjectId,
    base: &Path,
    word: &'a str,
) -> Result<Target<'a>, Vec<Problem>> {
    let own = &workspace.get(from).project;
    let tasks = matching(own, word);
    match split_path(word).filter(|_| tasks.is_empty()) {
        None => Ok(Target { project: own, name: word, tasks }),
        Some((dir, name)) => {
            let reference = format!(
                "relative path syntax '{word}' is not supported, use '//{word}' or ':task' for \
                 current directory"
            );
            let said = |problem: Problem| problem.reference(reference.clone());
            let found = workspace.reach(base, dir);
            let project = &found.map_err(|p| p.into_iter().map(said).collect::<Vec<_>>())?.project;
            Ok(Target { project, name, tasks: matching(project, name) })
        }
    }
}

/// True where the word can match more than one name.
pub fn is_pattern(word: &str) -> bool {
    word.contains(['*', '?', '[', '{'])
}

/// All tasks a word means, in name order; hidden ones included.
pub fn matching(project: &Project, word: &str) -> Vec<TaskId> {
    if let Some(id) = project.find(word) {
        return vec![id];
    }
    let stripped = by(project, |task| task == word);
    if !stripped.is_empty() || !is_pattern(word) {
        return stripped;
    }
    let Some(pattern) = compile(word) else {
        return Vec::new();
    };
    let full: Vec<TaskId> = project
        .ids()
        .filter(|id| {
            let task = project.task(*id);
            pattern.is_match(as_path(&task.name))
                || task.aliases.iter().any(|a| pattern.is_match(as_path(a)))
        })
        .collect();
    if full.is_empty() {
        return by(project, |task| pattern.is_match(as_path(task)));
    }
    full
}

/// Tasks whose shown name differs from the full one and passes.
fn by(project: &Project, test: impl Fn(&str) -> bool) -> Vec<TaskId> {
    let passes = |id: &TaskId| {
        let task = project.task(*id);
        task.display != task.name && test(&task.display)
    };
    project.ids().filter(passes).collect()
}

/// `*` stays within one part between colons, `**` crosses them.
fn compile(word: &str) -> Option<GlobSet> {
    glob(&as_path(word), false).ok()
}

/// Parts as path components; a slash in a name is an ordinary character.
fn as_path(name: &str) -> String {
    name.replace('/', "\u{1}").replace(':', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_keep_to_their_part() {
        let matches =
            |pattern: &str, name: &str| compile(pattern).is_some_and(|p| p.is_match(as_path(name)));
        assert!(matches("test:*", "test:unit"));
        assert!(!matches("test:*", "test:unit:fast"));
        assert!(matches("test:**", "test:unit:fast"));
        assert!(!matches("test:**", "test"));
        assert!(matches("test:**:local", "test:a:b:local"));
        assert!(matches("test:**:local", "test:local"));
        assert!(matches("{a,b}", "a"));
        assert!(matches("[!a]", "b"));
        assert!(matches("x/?", "x/y"));
        assert!(!matches("*", "a:b"));
    }
}
