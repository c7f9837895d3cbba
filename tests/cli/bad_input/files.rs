//! Files and directories that are missing, unreadable or not executable.

use super::{OK, goes_on, lists, message, project, refused};
use crate::support::{Project, forbid, unprivileged};

#[test]
fn without_any_configuration_the_next_step_is_shown() {
    let nothing = Project::new();
    let error = |name| {
        format!(
            "Error: no task {name} found: no tasks are defined here\n  \
             help: put `[tasks]` with `hello = \"echo hello\"` into a file mise.toml\n"
        )
    };
    refused(&nothing, "run build", 1, &error("build"));
    refused(&nothing, "build", 1, &error("build"));
    refused(&nothing, "run", 1, &error("default"));
    nothing.mep(["tasks"]).run().stdout("").stderr("").code(0);
    nothing.mep(["tasks", "--json"]).run().stdout("[]\n").stderr("").code(0);
}

#[test]
fn a_missing_directory_is_named() {
    let missing = project("[tasks.a]\ndir = \"nowhere\"\nrun = \"touch [P]/ran\"\n");
    let stderr = "\
[a] $ touch [P]/ran
[a] ERROR task directory does not exist: [P]/nowhere
[a] ERROR task failed
";
    refused(&missing, "run a", 1, stderr);
}

#[test]
fn a_missing_shell_is_named() {
    let missing = project("[tasks.a]\nshell = \"noshell -c\"\nrun = \"touch ran\"\n");
    let stderr = "[a] ERROR shell `noshell` was not found on PATH\n[a] ERROR task failed\n";
    refused(&missing, "run a", 1, stderr);
}

#[test]
fn a_missing_interpreter_is_named() {
    let missing = Project::new().executable("mise-tasks/a", "#!/no/such/interpreter\ntouch ran\n");
    let stderr = "\
[a] $ [P]/mise-tasks/a
[a] ERROR failed to execute command: [P]/mise-tasks/a
[a] ERROR its interpreter `/no/such/interpreter` was not found
[a] ERROR task failed
";
    refused(&missing, "run a", 1, stderr);
}

#[test]
fn a_script_that_only_lacks_its_executable_bit_is_named() {
    let alone = Project::new().file("mise-tasks/build", "#!/bin/sh\ntouch ran\n");
    let stderr = "\
Error: no task build found: no tasks are defined here
  help: a script must be executable to be a task; run: chmod +x [P]/mise-tasks/build
";
    refused(&alone, "run build", 1, stderr);
    let stderr = "\
Error: `./mise-tasks/build` is not executable. Run: chmod +x ./mise-tasks/build
";
    refused(&alone, "run ./mise-tasks/build", 1, stderr);
}

#[test]
fn a_missing_file_of_a_task_is_named_before_anything_runs() {
    let config = format!("[tasks.fetch]\nfile = \"no.sh\"\n\n{OK}");
    let line = "task `fetch`: its file [P]/no.sh does not exist";
    let place = ["mise.toml", &config, "fetch", "this task"];
    let stderr = message(line, place, "`file` is relative to the directory of the config");
    refused(&project(&config), "run ok ::: fetch", 1, &stderr);
}

#[test]
fn a_file_of_a_task_that_is_not_executable_is_named_before_anything_runs() {
    let config = format!("[tasks.fetch]\nfile = \"f.sh\"\n\n{OK}");
    let line = "`f.sh` is not executable. Run: chmod +x f.sh";
    let stderr = message(line, ["mise.toml", &config, "fetch", "this task"], "chmod +x [P]/f.sh");
    let project = project(&config).file("f.sh", "#!/bin/sh\ntouch ran\n");
    refused(&project, "run ok ::: fetch", 1, &stderr);
}

#[test]
fn unreadable_configuration_stops_the_project() {
    let shut = unprivileged(project(OK).file("mise.local.toml", ""));
    let _shut = forbid(&shut, "mise.local.toml");
    let stderr = "\
Error: cannot read [P]/mise.local.toml: Permission denied (os error 13)
  help: make the file readable, or remove it
";
    refused(&shut, "run ok", 1, stderr);
    lists(&shut, "ok\n", stderr);
}

#[test]
fn an_unreadable_task_directory_is_named_and_the_rest_runs() {
    let shut = unprivileged(project(OK).executable("mise-tasks/sub/a", "#!/bin/sh\n"));
    let _shut = forbid(&shut, "mise-tasks/sub");
    goes_on(&shut, "Warning: cannot read [P]/mise-tasks/sub: Permission denied (os error 13)\n");
}
