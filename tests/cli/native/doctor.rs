//! `doctor`: what is found, what is left out, what is wrong.

use serde_json::{Value, json};

use super::project;
use crate::support::Project;

fn told(project: &Project, more: &[&str]) -> Value {
    let words = ["doctor", "--json"].iter().chain(more).copied();
    serde_json::from_str(&project.mep(words).run().stdout).expect("it is JSON")
}

fn rich() -> Project {
    project("[tasks]\na = 'x'\nlast = 'x'\n[tasks.h]\nhide = true\ncache = {}\nrun = 'x'\n[tools]\nnode = '20'\n")
        .file("mise.ci.toml", "[tasks]\nc = 'x'\n")
        .file("mep.toml", "jobserver = 'off'\n")
        .file("mise-tasks/plain", "#!/bin/sh\n")
        .file("../home/.config/mise/config.toml", "[tasks]\ng = 'x'\n")
}

#[test]
fn it_tells_what_was_read_and_what_was_not() {
    let project = rich();
    let told = told(&project, &[]);
    let read = &told["project"];
    assert_eq!(read["directory"], "[P]");
    assert_eq!(read["project"], "[P]");
    assert_eq!(read["files"], json!(["[P]/mise.toml"]));
    assert_eq!(read["files_of_the_user"], json!(["~/.config/mise/config.toml"]));
    assert_eq!(read["own_files"], json!(["[P]/mep.toml"]));
    assert_eq!(read["tasks"], "4, 1 of them hidden");
    assert_eq!(read["tasks_before_commands"], json!(["last"]));
    let ignored = &told["ignored"];
    assert_eq!(ignored["not_trusted"], json!([]));
    assert_eq!(ignored["not_executable"], json!(["[P]/mise-tasks/plain"]));
    assert_eq!(ignored["other_profiles"], json!(["[P]/mise.ci.toml"]));
    assert_eq!(ignored["keys"], json!(["cache of h ([P]/mise.toml:6)"]));
    assert_eq!(told["programs"]["mise"], Value::Null);
    assert_eq!(told["runs"]["jobserver"], "off");
    assert_eq!(told["output"]["terminals"], json!([]));
    assert_eq!(told["kept"]["runs_of_this_project"], "0");
    assert_eq!(told["problems"], json!([]));
    let warning =
        "there is no mise on PATH to set up tools: tasks use what is there ([P]/mise.toml:9)";
    assert_eq!(told["warnings"], json!([warning]));
}

#[test]
fn profiles_and_runs_count() {
    let project = rich();
    project.mep(["-q", "-E", "ci", "run", "a"]).run();
    let told = told(&project, &["-E", "ci"]);
    assert_eq!(told["project"]["profiles"], json!(["ci"]));
    assert_eq!(told["ignored"]["other_profiles"], json!([]));
    assert_eq!(told["kept"]["runs_of_this_project"], "1");
}

#[test]
fn a_real_mise_and_a_jobserver_are_seen() {
    let project = Project::new().executable("real/mise", "#!/bin/sh\n");
    let path = format!("{}:/usr/bin:/bin", project.path("real").display());
    let flags = " -j2 --jobserver-auth=fifo:/tmp/nowhere";
    let run = project.mep(["doctor", "-J"]).env("PATH", &path).env("MAKEFLAGS", flags).run();
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["programs"]["mise"], "[P]/real/mise");
    assert_eq!(told["runs"]["jobserver"], "the one that MAKEFLAGS names");
}

#[test]
fn mistakes_end_with_one() {
    let project = project("[tasks.a]\nrn = 'x'\n");
    let output = project.mep(["doctor"]).run();
    output.code(1);
    assert!(output.stdout.starts_with("mep\n  version"), "{}", output.stdout);
    assert!(
        output.stderr.starts_with("Error: unknown key `rn` in task `a`\n"),
        "{}",
        output.stderr
    );
    let told = told(&project, &[]);
    assert_eq!(told["problems"], json!(["unknown key `rn` in task `a`"]));
}

#[test]
fn what_nobody_trusts_is_named() {
    let project = project("[env]\nA = \"{{ exec(command='touch asked') }}\"\n");
    let run = project.mep(["doctor", "-J"]).env_remove("MISE_TRUSTED_CONFIG_PATHS").run();
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["ignored"]["not_trusted"], json!(["[P]/mise.toml"]));
    assert!(!project.path("asked").exists());
}

#[test]
fn a_state_directory_that_cannot_be_written_is_a_problem() {
    let project = Project::new().file("blocked", "");
    let run = project.mep(["doctor"]).env("MEP_STATE_DIR", "[P]/blocked/mep").run();
    run.code(1);
    let said = "Error: [P]/blocked cannot be written\n  help: runs leave no record there, and no task is ever up to date\n";
    assert_eq!(run.stderr, said);
}

#[test]
fn as_mise_it_is_ours_where_no_other_is() {
    let output = Project::new().mise(["doctor"]).run();
    assert!(output.stdout.starts_with("mep\n  version"), "{}", output.stdout);
}
