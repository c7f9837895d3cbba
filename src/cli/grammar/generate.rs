//! What can be typed for `generate`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::deferred::Deferred;
use crate::config::schema::Written;

pub(in crate::cli) const GENERATE_EXAMPLES: &str = "\
Examples:
  mep generate task-docs -o TASKS.md    a page about the tasks
  mep generate task-stubs               bin/TASK runs TASK
  mep generate github-action ci         a workflow with a job for each task
  mep generate git-pre-commit --write   each commit runs the task `pre-commit` first";

const DOCS_EXAMPLES: &str = "\
Examples:
  mep generate task-docs                     to the terminal
  mep generate task-docs -o TASKS.md         to a file
  mep generate task-docs --inject -o README.md
                                             between the two comments
                                             <!-- mise-tasks --> and <!-- /mise-tasks -->
  mep generate task-docs -m -I -o docs       a file for each task, and an index";

const STUBS_EXAMPLES: &str = "\
Examples:
  mep generate task-stubs               then `bin/build` is `mep run build`
  mep generate task-stubs -d scripts    in another directory";

const ACTION_EXAMPLES: &str = "\
As mise one job runs one task, and there are no words.

Examples:
  mep generate github-action ci                   a job for each task that `ci` needs
  mep generate github-action -w lint ::: test unit
                                                  several tasks, to .github/workflows/ci.yml
  mep generate github-action --setup 'cargo install --path tools/mep' -o out.yml ci
                                                  each job gets mep first";

const HOOK_EXAMPLES: &str = "\
Examples:
  mep generate git-pre-commit                         only show it
  mep generate git-pre-commit --write --task=lint     each commit runs `lint` first
  mep generate git-pre-commit -w --hook pre-push -- -C sub
                                                      another hook, and flags before `run`";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  mep generate schema mep                         of mep.toml, to the terminal
  mep generate schema -o .mise/schema.json        of mise.toml; then its first line is
                                                  #:schema .mise/schema.json";

const MAN_EXAMPLES: &str = "\
Examples:
  mep generate man | man -l -                     read it
  mep generate man -o ~/.local/share/man/man1     then `man mep` and `man mep-run` find it";

/// `generate`
#[derive(Debug, Args)]
pub(in crate::cli) struct GenerateArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Generator,
}

/// What can be made.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Generator {
    /// Write a script that runs a task when git calls it
    #[command(visible_alias = "pre-commit", after_help = HOOK_EXAMPLES)]
    GitPreCommit(Deferred<HookArgs>),
    /// Write the pages of the manual
    #[command(after_help = MAN_EXAMPLES)]
    Man(Deferred<ManArgs>),
    /// Write what editors have to know of mise.toml and mep.toml
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(Deferred<SchemaArgs>),
    /// Write a GitHub workflow that runs tasks, a job for each
    #[command(after_help = ACTION_EXAMPLES)]
    GithubAction(Deferred<ActionArgs>),
    /// Describe the tasks of this directory as Markdown
    #[command(after_help = DOCS_EXAMPLES)]
    TaskDocs(Deferred<DocsArgs>),
    /// Write a small script for each task that runs it
    #[command(after_help = STUBS_EXAMPLES)]
    TaskStubs(Deferred<StubsArgs>),
}

/// `generate github-action`
#[derive(Debug, Args)]
pub(in crate::cli) struct ActionArgs {
    /// The task, where none is named by words [default: ci]
    #[arg(short, long, value_name = "TASK")]
    pub(in crate::cli) task: Option<String>,
    /// To .github/workflows/NAME.yml of this repository
    #[arg(short, long)]
    pub(in crate::cli) write: bool,
    /// What the workflow is called [default: ci]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// Into this file
    #[arg(short, long, value_name = "FILE", conflicts_with = "write")]
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(in crate::cli) output: Option<OsString>,
    /// A command that each job begins with, to get mep
    #[arg(long, value_name = "COMMAND")]
    pub(in crate::cli) setup: Vec<String>,
    /// Tasks and their arguments; `:::` starts the next one
    #[arg(value_name = "TASK", trailing_var_arg = true)]
    pub(in crate::cli) words: Vec<String>,
}

/// `generate git-pre-commit`
#[derive(Debug, Args)]
pub(in crate::cli) struct HookArgs {
    /// Which task it runs
    #[arg(short, long, value_name = "TASK", default_value = "pre-commit")]
    pub(in crate::cli) task: String,
    /// Into the hooks of this repository, and executable
    #[arg(short, long)]
    pub(in crate::cli) write: bool,
    /// Which hook it is
    #[arg(long, value_name = "HOOK", default_value = "pre-commit")]
    pub(in crate::cli) hook: String,
    /// Flags that the hook puts before `run`
    #[arg(last = true, value_name = "FLAG")]
    pub(in crate::cli) flags: Vec<String>,
}

/// `generate task-docs`
#[derive(Debug, Args)]
pub(in crate::cli) struct DocsArgs {
    /// Between the two comments of the file that --output names
    #[arg(short, long)]
    pub(in crate::cli) inject: bool,
    /// With --multi, an index beside the files
    #[arg(short = 'I', long)]
    pub(in crate::cli) index: bool,
    /// A file for each task, in the directory that --output names
    #[arg(short, long)]
    pub(in crate::cli) multi: bool,
    /// Into this file or directory
    #[arg(short, long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    pub(in crate::cli) output: Option<OsString>,
    /// Accepted for mise's sake, where it changes nothing either
    #[arg(short, long, value_name = "DIR", hide = true)]
    root: Option<OsString>,
    /// Accepted for mise's sake, where both say the same
    #[arg(short, long, value_name = "STYLE", hide = true, value_parser = ["simple", "detailed"])]
    style: Option<String>,
}

/// `generate task-stubs`
#[derive(Debug, Args)]
pub(in crate::cli) struct StubsArgs {
    /// Into this directory
    #[arg(short, long, value_name = "DIR", default_value = "bin")]
    pub(in crate::cli) dir: OsString,
    /// The program that runs the tasks [default: what this one is called]
    #[arg(short, long, value_name = "PROGRAM")]
    pub(in crate::cli) mise_bin: Option<String>,
    /// What Windows starts, beside each script [default under mise's name: cmd]
    #[arg(long, value_name = "KIND")]
    pub(in crate::cli) windows_launcher: Option<Launcher>,
}

/// What Windows starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Launcher {
    Cmd,
    Exe,
}

/// `generate man`
#[derive(Debug, Args)]
pub(in crate::cli) struct ManArgs {
    /// All pages, into this directory
    #[arg(short, long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// `generate schema`
#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArgs {
    /// Of which file
    #[arg(value_name = "FILE", default_value = "mise")]
    pub(in crate::cli) file: SchemaOf,
    /// Into this file
    #[arg(short, long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// Files that there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// mise.toml, as far as tasks go
    Mise,
    /// A file of tasks: .mise/tasks/*.toml
    Tasks,
    /// mep.toml
    Mep,
}

impl From<SchemaOf> for Written {
    fn from(of: SchemaOf) -> Self {
        match of {
            SchemaOf::Mise => Self::Mise,
            SchemaOf::Tasks => Self::Tasks,
            SchemaOf::Mep => Self::Mep,
        }
    }
}
