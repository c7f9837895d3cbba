//! What a person at a terminal sees and can do: type to a task, answer a question, press Ctrl-C
//! and Ctrl-Z. Each test is one sitting at a pseudo-terminal.

use nix::sys::signal::Signal;

use crate::support::{CTRL_C, CTRL_Z, End, OnTerminal, Project};

/// Sets `group` and `foreground`: the process group of the shell itself, and the one that the
/// terminal has in its foreground, from `PID (NAME) STATE PARENT GROUP SESSION TTY FOREGROUND`.
const WHO: &str = r"
who() {
    read -r pid name state parent group session tty foreground rest </proc/$$/stat
}
";

fn project(tasks: &str) -> Project {
    Project::new().file("mise.toml", &tasks.replace("[WHO]", WHO))
}

// ---- reading ----------------------------------------------------------------

#[test]
fn a_task_reads_what_is_typed() {
    let project = project(
        r#"
[tasks.hello]
run = 'printf "Name? "; read -r name; echo "Hello, $name"'
"#,
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "hello"]).start();
    terminal.expect("Name? ").type_keys("Ada\n").ends(End::Exited(0));
    terminal.shows(
        "[hello] $ printf \"Name? \"; read -r name; echo \"Hello, $name\"\n\
         Name? Ada\nHello, Ada\n",
    );
}

#[test]
fn one_after_the_other_gets_the_terminal() {
    let project = project(
        r#"
[tasks.a]
run = 'read -r line; echo "a has $line"'
[tasks.b]
run = 'read -r line; echo "b has $line"'
"#,
    );
    let args = ["run", "-o", "interleave", "a", ":::", "b"];
    let mut terminal = OnTerminal::mep(&project, args).start();
    terminal.expect("[a] $").expect("[b] $");
    terminal.type_keys("one\n").expect(" has one\n").type_keys("two\n").expect(" has two\n");
    terminal.ends(End::Exited(0));
    let screen = terminal.screen();
    assert!(screen.contains("a has ") && screen.contains("b has "), "{screen}");
}

#[test]
fn tasks_side_by_side_have_nothing_to_read() {
    let project = project(
        r#"
[tasks.a]
run = 'read -r line || echo "a: nothing"'
[tasks.b]
run = 'read -r line || echo "b: nothing"'
"#,
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "a", ":::", "b"]).start();
    terminal.ends(End::Exited(0));
    let screen = terminal.screen();
    for line in ["[a] a: nothing\n", "[b] b: nothing\n"] {
        assert!(screen.contains(line), "{screen}");
    }
}

// ---- questions --------------------------------------------------------------

const ASKING: &str = r#"
[tasks.deploy]
confirm = "Deploy now?"
run = "echo deployed"
depends_post = ["after"]
[tasks.after]
run = "echo after"
"#;

#[test]
fn a_question_is_answered_yes_by_enter() {
    let project = project(ASKING);
    let mut terminal = OnTerminal::mep(&project, ["run", "deploy"]).start();
    terminal.expect("Deploy now? [Y/n] ").type_keys("\n").ends(End::Exited(0));
    terminal.shows(
        "Deploy now? [Y/n] \n[deploy] $ echo deployed\ndeployed\n[after] $ echo after\nafter\n",
    );
}

#[test]
fn a_question_that_is_denied_runs_nothing() {
    let project = project(ASKING);
    let mut terminal = OnTerminal::mep(&project, ["run", "deploy"]).start();
    terminal.expect("Deploy now? [Y/n] ").type_keys("n\n").ends(End::Exited(1));
    terminal
        .shows("Deploy now? [Y/n] n\n[deploy] ERROR aborted by user\n[deploy] ERROR task failed\n");
}

#[test]
fn ctrl_c_at_a_question_runs_nothing() {
    let project = project(ASKING);
    let mut terminal = OnTerminal::mep(&project, ["run", "deploy"]).start();
    terminal.expect("Deploy now? [Y/n] ").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows("Deploy now? [Y/n] ^C");
}

#[test]
fn a_question_waits_for_what_runs_and_nothing_starts_beside_it() {
    let project = project(
        r#"
[tasks.first]
run = "echo first"
[tasks.ask]
depends = ["first"]
confirm = { message = "Go on?", default = "no" }
run = "echo went on"
"#,
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "ask"]).start();
    terminal.expect("first\n").expect("Go on? [y/N] ").type_keys("yes\n").expect("went on\n");
    terminal.ends(End::Exited(0));
}

// ---- Ctrl-C -----------------------------------------------------------------

/// Two tasks in a row; the first does what a test says.
fn two(first: &str) -> Project {
    let run = format!("run = '''\n{first}\n'''");
    project(&format!(
        "[tasks.first]\n{run}\n[tasks.second]\ndepends = ['first']\nrun = 'echo second'\n"
    ))
}

#[test]
fn ctrl_c_ends_the_task_and_us() {
    let project = two("echo begun; exec sleep 600");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    terminal.expect("begun\n").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows("begun\n^C").leaves_nobody();
}

#[test]
fn ctrl_c_ends_the_run_when_the_task_takes_it_calmly() {
    let project = two("trap 'echo caught; exit 0' INT; echo begun; sleep 600");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    terminal.expect("begun\n").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows("begun\n^Ccaught\n").leaves_nobody();
}

#[test]
fn a_second_ctrl_c_ends_a_task_that_ignores_the_first() {
    let project = two("trap '' INT; echo begun; cat; read -r line");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    terminal.expect("begun\n").type_keys(CTRL_C).expect("^C").type_keys("heard\n");
    terminal.expect("heard\nheard\n").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows("begun\n^Cheard\nheard\n^C").leaves_nobody();
}

#[test]
fn ctrl_c_in_an_interactive_task_is_its_own_business() {
    let project = project(
        r#"
[tasks.repl]
interactive = true
run = """
trap 'echo caught' INT
echo begun; cat; echo next; read -r line; echo "got $line"
"""
[tasks.second]
depends = ["repl"]
run = "echo second"
"#,
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    terminal.expect("begun\n").type_keys(CTRL_C).expect("caught\nnext\n").type_keys("a line\n");
    terminal.expect("got a line\n").ends(End::Exited(0));
    terminal.shows("begun\n^Ccaught\nnext\na line\ngot a line\nsecond\n");
}

const BESIDE: &str = r#"
[tasks.a]
run = "echo a begun; exec sleep 600"
depends_post = ["tidy"]
[tasks.b]
run = "echo b begun; sleep 600; echo not reached"
[tasks.tidy]
run = "echo all tidy"
[tasks.later]
depends = ["a", "b"]
run = "echo later"
"#;

#[test]
fn ctrl_c_ends_all_that_run_side_by_side_and_post_tasks_follow() {
    let project = project(BESIDE);
    let mut terminal = OnTerminal::mep(&project, ["run", "later"]).start();
    terminal.expect(" begun\n").expect(" begun\n").type_keys(CTRL_C);
    terminal.expect("[tidy] all tidy\n").ends(End::Killed(Signal::SIGINT));
    let screen = terminal.screen();
    assert!(!screen.contains("] not reached") && !screen.contains("] later"), "{screen}");
    terminal.leaves_nobody();
}

#[test]
fn a_signal_for_us_alone_reaches_the_task_in_the_foreground() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let name = &signal.as_str()[3..];
        let project = two(&format!(
            "trap 'echo caught; exit 9' {name}; echo begun; while :; do read -r x; done"
        ));
        let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
        terminal.expect("begun\n").signal(signal).expect("caught\n");
        let end = match signal {
            Signal::SIGINT => End::Killed(signal),
            _ => End::Exited(128 + signal as i32),
        };
        terminal.ends(end).leaves_nobody();
    }
}

#[test]
fn a_terminal_that_is_closed_ends_the_run() {
    let project = project(BESIDE);
    let mut terminal = OnTerminal::mep(&project, ["run", "later"]).start();
    terminal.expect(" begun\n").expect(" begun\n").hang_up().ends(End::Exited(129));
    terminal.leaves_nobody();
}

#[test]
fn ctrl_c_also_ends_the_script_that_called_us() {
    let project = two("echo begun; exec sleep 600");
    let script = "mep run -q first; echo the script goes on";
    let mut terminal = OnTerminal::script(&project, script).start();
    terminal.expect("begun\n").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows("begun\n^C");
}

#[test]
fn ctrl_c_also_ends_the_run_that_called_us() {
    let project = project(
        r#"
[tasks.outer]
run = "mep run -q inner; echo the task goes on"
[tasks.inner]
run = "echo begun; exec sleep 600"
"#,
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "outer"]).start();
    terminal.expect("begun\n").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows("begun\n^C").leaves_nobody();
}

// ---- the foreground and the modes -------------------------------------------

#[test]
fn a_task_has_the_foreground_and_gives_it_back() {
    let project = project(
        r#"
[tasks.t]
run = """
[WHO]
read -r line
who; [ "$group" = "$foreground" ] && [ "$pid" = "$group" ] && echo 'the task has it'
"""
"#,
    );
    let script = format!(
        "{WHO} stty -g >before; mep run -q t; stty -g >after; cmp before after || exit 1
         who; [ \"$group\" = \"$foreground\" ] && echo 'the shell has it'"
    );
    let mut terminal = OnTerminal::script(&project, &script).start();
    terminal.type_keys("\n").ends(End::Exited(0));
    terminal.shows("\nthe task has it\nthe shell has it\n");
}

#[test]
fn modes_that_a_killed_task_changed_are_set_back() {
    let project = two("stty -echo -icanon; echo begun; read -r line; kill -KILL $$");
    let script =
        "stty -g >before; mep run -q first; stty -g >after; cmp before after && echo equal";
    let mut terminal = OnTerminal::script(&project, script).start();
    terminal.expect("begun\n").type_keys("\n").ends(End::Exited(0));
    let screen = terminal.screen();
    assert!(screen.ends_with("\nequal\n"), "{screen}");
}

// ---- Ctrl-Z -----------------------------------------------------------------

#[test]
fn ctrl_z_stops_the_task_and_us_and_both_go_on() {
    let project = two("echo begun; read -r line; echo \"got $line\"");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    terminal.expect("begun\n").type_keys(CTRL_Z).stops();
    terminal.signal(Signal::SIGCONT).type_keys("a line\n").expect("got a line\n");
    terminal.expect("second\n").ends(End::Exited(0));
}

#[test]
fn a_shell_sees_the_stop_and_brings_us_back() {
    let project = two("echo begun; read -r line; echo \"got $line\"");
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mep run -q second\n").expect("begun\n").type_keys(CTRL_Z);
    terminal.expect("Stopped").expect("> ").type_keys("echo $((20 + 1)) is here\n");
    terminal.expect("21 is here\n> ").type_keys("fg\n").expect("mep run -q second\n");
    terminal.type_keys("a line\n").expect("got a line\nsecond\n> ").type_keys("exit 7\n");
    terminal.ends(End::Exited(7));
}

#[test]
fn in_the_background_the_shell_keeps_the_terminal() {
    let project = two("echo begun; read -r line <fifo; echo \"got $line\"");
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mkfifo fifo; mep run -q second\n").expect("begun\n");
    terminal.type_keys(CTRL_Z).expect("Stopped").expect("> ").type_keys("bg\n").expect("> ");
    terminal.type_keys("echo $((20 + 1)) is here\n").expect("21 is here\n> ");
    terminal.type_keys("echo a word >fifo; wait; echo $((20 + 2)) is over\n");
    terminal.expect("got a word\n").expect("second\n").expect("22 is over\n> ");
    terminal.type_keys("exit 7\n").ends(End::Exited(7));
}

#[test]
fn ctrl_z_stops_what_runs_side_by_side_as_well() {
    let project = project(
        r#"
[tasks.a]
run = "echo a begun; read -r line <fifo; echo \"a got $line\""
[tasks.b]
run = "echo b begun"
"#,
    );
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mkfifo fifo; mep run a ::: b\n");
    terminal.expect("a begun\n").type_keys(CTRL_Z).expect("Stopped").expect("> ");
    let state =
        "read -r pid name state rest </proc/$(pgrep -f fifo)/stat; echo \"state is $state\"";
    terminal.type_keys(&format!("{state}\n")).expect("state is T\n> ");
}

// ---- what is drawn ----------------------------------------------------------

#[test]
fn the_list_has_a_header_on_a_terminal_alone() {
    let project = project("[tasks.one]\ndescription = 'The first'\nrun = 'true'\n");
    let mut terminal = OnTerminal::mep(&project, ["tasks"]).start();
    terminal.ends(End::Exited(0)).shows("Name  Description\none   The first\n");
    let mut terminal = OnTerminal::mep(&project, ["tasks", "--no-header"]).start();
    terminal.ends(End::Exited(0)).shows("one  The first\n");
    project.mep(["tasks"]).run().stdout("one  The first\n").stderr("").code(0);
}

#[test]
fn a_command_line_is_cut_to_the_width_of_the_terminal() {
    let project = project("[tasks.t]\nrun = 'true aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "t"]).columns(40).start();
    terminal.ends(End::Exited(0)).shows("[t] $ true aaaaaaaaaaaaaaaaaaaaaaaaaaaa…\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "t"]).columns(60).start();
    terminal.ends(End::Exited(0));
    terminal.shows("[t] $ true aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
}

#[test]
fn a_terminal_has_colours_and_a_pipe_has_none() {
    let project = project("[tasks.t]\nrun = 'echo out'\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "t"]).env("NO_COLOR", "").start();
    terminal.ends(End::Exited(0));
    let screen = terminal.screen();
    assert!(screen.contains("\u{1b}[1m$ echo out\u{1b}[0m\n"), "{screen:?}");
    project.mep(["run", "t"]).run().stdout("out\n").stderr("[t] $ echo out\n").code(0);
}
