//! `tasks add` and `tasks edit` as mep: nothing is replaced or lost without a word.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::project;
use crate::support::Project;

#[track_caller]
fn add(project: &Project, words: &[&str], stderr: &str) {
    let code = i32::from(stderr.starts_with("Error"));
    project.mep(["tasks", "add"].iter().chain(words)).run().stdout("").stderr(stderr).code(code);
}

#[test]
fn it_is_said_where_the_task_is() {
    let project = Project::new();
    add(&project, &["t", "--", "echo", "a b"], "task `t` is in [P]/mise.toml\n");
    add(&project, &["g:s", "-f", "--", "echo", "a b"], "task `g:s` is in [P]/mise-tasks/g/s\n");
    assert_eq!(project.read("mise.toml"), "[tasks.t]\nrun = \"echo 'a b'\"\n");
    let script = "#!/usr/bin/env bash\nset -euxo pipefail\n\necho 'a b'\n";
    assert_eq!(project.read("mise-tasks/g/s"), script);
    project.mep(["-q", "run", "t", ":::", "g:s"]).run().code(0);
}

#[test]
fn what_is_there_is_replaced_by_force_alone() {
    let text = "# head\n\n[tasks.t] # here\nrun = 'old'\n\n# tail\n[tasks.z]\nrun = 'z'\n";
    let project = project(text).executable("mise-tasks/s", "old\n");
    add(
        &project,
        &["t", "--", "new"],
        "Error: there is a task `t` already: [P]/mise.toml:3\n   ╭─[[P]/mise.toml:3:8]\n \
         2 │\n 3 │ [tasks.t] # here\n   ·        ┬\n   ·        ╰── this one\n \
         4 │ run = 'old'\n   ╰────\n  help: `--force` replaces it; nothing was changed\n",
    );
    add(
        &project,
        &["s", "-f"],
        "Error: there is a file already: [P]/mise-tasks/s\n  \
         help: `--force` replaces it; nothing was changed\n",
    );
    assert_eq!(
        (project.read("mise.toml"), project.read("mise-tasks/s")),
        (text.into(), "old\n".into())
    );
    add(&project, &["t", "--force", "--", "new"], "task `t` is in [P]/mise.toml\n");
    let text = "# head\n\n[tasks.t] # here\nrun = \"new\"\n\n# tail\n[tasks.z]\nrun = 'z'\n";
    assert_eq!(project.read("mise.toml"), text);
    add(&project, &["s", "-f", "--force"], "task `s` is in [P]/mise-tasks/s\n");
}

#[test]
fn line_ends_and_the_mark_of_the_file_stay() {
    let project = project("\u{feff}[tasks.a]\r\nrun = 'x'\r\n");
    add(&project, &["t", "-d", "a"], "task `t` is in [P]/mise.toml\n");
    let text = "\u{feff}[tasks.a]\r\nrun = 'x'\r\n\r\n[tasks.t]\r\ndepends = [\"a\"]\r\n";
    assert_eq!(project.read("mise.toml"), text);
    project.mep(["tasks", "--name-only"]).run().stdout("a\nt\n").code(0);
}

#[test]
fn a_table_in_one_line_takes_it() {
    let project = project("tasks = { a = 'x' }\n");
    add(&project, &["t", "--", "y"], "task `t` is in [P]/mise.toml\n");
    assert_eq!(project.read("mise.toml"), "tasks = { a = 'x' , t = { run = \"y\" } }\n");
}

#[test]
fn a_link_and_the_mode_stay() {
    let project = Project::new().file("real.toml", "").symlink("mise.toml", "real.toml");
    fs::set_permissions(project.path("real.toml"), fs::Permissions::from_mode(0o640)).unwrap();
    add(&project, &["t", "--", "y"], "task `t` is in [P]/mise.toml\n");
    assert!(fs::symlink_metadata(project.path("mise.toml")).unwrap().is_symlink());
    let mode = fs::metadata(project.path("real.toml")).unwrap().permissions().mode();
    assert_eq!(
        (mode & 0o777, project.read("real.toml")),
        (0o640, "[tasks.t]\nrun = \"y\"\n".into())
    );
}

#[test]
fn what_cannot_be_written_is_left_alone() {
    let none = "nothing was changed\n";
    let broken = project("[tasks.a]\nrun =\n");
    let message = format!(
        "Error: [P]/mise.toml is not valid TOML\n   ╭─[[P]/mise.toml:2:6]\n 1 │ [tasks.a]\n \
         2 │ run =\n   ·      ▲\n   ·      ╰── string values must be quoted, expected literal \
         string\n   ╰────\n  help: correct this first; {none}"
    );
    add(&broken, &["t"], &message);
    let scalar = project("tasks = 1\n");
    let message =
        "Error: `tasks` is no table in [P]/mise.toml\n  help: make it a table, `[tasks]`; ";
    add(&scalar, &["t"], &format!("{message}{none}"));
    let locked = project("# mine\n");
    fs::set_permissions(locked.path("mise.toml"), fs::Permissions::from_mode(0o444)).unwrap();
    let message = "Error: [P]/mise.toml cannot be written: it is read-only\n  help: ";
    add(&locked, &["t"], &format!("{message}{none}"));
    assert_eq!(locked.read("mise.toml"), "# mine\n");
    let left = fs::read_dir(locked.path("")).unwrap().count();
    assert_eq!(left, 1, "a temporary file is left");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let project = Project::new();
    for name in ["../x", "/x", "a::b", "a:", ".."] {
        let message = format!(
            "Error: `{name}` is no name for a file task\n  \
             help: names of files are joined by colons, as in `db:reset`\n"
        );
        add(&project, &[name, "--file"], &message);
    }
    let message = "Error: the name of the task is empty\n  help: `mep tasks add NAME -- COMMAND`\n";
    project.mep(["tasks", "add", ""]).run().stderr(message).code(2);
}

#[test]
fn a_new_file_is_trusted_and_no_other() {
    let config = "[env]\nA = \"{{ 'x' }}\"\n";
    let project = project(config).dir("sub");
    let call = |words: &[&str], cwd: &'static str| {
        let run = project.mep(words).cwd(cwd).env_remove("MISE_TRUSTED_CONFIG_PATHS").run();
        run.code(0);
        run.stdout
    };
    call(&["tasks", "add", "t", "--", "y"], "");
    assert!(call(&["trust", "--show"], "").ends_with(": untrusted\n"));
    project.remove("mise.toml");
    call(&["tasks", "add", "t", "--", "y"], "sub");
    assert!(call(&["trust", "--show"], "sub").ends_with(": trusted\n"));
}

#[test]
fn flags_of_a_script_that_mise_writes_badly() {
    let project = Project::new();
    let words =
        ["s", "-f", "--description", "a \"b\"", "-D", "x y", "--shell", "bash -x", "--", "x"];
    add(&project, &words, "task `s` is in [P]/mise-tasks/s\n");
    let script = "#!/usr/bin/env -S bash -x\n#MISE description=\"a \\\"b\\\"\"\n\
                  #MISE dir=\"x y\"\nset -euxo pipefail\n\nx\n";
    assert_eq!(project.read("mise-tasks/s"), script);
    add(&project, &["n", "-f", "--shell", "node"], "task `n` is in [P]/mise-tasks/n\n");
    assert_eq!(project.read("mise-tasks/n"), "#!/usr/bin/env node\n");
}

#[test]
fn only_asking_for_the_path_makes_nothing() {
    let project = project("[tasks]\na = 'x'\n");
    project.mep(["tasks", "edit", "-p", "new"]).run().stdout("[P]/mise-tasks/new\n").code(0);
    assert!(!project.exists("mise-tasks"));
    let run = project.mep(["tasks", "edit", "new"]).env("EDITOR", "cat").run();
    run.stdout("#!/usr/bin/env bash\nset -euxo pipefail\n\n").code(0);
}
