//! Graphs for the drill: what the expander would lay out, and anything acyclic.
//! Knows nothing of how they run.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::Needs;
use super::{ALONE, NOTHING, QUESTION, SLOT};
use crate::model::JobId;
use crate::plan::{Edge, EdgeKind};

/// Jobs, edges, and the chains that tasks are made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) needs: Vec<Needs>,
    pub(super) edges: Vec<Edge>,
    pub(super) chains: Vec<Vec<usize>>,
    /// Calls: the node before, the join after.
    sites: Vec<(usize, usize)>,
}

/// A task as the expander would lay it out.
#[derive(Debug, Clone)]
struct Shape {
    first: Needs,
    /// None for a task of one node.
    steps: Vec<Step>,
    needs: Vec<Shape>,
    posts: Vec<Shape>,
}

#[derive(Debug, Clone)]
enum Step {
    Script(Needs),
    Call(Vec<Shape>),
}

/// A further edge between tasks that are there already.
#[derive(Debug, Clone)]
struct Cross {
    kind: EdgeKind,
    from: Index,
    to: Index,
}

impl Model {
    fn node(&mut self, needs: Needs) -> usize {
        self.needs.push(needs);
        self.needs.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, kind: EdgeKind) {
        let edge = Edge { from: JobId(from as u32), to: JobId(to as u32), kind };
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }

    /// Lays out a task and all below it: `asker` wants it, `join` waits for it
    /// and for what follows it. Returns its first and last node.
    fn task(
        &mut self,
        shape: &Shape,
        asker: Option<(usize, EdgeKind)>,
        join: Option<usize>,
    ) -> (usize, usize) {
        let first = self.node(shape.first);
        let mut chain = vec![first];
        let mut last = first;
        if let Some((by, kind)) = asker {
            self.edge(by, first, kind);
        }
        for step in &shape.steps {
            let here = match step {
                Step::Script(needs) => self.node(*needs),
                Step::Call(_) => self.node(NOTHING),
            };
            self.edge(last, here, EdgeKind::Sequence);
            if let Step::Call(called) = step {
                self.sites.push((last, here));
                for shape in called {
                    let end = self.task(shape, Some((last, EdgeKind::Call)), Some(here)).1;
                    self.edge(end, here, EdgeKind::Depends);
                }
            }
            chain.push(here);
            last = here;
        }
        self.chains.push(chain);
        for need in &shape.needs {
            let end = self.task(need, asker, join).1;
            self.edge(end, first, EdgeKind::Depends);
        }
        for post in &shape.posts {
            let end = self.task(post, Some((last, EdgeKind::Post)), None).1;
            if let Some(join) = join {
                self.edge(end, join, EdgeKind::Depends);
            }
        }
        (first, last)
    }

    /// Adds an edge between two tasks where it closes no circle; a call joins
    /// a task that other calls ask for.
    fn cross(&mut self, cross: &Cross) {
        let to = cross.to.get(&self.chains);
        let (first, last) = (to[0], to[to.len() - 1]);
        if cross.kind == EdgeKind::Call {
            let conditional = self.before(first).any(|e| e.kind == EdgeKind::Call);
            if !conditional || self.sites.is_empty() {
                return;
            }
            let (before, join) = *cross.from.get(&self.sites);
            if !self.reaches(join, last) && !self.reaches(first, before) {
                self.edge(before, first, EdgeKind::Call);
                self.edge(last, join, EdgeKind::Depends);
            }
        } else {
            let from = cross.from.get(&self.chains);
            let end = from[from.len() - 1];
            if !self.reaches(first, end) {
                self.edge(end, first, cross.kind);
            }
        }
    }

    fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = vec![false; self.needs.len()];
        let mut stack = vec![from];
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                let after = self.edges.iter().filter(|e| e.from.0 as usize == at);
                stack.extend(after.map(|e| e.to.0 as usize));
            }
        }
        seen[to]
    }

    pub(super) fn before(&self, id: usize) -> impl Iterator<Item = &Edge> {
        self.edges.iter().filter(move |e| e.to.0 as usize == id)
    }

    /// Posts, and what they call or go on with.
    pub(super) fn cleanup(&self) -> Vec<bool> {
        let mut cleanup = vec![false; self.needs.len()];
        loop {
            let more = self.edges.iter().find(|e| {
                let inherited = matches!(e.kind, EdgeKind::Call | EdgeKind::Sequence)
                    && cleanup[e.from.0 as usize];
                !cleanup[e.to.0 as usize] && (e.kind == EdgeKind::Post || inherited)
            });
            match more {
                Some(edge) => cleanup[edge.to.0 as usize] = true,
                None => return cleanup,
            }
        }
    }
}

fn needs() -> impl Strategy<Value = Needs> {
    let kind = prop_oneof![6 => Just(SLOT), 1 => Just(ALONE), 2 => Just(NOTHING)];
    (kind, prop_oneof![0..3_u64, any::<u64>()])
        .prop_map(|(kind, urgency)| Needs { urgency, ..kind })
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = needs().prop_map(|first| Shape {
        first,
        steps: Vec::new(),
        needs: Vec::new(),
        posts: Vec::new(),
    });
    leaf.prop_recursive(3, 14, 2, |inner| {
        let some = move |n| prop::collection::vec(inner.clone(), 0..n);
        let step = prop_oneof![needs().prop_map(Step::Script), some(3).prop_map(Step::Call)];
        let chain = (
            prop_oneof![4 => Just(NOTHING), 1 => Just(QUESTION)],
            prop::collection::vec(step, 1..4),
        );
        let body = prop_oneof![1 => needs().prop_map(|first| (first, Vec::new())), 2 => chain];
        (body, some(3), some(2)).prop_map(|((first, steps), needs, posts)| Shape {
            first,
            steps,
            needs,
            posts,
        })
    })
}

/// What the expander makes of a project.
pub(super) fn expanded() -> impl Strategy<Value = Model> {
    let kind = prop_oneof![Just(EdgeKind::Depends), Just(EdgeKind::WaitFor), Just(EdgeKind::Call)];
    let cross = (kind, any::<Index>(), any::<Index>()).prop_map(|(kind, from, to)| Cross {
        kind,
        from,
        to,
    });
    (prop::collection::vec(shape(), 1..4), prop::collection::vec(cross, 0..8)).prop_map(
        |(shapes, crosses)| {
            let mut model = Model::default();
            for shape in &shapes {
                model.task(shape, None, None);
            }
            for cross in &crosses {
                model.cross(cross);
            }
            model
        },
    )
}

/// Any acyclic graph at all.
pub(super) fn wild() -> impl Strategy<Value = Model> {
    let kind = prop_oneof![
        3 => Just(EdgeKind::Depends),
        1 => Just(EdgeKind::Sequence),
        1 => Just(EdgeKind::WaitFor),
        1 => Just(EdgeKind::Call),
        1 => Just(EdgeKind::Post),
    ];
    let needs = prop_oneof![4 => needs(), 1 => Just(QUESTION)];
    (1usize..16).prop_flat_map(move |n| {
        let edge = (0..n, 0..n, kind.clone());
        let names = Just((0..n).collect::<Vec<_>>()).prop_shuffle();
        (prop::collection::vec(needs.clone(), n), prop::collection::vec(edge, 0..2 * n), names)
            .prop_map(|(needs, edges, names)| {
                let mut model = Model { needs, ..Model::default() };
                for (a, b, kind) in edges.into_iter().filter(|(a, b, _)| a != b) {
                    model.edge(names[a.min(b)], names[a.max(b)], kind);
                }
                model
            })
    })
}
