//! A plan as it would be carried out now: what would run and why, how long that is likely to
//! take, and on which way the end waits. Starts nothing, writes nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::asked::Asked;
use super::dry_run::shown;
use super::forecast::{Forecast, asked};
use super::query::{Query, with_plan};
use super::views::asking;
use super::{limits, past, shards};
use crate::model::{Confirm, Event, JobId, Outcome, Problem, Redactor, SkipReason, Spot};
use crate::plan::{Action, Job, Line, Outlook, Phase, Shard, links};
use crate::run::fresh::Reason;
use crate::run::{Expected, rehearse};

/// A whole plan.
#[derive(Debug)]
pub struct Preview {
    /// The tasks, in the order in which they were found.
    pub tasks: Vec<PlannedTask>,
    /// Who needs whom, by their places in `tasks`.
    pub links: Vec<Line>,
    /// The tasks, each behind those that it waits for.
    pub order: Vec<usize>,
    /// The way that takes longest; empty where no time is known.
    pub critical: Vec<usize>,
    /// How long that is.
    pub critical_time: Duration,
    /// How long it all takes.
    pub total: Duration,
    /// How many jobs work side by side.
    pub jobs: usize,
    /// What the reader should know of records and files.
    pub notes: Vec<String>,
}

/// One execution of a task.
#[derive(Debug)]
pub struct PlannedTask {
    /// Its name.
    pub name: String,
    /// The arguments that it gets.
    pub args: Vec<String>,
    /// The words behind `run` that ask for it.
    pub words: String,
    /// Where it is defined.
    pub spot: Spot,
    /// Where it runs.
    pub dir: PathBuf,
    /// The command line asks for it.
    pub is_asked: bool,
    /// It comes after another one: `depends_post`, `finally`.
    pub is_post: bool,
    /// It has to be called by another one's `run`.
    pub is_called: bool,
    /// What it runs, in order.
    pub commands: Vec<PlannedCommand>,
    /// Calls whose names are only known when they are reached, as they are written.
    pub late_calls: Vec<String>,
    /// Variables that the configuration and the call set for it, sorted.
    pub env: Vec<String>,
    /// What is asked before it starts.
    pub confirm: Option<String>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// How long it takes, if it runs; nothing where nobody knows.
    pub time: Option<Duration>,
}

impl PlannedTask {
    /// It would start a process.
    pub fn works(&self) -> bool {
        !self.commands.is_empty() && matches!(self.verdict, Verdict::Runs(_))
    }

    /// It works, and nobody knows for how long.
    pub fn is_unknown(&self) -> bool {
        self.works() && self.time.is_none()
    }
}

/// A command of a task.
#[derive(Debug)]
pub struct PlannedCommand {
    /// Its text; a late one is as it is written.
    pub text: String,
    /// It is only known when it starts.
    pub is_late: bool,
}

/// What would become of a task.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It would run, for these reasons; without any because it has no sources.
    Runs(Vec<Reason>),
    /// It is up to date.
    Fresh,
    /// It would be skipped.
    Skipped(SkipReason),
}

/// The part of one machine.
#[derive(Debug)]
pub struct PlannedShard {
    /// Which it is.
    pub shard: Shard,
    /// The words behind `run` that ask for its tasks, for each of them.
    pub tasks: Vec<String>,
    /// The words behind `run` that ask for all of them, where one command line can.
    pub line: Option<String>,
    /// How long they and what they need work; nothing where nobody knows.
    pub work: Option<Duration>,
}

/// What a run with these flags would do.
///
/// # Errors
/// All that would keep it from starting.
pub fn preview(asked: Asked<'_>, warn: &mut dyn FnMut(&str)) -> Result<Preview, Vec<Problem>> {
    let dialect = asked.dialect;
    with_plan(asked, warn, |query| {
        let slots = limits::slots(query.settings, dialect, &query.plan);
        look(query, slots)
    })
}

/// The parts of so many machines; without a number, of one for each task. Those that have nothing
/// to do are left out.
///
/// # Errors
/// All that would keep a run from starting.
pub fn matrix(
    asked: Asked<'_>,
    count: Option<usize>,
    warn: &mut dyn FnMut(&str),
) -> Result<Vec<PlannedShard>, Vec<Problem>> {
    with_plan(asked, warn, |query| {
        let Query { workspace, plan, requests, place, .. } = query;
        let redactor = Redactor::new(&plan.secrets);
        let public = |text: &str| public(redactor.as_ref(), text);
        let parts = shards::parts(workspace, plan, requests, place, count);
        let count = count.unwrap_or(parts.len());
        let parts = parts.into_iter().enumerate().map(|(at, part)| PlannedShard {
            shard: Shard { number: at + 1, count },
            line: part.line().as_deref().map(public),
            tasks: part.units.iter().map(|unit| public(&unit.words)).collect(),
            work: part.work,
        });
        parts.filter(|part| !part.tasks.is_empty()).collect()
    })
}

fn look(query: &Query<'_>, slots: usize) -> Preview {
    let plan = &query.plan;
    let mut forecast = Forecast::new(plan, &query.fresh);
    let ends: Vec<Outcome> = plan.graph.ids().map(|id| end(query, &forecast, id)).collect();
    let free = vec![Duration::ZERO; plan.jobs.len()];
    let outcomes =
        rehearse(plan, slots, &Expected { lengths: &free, outcomes: &ends, urgency: &[] }).outcomes;
    let expected = past::expected(query.workspace, plan, &query.place);
    let works = |id: JobId| outcomes[id.0 as usize] == Outcome::Success;
    let known = |id: JobId| if works(id) { expected[id.0 as usize] } else { Some(Duration::ZERO) };
    let outlook = Outlook::new(&plan.graph, known);
    let (lengths, urgency) = (outlook.lengths(), past::urgency(&outlook));
    let expectations = Expected { lengths: &lengths, outcomes: &ends, urgency: &urgency };
    let total = rehearse(plan, slots, &expectations).took;
    let occurrence = |id: JobId| plan.graph.get(id).occurrence;
    let mut critical: Vec<usize> =
        outlook.longest_way(&plan.graph).into_iter().map(occurrence).collect();
    critical.dedup();
    let firsts = plan.graph.order().unwrap_or_default().into_iter();
    let order = firsts.filter(|id| plan.graph.occurrence(*id).first == *id).map(occurrence);
    let notes = forecast.notes.drain(..).filter_map(note).collect();
    let outcome = |at: usize| &outcomes[plan.graph.occurrences[at].first.0 as usize];
    let known = Known {
        forecast: &forecast,
        expected: &expected,
        asked: query.requests.iter().filter_map(|request| asked(plan, request)).collect(),
        redactor: Redactor::new(&plan.secrets),
    };
    let tasks = (0..plan.graph.occurrences.len()).map(|at| task(query, &known, at, outcome(at)));
    let tasks = tasks.collect();
    Preview {
        tasks,
        links: links(&plan.graph),
        order: order.collect(),
        critical_time: outlook.ahead.iter().max().copied().unwrap_or_default(),
        critical,
        total,
        jobs: slots,
        notes,
    }
}

/// How a job would end if it had its turn.
fn end(query: &Query<'_>, forecast: &Forecast, id: JobId) -> Outcome {
    let (plan, job) = (&query.plan, &query.plan.jobs[id.0 as usize]);
    let first = plan.graph.occurrence(id).first == id;
    match (first, job.skip) {
        (true, true) => Outcome::Skipped(SkipReason::Asked),
        (true, false) if forecast.is_fresh(plan.graph.get(id).occurrence) => Outcome::Fresh,
        _ => Outcome::Success,
    }
}

fn note(event: Event) -> Option<String> {
    match event {
        Event::Warning(_, text) => Some(text),
        _ => None,
    }
}

fn public(redactor: Option<&Redactor>, text: &str) -> String {
    redactor.map_or_else(|| text.to_string(), |redactor| redactor.text(text).into_owned())
}

/// What is known of all tasks.
struct Known<'a> {
    forecast: &'a Forecast,
    /// How long each job works.
    expected: &'a [Option<Duration>],
    /// Who was asked for.
    asked: HashSet<usize>,
    redactor: Option<Redactor>,
}

fn task(query: &Query<'_>, known: &Known<'_>, at: usize, outcome: &Outcome) -> PlannedTask {
    let Query { workspace, plan, .. } = query;
    let occurrence = &plan.graph.occurrences[at];
    let nodes = plan.graph.nodes_of(at);
    let jobs: Vec<&Job> = nodes.iter().map(|id| &*plan.jobs[id.0 as usize]).collect();
    let public = |text: &str| public(known.redactor.as_ref(), text);
    let commands = jobs.iter().flat_map(|job| &job.commands).map(|command| PlannedCommand {
        text: public(&shown(command, true)),
        is_late: command.late().is_some(),
    });
    let late_calls = jobs.iter().filter_map(|job| match &job.action {
        Action::Arrival(text) => Some(public(text)),
        _ => None,
    });
    let confirm = |confirm: &Confirm| public(&confirm.message);
    let definition = workspace.task(occurrence.task);
    PlannedTask {
        name: workspace.display(occurrence.task),
        args: occurrence.args.iter().map(|arg| public(arg)).collect(),
        words: public(&asking(workspace, occurrence)),
        spot: definition.spot.clone(),
        dir: jobs.first().map(|job| Path::to_path_buf(&job.cwd)).unwrap_or_default(),
        is_asked: known.asked.contains(&at),
        is_post: occurrence.phase == Phase::Post,
        is_called: occurrence.site.is_some() && occurrence.phase == Phase::Normal,
        commands: commands.collect(),
        late_calls: late_calls.collect(),
        env: variables(&jobs, &occurrence.env),
        confirm: definition.confirm.as_ref().map(confirm),
        verdict: verdict(query, known.forecast, occurrence.first, outcome),
        time: nodes.iter().map(|id| known.expected[id.0 as usize]).sum(),
    }
}

/// Names of what the configuration, the call's arguments and the call's `env` set.
fn variables(jobs: &[&Job], given: &[(String, String)]) -> Vec<String> {
    let of_job = |job: &&Job| {
        let own = job.env.configured().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        own.into_iter().chain(job.usage.iter().map(|(name, _)| name.clone())).collect::<Vec<_>>()
    };
    let own = jobs.iter().flat_map(of_job).map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<String> = own.chain(given.iter().map(|(name, _)| name.clone())).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn verdict(query: &Query<'_>, forecast: &Forecast, first: JobId, outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Skipped(reason) => Verdict::Skipped(*reason),
        Outcome::Fresh => Verdict::Fresh,
        _ => Verdict::Runs(
            query.plan.jobs[first.0 as usize]
                .fresh
                .as_ref()
                .map(|spec| {
                    let ran = forecast.dependency_that_runs(&query.plan, first);
                    query.fresh.explain(spec, ran).causes
                })
                .unwrap_or_default(),
        ),
    }
}
