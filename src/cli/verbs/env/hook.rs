//! `hook-env`: what a shell has to change to have the environment of the
//! directory it stands in, called before each prompt. A variable holds what was
//! changed the last time, so that it can be taken back.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::{evaluated, shells, stop_for_mistakes};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::env::{HookEnvArgs, Shell};
use crate::cli::{options, query, read};
use crate::config::tools::ToolFlags;
use crate::model::{Dialect, EnvMap, Exit, Problem};
use crate::sys::Context;

/// Where it is noted; real mises have other names for theirs.
const NOTE: &str = "__MEP_ENV";

/// What was changed in a shell.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Changes {
    /// The value before, and the one that was set.
    vars: BTreeMap<String, (Option<String>, Option<String>)>,
    /// Directories that were put in front of PATH.
    paths: Vec<String>,
}

/// Prints the statements.
///
/// # Errors
/// What the configuration has wrong; the shell keeps what it has.
pub(in crate::cli) fn run(
    ctx: &Arc<Context>,
    grammar: Dialect,
    global: &Global,
    args: &HookEnvArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let before = without(&ctx.env, &noted(&ctx.env));
    let plain = Context { env: before.clone(), ..Context::clone(ctx) };
    let intent = query(ctx, grammar, global);
    let loaded = read(&plain, global, &options(global, intent))?;
    let mut wanted = before.clone();
    if let Some(file) = loaded.project.untrusted.first() {
        let text = format!("{} is not trusted: its environment is left out", file.display());
        if !global.is_quiet() {
            voice.warn(&text);
        }
    } else {
        stop_for_mistakes(&loaded, intent.dialect)?;
        wanted = evaluated(&plain, &loaded, &ToolFlags::default(), voice)
            .map_err(|p| vec![p])?
            .env
            .clone();
    }
    let changes = difference(&before, &wanted);
    if changes != Changes::default() {
        let json = serde_json::to_vec(&changes).unwrap_or_default();
        wanted.set(NOTE, BASE64_STANDARD.encode(json));
    }
    let shell = args.shell.unwrap_or_else(|| shells::of(ctx));
    let text: String = statements(shell, &ctx.env, &wanted).map(|line| line + "\n").collect();
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Exit::Success)
}

/// What was changed the last time; a note that is none counts as nothing.
fn noted(env: &EnvMap) -> Changes {
    let json = env.get_str(NOTE).and_then(|note| BASE64_STANDARD.decode(note).ok());
    json.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

/// The environment without these changes; what somebody else has changed since
/// stays.
fn without(env: &EnvMap, changes: &Changes) -> EnvMap {
    let mut env = env.clone();
    env.unset(NOTE);
    for (name, (old, new)) in &changes.vars {
        if env.get_str(name) == new.as_deref() {
            match old {
                Some(old) => env.set(name, old),
                None => env.unset(name),
            }
        }
    }
    if let Some(path) = env.get_str("PATH") {
        let mut dirs: Vec<&str> = path.split(':').collect();
        for added in &changes.paths {
            if let Some(at) = dirs.iter().position(|dir| dir == added) {
                dirs.remove(at);
            }
        }
        let path = dirs.join(":");
        env.set("PATH", path);
    }
    env
}

fn difference(before: &EnvMap, after: &EnvMap) -> Changes {
    let text = |value: &OsStr| value.to_str().map(String::from);
    let names = before.iter().chain(after.iter()).filter_map(|(name, _)| name.to_str());
    let changed = names.filter(|name| *name != "PATH" && before.get(name) != after.get(name));
    let vars = changed
        .map(|name| {
            let values = (before.get(name).and_then(text), after.get(name).and_then(text));
            (name.to_string(), values)
        })
        .collect();
    let (old, new) =
        (before.get_str("PATH").unwrap_or_default(), after.get_str("PATH").unwrap_or_default());
    let front = new.strip_suffix(old).map(|front| front.trim_end_matches(':')).unwrap_or_default();
    let paths = front.split(':').filter(|dir| !dir.is_empty()).map(String::from).collect();
    Changes { vars, paths }
}

/// From what the shell has to what it is to have.
fn statements<'a>(
    shell: Shell,
    now: &'a EnvMap,
    wanted: &'a EnvMap,
) -> impl Iterator<Item = String> + 'a {
    let gone = now.iter().filter(|(name, _)| wanted.get(name).is_none());
    let gone = gone.filter_map(move |(name, _)| Some(shells::unset(shell, name.to_str()?)));
    let mut set: Vec<(&str, &str)> = wanted
        .iter()
        .filter(|(name, value)| now.get(name) != Some(*value))
        .filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)))
        .collect();
    set.sort_unstable();
    gone.chain(set.into_iter().map(move |(name, value)| shells::set(shell, name, value)))
}
