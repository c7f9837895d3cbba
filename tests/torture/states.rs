//! The scheduler alone: every graph of up to four jobs, with every way in which a run of it can
//! go. Needs no process, and so can be thorough.
//!
//! Edges lead from a lower number to a higher one: each acyclic graph can be numbered so. Of two
//! neighbours without an edge between them the order makes no other graph, only another number;
//! one of such twins is left out.

use mep::model::{Cause, JobId, Outcome};
use mep::plan::{Edge, EdgeKind};
use mep::run::state::{Needs, State};

use crate::random::{factor, say};
use crate::rules::{Checked, Need, Policy, Watch, hold};

const SLOT: Need = Need { slot: true, alone: false };
const NOTHING: Need = Need { slot: false, alone: false };
const ALONE: Need = Need { slot: true, alone: true };

/// What a pair of jobs can have between them; the first is nothing.
const KINDS: [EdgeKind; 6] = [
    EdgeKind::Depends,
    EdgeKind::Sequence,
    EdgeKind::WaitFor,
    EdgeKind::Call,
    EdgeKind::Post,
    EdgeKind::Finally,
];

/// Decisions that are made one after the other; all combinations are gone through.
#[derive(Default)]
struct Choices {
    made: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    /// One of `0..count`.
    fn pick(&mut self, count: usize) -> usize {
        if self.at == self.made.len() {
            self.made.push((0, count));
        }
        let (choice, of) = self.made[self.at];
        assert_eq!(of, count, "the same choices led to another question");
        self.at += 1;
        choice
    }

    /// Goes on to the next combination; false after the last one.
    fn advance(&mut self) -> bool {
        self.at = 0;
        while let Some((choice, of)) = self.made.pop() {
            if choice + 1 < of {
                self.made.push((choice + 1, of));
                return true;
            }
        }
        false
    }
}

/// The pairs `(from, to)` of `count` jobs.
fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count).flat_map(|to| (0..to).map(move |from| (from, to))).collect()
}

/// A graph as numbers: what is between each pair.
fn edges(pairs: &[(usize, usize)], between: &[usize]) -> Vec<Edge> {
    let edge = |((from, to), kind): (&(usize, usize), &usize)| {
        let (from, to) = (JobId(*from as u32), JobId(*to as u32));
        kind.checked_sub(1).map(|kind| Edge { from, to, kind: KINDS[kind] })
    };
    pairs.iter().zip(between).filter_map(edge).collect()
}

/// True where two neighbours that nothing binds could change places for a smaller number.
fn has_smaller_twin(pairs: &[(usize, usize)], between: &[usize], count: usize) -> bool {
    let at = |from: usize, to: usize| {
        pairs.iter().position(|pair| *pair == (from, to)).map_or(0, |at| between[at])
    };
    (1..count).any(|b| {
        let a = b - 1;
        let swap = |n: usize| {
            if n == a {
                b
            } else if n == b {
                a
            } else {
                n
            }
        };
        at(a, b) == 0
            && pairs.iter().map(|(x, y)| at(swap(*x), swap(*y))).lt(between.iter().copied())
    })
}

/// Everything about the runs of a graph that is not left to choice.
struct Setting<'a> {
    needs: &'a [Need],
    edges: &'a [Edge],
    jobs: usize,
    policy: Policy,
    /// Somebody may stop the run at any moment.
    interrupts: bool,
    /// Of two that run, either may end first.
    orders: bool,
}

/// One run, as `choices` has it.
fn run(setting: &Setting<'_>, choices: &mut Choices) -> Checked {
    let needs = setting.needs.iter().map(|need| Needs {
        slots: u32::from(need.slot),
        alone: need.alone,
        tolerant: false,
        urgency: 0,
    });
    let needs: Vec<Needs> = needs.collect();
    let mut state = State::new(&needs, setting.edges.iter().copied(), setting.jobs)
        .lenient(setting.policy == Policy::Ignore);
    let mut watch = Watch::new(setting.needs, setting.edges, setting.jobs, setting.policy);
    loop {
        if setting.interrupts && !watch.is_stopped() && choices.pick(2) == 1 {
            stop(&mut state, &mut watch)?;
        }
        while let Some(job) = state.next() {
            state.start(job);
            watch.start(job.0 as usize)?;
            hold!(state.running() == watch.running.len(), "{} run", state.running());
        }
        watch.nothing_idles()?;
        if watch.running.is_empty() {
            break;
        }
        let which = if setting.orders { choices.pick(watch.running.len()) } else { 0 };
        let id = watch.running[which];
        let outcome = outcome(setting, &watch, id, choices);
        let failed = matches!(outcome, Outcome::Failed(_));
        let consequences = state.end(JobId(id as u32), outcome.clone());
        watch.end(id, outcome)?;
        decided(&state, &mut watch, consequences)?;
        if failed && setting.policy == Policy::Stop && !watch.is_stopped() {
            stop(&mut state, &mut watch)?;
        }
    }
    hold!(state.is_finished(), "the run does not end");
    watch.finish()
}

/// Joins cannot fail, and only the beginning of a task can be fresh.
fn outcome(setting: &Setting<'_>, watch: &Watch<'_>, id: usize, choices: &mut Choices) -> Outcome {
    let mut possible = vec![Outcome::Success];
    if setting.needs[id].takes_time() {
        possible.push(Outcome::Failed(Cause::Exit(3)));
    }
    if !watch.continues(id) {
        possible.push(Outcome::Fresh);
    }
    possible.swap_remove(choices.pick(possible.len()))
}

fn stop(state: &mut State, watch: &mut Watch<'_>) -> Checked {
    watch.stop();
    let consequences = state.stop();
    decided(state, watch, consequences)
}

/// Notes the ends that follow from another one.
fn decided(state: &State, watch: &mut Watch<'_>, ended: Vec<(JobId, Outcome)>) -> Checked {
    for (job, outcome) in ended {
        let id = job.0 as usize;
        hold!(!watch.started[id], "{id} runs, and was decided");
        hold!(state.outcome(job) == Some(&outcome), "{id} ends in two ways");
        watch.end(id, outcome)?;
    }
    Ok(())
}

/// All runs that `choices` can make of a setting; their number.
fn all_runs(setting: &Setting<'_>) -> u64 {
    let mut choices = Choices::default();
    let mut runs = 0;
    loop {
        let checked =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(setting, &mut choices)));
        let said = match checked {
            Ok(Ok(())) => None,
            Ok(Err(breach)) => Some(breach),
            Err(_) => Some("a panic".to_owned()),
        };
        if let Some(said) = said {
            let Setting { needs, edges, jobs, policy, .. } = setting;
            panic!(
                "{said}\nneeds {needs:?}\nedges {edges:#?}\njobs {jobs}, {policy:?}, choices {:?}",
                choices.made
            );
        }
        runs += 1;
        if !choices.advance() {
            return runs;
        }
    }
}

/// Calls `with` for every graph of `count` jobs; their number.
fn all_graphs(count: usize, mut with: impl FnMut(usize, &[Edge])) -> usize {
    let pairs = pairs(count);
    let mut between = vec![0; pairs.len()];
    let mut graphs = 0;
    loop {
        if !has_smaller_twin(&pairs, &between, count) {
            with(graphs, &edges(&pairs, &between));
            graphs += 1;
        }
        let Some(at) = between.iter().rposition(|kind| *kind < KINDS.len()) else {
            return graphs;
        };
        between[at] += 1;
        between[at + 1..].fill(0);
    }
}

#[test]
fn a_graph_that_is_left_out_has_a_twin_that_is_not() {
    // Two jobs have one pair: nothing, or one of six edges.
    assert_eq!(all_graphs(1, |_, _| ()), 1);
    assert_eq!(all_graphs(2, |_, _| ()), 7);
    let mut seen = Vec::new();
    all_graphs(3, |_, edges| seen.push(edges.to_vec()));
    let pairs = pairs(3);
    for code in 0..343 {
        let between = [code / 49, code / 7 % 7, code % 7];
        let graph = edges(&pairs, &between);
        let has_twin = permutations(3).any(|order| {
            let moved: Vec<Edge> = graph.iter().map(|e| renumbered(*e, &order)).collect();
            seen.iter().any(|s| s.len() == moved.len() && s.iter().all(|e| moved.contains(e)))
        });
        assert!(has_twin, "{graph:?} is left out");
    }
}

fn permutations(count: usize) -> impl Iterator<Item = Vec<usize>> {
    let all = (0..count.pow(count as u32)).map(move |code| {
        (0..count).map(|at| code / count.pow(at as u32) % count).collect::<Vec<usize>>()
    });
    all.filter(move |order| (0..count).all(|n| order.contains(&n)))
}

fn renumbered(edge: Edge, order: &[usize]) -> Edge {
    let new = |job: JobId| JobId(order[job.0 as usize] as u32);
    Edge { from: new(edge.from), to: new(edge.to), kind: edge.kind }
}

#[test]
fn every_graph_of_up_to_three_in_every_way() {
    let mut runs = 0;
    for count in 1..=3 {
        all_graphs(count, |_, edges| {
            for code in 0..3_usize.pow(count as u32) {
                let need = |at: usize| [SLOT, NOTHING, ALONE][code / 3_usize.pow(at as u32) % 3];
                let needs: Vec<Need> = (0..count).map(need).collect();
                for jobs in 1..=count {
                    for policy in [Policy::Stop, Policy::GoOn, Policy::Ignore] {
                        let setting = Setting {
                            needs: &needs,
                            edges,
                            jobs,
                            policy,
                            interrupts: code == 0,
                            orders: true,
                        };
                        runs += all_runs(&setting);
                    }
                }
            }
        });
    }
    assert!(runs > 100_000, "{runs} runs are not all of them");
    say(&format!("torture: {runs} runs of the scheduler alone, up to three jobs"));
}

/// Each graph of four with every fate. What is beside that (slots, policy, joins, who ends
/// first) changes from graph to graph, and all of it is tried where `MEP_TORTURE` asks for more.
#[test]
fn every_graph_of_four() {
    let mut runs = 0;
    let graphs = all_graphs(4, |number, edges| {
        let all = factor() > 1;
        let several = |of: usize| if all { 0..of } else { number % of..number % of + 1 };
        for code in several(5) {
            // No joins, or one of the four is one.
            let mut needs = [SLOT; 4];
            if let Some(join) = code.checked_sub(1) {
                needs[join] = NOTHING;
            }
            for (jobs, policy) in several(9)
                .map(|n| ([1, 2, 4][n % 3], [Policy::Stop, Policy::GoOn, Policy::Ignore][n / 3]))
            {
                let orders = all || number % 8 == 0;
                let setting =
                    Setting { needs: &needs, edges, jobs, policy, interrupts: false, orders };
                runs += all_runs(&setting);
            }
        }
    });
    assert!(graphs > 40_000, "{graphs} graphs are not all of them");
    say(&format!("torture: {graphs} graphs of four jobs, {runs} runs of the scheduler alone"));
}
