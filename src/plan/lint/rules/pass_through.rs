//! An orchestrator that ends by telling its reader which task to run next.

use super::Finding;
use super::crafts;
use crate::model::Lint;
use crate::plan::lint::ground::Ground;
use crate::plan::lint::told::{family, in_text, parts};

/// Names that stand for a pipeline to its end.
const WHOLE: [&str; 8] =
    ["full", "all", "complete", "everything", "pipeline", "release", "deploy", "ship"];

/// What a person starts when it is wanted, and no part of a pipeline.
const WANTED: [&str; 30] = [
    "dev", "start", "serve", "server", "watch", "shell", "logs", "log", "open", "up", "down",
    "help", "run", "preview", "console", "repl", "clean", "status", "stop", "undo", "rollback",
    "revert", "reset", "debug", "list", "info", "dry", "destroy", "teardown", "yank",
];

pub(super) fn find(ground: &Ground<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for at in ground.all() {
        let facts = &ground.facts[at];
        if facts.needs.is_empty() && ground.task(at).depends.is_empty() || !facts.only_talks() {
            continue;
        }
        for said in &facts.said {
            for name in in_text(&said.simple.text()) {
                if is_next(ground, at, &name) {
                    let mut finding = told(ground, at, &name);
                    finding.issue = finding.issue.at(&ground.place(at, said));
                    found.push(finding);
                }
            }
        }
    }
    found
}

/// The task belongs to what this one does the rest of, and is not reached.
fn is_next(ground: &Ground<'_>, at: usize, name: &str) -> bool {
    let words = parts(name);
    let me = ground.name(at);
    if words.iter().any(|word| WANTED.contains(&word.as_str())) {
        return false;
    }
    let to = ground.find(at, name);
    if to == Some(at) || to.is_some_and(|to| ground.below(at).contains(&to)) {
        return false;
    }
    // Its own post tasks are run as well.
    if to.is_some_and(|to| ground.facts[at].needs.iter().any(|(_, other)| *other == to)) {
        return false;
    }
    let related = !family(me).is_empty() && family(me) == family(name);
    let whole = parts(me).iter().any(|part| WHOLE.contains(&part.as_str()));
    let publishes = to.is_some_and(|to| crafts::publisher(ground, to).is_some());
    related || publishes || (whole && to.is_some())
}

fn told(ground: &Ground<'_>, at: usize, name: &str) -> Finding {
    let me = ground.name(at);
    let message = format!("`{me}` tells its reader to run `{name}`, and does not run it");
    let help = match ground.find(at, name) {
        Some(_) => format!("add `{name}` to `depends` of `{me}`"),
        None => format!("define `{name}`, and add it to `depends` of `{me}`"),
    };
    Finding::new(ground, Lint::PassThrough, &[at], message)
        .because("It ends well while the last step has not been taken", help)
}
