//! Warnings before anything runs: of a script that could have been the task, of a directory that
//! a task will not find.

use crate::support::Case;

#[test]
fn a_script_that_is_not_executable_is_named_where_its_task_is_missing() {
    Case::config("[tasks.build]\nrun = 'true'\n")
        .file("mise-tasks/nox", "echo nox\n")
        .file("mise-tasks/zzq.sh", "echo sub\n")
        .file("mise-tasks/g/h", "echo h\n")
        .mise(["run", "nox"])
        .mise(["nox", "arg"])
        .mise(["run", "build", ":::", "zzq"])
        .mise(["run", "zzq.sh"])
        .mise(["run", "g:h"])
        .mise(["run", "-q", "nox"])
        .mise(["run", "nix"])
        .check();
}

#[test]
fn a_dry_run_says_that_a_directory_is_missing() {
    Case::config(
        "[tasks.a]\ndir = 'nowhere'\nrun = ['echo 1', 'echo 2']\n\
         [tasks.b]\ndepends = 'a'\n[tasks.c]\ndir = 'there'\nrun = 'echo'\n",
    )
    .dir("there")
    .mise(["run", "-n", "a"])
    .mise(["run", "-n", "b", ":::", "c"])
    .mise(["run", "-q", "-n", "a"])
    .mise(["run", "-S", "-n", "a"])
    .unordered()
    .check();
}
