//! Command lines that mise accepts without effect, or not at all.

use super::project;

const CONFIG: &str = "\
[tasks]
build = { usage = 'arg \"[x]\"', run = 'echo build $usage_x' }
slow = { usage = 'arg \"[x]\"', run = 'sleep 0.3; echo slow $usage_x' }
default = 'echo default'
waits = { wait_for = ['slow'], run = 'echo waits' }
";

#[test]
fn flags_before_the_task_mean_what_they_mean_behind_run() {
    let raw = "[build] $ echo build $usage_x\n";
    for words in [&["-n", "build"][..], &["-n", "run", "build"], &["-f", "--dry-run", "r", "build"]]
    {
        project(CONFIG).mep(words).run().stdout("").stderr(raw).code(0);
        project(CONFIG).mise(words).run().stdout("").stderr(raw).code(0);
    }
    let output = project(CONFIG).mep(["-q", "-s", "echo sh", "build", "-n"]).run();
    output.stdout("sh echo build $usage_x\n").stderr("").code(0);
    let output = project(CONFIG).mise(["-q", "--output", "prefix", "build", "a"]).run();
    output.stdout("[build] build a\n").stderr("").code(0);
}

#[test]
fn flags_of_a_run_belong_to_no_other_command() {
    let stderr = "Error: unexpected flag `-n`\n  help: `mep run --help` lists the flags\n";
    project(CONFIG).mep(["-n", "tasks"]).run().stdout("").stderr(stderr).code(2);
}

#[test]
fn nothing_behind_a_separator_is_no_task() {
    for words in [&["run", "-q", "build", ":::"][..], &["-q", "build", ":::"]] {
        project(CONFIG).mise(words).run().stdout("build\n").stderr("").code(0);
    }
    project(CONFIG).mep(["-q", "run", ":::"]).run().stdout("default\n").stderr("").code(0);
}

#[test]
fn a_task_waits_for_all_calls_of_another() {
    let words = ["run", "-q", "-j4", "waits", ":::", "slow", "a", ":::", "slow"];
    let output = project(CONFIG).mise(words).run();
    assert!(output.stdout.ends_with("[waits] waits\n"), "{}", output.stdout);
    output.stderr("").code(0);
}
