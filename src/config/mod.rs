//! From files to a `Project`: finds every configuration file, reads it with
//! spans, merges by precedence, evaluates environments and templates. Knows
//! nothing of graphs, runs or terminals.
//!
//! Inside, from the bottom: `value` (typed access with good errors), `raw`
//! (one file, exactly as written), `task_table`, `env_table`, `header` (the
//! readers of its parts), `settings`, `own`; `discover` and `task_dir` (which
//! files there are), `extends` and `merge` (which definition wins), `includes`
//! (where tasks lie), `monorepo` (which directories are projects of one), `gather`
//! (place after place), `members` (those beside the way), `load` (all of it); `template` and `env` evaluate what the
//! project holds, `aliases` the names in it.

mod aliases;
mod definitions;
mod dep_table;
mod depth;
mod discover;
mod document;
pub mod edit;
pub mod env;
mod env_table;
mod extends;
mod gather;
mod header;
mod includes;
mod inputs;
mod known_settings;
mod load;
mod loaded;
mod members;
mod merge;
mod min_version;
mod miserc;
mod monorepo;
mod own;
mod plain;
mod raw;
mod read;
mod repair;
mod sandbox;
pub mod schema;
mod setting_names;
mod settings;
mod stated;
mod task_dir;
mod task_table;
pub mod template;
pub mod tools;
pub mod trust;
mod value;
pub mod workspace;

pub use aliases::load;
pub use definitions::definitions;
pub use header::{
    after_marker as header_text, is_open_pair as header_is_open, looks_like_pair as header_pair,
};
pub use known_settings::{KnownSetting, SettingKind, known_settings, may_not_be_local};
pub use load::{ConfigRoot, Options, ad_hoc_task, config_roots, own_files, trust_here, writable};
pub use loaded::{Loaded, TaskDirs};
pub use settings::{EnvSettings, MonorepoSettings, STYLES, Settings, default_jobs, parse_style};
pub use stated::{ConfigFile, config_files, mistakes, modern_setting};
