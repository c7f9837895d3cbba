//! What mise tells watchexec of tasks: where to watch, which files count, and
//! what to run. Starts nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::policy::Words;
use super::targets::{joined, planned, written};
use crate::app::asked::RunFlags;
use crate::app::forecast::asked;
use crate::app::run::requested;
use crate::config::workspace::Workspace;
use crate::config::{Loaded, Options};
use crate::model::{Dialect, JobId, Problem};
use crate::plan::{self, EdgeKind, Group, Plan, Request};
use crate::sys::{Context, normalize};

/// The part of watchexec's command line that tasks say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watchexec {
    /// `--project-origin`, `--watch`, `-f` and `--ignore`, where a task has sources.
    pub flags: Vec<String>,
    /// The words of the run.
    pub words: Vec<String>,
    /// A task that is asked for minds what version control ignores.
    pub no_vcs_ignore: bool,
}

/// A pattern: where it stands, and whether it leaves out what it matches.
struct Pattern {
    path: PathBuf,
    /// Everything that it can match lies here.
    base: PathBuf,
    excludes: bool,
}

impl Pattern {
    fn new(dir: &Path, text: &str) -> Self {
        let (excludes, body) = match text.strip_prefix('!') {
            Some(body) => (true, body),
            None => (false, text.strip_prefix('\\').filter(|t| t.starts_with('!')).unwrap_or(text)),
        };
        let path = normalize(&dir.join(body));
        let plain = |part: &std::path::Component<'_>| {
            !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{'])
        };
        let fixed: PathBuf = path.components().take_while(plain).collect();
        let is_literal = fixed == path;
        let base = if is_literal { path.parent().unwrap_or(&path).to_path_buf() } else { fixed };
        Self { path, base, excludes }
    }
}

/// What watchexec is told of the tasks that `flags` name.
///
/// # Errors
/// All that would keep them from running.
pub fn watchexec(
    ctx: &Arc<Context>,
    loaded: &Loaded,
    options: &Options,
    flags: &RunFlags,
) -> Result<Watchexec, Vec<Problem>> {
    let groups = plan::groups(&flags.words);
    planned(ctx, Dialect::Mise, loaded, options, flags, &groups, |workspace, plans| {
        let requests = requested(workspace, &groups, flags, Dialect::Mise, &mut |_| ())?;
        let plan = plans.plan(workspace, &requests)?;
        let minds = |request: &Request| workspace.task(request.task).watches_ignored;
        Ok(Watchexec {
            flags: told(&plan, &requests, loaded),
            words: words(workspace, &requests),
            no_vcs_ignore: requests.iter().any(minds),
        })
    })
}

fn words(workspace: &Workspace<'_>, requests: &[Request]) -> Vec<String> {
    let of = |request: &Request| {
        let name = workspace.name(request.task);
        written(Group { name, args: request.args.clone(), dashes: request.dashes })
    };
    let all: Vec<Words> = requests.iter().map(of).collect();
    joined(all.iter())
}

fn told(plan: &Plan, requests: &[Request], loaded: &Loaded) -> Vec<String> {
    let tasks = tasks(plan, requests);
    let mut dirs: Vec<PathBuf> = Vec::new();
    let mut patterns = Vec::new();
    for first in &tasks {
        let job = &plan.jobs[first.0 as usize];
        add(&mut dirs, normalize(&job.cwd));
        if let Some(spec) = &job.fresh {
            patterns.extend(spec.sources.iter().map(|text| Pattern::new(&spec.dir, text)));
        }
    }
    if patterns.is_empty() {
        return Vec::new();
    }
    let of_tasks = dirs.clone();
    for pattern in patterns.iter().filter(|pattern| !pattern.excludes) {
        if !of_tasks.iter().any(|dir| pattern.base.starts_with(dir)) {
            add(&mut dirs, pattern.base.clone());
        }
    }
    let project = &loaded.project;
    let whole = project.monorepo.as_ref().map(|monorepo| monorepo.root.clone());
    let root = whole.or_else(|| project.nearest_root().map(|root| root.dir.clone()));
    let bases = patterns.iter().map(|pattern| pattern.base.clone());
    let root = root.into_iter().chain(dirs.iter().cloned()).chain(bases).reduce(shared);
    let root = root.unwrap_or_default();
    let text = |path: &Path| path.strip_prefix(&root).unwrap_or(path).display().to_string();
    let mut flags = vec!["--project-origin".to_string(), root.display().to_string()];
    flags.extend(dirs.iter().flat_map(|dir| ["--watch".to_string(), dir.display().to_string()]));
    for (flag, excludes) in [("-f", false), ("--ignore", true)] {
        let mut texts = Vec::new();
        for pattern in patterns.iter().filter(|pattern| pattern.excludes == excludes) {
            add(&mut texts, text(&pattern.path));
        }
        flags.extend(texts.into_iter().flat_map(|text| [flag.to_string(), text]));
    }
    flags
}

fn add<T: PartialEq>(list: &mut Vec<T>, new: T) {
    if !list.contains(&new) {
        list.push(new);
    }
}

/// What two paths have in common.
fn shared(one: PathBuf, other: PathBuf) -> PathBuf {
    let both = one.components().zip(other.components());
    both.take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
}

/// The first job of each task that is asked for, and of what they need before
/// and after them, in the order in which mise comes across them: the last one
/// that it has found is looked at next.
fn tasks(plan: &Plan, requests: &[Request]) -> Vec<JobId> {
    let graph = &plan.graph;
    let mut found: Vec<JobId> = Vec::new();
    for occurrence in requests.iter().filter_map(|request| asked(plan, request)) {
        add(&mut found, graph.occurrences[occurrence].first);
    }
    let mut open = found.clone();
    while let Some(first) = open.pop() {
        let occurrence = graph.get(first).occurrence;
        let needs = graph.edges().filter_map(|edge| match edge.kind {
            EdgeKind::Depends if edge.to == first => Some(edge.from),
            EdgeKind::Post if graph.get(edge.from).occurrence == occurrence => Some(edge.to),
            _ => None,
        });
        for job in needs {
            let needed = graph.occurrence(job).first;
            if !found.contains(&needed) {
                found.push(needed);
                open.push(needed);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_a_base() {
        for (text, path, base) in [
            ("src/**/*.ts", "/p/src/**/*.ts", "/p/src"),
            ("src", "/p/src", "/p"),
            (".", "/p", "/"),
            ("../{a,b}/c", "/{a,b}/c", "/"),
            ("{a,b}/../c", "/p/c", "/p"),
            ("/etc/hosts", "/etc/hosts", "/etc"),
            ("\\!x", "/p/!x", "/p"),
            ("!x/*", "/p/x/*", "/p/x"),
            ("/", "/", "/"),
        ] {
            let pattern = Pattern::new(Path::new("/p"), text);
            let found = (pattern.path.to_str(), pattern.base.to_str());
            assert_eq!(found, (Some(path), Some(base)), "{text}");
        }
    }
}
