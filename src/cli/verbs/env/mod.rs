//! `env`: the environment that tasks of this project get, for shells, for
//! programs, for people. To evaluate it is what is asked for, so templates and
//! scripts of `[env]` do run; without trust nothing is said at all.

pub(in crate::cli) mod hook;
mod shells;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::pretty::pretty;

use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::env::EnvArgs;
use crate::cli::{options, query, read};
use crate::config::Loaded;
use crate::config::env::{Evaluator, Late, Origin, Resolved};
use crate::config::tools::{ToolFlags, Toolbox};
use crate::model::{Blame, Dialect, EnvDirective, Exit, Problem};
use crate::sys::Context;

/// One variable as it stands in the end.
struct Variable<'r> {
    value: Option<&'r OsStr>,
    origin: Option<&'r Origin>,
}

/// In the order of their names.
type Variables<'r> = BTreeMap<&'r str, Variable<'r>>;

/// Prints the environment.
pub(in crate::cli) fn run(
    ctx: &Arc<Context>,
    grammar: Dialect,
    global: &Global,
    args: &EnvArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let options = options(global, query(ctx, grammar, global));
    let loaded = read(ctx, global, &options)?;
    loaded.project.warnings.iter().for_each(|w| voice.warn(w));
    if let Some(file) = loaded.project.untrusted.first() {
        return Err(vec![untrusted(file)]);
    }
    stop_for_mistakes(&loaded, options.intent.dialect)?;
    let flags = ToolFlags { extra: extra(&args.tools), ..ToolFlags::default() };
    let resolved = evaluated(ctx, &loaded, &flags, voice).map_err(|p| vec![p])?;
    let variables = variables(ctx, &resolved, args.redacted);
    let text = match () {
        () if args.explain => explained(ctx, &variables),
        () if args.json => pretty(&shown(&variables)),
        () if args.json_extended => pretty(&extended(&variables)),
        () => lines(ctx, args, &variables, &loaded),
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Exit::Success)
}

/// A mistake of a task is none of the environment, but for mise.
fn stop_for_mistakes(loaded: &Loaded, dialect: Dialect) -> Result<(), Vec<Problem>> {
    let concerns = |p: &&Problem| dialect == Dialect::Mise || p.blame == Blame::Project;
    let problems: Vec<Problem> = loaded.project.problems.iter().filter(concerns).cloned().collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The environment of the place we stand in.
fn evaluated(
    ctx: &Context,
    loaded: &Loaded,
    flags: &ToolFlags,
    voice: &Voice,
) -> Result<Arc<Resolved>, Problem> {
    let toolbox = Toolbox::new(ctx, flags, &loaded.settings);
    let mut evaluator = Evaluator::new(ctx, loaded, Late::Render).with_tools(Some(&toolbox));
    let resolved = match loaded.project.roots.last() {
        Some(nearest) => evaluator.of_root(nearest)?,
        None => Arc::new(Resolved { env: ctx.env.clone(), ..Resolved::default() }),
    };
    evaluator.warnings.iter().for_each(|text| voice.warn(text));
    Ok(resolved)
}

fn untrusted(file: &Path) -> Problem {
    let text =
        format!("the configuration is not trusted, so it is not evaluated: {}", file.display());
    Problem::new("env::untrusted", text).help("look at it, then run: mep trust")
}

fn extra(words: &[String]) -> Vec<(String, String)> {
    let parts = |word: &String| {
        let (name, version) = word.split_once('@')?;
        Some((name.to_string(), version.to_string()))
    };
    words.iter().filter_map(parts).collect()
}

/// What is set or taken away here; PATH always, as it may be longer.
fn variables<'r>(ctx: &Context, resolved: &'r Resolved, redacted: bool) -> Variables<'r> {
    let env = &resolved.env;
    let origin = |name: &str| resolved.origins.get(name);
    let mut all = Variables::new();
    for (name, value) in env.iter() {
        let Some(name) = name.to_str() else { continue };
        let ours = origin(name).is_some() || name == "PATH";
        if ours || ctx.env.get(name) != Some(value) {
            all.insert(name, Variable { value: Some(value), origin: origin(name) });
        }
    }
    let removed = resolved.origins.iter().filter(|(name, _)| env.get(name).is_none());
    all.extend(removed.map(|(name, o)| (name.as_str(), Variable { value: None, origin: Some(o) })));
    if redacted {
        all.retain(|_, v| v.value.is_some() && v.origin.is_some_and(|origin| origin.hidden));
    }
    all
}

fn text(value: &OsStr) -> String {
    value.to_string_lossy().into_owned()
}

/// The values of those that are set.
fn shown(variables: &Variables<'_>) -> BTreeMap<String, String> {
    let set = |(name, v): (&&str, &Variable<'_>)| Some((name.to_string(), text(v.value?)));
    variables.iter().filter_map(set).collect()
}

/// A value of `--json-extended`; the order of the fields is the reference's.
#[derive(Debug, Serialize)]
struct Extended {
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    value: String,
}

fn extended(variables: &Variables<'_>) -> BTreeMap<String, Extended> {
    let one = |(name, v): (&&str, &Variable<'_>)| {
        let source = v.origin.filter(|_| *name != "PATH").map(source);
        Some((name.to_string(), Extended { source, value: text(v.value?) }))
    };
    variables.iter().filter_map(one).collect()
}

/// The file that has the variable.
fn source(origin: &Origin) -> String {
    origin.file.as_ref().unwrap_or(&origin.spot.file.path).display().to_string()
}

fn lines(ctx: &Context, args: &EnvArgs, variables: &Variables<'_>, loaded: &Loaded) -> String {
    let set = shown(variables);
    if args.shell.is_none() && args.dotenv {
        let own = set.iter().filter(|(name, _)| *name != "PATH" || sets_path(loaded));
        return own.map(|(name, value)| format!("{name}={value}\n")).collect();
    }
    if args.shell.is_none() && args.values {
        return set.values().map(|value| format!("{value}\n")).collect();
    }
    let shell = args.shell.unwrap_or_else(|| shells::of(ctx));
    let removed = variables.iter().filter(|(_, v)| v.value.is_none());
    let removed = removed.map(|(name, _)| shells::unset(shell, name));
    let set = set.iter().map(|(name, value)| shells::set(shell, name, value));
    removed.chain(set).map(|line| line + "\n").collect()
}

/// True where `[env]` names PATH itself, and does not only add to it.
fn sets_path(loaded: &Loaded) -> bool {
    let mut entries = loaded.project.roots.iter().flat_map(|root| &root.env);
    entries.any(|entry| matches!(&entry.directive, EnvDirective::Set(name, _) if name == "PATH"))
}

/// Columns: the variable with its value, and where it comes from.
fn explained(ctx: &Context, variables: &Variables<'_>) -> String {
    let row = |(name, v): (&&str, &Variable<'_>)| {
        let value = match (v.value, v.origin) {
            (None, _) => format!("{name} (removed)"),
            (Some(_), Some(origin)) if origin.hidden => format!("{name}=[redacted]"),
            (Some(value), _) => format!("{name}={}", text(value).escape_debug()),
        };
        let place = match v.origin {
            Some(origin) => {
                let file =
                    origin.file.as_ref().map(|file| format!(", by {}", ctx.dirs.tilde(file)));
                origin.spot.place() + &file.unwrap_or_default()
            }
            None if *name == "PATH" => path_entries(v.value, ctx),
            None => "tools".to_string(),
        };
        (value, place)
    };
    let rows: Vec<(String, String)> = variables.iter().map(row).collect();
    rows.iter().map(|(value, place)| format!("{value}\n    {place}\n")).collect()
}

/// How many entries were put in front.
fn path_entries(path: Option<&OsStr>, ctx: &Context) -> String {
    let count = |path: Option<&OsStr>| path.map_or(0, |p| std::env::split_paths(p).count());
    match count(path).saturating_sub(count(ctx.env.get("PATH"))) {
        0 => "as it was".to_string(),
        1 => "one directory in front of yours".to_string(),
        more => format!("{more} directories in front of yours"),
    }
}
