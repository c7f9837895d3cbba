//! Graph → jobs: looks up environments and directories, renders templates,
//! and refuses what cannot run.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use super::checks::{executable, patterns, supported, template_problem};
use super::graph::{Graph, Occurrence, Part, Phase};
use super::job::{Action, Field, FreshSpec, Invocation, Job, LateText, PlanOptions};
use super::script::{self, Words};
use super::{args, old_args, spec};
use crate::config::env::Vars;
use crate::config::template::{self, Scope, TaskCalls};
use crate::config::workspace::{Evaluators, Workspace};
use crate::model::{
    Command, Confirm, Dialect, EnvMap, JobId, OutputStyle, Outputs, Problem, ProjectId, RunEntry,
    Silence, Task, TaskId,
};
use crate::sys::{Context, duration};

/// What is looked up once for many jobs.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Environment and vars of each root, by project and rank.
    bases: HashMap<(ProjectId, usize), (Arc<EnvMap>, Vars)>,
    shells: HashMap<String, Arc<[String]>>,
}

pub(super) struct Builder<'a, 'e> {
    pub(super) ctx: &'a Arc<Context>,
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) options: &'e PlanOptions<'a>,
    pub(super) evaluators: &'e mut Evaluators<'a>,
    pub(super) known: &'e mut Known,
}

/// The nodes of one occurrence lie side by side.
pub(super) fn nodes_of(graph: &Graph, index: usize) -> Vec<JobId> {
    let occurrence = &graph.occurrences[index];
    (occurrence.first.0..=occurrence.last.0)
        .map(JobId)
        .filter(|job| graph.get(*job).occurrence == index)
        .collect()
}

/// Names; with arguments where one run holds the same task with others. What
/// calls inside `run` bring in shows its name only, as in mise.
pub(super) fn labels(workspace: &Workspace<'_>, graph: &Graph) -> Vec<String> {
    let mut variants: HashMap<String, Vec<&[String]>> = HashMap::new();
    for o in graph.occurrences.iter().filter(|o| o.site.is_none()) {
        let seen = variants.entry(workspace.display(o.task)).or_default();
        if !seen.contains(&o.args.as_slice()) {
            seen.push(&o.args);
        }
    }
    graph
        .occurrences
        .iter()
        .map(|o| {
            let name = workspace.display(o.task);
            let several = variants.get(&name).is_some_and(|v| v.len() > 1);
            if o.site.is_none() && several {
                [std::slice::from_ref(&name), &o.args].concat().join(" ")
            } else {
                name
            }
        })
        .collect()
}

impl Builder<'_, '_> {
    /// The jobs of one occurrence, in the order of its nodes.
    ///
    /// # Errors
    /// What keeps the task from running.
    pub(super) fn occurrence(
        &mut self,
        occurrence: &Occurrence,
        label: &str,
        graph: &Graph,
        nodes: &[JobId],
    ) -> Result<Vec<Job>, Problem> {
        let task = self.workspace.task(occurrence.task);
        supported(task)?;
        let (mut env, vars) = self.environment(task, occurrence)?;
        self.tools(occurrence.task, &mut env)?;
        let env = self.with_shim(env);
        let mut at = Place {
            task,
            project: occurrence.task.project,
            env,
            vars,
            dir: task.root.dir.clone(),
            extra: Vec::new(),
            usage: serde_json::Value::Object(serde_json::Map::new()),
            parsed: false,
            calls: Arc::default(),
        };
        if let Some(dir) = &task.dir {
            let text = self.rendered(&at, dir, "dir")?;
            at.dir = self.ctx.dirs.resolve(&task.root.dir, text);
        }
        at.extra = self.extra(task);
        self.arguments(&mut at, occurrence)?;
        let fresh = self.fresh(&mut at, occurrence)?.map(Arc::new);
        nodes
            .iter()
            .map(|node| self.job(&at, occurrence, label, &graph.get(*node).part, fresh.as_ref()))
            .collect()
    }

    fn job(
        &mut self,
        at: &Place<'_>,
        occurrence: &Occurrence,
        label: &str,
        part: &Part,
        fresh: Option<&Arc<FreshSpec>>,
    ) -> Result<Job, Problem> {
        let task = at.task;
        let (action, commands) = match part {
            Part::Whole => (Action::Run, self.commands(at, occurrence, 0, task.run().len())?),
            Part::Gate => (Action::Gate, Vec::new()),
            Part::Scripts(from, to) => (Action::Run, self.commands(at, occurrence, *from, *to)?),
            Part::Arrival(entry) => (Action::Arrival(call_text(&task.run()[*entry])), Vec::new()),
            Part::Join => (Action::Join, Vec::new()),
        };
        let confirm = match (&task.confirm, part) {
            (Some(Confirm { message, default }), Part::Gate) if !self.options.settings.yes => {
                Some((self.field(at, message, "confirm")?, default.clone()))
            }
            _ => None,
        };
        let settings = self.options.settings;
        let inherits_terminal = task.raw || task.interactive || settings.raw;
        let reads_input = self.reads_input(&commands);
        let alone = inherits_terminal || reads_input;
        Ok(Job {
            label: label.to_string(),
            name: task.name.clone(),
            action,
            cwd: at.dir.clone(),
            env: Arc::clone(&at.env),
            extra: at.extra.clone(),
            style: alone.then_some(OutputStyle::Interleave).or(task.output),
            quiet: settings.quiet || settings.silent || task.quiet || task.silent != Silence::None,
            silent: if settings.silent { Silence::Both } else { task.silent },
            inherits_terminal,
            reads_input,
            exclusive: confirm.is_some() || (alone && !commands.is_empty()),
            commands,
            confirm,
            fresh: fresh.cloned(),
            skip: settings.skip.contains(&task.name) || settings.skip.contains(&task.display),
            timeout: self.timeout(at)?,
            grace: task.grace.or(self.workspace.get(at.project).project.own.grace),
        })
    }

    /// The limit of a task; as in mise, one that cannot be read is none, with
    /// a warning.
    fn timeout(&mut self, at: &Place<'_>) -> Result<Option<Duration>, Problem> {
        let Some(text) = &at.task.timeout else {
            return Ok(None);
        };
        let text = self.rendered(at, text, "timeout")?;
        let limit = duration::parse(&text);
        if limit.is_none() {
            let why = match text.trim() {
                "" => "cannot parse integer from empty string",
                _ => "invalid digit found in string",
            };
            let note = format!("invalid timeout {text:?} for task {}: {why}", at.task.name);
            self.evaluators.of(at.project).note(note);
        }
        Ok(limit)
    }

    // ---- environment -----------------------------------------------------

    /// What all tasks of a root share: the root's environment without
    /// inherited `usage_*`, our links on PATH, what every task gets.
    fn base(&mut self, id: ProjectId, task: &Task) -> Result<(Arc<EnvMap>, Vars), Problem> {
        let key = (id, task.root.rank);
        if let Some((env, vars)) = self.known.bases.get(&key) {
            return Ok((Arc::clone(env), vars.clone()));
        }
        let resolved = self.evaluators.of(id).of_root(&task.root)?;
        let mut env = resolved.env.clone();
        let stale: Vec<OsString> = env
            .iter()
            .map(|(k, _)| k)
            .filter(|k| k.as_encoded_bytes().starts_with(b"usage_"))
            .map(OsString::from)
            .collect();
        stale.iter().for_each(|key| env.unset(key));
        for (key, value) in &self.options.common {
            env.set(key, value);
        }
        if !self.options.profiles.is_empty() {
            env.set("MISE_ENV", self.options.profiles.join(","));
        }
        let root = task.root.dir.as_os_str();
        let project = match task.root.scope {
            crate::model::Scope::Project => Some(root.to_os_string()),
            _ => {
                let nearest = self.workspace.get(id).project.nearest_root();
                nearest.map(|r| r.dir.clone().into_os_string())
            }
        };
        if let Some(project) = project {
            env.set("MISE_PROJECT_ROOT", project);
        }
        env.set("MISE_CONFIG_ROOT", root);
        let done = (Arc::new(env), resolved.vars.clone());
        self.known.bases.insert(key, (Arc::clone(&done.0), done.1.clone()));
        Ok(done)
    }

    fn environment(&mut self, task: &Task, o: &Occurrence) -> Result<(Arc<EnvMap>, Vars), Problem> {
        let (base, mut vars) = self.base(o.task.project, task)?;
        let dir = &task.root.dir;
        let evaluator = self.evaluators.of(o.task.project);
        // Values of `env` see the vars of the config first, as in mise.
        let shared_vars = (!task.vars.is_empty()).then(|| vars.clone());
        evaluator.task_vars(task, &mut vars)?;
        let mut for_env = vars.clone();
        for_env.extend(shared_vars.into_iter().flatten());
        let shared = task.env.is_empty() && o.env.is_empty() && o.inherits.is_empty();
        let shared = shared && !task.raw_args;
        let mut env = if shared { None } else { Some((*base).clone()) };
        if let Some(env) = &mut env {
            if task.raw_args {
                // It takes its words as they are, and so sees its caller's arguments.
                let resolved = evaluator.of_root(&task.root)?;
                let usage = |key: &OsStr| key.as_encoded_bytes().starts_with(b"usage_");
                let inherited = resolved.env.iter().filter(|(key, _)| usage(key));
                inherited.for_each(|(key, value)| env.set(key, value));
            }
            for caller in &o.inherits {
                let caller = self.workspace.task(*caller);
                evaluator.task_env(&caller.env, &caller.root.dir, &for_env, env)?;
            }
            evaluator.task_env(&task.env, dir, &for_env, env)?;
            evaluator.given(&o.env);
            for (key, value) in &o.env {
                env.set(key, value);
            }
        }
        let env = env.map_or(base, Arc::new);
        Ok((env, vars))
    }

    /// Tools that the task names take the place of its project's.
    fn tools(&mut self, id: TaskId, env: &mut Arc<EnvMap>) -> Result<(), Problem> {
        let task = self.workspace.task(id);
        if task.tools.is_empty() {
            return Ok(());
        }
        let evaluator = self.evaluators.of(id.project);
        let mut own = Vec::new();
        for tool in &task.tools {
            let version = evaluator.render(task, &tool.version, &task.spot, None)?;
            own.push((tool.name.clone(), version));
        }
        self.evaluators.task_tools(id, &own, Arc::make_mut(env))
    }

    /// Our links go before everything else, also before `_.path`.
    fn with_shim(&self, env: Arc<EnvMap>) -> Arc<EnvMap> {
        let Some(shim) = self.options.shim else {
            return env;
        };
        let path = env.get("PATH").unwrap_or_default();
        if std::env::split_paths(path).next().is_some_and(|first| first == shim) {
            return env;
        }
        let mut env = (*env).clone();
        let path = crate::sys::shim::prepend(shim, env.get("PATH").unwrap_or_default());
        env.set("PATH", path);
        Arc::new(env)
    }

    fn extra(&self, task: &Task) -> Vec<(OsString, OsString)> {
        let file: PathBuf = match &task.command {
            Command::Script(path) => path.clone(),
            Command::File(path) => self.ctx.dirs.below(&task.root.dir, path),
            _ => task.source_path().to_path_buf(),
        };
        let dir = file.parent().unwrap_or(Path::new("/")).to_path_buf();
        vec![
            ("MISE_TASK_NAME".into(), task.name.clone().into()),
            ("MISE_TASK_FILE".into(), file.into_os_string()),
            ("MISE_TASK_DIR".into(), dir.into_os_string()),
        ]
    }

    // ---- arguments -------------------------------------------------------

    /// Takes the words of the call apart, where the task says how.
    fn arguments(&mut self, at: &mut Place<'_>, o: &Occurrence) -> Result<(), Problem> {
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
                usage = self.with_scope(at, None, |scope| old_args::usage(task, scope))?;
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
        let Some(parsed) = args::of_call(task, &spec, &o.args, o.dashes, &at.env)? else {
            return Ok(());
        };
        if old {
            let shell = self.shell(at)?;
            let args = Some(old_args::values(&parsed, &shell));
            at.calls = Arc::new(TaskCalls { args, ..TaskCalls::default() });
        }
        let pairs = parsed.env.into_iter().map(|(k, v)| (k.into(), v.into()));
        at.extra.extend(pairs);
        at.usage = parsed.values;
        at.parsed = true;
        Ok(())
    }

    // ---- commands --------------------------------------------------------

    /// The scripts `from..to`; arguments go to the last script of the task.
    fn commands(
        &mut self,
        at: &Place<'_>,
        o: &Occurrence,
        from: usize,
        to: usize,
    ) -> Result<Vec<Invocation>, Problem> {
        let task = at.task;
        match &task.command {
            Command::None => return Ok(Vec::new()),
            Command::Script(path) => return Ok(vec![self.file(path, &o.args)]),
            Command::File(text) => {
                let text = self.rendered(at, text, "file")?;
                let path = self.ctx.dirs.below(&task.root.dir, &text);
                if !self.evaluators.keeps(&text) {
                    executable(task, &text, &path)?;
                }
                return Ok(vec![self.file(&path, &o.args)]);
            }
            Command::Run(_) => {}
        }
        let run = task.run();
        let last = run.iter().rposition(|e| matches!(e, RunEntry::Script(_)));
        let mut commands = Vec::new();
        for (i, entry) in run.iter().enumerate().take(to).skip(from) {
            let RunEntry::Script(text) = entry else {
                continue;
            };
            let is_last = Some(i) == last;
            let script = self.field(at, text.trim(), "run")?;
            commands.push(if text.trim_start().starts_with("#!") {
                let args = if is_last && !at.parsed { o.args.clone() } else { Vec::new() };
                Invocation::Shebang { script, args }
            } else {
                let shell = self.shell(at)?;
                let words = self.words(&shell, at);
                let given = is_last && !(at.parsed && words == Words::Appended);
                let args = if given { o.args.clone() } else { Vec::new() };
                Invocation::Shell { shell, script, args, words }
            });
        }
        Ok(commands)
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
    fn reads_input(&self, commands: &[Invocation]) -> bool {
        self.options.dialect == Dialect::Mep
            && commands.iter().any(|command| match command {
                Invocation::Shell { script, words, .. } => {
                    *words != Words::Appended && script::reads_input(script.preview())
                }
                Invocation::Shebang { script, .. } => {
                    let text = script.preview();
                    script::has_shell_line(text) && script::reads_input(text)
                }
                Invocation::File { .. } => false,
            })
    }

    fn file(&self, path: &Path, args: &[String]) -> Invocation {
        Invocation::File {
            path: path.to_path_buf(),
            shown: self.ctx.dirs.tilde(path),
            args: args.to_vec(),
        }
    }

    fn shell(&mut self, at: &Place<'_>) -> Result<Arc<[String]>, Problem> {
        let task = at.task;
        let default = self.options.shell.unwrap_or(&self.options.settings.inline_shell);
        let own = task.shell.as_deref().map(|text| self.rendered(at, text, "shell")).transpose()?;
        let own = own.filter(|text| !text.trim().is_empty());
        let text = own.as_deref().unwrap_or(default);
        if let Some(known) = self.known.shells.get(text) {
            return Ok(Arc::clone(known));
        }
        let words: Arc<[String]> = match shell_words::split(text) {
            Ok(words) if !words.is_empty() => words.into(),
            _ => {
                return Err(Problem::new(
                    "plan::shell",
                    format!("`shell` of task `{}` is not a command line: {text}", task.name),
                )
                .at(&task.spot, "this task")
                .help("close the quote, for example `shell = \"bash -c\"`"));
            }
        };
        self.known.shells.insert(text.to_string(), Arc::clone(&words));
        Ok(words)
    }

    // ---- templates -------------------------------------------------------

    fn field(&self, at: &Place<'_>, text: &str, key: &str) -> Result<Field, Problem> {
        if !template::is_late(text) || self.evaluators.is_raw() {
            return Ok(Field::Static(self.rendered(at, text, key)?));
        }
        template::check(text).map_err(|e| template_problem(at.task, text, key, &e))?;
        let mut env = (*at.env).clone();
        for (key, value) in &at.extra {
            env.set(key, value);
        }
        Ok(Field::Late(Arc::new(LateText {
            text: text.to_string(),
            ctx: Arc::clone(self.ctx),
            root: at.task.root.dir.clone(),
            dir: at.dir.clone(),
            env,
            vars: at.vars.clone(),
            usage: at.usage.clone(),
            profiles: self.options.profiles.to_vec(),
            calls: (key == "run").then(|| Arc::clone(&at.calls)),
            spot: at.task.spot.clone(),
        })))
    }

    fn rendered(&self, at: &Place<'_>, text: &str, key: &str) -> Result<String, Problem> {
        if !template::is_template(text) || self.evaluators.keeps(text) {
            return Ok(text.to_string());
        }
        let calls = (key == "run").then_some(&*at.calls);
        self.with_scope(at, calls, |scope| template::render(text, scope))
            .map_err(|e| template_problem(at.task, text, key, &e))
    }

    fn with_scope<T>(
        &self,
        at: &Place<'_>,
        calls: Option<&TaskCalls>,
        then: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        let mut env = (*at.env).clone();
        for (key, value) in &at.extra {
            env.set(key, value);
        }
        let scope = Scope {
            ctx: self.ctx,
            config_root: &at.task.root.dir,
            dir: &at.dir,
            env: &env,
            vars: &at.vars,
            usage: Some(&at.usage),
            profiles: self.options.profiles,
            tools: None,
            exec_gets_env: false,
            source: None,
            task: calls,
        };
        then(&scope)
    }

    // ---- freshness -------------------------------------------------------

    fn fresh(&self, at: &mut Place<'_>, o: &Occurrence) -> Result<Option<FreshSpec>, Problem> {
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
        let outputs = match &task.outputs {
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
        let env: Vec<_> = task.env.iter().map(|e| &e.directive).collect();
        let definition = format!(
            "{:?}\0{env:?}\0{:?}\0{:?}\0{sources:?}\0{outputs:?}",
            task.command,
            task.vars.iter().map(|e| &e.directive).collect::<Vec<_>>(),
            task.shell
        );
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
            dir: at.dir.clone(),
            script,
            identity: digest(&identity),
            definition: digest(&definition),
        }))
    }
}

/// The names of a call as they are written.
fn call_text(entry: &RunEntry) -> String {
    match entry {
        RunEntry::Script(text) => text.clone(),
        RunEntry::Task { task, args, .. } => {
            std::iter::once(task).chain(args).cloned().collect::<Vec<_>>().join(" ")
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
    dir: PathBuf,
    extra: Vec<(OsString, OsString)>,
    /// The `usage` map of templates.
    usage: serde_json::Value,
    /// The arguments were taken apart, so scripts do not get them as words.
    parsed: bool,
    /// What its own texts may call.
    calls: Arc<TaskCalls>,
}

fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_string()
}
