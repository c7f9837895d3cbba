//! The plan's shape: occurrences of tasks, the nodes they are made of, and
//! typed edges. Knows how to grow and to answer questions about paths;
//! decides nothing.

use std::collections::BTreeSet;

use foldhash::{HashSet, HashSetExt};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef};

use crate::model::{JobId, Seldom, TaskId};

/// Before or after its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Asked for, or depended on.
    Normal,
    /// In a `depends_post`.
    Post,
}

/// One execution of a task: what makes it the same as another, and the first
/// and last node of its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The task.
    pub task: TaskId,
    /// Arguments it gets.
    pub args: Seldom<Vec<String>>,
    /// How many of them stand before `--`, where the command line has one.
    pub dashes: Seldom<Option<usize>>,
    /// Variables given by the caller or the dependency.
    pub env: Seldom<Vec<(String, String)>>,
    /// Before or after.
    pub phase: Phase,
    /// The call that had to have one of its own.
    pub site: Option<u32>,
    /// Tasks whose `env` it inherits, outermost first.
    pub inherits: Seldom<Vec<TaskId>>,
    /// Its first node: dependencies are waited for here.
    pub first: JobId,
    /// Its last node: others wait for this one.
    pub last: JobId,
}

/// What a node does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A whole task: a list of scripts, a file, or nothing.
    Whole,
    /// The start of a task with inner tasks: freshness and confirmation.
    Gate,
    /// Some consecutive scripts of it: entries from..to.
    Scripts(usize, usize),
    /// The call of entry `n`, whose name is only known when it is reached.
    Arrival(usize),
    /// The point where a call of inner tasks is done.
    Join,
}

/// A node of the plan; its index is the job's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Index of its occurrence.
    pub occurrence: usize,
    /// What it does.
    pub part: Part,
}

/// Why one node comes after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// `to` needs `from` to succeed.
    Depends,
    /// `to` joined the plan during the run and needs `from`, which had
    /// succeeded by then: no order, and so no part of a way.
    Done,
    /// `to` goes on with the task that `from` began.
    Sequence,
    /// `to` waits until `from` has ended in any way.
    WaitFor,
    /// `to` is wanted once `from` has succeeded.
    Call,
    /// `to` is wanted once `from` has ended, if it was started.
    Post,
    /// `to` is wanted once `from` has ended, if it or anything that it needs
    /// was started (`finally`).
    Finally,
}

/// An edge, for readers that do not know the graph type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edge {
    /// Goes first.
    pub from: JobId,
    /// Comes after.
    pub to: JobId,
    /// Why.
    pub kind: EdgeKind,
}

/// The whole shape.
#[derive(Debug, Default)]
pub struct Graph {
    inner: DiGraph<Node, EdgeKind>,
    known: HashSet<Edge>,
    /// All occurrences, in the order they were found.
    pub occurrences: Vec<Occurrence>,
}

fn index(id: JobId) -> NodeIndex {
    NodeIndex::new(id.0 as usize)
}

fn id(index: NodeIndex) -> JobId {
    JobId(index.index() as u32)
}

impl Graph {
    /// Adds a node.
    pub(super) fn node(&mut self, occurrence: usize, part: Part) -> JobId {
        id(self.inner.add_node(Node { occurrence, part }))
    }

    /// Adds an edge once.
    pub(super) fn edge(&mut self, from: JobId, to: JobId, kind: EdgeKind) {
        if self.known.insert(Edge { from, to, kind }) {
            self.inner.add_edge(index(from), index(to), kind);
        }
    }

    /// No edge is added any more.
    pub(super) fn complete(&mut self) {
        self.known = HashSet::new();
        self.occurrences.shrink_to_fit();
        self.inner.shrink_to_fit();
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.inner.node_count()
    }

    /// True without a node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = JobId> + use<> {
        (0..self.len() as u32).map(JobId)
    }

    /// A node.
    pub fn get(&self, job: JobId) -> &Node {
        &self.inner[index(job)]
    }

    /// The occurrence a node belongs to.
    pub fn occurrence(&self, job: JobId) -> &Occurrence {
        &self.occurrences[self.get(job).occurrence]
    }

    /// The nodes of an occurrence, in their order.
    pub fn nodes_of(&self, occurrence: usize) -> Vec<JobId> {
        let Occurrence { first, last, .. } = self.occurrences[occurrence];
        let nodes = (first.0..=last.0).map(JobId);
        nodes.filter(|job| self.get(*job).occurrence == occurrence).collect()
    }

    /// Number of edges.
    pub fn edge_count(&self) -> usize {
        self.inner.edge_count()
    }

    /// All edges, in the order in which they were added.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        self.inner.edge_references().map(|e| Edge {
            from: id(e.source()),
            to: id(e.target()),
            kind: *e.weight(),
        })
    }

    /// Nodes with an edge to `job`, and the edge's kind.
    pub fn before(&self, job: JobId) -> impl Iterator<Item = (JobId, EdgeKind)> + '_ {
        self.inner
            .edges_directed(index(job), petgraph::Direction::Incoming)
            .map(|e| (id(e.source()), *e.weight()))
    }

    /// Nodes with an edge from `job`, and the edge's kind.
    pub fn after(&self, job: JobId) -> impl Iterator<Item = (JobId, EdgeKind)> + '_ {
        self.inner.edges(index(job)).map(|e| (id(e.target()), *e.weight()))
    }

    /// True where `to` cannot start before `from` has ended.
    pub fn reaches(&self, from: JobId, to: JobId) -> bool {
        let ways = EdgeFiltered::from_fn(&self.inner, |edge| *edge.weight() != EdgeKind::Done);
        petgraph::algo::has_path_connecting(&ways, index(from), index(to), None)
    }

    /// All nodes, every one after those it waits for; of equals, the one that
    /// was asked for first. `Err` holds a node of a cycle.
    pub fn order(&self) -> Result<Vec<JobId>, JobId> {
        let mut waiting: Vec<usize> = vec![0; self.len()];
        let orders = |kind: &EdgeKind| *kind != EdgeKind::Done;
        for edge in self.inner.edge_references().filter(|e| orders(e.weight())) {
            waiting[edge.target().index()] += 1;
        }
        let mut ready: BTreeSet<usize> = (0..self.len()).filter(|i| waiting[*i] == 0).collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some(next) = ready.pop_first() {
            order.push(JobId(next as u32));
            for edge in self.inner.edges(NodeIndex::new(next)).filter(|e| orders(e.weight())) {
                let to = edge.target().index();
                waiting[to] -= 1;
                if waiting[to] == 0 {
                    ready.insert(to);
                }
            }
        }
        match waiting.iter().position(|w| *w > 0) {
            None => Ok(order),
            Some(stuck) => Err(JobId(self.on_cycle(stuck, &waiting) as u32)),
        }
    }

    /// Walks backwards over stuck nodes until one repeats.
    fn on_cycle(&self, mut at: usize, waiting: &[usize]) -> usize {
        let mut seen = vec![false; self.len()];
        while !seen[at] {
            seen[at] = true;
            let stuck = self
                .inner
                .neighbors_directed(NodeIndex::new(at), petgraph::Direction::Incoming)
                .find(|n| waiting[n.index()] > 0);
            match stuck {
                Some(previous) => at = previous.index(),
                None => return at,
            }
        }
        at
    }
}
