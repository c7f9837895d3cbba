//! Projects as they are found in the wild, told to both; what differed once stays here, reduced.

use crate::support::Case;

const ORDER: &str = r#"
[tasks]
a = "echo a"
b = "echo b"
[tasks.l]
depends = ["a"]
run = "echo l"
[tasks.r]
depends = ["a"]
run = "echo r"
[tasks.m]
depends = ["a"]
run = "echo m"
[tasks.p]
depends = ["b"]
run = "echo p"
[tasks.q]
depends = ["a", "b"]
run = "echo q"
[tasks.diamond]
depends = ["l", "r", "m"]
run = "echo diamond"
[tasks.other]
depends = ["r", "m", "l"]
run = "echo other"
[tasks.deep]
depends = ["p", "q", "l", "r"]
[tasks.top]
depends = ["diamond", "deep"]
[tasks.wf]
wait_for = ["a"]
run = "echo wf"
[tasks.post]
depends = ["a"]
depends_post = ["l", "r"]
[tasks.steps]
run = [{ task = "a" }, { tasks = ["l", "r"] }, { tasks = ["p", "q"] }, "echo end"]
"#;

/// Each becomes ready with the others, and one slot serves them.
#[test]
fn what_becomes_ready_at_once_runs_in_the_order_of_the_graph() {
    Case::config(ORDER)
        .mise(["run", "-j1", "diamond"])
        .mise(["run", "-j1", "other"])
        .mise(["run", "-j1", "deep"])
        .mise(["run", "-j1", "top"])
        .mise(["run", "-j1", "l", ":::", "r", ":::", "m"])
        .mise(["run", "-j1", "p", ":::", "l", ":::", "r", ":::", "q"])
        .check();
}

/// The graph of mise closes a gap with its last node.
#[test]
fn what_has_run_makes_room_for_the_last_one() {
    Case::config(ORDER)
        .mise(["run", "-j1", "wf", ":::", "a", ":::", "l", ":::", "r"])
        .mise(["run", "-j1", "a", ":::", "wf", ":::", "l"])
        .mise(["run", "-j1", "post"])
        .mise(["run", "-j1", "steps"])
        .check();
}
