//! `../dir:task`: tasks of another project, with that project's configuration, environment,
//! vars and directory.

use crate::support::Project;

const WEB: &str = r#"
[env]
WHO = "web"
[vars]
v = "webs"
[tasks.build]
depends = ["../api:build", "lint"]
run = "echo $WHO {{ vars.v }} ${PWD##*/}"
[tasks.lint]
run = "echo lint of web"
[tasks.typo]
depends = ["../api:biuld"]
run = "touch ran"
[tasks.nowhere]
depends = ["../nope:build"]
run = "touch ran"
[tasks.loop]
depends = ["../api:loop"]
[tasks.waits]
wait_for = ["../nope:build", "../api:lint"]
run = "echo waits"
[tasks.broken]
depends = ["../broken:build"]
run = "touch ran"
[tasks.call]
run = ["echo first", { task = "../api:say", args = ["hello"] }, { tasks = ["../api:part:*"] }]
"#;

const API: &str = r#"
[env]
WHO = "api"
[vars]
v = "apis"
[tasks.build]
depends = ["lint"]
run = "echo $WHO {{ vars.v }} ${PWD##*/} $MISE_TASK_NAME"
[tasks.lint]
run = "echo lint of api"
[tasks.loop]
depends = ["../web:loop"]
[tasks.say]
usage = 'arg "<word>"'
run = "echo api says $usage_word"
[tasks."part:one"]
run = "echo part one"
[tasks."part:two"]
run = "echo part two"
[tasks.back]
depends = ["../web:lint"]
run = "echo back"
"#;

fn projects() -> Project {
    Project::new()
        .file("web/mise.toml", WEB)
        .file("api/mise.toml", API)
        .file("broken/mise.toml", "[tasks.build\n")
}

#[test]
fn a_dependency_runs_with_its_own_projects_environment_and_directory() {
    let stderr = "\
[lint] $ echo lint of web
[../api:lint] $ echo lint of api
[../api:build] $ echo $WHO apis ${PWD##*/} $MISE_TASK_NAME
[build] $ echo $WHO webs ${PWD##*/}
Finished in [t]
";
    let stdout = "lint of web\nlint of api\napi apis api build\nweb webs web\n";
    let run = ["run", "-j1", "build"];
    projects().mep(run).cwd("web").run().stdout(stdout).stderr(stderr).code(0);
}

#[test]
fn a_word_of_the_command_line_leads_there_too() {
    let stdout = "lint of api\napi apis api build\n";
    projects().mep(["-q", "run", "../api:build"]).cwd("web").run().stdout(stdout).code(0);
    projects().mep(["-q", "run", "api:build"]).run().stdout("").code(1);
    projects().mep(["-q", "run", "./api:build"]).run().stdout(stdout).code(0);
    let said = "api says hi\n";
    projects().mep(["-q", "run", "../api:say", "hi"]).cwd("web").run().stdout(said).code(0);
}

#[test]
fn calls_and_patterns_lead_there() {
    let stdout = "first\napi says hello\npart one\npart two\n";
    projects().mep(["-q", "run", "-j1", "call"]).cwd("web").run().stdout(stdout).code(0);
}

#[test]
fn a_project_is_one_whichever_way_leads_to_it() {
    let stdout = "lint of web\nback\n";
    let words = ["-q", "run", "-j1", "lint", ":::", "../api:back"];
    projects().mep(words).cwd("web").run().stdout(stdout).code(0);
}

#[test]
fn a_circle_across_projects_is_found() {
    let stderr = "\
Error: Circular dependency detected: loop → ../api:loop → loop
    ╭─[[P]/web/mise.toml:18:12]
 17 │ [tasks.loop]
 18 │ depends = [\"../api:loop\"]
    ·            ──────┬──────
    ·                  ╰── `loop` needs `../api:loop`
 19 │ [tasks.waits]
    ╰────
    ╭─[[P]/api/mise.toml:12:12]
 11 │ [tasks.loop]
 12 │ depends = [\"../web:loop\"]
    ·            ──────┬──────
    ·                  ╰── `../api:loop` needs `loop`
 13 │ [tasks.say]
    ╰────
  help: remove one of these, or use `wait_for` where only the order matters
";
    projects().mep(["run", "loop"]).cwd("web").run().stdout("").stderr(stderr).code(1);
}

#[test]
fn a_typo_there_gets_a_suggestion() {
    let projects = projects();
    let stderr = "\
Error: Task 'typo' depends on '../api:biuld' but '../api:biuld' was not found
    ╭─[[P]/web/mise.toml:12:12]
 11 │ [tasks.typo]
 12 │ depends = [\"../api:biuld\"]
    ·            ───────┬──────
    ·                   ╰── no such task
 13 │ run = \"touch ran\"
    ╰────
  help: did you mean `../api:build`?
";
    projects.mep(["run", "typo"]).cwd("web").run().stdout("").stderr(stderr).code(1);
    assert!(!projects.exists("web/ran"));
}

#[test]
fn a_way_that_leads_nowhere_is_named() {
    let projects = projects();
    let stderr = "\
Error: there is no directory [P]/nope
    ╭─[[P]/web/mise.toml:15:12]
 14 │ [tasks.nowhere]
 15 │ depends = [\"../nope:build\"]
    ·            ───────┬───────
    ·                   ╰── named here
 16 │ run = \"touch ran\"
    ╰────
  help: paths to other projects start at [P]/web
";
    projects.mep(["run", "nowhere"]).cwd("web").run().stdout("").stderr(stderr).code(1);
    assert!(!projects.exists("web/ran"));
}

#[test]
fn a_broken_project_stops_what_needs_it() {
    let projects = projects();
    let output = projects.mep(["run", "broken"]).cwd("web").run();
    let first = "Error: [P]/broken/mise.toml is not valid TOML";
    assert_eq!(output.stderr.lines().next(), Some(first));
    output.stdout("").code(1);
    assert!(!projects.exists("web/ran"));
}

#[test]
fn waiting_for_another_projects_task_is_soft() {
    let stdout = "lint of api\nwaits\n";
    let words = ["-q", "run", "-j1", "waits", ":::", "../api:lint"];
    projects().mep(words).cwd("web").run().stdout(stdout).code(0);
    projects().mep(["-q", "run", "waits"]).cwd("web").run().stdout("waits\n").code(0);
}

#[test]
fn the_graph_shows_the_way() {
    let tree = "build\n├── lint\n└── ../api:build\n    └── ../api:lint\n";
    projects().mep(["tasks", "deps", "build"]).cwd("web").run().stdout(tree).stderr("").code(0);
}

#[test]
fn in_mises_words_it_works_as_well() {
    let stdout = "lint of web\nlint of api\napi apis api build\nweb webs web\n";
    projects().mise(["run", "-q", "-j1", "build"]).cwd("web").run().stdout(stdout).code(0);
}
