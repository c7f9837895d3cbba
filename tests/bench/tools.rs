//! The programs that are compared: how each is called, and the proof that it does the work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::floor;
use crate::measure::{Cost, cost};
use crate::projects::{Kind, SRC, TEXT, Workload};

pub(crate) struct Tool {
    pub(crate) name: &'static str,
    program: PathBuf,
}

/// The floor, mep as it was just built, and what is on `PATH`.
pub(crate) fn tools() -> Vec<Tool> {
    let mut tools = vec![Tool { name: "mep", program: env!("CARGO_BIN_EXE_mep").into() }];
    tools.extend(std::env::current_exe().map(|program| Tool { name: floor::NAME, program }));
    let path = std::env::var_os("PATH").unwrap_or_default();
    for name in ["make", "ninja", "just", "mise"] {
        let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|p| p.is_file());
        tools.extend(found.map(|program| Tool { name, program }));
    }
    tools
}

impl Tool {
    /// How it is asked for this; `None` where it has nothing of the kind.
    pub(crate) fn args(&self, workload: &Workload) -> Option<Vec<String>> {
        let line = match (self.name, workload.kind) {
            (floor::NAME, Kind::Run { processes, jobs }) => {
                format!("{} spawn {processes} {jobs} true", floor::WORD)
            }
            (floor::NAME, Kind::List(_)) => format!("{} names", floor::WORD),
            (floor::NAME, Kind::Fresh) => format!("{} walk {SRC}", floor::WORD),
            (floor::NAME, Kind::Lines(_)) => format!("{} copy {TEXT}", floor::WORD),
            ("mep" | "mise", Kind::Run { jobs, .. }) => format!("run -j{jobs} all"),
            ("mep" | "mise", Kind::List(_)) => "tasks ls".to_owned(),
            ("mep" | "mise", Kind::Fresh) => "run all".to_owned(),
            ("mep" | "mise", Kind::Lines(_)) => "run --output prefix all".to_owned(),
            ("make" | "ninja", Kind::Run { jobs, .. }) => format!("-j{jobs} all"),
            ("make", Kind::Fresh) => "all".to_owned(),
            ("just", Kind::Run { .. }) => "all".to_owned(),
            ("just", Kind::List(_)) => "--list".to_owned(),
            _ => return None,
        };
        Some(line.split(' ').map(str::to_owned).collect())
    }

    fn command(&self, workload: &Workload, root: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.args(workload).unwrap_or_default()).current_dir(root);
        // A home of its own: nothing of the user's is read or written.
        command.env("HOME", root).env("MISE_TRUSTED_CONFIG_PATHS", root);
        for dir in ["CONFIG", "STATE", "CACHE", "DATA"] {
            let own = root.join(format!("home-{}", self.name)).join(dir);
            command.env(format!("MISE_{dir}_DIR"), &own).env(format!("XDG_{dir}_HOME"), own);
        }
        command
    }

    pub(crate) fn run(&self, workload: &Workload, root: &Path) -> Result<Cost, String> {
        cost(&self.command(workload, root), workload.repeat)
    }

    /// Shows once that it does the work; a `fresh` tool is left with all up to date.
    pub(crate) fn proves(&self, workload: &Workload, root: &Path) -> Result<(), String> {
        let marks = root.join("runs");
        let _ = fs::remove_file(&marks);
        let output = self.command(workload, root).output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("does not do it: {}", output.status));
        }
        let lines = output.stdout.iter().filter(|byte| **byte == b'\n').count();
        match workload.kind {
            Kind::List(count) | Kind::Lines(count) if lines < count => {
                Err(format!("prints {lines} lines of {count}"))
            }
            Kind::Fresh if self.name != floor::NAME => self.proves_fresh(workload, root, &marks),
            _ => Ok(()),
        }
    }

    /// It ran the first time, does not the second time, and does again after an edit.
    fn proves_fresh(&self, workload: &Workload, root: &Path, marks: &Path) -> Result<(), String> {
        let runs = || fs::read_to_string(marks).map_or(0, |text| text.lines().count());
        let again = || self.command(workload, root).output().map_err(|error| error.to_string());
        let first = runs();
        again()?;
        let second = runs();
        fs::write(root.join(SRC).join("0/0.txt"), format!("edited for {}\n", self.name))
            .map_err(|error| error.to_string())?;
        again()?;
        let third = runs();
        again()?;
        match (first, second, third) {
            (1, 1, 2) => Ok(()),
            other => Err(format!("runs when it should not, or does not when it should: {other:?}")),
        }
    }
}
