//! Tasks that write the same files, and tasks that read what others write,
//! with nothing between the two.

use std::collections::BTreeMap;

use super::Finding;
use crate::model::Lint;
use crate::plan::lint::ground::Ground;
use crate::plan::lint::patterns::Pattern;
use crate::plan::lint::told::parts;

/// The patterns of one task.
struct Files {
    sources: Vec<(Pattern, String)>,
    outputs: Vec<(Pattern, String)>,
}

impl Files {
    fn of(ground: &Ground<'_>, at: usize) -> Self {
        let facts = &ground.facts[at];
        let read = |texts: &[String]| {
            let all = |text: &String| {
                let patterns = Pattern::read(&facts.dir, text).into_iter();
                patterns.map(|pattern| (pattern, text.clone())).collect::<Vec<_>>()
            };
            texts.iter().flat_map(all).collect()
        };
        Self { sources: read(&facts.sources), outputs: read(&facts.outputs) }
    }

    /// It changes its own sources: a formatter, which is nobody's producer.
    fn works_in_place(&self) -> bool {
        self.outputs.iter().any(|(output, _)| self.sources.iter().any(|(s, _)| s.meets(output)))
    }
}

/// Outputs of all tasks by the directory that they lie in.
struct Outputs {
    by_base: BTreeMap<Vec<String>, Vec<(usize, Pattern, String)>>,
}

impl Outputs {
    fn of(files: &[Files]) -> Self {
        let mut by_base: BTreeMap<Vec<String>, Vec<_>> = BTreeMap::new();
        for (at, files) in files.iter().enumerate().filter(|(_, files)| !files.works_in_place()) {
            for (pattern, text) in files.outputs.iter().filter(|(p, _)| !p.excludes) {
                let entry = by_base.entry(pattern.base()).or_default();
                entry.push((at, pattern.clone(), text.clone()));
            }
        }
        Self { by_base }
    }

    /// Those that may meet a pattern.
    fn near(&self, pattern: &Pattern) -> Vec<&(usize, Pattern, String)> {
        let base = pattern.base();
        let above = (0..base.len()).filter_map(|n| self.by_base.get(&base[..n]));
        let below = self.by_base.range(base.clone()..).take_while(|(at, _)| at.starts_with(&base));
        above.chain(below.map(|(_, list)| list)).flatten().collect()
    }
}

fn all_files(ground: &Ground<'_>) -> Vec<Files> {
    ground.all().map(|at| Files::of(ground, at)).collect()
}

/// Two tasks that write the same files.
pub(super) fn overlapping_outputs(ground: &Ground<'_>) -> Vec<Finding> {
    let files = all_files(ground);
    let outputs = Outputs::of(&files);
    let mut found: Vec<Finding> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (a, mine) in files.iter().enumerate().filter(|(_, files)| !files.works_in_place()) {
        for (pattern, text) in mine.outputs.iter().filter(|(p, _)| !p.excludes) {
            for (b, other, theirs) in outputs.near(pattern) {
                let news = *b > a && pattern.meets(other) && !seen.contains(&(a, *b));
                if !news || ground.are_linked(a, *b) || are_variants(ground, a, *b) {
                    continue;
                }
                seen.insert((a, *b));
                let (mine, name) = (ground.name(a), ground.name(*b));
                let message = format!("`{mine}` and `{name}` both write {}", one(text, theirs));
                let tasks = [*b, a];
                found.push(
                    Finding::new(ground, Lint::OverlappingOutputs, &tasks, message).because(
                        "Side by side they write over each other, and each takes the other's files \
                     for its own and is skipped",
                        format!(
                            "give each outputs of its own, or add `{mine}` to `depends` of `{name}`"
                        ),
                    ),
                );
            }
        }
    }
    found
}

fn one(mine: &str, theirs: &str) -> String {
    if mine == theirs { format!("`{mine}`") } else { format!("`{mine}` (`{theirs}`)") }
}

/// `build` and `build:release`, `build:dev` and `build:prod`: one or the other
/// is run, unless something runs both.
fn are_variants(ground: &Ground<'_>, a: usize, b: usize) -> bool {
    let (x, y) = (parts(ground.name(a)), parts(ground.name(b)));
    let same = x.iter().filter(|part| y.contains(part)).count();
    same > 0 && same + 1 >= x.len().min(y.len()) && ground.above(a, b).is_none()
}

/// A task that reads what another makes, without waiting for it.
pub(super) fn unlinked_sources(ground: &Ground<'_>) -> Vec<Finding> {
    let files = all_files(ground);
    let outputs = Outputs::of(&files);
    let mut found: Vec<Finding> = Vec::new();
    for (a, mine) in files.iter().enumerate() {
        let mut seen = vec![a];
        for (source, text) in mine.sources.iter().filter(|(p, _)| !p.excludes) {
            if source.is_sweeping(&ground.facts[a].dir) {
                continue;
            }
            for (b, output, theirs) in outputs.near(source) {
                let left_out = || mine.sources.iter().any(|(p, _)| p.excludes && p.meets(output));
                if seen.contains(b) || !source.meets(output) || left_out() {
                    continue;
                }
                seen.push(*b);
                if ground.are_linked(a, *b) {
                    continue;
                }
                let (me, maker) = (ground.name(a), ground.name(*b));
                let what = if text == theirs { String::new() } else { format!(" (`{theirs}`)") };
                let message = format!("`{me}` reads `{text}`, which `{maker}` makes{what}");
                let tasks = [a, *b];
                found.push(Finding::new(ground, Lint::UnlinkedSources, &tasks, message).because(
                    "Nothing makes it wait: it may read what is half written or from last time",
                    format!("add `{maker}` to `depends` of `{me}`"),
                ));
            }
        }
    }
    found
}
