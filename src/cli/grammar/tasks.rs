//! What can be typed behind `tasks`, and for the verbs below it but `run`.

use clap::{Args, Subcommand};

use super::deferred::Deferred;
use super::run::RunArgs;

/// `tasks`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct TasksArgs {
    #[command(flatten)]
    pub(in crate::cli) list: ListArgs,
    #[command(subcommand)]
    pub(in crate::cli) command: Option<TasksCommand>,
}

/// Verbs of `tasks`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TasksCommand {
    /// List tasks
    Ls(Deferred<ListArgs>),
    /// Draw who depends on whom
    Deps(Deferred<DepsArgs>),
    /// Find mistakes in tasks and in their graph, without running any
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(Deferred<ValidateArgs>),
    /// Run tasks
    #[command(visible_alias = "r")]
    Run(Deferred<RunArgs>),
}

/// `tasks ls`
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct ListArgs {
    /// Only tasks of the user's own configuration
    #[arg(short, long, overrides_with = "local")]
    pub(in crate::cli) global: bool,
    /// Only tasks of the project
    #[arg(short, long, overrides_with = "global")]
    pub(in crate::cli) local: bool,
    /// As JSON
    #[arg(short = 'J', long)]
    pub(in crate::cli) json: bool,
    /// With aliases and files
    #[arg(short = 'x', long)]
    pub(in crate::cli) extended: bool,
    /// Accepted for mise's sake: everything is listed anyway
    #[arg(long)]
    all: bool,
    /// Hidden tasks too
    #[arg(long)]
    pub(in crate::cli) hidden: bool,
    /// One name a line
    #[arg(long, conflicts_with_all = ["json", "extended"])]
    pub(in crate::cli) name_only: bool,
    /// Without the line of headings
    #[arg(long, visible_alias = "no-headers")]
    pub(in crate::cli) no_header: bool,
    /// Order
    #[arg(long, value_enum, default_value = "name")]
    pub(in crate::cli) sort: SortKey,
    /// Direction of the order
    #[arg(long, value_enum, default_value = "asc")]
    pub(in crate::cli) sort_order: SortOrder,
}

/// Column to sort by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum SortKey {
    #[default]
    Name,
    Alias,
    Description,
    Source,
}

/// Direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum SortOrder {
    #[default]
    Asc,
    Desc,
}

/// `tasks deps`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct DepsArgs {
    /// Start at hidden tasks too
    #[arg(long)]
    pub(in crate::cli) hidden: bool,
    /// For graphviz: `mep tasks deps --dot | dot -Tsvg`
    #[arg(long, conflicts_with = "compact")]
    pub(in crate::cli) dot: bool,
    /// Open each task only once
    #[arg(long)]
    pub(in crate::cli) compact: bool,
    /// Only these tasks
    #[arg(value_name = "TASKS")]
    pub(in crate::cli) tasks: Vec<String>,
}

pub(in crate::cli) const VALIDATE_EXAMPLES: &str = "\
Ends with 1 where there is an error; warnings alone end with 0.

Examples:
  mep tasks validate                 look at all tasks
  mep tasks validate build test      at these
  mep tasks validate --errors-only   without warnings
  mep tasks validate --json          for tools";

/// `tasks validate`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ValidateArgs {
    /// Leave warnings out
    #[arg(long)]
    pub(in crate::cli) errors_only: bool,
    /// As JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Only these tasks
    #[arg(value_name = "TASKS")]
    pub(in crate::cli) tasks: Vec<String>,
}
