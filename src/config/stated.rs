//! What configuration files hold, as it is written: for who shows or changes
//! it. Nothing of it is evaluated.

use std::path::{Path, PathBuf};

use toml::Table;

use super::discover;
use super::miserc::Search;
use super::{read, setting_names};
use crate::model::{Problem, Scope, SourceFile};
use crate::sys::Context;

/// A configuration file that is there.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Whose it is.
    pub scope: Scope,
    /// What it says; nothing where it is no TOML.
    pub table: Table,
}

/// The files that count here, weakest first.
pub fn config_files(ctx: &Context, profile: Option<&str>) -> Vec<ConfigFile> {
    let places = discover::places(ctx, &Search::new(ctx, profile, &mut Vec::new()));
    let read = |scope: Scope, path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        let table = toml::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
        Some(ConfigFile { path, scope, table })
    };
    let mut files = Vec::new();
    for place in places {
        files.extend(place.candidates.into_iter().filter_map(|path| read(place.scope, path)));
    }
    files
}

/// What is wrong with a text as a configuration file.
pub fn mistakes(path: &Path, text: String, scope: Scope) -> Vec<Problem> {
    let file = SourceFile::new(path.to_path_buf(), text);
    let raw = read::config(&file, scope);
    let of_tasks = raw.tasks.into_iter().chain(raw.templates).flat_map(|task| task.broken);
    raw.problems.into_iter().chain(of_tasks).collect()
}

/// The name of today for an old one of a setting.
pub fn modern_setting(name: &str) -> Option<&'static str> {
    setting_names::modern(name)
}
