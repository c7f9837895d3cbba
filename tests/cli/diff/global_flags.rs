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
