//! What is watched, and what a change of a file means: which tasks it is for,
//! whether it is the configuration's, whether a task may have made it. Made of
//! plans; starts nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::policy::{Change, Words};
use crate::files::{Ignored, Kinds, Patterns, Purpose, Rules};
use crate::model::{Outputs, Problem, Project};
use crate::plan::Plan;

/// What the command line says about what is watched.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Directories and files beside the sources, with all that is in them.
    pub paths: Vec<PathBuf>,
    /// Directories without those in them.
    pub flat: Vec<PathBuf>,
    /// Patterns in the place of the sources.
    pub globs: Vec<String>,
    /// Only files with one of these extensions.
    pub exts: Vec<String>,
    /// Only files that one of these matches.
    pub only: Vec<String>,
    /// No files that one of these matches.
    pub except: Vec<String>,
    /// Files with more of those.
    pub except_files: Vec<PathBuf>,
    /// Which ignore files count.
    pub kinds: Kinds,
}

/// A part of the file system.
#[derive(Debug)]
enum Area {
    /// What patterns mean.
    Rules(Rules),
    /// A file, or a directory with all that is in it.
    Tree(PathBuf),
    /// A directory without those in it.
    Flat(PathBuf),
}

impl Area {
    fn includes(&self, path: &Path) -> bool {
        match self {
            Self::Rules(rules) => rules.include(path),
            Self::Tree(top) => path.starts_with(top),
            Self::Flat(dir) => path.parent() == Some(dir),
        }
    }

    /// True where it may have something in a directory.
    fn reaches(&self, dir: &Path) -> bool {
        match self {
            Self::Rules(rules) => rules.reach(dir),
            Self::Tree(top) => dir.starts_with(top),
            Self::Flat(flat) => dir == flat,
        }
    }

    fn roots(&self) -> Vec<PathBuf> {
        match self {
            Self::Rules(rules) => rules.roots(),
            Self::Tree(path) | Self::Flat(path) => vec![path.clone()],
        }
    }
}

/// One task with its arguments, and what it is watched for.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) words: Words,
    areas: Vec<Area>,
    /// What it makes, with what it depends on.
    products: Vec<Rules>,
}

impl Target {
    /// What the tasks of a plan read and make; where none of them says what it
    /// reads, all of the project at `home`.
    pub(super) fn new(words: Words, plan: &Plan, home: &Path, filters: &Filters) -> Self {
        let mut areas = Vec::new();
        let mut products = Vec::new();
        for spec in plan.jobs.iter().filter_map(|job| job.fresh.as_ref()) {
            areas.push(Area::Rules(Rules::new(&spec.dir, &spec.sources, Purpose::Sources)));
            if let Outputs::Patterns(outputs) = &spec.outputs {
                products.push(Rules::new(&spec.dir, outputs, Purpose::Outputs));
            }
        }
        if !filters.globs.is_empty() {
            areas = vec![Area::Rules(Rules::new(home, &filters.globs, Purpose::Sources))];
        }
        let (paths, flat) = (filters.paths.iter().cloned(), filters.flat.iter().cloned());
        areas.extend(paths.map(Area::Tree).chain(flat.map(Area::Flat)));
        if areas.is_empty() {
            areas.push(Area::Tree(home.to_path_buf()));
        }
        Self { words, areas, products }
    }

    /// It makes these as well: patterns below `dir`.
    pub(super) fn makes(&mut self, dir: &Path, outputs: &[String]) {
        self.products.push(Rules::new(dir, outputs, Purpose::Outputs));
    }

    fn includes(&self, path: &Path) -> bool {
        self.areas.iter().any(|area| area.includes(path))
    }

    fn makes_file(&self, path: &Path) -> bool {
        self.products.iter().any(|rules| rules.include(path))
    }
}

/// The files that say what the tasks are.
#[derive(Debug, Default)]
pub(super) struct ConfigFiles {
    files: BTreeSet<PathBuf>,
    /// Where files may come to be that count as well.
    dirs: BTreeSet<PathBuf>,
}

impl ConfigFiles {
    pub(super) fn of(project: &Project) -> Self {
        let mut all = Self::default();
        let read = project.roots.iter().flat_map(|root| &root.files);
        let defining = project.tasks.iter().flat_map(|task| task.defined_in());
        all.files.extend(read.chain(defining).map(|file| file.path.clone()));
        all.files.extend(project.roots.iter().map(|root| root.dir.join("mep.toml")));
        all.dirs.extend(project.nearest_root().map(|root| root.dir.clone()));
        all
    }

    fn has(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let named = name.ends_with(".toml") && name.contains("mise");
        let here = path.parent().is_some_and(|dir| self.dirs.contains(dir));
        self.files.contains(path) || (named && here)
    }
}

/// All that is watched.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) targets: Vec<Target>,
    pub(super) home: PathBuf,
    config: ConfigFiles,
    ignored: Ignored,
    exts: Vec<String>,
    only: Patterns,
    except: Patterns,
}

impl Scope {
    /// `dir` is what given patterns are relative to.
    pub(super) fn new(
        targets: Vec<Target>,
        project: &Project,
        dir: &Path,
        filters: &Filters,
    ) -> Result<Self, Problem> {
        let home = project.home().to_path_buf();
        let bad = |text| Problem::new("usage::pattern", text).help("patterns are as in .gitignore");
        Ok(Self {
            targets,
            config: ConfigFiles::of(project),
            ignored: Ignored::new(&home, filters.kinds),
            home,
            exts: filters.exts.clone(),
            only: Patterns::new(dir, &filters.only, &[]).map_err(bad)?,
            except: Patterns::new(dir, &filters.except, &filters.except_files).map_err(bad)?,
        })
    }

    /// The words of all targets.
    pub(super) fn all(&self) -> BTreeSet<Words> {
        self.targets.iter().map(|target| target.words.clone()).collect()
    }

    /// Where there is something to watch, whether it is there or not.
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        let areas = self.targets.iter().flat_map(|target| &target.areas);
        let mut roots: Vec<PathBuf> = areas.flat_map(Area::roots).collect();
        roots.extend(self.config.files.iter().cloned());
        roots.sort();
        roots.dedup();
        roots
    }

    /// True where a directory is to be watched.
    pub(super) fn reaches(&self, dir: &Path) -> bool {
        let areas = || self.targets.iter().flat_map(|target| &target.areas);
        areas().any(|area| area.reaches(dir)) && !self.is_excepted(dir, true)
    }

    fn is_excepted(&self, path: &Path, is_dir: bool) -> bool {
        self.ignored.has(path, is_dir) || self.except.hit(path, is_dir)
    }

    /// A file that says what is ignored has changed: true for one that counts.
    pub(super) fn forget_ignored(&self, path: &Path) -> bool {
        let counts = Ignored::is_source(path);
        if counts {
            self.ignored.forget();
        }
        counts
    }

    /// What a change of this file means; nothing for most.
    pub(super) fn meaning(&self, path: &Path) -> Option<Change> {
        if self.config.has(path) {
            return Some(Change { config: true, ..Change::default() });
        }
        let targets = self.targets.iter().filter(|target| target.includes(path));
        let targets: Vec<&Target> = targets.filter(|target| !target.makes_file(path)).collect();
        if targets.is_empty() || !self.passes(path) || self.is_excepted(path, false) {
            return None;
        }
        let of = targets.iter().map(|target| target.words.clone()).collect();
        let product = self.targets.iter().any(|target| target.makes_file(path));
        Some(Change { of, product, ..Change::default() })
    }

    fn passes(&self, path: &Path) -> bool {
        let ext = path.extension().and_then(|ext| ext.to_str()).unwrap_or_default();
        let by_ext = self.exts.is_empty() || self.exts.iter().any(|known| known == ext);
        by_ext && (self.only.is_empty() || self.only.hit(path, false))
    }

    /// What it means that a directory has gone with all that was in it.
    pub(super) fn meaning_of_loss(&self, dir: &Path) -> Option<Change> {
        if self.is_excepted(dir, true) {
            return None;
        }
        let lost = |target: &&Target| target.areas.iter().any(|area| area.reaches(dir));
        let of: BTreeSet<Words> =
            self.targets.iter().filter(lost).map(|target| target.words.clone()).collect();
        (!of.is_empty()).then(|| Change { of, ..Change::default() })
    }

    /// Everything may have changed.
    pub(super) fn meaning_of_all(&self) -> Change {
        Change { of: self.all(), settled: true, ..Change::default() }
    }
}
