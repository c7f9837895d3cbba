//! Flags and commands where a command line has room for them.

use crate::support::Case;

const CONFIG: &str = "\
[tasks]
a = { usage = 'arg \"[x]\"', run = 'echo a $usage_x' }
b = 'echo b'
help = 'echo task help'
l = 'echo task l'
";

#[test]
fn flags_may_be_given_twice() {
    Case::config(CONFIG)
        .mise(["-q", "-q", "run", "a"])
        .mise(["run", "-n", "-n", "a"])
        .mise(["-j1", "-j2", "run", "-q", "a"])
        .mise(["-C", ".", "run", "-q", "-C", ".", "a"])
        .mise(["tasks", "--json", "--json"])
        .mise(["tasks", "--sort", "alias", "--sort", "name", "--sort-order", "desc"])
        .mise(["run", "-q", "-o", "prefix", "-o", "interleave", "a"])
        .check();
}

#[test]
fn flags_of_a_run_may_stand_before_its_task() {
    Case::config(CONFIG)
        .mise(["-f", "-q", "a", "word"])
        .mise(["--force", "run", "-q", "a", "word"])
        .check();
}

#[test]
fn a_task_with_the_name_of_a_command_needs_run() {
    Case::config(CONFIG).mise(["run", "-q", "help"]).mise(["r", "-q", "l"]).check();
}
