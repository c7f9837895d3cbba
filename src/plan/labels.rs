//! What the lines of a run call its occurrences. Knows the graph, no looks.

use std::collections::HashMap;
use std::sync::Arc;

use super::graph::Graph;
use crate::config::workspace::Workspace;

/// Names; with arguments where one run holds the same task with others. What
/// calls inside `run` bring in shows its name only, as in mise.
pub(super) fn labels(workspace: &Workspace<'_>, graph: &Graph) -> Vec<Arc<str>> {
    let mut variants: HashMap<String, Vec<&[String]>> = HashMap::new();
    for o in graph.occurrences.iter().filter(|o| o.site.is_none()) {
        let seen = variants.entry(workspace.display(o.task)).or_default();
        if !seen.contains(&o.args.as_slice()) {
            seen.push(&o.args);
        }
    }
    graph
        .occurrences
        .iter()
        .map(|o| {
            let name = workspace.display(o.task);
            let several = variants.get(&name).is_some_and(|v| v.len() > 1);
            if o.site.is_none() && several {
                [std::slice::from_ref(&name), &o.args].concat().join(" ").into()
            } else {
                name.into()
            }
        })
        .collect()
}
