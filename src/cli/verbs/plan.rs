//! `plan`: what would run, as lines, as JSON, or divided for several machines.

use std::io::Write as _;

use clap::Args as _;
use serde_json::{Value, json};

use super::call::Call;
use super::late_flags::{self, appends_words};
use super::plan_text::{ALWAYS, text};
use super::pretty::pretty;
use super::run::{named, safe_mode};
use super::why::cause;
use crate::app::{self, Asked, Loaded, PlannedShard, PlannedTask, Preview, RunFlags, Verdict};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::plan::{Format, PlanArgs};
use crate::cli::grammar::words;
use crate::cli::{dialect, load};
use crate::model::{Command, Exit, Problem, Project, Task};
use crate::plan::{echo, runnable};
use crate::record::{skip_kind, skip_words};

/// So many jobs are all that GitHub takes of one matrix.
const MATRIX: usize = 256;

/// So many reasons of a task are in the JSON.
const LISTED: usize = 1000;

/// Prints the plan for the words.
///
/// # Errors
/// All that would keep a run from starting.
pub(in crate::cli) fn run(call: Call<'_>, args: &PlanArgs) -> Result<Exit, Vec<Problem>> {
    let Call { ctx, global, voice, grammar } = call;
    contradictions(args).map_err(|p| vec![p])?;
    let options = call.options().whole();
    let mut loaded = load(ctx, global, &options, voice)?;
    if loaded.settings.safe {
        return Err(vec![safe_mode()]);
    }
    loaded.project.warnings.iter().for_each(|w| voice.warn(w));
    let mut words = words::texts(&args.words).map_err(|p| vec![p])?;
    if let Some(word) = words.first() {
        let own = PlanArgs::augment_args(clap::Command::new("plan"));
        words::refuse_flag_of(&own, word, &loaded.project, grammar).map_err(|p| vec![p])?;
    }
    let late_json = take_json(&loaded.project, &mut words);
    late_json.iter().for_each(|notice| voice.warn(notice));
    let flags = flags(args, words, &mut loaded, voice);
    let dialect = dialect(ctx, grammar);
    let mut warn = |text: &str| voice.warn(text);
    let asked = Asked { ctx, dialect, loaded, options: &options, flags: &flags };
    let text = if args.format == Some(Format::GithubMatrix) {
        let count = args.shards;
        let parts = app::matrix(asked, count, &mut warn)?;
        matrix(&parts, &flags).map_err(|p| vec![p])?
    } else {
        let plan = app::preview(asked, &mut warn)?;
        plan.notes.iter().for_each(|note| voice.warn(note));
        let is_json = args.json || late_json.is_some() || args.format == Some(Format::Json);
        if is_json { pretty(&value(&plan)) } else { text(&plan) }
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Exit::Success)
}

fn contradictions(args: &PlanArgs) -> Result<(), Problem> {
    if let Some(word) = args.words.first().filter(|_| args.all) {
        return Err(named(&word.to_string_lossy()));
    }
    let is_matrix = args.format == Some(Format::GithubMatrix);
    if args.shards.is_some() && !is_matrix {
        let text = "`--shards` says how many parts a matrix has, and none is asked for";
        return Err(Problem::new("usage::shards", text)
            .help("add `--format github-matrix`, or ask for one part: `--shard 1/3`"));
    }
    if args.changed && is_matrix {
        let text = "`--changed` asks what has changed here, and a matrix is for other machines";
        return Err(Problem::new("usage::shards", text)
            .help("let each machine leave out what has not changed: `mep run --changed`"));
    }
    if let Some(shard) = args.part.shard.filter(|_| is_matrix) {
        let text = format!("`--shard {shard}` is one part, and a matrix has them all");
        return Err(
            Problem::new("usage::shards", text).help("say how many there are: `--shards 3`")
        );
    }
    Ok(())
}

/// Takes `--json` from the end of the words, where the last task could do nothing with it. Says so.
fn take_json(project: &Project, words: &mut Vec<String>) -> Option<String> {
    let from = words.iter().rposition(|word| word == ":::").map_or(0, |at| at + 1);
    let ours = from + 1 < words.len()
        && words.last().is_some_and(|word| word == "--json")
        && words.iter().all(|word| word != "--");
    let tasks = if ours { runnable(project, &words[from]) } else { Vec::new() };
    let is_idle = |task: &Task| task.command == Command::None || appends_words(task);
    let taken = !tasks.is_empty() && tasks.iter().all(|id| is_idle(project.task(*id)));
    taken.then(|| {
        words.pop();
        let name = &words[from];
        format!("`--json` was taken as a flag of the plan; to pass it to the task: mep plan {name} -- --json")
    })
}

/// What `run` would make of the same words; flags behind a name included.
fn flags(args: &PlanArgs, mut words: Vec<String>, loaded: &mut Loaded, voice: &Voice) -> RunFlags {
    let late = late_flags::take(&loaded.project, &mut words);
    late.notices.iter().for_each(|notice| voice.warn(notice));
    late.apply(&mut loaded.settings);
    RunFlags {
        words,
        force: args.force || late.force,
        dry_run: true,
        shell: args.shell.clone(),
        changed: args.changed,
        all: args.all,
        skip_deps: args.skip_deps,
        shard: args.part.shard,
        ..RunFlags::default()
    }
}

// ---- JSON -------------------------------------------------------------------

fn value(plan: &Preview) -> Value {
    let nodes: Vec<Value> = plan.tasks.iter().enumerate().map(|(id, t)| node(id, t)).collect();
    let edges = plan
        .links
        .iter()
        .map(|link| json!({ "task": link.task, "needs": link.needs, "kind": link.link.name() }));
    let unknown = plan.tasks.iter().filter(|task| task.is_unknown()).count();
    let is_known = !plan.critical.is_empty();
    json!({
        "format": 1,
        "jobs": plan.jobs,
        "nodes": nodes,
        "edges": edges.collect::<Vec<_>>(),
        "order": plan.order,
        "critical_path": plan.critical,
        "critical_ms": is_known.then(|| millis(plan.critical_time)),
        "total_ms": is_known.then(|| millis(plan.total)),
        "unknown": unknown,
    })
}

fn millis(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn node(id: usize, task: &PlannedTask) -> Value {
    let commands = task.commands.iter();
    let commands = commands.map(|c| json!({ "text": c.text, "late": c.is_late }));
    let (verdict, reasons) = verdict(&task.verdict);
    json!({
        "id": id,
        "task": task.name,
        "args": task.args,
        "words": task.words,
        "file": task.spot.file.path,
        "line": task.spot.line(),
        "dir": task.dir,
        "asked": task.is_asked,
        "post": task.is_post,
        "called": task.is_called,
        "commands": commands.collect::<Vec<_>>(),
        "late_calls": task.late_calls,
        "env": task.env,
        "confirm": task.confirm,
        "verdict": verdict,
        "reasons": reasons,
        "expected_ms": task.time.map(millis),
    })
}

fn verdict(verdict: &Verdict) -> (&'static str, Vec<Value>) {
    match verdict {
        Verdict::Fresh => ("fresh", Vec::new()),
        Verdict::Skipped(why) => {
            let kind = skip_kind(*why);
            ("skipped", vec![json!({ "kind": kind, "text": skip_words(kind) })])
        }
        Verdict::Runs(reasons) if reasons.is_empty() => {
            ("runs", vec![json!({ "kind": "no-sources", "text": ALWAYS })])
        }
        Verdict::Runs(reasons) => ("runs", reasons.iter().take(LISTED).map(cause).collect()),
    }
}

// ---- the matrix ---------------------------------------------------------------

/// One line for `strategy.matrix`.
fn matrix(parts: &[PlannedShard], flags: &RunFlags) -> Result<String, Problem> {
    if parts.len() > MATRIX {
        let text = format!("the matrix would have {} jobs", parts.len());
        return Err(Problem::new("usage::shards", text)
            .help(format!("GitHub takes {MATRIX} at most: `--shards {MATRIX}`, or fewer")));
    }
    let entry = |part: &PlannedShard| {
        let asked: Vec<_> = flags.words.iter().map(|word| echo::quote(word)).collect();
        let whole = || format!("--shard {} {}", part.shard, asked.join(" "));
        json!({
            "shard": part.shard.to_string(),
            "tasks": part.tasks,
            "run": part.line.clone().unwrap_or_else(whole),
            "expected_ms": part.work.map(millis),
        })
    };
    let include: Vec<Value> = parts.iter().map(entry).collect();
    Ok(format!("{}\n", json!({ "include": include })))
}
