//! `cache`: where it lies, how large it is, and emptying it.

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use super::info;
use super::pretty::pretty;
use crate::app::{Amount, amount, cache_dir, clear, prune};
use crate::cli::grammar::cache::{CacheArgs, CacheCommand};
use crate::cli::verbs::call::Call;
use crate::cli::{dialect, load};
use crate::model::{Dialect, Exit, Problem, Task};
use crate::plan::matching;
use crate::sys::duration;

/// Thirty days.
const AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Shows or empties the cache.
///
/// # Errors
/// What cannot be removed.
pub(in crate::cli) fn run(call: Call<'_>, args: &CacheArgs) -> Result<Exit, Vec<Problem>> {
    let dialect = dialect(call.ctx, call.grammar);
    let dir = cache_dir(call.ctx, dialect);
    match &args.command {
        None if dialect == Dialect::Mep => {
            let text = format!("{}\n{}\n", call.ctx.dirs.tilde(&dir), words(amount(&dir)));
            let _ = std::io::stdout().write_all(text.as_bytes());
        }
        None | Some(CacheCommand::Path) => {
            let _ = writeln!(std::io::stdout(), "{}", dir.display());
        }
        Some(CacheCommand::Clear { tools }) => {
            if tools.is_empty() {
                let was = words(amount(&dir));
                clear(call.ctx, &dir).map_err(|problem| vec![problem])?;
                call.voice.say(&match dialect {
                    Dialect::Mise => "mise cache cleared".to_string(),
                    Dialect::Mep => format!("removed {was}"),
                });
            }
        }
        Some(CacheCommand::Task { json, task }) => return kept(call, task, *json),
        Some(CacheCommand::Prune { dry_run, tools }) => {
            let age = call.ctx.env.get_str("MISE_CACHE_PRUNE_AGE").and_then(duration::parse);
            let verbose = call.global.is_verbose();
            let mut said = |path: &std::path::Path| {
                if verbose {
                    call.voice.say(&path.display().to_string());
                }
            };
            let mut gone = Amount::default();
            if tools.is_empty() {
                gone = prune(&dir, age.unwrap_or(AGE), *dry_run, &mut said);
            }
            let what = words(gone);
            call.voice.say(&match (dialect, dry_run) {
                (Dialect::Mise, _) => format!("mise cache pruned {what}"),
                (Dialect::Mep, true) => format!("would remove {what}"),
                (Dialect::Mep, false) => format!("removed {what}"),
            });
        }
    }
    Ok(Exit::Success)
}

/// The outputs that are kept of tasks: there are none, whatever the tasks say.
fn kept(call: Call<'_>, word: &str, json: bool) -> Result<Exit, Vec<Problem>> {
    let loaded = load(call.ctx, call.global, &call.options(), call.voice)?;
    if dialect(call.ctx, call.grammar) == Dialect::Mise && !loaded.settings.env.experimental {
        let text = "task artifact caching is experimental. Enable it with `mise settings experimental=true`";
        return Err(vec![Problem::new("cache::experimental", text)]);
    }
    let project = &loaded.project;
    let tasks: Vec<&Task> =
        matching(project, word).into_iter().map(|id| project.task(id)).collect();
    if tasks.is_empty() {
        return Err(vec![info::unknown(project, word)]);
    }
    let empty = |task: &&Task| json!({ "task": task.name, "root": task.root.dir, "entries": [] });
    let text = match json {
        true => pretty(&tasks.iter().map(empty).collect::<Vec<_>>()),
        false => tasks
            .iter()
            .map(|task| format!("No output cache entries for {}\n", task.name))
            .collect(),
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Exit::Success)
}

fn words(amount: Amount) -> String {
    let unit = if amount.files == 1 { "file" } else { "files" };
    format!("{} {unit}, {}", amount.files, size(amount.bytes))
}

/// With one digit behind the point from a thousand bytes on.
fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    let mut tenths = bytes.saturating_mul(10);
    let mut unit = "B";
    for next in units {
        if tenths < 10_000 {
            break;
        }
        tenths /= 1000;
        unit = next;
    }
    if unit == "B" {
        format!("{bytes} B")
    } else {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    }
}
