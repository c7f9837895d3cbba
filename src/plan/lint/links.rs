//! What each task names, in its lists and in its `run`, and which tasks that
//! means. A text that only a run can render is left out.

use std::collections::HashMap;
use std::rc::Rc;

use crate::config::template;
use crate::config::workspace::{Evaluators, Workspace};
use crate::model::{Call, Dep, DepSpec, Dialect, Problem, RunEntry, Spot, Task, TaskId};
use crate::plan::names::named;

/// Where a task names another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Depends,
    Post,
    WaitFor,
    Finally,
    /// `{ task = … }` in `run`
    Call,
    /// `{ tasks = […] }` in `run`
    Group,
}

/// One place where a task names another.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) kind: Kind,
    pub(super) call: Call,
    pub(super) spot: Spot,
    /// The tasks, or why it means none, in mise's words.
    pub(super) tasks: Result<Vec<TaskId>, String>,
    /// The entry of `run` that it is.
    pub(super) entry: usize,
}

/// Resolves the links of each task once.
pub(super) struct Links<'a> {
    pub(super) evaluators: Evaluators<'a>,
    pub(super) dialect: Dialect,
    known: HashMap<TaskId, Rc<[Link]>>,
    /// Texts that do not render.
    pub(super) wrong: HashMap<TaskId, Vec<Problem>>,
}

impl<'a> Links<'a> {
    pub(super) fn new(evaluators: Evaluators<'a>, dialect: Dialect) -> Self {
        Self { evaluators, dialect, known: HashMap::new(), wrong: HashMap::new() }
    }

    pub(super) fn workspace(&self) -> &'a Workspace<'a> {
        self.evaluators.workspace()
    }

    pub(super) fn task(&self, id: TaskId) -> &'a Task {
        self.workspace().task(id)
    }

    /// What a task names, in the order in which it is written.
    pub(super) fn of(&mut self, id: TaskId) -> Rc<[Link]> {
        if let Some(known) = self.known.get(&id) {
            return Rc::clone(known);
        }
        let found: Rc<[Link]> = self.resolve(id).into();
        self.known.insert(id, Rc::clone(&found));
        found
    }

    /// A text of a task as far as a query renders it; `None` where only a run
    /// can.
    ///
    /// # Errors
    /// What the template engine says.
    pub(super) fn rendered(
        &mut self,
        id: TaskId,
        text: &str,
        spot: &Spot,
    ) -> Result<Option<String>, Problem> {
        if !template::is_template(text) {
            return Ok(Some(text.to_string()));
        }
        let task = self.task(id);
        let evaluator = self.evaluators.of(id.project);
        if evaluator.keeps(text) || text.contains("usage") {
            return Ok(None);
        }
        evaluator.render(task, text, spot, None).map(Some)
    }

    /// The same; what is wrong with it is kept for later.
    pub(super) fn text(&mut self, id: TaskId, text: &str, spot: &Spot) -> Option<String> {
        self.rendered(id, text, spot).unwrap_or_else(|problem| {
            let wrong = self.wrong.entry(id).or_default();
            if !wrong.contains(&problem) {
                wrong.push(problem);
            }
            None
        })
    }

    fn resolve(&mut self, id: TaskId) -> Vec<Link> {
        let task = self.task(id);
        let mut out = Vec::new();
        let lists = [
            (Kind::Depends, &task.depends),
            (Kind::Post, &task.depends_post),
            (Kind::WaitFor, &task.wait_for),
            (Kind::Finally, &task.policy.finally),
        ];
        for (kind, list) in lists {
            for dep in list {
                let call = self.dependency(id, dep);
                out.extend(call.map(|call| self.link(id, kind, call, &dep.spot, 0)));
            }
        }
        for (at, entry) in task.run().iter().enumerate() {
            match entry {
                RunEntry::Script(_) => {}
                RunEntry::Task(written, spot) => {
                    let call = self.named(id, &written.task, spot).map(|call| Call {
                        args: [&call.args[..], &written.args].concat(),
                        env: written.env.clone(),
                        ..call
                    });
                    out.extend(call.map(|call| self.link(id, Kind::Call, call, spot, at)));
                }
                RunEntry::Tasks(names, spot) => {
                    for name in names {
                        let call = self.named(id, name, spot);
                        out.extend(call.map(|call| self.link(id, Kind::Group, call, spot, at)));
                    }
                }
            }
        }
        out
    }

    /// A name in `run`, which mise's check takes as it is written.
    fn named(&mut self, id: TaskId, text: &str, spot: &Spot) -> Option<Call> {
        let text = match self.dialect {
            Dialect::Mise => text.to_string(),
            Dialect::Mep => self.text(id, text, spot)?,
        };
        let plain = Call { task: text.clone(), ..Call::default() };
        Some(Call::from_text(&text).unwrap_or(plain))
    }

    /// An entry that renders to nothing is none; one that is written so is a
    /// mistake.
    fn dependency(&mut self, id: TaskId, dep: &Dep) -> Option<Call> {
        let mut rendered = false;
        let call = match &dep.spec {
            DepSpec::Text(text) => {
                rendered = template::is_template(text);
                let text = self.text(id, text, &dep.spot)?;
                Call::from_text(&text).unwrap_or(Call { task: text, ..Call::default() })
            }
            DepSpec::List(words) => Call {
                task: self.text(id, &words[0], &dep.spot)?,
                args: words[1..].to_vec(),
                ..Call::default()
            },
            DepSpec::Table(call) => {
                Call { task: self.text(id, &call.task, &dep.spot)?, ..Call::clone(call) }
            }
        };
        (!(rendered && call.task.trim().is_empty())).then_some(call)
    }

    fn link(&self, id: TaskId, kind: Kind, call: Call, spot: &Spot, entry: usize) -> Link {
        let tasks = self.meant(id, &call.task);
        Link { kind, call, spot: spot.clone(), tasks, entry }
    }

    /// The tasks that a name means in a task.
    pub(super) fn meant(&self, id: TaskId, name: &str) -> Result<Vec<TaskId>, String> {
        let missing = || format!("task not found: {name}");
        match named(self.workspace(), self.task(id), id, name) {
            Ok(found) if found.tasks.is_empty() => Err(missing()),
            Ok(found) => Ok(found.tasks),
            Err(problems) => {
                let mut words =
                    problems.iter().flat_map(|p| p.reference.first().or(Some(&p.message)));
                Err(words.next().cloned().unwrap_or_else(missing))
            }
        }
    }
}
