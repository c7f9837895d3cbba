//! Where `mep` differs from mise on purpose, and what it promises beyond it.

mod allow_failure;
mod changed;
mod cleanup;
mod command_line;
mod converge;
mod ending;
mod finally;
mod fresh;
mod graph;
mod jobserver;
mod late;
mod leaks;
mod limits;
mod locks;
mod nested;
mod not_ours;
mod other_projects;
mod quotes;
mod recover;
mod retry;
mod sandbox;
pub(crate) mod script_words;
mod secrets;
mod styles;
mod suspend;
mod templates;
mod tools;
mod trust;
mod words;

use crate::support::Project;

fn project(config: &str) -> Project {
    Project::new().file("mise.toml", config)
}

/// The project with fifos that nobody opens unless a task does.
fn fifos<const N: usize>(project: Project, names: [&str; N]) -> Project {
    for name in names {
        let mode = nix::sys::stat::Mode::S_IRWXU;
        nix::unistd::mkfifo(&project.path(name), mode).expect("a new directory takes a fifo");
    }
    project
}
