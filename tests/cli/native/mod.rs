//! Where `mep` differs from mise on purpose, and what it promises beyond it.

mod changed;
mod converge;
mod ending;
mod fresh;
mod graph;
mod late;
mod limits;
mod nested;
mod other_projects;
mod quotes;
mod sandbox;
pub(crate) mod script_words;
mod secrets;
mod templates;
mod tools;
mod trust;
mod words;

use crate::support::Project;

fn project(config: &str) -> Project {
    Project::new().file("mise.toml", config)
}
