//! Calls of `mise` and `mep` inside a task come back to this program, with the rules of the
//! outermost run; what is not ours goes to another mise.

use super::project;
use crate::support::{Project, Run};

const OUTER: &str = "\
[tasks.outer]
run = 'mise run inner'
[tasks.inner]
run = 'echo inner'
";

/// A `PATH` with a `mise` on it that is not ours.
const FAKE_ON_PATH: &str = "[P]/fake:/usr/bin:/bin";

fn with_fake(config: &str) -> Project {
    project(config).executable("fake/mise", "#!/bin/sh\necho \"another mise: $*\"\nexit 7\n")
}

/// Without lines of ours, in nested runs too.
fn quietly(run: Run<'_>) -> Run<'_> {
    run.env("MISE_QUIET", "1")
}

/// Where the word `mise` in a task leads.
#[track_caller]
fn leads(project: &Project, to_us: bool) {
    let output = quietly(project.mep(["run", "outer"])).env("PATH", FAKE_ON_PATH).run();
    if to_us {
        output.stdout("inner\n").stderr("").code(0);
    } else {
        output.stdout("another mise: run inner\n").stderr("[outer] ERROR task failed\n").code(7);
    }
}

#[test]
fn both_words_reach_us_without_anything_on_the_path() {
    let config = "\
[tasks.outer]
run = ['mise run inner 1', 'mep run inner 2', 'mep inner 3', 'mise inner 4']
[tasks.inner]
run = 'echo'
";
    let nested = project(config);
    let output = quietly(nested.mep(["run", "outer"])).run();
    output.stdout("1\n2\n3\n4\n").stderr("").code(0);
}

#[test]
fn we_come_before_another_mise_unless_told_otherwise() {
    let both = with_fake(OUTER);
    leads(&both, true);
    both.write("mep.toml", "shim = false\n");
    leads(&both, false);
}

#[test]
fn the_nearer_of_our_own_files_wins() {
    let both = with_fake(OUTER);
    let keys = |shim| format!("shim = {shim}\n");
    both.write("../home/.config/mep/mep.toml", &keys(false));
    leads(&both, false);
    both.write("mise.toml", &format!("{OUTER}[_.mep]\n{}", keys(true)));
    leads(&both, true);
    both.write("mep.toml", &keys(false));
    leads(&both, false);
    both.write("mep.local.toml", &keys(true));
    leads(&both, true);
}

#[test]
fn the_outermost_run_decides_the_rules() {
    let config = "\
[tasks.by-mise]
run = 'mise run inner'
[tasks.by-mep]
run = 'mep run inner'
[tasks.inner]
run = 'echo $MEP_DIALECT'
";
    let nested = project(config);
    quietly(nested.mep(["run", "by-mise"])).run().stdout("mep\n").stderr("").code(0);
    quietly(nested.mise(["run", "by-mep"])).run().stdout("mise\n").stderr("").code(0);
}

#[test]
fn a_nested_run_has_the_rules_of_the_outer_one() {
    let config = "\
[tasks.by-mise]
run = 'mise -q run -c after'
[tasks.by-mep]
run = 'mep -q run -c after'
[tasks.bad]
run = 'exit 3'
[tasks.after]
depends = ['bad']
run = 'echo after'
";
    let nested = project(config);
    nested.mep(["-q", "run", "by-mise"]).run().stdout("").code(3);
    nested.mise(["-q", "run", "by-mep"]).run().stdout("after\n").code(3);
}

#[test]
fn what_is_not_ours_goes_to_another_mise() {
    let both = with_fake(OUTER);
    for words in [
        "plugins x", "tasks graph x", "-C / install node@20", "-t node@20 exec x", "use x@1",
        "local", "l", "hook-not-found",
    ] {
        let output = both.mise(words.split(' ')).env("PATH", FAKE_ON_PATH).run();
        output.stdout(&format!("another mise: {words}\n")).stderr("").code(7);
    }
}

#[test]
fn without_another_mise_what_is_not_ours_is_refused() {
    let stderr = "\
mise ERROR `mise install` is not a task runner's business, and there is no other mise on PATH
  help: mep runs tasks; install mise for tools, environments and the rest
mise ERROR Version: 2026.9.15 linux-x64 (2026-09-27)
mise ERROR Run with --verbose or MISE_VERBOSE=1 for more information
";
    for path in ["[P]/empty", "[BIN]"] {
        let output = project(OUTER).mise(["install"]).env("PATH", path).run();
        output.stdout("").stderr(stderr).code(1);
    }
}

#[test]
fn as_mep_a_command_of_mise_is_only_mentioned() {
    let stderr = "Error: no task install found\n  help: `mise install` is a command of mise\n";
    let output = with_fake(OUTER).mep(["install"]).env("PATH", FAKE_ON_PATH).run();
    output.stdout("").stderr(stderr).code(1);
}
