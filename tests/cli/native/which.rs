//! `which`: the place of a task, and what it hides.

use serde_json::{Value, json};

use super::project;
use crate::support::Project;

fn places() -> Project {
    project("\n[tasks.a]\nalias = 'al'\nrun = 'x'\n[tasks.only]\nextends = 'tpl'\n[task_templates.tpl]\nrun = 'x'\n")
        .file("mise.local.toml", "[tasks]\na.description = 'x'\n")
        .file("../home/.config/mise/config.toml", "[tasks]\na = 'x'\n")
        .executable("mise-tasks/a", "#!/bin/sh\n")
        .executable("mise-tasks/g/s.sh", "#!/bin/sh\n")
        .file(".mise/tasks/more.toml", "[b]\nrun = 'x'\n")
        .file("sub/mise.toml", "tasks.b = 'here'\n")
}

#[track_caller]
fn says(project: &Project, cwd: &str, word: &str, expected: &str) {
    let output = project.mep(["which", word]).cwd(cwd).run();
    output.stdout(expected).stderr("").code(0);
}

#[test]
fn it_says_what_counts_and_what_does_not() {
    let project = places();
    let a = "a  mise.toml:2\n  overlaid by mise.local.toml:2\n  shadows mise-tasks/a:1\n  \
             shadows ~/.config/mise/config.toml:2\n";
    says(&project, "", "a", a);
    says(&project, "", "al", a);
    says(&project, "", "only", "only  mise.toml:5\n  filled by the template mise.toml:7\n");
    says(&project, "", "g:s", "g:s  mise-tasks/g/s.sh:1\n");
    says(&project, "sub", "b", "b  mise.toml:1\n  shadows [P]/.mise/tasks/more.toml:1\n");
}

#[test]
fn programs_get_json() {
    let project = places();
    let output = project.mep(["which", "--json", "on*"]).run();
    let found: Value = serde_json::from_str(&output.stdout).unwrap();
    let file = "[P]/mise.toml";
    let expected = json!([{
        "name": "only", "file": file, "line": 5, "template": { "file": file, "line": 7 },
        "overlays": [], "shadows": [],
    }]);
    assert_eq!(found, expected);
}

#[test]
fn an_unknown_task_is_an_error() {
    let message = "Error: no task onyl found\n  help: did you mean `only`?\n";
    places().mep(["which", "onyl"]).run().stdout("").stderr(message).code(1);
    let message = "Error: no task zzz found\n  help: `mep tasks --hidden` lists all tasks\n";
    places().mep(["which", "zzz"]).run().stdout("").stderr(message).code(1);
}

#[test]
fn a_task_of_that_name_goes_first() {
    let project = project("[tasks]\nwhich = 'echo mine'\n");
    project.mep(["-q", "which"]).run().stdout("mine\n").code(0);
    project.mep(["--builtin", "which", "which"]).run().stdout("which  mise.toml:2\n").code(0);
}
