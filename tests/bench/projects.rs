//! The workloads: what each is, and its files for every tool, from one description.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// One thing to measure.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// Runs in one measurement, so that short ones are well above the clock's steps.
    pub(crate) repeat: u32,
    /// Makes the project.
    pub(crate) write: fn(&Path) -> io::Result<()>,
    pub(crate) kind: Kind,
}

/// What the tools are asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Run the task `all`: so many processes, so many at a time.
    Run { processes: usize, jobs: usize },
    /// Print the names of so many tasks.
    List(usize),
    /// Find out that the task `all` is up to date.
    Fresh,
    /// Pass on so many lines of the task `all`.
    Lines(usize),
}

/// Sources of the workload `fresh`, and how many of them lie in one directory.
const SOURCES: usize = 20_000;
const IN_ONE_DIRECTORY: usize = 100;
/// Lines of the workload `output`.
const LINES: usize = 300_000;
/// Where they are.
pub(crate) const TEXT: &str = "text";
/// Where the sources are.
pub(crate) const SRC: &str = "src";

pub(crate) fn workloads() -> [Workload; 6] {
    let run = |processes, jobs| Kind::Run { processes, jobs };
    [
        Workload { name: "start-up", repeat: 30, write: |root| tasks(root, 1, 1), kind: run(1, 1) },
        Workload {
            name: "listing",
            repeat: 10,
            write: |root| tasks(root, 1_000, 1_000),
            kind: Kind::List(1_001),
        },
        Workload {
            name: "wide",
            repeat: 1,
            write: |root| tasks(root, 1_000, 1_000),
            kind: run(1_000, 2),
        },
        Workload { name: "deep", repeat: 1, write: |root| tasks(root, 500, 1), kind: run(500, 2) },
        Workload { name: "fresh", repeat: 3, write: sources, kind: Kind::Fresh },
        Workload { name: "output", repeat: 1, write: lines, kind: Kind::Lines(LINES) },
    ]
}

/// So many tasks `true` in layers of that width, each on one of the layer before, and `all` on
/// those of the last layer. A single one is called `all` itself.
fn tasks(root: &Path, count: usize, width: usize) -> io::Result<()> {
    let [mut toml, mut make, mut ninja, mut just] = [const { String::new() }; 4];
    ninja.push_str("rule run\n  command = $cmd\n");
    let mut add = |name: &str, needs: &[String], body: &str| -> std::fmt::Result {
        let quoted: Vec<String> = needs.iter().map(|need| format!("\"{need}\"")).collect();
        writeln!(toml, "[tasks.{name}]\ndepends = [{}]\nrun = \"{body}\"", quoted.join(", "))?;
        writeln!(make, ".PHONY: {name}\n{name}: {}\n\t@{body}", needs.join(" "))?;
        writeln!(ninja, "build {name}: run {}\n  cmd = {body}", needs.join(" "))?;
        writeln!(just, "{name}: {}\n\t@{body}", needs.join(" "))
    };
    let name = |at: usize| if count == 1 { "all".to_owned() } else { format!("t{at}") };
    let mut done = Ok(());
    for at in 0..count {
        let needs: Vec<String> = at.checked_sub(width).map(name).into_iter().collect();
        done = done.and_then(|()| add(&name(at), &needs, "true"));
    }
    if count > 1 {
        let last: Vec<String> = (count - width..count).map(name).collect();
        done = done.and_then(|()| add("all", &last, "true"));
    }
    done.map_err(io::Error::other)?;
    fs::write(root.join("mise.toml"), toml)?;
    fs::write(root.join("Makefile"), make)?;
    fs::write(root.join("build.ninja"), ninja)?;
    fs::write(root.join("justfile"), just)
}

/// One task with many sources.
fn sources(root: &Path) -> io::Result<()> {
    for at in 0..SOURCES {
        let dir = root.join(SRC).join((at / IN_ONE_DIRECTORY).to_string());
        if at % IN_ONE_DIRECTORY == 0 {
            fs::create_dir_all(&dir)?;
        }
        fs::write(dir.join(format!("{at}.txt")), "source\n")?;
    }
    let task = "[tasks.all]\nsources = [\"src/**/*.txt\"]\nrun = \"echo ran >> runs\"\n";
    fs::write(root.join("mise.toml"), task)?;
    // Without the search for rules that could make a source.
    fs::write(
        root.join("Makefile"),
        "MAKEFLAGS += -r\nstamp: $(wildcard src/*/*.txt)\n\t@echo ran >> runs; touch stamp\nall: stamp\n.PHONY: all\n",
    )
}

/// One task that prints a file.
fn lines(root: &Path) -> io::Result<()> {
    let mut text = String::new();
    for at in 0..LINES {
        writeln!(text, "line {at} of the output of a task").map_err(io::Error::other)?;
    }
    fs::write(root.join(TEXT), text)?;
    fs::write(root.join("mise.toml"), "[tasks.all]\nrun = \"cat text\"\n")
}
