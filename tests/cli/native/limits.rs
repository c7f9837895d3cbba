//! The time limit of a task.

use super::project;

#[test]
fn a_task_that_makes_light_of_its_limit_has_failed_all_the_same() {
    let task = project(
        "
[tasks.t]
timeout = '3s'
run = '''
trap 'echo asked; exit 0' TERM
echo start
mkfifo hold
read x <> hold
'''
",
    );
    let stderr = "\
[t] ERROR timed out after 3s
[t] ERROR task failed
";
    task.mep(["-q", "run", "t"]).run().stdout("start\nasked\n").stderr(stderr).code(1);
}

#[test]
fn the_limit_holds_for_all_scripts_together() {
    let task = project(
        "[tasks.t]\ntimeout = '3s'\nrun = ['echo one; sleep 1', 'echo two; sleep 60', 'touch three']\n",
    );
    task.mep(["-q", "run", "t"]).run().stdout("one\ntwo\n").code(1);
    assert!(!task.exists("three"));
}
