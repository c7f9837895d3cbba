//! What loading gives: the type alone, for those that read it and for the one
//! that makes it.

use std::path::PathBuf;

use super::settings::Settings;
use crate::model::Project;

/// A project and the settings in force.
#[derive(Debug)]
pub struct Loaded {
    /// Tasks and roots.
    pub project: Project,
    /// Settings of files and environment, before flags.
    pub settings: Settings,
    /// Active profiles, weakest first.
    pub profiles: Vec<String>,
    /// Config roots that count as trusted only because this is a run.
    pub implied: Vec<PathBuf>,
}
