//! Whose turn it is with one job, where tasks call others on their way.

use crate::support::Case;

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

#[test]
fn a_task_that_calls_begins_where_it_stands() {
    Case::config(CALLERS)
        .mise(["run", "-q", "-j1", "a", ":::", "p", ":::", "b"])
        .mise(["run", "-q", "-j1", "p", ":::", "a"])
        .mise(["run", "-q", "-j1", "q", ":::", "a"])
        .mise(["run", "-q", "-j1", "post", ":::", "b"])
        .check();
}
