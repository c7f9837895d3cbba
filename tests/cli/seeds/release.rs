//! The second document: how a release is put together.
//!
//! | Lines | What | Test |
//! |---|---|---|
//! | 13-22 | publishing that does not depend on the build | `what_is_not_linked_runs_alone` |
//! | 24 | `run release:pypi` before `run release:build-all` | `what_is_not_linked_runs_alone` |
//! | 32-95 | all phases, linked | `a_release_runs_all_phases_in_order`, `each_phase_brings_what_it_needs`, `a_release_stops_at_the_first_mistake` |
//! | 99-103 | the graph of it | `the_graph_is_the_one_that_is_drawn` |
//! | 118-141 | guards instead of links | `a_guard_says_what_to_run_first` |
//! | 151-158 | publishing without the build, again | `what_is_not_linked_runs_alone` |
//! | 164-171 | a build that starts two other tasks | `tasks_start_others_from_a_script` |
//! | 179-189 | artifacts in several places | `a_comment_behind_a_command_and_quotes_in_quotes` |
//! | 195-208 | an orchestrator that only prints, and one that links | `an_orchestrator_runs_what_it_links` |

use super::{Seed, each, says};

const UNLINKED: &str = r#"
# publish has no dependency on build
[tasks."release:build-all"]
depends = ["release:version"]
run = "maturin build --release"

[tasks."release:pypi"]
# No depends! Can run before build-all completes
run = "./scripts/publish-to-pypi.sh"

[tasks."release:version"]
run = "echo 1.0.0"
"#;

#[test]
fn what_is_not_linked_runs_alone() {
    each(UNLINKED, "maturin", |seed| {
        let script =
            "#!/bin/sh\n[ -e wheel ] || { echo 'no wheels found'; exit 1; }\necho published\n";
        seed.project.write_executable("scripts/publish-to-pypi.sh", script);
        seed.run("run release:pypi").code(1).stdout("no wheels found\n");
        seed.called(&[]);
        seed.stub("maturin", "touch wheel");
        seed.run("run -q release:build-all").code(0);
        seed.called(&["maturin build --release"]);
        says(&seed.run("run release:pypi"), "published\n");
    });
}

const LINKED: &str = r#"
# Phase 1: Preflight
[tasks."release:preflight"]
description = "Validate prerequisites"
run = """
git update-index --refresh -q || true
[ -z "$(git status --porcelain)" ] || { echo "FAIL: dirty"; exit 1; }
[ "$(git branch --show-current)" = "main" ] || { echo "FAIL: not main"; exit 1; }
"""

# Phase 2: Sync
[tasks."release:sync"]
description = "Synchronize with remote"
depends = ["release:preflight"]
run = """
git pull --rebase origin main
git push origin main
"""

# Phase 3a: Version bump
[tasks."release:version"]
description = "Bump version via semantic-release"
depends = ["release:sync"]
run = "./scripts/semantic-release.sh"

# Phase 3b: Build (after version bump sets new version)
[tasks."release:build-all"]
description = "Build all platform artifacts"
depends = ["release:version"]
run = """
mise run release:macos-arm64
mise run release:linux
mise run release:sdist
# Consolidate artifacts to dist/
VERSION=$(grep '^version' Cargo.toml | head -1 | sed 's/.*= "\\(.*\\)"/\\1/')
cp -n target/wheels/*-${VERSION}-*.whl dist/ 2>/dev/null || true
cp -n target/wheels/*-${VERSION}.tar.gz dist/ 2>/dev/null || true
"""

# Phase 4: Smoke test (runs after build)
[tasks.smoke]
description = "Verify built artifacts"
depends = ["smoke:import", "smoke:process"]

# Phase 5: Postflight verification
[tasks."release:postflight"]
description = "Verify release state"
depends = ["smoke", "release:build-all"]
run = """
echo "Found $(find dist/ -name '*.whl' | wc -l | tr -d ' ') wheel(s)"
"""

# Phase 6: Publish (depends on build — CRITICAL)
[tasks."release:pypi"]
description = "Publish to PyPI"
depends = ["release:build-all"]
run = "./scripts/publish-to-pypi.sh"

# Orchestrator: single command for everything
[tasks."release:full"]
description = "Full release: version → build → smoke → publish"
depends = ["release:postflight", "release:pypi"]
run = "echo 'Release complete and published!'"
"#;

/// What the document leaves to the reader: the builds themselves and the smoke tests.
const REST: &str = r#"
[tasks."release:macos-arm64"]
run = "maturin macos && touch target/wheels/x-1.2.0-macos.whl"
[tasks."release:linux"]
run = "maturin linux && touch target/wheels/x-1.2.0-linux.whl"
[tasks."release:sdist"]
run = "maturin sdist && touch target/wheels/x-1.2.0.tar.gz"
[tasks."smoke:import"]
depends = ["release:build-all"]
run = "python import"
[tasks."smoke:process"]
depends = ["release:build-all"]
run = "python process"
"#;

const BUILT: [&str; 10] = [
    "git update-index --refresh -q",
    "git status --porcelain",
    "git branch --show-current",
    "git pull --rebase origin main",
    "git push origin main",
    "version",
    "maturin macos",
    "maturin linux",
    "maturin sdist",
    "publish",
];

fn linked(story: impl Fn(&Seed)) {
    each(&format!("{LINKED}{REST}"), "maturin python", |seed| {
        git(seed, "main", "");
        seed.project.write("Cargo.toml", "[package]\nversion = \"1.2.0\"\n");
        for dir in ["target/wheels", "dist", "scripts"] {
            seed.project.make_dir(dir);
        }
        for (link, program) in [("semantic-release", "version"), ("publish-to-pypi", "publish")] {
            seed.stub(program, "");
            let target = format!("../bin/{program}");
            seed.project.make_link(&format!("scripts/{link}.sh"), &target);
        }
        story(seed);
    });
}

/// A `git` that knows a branch and whether something was changed.
fn git(seed: &Seed, branch: &str, changed: &str) {
    seed.stub(
        "git",
        &format!("case $1 in branch) echo {branch};; status) printf '{changed}';; esac"),
    );
}

#[test]
fn a_release_runs_all_phases_in_order() {
    linked(|seed| {
        let output = seed.run("run release:full");
        output.code(0);
        let said = ["[release:postflight] Found 2 wheel(s)\n", "Release complete and published!\n"];
        let places = said.map(|text| output.stdout.find(text));
        assert!(places[0].is_some() && places[0] < places[1], "{}", output.transcript());
        let calls = seed.calls();
        assert_eq!(calls[..9], BUILT[..9]);
        let mut rest = calls[9..].to_vec();
        rest.sort();
        assert_eq!(rest, ["publish", "python import", "python process"]);
        for file in ["dist/x-1.2.0-macos.whl", "dist/x-1.2.0-linux.whl", "dist/x-1.2.0.tar.gz"] {
            assert!(seed.project.exists(file), "{file}");
        }
    });
}

#[test]
fn each_phase_brings_what_it_needs() {
    linked(|seed| {
        seed.run("run release:pypi").code(0);
        seed.called(&BUILT);
        seed.run("run release:build-all").code(0);
        seed.called(&BUILT[..9]);
    });
}

#[test]
fn a_release_stops_at_the_first_mistake() {
    linked(|seed| {
        git(seed, "topic", "");
        seed.run("run release:full").code(1).stdout("[release:preflight] FAIL: not main\n");
        seed.called(&BUILT[..3]);
        git(seed, "main", " M file");
        seed.run("run release:pypi").code(1).stdout("FAIL: dirty\n");
        seed.called(&BUILT[..2]);
    });
}

#[test]
fn the_graph_is_the_one_that_is_drawn() {
    linked(|seed| {
        let output = seed.run("tasks deps release:full");
        output.code(0).stdout(
            "release:full
├── release:pypi
│   └── release:build-all
│       └── release:version
│           └── release:sync
│               └── release:preflight
└── release:postflight
    ├── release:build-all
    │   └── release:version
    │       └── release:sync
    │           └── release:preflight
    └── smoke
        ├── smoke:process
        │   └── release:build-all
        │       └── release:version
        │           └── release:sync
        │               └── release:preflight
        └── smoke:import
            └── release:build-all
                └── release:version
                    └── release:sync
                        └── release:preflight
",
        );
        seed.called(&[]);
    });
}

const GUARDED: &str = r#"
# Guard: check that version was bumped (artifact exists)
[tasks._guard-version-bumped]
hide = true
run = """
TAG=$(git describe --tags --exact-match HEAD 2>/dev/null || true)
[ -n "$TAG" ] || { echo "FAIL: HEAD is not tagged. Run release:version first."; exit 1; }
"""

# Guard: check that wheels exist
[tasks._guard-wheels-exist]
hide = true
run = """
VERSION=$(grep '^version' Cargo.toml | head -1 | sed 's/.*= "\\(.*\\)"/\\1/')
COUNT=$(find dist/ -name "*-${VERSION}-*.whl" 2>/dev/null | wc -l | tr -d ' ')
[ "$COUNT" -gt 0 ] || { echo "FAIL: No wheels for v${VERSION}. Run release:build-all first."; exit 1; }
"""

# Publish with guard (not depends on build)
[tasks."release:pypi"]
description = "Publish to PyPI (requires pre-built wheels)"
depends = ["_guard-wheels-exist"]
run = "./scripts/publish-to-pypi.sh"
"#;

#[test]
fn a_guard_says_what_to_run_first() {
    each(GUARDED, "publish", |seed| {
        seed.project.write("Cargo.toml", "version = \"3.1.4\"\n");
        seed.project.make_link("scripts/publish-to-pypi.sh", "../bin/publish");
        let output = seed.run("run release:pypi");
        output.code(1).stdout("FAIL: No wheels for v3.1.4. Run release:build-all first.\n");
        seed.project.write("dist/x-3.1.3-linux.whl", "");
        seed.run("run release:pypi").code(1);
        seed.called(&[]);
        seed.project.write("dist/x-3.1.4-linux.whl", "");
        says(&seed.run("run release:pypi"), "");
        seed.called(&["publish"]);

        seed.stub("git", "exit 128");
        let output = seed.run("run _guard-version-bumped");
        output.code(1).stdout("FAIL: HEAD is not tagged. Run release:version first.\n");
        seed.stub("git", "echo v3.1.4");
        says(&seed.run("run _guard-version-bumped"), "");
        assert!(!seed.run("tasks ls").stdout.contains("_guard"));
    });
}

#[test]
fn tasks_start_others_from_a_script() {
    let config = r#"
[tasks."release:build-all"]
run = """
mise run release:macos-arm64
mise run release:linux
"""
[tasks."release:macos-arm64"]
run = "echo macos"
[tasks."release:linux"]
run = "echo linux"
"#;
    each(config, "", |seed| {
        says(&seed.run("run release:build-all"), "macos\nlinux\n");
    });
}

#[test]
fn a_comment_behind_a_command_and_quotes_in_quotes() {
    let config = r#"
[tasks."release:macos-arm64"]
run = "maturin build"  # → target/wheels/

[tasks."release:linux"]
run = "ssh remote 'maturin build' && scp remote:wheels/*.whl dist/"  # → dist/

[tasks."release:pypi"]
run = "uv publish"  # Looks in dist/ only
"#;
    each(config, "maturin ssh scp uv", |seed| {
        for task in ["release:macos-arm64", "release:linux", "release:pypi"] {
            says(&seed.run(&format!("run {task}")), "");
        }
        seed.called(&[
            "maturin build",
            "ssh remote maturin build",
            "scp remote:wheels/*.whl dist/",
            "uv publish",
        ]);
    });
}

#[test]
fn an_orchestrator_runs_what_it_links() {
    let phases = "[tasks.\"release:postflight\"]\nrun = \"echo checked\"\n\
                  [tasks.\"release:pypi\"]\nrun = \"echo published\"\n";
    let prints = r#"
[tasks."release:full"]
depends = ["release:postflight"]
run = "echo 'Done! Now run: mise run release:pypi'"
"#;
    each(&format!("{phases}{prints}"), "", |seed| {
        let output = seed.run("run -q -j1 release:full");
        says(&output, "checked\nDone! Now run: mise run release:pypi\n");
    });
    let links = r#"
[tasks."release:full"]
depends = ["release:postflight", "release:pypi"]
run = "echo 'Released and published!'"
"#;
    each(&format!("{phases}{links}"), "", |seed| {
        let output = seed.run("run -q -j1 release:full");
        says(&output, "checked\npublished\nReleased and published!\n");
    });
}
