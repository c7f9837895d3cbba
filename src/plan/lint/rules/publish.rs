//! Something is published, and nothing sees to it that it has been built.

use std::sync::Arc;

use super::Finding;
use super::crafts::{Craft, builder, publisher};
use crate::model::Lint;
use crate::plan::lint::ground::Ground;
use crate::plan::lint::told::{family, parts};

/// A publisher without a way to a build, the build, and who puts the two in
/// order, if anybody does.
struct Loose {
    at: usize,
    build: usize,
    caller: Option<usize>,
}

fn loose(ground: &Ground<'_>) -> Vec<Loose> {
    let builders: Vec<(usize, Craft)> =
        ground.all().filter_map(|at| Some((at, builder(ground, at)?))).collect();
    let mut found = Vec::new();
    for at in ground.all() {
        let Some(craft) = publisher(ground, at) else {
            continue;
        };
        let fits = |(build, made): &&(usize, Craft)| {
            let (me, other) = (family(ground.name(at)), family(ground.name(*build)));
            let same_kind = *made == craft || *made == Craft::Any || craft == Craft::Any;
            let near = me == other || ((me.is_empty() || other.is_empty()) && *made == craft);
            let here = Arc::ptr_eq(&ground.task(at).root, &ground.task(*build).root);
            *build != at && same_kind && near && here && !ground.below(*build).contains(&at)
        };
        let candidates: Vec<(usize, Craft)> = builders.iter().filter(fits).copied().collect();
        let below = ground.below(at);
        let built = builders.iter().any(|(build, made)| {
            below.contains(build) && (*made == craft || *made == Craft::Any || craft == Craft::Any)
        });
        let guarded = below.iter().any(|guard| guards(ground, *guard, &candidates));
        if built || guarded || builds_elsewhere(ground, at) || packs_itself(ground, at, craft) {
            continue;
        }
        let Some(build) = best(ground, at, &candidates) else {
            continue;
        };
        let called = candidates.iter().find_map(|(build, _)| ground.puts_in_order(*build, at));
        found.push(Loose { at, build, caller: called });
    }
    found
}

/// A task that ends the run where what is to be published has not been built.
fn guards(ground: &Ground<'_>, at: usize, builds: &[(usize, Craft)]) -> bool {
    const FILES: [&str; 8] =
        ["dist", ".whl", ".tar.gz", ".tgz", ".gem", "target/", "build/", "artifact"];
    let facts = &ground.facts[at];
    facts.can_refuse()
        && facts.commands().any(|simple| {
            let text = simple.text();
            let names = |at: &usize| text.contains(ground.name(*at));
            FILES.iter().any(|file| text.contains(file))
                || builds.iter().any(|(build, _)| names(build))
        })
}

/// Something below it names a build that is not one of this project.
fn builds_elsewhere(ground: &Ground<'_>, at: usize) -> bool {
    let below = ground.below(at);
    let mut names = below.iter().chain([&at]).flat_map(|at| &ground.facts[*at].elsewhere);
    names.any(|name| {
        parts(name).iter().any(|part| matches!(part.as_str(), "build" | "package" | "dist"))
    })
}

/// `npm publish` runs what package.json says before it packs.
fn packs_itself(ground: &Ground<'_>, at: usize, craft: Craft) -> bool {
    let hooks = ["\"prepublishOnly\"", "\"prepack\"", "\"prepare\""];
    let text = || std::fs::read_to_string(ground.facts[at].dir.join("package.json"));
    craft == Craft::Node && text().is_ok_and(|text| hooks.iter().any(|hook| text.contains(hook)))
}

/// The build that most likely makes it.
fn best(ground: &Ground<'_>, at: usize, builds: &[(usize, Craft)]) -> Option<usize> {
    let score = |build: &usize| {
        let words = parts(ground.name(*build));
        let has = |word: &str| words.iter().any(|part| part == word);
        let near = family(ground.name(*build)) == family(ground.name(at));
        (near, has("build") && has("all"), has("build"), !ground.task(*build).hide)
    };
    let builds = builds.iter().map(|(build, _)| *build);
    builds.rev().max_by_key(score)
}

/// Nothing builds what the task publishes.
pub(super) fn find(ground: &Ground<'_>) -> Vec<Finding> {
    let alone = loose(ground).into_iter().filter(|loose| loose.caller.is_none());
    let finding = |Loose { at, build, .. }| {
        let (me, build_name) = (ground.name(at), ground.name(build));
        let message = format!("`{me}` publishes, and nothing below it runs `{build_name}`");
        Finding::new(ground, Lint::PublishWithoutBuild, &[at, build], message).because(
            "Run by itself it finds nothing to publish, or publishes what is left of last time",
            format!("add `{build_name}`, or a guard that looks for what it makes, to `depends` of `{me}`"),
        )
    };
    alone.map(finding).collect()
}

/// Only another task runs the build before it.
pub(super) fn unsafe_standalone(ground: &Ground<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for Loose { at, build, caller } in loose(ground) {
        let Some(caller) = caller.filter(|_| !ground.task(at).hide) else {
            continue;
        };
        let (me, build, caller) = (ground.name(at), ground.name(build), ground.name(caller));
        let message = format!("`{me}` is only safe when `{caller}` runs it, after `{build}`");
        let lint = Lint::UnsafeStandalone;
        found.push(Finding::new(ground, lint, &[at], message).because(
            "Run by itself it publishes what is left of last time, or finds nothing",
            format!("add `{build}` to `depends` of `{me}`, or hide it (`hide = true`)"),
        ));
    }
    found
}
