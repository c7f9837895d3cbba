//! Which tasks a word means: exact name or alias, the name without its
//! extension, then a pattern; with a path before it, those of the project
//! there. Knows nothing of graphs.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use super::paths;
use crate::config::workspace::{Workspace, split_path};
use crate::files::glob;
use crate::model::{Problem, Project, Task, TaskId, full_in, split_full};

/// What a word means.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// The project it leads to.
    pub(super) project: &'a Project,
    /// The word without the way there; in a monorepo the full name.
    pub(super) name: Cow<'a, str>,
    /// The tasks, in the order of the words that mean them; hidden ones included.
    pub(super) tasks: Vec<TaskId>,
}

/// What `word` means on the command line.
///
/// # Errors
/// It can mean nothing; the path leads nowhere, or to a project that cannot be
/// read.
pub(super) fn asked<'a>(
    workspace: &'a Workspace<'_>,
    word: &'a str,
) -> Result<Target<'a>, Vec<Problem>> {
    let project = &workspace.main().project;
    let tasks = runnable(project, word);
    if tasks.is_empty() || project.monorepo.is_none() {
        paths::check(project, word).map_err(|problem| vec![problem])?;
    }
    if project.monorepo.is_none() {
        return beside(workspace, project, &project.dir, word, tasks);
    }
    Ok(Target { project, name: project.full(word), tasks })
}

/// What `word` means to a task that names it.
///
/// # Errors
/// As `asked`.
pub(super) fn named<'a>(
    workspace: &'a Workspace<'_>,
    task: &Task,
    id: TaskId,
    word: &'a str,
) -> Result<Target<'a>, Vec<Problem>> {
    let project = &workspace.get(id.project).project;
    if project.monorepo.is_none() {
        if paths::is_full(word) {
            return Err(vec![paths::named_nowhere(word)]);
        }
        return beside(workspace, project, &task.root.dir, word, meaning(project, word));
    }
    let name = match &task.root.path {
        Some(path) => full_in(path, word),
        None => word.into(),
    };
    let tasks = meaning(project, &name);
    if tasks.is_empty() {
        paths::complete(&name).map_err(|problem| vec![problem])?;
    }
    Ok(Target { project, name, tasks })
}

/// `tasks`; where there are none, those of the project that a path in the word
/// leads to from `base`.
fn beside<'a>(
    workspace: &'a Workspace<'_>,
    own: &'a Project,
    base: &Path,
    word: &'a str,
    tasks: Vec<TaskId>,
) -> Result<Target<'a>, Vec<Problem>> {
    match split_path(word).filter(|_| tasks.is_empty()) {
        None => Ok(Target { project: own, name: word.into(), tasks }),
        Some((dir, name)) => {
            let said = |problem: Problem| problem.reference(paths::relative(word));
            let found = workspace.reach(base, dir);
            let project = &found.map_err(|p| p.into_iter().map(said).collect::<Vec<_>>())?.project;
            Ok(Target { project, name: name.into(), tasks: matching(project, name) })
        }
    }
}

/// True where the word can match more than one name.
pub fn is_pattern(word: &str) -> bool {
    let path = word.split(':').next().unwrap_or_default();
    let crosses = (path.starts_with("//") || path.starts_with("./")) && path.contains("...");
    crosses || word.contains(['*', '?', '[', '{'])
}

/// All tasks a word of the command line means, those of a pattern in the order of the
/// words that it finds; hidden ones included. In a monorepo its project's, else those
/// outside that have the name.
pub fn matching(project: &Project, word: &str) -> Vec<TaskId> {
    let full = project.full(word);
    let mut found = meaning(project, &full);
    if paths::stays_near(&full) {
        // As in mise: only `...` looks into projects that are not named.
        found.retain(|id| !project.task(*id).root.aside);
    }
    if found.is_empty() && project.monorepo.is_some() {
        found.extend(project.exact(word));
    }
    found
}

/// All tasks that a word means where tasks are run: as `matching`, and in a monorepo
/// also what the projects below have by that name.
pub fn runnable(project: &Project, word: &str) -> Vec<TaskId> {
    let found = matching(project, word);
    match &project.monorepo {
        Some(monorepo) if found.is_empty() => elsewhere(project, &monorepo.here, word),
        _ => found,
    }
}

/// In a monorepo, what a bare word means where its own project has nothing of
/// that name: an alias, or a pattern, of a task below it, and `dir:task`.
fn elsewhere(project: &Project, here: &str, word: &str) -> Vec<TaskId> {
    if word.starts_with("//") || word.starts_with(':') {
        return Vec::new();
    }
    let below = |path: &str| {
        let rest = path.strip_prefix(here);
        rest.is_some_and(|rest| here == "//" || rest.is_empty() || rest.starts_with('/'))
    };
    let known = |id: &TaskId| {
        let root = &project.task(*id).root;
        !root.aside || root.path.as_deref().is_some_and(below)
    };
    let mut found = short(project, word, known);
    if found.is_empty() && word.contains(':') && !word.contains('/') {
        found = meaning(project, &format!("//{word}"));
        found.retain(known);
    }
    found
}

/// The tasks with a name without a path, or an alias, that is this or matches it.
fn short(project: &Project, word: &str, known: impl Fn(&TaskId) -> bool) -> Vec<TaskId> {
    let mut names: HashMap<&str, TaskId> = HashMap::new();
    for id in project.ids().filter(known) {
        let aliases = &project.task(id).aliases;
        // A later name wins a doubled alias.
        names.extend(aliases.iter().map(|alias| (alias.as_str(), id)));
    }
    for id in project.ids().filter(|id| project.task(*id).root.path.is_none()) {
        names.insert(project.task(id).display(), id);
    }
    let exact = names.get(word).copied();
    let matches = if exact.is_none() && is_pattern(word) { matcher(word) } else { None };
    let mut found: Vec<TaskId> = exact.into_iter().collect();
    if let Some(matches) = matches {
        let mut matching: Vec<_> = names.into_iter().filter(|(name, _)| matches(name)).collect();
        matching.sort_unstable();
        matching.iter().for_each(|(_, id)| {
            if !found.contains(id) {
                found.push(*id);
            }
        });
    }
    found
}

/// All tasks that a full name means.
fn meaning(project: &Project, name: &str) -> Vec<TaskId> {
    if let Some(id) = project.exact(name) {
        return vec![id];
    }
    let stripped = by(project, |task| task == name);
    if !stripped.is_empty() || !is_pattern(name) {
        return stripped;
    }
    matched(project, name)
}

/// What a pattern finds, in the order of the names and aliases that it finds them by.
fn matched(project: &Project, pattern: &str) -> Vec<TaskId> {
    let Some(matches) = matcher(pattern) else {
        return Vec::new();
    };
    // As in mise: with a path, the shown name counts as much as the full one.
    let shown = split_full(pattern).is_some();
    let mut found: Vec<(Cow<'_, str>, TaskId)> = Vec::new();
    for id in project.ids() {
        let task = project.task(id);
        let named = matches(&task.name) || shown && matches(task.display());
        let name = named.then(|| Cow::from(&task.name));
        let aliases = task.aliases.iter().map(|alias| task.full_alias(alias));
        let aliases = aliases.filter(|alias| matches(alias) && project.exact(alias) == Some(id));
        found.extend(name.into_iter().chain(aliases).min().map(|word| (word, id)));
    }
    if found.is_empty() {
        return by(project, matches);
    }
    found.sort();
    found.into_iter().map(|(_, id)| id).collect()
}

/// Tasks whose shown name differs from the full one and passes.
fn by(project: &Project, test: impl Fn(&str) -> bool) -> Vec<TaskId> {
    let passes = |id: &TaskId| {
        let task = project.task(*id);
        task.display() != task.name && test(task.display())
    };
    project.ids().filter(passes).collect()
}

/// A test for names.
type Test = Box<dyn Fn(&str) -> bool>;

/// What a pattern matches. `*` stays within one part between colons, `**` crosses
/// them; a monorepo's path is a pattern of its own.
fn matcher(pattern: &str) -> Option<Test> {
    let Some((path, name)) = split_full(pattern) else {
        let name = glob(&as_path(pattern), false).ok()?;
        return Some(Box::new(move |task| name.is_match(as_path(task))));
    };
    let (path, name) = (paths::matcher(path)?, glob(&as_path(name), false).ok()?);
    Some(Box::new(move |task| {
        split_full(task).is_some_and(|(dir, own)| path(dir) && name.is_match(as_path(own)))
    }))
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
        let matches = |pattern: &str, name: &str| matcher(pattern).is_some_and(|p| p(name));
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

    #[test]
    fn dots_in_a_path_cross_directories() {
        let matches = |pattern: &str, name: &str| matcher(pattern).is_some_and(|p| p(name));
        for name in ["//:x", "//a:x", "//a/b:x"] {
            assert!(matches("//...:x", name), "{name}");
        }
        for (pattern, name, expected) in [
            ("//a/...:x", "//a:x", true),
            ("//a/...:x", "//a/b/c:x", true),
            ("//a/...:x", "//ab:x", false),
            ("//.../b:x", "//b:x", true),
            ("//.../b:x", "//a/b:x", true),
            ("//.../b:x", "//a/b:y", false),
            ("//...b:x", "//ab:x", true),
            ("//*:x", "//a:x", true),
            ("//*:x", "//a/b:x", false),
            ("//...:*", "//a:x:y", false),
            ("//...:**", "//a:x:y", true),
            ("//...:x", "x", false),
            ("*", "//a:x", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
