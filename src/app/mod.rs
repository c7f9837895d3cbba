//! Joins the rooms below into what a command does: load, select, expand,
//! plan, run, report. Knows no command line grammar.

mod asked;
mod config_file;
mod doctor;
mod dry_run;
mod files;
mod forecast;
mod limits;
mod new_task;
mod past;
mod preview;
mod query;
mod recording;
mod run;
mod settings;
mod shards;
mod store;
mod views;
mod watch;
mod why;
mod workflow;

pub use crate::config::Loaded;
pub use asked::{Asked, RunFlags};
pub use config_file::{Change, Meant, config_file, config_value, set_config_value};
pub use doctor::{Fact, Health, Section, health};
pub use files::RunFiles;
pub use new_task::{NewTask, script_path, write_empty_script};
pub use preview::{PlannedCommand, PlannedShard, PlannedTask, Preview, Verdict, matrix, preview};
pub use query::trial;
pub use run::run;
pub use settings::{
    SettingRow, SettingsView, Whose, extended_tree, set_setting, setting_tree, unset_setting,
};
pub use store::{Amount, amount, cache_dir, clear, prune};
pub use watch::{Clear, Filters, Front, OnBusy, Watch, WatchFlags, Watchexec, watch, watchexec};
pub use why::{Why, why};
pub use workflow::{WorkflowJob, place_in, workflow};
