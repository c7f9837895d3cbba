//! The scheduler as a pure state machine: which job may start, and what the
//! end of one means for the others. No processes, no clock, no I/O.

mod line;
mod successors;

use std::cmp::Reverse;
use std::collections::VecDeque;

use crate::model::{Cause, JobId, Outcome, SkipReason};
use crate::plan::{Edge, EdgeKind};
use line::Line;
use successors::Successors;

/// What the scheduler has to know of a job.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    /// Slots it takes while it works; more than there are means all of them.
    pub slots: u32,
    /// Nothing else may run beside it.
    pub alone: bool,
    /// It is the last of a task whose failure is none to others.
    pub tolerant: bool,
    /// Of those that are ready, the most urgent start first; equals in the order in which they
    /// became ready.
    pub urgency: u64,
}

/// What runs now.
#[derive(Debug, Clone, Copy, Default)]
pub struct Load {
    /// Slots that are taken.
    pub slots: usize,
    /// Jobs that have taken them.
    pub jobs: usize,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Status {
    Waiting,
    Ready,
    Running,
    /// Waits for something that the graph does not know.
    Aside,
    Ended(Outcome),
}

#[derive(Debug)]
struct Node {
    needs: Needs,
    status: Status,
    /// Predecessors that have not ended.
    unmet: u32,
    /// Edges that may still ask for it.
    askers: u32,
    /// Something asked for it, or nothing has to.
    wanted: bool,
    /// It goes on with a task that has begun.
    continues: bool,
    /// It has been running.
    begun: bool,
    /// It, or something that it needs, has been started.
    touched: bool,
    /// It runs also while the run is ending.
    cleanup: bool,
    /// Its turn among those that are ready; scripts that follow a gate have
    /// the gate's.
    turn: Option<u32>,
    /// What a predecessor has decided for it.
    verdict: Option<Box<Outcome>>,
}

impl Node {
    fn new(needs: &Needs) -> Self {
        Self {
            needs: *needs,
            status: Status::Waiting,
            unmet: 0,
            askers: 0,
            wanted: true,
            continues: false,
            begun: false,
            touched: false,
            cleanup: false,
            turn: None,
            verdict: None,
        }
    }
}

/// The state of a whole run.
#[derive(Debug)]
pub struct State {
    nodes: Vec<Node>,
    after: Successors,
    /// Ready, without a slot: gates and joins.
    instant: VecDeque<JobId>,
    /// Ready, the most urgent first, then in the order in which they, or their gates, became so.
    queue: VecDeque<JobId>,
    turns: u32,
    limit: usize,
    load: Load,
    running: usize,
    alone: bool,
    open: usize,
    stopping: bool,
    /// A failure is no obstacle for what depends on it (`-c` in mise).
    lenient: bool,
    line: Line,
}

/// A job that ended without having run.
pub type Consequence = (JobId, Outcome);

impl State {
    /// A fresh run over `needs.len()` jobs with at most `limit` slots.
    pub fn new(needs: &[Needs], edges: impl IntoIterator<Item = Edge>, limit: usize) -> Self {
        let mut state = Self {
            nodes: Vec::new(),
            after: Successors::default(),
            instant: VecDeque::new(),
            queue: VecDeque::new(),
            turns: 0,
            limit: limit.max(1),
            load: Load::default(),
            running: 0,
            alone: false,
            open: 0,
            stopping: false,
            lenient: false,
            line: Line::default(),
        };
        state.grow(needs, edges);
        state
    }

    /// Adds jobs, with ids that follow those known so far, and edges. What has
    /// ended already counts at once; nothing of what has begun may get a new
    /// edge.
    pub fn grow(&mut self, needs: &[Needs], edges: impl IntoIterator<Item = Edge>) {
        let known = self.nodes.len();
        let edges = edges.into_iter();
        self.nodes.reserve(needs.len());
        self.nodes.extend(needs.iter().map(Node::new));
        self.line.grow(needs.len());
        self.after.grow(needs.len(), edges.size_hint().0);
        self.open += needs.len();
        for edge in edges {
            self.link(edge);
        }
        self.mark_cleanup();
        for id in known..self.nodes.len() {
            self.settle(JobId(id as u32), &mut Vec::new());
        }
    }

    /// Lets dependents of a failed job run all the same.
    #[must_use]
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    fn link(&mut self, edge: Edge) {
        let ended = match &self.node(edge.from).status {
            Status::Ended(outcome) => Some(outcome.clone()),
            _ => None,
        };
        if ended.is_none() {
            self.after.add(edge);
        }
        let to = self.node(edge.to);
        match edge.kind {
            EdgeKind::Depends | EdgeKind::Done | EdgeKind::WaitFor => to.unmet += 1,
            EdgeKind::Sequence => {
                to.unmet += 1;
                to.continues = true;
            }
            EdgeKind::Call => {
                to.askers += 1;
                to.wanted = false;
            }
            EdgeKind::Post | EdgeKind::Finally => {
                to.unmet += 1;
                to.askers += 1;
                to.wanted = false;
                to.cleanup = true;
            }
        }
        if let Some(outcome) = ended {
            let touched = self.node(edge.from).touched;
            self.tell(edge.to, edge.kind, &outcome, touched);
        }
    }

    /// What a cleanup calls, or goes on with, is cleanup as well.
    fn mark_cleanup(&mut self) {
        let mut stack: Vec<usize> =
            (0..self.nodes.len()).filter(|i| self.nodes[*i].cleanup).collect();
        while let Some(at) = stack.pop() {
            for (to, kind) in self.after.of(JobId(at as u32)) {
                let to_node = &mut self.nodes[to.0 as usize];
                if matches!(kind, EdgeKind::Call | EdgeKind::Sequence) && !to_node.cleanup {
                    to_node.cleanup = true;
                    stack.push(to.0 as usize);
                }
            }
        }
    }

    fn node(&mut self, id: JobId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    /// The next job that may start. It has to be started or set aside.
    pub fn next(&self) -> Option<JobId> {
        if let Some(id) = self.instant.front() {
            return Some(*id);
        }
        let id = *self.queue.front()?;
        let alone = self.nodes[id.0 as usize].needs.alone;
        let slots = self.slots_of(id);
        let blocked = self.alone
            || (alone && self.running > 0)
            || (slots > 0 && self.load.slots + slots > self.limit);
        (!blocked).then_some(id)
    }

    /// Jobs that are ready and whose turn comes next.
    pub fn coming(&self) -> impl Iterator<Item = JobId> + '_ {
        self.instant.iter().chain(&self.queue).copied()
    }

    /// Starts what `next` has named; it counts as running from now on.
    pub fn start(&mut self, id: JobId) {
        self.dequeue(id);
        self.running += 1;
        let slots = self.slots_of(id);
        self.load.slots += slots;
        self.load.jobs += usize::from(slots > 0);
        self.alone |= self.nodes[id.0 as usize].needs.alone;
        let node = self.node(id);
        node.status = Status::Running;
        node.begun = true;
        node.touched = true;
    }

    /// Passes over what `next` has named, or takes a running job's place away,
    /// until `resume`: it waits for something that the graph does not know.
    pub fn set_aside(&mut self, id: JobId) {
        if self.nodes[id.0 as usize].status == Status::Running {
            self.leave(id);
        } else {
            self.dequeue(id);
        }
        self.node(id).status = Status::Aside;
    }

    /// What was set aside may start again, before all others.
    pub fn resume(&mut self, id: JobId) {
        if self.nodes[id.0 as usize].status == Status::Aside {
            self.node(id).status = Status::Ready;
            self.queue.push_front(id);
        }
    }

    fn dequeue(&mut self, id: JobId) {
        let queue =
            if self.instant.front() == Some(&id) { &mut self.instant } else { &mut self.queue };
        debug_assert_eq!(queue.front(), Some(&id));
        queue.pop_front();
    }

    fn leave(&mut self, id: JobId) {
        self.running -= 1;
        let slots = self.slots_of(id);
        self.load.slots -= slots;
        self.load.jobs -= usize::from(slots > 0);
        self.alone &= !self.nodes[id.0 as usize].needs.alone;
    }

    /// Slots that a job takes of those there are.
    pub fn slots_of(&self, id: JobId) -> usize {
        (self.nodes[id.0 as usize].needs.slots as usize).min(self.limit)
    }

    /// Takes note that a running job ended. Returns the jobs that end with it
    /// without having run.
    pub fn end(&mut self, id: JobId, outcome: Outcome) -> Vec<Consequence> {
        debug_assert_eq!(self.nodes[id.0 as usize].status, Status::Running);
        self.leave(id);
        let mut ended = Vec::new();
        self.close(id, outcome, &mut ended);
        self.propagate(&mut ended);
        ended.split_off(1)
    }

    /// Starts nothing new but the post tasks of what has been started.
    pub fn stop(&mut self) -> Vec<Consequence> {
        let mut consequences = Vec::new();
        if self.stopping {
            return consequences;
        }
        self.stopping = true;
        self.instant.clear();
        self.queue.clear();
        for i in 0..self.nodes.len() {
            let id = JobId(i as u32);
            let Node { begun, cleanup, .. } = self.nodes[i];
            match self.nodes[i].status {
                Status::Aside if cleanup => {}
                Status::Ready | Status::Aside if begun && !cleanup => {
                    self.close(id, Outcome::Failed(Cause::Cancelled), &mut consequences);
                }
                Status::Ready | Status::Aside => self.nodes[i].status = Status::Waiting,
                Status::Waiting | Status::Running | Status::Ended(_) => {}
            }
            self.settle(id, &mut consequences);
        }
        self.propagate(&mut consequences);
        consequences
    }

    /// Ends also what has not started yet of the post tasks.
    pub fn abandon(&mut self) -> Vec<Consequence> {
        self.nodes.iter_mut().for_each(|node| node.cleanup = false);
        self.stopping = false;
        self.stop()
    }

    /// True where a failed job may be started again.
    pub fn may_go_on(&self, id: JobId) -> bool {
        !self.stopping || self.nodes[id.0 as usize].cleanup
    }

    /// True once every job has ended.
    pub fn is_finished(&self) -> bool {
        self.open == 0
    }

    /// How much of the slots is taken.
    pub fn load(&self) -> Load {
        self.load
    }

    /// Number of jobs that run now.
    pub fn running(&self) -> usize {
        self.running
    }

    /// How a job ended, once it has.
    pub fn outcome(&self, id: JobId) -> Option<&Outcome> {
        match &self.nodes[id.0 as usize].status {
            Status::Ended(outcome) => Some(outcome),
            _ => None,
        }
    }

    fn close(&mut self, id: JobId, mut outcome: Outcome, ended: &mut Vec<Consequence>) {
        if self.nodes[id.0 as usize].needs.tolerant {
            outcome = match outcome {
                Outcome::Failed(cause) if cause != Cause::Cancelled => Outcome::Tolerated(cause),
                other => other,
            };
        }
        self.node(id).status = Status::Ended(outcome.clone());
        self.line.leave(id);
        self.open -= 1;
        ended.push((id, outcome));
    }

    /// Tells the successors of everything in `ended`, which grows by those
    /// whose fate that decides.
    fn propagate(&mut self, ended: &mut Vec<Consequence>) {
        let mut at = 0;
        while at < ended.len() {
            let (id, outcome) = ended[at].clone();
            at += 1;
            let mut after: Vec<_> = self.after.of(id).collect();
            // What a script calls is served as it is written.
            if after.iter().all(|(_, kind)| *kind != EdgeKind::Call) {
                after.sort_by_key(|(to, _)| self.line.place(*to));
            }
            let touched = self.node(id).touched;
            for (to, kind) in after {
                self.tell(to, kind, &outcome, touched);
                if kind == EdgeKind::Sequence {
                    self.pass_turn(id, to);
                }
                self.settle(to, ended);
            }
        }
    }

    /// Passes the end of a predecessor on to one successor.
    fn tell(&mut self, to: JobId, kind: EdgeKind, outcome: &Outcome, touched: bool) {
        let lenient = self.lenient && matches!(outcome, Outcome::Failed(_));
        let node = self.node(to);
        if !matches!(kind, EdgeKind::Call) {
            node.unmet -= 1;
        }
        if matches!(kind, EdgeKind::Depends | EdgeKind::Sequence) {
            node.touched |= touched;
        }
        match kind {
            EdgeKind::WaitFor | EdgeKind::Done => {}
            EdgeKind::Depends if outcome.is_ok() || lenient => {}
            EdgeKind::Depends => {
                let verdict = if node.continues {
                    Outcome::Failed(inner(outcome))
                } else {
                    Outcome::Skipped(SkipReason::Dependency)
                };
                node.verdict.get_or_insert_with(|| verdict.into());
            }
            EdgeKind::Sequence => match outcome {
                Outcome::Success | Outcome::Tolerated(_) => {}
                Outcome::Failed(_) => {
                    node.verdict = Some(Outcome::Failed(inner(outcome)).into());
                }
                decided => node.verdict = Some(decided.clone().into()),
            },
            EdgeKind::Call | EdgeKind::Post | EdgeKind::Finally => {
                let asks = match kind {
                    EdgeKind::Call => *outcome == Outcome::Success,
                    EdgeKind::Finally => touched,
                    _ => outcome.has_started(),
                };
                node.askers -= 1;
                node.wanted |= asks;
            }
        }
    }

    /// Makes a waiting job ready, or decides its end, where that is due now.
    fn settle(&mut self, id: JobId, ended: &mut Vec<Consequence>) {
        let stopping = self.stopping;
        let node = self.node(id);
        if node.status != Status::Waiting {
            return;
        }
        let due = node.unmet == 0;
        let cut = stopping && !node.cleanup;
        let fate = if !node.wanted {
            (node.askers == 0).then_some(Outcome::Skipped(SkipReason::NotNeeded))
        } else if due && cut && !node.continues {
            Some(Outcome::Skipped(SkipReason::Stopped))
        } else if due && node.verdict.is_some() {
            node.verdict.take().map(|verdict| *verdict)
        } else if due && cut && node.needs.slots > 0 {
            Some(Outcome::Failed(Cause::Cancelled))
        } else {
            None
        };
        match fate {
            Some(outcome) => self.close(id, outcome, ended),
            None if node.wanted && due => self.make_ready(id),
            None => {}
        }
    }

    /// A gate costs its task no turn: the scripts behind it go where it stood.
    fn pass_turn(&mut self, from: JobId, to: JobId) {
        let from = self.node(from);
        let turn = from.turn.filter(|_| from.needs.slots == 0);
        let to = self.node(to);
        if to.needs.slots > 0 {
            to.turn = turn;
        }
    }

    fn make_ready(&mut self, id: JobId) {
        self.turns += 1;
        let now = self.turns;
        let node = self.node(id);
        node.status = Status::Ready;
        let turn = *node.turn.get_or_insert(now);
        if node.needs.slots == 0 && !node.needs.alone {
            self.instant.push_back(id);
            return;
        }
        let place = |node: &Node| (Reverse(node.needs.urgency), node.turn);
        let own = (Reverse(node.needs.urgency), Some(turn));
        let at = self.queue.partition_point(|id| place(&self.nodes[id.0 as usize]) <= own);
        self.queue.insert(at, id);
    }
}

/// A step that is a task of its own did not succeed.
fn inner(outcome: &Outcome) -> Cause {
    match outcome {
        Outcome::Failed(cause) if *cause != Cause::Cancelled => Cause::Inner(cause.code()),
        // What it needs has failed: that is no end of the run.
        Outcome::Skipped(SkipReason::Dependency) => Cause::Inner(1),
        Outcome::Failed(_) | Outcome::Skipped(_) => Cause::Cancelled,
        Outcome::Success | Outcome::Fresh | Outcome::Tolerated(_) => Cause::Inner(1),
    }
}

#[cfg(test)]
mod tests;
