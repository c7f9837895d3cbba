//! `extends`: what a task leaves empty, it takes from a template of
//! `[task_templates]`. Knows raw tasks only; reads nothing.

use std::sync::Arc;

use indexmap::IndexMap;

use super::raw::RawTask;
use super::task_table;
use super::value::{At, Owner, Stops, Value};
use crate::model::{Blame, Problem, TaskTool, closest};

/// The templates by name, the nearest definition of each.
pub(super) type Templates = IndexMap<String, RawTask>;

/// Task keys that a template does not have.
const TASK_ONLY: [&str; 8] =
    ["hide", "quiet", "raw", "raw_args", "interactive", "global", "args", "extends"];

/// Reads `[task_templates]`. A mistake in a template stops the tasks that use
/// it; an unknown key is only noted, as in mise.
pub(super) fn read(
    at: &At<'_>,
    value: &Value<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<RawTask>, Problem> {
    let mut found = Vec::new();
    for (name, value) in at.table("task_templates", value)? {
        let title = name.get_ref().to_string();
        let owner = Owner::Named("template", &title);
        let at = At { owner, stops: Stops::File, ..*at };
        let mut template = RawTask::new(title.clone(), at.spot(name.span()));
        match at.table("task_templates", value) {
            Err(_) => template.broken.push(at.mistake(
                "config::type",
                format!("{} must be a table", at.owner),
                value,
                "not a table",
            )),
            Ok(table) => {
                for (key, value) in table {
                    let word = key.get_ref().as_ref();
                    if task_table::KEYS.contains(&word) && !TASK_ONLY.contains(&word) {
                        task_table::field(&at, &mut template, key, value);
                    } else {
                        let path = format!("task_templates.{}.{word}", template.name);
                        warnings
                            .push(format!("unknown field in {}: {path}", at.file.path.display()));
                    }
                }
            }
        }
        found.push(template);
    }
    Ok(found)
}

/// Fills in what `task` leaves empty.
pub(super) fn apply(task: &mut RawTask, templates: &Templates) {
    let Some((name, spot)) = task.extends.take() else {
        return;
    };
    let Some(template) = templates.get(&name) else {
        let names: Vec<&str> = templates.keys().map(String::as_str).collect();
        let problem = Problem::new(
            "config::extends",
            format!("task `{}` extends `{name}`, which is not a template", task.name),
        );
        let problem = problem
            .at(&spot, "no such template")
            .blame(Blame::Task(task.name.clone()))
            .reference(missing(&task.name, &name, &names));
        task.broken.push(problem.help(next_step(&name, &names)));
        return;
    };
    fill(task, template.clone());
}

/// mise's own words.
fn missing(task: &str, template: &str, names: &[&str]) -> String {
    let names = if names.is_empty() { "(none)".to_string() } else { names.join(", ") };
    format!(
        "Task '{task}' extends template '{template}' which was not found. \
         Available templates: {names}"
    )
}

fn next_step(name: &str, names: &[&str]) -> String {
    if let Some(near) = closest(name, names.iter().copied(), 1).first() {
        return format!("did you mean `{near}`?");
    }
    if names.is_empty() {
        return format!("define it: `[task_templates.{name}]`");
    }
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    format!("the templates are {}", quoted.join(", "))
}

fn fill(task: &mut RawTask, template: RawTask) {
    let is_text = |text: &Option<String>| text.as_ref().is_some_and(|t| !t.is_empty());
    if !is_text(&task.description) {
        task.description = template.description;
    }
    if !is_text(&task.usage) {
        task.usage = template.usage;
    }
    if task.run.as_ref().is_none_or(Vec::is_empty) {
        task.run = template.run;
    }
    task.run_windows |= template.run_windows;
    macro_rules! if_none {
        ($($field:ident),*) => { $( if task.$field.is_none() { task.$field = template.$field; } )* };
    }
    if_none!(confirm, dir, outputs, shell, silent, output, timeout, file, no_vcs_ignore);
    macro_rules! if_empty {
        ($($field:ident),*) => { $( if task.$field.is_empty() { task.$field = template.$field; } )* };
    }
    if_empty!(alias, depends, depends_post, wait_for, sources);
    // The template's come first: the task's win, key by key.
    macro_rules! before {
        ($($field:ident),*) => {
            $(
                let own = std::mem::take(&mut task.$field);
                task.$field = template.$field.into_iter().chain(own).collect();
            )*
        };
    }
    before!(env, vars);
    let tools = template.tools.into_iter();
    let missing = |tool: &TaskTool| task.tools.iter().all(|own| own.name != tool.name);
    let missing: Vec<_> = tools.filter(missing).collect();
    task.tools.extend(missing);
    let own = std::mem::replace(&mut task.sandbox, template.sandbox);
    if !own.is_empty() {
        task.sandbox.add(&own);
    }
    task.old_output |= template.old_output;
    task.later.extend(template.later);
    task.broken.extend(template.broken);
    task.also_in.push(Arc::clone(&template.spot.file));
    *task.template = Some(template.spot);
}
