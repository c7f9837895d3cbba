//! The way of a run, as a newcomer should see it:
//!
//! files → `config::load` → Project → `plan::select` → Requests →
//! `plan::expand` → Graph → `plan::build` → Jobs → `run::run` → Events →
//! `report` → exit code.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::asked::{Asked, RunFlags};
use super::dry_run;
use super::files::Files;
use super::forecast::Forecast;
use super::limits;
use super::past;
use super::recording::{self, Recording};
use super::shards;
use super::views::Lens;
use crate::config::env::Late;
use crate::config::tools::Toolbox;
use crate::config::workspace::{Evaluators, Workspace};
use crate::config::{self, Loaded, Options, Settings};
use crate::model::{Blame, Dialect, Event, Exit, Problem, Project, Redactor, Secrets, TaskId};
use crate::plan::{self, Expansion, Graph, Group, Plan, PlanOptions, Planner, Request, Scope};
use crate::record::Place;
use crate::report::{Look, Palette, Report};
use crate::run::fresh::{Freshness, Mode};
use crate::run::{Arrived, Listening, OnFailure, RunOptions};
use crate::sys::{Context, shim};

/// Runs tasks. `warn` prints notes of one line.
///
/// # Errors
/// All that keeps the run from starting; nothing has been started then.
pub fn run(
    asked: Asked<'_>,
    palette: Palette,
    warn: &mut dyn FnMut(&str),
) -> Result<Exit, Vec<Problem>> {
    let Asked { ctx, dialect, loaded, options, flags } = asked;
    let groups = plan::groups(&flags.words);
    let workspace = workspace(ctx, loaded, options, &groups, warn)?;
    let main = workspace.main();
    let mut requests = requested(&workspace, &groups, flags, dialect, warn)?;
    let late = if flags.dry_run { Late::Keep } else { Late::Render };
    let links = links(ctx, &main.project, flags, warn);
    let plan_options = PlanOptions {
        dialect,
        settings: &main.settings,
        profiles: &main.profiles,
        shell: flags.shell.as_deref(),
        common: common(ctx, dialect, flags),
        shim: links.as_deref(),
    };
    let toolbox = Toolbox::new(ctx, &flags.tools, &main.settings);
    let mut evaluators = Evaluators::new(&workspace, late);
    if !flags.dry_run {
        evaluators = evaluators.with_tools(&toolbox);
    }
    let mut planner = Planner::new(ctx, evaluators, scope(main, flags), plan_options);
    let mut plan = prepare(&mut planner, &workspace, &requests, warn)?;
    if let Some(shard) = flags.shard {
        let place = Place::new(&ctx.dirs.state, main.project.home());
        requests = shards::part(&workspace, &plan, &requests, &place, shard, warn);
        if requests.is_empty() {
            return Ok(Exit::Success);
        }
        planner = planner.again();
        plan = prepare(&mut planner, &workspace, &requests, &mut |_| ())?;
    }
    if flags.changed {
        let lens = Lens::new(&workspace, flags, palette, dialect, &plan);
        let requests = changed(ctx, &lens, &plan, requests);
        if requests.is_empty() {
            return Ok(Exit::Success);
        }
        planner = planner.again();
        plan = prepare(&mut planner, &workspace, &requests, &mut |_| ())?;
    }
    if !flags.dry_run {
        toolbox.deps(&main.project).map_err(|problem| vec![problem])?;
        toolbox.notes(&main.project).iter().for_each(|note| warn(note));
    }
    let lens = Lens::new(&workspace, flags, palette, dialect, &plan);
    lens.notes(&plan).into_iter().for_each(&mut *warn);
    let look = lens.look(ctx, &plan);
    if flags.dry_run {
        let timed = dialect == Dialect::Mise;
        let fresh = Freshness::new(&ctx.dirs.state, mode(&main.settings, flags));
        dry_run::print(&plan, &lens.views(&plan, 0), look, &fresh, timed, &mut io::stderr());
        return Ok(Exit::Success);
    }
    if dialect == Dialect::Mep && !main.settings.raw {
        let slots = limits::slots(&main.settings, dialect, &plan);
        limits::too_heavy(&plan, slots).iter().for_each(|line| warn(line));
    }
    execute(ctx, dialect, &lens, plan, &mut planner, look, warn)
}

/// The project we stand in, with the scripts that words name by their path.
pub(super) fn workspace<'c>(
    ctx: &'c Context,
    mut loaded: Loaded,
    options: &Options,
    groups: &[Group],
    warn: &mut dyn FnMut(&str),
) -> Result<Workspace<'c>, Vec<Problem>> {
    add_files(ctx, &mut loaded.project, groups, warn)?;
    blocking(&loaded.project)?;
    Ok(Workspace::new(ctx, options.clone(), loaded))
}

pub(super) fn scope(main: &Loaded, flags: &RunFlags) -> Scope {
    if flags.skip_deps || main.settings.skip_depends {
        Scope::WithoutDependencies
    } else {
        Scope::Full
    }
}

/// The tasks that the words ask for; without words, `--changed` asks for all
/// that have sources.
pub(super) fn requested(
    workspace: &Workspace<'_>,
    groups: &[Group],
    flags: &RunFlags,
    dialect: Dialect,
    warn: &mut dyn FnMut(&str),
) -> Result<Vec<Request>, Vec<Problem>> {
    let project = &workspace.main().project;
    if !flags.changed || !flags.words.is_empty() {
        let selected = plan::select(workspace, groups);
        if selected.is_err() && dialect == Dialect::Mise {
            plan::lacking_a_bit(project, groups).iter().for_each(|note| warn(note));
        }
        return selected.map_err(|problems| with_files(project, groups, problems));
    }
    let requests = with_sources(project, flags.all);
    if requests.is_empty() {
        warn("no visible task has `sources`: there is nothing to compare");
    }
    Ok(requests)
}

/// Those of `requests` that have changed, or need something that has; one line
/// for each of the others.
fn changed(ctx: &Context, lens: &Lens<'_>, plan: &Plan, requests: Vec<Request>) -> Vec<Request> {
    let fresh = Freshness::new(&ctx.dirs.state, mode(lens.settings, lens.flags));
    let mut forecast = Forecast::new(plan, &fresh);
    let notes = std::mem::take(&mut forecast.notes);
    let (kept, dropped) = forecast.changed(plan, requests);
    let (mut out, mut err) = (io::sink(), io::stderr());
    let look = lens.look(ctx, plan);
    let mut report = Report::new(lens.views(plan, 0), look, &mut out, &mut err);
    notes.iter().for_each(|note| report.event(note));
    for (job, outcome) in dropped {
        report.event(&Event::Ended { job, outcome, elapsed: Duration::ZERO, attempt: 1 });
    }
    kept
}

/// All visible tasks with sources; of a monorepo those near to us, or all.
fn with_sources(project: &Project, all: bool) -> Vec<Request> {
    let visible = |id: &TaskId| {
        let task = project.task(*id);
        !task.hide && !task.sources.is_empty() && (all || !task.root.aside)
    };
    let request = |task| Request { task, args: Vec::new(), dashes: None };
    project.ids().filter(visible).map(request).collect()
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
fn with_files(project: &Project, groups: &[Group], problems: Vec<Problem>) -> Vec<Problem> {
    let may_hold = |p: &&Problem| match &p.blame {
        Blame::Task(name) => groups.iter().any(|g| g.name == *name),
        Blame::File | Blame::Project => true,
    };
    project.problems.iter().filter(may_hold).cloned().chain(problems).collect()
}

/// Mistakes that leave the environment or the settings unknown stop every run.
fn blocking(project: &Project) -> Result<(), Vec<Problem>> {
    if project.problems.iter().any(|p| p.blame == Blame::Project) {
        return Err(project.problems.clone());
    }
    Ok(())
}

/// Everything that is decided before the first process starts.
pub(super) fn prepare(
    planner: &mut Planner<'_>,
    workspace: &Workspace<'_>,
    requests: &[Request],
    warn: &mut dyn FnMut(&str),
) -> Result<Plan, Vec<Problem>> {
    let main = workspace.main();
    let Expansion { graph, static_count, notes, warnings } = planner.expand(requests)?;
    others(workspace, &graph, warn);
    if main.settings.verbose > 0 {
        notes.iter().for_each(|n| warn(n));
    }
    warnings.iter().for_each(|w| warn(w));
    unsupported_notices(workspace, &graph, warn);
    let plan = planner.build(graph, static_count);
    let plan = plan.map_err(|problems| hidden(problems, &planner.secrets()));
    planner.warnings().for_each(warn);
    plan
}

/// Problems of files and tasks that this run does not need.
fn others(workspace: &Workspace<'_>, graph: &Graph, warn: &mut dyn FnMut(&str)) {
    let project = &workspace.main().project;
    let here = || graph.occurrences.iter().map(|o| o.task).filter(|t| t.project == project.id);
    let needed = |name: &str| here().any(|task| project.task(task).name == name);
    for problem in &project.problems {
        let mine = matches!(&problem.blame, Blame::Task(name) if needed(name));
        if !mine {
            let place = problem.labels.first().map(|l| format!(" ({})", l.spot.place()));
            warn(&format!("{}{}", problem.message, place.unwrap_or_default()));
        }
    }
}

/// One notice for what is left out without changing the result.
fn unsupported_notices(workspace: &Workspace<'_>, graph: &Graph, warn: &mut dyn FnMut(&str)) {
    let mut keys: Vec<&str> = Vec::new();
    for o in &graph.occurrences {
        let harmless = workspace.task(o.task).later.iter().filter(|l| l.harmless);
        keys.extend(harmless.map(|l| l.key));
    }
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        warn(&format!("`{key}` has no effect in this version; the result is the same without it"));
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
fn common(ctx: &Context, dialect: Dialect, flags: &RunFlags) -> Vec<(OsString, OsString)> {
    let mut common = vec![
        ("MISE_ORIGINAL_CWD".into(), ctx.cwd.clone().into_os_string()),
        ("MEP_DIALECT".into(), dialect.as_str().into()),
    ];
    // Only the flag is for nested runs, too; a setting they read themselves.
    if !flags.timings {
        common.push(("MISE_TASK_TIMINGS".into(), "0".into()));
    }
    common.extend(flags.shard.map(|shard| (shards::SHARD.into(), shard.to_string().into())));
    common
}

/// Mistakes that are found while secrets are known do not show them.
fn hidden(mut problems: Vec<Problem>, secrets: &Secrets) -> Vec<Problem> {
    let Some(redactor) = Redactor::new(secrets) else {
        return problems;
    };
    for problem in &mut problems {
        let labels = problem.labels.iter_mut().map(|label| &mut label.text);
        let texts = labels.chain(&mut problem.reference).chain(&mut problem.help);
        for text in texts.chain([&mut problem.message]) {
            *text = redactor.text(text).into_owned();
        }
    }
    problems
}

pub(super) fn mode(settings: &Settings, flags: &RunFlags) -> Mode {
    Mode {
        by_content: settings.hash_contents,
        equal_is_fresh: settings.equal_mtime,
        force: flags.force,
    }
}

fn execute(
    ctx: &Context,
    dialect: Dialect,
    lens: &Lens<'_>,
    mut plan: Plan,
    planner: &mut Planner<'_>,
    mut look: Look,
    warn: &mut dyn FnMut(&str),
) -> Result<Exit, Vec<Problem>> {
    let Lens { settings, flags, .. } = *lens;
    let files = Files::open(&flags.files)?;
    let views = lens.views(&plan, 0);
    look.live = lens.live(ctx, &views);
    let jobs = limits::slots(settings, dialect, &plan);
    let mut recording = Recording::begin(ctx, dialect, lens, &plan, jobs, files, warn);
    recording.expect(&plan, &views, 0);
    let id = recording.id();
    let tick = Lens::tick(look.live, &views);
    let outlook = (dialect == Dialect::Mep)
        .then(|| past::outlook(&recording.place, &plan, &views, jobs))
        .flatten();
    let urgency = outlook.as_ref().map(past::urgency).unwrap_or_default();
    let options = RunOptions {
        jobs,
        on_failure: match (flags.keep_going, dialect) {
            (false, _) => OnFailure::Stop,
            (true, Dialect::Mep) => OnFailure::GoOn,
            (true, Dialect::Mise) => OnFailure::Ignore,
        },
        fresh: mode(settings, flags),
        state: &ctx.dirs.state,
        show_full_cmd: settings.show_full_cmd,
        timeout: flags.timeout,
        owned: dialect == Dialect::Mep,
        id: id.as_deref(),
        recovered: std::mem::take(&mut recording.recovered),
        sharing: limits::sharing(ctx, dialect, &lens.workspace.main().project, settings, &plan),
        tick: tick.or_else(|| recording::tick(&views)),
        urgency: &urgency,
        shuffle: flags.shuffle,
        remote: flags.remote.as_ref(),
    };
    let mut out = io::stdout();
    let mut err = io::stderr();
    let mut report = Report::new(views.clone(), look, &mut out, &mut err);
    report.hide(&plan.secrets);
    if let Some(outlook) = outlook {
        report.foresee(outlook, jobs);
    }
    let recording = RefCell::new(recording);
    let mut emit = |events: &[(Instant, Event)]| {
        for (at, event) in events {
            recording.borrow_mut().event(event, *at);
            if *event != Event::Tick || tick.is_some() {
                report.event(event);
            }
        }
        recording.borrow_mut().pause();
        report.flush();
        if report.is_closed() || recording.borrow().is_deaf() {
            Listening::No
        } else {
            Listening::Yes
        }
    };
    let mut arrive = |plan: &mut Plan, at, succeeded| {
        let known = plan.jobs.len();
        let problems = planner.arrive(plan, at, succeeded);
        let views = lens.views(plan, known);
        recording.borrow_mut().expect(plan, &views, known);
        Arrived { views, problems: lines(dialect, &problems) }
    };
    let exit = crate::run::run(&mut plan, views, &options, &mut arrive, &mut emit);
    let lost = report.has_lost() && dialect == Dialect::Mep;
    let exit = match exit {
        Ok(Exit::Success) if lost => Ok(Exit::Failure),
        Ok(exit) => Ok(exit),
        Err(error) => Err(vec![Problem::new("run::system", format!("cannot run: {error}"))]),
    };
    let code = exit.as_ref().copied().unwrap_or(Exit::Failure);
    recording.into_inner().finish(code, warn);
    exit
}

/// Problems that come up while the run goes on, as a task's error lines.
fn lines(dialect: Dialect, problems: &[Problem]) -> Vec<String> {
    let of = |problem: &Problem| match dialect {
        Dialect::Mise if !problem.reference.is_empty() => problem.reference.clone(),
        Dialect::Mise => vec![problem.message.clone()],
        Dialect::Mep => {
            let places: Vec<String> = problem.labels.iter().map(|l| l.spot.place()).collect();
            let places = format!(" ({})", places.join(", "));
            let known = if problem.labels.is_empty() { "" } else { &places };
            let first = format!("{}{known}", problem.message);
            let help = problem.help.as_ref().map(|help| format!("help: {help}"));
            std::iter::once(first).chain(help).collect()
        }
    };
    problems.iter().flat_map(of).collect()
}
