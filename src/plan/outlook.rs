//! How long what is left of a run is likely to take, judged by how long its jobs took before.
//! Pure: knows no clock, and not where such times are kept.

use std::cmp::Reverse;
use std::time::Duration;

use super::graph::{EdgeKind, Graph};
use crate::model::JobId;

/// What a plan's jobs are likely to need, by node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Its own work; `None` where nobody knows.
    pub expected: Vec<Option<Duration>>,
    /// The longest way from its start to the end of the run. A job of unknown length counts as a
    /// typical one: the middle of those that are known.
    pub ahead: Vec<Duration>,
}

impl Outlook {
    /// The outlook on a graph without cycles. `known` says how long a job took lately; a job that
    /// does no work is known to take no time.
    pub fn new(graph: &Graph, known: impl Fn(JobId) -> Option<Duration>) -> Self {
        let expected: Vec<Option<Duration>> = graph.ids().map(known).collect();
        let typical = median(&expected);
        let mut ahead = vec![Duration::ZERO; expected.len()];
        for job in graph.order().unwrap_or_default().into_iter().rev() {
            let waits = |kind: EdgeKind| kind != EdgeKind::Done;
            let after = graph.after(job).filter(|(_, kind)| waits(*kind));
            let rest = after.map(|(to, _)| ahead[to.0 as usize]).max().unwrap_or_default();
            let own = expected[job.0 as usize].unwrap_or(typical);
            ahead[job.0 as usize] = own.saturating_add(rest);
        }
        Self { expected, ahead }
    }

    /// How long each job works; one of unknown length as long as a typical one.
    pub fn lengths(&self) -> Vec<Duration> {
        let typical = median(&self.expected);
        self.expected.iter().map(|time| time.unwrap_or(typical)).collect()
    }

    /// The jobs that work on the longest way through the run; of ways of one length, the one that
    /// begins with what comes first.
    pub fn longest_way(&self, graph: &Graph) -> Vec<JobId> {
        let ahead = |id: JobId| self.ahead[id.0 as usize];
        let lengths = self.lengths();
        let order = graph.order().unwrap_or_default();
        let mut way = Vec::new();
        let mut at = order.into_iter().rev().max_by_key(|id| ahead(*id));
        while let Some(job) = at.filter(|id| !ahead(*id).is_zero()) {
            way.push(job);
            let waits = graph.after(job).filter(|(_, kind)| *kind != EdgeKind::Done);
            at = waits.map(|(to, _)| to).max_by_key(|to| (ahead(*to), Reverse(*to)));
        }
        way.retain(|id| !lengths[id.0 as usize].is_zero());
        way
    }
}

/// The middle of what takes time at all.
fn median(times: &[Option<Duration>]) -> Duration {
    let mut known: Vec<Duration> =
        times.iter().flatten().filter(|time| !time.is_zero()).copied().collect();
    let half = known.len() / 2;
    if known.is_empty() { Duration::ZERO } else { *known.select_nth_unstable(half).1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::graph::Part;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn outlook(edges: &[(u32, u32, EdgeKind)], known: &[Option<u64>]) -> Vec<u64> {
        let mut graph = Graph::default();
        for occurrence in 0..known.len() {
            graph.node(occurrence, Part::Whole);
        }
        for (from, to, kind) in edges {
            graph.edge(JobId(*from), JobId(*to), *kind);
        }
        let outlook = Outlook::new(&graph, |job| known[job.0 as usize].map(S));
        outlook.ahead.iter().map(Duration::as_secs).collect()
    }

    #[test]
    fn the_longest_way_to_the_end_counts() {
        use EdgeKind::{Call, Depends};
        let diamond = [(0, 1, Depends), (0, 2, Call), (1, 3, Depends), (2, 3, Depends)];
        assert_eq!(outlook(&diamond, &[Some(1), Some(10), Some(2), Some(3)]), [14, 13, 5, 3]);
    }

    #[test]
    fn a_job_of_unknown_length_is_a_typical_one() {
        let chain = [(0, 1, EdgeKind::Depends), (1, 2, EdgeKind::WaitFor)];
        assert_eq!(outlook(&chain, &[None, Some(4), Some(0)]), [8, 4, 0]);
        assert_eq!(outlook(&chain, &[None, None, None]), [0, 0, 0]);
    }

    #[test]
    fn the_longest_way_is_named() {
        use EdgeKind::{Call, Depends};
        let mut graph = Graph::default();
        for occurrence in 0..5 {
            graph.node(occurrence, Part::Whole);
        }
        for (from, to, kind) in [(0, 1, Depends), (0, 2, Call), (1, 3, Depends), (2, 3, Depends)] {
            graph.edge(JobId(from), JobId(to), kind);
        }
        let way = |known: [Option<u64>; 5]| {
            let outlook = Outlook::new(&graph, |job| known[job.0 as usize].map(S));
            outlook.longest_way(&graph).iter().map(|id| id.0).collect::<Vec<_>>()
        };
        assert_eq!(way([Some(1), Some(10), Some(2), Some(3), Some(13)]), [0, 1, 3]);
        assert_eq!(way([Some(1), Some(2), Some(2), Some(0), Some(9)]), [4]);
        assert_eq!(way([Some(4), None, Some(2), Some(0), Some(1)]), [0, 1], "2 is typical");
        assert_eq!(way([Some(0); 5]), [0; 0]);
        assert_eq!(way([None; 5]), [0; 0]);
    }

    #[test]
    fn what_is_no_order_is_no_way() {
        assert_eq!(outlook(&[(0, 1, EdgeKind::Done)], &[Some(1), Some(5)]), [1, 5]);
    }
}
