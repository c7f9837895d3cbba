//! A job: everything a node needs to run, looked up and rendered, so that
//! nothing below has to ask the configuration again.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::field::{Field, LateText};
use super::graph::Graph;
use super::sandbox::Confinement;
use super::script::Words;
use crate::config::Settings;
use crate::files::Digest;
use crate::model::{Dialect, EnvMap, OutputStyle, Outputs, Policy, Secrets, Seldom, Silence};

/// One process to start.
#[derive(Debug, Clone)]
pub enum Invocation {
    /// A shell's words, then the script as the last one.
    Shell {
        /// Program and its flags.
        shell: Arc<[String]>,
        /// The script.
        script: Field,
        /// The words of the call.
        args: Seldom<Vec<String>>,
        /// How it gets them.
        words: Words,
    },
    /// A script with an interpreter line, run from a temporary file.
    Shebang {
        /// The script.
        script: Field,
        /// Its argv.
        args: Seldom<Vec<String>>,
    },
    /// An executable file.
    File {
        /// The program and its flags that run it, where it is not run itself.
        shell: Option<Arc<[String]>>,
        /// Absolute path.
        path: PathBuf,
        /// What `~` may shorten it to.
        shown: Box<str>,
        /// Its argv.
        args: Seldom<Vec<String>>,
    },
}

impl Invocation {
    /// The part of it that is only known when it starts.
    pub fn late(&self) -> Option<&Arc<LateText>> {
        match self {
            Self::Shell { script, .. } | Self::Shebang { script, .. } => script.late(),
            Self::File { .. } => None,
        }
    }

    /// The same with that part known.
    #[must_use]
    pub fn with_script(&self, text: String) -> Self {
        let mut known = self.clone();
        if let Self::Shell { script, .. } | Self::Shebang { script, .. } = &mut known {
            *script = Field::Static(text.into());
        }
        known
    }
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Starts processes, or nothing where there is no command.
    Run,
    /// Decides whether the task's inner steps run.
    Gate,
    /// Renders the names of what it calls, which joins the plan; the text is
    /// as they are written.
    Arrival(Box<str>),
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
    /// The task's name, for words about it.
    pub task: String,
    /// Digest of task, arguments, given variables and place.
    pub identity: String,
    /// What says what the task does, part by part; nothing where that is not
    /// known.
    pub parts: Option<Vec<FreshPart>>,
}

/// A part of what a task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshPart {
    /// `run`, `variable X` …
    pub name: String,
    /// Of its value; nothing where that is not known before the run.
    pub digest: Option<Digest>,
}

/// A node, ready to run.
#[derive(Debug, Clone)]
pub struct Job {
    /// Name for labels.
    pub label: Arc<str>,
    /// The task's full name.
    pub name: Arc<str>,
    /// What it does.
    pub action: Action,
    /// In order; the first failure ends it.
    pub commands: Box<[Invocation]>,
    /// Working directory.
    pub cwd: Arc<Path>,
    /// Complete environment but for `variables`.
    pub env: Arc<EnvMap>,
    /// The file that its task is told it comes from.
    pub file: Arc<Path>,
    /// What its processes know of the words of the call.
    pub usage: Arc<[(OsString, OsString)]>,
    /// Its own style, if it has one.
    pub style: Option<OutputStyle>,
    /// No lines of ours.
    pub quiet: bool,
    /// What of its streams is dropped.
    pub silent: Silence,
    /// Inherits all streams.
    pub inherits_terminal: bool,
    /// A script of it reads the run's input: that is its own as long as it runs.
    pub reads_input: bool,
    /// Nothing else runs at the same time.
    pub exclusive: bool,
    /// Asked before it starts.
    pub confirm: Option<Box<(Field, String)>>,
    /// Checked at the first node of a task.
    pub fresh: Option<Arc<FreshSpec>>,
    /// `task.skip` names it.
    pub skip: bool,
    /// What our own keys say of it; what the project says is filled in.
    pub policy: Arc<Policy>,
    /// How long its task may take.
    pub timeout: Option<Duration>,
    /// What its processes must not touch.
    pub sandbox: Option<Arc<Confinement>>,
}

impl Job {
    /// A job that stands where planning failed; nothing ever asks for it.
    pub(super) fn inert(label: Arc<str>) -> Self {
        Self {
            name: label.clone(),
            label,
            action: Action::Join,
            commands: Box::default(),
            cwd: Path::new("").into(),
            env: Arc::default(),
            file: Path::new("").into(),
            usage: Arc::default(),
            style: None,
            quiet: true,
            silent: Silence::Both,
            inherits_terminal: false,
            reads_input: false,
            exclusive: false,
            confirm: None,
            fresh: None,
            skip: false,
            policy: Arc::default(),
            timeout: None,
            sandbox: None,
        }
    }

    /// Variables that only its task has.
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        variables(&self.name, &self.file, &self.usage)
    }

    /// True where it starts a process, and so takes one of the `-j` slots.
    pub fn takes_slot(&self) -> bool {
        !self.commands.is_empty()
    }
}

/// Variables of one task: who it is, and what it is called with.
pub(super) fn variables(
    name: &str,
    file: &Path,
    usage: &[(OsString, OsString)],
) -> Vec<(OsString, OsString)> {
    let dir = file.parent().unwrap_or(Path::new("/"));
    let own = [("MISE_TASK_NAME", OsStr::new(name)), ("MISE_TASK_FILE", file.as_os_str())];
    let own = own.into_iter().chain([("MISE_TASK_DIR", dir.as_os_str())]);
    own.map(|(key, value)| (key.into(), value.into())).chain(usage.iter().cloned()).collect()
}

/// Everything a run needs to know.
#[derive(Debug)]
pub struct Plan {
    /// Nodes and edges.
    pub graph: Graph,
    /// By node.
    pub jobs: Vec<Arc<Job>>,
    /// More than one occurrence without what calls bring in.
    pub several: bool,
    /// Values that no output may show.
    pub secrets: Secrets,
}

/// What the whole plan is built with.
#[derive(Debug)]
pub struct PlanOptions<'a> {
    /// Whose rules hold.
    pub dialect: Dialect,
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
