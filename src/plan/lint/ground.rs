//! What the rules of the graph look at: of each task of the project what its
//! scripts do and say, and which tasks it brings about, in which order.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::links::{Kind, Links};
use super::told;
use crate::model::{
    Command, Lint, Outputs, Project, RunEntry, SourceFile, Spot, Task, TaskId, full_in,
};
use crate::plan::script::{Simple, commands, has_shell_line, takes_script};
use crate::plan::{checks, shell};
use crate::sys::Context;

/// How a task brings another about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Depends,
    WaitFor,
    /// `depends_post`, `finally`
    After,
    /// Called in `run` or in a script, the number of the call.
    Step(usize),
}

/// A script of a task.
struct Body {
    text: String,
    /// The file that it is, where it is not in the task's own.
    file: Option<Arc<SourceFile>>,
}

/// A command of a task's own scripts.
pub(super) struct Said {
    pub(super) simple: Simple,
    body: usize,
}

/// What is known of one task.
#[derive(Default)]
pub(super) struct Facts {
    bodies: Vec<Body>,
    pub(super) said: Vec<Said>,
    /// Commands of the scripts that it starts by their path.
    pub(super) inner: Vec<Simple>,
    /// Whom it brings about.
    pub(super) needs: Vec<(Way, usize)>,
    /// Names of tasks that `run` and its scripts call, also of those that are
    /// not there, each with its step.
    pub(super) calls: Vec<(usize, String)>,
    steps: usize,
    /// Names that mean no task of this project.
    pub(super) elsewhere: Vec<String>,
    pub(super) sources: Vec<String>,
    pub(super) outputs: Vec<String>,
    /// Where its patterns start.
    pub(super) dir: PathBuf,
}

impl Facts {
    /// Its own commands, then those of the scripts it starts.
    pub(super) fn commands(&self) -> impl Iterator<Item = &Simple> {
        self.said.iter().map(|said| &said.simple).chain(&self.inner)
    }

    /// Nothing in it can be a mistake of what it runs: it only says something.
    pub(super) fn only_talks(&self) -> bool {
        let talks = |simple: &Simple| matches!(simple.program(), "echo" | "printf" | "cat" | ":");
        !self.said.is_empty() && self.commands().all(talks)
    }

    /// It may end a run on purpose.
    pub(super) fn can_refuse(&self) -> bool {
        let refuses = |simple: &Simple| match simple.program() {
            "exit" | "return" => simple.arguments().next().is_some_and(|code| code != "0"),
            program => program == "false",
        };
        self.commands().any(refuses)
    }
}

/// The project as the rules see it; tasks are numbers.
pub(super) struct Ground<'a> {
    pub(super) project: &'a Project,
    pub(super) facts: Vec<Facts>,
    below: RefCell<HashMap<usize, Rc<HashSet<usize>>>>,
}

impl<'a> Ground<'a> {
    pub(super) fn of(ctx: &'a Context, links: &mut Links<'a>) -> Self {
        let project = &links.workspace().main().project;
        let facts = project.ids().map(|id| look(ctx, links, id)).collect();
        Self { project, facts, below: RefCell::default() }
    }

    pub(super) fn task(&self, at: usize) -> &'a Task {
        &self.project.tasks[at]
    }

    pub(super) fn name(&self, at: usize) -> &'a str {
        self.task(at).display()
    }

    pub(super) fn all(&self) -> std::ops::Range<usize> {
        0..self.facts.len()
    }

    /// What a word means in a task.
    pub(super) fn find(&self, at: usize, word: &str) -> Option<usize> {
        let path = self.task(at).root.path.as_deref();
        let name = path.map_or(word.into(), |path| full_in(path, word));
        self.project.exact(&name).map(|id| id.index as usize)
    }

    /// Everything that has run when `at` has: what it depends on and calls.
    pub(super) fn below(&self, at: usize) -> Rc<HashSet<usize>> {
        if let Some(known) = self.below.borrow().get(&at) {
            return Rc::clone(known);
        }
        let mut found = HashSet::new();
        let mut queue = VecDeque::from([at]);
        while let Some(next) = queue.pop_front() {
            for (way, to) in &self.facts[next].needs {
                if matches!(way, Way::Depends | Way::Step(_)) && found.insert(*to) {
                    queue.push_back(*to);
                }
            }
        }
        let found = Rc::new(found);
        self.below.borrow_mut().insert(at, Rc::clone(&found));
        found
    }

    /// `to`, or something that brings it about.
    fn gets(&self, at: usize, to: usize) -> bool {
        at == to || self.below(at).contains(&to)
    }

    /// Some task runs `first`, and after it `then`.
    pub(super) fn puts_in_order(&self, first: usize, then: usize) -> Option<usize> {
        let rank = |way: &Way| match way {
            Way::Depends => Some(0),
            Way::Step(n) => Some(n + 1),
            Way::After => Some(usize::MAX),
            Way::WaitFor => None,
        };
        self.all().find(|at| {
            let needs = &self.facts[*at].needs;
            let own = (*at == first).then_some(usize::MAX - 1);
            let firsts = needs.iter().filter(|(_, to)| self.gets(*to, first));
            let firsts = firsts.filter_map(|(way, _)| rank(way)).chain(own);
            let Some(earliest) = firsts.min() else {
                return false;
            };
            let mut thens = needs.iter().filter(|(_, to)| self.gets(*to, then));
            thens.any(|(way, _)| rank(way).is_some_and(|rank| rank > earliest))
        })
    }

    /// Nothing needs to be said of the order of these two.
    pub(super) fn are_linked(&self, a: usize, b: usize) -> bool {
        let waits = |a: usize, b: usize| {
            let both = [a].into_iter().chain(self.below(a).iter().copied()).collect::<Vec<_>>();
            both.iter().any(|at| self.facts[*at].needs.iter().any(|(_, to)| self.gets(*to, b)))
        };
        waits(a, b)
            || waits(b, a)
            || self.puts_in_order(a, b).is_some()
            || self.puts_in_order(b, a).is_some()
    }

    /// Whoever has one of these tasks below it, the others too.
    pub(super) fn above(&self, a: usize, b: usize) -> Option<usize> {
        self.all().find(|at| {
            let below = self.below(*at);
            below.contains(&a) && below.contains(&b)
        })
    }

    /// Where a command of a task stands.
    pub(super) fn place(&self, at: usize, said: &Said) -> Spot {
        let body = &self.facts[at].bodies[said.body];
        match &body.file {
            Some(file) => Spot::new(file, said.simple.at..said.simple.at + 1),
            None => checks::spot_at(self.task(at), &body.text, said.simple.at),
        }
    }

    /// Somebody has said that this is meant.
    pub(super) fn is_silent(&self, lint: Lint, at: usize) -> bool {
        self.project.own.unlinted.contains(&lint) || self.task(at).policy.unlinted.contains(&lint)
    }
}

fn look(ctx: &Context, links: &mut Links<'_>, id: TaskId) -> Facts {
    let task = links.task(id);
    let mut facts = Facts { dir: task.root.dir.clone(), ..Facts::default() };
    if let Some(dir) = task.dir.as_ref().and_then(|dir| known(links, id, dir)) {
        facts.dir = ctx.dirs.resolve(&facts.dir, dir);
    }
    let outputs = match &*task.outputs {
        Outputs::Patterns(list) => list.as_slice(),
        _ => &[],
    };
    let mut texts =
        |list: &[String]| list.iter().filter_map(|text| known(links, id, text)).collect::<Vec<_>>();
    (facts.sources, facts.outputs) = (texts(&task.sources), texts(outputs));
    for link in links.of(id).iter() {
        let way = match link.kind {
            Kind::Depends => Way::Depends,
            Kind::WaitFor => Way::WaitFor,
            Kind::Post | Kind::Finally => Way::After,
            Kind::Call | Kind::Group => continue,
        };
        needs(&mut facts, id, way, link.tasks.iter().flatten());
        let ours = |task: &TaskId| task.project == id.project;
        if !link.tasks.iter().flatten().any(ours) {
            facts.elsewhere.push(link.call.task.clone());
        }
    }
    for (at, entry) in task.run().iter().enumerate() {
        match entry {
            RunEntry::Script(text) => script(task, text, None, &mut facts),
            RunEntry::Task(..) | RunEntry::Tasks(..) => {
                let all = links.of(id);
                let called = |kind: Kind| matches!(kind, Kind::Call | Kind::Group);
                for link in all.iter().filter(|link| called(link.kind) && link.entry == at) {
                    let way = Way::Step(facts.steps);
                    needs(&mut facts, id, way, link.tasks.iter().flatten());
                    facts.calls.push((facts.steps, link.call.task.clone()));
                }
                facts.steps += 1;
            }
        }
    }
    whole_file(ctx, links, id, &mut facts);
    for (step, name) in facts.calls.clone() {
        let tasks = links.meant(id, &name).unwrap_or_default();
        needs(&mut facts, id, Way::Step(step), tasks.iter());
    }
    facts
}

/// A text as far as a query knows it; what is wrong with it is found elsewhere.
fn known(links: &mut Links<'_>, id: TaskId, text: &str) -> Option<String> {
    let spot = &links.task(id).spot;
    links.rendered(id, text, spot).ok().flatten()
}

fn needs<'t>(facts: &mut Facts, id: TaskId, way: Way, tasks: impl Iterator<Item = &'t TaskId>) {
    let ours = tasks.filter(|task| task.project == id.project && **task != id);
    facts.needs.extend(ours.map(|task| (way, task.index as usize)));
}

/// A script that is a file of its own.
fn whole_file(ctx: &Context, links: &mut Links<'_>, id: TaskId, facts: &mut Facts) {
    let task = links.task(id);
    match &task.command {
        Command::Script(_) => {
            let file = &task.spot.file;
            if has_shell_line(&file.text) || !file.text.starts_with("#!") {
                body(file.text.clone(), Some(Arc::clone(file)), facts);
            }
        }
        Command::File(name) => {
            let name = known(links, id, name);
            let path = name.map(|name| ctx.dirs.below(&task.root.dir, name));
            if let Some(file) = path.and_then(|path| shell_file(&path)) {
                body(file.text.clone(), Some(file), facts);
            }
        }
        _ => {}
    }
}

/// A script of `run`, where it is one that we can read.
fn script(task: &Task, text: &str, file: Option<Arc<SourceFile>>, facts: &mut Facts) {
    let own = shell::own(task).and_then(|shell| shell_words::split(shell).ok());
    let ours = match text.trim_start().starts_with("#!") {
        true => has_shell_line(text),
        false => own.is_none_or(|words| takes_script(&words)),
    };
    if ours {
        body(text.to_string(), file, facts);
    }
}

fn body(text: String, file: Option<Arc<SourceFile>>, facts: &mut Facts) {
    let body = facts.bodies.len();
    for simple in commands(&text) {
        calls(&simple, facts);
        if let Some(file) = started_file(&simple, &facts.dir) {
            let inner = commands(&file.text);
            inner.iter().for_each(|simple| calls(simple, facts));
            facts.inner.extend(inner);
        }
        facts.said.push(Said { simple, body });
    }
    facts.bodies.push(Body { text, file });
}

/// The tasks that a command runs, each as a step of its own.
fn calls(simple: &Simple, facts: &mut Facts) {
    for name in told::run_by(simple) {
        facts.calls.push((facts.steps, name));
        facts.steps += 1;
    }
}

/// The shell script that a command starts by its path.
fn started_file(simple: &Simple, dir: &Path) -> Option<Arc<SourceFile>> {
    let shells = ["sh", "bash", "zsh", "source", "."];
    let path = match simple.program() {
        program if shells.contains(&program) => {
            simple.arguments().find(|word| !word.starts_with('-'))?
        }
        _ => &simple.words[0].text,
    };
    let named = path.contains('/') && !path.contains('*') && !Path::new(path).is_absolute();
    named.then(|| shell_file(&dir.join(path))).flatten()
}

/// Larger files are no scripts that people write.
const LARGEST: u64 = 256 * 1024;

fn shell_file(path: &Path) -> Option<Arc<SourceFile>> {
    let meta = std::fs::metadata(path).ok().filter(|m| m.is_file() && m.len() <= LARGEST);
    meta?;
    let text = std::fs::read_to_string(path).ok()?;
    (has_shell_line(&text) || !text.starts_with("#!"))
        .then(|| SourceFile::new(path.to_path_buf(), text))
}
