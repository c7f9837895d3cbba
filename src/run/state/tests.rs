//! The scheduler under random graphs, finish orders, failures and interrupts:
//! what must hold in all of them, and the cases worth a name.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{Needs, State};
use crate::model::{Cause, JobId, Outcome, SkipReason};
use crate::plan::{Edge, EdgeKind};

/// The next job that may start, started.
fn started(state: &mut State) -> Option<JobId> {
    let next = state.next()?;
    state.start(next);
    Some(next)
}

const NOTHING: Needs = Needs { slots: 0, alone: false, tolerant: false };
const SLOT: Needs = Needs { slots: 1, alone: false, tolerant: false };
const ALONE: Needs = Needs { slots: 1, alone: true, tolerant: false };
const QUESTION: Needs = Needs { slots: 0, alone: true, tolerant: false };

// ---- graphs ----------------------------------------------------------------

/// Jobs, edges, and the chains that tasks are made of.
#[derive(Debug, Clone, Default)]
struct Model {
    needs: Vec<Needs>,
    edges: Vec<Edge>,
    chains: Vec<Vec<usize>>,
    /// Calls: the node before, the join after.
    sites: Vec<(usize, usize)>,
}

/// A task as the expander would lay it out.
#[derive(Debug, Clone)]
struct Shape {
    first: Needs,
    /// None for a task of one node.
    steps: Vec<Step>,
    needs: Vec<Shape>,
    posts: Vec<Shape>,
}

#[derive(Debug, Clone)]
enum Step {
    Script(Needs),
    Call(Vec<Shape>),
}

/// A further edge between tasks that are there already.
#[derive(Debug, Clone)]
struct Cross {
    kind: EdgeKind,
    from: Index,
    to: Index,
}

impl Model {
    fn node(&mut self, needs: Needs) -> usize {
        self.needs.push(needs);
        self.needs.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, kind: EdgeKind) {
        let edge = Edge { from: JobId(from as u32), to: JobId(to as u32), kind };
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }

    /// Lays out a task and all below it: `asker` wants it, `join` waits for it
    /// and for what follows it. Returns its first and last node.
    fn task(
        &mut self,
        shape: &Shape,
        asker: Option<(usize, EdgeKind)>,
        join: Option<usize>,
    ) -> (usize, usize) {
        let first = self.node(shape.first);
        let mut chain = vec![first];
        let mut last = first;
        if let Some((by, kind)) = asker {
            self.edge(by, first, kind);
        }
        for step in &shape.steps {
            let here = match step {
                Step::Script(needs) => self.node(*needs),
                Step::Call(_) => self.node(NOTHING),
            };
            self.edge(last, here, EdgeKind::Sequence);
            if let Step::Call(called) = step {
                self.sites.push((last, here));
                for shape in called {
                    let end = self.task(shape, Some((last, EdgeKind::Call)), Some(here)).1;
                    self.edge(end, here, EdgeKind::Depends);
                }
            }
            chain.push(here);
            last = here;
        }
        self.chains.push(chain);
        for need in &shape.needs {
            let end = self.task(need, asker, join).1;
            self.edge(end, first, EdgeKind::Depends);
        }
        for post in &shape.posts {
            let end = self.task(post, Some((last, EdgeKind::Post)), None).1;
            if let Some(join) = join {
                self.edge(end, join, EdgeKind::Depends);
            }
        }
        (first, last)
    }

    /// Adds an edge between two tasks where it closes no circle; a call joins
    /// a task that other calls ask for.
    fn cross(&mut self, cross: &Cross) {
        let to = cross.to.get(&self.chains);
        let (first, last) = (to[0], to[to.len() - 1]);
        if cross.kind == EdgeKind::Call {
            let conditional = self.before(first).any(|e| e.kind == EdgeKind::Call);
            if !conditional || self.sites.is_empty() {
                return;
            }
            let (before, join) = *cross.from.get(&self.sites);
            if !self.reaches(join, last) && !self.reaches(first, before) {
                self.edge(before, first, EdgeKind::Call);
                self.edge(last, join, EdgeKind::Depends);
            }
        } else {
            let from = cross.from.get(&self.chains);
            let end = from[from.len() - 1];
            if !self.reaches(first, end) {
                self.edge(end, first, cross.kind);
            }
        }
    }

    fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = vec![false; self.needs.len()];
        let mut stack = vec![from];
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                let after = self.edges.iter().filter(|e| e.from.0 as usize == at);
                stack.extend(after.map(|e| e.to.0 as usize));
            }
        }
        seen[to]
    }

    fn before(&self, id: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |e| e.to.0 as usize == id)
    }

    /// Posts, and what they call or go on with.
    fn cleanup(&self) -> Vec<bool> {
        let mut cleanup = vec![false; self.needs.len()];
        loop {
            let more = self.edges.iter().find(|e| {
                let inherited = matches!(e.kind, EdgeKind::Call | EdgeKind::Sequence)
                    && cleanup[e.from.0 as usize];
                !cleanup[e.to.0 as usize] && (e.kind == EdgeKind::Post || inherited)
            });
            match more {
                Some(edge) => cleanup[edge.to.0 as usize] = true,
                None => return cleanup,
            }
        }
    }
}

fn needs() -> impl Strategy<Value = Needs> {
    prop_oneof![6 => Just(SLOT), 1 => Just(ALONE), 2 => Just(NOTHING)]
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = needs().prop_map(|first| Shape {
        first,
        steps: Vec::new(),
        needs: Vec::new(),
        posts: Vec::new(),
    });
    leaf.prop_recursive(3, 14, 2, |inner| {
        let some = move |n| prop::collection::vec(inner.clone(), 0..n);
        let step = prop_oneof![needs().prop_map(Step::Script), some(3).prop_map(Step::Call)];
        let chain = (
            prop_oneof![4 => Just(NOTHING), 1 => Just(QUESTION)],
            prop::collection::vec(step, 1..4),
        );
        let body = prop_oneof![1 => needs().prop_map(|first| (first, Vec::new())), 2 => chain];
        (body, some(3), some(2)).prop_map(|((first, steps), needs, posts)| Shape {
            first,
            steps,
            needs,
            posts,
        })
    })
}

/// What the expander makes of a project.
fn expanded() -> impl Strategy<Value = Model> {
    let kind = prop_oneof![Just(EdgeKind::Depends), Just(EdgeKind::WaitFor), Just(EdgeKind::Call)];
    let cross = (kind, any::<Index>(), any::<Index>()).prop_map(|(kind, from, to)| Cross {
        kind,
        from,
        to,
    });
    (prop::collection::vec(shape(), 1..4), prop::collection::vec(cross, 0..8)).prop_map(
        |(shapes, crosses)| {
            let mut model = Model::default();
            for shape in &shapes {
                model.task(shape, None, None);
            }
            for cross in &crosses {
                model.cross(cross);
            }
            model
        },
    )
}

/// Any acyclic graph at all.
fn wild() -> impl Strategy<Value = Model> {
    let kind = prop_oneof![
        3 => Just(EdgeKind::Depends),
        1 => Just(EdgeKind::Sequence),
        1 => Just(EdgeKind::WaitFor),
        1 => Just(EdgeKind::Call),
        1 => Just(EdgeKind::Post),
    ];
    let needs = prop_oneof![4 => needs(), 1 => Just(QUESTION)];
    (1usize..16).prop_flat_map(move |n| {
        let edge = (0..n, 0..n, kind.clone());
        let names = Just((0..n).collect::<Vec<_>>()).prop_shuffle();
        (prop::collection::vec(needs.clone(), n), prop::collection::vec(edge, 0..2 * n), names)
            .prop_map(|(needs, edges, names)| {
                let mut model = Model { needs, ..Model::default() };
                for (a, b, kind) in edges.into_iter().filter(|(a, b, _)| a != b) {
                    model.edge(names[a.min(b)], names[a.max(b)], kind);
                }
                model
            })
    })
}

// ---- runs ------------------------------------------------------------------

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

// ---- cases -----------------------------------------------------------------

const FAILED: Outcome = Outcome::Failed(Cause::Exit(3));
const STOPPED: Outcome = Outcome::Skipped(SkipReason::Stopped);
const NOT_NEEDED: Outcome = Outcome::Skipped(SkipReason::NotNeeded);

/// A run told step by step.
struct Story(State);

impl Story {
    fn new(needs: &[Needs], edges: &[(u32, u32, EdgeKind)], jobs: usize) -> Self {
        let edge = |(from, to, kind): &(u32, u32, EdgeKind)| Edge {
            from: JobId(*from),
            to: JobId(*to),
            kind: *kind,
        };
        Self(State::new(needs, edges.iter().map(edge), jobs))
    }

    /// All that start now.
    fn starts(&mut self) -> Vec<u32> {
        std::iter::from_fn(|| started(&mut self.0)).map(|job| job.0).collect()
    }

    fn ends(&mut self, job: u32, outcome: Outcome) -> Vec<(u32, Outcome)> {
        plain(self.0.end(JobId(job), outcome))
    }

    fn stops(&mut self) -> Vec<(u32, Outcome)> {
        plain(self.0.stop())
    }
}

fn plain(consequences: Vec<(JobId, Outcome)>) -> Vec<(u32, Outcome)> {
    consequences.into_iter().map(|(job, outcome)| (job.0, outcome)).collect()
}

#[test]
fn one_slot_serves_in_the_order_of_readiness() {
    // all: d1 (needs w1), d2 (needs w2), d3 (needs w1)
    let (all, d1, d2, d3, w1, w2) = (0, 1, 2, 3, 4, 5);
    let mut needs = [SLOT; 6];
    needs[0] = NOTHING;
    let edges = [(w1, d1), (w2, d2), (w1, d3), (d1, all), (d2, all), (d3, all)]
        .map(|(from, to)| (from, to, EdgeKind::Depends));
    let mut run = Story::new(&needs, &edges, 1);
    for job in [w1, w2, d1, d3, d2, all] {
        assert_eq!(run.starts(), [job]);
        assert_eq!(run.ends(job, Outcome::Success), []);
    }
    assert!(run.0.is_finished());
}

#[test]
fn failing_fast_drops_what_waits_and_lets_what_runs_end() {
    let mut run = Story::new(&[SLOT; 4], &[(0, 3, EdgeKind::Depends)], 2);
    assert_eq!(run.starts(), [0, 1]);
    let skipped = Outcome::Skipped(SkipReason::Dependency);
    assert_eq!(run.ends(0, FAILED), [(3, skipped)]);
    assert_eq!(run.stops(), [(2, STOPPED)]);
    assert_eq!(run.stops(), []);
    assert!(run.starts().is_empty());
    assert!(!run.0.is_finished());
    assert_eq!(run.ends(1, Outcome::Success), []);
    assert!(run.0.is_finished());
}

#[test]
fn keeping_going_skips_only_what_depends_on_a_failure() {
    let edges = [(0, 1, EdgeKind::Depends), (1, 2, EdgeKind::Depends), (0, 3, EdgeKind::WaitFor)];
    let mut run = Story::new(&[SLOT; 5], &edges, 1);
    assert_eq!(run.starts(), [0]);
    let skipped = Outcome::Skipped(SkipReason::Dependency);
    assert_eq!(run.ends(0, FAILED), [(1, skipped.clone()), (2, skipped)]);
    assert_eq!(run.starts(), [4]);
    assert_eq!(run.ends(4, Outcome::Success), []);
    assert_eq!(run.starts(), [3]);
}

#[test]
fn a_post_runs_after_a_failure_also_while_the_run_ends() {
    // 1 is what 0 is followed by, 2 is what that calls, 3 its join.
    let edges = [
        (0, 1, EdgeKind::Post),
        (1, 3, EdgeKind::Sequence),
        (1, 2, EdgeKind::Call),
        (2, 3, EdgeKind::Depends),
    ];
    let mut run = Story::new(&[SLOT, NOTHING, SLOT, NOTHING], &edges, 1);
    assert_eq!(run.starts(), [0]);
    assert_eq!(run.stops(), []);
    assert_eq!(run.ends(0, FAILED), []);
    for job in [1, 2, 3] {
        assert_eq!(run.starts(), [job]);
        assert_eq!(run.ends(job, Outcome::Success), []);
    }
    assert!(run.0.is_finished());
}

#[test]
fn a_post_of_a_task_that_never_began_is_not_needed() {
    let edges = [(0, 1, EdgeKind::Depends), (1, 2, EdgeKind::Post)];
    let mut run = Story::new(&[SLOT; 3], &edges, 1);
    assert_eq!(run.starts(), [0]);
    let skipped = Outcome::Skipped(SkipReason::Dependency);
    assert_eq!(run.ends(0, FAILED), [(1, skipped), (2, NOT_NEEDED)]);
    assert!(run.0.is_finished());
}

/// Gate 0, its call of 1, the join 2, a script 3, the post 4.
fn composite() -> Story {
    let edges = [
        (0, 2, EdgeKind::Sequence),
        (0, 1, EdgeKind::Call),
        (1, 2, EdgeKind::Depends),
        (2, 3, EdgeKind::Sequence),
        (3, 4, EdgeKind::Post),
    ];
    Story::new(&[NOTHING, SLOT, NOTHING, SLOT, SLOT], &edges, 4)
}

#[test]
fn a_fresh_gate_skips_all_that_is_inside_but_not_the_post() {
    let mut run = composite();
    assert_eq!(run.starts(), [0]);
    let mut ended = run.ends(0, Outcome::Fresh);
    ended.sort_by_key(|(job, _)| *job);
    assert_eq!(ended, [(1, NOT_NEEDED), (2, Outcome::Fresh), (3, Outcome::Fresh)]);
    assert_eq!(run.starts(), [4]);
}

#[test]
fn a_failed_call_fails_its_caller_with_the_same_code() {
    let mut run = composite();
    assert_eq!(run.starts(), [0]);
    assert_eq!(run.ends(0, Outcome::Success), []);
    assert_eq!(run.starts(), [1]);
    let inner = Outcome::Failed(Cause::Inner(3));
    assert_eq!(run.ends(1, FAILED), [(2, inner.clone()), (3, inner)]);
    assert_eq!(run.starts(), [4]);
}

#[test]
fn a_task_cut_between_its_steps_ends_as_cancelled_and_is_cleaned_up() {
    let mut run = composite();
    assert_eq!(run.starts(), [0]);
    assert_eq!(run.stops(), []);
    let cancelled = Outcome::Failed(Cause::Cancelled);
    let ended = run.ends(0, Outcome::Success);
    assert_eq!(ended, [(1, STOPPED), (2, cancelled.clone()), (3, cancelled)]);
    assert_eq!(run.starts(), [4]);
    assert_eq!(run.ends(4, Outcome::Success), []);
    assert!(run.0.is_finished());
}

#[test]
fn a_job_that_runs_alone_waits_for_others_and_others_for_it() {
    let mut run = Story::new(&[SLOT, ALONE, SLOT, QUESTION], &[], 4);
    assert_eq!(run.starts(), [0]);
    assert_eq!(run.ends(0, Outcome::Success), []);
    assert_eq!(run.starts(), [1]);
    assert_eq!(run.ends(1, Outcome::Success), []);
    assert_eq!(run.starts(), [2]);
    assert_eq!(run.ends(2, Outcome::Success), []);
    assert_eq!(run.starts(), [3]);
}
