//! `examples/release`: the pipeline from nothing to the index, its guards, a run that was
//! interrupted, and the repository around it, of which no byte changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use walkdir::WalkDir;

use super::{copy, copy_to, in_order, names, prints};
use crate::support::{CTRL_C, End, OnTerminal, Project, Run, fork_or_write};

const ARTIFACTS: [&str; 3] = [
    "tally-0.2.0-py3-none-macosx_11_0_arm64.whl",
    "tally-0.2.0-py3-none-manylinux_2_17_x86_64.whl",
    "tally-0.2.0.tar.gz",
];

/// What git says while it pulls.
const GIT: &str = "[release:sync] ";

const SCRATCH: &str = "[_scratch] Made .scratch/work, a clone of .scratch/origin.git";

/// The lines of `release:full` from the build on.
fn build_and_publish(published: &str) -> Vec<String> {
    let mut lines = vec![
        "[smoke:import] OK: import".to_owned(),
        "[smoke:process] OK: process".to_owned(),
        "[release:postflight] Found 2 wheel(s)".to_owned(),
        "[release:full] Release complete and published!".to_owned(),
    ];
    for artifact in ARTIFACTS {
        lines.push(format!("[release:build-all] Built {artifact}"));
        lines.push(format!("[release:pypi] {published}: {artifact}"));
    }
    lines
}

fn full(project: &Project) -> Run<'_> {
    project.mep(["run", "release:full"])
}

/// All files below a directory, with their contents and times.
fn snapshot(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let entries = WalkDir::new(dir).into_iter().map(|entry| entry.expect("it can be read"));
    let files = entries.filter(|entry| entry.file_type().is_file());
    let state = |entry: walkdir::DirEntry| {
        let time = entry.metadata().map_err(Into::into).and_then(|data| data.modified());
        let bytes = fs::read(entry.path());
        (entry.into_path(), (bytes.expect("it can be read"), time.expect("it has a time")))
    };
    files.map(state).collect()
}

#[test]
fn a_release_runs_from_nothing_to_the_index_in_order() {
    let project = copy("release");
    let output = full(&project).run();
    let lines = build_and_publish("Published");
    let first = [SCRATCH, "[release:version] Released v0.2.0 (was v0.1.0)"];
    prints(&output, GIT, lines.iter().map(String::as_str).chain(first));
    let start =
        ["_scratch", "release:preflight", "release:sync", "release:version", "release:build-all"];
    for end in [&["smoke:import"], &["smoke:process"]] {
        let way = [&start[..], end, &["release:postflight", "release:full"]].concat();
        in_order(&output, &way);
    }
    in_order(&output, &[&start[..], &["release:pypi", "release:full"]].concat());
    assert_eq!(names(&project, ".scratch/index"), ARTIFACTS);
}

#[test]
fn a_second_release_publishes_nothing_new() {
    let project = copy("release");
    full(&project).run().code(0);
    let index = snapshot(&project.path(".scratch/index"));
    let refs = git(&project, ".scratch/origin.git", &["for-each-ref"]);
    let output = full(&project).run();
    let lines = build_and_publish("Already published");
    let first = ["[release:version] Nothing to release since v0.2.0"];
    prints(&output, GIT, lines.iter().map(String::as_str).chain(first));
    assert_eq!(snapshot(&project.path(".scratch/index")), index);
    assert_eq!(git(&project, ".scratch/origin.git", &["for-each-ref"]), refs);
}

#[test]
fn what_a_part_of_the_release_needs_comes_with_it() {
    let project = copy("release");
    let output = project.mep(["run", "release:pypi"]).run();
    output.code(0);
    let ends = "Built tally-0.2.0-py3-none-macosx_11_0_arm64.whl
Built tally-0.2.0-py3-none-manylinux_2_17_x86_64.whl
Built tally-0.2.0.tar.gz
Published: tally-0.2.0-py3-none-macosx_11_0_arm64.whl
Published: tally-0.2.0-py3-none-manylinux_2_17_x86_64.whl
Published: tally-0.2.0.tar.gz
";
    let begins = "Made .scratch/work, a clone of .scratch/origin.git\n";
    assert!(output.stdout.starts_with(begins), "{}", output.transcript());
    assert!(output.stdout.ends_with(ends), "{}", output.transcript());
    assert!(!output.stdout.contains("OK: "), "smoke tests as well\n{}", output.transcript());
    assert_eq!(names(&project, ".scratch/index"), ARTIFACTS);
}

#[test]
fn a_guard_refuses_one_phase_without_the_ones_before() {
    let project = copy("release");
    let output = project.mep(["run", "release:pypi-only"]).run();
    output.code(1).stdout(
        "Made .scratch/work, a clone of .scratch/origin.git\n\
         FAIL: No wheels for v0.1.0. Run release:build-all first.\n",
    );
    assert!(!project.exists(".scratch/index"));
    let output = project.mep(["run", "release:build-only"]).run();
    output.code(1).stdout("FAIL: HEAD is not tagged. Run release:version first.\n");
    assert!(!project.exists(".scratch/work/target"));
}

#[test]
fn another_commit_is_worth_another_release() {
    let project = copy("release");
    full(&project).run().code(0);
    let output = project.mep(["run", "demo:commit", "fix: a typo"]).run();
    output.code(0);
    assert!(output.stdout.ends_with(" fix: a typo\n"), "{}", output.transcript());
    let output = project.mep(["run", "release:pypi"]).run();
    output.code(0);
    assert!(output.stdout.contains("Released v0.2.1 (was v0.2.0)\n"), "{}", output.transcript());
    assert_eq!(names(&project, ".scratch/index").len(), 6);
    let output = project.mep(["run", "release:build-only"]).run();
    prints(
        &output,
        "",
        ARTIFACTS
            .map(|name| format!("Built {}", name.replace("0.2.0", "0.2.1")))
            .iter()
            .map(String::as_str),
    );
    project.mep(["run", "release:pypi-only"]).run().code(0);
    project.mep(["run", "release:status"]).run().code(0).stdout(
        "version:            0.2.1
last tag:           v0.2.1
unreleased commits: 0
artifacts:
  tally-0.2.1-py3-none-macosx_11_0_arm64.whl
  tally-0.2.1-py3-none-manylinux_2_17_x86_64.whl
  tally-0.2.1.tar.gz
published:
  tally-0.2.1-py3-none-macosx_11_0_arm64.whl
  tally-0.2.1-py3-none-manylinux_2_17_x86_64.whl
  tally-0.2.1.tar.gz
",
    );
}

#[test]
fn a_release_is_refused_where_the_clone_is_dirty_or_on_another_branch() {
    let project = copy("release");
    project.mep(["run", "_scratch"]).run().code(0);
    project.write(".scratch/work/README.md", "changed\n");
    let output = project.mep(["run", "release:sync"]).run();
    output.code(1).stdout("README.md: needs update\nFAIL: dirty\n");
    git(&project, ".scratch/work", &["checkout", "-q", "-f", "-b", "other"]);
    let output = project.mep(["run", "release:sync"]).run();
    output.code(1).stdout("FAIL: not main\n");
}

// ---- interrupted ------------------------------------------------------------

/// Ctrl-C just before a line of a script, and then the whole release again.
fn interrupted_before(script: &str, line: &str) {
    let project = copy("release");
    let hold = "[ -z \"${HOLD:-}\" ] || { echo holding >&2; read -r _ <\"$HOLD\"; }";
    let text = project.read(script);
    assert_eq!(text.matches(line).count(), 1, "`{line}` in {script}:\n{text}");
    project.write_executable(script, &text.replace(line, &format!("{hold}\n{line}")));
    mkfifo(&project.path("hold"), Mode::S_IRWXU).expect("a fresh project takes a fifo");

    let run = OnTerminal::mep(&project, ["run", "release:full"]).env("HOLD", "[P]/hold");
    let mut terminal = run.start();
    terminal.expect("holding\n").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.leaves_nobody();
    let screen = terminal.screen();
    assert!(!screen.contains("Release complete"), "{screen}");

    full(&project).run().code(0);
    assert_eq!(names(&project, ".scratch"), ["index", "origin.git", "work"]);
    assert_eq!(names(&project, ".scratch/index"), ARTIFACTS);
    let subjects = git(&project, ".scratch/origin.git", &["log", "--format=%s%d", "main"]);
    assert_eq!(
        subjects,
        "chore(release): v0.2.0 (HEAD -> main, tag: v0.2.0)\nfeat: add the mean\n\
         chore: import tally (tag: v0.1.0)\n"
    );
}

#[test]
fn a_release_that_was_interrupted_while_a_build_ran_is_finished_by_the_next() {
    interrupted_before("project/scripts/build-wheel.sh", "sleep 0.2 # compiling");
}

#[test]
fn a_release_that_was_interrupted_while_the_clone_was_made_is_finished_by_the_next() {
    interrupted_before("scratch.sh", "  git -C \"$first\" push -q");
    interrupted_before("scratch.sh", "git clone -q");
}

#[test]
fn a_release_that_was_interrupted_while_the_version_was_bumped_is_finished_by_the_next() {
    let script = "project/scripts/semantic-release.sh";
    interrupted_before(script, "git commit -q -m");
    interrupted_before(script, "git tag \"v$next\"");
    interrupted_before(script, "git push -q --atomic origin main \"v$next\"");
}

#[test]
fn a_release_that_was_interrupted_while_it_published_is_finished_by_the_next() {
    interrupted_before("project/scripts/publish-to-pypi.sh", "  mv \"$index/.$name.part\"");
}

// ---- the repository around it -----------------------------------------------

/// Runs git in a directory of the project, with nobody's settings but the repository's.
#[track_caller]
fn git(project: &Project, dir: &str, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command
        .args(["-c", "user.name=A Developer", "-c", "user.email=developer@example.com"])
        .args(args)
        .current_dir(project.path(dir))
        .env_clear()
        .envs(project.layout().environment())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = {
        let _guard = fork_or_write();
        command.spawn().expect("git is installed")
    };
    let output = child.wait_with_output().expect("the child is ours to wait for");
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "git {args:?}: {}\n{stdout}{stderr}", output.status);
    stdout
}

/// A repository with a history, a tag, a branch, a remote and the example in a directory.
fn around() -> Project {
    let project = copy_to(Project::new(), "release", "examples/release");
    project.write("README.md", "# Ours\n");
    git(&project, "", &["init", "-q", "-b", "main"]);
    git(&project, "", &["add", "-A"]);
    git(&project, "", &["commit", "-q", "-m", "Begin"]);
    git(&project, "", &["tag", "v1.0.0"]);
    git(&project, "", &["branch", "feature"]);
    git(&project, "", &["remote", "add", "origin", "https://example.invalid/ours.git"]);
    git(&project, "", &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    project
}

/// A release leaves every byte of the repository around it and its status as they are.
#[track_caller]
fn untouched(project: &Project, change: impl FnOnce(Run<'_>) -> Run<'_>) {
    let look = || {
        let status = git(project, "", &["status", "--porcelain", "--branch"]);
        (status, snapshot(&project.path(".git")))
    };
    let before = look();
    let output = change(full(project).cwd("examples/release")).run();
    output.code(0);
    assert_eq!(names(project, "examples/release/.scratch/index"), ARTIFACTS);
    let after = look();
    assert_eq!(after.0, before.0);
    let changed: Vec<&PathBuf> = after.1.keys().chain(before.1.keys()).collect();
    let changed: Vec<_> =
        changed.into_iter().filter(|path| after.1.get(*path) != before.1.get(*path)).collect();
    assert!(changed.is_empty(), "changed: {changed:?}\n{}", output.transcript());
}

#[test]
fn a_release_leaves_a_clean_repository_alone() {
    untouched(&around(), |run| run);
}

#[test]
fn a_release_leaves_a_dirty_repository_alone() {
    let project = around();
    project.write("staged.txt", "staged\n");
    git(&project, "", &["add", "staged.txt"]);
    project.write("README.md", "# Changed\n");
    project.write("untracked.txt", "untracked\n");
    untouched(&project, |run| run);
}

#[test]
fn a_release_leaves_a_detached_head_alone() {
    let project = around();
    git(&project, "", &["checkout", "-q", "--detach"]);
    git(&project, "", &["commit", "-q", "--allow-empty", "-m", "Off the branch"]);
    untouched(&project, |run| run);
}

#[test]
fn a_release_needs_no_identity_of_git() {
    let project = around();
    assert_eq!(names(&project, "../home"), Vec::<String>::new());
    git(&project, "", &["config", "user.useConfigOnly", "true"]);
    untouched(&project, |run| run.env("EMAIL", ""));
    let author = git(&project, "examples/release/.scratch/work", &["log", "-1", "--format=%ae"]);
    assert_eq!(author, "release-bot@example.com\n");
}

#[test]
fn a_release_does_not_follow_the_git_directory_that_a_hook_exports() {
    let project = around();
    untouched(&project, |run| {
        run.env("GIT_DIR", "[P]/.git")
            .env("GIT_WORK_TREE", "[P]")
            .env("GIT_INDEX_FILE", "[P]/.git/index")
            .env("GIT_OBJECT_DIRECTORY", "[P]/.git/objects")
            .env("GIT_PREFIX", "examples/release/")
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "core.worktree")
            .env("GIT_CONFIG_VALUE_0", "[P]")
    });
}

#[test]
fn a_release_does_not_mind_the_settings_of_its_user() {
    let project = around();
    project.write_executable("../home/hooks/pre-commit", "#!/bin/sh\necho no; exit 1\n");
    project.write(
        "../home/.gitconfig",
        "[user]\nname = Somebody Else\nemail = else@example.com\n\
         [commit]\ngpgSign = true\n[tag]\ngpgSign = true\n[core]\nhooksPath = ~/hooks\n\
         autocrlf = true\n[init]\ndefaultBranch = trunk\n[pull]\nff = only\nrebase = false\n\
         [push]\ndefault = nothing\nfollowTags = true\n\
         [url \"https://example.invalid/\"]\ninsteadOf = ../\n",
    );
    untouched(&project, |run| run);
}
