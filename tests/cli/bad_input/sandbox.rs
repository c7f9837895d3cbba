//! Mistakes in what a task must not touch.

use super::{OK, goes_on, message, mistake, project, refused};

#[test]
fn every_key_has_its_type() {
    for key in ["deny_all", "deny_read", "deny_write", "deny_net", "deny_env"] {
        let line = format!("`{key}` of task `a` must be true or false");
        let body = format!("run = 'x'\n{key} = 'yes'");
        mistake(&body, &line, "'yes'", "this is a string", "");
    }
    for key in ["allow_read", "allow_write", "allow_net", "allow_env", "pass_through_env"] {
        let line = format!("`{key}` of task `a` must be a list of strings");
        let body = format!("run = 'x'\n{key} = 'here'");
        mistake(&body, &line, "'here'", "this is a string", "");
        let line = format!("`{key}[1]` of task `a` must be a string");
        let body = format!("run = 'x'\n{key} = ['a', 7]");
        mistake(&body, &line, "7", "this is an integer", "");
    }
}

#[test]
fn a_mistyped_key_is_not_a_sandbox() {
    let line = "unknown key `deny_reed` in task `a`";
    let label = "not a key of this table";
    mistake("run = 'x'\ndeny_reed = true", line, "deny_reed", label, "did you mean `deny_read`?");
}

#[test]
fn a_path_that_does_not_render_stops_its_task_alone() {
    for key in ["allow_read", "allow_write"] {
        let config = format!("[tasks.a]\nrun = 'x'\n{key} = ['{{{{ nope }}}}']\n{OK}");
        goes_on(&project(&config), "");
        let output = project(&config).mep(["run", "ok", ":::", "a"]).run();
        output.stdout("").code(1);
        let line = format!("Error: cannot render `{key}` of task `a`: Variable `nope` is not");
        assert!(output.stderr.starts_with(&line), "{}", output.transcript());
        let place = format!("[P]/mise.toml:3:{}]", key.len() + 9);
        assert!(output.stderr.contains(&place), "{}", output.transcript());
    }
}

#[test]
fn an_experiment_is_asked_for() {
    let line = "`pass_through_env` of task `zzz` is experimental";
    let help = "write `experimental = true` into `[settings]`, or set MISE_EXPERIMENTAL=1";
    let config = "[tasks.zzz]\nrun = 'touch ran'\npass_through_env = ['A']\n";
    let stderr = message(line, ["mise.toml", config, "zzz", "this task"], help);
    refused(&project(config), "run zzz", 1, &stderr);
    refused(&project(config), "run -n zzz", 1, &stderr);
}

#[test]
fn a_mistyped_flag_runs_nothing_open() {
    let project = project(OK);
    let stderr = "Error: unexpected flag `--deny-reed`\n  help: did you mean `--deny-read`?\n";
    project.mep(["run", "--deny-reed", "ok"]).run().stdout("").stderr(stderr).code(2);
    for flag in ["--allow-read", "--allow-write", "--allow-net", "--allow-env"] {
        let output = project.mep(["run", flag]).run();
        assert!(output.code(2).stderr.contains(flag), "{}", output.transcript());
    }
    assert!(!project.exists("ran"));
}

#[test]
fn a_setting_that_is_no_yes_or_no_runs_nothing_open() {
    let bad = format!("[settings.sandbox]\ndeny_read = 'x'\n{OK}");
    let bad = project(&bad);
    bad.mep(["run", "ok"]).run().stdout("").code(1);
    let unset = project(OK);
    let stderr = "Error: `MISE_SANDBOX_DENY_READ` must be true or false, not `maybe`\n  \
                  help: set it to 1 or 0, or unset it\n";
    let run = unset.mep(["run", "ok"]).env("MISE_SANDBOX_DENY_READ", "maybe").run();
    run.stdout("").stderr(stderr).code(1);
    assert!(!bad.exists("ran") && !unset.exists("ran"));
}
