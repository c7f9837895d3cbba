//! What can be typed for `converge`.

use std::path::PathBuf;

use clap::Args;

pub(in crate::cli) const CONVERGE_EXAMPLES: &str = "\
Runs the task `check`. If it fails, runs the task `apply` and then `check` again.
Ends with 0 only when the last check has passed.

Examples:
  mep converge /opt/app
  mep converge --check deployed --apply deploy";

/// `converge`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ConvergeArgs {
    /// The project [default: here]
    #[arg(value_name = "DIR")]
    pub(in crate::cli) dir: Option<PathBuf>,
    /// The task that passes where nothing is left to do
    #[arg(long, value_name = "TASK", default_value = "check")]
    pub(in crate::cli) check: String,
    /// The task that brings the state about
    #[arg(long, value_name = "TASK", default_value = "apply")]
    pub(in crate::cli) apply: String,
}
