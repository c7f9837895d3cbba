//! What is written after a success: the sources as they were before the work,
//! so that an edit meanwhile is seen, and the outputs as they are after it.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use super::claim::Claim;
use super::compare::{Pair, Seen, pairs, path, recall};
use super::entries::{Entries, Entry, Trust};
use super::inputs::source_rules;
use super::key::Key;
use super::manifest::{Head, Lists, Manifest, Summary};
use super::{Freshness, Held};
use crate::files::{Index, Purpose, Rules, Source, Stat, Survey, threads};
use crate::model::Outputs;
use crate::plan::{FreshPart, FreshSpec};

impl Freshness {
    /// The sources right before the work, with what has to be read of them
    /// while they are still what the work will see.
    pub(super) fn before(&self, spec: &FreshSpec, seen: Option<Seen>) -> Seen {
        let by_content = self.mode.by_content;
        let last = [self.path(spec), self.aside(spec)].into_iter();
        let last = last.filter_map(|path| Manifest::load(&path).ok()).next();
        let mut seen = seen.unwrap_or_else(|| {
            let (taken, rules) = (now(), source_rules(spec));
            let (survey, digests) = if by_content && last.is_none() {
                self.index.survey_and_read(&rules, threads())
            } else {
                (self.index.survey(&rules, threads()), Vec::new())
            };
            Seen { survey, digests, taken }
        });
        let last = last.filter(|m| by_content || m.head.sources.doubtful > 0);
        let mut suspects = HashSet::new();
        if let Some(lists) = last.and_then(|manifest| manifest.lists().ok()) {
            recall(&lists.sources, &mut seen, by_content);
            for pair in pairs(&lists.sources, &seen.survey) {
                if let Pair::Both(entry, at, _) = pair
                    && entry.trust == Trust::Moved
                {
                    suspects.insert(at);
                }
            }
        }
        if by_content || !suspects.is_empty() {
            seen.read(|at, _| by_content || suspects.contains(&at));
        }
        seen.read_young();
        seen
    }

    /// Records a success. Returns the output patterns that match nothing.
    ///
    /// # Errors
    /// Where the state directory cannot be written.
    pub fn record(&mut self, spec: &FreshSpec) -> io::Result<Vec<String>> {
        let Some(Held { before: Some(before), claim }) = self.held.remove(&spec.identity) else {
            return Ok(Vec::new());
        };
        let by_content = self.mode.by_content;
        let mut after = self.look(&source_rules(spec));
        let (rules, mut outputs) = match &spec.outputs {
            Outputs::Patterns(patterns) => {
                let rules = Rules::new(&spec.dir, patterns, Purpose::Outputs);
                let seen = self.look(&rules);
                (Some(rules), seen)
            }
            _ => (None, Seen::default()),
        };
        let missing = match (&spec.outputs, &rules) {
            (Outputs::Patterns(patterns), Some(rules)) => {
                let missing = outputs.survey.without_match(rules);
                missing.into_iter().map(|at| patterns[at].clone()).collect()
            }
            _ => Vec::new(),
        };
        if by_content {
            outputs.read(|_, _| true);
        }
        let sources = sources(&before, &mut after, rules.as_ref(), by_content);
        let lists = Lists { outputs: outputs_of(&outputs, by_content), sources };
        let key = Key::load_or_make(&self.dir)?;
        self.key = OnceLock::from(Some(key));
        let seal = |part: &FreshPart| (part.name.clone(), part.digest.map(|d| key.seal(&d)));
        let head = Head {
            by_content,
            recorded: (now() / 1_000_000_000) as u64,
            key: key.mark(),
            parts: spec.parts.iter().flatten().map(seal).collect(),
            sources: summary(&after.survey, &lists.sources),
            outputs: summary(&outputs.survey, &lists.outputs),
        };
        let _guard = self.guard();
        if claim.map_or(Ok(false), |claim| claim.map(Claim::was_alone))? {
            Manifest::store(&self.path(spec), &head, &lists)?;
        }
        Ok(missing)
    }

    /// What is there now, also if it has been looked at before.
    fn look(&self, rules: &Rules) -> Seen {
        let taken = now();
        let survey = Index::default().survey(rules, threads());
        Seen { taken, survey, ..Seen::default() }
    }

    /// Stores what a check has found out, if nobody has begun to work since.
    pub(super) fn renew(&self, spec: &FreshSpec, head: &Head, lists: &Lists) {
        let path: PathBuf = self.path(spec);
        let _guard = self.guard();
        if path.exists() {
            // The old record is as true as the new one, only slower.
            let _ = Manifest::store(&path, head, lists);
        }
    }
}

/// The sources that a success stands for. `after` gets the digests it needs.
fn sources(before: &Seen, after: &mut Seen, outputs: Option<&Rules>, by_content: bool) -> Entries {
    let mut then = Entries::default();
    for (at, source) in before.survey.files().enumerate() {
        then.push(source, before.trust(&source.stat), before.digest(at));
    }
    if before.survey.digest() == after.survey.digest() {
        return then;
    }
    let moved: HashSet<usize> = pairs(&then, &after.survey)
        .filter_map(|pair| match pair {
            Pair::Both(entry, at, source) => (entry.stat != source.stat).then_some(at),
            Pair::Now(at, _) => Some(at),
            Pair::Then(_) => None,
        })
        .collect();
    let is_own = |path: PathBuf| outputs.is_some_and(|rules| rules.include(&path));
    if !moved.is_empty() {
        after.read(|at, _| moved.contains(&at));
    }
    let after = &*after;
    let moved_to = |then: Option<&Entry<'_>>, at, source: Source<'_>, to: &mut Entries| {
        let digest = after.digest(at);
        // Written again as it was: what the work saw is what is there.
        let same = digest.is_some() && then.is_some_and(|then| then.digest == digest);
        let settled = same || is_own(source.path());
        let trust = if settled { after.trust(&source.stat) } else { Trust::Moved };
        to.push(source, trust, digest.filter(|_| by_content || trust != Trust::Sound));
    };
    let mut entries = Entries::default();
    for pair in pairs(&then, &after.survey) {
        match pair {
            Pair::Both(entry, at, source) if !moved.contains(&at) => {
                entries.push(source, entry.trust, entry.digest);
            }
            Pair::Both(entry, at, source) => moved_to(Some(&entry), at, source, &mut entries),
            Pair::Now(at, source) => moved_to(None, at, source, &mut entries),
            Pair::Then(entry) if is_own(path(&entry)) => {}
            Pair::Then(entry) => entries.gone(&entry),
        }
    }
    entries
}

fn summary(survey: &Survey, entries: &Entries) -> Summary {
    Summary { count: survey.len() as u64, digest: survey.digest(), doubtful: entries.doubtful }
}

fn entries(seen: &Seen, trust: impl Fn(&Stat) -> Trust) -> Entries {
    let mut entries = Entries::default();
    for (at, source) in seen.survey.files().enumerate() {
        entries.push(source, trust(&source.stat), seen.digest(at));
    }
    entries
}

/// By time it only counts that they are there.
fn outputs_of(seen: &Seen, by_content: bool) -> Entries {
    entries(seen, |stat| if by_content { seen.trust(stat) } else { Trust::Sound })
}

/// A record like `old` of what has been found to be the same; nothing where it
/// would say no more.
pub(super) fn renewal(
    old: &Head,
    lists: &Lists,
    sources: &mut Seen,
    outputs: &mut Seen,
) -> Option<(Head, Lists)> {
    recall(&lists.sources, sources, old.by_content);
    sources.read_young();
    recall(&lists.outputs, outputs, old.by_content);
    let lists = Lists {
        sources: entries(sources, |stat| sources.trust(stat)),
        outputs: outputs_of(outputs, old.by_content),
    };
    let head = Head {
        sources: summary(&sources.survey, &lists.sources),
        outputs: summary(&outputs.survey, &lists.outputs),
        parts: old.parts.clone(),
        ..*old
    };
    let learned =
        |old: &Summary, new: &Summary| old.digest != new.digest || new.doubtful < old.doubtful;
    (learned(&old.sources, &head.sources) || learned(&old.outputs, &head.outputs))
        .then_some((head, lists))
}

/// Nanoseconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX))
}
