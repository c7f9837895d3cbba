//! What can be typed for `cache`.

use clap::{Args, Subcommand};

pub(in crate::cli) const CACHE_EXAMPLES: &str = "\
Examples:
  mep cache          where the cache lies, and how large it is
  mep cache clear    remove it; the next run is a little slower
  mep cache prune    remove what nobody has read for 30 days";

const PATH_EXAMPLES: &str = "\
Examples:
  mep cache path     only the directory";

const CLEAR_EXAMPLES: &str = "\
Examples:
  mep cache clear    remove all of it";

const PRUNE_EXAMPLES: &str = "\
Examples:
  mep cache prune --dry-run -v
                     say what would go
  MISE_CACHE_PRUNE_AGE=7d mep cache prune
                     what nobody has read for a week";

const TASK_EXAMPLES: &str = "\
Examples:
  mep cache task build
                     no outputs of tasks are kept yet, and it says so";

/// `cache`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct CacheArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<CacheCommand>,
}

/// Verbs of `cache`.
#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum CacheCommand {
    /// Print the directory
    #[command(alias = "dir", after_help = PATH_EXAMPLES)]
    Path,
    /// Remove all of it
    #[command(aliases = ["c", "clean"], after_help = CLEAR_EXAMPLES)]
    Clear {
        /// Only of these tools: a real mise has those
        #[arg(value_name = "TOOL")]
        tools: Vec<String>,
    },
    /// Show the outputs that are kept of tasks: none, in this version
    #[command(after_help = TASK_EXAMPLES)]
    Task {
        /// As JSON
        #[arg(short = 'J', long)]
        json: bool,
        /// A name or a pattern
        task: String,
    },
    /// Remove what nobody has read for 30 days
    #[command(alias = "p", after_help = PRUNE_EXAMPLES)]
    Prune {
        /// Only say what would go
        #[arg(long)]
        dry_run: bool,
        /// Only of these tools: a real mise has those
        #[arg(value_name = "TOOL")]
        tools: Vec<String>,
    },
}
