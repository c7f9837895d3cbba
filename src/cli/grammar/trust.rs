//! What can be typed for `trust` and `untrust`.

use std::path::PathBuf;

use clap::Args;

pub(in crate::cli) const TRUST_EXAMPLES: &str = "\
Examples:
  mep trust                  trust the nearest configuration that is not trusted
  mep trust ~/src/api        that of another directory
  mep trust --all            all of this directory, above and below it
  mep trust --show           how the configuration of this place stands
  mep trust --ignore         act as if it were not there";

pub(in crate::cli) const UNTRUST_EXAMPLES: &str = "\
Examples:
  mep untrust                take back the trust in this directory's configuration
  mep untrust ~/src/api      in that of another directory";

/// `trust`
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct TrustArgs {
    /// All configuration of this directory, its parents and its subdirectories
    #[arg(short, long, conflicts_with_all = ["ignore", "untrust", "config_file"])]
    pub(in crate::cli) all: bool,
    /// Do not trust it, and act as if it were not there
    #[arg(long, conflicts_with = "untrust")]
    pub(in crate::cli) ignore: bool,
    /// Say how it stands; changes nothing
    #[arg(long)]
    pub(in crate::cli) show: bool,
    /// Take trust back
    #[arg(long)]
    pub(in crate::cli) untrust: bool,
    /// A configuration file or its directory
    #[arg(value_name = "CONFIG_FILE")]
    pub(in crate::cli) config_file: Option<PathBuf>,
}

/// `untrust`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct UntrustArgs {
    /// A configuration file or its directory
    #[arg(value_name = "CONFIG_FILE")]
    config_file: Option<PathBuf>,
}

impl From<UntrustArgs> for TrustArgs {
    fn from(args: UntrustArgs) -> Self {
        Self { untrust: true, config_file: args.config_file, ..Self::default() }
    }
}
