//! `why`: what was found out about a task, as lines or as JSON.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::app::{self, RunFlags, Why};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::record::WhyArgs;
use crate::cli::{dialect, load, options, query};
use crate::model::{Dialect, Exit, Problem};
use crate::run::fresh::{Reason, Success};
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
    let options = options(global, query(ctx, grammar, global));
    let loaded = load(ctx, global, &options, voice)?;
    loaded.project.warnings.iter().for_each(|w| voice.warn(w));
    let flags = RunFlags { words: args.words.clone(), dry_run: true, ..RunFlags::default() };
    let mut warn = |text: &str| voice.warn(text);
    let answers = app::why(ctx, dialect(ctx, grammar), loaded, &options, &flags, &mut warn)?;
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
        return format!("{name} runs: it has no `sources`, so it always runs\n");
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
            time(last),
            last.sources
        );
    }
    text
}

fn value(why: &Why) -> Value {
    let Some(findings) = &why.findings else {
        return json!({ "task": why.task, "runs": true, "sources": null, "causes": [], "more": 0 });
    };
    let causes: Vec<Value> = findings.causes.iter().take(LISTED).map(cause).collect();
    json!({
        "task": why.task,
        "runs": !findings.causes.is_empty(),
        "since": findings.last.map(|last| last.at),
        "sources": findings.last.map(|last| last.sources),
        "more": findings.causes.len() - causes.len(),
        "causes": causes,
    })
}

fn cause(reason: &Reason) -> Value {
    let mut value = json!({ "kind": reason.kind(), "text": reason.to_string() });
    if let Some(what) = reason.subject() {
        value["what"] = json!(what);
    }
    value
}

/// When a success was, for the reader.
fn time(last: &Success) -> String {
    let at = i64::try_from(last.at).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    let zone = jiff::tz::TimeZone::system();
    at.map_or_else(String::new, |at| at.to_zoned(zone).strftime("%F %T").to_string())
}
