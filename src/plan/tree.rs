//! The graph drawn: as a tree for people, as dot for graphviz. The shapes and
//! the order are the reference's.

use std::fmt::Write;

use super::graph::{EdgeKind, Graph, Phase};
use crate::config::workspace::Workspace;
use crate::model::TaskId;

/// The form of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// Everything under everything that needs it.
    Tree,
    /// A node is opened only once.
    Compact,
    /// Graphviz.
    Dot,
}

/// Occurrences and who needs whom: `needs[a]` lists, in the order found.
struct Shape {
    labels: Vec<String>,
    needs: Vec<Vec<usize>>,
    /// Dependent and dependency, in the order found.
    edges: Vec<(usize, usize)>,
}

/// Draws the graph below the occurrences of `roots`.
pub fn draw(workspace: &Workspace<'_>, graph: &Graph, roots: &[TaskId], form: Drawing) -> String {
    let shape = shape(workspace, graph);
    if form == Drawing::Dot {
        return dot(&shape);
    }
    let mut out = String::new();
    let mut opened = vec![false; shape.labels.len()];
    for (i, occurrence) in graph.occurrences.iter().enumerate() {
        if roots.contains(&occurrence.task) {
            tree(&shape, i, form, &mut opened, &mut out);
        }
    }
    out
}

fn shape(workspace: &Workspace<'_>, graph: &Graph) -> Shape {
    let label = |o: &super::graph::Occurrence| {
        let name = workspace.display(o.task);
        match o.phase {
            Phase::Normal => name,
            Phase::Post => format!("{name} (post)"),
        }
    };
    let mut shape = Shape {
        labels: graph.occurrences.iter().map(label).collect(),
        needs: vec![Vec::new(); graph.occurrences.len()],
        edges: Vec::new(),
    };
    let drawn = |kind| {
        matches!(kind, EdgeKind::Depends | EdgeKind::Post | EdgeKind::Finally | EdgeKind::WaitFor)
    };
    for edge in graph.edges().filter(|e| drawn(e.kind)) {
        let (from, to) = (graph.get(edge.from).occurrence, graph.get(edge.to).occurrence);
        if from != to && !shape.needs[to].contains(&from) {
            shape.needs[to].push(from);
            shape.edges.push((to, from));
        }
    }
    shape
}

fn dot(shape: &Shape) -> String {
    let mut out = String::from("digraph {\n");
    for (i, label) in shape.labels.iter().enumerate() {
        let label = label.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(out, "    {i} [ label = \"{label}\"]");
    }
    for (from, to) in &shape.edges {
        let _ = writeln!(out, "    {from} -> {to} [ ]");
    }
    out.push_str("}\n\n");
    out
}

/// One line of the tree to come: the node and what stands before it.
struct Line {
    node: usize,
    /// Glyphs of the ancestors.
    indent: String,
    /// The glyph of this one.
    branch: &'static str,
}

/// Without recursion, so that a long chain needs no deep stack.
fn tree(shape: &Shape, root: usize, form: Drawing, opened: &mut [bool], out: &mut String) {
    let mut stack = vec![Line { node: root, indent: String::new(), branch: "" }];
    while let Some(line) = stack.pop() {
        let Line { node, indent, branch } = line;
        let _ = write!(out, "{indent}{branch}{}", shape.labels[node]);
        let shown = std::mem::replace(&mut opened[node], true);
        let shut = form == Drawing::Compact && shown && !branch.is_empty();
        out.push_str(if shut { " (already shown)\n" } else { "\n" });
        if shut {
            continue;
        }
        let inner = match branch {
            "" => String::new(),
            "└── " => format!("{indent}    "),
            _ => format!("{indent}│   "),
        };
        for (i, child) in shape.needs[node].iter().enumerate() {
            stack.push(Line {
                node: *child,
                indent: inner.clone(),
                branch: if i == 0 { "└── " } else { "├── " },
            });
        }
    }
}
