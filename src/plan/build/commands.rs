//! The commands of a job, and the words that they are given. Starts nothing.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Builder, Place};
use crate::config::template::{self, TaskCalls};
use crate::model::{Command, Dialect, Problem, RunEntry, Seldom};
use crate::plan::checks::executable;
use crate::plan::field::Field;
use crate::plan::graph::Occurrence;
use crate::plan::job::Invocation;
use crate::plan::script::{self, Words};
use crate::plan::{args, old_args, shell, spec};

impl Builder<'_, '_> {
    /// Takes the words of the call apart, where the task says how.
    pub(super) fn arguments(&mut self, at: &mut Place<'_>, o: &Occurrence) -> Result<(), Problem> {
        let task = at.task;
        let written = self.rendered(at, &task.usage, "usage")?;
        if self.evaluators.keeps(&written) {
            return Ok(());
        }
        let mut calls = TaskCalls::default();
        let old = old_args::is_used(task) && !self.evaluators.is_raw();
        let mut usage = written;
        if old {
            calls.args = Some(IndexMap::new());
            let declare = usage.trim().is_empty() && !task.raw_args;
            if declare {
                let all = old_args::all(task);
                usage = self.with_scope(at, &all, None, |scope| old_args::usage(task, scope))??;
            }
            if !declare || !usage.is_empty() {
                let said = self.evaluators.warnings().any(old_args::is_warning);
                let note = (!said).then(|| old_args::warning(task));
                note.into_iter().for_each(|note| self.evaluators.of(at.project).note(note));
            }
        }
        let script = spec::script_text(task, |text| self.rendered(at, text, "file").ok());
        let evaluator = self.evaluators.of(o.task.project);
        let spec = spec::read(task, &usage, script.as_deref(), &mut evaluator.warnings)?;
        // `throw` does nothing in scripts without arguments, as in mise.
        calls.mute = spec.is_none() && self.options.dialect == Dialect::Mise;
        at.calls = Arc::new(calls);
        let Some(spec) = spec else {
            return Ok(());
        };
        at.usage = args::without_words(&spec);
        if evaluator.is_query() && spec::starts_programs(&spec.cmd) {
            at.parsed = true;
            return Ok(());
        }
        let Some(parsed) = args::of_call(task, &spec, &o.args, *o.dashes, &at.env)? else {
            return Ok(());
        };
        if old {
            let shell = self.shell(at)?;
            let args = Some(old_args::values(&parsed, &shell));
            at.calls = Arc::new(TaskCalls { args, ..TaskCalls::default() });
        }
        let pairs = parsed.env.into_iter().map(|(k, v)| (k.into(), v.into()));
        at.given = pairs.collect();
        at.usage = parsed.values;
        at.parsed = true;
        Ok(())
    }

    /// The scripts `from..to`; arguments go to the last script of the task.
    pub(super) fn commands(
        &mut self,
        at: &Place<'_>,
        o: &Occurrence,
        from: usize,
        to: usize,
    ) -> Result<Vec<Invocation>, Problem> {
        let task = at.task;
        match &task.command {
            Command::None => return Ok(Vec::new()),
            Command::Script(path) => return Ok(vec![self.file(at, path, &o.args)?]),
            Command::File(text) => {
                let text = self.rendered(at, text, "file")?;
                let path = self.ctx.dirs.below(&task.root.dir, &text);
                if !self.evaluators.keeps(&text) {
                    executable(task, &text, &path)?;
                }
                return Ok(vec![self.file(at, &path, &o.args)?]);
            }
            Command::Run(_) => {}
        }
        let run = task.run();
        let last = run.iter().rposition(|e| matches!(e, RunEntry::Script(_)));
        // Most tasks have one.
        let mut commands = Vec::with_capacity(to.saturating_sub(from).min(run.len()));
        for (i, entry) in run.iter().enumerate().take(to).skip(from) {
            let RunEntry::Script(text) = entry else {
                continue;
            };
            let is_last = Some(i) == last;
            let script = self.script(at, text)?;
            commands.push(if text.trim_start().starts_with("#!") {
                let args = if is_last && !at.parsed { o.args.clone() } else { Seldom::default() };
                Invocation::Shebang { script, args }
            } else {
                let shell = self.shell(at)?;
                let words = self.words(&shell, at);
                let given = is_last && !(at.parsed && words == Words::Appended);
                let args = if given { o.args.clone() } else { Seldom::default() };
                Invocation::Shell { shell, script, args, words }
            });
        }
        Ok(commands)
    }

    /// A script as it is run; one that is written so is not there twice.
    fn script(&self, at: &Place<'_>, text: &Arc<str>) -> Result<Field, Problem> {
        let trimmed = text.trim();
        if trimmed.len() == text.len() && !template::is_template(text) {
            return Ok(Field::Static(Arc::clone(text)));
        }
        self.field(at, trimmed, "run")
    }

    /// How a script of this shell gets the words of its call.
    fn words(&self, shell: &[String], at: &Place<'_>) -> Words {
        let known = self.options.dialect == Dialect::Mep && script::takes_script(shell);
        match (known, at.parsed) {
            (false, _) => Words::Appended,
            (true, false) => Words::AsAsked,
            (true, true) => Words::OnlyAsked,
        }
    }

    /// Our rule only: a script that reads its input gets it, and gets it alone.
    pub(super) fn reads_input(&self, commands: &[Invocation]) -> bool {
        self.options.dialect == Dialect::Mep
            && commands.iter().any(|command| match command {
                Invocation::Shell { script, words, .. } => {
                    *words != Words::Appended && script::reads_input(script.text())
                }
                Invocation::Shebang { script, .. } => {
                    let text = script.text();
                    script::has_shell_line(text) && script::reads_input(text)
                }
                Invocation::File { .. } => false,
            })
    }

    fn file(
        &mut self,
        at: &Place<'_>,
        path: &Path,
        args: &[String],
    ) -> Result<Invocation, Problem> {
        Ok(Invocation::File {
            shell: self.file_shell(at, path)?,
            path: path.to_path_buf(),
            shown: self.ctx.dirs.tilde(path).into(),
            args: args.to_vec().into(),
        })
    }

    /// What runs an executable file where a setting asks for a shell: the
    /// task's, the file's own interpreter, the default.
    fn file_shell(
        &mut self,
        at: &Place<'_>,
        path: &Path,
    ) -> Result<Option<Arc<[String]>>, Problem> {
        let settings = self.options.settings;
        if !settings.file_shell {
            return Ok(None);
        }
        if shell::own(at.task).is_none() && shell::has_shebang(path) {
            return Ok(None);
        }
        self.shell_or(at, &settings.default_file_shell).map(Some)
    }

    pub(super) fn shell(&mut self, at: &Place<'_>) -> Result<Arc<[String]>, Problem> {
        self.shell_or(at, self.options.shell.unwrap_or(&self.options.settings.inline_shell))
    }

    fn shell_or(&mut self, at: &Place<'_>, default: &str) -> Result<Arc<[String]>, Problem> {
        let task = at.task;
        let own = shell::own(task).map(|text| self.rendered(at, text, "shell")).transpose()?;
        let own = own.filter(|text| !text.trim().is_empty());
        let text = own.as_deref().unwrap_or(default);
        if let Some(known) = self.known.shells.get(text) {
            return Ok(Arc::clone(known));
        }
        let words = shell::words(task, text)?;
        self.known.shells.insert(text.to_string(), Arc::clone(&words));
        Ok(words)
    }
}
