//! `depends`, `depends_post` and `wait_for` → edges.

use std::collections::VecDeque;

use super::{Expander, Key, Parent, Scope, Site, cycle, is_call};
use crate::model::{Call, Dep, JobId, Problem, Seldom, Spot, Task};
use crate::plan::graph::{EdgeKind, Occurrence, Phase};
use foldhash::{HashMap, HashSet, HashSetExt};

impl Expander<'_> {
    /// Follows `depends` and `depends_post` from `new` until nothing is new.
    /// Returns those among them that make calls, dependencies first and post
    /// tasks last; `None` after a cycle.
    pub(super) fn link_all(&mut self, new: Vec<usize>, site: Option<&Site>) -> Option<Vec<usize>> {
        // Last in, first out: nodes get the order in which mise draws them.
        let mut queue = new;
        let mut seen = Vec::new();
        let mut done: HashSet<usize> = HashSet::new();
        while let Some(occurrence) = queue.pop() {
            if !done.insert(occurrence) {
                continue;
            }
            seen.push(occurrence);
            if self.scope != Scope::WithoutDependencies {
                self.link(occurrence, site, &mut queue);
            }
        }
        if self.endless {
            return None;
        }
        match self.in_order(&seen) {
            Ok(order) => {
                self.link_posts(&seen);
                self.order_cleanup(&seen);
                let calling = order.into_iter().filter(|o| self.calls.contains_key(o));
                let (mut first, last): (Vec<_>, Vec<_>) =
                    calling.partition(|o| self.graph.occurrences[*o].phase == Phase::Normal);
                first.extend(last);
                Some(first)
            }
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    fn link(&mut self, occurrence: usize, site: Option<&Site>, queue: &mut Vec<usize>) {
        let me = self.graph.occurrences[occurrence].clone();
        let task = self.workspace.task(me.task);
        for dep in &task.depends {
            for (key, spot) in self.targets(&me, dep, me.phase, "depends on") {
                if self.returns(occurrence, &key, &spot) {
                    continue;
                }
                let target = self.obtain(key, site, queue);
                self.require(target, me.first);
                self.needs[occurrence].push((target, spot));
            }
        }
        if me.phase == Phase::Normal {
            self.link_after(occurrence, &task.depends_post, EdgeKind::Post, site, queue);
        }
        self.link_after(occurrence, &task.policy.finally, EdgeKind::Finally, site, queue);
    }

    /// What comes after an occurrence: `depends_post`, `finally`.
    fn link_after(
        &mut self,
        occurrence: usize,
        deps: &[Dep],
        kind: EdgeKind,
        site: Option<&Site>,
        queue: &mut Vec<usize>,
    ) {
        let me = self.graph.occurrences[occurrence].clone();
        for dep in deps {
            for (key, spot) in self.targets(&me, dep, Phase::Post, "is followed by") {
                if self.returns(occurrence, &key, &spot) {
                    continue;
                }
                let target = self.known_after(&key, kind, site).unwrap_or_else(|| {
                    let target = self.create(key, site, Seldom::default());
                    queue.push(target);
                    target
                });
                self.parents[target].push(Parent { occurrence, kind, spot });
                if let Some(site) = site {
                    self.require(target, site.join);
                }
            }
        }
    }

    /// The occurrence that a task shares with others it comes after. Each
    /// called task has its `depends_post` for itself, as in mise.
    fn known_after(&self, key: &Key, kind: EdgeKind, site: Option<&Site>) -> Option<usize> {
        let known = self.index.get(key)?;
        match site {
            None => known.first().copied(),
            Some(site) if kind == EdgeKind::Finally => {
                let here = |o: &&usize| self.graph.occurrences[**o].site == Some(site.id);
                known.iter().find(here).copied()
            }
            Some(_) => None,
        }
    }

    /// The occurrence for a dependency: an existing one where that makes no
    /// cycle, else a new one.
    fn obtain(&mut self, key: Key, site: Option<&Site>, queue: &mut Vec<usize>) -> usize {
        let known = self.index.get(&key).cloned().unwrap_or_default();
        let Some(site) = site else {
            let target = known.first().copied();
            let target = target.unwrap_or_else(|| self.create(key, None, Seldom::default()));
            queue.push(target);
            return target;
        };
        let post = key.3 == Phase::Post;
        let here = |o: &usize| self.graph.occurrences[*o].site == Some(site.id);
        let joined =
            known.into_iter().find(|o| if post { here(o) } else { self.can_join(*o, site) });
        if let Some(joined) = joined {
            if !post {
                self.ask_for(joined, site.before);
            }
            return joined;
        }
        let created = self.create(key, Some(site), Seldom::default());
        if !post {
            let first = self.graph.occurrences[created].first;
            self.graph.edge(site.before, first, EdgeKind::Call);
        }
        queue.push(created);
        created
    }

    /// True where a place that is reached can count on it: nothing has to ask
    /// for it, or what asks for it had to go well before that place.
    pub(super) fn is_sure(&self, occurrence: usize) -> bool {
        let site = self.graph.occurrences[occurrence].site;
        !self.conditional[occurrence]
            || site.is_some_and(|site| self.chain.contains(&self.callers[site as usize].0))
    }

    /// True where a call at `site` may share the occurrence: neither it nor
    /// what it depends on comes after the call, and nothing of that may have
    /// been passed over before the call is reached.
    pub(super) fn can_join(&self, occurrence: usize, site: &Site) -> bool {
        if self.has_succeeded(occurrence) {
            return true;
        }
        // While the run goes on, what nobody has asked for yet may be over.
        if self.succeeded.is_some() && self.conditional[occurrence] {
            return false;
        }
        let mut stack = vec![occurrence];
        let mut seen = HashSet::new();
        while let Some(at) = stack.pop() {
            let me = &self.graph.occurrences[at];
            if !seen.insert(at) || !self.conditional[at] && at != occurrence {
                continue;
            }
            // Its own calls may count on what its first caller had run before.
            let makes_calls = self.workspace.task(me.task).run().iter().any(is_call);
            if makes_calls && self.conditional[at] {
                return false;
            }
            if self.graph.reaches(me.last, site.before) {
                if !self.is_sure(at) {
                    return false;
                }
            } else if self.graph.reaches(me.first, site.before) {
                return false;
            }
            stack.extend(self.needs[at].iter().map(|(o, _)| *o));
        }
        !self.graph.reaches(site.join, self.graph.occurrences[occurrence].last)
    }

    /// `to` needs the occurrence to succeed, or counts on its having done so.
    pub(super) fn require(&mut self, occurrence: usize, to: JobId) {
        let done = self.has_succeeded(occurrence);
        let kind = if done { EdgeKind::Done } else { EdgeKind::Depends };
        self.graph.edge(self.graph.occurrences[occurrence].last, to, kind);
    }

    /// True during a run, where it has ended well.
    pub(super) fn has_succeeded(&self, occurrence: usize) -> bool {
        self.succeeded.as_ref().is_some_and(|list| list.get(occurrence) == Some(&true))
    }

    /// Makes `occurrence`, and all it depends on, wanted once `before` ends.
    pub(super) fn ask_for(&mut self, occurrence: usize, before: JobId) {
        if self.has_succeeded(occurrence) {
            return;
        }
        let mut stack = vec![occurrence];
        let mut seen = HashSet::new();
        while let Some(at) = stack.pop() {
            let me = &self.graph.occurrences[at];
            let (first, last) = (me.first, me.last);
            if !seen.insert(at) || !self.conditional[at] || self.graph.reaches(last, before) {
                continue;
            }
            self.graph.edge(before, first, EdgeKind::Call);
            stack.extend(self.needs[at].iter().map(|(o, _)| *o));
        }
    }

    /// Dependencies first. `Err` is the circle.
    fn in_order(&self, among: &[usize]) -> Result<Vec<usize>, Box<Problem>> {
        let set: HashSet<usize> = among.iter().copied().collect();
        let mut done: HashSet<usize> = HashSet::new();
        let mut order = Vec::new();
        for start in among {
            let mut path: Vec<(usize, usize)> = vec![(*start, 0)];
            let mut on_path: HashSet<usize> = HashSet::from_iter([*start]);
            while let Some((at, next)) = path.last_mut() {
                if done.contains(at) {
                    on_path.remove(at);
                    path.pop();
                } else if let Some((need, _)) = self.needs[*at].get(*next) {
                    *next += 1;
                    if on_path.contains(need) {
                        return Err(Box::new(self.circle(&path, *need)));
                    }
                    if set.contains(need) && !done.contains(need) {
                        on_path.insert(*need);
                        path.push((*need, 0));
                    }
                } else {
                    done.insert(*at);
                    order.push(*at);
                }
            }
        }
        Ok(order)
    }

    fn circle(&self, path: &[(usize, usize)], back_to: usize) -> Problem {
        let start = path.iter().position(|(o, _)| *o == back_to).unwrap_or(0);
        let names: Vec<String> = path[start..].iter().map(|(o, _)| self.name(*o)).collect();
        let step = |(o, next): &(usize, usize)| {
            let (need, spot) = &self.needs[*o][*next - 1];
            (self.name(*o), spot.clone(), self.name(*need))
        };
        let steps: Vec<_> = path[start..].iter().map(step).collect();
        cycle(&names, &steps)
    }

    /// A post task, and what it depends on, waits for the parent.
    fn link_posts(&mut self, among: &[usize]) {
        let mut posts = among.to_vec();
        posts.sort_unstable();
        for post in posts {
            let waiting = self.with_post_needs(post);
            for parent in self.parents[post].clone() {
                if parent.kind == EdgeKind::Finally
                    && let Some(problem) = self.cleanup_circle(&waiting, &parent)
                {
                    // Each step of the circle would tell of it again.
                    return self.problems.push(problem);
                }
                let last = self.graph.occurrences[parent.occurrence].last;
                for occurrence in &waiting {
                    if *occurrence != post && self.is_nested(*occurrence, &parent) {
                        continue;
                    }
                    let first = self.graph.occurrences[*occurrence].first;
                    self.graph.edge(last, first, parent.kind);
                }
            }
        }
    }

    /// A post occurrence, then what it needs of the same phase.
    fn with_post_needs(&self, post: usize) -> Vec<usize> {
        let mut waiting = vec![post];
        let mut at = 0;
        while at < waiting.len() {
            let needs = self.needs[waiting[at]].iter().map(|(o, _)| *o);
            let new: Vec<usize> = needs
                .filter(|o| self.graph.occurrences[*o].phase == Phase::Post)
                .filter(|o| !waiting.contains(o))
                .collect();
            waiting.extend(new);
            at += 1;
        }
        waiting[1..].reverse();
        waiting
    }

    /// True where a cleanup that is to be cleaned up after needs it as well: it
    /// has ended before that, and so waits for nothing.
    fn is_nested(&self, occurrence: usize, parent: &Parent) -> bool {
        let above = &self.graph.occurrences[parent.occurrence];
        let end = self.graph.occurrences[occurrence].last;
        above.phase == Phase::Post && self.graph.reaches(end, above.first)
    }

    /// What is wrong where a cleanup leads back to the very task that it cleans
    /// up after: there would be no end of it.
    fn cleanup_circle(&self, waiting: &[usize], parent: &Parent) -> Option<Problem> {
        let (from, cleanup) = (parent.occurrence, waiting[0]);
        let task = |o: usize| self.graph.occurrences[o].task;
        // Where each was met first.
        let mut met: HashMap<usize, (usize, &Spot)> =
            HashMap::from_iter([(cleanup, (from, &parent.spot))]);
        let mut queue = VecDeque::from([cleanup]);
        let mut found = None;
        while let Some(at) = queue.pop_front() {
            if task(at) == task(from) {
                found = Some(at);
                break;
            }
            for (next, spot) in self.leads_to(at) {
                met.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    (at, spot)
                });
            }
        }
        let last = self.graph.occurrences[from].last;
        let first = |o: usize| self.graph.occurrences[o].first;
        let waits = |o: &&usize| **o == cleanup || !self.is_nested(**o, parent);
        let stuck = || waiting.iter().filter(waits).any(|o| self.graph.reaches(first(*o), last));
        let mut at = found.or_else(|| stuck().then_some(cleanup))?;
        let mut steps = Vec::new();
        loop {
            let (by, spot) = met[&at];
            steps.push((self.name(by), spot.clone(), self.name(at)));
            at = by;
            if by == from {
                break;
            }
        }
        steps.reverse();
        let names: Vec<String> = steps.iter().map(|(name, ..)| name.clone()).collect();
        Some(cycle(&names, &steps))
    }

    /// What runs because this one does: what it needs, what cleans up after it.
    fn leads_to(&self, occurrence: usize) -> impl Iterator<Item = (usize, &Spot)> {
        let needs = self.needs[occurrence].iter().map(|(need, spot)| (*need, spot));
        let cleans = self.parents.iter().enumerate().flat_map(move |(post, parents)| {
            let mine = parents.iter().filter(move |parent| {
                parent.occurrence == occurrence && parent.kind == EdgeKind::Finally
            });
            mine.map(move |parent| (post, &parent.spot))
        });
        needs.chain(cleans)
    }

    /// What `finally` names comes after what `depends_post` names.
    fn order_cleanup(&mut self, among: &[usize]) {
        let asked_by = |o: &usize, kind| -> Vec<usize> {
            let parents = self.parents[*o].iter().filter(|p| p.kind == kind);
            parents.map(|p| p.occurrence).collect()
        };
        let mut pairs = Vec::new();
        for late in among {
            let parents = asked_by(late, EdgeKind::Finally);
            if !parents.is_empty() {
                let posts = among.iter().filter(|o| {
                    asked_by(o, EdgeKind::Post).iter().any(|parent| parents.contains(parent))
                });
                pairs.extend(posts.map(|post| (*post, *late)));
            }
        }
        for (post, late) in pairs {
            let last = self.graph.occurrences[post].last;
            let first = self.graph.occurrences[late].first;
            if !self.graph.reaches(first, last) {
                self.graph.edge(last, first, EdgeKind::WaitFor);
            }
        }
    }

    /// `wait_for` orders what is here anyway; it never adds a task and never
    /// closes a circle.
    pub(super) fn link_wait_for(&mut self, from: usize) {
        if self.scope == Scope::WithoutDependencies {
            return;
        }
        for waiter in from..self.graph.occurrences.len() {
            let me = self.graph.occurrences[waiter].clone();
            let task = self.workspace.task(me.task);
            for dep in &task.wait_for {
                if let Some(call) = self.parse(&me, dep) {
                    self.wait_for(&me, task, &call);
                }
            }
        }
    }

    fn wait_for(&mut self, me: &Occurrence, task: &Task, call: &Call) {
        let found = self.lookup(me, task, &call.task);
        let named = found.map(|target| target.tasks).unwrap_or_default();
        if named.is_empty() {
            self.notes.push(format!(
                "task `{}` waits for `{}`, which does not exist",
                task.name, call.task
            ));
        }
        let any_variant = call.args.is_empty() && call.env.is_empty();
        let others: Vec<Occurrence> = self
            .graph
            .occurrences
            .iter()
            .filter(|o| named.contains(&o.task) && o.task != me.task)
            .filter(|o| any_variant || (*o.args == call.args && *o.env == call.env))
            .cloned()
            .collect();
        let same_phase = others.iter().any(|o| o.phase == me.phase);
        for other in others.iter().filter(|o| !same_phase || o.phase == me.phase) {
            if self.graph.reaches(me.first, other.last) {
                self.notes.push(format!(
                    "task `{}` does not wait for `{}`, which comes after it",
                    task.name, call.task
                ));
            } else {
                self.graph.edge(other.last, me.first, EdgeKind::WaitFor);
            }
        }
    }
}
