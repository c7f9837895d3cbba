//! Whose turn it is with one job, where tasks call others on their way.

use crate::support::{Case, Project};

const CALLERS: &str = "\
[tasks]
x = 'echo x'
y = 'echo y'
p = 'echo p'
q = { depends = ['p'], run = 'echo q' }
a = { run = ['echo a1', { task = 'x' }, 'echo a2'] }
b = { run = ['echo b1', { task = 'y' }, 'echo b2'] }
post = { depends_post = ['p'], run = ['echo post1', { task = 'x' }, 'echo post2'] }
";

const FREED: &str = "two who wait for the slot that the end of a called task frees";

/// A command line of one job, and the order of its effects.
const TURNS: [(&[&str], &str); 4] = [
    (&["a", ":::", "p", ":::", "b"], "a1 p b1 x y a2 b2"),
    (&["p", ":::", "a"], "p a1 x a2"),
    (&["q", ":::", "a"], "a1 p x q a2"),
    (&["post", ":::", "b"], "post1 b1 x y post2 b2 p"),
];

fn one_job(words: &[&'static str]) -> Vec<&'static str> {
    [&["run", "-q", "-j1"], words].concat()
}

#[test]
fn a_task_that_calls_begins_where_it_stands() {
    for (words, _) in TURNS {
        Case::config(CALLERS).mise(one_job(words)).races(FREED).check();
    }
}

#[test]
fn whose_turn_it_is_never_changes() {
    let project = Project::new().file("mise.toml", CALLERS);
    for (words, order) in TURNS {
        let lines = format!("{}\n", order.replace(' ', "\n"));
        for _ in 0..5 {
            project.mise(one_job(words)).run().stdout(&lines).stderr("").code(0);
        }
    }
}
