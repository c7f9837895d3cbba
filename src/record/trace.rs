//! A story in Chrome's trace event format: a row for each job that ran beside
//! others, a box for each attempt of a task in it. Perfetto shows it.

use serde_json::{Value, json};

use super::read::{JobStory, State, Story, TaskStory};

/// An attempt: from when to when, in microseconds, and what is to be said of it.
struct Span {
    from: u64,
    to: u64,
    name: String,
    args: Value,
}

/// The whole file.
pub fn trace(story: &Story) -> String {
    let mut spans: Vec<Span> = story
        .tasks
        .iter()
        .flat_map(|task| task.jobs.iter().map(move |job| (task, job)))
        .filter(|(_, job)| !job.commands.is_empty())
        .flat_map(|(task, job)| attempts(story, task, job))
        .collect();
    spans.sort_by_key(|span| (span.from, span.to));
    let mut events = vec![json!({
        "ph": "M", "name": "process_name", "pid": 1, "tid": 0, "ts": 0,
        "args": { "name": std::iter::once(&story.head.program).chain(&story.head.words)
            .cloned().collect::<Vec<_>>().join(" ") },
    })];
    // When each row is free again.
    let mut rows: Vec<u64> = Vec::new();
    let mut boxes = Vec::new();
    for span in spans {
        let row = rows.iter().position(|free| *free <= span.from).unwrap_or(rows.len());
        if row == rows.len() {
            rows.push(0);
            events.push(json!({
                "ph": "M", "name": "thread_name", "pid": 1, "tid": row + 1, "ts": 0,
                "args": { "name": format!("slot {}", row + 1) },
            }));
        }
        rows[row] = span.to;
        boxes.push(json!({
            "ph": "X", "name": span.name, "cat": "task", "pid": 1, "tid": row + 1,
            "ts": span.from, "dur": span.to - span.from, "args": span.args,
        }));
    }
    events.extend(boxes);
    events.extend(story.tasks.iter().filter_map(instant));
    let exit = match story.state {
        State::Finished(end) => Some(end.exit),
        State::Running | State::Killed => None,
    };
    let file = json!({
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": { "run": story.head.id, "started": story.head.started, "exit": exit },
    });
    file.to_string() + "\n"
}

fn micros(ms: f64) -> u64 {
    (ms * 1000.0).round() as u64
}

/// The attempts of a job, one after the other.
fn attempts<'s>(
    story: &'s Story,
    task: &'s TaskStory,
    job: &'s JobStory,
) -> impl Iterator<Item = Span> + 's {
    let end = match (&job.ended, story.state) {
        (Some(ended), _) => ended.ms,
        (None, State::Finished(end)) => end.ms,
        (None, _) => job.commands.last().map_or(0.0, |(ms, _)| *ms),
    };
    let ends: Vec<f64> = job.retries.iter().map(|retry| retry.ms).chain([end]).collect();
    ends.into_iter().enumerate().filter_map(move |(at, end)| {
        let after = at.checked_sub(1).map(|before| job.retries[before].ms);
        let began =
            job.commands.iter().map(|(ms, _)| *ms).find(|ms| after.is_none_or(|a| *ms >= a));
        // One that was waited for and never came is none.
        let from = micros(if at == 0 { job.started.or(began)? } else { began? });
        let args = args(task, job, at, after);
        Some(Span { from, to: micros(end).max(from), name: task.label.clone(), args })
    })
}

fn args(task: &TaskStory, job: &JobStory, at: usize, after: Option<f64>) -> Value {
    let mine = |ms: f64| {
        let before = job.retries.get(at).is_none_or(|retry| ms <= retry.ms);
        before && after.is_none_or(|after| ms >= after)
    };
    let commands: Vec<&str> =
        job.commands.iter().filter(|(ms, _)| mine(*ms)).map(|(_, text)| text.as_str()).collect();
    let mut args = json!({ "attempt": at + 1, "commands": commands });
    match (job.retries.get(at), &job.ended) {
        (Some(retry), _) => {
            args["outcome"] = "failed".into();
            args["cause"] = retry.cause.as_str().into();
            args["exit"] = retry.code.into();
        }
        (None, Some(ended)) => {
            args["outcome"] = ended.outcome.as_str().into();
            args["exit"] = match &*ended.outcome {
                "success" => Some(0).into(),
                _ => ended.code.into(),
            };
            if let Some(cause) = &ended.cause {
                args["cause"] = cause.as_str().into();
            }
        }
        (None, None) => args["outcome"] = "unfinished".into(),
    }
    if !task.reasons.is_empty() {
        args["reason"] = task.reasons.join("; ").into();
    }
    args
}

/// A mark for a task that did not run.
fn instant(task: &TaskStory) -> Option<Value> {
    let ended = task.ended.as_ref()?;
    let why = match &*ended.outcome {
        "fresh" => "up to date",
        "skipped" => ended.reason.as_deref().filter(|why| *why != "not_needed")?,
        _ => return None,
    };
    Some(json!({
        "ph": "i", "s": "p", "name": format!("{}: {}", task.label, ended.outcome), "cat": "task",
        "pid": 1, "tid": 0, "ts": micros(ended.ms),
        "args": { "outcome": ended.outcome, "reason": why },
    }))
}
