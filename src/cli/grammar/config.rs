//! What can be typed for `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

pub(in crate::cli) const CONFIG_EXAMPLES: &str = "\
Examples:
  mep config                     the files that count here, weakest first
  mep config get env.PORT        what the strongest of them says
  mep config set env.PORT 8080   change it there";

const LS_EXAMPLES: &str = "\
Examples:
  mep config ls                  the files that count here, weakest first
  mep config ls --json           strongest first, for programs";

const GET_EXAMPLES: &str = "\
Examples:
  mep config get                 the whole file
  mep config get tasks.build.run
                                 one value, as it is written
  mep config get -g settings     of your own configuration";

const SET_EXAMPLES: &str = "\
Examples:
  mep config set env.PORT 8080
  mep config set tasks.build.quiet true
  mep config set -t list tasks.build.depends fetch,clean
  mep config set --append env._.path ./bin";

/// `config`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ConfigArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<ConfigCommand>,
    #[command(flatten)]
    pub(in crate::cli) list: ConfigListArgs,
}

/// Verbs of `config`.
#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// List the files that count here
    #[command(alias = "list", after_help = LS_EXAMPLES)]
    Ls(ConfigListArgs),
    /// Show what one file says
    #[command(after_help = GET_EXAMPLES)]
    Get(ConfigGetArgs),
    /// Change one file
    #[command(after_help = SET_EXAMPLES)]
    Set(ConfigSetArgs),
}

/// What the list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(in crate::cli) struct ConfigListArgs {
    /// As JSON, strongest first
    #[arg(short = 'J', long)]
    pub(in crate::cli) json: bool,
    /// Without a line above the columns
    #[arg(long)]
    pub(in crate::cli) no_header: bool,
    /// Every file that was ever read
    #[arg(long)]
    pub(in crate::cli) tracked_configs: bool,
    /// Cut lines at the width of the terminal
    #[arg(long, overrides_with = "no_truncate", hide = true)]
    truncate: bool,
    /// Cut no line
    #[arg(long)]
    pub(in crate::cli) no_truncate: bool,
}

/// Which file.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ConfigFileArgs {
    /// This file, or the one of this directory [default: the strongest that counts here]
    #[arg(short, long, value_hint = clap::ValueHint::AnyPath)]
    pub(in crate::cli) file: Option<PathBuf>,
    /// Your own
    #[arg(short, long, conflicts_with_all = ["file", "system"])]
    pub(in crate::cli) global: bool,
    /// The one of the system
    #[arg(long, conflicts_with = "file")]
    pub(in crate::cli) system: bool,
}

/// `config get`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ConfigGetArgs {
    /// A dotted key [default: the whole file]
    pub(in crate::cli) key: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) file: ConfigFileArgs,
}

/// `config set`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ConfigSetArgs {
    /// A dotted key, or KEY=VALUE
    pub(in crate::cli) key: String,
    /// What it is to be
    pub(in crate::cli) value: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) file: ConfigFileArgs,
    /// Add to a list, where it is not in it
    #[arg(long, conflicts_with = "remove")]
    pub(in crate::cli) append: bool,
    /// Take out of a list
    #[arg(long)]
    pub(in crate::cli) remove: bool,
    /// What the value is
    #[arg(short = 't', long = "type", value_name = "TYPE", default_value = "infer")]
    pub(in crate::cli) kind: ValueType,
}

/// What a typed value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ValueType {
    Infer,
    String,
    Integer,
    Float,
    Bool,
    List,
    Set,
}
