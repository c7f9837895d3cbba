//! The files that a run writes of itself: opened before anything runs, so that
//! a mistake is known then. Knows where they go, not what is in them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::model::Problem;
use crate::record::{Story, junit, trace};
use crate::sys::stdout;

/// What the command line asks for.
#[derive(Debug, Clone, Default)]
pub struct RunFiles {
    /// Times of tasks, in Chrome's format.
    pub trace: Option<PathBuf>,
    /// Results, as JUnit XML.
    pub junit: Option<PathBuf>,
    /// Events as they happen; `-` is standard output.
    pub events: Option<PathBuf>,
}

impl RunFiles {
    /// What tasks write is needed, and so it has to come to us.
    pub(super) fn need_output(&self) -> bool {
        self.junit.is_some() || self.events.is_some()
    }
}

/// The files of this run.
#[derive(Debug, Default)]
pub(super) struct Files {
    trace: Option<Target>,
    junit: Option<Target>,
    /// Who reads the events.
    pub(super) events: Option<File>,
    /// They go to standard output: nobody else does.
    pub(super) on_stdout: bool,
}

/// A file that is there whole or not at all.
#[derive(Debug)]
struct Target {
    path: PathBuf,
    file: File,
    /// What becomes it; none where it is no plain file.
    temporary: Option<PathBuf>,
}

impl Files {
    /// Opens them.
    ///
    /// # Errors
    /// Where one of them cannot be written.
    pub(super) fn open(asked: &RunFiles) -> Result<Self, Vec<Problem>> {
        let open = |flag: &str, path: &Option<PathBuf>| {
            let target = path.as_ref().map(|path| Target::open(path));
            target.transpose().map_err(|error| vec![refused(flag, path.as_deref(), &error)])
        };
        let (trace, junit) = (open("--trace", &asked.trace)?, open("--junit", &asked.junit)?);
        let on_stdout = asked.events.as_deref() == Some(Path::new("-"));
        let events = asked.events.as_ref().map(|path| match on_stdout {
            true => stdout::take(),
            false => File::create(path),
        });
        let events = events.transpose();
        let events = events.map_err(|e| vec![refused("--events", asked.events.as_deref(), &e)])?;
        Ok(Self { trace, junit, events, on_stdout })
    }

    /// The story of the run is needed when it has ended.
    pub(super) fn need_story(&self) -> bool {
        self.trace.is_some() || self.junit.is_some()
    }

    /// Writes what is made of the story; what could not be written.
    pub(super) fn write(self, story: &Story) -> Vec<String> {
        let trace = self.trace.map(|target| target.write(&trace(story)));
        let junit = self.junit.map(|target| target.write(&junit(story)));
        [trace, junit].into_iter().flatten().filter_map(Result::err).collect()
    }
}

fn refused(flag: &str, path: Option<&Path>, error: &io::Error) -> Problem {
    let path = path.unwrap_or(Path::new("")).display();
    let text = format!("`{flag} {path}` cannot be written: {error}");
    Problem::new("record::file", text).help("nothing was run; name a file that can be written")
}

impl Target {
    fn open(path: &Path) -> io::Result<Self> {
        // A pipe or a device has no content that could be half of two.
        let plain = fs::metadata(path).map(|data| data.is_file() || data.is_dir());
        if plain.is_ok_and(|plain| !plain) {
            let file = File::options().write(true).open(path)?;
            return Ok(Self { path: path.to_path_buf(), file, temporary: None });
        }
        if path.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // A link stays one.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
        let file = File::create(&temporary)?;
        Ok(Self { path, file, temporary: Some(temporary) })
    }

    fn write(mut self, text: &str) -> Result<(), String> {
        let done = self.file.write_all(text.as_bytes()).and_then(|()| match &self.temporary {
            Some(temporary) => fs::rename(temporary, &self.path),
            None => Ok(()),
        });
        done.map_err(|error| format!("{} cannot be written: {error}", self.path.display()))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // Where it has become the file, there is none.
        if let Some(temporary) = &self.temporary {
            let _ = fs::remove_file(temporary);
        }
    }
}
