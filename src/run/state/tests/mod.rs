//! The scheduler: the cases worth a name. What must hold in all of them is in
//! `drill`.

mod drill;
mod graphs;

use super::{Needs, State};
use crate::model::{Cause, JobId, Outcome, SkipReason};
use crate::plan::{Edge, EdgeKind};

/// The next job that may start, started.
fn started(state: &mut State) -> Option<JobId> {
    let next = state.next()?;
    state.start(next);
    Some(next)
}

const NOTHING: Needs = Needs { slots: 0, alone: false, tolerant: false, urgency: 0 };
const SLOT: Needs = Needs { slots: 1, ..NOTHING };
const ALONE: Needs = Needs { alone: true, ..SLOT };
const QUESTION: Needs = Needs { alone: true, ..NOTHING };

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
fn the_most_urgent_of_those_that_are_ready_starts_first() {
    let urgent = |urgency| Needs { urgency, ..SLOT };
    let needs = [urgent(1), urgent(3), urgent(2), urgent(3), urgent(9)];
    let mut run = Story::new(&needs, &[(0, 4, EdgeKind::Depends)], 1);
    for job in [1, 3, 2, 0, 4] {
        assert_eq!(run.starts(), [job]);
        assert_eq!(run.ends(job, Outcome::Success), []);
    }
    assert!(run.0.is_finished());
}

#[test]
fn scripts_behind_a_gate_have_its_turn() {
    // A gate and its script, a plain job, and a gate with a call and a script after it.
    let edges = [
        (0, 1, EdgeKind::Sequence),
        (3, 4, EdgeKind::Call),
        (3, 5, EdgeKind::Sequence),
        (4, 5, EdgeKind::Depends),
        (5, 6, EdgeKind::Sequence),
    ];
    let needs = [NOTHING, SLOT, SLOT, NOTHING, SLOT, NOTHING, SLOT];
    let mut run = Story::new(&needs, &edges, 1);
    for job in [0, 3] {
        assert_eq!(started(&mut run.0), Some(JobId(job)));
    }
    for job in [0, 3] {
        assert_eq!(run.ends(job, Outcome::Success), []);
    }
    for job in [1, 2, 4, 5, 6] {
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
fn what_is_to_be_tried_again_has_begun_when_the_run_ends() {
    let cancelled = Outcome::Failed(Cause::Cancelled);
    for ready in [false, true] {
        let mut run = Story::new(&[SLOT; 3], &[(0, 2, EdgeKind::Post)], 1);
        assert_eq!(run.starts(), [0]);
        run.0.set_aside(JobId(0));
        assert_eq!(run.starts(), [1]);
        if ready {
            run.0.resume(JobId(0));
        }
        assert_eq!(run.stops(), [(0, cancelled.clone())]);
        assert_eq!(run.ends(1, cancelled.clone()), []);
        assert_eq!(run.starts(), [2]);
    }
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
