//! What a job reads and makes, and what makes it the same job as before.
//! Looks at no file.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Builder, Place};
use crate::config::template;
use crate::files::Digest;
use crate::model::{Command, EnvMap, Outputs, Problem, Root, RunEntry};
use crate::plan::checks::patterns;
use crate::plan::graph::{Occurrence, Phase};
use crate::plan::job::{FreshPart, FreshSpec, Invocation, Job};

impl Builder<'_, '_> {
    pub(super) fn fresh(
        &mut self,
        at: &mut Place<'_>,
        o: &Occurrence,
    ) -> Result<Option<FreshSpec>, Problem> {
        let task = at.task;
        if task.sources.is_empty() {
            return Ok(None);
        }
        let render = |at: &Place<'_>, list: &[String], key: &str| {
            list.iter().map(|text| self.rendered(at, text, key)).collect::<Result<Vec<_>, _>>()
        };
        let sources = render(at, &task.sources, "sources")?;
        patterns(task, &sources, "sources")?;
        Arc::make_mut(&mut at.calls).sources.clone_from(&sources);
        let outputs = match &*task.outputs {
            Outputs::Patterns(list) => {
                let list = render(at, list, "outputs")?;
                patterns(task, &list, "outputs")?;
                Outputs::Patterns(list)
            }
            Outputs::Unset | Outputs::Auto => Outputs::Auto,
        };
        let phase = if o.phase == Phase::Post { "post" } else { "" };
        let identity = format!(
            "{}\0{:?}\0{:?}\0{phase}\0{}\0{}",
            task.name,
            o.args,
            o.env,
            at.dir.display(),
            task.root.dir.display()
        );
        let parts = self.parts(at, &sources, &outputs)?;
        let script = match &task.command {
            Command::Script(path) => Some(path.clone()),
            Command::File(text) => {
                Some(self.ctx.dirs.below(&task.root.dir, self.rendered(at, text, "file")?))
            }
            _ => None,
        };
        Ok(Some(FreshSpec {
            sources,
            outputs,
            dir: at.dir.to_path_buf(),
            script,
            task: task.name.clone(),
            identity: Digest::of(identity).to_hex(),
            parts,
        }))
    }

    /// What the task is, part by part; nothing where nothing may be evaluated.
    fn parts(
        &mut self,
        at: &Place<'_>,
        sources: &[String],
        outputs: &Outputs,
    ) -> Result<Option<Vec<FreshPart>>, Problem> {
        if self.evaluators.is_raw() {
            return Ok(None);
        }
        let task = at.task;
        let mut parts = Vec::new();
        let mut add = |name: &str, value: Option<&str>| parts.push(part(name, value));
        if matches!(task.command, Command::Run(_)) {
            add("shell", Some(&self.shell(at)?.join(" ")));
        }
        add("sources", Some(&format!("{sources:?}")));
        add("outputs", Some(&format!("{outputs:?}")));
        if !task.sandbox.is_empty() {
            add("sandbox", Some(&format!("{:?}", task.sandbox)));
        }
        let has_tools = self.roots(at).any(|root| !root.tools.is_empty());
        if has_tools || !task.tools.is_empty() {
            add("tools", self.tools_part(at).as_deref());
        }
        for (name, value) in at.env.configured() {
            let value = value.map(|v| v.as_encoded_bytes());
            let digest = Digest::of(value.unwrap_or(b"\0unset"));
            let name = format!("variable {}", name.to_string_lossy());
            parts.push(FreshPart { name, digest: Some(digest) });
        }
        Ok(Some(parts))
    }

    /// Adds what the jobs of the task do, as far as it is the same in a run and
    /// in a query.
    pub(super) fn add_work(&self, at: &Place<'_>, jobs: &[Job], spec: &mut FreshSpec) {
        let Some(parts) = &mut spec.parts else {
            return;
        };
        let (mut run, mut moving) = (String::new(), false);
        match &at.task.command {
            Command::Run(entries) => {
                let mut rendered = jobs.iter().flat_map(|job| &job.commands).map(script);
                for entry in entries {
                    match entry {
                        RunEntry::Script(text) => {
                            let rendered = rendered.next().flatten();
                            let moves = self.is_moving(at, text);
                            moving |= moves;
                            run.push_str(rendered.filter(|_| !moves).unwrap_or(text.trim()));
                        }
                        // Not where they are written: that is nothing to the task.
                        RunEntry::Task(call, _) => run.push_str(&format!("{call:?}")),
                        RunEntry::Tasks(calls, _) => run.push_str(&format!("{calls:?}")),
                    }
                    run.push('\0');
                }
            }
            other => run = format!("{other:?}"),
        }
        parts.insert(0, part("run", Some(&run)));
        if moving {
            parts.push(part("vars", Some(&self.raw_vars(at))));
        }
    }

    /// True where a text may render to something else the next time, although
    /// nothing was edited.
    fn is_moving(&self, at: &Place<'_>, text: &str) -> bool {
        template::is_template(text)
            && (template::is_late(text)
                || template::names_tools(text)
                || text.contains("task_source_files")
                || (at.env.has_late() && text.contains("env"))
                || (text.contains("vars") && self.raw_vars(at).contains("{{")))
    }

    /// The vars that the task sees, as they are written.
    fn raw_vars(&self, at: &Place<'_>) -> String {
        let entries = self.roots(at).flat_map(|root| &root.vars).chain(&at.task.vars);
        format!("{:?}", entries.map(|entry| &entry.directive).collect::<Vec<_>>())
    }

    /// The roots that count for a task: in a monorepo those on its own way.
    fn roots(&self, at: &Place<'_>) -> impl Iterator<Item = &Root> {
        let project = &self.workspace.get(at.project).project;
        let whole = project.monorepo.is_none();
        let own = Arc::clone(&at.task.root);
        project.roots.iter().map(|root| &**root).filter(move |r| whole || r.holds_for(&own))
    }

    /// Where the tools lie, which says their versions; nothing in a query, and
    /// where an outer run has set them up.
    fn tools_part(&self, at: &Place<'_>) -> Option<String> {
        if self.evaluators.is_query() || self.ctx.env.get("MEP_TOOLS").is_some() {
            return None;
        }
        let path = |env: &EnvMap| -> Vec<PathBuf> {
            env.get("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default()
        };
        let before = path(&self.ctx.env);
        let mut added = path(&at.env);
        added.retain(|dir| !before.contains(dir) && Some(dir.as_path()) != self.options.shim);
        Some(format!("{added:?}"))
    }
}

fn part(name: &str, value: Option<&str>) -> FreshPart {
    FreshPart { name: name.to_string(), digest: value.map(Digest::of) }
}

/// The text of a command that has one.
fn script(command: &Invocation) -> Option<&str> {
    match command {
        Invocation::Shell { script, .. } | Invocation::Shebang { script, .. } => {
            Some(script.text())
        }
        Invocation::File { .. } => None,
    }
}
