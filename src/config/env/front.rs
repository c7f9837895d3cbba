//! What `_.path`, `_.source` and `_.python.venv` put before everything else
//! on PATH. Knows no configuration.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::model::EnvMap;

/// The directories in front, by the file that names them.
#[derive(Debug, Default)]
pub(super) struct Front {
    /// Weakest file first; inside a file by the place of the entry.
    files: Vec<(PathBuf, Vec<(usize, PathBuf)>)>,
    /// `bin` of the last virtual environment: behind the others.
    venv: Option<PathBuf>,
    /// Virtual environments that others took the place of.
    replaced: Vec<PathBuf>,
    changed: bool,
}

impl Front {
    /// Adds a directory; `index` is the place of its entry in its file.
    pub(super) fn add(&mut self, file: &Path, index: usize, dir: PathBuf) {
        let known = self.files.iter().position(|(path, _)| path == file);
        let at = known.unwrap_or_else(|| {
            self.files.push((file.to_path_buf(), Vec::new()));
            self.files.len() - 1
        });
        self.files[at].1.push((index, dir));
        self.changed = true;
    }

    /// `bin` of a virtual environment takes the place of an earlier one.
    pub(super) fn venv(&mut self, bin: PathBuf) {
        self.replaced.extend(self.venv.replace(bin));
        self.changed = true;
    }

    /// Puts them on PATH, the strongest file first; a directory that PATH has
    /// already moves forward.
    pub(super) fn put(&mut self, env: &mut EnvMap) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let mut front: Vec<PathBuf> = Vec::new();
        for (_, dirs) in self.files.iter_mut().rev() {
            dirs.sort_by_key(|(index, _)| *index);
            for (_, dir) in dirs.iter() {
                if !front.contains(dir) {
                    front.push(dir.clone());
                }
            }
        }
        front.extend(self.venv.clone().filter(|bin| !front.contains(bin)));
        let old = env.get("PATH").map(OsString::from).unwrap_or_default();
        let given = std::env::split_paths(&old).filter(|dir| !dir.as_os_str().is_empty());
        let rest: Vec<PathBuf> =
            given.filter(|dir| !front.contains(dir) && !self.replaced.contains(dir)).collect();
        if let Ok(joined) = std::env::join_paths(front.iter().chain(&rest)) {
            env.set("PATH", joined);
        }
    }
}
