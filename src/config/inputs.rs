//! Files that tasks share: `input_groups`, which their `sources` name with
//! `@group:`, and `global_inputs`, which all tasks of a place have. Knows
//! patterns; looks at no file.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::model::{Outputs, Problem, Task, closest};

/// Before the name of a group, in `sources` and in other groups.
const GROUP: &str = "@group:";

/// How many patterns a task may have: groups that name others twice would
/// grow without end.
const MAX_PATTERNS: usize = 100_000;

/// What a place and those above it say of shared files.
#[derive(Debug, Clone, Default)]
pub(super) struct Inputs {
    /// Patterns as `pattern` gives them.
    pub(super) groups: BTreeMap<String, Vec<String>>,
    /// As those of a group.
    pub(super) global: Vec<String>,
}

/// A pattern of a file whose place is `root`, as it is for tasks of any
/// directory.
pub(super) fn pattern(root: &Path, text: &str) -> String {
    if text.starts_with(GROUP) {
        return text.to_string();
    }
    let (not, body) = match text.strip_prefix('!') {
        Some(body) => ("!", body),
        None => ("", text.strip_prefix('\\').filter(|t| t.starts_with('!')).unwrap_or(text)),
    };
    if body.starts_with('/') {
        return format!("{not}{body}");
    }
    let root = root.to_string_lossy();
    format!("{not}{}/{body}", root.trim_end_matches('/'))
}

impl Inputs {
    /// Puts the patterns of groups into a task's `sources`, and those of all
    /// tasks behind them.
    ///
    /// # Errors
    /// A group that is not there, or leads back to itself; that it is not
    /// `experimental`, which mise asks for.
    pub(super) fn lay(
        &self,
        task: &mut Task,
        experimental: bool,
        warnings: &mut Vec<String>,
    ) -> Result<(), Problem> {
        for text in task.sources.iter().filter(|text| text.starts_with("!@group:")) {
            warnings.push(format!(
                "`{text}` in `sources` of task `{}` leaves out no group, only a file of that name ({})",
                task.name,
                task.spot.place()
            ));
        }
        let names_one = task.sources.iter().any(|text| text.starts_with(GROUP));
        if !names_one && self.groups.is_empty() && self.global.is_empty() {
            return Ok(());
        }
        if !experimental {
            return Err(not_experimental(task));
        }
        if names_one || !self.global.is_empty() {
            let sources = self.expanded(task)?;
            if sources.is_empty() && *task.outputs == Outputs::Unset {
                // It has sources, if none at present.
                *task.outputs = Outputs::Auto;
            }
            task.sources = sources.into();
        }
        Ok(())
    }

    fn expanded(&self, task: &Task) -> Result<Vec<String>, Problem> {
        let mut patterns = Vec::new();
        let mut open: HashSet<&str> = HashSet::new();
        let mut trail: Vec<(&str, std::slice::Iter<'_, String>)> =
            vec![("", self.global.iter()), ("", task.sources.iter())];
        while let Some((name, rest)) = trail.last_mut() {
            let Some(text) = rest.next() else {
                open.remove(*name);
                trail.pop();
                continue;
            };
            // What a template names is known too late; the plan says so.
            let Some(group) = text.strip_prefix(GROUP).filter(|name| !name.contains("{{")) else {
                if patterns.len() == MAX_PATTERNS {
                    return Err(too_many(task));
                }
                patterns.push(text.clone());
                continue;
            };
            let Some((group, list)) = self.groups.get_key_value(group) else {
                return Err(self.undefined(task, group));
            };
            if !open.insert(group) {
                let names = trail.iter().map(|(name, _)| *name).filter(|name| open.contains(name));
                return Err(circle(task, &names.collect::<Vec<_>>(), group));
            }
            trail.push((group, list.iter()));
        }
        Ok(patterns)
    }

    fn undefined(&self, task: &Task, group: &str) -> Problem {
        let name = &task.name;
        let problem = Problem::new(
            "config::input-group",
            format!("there is no input group `{group}` for task `{name}`"),
        )
        .reference(format!(
            "task {name} references undefined input group \"{group}\" with \"{GROUP}{group}\""
        ))
        .at(&task.spot, format!("its `sources` lead to `{GROUP}{group}`"));
        let near = closest(group, self.groups.keys().map(String::as_str), 1);
        problem.help(match near.first() {
            Some(near) => format!("did you mean `{GROUP}{near}`?"),
            None => "define it in `[task_config.input_groups]`".to_string(),
        })
    }
}

fn circle(task: &Task, trail: &[&str], group: &str) -> Problem {
    let from = trail.iter().position(|name| *name == group).unwrap_or_default();
    let way = [&trail[from..], &[group]].concat().join(" -> ");
    let name = &task.name;
    Problem::new("config::input-group", format!("input groups lead back to themselves: {way}"))
        .reference(format!("task {name} input group cycle: {way}"))
        .at(&task.spot, "its `sources` lead there")
        .help("take one of them out of the other")
}

fn too_many(task: &Task) -> Problem {
    let text = format!("the `sources` of task `{}` come to more than {MAX_PATTERNS}", task.name);
    Problem::new("config::input-group", text)
        .at(&task.spot, "with the groups that they name")
        .help("name each group once")
}

fn not_experimental(task: &Task) -> Problem {
    Problem::new("config::experimental", "input groups and global inputs are experimental")
        .reference(
            "task input groups is experimental. Enable it with `mise settings experimental=true`",
        )
        .at(&task.spot, "this task may have some")
        .help("write `experimental = true` into `[settings]`, or set MISE_EXPERIMENTAL=1")
}
