//! What can be typed for `plan`, and how `run` is told which part is its own.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use crate::plan::Shard;

pub(in crate::cli) const PLAN_EXAMPLES: &str = "\
Runs nothing and writes nothing: says what `mep run` would do with the same words.

Examples:
  mep plan ci                what would run and why, and how long it is likely to take
  mep plan --json test -- -x as JSON, for other programs
  mep plan --shard 1/3 ci    what the first of three machines would run
  mep plan --format github-matrix --shards 3 ci
                             one line for the `strategy.matrix` of a GitHub workflow";

/// `plan`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct PlanArgs {
    /// As JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(in crate::cli) json: bool,
    /// How it is printed; a matrix has the parts of several machines, on one line
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<Format>,
    /// How many machines the matrix is for [default: one for each task]
    #[arg(long, value_name = "N", value_parser = parse_shards)]
    pub(in crate::cli) shards: Option<usize>,
    /// Plan to run also what is up to date
    #[arg(short, long)]
    pub(in crate::cli) force: bool,
    /// Shell for scripts that name none, e.g. "bash -c"
    #[arg(short, long, value_name = "SHELL")]
    pub(in crate::cli) shell: Option<String>,
    /// Only what has changed sources since its last success
    #[arg(long)]
    pub(in crate::cli) changed: bool,
    /// With --changed, look at the tasks of all projects of a monorepo
    #[arg(long, requires = "changed")]
    pub(in crate::cli) all: bool,
    /// Leave dependencies out
    #[arg(long)]
    pub(in crate::cli) skip_deps: bool,
    #[command(flatten)]
    pub(in crate::cli) part: PartArgs,
    /// Tasks and their arguments; `:::` starts the next one
    #[arg(value_name = "TASK [ARGS]... [::: TASK [ARGS]...]")]
    pub(in crate::cli) words: Vec<OsString>,
}

/// How a plan is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    Text,
    Json,
    GithubMatrix,
}

/// The part of one machine among several.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct PartArgs {
    /// Only the I-th of N parts, of which each can run on a machine of its own
    #[arg(long, value_name = "I/N", value_parser = Shard::parse)]
    pub(in crate::cli) shard: Option<Shard>,
}

fn parse_shards(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("it has to be a whole number, 1 or more".into()),
        Ok(count) => Ok(count),
    }
}
