//! How long what is left of a run is likely to take, judged by how long its jobs took before.
//! Pure: knows no clock, and not where such times are kept.

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
    fn what_is_no_order_is_no_way() {
        assert_eq!(outlook(&[(0, 1, EdgeKind::Done)], &[Some(1), Some(5)]), [1, 5]);
    }
}
