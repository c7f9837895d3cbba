//! Hidden tasks that nothing can reach: no list shows them, and nothing names
//! them.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use globset::GlobBuilder;

use super::Finding;
use crate::model::{Lint, Scope};
use crate::plan::lint::ground::Ground;
use crate::plan::lint::told::parts;

/// Files of a project that often start tasks.
const CALLERS: [&str; 16] = [
    "package.json", "Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Taskfile.yml",
    "lefthook.yml", ".lefthook.yml", ".pre-commit-config.yaml", "hk.pkl", ".gitlab-ci.yml",
    "Dockerfile", "Procfile", "README.md", "CONTRIBUTING.md",
];

/// Directories whose files do.
const CALLER_DIRS: [&str; 5] =
    [".github/workflows", ".github/actions", ".husky", ".circleci", "scripts"];

/// Larger files are not read.
const LARGEST: u64 = 512 * 1024;

pub(super) fn find(ground: &Ground<'_>) -> Vec<Finding> {
    let hidden: Vec<usize> = ground.all().filter(|at| ground.task(*at).hide).collect();
    let some_are_shown = hidden.len() < ground.facts.len();
    // A file of helpers alone is for others.
    if hidden.is_empty() || !some_are_shown {
        return Vec::new();
    }
    let reached = reached(ground);
    let mut left: Vec<usize> = hidden.iter().copied().filter(|at| !reached.contains(at)).collect();
    let root = ground.project.nearest_root();
    left.retain(|at| {
        let own = root.is_some_and(|root| Arc::ptr_eq(root, &ground.task(*at).root));
        own && ground.task(*at).root.scope == Scope::Project
    });
    left.retain(|at| !is_spare_guard(ground, *at, &reached));
    if left.is_empty() {
        return Vec::new();
    }
    let texts = texts(ground);
    left.retain(|at| !texts.iter().any(|text| names(ground, *at, text)));
    left.into_iter().map(|at| finding(ground, at)).collect()
}

fn finding(ground: &Ground<'_>, at: usize) -> Finding {
    let me = ground.name(at);
    let message = format!("`{me}` is hidden, and nothing runs it");
    Finding::new(ground, Lint::UnreachableHidden, &[at], message).because(
        "No list shows it and no task names it: a check that was meant to be made is not made",
        format!("add `{me}` to `depends` of the task that it is for, or take it out"),
    )
}

/// Every task that another one names, in any way.
fn reached(ground: &Ground<'_>) -> HashSet<usize> {
    let mut found: HashSet<usize> = HashSet::new();
    for at in ground.all() {
        let facts = &ground.facts[at];
        found.extend(facts.needs.iter().map(|(_, to)| *to));
        for (_, call) in facts.calls.iter().filter(|(_, call)| call.contains('*')) {
            let pattern = GlobBuilder::new(call).build().map(|glob| glob.compile_matcher());
            if let Ok(pattern) = pattern {
                found.extend(ground.all().filter(|to| pattern.is_match(&ground.task(*to).name)));
            }
        }
    }
    found
}

/// One of several guards of a kind, of which another is used: they are kept
/// side by side to choose from.
fn is_spare_guard(ground: &Ground<'_>, at: usize, reached: &HashSet<usize>) -> bool {
    let kind = |at: usize| parts(ground.name(at)).into_iter().next().unwrap_or_default();
    let is_guard = |at: usize| ground.task(at).hide && ground.facts[at].can_refuse();
    let of_kind = |other: &usize| *other != at && is_guard(*other) && kind(*other) == kind(at);
    is_guard(at) && reached.iter().any(of_kind)
}

/// Everything in which a task may be named.
fn texts(ground: &Ground<'_>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut texts = Vec::new();
    let roots = ground.project.roots.iter().flat_map(|root| &root.files);
    let defining = ground.project.tasks.iter().flat_map(|task| task.defined_in());
    for file in roots.chain(defining) {
        if seen.insert(file.path.clone()) {
            texts.push(file.text.clone());
        }
    }
    let inner = ground.facts.iter().flat_map(|facts| &facts.inner);
    texts.extend(inner.map(crate::plan::script::Simple::text));
    let root = ground.project.home();
    texts.extend(CALLERS.iter().filter_map(|name| small(&root.join(name))));
    for dir in CALLER_DIRS {
        let files = std::fs::read_dir(root.join(dir)).into_iter().flatten().flatten();
        texts.extend(files.take(200).filter_map(|file| small(&file.path())));
    }
    texts
}

fn small(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok()?;
    (meta.is_file() && meta.len() <= LARGEST).then(|| std::fs::read_to_string(path).ok())?
}

/// The text names the task otherwise than to define it.
fn names(ground: &Ground<'_>, at: usize, text: &str) -> bool {
    let task = ground.task(at);
    let own = task.by_own_name();
    let all = [own.name.as_str(), own.display()].into_iter();
    let all = all.chain(task.aliases.iter().map(String::as_str));
    all.filter(|name| !name.is_empty()).any(|name| {
        text.match_indices(name).any(|(from, _)| {
            let (before, after) = (&text[..from], &text[from + name.len()..]);
            let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':');
            let whole = !before.ends_with(inside) && !after.starts_with(inside);
            whole && !defines(before, after)
        })
    })
}

/// `[tasks.x]`, `[tasks."x"]`, `["x"]`, `x = …`, `x.run = …`
fn defines(before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let line = line.trim_end_matches(['"', '\'']);
    let rest = after.trim_start_matches(['"', '\'']);
    let header = line.starts_with('[') && rest.starts_with(']') && !line.contains(['=', ',']);
    let key = (line.is_empty() || line == "tasks.") && rest.trim_start().starts_with(['=', '.']);
    let alias = line.starts_with("alias");
    header || key || alias
}
