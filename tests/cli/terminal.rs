//! What a person at a terminal sees and can do: type to a task, answer a question, press Ctrl-C
//! and Ctrl-Z. Each test is one sitting at a pseudo-terminal.

use nix::sys::signal::Signal;

use crate::support::{CTRL_C, CTRL_Z, End, OnTerminal, Project, Terminal};

/// Two tasks in a row, of which the first does what a test says.
fn two(first: &str) -> Project {
    let second = "[tasks.second]\ndepends = ['first']\nrun = 'echo second'\n";
    let tasks = format!("[tasks.first]\nrun = '''\n{first}\n'''\n{second}");
    Project::new().file("mise.toml", &tasks)
}

/// Two tasks side by side, and a third that both go before.
fn side_by_side(a: &str, b: &str) -> Project {
    let last = "[tasks.last]\ndepends = ['a', 'b']\nrun = 'echo last'\n";
    let tasks = format!("[tasks.a]\nrun = '''\n{a}\n'''\n[tasks.b]\nrun = '''\n{b}\n'''\n{last}");
    Project::new().file("mise.toml", &tasks)
}

/// The begin of a script: who has read a line has the terminal.
const READY: &str = "echo ready; read -r go; echo begun";

/// The same in words that do not keep the input for this task alone, as `read` itself does.
const BESIDE: &str = "echo ready; eval read -r go; echo begun";

/// A script that shows what is typed next.
const READ: &str = "read -r line; echo \"got $line\"";

/// Waits until a task that begins like that has the terminal.
fn begin<'t, 'p>(terminal: &'t mut Terminal<'p>) -> &'t mut Terminal<'p> {
    terminal.expect("ready\n").type_keys("go\n").expect("begun\n")
}

/// What is on the screen then.
const BEGUN: &str = "ready\ngo\nbegun\n";

/// A script that says when it hears a signal, and takes it for its end. (A shell that waits for
/// a process in its foreground may miss a signal that comes just before that.)
fn calm(signal: &str, begin: &str) -> String {
    let trap = "trap 'echo heard; kill $! 2>/dev/null || :; exit 0'";
    format!("{trap} {signal}\nsleep 600 &\n{begin}; wait")
}

/// Sets `group` and `foreground`: the process group of the shell itself, and the one that has
/// the foreground of its terminal.
const WHO: &str = "read -r pid name state parent group session tty foreground rest </proc/$$/stat";

// ---- typing -----------------------------------------------------------------

#[test]
fn a_task_reads_what_is_typed() {
    let project = two("printf 'Name? '; read -r name; echo \"Hello, $name\"");
    let mut terminal = OnTerminal::mep(&project, ["run", "first"]).start();
    terminal.expect("\nName? ").type_keys("Ada\n").ends(End::Exited(0));
    terminal.shows(
        "[first] $ printf 'Name? '; read -r name; echo \"Hello, $name\"\n\
         Name? Ada\nHello, Ada\n",
    );
}

#[test]
fn a_nested_task_reads_what_is_typed() {
    let project = two(READY)
        .file("mise.local.toml", "[tasks.outer]\nrun = ['mep run -q first', 'echo outer']\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "outer"]).start();
    begin(&mut terminal).ends(End::Exited(0)).shows(&format!("{BEGUN}outer\n"));
}

#[test]
fn one_after_the_other_gets_the_terminal() {
    // `a` goes on when `b`, which asked out of turn, was stopped for it.
    let project = side_by_side(
        "stopped() { grep -q '^State:.T' \"/proc/$(cat b.pid)/status\"; }
         until stopped 2>/dev/null; do :; done
         echo ready; eval read -r line; echo \"a has $line\"",
        "echo $$ >b.new; mv b.new b.pid; eval read -r line; echo \"b has $line\"",
    );
    let args = ["run", "-q", "-o", "interleave", "last"];
    let mut terminal = OnTerminal::mep(&project, args).start();
    terminal.expect("ready\n").type_keys("one\n").expect("a has one\n");
    terminal.type_keys("two\n").expect("b has two\n").ends(End::Exited(0));
    terminal.shows("ready\none\na has one\ntwo\nb has two\nlast\n");
}

#[test]
fn tasks_side_by_side_have_nothing_to_read() {
    let project = side_by_side("eval read -r line || echo end", "eval read -r line || echo end");
    let mut terminal = OnTerminal::mep(&project, ["run", "last"]).start();
    terminal.expect_all(["[a] end\n", "[b] end\n"]).expect("[last] last\n").ends(End::Exited(0));
}

#[test]
fn a_task_side_by_side_that_asks_the_terminal_itself_is_heard() {
    let project = side_by_side(
        "echo 'Password? ' >/dev/tty; read -r word </dev/tty; echo \"a has $word\"",
        "echo b",
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "last"]).start();
    terminal.expect("Password? ").type_keys("secret\n").expect("[a] a has secret\n");
    terminal.expect("[last] last\n").ends(End::Exited(0));
}

// ---- questions --------------------------------------------------------------

const ASKING: &str = r#"
[tasks.deploy]
confirm = "Deploy now?"
run = "echo deployed"
[tasks.tell]
depends = ["deploy"]
run = "echo told"
"#;

#[test]
fn a_question_is_answered_yes_by_enter() {
    let project = Project::new().file("mise.toml", ASKING);
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "tell"]).start();
    terminal.expect("Deploy now? [Y/n] ").type_keys("\n").ends(End::Exited(0));
    terminal.shows("Deploy now? [Y/n] \ndeployed\ntold\n");
}

#[test]
fn a_question_is_answered_no_by_n() {
    let project = Project::new().file("mise.toml", ASKING);
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "tell"]).start();
    terminal.expect("Deploy now? [Y/n] ").type_keys("n\n").ends(End::Exited(1));
    terminal
        .shows("Deploy now? [Y/n] n\n[deploy] ERROR aborted by user\n[deploy] ERROR task failed\n");
}

#[test]
fn ctrl_c_at_a_question_runs_nothing() {
    let post = "[tasks.after]\nrun = 'echo after'\n";
    let asking = ASKING.replace("'deployed'", "'deployed'\ndepends_post = ['after']");
    let project = Project::new().file("mise.toml", &format!("{asking}{post}"));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "tell"]).start();
    terminal.expect("Deploy now? [Y/n] ").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows("Deploy now? [Y/n] ^C");
}

#[test]
fn a_question_has_the_default_it_is_given() {
    let asking = ASKING.replace("\"Deploy now?\"", "{ message = 'Sure?', default = 'no' }");
    let project = Project::new().file("mise.toml", &asking);
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "tell"]).start();
    terminal.expect("Sure? [y/N] ").type_keys("\n").expect("aborted by user").ends(End::Exited(1));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "tell"]).start();
    terminal.expect("Sure? [y/N] ").type_keys("y\n").ends(End::Exited(0));
    terminal.shows("Sure? [y/N] y\ndeployed\ntold\n");
}

// ---- Ctrl-C -----------------------------------------------------------------

#[test]
fn ctrl_c_ends_the_task_and_us() {
    let project = two(&format!("{READY}; sleep 600"));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    begin(&mut terminal).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows(&format!("{BEGUN}^C")).leaves_nobody();
}

#[test]
fn ctrl_c_ends_the_run_when_the_task_takes_it_calmly() {
    let project = two(&calm("INT", READY));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    begin(&mut terminal).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows(&format!("{BEGUN}^Cheard\n")).leaves_nobody();
}

#[test]
fn a_second_ctrl_c_ends_a_task_that_ignores_the_first() {
    let project = side_by_side(
        &format!("trap '' INT; {BESIDE}; eval read -r line"),
        &calm("INT", "echo beside"),
    );
    project.write("mep.toml", "grace = '10m'\n");
    let args = ["run", "-q", "-o", "interleave", "last"];
    let mut terminal = OnTerminal::mep(&project, args).start();
    terminal.expect_all(["ready\n", "beside\n"]).type_keys("go\n").expect("begun\n");
    terminal.type_keys(CTRL_C).expect("heard\n");
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
}

#[test]
fn ctrl_c_in_an_interactive_task_is_its_own_business() {
    let project = two(&format!(
        "trap 'echo heard; kill $!' INT\nsleep 600 &\n{READY}; wait || :
         echo next; read -r line; echo \"got $line\""
    ));
    let tasks = project.read("mise.toml");
    let tasks = tasks.replace("[tasks.first]", "[tasks.first]\ninteractive = true");
    project.write("mise.toml", &tasks);
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    begin(&mut terminal).type_keys(CTRL_C).expect("next\n").type_keys("a line\n");
    terminal.ends(End::Exited(0));
    terminal.shows(&format!("{BEGUN}^Cheard\nnext\na line\ngot a line\nsecond\n"));
}

#[test]
fn ctrl_c_ends_all_that_run_side_by_side_and_post_tasks_follow() {
    let project = side_by_side("echo begun; exec sleep 600", "echo begun; sleep 600; echo over");
    project.write(
        "mise.local.toml",
        "[tasks.all]\ndepends = ['last']\n[tasks.tidy]\nrun = 'echo all tidy'\n",
    );
    let main = project.read("mise.toml").replace("[tasks.a]", "[tasks.a]\ndepends_post = ['tidy']");
    project.write("mise.toml", &main);
    let mut terminal = OnTerminal::mep(&project, ["run", "all"]).start();
    terminal.expect_all(["[a] begun\n", "[b] begun\n"]).type_keys(CTRL_C);
    terminal.expect("[tidy] all tidy\n").ends(End::Killed(Signal::SIGINT)).leaves_nobody();
    let screen = terminal.screen();
    assert!(!screen.contains("[b] over") && !screen.contains("[last]"), "{screen}");
}

#[test]
fn ctrl_c_also_ends_the_script_that_called_us() {
    let project = two(&format!("{READY}; exec sleep 600"));
    for shell in ["sh", "bash"] {
        let script = format!("exec {shell} -c 'mep run -q first; echo the script goes on'");
        let mut terminal = OnTerminal::script(&project, &script).start();
        begin(&mut terminal).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
        terminal.shows(&format!("{BEGUN}^C")).leaves_nobody();
    }
}

#[test]
fn ctrl_c_also_ends_the_run_that_called_us() {
    let project = two(&format!("{READY}; exec sleep 600"))
        .file("mise.local.toml", "[tasks.outer]\nrun = 'mep run -q first || echo outer goes on'\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "outer"]).start();
    begin(&mut terminal).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows(&format!("{BEGUN}^C")).leaves_nobody();
}

#[test]
fn ctrl_c_ends_a_task_that_reads_elsewhere() {
    let project = two("echo begun; sleep 600");
    let mut terminal = OnTerminal::script(&project, "mep run -q second </dev/null").start();
    terminal.expect("begun\n").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    terminal.shows("begun\n^C").leaves_nobody();
}

#[test]
fn an_interrupt_for_us_alone_reaches_the_task_with_the_terminal() {
    let project = two(&calm("INT", READY));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    begin(&mut terminal).signal(Signal::SIGINT).ends(End::Killed(Signal::SIGINT));
    terminal.shows(&format!("{BEGUN}heard\n")).leaves_nobody();
}

#[test]
fn other_signals_for_us_alone_reach_the_task_with_the_terminal() {
    for (signal, name, code) in [(Signal::SIGTERM, "TERM", 143), (Signal::SIGHUP, "HUP", 129)] {
        let project = two(&calm(name, READY));
        let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
        begin(&mut terminal).signal(signal).ends(End::Exited(code));
        terminal.shows(&format!("{BEGUN}heard\n")).leaves_nobody();
    }
}

#[test]
fn a_terminal_that_is_closed_ends_the_run() {
    let project = two(&format!("{READY}; exec sleep 600"));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    begin(&mut terminal).hang_up().ends(End::Exited(129)).leaves_nobody();

    let project = side_by_side("echo begun; exec sleep 600", "echo begun; sleep 600; echo over");
    let mut terminal = OnTerminal::mep(&project, ["run", "last"]).start();
    terminal.expect_all(["[a] begun\n", "[b] begun\n"]).hang_up();
    terminal.ends(End::Exited(129)).leaves_nobody();
}

// ---- foreground and modes ---------------------------------------------------

#[test]
fn a_task_has_the_foreground_and_the_caller_has_it_back() {
    // Only the foreground can read.
    let project = two(&format!(
        "read -r line; {WHO}; [ \"$group\" = $$ ] && [ \"$foreground\" = $$ ] && echo 'task has it'"
    ));
    let script = format!(
        "stty -g >before; mep run -q second; stty -g >after
         {WHO}; cmp before after && [ \"$foreground\" = \"$group\" ] && echo 'caller has it'"
    );
    let mut terminal = OnTerminal::script(&project, &script).start();
    terminal.type_keys("\n").ends(End::Exited(0));
    terminal.shows("\ntask has it\nsecond\ncaller has it\n");
}

#[test]
fn modes_that_a_killed_task_had_changed_are_set_back() {
    let project = two(&format!("{READY}; stty -echo -icanon; kill -KILL $$"));
    let script = "stty -g >before; mep run -q first; stty -g >after; cmp before after && echo same";
    let mut terminal = OnTerminal::script(&project, script).start();
    begin(&mut terminal).expect("[first] ERROR task failed\n");
    terminal.expect("same\n").ends(End::Exited(0));
}

/// Like an editor: the other screen, keys one by one without an echo, drawn
/// again when the window changes, `q` to leave, everything put back.
const EDITOR: &str = r#"#!/bin/sh
before=$(stty -g)
trap 'stty size > size' WINCH
stty raw -echo
printf '\033[?1049h'; stty size > size; printf 'open\r\n'
while :; do
  key=$(dd bs=1 count=1 2>/dev/null)
  case $key in
    q) break ;;
    [a-z]) printf 'key %s\r\n' "$key" ;;
  esac
done
printf '\033[?1049l'; stty "$before"
"#;

#[test]
fn an_editor_has_the_terminal_for_itself_and_gives_it_back_as_it_was() {
    let config = "[tasks.edit]\nraw = true\nrun = './editor'\n\
                  [tasks.beside]\nwait_for = ['edit']\nrun = 'echo beside'\n";
    let project = Project::new().file("mise.toml", config).executable("editor", EDITOR);
    let script = "mep run edit ::: beside; stty -g >after; cmp before after && echo same";
    let script = format!("stty -g >before; {script}");
    let mut terminal = OnTerminal::script(&project, &script).columns(60).start();
    terminal.expect("open\n").type_keys("a").expect("key a\n");
    let size = |terminal: &mut Terminal<'_>, wanted: &'static str| {
        terminal.until("the new size", |_| {
            project.read_if_exists("size").is_some_and(|size| size.trim_end().ends_with(wanted))
        });
    };
    size(&mut terminal, " 60");
    // A shell hears of it when the key it waits for has come.
    terminal.resize(90).type_keys("b").expect("key b\n");
    size(&mut terminal, " 90");
    // Ctrl-C and Ctrl-Z are keys like others there.
    terminal.type_keys("\u{3}\u{1a}c").expect("key c\n").type_keys("q");
    terminal.expect("\nbeside\n").expect("same\n").ends(End::Exited(0));
}

#[test]
fn a_reader_that_has_enough_ends_the_run_at_the_terminal() {
    let project = side_by_side("yes; touch over", "yes; touch over");
    let script = "mep run -q last | head -n 1; echo done";
    let mut terminal = OnTerminal::script(&project, script).start();
    terminal.expect("] y\n").expect("done\n").ends(End::Exited(0)).leaves_nobody();
    assert!(!project.exists("over"));
}

// ---- Ctrl-Z -----------------------------------------------------------------

/// Ctrl-Z while `command` runs the first of two tasks, and back again.
fn there_and_back(project: &Project, shell: &str, command: &str) {
    let mut terminal = OnTerminal::shell(project).start();
    terminal.expect("> ").type_keys(&format!("exec {shell}\n")).expect("\n> ");
    terminal.type_keys(&format!("{command}\n"));
    begin(&mut terminal).type_keys(CTRL_Z);
    terminal.expect("Stopped").expect("> ").type_keys("echo $((20 + 1)) is here\n");
    terminal.expect("21 is here\n> ").type_keys("fg\n").expect("mep run -q");
    terminal.type_keys("a line\n").expect("got a line\nsecond\n> ").type_keys("exit 7\n");
    terminal.ends(End::Exited(7));
}

#[test]
fn a_shell_sees_the_stop_and_brings_us_back() {
    let project = two(&format!("{READY}; {READ}"));
    there_and_back(&project, "sh -i", "mep run -q second");
    there_and_back(&project, "bash --norc --noediting -i", "mep run -q second");
}

#[test]
fn a_script_that_called_us_stops_with_us() {
    let project = two(&format!("{READY}; {READ}"));
    there_and_back(&project, "sh -i", "sh -c 'mep run -q first; echo second'");
}

#[test]
fn a_run_that_called_us_stops_with_us() {
    let project = two(&format!("{READY}; {READ}"))
        .file("mise.local.toml", "[tasks.outer]\nrun = ['mep run -q first', 'echo second']\n");
    there_and_back(&project, "sh -i", "mep run -q outer");
}

#[test]
fn ctrl_z_stops_nothing_where_no_shell_could_bring_it_back() {
    let project = two(&format!("{READY}; {READ}"));
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "second"]).start();
    begin(&mut terminal).type_keys(CTRL_Z).expect("^Z").type_keys("a line\n");
    terminal.ends(End::Exited(0)).shows(&format!("{BEGUN}^Za line\ngot a line\nsecond\n"));
}

#[test]
fn in_the_background_the_shell_keeps_the_terminal() {
    let project = two(&format!("{READY}; read -r line <fifo; echo \"got $line\""));
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mkfifo fifo; mep run -q second\n");
    begin(&mut terminal)
        .type_keys(CTRL_Z)
        .expect("Stopped")
        .expect("> ")
        .type_keys("bg\n")
        .expect("> ");
    terminal.type_keys("echo $((20 + 1)) is here\n").expect("21 is here\n> ");
    terminal.type_keys("echo a word >fifo; wait; echo $((20 + 2)) is over\n");
    terminal.expect("got a word\n").expect("second\n").expect("22 is over\n").expect("> ");
    assert_eq!(terminal.foreground(), Some(terminal.leader()));
    terminal.type_keys("exit 7\n").ends(End::Exited(7));
}

#[test]
fn a_run_in_the_background_stops_when_its_task_wants_the_terminal() {
    let project = two(&format!("echo begun; {READ}"));
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mep run -q second &\n").expect("begun\n");
    terminal.type_keys("until jobs >out; grep Stopped out; do :; done\n").expect("mep run -q");
    terminal.type_keys("fg\n").expect("mep run -q second\n").type_keys("a line\n");
    terminal.expect("got a line\nsecond\n> ").type_keys("exit 7\n").ends(End::Exited(7));
}

#[test]
fn tasks_side_by_side_go_on_after_a_stop() {
    let project = side_by_side("echo begun; read -r line <fifo; echo \"got $line\"", "echo b");
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mkfifo fifo; mep run last\n").expect("[a] begun\n");
    terminal.type_keys(CTRL_Z).expect("Stopped").expect("> ");
    terminal.type_keys("echo a word >fifo &\n").expect("> ").type_keys("fg %1\n");
    terminal.expect("[a] got a word\n").expect("[last] last\n").expect("> ");
    terminal.type_keys("exit 7\n").ends(End::Exited(7));
}

#[test]
fn the_list_has_a_header_on_a_terminal_alone() {
    let tasks = "[tasks.one]\ndescription = 'The first'\nrun = 'true'\n";
    let project = Project::new().file("mise.toml", tasks);
    let mut terminal = OnTerminal::mep(&project, ["tasks"]).start();
    terminal.ends(End::Exited(0)).shows("Name  Description\none   The first\n");
    let mut terminal = OnTerminal::mep(&project, ["tasks", "--no-header"]).start();
    terminal.ends(End::Exited(0)).shows("one  The first\n");
    project.mep(["tasks"]).run().stdout("one  The first\n").stderr("").code(0);
}

#[test]
fn a_command_line_is_cut_to_the_width_of_the_terminal() {
    let project = Project::new().file("mise.toml", "[tasks]\nt = 'true 3456789 123456789'\n");
    for (columns, shown) in [
        (32, "[t] $ true 3456789 123456789\n"),
        (28, "[t] $ true 3456789 123456789\n"),
        (27, "[t] $ true 3456789 1234567…\n"),
    ] {
        let mut terminal = OnTerminal::mep(&project, ["run", "t"]).columns(columns).start();
        terminal.ends(End::Exited(0)).shows(shown);
    }
}

#[test]
fn a_terminal_has_colours_and_a_pipe_has_none() {
    let project = Project::new().file("mise.toml", "[tasks]\nt = 'echo out'\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "t"]).env("NO_COLOR", "").start();
    terminal.ends(End::Exited(0));
    terminal.shows("\u{1b}[34m\u{1b}[1m[t]\u{1b}[0m \u{1b}[1m$ echo out\u{1b}[0m\nout\n");
    project.mep(["run", "t"]).run().stdout("out\n").stderr("[t] $ echo out\n").code(0);
}
