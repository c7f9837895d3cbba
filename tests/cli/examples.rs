//! The projects in `examples/`, each used as its README says. A test works on a copy, so that
//! tests run side by side and the checkout stays as it is.

mod database;
mod integration;
mod release;
mod watch;

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use walkdir::WalkDir;

use crate::support::{Output, Project};

/// Where this repository is.
const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// A project that holds a copy of an example.
fn copy(name: &str) -> Project {
    copy_to(Project::new(), name, "")
}

/// Copies an example into a directory of a project, without what running it had made: its
/// `.gitignore` names that, one path below it in each line.
fn copy_to(project: Project, name: &str, to: &str) -> Project {
    let from = Path::new(HERE).join("examples").join(name);
    let ignored = fs::read_to_string(from.join(".gitignore")).expect("each example has one");
    let made: Vec<PathBuf> =
        ignored.lines().filter_map(|line| Some(from.join(line.strip_prefix('/')?))).collect();
    let entries = WalkDir::new(&from).into_iter();
    for entry in entries.filter_entry(|entry| !made.iter().any(|path| path == entry.path())) {
        let entry = entry.expect("an example can be read");
        if !entry.file_type().is_file() {
            continue;
        }
        let below = entry.path().strip_prefix(&from).expect("an entry lies below the root");
        let path = Path::new(to).join(below).display().to_string();
        let text = fs::read_to_string(entry.path()).expect("the files of an example are texts");
        let mode = fs::metadata(entry.path()).expect("a file has a mode").permissions().mode();
        let write = if mode & 0o111 == 0 { Project::write } else { Project::write_executable };
        write(&project, &path, &text);
    }
    project
}

/// The names in a directory of a project, sorted; none where there is no directory.
fn names(project: &Project, dir: &str) -> Vec<String> {
    let entries = fs::read_dir(project.path(dir)).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn sorted<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut lines: Vec<&str> = lines.into_iter().collect();
    lines.sort_unstable();
    lines
}

/// Success, and these lines on stdout, in whatever order. `but` starts the lines that are not
/// for us to say.
#[track_caller]
fn prints<'a>(output: &Output, but: &str, lines: impl IntoIterator<Item = &'a str>) {
    output.code(0);
    let ours = output.stdout.lines().filter(|line| but.is_empty() || !line.starts_with(but));
    assert_eq!(sorted(ours), sorted(lines), "{}", output.transcript());
}

/// Each task had ended before the next one began, as the labelled lines on stderr tell.
#[track_caller]
fn in_order(output: &Output, tasks: &[&str]) {
    for pair in tasks.windows(2) {
        let ended = output.stderr.find(&format!("[{}] Finished in", pair[0]));
        let began = output.stderr.find(&format!("[{}] $ ", pair[1]));
        assert!(
            ended.is_some() && began.is_some() && ended < began,
            "{pair:?} at {ended:?} and {began:?}\n{}",
            output.transcript()
        );
    }
}

// ---- ci ---------------------------------------------------------------------

#[test]
fn checks_and_tests_run_before_the_build_and_that_before_the_end() {
    let project = copy("ci");
    let output = project.mep(["run", "ci"]).run();
    prints(
        &output,
        "",
        [
            "[lint] All checks passed!",
            "[lint] 6 files already formatted",
            "[typecheck] Success: no issues found in 2 source files",
            "[test] tests/integration/test_database.sh SKIPPED",
            "[test] tests/unit/test_money.sh PASSED",
            "[test] tests/unit/test_orders.sh PASSED",
            "[test] 2 passed, 0 failed, 1 skipped",
            "[build] Successfully built dist/orders-1.4.0.tar",
            "[ci] CI passed",
        ],
    );
    for first in ["lint", "typecheck", "test"] {
        in_order(&output, &[first, "build", "ci"]);
    }
    assert_eq!(names(&project, "dist"), ["orders-1.4.0.tar"]);
}

#[test]
fn two_checks_run_side_by_side() {
    let output = copy("ci").mep(["run", "lint", ":::", "typecheck"]).run();
    prints(
        &output,
        "",
        [
            "[lint] All checks passed!",
            "[lint] 6 files already formatted",
            "[typecheck] Success: no issues found in 2 source files",
        ],
    );
}

#[test]
fn a_failed_check_fails_the_whole_and_nothing_is_built() {
    let project = copy("ci");
    project.write("tests/unit/test_broken.sh", "exit 1\n");
    let output = project.mep(["run", "ci"]).run();
    output.code(1);
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert!(lines.contains(&"[test] 2 passed, 1 failed, 1 skipped"), "{}", output.transcript());
    assert!(!project.exists("dist"));
}

#[test]
fn the_tests_have_a_short_name_and_a_part() {
    let project = copy("ci");
    let unit = "tests/unit/test_money.sh PASSED\ntests/unit/test_orders.sh PASSED\n";
    project.mep(["run", "t"]).run().code(0).stdout(&format!(
        "tests/integration/test_database.sh SKIPPED\n{unit}2 passed, 0 failed, 1 skipped\n"
    ));
    let output = project.mep(["run", "test:unit"]).run();
    output.code(0).stdout(&format!("{unit}2 passed, 0 failed, 0 skipped\n"));
}

#[test]
fn a_guard_asks_for_credentials_and_a_file_gives_them() {
    let project = copy("ci");
    let integration = || project.mep(["run", "test:integration"]).run();
    integration().code(1).stdout(
        "Missing required credentials:\n  - DATABASE_URL\n  - API_KEY\n\n\
         Copy .env.example to .env and fill in values\n",
    );
    let example = project.read(".env.example");
    project.write(".env", &example.replace("API_KEY", "#API_KEY"));
    integration().code(1).stdout(
        "Missing required credentials:\n  - API_KEY\n\n\
         Copy .env.example to .env and fill in values\n",
    );
    project.write(".env", &example);
    integration().code(0).stdout(
        "Credentials configured\ntests/integration/test_database.sh PASSED\n\
         1 passed, 0 failed, 0 skipped\n",
    );
}

// ---- build ------------------------------------------------------------------

const COMPILED: &str = "Compiled 4 files\n";
const BUNDLED: &str = "Bundled 4 modules into build/bundle.js\n";

/// Runs `bundle` and looks at what ran, and that the rest says why it did not.
#[track_caller]
fn bundle(project: &Project, words: &[&str], ran: &[&str]) {
    let output = project.mep(["run"].iter().chain(words).chain(&["bundle"])).run();
    output.code(0).stdout(&ran.concat());
    let mut stderr = String::new();
    for (task, line, command) in [
        ("compile", COMPILED, "tsc"),
        ("bundle", BUNDLED, "esbuild dist/index.js --bundle --outfile=build/bundle.js"),
    ] {
        let skipped = "sources up-to-date, skipping".to_owned();
        let shown = if ran.contains(&line) { format!("$ {command}") } else { skipped };
        stderr.push_str(&format!("[{task}] {shown}\n"));
    }
    output.stderr(&(stderr + "Finished in [t]\n"));
}

#[test]
fn a_build_does_what_changes_ask_for() {
    let project = copy("build");
    let both = [COMPILED, BUNDLED];
    bundle(&project, &[], &both);
    bundle(&project, &[], &[]);

    let source = OpenOptions::new().append(true).open(project.path("src/greeting.ts"));
    source.and_then(|mut file| writeln!(file, "// more")).expect("a file can be added to");
    bundle(&project, &[], &both);
    bundle(&project, &[], &[]);

    let touched = File::open(project.path("package.json"));
    let touched = touched.and_then(|file| file.set_modified(SystemTime::now()));
    touched.expect("a file can be touched");
    bundle(&project, &[], &[BUNDLED]);
    bundle(&project, &[], &[]);

    project.remove("build/bundle.js");
    bundle(&project, &[], &[BUNDLED]);
    bundle(&project, &[], &[]);

    project.mep(["run", "clean"]).run().code(0).stdout("");
    assert!(!project.exists("dist") && !project.exists("build"));
    bundle(&project, &[], &both);

    bundle(&project, &["--force"], &both);
    bundle(&project, &[], &[]);
}

#[test]
fn a_check_without_outputs_runs_once_for_the_same_sources() {
    let project = copy("build");
    let check = || project.mep(["run", "check"]).run();
    check().code(0).stdout("No errors in 4 files\n");
    check().code(0).stdout("").stderr("[check] sources up-to-date, skipping\n");
    project.write("src/wrong.ts", "export const wrong: strin = 1;\n");
    check().code(2);
    check().code(2);
    project.remove("src/wrong.ts");
    check().code(0).stdout("No errors in 4 files\n");
}

#[test]
fn a_script_and_an_included_file_have_tasks_as_well() {
    let project = copy("build");
    let output = project.mep(["run", "size"]).run();
    let size = "build/bundle.js: 19 lines, 439 bytes\n";
    output.code(0).stdout(&format!("{COMPILED}{BUNDLED}{size}"));
    project.mep(["run", "todo"]).run().code(0).stdout("Nothing left to do\n");
    project.mep(["run", "find:exports"]).run().code(0).stdout(
        "src/greeting.ts:3:export function greeting(name: string): string {
src/text/banner.ts:1:export function banner(text: string, width: number): string {
src/text/capitalize.ts:1:export function capitalize(word: string): string {
",
    );
}

// ---- all of them, and our own chores ----------------------------------------

#[test]
fn all_examples_load_without_a_warning() {
    for (name, tasks) in [
        ("build", "bundle check clean compile find:exports size todo"),
        ("ci", "_check-credentials build ci lint test test:integration test:unit typecheck"),
        (
            "database",
            "_check-credentials _confirm-destructive db-drop db-init db-migrate db-reset \
             db-validate demo:legacy report test-e2e",
        ),
        ("integration", "check db:start db:stop lint test"),
        (
            "release",
            "_guard-version-bumped _guard-wheels-exist _scratch demo:commit release:build-all \
             release:build-only release:full release:linux release:macos-arm64 \
             release:postflight release:preflight release:pypi release:pypi-only release:sdist \
             release:status release:sync release:version smoke smoke:import smoke:process",
        ),
    ] {
        let output = copy(name).mep(["tasks", "ls", "--hidden", "--name-only"]).run();
        output.code(0).stderr("");
        assert_eq!(output.stdout.lines().collect::<Vec<_>>().join(" "), tasks);
    }
}

/// Lists the tasks in the checkout itself. Nothing above it is read.
#[track_caller]
fn listed_here(args: &[&str]) -> Vec<String> {
    let above = Path::new(HERE).parent().unwrap_or(Path::new("/")).display().to_string();
    let project = Project::new();
    let output = project.mep(args).cwd(HERE).env("MISE_CEILING_PATHS", &above).run();
    output.code(0).stderr("");
    output.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_examples_are_listed_where_they_lie() {
    for (dir, task) in [
        ("examples/build", "bundle            Bundle for production"),
        ("examples/ci", "typecheck         Run type checker"),
        ("examples/database", "test-e2e     Write a row and read it back"),
        ("examples/integration", "db:stop  Stop the database"),
        ("examples/release", "release:full  Full release: version → build → smoke → publish"),
    ] {
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let lines = listed_here(&["-C", dir, "tasks"]);
        assert!(lines.iter().any(|line| words(line) == words(task)), "{dir}: {lines:#?}");
    }
}

#[test]
fn our_own_chores_are_tasks() {
    let names = listed_here(&["tasks", "ls", "--name-only"]);
    for chore in ["bench", "ci", "docs", "fmt", "lint", "test"] {
        assert!(names.iter().any(|name| name == chore), "{chore}: {names:?}");
    }
}

#[test]
fn nothing_is_found_in_an_example() {
    for name in ["build", "ci", "database", "integration", "release"] {
        let output = copy(name).mep(["tasks", "validate"]).run();
        output.code(0).stderr("");
        let all = output.stdout.lines().count() == 1 && output.stdout.starts_with("✓ All ");
        assert!(all, "{name}\n{}", output.transcript());
    }
}
