//! Flags of `run`: of a later version, and with a text that means nothing.

use super::{OK, project, refused};

#[test]
fn flags_of_a_later_version_are_named() {
    let affected = "running what a commit affects comes later; `--changed` runs what has changed \
                    since its last success";
    let cache = "it is about the cache of tasks, which comes later; `-f` runs what is up to date";
    for (flag, help) in [
        ("--affected", affected),
        ("--affected-base main", affected),
        ("--affected-head main", affected),
        ("--affected-explain", affected),
        ("--affected-json", affected),
        ("--task-cache off", cache),
        ("--task-cache-explain", cache),
        ("--task-cache-explain-json", cache),
        ("--task-cache-stats", cache),
    ] {
        let name = flag.split(' ').next().unwrap_or_default();
        let stderr = format!("Error: `{name}` is not in this version\n  help: {help}\n");
        refused(&project(OK), &format!("run {flag} ok"), 2, &stderr);
        let project = project(OK);
        project.mise(format!("run {flag} ok").split(' ')).run().stdout("").code(2);
        assert!(!project.exists("ran"), "`mise run {flag}` ran a task");
    }
}

const LIMITS: &str = "a limit is written like 300ms, 30s, 5m or 1h30m; a bare number is seconds";

#[test]
fn a_limit_that_is_no_duration() {
    let stderr = format!("Error: `--timeout` is `soon`, which is no duration\n  help: {LIMITS}\n");
    refused(&project(OK), "run --timeout soon ok", 2, &stderr);
    let message = "the setting `task.timeout`, or `MISE_TASK_TIMEOUT`, is `soon`";
    let stderr = format!("Error: {message}, which is no duration\n  help: {LIMITS}\n");
    let set = project(&format!("{OK}[settings]\ntask.timeout = 'soon'\n"));
    refused(&set, "run ok", 1, &stderr);
    let project = project(OK);
    project.mep(["run", "ok"]).env("MISE_TASK_TIMEOUT", "soon").run().stderr(&stderr).code(1);
    assert!(!project.exists("ran"));
}

#[test]
fn a_style_of_the_variable_that_is_none() {
    let project = project(OK);
    let run = project.mep(["run", "ok"]).env("MISE_TASK_OUTPUT", "grouop").run();
    let stderr = "Error: `MISE_TASK_OUTPUT` is `grouop`, which is no style\n  help: did you mean \
                  `grouped`?\n";
    run.stdout("").stderr(stderr).code(2);
    assert!(!project.exists("ran"));
    // Of a variable that is empty nobody has chosen anything.
    project.mep(["run", "-q", "ok"]).env("MISE_TASK_OUTPUT", "").run().stderr("").code(0);
}
