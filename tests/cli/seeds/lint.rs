//! The second document's list of mistakes in a release, found by `tasks validate`, and its good
//! patterns, in which nothing is found.
//!
//! | Lines | What | Test |
//! |---|---|---|
//! | 13-22, 152-158 | publishing without the build | `publishing_without_the_build` |
//! | 164-171 | wheels without an sdist | `wheels_without_an_sdist` |
//! | 179-189 | artifacts in several places | `artifacts_in_several_places` |
//! | 195-208 | an orchestrator that only prints | `an_orchestrator_that_only_prints` |
//! | 32-95, 118-141, 205-208, 233 | all phases linked, guards, the fixes | `the_good_patterns` |
//! | 215-223 | the checklist | `the_checklist` |

use crate::support::Project;

/// The warnings of our own rules: task, category and line.
#[track_caller]
fn finds(config: &str, expected: &[(&str, &str, u64)]) {
    let output =
        Project::new().file("mise.toml", config).mep(["tasks", "validate", "--json"]).run();
    let json: serde_json::Value = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}", output.transcript()));
    let issues = json["issues"].as_array().expect("a list").iter();
    let warnings = issues.filter(|issue| issue["severity"] == "warning");
    let row = |issue: &serde_json::Value| {
        let text = |key: &str| issue[key].as_str().unwrap_or_default().to_string();
        (text("task"), text("category"), issue["line"].as_u64().unwrap_or(0))
    };
    let found: Vec<_> = warnings.map(row).collect();
    let found: Vec<_> = found.iter().map(|(t, c, l)| (t.as_str(), c.as_str(), *l)).collect();
    assert_eq!(found, expected, "{config}\n{}", output.transcript());
}

#[test]
fn publishing_without_the_build() {
    let finding = [("release:pypi", "publish-without-build", 6)];
    finds(
        r#"# publish has no dependency on build
[tasks."release:build-all"]
depends = ["release:version"]
run = "maturin build --release"

[tasks."release:pypi"]
# No depends! Can run before build-all completes
run = "./scripts/publish-to-pypi.sh"
"#,
        &finding,
    );
    let block = r#"
# No depends: can run in any order
[tasks."release:build-all"]
run = "maturin build"

[tasks."release:pypi"]
run = "./scripts/publish-to-pypi.sh"
"#;
    finds(block, &finding);
    // The fix.
    let head = "[tasks.\"release:pypi\"]\n";
    let fixed = block.replace(head, &format!("{head}depends = [\"release:build-all\"]\n"));
    finds(&fixed, &[]);
}

#[test]
fn wheels_without_an_sdist() {
    let block = r#"# Only builds wheels, forgets source distribution
[tasks."release:build-all"]
run = """
mise run release:macos-arm64
mise run release:linux
"""
"#;
    finds(block, &[("release:build-all", "missing-sdist", 2)]);
    let fixed = block.replace("release:linux\n", "release:linux\nmise run release:sdist\n");
    finds(&fixed, &[]);
}

#[test]
fn artifacts_in_several_places() {
    let block = r#"# Wheels land in different directories
[tasks."release:macos-arm64"]
run = "maturin build"  # target/wheels/

[tasks."release:linux"]
run = "ssh remote 'maturin build' && scp remote:wheels/*.whl dist/"  # dist/

[tasks."release:pypi"]
run = "uv publish"  # Looks in dist/ only
"#;
    finds(
        block,
        &[
            ("release:macos-arm64", "artifact-scatter", 3),
            ("release:pypi", "publish-without-build", 8),
        ],
    );
    // The fix: everything is brought to one place.
    let fixed = block.replace("run = \"uv", "depends = [\"release:build-all\"]\nrun = \"uv");
    let all = r#"
[tasks."release:build-all"]
run = """
mise run release:macos-arm64 ::: release:linux
cp -n target/wheels/*.whl dist/
"""
"#;
    finds(&format!("{fixed}{all}"), &[("release:build-all", "missing-sdist", 12)]);
    let sdist = all.replace("cp -n", "maturin sdist\ncp -n");
    finds(&format!("{fixed}{sdist}"), &[]);
}

#[test]
fn an_orchestrator_that_only_prints() {
    let block = r#"# release:full just prints a message, doesn't enforce anything
[tasks."release:full"]
depends = ["release:postflight"]
run = "echo 'Done! Now run: mise run release:pypi'"
"#;
    finds(block, &[("release:full", "pass-through", 4)]);
    finds(
        r#"[tasks."release:full"]
depends = ["release:postflight", "release:pypi"]
run = "echo 'Released and published!'"
"#,
        &[],
    );
}

/// All phases, linked.
const LINKED: &str = r#"
[tasks."release:preflight"]
run = """
git update-index --refresh -q || true
[ -z "$(git status --porcelain)" ] || { echo "FAIL: dirty"; exit 1; }
[ "$(git branch --show-current)" = "main" ] || { echo "FAIL: not main"; exit 1; }
"""
[tasks."release:sync"]
depends = ["release:preflight"]
run = """
git pull --rebase origin main
git push origin main
"""
[tasks."release:version"]
depends = ["release:sync"]
run = "./scripts/semantic-release.sh"
[tasks."release:build-all"]
depends = ["release:version"]
run = """
mise run release:macos-arm64
mise run release:linux
mise run release:sdist
VERSION=$(grep '^version' Cargo.toml | head -1 | sed 's/.*= "\\(.*\\)"/\\1/')
cp -n target/wheels/*-${VERSION}-*.whl dist/ 2>/dev/null || true
cp -n target/wheels/*-${VERSION}.tar.gz dist/ 2>/dev/null || true
"""
[tasks.smoke]
depends = ["smoke:import", "smoke:process"]
[tasks."release:postflight"]
depends = ["smoke", "release:build-all"]
run = """
echo "Found $(find dist/ -name '*.whl' | wc -l | tr -d ' ') wheel(s)"
"""
[tasks."release:pypi"]
depends = ["release:build-all"]
run = "./scripts/publish-to-pypi.sh"
[tasks."release:full"]
depends = ["release:postflight", "release:pypi"]
run = "echo 'Release complete and published!'"
"#;

/// What the first block leaves out.
const PARTS: &str = r#"
[tasks."release:macos-arm64"]
run = "maturin build"
[tasks."release:linux"]
run = "ssh remote 'maturin build' && scp remote:wheels/*.whl target/wheels/"
[tasks."release:sdist"]
run = "maturin sdist"
[tasks."smoke:import"]
run = "python -c 'import x'"
[tasks."smoke:process"]
run = "python -m x"
"#;

/// Guards in the place of links.
const GUARDED: &str = r#"
[tasks._guard-version-bumped]
hide = true
run = """
TAG=$(git describe --tags --exact-match HEAD 2>/dev/null || true)
[ -n "$TAG" ] || { echo "FAIL: HEAD is not tagged. Run release:version first."; exit 1; }
"""
[tasks._guard-wheels-exist]
hide = true
run = """
VERSION=$(grep '^version' Cargo.toml | head -1 | sed 's/.*= "\\(.*\\)"/\\1/')
COUNT=$(find dist/ -name "*-${VERSION}-*.whl" 2>/dev/null | wc -l | tr -d ' ')
[ "$COUNT" -gt 0 ] || { echo "FAIL: No wheels for v${VERSION}. Run release:build-all first."; exit 1; }
"""
[tasks."release:pypi"]
depends = ["_guard-wheels-exist"]
run = "./scripts/publish-to-pypi.sh"
"#;

#[test]
fn the_good_patterns() {
    finds(LINKED, &[]);
    finds(&format!("{LINKED}{PARTS}"), &[]);
    finds(GUARDED, &[]);
    let build = "[tasks.\"release:build-all\"]\nrun = 'maturin build --sdist'\n";
    finds(&format!("{GUARDED}{build}"), &[]);
}

#[test]
fn the_checklist() {
    let all = format!("{LINKED}{PARTS}");
    let line = |of: &str| 1 + all[..all.find(of).expect("a line")].matches('\n').count() as u64;
    let without = |link: &str| all.replacen(link, "", 1);
    // Publishing depends on the build.
    let link = "depends = [\"release:build-all\"]\n";
    let pypi = ("release:pypi", "publish-without-build", line("[tasks.\"release:pypi\"]"));
    finds(&without(link), &[pypi]);
    // The build includes an sdist.
    let build = ("release:build-all", "missing-sdist", line("[tasks.\"release:build-all\"]"));
    finds(&without("mise run release:sdist\n"), &[build]);
    // The version is set before the build.
    let late = without("depends = [\"release:version\"]\n")
        .replace("[\"release:postflight\", ", "[\"release:version\", \"release:postflight\", ");
    finds(&late, &[("release:build-all", "late-version", line("[tasks.\"release:build-all\"]"))]);
    // Every guard is in use.
    let unused = GUARDED.replace("depends = [\"_guard-wheels-exist\"]\n", "");
    finds(
        &unused,
        &[
            ("_guard-version-bumped", "unreachable-hidden", 2),
            ("_guard-wheels-exist", "unreachable-hidden", 8),
        ],
    );
}
