//! Flags before a command, or behind it, that mise has for more than tasks.

use crate::support::Case;

const CONFIG: &str = "[tasks.a]\nrun = 'echo level=$LEVEL'\n";

fn project() -> Case {
    Case::config(CONFIG).file("mise.dev.toml", "[env]\nLEVEL = 'dev'\n")
}

#[test]
fn locked_concerns_tools() {
    project()
        .mise(["--locked", "run", "a"])
        .mise(["--locked", "a"])
        .mise(["run", "--locked", "a"])
        .mise(["tasks", "--locked"])
        .check();
}

#[test]
fn a_profile_is_an_environment() {
    project()
        .mise(["-P", "dev", "run", "a"])
        .mise(["--profile", "dev", "a"])
        .mise(["run", "-P", "dev", "a"])
        .mise(["tasks", "-P", "dev"])
        .check();
}

#[test]
fn a_log_level_is_no_task() {
    project()
        .mise(["--debug", "run", "a"])
        .mise(["run", "--debug", "a"])
        .mise(["--trace", "a"])
        .mise(["--log-level", "info", "run", "a"])
        .mise(["--log-level=error", "a"])
        .mise(["--log-level", "loud", "a"])
        .stderr_differs("debug lines are about the insides of a program; a usage error is clap's")
        .check();
}

#[test]
fn a_value_of_a_flag_that_takes_none_is_passed_over() {
    Case::config("[tasks]\na = 'echo x'\nb = { hide = true, run = 'echo b' }\n")
        .mise(["run", "--quiet=false", "a"])
        .mise(["--quiet=x", "run", "a"])
        .mise(["tasks", "run", "--quiet=1", "a"])
        .mise(["a", "--quiet=1"])
        .mise(["run", "-q", "a", "--json=1"])
        .mise(["run", "--dry-run=0", "a"])
        .mise(["tasks", "--no-header=1"])
        .mise(["tasks", "ls", "--hidden=false", "--json=x"])
        .mise(["tasks", "info", "a", "--json=x"])
        .mise(["tasks", "deps", "--dot=x"])
        .mise(["tasks", "validate", "--json=no"])
        .mise(["env", "--json=no"])
        .mise(["config", "ls", "--json=x"])
        .check();
}

#[test]
fn a_flag_that_nobody_knows_is_no_task() {
    Case::config("[tasks]\na = 'echo x'\n")
        .mise(["--bogus"])
        .mise(["--bogus", "run", "a"])
        .mise(["-Z"])
        .stderr_differs("the grammar's own words")
        .check();
}
