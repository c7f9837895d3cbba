//! The graph for other programs: as JSON, for Mermaid, and as a picture. Arrows
//! lead from what runs first.

use std::fmt::Write;

use serde_json::json;
use unicode_width::UnicodeWidthStr;

use super::layout::{HEIGHT, Point, layout};
use super::shape::{Link, Shape};

/// `nodes` and `edges`; an edge names who needs what, and why.
pub(super) fn as_json(shape: &Shape) -> String {
    let nodes = shape.boxes.iter().enumerate().map(|(id, node)| {
        let env: serde_json::Map<_, _> =
            node.env.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        json!({
            "id": id, "task": node.task, "args": node.args, "env": env, "post": node.is_post,
            "description": node.description,
        })
    });
    let edges = shape
        .edges
        .iter()
        .map(|edge| json!({ "task": edge.task, "needs": edge.needs, "kind": edge.link.name() }));
    let all = json!({ "nodes": nodes.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>() });
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

/// A flowchart of Mermaid.
pub(super) fn mermaid(shape: &Shape) -> String {
    let mut out = String::from("flowchart LR\n");
    for (id, label) in shape.labels.iter().enumerate() {
        let label = label.replace('#', "#35;").replace('"', "#quot;");
        let label = label.replace('<', "#lt;").replace('>', "#gt;").replace('`', "#96;");
        let _ = writeln!(out, "    n{id}[\"{label}\"]");
    }
    for edge in &shape.edges {
        let arrow = match edge.link {
            Link::Depends | Link::Call => "-->",
            Link::WaitFor => "-.->",
            Link::Post | Link::Finally => "==>",
        };
        let _ = writeln!(out, "    n{} {arrow} n{}", edge.needs, edge.task);
    }
    out
}

const MARGIN: f64 = 16.0;

/// Of one letter, and of the space beside the text.
const LETTER: f64 = 7.8;
const PADDING: f64 = 24.0;

/// From the middle of a letter down to its foot: not every program can centre it.
const BASELINE: f64 = 4.5;

/// Follows the reader's light or dark page.
const STYLE: &str = "\
    text { font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, monospace; fill: #1b1f24; \
text-anchor: middle }
    rect { fill: #f6f8fa; stroke: #57606a; rx: 6px }
    .asked rect { fill: #ddf4ff; stroke: #0969da }
    .post rect { stroke-dasharray: 4 3 }
    path { fill: none; stroke: #8c959f; stroke-width: 1.3 }
    .wait_for { stroke-dasharray: 2 4 }
    .post, .finally { stroke-dasharray: 7 4 }
    marker path { fill: #8c959f; stroke: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      rect { fill: #161b22; stroke: #8b949e }
      .asked rect { fill: #0c2d6b; stroke: #58a6ff }
    }
";

/// A picture that needs nothing beside itself.
pub(super) fn svg(shape: &Shape) -> String {
    let text = |label: &String| label.width() as f64 * LETTER + PADDING;
    let widths: Vec<f64> = shape.labels.iter().map(text).collect();
    let edges: Vec<(usize, usize)> = shape.edges.iter().map(|e| (e.needs, e.task)).collect();
    let page = layout(&widths, &edges);
    let (width, height) = (page.size.0 + 2.0 * MARGIN, page.size.1 + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"{:.0} {:.0} {width:.0} {height:.0}\">\n  <style>\n{STYLE}  </style>\n  \
         <marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"7\" \
         markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0.5 L8 4 L0 7.5 z\"/></marker>\n",
        -MARGIN, -MARGIN,
    );
    for (edge, route) in shape.edges.iter().zip(&page.routes) {
        let class = edge.link.name();
        let path = curve(route);
        let _ = writeln!(out, "  <path class=\"{class}\" marker-end=\"url(#tip)\" d=\"{path}\"/>");
    }
    for (i, (x, y)) in page.at.iter().enumerate() {
        let node = &shape.boxes[i];
        let class = match (node.is_root, node.is_post) {
            (true, false) => " class=\"asked\"",
            (_, true) => " class=\"post\"",
            _ => "",
        };
        let title = match node.description.is_empty() {
            true => String::new(),
            false => format!("<title>{}</title>", escape(&node.description)),
        };
        let (w, top, middle) = (widths[i], y - HEIGHT / 2.0, x + widths[i] / 2.0);
        let _ = writeln!(
            out,
            "  <g{class}>{title}<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{w:.1}\" \
             height=\"{HEIGHT}\"/><text x=\"{middle:.1}\" y=\"{:.1}\">{}</text></g>",
            y + BASELINE,
            escape(&shape.labels[i])
        );
    }
    out + "</svg>\n"
}

/// Through the points, level at each of them.
fn curve(points: &[Point]) -> String {
    let Some((x, y)) = points.first() else {
        return String::new();
    };
    let mut out = format!("M{x:.1} {y:.1}");
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let _ = match (y1 - y0).abs() < 0.05 {
            true => write!(out, " H{x1:.1}"),
            false => {
                let middle = (x0 + x1) / 2.0;
                write!(out, " C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {x1:.1} {y1:.1}")
            }
        };
    }
    out
}

fn escape(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control() || *c == '\n').collect::<String>();
    kept.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
