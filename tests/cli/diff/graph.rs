//! What runs because of what, in which order, and how often.

use crate::support::Case;

#[test]
fn dependencies_have_three_forms() {
    Case::config(
        r#"
[tasks.d]
run = "echo d ${E-none}"
[tasks.strings]
depends = ["d", "d plain 'quoted arg'", "E=1 d", "E='a b' d arg"]
run = "echo strings"
[tasks.lists]
depends = [["d", "one", "two words"]]
run = "echo lists"
[tasks.tables]
depends = [{ task = "d", args = ["x y"], env = { E = "table" } }]
run = "echo tables"
"#,
    )
    .mise(["run", "-j1", "strings"])
    .mise(["run", "-j1", "lists"])
    .mise(["run", "-j1", "tables"])
    .check();
}

#[test]
fn a_bare_string_is_one_dependency_with_arguments() {
    Case::config("[tasks.d]\nrun = 'echo d'\n[tasks.t]\ndepends = \"d a 'b c'\"\nrun = 'echo t'\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_chain_runs_in_order() {
    Case::config(
        r"
[tasks]
c = { depends = 'b', run = 'echo c' }
b = { depends = 'a', run = 'echo b' }
a = 'echo a'
",
    )
    .mise(["run", "c"])
    .mise(["run", "-j4", "-o", "interleave", "c"])
    .check();
}

#[test]
fn what_two_tasks_need_runs_once() {
    Case::config(
        r#"
[tasks]
base = "echo base >> log; echo base"
left = { depends = "base", run = "echo left" }
right = { depends = "base", run = "echo right" }
top = { depends = ["left", "right"], run = "echo top >> log; echo top" }
"#,
    )
    .mise(["run", "top"])
    .unordered()
    .effects(["log"])
    .check();
}

#[test]
fn one_job_runs_siblings_in_the_order_they_are_written() {
    Case::config(
        r"
[tasks]
a = 'echo a'
b = 'echo b'
c = 'echo c'
t = { depends = ['b', 'a', 'c'], run = 'echo t' }
",
    )
    .mise(["run", "-j1", "t"])
    .mise(["run", "-j1", "c", ":::", "a", ":::", "b"])
    .check();
}

#[test]
fn other_arguments_make_another_run() {
    Case::config(
        r#"
[tasks]
d = "echo d $E"
t = { depends = ["d a", "d a", "d b", "d", "E=1 d", "E=1 d", "E=2 d"], run = "echo t" }
"#,
    )
    .mise(["run", "-j1", "t"])
    .mise(["run", "t"])
    .unordered()
    .check();
}

#[test]
fn dependencies_may_be_patterns_and_aliases() {
    Case::config(
        r#"
[tasks]
"lint:a" = "echo a"
"lint:b" = { hide = true, run = "echo b" }
"lint:c:d" = "echo d"
fmt = { alias = "f", run = "echo fmt" }
one = { depends = ["lint:*", "f"], run = "echo one" }
all = { depends = "lint:**", run = "echo all" }
"lint:self" = { depends = "lint:*", run = "echo self" }
"#,
    )
    .mise(["run", "one"])
    .mise(["run", "all"])
    .mise(["run", "lint:self"])
    .unordered()
    .check();
}

#[test]
fn an_optional_dependency_may_be_missing() {
    Case::config(
        r"
[tasks]
d = 'echo d'
t = { depends = [{ task = 'nope', optional = true }, { task = 'd', optional = true }], run = 'echo t' }
",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn an_empty_dependency_is_dropped() {
    Case::config(
        r"
[vars]
on = ''
[tasks]
d = 'echo d'
t = { depends = ['{{vars.on}}', 'd {{vars.on}} x'], run = 'echo t' }
",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_task_that_depends_on_itself_runs_once() {
    Case::config("[tasks]\nt = { depends = 't', run = 'echo t' }\n")
        .mise(["run", "t"])
        .stderr_differs("ours may say that the dependency means nothing")
        .check();
}

#[test]
fn a_cycle_is_an_error() {
    Case::config(
        r"
[tasks]
a = { depends = 'b', run = 'echo a' }
b = { depends = 'c' }
c = { depends = 'a' }
",
    )
    .mise(["run", "a"])
    .check();
}

#[test]
fn a_missing_dependency_stops_the_run_before_it_starts() {
    Case::config(
        r#"
[tasks]
ok = "echo ok"
t = { depends = ["ok", "nope"], run = "echo t" }
p = { depends_post = "gone", run = "echo p" }
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "p"])
    .mise(["run", "ok"])
    .mise(["run", "--skip-deps", "t"])
    .check();
}

#[test]
fn post_dependencies_run_after_the_task() {
    Case::config(
        r#"
[tasks]
t = { depends = "pre", depends_post = "post", run = "echo t" }
pre = "echo pre"
post = { depends = "of_post", run = "echo post" }
of_post = "echo of post"
both = { depends = "pre", depends_post = "pre", run = "echo both" }
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "both"])
    .check();
}

#[test]
fn post_dependencies_take_arguments_and_env() {
    Case::config(
        r#"
[tasks]
t = { depends_post = ["E=1 post 'a b'", { task = 'post', args = ['c'] }], run = 'echo t' }
post = 'echo post ${E-none}'
"#,
    )
    .mise(["run", "-j1", "t"])
    .unordered()
    .check();
}

#[test]
fn wait_for_orders_what_runs_anyway() {
    Case::config(
        r"
[tasks]
t = { wait_for = 'w', run = 'echo t >> log' }
w = 'echo w >> log'
v = { wait_for = 'w a', run = 'echo v >> log' }
",
    )
    .mise(["run", "t"])
    .mise(["run", "t", ":::", "w"])
    .mise(["run", "-j1", "t", ":::", "w"])
    .mise(["run", "-j1", "t", ":::", "w", "x"])
    .mise(["run", "-j1", "v", ":::", "w", "a"])
    .unordered()
    .effects(["log"])
    .check();
}

#[test]
fn run_entries_run_in_their_order() {
    Case::config(
        r#"
[tasks]
t = ["echo one", { task = "sub" }, "echo two", { tasks = ["x", "y z"] }, "echo three"]
sub = { depends = "of_sub", run = "echo sub" }
of_sub = "echo of sub"
x = "echo x"
y = "echo y"
"#,
    )
    .mise(["run", "-j1", "t"])
    .mise(["run", "t"])
    .unordered()
    .check();
}

#[test]
fn a_run_entry_gives_arguments_and_env() {
    Case::config(
        r#"
[tasks.sub]
env = { OWN = "own", BOTH = "own" }
run = "echo $OWN $BOTH ${PARENT-none}"
[tasks.t]
env = { PARENT = "parent", BOTH = "parent" }
run = [
    { task = "sub" },
    { task = "sub", args = ["a b", "c"] },
    { task = "sub", env = { BOTH = "entry" } },
    { task = "sub d e" },
]
[tasks.single]
run = { task = "sub", args = ["only"] }
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "single"])
    .check();
}

#[test]
fn words_of_a_run_entry_are_split_without_quotes() {
    Case::config(
        r#"
[tasks]
w = 'printf "<%s>"'
t = [{ task = "w 'a b' c" }]
d = { depends = "w 'a b' c" }
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "d"])
    .check();
}

#[test]
fn a_run_entry_that_has_run_is_not_repeated() {
    Case::config(
        r#"
[tasks]
x = "echo x"
t = [{ task = "x" }, "echo mid", { task = "x" }]
u = { depends = "x", run = [{ task = "x" }, "echo mid", { task = "x 1" }, { task = "x 1" }] }
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "u"])
    .check();
}

#[test]
fn run_entries_may_be_patterns_templates_and_nothing() {
    Case::config(
        r#"
[vars]
which = "b"
[tasks]
"g:a" = "echo a"
"g:b" = "echo b"
pattern = [{ task = "g:*" }]
template = [{ task = "g:{{ vars.which }}", args = ["{{ vars.which }}"], env = { A = "{{ vars.which }}" } }]
nothing = [{ tasks = [] }, "echo end"]
"#,
    )
    .mise(["run", "-j1", "pattern"])
    .mise(["run", "template"])
    .mise(["run", "nothing"])
    .unordered()
    .check();
}

#[test]
fn an_unknown_run_entry_is_an_error() {
    Case::config("[tasks]\nok = 'echo ok'\nt = [{ task = 'nope' }, 'echo two']\n")
        .mise(["run", "ok"])
        .mise(["run", "t"])
        .stderr_differs("ours may know it before the task starts")
        .check();
}

#[test]
fn a_group_of_tasks_has_no_line_of_its_own() {
    Case::config(
        r"
[tasks]
a = 'echo a'
b = 'echo b'
both = { depends = ['a', 'b'] }
none = {}
empty = []
",
    )
    .mise(["run", "-j1", "both"])
    .mise(["run", "none"])
    .mise(["run", "empty"])
    .mise(["run", "both"])
    .unordered()
    .check();
}

#[test]
fn dependencies_can_be_left_out() {
    Case::config(
        r#"
[tasks]
t = { depends = "d", depends_post = "p", wait_for = "d", run = ["echo t", { task = "s" }] }
s = { depends = "d", run = "echo s" }
d = "echo d"
p = "echo p"
"#,
    )
    .mise(["run", "--skip-deps", "t"])
    .mise(["run", "t"])
    .env("MISE_TASK_SKIP_DEPENDS", "1")
    .check();
}

#[test]
fn named_tasks_can_be_skipped() {
    Case::config(
        r"
[tasks]
t = { depends = ['a', 'b'], run = 'echo t' }
a = 'echo a'
b = { depends = 'c', run = 'echo b' }
c = 'echo c'
",
    )
    .mise(["run", "-j1", "t"])
    .env("MISE_TASK_SKIP", "a,b")
    .unordered()
    .check();
}

#[test]
fn a_dry_run_prints_the_commands() {
    Case::config(
        r#"
[tasks]
t = { depends = "d", depends_post = "p", run = ["echo t > made", "echo u"] }
d = "echo d > made"
p = "echo p > made"
"#,
    )
    .mise(["run", "-n", "t"])
    .mise(["run", "--dry-run", "d", "arg"])
    .mise(["run", "-n", "-q", "t"])
    .effects(["made"])
    .check();
}

/// A graph with a hidden task, arguments, a post task, a wait and a shared dependency.
const TREE: &str = r#"
[tasks]
build = { depends = ["fmt", "lint --fix"], depends_post = "clean", run = "true" }
fmt = { hide = true, run = "true" }
lint = { depends = "fmt", run = "true" }
clean = "true"
test = { depends = "build", wait_for = "fmt", run = [{ task = "fmt" }] }
"#;

#[test]
fn the_tree_shows_what_tasks_need() {
    Case::config(TREE)
        .mise(["tasks", "deps"])
        .mise(["tasks", "deps", "--hidden"])
        .mise(["tasks", "deps", "test"])
        .mise(["tasks", "deps", "lint", "build"])
        .check();
}

#[test]
fn the_compact_tree_shows_each_task_once() {
    Case::config(TREE)
        .mise(["tasks", "deps", "--compact"])
        .mise(["tasks", "deps", "--compact", "test", "lint"])
        .check();
}

#[test]
fn the_graph_can_be_written_for_dot() {
    Case::config(TREE)
        .mise(["tasks", "deps", "--dot"])
        .mise(["tasks", "deps", "--dot", "--hidden"])
        .mise(["tasks", "deps", "--dot", "build"])
        .check();
}

#[test]
fn the_tree_of_an_unknown_task_is_an_error() {
    Case::config(TREE).mise(["tasks", "deps", "nope"]).check();
}
