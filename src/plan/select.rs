//! Words of the command line → requests: groups between `:::`, names, and
//! what to say when a name means nothing.

use std::path::{Path, PathBuf};

use super::names::asked;
use super::paths;
use crate::config::workspace::Workspace;
use crate::model::{Problem, Project, Task, TaskId, closest, split_full};

/// One group of words as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The first word, or `default`.
    pub name: String,
    /// The rest, without the first `--`.
    pub args: Vec<String>,
    /// How many of them stand before that `--`.
    pub dashes: Option<usize>,
}

/// A task that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub task: TaskId,
    /// Its arguments.
    pub args: Vec<String>,
    /// How many of them stand before `--`, where there is one.
    pub dashes: Option<usize>,
}

/// Splits at `:::`. After the first `--` of a group every word, `:::` too,
/// belongs to its task. No words at all mean `default`.
pub fn groups(words: &[String]) -> Vec<Group> {
    let mut all = Vec::new();
    let mut words = words.iter().peekable();
    words.next_if(|w| *w == ":::");
    loop {
        let name = words.next_if(|w| *w != "--").cloned();
        let mut group = Group {
            name: name.unwrap_or_else(|| "default".into()),
            args: Vec::new(),
            dashes: None,
        };
        let mut more = false;
        for word in words.by_ref() {
            match word.as_str() {
                "--" if group.dashes.is_none() => group.dashes = Some(group.args.len()),
                ":::" if group.dashes.is_none() => {
                    more = true;
                    break;
                }
                _ => group.args.push(word.clone()),
            }
        }
        all.push(group);
        if !more || words.peek().is_none() {
            return all;
        }
    }
}

/// The tasks of all groups, in order.
///
/// # Errors
/// A name that means nothing, with what it may have meant.
pub fn select(workspace: &Workspace<'_>, groups: &[Group]) -> Result<Vec<Request>, Vec<Problem>> {
    let mut requests = Vec::new();
    for group in groups {
        let found = asked(workspace, &group.name)?;
        if found.tasks.is_empty() {
            return Err(unknown(found.project, &found.name));
        }
        requests.extend(found.tasks.into_iter().map(|task| Request {
            task,
            args: group.args.clone(),
            dashes: group.dashes,
        }));
    }
    Ok(requests)
}

/// There is no such task; it may be one of a project that cannot be read.
fn unknown(project: &Project, word: &str) -> Vec<Problem> {
    let path = split_full(word).map(|(path, _)| path);
    let left_out = project.left_out.iter().filter(|(left, _)| Some(left.as_str()) == path);
    let mut broken: Vec<Problem> = left_out.flat_map(|(_, problems)| problems.clone()).collect();
    if broken.is_empty() {
        return vec![not_found(project, word)];
    }
    let text = format!("no task {word} found: its project is left out");
    broken.push(Problem::new("select::left-out", text).help("correct the mistake above"));
    broken
}

fn not_found(project: &Project, word: &str) -> Problem {
    if project.tasks.is_empty() {
        return empty(project, word);
    }
    let names = candidates(project);
    let mut near = namesakes(project, word);
    if near.is_empty() {
        near = closest(word, names.iter().copied(), 5);
    }
    let problem = Problem::new("select::unknown-task", format!("no task {word} found"))
        .reference(reference_text(project, word, &near));
    if let Some((path, task)) = split_full(word).filter(|_| paths::stays_near(word)) {
        return problem.help(format!(
            "`*` in a path looks only into the projects on the way to this directory; `...` looks \
             into all: `{}:{task}`",
            path.replace('*', "...")
        ));
    }
    if let Some(name) = unique_prefix(project, word) {
        return problem.help(format!("did you mean `{name}`?"));
    }
    if !near.is_empty() {
        let list: Vec<String> = near.iter().map(|n| format!("\n  - {n}")).collect();
        return problem.help(format!("did you mean one of these?{}", list.concat()));
    }
    if let Some(script) = not_executable(project, word) {
        return problem.help(format!(
            "{0} is not executable; to make it a task, run: chmod +x {0}",
            script.display()
        ));
    }
    let visible: Vec<&str> =
        project.tasks.iter().filter(|t| !t.hide).map(|t| t.display()).collect();
    let shown = visible.iter().take(20).map(|n| format!("\n  {n}"));
    let more = visible.len().saturating_sub(20);
    let rest = (more > 0).then(|| format!("\n  ... and {more} more; `mep tasks` lists all"));
    problem.help(format!(
        "the tasks here are{}{}",
        shown.collect::<String>(),
        rest.unwrap_or_default()
    ))
}

/// What mise says, before its error, of names that stand for such a script.
pub fn lacking_a_bit(project: &Project, groups: &[Group]) -> Option<String> {
    let unknown = groups.iter().map(|group| &group.name).find(|n| project.find(n).is_none())?;
    let script = not_executable(project, unknown)?.display();
    Some(format!("no task {unknown} found, but a non-executable file exists at {script}"))
}

/// A script of that name that only lacks its executable bit.
fn not_executable<'p>(project: &'p Project, word: &str) -> Option<&'p Path> {
    let tail = word.replace(':', "/");
    let named = |path: &&PathBuf| path.ends_with(&tail) || path.with_extension("").ends_with(&tail);
    project.not_executable.iter().find(named).map(PathBuf::as_path)
}

/// What mise prints: near names, then the first tasks as a table.
fn reference_text(project: &Project, word: &str, near: &[&str]) -> String {
    let mut text = format!("no task {word} found\n");
    if !near.is_empty() {
        text.push_str("\nDid you mean one of these?\n");
        near.iter().for_each(|n| text.push_str(&format!("  - {n}\n")));
    }
    let mut visible: Vec<&Task> = project.tasks.iter().filter(|t| !t.hide).collect();
    visible.sort_by(|a, b| a.display().cmp(b.display()));
    let shown = &visible[..visible.len().min(20)];
    let width = shown.iter().map(|t| t.display().chars().count()).max().unwrap_or(0).max(4);
    let list = if project.monorepo.is_some() { " (`mise tasks ls --all`)" } else { "" };
    text.push_str(&format!("\nAvailable tasks{list}:\n  {:width$}  Description", "Name"));
    for task in shown {
        text.push_str(&format!("\n  {:width$}  {}", task.display(), task.summary()));
    }
    if visible.len() > shown.len() {
        let more = visible.len() - shown.len();
        text.push_str(&format!(
            "\n  ... and {more} more tasks. Run `mise tasks ls --all` to list all tasks."
        ));
    }
    text
}

/// Visible names and aliases.
fn candidates(project: &Project) -> Vec<&str> {
    let visible = project.tasks.iter().filter(|t| !t.hide);
    visible
        .flat_map(|t| {
            let aliases = t.aliases.iter().map(String::as_str);
            std::iter::once(t.display()).chain(aliases)
        })
        .collect()
}

/// In a monorepo, tasks of that name in other projects.
fn namesakes<'p>(project: &'p Project, word: &str) -> Vec<&'p str> {
    let Some((_, name)) = split_full(word).filter(|_| project.monorepo.is_some()) else {
        return Vec::new();
    };
    let visible = project.tasks.iter().filter(|task| !task.hide);
    let same =
        visible.map(|t| t.display()).filter(|full| split_full(full).is_some_and(|f| f.1 == name));
    same.take(5).collect()
}

/// No task at all: say where there is none, and what may be the reason.
fn empty(project: &Project, word: &str) -> Problem {
    let problem = Problem::new(
        "select::no-tasks",
        format!("no task {word} found: no tasks are defined here"),
    )
    .reference(format!(
        "no tasks defined in {}. Are you in a project directory?",
        project.dir.display()
    ));
    match project.not_executable.first() {
        Some(path) => problem.help(format!(
            "a script must be executable to be a task; run: chmod +x {}",
            path.display()
        )),
        None => problem.help("put `[tasks]` with `hello = \"echo hello\"` into a file mise.toml"),
    }
}

/// The one visible task whose name begins with this word.
pub fn unique_prefix(project: &Project, word: &str) -> Option<String> {
    let full = project.full(word);
    let visible = project.tasks.iter().filter(|t| !t.hide && !word.is_empty());
    let mut found = visible.map(|t| t.display()).filter(|name| name.starts_with(&*full));
    let first = found.next()?;
    found.all(|name| name == first).then(|| first.to_string())
}

/// Near names for a dependency that does not exist.
pub(super) fn suggestion<'p>(project: &'p Project, word: &str, asking: &str) -> Option<&'p str> {
    let names = project.tasks.iter().map(|t| t.display());
    let names = names.filter(|name| *name != asking && name.chars().count() > 1);
    closest(word, names, 1).first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(words: &[&str]) -> Vec<(String, Vec<String>)> {
        let words: Vec<String> = words.iter().map(|w| w.to_string()).collect();
        groups(&words).into_iter().map(|g| (g.name, g.args)).collect()
    }

    #[test]
    fn groups_end_at_three_colons_but_not_after_two_dashes() {
        let group = |n: &str, args: &[&str]| {
            (n.to_string(), args.iter().map(|a| a.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(split(&[]), [group("default", &[])]);
        assert_eq!(split(&["a", "x", ":::", "b"]), [group("a", &["x"]), group("b", &[])]);
        assert_eq!(split(&[":::", "a"]), [group("a", &[])]);
        assert_eq!(split(&["a", ":::"]), [group("a", &[])]);
        assert_eq!(
            split(&["a", "--", "b", ":::", "--", "c"]),
            [group("a", &["b", ":::", "--", "c"])]
        );
        assert_eq!(split(&["--", "a"]), [group("default", &["a"])]);
    }
}
