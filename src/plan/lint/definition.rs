//! What is wrong in the keys of one task. Knows nothing of other tasks but
//! their names.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::issue::{Issue, Severity};
use super::links::{Kind, Link, Links};
use crate::config::template;
use crate::files;
use crate::model::{
    Command, Dialect, Outputs, Problem, Project, RunEntry, Spot, Task, TaskId, closest,
};
use crate::plan::names::is_pattern;
use crate::plan::{checks, spec};
use crate::sys::{Context, duration, lookup};

/// Who has which name.
pub(super) struct Aliases<'p> {
    names: HashMap<&'p str, &'p Spot>,
    /// By alias, once for each time it is given, in name order.
    tasks: HashMap<&'p str, Vec<&'p str>>,
}

impl<'p> Aliases<'p> {
    pub(super) fn of(project: &'p Project) -> Self {
        let names = project.tasks.iter().map(|task| (task.name.as_str(), &task.spot)).collect();
        let mut tasks: HashMap<&str, Vec<&str>> = HashMap::new();
        for task in project.tasks.iter().filter(|task| !task.root.aside) {
            for alias in &task.aliases {
                tasks.entry(alias).or_default().push(&task.name);
            }
        }
        Self { names, tasks }
    }
}

/// Looks at one task.
pub(super) fn check(
    ctx: &Context,
    links: &mut Links<'_>,
    aliases: &Aliases<'_>,
    id: TaskId,
    issues: &mut Vec<Issue>,
) {
    let mut look = Look { ctx, id, task: links.task(id), links, issues };
    look.dependencies();
    look.usage();
    look.timeout();
    look.aliases(aliases);
    look.file();
    look.directory();
    look.shell();
    look.patterns();
    look.run();
    look.does_something();
    look.templates();
}

struct Look<'l, 'a> {
    ctx: &'l Context,
    id: TaskId,
    task: &'a Task,
    links: &'l mut Links<'a>,
    issues: &'l mut Vec<Issue>,
}

impl Look<'_, '_> {
    fn error(&self, category: &'static str, message: impl Into<String>) -> Issue {
        Issue::error(&self.task.name, category, message).at(&self.task.spot)
    }

    fn warning(&self, category: &'static str, message: impl Into<String>) -> Issue {
        Issue::warning(&self.task.name, category, message).at(&self.task.spot)
    }

    fn is_mep(&self) -> bool {
        self.links.dialect == Dialect::Mep
    }

    /// Where a text of the task is written.
    fn place(&self, text: &str) -> Spot {
        checks::spot_of(self.task, text)
    }

    fn text(&mut self, text: &str) -> Option<String> {
        let spot = self.place(text);
        self.links.text(self.id, text, &spot)
    }

    fn dependencies(&mut self) {
        let all = self.links.of(self.id);
        for (kind, key) in [
            (Kind::Depends, "depends"),
            (Kind::Post, "depends_post"),
            (Kind::WaitFor, "wait_for"),
            (Kind::Finally, "finally"),
        ] {
            for link in all.iter().filter(|link| link.kind == kind) {
                self.dependency(link, key);
            }
        }
    }

    fn dependency(&mut self, link: &Link, key: &str) {
        let name = &link.call.task;
        let Ok(tasks) = &link.tasks else {
            if link.call.optional || name.contains(['*', '?']) {
                return;
            }
            let mut issue =
                self.error("missing-dependency", format!("Dependency '{name}' not found"));
            // We leave out what is not there to be waited for.
            if self.is_mep() && link.kind == Kind::WaitFor {
                issue.severity = Severity::Warning;
            }
            let details = format!("Referenced in '{key}' but no matching task exists");
            let issue = issue.details(details).at(&link.spot);
            return self.issues.push(self.suggesting(issue, name));
        };
        let itself = *tasks == [self.id] && link.call.args.is_empty() && !is_pattern(name);
        if self.is_mep() && itself && link.kind == Kind::Depends {
            let issue = self.warning("self-dependency", "Task depends on itself");
            let details = "It is left out of its own dependencies";
            self.issues.push(issue.details(details).at(&link.spot).help("remove the entry"));
        }
    }

    fn suggesting(&self, issue: Issue, name: &str) -> Issue {
        let project = &self.links.workspace().get(self.id.project).project;
        let names = project.tasks.iter().filter(|task| task.name != self.task.name);
        match closest(name, names.map(|task| task.display()), 1).first() {
            Some(near) => issue.help(format!("did you mean `{near}`?")),
            None => issue.help("define the task, or take the entry out"),
        }
    }

    fn usage(&mut self) {
        let task = self.task;
        let category = "usage-parse-error";
        let message = "Failed to parse usage specification";
        let failed = |details: String| {
            Issue::error(&task.name, category, message).details(details).at(&spec::place(task))
        };
        let mut usage = String::new();
        if template::is_template(&task.usage) {
            let evaluator = self.links.evaluators.of(self.id.project);
            let late = evaluator.keeps(&task.usage);
            match evaluator.render(task, &task.usage, &spec::place(task), None) {
                _ if late => {}
                Ok(text) => usage = text,
                Err(problem) => {
                    let owner = format!(" of task `{}`: ", task.name);
                    let why = problem.message.split_once(&owner).map_or("", |(_, why)| why);
                    let raw = task.usage.as_str();
                    let details = format!("Failed to render task usage: {raw}: error: {why}");
                    self.issues.push(failed(details));
                }
            }
        } else {
            usage.clone_from(&task.usage);
        }
        let path = match &task.command {
            Command::File(written) => self.file_path(written).map(|(_, path)| path),
            _ => Some(task.source_path().to_path_buf()),
        };
        let script = spec::script_text(task, |text| self.text(text));
        let script = path.as_deref().zip(script.as_deref());
        if let Some(details) = spec::complaint(task, &usage, script) {
            self.issues.push(failed(details));
        }
        if task.usage.contains("#USAGE") {
            let issue = self.warning("usage-directive", "Usage field contains directive markers");
            let details =
                "The 'usage' field should contain the spec directly, not #USAGE directives";
            self.issues.push(issue.details(details).at(&spec::place(task)));
        }
    }

    fn timeout(&mut self) {
        let Some(text) = self.task.timeout.as_ref() else {
            return;
        };
        let Some(text) = self.text(text) else {
            return;
        };
        let good = match self.links.dialect {
            Dialect::Mep => duration::parse(&text).is_some(),
            Dialect::Mise => mise_duration(&text),
        };
        if good {
            return;
        }
        let why = match text.parse::<u64>() {
            _ if text.trim_start().starts_with('-') && text.trim() != "-" => {
                format!("duration must not be negative: {text}")
            }
            Err(error) => error.to_string(),
            Ok(_) => "it is too long".to_string(),
        };
        let issue = self.error("invalid-timeout", format!("Invalid timeout format: '{text}'"));
        let issue = issue.details(format!("Parse error: {why}")).at(&self.place(&text));
        self.issues.push(issue.help("write it like `30s`, `5m` or `1h30m`"));
    }

    fn aliases(&mut self, known: &Aliases<'_>) {
        for alias in &self.task.aliases {
            let users = known.tasks.get(alias.as_str()).map_or(&[][..], Vec::as_slice);
            if users.len() > 1 && users.first() == Some(&self.task.name.as_str()) {
                let message = format!("Alias '{alias}' is used by multiple tasks");
                let issue = self.error("alias-conflict", message);
                let issue = issue.details(format!("Tasks: {}", users.join(", ")));
                self.issues.push(issue.at(&self.place(alias)));
            }
            if known.names.contains_key(alias.as_str()) {
                let message = format!("Alias '{alias}' conflicts with task name");
                let issue = self.error("alias-conflict", message);
                let issue = issue.details(format!("A task named '{alias}' already exists"));
                self.issues.push(issue.at(&self.place(alias)));
            }
        }
    }

    fn file(&mut self) {
        let Command::File(written) = &self.task.command else {
            return;
        };
        let remote = ["http://", "https://", "git::"].iter().any(|way| written.starts_with(way));
        let Some((text, path)) = self.file_path(written).filter(|_| !remote) else {
            return;
        };
        let place = self.place(written);
        let missing = format!("Task file not found: {text}");
        let issue = match std::fs::metadata(&path) {
            _ if text.is_empty() => self.error("missing-file", missing),
            Err(_) => self.error("missing-file", missing),
            Ok(meta) if meta.is_dir() && self.is_mep() => {
                self.error("missing-file", format!("Task file is a directory: {text}"))
            }
            Ok(meta) if meta.is_dir() || lookup::is_executable(&path) => return,
            Ok(_) => {
                let issue =
                    self.warning("not-executable", format!("Task file is not executable: {text}"));
                issue.details(format!("Run: chmod +x {text}"))
            }
        };
        self.issues.push(issue.at(&place));
    }

    /// mise's check takes the path as it is written.
    fn file_path(&mut self, written: &str) -> Option<(String, PathBuf)> {
        let root = &self.task.root.dir;
        match self.links.dialect {
            Dialect::Mise => Some((written.to_string(), root.join(written))),
            Dialect::Mep => {
                let text = self.text(written)?;
                let path = self.ctx.dirs.below(root, &text);
                Some((text, path))
            }
        }
    }

    fn directory(&mut self) {
        let Some(written) = self.task.dir.as_ref() else {
            return;
        };
        let templated = template::is_template(written);
        if !templated && !Path::new(written).is_absolute() {
            return;
        }
        let place = self.place(written);
        let text = match self.links.rendered(self.id, written, &place) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(problem) => {
                let message = format!("Invalid directory template: {written}");
                let issue = self.error("invalid-directory-template", message);
                return self.issues.push(issue.details(problem.message).at(&place));
            }
        };
        // What it depends on may make it.
        let made_before = self.is_mep() && !self.task.depends.is_empty();
        let path = Path::new(&text);
        if path.is_absolute() && !path.exists() && !made_before {
            let message = format!("Task directory does not exist: {text}");
            self.issues.push(self.warning("missing-directory", message).at(&place));
        }
    }

    fn shell(&mut self) {
        let Some(text) = self.task.shell.as_ref() else {
            return;
        };
        let place = self.place(text);
        let Some(text) = self.links.text(self.id, text, &place) else {
            return;
        };
        let program = text.split_whitespace().next().unwrap_or_default();
        if Path::new(program).is_absolute() && !Path::new(program).exists() {
            let issue = self.error("invalid-shell", format!("Shell command not found: {program}"));
            self.issues.push(issue.details(format!("Full shell: {text}")).at(&place));
        }
    }

    fn patterns(&mut self) {
        let task = self.task;
        let outputs = match &*task.outputs {
            Outputs::Patterns(list) => list.as_slice(),
            _ => &[],
        };
        for (word, list) in [("source", task.sources.as_slice()), ("output", outputs)] {
            for written in list {
                let Some(text) = self.text(written) else {
                    continue;
                };
                if let Err(why) = files::check(&text) {
                    let message = format!("Invalid {word} glob pattern: '{text}'");
                    let body = text.strip_prefix('!').unwrap_or(&text);
                    let details = format!("error parsing glob '{body}': {why}");
                    let issue = self.error("invalid-glob-pattern", message).details(details);
                    self.issues.push(issue.at(&self.place(written)));
                }
            }
        }
    }

    fn run(&mut self) {
        let all = self.links.of(self.id);
        for (at, entry) in self.task.run().iter().enumerate() {
            match entry {
                RunEntry::Script(text) if text.trim().is_empty() => {
                    let message = "Task contains empty script entry";
                    self.issues.push(self.warning("empty-script", message));
                }
                RunEntry::Script(_) => {}
                RunEntry::Task(..) | RunEntry::Tasks(..) => {
                    let called = |l: &&Link| matches!(l.kind, Kind::Call | Kind::Group);
                    let here = all.iter().filter(called).filter(|link| link.entry == at);
                    here.filter(|link| link.tasks.is_err()).for_each(|link| self.call(link));
                }
            }
        }
    }

    fn call(&mut self, link: &Link) {
        let name = &link.call.task;
        let category = "missing-task-reference";
        let issue = match link.kind {
            Kind::Group => self
                .error(category, format!("Task '{name}' in task group not found"))
                .details("Referenced in parallel task group"),
            _ => self.error(category, format!("Task '{name}' referenced in run entry not found")),
        };
        self.issues.push(self.suggesting(issue.at(&link.spot), name));
    }

    fn does_something(&mut self) {
        let task = self.task;
        let runs = match &task.command {
            Command::None => false,
            Command::Run(entries) => !entries.is_empty(),
            Command::Script(_) | Command::File(_) => true,
        };
        if task.broken.is_empty()
            && !(runs || !task.depends.is_empty() || !task.depends_post.is_empty())
        {
            let issue = self.error("no-execution", "Task has no executable content");
            let details =
                "Task must have either 'run', 'run_windows', 'file', or 'depends' defined";
            self.issues.push(issue.details(details));
        }
    }

    /// Texts that do not render, for which mise ends the whole check.
    fn templates(&mut self) {
        for problem in self.links.wrong.remove(&self.id).unwrap_or_default() {
            self.issues.push(self.template(&problem));
        }
    }

    fn template(&self, problem: &Problem) -> Issue {
        let issue = self.error("invalid-template", "A template of the task cannot be rendered");
        let issue = issue.details(problem.message.clone());
        match problem.labels.first() {
            Some(label) => issue.at(&label.spot),
            None => issue,
        }
    }
}

/// What mise takes for a time; a bare number is seconds.
fn mise_duration(text: &str) -> bool {
    let span = text.parse::<jiff::Span>();
    text.parse::<u64>().is_ok() || span.is_ok_and(|span| !span.is_negative())
}
