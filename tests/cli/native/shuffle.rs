//! `run --shuffle`: what is ready starts in random order, and a seed repeats an order.

use std::collections::BTreeSet;

use super::project;
use crate::support::Project;

/// Eight tasks of which each needs the one two before it, and a late call.
fn eight() -> Project {
    let task = |i: usize| {
        let depends = if i < 2 { String::new() } else { format!("depends = ['t{}']\n", i - 2) };
        format!("[tasks.t{i}]\n{depends}run = 'echo t{i}'\n")
    };
    project(&(0..8).map(task).collect::<String>())
}

/// The order in which the tasks ran, and what was said of it.
fn order(project: &Project, flags: &[&str]) -> (Vec<String>, String) {
    let words = ["run"].iter().chain(flags).chain(&["-j1", "-o", "interleave", "t*"]);
    let output = project.mep(words).run();
    output.code(0);
    let said = output.stderr.lines().find(|line| line.starts_with("Shuffled"));
    (output.stdout.lines().map(String::from).collect(), said.unwrap_or_default().to_string())
}

#[test]
fn a_seed_repeats_an_order_and_each_order_is_a_right_one() {
    let project = eight();
    let (plain, nothing) = order(&project, &[]);
    assert_eq!(nothing, "");
    let mut orders = BTreeSet::new();
    for seed in 0..12 {
        let flag = format!("--shuffle={seed}");
        let (names, said) = order(&project, &[&flag]);
        assert_eq!(said, format!("Shuffled: {flag} starts tasks in this order again"));
        assert_eq!(order(&project, &[&flag]).0, names, "{flag}");
        let place = |i: usize| names.iter().position(|name| *name == format!("t{i}"));
        assert!((0..8).all(|i| place(i).is_some()), "{names:?}");
        assert!((2..8).all(|i| place(i - 2) < place(i)), "{flag}: {names:?}");
        assert_eq!(names.len(), plain.len());
        orders.insert(names);
    }
    assert!(orders.len() > 4, "{orders:?}");
}

#[test]
fn without_a_seed_one_is_made_and_told() {
    let project = eight();
    let (names, said) = order(&project, &["--shuffle"]);
    let flag = said.split(' ').nth(1).expect("a flag").to_string();
    assert!(flag.starts_with("--shuffle="), "{said}");
    assert_eq!(order(&project, &[&flag]).0, names);
    // Also where nothing else is said.
    let quiet = project.mep(["run", "-q", "--shuffle", "t0"]).run();
    assert!(quiet.stderr.starts_with("Shuffled: --shuffle="), "{}", quiet.transcript());
    project.mep(["run", "-q", "--shuffle=1", "t0"]).run().stdout("t0\n").stderr("").code(0);
}

#[test]
fn a_missing_dependency_shows() {
    let config = "[tasks.make]\nrun = 'touch made'\n[tasks.use]\nrun = '[ -e made ]'\n\
                  [tasks.all]\ndepends = ['make', 'use']\n";
    let fails = |seed: usize| {
        let flag = format!("--shuffle={seed}");
        project(config).mep(["run", "-j1", &flag, "all"]).run().code == Some(1)
    };
    let failures = (0..12).filter(|seed| fails(*seed)).count();
    assert!((1..12).contains(&failures), "{failures} of 12");
    project(config).mep(["run", "-j1", "all"]).run().code(0);
}

#[test]
fn it_is_known_under_both_names_and_a_bad_seed_is_an_error() {
    let project = project("[tasks]\na = 'echo a'\n");
    project.mise(["run", "--shuffle=7", "a"]).run().stdout("a\n").code(0);
    for words in
        [["run", "--shuffle=x", "a"], ["run", "--shuffle=-1", "a"], ["run", "--shuffle=", "a"]]
    {
        let output = project.mep(words).run();
        output.stdout("").code(2);
        let start =
            format!("error: invalid value '{}' for '--shuffle", &words[1]["--shuffle=".len()..]);
        let missing = "error: a value is required for '--shuffle";
        let told = output.stderr.starts_with(&start) || output.stderr.starts_with(missing);
        assert!(told, "{}", output.transcript());
    }
    // Behind the name it is a word for the task.
    project.mep(["-q", "run", "a", "--shuffle"]).run().stdout("a --shuffle\n").code(0);
}
