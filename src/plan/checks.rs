//! What keeps a task from running, found before anything starts: keys of later
//! versions, files that are not there, patterns and templates that are wrong.

use std::path::Path;

use crate::config::template;
use crate::files;
use crate::model::{Blame, LaterKey, Problem, Spot, Task};

/// Refuses a pattern that does not compile.
pub(super) fn patterns(task: &Task, list: &[String], key: &str) -> Result<(), Problem> {
    for pattern in list {
        if let Err(why) = files::check(pattern) {
            let message =
                format!("bad pattern `{pattern}` in `{key}` of task `{}`: {why}", task.name);
            let start = template::TemplateError { offset: Some(0), ..Default::default() };
            let place = written(task, pattern, &start);
            let spot = place.unwrap_or_else(|| task.spot.clone());
            let start = spot.span().start;
            let spot = Spot::new(&spot.file, start..start + 1);
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
    let place = written(task, text, error);
    let problem = Problem::new(
        "plan::template",
        format!("cannot render `{key}` of task `{}`: {}", task.name, error.message),
    )
    .at(place.as_ref().unwrap_or(&task.spot), error.message.split(". ").next().unwrap_or_default());
    match &error.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// Where a text of a task stands as it is written.
pub(super) fn place_of(task: &Task, text: &str) -> String {
    spot_of(task, text).place()
}

/// The same as a place in the file; the task's own where it is not found.
pub(super) fn spot_of(task: &Task, text: &str) -> Spot {
    spot_at(task, text, 0)
}

/// Where a text of a task stands: in its own definition, or in the template
/// that it extends.
fn written(task: &Task, text: &str, error: &template::TemplateError) -> Option<Spot> {
    let places = [Some(&task.spot), task.template.as_ref()];
    let spot = |place: &Spot| template::spot(&place.file, place.span().start, text, error);
    places.into_iter().flatten().find_map(spot)
}

/// A place in a text of a task; the task's own where it is not found.
pub(super) fn spot_at(task: &Task, text: &str, at: usize) -> Spot {
    let place = template::TemplateError { offset: Some(at), ..Default::default() };
    written(task, text, &place).unwrap_or_else(|| task.spot.clone())
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

/// `pass_through_env` without the setting that mise asks for.
pub(super) fn experimental(task: &Task) -> Problem {
    let text = format!("`pass_through_env` of task `{}` is experimental", task.name);
    let reference = "task environment pass-through is experimental. \
                     Enable it with `mise settings experimental=true`";
    Problem::new("plan::experimental", text)
        .at(&task.spot, "this task")
        .reference(reference)
        .help("write `experimental = true` into `[settings]`, or set MISE_EXPERIMENTAL=1")
}

/// A task that has the terminal to itself is not tried again by itself: somebody
/// sits in front of it.
pub(super) fn retried(task: &Task) -> Result<(), Problem> {
    let key = match () {
        () if task.interactive => "interactive",
        () if task.raw => "raw",
        () => return Ok(()),
    };
    match &task.policy.retry {
        Some((retry, spot)) if retry.count > 0 => Err(Problem::new(
            "plan::retry",
            format!("task `{}` is `{key}`, and cannot be tried again by itself", task.name),
        )
        .at(spot, "so often it should be")
        .help(format!("take out `retry`, or `{key}`"))
        .blame(Blame::Task(task.name.clone()))),
        _ => Ok(()),
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
