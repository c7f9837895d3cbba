//! Graph → jobs: looks up environments and directories, renders templates,
//! and refuses what cannot run. The parts of a job that take more than a few
//! lines are made beside: `environment`, `commands`, `freshness`.

mod commands;
mod environment;
mod freshness;

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::checks::{place_of, retried, supported, template_problem};
use super::field::{Field, LateText};
use super::graph::{Graph, Occurrence, Part};
use super::job::{Action, Job, PlanOptions, variables};
use super::sandbox::Confinement;
use crate::config::env::Vars;
use crate::config::template::{self, Scope, TaskCalls};
use crate::config::workspace::{Evaluators, Workspace};
use crate::model::{
    Confirm, Dialect, EnvMap, JobId, OutputStyle, Policy, Problem, ProjectId, RunEntry, Silence,
    Task,
};
use crate::sys::{Context, duration};

/// What is looked up once for many jobs.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Environment and vars of each root, by project and rank.
    bases: HashMap<(ProjectId, usize), (Arc<EnvMap>, Vars)>,
    shells: HashMap<String, Arc<[String]>>,
    /// The environments of roots, and the same with our links.
    shimmed: Vec<(Arc<EnvMap>, Arc<EnvMap>)>,
    /// What the project of tasks says that have no policy of their own.
    policies: HashMap<ProjectId, Arc<Policy>>,
    paths: HashSet<Arc<Path>>,
}

impl Known {
    /// A path as all jobs share it.
    fn path(&mut self, path: &Path) -> Arc<Path> {
        if let Some(known) = self.paths.get(path) {
            return Arc::clone(known);
        }
        let new: Arc<Path> = path.into();
        self.paths.insert(Arc::clone(&new));
        new
    }
}

pub(super) struct Builder<'a, 'e> {
    pub(super) ctx: &'a Arc<Context>,
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) options: &'e PlanOptions<'a>,
    pub(super) evaluators: &'e mut Evaluators<'a>,
    pub(super) known: &'e mut Known,
}

impl Builder<'_, '_> {
    /// The jobs of one occurrence, in the order of its nodes.
    ///
    /// # Errors
    /// What keeps the task from running.
    pub(super) fn occurrence(
        &mut self,
        occurrence: &Occurrence,
        label: &Arc<str>,
        graph: &Graph,
        nodes: &[JobId],
    ) -> Result<Vec<Job>, Problem> {
        let task = self.workspace.task(occurrence.task);
        supported(task)?;
        retried(task)?;
        let (mut env, vars) = self.environment(task, occurrence)?;
        self.tools(occurrence.task, &mut env)?;
        let env = self.with_shim(env);
        let mut at = Place {
            task,
            project: occurrence.task.project,
            env,
            vars,
            dir: self.known.path(&task.root.dir),
            file: self.file_of(task),
            given: Arc::default(),
            usage: serde_json::Value::Object(serde_json::Map::new()),
            parsed: false,
            calls: Arc::default(),
            policy: self.policy(occurrence.task.project, task),
            sandbox: None,
        };
        if let Some(dir) = &*task.dir {
            let text = self.rendered(&at, dir, "dir")?;
            at.dir = self.known.path(&self.ctx.dirs.resolve(&task.root.dir, text));
        }
        self.arguments(&mut at, occurrence)?;
        let fresh = self.fresh(&mut at, occurrence)?;
        at.sandbox = self.sandbox(&at)?;
        let jobs: Result<Vec<Job>, Problem> = nodes
            .iter()
            .map(|node| self.job(&at, occurrence, label, &graph.get(*node).part))
            .collect();
        let mut jobs = jobs?;
        if let Some(mut spec) = fresh {
            self.add_work(&at, &jobs, &mut spec);
            let spec = Arc::new(spec);
            jobs.iter_mut().for_each(|job| job.fresh = Some(Arc::clone(&spec)));
        }
        Ok(jobs)
    }

    fn job(
        &mut self,
        at: &Place<'_>,
        occurrence: &Occurrence,
        label: &Arc<str>,
        part: &Part,
    ) -> Result<Job, Problem> {
        let task = at.task;
        let (action, commands) = match part {
            Part::Whole => (Action::Run, self.commands(at, occurrence, 0, task.run().len())?),
            Part::Gate => (Action::Gate, Vec::new()),
            Part::Scripts(from, to) => (Action::Run, self.commands(at, occurrence, *from, *to)?),
            Part::Arrival(entry) => {
                (Action::Arrival(call_text(&task.run()[*entry]).into()), Vec::new())
            }
            Part::Join => (Action::Join, Vec::new()),
        };
        let confirm = match (&*task.confirm, part) {
            (Some(Confirm { message, default }), Part::Gate) if !self.options.settings.yes => {
                Some(Box::new((self.field(at, message, "confirm")?, default.clone())))
            }
            _ => None,
        };
        let settings = self.options.settings;
        let inherits_terminal = task.raw || task.interactive || settings.raw;
        let reads_input = self.reads_input(&commands);
        let alone = inherits_terminal || reads_input;
        Ok(Job {
            label: Arc::clone(label),
            name: if task.name == **label { Arc::clone(label) } else { (*task.name).into() },
            action,
            cwd: Arc::clone(&at.dir),
            env: Arc::clone(&at.env),
            file: Arc::clone(&at.file),
            usage: Arc::clone(&at.given),
            style: alone.then_some(OutputStyle::Interleave).or(task.output),
            quiet: settings.quiet
                || settings.task_quiet
                || settings.silent
                || task.quiet
                || task.silent != Silence::None,
            silent: if settings.silent { Silence::Both } else { task.silent },
            inherits_terminal,
            reads_input,
            exclusive: confirm.is_some() || (alone && !commands.is_empty()),
            commands: commands.into(),
            confirm,
            fresh: None,
            skip: settings.skip.iter().any(|skip| *skip == task.name || skip == task.display()),
            timeout: task.policy.timeout.or(self.timeout(at)?),
            policy: Arc::clone(&at.policy),
            sandbox: at.sandbox.clone(),
        })
    }

    /// The task's own keys over those of its project.
    fn policy(&mut self, project: ProjectId, task: &Task) -> Arc<Policy> {
        let own = &self.workspace.get(project).project.own;
        let new = || {
            let mut policy = Policy::clone(&task.policy);
            policy.grace = policy.grace.or(own.grace);
            policy.leaks = policy.leaks.or(own.leaks);
            Arc::new(policy)
        };
        if *task.policy != Policy::default() {
            return new();
        }
        Arc::clone(self.known.policies.entry(project).or_insert_with(new))
    }

    fn sandbox(&self, at: &Place<'_>) -> Result<Option<Arc<Confinement>>, Problem> {
        let common = &self.options.settings.sandbox;
        let field = |text: &str, key: &str| self.field(at, text, key);
        let sandbox = Confinement::new(self.ctx, &at.dir, &at.task.sandbox, common, field)?;
        Ok(sandbox.map(Arc::new))
    }

    /// The limit of a task; as in mise, one that cannot be read is none, with
    /// a warning.
    fn timeout(&mut self, at: &Place<'_>) -> Result<Option<Duration>, Problem> {
        let Some(written) = &*at.task.timeout else {
            return Ok(None);
        };
        let text = self.rendered(at, written, "timeout")?;
        let limit = duration::parse(&text);
        if limit.is_none() {
            let why = match text.trim() {
                "" => "cannot parse integer from empty string",
                _ => "invalid digit found in string",
            };
            let mut note = format!("invalid timeout {text:?} for task {}: {why}", at.task.name);
            if self.options.dialect == Dialect::Mep {
                note.push_str(&format!(" ({})", place_of(at.task, written)));
            }
            self.evaluators.of(at.project).note(note);
        }
        Ok(limit)
    }

    fn field(&self, at: &Place<'_>, text: &str, key: &str) -> Result<Field, Problem> {
        if !template::is_late(text) || self.evaluators.is_raw() {
            return Ok(Field::Static(self.rendered(at, text, key)?.into()));
        }
        template::check(text).map_err(|e| template_problem(at.task, text, key, &e))?;
        let env = at.whole_env();
        Ok(Field::Late(Arc::new(LateText {
            text: text.to_string(),
            ctx: Arc::clone(self.ctx),
            root: at.task.root.dir.clone(),
            dir: at.dir.to_path_buf(),
            env,
            vars: at.vars.clone(),
            usage: at.usage.clone(),
            profiles: self.options.profiles.to_vec(),
            tools: self.evaluators.tools(at.project, text)?,
            calls: (key == "run").then(|| Arc::clone(&at.calls)),
            spot: at.task.spot.clone(),
        })))
    }

    fn rendered(&self, at: &Place<'_>, text: &str, key: &str) -> Result<String, Problem> {
        if !template::is_template(text) || self.evaluators.keeps(text) {
            return Ok(text.to_string());
        }
        let calls = (key == "run").then_some(&*at.calls);
        self.with_scope(at, text, calls, |scope| template::render(text, scope))?
            .map_err(|e| template_problem(at.task, text, key, &e))
    }

    /// Lends what `text` is rendered with.
    fn with_scope<T>(
        &self,
        at: &Place<'_>,
        text: &str,
        calls: Option<&TaskCalls>,
        then: impl FnOnce(&Scope<'_>) -> T,
    ) -> Result<T, Problem> {
        let tools = self.evaluators.tools(at.project, text)?;
        let env = at.whole_env();
        let scope = Scope {
            ctx: self.ctx,
            config_root: &at.task.root.dir,
            dir: &at.dir,
            env: &env,
            vars: &at.vars,
            usage: Some(&at.usage),
            profiles: self.options.profiles,
            tools: Some(&tools),
            exec_gets_env: false,
            source: None,
            task: calls,
        };
        Ok(then(&scope))
    }
}

/// The names of a call as they are written.
fn call_text(entry: &RunEntry) -> String {
    match entry {
        RunEntry::Script(text) => text.to_string(),
        RunEntry::Task(call, _) => {
            std::iter::once(&call.task).chain(&call.args).cloned().collect::<Vec<_>>().join(" ")
        }
        RunEntry::Tasks(names, _) => names.join(", "),
    }
}

/// What the fields of one occurrence are rendered with.
struct Place<'t> {
    task: &'t Task,
    project: ProjectId,
    env: Arc<EnvMap>,
    vars: Vars,
    dir: Arc<Path>,
    file: Arc<Path>,
    /// What the words of the call mean.
    given: Arc<[(OsString, OsString)]>,
    /// The `usage` map of templates.
    usage: serde_json::Value,
    /// The arguments were taken apart, so scripts do not get them as words.
    parsed: bool,
    /// What its own texts may call.
    calls: Arc<TaskCalls>,
    policy: Arc<Policy>,
    sandbox: Option<Arc<Confinement>>,
}

impl Place<'_> {
    /// The environment with what is the task's own.
    fn whole_env(&self) -> EnvMap {
        let mut env = (*self.env).clone();
        for (key, value) in variables(&self.task.name, &self.file, &self.given) {
            env.set(key, value);
        }
        env
    }
}
