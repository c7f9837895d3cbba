//! The way of a run, as a newcomer should see it:
//!
//! files → `config::load` → Project → `plan::select` → Requests →
//! `plan::expand` → Graph → `plan::build` → Jobs → `run::run` → Events →
//! `report` → exit code.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::dry_run;
use crate::config::env::{Evaluator, Late};
use crate::config::{self, Loaded, Settings};
use crate::model::{
    Blame, Command, Dialect, Exit, JobId, JobView, OutputStyle, Problem, Project, RunEntry,
};
use crate::plan::{self, Expansion, Graph, Group, Plan, PlanOptions, Request, Scope};
use crate::report::{Look, Palette, Report, label_color};
use crate::run::fresh::{Freshness, Mode};
use crate::run::{Listening, OnFailure, RunOptions};
use crate::sys::{Context, shim, terminal};

/// What the command line says about a run.
#[derive(Debug, Clone, Default)]
pub struct RunFlags {
    /// Words: names, arguments, `:::`.
    pub words: Vec<String>,
    /// `-f`
    pub force: bool,
    /// `-n`
    pub dry_run: bool,
    /// `-c`
    pub keep_going: bool,
    /// `-o`, or its variable.
    pub style: Option<OutputStyle>,
    /// `-s`
    pub shell: Option<String>,
    /// `--skip-deps`
    pub skip_deps: bool,
    /// `--timings`
    pub timings: bool,
    /// `--no-timings`
    pub no_total: bool,
}

/// Everything that is decided before the first process starts.
struct Prepared {
    plan: Plan,
    views: Vec<JobView>,
}

/// Runs tasks. `tell` prints notes of one line, `warn` those a user should
/// mend.
///
/// # Errors
/// All that keeps the run from starting; nothing has been started then.
pub fn run(
    ctx: &Arc<Context>,
    dialect: Dialect,
    loaded: &mut Loaded,
    flags: &RunFlags,
    palette: Palette,
    warn: &mut dyn FnMut(&str),
) -> Result<Exit, Vec<Problem>> {
    let groups = plan::groups(&flags.words);
    add_files(ctx, &mut loaded.project, &groups, warn)?;
    let loaded = &*loaded;
    blocking(&loaded.project)?;
    let requests = plan::select(&loaded.project, &groups)
        .map_err(|p| with_files(&loaded.project, &groups, p))?;
    let prepared = prepare(ctx, dialect, loaded, flags, palette, &requests, warn)?;
    let settings = &loaded.settings;
    let look = look(ctx, dialect, settings, flags, palette, &prepared.plan);
    if flags.dry_run {
        let timed = dialect == Dialect::Mise;
        let fresh = Freshness::new(&ctx.dirs.state, mode(settings, flags));
        dry_run::print(&prepared.plan, &prepared.views, look, &fresh, timed, &mut io::stderr());
        return Ok(Exit::Success);
    }
    execute(ctx, dialect, settings, flags, &prepared, look)
}

/// Scripts that are named by their path become tasks.
fn add_files(
    ctx: &Context,
    project: &mut Project,
    groups: &[Group],
    warn: &mut dyn FnMut(&str),
) -> Result<(), Vec<Problem>> {
    for group in groups {
        let word = group.name.as_str();
        if !["./", "../", "/", "~/"].iter().any(|start| word.starts_with(start)) {
            continue;
        }
        if project.find(word).is_some() {
            continue;
        }
        let path = ctx.dirs.below(&ctx.cwd, word);
        match config::ad_hoc_task(ctx, project, word, &path) {
            None => {}
            Some(Err(problem)) => return Err(vec![problem]),
            Some(Ok(_)) if !crate::sys::lookup::is_executable(&path) => {
                let text = format!("`{word}` is not executable. Run: chmod +x {word}");
                return Err(vec![Problem::new("select::not-executable", text)]);
            }
            Some(Ok((mut task, warnings))) => {
                warnings.iter().for_each(|w| warn(w));
                task.aliases.push(word.to_string());
                project.add(task);
            }
        }
    }
    Ok(())
}

/// An unknown name may be one that a broken file would have defined.
fn with_files(project: &Project, groups: &[Group], problem: Problem) -> Vec<Problem> {
    let may_hold = |p: &&Problem| match &p.blame {
        Blame::Task(name) => groups.iter().any(|g| g.name == *name),
        Blame::File | Blame::Project => true,
    };
    project.problems.iter().filter(may_hold).cloned().chain([problem]).collect()
}

/// Mistakes that leave the environment or the settings unknown stop every run.
fn blocking(project: &Project) -> Result<(), Vec<Problem>> {
    if project.problems.iter().any(|p| p.blame == Blame::Project) {
        return Err(project.problems.clone());
    }
    Ok(())
}

fn prepare(
    ctx: &Arc<Context>,
    dialect: Dialect,
    loaded: &Loaded,
    flags: &RunFlags,
    palette: Palette,
    requests: &[Request],
    warn: &mut dyn FnMut(&str),
) -> Result<Prepared, Vec<Problem>> {
    let project = &loaded.project;
    let settings = &loaded.settings;
    let late = if flags.dry_run { Late::Keep } else { Late::Render };
    let mut evaluator = Evaluator::new(ctx, loaded, late);
    let scope = if flags.skip_deps || settings.skip_depends {
        Scope::WithoutDependencies
    } else {
        Scope::Full
    };
    let Expansion { graph, static_count, notes, warnings } =
        plan::expand(project, &mut evaluator, requests, scope)?;
    others(project, &graph, warn);
    if settings.verbose > 0 {
        notes.iter().for_each(|n| warn(n));
    }
    warnings.iter().for_each(|w| warn(w));
    unsupported_notices(project, &graph, warn);
    let shim = links(ctx, project, flags, warn);
    let options = PlanOptions {
        settings,
        profiles: &loaded.profiles,
        shell: flags.shell.as_deref(),
        common: common(ctx, dialect, settings),
        shim: shim.as_deref(),
    };
    let plan = plan::build(ctx, project, &options, &mut evaluator, graph, static_count)?;
    evaluator.warnings.iter().for_each(|w| warn(w));
    let views = views(project, settings, flags, palette, &plan);
    Ok(Prepared { plan, views })
}

/// Problems of files and tasks that this run does not need.
fn others(project: &Project, graph: &Graph, warn: &mut dyn FnMut(&str)) {
    let needed = |name: &str| graph.occurrences.iter().any(|o| project.task(o.task).name == name);
    for problem in &project.problems {
        let mine = matches!(&problem.blame, Blame::Task(name) if needed(name));
        if !mine {
            let place = problem.labels.first().map(|l| format!(" ({})", l.spot.place()));
            warn(&format!("{}{}", problem.message, place.unwrap_or_default()));
        }
    }
}

/// One notice for what is left out without changing the result.
fn unsupported_notices(project: &Project, graph: &Graph, warn: &mut dyn FnMut(&str)) {
    let mut keys: Vec<&str> = Vec::new();
    for o in &graph.occurrences {
        let harmless = project.task(o.task).later.iter().filter(|l| l.harmless);
        keys.extend(harmless.map(|l| l.key));
    }
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        warn(&format!("`{key}` has no effect in this version; the result is the same without it"));
    }
    if let Some(spot) = project.tools.first() {
        warn(&format!(
            "tools are not set up by this version; tasks use what is on PATH ({})",
            spot.place()
        ));
    }
}

/// The directory that leads nested calls back to us.
fn links(
    ctx: &Context,
    project: &Project,
    flags: &RunFlags,
    warn: &mut dyn FnMut(&str),
) -> Option<PathBuf> {
    if project.own.shim == Some(false) || flags.dry_run {
        return None;
    }
    match shim::ensure(ctx) {
        Ok(dir) => dir,
        Err(error) => {
            warn(&format!("nested calls of mise do not come back to mep: {error}"));
            None
        }
    }
}

/// Variables that every task gets.
fn common(ctx: &Context, dialect: Dialect, settings: &Settings) -> Vec<(OsString, OsString)> {
    let timings = if settings.timings == Some(true) { "1" } else { "0" };
    vec![
        ("MISE_ORIGINAL_CWD".into(), ctx.cwd.clone().into_os_string()),
        ("MISE_TASK_TIMINGS".into(), timings.into()),
        ("MEP_DIALECT".into(), dialect.as_str().into()),
    ]
}

fn views(
    project: &Project,
    settings: &Settings,
    flags: &RunFlags,
    palette: Palette,
    plan: &Plan,
) -> Vec<JobView> {
    let default = if settings.raw || settings.jobs == Some(1) || is_line(plan) {
        OutputStyle::Interleave
    } else {
        OutputStyle::Prefix
    };
    let view = |id: JobId| {
        let job = &plan.jobs[id.0 as usize];
        let occurrence = plan.graph.occurrence(id);
        let task = project.task(occurrence.task);
        let own = if job.inherits_terminal { job.style } else { flags.style.or(job.style) };
        let style = own.or(settings.output).unwrap_or(default);
        JobView {
            label: job.label.clone(),
            style,
            quiet: job.quiet,
            silent: job.silent,
            color: if palette.is_on() { label_color(&task.display) } else { String::new() },
            labels_output: style == OutputStyle::Prefix,
            first: occurrence.first == id,
            last: occurrence.last == id,
            has_command: match &task.command {
                Command::None => false,
                Command::Run(run) => run.iter().any(|e| matches!(e, RunEntry::Script(_))),
                _ => true,
            },
        }
    };
    plan.graph.ids().map(view).collect()
}

/// True where at every moment at most one task can be ready; what calls
/// inside `run` bring in does not count.
fn is_line(plan: &Plan) -> bool {
    let inner = |id: JobId| plan.graph.occurrence(id).site.is_some();
    let order = plan.graph.order().unwrap_or_default();
    let mut done: Vec<bool> = vec![false; plan.graph.len()];
    let mut previous: Option<JobId> = None;
    for id in order.into_iter().filter(|id| !inner(*id)) {
        let follows = previous.is_none_or(|p| plan.graph.before(id).any(|(from, _)| from == p));
        if !follows {
            return false;
        }
        done[id.0 as usize] = true;
        previous = Some(id);
    }
    true
}

fn look(
    ctx: &Context,
    dialect: Dialect,
    settings: &Settings,
    flags: &RunFlags,
    palette: Palette,
    plan: &Plan,
) -> Look {
    let whole = settings.show_full_cmd || settings.ci;
    let quiet = settings.quiet || settings.silent;
    Look {
        palette,
        columns: (!whole).then(|| columns(ctx)),
        timings: if flags.timings { Some(true) } else { settings.timings },
        total: plan.several && !quiet && !flags.no_total,
        verbose: settings.verbose > 0,
        list_failures: flags.keep_going,
        dialect,
    }
}

fn columns(ctx: &Context) -> usize {
    let set = |key: &str| ctx.env.get_str(key).and_then(|v| v.parse().ok());
    let given = set("MISE_TERM_WIDTH").or_else(|| set("COLUMNS")).filter(|n| *n > 0);
    given.or_else(terminal::columns).unwrap_or(80)
}

fn mode(settings: &Settings, flags: &RunFlags) -> Mode {
    Mode {
        by_content: settings.hash_contents,
        equal_is_fresh: settings.equal_mtime,
        force: flags.force,
    }
}

fn execute(
    ctx: &Context,
    dialect: Dialect,
    settings: &Settings,
    flags: &RunFlags,
    prepared: &Prepared,
    look: Look,
) -> Result<Exit, Vec<Problem>> {
    let options = RunOptions {
        jobs: match settings.jobs {
            _ if settings.raw || prepared.plan.jobs.len() == 1 => 1,
            Some(jobs) => jobs,
            None => config::default_jobs(dialect),
        },
        on_failure: match (flags.keep_going, dialect) {
            (false, _) => OnFailure::Stop,
            (true, Dialect::Mep) => OnFailure::GoOn,
            (true, Dialect::Mise) => OnFailure::Ignore,
        },
        fresh: mode(settings, flags),
        state: &ctx.dirs.state,
        show_full_cmd: settings.show_full_cmd,
    };
    let mut out = io::stdout();
    let mut err = io::stderr();
    let mut report = Report::new(&prepared.views, look, &mut out, &mut err);
    let mut emit = |event| {
        report.event(&event);
        if report.is_closed() { Listening::No } else { Listening::Yes }
    };
    let exit = crate::run::run(&prepared.plan, &prepared.views, &options, &mut emit);
    let _ = io::stdout().flush();
    exit.map_err(|e| vec![Problem::new("run::system", format!("cannot run: {e}"))])
}
