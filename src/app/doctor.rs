//! What there is to work with here: files, programs, kernel, terminal, and what
//! is wrong with it. Looks, starts nothing, writes nothing. Knows no command
//! line and no layout.

use std::ffi::OsStr;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::store::{amount, cache_dir};
use crate::config::{self, Loaded};
use crate::model::{Dialect, MISE_RELEASE, PoolKind, Problem, Scope};
use crate::record::Place;
use crate::report::Palette;
use crate::sys::{Context, lookup, makeflags, sandbox, shim, terminal};

/// Facts that belong together.
#[derive(Debug)]
pub struct Section {
    /// What they are about.
    pub title: &'static str,
    /// Each with its name.
    pub facts: Vec<(&'static str, Fact)>,
}

/// What is found.
#[derive(Debug)]
pub enum Fact {
    /// One thing.
    Is(String),
    /// One thing that is there or not.
    Maybe(Option<String>),
    /// Any number of things.
    All(Vec<String>),
}

/// Everything that was found.
#[derive(Debug)]
pub struct Health {
    /// What there is.
    pub sections: Vec<Section>,
    /// What should be known, and is no mistake.
    pub warnings: Vec<String>,
    /// What keeps something from working.
    pub problems: Vec<Problem>,
}

/// Looks at everything. `commands` are those that yield to a task of their name.
pub fn health(
    ctx: &Context,
    loaded: &Loaded,
    profile: Option<&str>,
    dialect: Dialect,
    commands: &[&str],
) -> Health {
    let sections = vec![
        program(ctx),
        project(ctx, loaded, profile, commands),
        ignored(ctx, loaded, profile),
        around(ctx, loaded),
        runs(ctx, loaded, dialect),
        output(ctx),
        kept(ctx, loaded, dialect),
    ];
    let mut problems = loaded.project.problems.clone();
    problems.extend(unwritable(ctx));
    Health { sections, warnings: warnings(ctx, loaded), problems }
}

fn path(ctx: &Context, path: &Path) -> String {
    ctx.dirs.tilde(path)
}

fn found(ctx: &Context, name: &str) -> Fact {
    let all = ctx.env.get("PATH").unwrap_or_default();
    Fact::Maybe(lookup::program(OsStr::new(name), all, &ctx.cwd).map(|at| path(ctx, &at)))
}

fn yes_no(is: bool) -> Fact {
    Fact::Is(if is { "yes" } else { "no" }.into())
}

fn program(ctx: &Context) -> Section {
    let version = env!("CARGO_PKG_VERSION").to_string();
    let facts = vec![
        ("version", Fact::Is(version)),
        ("compatible_with", Fact::Is(format!("mise {MISE_RELEASE}"))),
        ("program", Fact::Is(path(ctx, &ctx.exe))),
    ];
    Section { title: "mep", facts }
}

/// What was read.
fn project(ctx: &Context, loaded: &Loaded, profile: Option<&str>, commands: &[&str]) -> Section {
    let project = &loaded.project;
    let files = config::config_files(ctx, profile);
    let of = |wanted: fn(Scope) -> bool| {
        let those = files.iter().rev().filter(|file| wanted(file.scope));
        Fact::All(those.map(|file| path(ctx, &file.path)).collect())
    };
    let hidden = project.tasks.iter().filter(|task| task.hide).count();
    let tasks = match hidden {
        0 => project.tasks.len().to_string(),
        _ => format!("{}, {hidden} of them hidden", project.tasks.len()),
    };
    let before = project.tasks.iter().map(|task| task.name.as_str());
    let before = before.filter(|name| commands.contains(name)).map(String::from).collect();
    let facts = vec![
        ("directory", Fact::Is(path(ctx, &ctx.cwd))),
        ("project", Fact::Maybe(project.nearest_root().map(|root| path(ctx, &root.dir)))),
        ("files", of(|scope| scope == Scope::Project)),
        ("files_of_the_user", of(|scope| scope != Scope::Project)),
        (
            "own_files",
            Fact::All(config::own_files(ctx, profile).iter().map(|p| path(ctx, p)).collect()),
        ),
        ("profiles", Fact::All(loaded.profiles.clone())),
        ("tasks", Fact::Is(tasks)),
        ("tasks_before_commands", Fact::All(before)),
    ];
    Section { title: "project", facts }
}

/// What is there, and does not count.
fn ignored(ctx: &Context, loaded: &Loaded, profile: Option<&str>) -> Section {
    let project = &loaded.project;
    let all = |paths: &[PathBuf]| Fact::All(paths.iter().map(|p| path(ctx, p)).collect());
    let later = project.tasks.iter().flat_map(|task| {
        task.later.iter().map(|key| format!("{} of {} ({})", key.key, task.name, key.spot.place()))
    });
    let facts = vec![
        ("not_trusted", all(&project.untrusted)),
        ("not_executable", all(&project.not_executable)),
        ("other_profiles", all(&other_profiles(ctx, profile))),
        ("keys", Fact::All(later.collect())),
    ];
    Section { title: "ignored", facts }
}

/// Files of profiles that are not active, beside those that were read.
fn other_profiles(ctx: &Context, profile: Option<&str>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for root in config::config_roots(ctx, profile) {
        let entries = fs::read_dir(&root.dir).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        found.extend(paths.filter(|path| is_of_profile(path) && !root.files.contains(path)));
    }
    found.sort();
    found
}

/// `mise.NAME.toml`, `.mise.NAME.toml`
fn is_of_profile(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let name = name.strip_prefix('.').unwrap_or(name);
    let profile = name.strip_prefix("mise.").and_then(|rest| rest.strip_suffix(".toml"));
    profile.is_some_and(|profile| !profile.is_empty())
}

/// Programs that have a part in runs.
fn around(ctx: &Context, loaded: &Loaded) -> Section {
    let asks = loaded.project.own.tools != Some(false);
    let mise = shim::next_mise(ctx).map(|at| match asks {
        true => path(ctx, &at),
        false => format!("{}, and `tools = \"off\"` forbids to ask it", path(ctx, &at)),
    });
    let sh = fs::canonicalize("/bin/sh").map_or_else(|e| e.to_string(), |at| path(ctx, &at));
    let shell = ctx.env.get_str("SHELL").map(String::from);
    let facts = vec![
        ("mise", Fact::Maybe(mise)),
        ("sh", Fact::Is(sh)),
        ("shell", Fact::Maybe(shell)),
        ("watchexec", found(ctx, "watchexec")),
        ("usage", found(ctx, "usage")),
    ];
    Section { title: "programs", facts }
}

/// What holds for runs.
fn runs(ctx: &Context, loaded: &Loaded, dialect: Dialect) -> Section {
    let settings = &loaded.settings;
    let jobs = settings.jobs.unwrap_or_else(|| config::default_jobs(dialect));
    let joined = ctx.env.get_str("MAKEFLAGS").and_then(makeflags::pool);
    let kind = loaded.project.own.jobserver.unwrap_or(PoolKind::Pipe);
    let jobserver = match (joined, kind) {
        (_, PoolKind::Off) => "off".to_string(),
        (Some(_), _) => "the one that MAKEFLAGS names".to_string(),
        (None, PoolKind::Pipe) => "of our own, a pipe".to_string(),
        (None, PoolKind::Fifo) => "of our own, a named pipe".to_string(),
    };
    let facts = vec![
        ("jobs", Fact::Is(jobs.to_string())),
        ("jobserver", Fact::Is(jobserver)),
        ("sandbox", Fact::Is(sandbox::support().into())),
    ];
    Section { title: "runs", facts }
}

/// Where what we say goes.
fn output(ctx: &Context) -> Section {
    let stderr = std::io::stderr().is_terminal();
    let streams = [
        ("stdin", std::io::stdin().is_terminal()),
        ("stdout", std::io::stdout().is_terminal()),
        ("stderr", stderr),
    ];
    let terminals = streams.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_string());
    let facts = vec![
        ("terminals", Fact::All(terminals.collect())),
        ("columns", Fact::Maybe(terminal::columns().map(|n| n.to_string()))),
        ("colours", yes_no(Palette::decide(ctx, stderr).is_on())),
    ];
    Section { title: "output", facts }
}

/// What we keep, and where.
fn kept(ctx: &Context, loaded: &Loaded, dialect: Dialect) -> Section {
    let cache = cache_dir(ctx, dialect);
    let runs = Place::new(&ctx.dirs.state, loaded.project.home()).runs().len();
    let facts = vec![
        ("state", Fact::Is(path(ctx, &ctx.dirs.state))),
        ("runs_of_this_project", Fact::Is(runs.to_string())),
        ("cache", Fact::Is(path(ctx, &cache))),
        ("files_in_cache", Fact::Is(amount(&cache).files.to_string())),
    ];
    Section { title: "kept", facts }
}

fn warnings(ctx: &Context, loaded: &Loaded) -> Vec<String> {
    let project = &loaded.project;
    let mut warnings = project.warnings.clone();
    if let (Some(spot), None) = (project.tools.first(), shim::next_mise(ctx))
        && project.own.tools != Some(false)
    {
        warnings.push(format!(
            "there is no mise on PATH to set up tools: tasks use what is there ({})",
            spot.place()
        ));
    }
    warnings
}

/// Without its state nothing is remembered: neither runs nor freshness.
fn unwritable(ctx: &Context) -> Option<Problem> {
    let state = &ctx.dirs.state;
    let there = state.ancestors().find(|dir| dir.exists())?;
    let writable = nix::unistd::access(there, nix::unistd::AccessFlags::W_OK).is_ok();
    (!writable || !there.is_dir()).then(|| {
        let text = format!("{} cannot be written", path(ctx, there));
        Problem::new("doctor::state", text)
            .help("runs leave no record there, and no task is ever up to date")
    })
}
