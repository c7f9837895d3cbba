//! The scheduler under random graphs, finish orders, failures and interrupts:
//! what must hold in all of them.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::State;
use super::graphs::{Model, expanded, wild};
use super::started;
use crate::model::{Cause, JobId, Outcome, SkipReason};
use crate::plan::{Edge, EdgeKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    FailFast,
    KeepGoing,
}

/// Everything about a run that the scheduler does not decide.
#[derive(Debug, Clone)]
struct Course {
    jobs: usize,
    policy: Policy,
    /// What starts no process ends at once, as in the dispatcher.
    eager: bool,
    /// Stops after so many ends.
    interrupt: Option<usize>,
    /// How each job ends, in turn.
    fates: Vec<Outcome>,
    /// Which of the running jobs ends next.
    picks: Vec<Index>,
}

fn course() -> impl Strategy<Value = Course> {
    let fate = prop_oneof![
        12 => Just(Outcome::Success),
        2 => Just(Outcome::Failed(Cause::Exit(3))),
        1 => Just(Outcome::Fresh),
        1 => Just(Outcome::Skipped(SkipReason::Asked)),
    ];
    (
        1usize..=8,
        prop_oneof![Just(Policy::FailFast), Just(Policy::KeepGoing)],
        any::<bool>(),
        prop_oneof![2 => Just(None), 1 => (0usize..12).prop_map(Some)],
        prop::collection::vec(fate, 24),
        prop::collection::vec(any::<Index>(), 24),
    )
        .prop_map(|(jobs, policy, eager, interrupt, fates, picks)| Course {
            jobs,
            policy,
            eager,
            interrupt,
            fates,
            picks,
        })
}

type Checked = Result<(), TestCaseError>;

/// A run in which every move of the scheduler is checked.
struct Drill<'m> {
    model: &'m Model,
    course: &'m Course,
    state: State,
    cleanup: Vec<bool>,
    started: Vec<bool>,
    ended: Vec<Option<Outcome>>,
    running: Vec<usize>,
    stopped: bool,
}

impl<'m> Drill<'m> {
    fn new(model: &'m Model, course: &'m Course) -> Self {
        let count = model.needs.len();
        Self {
            model,
            course,
            state: State::new(&model.needs, model.edges.iter().copied(), course.jobs),
            cleanup: model.cleanup(),
            started: vec![false; count],
            ended: vec![None; count],
            running: Vec::new(),
            stopped: false,
        }
    }

    fn run(mut self) -> Result<Self, TestCaseError> {
        for turn in 0.. {
            if self.course.interrupt == Some(turn) {
                self.stop()?;
            }
            while let Some(job) = started(&mut self.state) {
                self.start(job.0 as usize)?;
                if self.course.eager && !self.takes_time(job.0 as usize) {
                    self.end(self.running.len() - 1, turn)?;
                }
            }
            self.check_nothing_idles()?;
            if self.running.is_empty() {
                break;
            }
            let pick = self.course.picks[turn % self.course.picks.len()].index(self.running.len());
            self.end(pick, turn)?;
        }
        prop_assert!(self.state.is_finished());
        prop_assert!(self.ended.iter().all(Option::is_some));
        Ok(self)
    }

    fn takes_time(&self, id: usize) -> bool {
        self.model.needs[id].slots > 0 || self.model.needs[id].alone
    }

    fn start(&mut self, id: usize) -> Checked {
        prop_assert!(!self.started[id] && self.ended[id].is_none(), "{id} starts twice");
        prop_assert!(self.is_due(id), "{id} starts too early");
        prop_assert!(self.is_asked_for(id), "nobody asked for {id}");
        prop_assert!(self.is_allowed(id), "{id} starts after a failure");
        prop_assert!(!self.stopped || self.runs_at_the_end(id), "{id} starts after the stop");
        self.started[id] = true;
        self.running.push(id);
        let slots = self.running.iter().filter(|r| self.model.needs[**r].slots > 0).count();
        prop_assert!(slots <= self.course.jobs, "{slots} slots are taken");
        let busy: Vec<&usize> = self.running.iter().filter(|r| self.takes_time(**r)).collect();
        let alone = busy.iter().any(|r| self.model.needs[**r].alone);
        prop_assert!(!alone || busy.len() == 1, "not alone: {busy:?}");
        prop_assert_eq!(self.state.running(), self.running.len());
        Ok(())
    }

    fn end(&mut self, at: usize, turn: usize) -> Checked {
        let id = self.running.swap_remove(at);
        let outcome = self.fate(id, turn);
        let consequences = self.state.end(JobId(id as u32), outcome.clone());
        self.note(id, outcome.clone())?;
        self.note_all(consequences)?;
        let failed = matches!(outcome, Outcome::Failed(Cause::Exit(_)));
        if failed && self.course.policy == Policy::FailFast {
            self.stop()?;
        }
        Ok(())
    }

    /// Gates and joins cannot fail, and only the first node of a task can be
    /// fresh or left out.
    fn fate(&self, id: usize, turn: usize) -> Outcome {
        let outcome = &self.course.fates[(id + turn) % self.course.fates.len()];
        let inside = self.model.before(id).any(|e| e.kind == EdgeKind::Sequence);
        let fits = match outcome {
            Outcome::Failed(_) => self.takes_time(id),
            _ => !inside,
        };
        if fits { outcome.clone() } else { Outcome::Success }
    }

    fn stop(&mut self) -> Checked {
        self.stopped = true;
        let consequences = self.state.stop();
        self.note_all(consequences)
    }

    fn note_all(&mut self, consequences: Vec<(JobId, Outcome)>) -> Checked {
        for (job, outcome) in consequences {
            prop_assert!(!self.started[job.0 as usize], "{job:?} runs and was decided");
            self.note(job.0 as usize, outcome)?;
        }
        Ok(())
    }

    fn note(&mut self, id: usize, outcome: Outcome) -> Checked {
        prop_assert!(self.ended[id].is_none(), "{id} ends twice");
        prop_assert_eq!(self.state.outcome(JobId(id as u32)), Some(&outcome));
        self.ended[id] = Some(outcome);
        Ok(())
    }

    /// No slot stays free while a job could have it.
    fn check_nothing_idles(&self) -> Checked {
        let ready: Vec<usize> = (0..self.ended.len())
            .filter(|id| !self.started[*id] && self.ended[*id].is_none())
            .filter(|id| self.is_due(*id) && self.is_asked_for(*id) && self.is_allowed(*id))
            .collect();
        prop_assert!(ready.iter().all(|id| self.takes_time(*id)), "{ready:?} need nothing");
        let has = |id: &usize| self.model.needs[*id];
        let slots = self.running.iter().filter(|id| has(id).slots > 0).count();
        let alone = self.running.iter().chain(&ready).any(|id| has(id).alone);
        let full = slots == self.course.jobs || (alone && !self.running.is_empty());
        prop_assert!(ready.is_empty() || full, "{ready:?} could run");
        Ok(())
    }

    // ---- the rules, told once more in the plainest way -----------------------

    fn is_due(&self, id: usize) -> bool {
        let mut before = self.model.before(id).filter(|e| e.kind != EdgeKind::Call);
        before.all(|e| self.ended[e.from.0 as usize].is_some())
    }

    fn is_asked_for(&self, id: usize) -> bool {
        let asks = |e: &Edge| match (&self.ended[e.from.0 as usize], e.kind) {
            (Some(outcome), EdgeKind::Call) => *outcome == Outcome::Success,
            (Some(outcome), EdgeKind::Post) => outcome.has_started(),
            _ => false,
        };
        let conditional = |e: &Edge| matches!(e.kind, EdgeKind::Call | EdgeKind::Post);
        !self.model.before(id).any(conditional) || self.model.before(id).any(asks)
    }

    fn is_allowed(&self, id: usize) -> bool {
        self.model.before(id).all(|e| match (&self.ended[e.from.0 as usize], e.kind) {
            (Some(outcome), EdgeKind::Depends) => outcome.is_ok(),
            (Some(outcome), EdgeKind::Sequence) => *outcome == Outcome::Success,
            _ => true,
        })
    }

    fn continues(&self, id: usize) -> bool {
        self.model.before(id).any(|e| e.kind == EdgeKind::Sequence)
    }

    /// Cleanup, and the joins of tasks that have begun.
    fn runs_at_the_end(&self, id: usize) -> bool {
        self.cleanup[id] || (self.continues(id) && self.model.needs[id].slots == 0)
    }

    fn outcome(&self, id: usize) -> &Outcome {
        self.ended[id].as_ref().expect("the run is over")
    }

    /// Each job has run, or there is a reason, and it is the right one.
    fn check_reasons(&self) -> Checked {
        for id in 0..self.ended.len() {
            let outcome = self.outcome(id);
            if self.started[id] {
                continue;
            }
            if !self.is_asked_for(id) {
                prop_assert_eq!(outcome, &Outcome::Skipped(SkipReason::NotNeeded));
            } else if self.is_allowed(id) {
                let cut = self.stopped && !self.runs_at_the_end(id);
                prop_assert!(cut, "{} was left out: {:?}", id, outcome);
            } else if !self.stopped && !self.continues(id) {
                prop_assert_eq!(outcome, &Outcome::Skipped(SkipReason::Dependency));
            }
            prop_assert!(*outcome != Outcome::Success);
            let stopped = Outcome::Skipped(SkipReason::Stopped);
            prop_assert!(*outcome != stopped || self.stopped);
        }
        Ok(())
    }

    /// What holds for the chain of a task as a whole.
    fn check_chains(&self) -> Checked {
        for chain in self.model.chains.iter().filter(|c| c.len() > 1) {
            let (first, last) = (chain[0], chain[chain.len() - 1]);
            let (gate, end) = (self.outcome(first), self.outcome(last));
            // So its posts run exactly where it has begun.
            prop_assert_eq!(self.started[first], end.has_started(), "{:?}", chain);
            if *gate != Outcome::Success {
                prop_assert!(chain[1..].iter().all(|id| !self.started[*id]));
            }
            if matches!(gate, Outcome::Fresh | Outcome::Skipped(_)) {
                prop_assert_eq!(gate, end);
            }
            let done = chain.iter().all(|id| *self.outcome(*id) == Outcome::Success);
            prop_assert_eq!(*end == Outcome::Success, done, "{:?}", chain);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_runs_by_the_rules(model in expanded(), course in course()) {
        let drill = Drill::new(&model, &course).run()?;
        drill.check_reasons()?;
        drill.check_chains()?;
    }

    #[test]
    fn any_acyclic_graph_runs_by_the_rules(model in wild(), course in course()) {
        let drill = Drill::new(&model, &course).run()?;
        drill.check_reasons()?;
    }
}
