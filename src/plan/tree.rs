//! The graph drawn: as a tree for people, as dot for graphviz. The shapes and
//! the order are the reference's. `diagram` has the other forms.

use std::fmt::Write;

use super::diagram;
use super::graph::Graph;
use super::shape::{Line, Shape, shape};
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
    /// Nodes and edges, for programs.
    Json,
    /// A flowchart in the language of Mermaid.
    Mermaid,
    /// A picture.
    Svg,
}

/// Draws the graph below the occurrences of `roots`.
pub fn draw(workspace: &Workspace<'_>, graph: &Graph, roots: &[TaskId], form: Drawing) -> String {
    let shape = shape(workspace, graph, roots);
    match form {
        Drawing::Dot => return dot(&shape),
        Drawing::Json => return diagram::as_json(&shape),
        Drawing::Mermaid => return diagram::mermaid(&shape),
        Drawing::Svg => return diagram::svg(&shape),
        Drawing::Tree | Drawing::Compact => {}
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

fn dot(shape: &Shape) -> String {
    let mut out = String::from("digraph {\n");
    for (i, label) in shape.labels.iter().enumerate() {
        let label = label.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(out, "    {i} [ label = \"{label}\"]");
    }
    for Line { task, needs, .. } in &shape.edges {
        let _ = writeln!(out, "    {task} -> {needs} [ ]");
    }
    out.push_str("}\n\n");
    out
}

/// One line of the tree to come: the node and what stands before it.
struct Row {
    node: usize,
    /// Glyphs of the ancestors.
    indent: String,
    /// The glyph of this one.
    branch: &'static str,
}

/// Without recursion, so that a long chain needs no deep stack.
fn tree(shape: &Shape, root: usize, form: Drawing, opened: &mut [bool], out: &mut String) {
    let mut stack = vec![Row { node: root, indent: String::new(), branch: "" }];
    while let Some(line) = stack.pop() {
        let Row { node, indent, branch } = line;
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
            stack.push(Row {
                node: *child,
                indent: inner.clone(),
                branch: if i == 0 { "└── " } else { "├── " },
            });
        }
    }
}
