//! Is a task's work still good? Answers with a reason, from a stored manifest
//! of inputs, outputs and the definition. A manifest is written after success
//! only and dropped before the work starts, so a killed run is never fresh.

mod manifest;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use manifest::Manifest;

use crate::files::{Entry, Patterns, of_file};
use crate::model::Outputs;
use crate::plan::FreshSpec;

/// How strict the check is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mode {
    /// Compare contents instead of times.
    pub by_content: bool,
    /// An output as old as the newest source is still good.
    pub equal_is_fresh: bool,
    /// Nothing is fresh.
    pub force: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to do.
    Fresh,
    /// Has to run, because of this.
    Stale(Reason),
}

/// Why a task has to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// `--force`
    Forced,
    /// This dependency did something.
    Dependency(String),
    /// `outputs = []` is never fresh.
    NoOutputs,
    /// No successful run is on record.
    NoRecord,
    /// The task itself was edited.
    Definition,
    /// A source is new.
    Added(PathBuf),
    /// A source is gone.
    Removed(PathBuf),
    /// A source is not what it was.
    Changed(PathBuf),
    /// Nothing on disk matches this output.
    OutputMissing(String),
    /// An output is not what the task left.
    OutputChanged(PathBuf),
    /// The outputs are older than this source.
    Older(PathBuf),
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Forced => write!(f, "--force was given"),
            Self::Dependency(name) => write!(f, "its dependency {name} ran"),
            Self::NoOutputs => write!(f, "it has no outputs to be fresh"),
            Self::NoRecord => write!(f, "no earlier success is on record"),
            Self::Definition => write!(f, "its definition changed"),
            Self::Added(path) => write!(f, "source {} is new", path.display()),
            Self::Removed(path) => write!(f, "source {} is gone", path.display()),
            Self::Changed(path) => write!(f, "source {} changed", path.display()),
            Self::OutputMissing(pattern) => write!(f, "output {pattern} is missing"),
            Self::OutputChanged(path) => write!(f, "output {} changed", path.display()),
            Self::Older(path) => write!(f, "its outputs are not newer than {}", path.display()),
        }
    }
}

/// Where manifests are kept, and how strict checks are.
#[derive(Debug, Clone)]
pub struct Freshness {
    dir: PathBuf,
    mode: Mode,
}

impl Freshness {
    /// Manifests below the state directory.
    pub fn new(state: &Path, mode: Mode) -> Self {
        Self { dir: state.join("fresh"), mode }
    }

    /// Decides; reads, never writes.
    pub fn check(&self, spec: &FreshSpec, dependency_ran: Option<&str>) -> Verdict {
        match self.stale(spec, dependency_ran) {
            Some(reason) => Verdict::Stale(reason),
            None => Verdict::Fresh,
        }
    }

    fn stale(&self, spec: &FreshSpec, dependency_ran: Option<&str>) -> Option<Reason> {
        if self.mode.force {
            return Some(Reason::Forced);
        }
        if let Some(name) = dependency_ran {
            return Some(Reason::Dependency(name.to_string()));
        }
        if spec.outputs == Outputs::Patterns(Vec::new()) {
            return Some(Reason::NoOutputs);
        }
        let Some(manifest) = Manifest::load(&self.path(spec)) else {
            return Some(Reason::NoRecord);
        };
        if manifest.definition != spec.definition {
            return Some(Reason::Definition);
        }
        let sources = sources(spec);
        self.changed_source(&manifest, &sources)
            .or_else(|| self.stale_output(spec, &manifest, &sources))
    }

    fn changed_source(
        &self,
        manifest: &Manifest,
        now: &BTreeMap<PathBuf, Entry>,
    ) -> Option<Reason> {
        if let Some(gone) = manifest.inputs.keys().find(|p| !now.contains_key(*p)) {
            return Some(Reason::Removed(gone.clone()));
        }
        now.iter().find_map(|(path, entry)| {
            let Some(then) = manifest.inputs.get(path) else {
                return Some(Reason::Added(path.clone()));
            };
            let same = match (&then.digest, self.mode.by_content) {
                (Some(digest), true) => of_file(path).is_ok_and(|d| d == *digest),
                // Recorded by time, asked by content: no truth to compare with.
                (None, true) => false,
                (_, false) => {
                    then.size == entry.size && then.mtime == entry.mtime && entry.mtime != 0
                }
            };
            (!same).then(|| Reason::Changed(path.clone()))
        })
    }

    fn stale_output(
        &self,
        spec: &FreshSpec,
        manifest: &Manifest,
        sources: &BTreeMap<PathBuf, Entry>,
    ) -> Option<Reason> {
        let Outputs::Patterns(patterns) = &spec.outputs else {
            return None;
        };
        let compiled = Patterns::new(&spec.dir, patterns);
        if let Some(missing) = compiled.without_match().first() {
            return Some(Reason::OutputMissing(patterns[*missing].clone()));
        }
        let outputs = compiled.files();
        if self.mode.by_content {
            let now = digests(&outputs);
            let changed =
                manifest.outputs.iter().find(|(path, digest)| now.get(*path) != Some(digest));
            let new = now.keys().find(|path| !manifest.outputs.contains_key(*path));
            return changed.map(|(p, _)| p).or(new).map(|p| Reason::OutputChanged(p.clone()));
        }
        let newest_output = outputs.values().map(|e| e.mtime).max()?;
        let (path, newest) = sources.iter().max_by_key(|(_, e)| e.mtime)?;
        let good = newest.mtime < newest_output
            || (self.mode.equal_is_fresh && newest.mtime == newest_output);
        (!good).then(|| Reason::Older(path.clone()))
    }

    /// Forgets the last success: the work is about to start.
    pub fn begin(&self, spec: &FreshSpec) {
        let _ = std::fs::remove_file(self.path(spec));
    }

    /// Records a success. Returns the output patterns that match nothing.
    ///
    /// # Errors
    /// Where the state directory cannot be written.
    pub fn record(&self, spec: &FreshSpec) -> std::io::Result<Vec<String>> {
        let (missing, outputs) = match &spec.outputs {
            Outputs::Patterns(patterns) => {
                let compiled = Patterns::new(&spec.dir, patterns);
                let missing = compiled.without_match();
                let named = missing.iter().map(|i| patterns[*i].clone()).collect();
                let digests =
                    if self.mode.by_content { digests(&compiled.files()) } else { BTreeMap::new() };
                (named, digests)
            }
            _ => (Vec::new(), BTreeMap::new()),
        };
        let manifest = Manifest::new(spec, &sources(spec), outputs, self.mode.by_content, now());
        manifest.store(&self.path(spec))?;
        Ok(missing)
    }

    fn path(&self, spec: &FreshSpec) -> PathBuf {
        self.dir.join(format!("{}.json", spec.identity))
    }
}

/// The files that count as inputs: what the patterns say, and the script.
fn sources(spec: &FreshSpec) -> BTreeMap<PathBuf, Entry> {
    let mut found = Patterns::new(&spec.dir, &spec.sources).files();
    if let Some(script) = &spec.script {
        let own = script.to_string_lossy().into_owned();
        found.extend(Patterns::new(Path::new("/"), &[own]).files());
    }
    found
}

fn digests(files: &BTreeMap<PathBuf, Entry>) -> BTreeMap<PathBuf, String> {
    files.keys().filter_map(|path| Some((path.clone(), of_file(path).ok()?))).collect()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| d.as_secs())
}
