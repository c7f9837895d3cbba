//! What comes after each job, while it has not ended: chains of links in one
//! list, because most jobs have none or one. Knows nothing of what the edges
//! mean.

use crate::model::JobId;
use crate::plan::{Edge, EdgeKind};

/// No further link.
const END: u32 = u32::MAX;

#[derive(Debug)]
struct Link {
    to: JobId,
    kind: EdgeKind,
    next: u32,
}

/// The ends of the chain of one job.
#[derive(Debug, Clone, Copy)]
struct Chain {
    first: u32,
    last: u32,
}

/// The edges by the job that they lead from, each job's in their order.
#[derive(Debug, Default)]
pub(super) struct Successors {
    links: Vec<Link>,
    chains: Vec<Chain>,
}

impl Successors {
    /// Makes room for so many more jobs, with the ids that follow, and edges.
    pub(super) fn grow(&mut self, jobs: usize, edges: usize) {
        self.chains.reserve(jobs);
        self.chains.resize(self.chains.len() + jobs, Chain { first: END, last: END });
        self.links.reserve(edges);
    }

    /// Adds one edge.
    pub(super) fn add(&mut self, edge: Edge) {
        let new = self.links.len() as u32;
        let chain = &mut self.chains[edge.from.0 as usize];
        match self.links.get_mut(chain.last as usize) {
            Some(last) => last.next = new,
            None => chain.first = new,
        }
        chain.last = new;
        self.links.push(Link { to: edge.to, kind: edge.kind, next: END });
    }

    /// What comes after a job.
    pub(super) fn of(&self, job: JobId) -> impl Iterator<Item = (JobId, EdgeKind)> + '_ {
        let mut at = self.chains[job.0 as usize].first;
        std::iter::from_fn(move || {
            let link = self.links.get(at as usize)?;
            at = link.next;
            Some((link.to, link.kind))
        })
    }
}
