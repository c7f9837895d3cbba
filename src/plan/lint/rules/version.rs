//! The version is set after what carries it has been built, or beside it.

use super::Finding;
use super::crafts::{builder, publisher};
use crate::model::Lint;
use crate::plan::lint::ground::{Ground, Way};
use crate::plan::lint::told::{family, parts};
use crate::plan::script::Simple;

/// Programs that set a version, with the word that says so.
const BUMPS: [(&str, &str); 11] = [
    ("cargo", "set-version"),
    ("npm", "version"),
    ("pnpm", "version"),
    ("bump2version", ""),
    ("bumpversion", ""),
    ("bump-my-version", "bump"),
    ("bumpver", "update"),
    ("cz", "bump"),
    ("uv", "--bump"),
    ("poetry", "version"),
    ("standard-version", ""),
];

pub(super) fn find(ground: &Ground<'_>) -> Vec<Finding> {
    let bumps: Vec<usize> = ground.all().filter(|at| sets_version(ground, *at)).collect();
    let mut found = Vec::new();
    for bump in bumps {
        let late = |build: &usize| is_late(ground, bump, *build);
        let builds = ground.all().filter(|at| *at != bump && builder(ground, *at).is_some());
        let builds: Vec<usize> = builds.filter(late).collect();
        // Those that another build runs are right as soon as that one is.
        let inner = |at: &usize| builds.iter().any(|outer| ground.below(*outer).contains(at));
        for build in builds.iter().copied().filter(|at| !inner(at)) {
            let (me, version) = (ground.name(build), ground.name(bump));
            let message = match ground.below(bump).contains(&build) {
                true => format!("`{version}` sets the version after `{me}` has built"),
                false => {
                    format!("nothing makes `{me}` wait for `{version}`, which sets the version")
                }
            };
            let tasks = [build, bump];
            found.push(Finding::new(ground, Lint::LateVersion, &tasks, message).because(
                "What is built carries the version of last time",
                format!("add `{version}` to `depends` of `{me}`"),
            ));
        }
    }
    found
}

fn sets_version(ground: &Ground<'_>, at: usize) -> bool {
    let bumps = |simple: &Simple| {
        let word = |word: &str| word.is_empty() || simple.arguments().any(|has| has == word);
        BUMPS.iter().any(|(program, verb)| simple.program() == *program && word(verb))
    };
    let facts = &ground.facts[at];
    if facts.said.iter().any(|said| bumps(&said.simple)) {
        return true;
    }
    let name = parts(ground.name(at));
    let named = name.last().is_some_and(|last| matches!(last.as_str(), "version" | "bump"));
    let releases = |simple: &Simple| {
        let words = parts(&simple.words[0].text);
        words.iter().any(|word| matches!(word.as_str(), "release" | "bump" | "version"))
    };
    named && facts.said.iter().any(|said| releases(&said.simple))
}

/// Something releases both, and the build does not wait for the version.
fn is_late(ground: &Ground<'_>, bump: usize, build: usize) -> bool {
    if ground.below(build).contains(&bump)
        || family(ground.name(bump)) != family(ground.name(build))
    {
        return false;
    }
    let releases = |at: &usize| {
        let below = ground.below(*at);
        let both = below.contains(&bump) && below.contains(&build);
        both && (publisher(ground, *at).is_some()
            || below.iter().any(|other| publisher(ground, *other).is_some()))
    };
    ground.all().any(|at| releases(&at)) && !waits(ground, bump, build, &mut Vec::new())
}

/// A task that ends the run where the version has not been set.
fn guards(ground: &Ground<'_>, at: usize, bump: usize) -> bool {
    let facts = &ground.facts[at];
    let name = ground.name(bump);
    facts.can_refuse() && facts.commands().any(|simple| simple.text().contains(name))
}

/// Whoever runs the build has run what sets the version before it; what stands
/// beside it in `depends` is not before it.
fn waits(ground: &Ground<'_>, bump: usize, build: usize, seen: &mut Vec<usize>) -> bool {
    // Had it not been so there, this would not be asked.
    if seen.contains(&build) {
        return true;
    }
    seen.push(build);
    let gets =
        |to: usize| to == bump || ground.below(to).contains(&bump) || guards(ground, to, bump);
    let mut callers = 0;
    for at in ground.all() {
        for (way, _) in ground.facts[at].needs.iter().filter(|(_, to)| *to == build) {
            let before = |other: &Way| match (way, other) {
                (Way::Step(_), Way::Depends) => true,
                (Way::Step(mine), Way::Step(other)) => other < mine,
                _ => false,
            };
            let needs = &ground.facts[at].needs;
            let ordered = needs.iter().any(|(other, to)| before(other) && gets(*to));
            callers += 1;
            if !ordered && !waits(ground, bump, at, seen) {
                return false;
            }
        }
    }
    callers > 0
}
