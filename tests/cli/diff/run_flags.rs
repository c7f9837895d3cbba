//! Flags of `run` that other files say nothing of.

use crate::support::Case;

#[test]
fn flags_that_change_nothing_here() {
    Case::config("[tasks]\na = 'echo a'\n")
        .mise(["run", "--fresh-env", "a"])
        .mise(["run", "--no-cache", "a"])
        .mise(["run", "--no-deps", "--skip-tools", "a"])
        .mise(["run", "--no-timing", "a", ":::", "a"])
        .mise(["run", "-r", "a"])
        .check();
}

#[test]
fn a_limit_for_the_whole_run() {
    let config = "[tasks]\na = 'echo a'\n";
    Case::config(config)
        .mise(["run", "--timeout", "30s", "a"])
        .mise(["run", "--timeout", "1h30m", "a"])
        .mise(["run", "--timeout=60", "a"])
        .mise(["run", "a"])
        .env("MISE_TASK_TIMEOUT", "1m")
        .mise(["run", "a"])
        .env("MISE_TASK_TIMEOUT", "never")
        .check();
    Case::config(config)
        .mise(["run", "--timeout", "-5", "a"])
        .stderr_differs("the words of the flag's own error are ours")
        .check();
}

#[test]
fn a_limit_that_cannot_be_read() {
    Case::config("[tasks]\na = 'echo a'\n")
        .mise(["run", "--timeout", "soon", "a"])
        .mise(["run", "--timeout", "", "a"])
        .check();
    Case::config("[tasks]\na = 'echo a'\n[settings]\ntask.timeout = 'never'\n")
        .mise(["run", "a"])
        .check();
}
