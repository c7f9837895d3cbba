//! The verdict: what is on record against what is there, until the first
//! difference or all of them.

use std::io::ErrorKind::{NotADirectory, NotFound};
use std::path::PathBuf;

use super::compare::{Seen, What, changes, recall};
use super::inputs::source_rules;
use super::key::Key;
use super::manifest::{Head, Lists, Manifest, Miss, Summary};
use super::reason::{Change, Reason};
use super::record::{now, renewal};
use super::{Freshness, Mode};
use crate::files::{Purpose, Rules, Survey};
use crate::model::Outputs;
use crate::plan::{FreshPart, FreshSpec};

/// How much there is to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Whether there is a reason.
    First,
    /// Every reason.
    All,
}

/// What a check has found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Why it has to run; none where it is fresh.
    pub causes: Vec<Reason>,
    /// What the reader should know of the state directory and of files.
    pub notes: Vec<String>,
    /// The success that it was compared with.
    pub last: Option<Success>,
}

/// A success on record.
#[derive(Debug, Clone, Copy)]
pub struct Success {
    /// Seconds since 1970.
    pub at: u64,
    /// How many sources there were.
    pub sources: u64,
}

/// What a check leaves behind.
#[derive(Debug, Default)]
pub(super) struct Check {
    pub(super) findings: Findings,
    /// The sources, where they were looked at.
    pub(super) sources: Option<Seen>,
    /// A better record of the same, where a second look was needed.
    pub(super) renewal: Option<(Head, Lists)>,
}

/// A check that goes on.
struct Examination<'a> {
    mode: Mode,
    spec: &'a FreshSpec,
    depth: Depth,
    findings: Findings,
}

impl Freshness {
    pub(super) fn examine(
        &self,
        spec: &FreshSpec,
        dependency: Option<&str>,
        depth: Depth,
        threads: usize,
    ) -> Check {
        let findings = Findings::default();
        let mut at = Examination { mode: self.mode, spec, depth, findings };
        let manifest = self.grounds(&mut at, dependency);
        let Some(manifest) = manifest.filter(|_| !at.is_done()) else {
            return Check { findings: at.findings, ..Check::default() };
        };
        let mut sources = Seen {
            taken: now(),
            survey: self.index.survey(&source_rules(spec), threads),
            ..Seen::default()
        };
        let mut lists = None;
        let mut renewed = at.sources(&manifest, &mut lists, &mut sources);
        let mut outputs = Seen::default();
        if !at.is_done()
            && let Outputs::Patterns(patterns) = &spec.outputs
        {
            let rules = Rules::new(&spec.dir, patterns, Purpose::Outputs);
            outputs = Seen {
                taken: now(),
                survey: self.index.survey(&rules, threads),
                ..Seen::default()
            };
            renewed |= at.outputs(&manifest, &mut lists, &rules, &mut outputs, &sources);
        }
        // A check by time would take away what is known of contents.
        let same = renewed
            && at.findings.causes.is_empty()
            && self.mode.by_content == manifest.head.by_content;
        let lists = lists.filter(|_| same);
        let renewal =
            lists.and_then(|lists| renewal(&manifest.head, &lists, &mut sources, &mut outputs));
        Check { findings: at.findings, sources: Some(sources), renewal }
    }

    /// What can be said without looking at a file; the record to compare
    /// files with.
    fn grounds(&self, at: &mut Examination<'_>, dependency: Option<&str>) -> Option<Manifest> {
        if self.mode.force {
            at.cause(Reason::Forced);
        }
        if let Some(name) = dependency {
            at.cause(Reason::Dependency(name.to_string()));
        }
        if at.spec.outputs == Outputs::Patterns(Vec::new()) {
            at.cause(Reason::NoOutputs);
        }
        if at.is_done() {
            return None;
        }
        let manifest = match self.stored(at) {
            Ok(manifest) => manifest,
            Err(reason) => {
                at.cause(reason);
                return if at.depth == Depth::All { self.last(at.spec) } else { None };
            }
        };
        at.definition(&manifest.head, self.key());
        Some(manifest)
    }

    fn stored(&self, at: &mut Examination<'_>) -> Result<Manifest, Reason> {
        let manifest = match Manifest::load(&self.path(at.spec)) {
            Ok(manifest) => manifest,
            Err(Miss::Bad(why)) => {
                at.findings.notes.push(why);
                return Err(Reason::NoRecord);
            }
            Err(Miss::None) if self.aside(at.spec).exists() => return Err(Reason::Unfinished),
            Err(Miss::None) => return Err(Reason::NoRecord),
        };
        let head = &manifest.head;
        if !self.has_key_of(head) {
            let path = self.path(at.spec);
            let note = format!("{}: its key is gone: the task runs without it", path.display());
            at.findings.notes.push(note);
            return Err(Reason::NoRecord);
        }
        at.findings.last = Some(Success { at: head.recorded, sources: head.sources.count });
        if self.mode.by_content && !head.by_content {
            at.cause(Reason::NoContents);
        }
        Ok(manifest)
    }

    /// The success before a run that did not succeed.
    fn last(&self, spec: &FreshSpec) -> Option<Manifest> {
        Manifest::load(&self.aside(spec)).ok().filter(|last| self.has_key_of(&last.head))
    }

    fn has_key_of(&self, head: &Head) -> bool {
        self.key().is_some_and(|key| key.mark() == head.key)
    }
}

impl Examination<'_> {
    fn cause(&mut self, reason: Reason) {
        if !self.is_done() {
            self.findings.causes.push(reason);
        }
    }

    fn is_done(&self) -> bool {
        self.depth == Depth::First && !self.findings.causes.is_empty()
    }

    fn definition(&mut self, head: &Head, key: Option<Key>) {
        let (Some(now), Some(key)) = (&self.spec.parts, key) else {
            return;
        };
        let of = |name: &str| now.iter().find(|part| part.name == name);
        for (name, then) in &head.parts {
            match of(name) {
                None => self.cause(Reason::Definition(name.clone(), Change::Removed)),
                // What is not known now cannot be said to differ.
                Some(FreshPart { digest: Some(digest), .. }) if Some(key.seal(digest)) != *then => {
                    self.cause(Reason::Definition(name.clone(), Change::Changed));
                }
                Some(_) => {}
            }
        }
        for part in now {
            if !head.parts.iter().any(|(name, _)| *name == part.name) {
                self.cause(Reason::Definition(part.name.clone(), Change::Added));
            }
        }
    }

    /// True where the record should learn what was found out.
    fn sources(&mut self, manifest: &Manifest, lists: &mut Option<Lists>, now: &mut Seen) -> bool {
        for (path, why) in &now.survey.unreadable {
            self.unreadable(path.clone(), why);
        }
        if !self.mode.by_content {
            for source in now.survey.files().filter(|source| source.stat.mtime == 0) {
                self.cause(Reason::Undated(source.path()));
            }
        }
        if self.is_done() || is_same(&manifest.head.sources, &now.survey) {
            return false;
        }
        let Some(lists) = self.read(manifest, lists) else {
            return false;
        };
        recall(&lists.sources, now, self.mode.by_content);
        for (what, path) in changes(&lists.sources, now, self.mode.by_content) {
            match what {
                What::Added => self.cause(Reason::Added(path)),
                What::Removed => self.cause(Reason::Removed(path)),
                What::Changed => self.cause(Reason::Changed(path)),
                What::Unsettled => self.cause(Reason::Unsettled(path)),
                What::Unreadable => self.shut(path),
            }
            if self.is_done() {
                break;
            }
        }
        true
    }

    /// A file of which nothing could be read: it may have gone since the walk.
    fn shut(&mut self, path: PathBuf) {
        match std::fs::File::open(&path) {
            Ok(_) => self.cause(Reason::Changed(path)),
            Err(e) if matches!(e.kind(), NotFound | NotADirectory) => {
                self.cause(Reason::Removed(path));
            }
            Err(error) => self.unreadable(path, &error.to_string()),
        }
    }

    fn unreadable(&mut self, path: PathBuf, why: &str) {
        let (task, shown) = (&self.spec.task, path.display());
        let note = format!("task {task} runs: its source {shown} cannot be read: {why}");
        self.findings.notes.push(note);
        self.cause(Reason::Unreadable(path));
    }

    /// As `sources`.
    fn outputs(
        &mut self,
        manifest: &Manifest,
        lists: &mut Option<Lists>,
        rules: &Rules,
        now: &mut Seen,
        sources: &Seen,
    ) -> bool {
        let Outputs::Patterns(patterns) = &self.spec.outputs else {
            return false;
        };
        for missing in now.survey.without_match(rules) {
            self.cause(Reason::OutputMissing(patterns[missing].clone()));
        }
        if !self.mode.by_content {
            self.age(&now.survey, &sources.survey);
        }
        if self.is_done() || is_same(&manifest.head.outputs, &now.survey) {
            return false;
        }
        let Some(lists) = self.read(manifest, lists) else {
            return false;
        };
        if self.mode.by_content {
            recall(&lists.outputs, now, true);
        }
        let by_content = self.mode.by_content;
        for (what, path) in changes(&lists.outputs, now, by_content) {
            match what {
                What::Removed => self.cause(Reason::OutputRemoved(path)),
                What::Added | What::Changed | What::Unreadable if by_content => {
                    self.cause(Reason::OutputChanged(path));
                }
                _ => {}
            }
        }
        by_content
    }

    /// By time: the newest source has to be older than the newest output.
    fn age(&mut self, outputs: &Survey, sources: &Survey) {
        let (Some(newest), Some(output)) = (sources.newest(), outputs.newest_change()) else {
            return;
        };
        let good =
            newest.stat.mtime < output || (self.mode.equal_is_fresh && newest.stat.mtime == output);
        if !good {
            self.cause(Reason::Older(newest.path()));
        }
    }

    /// The files on record, read once.
    fn read<'l>(&mut self, manifest: &Manifest, lists: &'l mut Option<Lists>) -> Option<&'l Lists> {
        if lists.is_none() {
            match manifest.lists() {
                Ok(read) => *lists = Some(read),
                Err(error) => {
                    let text =
                        format!("the record of task {} cannot be read: {error}", self.spec.task);
                    self.findings.notes.push(text);
                    self.cause(Reason::NoRecord);
                }
            }
        }
        lists.as_ref()
    }
}

fn is_same(then: &Summary, now: &Survey) -> bool {
    then.doubtful == 0 && then.count == now.len() as u64 && then.digest == now.digest()
}
