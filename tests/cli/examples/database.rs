//! `examples/database`: what is asked, what each answer does, and that nothing is deleted before.

use nix::sys::signal::Signal;

use super::{copy, names, prints};
use crate::support::{CTRL_C, End, OnTerminal, Project, Terminal};

const QUESTION: &str =
    "This will DELETE the database legacy_db.\nPress Enter to continue or Ctrl+C to cancel...\n";

/// The example with its credentials and an old database.
fn with_legacy() -> Project {
    let project = copy("database");
    project.write(".env", &project.read(".env.example"));
    let output = project.mep(["run", "demo:legacy"]).run();
    output.code(0).stdout("created legacy_db: 2 tables\n");
    project
}

/// The databases there are.
fn databases(project: &Project) -> Vec<String> {
    names(project, "data/localhost")
}

#[track_caller]
fn still_there(project: &Project) {
    assert_eq!(databases(project), ["legacy_db"]);
    let row = project.read("data/localhost/legacy_db/customers");
    assert_eq!(row, "id, name\n1, Ada\n");
}

/// A run on a terminal, up to where the guard asks.
fn asked<'p>(project: &'p Project, args: &[&str]) -> Terminal<'p> {
    let mut terminal = OnTerminal::mep(project, args).start();
    terminal.expect(QUESTION);
    still_there(project);
    terminal
}

const MIGRATED: [&str; 5] = [
    "[db-drop] dropped legacy_db: 2 tables",
    "[db-init] created shop: 2 tables",
    "[db-validate] shop: 2 tables as declared",
    "[db-migrate] Migration complete",
    "[test-e2e] e2e: 1 passed",
];

// ---- the guard --------------------------------------------------------------

#[test]
fn enter_lets_the_migration_go_on() {
    let project = with_legacy();
    let mut terminal = asked(&project, &["run", "db-migrate"]);
    terminal.type_keys("\n").expect_all(MIGRATED).ends(End::Exited(0));
    assert_eq!(databases(&project), ["shop"]);
}

#[test]
fn enter_may_come_from_a_pipe() {
    let project = with_legacy();
    let output = project.mep(["run", "db-migrate"]).stdin("\n").run();
    let question = QUESTION.lines();
    prints(&output, "", question.chain(MIGRATED));
    assert_eq!(databases(&project), ["shop"]);
}

#[test]
fn ctrl_c_at_the_guard_deletes_nothing() {
    let project = with_legacy();
    let mut terminal = asked(&project, &["run", "db-migrate"]);
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
    still_there(&project);
}

#[test]
fn the_end_of_the_input_is_no_answer() {
    let project = with_legacy();
    let mut terminal = asked(&project, &["run", "db-migrate"]);
    terminal.type_keys("\x04").ends(End::Exited(1));
    still_there(&project);
    for output in
        [project.mep(["run", "db-migrate"]).stdin("").run(), project.mep(["run", "db-drop"]).run()]
    {
        output.code(1).stdout(QUESTION);
        still_there(&project);
    }
}

#[test]
fn nothing_starts_while_the_guard_waits() {
    let project = with_legacy();
    // What was started before it has ended, what comes after has not begun.
    let args = ["run", "report", ":::", "db-drop", ":::", "db-init", "--schema", "reporting"];
    let mut terminal = OnTerminal::mep(&project, args).start();
    terminal.expect(QUESTION);
    still_there(&project);
    let before = terminal.screen();
    terminal.type_keys("\n").ends(End::Exited(0));
    assert_eq!(databases(&project), ["shop"]);
    assert_eq!(names(&project, "data/localhost/shop"), ["totals"]);
    let after = terminal.screen();
    let began = |screen: &str, task: &str| screen.contains(&format!("[{task}] $ "));
    for task in ["report", "db-init", "db-validate", "db-drop"] {
        assert!(began(&after, task), "{task}: {after}");
    }
    for task in ["db-drop", "db-validate"] {
        assert!(!began(&before, task), "{task}: {before}");
    }
    for task in ["report", "db-init"].into_iter().filter(|task| began(&before, task)) {
        let ended = before.contains(&format!("[{task}] Finished in"));
        assert!(ended, "{task} runs beside the question: {before}");
    }
}

// ---- `confirm` --------------------------------------------------------------

/// The example with a database that holds a row.
fn with_shop() -> Project {
    let project = copy("database");
    project.write(".env", &project.read(".env.example"));
    project.mep(["run", "-q", "db-init"]).run().code(0);
    project.mep(["run", "-q", "test-e2e"]).run().code(0).stdout("e2e: 1 passed\n");
    project
}

fn rows(project: &Project) -> usize {
    project.read("data/localhost/shop/customers").lines().count() - 1
}

const RESET: &str = "Delete everything in shop? [y/N] ";

#[test]
fn yes_empties_the_database() {
    let project = with_shop();
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "db-reset"]).start();
    terminal.expect(RESET);
    assert_eq!(rows(&project), 1);
    terminal.type_keys("y\n").expect("dropped shop: 2 tables\n").ends(End::Exited(0));
    assert_eq!(rows(&project), 0);
}

#[test]
fn no_and_nothing_at_all_keep_it() {
    let project = with_shop();
    for answer in ["n\n", "\n", "\x04"] {
        let mut terminal = OnTerminal::mep(&project, ["run", "-q", "db-reset"]).start();
        terminal.expect(RESET).type_keys(answer).ends(End::Exited(1)).leaves_nobody();
        assert_eq!(rows(&project), 1, "{answer:?}");
    }
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "db-reset"]).start();
    terminal.expect(RESET).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
    assert_eq!(rows(&project), 1);
}

#[test]
fn who_cannot_be_asked_says_yes_beforehand() {
    let project = with_shop();
    for output in [
        project.mep(["run", "-q", "db-reset"]).run(),
        project.mep(["run", "-q", "db-reset"]).stdin("y\n").run(),
    ] {
        output.code(1).stdout("").stderr(
            "[db-reset] ERROR task requires confirmation but there was nobody to ask; pass --yes \
             to accept\n[db-reset] ERROR task failed\n",
        );
        assert_eq!(rows(&project), 1);
    }
    for (args, env) in [
        (&["run", "-q", "--yes", "db-reset"][..], None),
        (&["-y", "run", "-q", "db-reset"], None),
        (&["run", "-q", "db-reset"], Some("1")),
    ] {
        project.mep(["run", "-q", "test-e2e"]).run().code(0);
        let run = project.mep(args);
        let output = env.map_or(project.mep(args), |value| run.env("MISE_YES", value)).run();
        let expected =
            "dropped shop: 2 tables\ncreated shop: 2 tables\nshop: 2 tables as declared\n";
        output.code(0).stdout(expected);
        assert_eq!(rows(&project), 0);
    }
}

// ---- the rest of the README -------------------------------------------------

#[test]
fn without_credentials_nothing_is_asked() {
    let project = copy("database");
    for task in ["db-init", "db-validate", "db-reset", "report", "test-e2e"] {
        let output = project.mep(["run", "-q", task]).run();
        output.code(1).stdout("Set DATABASE_HOST in .env\n");
    }
    assert!(!project.exists("data"));
}

#[test]
fn a_dry_run_asks_nothing_and_deletes_nothing() {
    let project = with_legacy();
    let output = project.mep(["run", "--dry-run", "db-migrate"]).run();
    output.code(0).stdout("");
    for command in ["[db-drop] $ db drop $LEGACY_NAME\n", "[db-migrate] $ echo"] {
        assert!(output.stderr.contains(command), "{}", output.transcript());
    }
    still_there(&project);
}

#[test]
fn a_schema_is_chosen_and_validated() {
    let project = copy("database");
    project.write(".env", &project.read(".env.example"));
    let init = |args: &[&str]| project.mep([&["run", "-q", "db-init"], args].concat()).run();
    init(&["--schema", "reporting"])
        .code(0)
        .stdout("created shop: 1 tables\nshop: 1 tables as declared\n");
    init(&[]).code(0).stdout("created shop: 3 tables\nshop: 3 tables as declared\n");
    let output = init(&["--schema", "none"]);
    output.code(1);
    assert!(output.stderr.contains("db: no schema schema/none.sql\n"), "{}", output.transcript());
    project.write("data/localhost/shop/odd", "x\n");
    let output = project.mep(["run", "-q", "db-validate"]).run();
    output.code(1);
    assert!(output.stderr.contains("db: shop: not declared: odd x\n"), "{}", output.transcript());
}
