//! The `{ task }` and `{ tasks }` entries of `run` → edges, and occurrences of
//! their own where joining would make a cycle.

use std::collections::VecDeque;

use super::{Expander, Key, Site, Step, cycle};
use crate::model::{Call, JobId, RunEntry, Seldom, Spot, Task, TaskId};
use crate::plan::graph::{EdgeKind, Graph, Occurrence, Phase};

/// A task whose calls are being followed.
struct Frame {
    occurrence: usize,
    calls: VecDeque<(Site, usize)>,
    /// Called tasks that make calls themselves.
    pending: Vec<usize>,
}

impl Expander<'_> {
    /// Follows the calls of `composites`, which the tasks `above`, outermost
    /// first, have led to.
    pub(super) fn follow_calls(&mut self, composites: Vec<usize>, above: &[usize]) {
        for composite in composites {
            let mut stack = vec![self.frame(composite)];
            while let Some(top) = stack.last_mut() {
                if let Some(child) = top.pending.pop() {
                    let frame = self.frame(child);
                    stack.push(frame);
                } else if let Some((site, entry)) = top.calls.pop_front() {
                    let caller = top.occurrence;
                    let here = stack.iter().map(|f| f.occurrence);
                    self.chain = above.iter().copied().chain(here).collect();
                    let Some(mut pending) = self.call(caller, &site, entry) else {
                        return;
                    };
                    pending.reverse();
                    if let Some(top) = stack.last_mut() {
                        top.pending = pending;
                    }
                } else {
                    stack.pop();
                }
            }
        }
    }

    fn frame(&mut self, occurrence: usize) -> Frame {
        Frame {
            occurrence,
            calls: self.calls.remove(&occurrence).unwrap_or_default(),
            pending: Vec::new(),
        }
    }

    /// A call that waited for its name has been reached: what it calls joins
    /// the graph. `succeeded` says so of each occurrence known so far.
    pub(in crate::plan) fn arrive(&mut self, at: JobId, graph: &mut Graph, succeeded: Vec<bool>) {
        let Some((site, entry)) = self.arrivals.remove(&at) else {
            return;
        };
        self.graph = std::mem::take(graph);
        self.succeeded = Some(succeeded);
        self.endless = false;
        let (known, nodes) = (self.graph.occurrences.len(), self.graph.len());
        let (caller, _) = self.callers[site.id as usize];
        let chain = self.chain_to(caller);
        self.chain.clone_from(&chain);
        if let Some(pending) = self.call(caller, &site, entry) {
            self.follow_calls(pending, &chain);
            self.link_wait_for(known);
        }
        if !self.problems.is_empty() {
            // Half linked: the call fails, and so nothing of it is ever asked for.
            for node in self.graph.ids().skip(nodes) {
                self.graph.edge(at, node, EdgeKind::Call);
            }
        }
        *graph = std::mem::take(&mut self.graph);
    }

    /// The callers on the way to an occurrence, itself the last.
    fn chain_to(&self, occurrence: usize) -> Vec<usize> {
        let mut chain = vec![occurrence];
        while let Some(site) = self.graph.occurrences[chain[chain.len() - 1]].site {
            chain.push(self.callers[site as usize].0);
        }
        chain.reverse();
        chain
    }

    /// Links what one `{ task }` or `{ tasks }` entry calls. Returns the
    /// called tasks that make calls themselves; `None` after a mistake that
    /// would repeat without end.
    fn call(&mut self, caller: usize, site: &Site, entry: usize) -> Option<Vec<usize>> {
        let me = self.graph.occurrences[caller].clone();
        let task = self.workspace.task(me.task);
        let mut inherits = me.inherits.clone();
        if !task.env.is_empty() {
            inherits.push(me.task);
        }
        let mut new = Vec::new();
        for (key, spot) in self.callees(&me, task, &task.run()[entry]) {
            if !self.returns(caller, &key, &spot) {
                new.extend(self.call_one(key, site, &inherits));
            }
        }
        self.link_all(new, Some(site))
    }

    /// True, with the problem noted, where `key`, which `who` names, is one of
    /// the callers on the way here: that would never end.
    pub(super) fn returns(&mut self, who: usize, key: &Key, spot: &Spot) -> bool {
        let Some(from) = self.chain.iter().position(|o| {
            let o = &self.graph.occurrences[*o];
            o.task == key.0 && o.args == key.1 && o.env == key.2
        }) else {
            return false;
        };
        let mut way = vec![self.chain[from]];
        for caller in &self.chain[from + 1..] {
            way.extend(self.way_to(*caller));
        }
        if self.chain.last() != Some(&who) {
            way.extend(self.way_to(who));
        }
        let names: Vec<String> = way.iter().map(|o| self.name(*o)).collect();
        let mut steps: Vec<Step> = way
            .windows(2)
            .filter_map(|pair| Some((pair, self.step_spot(pair[0], pair[1])?)))
            .map(|(pair, spot)| (self.name(pair[0]), spot, self.name(pair[1])))
            .collect();
        steps.push((self.name(who), spot.clone(), names[0].clone()));
        // One circle can be entered at several places; it is told once.
        if !self.endless {
            let problem = cycle(&names, &steps);
            self.problems.push(problem);
        }
        self.endless = true;
        true
    }

    /// Where `from` says that it needs, or calls, `to`.
    fn step_spot(&self, from: usize, to: usize) -> Option<Spot> {
        if let Some((_, spot)) = self.needs[from].iter().find(|(need, _)| *need == to) {
            return Some(spot.clone());
        }
        let (caller, entry) = self.callers[self.graph.occurrences[to].site? as usize];
        let task = self.workspace.task(self.graph.occurrences[from].task);
        match task.run().get(entry).filter(|_| caller == from)? {
            RunEntry::Task(_, spot) | RunEntry::Tasks(_, spot) => Some(spot.clone()),
            RunEntry::Script(_) => None,
        }
    }

    /// From a called task down to `who`, along what depends on what or follows it.
    fn way_to(&self, who: usize) -> Vec<usize> {
        let mut way = vec![who];
        let site = self.graph.occurrences[who].site;
        let dependent = |of: usize, way: &[usize]| {
            let same_site = |o: &usize| self.graph.occurrences[*o].site == site;
            let needs = |o: &usize| {
                self.needs[*o].iter().any(|(need, _)| *need == of)
                    || self.parents[of].iter().any(|p| p.occurrence == *o)
            };
            let new = |o: &usize| !way.contains(o);
            (0..self.needs.len()).find(|o| same_site(o) && needs(o) && new(o))
        };
        while let Some(above) = dependent(way[way.len() - 1], &way) {
            way.push(above);
        }
        way.reverse();
        way
    }

    fn call_one(&mut self, key: Key, site: &Site, inherits: &Seldom<Vec<TaskId>>) -> Option<usize> {
        let known = self.index.get(&key).cloned().unwrap_or_default();
        let is_done = |o: &&usize| {
            let last = self.graph.occurrences[**o].last;
            self.has_succeeded(**o) || (self.is_sure(**o) && self.graph.reaches(last, site.before))
        };
        if let Some(done) = known.iter().find(is_done) {
            self.require(*done, site.join);
            return None;
        }
        let joinable = |o: &&usize| {
            self.graph.occurrences[**o].inherits == *inherits && self.can_join(**o, site)
        };
        if let Some(joined) = known.iter().find(joinable).copied() {
            self.ask_for(joined, site.before);
            self.require(joined, site.join);
            return None;
        }
        let created = self.create(key, Some(site), inherits.clone());
        self.graph.edge(site.before, self.graph.occurrences[created].first, EdgeKind::Call);
        self.require(created, site.join);
        Some(created)
    }

    /// What an entry calls.
    fn callees(&mut self, me: &Occurrence, task: &Task, entry: &RunEntry) -> Vec<(Key, Spot)> {
        let (names, args, env, spot) = match entry {
            RunEntry::Script(_) => return Vec::new(),
            RunEntry::Task(call, spot) => (vec![&call.task], &call.args[..], &call.env[..], spot),
            RunEntry::Tasks(names, spot) => (names.iter().collect(), &[][..], &[][..], spot),
        };
        let mut found = Vec::new();
        for name in names {
            let Some(text) = self.render(me, name, spot) else {
                continue;
            };
            let mut call = words(&text, !args.is_empty());
            call.env = env.to_vec();
            let own = std::mem::replace(&mut call.args, args.to_vec());
            if let Some(mut call) = self.rendered(me, call, spot) {
                call.args.splice(0..0, own);
                found.extend(self.resolve(me, task, &call, spot, Phase::Normal, "runs"));
            }
        }
        found
    }
}

/// A call's name with its arguments, which are split at blanks, without
/// quotes, unless the entry has `args`.
fn words(text: &str, has_args: bool) -> Call {
    if has_args {
        return Call { task: text.to_string(), ..Call::default() };
    }
    let mut words = text.split_whitespace().map(str::to_string);
    Call { task: words.next().unwrap_or_default(), args: words.collect(), ..Call::default() }
}
