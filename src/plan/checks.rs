//! What keeps a task from running, found before anything starts: keys of later
//! versions, files that are not there, patterns and templates that are wrong.

use std::path::Path;

use crate::config::template;
use crate::files;
use crate::model::{LaterKey, Problem, Spot, Task};

/// Refuses a pattern that does not compile.
pub(super) fn patterns(task: &Task, list: &[String], key: &str) -> Result<(), Problem> {
    for pattern in list {
        if let Err(why) = files::check(pattern) {
            let message =
                format!("bad pattern `{pattern}` in `{key}` of task `{}`: {why}", task.name);
            let spot = task_spot(task, pattern, Some(0));
            return Err(Problem::new("plan::pattern", message).at(&spot, why));
        }
    }
    Ok(())
}

pub(super) fn template_problem(
    task: &Task,
    text: &str,
    key: &str,
    error: &template::TemplateError,
) -> Problem {
    let spot = task_spot(task, text, error.offset);
    Problem::new(
        "plan::template",
        format!("cannot render `{key}` of task `{}`: {}", task.name, error.message),
    )
    .at(&spot, error.message.split(". ").next().unwrap_or_default())
}

/// The place of a template's mistake in its file, where the text stands there
/// as written; else the task.
pub(super) fn task_spot(task: &Task, text: &str, offset: Option<usize>) -> Spot {
    let file = &task.spot.file;
    let start = file.text.get(task.spot.span.start..);
    let found = start.and_then(|rest| rest.find(text));
    match (found, offset) {
        (Some(at), Some(offset)) => {
            let begin = task.spot.span.start + at + offset;
            let width =
                text.get(offset..).map_or(0, |t| t.find([' ', '}', '(']).unwrap_or(1).max(1));
            Spot::new(file, begin..begin + width)
        }
        _ => task.spot.clone(),
    }
}

/// Keys whose behaviour this version does not have: running without them
/// would be silently wrong.
pub(super) fn supported(task: &Task) -> Result<(), Problem> {
    match task.later.iter().find(|l| !l.harmless) {
        None => Ok(()),
        Some(LaterKey { key, spot, .. }) => Err(Problem::new(
            "plan::later",
            format!(
                "task `{}` uses `{key}`, which this version of mep does not support yet",
                task.name
            ),
        )
        .at(spot, "used here")
        .help("take the key out, or wait for a version that has it")),
    }
}

/// A `file` must be there and executable before anything runs.
pub(super) fn executable(task: &Task, text: &str, path: &Path) -> Result<(), Problem> {
    let problem = |message: String, help: String| {
        let reference = message.clone();
        let problem = Problem::new("plan::file", message).reference(reference);
        Err(problem.at(&task.spot, "this task").help(help))
    };
    if text.starts_with("http://") || text.starts_with("https://") || text.starts_with("git::") {
        return problem(
            format!("task `{}`: remote files are not supported by this version of mep", task.name),
            "copy the script into the project".into(),
        );
    }
    if !path.exists() && !task.depends.is_empty() {
        // A dependency may make it: then it is missed when it is started.
        return Ok(());
    }
    if !path.exists() {
        return problem(
            format!("task `{}`: its file {} does not exist", task.name, path.display()),
            "`file` is relative to the directory of the config".into(),
        );
    }
    if path.is_dir() {
        return problem(
            format!("task `{}`: its file {} is a directory", task.name, path.display()),
            "name the script in it".into(),
        );
    }
    if !crate::sys::lookup::is_executable(path) {
        return problem(
            format!("`{text}` is not executable. Run: chmod +x {text}"),
            format!("chmod +x {}", path.display()),
        );
    }
    Ok(())
}
