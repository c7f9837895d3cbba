//! A task's definition: merged, immutable, nothing of a run in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{EnvEntry, OutputStyle, Problem, Root, Scope, Silence, SourceFile, Spot};

/// Index of a project among those of one run; the first is the one we stand in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(pub u32);

/// A task: its project, and its index there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId {
    /// Whose it is.
    pub project: ProjectId,
    /// Index in `Project::tasks`.
    pub index: u32,
}

/// Index of a job in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u32);

/// One `depends`, `depends_post` or `wait_for` entry as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dep {
    /// Its form.
    pub spec: DepSpec,
    /// Where it is written.
    pub spot: Spot,
}

/// The forms of a dependency. Texts are templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DepSpec {
    /// `"K=v name 'an arg'"`, split like a shell line when it is resolved.
    Text(String),
    /// `["name", "arg"]`
    List(Vec<String>),
    /// `{ task, args, env, optional }`
    Table {
        /// Name, alias or glob.
        task: String,
        /// Arguments, one word each.
        args: Vec<String>,
        /// Variables for this dependency only.
        env: Vec<(String, String)>,
        /// A missing task is no error.
        optional: bool,
    },
}

/// One element of `run`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEntry {
    /// A script.
    Script(String),
    /// `{ task, args, env }`
    Task {
        /// Name, alias or glob, perhaps with arguments after blanks.
        task: String,
        /// Arguments, one word each.
        args: Vec<String>,
        /// Variables of this call.
        env: Vec<(String, String)>,
        /// Where it is written.
        spot: Spot,
    },
    /// `{ tasks = [...] }`: side by side.
    Tasks(Vec<String>, Spot),
}

/// What a task executes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Nothing: a group of dependencies.
    None,
    /// The `run` entries, in order.
    Run(Vec<RunEntry>),
    /// An executable file of a task directory.
    Script(PathBuf),
    /// The `file` key, a template relative to the config root.
    File(String),
}

/// The `outputs` key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Outputs {
    /// Not written: with sources, a marker of ours stands for them.
    #[default]
    Unset,
    /// `{ auto = true }`
    Auto,
    /// Patterns; an empty list is never fresh.
    Patterns(Vec<String>),
}

/// The `confirm` key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The question, a template.
    pub message: String,
    /// The answer that Enter gives.
    pub default: String,
}

/// A key that is read and kept but has no effect in this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterKey {
    /// Its name, e.g. `usage`.
    pub key: &'static str,
    /// Where it is written.
    pub spot: Spot,
    /// Leaving it out cannot change the result: a notice is enough.
    pub harmless: bool,
}

/// A task, ready to be asked for by name.
#[derive(Debug, Clone)]
pub struct Task {
    /// Full name; `MISE_TASK_NAME`.
    pub name: String,
    /// What lists and labels show: without an extension where that is unique.
    pub display: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// A template; the first line is shown in lists.
    pub description: String,
    /// Where it is defined.
    pub spot: Spot,
    /// The template that filled what it leaves empty.
    pub template: Option<Spot>,
    /// Every file that had a part in it, the defining one first.
    pub defined_in: Vec<Arc<SourceFile>>,
    /// Where it belongs.
    pub root: Arc<Root>,
    /// Left out of lists.
    pub hide: bool,
    /// The `global` key, which only moves it in `tasks ls --global`.
    pub marked_global: bool,
    /// Must succeed before.
    pub depends: Vec<Dep>,
    /// Run after, also after a failure.
    pub depends_post: Vec<Dep>,
    /// Go first where they are in the run anyway.
    pub wait_for: Vec<Dep>,
    /// Task `env`, in written order.
    pub env: Vec<EnvEntry>,
    /// Task `vars`, in written order.
    pub vars: Vec<EnvEntry>,
    /// Working directory, a template relative to the config root.
    pub dir: Option<String>,
    /// Inherits all three streams and runs alone.
    pub raw: bool,
    /// Arguments are passed on unparsed.
    pub raw_args: bool,
    /// Holds the terminal and runs alone.
    pub interactive: bool,
    /// No lines of ours about it.
    pub quiet: bool,
    /// What of its own output is dropped.
    pub silent: Silence,
    /// Its own output style.
    pub output: Option<OutputStyle>,
    /// Input patterns, templates.
    pub sources: Vec<String>,
    /// Output patterns.
    pub outputs: Outputs,
    /// `shell`, split like a shell line when used.
    pub shell: Option<String>,
    /// Asked before it starts.
    pub confirm: Option<Confirm>,
    /// `timeout` as written.
    pub timeout: Option<String>,
    /// The `usage` text, empty where there is none.
    pub usage: String,
    /// `tools`, each name once.
    pub tools: Vec<TaskTool>,
    /// What it executes.
    pub command: Command,
    /// Time between TERM and KILL, where `[_.mep.tasks.X]` sets it.
    pub grace: Option<Duration>,
    /// Keys that have no effect yet.
    pub later: Vec<LaterKey>,
    /// Why it cannot run: mistakes inside its own definition.
    pub broken: Vec<Problem>,
}

impl Task {
    /// The `run` entries, empty for a file or a group.
    pub fn run(&self) -> &[RunEntry] {
        match &self.command {
            Command::Run(entries) => entries,
            _ => &[],
        }
    }

    /// True for a user-wide task.
    pub fn is_global(&self) -> bool {
        self.marked_global || self.root.scope != Scope::Project
    }

    /// Path of the file that defines it.
    pub fn source_path(&self) -> &Path {
        &self.spot.file.path
    }

    /// The first line of the description.
    pub fn summary(&self) -> &str {
        self.description.lines().next().unwrap_or_default()
    }
}

/// A dependency or call taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// Name, alias or glob.
    pub task: String,
    /// Arguments, one word each.
    pub args: Vec<String>,
    /// Variables for this call only.
    pub env: Vec<(String, String)>,
    /// A missing task is no error.
    pub optional: bool,
}

impl Call {
    /// Splits `"K=v name 'an arg'"` as a shell would; a single word is always
    /// a name.
    ///
    /// # Errors
    /// An open quote, or nothing but variables.
    pub fn from_text(text: &str) -> Result<Self, String> {
        let mut words = shell_words::split(text)
            .map_err(|_| format!("`{text}` has an open quote"))?
            .into_iter()
            .peekable();
        let mut call = Self::default();
        if words.len() > 1 {
            while let Some((key, value)) = words.peek().and_then(|w| assignment(w)) {
                call.env.push((key.to_string(), value.to_string()));
                words.next();
            }
        }
        match words.next() {
            Some(task) => call.task = task,
            None if call.env.is_empty() => return Ok(call),
            None => {
                return Err(format!("`{text}` has no task name, only environment variables"));
            }
        }
        call.args = words.collect();
        Ok(call)
    }
}

/// `K=v` with a plain key.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.split_once('=')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!key.is_empty() && key.chars().all(plain)).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_line_splits_like_a_shell_line() {
        let call = Call::from_text("A=1 B='x y' setup 'a b' c").unwrap();
        assert_eq!(call.task, "setup");
        assert_eq!(call.args, ["a b", "c"]);
        assert_eq!(call.env, [("A".into(), "1".into()), ("B".into(), "x y".into())]);
    }

    #[test]
    fn one_word_is_a_name_and_only_variables_are_a_mistake() {
        assert_eq!(Call::from_text("A=1").unwrap().task, "A=1");
        assert!(Call::from_text("A=1 B=2").is_err());
        assert!(Call::from_text("a 'b").is_err());
    }
}

/// An entry of `tools`.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskTool {
    /// mise's name of the tool.
    pub name: String,
    /// Version, `path:…`, `prefix:…` or `ref:…`; a template until it is rendered.
    pub version: String,
    /// The other keys, where it is written as a table.
    pub options: Option<Vec<(String, serde_json::Value)>>,
}
