//! `why`: what was found out about a task, as lines or as JSON.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::ends::{clock, span, verdict};
use crate::app::{self, Asked, RunFlags, Why};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::record::WhyArgs;
use crate::cli::{dialect, load, options, query};
use crate::model::{Dialect, Exit, Problem, format_elapsed};
use crate::record::{Story, TaskStory};
use crate::run::fresh::Reason;
use crate::sys::Context;

/// So many causes are shown of each task.
const SHOWN: usize = 10;

/// So many are in the JSON.
const LISTED: usize = 1000;

/// Answers for every task that the words name.
pub(in crate::cli) fn run(
    ctx: &Arc<Context>,
    grammar: Dialect,
    global: &Global,
    args: &WhyArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let options = options(global, query(ctx, grammar, global)).whole();
    let loaded = load(ctx, global, &options, voice)?;
    loaded.project.warnings.iter().for_each(|w| voice.warn(w));
    let flags = RunFlags { words: args.words.clone(), dry_run: true, ..RunFlags::default() };
    let mut warn = |text: &str| voice.warn(text);
    let dialect = dialect(ctx, grammar);
    let asked = Asked { ctx, dialect, loaded, options: &options, flags: &flags };
    let answers = app::why(asked, &mut warn)?;
    for note in answers.iter().filter_map(|why| why.findings.as_ref()).flat_map(|f| &f.notes) {
        voice.warn(note);
    }
    let text = if args.json {
        let all: Vec<Value> = answers.iter().map(value).collect();
        format!("{:#}\n", Value::Array(all))
    } else {
        answers.iter().map(lines).collect()
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Exit::Success)
}

fn lines(why: &Why) -> String {
    let name = &why.task;
    let Some(findings) = &why.findings else {
        let text = format!("{name} runs: it has no `sources`, so it always runs\n");
        return text + &last_run(why).unwrap_or_default();
    };
    let mut text = String::new();
    if findings.causes.is_empty() {
        let _ = writeln!(text, "{name} is up to date");
    } else {
        let _ = writeln!(text, "{name} runs:");
    }
    for cause in findings.causes.iter().take(SHOWN) {
        let _ = writeln!(text, "  {cause}");
    }
    let more = findings.causes.len().saturating_sub(SHOWN);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
    if let Some(last) = &findings.last {
        let sources = if last.sources == 1 { "source" } else { "sources" };
        let _ = writeln!(
            text,
            "  compared with its success of {}, with {} {sources}",
            clock(last.at as i64 * 1000).unwrap_or_default(),
            last.sources
        );
    }
    text + &last_run(why).unwrap_or_default()
}

fn value(why: &Why) -> Value {
    let Some(findings) = &why.findings else {
        return json!({
            "task": why.task,
            "runs": true,
            "sources": null,
            "causes": [],
            "more": 0,
            "last": last_value(why),
        });
    };
    let causes: Vec<Value> = findings.causes.iter().take(LISTED).map(cause).collect();
    json!({
        "task": why.task,
        "runs": !findings.causes.is_empty(),
        "since": findings.last.map(|last| last.at),
        "sources": findings.last.map(|last| last.sources),
        "more": findings.causes.len() - causes.len(),
        "causes": causes,
        "last": last_value(why),
    })
}

/// A reason, for programs.
pub(super) fn cause(reason: &Reason) -> Value {
    let mut value = json!({ "kind": reason.kind(), "text": reason.to_string() });
    if let Some(what) = reason.subject() {
        value["what"] = json!(what);
    }
    value
}

/// What became of it in its last run: when, how it ended, why it ran.
fn last_run(why: &Why) -> Option<String> {
    let (story, task) = why.last.as_ref()?;
    let (verdict, because) = verdict(story, task);
    let time = clock(began(story, task)).unwrap_or_default();
    let mut text = format!("  last run, {time}: {verdict}");
    if let Some(ended) = task.ended.as_ref().filter(|_| task.has_worked()) {
        let _ = write!(text, " in {}", format_elapsed(span(ended.elapsed_ms)));
    }
    if !because.is_empty() {
        let _ = write!(text, ", {because}");
    }
    if let Some(reason) = task.reasons.first() {
        let _ = write!(text, "; it ran because {reason}");
    }
    Some(text + "\n")
}

/// Milliseconds since 1970.
fn began(story: &Story, task: &TaskStory) -> i64 {
    let begin = task.began().or(task.ended.as_ref().map(|ended| ended.ms));
    (story.head.unix_ms as f64 + begin.unwrap_or_default()) as i64
}

fn last_value(why: &Why) -> Value {
    let Some((story, task)) = &why.last else {
        return Value::Null;
    };
    let (verdict, because) = verdict(story, task);
    json!({
        "run": story.head.id,
        "unix_ms": began(story, task),
        "verdict": verdict,
        "why": Some(because).filter(|why| !why.is_empty()),
        "elapsed_ms": task.ended.as_ref().map(|ended| ended.elapsed_ms),
        "reasons": task.reasons,
    })
}
