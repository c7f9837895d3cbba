//! What a task more costs, counted and not timed: instructions, which are the same every time.
//! Ten times the tasks may take ten times the work, not more.

use std::process::Command;
use std::time::Duration;

use crate::support::{Project, say_uncaptured};

/// How much more a task may cost among many than among few: lists grow, sorting takes a little
/// more each time, and tables are made anew when they are full.
const SLACK: f64 = 1.3;

#[test]
fn listing_grows_with_the_number_of_tasks() {
    assert_linear([100, 1_000, 10_000], "mep tasks ls");
}

#[test]
fn planning_grows_with_the_number_of_tasks() {
    // 10,000 would take a minute in a build for tests.
    assert_linear([50, 500, 2_000], "mep run --dry-run 't*'");
}

fn assert_linear(sizes: [usize; 3], words: &str) {
    let counter = Command::new("valgrind").arg("--version").output();
    if !counter.is_ok_and(|output| output.status.success()) {
        return say_uncaptured(&format!("SKIPPED (no valgrind): how `{words}` grows\n"));
    }
    let [least, few, many] = sizes.map(|size| instructions(size, words));
    // What every start takes, with or without tasks, is in all three.
    let each = |more: u64, less: u64, tasks: usize| (more - less) as f64 / tasks as f64;
    let among_few = each(few, least, sizes[1] - sizes[0]);
    let among_many = each(many, few, sizes[2] - sizes[1]);
    assert!(
        among_many < among_few * SLACK,
        "`{words}`: a task takes {among_few:.0} instructions among {}, {among_many:.0} among {}",
        sizes[1],
        sizes[2]
    );
}

/// How many the words take in a project of `size` tasks, in which each but the first depends on
/// another: a tree of which every task has two below it.
fn instructions(size: usize, words: &str) -> u64 {
    let task = |i: usize| {
        let depends =
            if i > 1 { format!("depends = [\"t{:05}\"]\n", i / 2) } else { String::new() };
        format!("[tasks.t{i:05}]\ndescription = \"Number {i}\"\nrun = \"echo {i}\"\n{depends}\n")
    };
    let config: String = (1..=size).map(task).collect();
    let project = Project::new().file("mise.toml", &config);
    let counted =
        format!("valgrind --tool=callgrind --callgrind-out-file=/dev/null {words} 2>&1 >/dev/null");
    let output = project.shell(&counted).patience(Duration::from_secs(600)).run();
    let count = output.stdout.lines().find_map(|line| line.split_once("Collected :"));
    let count = count.and_then(|(_, count)| count.trim().parse().ok());
    count.unwrap_or_else(|| panic!("no count of `{words}`: {}", output.transcript()))
}
