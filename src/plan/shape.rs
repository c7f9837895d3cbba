//! What is shown of a graph: occurrences and who needs whom, without the nodes
//! that an occurrence is made of. Draws nothing.

use foldhash::{HashSet, HashSetExt};

use super::graph::{Edge, EdgeKind, Graph, Occurrence, Part, Phase};
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

/// Who needs what, by their places among the occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Waits.
    pub task: usize,
    /// For this.
    pub needs: usize,
    /// Why.
    pub link: Link,
}

/// Why one comes behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It needs the other to succeed.
    Depends,
    /// It comes after the other.
    Post,
    /// It comes after the other, and after what that needs.
    Finally,
    /// Only the order matters.
    WaitFor,
    /// It calls the other in its `run`.
    Call,
}

impl Link {
    fn of(graph: &Graph, edge: &Edge) -> Option<Self> {
        match edge.kind {
            EdgeKind::Depends if graph.get(edge.to).part == Part::Join => Some(Self::Call),
            EdgeKind::Depends => Some(Self::Depends),
            EdgeKind::Post => Some(Self::Post),
            EdgeKind::Finally => Some(Self::Finally),
            EdgeKind::WaitFor => Some(Self::WaitFor),
            _ => None,
        }
    }

    /// Its name in a configuration file, but for `depends_post`; `call` is none of them.
    pub fn name(self) -> &'static str {
        match self {
            Self::Depends => "depends",
            Self::Post => "post",
            Self::Finally => "finally",
            Self::WaitFor => "wait_for",
            Self::Call => "call",
        }
    }
}

/// Takes it from the graph; `roots` were asked for.
pub(super) fn shape(workspace: &Workspace<'_>, graph: &Graph, roots: &[TaskId]) -> Shape {
    let node = |o: &Occurrence| Node {
        task: workspace.display(o.task),
        description: workspace.task(o.task).summary().to_string(),
        args: o.args.to_vec(),
        env: o.env.to_vec(),
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
        edges: links(graph),
        boxes,
    };
    for line in &shape.edges {
        shape.needs[line.task].push(line.needs);
    }
    shape
}

/// Who needs whom, each pair once, in the order found.
pub fn links(graph: &Graph) -> Vec<Line> {
    let mut known = HashSet::new();
    let line = |edge: Edge| {
        let (needs, task) = (graph.get(edge.from).occurrence, graph.get(edge.to).occurrence);
        let link = Link::of(graph, &edge)?;
        (needs != task && known.insert((needs, task))).then_some(Line { task, needs, link })
    };
    graph.edges().filter_map(line).collect()
}
