//! What the lint of the graph warns of, and what it is silent about.

use super::project;
use crate::support::Project;

/// The findings of a project: task, category and line.
fn found(project: &Project) -> Vec<(String, String, u64)> {
    let output = project.mep(["tasks", "validate", "--json"]).run();
    let json: serde_json::Value = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}", output.transcript()));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let issues = json["issues"].as_array().expect("a list").iter();
    let warnings = issues.filter(|issue| issue["severity"] == "warning");
    let row = |issue: &serde_json::Value| {
        (text(&issue["task"]), text(&issue["category"]), issue["line"].as_u64().unwrap_or(0))
    };
    warnings.map(row).collect()
}

#[track_caller]
fn finds(config: &str, expected: &[(&str, &str, u64)]) {
    let found = found(&project(config));
    let found: Vec<_> = found.iter().map(|(t, c, l)| (t.as_str(), c.as_str(), *l)).collect();
    assert_eq!(found, expected, "{config}");
}

#[test]
fn two_tasks_that_write_the_same_files() {
    let writes = |more: &str| {
        format!(
            "[tasks.styles]\nsources = ['css']\noutputs = ['dist/**']\nrun = 'sass'\n\
             [tasks.pages]\nsources = ['md']\noutputs = ['dist/index.html']\nrun = 'pages'\n{more}"
        )
    };
    finds(&writes(""), &[("styles", "overlapping-outputs", 1)]);
    for silent in [
        "depends = ['styles']\n",
        "wait_for = ['styles']\n",
        "[tasks.all]\nrun = [{ task = 'pages' }, { task = 'styles' }]\n",
    ] {
        finds(&writes(silent), &[]);
    }
    finds(
        &writes("[tasks.all]\ndepends = ['pages', 'styles']\n"),
        &[("styles", "overlapping-outputs", 1)],
    );
}

#[test]
fn variants_and_formatters_write_the_same_files_on_purpose() {
    finds(
        "[tasks.build]\noutputs = ['dist']\nrun = 'tsc'\n\
         [tasks.'build:release']\noutputs = ['dist']\nrun = 'tsc -p .'\n\
         [tasks.fmt]\nsources = ['src/**']\noutputs = ['src/**']\nrun = 'fmt'\n\
         [tasks.sort]\nsources = ['src/**']\noutputs = ['src/**']\nrun = 'sort'\n",
        &[],
    );
    finds(
        "[tasks.'build:a']\noutputs = ['dist']\nrun = 'a'\n\
         [tasks.'build:b']\noutputs = ['dist']\nrun = 'b'\n\
         [tasks.build]\ndepends = ['build:*']\n",
        &[("build:b", "overlapping-outputs", 4)],
    );
}

#[test]
fn a_task_that_reads_what_nothing_makes_it_wait_for() {
    let reads = |more: &str| {
        format!(
            "[tasks.generate]\noutputs = ['src/gen/{{a,b}}.ts']\nrun = 'gen'\n\
             [tasks.build]\nsources = ['src/**/*.ts']\nrun = 'tsc'\n{more}"
        )
    };
    finds(&reads(""), &[("build", "unlinked-sources", 4)]);
    for silent in [
        "depends = ['generate']\n",
        "wait_for = ['generate']\n",
        "depends = ['middle']\n[tasks.middle]\ndepends = ['generate']\n",
        "[tasks.all]\nrun = 'mise run generate && mise run build'\n",
    ] {
        finds(&reads(silent), &[]);
    }
    // Patterns that mean all of a project mean no maker in particular.
    finds(
        "[tasks.build]\noutputs = ['dist/**']\nrun = 'x'\n\
         [tasks.lint]\nsources = ['**/*', '*.md']\nrun = 'y'\n\
         [tasks.test]\nsources = ['dist/x', '!dist/**']\nrun = 'z'\n",
        &[],
    );
}

#[test]
fn an_orchestrator_that_tells_what_to_run_next() {
    let tells = |text: &str| {
        format!(
            "[tasks.build]\nrun = 'uv build'\n[tasks.upload]\ndepends = ['build']\nrun = 'uv publish'\n\
             [tasks.ship]\ndepends = ['build']\nrun = '''\necho start\n{text}\n'''\n"
        )
    };
    let finding = [("ship", "pass-through", 10)];
    for text in [
        "echo \"Now run: mise run upload\"",
        "printf 'then `mep run upload`\\n'",
        "cat <<E\nNow mise run upload\nE",
    ] {
        finds(&tells(text), &finding);
    }
    for text in
        ["mise run upload", "echo done", "true && echo 'mise run upload'", "echo 'mise run build'"]
    {
        finds(&tells(text), &[]);
    }
    // What a person starts when it is wanted is no part of a pipeline.
    finds(
        "[tasks.install]\nrun = 'x'\n[tasks.dev]\nrun = 'y'\n[tasks.test]\nrun = 'z'\n\
         [tasks.setup]\ndepends = ['install']\n\
         run = \"echo 'Ready: mise run dev, or mise run test'\"\n",
        &[],
    );
}

#[test]
fn something_is_published_that_nothing_builds() {
    let publishes = |run: &str, more: &str| {
        format!("[tasks.build]\nrun = 'uv build'\n[tasks.publish]\nrun = \"{run}\"\n{more}")
    };
    for run in [
        "uv publish",
        "sudo -u me twine upload dist/*",
        "doppler run -- uv publish",
        "bash -c 'uv publish'",
        "./scripts/publish-to-pypi.sh",
        "python scripts/publish.py",
    ] {
        finds(&publishes(run, ""), &[("publish", "publish-without-build", 3)]);
    }
    for run in [
        "uv build && uv publish",
        "uv publish --dry-run",
        "mise run build && uv publish",
        "echo uv publish",
        "cargo publish",
        "semantic-release",
        "docker push image",
    ] {
        finds(&publishes(run, ""), &[]);
    }
    for more in [
        "depends = ['build']\n",
        "depends = ['check']\n[tasks.check]\ndepends = ['build']\n",
        "depends = ['guard']\n[tasks.guard]\nrun = '[ -d dist ] || exit 1'\n",
        "depends = ['guard']\n[tasks.guard]\nrun = 'x || { echo run build first; exit 1; }'\n",
        "depends = ['../other:build']\n",
    ] {
        finds(&publishes("uv publish", more), &[]);
    }
    // A guard that looks at something else is none.
    let guard = "depends = ['clean']\n[tasks.clean]\nrun = 'git diff --quiet || exit 1'\n";
    finds(&publishes("uv publish", guard), &[("publish", "publish-without-build", 3)]);
    // What is published without a build in the project is built elsewhere.
    finds("[tasks.publish]\nrun = 'uv publish'\n", &[]);
}

#[test]
fn what_is_only_safe_when_another_task_runs_it() {
    let publishes = |more: &str| {
        format!(
            "[tasks.build]\nrun = 'uv build'\n[tasks.publish]\nrun = 'uv publish'\n{more}\
             [tasks.release]\nrun = [{{ task = 'build' }}, {{ task = 'publish' }}]\n"
        )
    };
    finds(&publishes(""), &[("publish", "unsafe-standalone", 3)]);
    finds(&publishes("hide = true\n"), &[]);
    finds(&publishes("depends = ['build']\n"), &[]);
}

#[test]
fn npm_builds_what_its_hooks_say() {
    let config = "[tasks.build]\nrun = 'npm run build'\n[tasks.publish]\nrun = 'npm publish'\n";
    finds(config, &[("publish", "publish-without-build", 3)]);
    let hooked = project(config).file("package.json", "{\"scripts\": {\"prepack\": \"tsc\"}}");
    assert_eq!(found(&hooked), []);
}

#[test]
fn hidden_tasks_that_nothing_reaches() {
    let hides = |more: &str| {
        format!(
            "[tasks._check]\nhide = true\nalias = '_c'\nrun = 'x'\n[tasks.a]\nrun = 'y'\n{more}"
        )
    };
    finds(&hides(""), &[("_check", "unreachable-hidden", 1)]);
    for named in [
        "depends = ['_check']\n",
        "depends = ['_c*']\n",
        "wait_for = ['_check']\n",
        "depends_post = ['_check']\n",
        "[tasks.b]\nrun = 'mise run _check'\n",
        "[tasks.b]\nrun = 'mise run \"_$KIND\"'\n",
        "[tasks.b]\nrun = '''\n#!/usr/bin/env python3\nrun(\"mise\", \"run\", \"_check\")\n'''\n",
        "[tasks.b]\nrun = 'echo \"mise run _c\"'\n",
        "[hooks]\nenter = 'mise run _check'\n",
    ] {
        finds(&hides(named), &[]);
    }
    let named = project(&hides("")).file("package.json", "{\"scripts\": {\"x\": \"mise _check\"}}");
    assert_eq!(found(&named), []);
    let named = project(&hides("")).executable("mise-tasks/b", "#!/bin/sh\nmise run _check\n");
    assert_eq!(found(&named), []);
    // A file of helpers is for others.
    finds("[tasks._check]\nhide = true\nrun = 'x'\n", &[]);
}

#[test]
fn wheels_without_a_source_distribution() {
    let builds = |calls: &str| {
        format!(
            "[tasks.'wheel:linux']\nrun = 'maturin build'\n[tasks.'wheel:macos']\nrun = 'maturin build'\n\
             [tasks.sdist]\nrun = 'maturin sdist'\n[tasks.build-all]\n{calls}\n"
        )
    };
    let finding = [("build-all", "missing-sdist", 7)];
    finds(&builds("depends = ['wheel:linux', 'wheel:macos']"), &finding);
    finds(&builds("run = 'mise run wheel:linux ::: wheel:macos'"), &finding);
    finds(&builds("depends = ['wheel:*', 'sdist']"), &[]);
    finds(&builds("depends = ['wheel:*']\nrun = 'uv build --sdist'"), &[]);
    finds(&builds("depends = ['wheel:*']\n[tasks.release]\ndepends = ['build-all', 'sdist']"), &[]);
    // Nothing of Python.
    finds(
        "[tasks.linux]\nrun = 'go build'\n[tasks.macos]\nrun = 'go build'\n\
         [tasks.build-all]\ndepends = ['linux', 'macos']\n",
        &[],
    );
}

#[test]
fn artifacts_where_nobody_looks() {
    let lands = |build: &str, publish: &str| {
        format!(
            "[tasks.build]\nrun = '{build}'\n[tasks.publish]\ndepends = ['build']\nrun = '{publish}'\n"
        )
    };
    let finding = [("build", "artifact-scatter", 2)];
    finds(&lands("maturin build", "uv publish"), &finding);
    finds(&lands("maturin build --out wheels", "uv publish"), &finding);
    finds(&lands("uv build", "twine upload wheels/*"), &finding);
    for (build, publish) in [
        ("maturin build -o dist", "uv publish"),
        ("maturin build", "uv publish target/wheels/*"),
        ("maturin build && cp target/wheels/*.whl dist/", "uv publish"),
        ("uv build", "twine upload dist/*.whl"),
        ("uv build --out-dir $DIR", "uv publish"),
    ] {
        finds(&lands(build, publish), &[]);
    }
}

#[test]
fn a_version_that_is_set_too_late() {
    let release = |bump: &str, build: &str, run: &str| {
        format!(
            "[tasks.bump]\nrun = 'bump-my-version bump'\n{bump}\n[tasks.build]\nrun = 'uv build'\n{build}\n\
             [tasks.publish]\ndepends = ['build']\nrun = 'uv publish'\n[tasks.release]\n{run}\n"
        )
    };
    let finding = [("build", "late-version", 4)];
    finds(&release("", "", "depends = ['bump', 'publish']"), &finding);
    finds(&release("depends = ['build']", "", "depends = ['bump', 'publish']"), &finding);
    finds(&release("", "depends = ['bump']", "depends = ['publish']"), &[]);
    // A project that only bumps by hand.
    finds(&release("", "", "depends = ['publish']"), &[]);
}

#[test]
fn each_warning_can_be_turned_off() {
    let config = "[tasks.build]\nrun = 'uv build'\n[tasks.publish]\nrun = 'uv publish'\n";
    for own in [
        "[tasks.publish]\nlint = ['-publish-without-build']\n",
        "lint = ['-publish-without-build']\n",
        "[tasks.build]\nlint = ['-late-version', '-publish-without-build']\n",
    ] {
        assert_eq!(found(&project(config).file("mep.toml", own)), [], "{own}");
    }
    let inline = format!("{config}[_.mep.tasks.publish]\nlint = ['-publish-without-build']\n");
    finds(&inline, &[]);
    let other = "[tasks.publish]\nlint = ['-missing-sdist']\n";
    assert_eq!(found(&project(config).file("mep.toml", other)).len(), 1);
}

#[test]
fn a_warning_is_told_with_its_reason_and_the_next_step() {
    let config = "[tasks.build]\nrun = 'uv build'\n[tasks.publish]\nrun = 'uv publish'\n";
    let page = "
2 task(s) validated with 1 issue(s):

  ⚠ 1 warning(s)

Task: publish
  ⚠ `publish` publishes, and nothing below it runs `build` [publish-without-build]
      Run by itself it finds nothing to publish, or publishes what is left of last time
      at mise.toml:3
      help: add `build`, or a guard that looks for what it makes, to `depends` of `publish`

";
    let project = project(config);
    project.mep(["tasks", "validate"]).run().stdout(page).stderr("").code(0);
    let fine = "✓ All 2 task(s) validated successfully\n";
    project.mep(["tasks", "validate", "--errors-only"]).run().stdout(fine).code(0);
    project.mise(["tasks", "validate"]).run().stdout(fine).stderr("").code(0);
    let other = "✓ All 1 task(s) validated successfully\n";
    project.mep(["tasks", "validate", "build"]).run().stdout(other).code(0);
}
