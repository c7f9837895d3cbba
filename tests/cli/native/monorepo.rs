//! Monorepos as mep: our own verbs, keys and names in them, and what is not read.

use std::io::Write;

use super::project;
use super::watch::{edit, watching};
use crate::support::{CTRL_C, End, OnTerminal, Project};

const ROOT: &str = "\
monorepo_root = true
[monorepo]
config_roots = ['a', 'b']
[tasks.x]
run = 'echo rx'
sources = ['mise.toml']
";

fn repository() -> Project {
    project(ROOT)
        .file(
            "a/mise.toml",
            "[tasks.x]\nalias = 'ex'\nrun = 'echo ax'\nsources = ['s']\ndepends = ['//b:y']\n\
             [tasks.flaky]\nrun = 'test -e ok || { touch ok; exit 1; }'\n\
             [tasks.pick]\nusage = 'arg \"<n>\" { choices \"one\" \"two\" }'\nrun = 'echo $usage_n'\n",
        )
        .file("a/s", "1")
        .file("b/mise.toml", "[tasks.y]\nrun = 'echo by'\n[tasks.z]\nrun = 'echo bz'\nsources = ['mise.toml']\n")
}

#[track_caller]
fn says(project: &Project, dir: &str, line: &str, stdout: &str) {
    project.mep(line.split(' ')).cwd(dir).run().stdout(stdout).code(0);
}

/// A task is the same one wherever we stand.
#[test]
fn freshness_and_records_are_those_of_the_whole() {
    let project = repository();
    says(&project, "", "-q run //a:x", "by\nax\n");
    says(&project, "a", "-q run x", "by\n");
    says(&project, "b", "-q run //a:x", "by\n");
    let why = project.mep(["why", "//a:x"]).run();
    assert!(why.stdout.starts_with("//a:x is up to date\n"), "{}", why.transcript());
    let last = project.mep(["last", "--list"]).cwd("b").run();
    assert_eq!(last.code(0).stdout.lines().count(), 3, "{}", last.transcript());
    says(&project, "b", "-q rerun", "by\n");
}

/// Also where the way to it has directories of its own on PATH, and vars.
#[test]
fn what_is_configured_is_the_same_from_everywhere() {
    let project = project(&format!("{ROOT}[env]\n_.path = 'bin'\nO = 'r'\n[vars]\nv = 'r'\n"))
        .file(
            "a/mise.toml",
            "[env]\n_.path = 'bin'\nO = 'a'\n[vars]\nw = '{{vars.v}}'\n\
             [tasks.x]\nrun = 'echo ax {{vars.w}} $O'\nsources = ['mise.toml']\n",
        )
        .file("b/mise.toml", "[env]\n_.path = 'bin'\nB = '1'\n[vars]\nv = 'b'\n");
    says(&project, "", "-q run //a:x", "ax r a\n");
    for dir in ["a", "b", ""] {
        says(&project, dir, "-q run //a:x", "");
        says(&project, dir, "-q run //a:x ::: //:x", if dir == "a" { "[//:x] rx\n" } else { "" });
    }
    project.write("b/mise.toml", "[env]\nB = '2'\n[vars]\nz = 'b'\n");
    says(&project, "b", "-q run //a:x", "");
}

#[test]
fn a_place_is_found_from_everywhere() {
    let project = repository().executable("b/mise-tasks/f.sh", "#!/bin/sh\n");
    says(&project, "a", "which x", "//a:x  mise.toml:1\n");
    says(&project, "", "which //a:x", "//a:x  a/mise.toml:1\n");
    says(&project, "", "which //b:f", "//b:f  b/mise-tasks/f.sh:1\n");
    says(&project, "", "tasks edit -p //b:y", "[P]/b/mise.toml\n");
}

#[test]
fn our_own_keys_mean_the_tasks_of_their_directory() {
    let project = repository()
        .file("a/mep.toml", "[tasks.flaky]\nretry = 1\n")
        .file("mep.toml", "[tasks.'//b:y']\nallow_failure = true\n");
    for (dir, word) in [("", "//a:flaky"), ("a", "flaky")] {
        project.mep(["-q", "run", word]).cwd(dir).run().code(0);
        project.remove("a/ok");
    }
    project.mep(["-q", "run", "//b:y"]).run().stdout("by\n").stderr("").code(0);
    let gone = repository().file("a/mep.toml", "[tasks.gone]\nretry = 1\n");
    let stderr = gone.mep(["-q", "run", "//b:y"]).run().code(0).stderr.clone();
    assert!(stderr.contains("there is no task `//a:gone` for the keys it is given"), "{stderr}");
}

#[test]
fn changed_means_the_projects_near_to_us_or_all() {
    let project = repository();
    says(&project, "a", "-q run -j1 -o interleave --changed", "rx\nby\nax\n");
    says(&project, "a", "-q run --changed --all", "bz\n");
    says(&project, "a", "-q run --changed --all", "");
}

#[test]
fn templates_of_a_project_are_its_own() {
    let project = repository().file(
        "a/mise.toml",
        "[task_templates.t]\nrun = 'echo filled'\n[tasks.ok]\nextends = 't'\n[tasks.gone]\nextends = 'no'\n",
    );
    says(&project, "b", "-q run //a:ok", "filled\n");
    let listed = project.mep(["tasks", "--all", "--name-only"]).run();
    listed.stdout("//:x\n//a:gone\n//a:ok\n//b:y\n//b:z\n").code(1);
    let gone = project.mep(["run", "//a:gone"]).run();
    let text = "task `gone` extends `no`, which is not a template";
    assert!(gone.code(1).stderr.contains(text), "{}", gone.transcript());
}

#[test]
fn a_project_that_needs_a_newer_mise_is_left_out() {
    let project =
        repository().file("b/mise.toml", "min_version = '2099.1.1'\n[tasks.y]\nrun = 'true'\n");
    says(&project, "", "-q run x", "rx\n");
    let refused = project.mep(["run", "//b:y"]).run();
    assert!(refused.code(1).stderr.contains("2099.1.1"), "{}", refused.transcript());
}

#[test]
fn tasks_from_outside_are_known_by_their_names() {
    let project =
        repository().file("../home/.config/mise/config.toml", "[tasks.g]\nrun = 'echo g'\n");
    let info = project.mep(["tasks", "info", "g"]).cwd("a").run();
    assert!(info.code(0).stdout.starts_with("Task: g\n"), "{}", info.transcript());
    says(&project, "a", "tasks deps g", "g\n");
}

#[test]
fn all_needs_somebody_to_ask() {
    let stderr = "Error: `--all` asks which task to run, and there is nobody to ask\n  \
                  help: name a task; `mep tasks --all` lists them\n";
    repository().mep(["run", "--all"]).run().stdout("").stderr(stderr).code(1);
    let stderr =
        "Error: `--all` is for picking a task, and `x` names one\n  help: leave one of them out\n";
    repository().mep(["run", "--all", "x"]).run().stdout("").stderr(stderr).code(2);
    repository().mise(["run", "--all", "x"]).run().stdout("").code(2);
}

#[test]
fn a_task_is_picked_from_what_is_near_or_from_all() {
    let root =
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['b']\n[tasks.x]\nrun = 'echo rx'\n";
    let made = || project(root).file("b/mise.toml", "[tasks.y]\nrun = 'echo by'\n");
    let project = made();
    let mut near = OnTerminal::mep(&project, ["run"]).start();
    near.pictures("run\n❯ //:x\n1/1 · Enter run · Tab mark · Esc leave");
    near.type_keys("\r").ends(End::Exited(0));
    near.pictures("$ mep run //:x\n[//:x] $ echo rx\nrx");
    let project = made();
    let mut all = OnTerminal::mep(&project, ["run", "--all"]).start();
    all.pictures("run\n❯ //:x\n  //b:y\n2/2 · Enter run · Tab mark · Esc leave");
    all.type_keys("y").pictures("run y\n❯ //b:y\n1/2 · Enter run · Tab mark · Esc leave");
    all.type_keys("\r").ends(End::Exited(0));
    all.pictures("$ mep run //b:y\n[//b:y] $ echo by\nby");
}

#[test]
fn names_that_go_without_saying_are_completed() {
    let project = repository();
    for (line, expected) in [
        ("mep run pi", "pick\n"),
        ("mep run pick ", "one\ntwo\n"),
        ("mep run //a:p", "//a:pick\n"),
        ("mep run //a:e", "//a:ex\n"),
        ("mep run e", "ex\n"),
        ("mep //b:y ::: //b:", "//b:y\n//b:z\n"),
    ] {
        let asked =
            project.mep(["__complete_word__", "--shell", "fish", "--line", line]).cwd("a").run();
        asked.stdout(expected).code(0);
    }
}

#[test]
fn stubs_are_those_of_the_project_we_stand_in() {
    let project = repository();
    project.mep(["generate", "task-stubs"]).cwd("a").run().code(0);
    assert_eq!(
        project.read("a/bin/x"),
        "#!/bin/sh\n# generated by mise task-stubs\nexec mep run //a:x \"$@\""
    );
    assert!(!project.exists("a/bin/y") && project.exists("a/bin/pick"));
    let stdout = "[//a:pick] $ echo $usage_n\ntwo\n";
    project.shell("../a/bin/pick two").cwd("b").run().stdout(stdout).code(0);
}

#[test]
fn scripts_that_call_tasks_by_short_names_are_understood() {
    let project = project(
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['a']\n\
         [tasks.all]\nrun = [\"mise run //a:x\", { task = '//a:h' }]\n\
         [tasks.hid]\nhide = true\nrun = 'echo'\n",
    )
    .file(
        "a/mise.toml",
        "[tasks.x]\nrun = 'mise run h2; mise run //:hid'\n\
         [tasks.h]\nhide = true\nrun = 'echo'\n[tasks.h2]\nhide = true\nrun = 'echo'\n\
         [tasks.h3]\nhide = true\nrun = 'echo'\n",
    );
    says(&project, "", "tasks validate", "✓ All 2 task(s) validated successfully\n");
    let here = project.mep(["tasks", "validate"]).cwd("a").run();
    let lines: Vec<&str> =
        here.stdout.lines().filter(|line| line.contains("nothing runs it")).collect();
    let expected = "  ⚠ `//a:h3` is hidden, and nothing runs it [unreachable-hidden]";
    assert_eq!(lines, [expected], "{}", here.transcript());
}

#[test]
fn a_plan_has_full_names() {
    let plan = repository().mep(["plan", "//a:x"]).run();
    assert!(plan.code(0).stdout.contains("//b:y"), "{}", plan.transcript());
    let json = repository().mep(["tasks", "deps", "--json", "x"]).cwd("a").run();
    assert!(json.code(0).stdout.contains("\"task\": \"//b:y\""), "{}", json.transcript());
}

#[test]
fn a_task_of_another_project_is_watched() {
    let project = repository();
    let mut terminal = watching(&project, &["//a:x"]);
    terminal.expect("Waiting for changes\n");
    edit(&project, "a/s", "2");
    terminal.expect("a/s changed: running //a:x\n").expect("Waiting for changes\n");
    edit(&project, "a/mise.toml", "[tasks.x]\nrun = 'echo new'\nsources = ['s']\n");
    terminal.expect("echo new\n").expect("Waiting for changes\n");
    terminal.type_keys(CTRL_C).ends(End::Killed(nix::sys::signal::Signal::SIGINT));
}

/// Where no root is, and where only what is near is asked for, nothing is looked for.
#[test]
fn other_projects_are_not_read_for_nothing() {
    if !crate::queries::can_trace() {
        let _ = std::io::stderr().write_all(b"SKIPPED (no strace): what is read of a monorepo\n");
        return;
    }
    let plain = repository().file("mise.toml", "[tasks.x]\nrun = 'echo rx'\n");
    for (project, line, reads) in [
        (&plain, "mep run x", false),
        (&plain, "mep tasks ls --all", false),
        (&repository(), "mep tasks", false),
        (&repository(), "mep env", false),
        (&repository(), "mep tasks --all", true),
        (&repository(), "mep run x", true),
    ] {
        project.shell(&format!("strace -f -qq -e trace=%file -o ../calls {line}")).run().code(0);
        let calls = project.read("../calls");
        assert_eq!(calls.contains("/b/mise.toml"), reads, "{line}");
    }
}
