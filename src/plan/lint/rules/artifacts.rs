//! What a release of a Python package is made of: an sdist beside the wheels,
//! and all of it where the publisher looks.

use super::Finding;
use super::crafts::{Craft, builder, copies, lands_in, looks_in};
use crate::model::Lint;
use crate::plan::lint::ground::{Ground, Said};
use crate::plan::lint::told::{family, parts};
use crate::plan::script::Simple;

/// Words of names that mean one of several platforms.
const PLATFORMS: [&str; 15] = [
    "macos", "darwin", "osx", "linux", "windows", "win", "win32", "win64", "musllinux",
    "manylinux", "musl", "arm64", "aarch64", "x86", "amd64",
];

/// A task that builds the wheels of all platforms, and no sdist.
pub(super) fn missing_sdist(ground: &Ground<'_>) -> Vec<Finding> {
    if !is_python(ground) {
        return Vec::new();
    }
    let gathers = |at: &usize| {
        let words = parts(ground.name(*at));
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        has(&["build", "all", "dist", "artifacts"]) && !has(&["wheel", "wheels"])
    };
    let mut found = Vec::new();
    for at in ground.all().filter(gathers) {
        let platforms = called(ground, at).iter().filter(|name| is_platform(name)).count();
        let around = ground.all().filter(|above| ground.below(*above).contains(&at));
        let sdist = makes_sdist(ground, at) || around.into_iter().any(|at| makes_sdist(ground, at));
        if platforms < 2 || sdist {
            continue;
        }
        let me = ground.name(at);
        let message = format!("`{me}` builds wheels for platforms, and no sdist");
        found.push(Finding::new(ground, Lint::MissingSdist, &[at], message).because(
            "Who is on another platform cannot install the package",
            format!("let `{me}` build the source distribution as well"),
        ));
    }
    found
}

/// Names of the tasks that a task depends on or calls, also of those that are
/// not there.
fn called(ground: &Ground<'_>, at: usize) -> Vec<String> {
    let facts = &ground.facts[at];
    let needs = facts.needs.iter().map(|(_, to)| ground.name(*to).to_string());
    let calls = facts.calls.iter().map(|(_, name)| name.clone());
    let mut all: Vec<String> = needs.chain(calls).collect();
    all.sort();
    all.dedup();
    all
}

fn is_platform(name: &str) -> bool {
    parts(name).iter().any(|part| PLATFORMS.contains(&part.as_str()))
}

/// The project makes a Python package.
fn is_python(ground: &Ground<'_>) -> bool {
    let words = ["wheel", "maturin", "pypi", "sdist", ".whl"];
    ground.all().any(|at| builder(ground, at) == Some(Craft::Python))
        || ground.project.home().join("pyproject.toml").is_file()
        || ground.project.nearest_root().is_some_and(|root| {
            root.files.iter().any(|file| words.iter().any(|word| file.text.contains(word)))
        })
}

/// It, or something below it, makes a source distribution.
fn makes_sdist(ground: &Ground<'_>, at: usize) -> bool {
    let makes = |at: usize| {
        let facts = &ground.facts[at];
        let called = called(ground, at).iter().any(|name| name.contains("sdist"));
        called || ground.name(at).contains("sdist") || facts.commands().any(command_makes_sdist)
    };
    makes(at) || ground.below(at).iter().any(|at| makes(*at))
}

fn command_makes_sdist(simple: &Simple) -> bool {
    let has = |word: &str| simple.arguments().any(|other| other == word);
    if simple.arguments().any(|word| word.contains("sdist")) || simple.program().contains("sdist") {
        return true;
    }
    // These make both, unless they are told not to.
    let both = matches!(simple.program(), "uv" | "poetry" | "hatch" | "flit" | "pdm")
        && has("build")
        || (has("-m") && has("build"));
    both && !has("--wheel") && !has("-w") && !simple.text().contains("format wheel")
}

/// A task whose files land where the publisher does not look.
pub(super) fn scatter(ground: &Ground<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for publisher in ground.all() {
        let Some(looks) = ground.facts[publisher].commands().find_map(looks_in) else {
            continue;
        };
        for maker in ground.all().filter(|maker| is_of_release(ground, publisher, *maker)) {
            for said in &ground.facts[maker].said {
                let Some(lands) = lands_in(&said.simple).filter(|dir| !looks.contains(dir)) else {
                    continue;
                };
                // Elsewhere, or in a place that only a run knows.
                if is_remote(ground, maker, said) || lands.contains(['*', '$', '{']) {
                    continue;
                }
                if !ground.all().any(|at| brings(ground, at, &lands, &looks)) {
                    found.push(stray(ground, publisher, maker, said, &lands, &looks[0]));
                }
            }
        }
    }
    found
}

fn stray(
    ground: &Ground<'_>,
    publisher: usize,
    maker: usize,
    said: &Said,
    lands: &str,
    looks: &str,
) -> Finding {
    let (me, to) = (ground.name(maker), ground.name(publisher));
    let message = format!("`{me}` builds into `{lands}`, and `{to}` looks in `{looks}`");
    let mut finding = Finding::new(ground, Lint::ArtifactScatter, &[maker, publisher], message)
        .because(
            "What it builds is not published",
            format!("build into `{looks}`, or copy everything there before `{to}` runs"),
        );
    finding.issue = finding.issue.at(&ground.place(maker, said));
    finding
}

/// Both belong to one release.
fn is_of_release(ground: &Ground<'_>, publisher: usize, maker: usize) -> bool {
    let (me, other) = (family(ground.name(publisher)), family(ground.name(maker)));
    let near = !me.is_empty() && me == other;
    near || publisher == maker || ground.below(publisher).contains(&maker)
}

/// The command is one that another machine gets.
fn is_remote(ground: &Ground<'_>, at: usize, said: &Said) -> bool {
    let before = ground.facts[at].said.iter().filter(|other| other.simple.at == said.simple.at);
    before.into_iter().any(|other| other.simple.program() == "ssh")
}

/// The task brings what is in one directory to one of the others.
fn brings(ground: &Ground<'_>, at: usize, from: &str, to: &[String]) -> bool {
    ground.facts[at].commands().filter_map(copies).any(|(sources, target)| {
        let into = to.iter().any(|dir| target == *dir || target.starts_with(&format!("{dir}/")));
        into && sources.iter().any(|source| source.starts_with(from))
    })
}
