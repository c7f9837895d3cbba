//! What is drawn of a graph: occurrences and who needs whom, without the nodes
//! that an occurrence is made of. Draws nothing.

use super::graph::{EdgeKind, Graph, Occurrence, Phase};
use crate::config::workspace::Workspace;
use crate::model::TaskId;

/// Occurrences and who needs whom: `needs[a]` lists, in the order found.
pub(super) struct Shape {
    pub(super) labels: Vec<String>,
    pub(super) boxes: Vec<Node>,
    pub(super) needs: Vec<Vec<usize>>,
    /// In the order found.
    pub(super) edges: Vec<Line>,
}

/// An occurrence, for those who want more than its label.
pub(super) struct Node {
    pub(super) task: String,
    pub(super) description: String,
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) is_post: bool,
    /// It was asked for.
    pub(super) is_root: bool,
}

/// Who needs what.
pub(super) struct Line {
    pub(super) task: usize,
    pub(super) needs: usize,
    pub(super) link: Link,
}

/// Why one is drawn behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Depends,
    Post,
    Finally,
    WaitFor,
}

impl Link {
    fn of(kind: EdgeKind) -> Option<Self> {
        match kind {
            EdgeKind::Depends => Some(Self::Depends),
            EdgeKind::Post => Some(Self::Post),
            EdgeKind::Finally => Some(Self::Finally),
            EdgeKind::WaitFor => Some(Self::WaitFor),
            _ => None,
        }
    }

    /// Its name in a configuration file, but for `depends_post`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Depends => "depends",
            Self::Post => "post",
            Self::Finally => "finally",
            Self::WaitFor => "wait_for",
        }
    }
}

/// Takes it from the graph; `roots` were asked for.
pub(super) fn shape(workspace: &Workspace<'_>, graph: &Graph, roots: &[TaskId]) -> Shape {
    let node = |o: &Occurrence| Node {
        task: workspace.display(o.task),
        description: workspace.task(o.task).summary().to_string(),
        args: o.args.clone(),
        env: o.env.clone(),
        is_post: o.phase == Phase::Post,
        is_root: roots.contains(&o.task),
    };
    let boxes: Vec<Node> = graph.occurrences.iter().map(node).collect();
    let label = |node: &Node| match node.is_post {
        false => node.task.clone(),
        true => format!("{} (post)", node.task),
    };
    let mut shape = Shape {
        labels: boxes.iter().map(label).collect(),
        needs: vec![Vec::new(); boxes.len()],
        edges: Vec::new(),
        boxes,
    };
    for edge in graph.edges() {
        let (from, to) = (graph.get(edge.from).occurrence, graph.get(edge.to).occurrence);
        if let Some(link) = Link::of(edge.kind)
            && from != to
            && !shape.needs[to].contains(&from)
        {
            shape.needs[to].push(from);
            shape.edges.push(Line { task: to, needs: from, link });
        }
    }
    shape
}
