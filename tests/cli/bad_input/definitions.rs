//! Mistakes in what surrounds the tasks: templates, includes, settings, `miserc.toml`,
//! `min_version`. The message marks the place in the file that holds it.

use super::{OK, goes_on, lists, marked, message, mistake, project, project_mistake, refused};
use crate::support::Project;

#[test]
fn a_template_that_is_not_there_has_a_suggestion() {
    let config =
        format!("[task_templates.base]\nrun = \"x\"\n[tasks.a]\nextends = \"bsae\"\n\n{OK}");
    let line = "task `a` extends `bsae`, which is not a template";
    let stderr = message(
        line,
        ["mise.toml", &config, "\"bsae\"", "no such template"],
        "did you mean `base`?",
    );
    refused(&project(&config), "run ok ::: a", 1, &stderr);
    goes_on(&project(&config), &format!("Warning: {line} ([P]/mise.toml:4)\n"));
    lists(&project(&config), "a\nok\n", &stderr);
}

#[test]
fn without_a_template_the_next_step_is_to_write_one() {
    mistake(
        "extends = \"base\"",
        "task `a` extends `base`, which is not a template",
        "\"base\"",
        "no such template",
        "define it: `[task_templates.base]`",
    );
}

#[test]
fn templates_that_resemble_nothing_are_listed() {
    let config =
        format!("[task_templates.one]\n[task_templates.two]\n[tasks.a]\nextends = \"xyz\"\n\n{OK}");
    let line = "task `a` extends `xyz`, which is not a template";
    let help = "the templates are `one`, `two`";
    let stderr = message(line, ["mise.toml", &config, "\"xyz\"", "no such template"], help);
    refused(&project(&config), "run a", 1, &stderr);
}

#[test]
fn a_header_that_extends_nothing_is_marked_in_the_script() {
    let script = "#!/bin/sh\n#MISE extends=\"nope\"\ntouch ran\n";
    let project = Project::new().file("mise.toml", OK).executable("mise-tasks/a", script);
    let line = "task `a` extends `nope`, which is not a template";
    let stderr = message(
        line,
        ["mise-tasks/a", script, "\"nope\"", "no such template"],
        "define it: `[task_templates.nope]`",
    );
    refused(&project, "run a", 1, &stderr);
    goes_on(&project, &format!("Warning: {line} ([P]/mise-tasks/a:2)\n"));
}

#[test]
fn a_mistake_in_a_template_stops_those_that_use_it() {
    let config = format!("[task_templates.t]\ndir = 1\n[tasks.a]\nextends = \"t\"\n\n{OK}");
    let line = "`dir` of template `t` must be a string";
    let stderr = message(line, ["mise.toml", &config, "1", "this is an integer"], "");
    refused(&project(&config), "run a", 1, &stderr);
    goes_on(&project(&config), &format!("Warning: {line} ([P]/mise.toml:2)\n"));
    lists(&project(&config), "a\nok\n", &stderr);
}

#[test]
fn templates_are_tables() {
    let line = "`task_templates` of [P]/mise.toml must be a table";
    project_mistake("task_templates = 1", line, "1", "this is an integer", "");
    let config = format!("[task_templates]\nt = \"x\"\n[tasks.a]\nextends = \"t\"\n\n{OK}");
    let stderr =
        message("template `t` must be a table", ["mise.toml", &config, "\"x\"", "not a table"], "");
    refused(&project(&config), "run a", 1, &stderr);
}

#[test]
fn a_text_of_a_template_is_marked_where_it_stands() {
    let parent = "[task_templates.t]\nrun = \"echo {{nope}}\"\n";
    let project = Project::new()
        .file("mise.toml", parent)
        .file("c/mise.toml", "[tasks.a]\nextends = \"t\"\n");
    let output = project.mep(["run", "a"]).cwd("c").run();
    let place = marked("mise.toml", parent, "nope", "Variable `nope` is not defined");
    assert!(output.stderr.contains(&place), "not marked:\n{place}\n{}", output.stderr);
    output.stdout("").code(1);
}

#[test]
fn an_include_from_elsewhere_is_left_out_and_named() {
    let config = format!("[task_config]\nincludes = [\"git::https://x.invalid/a\"]\n{OK}");
    let line =
        "include `git::https://x.invalid/a` needs remote sources, which this version does not have";
    let stderr = message(line, ["mise.toml", &config, "\"git::https://x.invalid/a\"", "here"], "");
    lists(&project(&config), "ok\n", &stderr);
    goes_on(&project(&config), &format!("Warning: {line} ([P]/mise.toml:2)\n"));
}

#[test]
fn an_include_that_does_not_render_is_left_out_and_named() {
    let config = format!("[task_config]\nincludes = [\"{{{{nope}}}}\"]\n{OK}");
    let output = project(&config).mep(["tasks"]).run();
    let label = "Variable `nope` is not defined";
    let place = marked("mise.toml", &config, "\"{{nope}}\"", label);
    assert!(output.stderr.contains(&place), "not marked:\n{place}\n{}", output.stderr);
    output.stdout("ok\n").code(1);
    project(&config).mep(["run", "ok"]).run().stdout("").code(0);
}

#[test]
fn keys_of_task_config_have_types() {
    for (key, value, expected, found) in [
        ("includes", "\"a\"", "a list of strings", "this is a string"),
        ("excludes", "1", "a list of strings", "this is an integer"),
        ("dir", "1", "a string", "this is an integer"),
        ("cascade", "\"x\"", "true or false", "this is a string"),
    ] {
        let line = format!("`task_config.{key}` of [P]/mise.toml must be {expected}");
        project_mistake(&format!("[task_config]\n{key} = {value}"), &line, value, found, "");
    }
}

#[test]
fn settings_have_types() {
    for (key, value, expected, found) in [
        ("jobs", "\"x\"", "a number", "this is a string"),
        ("jobs", "-1", "a number from 0 on", "this is an integer"),
        ("quiet", "1", "true or false", "this is an integer"),
        ("env_file", "[1]", "a string", "this is a list"),
    ] {
        let line = format!("`settings.{key}` of [P]/mise.toml must be {expected}");
        project_mistake(&format!("[settings]\n{key} = {value}"), &line, value, found, "");
    }
    let line = "`task` of [P]/mise.toml must be a table";
    project_mistake("[settings]\ntask = 1", line, "1", "this is an integer", "");
}

#[test]
fn a_setting_of_tasks_that_is_not_known_has_a_suggestion() {
    let line = "unknown setting `task.timigs`";
    let config = "[settings]\ntask.timigs = true";
    project_mistake(config, line, "timigs", "not a setting", "did you mean `task.timings`?");
}

#[test]
fn a_variable_of_a_setting_is_named() {
    let stderr = "Error: `MISE_QUIET` must be true or false, not `maybe`\n  \
                  help: set it to 1 or 0, or unset it\n";
    let project = project(OK);
    project.mep(["run", "ok"]).env("MISE_QUIET", "maybe").run().stdout("").stderr(stderr).code(1);
    assert!(!project.exists("ran"));
}

#[test]
fn safe_mode_says_how_to_leave_it() {
    let stderr = "Error: running tasks is disabled in safe mode (MISE_SAFE=1)\n  \
                  help: take `MISE_SAFE` or the setting `safe` away\n";
    let project = project(OK);
    project.mep(["run", "ok"]).env("MISE_SAFE", "1").run().stdout("").stderr(stderr).code(1);
    assert!(!project.exists("ran"));
}

#[test]
fn a_mistake_in_a_miserc_is_marked() {
    let rc = "env = \"dev\"\n";
    let line = "`env` of [P]/.miserc.toml must be a list of strings";
    let stderr = message(line, [".miserc.toml", rc, "\"dev\"", "this is a string"], "");
    refused(&project(OK).file(".miserc.toml", rc), "run ok", 1, &stderr);
}

#[test]
fn a_newer_version_is_asked_for_at_its_place() {
    let line = "mise version 2099.1 is required, but this is compatible with 2026.9.15";
    let help = "update mep, or ask for an older version";
    project_mistake("min_version = \"2099.1\"", line, "\"2099.1\"", "asked for here", help);
    // Whatever else is wrong may be right for that version.
    let config = "min_version = { hard = \"2099.1\" }\n[env]\nA = { bogus = [] }";
    project_mistake(config, line, "\"2099.1\"", "asked for here", help);
}

#[test]
fn a_version_is_a_version() {
    let line = "`min_version` of [P]/mise.toml is not a version";
    project_mistake("min_version = \"\"", line, "\"\"", "not a version", "");
}

#[test]
fn a_recommended_version_is_a_warning() {
    let warning =
        "Warning: mise version 2099.1 is recommended, but this is compatible with 2026.9.15\n";
    goes_on(&project(&format!("min_version = {{ soft = \"2099.1\" }}\n{OK}")), warning);
}
