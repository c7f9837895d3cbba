//! `mep watch`: which changes of files mean something, and to which task.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use nix::sys::signal::Signal;

use super::project;
use super::watch::{built, edit, watching};
use crate::support::{CTRL_C, End, OnTerminal, Project, Terminal, say_uncaptured};

const WAITING: &str = "Waiting for changes\n";

/// Changes a file that counts, and expects that nothing before it has led to a run.
#[track_caller]
fn only(terminal: &mut Terminal<'_>, project: &Project, path: &str) {
    edit(project, path, &format!("{}\n", terminal.screen().len()));
    terminal.expect(WAITING);
    let screen = terminal.screen();
    let last = screen.trim_end().rsplit("changes\n").next().unwrap_or_default();
    assert!(last.starts_with(&format!("{path} changed: running ")), "{screen}");
}

fn over(terminal: &mut Terminal<'_>) {
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}

/// A task with these keys that says when it runs.
fn says(keys: &str) -> Project {
    project(&format!("[tasks.t]\nrun = 'echo ran'\n{keys}\n"))
}

#[test]
fn outputs_and_what_is_no_source_lead_to_nothing() {
    let project = built();
    let mut terminal = watching(&project, &["build"]);
    terminal.expect(WAITING);
    edit(&project, "out", "by hand\n");
    edit(&project, "README", "text\n");
    only(&mut terminal, &project, "src/a");
    over(&mut terminal);
}

#[test]
fn outputs_of_dependencies_lead_to_nothing_either() {
    let config = "
[tasks.build]
depends = ['gen']
run = 'cat src/gen'
sources = ['src/*']
[tasks.gen]
run = 'cp in src/gen'
sources = ['in']
outputs = ['src/gen']
";
    let project = project(config).file("in", "1\n").file("src/a", "");
    let mut terminal = watching(&project, &["build"]);
    terminal.expect(WAITING);
    only(&mut terminal, &project, "in");
    edit(&project, "src/gen", "by hand\n");
    only(&mut terminal, &project, "src/a");
    over(&mut terminal);
}

#[test]
fn what_one_task_makes_is_another_ones_source() {
    let config = "
[tasks.a]
run = 'cp a.txt mid'
sources = ['a.txt']
outputs = ['mid']
[tasks.b]
run = 'cat mid'
sources = ['mid']
";
    let project = project(config).file("a.txt", "1\n").file("mid", "0\n");
    let mut terminal = watching(&project, &["-p", "a", ":::", "b"]);
    terminal.expect(WAITING);
    edit(&project, "a.txt", "2\n");
    terminal.expect("a.txt changed: running a\n").expect("mid changed: running b\n");
    terminal.expect("2\n").expect(WAITING);
    over(&mut terminal);
}

#[test]
fn an_atomic_rename_is_one_change() {
    let project = says("sources = ['src/*.txt']").file("src/a.txt", "1");
    let mut terminal = watching(&project, &["t"]);
    terminal.expect(WAITING);
    edit(&project, "src/.a.txt.new", "2");
    fs::rename(project.path("src/.a.txt.new"), project.path("src/a.txt")).expect("a rename");
    terminal.expect("src/a.txt changed: running t\n").expect(WAITING);
    fs::remove_file(project.path("src/a.txt")).expect("a file");
    terminal.expect("src/a.txt changed: running t\n").expect(WAITING);
    over(&mut terminal);
}

#[test]
fn directories_come_go_and_come_back() {
    let project = says("sources = ['src/**/*.txt']").file("src/a.txt", "1");
    let mut terminal = watching(&project, &["t"]);
    terminal.expect(WAITING);
    fs::create_dir_all(project.path("src/new/deep")).expect("a directory");
    edit(&project, "src/new/deep/b.txt", "1");
    terminal.expect("src/new/deep/b.txt changed: running t\n").expect(WAITING);
    fs::rename(project.path("src/new"), project.path("elsewhere")).expect("a rename");
    terminal.expect("src/new changed: running t\n").expect(WAITING);
    fs::remove_dir_all(project.path("src")).expect("a directory");
    terminal.expect("src/a.txt changed: running t\n").expect(WAITING);
    fs::create_dir(project.path("src")).expect("a directory");
    only(&mut terminal, &project, "src/c.txt");
    // With all that is in it at once.
    fs::rename(project.path("elsewhere"), project.path("src/back")).expect("a rename");
    terminal.expect("src/back/deep/b.txt changed: running t\n").expect(WAITING);
    only(&mut terminal, &project, "src/back/deep/b.txt");
    over(&mut terminal);
}

#[test]
fn a_source_that_is_not_there_yet_is_waited_for() {
    let project = says("sources = ['a/b/c.txt', '../beside/x']");
    let mut terminal = watching(&project, &["t"]);
    terminal.expect(WAITING);
    fs::create_dir_all(project.path("a/b")).expect("a directory");
    edit(&project, "a/b/c.txt", "1");
    terminal.expect("a/b/c.txt changed: running t\n").expect(WAITING);
    fs::create_dir(project.path("../beside")).expect("a directory");
    edit(&project, "../beside/x", "1");
    terminal.expect("changed: running t\n").expect(WAITING);
    over(&mut terminal);
}

#[test]
fn links_are_followed() {
    let project = says("sources = ['src/**']")
        .file("src/a", "1")
        .file("real/f", "1")
        .file("other/g", "1")
        .symlink("src/dir", "../real")
        .symlink("src/file", "../other/g")
        .symlink("src/up", "..");
    let mut terminal = watching(&project, &["t"]);
    terminal.expect(WAITING);
    edit(&project, "real/f", "2");
    terminal.expect("src/dir/f changed: running t\n").expect(WAITING);
    edit(&project, "other/g", "2");
    terminal.expect("src/file changed: running t\n").expect(WAITING);
    fs::create_dir(project.path("more")).expect("a directory");
    edit(&project, "more/h", "1");
    symlink("../more", project.path("src/more")).expect("a link");
    terminal.expect("src/more/h changed: running t\n").expect(WAITING);
    over(&mut terminal);
}

#[test]
fn a_task_without_sources_is_run_for_anything_that_is_not_ignored() {
    let project = says("")
        .file(".gitignore", "*.log\n/target/\n")
        .file("deep/.ignore", "kept\n")
        .dir("target");
    let mut terminal = watching(&project, &["t"]);
    terminal.expect(WAITING);
    for ignored in ["x.log", "target/x", "deep/kept", ".a.swp", "a~", "deep/y.log"] {
        edit(&project, ignored, "x");
    }
    only(&mut terminal, &project, "deep/new");
    edit(&project, ".gitignore", "other\n");
    terminal.expect(".gitignore changed: running t\n").expect(WAITING);
    edit(&project, "other", "x");
    only(&mut terminal, &project, "x.log");
    over(&mut terminal);
}

#[test]
fn what_is_ignored_can_be_minded() {
    let ignored =
        |keys: &str| says(&format!("sources = ['*.log']\n{keys}")).file(".gitignore", "*.log\n");
    let project = ignored("watch = { no_vcs_ignore = true }");
    let mut terminal = watching(&project, &["t"]);
    terminal.expect(WAITING);
    only(&mut terminal, &project, "x.log");
    over(&mut terminal);
    for flag in
        ["--no-vcs-ignore", "--no-project-ignore", "--no-discover-ignore", "--ignore-nothing"]
    {
        let project = ignored("");
        let mut terminal = watching(&project, &[flag, "t"]);
        terminal.expect(WAITING);
        only(&mut terminal, &project, "x.log");
        over(&mut terminal);
    }
}

#[test]
fn flags_say_what_else_is_watched_and_what_is_not() {
    let project = says("sources = ['src/*']")
        .file("src/a.rs", "")
        .dir("extra/sub")
        .dir("flat/sub")
        .file("list", "listed\n")
        .dir("listed");
    let words =
        ["-w", "extra", "-W", "flat", "-F", "list", "-e", ".rs,toml", "-i", "*_test.rs", "t"];
    let mut terminal = watching(&project, &words);
    terminal.expect(WAITING);
    edit(&project, "src/b.txt", "");
    edit(&project, "src/b_test.rs", "");
    edit(&project, "flat/sub/x.rs", "");
    for path in ["src/a.rs", "extra/sub/x.rs", "flat/x.toml", "listed/x.rs"] {
        only(&mut terminal, &project, path);
    }
    over(&mut terminal);
    let mut terminal = watching(&project, &["-g", "extra/**", "-f", "*.c", "t"]);
    terminal.expect(WAITING);
    edit(&project, "src/a.rs", "x");
    edit(&project, "extra/x.rs", "x");
    only(&mut terminal, &project, "extra/sub/x.c");
    over(&mut terminal);
}

#[test]
fn skip_deps_leaves_the_sources_of_dependencies_out() {
    let config = "
[tasks.build]
depends = ['gen']
run = 'echo built'
sources = ['a']
[tasks.gen]
run = 'echo generated'
sources = ['b']
";
    let project = project(config).file("a", "").file("b", "");
    let mut terminal = watching(&project, &["build"]);
    terminal.expect(WAITING);
    only(&mut terminal, &project, "b");
    over(&mut terminal);
    let mut terminal = watching(&project, &["--skip-deps", "-p", "build"]);
    terminal.expect(WAITING);
    edit(&project, "b", "y");
    only(&mut terminal, &project, "a");
    assert!(!terminal.screen().contains("generated"), "{}", terminal.screen());
    over(&mut terminal);
}

#[test]
fn a_watch_can_look_itself() {
    let project = built();
    let mut terminal = watching(&project, &["--poll=20ms", "build"]);
    terminal.expect(WAITING);
    edit(&project, "src/a", "longer\n");
    terminal.expect("src/a changed: running build\n").expect("longer\n").expect(WAITING);
    fs::remove_dir_all(project.path("src")).expect("a directory");
    terminal.expect("src/a changed: running build\n").expect("changes\n");
    fs::create_dir(project.path("src")).expect("a directory");
    edit(&project, "src/a", "back\n");
    terminal.expect("src/a changed: running build\n").expect("back\n").expect(WAITING);
    over(&mut terminal);
}

/// A user namespace has a limit of its own.
#[test]
fn at_the_limit_of_watches_it_looks_at_the_files_itself() {
    const LIMIT: &str = "echo 2 >/proc/sys/user/max_inotify_watches";
    let mut probe = Command::new("unshare");
    if !probe.args(["-Ur", "sh", "-c", LIMIT]).output().is_ok_and(|o| o.status.success()) {
        return say_uncaptured("skipped: nobody may make a user namespace here\n");
    }
    let project = says("sources = ['src/**/*']").file("src/a/x", "1").file("src/b/y", "1");
    let line = format!("exec unshare -Ur sh -c '{LIMIT} && exec mep watch t'");
    let mut terminal = OnTerminal::script(&project, &line).start();
    let warning = "Warning: the system's limit of watches is reached: looking at the files every \
                   500 ms instead";
    terminal.expect(warning).expect(WAITING);
    edit(&project, "src/b/y", "22");
    terminal.expect("src/b/y changed: running t\n").expect(WAITING);
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
}
