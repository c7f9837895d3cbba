//! Help of every verb: there, with examples, and drawn to fit the terminal.

use crate::support::{End, OnTerminal, Project};

/// The names of all verbs, `tasks ls` among them, by their own lists.
fn verbs(project: &Project, above: &[String]) -> Vec<Vec<String>> {
    let help = project.mep(above.iter().map(String::as_str).chain(["--help"])).run();
    help.stderr("").code(0);
    let list = help.stdout.split("Commands:\n").nth(1).unwrap_or_default();
    let names = list.lines().take_while(|line| line.starts_with("  "));
    let mut found = Vec::new();
    for name in names.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()) {
        // The second line of what a verb says of itself.
        if name.is_empty() {
            continue;
        }
        let verb = [above, &[name.to_string()]].concat();
        let below = verbs(project, &verb);
        found.push(verb);
        found.extend(below);
    }
    found
}

#[test]
fn every_verb_has_help_with_examples() {
    let project = Project::new();
    let verbs = verbs(&project, &[]);
    assert!(verbs.len() > 10, "{verbs:?}");
    for verb in verbs {
        let name = verb.join(" ");
        let [short, long] = ["-h", "--help"].map(|flag| {
            project.mep(verb.iter().map(String::as_str).chain([flag])).run().stdout.clone()
        });
        assert!(short.contains(&format!("\nUsage: mep {name}")), "{name}\n{short}");
        assert!(short.contains("\nExamples:\n  "), "no examples: {name}\n{short}");
        assert!(long.contains("\nExamples:\n  "), "no examples: {name}\n{long}");
        let says = short.lines().next().unwrap_or_default();
        let is_sentence = says.starts_with(char::is_uppercase) && !says.ends_with('.');
        assert!(is_sentence, "{name} says of itself: {says}");
        let asked = project.mep(["help"].into_iter().chain(verb.iter().map(String::as_str))).run();
        asked.stdout(&long).stderr("").code(0);
    }
}

#[test]
fn help_fits_the_terminal() {
    let project = Project::new();
    for columns in [80, 120] {
        for verb in [vec![]].into_iter().chain(verbs(&project, &[])) {
            let words = verb.iter().map(String::as_str).chain(["-h"]);
            let mut terminal = OnTerminal::mep(&project, words).columns(columns).start();
            terminal.ends(End::Exited(0));
            let screen = terminal.picture();
            let long = terminal.screen().lines().map(|line| line.chars().count()).max();
            assert!(long <= Some(columns.into()), "{verb:?} on {columns} columns:\n{screen}");
        }
    }
}

#[test]
fn help_of_a_word() {
    let project = super::project("[tasks.build]\nrun = 'true'\n[tasks.help]\nrun = 'true'\n");
    let root = project.mep(["--help"]).run();
    project.mep(["help"]).run().stdout(&root.stdout).stderr("").code(0);
    let list = project.mep(["tasks", "--help"]).run();
    project.mep(["tasks", "help"]).run().stdout(&list.stdout).stderr("").code(0);
    let task = project.mep(["build", "--help"]).run();
    assert!(task.stdout.starts_with("Task: build\n"), "{}", task.stdout);
    project.mep(["help", "build"]).run().stdout(&task.stdout).stderr("").code(0);
    let nothing = project.mep(["help", "nosuch"]).run();
    nothing.stdout("").code(1);
    assert!(nothing.stderr.starts_with("Error: no task nosuch found\n"), "{}", nothing.stderr);
}

/// As mise, a word that is no command is read over; commands that are not ours are the next
/// mise's.
#[test]
fn help_as_mise() {
    let fake = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n";
    let project = super::project("[tasks.build]\nrun = 'true'\n").executable("../fake/mise", fake);
    let root = project.mise(["--help"]).run();
    let tasks = project.mise(["tasks", "--help"]).run();
    assert_ne!(root.stdout, tasks.stdout);
    for words in [&["help"][..], &["help", "nosuch"], &["help", "build"]] {
        project.mise(words).run().stdout(&root.stdout).stderr("").code(0);
    }
    for words in [&["help", "tasks", "nosuch"][..], &["tasks", "help"], &["help", "t"]] {
        project.mise(words).run().stdout(&tasks.stdout).stderr("").code(0);
    }
    let run = project.mise(["help", "install"]).env("PATH", "[ROOT]/fake:/usr/bin:/bin");
    run.run().stdout("install\n--help\n").stderr("").code(0);
}
