//! `last`: what happened in a run, in words or as JSON, and which runs there
//! are on record.

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::ends::{clock, span, verdict};
use super::past::{Past, command_line};
use super::pretty::pretty;
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::record::LastArgs;
use crate::model::{Dialect, Exit, Problem, format_elapsed};
use crate::record::{Chunk, State, Story, TaskStory};
use crate::sys::{Context, signal};

/// Lines of a failed task's output that are shown.
const LINES: usize = 10;
/// Bytes of its end that they are looked for in.
const TAIL: usize = 16 * 1024;

/// Shows a run, or lists them.
///
/// # Errors
/// Where there is no such run on record.
pub(in crate::cli) fn run(
    ctx: &Context,
    grammar: Dialect,
    global: &Global,
    args: &LastArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let past = Past::new(ctx, grammar, global, voice);
    let text = if args.list || args.all {
        list(&past, args)?
    } else {
        let story = past.run(args.run.as_deref()).map_err(|p| vec![p])?;
        match args.json {
            true => pretty(&with_tasks(&story)),
            false => in_words(&story),
        }
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Exit::Success)
}

// ---- one run ---------------------------------------------------------------

fn in_words(story: &Story) -> String {
    let mut text = format!("{}\n", command_line(story));
    let took = took(story).map_or(String::new(), |took| format!(", took {}", format_elapsed(took)));
    text += &format!("  began {}{took}; {}\n", when(story), end(story));
    text += &format!("  run {} in {}\n", story.head.id, story.head.cwd.display());
    let mut tasks: Vec<&TaskStory> = story.tasks.iter().filter(|task| task.was_needed()).collect();
    tasks.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal));
    let verdicts: Vec<(&str, String)> = tasks.iter().map(|task| verdict(story, task)).collect();
    let width = verdicts.iter().map(|(word, _)| word.len()).max().unwrap_or_default();
    for (task, (word, why)) in tasks.into_iter().zip(&verdicts) {
        let time = match task.began() {
            Some(_) => task.ended.as_ref().map_or(Duration::ZERO, |e| span(e.elapsed_ms)),
            None => Duration::ZERO,
        };
        let time = if time.is_zero() { String::new() } else { format_elapsed(time) };
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        text += &format!("  {word:width$} {time:>8}  {}{why}\n", task.label);
        if *word == "failed" {
            tail(story, task).iter().for_each(|line| text += &format!("    | {line}\n"));
        }
    }
    text
}

/// Failures come last; else what began earlier comes first, and what never did
/// behind that.
fn key(task: &TaskStory) -> (bool, f64) {
    let failed = task.ended.as_ref().is_some_and(|ended| ended.outcome == "failed");
    (failed, task.began().unwrap_or(f64::MAX))
}

/// The last lines of what a task wrote.
fn tail(story: &Story, task: &TaskStory) -> Vec<String> {
    let mut end = Vec::new();
    let _ = story.output(task, &mut |chunk| {
        if let Chunk::Out(bytes) | Chunk::Err(bytes) = chunk {
            end.extend_from_slice(bytes);
            let surplus = end.len().saturating_sub(TAIL);
            end.drain(..surplus);
        }
        Ok(())
    });
    let text = String::from_utf8_lossy(&end);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].iter().map(|line| shown(line)).collect()
}

/// A line without what would move the cursor.
fn shown(line: &str) -> String {
    let last = line.trim_end().rsplit('\r').next().unwrap_or_default();
    last.replace('\t', "    ").chars().filter(|c| !c.is_control()).collect()
}

fn end(story: &Story) -> String {
    let early = match (story.interrupted, story.timed_out) {
        (Some(number), _) => format!("interrupted by {}, ", signal::name(number)),
        (None, true) => "timed out, ".to_string(),
        (None, false) => String::new(),
    };
    match story.state {
        State::Running => "it goes on".into(),
        State::Killed => "mep was killed".into(),
        State::Finished(end) => format!("{early}exit code {}", end.exit),
    }
}

fn took(story: &Story) -> Option<Duration> {
    match story.state {
        State::Finished(end) => Some(span(end.ms)),
        State::Running | State::Killed => None,
    }
}

/// When a run began, by the clock of this place.
fn when(story: &Story) -> String {
    clock(story.head.unix_ms as i64).unwrap_or_else(|| story.head.started.clone())
}

// ---- all runs ----------------------------------------------------------------

fn list(past: &Past<'_>, args: &LastArgs) -> Result<String, Vec<Problem>> {
    let runs: Vec<(Story, bool)> =
        past.outlines().filter(|(_, outer)| *outer || args.all).collect();
    if args.json {
        return Ok(pretty(&runs.iter().map(|(story, _)| head(story)).collect::<Value>()));
    }
    if runs.is_empty() {
        return Err(vec![past.nothing()]);
    }
    let mut text = String::new();
    let mut count = 0;
    for (story, outer) in &runs {
        count += usize::from(*outer);
        let number = if *outer { count.to_string() } else { String::new() };
        let (id, took) = (&story.head.id, took(story).map_or(String::new(), format_elapsed));
        let (when, end) = (when(story), end(story));
        text += &format!("{number:>3}  {id}  {when}  {took:>8}  {}: {end}\n", command_line(story));
    }
    Ok(text)
}

// ---- JSON --------------------------------------------------------------------

/// What is known of a run as a whole.
fn head(story: &Story) -> Value {
    let mut value = serde_json::to_value(&story.head).unwrap_or_default();
    let (state, end) = match story.state {
        State::Running => ("running", None),
        State::Killed => ("killed", None),
        State::Finished(end) => ("finished", Some(end)),
    };
    value["state"] = state.into();
    value["exit"] = end.map(|end| end.exit).into();
    value["elapsed_ms"] = end.map(|end| end.ms).into();
    if let Some(number) = story.interrupted {
        value["signal"] = number.into();
    }
    if story.timed_out {
        value["timed_out"] = true.into();
    }
    value
}

fn with_tasks(story: &Story) -> Value {
    let mut value = head(story);
    value["tasks"] = story.tasks.iter().map(|task| of_task(story, task)).collect();
    value
}

fn of_task(story: &Story, task: &TaskStory) -> Value {
    let mut value = json!({
        "name": task.name,
        "label": task.label,
        "rerun": task.rerun,
        "args": task.args,
        "verdict": verdict(story, task).0,
        "started_ms": task.began(),
    });
    if let Some((file, line)) = &task.place {
        value["file"] = file.to_string_lossy().into();
        value["line"] = (*line).into();
    }
    if let Some(ended) = &task.ended {
        value["elapsed_ms"] = ended.elapsed_ms.into();
        value["attempt"] = ended.attempt.into();
        let words = [("cause", &ended.cause), ("reason", &ended.reason)];
        for (key, word) in words.into_iter().filter_map(|(k, w)| Some((k, w.as_ref()?))) {
            value[key] = word.as_str().into();
        }
        if let Some(code) = ended.code {
            value["code"] = code.into();
        }
        if let Some(number) = ended.signal {
            value["signal"] = number.into();
        }
        if !ended.lines.is_empty() {
            value["lines"] = ended.lines.clone().into();
        }
    }
    if !task.reasons.is_empty() {
        value["stale"] = task.reasons.clone().into();
    }
    value
}
