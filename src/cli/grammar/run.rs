//! What can be typed for `run`, and how it changes the settings.

use std::ffi::OsString;

use clap::Args;

use super::absent_flags::AbsentFlags;
use super::output::Output;
use super::plan::PartArgs;
use super::record::RunFiles;
use super::sandbox_flags::SandboxFlags;
use super::words;
use crate::config::Settings;
use crate::config::tools::ToolFlags;
use crate::model::Problem;

pub(in crate::cli) const RUN_EXAMPLES: &str = "\
Examples:
  mep run                    run the task `default`, or pick one
  mep run test -- --nocapture
                             what follows `--` belongs to the task as it is
  mep run 'test:*'           all tasks of a group
  mep run -j1 -o prefix ci   one at a time, each line with its task's name
  mep run -n release:full    show what would run
  mep run --shuffle -j1 ci   in random order, to find a missing dependency";

/// `run`
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct RunArgs {
    /// Run also what is up to date
    #[arg(short, long)]
    pub(in crate::cli) force: bool,
    /// Show what would run, and run nothing
    #[arg(short = 'n', long)]
    pub(in crate::cli) dry_run: bool,
    /// Go on with what does not depend on a failed task
    #[arg(short = 'c', long)]
    pub(in crate::cli) continue_on_error: bool,
    /// How output is arranged: prefix, interleave, keep-order, replacing,
    /// timed, silent, grouped or failures
    #[arg(short, long, value_name = "STYLE", value_parser = Output::parse)]
    pub(in crate::cli) output: Option<Output>,
    /// The same as --raw
    #[arg(short)]
    r: bool,
    /// Shell for scripts that name none, e.g. "bash -c"
    #[arg(short, long, value_name = "SHELL")]
    pub(in crate::cli) shell: Option<String>,
    /// Only what has changed sources since its last success: of the named
    /// tasks, or of all
    #[arg(long)]
    pub(in crate::cli) changed: bool,
    /// Pick from the tasks of all projects of a monorepo; with --changed, look at
    /// all of them
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// Start what is ready in random order, which shows missing dependencies;
    /// a seed repeats an order
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true)]
    pub(in crate::cli) shuffle: Option<Option<u64>>,
    /// Leave dependencies out
    #[arg(long)]
    pub(in crate::cli) skip_deps: bool,
    /// Show how long each task took
    #[arg(long, visible_alias = "timing")]
    pub(in crate::cli) timings: bool,
    /// Leave out the line with the total time
    #[arg(long, visible_alias = "no-timing")]
    pub(in crate::cli) no_timings: bool,
    /// How long the whole run may take: 300ms, 30s, 5m, 1h30m
    #[arg(long, value_name = "DURATION")]
    pub(in crate::cli) timeout: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) part: PartArgs,
    #[command(flatten)]
    pub(in crate::cli) files: RunFiles,
    /// Accepted for mise's sake: the environment is evaluated anew anyway
    #[arg(long, hide = true)]
    fresh_env: bool,
    /// Accepted for mise's sake: tasks at a URL come later
    #[arg(long, hide = true)]
    no_cache: bool,
    #[command(flatten)]
    pub(in crate::cli) absent: AbsentFlags,
    /// Install no tools before the run
    #[arg(long)]
    pub(in crate::cli) skip_tools: bool,
    /// A tool for this run, over those of the configuration
    #[arg(short = 't', long = "tool", value_name = "TOOL@VERSION")]
    pub(in crate::cli) tools: Vec<String>,
    /// Leave what `[deps]` brings up to date alone
    #[arg(long)]
    pub(in crate::cli) no_deps: bool,
    #[command(flatten)]
    pub(in crate::cli) sandbox: SandboxFlags,
    /// Tasks and their arguments; `:::` starts the next one
    #[arg(value_name = "TASK [ARGS]... [::: TASK [ARGS]...]")]
    pub(in crate::cli) words: Vec<OsString>,
}

impl RunArgs {
    /// Flags beat files and environment.
    pub(in crate::cli) fn apply(&self, settings: &mut Settings) {
        settings.raw |= self.r;
    }

    /// What the command line says about tools.
    pub(in crate::cli) fn tools(&self) -> ToolFlags {
        let named = self.tools.iter().filter(|text| !text.is_empty());
        let parts = named.map(|text| match text.rsplit_once('@') {
            Some((name, version)) if !name.is_empty() => (name.to_string(), version.to_string()),
            _ => (text.clone(), String::new()),
        });
        ToolFlags { extra: parts.collect(), skip: self.skip_tools, no_deps: self.no_deps }
    }

    /// The words as text.
    pub(in crate::cli) fn words(&self) -> Result<Vec<String>, Problem> {
        words::texts(&self.words)
    }
}
