//! `run --changed`: only what has changed sources since its last success.

use super::project;
use crate::support::Project;

const CONFIG: &str = r#"
[tasks.gen]
sources = ["in/*"]
outputs = ["out/gen"]
run = "cat in/* > out/gen"
[tasks.build]
depends = ["gen"]
sources = ["src/*"]
outputs = ["out/build"]
run = "cat src/* > out/build; echo built"
[tasks.deploy]
depends = ["build"]
run = "echo deployed"
[tasks.docs]
sources = ["docs/*"]
run = "echo docs"
[tasks.hidden]
hide = true
sources = ["docs/*"]
run = "echo hidden"
[tasks.plain]
run = "echo plain"
"#;

fn built() -> Project {
    let project = project(CONFIG).file("in/a", "").file("src/a", "").file("docs/a", "").dir("out");
    project.mep(["-q", "run", "-j1", "--changed"]).run().stdout("docs\nbuilt\n").code(0);
    project
}

#[test]
fn without_names_it_is_every_visible_task_with_sources() {
    let project = built();
    let skipped = "\
[build] sources up-to-date, skipping
[docs] sources up-to-date, skipping
[gen] sources up-to-date, skipping
";
    project.mep(["run", "--changed"]).run().stdout("").stderr(skipped).code(0);
    project.mep(["-q", "run", "--changed"]).run().stdout("").stderr("").code(0);
    project.touch("docs/a");
    project.mep(["-q", "run", "--changed"]).run().stdout("docs\n").stderr("").code(0);
}

#[test]
fn a_change_below_a_dependency_counts_and_brings_the_dependency() {
    let project = built();
    project.touch("in/a");
    let stderr = "\
[gen] $ cat in/* > out/gen
[build] $ cat src/* > out/build; echo built
[deploy] $ echo deployed
Finished in [t]
";
    let run = project.mep(["run", "--changed", "deploy"]).run();
    run.stdout("built\ndeployed\n").stderr(stderr).code(0);
}

#[test]
fn a_named_task_without_a_change_is_left_out_and_said_so() {
    let project = built();
    project.touch("docs/a");
    let stderr = "\
[deploy] nothing it needs has changed, skipping
[plain] nothing it needs has changed, skipping
[docs] $ echo docs
";
    let words = ["run", "--changed", "deploy", ":::", "plain", ":::", "docs"];
    project.mep(words).run().stdout("docs\n").stderr(stderr).code(0);
}

#[test]
fn a_failed_run_counts_as_no_success() {
    let failing = project("[tasks.a]\nsources = ['in']\nrun = 'echo a; exit $(cat in)'\n");
    failing.write("in", "3");
    failing.mep(["-q", "run", "--changed"]).run().stdout("a\n").code(3);
    failing.mep(["-q", "run", "--changed"]).run().stdout("a\n").code(3);
    failing.write("in", "0");
    failing.mep(["-q", "run", "--changed"]).run().stdout("a\n").code(0);
    failing.mep(["-q", "run", "--changed"]).run().stdout("").code(0);
    failing.mep(["-q", "run", "--changed", "-f"]).run().stdout("a\n").code(0);
}

#[test]
fn a_dry_run_shows_it_and_changes_nothing() {
    let project = built();
    project.touch("src/a");
    let stderr = "\
[docs] sources up-to-date, skipping
[gen] sources up-to-date, skipping
[gen] sources up-to-date, skipping
[build] $ cat src/* > out/build; echo built
";
    for _ in 0..2 {
        project.mep(["run", "-n", "--changed"]).run().stdout("").stderr(stderr).code(0);
    }
    project.mise(["run", "-q", "--changed", "build"]).run().stdout("built\n").code(0);
}

#[test]
fn an_unknown_name_is_still_a_mistake() {
    built().mep(["run", "--changed", "nope"]).run().stdout("").code(1);
}

#[test]
fn without_sources_there_is_nothing_to_compare() {
    let plain = project("[tasks]\na = 'echo a'\n");
    let notice = "Warning: no visible task has `sources`: there is nothing to compare\n";
    plain.mep(["run", "--changed"]).run().stdout("").stderr(notice).code(0);
}
