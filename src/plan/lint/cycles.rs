//! Circles among tasks, and tasks below which something is missing: the whole
//! graph at once, as mise builds it, or task by task where it cannot be built.

use std::collections::{HashMap, HashSet};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::issue::Issue;
use super::links::{Kind, Links};
use crate::model::{Dialect, TaskId};

/// More circles than anybody reads: their number grows exponentially.
const MOST: usize = 1_000;
/// More steps than finding that many takes in a graph that people write.
const STEPS: usize = 200_000;

/// Everything below these tasks that goes round in circles or is missing.
pub(super) fn find(links: &mut Links<'_>, tasks: &[TaskId]) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut whole = HashSet::new();
    let missing: Vec<Option<String>> =
        tasks.iter().map(|task| missing(links, *task, &mut whole)).collect();
    let mut seen = HashSet::new();
    circles(links, tasks, &mut seen, &mut issues);
    if missing.iter().all(Option::is_none) {
        return issues;
    }
    let round = !issues.is_empty();
    (issues, seen) = (Vec::new(), HashSet::new());
    for (task, missing) in tasks.iter().zip(missing) {
        match missing {
            Some(details) => {
                let name = &links.task(*task).name;
                let message = "Failed to build task dependency graph";
                let issue = Issue::error(name, "dependency-graph-error", message).details(details);
                issues.push(issue.at(&links.task(*task).spot));
            }
            None if round => circles(links, &[*task], &mut seen, &mut issues),
            None => {}
        }
    }
    issues
}

/// The first name that means nothing in a task or below it. `whole` are tasks
/// of which that is known not to be so.
fn missing(links: &mut Links<'_>, root: TaskId, whole: &mut HashSet<TaskId>) -> Option<String> {
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if whole.contains(&id) || !seen.insert(id) {
            continue;
        }
        order.push(id);
        let mut below: Vec<TaskId> = Vec::new();
        for link in links.of(id).iter().filter(|l| matches!(l.kind, Kind::Depends | Kind::Post)) {
            match &link.tasks {
                Ok(tasks) => below.extend(tasks),
                Err(_) if link.call.optional => {}
                Err(words) => return Some(words.clone()),
            }
        }
        stack.extend(below.into_iter().rev());
    }
    // We drop what is not there to be waited for.
    let strict = links.dialect == Dialect::Mise;
    let nothing_to_wait_for = |id: &TaskId| {
        let all = links.of(*id);
        let waits = all.iter().filter(|l| l.kind == Kind::WaitFor && !l.call.optional);
        waits.filter_map(|link| link.tasks.as_ref().err()).next().cloned()
    };
    let found = strict.then(|| order.iter().find_map(nothing_to_wait_for)).flatten();
    whole.extend(order.into_iter().filter(|_| found.is_none()));
    found
}

type Key = (TaskId, Vec<String>, Vec<(String, String)>, bool);

/// The graph of everything below some tasks; from who waits to whom it is for.
#[derive(Default)]
struct Below {
    graph: DiGraph<Key, ()>,
    nodes: HashMap<Key, NodeIndex>,
}

impl Below {
    fn node(&mut self, key: Key) -> NodeIndex {
        let Self { graph, nodes } = self;
        *nodes.entry(key.clone()).or_insert_with(|| graph.add_node(key))
    }

    fn of(links: &mut Links<'_>, roots: &[TaskId]) -> Self {
        let mut all = Self::default();
        let mut stack: Vec<Key> =
            roots.iter().map(|task| (*task, Vec::new(), Vec::new(), false)).collect();
        for key in &stack {
            all.node(key.clone());
        }
        let mut seen = HashSet::new();
        while let Some(key) = stack.pop() {
            if seen.insert(key.clone()) {
                stack.extend(all.follow(links, &key));
            }
        }
        all.wait(links);
        all
    }

    /// Adds what one node depends on and what comes after it.
    fn follow(&mut self, links: &mut Links<'_>, key: &Key) -> Vec<Key> {
        let from = self.node(key.clone());
        let mut found = Vec::new();
        for link in links.of(key.0).iter() {
            let after = match link.kind {
                Kind::Depends => false,
                Kind::Post => true,
                _ => continue,
            };
            for task in link.tasks.iter().flatten() {
                let next = (*task, link.call.args.clone(), link.call.env.clone(), after);
                let to = self.node(next.clone());
                let (from, to) = if after { (to, from) } else { (from, to) };
                if from != to {
                    self.graph.update_edge(from, to, ());
                }
                found.push(next);
            }
        }
        found
    }

    /// `wait_for` orders what is there anyway.
    fn wait(&mut self, links: &mut Links<'_>) {
        let mut there: HashMap<TaskId, Vec<NodeIndex>> = HashMap::new();
        for node in self.graph.node_indices().filter(|node| !self.graph[*node].3) {
            there.entry(self.graph[node].0).or_default().push(node);
        }
        for from in self.graph.node_indices() {
            let all = links.of(self.graph[from].0);
            let waits = all.iter().filter(|link| link.kind == Kind::WaitFor);
            let tasks = waits.flat_map(|link| link.tasks.iter().flatten());
            for to in tasks.filter_map(|task| there.get(task)).flatten() {
                if *to != from {
                    self.graph.update_edge(from, *to, ());
                }
            }
        }
    }

    fn label(&self, links: &Links<'_>, node: NodeIndex) -> String {
        let (task, args, _, post) = &self.graph[node];
        let mut words = vec![links.workspace().name(*task)];
        words.extend(args.iter().cloned());
        words.extend(post.then(|| "(post)".to_string()));
        words.join(" ")
    }

    /// All circles without a node in them twice, each from its first node on.
    fn circles(&self) -> Vec<Vec<NodeIndex>> {
        let mut found = Vec::new();
        let mut steps = 0;
        for mut part in kosaraju_scc(&self.graph) {
            part.sort();
            for at in 0..part.len() {
                self.from(&part[at..], &mut steps, &mut found);
            }
        }
        found
    }

    /// Those that begin with the first of these nodes and stay among them.
    fn from(&self, nodes: &[NodeIndex], steps: &mut usize, found: &mut Vec<Vec<NodeIndex>>) {
        let next = |node: NodeIndex| {
            let mut next: Vec<NodeIndex> =
                self.graph.neighbors(node).filter(|n| nodes.binary_search(n).is_ok()).collect();
            next.sort();
            next.into_iter()
        };
        let start = nodes[0];
        let mut path = vec![(start, next(start))];
        while let Some((_, rest)) = path.last_mut() {
            *steps += 1;
            if found.len() >= MOST || *steps > STEPS {
                return;
            }
            match rest.next() {
                None => drop(path.pop()),
                Some(node) if node == start => {
                    found.push(path.iter().map(|(node, _)| *node).collect());
                }
                Some(node) if path.iter().any(|(on, _)| *on == node) => {}
                Some(node) => path.push((node, next(node))),
            }
        }
    }
}

fn circles(
    links: &mut Links<'_>,
    tasks: &[TaskId],
    seen: &mut HashSet<Vec<String>>,
    issues: &mut Vec<Issue>,
) {
    let below = Below::of(links, tasks);
    for circle in below.circles() {
        let mut names: Vec<String> = circle.iter().map(|node| below.label(links, *node)).collect();
        // The same circle begins elsewhere when it is found below another task.
        let mut turned = names.clone();
        let least = turned.iter().enumerate().min_by_key(|(_, name)| *name).map_or(0, |(at, _)| at);
        turned.rotate_left(least);
        if !seen.insert(turned) {
            continue;
        }
        let first = names[0].clone();
        names.push(first.clone());
        let details = format!("circular dependency detected: {}", names.join(" -> "));
        let issue = Issue::error(&first, "circular-dependency", "Circular dependency detected");
        let (task, next) = (below.graph[circle[0]].0, below.graph[circle[1 % circle.len()]].0);
        let all = links.of(task);
        let leads = |link: &&super::links::Link| {
            link.tasks.as_ref().is_ok_and(|tasks| tasks.contains(&next))
        };
        let spot = all.iter().find(leads).map_or(&links.task(task).spot, |link| &link.spot);
        let help = "remove one of these, or use `wait_for` where only the order matters";
        issues.push(issue.details(details).at(spot).help(help));
    }
}
