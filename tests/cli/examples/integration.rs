//! `examples/integration`: the database is there for the tests alone, whatever they come to.

use nix::sys::signal::Signal;

use super::{copy, in_order, prints};
use crate::support::{CTRL_C, End, OnTerminal, Project};

const LINT: [&str; 2] = ["[lint] tests/seven.sh:1:# TODO: more rows", "[lint] style: see above"];

/// The database has been stopped, and with it its process.
#[track_caller]
fn stopped(project: &Project) {
    assert!(!project.exists("data"), "the database is still there");
}

#[test]
fn a_cold_database_and_a_complaint_stop_nothing() {
    let project = copy("integration");
    let output = project.mep(["run", "check"]).run();
    let tests = [
        "[db:start] database: started",
        "[test] database: not yet",
        "[test] tests/rows.sh FAILED",
        "[test] database: 3 rows",
        "[test] tests/rows.sh PASSED",
        "[test] tests/seven.sh PASSED",
        "[check] Ready to merge",
        "[db:stop] database: stopped",
    ];
    prints(&output, "", LINT.into_iter().chain(tests));
    in_order(&output, &["db:start", "test", "check"]);
    for line in [
        "[lint] tolerated: exit code 1\n",
        "[test] attempt 2 of 3 in 50ms, after exit code 1\n",
        "[test] flaky: attempt 2 went well\n",
    ] {
        assert!(output.stderr.contains(line), "{line}{}", output.transcript());
    }
    stopped(&project);
}

#[test]
fn a_complaint_alone_is_no_failure() {
    let project = copy("integration");
    let lines = LINT.map(|line| line.trim_start_matches("[lint] "));
    project.mep(["run", "-q", "lint"]).run().stdout(&(lines.join("\n") + "\n")).code(0);
}

#[test]
fn a_failure_is_tried_three_times_and_the_database_stops() {
    let project = copy("integration");
    let output = project.mep(["run", "test"]).env("ROWS", "8").run();
    output.code(1);
    let again = "database: 3 rows\ntests/rows.sh PASSED\ntests/seven.sh FAILED\n".repeat(2);
    let first = "database: started\ndatabase: not yet\ntests/rows.sh FAILED\n";
    output.stdout(&format!("{first}{again}database: stopped\n"));
    stopped(&project);
}

#[test]
fn ctrl_c_in_a_test_stops_the_database() {
    let project = copy("integration");
    project.write("tests/zzz.sh", "echo waiting; sleep 600\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "check"]).start();
    terminal.expect("[test] waiting\n").type_keys(CTRL_C);
    terminal.expect("database: stopped\n").ends(End::Killed(Signal::SIGINT));
    stopped(&project);
}
