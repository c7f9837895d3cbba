//! What can be typed for `settings`.

use clap::{Args, Subcommand};

pub(in crate::cli) const SETTINGS_EXAMPLES: &str = "\
Examples:
  mep settings                   what your files say, and which file
  mep settings --all             with what nobody says
  mep settings task.output       one of them, as it is in force
  mep settings task.output=prefix
                                 set it in your own configuration
  mep settings set -l jobs 4     set it in the project's
  mep settings unset -l jobs     take it out again";

const LS_EXAMPLES: &str = "\
Examples:
  mep settings ls                what your files say, and which file
  mep settings ls task --all     a group, with what nobody says
  mep settings ls --json-extended
                                 for programs: type, description and source";

const GET_EXAMPLES: &str = "\
Examples:
  mep settings get jobs          as it is in force
  mep settings get -l jobs       as the project's file says";

const SET_EXAMPLES: &str = "\
Examples:
  mep settings set jobs 4        in your own configuration
  mep settings set -l task.output prefix
                                 in the project's";

const ADD_EXAMPLES: &str = "\
Examples:
  mep settings add task.skip lint
                                 one more, behind those that are there";

const UNSET_EXAMPLES: &str = "\
Examples:
  mep settings unset jobs        in your own configuration
  mep settings unset -l jobs     in the project's";

/// `settings`
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = false, subcommand_negates_reqs = true)]
pub(in crate::cli) struct SettingsArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<SettingsCommand>,
    #[command(flatten)]
    pub(in crate::cli) list: SettingsListArgs,
    /// What it is to be
    pub(in crate::cli) value: Option<String>,
}

/// Verbs of `settings`.
#[derive(Debug, Clone, Subcommand)]
pub(in crate::cli) enum SettingsCommand {
    /// List what is set, and where
    #[command(alias = "list", after_help = LS_EXAMPLES)]
    Ls(SettingsListArgs),
    /// Show one that is in force
    #[command(after_help = GET_EXAMPLES)]
    Get(SettingNameArgs),
    /// Set one
    #[command(alias = "create", after_help = SET_EXAMPLES)]
    Set(SettingValueArgs),
    /// Add to one that is a list
    #[command(after_help = ADD_EXAMPLES)]
    Add(SettingValueArgs),
    /// Take one out
    #[command(aliases = ["rm", "remove", "delete", "del"], after_help = UNSET_EXAMPLES)]
    Unset(SettingNameArgs),
}

/// What a list shows.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct SettingsListArgs {
    /// One setting, or a group of them
    pub(in crate::cli) setting: Option<String>,
    /// With what nobody says
    #[arg(short, long)]
    pub(in crate::cli) all: bool,
    /// As JSON
    #[arg(short = 'J', long, conflicts_with_all = ["toml", "json_extended"])]
    pub(in crate::cli) json: bool,
    /// In the project's file instead of your own
    #[arg(short, long)]
    pub(in crate::cli) local: bool,
    /// As TOML
    #[arg(short = 'T', long, conflicts_with = "json_extended")]
    pub(in crate::cli) toml: bool,
    /// As JSON, with type, description and source
    #[arg(long)]
    pub(in crate::cli) json_extended: bool,
}

/// One setting.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct SettingNameArgs {
    /// Its name
    pub(in crate::cli) setting: String,
    /// In the project's file instead of your own
    #[arg(short, long)]
    pub(in crate::cli) local: bool,
}

/// One setting, and what it is to be.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct SettingValueArgs {
    /// Its name, or NAME=VALUE
    pub(in crate::cli) setting: String,
    /// What it is to be
    pub(in crate::cli) value: Option<String>,
    /// In the project's file instead of your own
    #[arg(short, long)]
    pub(in crate::cli) local: bool,
}
