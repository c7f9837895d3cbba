//! What can be typed for the past of tasks: the verbs that ask the record of
//! runs or of successes, and the files that a run can write of itself.

use std::path::PathBuf;

use clap::Args;

use crate::app;

pub(in crate::cli) const LAST_EXAMPLES: &str = "\
Examples:
  mep last                   what happened in the last run
  mep last 3                 in the third last one
  mep last --list            the runs on record
  mep last --json            as JSON, for other programs";

/// Show what happened in the last run
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct LastArgs {
    /// Which: the last one is 1, or an id [default: 1]
    #[arg(value_name = "N or ID", conflicts_with_all = ["list", "all"])]
    pub(in crate::cli) run: Option<String>,
    /// A line for each run on record
    #[arg(long)]
    pub(in crate::cli) list: bool,
    /// The same, with those that other runs have started
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// As JSON
    #[arg(short = 'J', long)]
    pub(in crate::cli) json: bool,
}

pub(in crate::cli) const LOG_EXAMPLES: &str = "\
Examples:
  mep log test               what `test` wrote when it ran last
  mep log test --run 2       in the run before the last one
  mep log test --stderr      only what it wrote to standard error
  mep log test unit          the one that had the argument `unit`";

/// Show what a task wrote
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct LogArgs {
    /// The task
    #[arg(value_name = "TASK")]
    pub(in crate::cli) task: String,
    /// Its arguments, where there are several of it
    #[arg(value_name = "ARGS")]
    pub(in crate::cli) args: Vec<String>,
    /// Which run: the last one is 1, or an id [default: the last one that ran the task]
    #[arg(long, value_name = "N or ID")]
    pub(in crate::cli) run: Option<String>,
    /// Only its standard output
    #[arg(long)]
    pub(in crate::cli) stdout: bool,
    /// Only its standard error
    #[arg(long)]
    pub(in crate::cli) stderr: bool,
}

pub(in crate::cli) const RERUN_EXAMPLES: &str = "\
Examples:
  mep rerun                  the last run's command line once more
  mep rerun --failed         only what failed in it, and what could not run therefore";

/// Run the last command line again, or what failed in it
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RerunArgs {
    /// Which: the last one is 1, or an id [default: 1]
    #[arg(value_name = "N or ID")]
    pub(in crate::cli) run: Option<String>,
    /// Only tasks that failed, or did not run because another one did
    #[arg(long)]
    pub(in crate::cli) failed: bool,
}

/// Files that a run writes of itself.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct RunFiles {
    /// Write the times of all tasks to FILE, for ui.perfetto.dev
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) trace: Option<PathBuf>,
    /// Write the results to FILE as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Write each event to FILE as it happens, a JSON object a line; `-` is
    /// standard output
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) events: Option<PathBuf>,
}

impl From<RunFiles> for app::RunFiles {
    fn from(RunFiles { trace, junit, events }: RunFiles) -> Self {
        Self { trace, junit, events }
    }
}

pub(in crate::cli) const WHY_EXAMPLES: &str = "\
Runs nothing: compares what is there with the last success of the task.

Examples:
  mep why build
  mep why --json build release";

/// `why`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct WhyArgs {
    /// As JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// A task and its arguments; more of them behind `:::`
    #[arg(value_name = "TASK", required = true, trailing_var_arg = true)]
    pub(in crate::cli) words: Vec<String>,
}
