//! `tasks validate` as `mep`: mise's findings with their places, and what is no mistake to us.

use super::project;
use crate::support::Project;

#[test]
fn each_finding_has_its_place_and_a_next_step() {
    let config = "\
[tasks.build]
run = 'true'

[tasks.test]
depends = ['buidl']
run = [{ task = 'nosuch' }]
";
    let page = "
2 task(s) validated with 3 issue(s):

  ✗ 3 error(s)

Task: test
  ✗ Failed to build task dependency graph [dependency-graph-error]
      task not found: buidl
      at mise.toml:4
  ✗ Dependency 'buidl' not found [missing-dependency]
      Referenced in 'depends' but no matching task exists
      at mise.toml:5
      help: did you mean `build`?
  ✗ Task 'nosuch' referenced in run entry not found [missing-task-reference]
      at mise.toml:6
      help: define the task, or take the entry out

";
    let project = project(config);
    let failed = "Error: Validation failed with 3 error(s)\n";
    project.mep(["tasks", "validate"]).run().stdout(page).stderr(failed).code(1);
    let row = r#"    {
      "task": "test",
      "severity": "error",
      "category": "missing-dependency",
      "message": "Dependency 'buidl' not found",
      "details": "Referenced in 'depends' but no matching task exists",
      "file": "[P]/mise.toml",
      "line": 5,
      "help": "did you mean `build`?"
    }"#;
    let json = project.mep(["tasks", "validate", "--json"]).run();
    json.code(1);
    assert!(json.stdout.contains(row), "{}", json.stdout);
}

#[test]
fn what_mise_refuses_and_we_do_not_is_no_error() {
    let config = "\
[vars]
name = 'good'
[tasks.good]
usage = 'opt \"--schema\" default=\"main\"'
run = 'true'
[tasks.calls]
run = [{ task = '{{vars.name}}' }]
[tasks.file]
file = '{{config_root}}/script'
[tasks.waits]
wait_for = ['nosuch']
run = 'true'
[tasks.self]
depends = ['self']
run = 'true'
[tasks.over]
depends = ['../other:there']
";
    let page = "
6 task(s) validated with 2 issue(s):

  ⚠ 2 warning(s)

Task: self
  ⚠ Task depends on itself [self-dependency]
      It is left out of its own dependencies
      at mise.toml:14
      help: remove the entry

Task: waits
  ⚠ Dependency 'nosuch' not found [missing-dependency]
      Referenced in 'wait_for' but no matching task exists
      at mise.toml:11
      help: define the task, or take the entry out

";
    let project = Project::new()
        .file("mise.toml", config)
        .executable("script", "#!/bin/sh\n")
        .file("../other/mise.toml", "[tasks]\nthere = 'true'\n");
    project.mep(["tasks", "validate"]).run().stdout(page).stderr("").code(0);
}

#[test]
fn a_text_that_does_not_render_hides_nothing_else() {
    let config = "\
[tasks.a]
depends = ['{{ nosuch() }}']
dir = '{{ nodir() }}'
run = ['', 'true']
";
    let page = "
1 task(s) validated with 3 issue(s):

  ✗ 2 error(s)
  ⚠ 1 warning(s)

Task: a
  ✗ Invalid directory template: {{ nodir() }} [invalid-directory-template]
      cannot render `{{ nodir() }}` of task `a`: Unknown function `nodir`
      at mise.toml:3
  ⚠ Task contains empty script entry [empty-script]
      at mise.toml:1
  ✗ A template of the task cannot be rendered [invalid-template]
      cannot render `{{ nosuch() }}` of task `a`: Unknown function `nosuch`
      at mise.toml:2

";
    project(config).mep(["tasks", "validate"]).run().stdout(page).code(1);
}

#[test]
fn broken_files_are_named_and_the_others_looked_at() {
    let project = Project::new()
        .file("mise.toml", "[tasks]\na = ''\nb = { run = 1 }\n")
        .file("mise-tasks/broken.toml", "[c\n");
    let page = "
2 task(s) validated with 1 issue(s):

  ⚠ 1 warning(s)

Task: a
  ⚠ Task contains empty script entry [empty-script]
      at mise.toml:2

";
    let output = project.mep(["tasks", "validate"]).run();
    output.stdout(page).code(1);
    for part in ["mise-tasks/broken.toml is not valid TOML", "`run` of task `b` must be"] {
        assert!(output.stderr.contains(part), "{}", output.stderr);
    }
}

#[test]
fn circles_without_end_are_told_to_an_end() {
    let others = |me: usize| (0..12).filter(move |i| *i != me).map(|i| format!("'t{i}'"));
    let task = |me| format!("t{me}.depends = [{}]\n", others(me).collect::<Vec<_>>().join(", "));
    let config = format!("[tasks]\n{}", (0..12).map(task).collect::<String>());
    let output = project(&config).mep(["tasks", "validate", "--json"]).run();
    output.code(1);
    assert!(output.stdout.contains("\"errors\": 1000,"), "{}", &output.stdout[..200]);
}

#[test]
fn an_unknown_name_comes_with_the_nearest_one() {
    let said = "\
Error: Task 'buidl' not found. Available tasks: build, test
  help: did you mean `build`?
";
    let project = project("[tasks]\nbuild = 'true'\ntest = 'true'\n");
    project.mep(["tasks", "validate", "test", "buidl"]).run().stdout("").stderr(said).code(1);
}
