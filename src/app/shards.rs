//! What of a command line is one machine's: which tasks can be run apart from each other, and who
//! gets which. Starts nothing, writes nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use super::forecast::asked;
use super::past;
use super::views::{asking, dashes};
use crate::config::workspace::Workspace;
use crate::model::Command;
use crate::plan::{EdgeKind, Graph, Occurrence, Outlook, Phase, Plan, Request, Shard, divide};
use crate::record::Place;

/// Tells tasks which part they are run for. What such a run takes is not remembered, nor what
/// runs do that it starts: the other parts have to be divided by the same times.
pub(super) const SHARD: &str = "MEP_SHARD";

/// The part of one machine.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) units: Vec<Unit>,
    /// How long it works, with what its tasks need; nothing where nobody knows.
    pub(super) work: Option<Duration>,
}

impl Part {
    /// The words behind `run` that ask for its tasks. Behind a `--` all words are one task's, so
    /// that no two of them can have one.
    pub(super) fn line(&self) -> Option<String> {
        let is_open = |unit: &&Unit| dashes(&unit.request.args, unit.request.dashes).is_some();
        let closed = self.units.iter().filter(|unit| !is_open(unit));
        let mut open = self.units.iter().filter(is_open);
        let words = closed.chain(open.next()).map(|unit| unit.words.as_str());
        let words: Vec<&str> = words.collect();
        open.next().is_none().then(|| words.join(" ::: "))
    }
}

/// A task that can be run apart from the others.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) request: Request,
    /// The words behind `run` that ask for it.
    pub(super) words: String,
}

/// The requests of one shard. Says so where it has none.
pub(super) fn part(
    workspace: &Workspace<'_>,
    plan: &Plan,
    requests: &[Request],
    place: &Place,
    shard: Shard,
    warn: &mut dyn FnMut(&str),
) -> Vec<Request> {
    let parts = parts(workspace, plan, requests, place, Some(shard.count));
    let all: usize = parts.iter().map(|part| part.units.len()).sum();
    let mine = parts.into_iter().nth(shard.number - 1).unwrap_or_default();
    if mine.units.is_empty() {
        let tasks = if all == 1 { "is 1 task" } else { "are N tasks" };
        let tasks = tasks.replace('N', &all.to_string());
        warn(&format!("shard {shard} has nothing to run: there {tasks} to divide"));
    }
    mine.units.into_iter().map(|unit| unit.request).collect()
}

/// The parts of so many machines; more than there are units are left out. Without a number each
/// unit has a machine of its own.
pub(super) fn parts(
    workspace: &Workspace<'_>,
    plan: &Plan,
    requests: &[Request],
    place: &Place,
    count: Option<usize>,
) -> Vec<Part> {
    let units = units(workspace, plan, requests);
    let times = times(workspace, plan, place);
    let mut work = vec![Vec::new(); units.len()];
    if times.is_some() {
        let brought = brought(&plan.graph);
        work = units.iter().map(|unit| needed(&brought, *unit)).collect();
    }
    let count = count.unwrap_or(units.len()).min(units.len());
    let shard_of = match (&times, count == units.len()) {
        (_, true) => (0..count).collect(),
        (times, false) => divide(&work, times.as_deref(), count),
    };
    let part = |shard: usize| {
        let mine: Vec<usize> = (0..units.len()).filter(|at| shard_of[*at] == shard).collect();
        let pieces: BTreeSet<usize> = mine.iter().flat_map(|at| &work[*at]).copied().collect();
        let time = |times: &Vec<Duration>| pieces.iter().map(|piece| times[*piece]).sum();
        Part {
            units: mine
                .iter()
                .map(|at| unit(workspace, &plan.graph.occurrences[units[*at]]))
                .collect(),
            work: times.as_ref().map(time),
        }
    };
    (0..count).map(part).collect()
}

fn unit(workspace: &Workspace<'_>, occurrence: &Occurrence) -> Unit {
    let Occurrence { task, args, dashes, .. } = occurrence;
    let request = Request { task: *task, args: args.to_vec(), dashes: **dashes };
    Unit { request, words: asking(workspace, occurrence) }
}

/// The occurrences to divide: what was asked for, and instead of a task that only groups others
/// those that it groups.
fn units(workspace: &Workspace<'_>, plan: &Plan, requests: &[Request]) -> Vec<usize> {
    let mut stack: Vec<usize> =
        requests.iter().rev().filter_map(|request| asked(plan, request)).collect();
    let (mut units, mut seen) = (Vec::new(), BTreeSet::new());
    while let Some(at) = stack.pop() {
        if !seen.insert(at) {
            continue;
        }
        match grouped(workspace, &plan.graph, at) {
            Some(members) => stack.extend(members.into_iter().rev()),
            None => units.push(at),
        }
    }
    units
}

/// What a task stands for that has nothing to do itself; nothing where it has, or where a part
/// of it could not be asked for by itself.
fn grouped(workspace: &Workspace<'_>, graph: &Graph, at: usize) -> Option<Vec<usize>> {
    let occurrence = &graph.occurrences[at];
    let task = workspace.task(occurrence.task);
    let idle = matches!(task.command, Command::None)
        && task.confirm.is_none()
        && task.depends_post.is_empty()
        && task.policy.finally.is_empty();
    let needs = graph.before(occurrence.first).filter(|(_, kind)| *kind == EdgeKind::Depends);
    let mut members: Vec<usize> = needs.map(|(from, _)| graph.get(from).occurrence).collect();
    // The graph has the last one first.
    members.reverse();
    let can_be_asked_for = |o: &Occurrence| o.env.is_empty() && o.phase == Phase::Normal;
    let all = members.iter().all(|member| can_be_asked_for(&graph.occurrences[*member]));
    (idle && all && !members.is_empty()).then_some(members)
}

/// What each occurrence brings into a run: what it needs, and what cleans up after it.
fn brought(graph: &Graph) -> Vec<Vec<usize>> {
    let mut brought = vec![Vec::new(); graph.occurrences.len()];
    for edge in graph.edges() {
        let (from, to) = (graph.get(edge.from).occurrence, graph.get(edge.to).occurrence);
        match edge.kind {
            EdgeKind::Depends | EdgeKind::Done | EdgeKind::Sequence => brought[to].push(from),
            EdgeKind::Post | EdgeKind::Finally => brought[from].push(to),
            EdgeKind::WaitFor | EdgeKind::Call => {}
        }
    }
    brought
}

/// The occurrence and all that a run of it alone would have.
fn needed(brought: &[Vec<usize>], unit: usize) -> Vec<usize> {
    let mut seen = vec![false; brought.len()];
    seen[unit] = true;
    let mut all = vec![unit];
    let mut at = 0;
    while at < all.len() {
        for other in &brought[all[at]] {
            if !std::mem::replace(&mut seen[*other], true) {
                all.push(*other);
            }
        }
        at += 1;
    }
    all
}

/// How long each occurrence works; nothing where none of them is on record.
fn times(workspace: &Workspace<'_>, plan: &Plan, place: &Place) -> Option<Vec<Duration>> {
    let expected = past::expected(workspace, plan, place);
    let is_known = expected.iter().flatten().any(|time| !time.is_zero());
    let lengths = Outlook::new(&plan.graph, |id| expected[id.0 as usize]).lengths();
    let of = |at| plan.graph.nodes_of(at).iter().map(|id| lengths[id.0 as usize]).sum();
    is_known.then(|| (0..plan.graph.occurrences.len()).map(of).collect())
}
