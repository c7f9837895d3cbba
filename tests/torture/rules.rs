//! What must hold of every run of every graph, told in the plainest way: each move is checked
//! when it is made, and the reasons for what was left out at the end. Knows neither the
//! scheduler nor the executor, only jobs, edges and what is said of them.

use mep::model::{Cause, Outcome, SkipReason};
use mep::plan::{Edge, EdgeKind};

/// What a job needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    /// It takes one of the slots.
    pub(crate) slot: bool,
    /// Nothing else runs beside it.
    pub(crate) alone: bool,
}

impl Need {
    /// It starts a process, or asks somebody.
    pub(crate) fn takes_time(self) -> bool {
        self.slot || self.alone
    }
}

/// What a failure means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// The run ends.
    Stop,
    /// What does not depend on it goes on.
    GoOn,
    /// Everything goes on.
    Ignore,
}

/// A breach of the rules.
pub(crate) type Checked = Result<(), String>;

macro_rules! hold {
    ($what:expr, $($said:tt)+) => {
        if !$what {
            return Err(format!($($said)+));
        }
    };
}
pub(crate) use hold;

/// A run that is watched.
pub(crate) struct Watch<'g> {
    needs: &'g [Need],
    edges: &'g [Edge],
    jobs: usize,
    policy: Policy,
    cleanup: Vec<bool>,
    touched: Vec<bool>,
    pub(crate) started: Vec<bool>,
    pub(crate) ended: Vec<Option<Outcome>>,
    pub(crate) running: Vec<usize>,
    stopped: bool,
    /// The code of what failed first.
    pub(crate) code: Option<u8>,
}

impl<'g> Watch<'g> {
    pub(crate) fn new(needs: &'g [Need], edges: &'g [Edge], jobs: usize, policy: Policy) -> Self {
        let count = needs.len();
        Self {
            needs,
            edges,
            jobs,
            policy,
            cleanup: cleanup(count, edges),
            touched: vec![false; count],
            started: vec![false; count],
            ended: vec![None; count],
            running: Vec::new(),
            stopped: false,
            code: None,
        }
    }

    /// A job starts.
    pub(crate) fn start(&mut self, id: usize) -> Checked {
        hold!(!self.started[id] && self.ended[id].is_none(), "{id} starts twice");
        hold!(self.is_due(id), "{id} starts too early");
        hold!(self.is_asked_for(id), "nobody asked for {id}");
        hold!(self.is_allowed(id), "{id} starts after a failure");
        hold!(!self.stopped || self.runs_at_the_end(id), "{id} starts after the stop");
        self.started[id] = true;
        self.touched[id] = true;
        self.running.push(id);
        let slots = self.slots();
        hold!(slots <= self.jobs, "{slots} slots are taken of {}", self.jobs);
        let busy = self.running.iter().filter(|id| self.needs[**id].takes_time());
        let busy: Vec<usize> = busy.copied().collect();
        let alone = busy.iter().any(|id| self.needs[*id].alone);
        hold!(!alone || busy.len() == 1, "not alone: {busy:?}");
        Ok(())
    }

    /// A job ends, that has been running or not.
    pub(crate) fn end(&mut self, id: usize, outcome: Outcome) -> Checked {
        hold!(self.ended[id].is_none(), "{id} ends twice");
        self.running.retain(|running| *running != id);
        let needs = self.before(id, &[EdgeKind::Depends, EdgeKind::Sequence]);
        self.touched[id] |=
            needs.iter().any(|from| self.ended[*from].is_some() && self.touched[*from]);
        if let Outcome::Failed(cause) = &outcome
            && !matches!(cause, Cause::Cancelled | Cause::Inner(_))
        {
            self.code.get_or_insert(cause.code());
        }
        self.ended[id] = Some(outcome);
        Ok(())
    }

    /// A failure ends the run, or somebody else does.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
    }

    /// The first failure has been heard of.
    pub(crate) fn failed(&mut self) {
        self.stopped |= self.policy == Policy::Stop;
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// No slot stays free while a job could have it.
    pub(crate) fn nothing_idles(&self) -> Checked {
        let may = |id: &usize| !self.stopped || self.runs_at_the_end(*id);
        let ready: Vec<usize> = (0..self.ended.len())
            .filter(|id| !self.started[*id] && self.ended[*id].is_none())
            .filter(|id| self.is_due(*id) && self.is_asked_for(*id) && self.is_allowed(*id))
            .filter(may)
            .collect();
        hold!(
            ready.iter().all(|id| self.needs[*id].takes_time()),
            "{ready:?} could run, and one of them needs nothing"
        );
        let alone = self.running.iter().chain(&ready).any(|id| self.needs[*id].alone);
        let full = self.slots() == self.jobs || (alone && !self.running.is_empty());
        hold!(ready.is_empty() || full, "{ready:?} could run");
        Ok(())
    }

    /// All have ended, and what has not run has the right reason.
    pub(crate) fn finish(&self) -> Checked {
        hold!(self.running.is_empty(), "{:?} still run", self.running);
        for (id, ended) in self.ended.iter().enumerate() {
            let Some(outcome) = ended else {
                return Err(format!("{id} never ends"));
            };
            let stopped = *outcome == Outcome::Skipped(SkipReason::Stopped);
            hold!(!stopped || self.stopped, "{id} was stopped by nobody");
            if self.started[id] {
                continue;
            }
            hold!(*outcome != Outcome::Success, "{id} has succeeded without having run");
            if !self.is_asked_for(id) {
                let why = Outcome::Skipped(SkipReason::NotNeeded);
                hold!(*outcome == why, "nobody asked for {id}: {outcome:?}");
            } else if self.is_allowed(id) {
                let cut = self.stopped && !self.runs_at_the_end(id);
                hold!(cut, "{id} was left out: {outcome:?}");
            } else if !self.stopped && !self.continues(id) {
                let why = Outcome::Skipped(SkipReason::Dependency);
                hold!(*outcome == why, "something that {id} needs has failed: {outcome:?}");
            }
        }
        Ok(())
    }

    fn slots(&self) -> usize {
        self.running.iter().filter(|id| self.needs[**id].slot).count()
    }

    /// The jobs with an edge of such a kind to this one.
    fn before(&self, id: usize, kinds: &[EdgeKind]) -> Vec<usize> {
        let edges = self.edges.iter().filter(|e| e.to.0 as usize == id && kinds.contains(&e.kind));
        edges.map(|e| e.from.0 as usize).collect()
    }

    fn edges_to(&self, id: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |e| e.to.0 as usize == id)
    }

    // ---- the rules -----------------------------------------------------------

    /// Everything that goes before it has ended.
    pub(crate) fn is_due(&self, id: usize) -> bool {
        let mut before = self.edges_to(id).filter(|e| e.kind != EdgeKind::Call);
        before.all(|e| self.ended[e.from.0 as usize].is_some())
    }

    /// One of those that may ask for it has, or nobody has to.
    fn is_asked_for(&self, id: usize) -> bool {
        let asks = |e: &Edge| {
            let from = e.from.0 as usize;
            match (&self.ended[from], e.kind) {
                (Some(outcome), EdgeKind::Call) => *outcome == Outcome::Success,
                (Some(outcome), EdgeKind::Post) => outcome.has_started(),
                (Some(_), EdgeKind::Finally) => self.touched[from],
                _ => false,
            }
        };
        !self.edges_to(id).any(is_conditional) || self.edges_to(id).any(asks)
    }

    /// Nothing that it needs has failed.
    fn is_allowed(&self, id: usize) -> bool {
        self.edges_to(id).all(|e| match (&self.ended[e.from.0 as usize], e.kind) {
            (Some(outcome), EdgeKind::Depends) => {
                let failed = matches!(outcome, Outcome::Failed(_));
                outcome.is_ok() || (failed && self.policy == Policy::Ignore)
            }
            (Some(outcome), EdgeKind::Sequence) => *outcome == Outcome::Success,
            _ => true,
        })
    }

    /// It goes on with a task that another one has begun.
    pub(crate) fn continues(&self, id: usize) -> bool {
        self.edges_to(id).any(|e| e.kind == EdgeKind::Sequence)
    }

    /// Cleanup, and the joins of tasks that have begun.
    fn runs_at_the_end(&self, id: usize) -> bool {
        self.cleanup[id] || (self.continues(id) && !self.needs[id].slot)
    }
}

fn is_conditional(edge: &Edge) -> bool {
    matches!(edge.kind, EdgeKind::Call | EdgeKind::Post | EdgeKind::Finally)
}

/// What runs once something has ended, and what that calls or goes on with.
fn cleanup(count: usize, edges: &[Edge]) -> Vec<bool> {
    let mut cleanup = vec![false; count];
    loop {
        let more = edges.iter().find(|e| {
            let begins = matches!(e.kind, EdgeKind::Post | EdgeKind::Finally);
            let inherits = matches!(e.kind, EdgeKind::Call | EdgeKind::Sequence);
            !cleanup[e.to.0 as usize] && (begins || (inherits && cleanup[e.from.0 as usize]))
        });
        match more {
            Some(edge) => cleanup[edge.to.0 as usize] = true,
            None => return cleanup,
        }
    }
}
