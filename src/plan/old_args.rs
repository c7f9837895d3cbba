//! `arg()`, `option()` and `flag()` in `run`, mise's former way to declare
//! arguments: a first pass over the scripts finds what they declare, and the
//! `usage` text that says the same does the rest.

use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;

use super::args::Parsed;
use super::checks::template_problem;
use crate::config::env::Evaluator;
use crate::config::template::{self, Declared, Kind, Scope};
use crate::model::{Problem, RunEntry, Task};

/// Shells whose words may be quoted.
const QUOTING: [&str; 4] = ["sh", "bash", "zsh", "fish"];

fn scripts(task: &Task) -> impl Iterator<Item = &str> {
    task.run().iter().filter_map(|entry| match entry {
        RunEntry::Script(text) => Some(text.trim()),
        _ => None,
    })
}

/// What `usage` renders.
pub(super) fn all(task: &Task) -> String {
    scripts(task).collect::<Vec<_>>().join("\n")
}

/// True where a script of the task calls one of the three.
pub(super) fn is_used(task: &Task) -> bool {
    scripts(task).any(template::declares)
}

const DEPRECATED: &str = "deprecated [tera_template_task_args]: ";

/// True for the warning of any task: one in a run is enough.
pub(super) fn is_warning(text: &str) -> bool {
    text.starts_with(DEPRECATED)
}

/// What mise says about it.
pub(super) fn warning(task: &Task) -> String {
    format!(
        "{DEPRECATED}Task '{}' uses deprecated Tera template functions (arg(), option(), flag()) \
         in run scripts. Use the 'usage' field instead. See \
         https://mise.jdx.dev/tasks/task-arguments.html This will be removed in mise 2027.5.0.",
        task.name
    )
}

/// What the scripts declare, in the words of `usage`.
///
/// # Errors
/// A template that does not render, or a call without a name.
pub(super) fn usage(task: &Task, scope: &Scope<'_>) -> Result<String, Problem> {
    let mut all: Vec<Declared> = Vec::new();
    for script in scripts(task).filter(|script| template::declares(script)) {
        let declared = template::declared(script, scope)
            .map_err(|error| template_problem(task, script, "run", &error))?;
        for one in declared {
            if !all.iter().any(|known| known.kind == one.kind && known.name == one.name) {
                all.push(one);
            }
        }
    }
    // Places that are named come in their order, whatever order they are used in.
    all.sort_by_key(|one| one.index.unwrap_or(usize::MAX));
    Ok(all.iter().map(node).collect())
}

/// What a task takes: its `usage`, rendered, or else, with `scripts`, what its
/// scripts declare.
///
/// # Errors
/// A template that does not render.
pub fn specification(
    evaluator: &mut Evaluator<'_>,
    task: &Task,
    scripts: bool,
) -> Result<String, Problem> {
    let written = evaluator.render(task, &task.usage, &task.spot, None)?;
    if evaluator.is_raw() {
        return Ok(if evaluator.keeps(&written) { String::new() } else { written });
    }
    if !written.trim().is_empty() || !scripts || !is_used(task) {
        return Ok(written);
    }
    evaluator.in_scope(task, &all(task), |scope| usage(task, scope))?
}

/// One line of a specification.
fn node(one: &Declared) -> String {
    let truth = |key: &str| one.truths.get(key).copied();
    let required = truth("required").unwrap_or(one.kind == Kind::Arg);
    let value = if required { format!("<{}>", one.name) } else { format!("[{}]", one.name) };
    let takes_value = match one.kind {
        Kind::Flag => one.texts.contains_key("env"),
        Kind::Arg | Kind::Option => true,
    };
    let (word, title) = match one.kind {
        Kind::Arg => ("arg", value),
        _ => {
            let short = one.texts.get("short").map(|short| format!("-{short} "));
            let long = one.texts.get("long").unwrap_or(&one.name);
            let value = if takes_value { format!(" {value}") } else { String::new() };
            let name = if *long == one.name { String::new() } else { format!("{}: ", one.name) };
            ("flag", format!("{name}{}--{long}{value}", short.unwrap_or_default()))
        }
    };
    let mut line = format!("{word} {}", quoted(&title));
    for key in ["help", "default", "negate", "env"] {
        if let Some(text) = one.texts.get(key) {
            line += &format!(" {key}={}", quoted(text));
        }
    }
    for (key, count) in &one.counts {
        line += &format!(" {key}={count}");
    }
    for key in ["var", "count", "hide"] {
        if truth(key) == Some(true) {
            line += &format!(" {key}=#true");
        }
    }
    if one.kind != Kind::Arg && required {
        line += " required=#true";
    }
    let mut inside = Vec::new();
    if !one.choices.is_empty() {
        let choices: Vec<String> = one.choices.iter().map(|choice| quoted(choice)).collect();
        inside.push(format!("choices {}", choices.join(" ")));
    }
    // As a key it would yield to the default; mise's help shows it.
    if one.kind == Kind::Arg && required && one.texts.contains_key("default") {
        inside.push("required #true".to_string());
    }
    if !inside.is_empty() {
        line += &format!(" {{ {} }}", inside.join("; "));
    }
    line + "\n"
}

/// A string of the specification's language.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

/// What each call stands for, by name; quoted where the shell takes quotes.
pub(super) fn values(parsed: &Parsed, shell: &[String]) -> IndexMap<String, String> {
    let program = shell.first().and_then(|word| Path::new(word).file_name());
    let quotes = program.and_then(|name| name.to_str()).is_some_and(|name| QUOTING.contains(&name));
    let word = |text: &str| {
        if quotes { shell_words::quote(text).into_owned() } else { text.to_string() }
    };
    let value = |name: &str, value: &Value| match value {
        Value::Bool(truth) => truth.to_string(),
        // Each use of a counted flag is a truth of its own.
        Value::Number(count) => match count.as_u64().unwrap_or_default() {
            0 => "false".to_string(),
            count => word(&vec!["true"; count as usize].join(" ")),
        },
        Value::Array(list) if list.iter().all(Value::is_boolean) => (!list.is_empty()).to_string(),
        Value::Array(list) => {
            let words = list.iter().filter_map(Value::as_str).map(word);
            words.collect::<Vec<_>>().join(" ")
        }
        Value::String(text) => {
            let variable = format!("usage_{name}");
            let given = parsed.env.iter().any(|(key, _)| *key == variable);
            if given { word(text) } else { String::new() }
        }
        _ => String::new(),
    };
    let values = parsed.values.as_object().into_iter().flatten();
    values.map(|(name, found)| (name.clone(), value(name, found))).collect()
}
