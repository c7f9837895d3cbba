//! Requests → graph: follows `depends`, `depends_post`, the calls inside
//! `run`, and `wait_for`, and says what is missing or goes round in circles.
//!
//! The rules of occurrences: one node chain per task + args + env + phase. A
//! call whose occurrence is an ancestor of its place already is satisfied by
//! it; else it joins an identical one where that makes no cycle; else it gets
//! an occurrence of its own. So an acyclic project never expands into a cycle.

mod calls;
mod links;
mod resolve;

use std::collections::VecDeque;

use super::graph::{EdgeKind, Graph, Occurrence, Part, Phase};
use super::select::Request;
use crate::config::template;
use crate::config::workspace::{Evaluators, Workspace};
use crate::model::{Call, JobId, Problem, RunEntry, Seldom, Spot, TaskId};
use foldhash::{HashMap, HashMapExt};

/// The graph and what was noticed on the way.
#[derive(Debug)]
pub struct Expansion {
    /// Nodes and edges.
    pub graph: Graph,
    /// Occurrences that were asked for or are depended on, without those that
    /// only calls inside `run` brought in: the graph that mise draws.
    pub static_count: usize,
    /// Things dropped, for `-v`.
    pub notes: Vec<String>,
    /// Things a user should mend.
    pub warnings: Vec<String>,
}

/// How far the graph reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything: what a run needs.
    Full,
    /// Without what calls inside `run` bring in: what is drawn.
    Drawing,
    /// Only what was asked for and what it calls (`--skip-deps`).
    WithoutDependencies,
}

type Key = (TaskId, Seldom<Vec<String>>, Seldom<Vec<(String, String)>>, Phase);

/// A place inside a `run` list where other tasks are called.
#[derive(Debug, Clone)]
struct Site {
    id: u32,
    /// Ends when the call is reached.
    before: JobId,
    /// Waits for what is called.
    join: JobId,
}

/// An occurrence that another one cleans up after.
#[derive(Debug, Clone)]
struct Parent {
    occurrence: usize,
    kind: EdgeKind,
    spot: Spot,
}

/// Grows the graph; kept during a run, for calls whose names are known late.
#[derive(Debug)]
pub struct Expander<'a> {
    workspace: &'a Workspace<'a>,
    pub(super) evaluators: Evaluators<'a>,
    scope: Scope,
    graph: Graph,
    index: HashMap<Key, Vec<usize>>,
    /// What each occurrence depends on, with the place that says so.
    needs: Vec<Vec<(usize, Spot)>>,
    /// True where something has to ask for it before it may run.
    conditional: Vec<bool>,
    /// What each post occurrence cleans up after, and how it is asked for.
    parents: Vec<Vec<Parent>>,
    /// The calling occurrence of each site, and the entry of its `run`.
    callers: Vec<(usize, usize)>,
    /// Who is calling now, outermost first.
    chain: Vec<usize>,
    /// A task calls itself; following it any further would never end.
    endless: bool,
    calls: HashMap<usize, VecDeque<(Site, usize)>>,
    /// Calls that wait for their names: the site and the entry, by the node
    /// that is reached.
    arrivals: HashMap<JobId, (Site, usize)>,
    /// During a run: which occurrences have succeeded already.
    succeeded: Option<Vec<bool>>,
    problems: Vec<Problem>,
    notes: Vec<String>,
    warnings: Vec<String>,
}

impl<'a> Expander<'a> {
    /// An expander with an empty graph.
    pub fn new(evaluators: Evaluators<'a>, scope: Scope) -> Self {
        Self {
            workspace: evaluators.workspace(),
            evaluators,
            scope,
            graph: Graph::default(),
            index: HashMap::new(),
            needs: Vec::new(),
            conditional: Vec::new(),
            parents: Vec::new(),
            callers: Vec::new(),
            chain: Vec::new(),
            endless: false,
            calls: HashMap::new(),
            arrivals: HashMap::new(),
            succeeded: None,
            problems: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The same with an empty graph.
    pub(super) fn again(self) -> Self {
        Self::new(self.evaluators, self.scope)
    }

    /// Expands requests into the complete graph.
    ///
    /// # Errors
    /// Everything that is wrong with it: missing tasks, cycles, tasks that are
    /// broken in their own definition.
    pub fn expand(&mut self, requests: &[Request]) -> Result<Expansion, Vec<Problem>> {
        let mut new = Vec::new();
        for request in requests {
            let key = (request.task, request.args.clone().into(), Seldom::default(), Phase::Normal);
            if !self.index.contains_key(&key) {
                let occurrence = self.create(key, None, Seldom::default());
                self.graph.occurrences[occurrence].dashes = request.dashes.into();
                new.push(occurrence);
            }
        }
        if let Some(composites) = self.link_all(new, None) {
            if self.scope != Scope::Drawing {
                self.follow_calls(composites, &[]);
            }
            if self.problems.is_empty() {
                self.link_wait_for(0);
            }
        }
        self.finish()
    }

    /// What was wrong since the last time somebody asked.
    pub(super) fn take_problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.problems)
    }

    fn finish(&mut self) -> Result<Expansion, Vec<Problem>> {
        let problems = self.take_problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut graph = std::mem::take(&mut self.graph);
        let called =
            |i: &usize| self.conditional[*i] && graph.occurrences[*i].phase == Phase::Normal;
        let static_count = (0..graph.occurrences.len()).filter(|i| !called(i)).count();
        if self.arrivals.is_empty() {
            self.forget();
            graph.complete();
        }
        Ok(Expansion {
            graph,
            static_count,
            notes: std::mem::take(&mut self.notes),
            warnings: std::mem::take(&mut self.warnings),
        })
    }

    /// Nothing will join the graph any more.
    fn forget(&mut self) {
        self.index = HashMap::new();
        self.needs = Vec::new();
        self.parents = Vec::new();
        self.conditional = Vec::new();
    }

    /// A new occurrence with its chain of nodes.
    fn create(&mut self, key: Key, site: Option<&Site>, inherits: Seldom<Vec<TaskId>>) -> usize {
        let occurrence = self.graph.occurrences.len();
        let (first, last) = self.chain(occurrence, key.0);
        let task = self.workspace.task(key.0);
        self.problems.extend(task.broken.iter().cloned());
        self.graph.occurrences.push(Occurrence {
            task: key.0,
            args: key.1.clone(),
            dashes: Seldom::default(),
            env: key.2.clone(),
            phase: key.3,
            site: site.map(|s| s.id),
            inherits,
            first,
            last,
        });
        self.needs.push(Vec::new());
        self.parents.push(Vec::new());
        self.conditional.push(site.is_some() || key.3 == Phase::Post);
        self.index.entry(key).or_default().push(occurrence);
        occurrence
    }

    /// One node for a plain task; a gate, scripts and joins for one that
    /// calls others or has to be confirmed.
    fn chain(&mut self, occurrence: usize, task: TaskId) -> (JobId, JobId) {
        let task = self.workspace.task(task);
        let run = task.run();
        if !run.iter().any(is_call) && task.confirm.is_none() {
            let only = self.graph.node(occurrence, Part::Whole);
            return (only, only);
        }
        let first = self.graph.node(occurrence, Part::Gate);
        let mut last = first;
        let mut at = 0;
        let mut calls = VecDeque::new();
        while at < run.len() {
            let end = run[at..].iter().position(is_call).map_or(run.len(), |n| at + n);
            if end > at {
                last = self.follow(last, occurrence, Part::Scripts(at, end));
                at = end;
                continue;
            }
            let late = is_late(&run[at]);
            if late {
                last = self.follow(last, occurrence, Part::Arrival(at));
            }
            let join = self.follow(last, occurrence, Part::Join);
            let site = Site { id: self.callers.len() as u32, before: last, join };
            self.callers.push((occurrence, at));
            if late {
                self.arrivals.insert(last, (site, at));
            } else {
                calls.push_back((site, at));
            }
            last = join;
            at += 1;
        }
        if !calls.is_empty() {
            self.calls.insert(occurrence, calls);
        }
        if run.is_empty() {
            last = self.follow(first, occurrence, Part::Scripts(0, 0));
        }
        (first, last)
    }

    /// A node that goes on with the task that `before` belongs to.
    fn follow(&mut self, before: JobId, occurrence: usize, part: Part) -> JobId {
        let node = self.graph.node(occurrence, part);
        self.graph.edge(before, node, EdgeKind::Sequence);
        node
    }

    fn name(&self, occurrence: usize) -> String {
        self.workspace.name(self.graph.occurrences[occurrence].task)
    }
}

fn is_call(entry: &RunEntry) -> bool {
    !matches!(entry, RunEntry::Script(_))
}

/// True where what is called is only known when the call is reached.
fn is_late(entry: &RunEntry) -> bool {
    let late = |text: &String| template::is_late(text);
    match entry {
        RunEntry::Script(_) => false,
        RunEntry::Task(call, _) => {
            let Call { task, args, env, .. } = &**call;
            late(task) || args.iter().any(late) || env.iter().any(|(_, value)| late(value))
        }
        RunEntry::Tasks(names, _) => names.iter().any(late),
    }
}

/// One step of a circle: who, where it says so, whom.
type Step = (String, Spot, String);

/// "Circular dependency detected: a → b → a", the known steps marked.
fn cycle(names: &[String], steps: &[Step]) -> Problem {
    let closed: Vec<String> = names.iter().chain(names.first()).cloned().collect();
    let problem = Problem::new(
        "graph::cycle",
        format!("Circular dependency detected: {}", closed.join(" → ")),
    )
    .reference(format!("circular dependency detected: {}", closed.join(" -> ")))
    .help("remove one of these, or use `wait_for` where only the order matters");
    steps.iter().fold(problem, |problem, (from, spot, to)| {
        problem.at(spot, format!("`{from}` needs `{to}`"))
    })
}

#[cfg(test)]
mod tests;
