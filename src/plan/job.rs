//! Graph → jobs: everything a node needs to run, looked up and rendered, so
//! that nothing below has to ask the configuration again.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::graph::{Graph, Occurrence, Part, Phase};
use crate::config::Settings;
use crate::config::env::{Evaluator, Vars};
use crate::config::template::{self, Scope};
use crate::files;
use crate::model::{
    Command, Confirm, EnvMap, JobId, LaterKey, OutputStyle, Outputs, Problem, Project, RunEntry,
    Silence, Spot, Task,
};
use crate::sys::Context;

/// A text that is ready, or that has to wait until its job starts.
#[derive(Debug, Clone)]
pub enum Field {
    /// Ready.
    Static(String),
    /// Rendered when the job starts: it asks for files, time or programs.
    Late(Arc<LateText>),
}

/// A template with everything it needs to be rendered later.
#[derive(Debug)]
pub struct LateText {
    /// As written.
    pub text: String,
    ctx: Arc<Context>,
    root: PathBuf,
    dir: PathBuf,
    env: EnvMap,
    vars: Vars,
    profiles: Vec<String>,
}

impl Field {
    /// The text to run.
    ///
    /// # Errors
    /// What the template engine says.
    pub fn get(&self) -> Result<String, String> {
        match self {
            Self::Static(text) => Ok(text.clone()),
            Self::Late(late) => late.render(),
        }
    }

    /// The text to show without running anything: a late one stays raw.
    pub fn preview(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Late(late) => &late.text,
        }
    }
}

impl LateText {
    fn render(&self) -> Result<String, String> {
        let scope = Scope {
            ctx: &self.ctx,
            config_root: &self.root,
            dir: &self.dir,
            env: &self.env,
            vars: &self.vars,
            profiles: &self.profiles,
        };
        template::render(&self.text, &scope).map_err(|e| e.message)
    }
}

/// One process to start.
#[derive(Debug, Clone)]
pub enum Invocation {
    /// A shell's words, then the script as the last one.
    Shell {
        /// Program and its flags.
        shell: Arc<[String]>,
        /// The script.
        script: Field,
        /// Appended to the script's text, quoted.
        args: Vec<String>,
    },
    /// A script with an interpreter line, run from a temporary file.
    Shebang {
        /// The script.
        script: Field,
        /// Its argv.
        args: Vec<String>,
    },
    /// An executable file.
    File {
        /// Absolute path.
        path: PathBuf,
        /// What `~` may shorten it to.
        shown: String,
        /// Its argv.
        args: Vec<String>,
    },
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Starts processes, or nothing where there is no command.
    Run,
    /// Decides whether the task's inner steps run.
    Gate,
    /// Only waits for others.
    Join,
}

/// Inputs and outputs of a task, for the freshness check.
#[derive(Debug, Clone)]
pub struct FreshSpec {
    /// Patterns below `dir`.
    pub sources: Vec<String>,
    /// Patterns, or a marker of ours.
    pub outputs: Outputs,
    /// The task's directory.
    pub dir: PathBuf,
    /// Files that define the task and count as inputs of the reference; ours
    /// counts the definition itself.
    pub script: Option<PathBuf>,
    /// Digest of task, arguments, given variables and place.
    pub identity: String,
    /// Digest of everything that says what the task does.
    pub definition: String,
}

/// A node, ready to run.
#[derive(Debug, Clone)]
pub struct Job {
    /// Name for labels.
    pub label: String,
    /// The task's full name.
    pub name: String,
    /// What it does.
    pub action: Action,
    /// In order; the first failure ends it.
    pub commands: Vec<Invocation>,
    /// Working directory.
    pub cwd: PathBuf,
    /// Complete environment but for `extra`.
    pub env: Arc<EnvMap>,
    /// Variables that only this job has.
    pub extra: Vec<(OsString, OsString)>,
    /// Its own style, if it has one.
    pub style: Option<OutputStyle>,
    /// No lines of ours.
    pub quiet: bool,
    /// What of its streams is dropped.
    pub silent: Silence,
    /// Inherits all streams.
    pub inherits_terminal: bool,
    /// Nothing else runs at the same time.
    pub exclusive: bool,
    /// Asked before it starts.
    pub confirm: Option<(Field, String)>,
    /// Checked at the first node of a task.
    pub fresh: Option<Arc<FreshSpec>>,
    /// `task.skip` names it.
    pub skip: bool,
    /// Time between TERM and KILL.
    pub grace: Option<std::time::Duration>,
}

impl Job {
    /// True where it starts a process, and so takes one of the `-j` slots.
    pub fn takes_slot(&self) -> bool {
        !self.commands.is_empty()
    }
}

/// Everything a run needs to know.
#[derive(Debug)]
pub struct Plan {
    /// Nodes and edges.
    pub graph: Graph,
    /// By node.
    pub jobs: Vec<Job>,
    /// More than one occurrence without what calls bring in.
    pub several: bool,
}

/// What the whole plan is built with.
#[derive(Debug)]
pub struct PlanOptions<'a> {
    /// Settings after flags.
    pub settings: &'a Settings,
    /// Active profiles.
    pub profiles: &'a [String],
    /// `-s`: the shell of scripts whose task names none.
    pub shell: Option<&'a str>,
    /// Variables that every task gets.
    pub common: Vec<(OsString, OsString)>,
    /// Directory of our links, put first on PATH.
    pub shim: Option<&'a Path>,
}

struct Builder<'a, 'e> {
    ctx: &'a Arc<Context>,
    project: &'a Project,
    options: &'a PlanOptions<'a>,
    evaluator: &'e mut Evaluator<'a>,
    bases: HashMap<usize, (Arc<EnvMap>, Vars)>,
    shells: HashMap<String, Arc<[String]>>,
}

/// Looks up and renders all that the nodes of `graph` need.
///
/// # Errors
/// Everything that keeps a task from running, of all tasks.
pub fn build<'a>(
    ctx: &'a Arc<Context>,
    project: &'a Project,
    options: &'a PlanOptions<'a>,
    evaluator: &mut Evaluator<'a>,
    graph: Graph,
    static_count: usize,
) -> Result<Plan, Vec<Problem>> {
    let mut builder =
        Builder { ctx, project, options, evaluator, bases: HashMap::new(), shells: HashMap::new() };
    let labels = labels(project, &graph);
    let mut jobs: Vec<Option<Job>> = vec![None; graph.len()];
    let mut problems = Vec::new();
    for (i, occurrence) in graph.occurrences.iter().enumerate() {
        let nodes = nodes_of(&graph, occurrence, i);
        match builder.occurrence(occurrence, &labels[i], &graph, &nodes) {
            Ok(built) => {
                for (node, job) in nodes.iter().zip(built) {
                    jobs[node.0 as usize] = Some(job);
                }
            }
            Err(problem) => {
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Plan { graph, jobs: jobs.into_iter().flatten().collect(), several: static_count > 1 })
}

/// The nodes of one occurrence lie side by side.
fn nodes_of(graph: &Graph, occurrence: &Occurrence, index: usize) -> Vec<JobId> {
    (occurrence.first.0..=occurrence.last.0)
        .map(JobId)
        .filter(|job| graph.get(*job).occurrence == index)
        .collect()
}

/// Names; with arguments where one run holds the same task with others. What
/// calls inside `run` bring in shows its name only, as in mise.
fn labels(project: &Project, graph: &Graph) -> Vec<String> {
    let mut variants: HashMap<&str, Vec<&[String]>> = HashMap::new();
    for o in graph.occurrences.iter().filter(|o| o.site.is_none()) {
        let seen = variants.entry(&project.task(o.task).display).or_default();
        if !seen.contains(&o.args.as_slice()) {
            seen.push(&o.args);
        }
    }
    graph
        .occurrences
        .iter()
        .map(|o| {
            let name = &project.task(o.task).display;
            let several = variants.get(name.as_str()).is_some_and(|v| v.len() > 1);
            if o.site.is_none() && several {
                [std::slice::from_ref(name), &o.args].concat().join(" ")
            } else {
                name.clone()
            }
        })
        .collect()
}

impl Builder<'_, '_> {
    fn occurrence(
        &mut self,
        occurrence: &Occurrence,
        label: &str,
        graph: &Graph,
        nodes: &[JobId],
    ) -> Result<Vec<Job>, Problem> {
        let task = self.project.task(occurrence.task);
        supported(task)?;
        let (env, vars) = self.environment(task, occurrence)?;
        let mut at = Place { task, env, vars, dir: task.root.dir.clone(), extra: Vec::new() };
        if let Some(dir) = &task.dir {
            let text = self.rendered(&at, dir, "dir")?;
            at.dir = self.ctx.dirs.resolve(&task.root.dir, text);
        }
        at.extra = self.extra(task);
        let fresh = self.fresh(&at, occurrence)?.map(Arc::new);
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
        Ok(Job {
            label: label.to_string(),
            name: task.name.clone(),
            action,
            cwd: at.dir.clone(),
            env: Arc::clone(&at.env),
            extra: at.extra.clone(),
            style: inherits_terminal.then_some(OutputStyle::Interleave).or(task.output),
            quiet: settings.quiet || settings.silent || task.quiet || task.silent != Silence::None,
            silent: if settings.silent { Silence::Both } else { task.silent },
            inherits_terminal,
            exclusive: confirm.is_some() || (inherits_terminal && !commands.is_empty()),
            commands,
            confirm,
            fresh: fresh.cloned(),
            skip: settings.skip.contains(&task.name) || settings.skip.contains(&task.display),
            grace: task.grace.or(self.project.own.grace),
        })
    }

    // ---- environment -----------------------------------------------------

    /// What all tasks of a root share: the root's environment without
    /// inherited `usage_*`, our links on PATH, what every task gets.
    fn base(&mut self, task: &Task) -> Result<(Arc<EnvMap>, Vars), Problem> {
        if let Some((env, vars)) = self.bases.get(&task.root.rank) {
            return Ok((Arc::clone(env), vars.clone()));
        }
        let resolved = self.evaluator.of_root(&task.root)?;
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
            _ => self.project.nearest_root().map(|r| r.dir.clone().into_os_string()),
        };
        if let Some(project) = project {
            env.set("MISE_PROJECT_ROOT", project);
        }
        env.set("MISE_CONFIG_ROOT", root);
        let done = (Arc::new(env), resolved.vars.clone());
        self.bases.insert(task.root.rank, (Arc::clone(&done.0), done.1.clone()));
        Ok(done)
    }

    fn environment(&mut self, task: &Task, o: &Occurrence) -> Result<(Arc<EnvMap>, Vars), Problem> {
        let (base, mut vars) = self.base(task)?;
        let dir = &task.root.dir;
        self.evaluator.task_vars(&task.vars, dir, &mut vars)?;
        let shared = task.env.is_empty() && o.env.is_empty() && o.inherits.is_empty();
        let mut env = if shared { None } else { Some((*base).clone()) };
        if let Some(env) = &mut env {
            for caller in &o.inherits {
                let caller = self.project.task(*caller);
                self.evaluator.task_env(&caller.env, &caller.root.dir, &vars, env)?;
            }
            self.evaluator.task_env(&task.env, dir, &vars, env)?;
            for (key, value) in &o.env {
                env.set(key, value);
            }
        }
        let env = env.map_or(base, Arc::new);
        Ok((self.with_shim(env), vars))
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
                executable(task, &text, &path)?;
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
            let args = if Some(i) == last { o.args.clone() } else { Vec::new() };
            let script = self.field(at, text.trim(), "run")?;
            commands.push(if text.trim_start().starts_with("#!") {
                Invocation::Shebang { script, args }
            } else {
                Invocation::Shell { shell: self.shell(task)?, script, args }
            });
        }
        Ok(commands)
    }

    fn file(&self, path: &Path, args: &[String]) -> Invocation {
        Invocation::File {
            path: path.to_path_buf(),
            shown: self.ctx.dirs.tilde(path),
            args: args.to_vec(),
        }
    }

    fn shell(&mut self, task: &Task) -> Result<Arc<[String]>, Problem> {
        let default = self.options.shell.unwrap_or(&self.options.settings.inline_shell);
        let own = task.shell.as_deref().filter(|s| !s.trim().is_empty());
        let text = own.unwrap_or(default);
        if let Some(known) = self.shells.get(text) {
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
        self.shells.insert(text.to_string(), Arc::clone(&words));
        Ok(words)
    }

    // ---- templates -------------------------------------------------------

    fn field(&self, at: &Place<'_>, text: &str, key: &str) -> Result<Field, Problem> {
        if !template::is_late(text) {
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
            profiles: self.options.profiles.to_vec(),
        })))
    }

    fn rendered(&self, at: &Place<'_>, text: &str, key: &str) -> Result<String, Problem> {
        if !template::is_template(text) || self.evaluator.keeps(text) {
            return Ok(text.to_string());
        }
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
            profiles: self.options.profiles,
        };
        template::render(text, &scope).map_err(|e| template_problem(at.task, text, key, &e))
    }

    // ---- freshness -------------------------------------------------------

    fn fresh(&self, at: &Place<'_>, o: &Occurrence) -> Result<Option<FreshSpec>, Problem> {
        let task = at.task;
        if task.sources.is_empty() {
            return Ok(None);
        }
        let render = |list: &[String], key: &str| -> Result<Vec<String>, Problem> {
            list.iter().map(|text| self.rendered(at, text, key)).collect()
        };
        let sources = render(&task.sources, "sources")?;
        patterns(task, &sources, "sources")?;
        let outputs = match &task.outputs {
            Outputs::Patterns(list) => {
                let list = render(list, "outputs")?;
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

/// Refuses a pattern that does not compile.
fn patterns(task: &Task, list: &[String], key: &str) -> Result<(), Problem> {
    for pattern in list {
        if let Err(why) = files::check(pattern) {
            let message =
                format!("bad pattern `{pattern}` in `{key}` of task `{}`: {why}", task.name);
            let spot = task_spot(task, pattern, Some(0));
            return Err(Problem::new("plan::pattern", message).at(&spot, why));
        }
    }
    Ok(())
}

/// What the fields of one occurrence are rendered with.
struct Place<'t> {
    task: &'t Task,
    env: Arc<EnvMap>,
    vars: Vars,
    dir: PathBuf,
    extra: Vec<(OsString, OsString)>,
}

fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_string()
}

fn template_problem(
    task: &Task,
    text: &str,
    key: &str,
    error: &template::TemplateError,
) -> Problem {
    let spot = task_spot(task, text, error.offset);
    Problem::new(
        "plan::template",
        format!("cannot render `{key}` of task `{}`: {}", task.name, error.message),
    )
    .at(&spot, error.message.split(". ").next().unwrap_or_default())
}

/// The place of a template's mistake in its file, where the text stands there
/// as written; else the task.
fn task_spot(task: &Task, text: &str, offset: Option<usize>) -> Spot {
    let file = &task.spot.file;
    let start = file.text.get(task.spot.span.start..);
    let found = start.and_then(|rest| rest.find(text));
    match (found, offset) {
        (Some(at), Some(offset)) => {
            let begin = task.spot.span.start + at + offset;
            let width =
                text.get(offset..).map_or(0, |t| t.find([' ', '}', '(']).unwrap_or(1).max(1));
            Spot::new(file, begin..begin + width)
        }
        _ => task.spot.clone(),
    }
}

/// Keys whose behaviour this version does not have: running without them
/// would be silently wrong.
fn supported(task: &Task) -> Result<(), Problem> {
    match task.later.iter().find(|l| !l.harmless) {
        None => Ok(()),
        Some(LaterKey { key, spot, .. }) => Err(Problem::new(
            "plan::later",
            format!(
                "task `{}` uses `{key}`, which this version of mep does not support yet",
                task.name
            ),
        )
        .at(spot, "used here")
        .help("run it with mise, or take the key out")),
    }
}

/// A `file` must be there and executable before anything runs.
fn executable(task: &Task, text: &str, path: &Path) -> Result<(), Problem> {
    let problem = |message: String, help: String| {
        let reference = message.clone();
        let problem = Problem::new("plan::file", message).reference(reference);
        Err(problem.at(&task.spot, "this task").help(help))
    };
    if text.starts_with("http://") || text.starts_with("https://") || text.starts_with("git::") {
        return problem(
            format!("task `{}`: remote files are not supported by this version of mep", task.name),
            "copy the script into the project".into(),
        );
    }
    if !path.exists() {
        return problem(
            format!("task `{}`: its file {} does not exist", task.name, path.display()),
            "`file` is relative to the directory of the config".into(),
        );
    }
    if !crate::sys::lookup::is_executable(path) {
        return problem(
            format!("`{text}` is not executable. Run: chmod +x {text}"),
            format!("chmod +x {}", path.display()),
        );
    }
    Ok(())
}
