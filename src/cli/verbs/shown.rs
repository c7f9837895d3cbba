//! Texts of a task as a query shows them: rendered, where that starts and
//! reads nothing. Knows no page and no table.

use std::borrow::Cow;

use crate::config::env::Evaluator;
use crate::config::template;
use crate::model::{Call, Dep, DepSpec, Problem, RunEntry, Task};
use crate::plan::{Declaration, Shown};

/// A text that can be rendered without starting or reading anything; else as
/// it is written.
pub(in crate::cli) fn text<'t>(
    task: &Task,
    text: &'t str,
    evaluator: &mut Evaluator<'_>,
) -> Cow<'t, str> {
    if !template::is_template(text) {
        return text.into();
    }
    evaluator.render(task, text, &task.spot, None).map_or(text.into(), Cow::Owned)
}

/// A dependency taken apart.
///
/// # Errors
/// Its text, where the words in it are not known yet or cannot be told apart.
pub(in crate::cli) fn dependency(
    task: &Task,
    dep: &Dep,
    evaluator: &mut Evaluator<'_>,
) -> Result<Call, String> {
    match &dep.spec {
        DepSpec::Text(written) => {
            let shown = text(task, written, evaluator);
            let is_raw = shown == *written && (shown.contains("{{") || shown.contains("{%"));
            if is_raw {
                Err(shown.into_owned())
            } else {
                Call::from_text(&shown).map_err(|_| shown.into_owned())
            }
        }
        DepSpec::List(words) => {
            let mut words = words.iter().cloned();
            let name = words.next().unwrap_or_default();
            Ok(Call { task: name, args: words.collect(), ..Call::default() })
        }
        DepSpec::Table(call) => Ok(Call::clone(call)),
    }
}

/// Dependencies in one line.
pub(in crate::cli) fn dependencies(
    task: &Task,
    list: &[Dep],
    evaluator: &mut Evaluator<'_>,
) -> String {
    let shown = |dep| match dependency(task, dep, evaluator) {
        Ok(call) => words(&call.env, "", &call.task, &call.args),
        Err(text) => text,
    };
    list.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Variables, what it is, its name and arguments, as they are: mise quotes nothing here.
fn words(env: &[(String, String)], what: &str, name: &str, args: &[String]) -> String {
    let mut words: Vec<String> = env.iter().map(|(key, value)| format!("{key}={value}")).collect();
    words.push(format!("{what}{name}"));
    words.extend(args.iter().cloned());
    words.join(" ")
}

/// An element of `run`, as a person reads it.
pub(in crate::cli) fn run_entry(entry: &RunEntry) -> String {
    match entry {
        RunEntry::Script(text) => text.to_string(),
        RunEntry::Task(call, _) => words(&call.env, "task: ", &call.task, &call.args),
        RunEntry::Tasks(names, _) => format!("tasks: {}", names.join(", ")),
    }
}

/// What a task takes. With `scripts`, what `arg()` in scripts declares counts.
///
/// # Errors
/// What it says is no specification.
pub(in crate::cli) fn declaration(
    task: &Task,
    evaluator: &mut Evaluator<'_>,
    scripts: bool,
    warnings: &mut Vec<String>,
) -> Result<Declaration, Problem> {
    let description = text(task, &task.description, evaluator);
    let needs = dependencies(task, &task.depends, evaluator);
    let shown = Shown { description: &description, needs: &needs };
    Declaration::of(evaluator, task, shown, scripts, warnings)
}
