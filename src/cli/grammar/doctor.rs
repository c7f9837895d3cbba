//! What can be typed for `doctor`.

use clap::Args;

pub(in crate::cli) const DOCTOR_EXAMPLES: &str = "\
Examples:
  mep doctor                 what is found here, and what is wrong with it
  mep doctor --json          the same for programs";

/// `doctor`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct DoctorArgs {
    /// As JSON
    #[arg(short = 'J', long)]
    pub(in crate::cli) json: bool,
}
