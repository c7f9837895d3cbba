//! The status line at the bottom of a terminal, and the summary at the end of a run. Each test
//! is one sitting at a pseudo-terminal; what an emulator shows of it is what counts.

use std::fs;

use nix::sys::signal::Signal;

use crate::support::{CTRL_C, CTRL_Z, End, OnTerminal, Project, Terminal, fifos};

/// Two tasks side by side, each of which goes on when its fifo is written to, and a third that
/// needs both.
const WAITING: &str = "
[tasks.a]
run = 'cat fifo-a'
[tasks.b]
run = 'cat fifo-b'
[tasks.last]
depends = ['a', 'b']
run = 'echo last'
";

fn waiting() -> Project {
    with_fifos(WAITING)
}

fn with_fifos(config: &str) -> Project {
    fifos(Project::new().file("mise.toml", config), ["fifo-a", "fifo-b"])
}

/// Lets a task go on, which prints a text then.
fn release(project: &Project, fifo: &str, text: &str) {
    fs::write(project.path(fifo), text).expect("the task reads its fifo");
}

/// Ages differ from machine to machine.
fn without_ages(text: &str) -> String {
    let word = |word: &str| {
        let age = word.strip_suffix('s').is_some_and(|n| n.parse::<u32>().is_ok());
        if age { "[age]".to_owned() } else { word.to_owned() }
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The only thing that erases to the end of the screen is the status line.
const ERASE: &str = "\u{1b}[J";

#[test]
fn the_line_tells_how_far_the_run_is() {
    let project = waiting();
    let mut terminal = OnTerminal::mep(&project, ["run", "last"]).start();
    terminal.expect_all(["[a] $ cat fifo-a\n", "[b] $ cat fifo-b\n"]);
    terminal.until("the line", |terminal| {
        let picture = without_ages(&terminal.picture());
        picture.ends_with("0/3 · a [age] · b [age]") || picture.ends_with("0/3 · b [age] · a [age]")
    });
    release(&project, "fifo-a", "one\ntwo\n");
    terminal.until("the next line", |terminal| {
        without_ages(&terminal.picture()).ends_with("[a] two\n1/3 · b [age]")
            || without_ages(&terminal.picture()).ends_with("Finished in [t]\n1/3 · b [age]")
    });
    release(&project, "fifo-b", "three\n");
    terminal.ends(End::Exited(0));
    let picture = terminal.picture();
    assert!(!picture.contains('·'), "{picture}");
    assert!(picture.ends_with("[last] last\n[last] Finished in [t]\nFinished in [t]"), "{picture}");
}

#[test]
fn the_line_follows_the_width_of_the_terminal() {
    let config = WAITING.replace("tasks.a]", "tasks.a-rather-long-name-of-a-task-that-waits]");
    let config = config.replace("['a',", "['a-rather-long-name-of-a-task-that-waits',");
    let project = with_fifos(&config);
    let mut terminal = OnTerminal::mep(&project, ["run", "last"]).columns(50).start();
    let ends_with = |wanted: &'static str| {
        move |terminal: &Terminal<'_>| without_ages(&terminal.picture()).ends_with(wanted)
    };
    terminal.until("the begin of both", |terminal| {
        let picture = terminal.picture();
        picture.contains("cat fifo-a") && picture.contains("cat fifo-b")
    });
    terminal.until("a wide line", |terminal| {
        let picture = without_ages(&terminal.picture());
        let line = picture.lines().last().unwrap_or_default();
        line.contains("a-rather-long-n… [age]") && line.contains("b [age]")
    });
    terminal.resize(24).until("a narrow line", |terminal| {
        let picture = without_ages(&terminal.picture());
        let line = picture.lines().last().unwrap_or_default();
        ["0/3 · a-rathe… [age] · +1", "0/3 · b [age] · +1"].contains(&line)
    });
    release(&project, "fifo-a", "");
    terminal.resize(90).until("a wide line again", ends_with("1/3 · b [age]"));
    release(&project, "fifo-b", "");
    terminal.ends(End::Exited(0));
    assert!(!terminal.picture().contains('·'), "{}", terminal.picture());
}

#[test]
fn there_is_no_line_where_output_goes_elsewhere() {
    let config = "[tasks.a]\nrun = 'sleep 0.6'\n[tasks.b]\nrun = 'sleep 0.6; echo b'\n";
    for (script, drawn) in [
        ("mep run a ::: b", true),
        ("mep run a ::: b | cat", false),
        ("mep run a ::: b 2>err", false),
        ("mep run -q a ::: b", false),
        ("mep run -S a ::: b", false),
        ("mise run a ::: b", false),
        ("TERM=dumb mep run a ::: b", false),
        ("mep run a", false),
        ("mep run -o interleave a ::: b", false),
    ] {
        let project = Project::new().file("mise.toml", config);
        let mut terminal = OnTerminal::script(&project, script).start();
        terminal.ends(End::Exited(0));
        let screen = terminal.screen();
        assert_eq!(screen.contains(ERASE), drawn, "{script}: {screen:?}");
        let lines = terminal.picture().replace("[b] b", "b");
        assert!(!lines.contains('·'), "{script}: {lines}");
    }
}

#[test]
fn no_line_of_a_task_is_torn() {
    let script = r#"
i=0
while [ $i -lt 40 ]; do
  i=$((i + 1)); echo "line $i"; printf 'half '
  sleep 0.02; echo "and half $i" >&2; echo "whole $i"
done
"#;
    let config = format!("[tasks.a]\nrun = '''{script}'''\n[tasks.b]\nrun = '''{script}'''\n");
    let project = Project::new().file("mise.toml", &config);
    let args = ["run", "--no-timings", "a", ":::", "b"];
    let mut terminal = OnTerminal::mep(&project, args).columns(60).start();
    terminal.ends(End::Exited(0));
    let drawn = terminal.screen().matches(ERASE).count();
    assert!(drawn > 20, "drawn {drawn} times only");
    let expected: Vec<String> = ["a", "b"]
        .iter()
        .flat_map(|task| (1..=40).map(move |i| (task, i)))
        .flat_map(|(task, i)| {
            let texts = [format!("line {i}"), format!("and half {i}"), format!("half whole {i}")];
            texts.map(|text| format!("[{task}] {text}"))
        })
        .collect();
    let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let picture = terminal.picture();
    let mut shown: Vec<&str> =
        picture.lines().filter(|line| !line.contains("$ ") && !line.contains("[t]")).collect();
    expected.sort_unstable();
    shown.sort_unstable();
    assert_eq!(shown, expected);
}

#[test]
fn ctrl_c_leaves_nothing_of_the_line() {
    let project = waiting();
    let mut terminal = OnTerminal::mep(&project, ["run", "last"]).start();
    terminal.until("the line", |terminal| {
        let picture = terminal.picture();
        picture.contains("0/3 · ") && picture.contains(" · b") && picture.contains("$ cat fifo-a")
    });
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT)).leaves_nobody();
    let picture = terminal.picture();
    assert!(!picture.contains('·') && !picture.contains("^C"), "{picture}");
    let line = "interrupted by SIGINT (Ctrl-C)";
    assert_eq!(picture.lines().filter(|shown| *shown == line).count(), 1, "{picture}");
}

#[test]
fn while_the_run_is_cleaned_up_the_line_counts_down() {
    let post = "[tasks.tidy]\nrun = 'cat fifo-b'\n";
    let config = WAITING.replace("['a', 'b']", "['a']").replace("cat fifo-b", "true");
    let config = config.replace("[tasks.a]", "[tasks.a]\ndepends_post = ['tidy']");
    let project = with_fifos(&format!("{config}{post}"));
    let mut terminal = OnTerminal::mep(&project, ["run", "-o", "prefix", "last"]).start();
    terminal.until("the line", |terminal| terminal.picture().contains("0/3 · a"));
    terminal.type_keys(CTRL_C);
    terminal.until("the countdown", |terminal| {
        let picture = without_ages(&terminal.picture());
        picture.lines().last() == Some("2/3 · interrupted, [age] left · tidy [age]")
    });
    release(&project, "fifo-b", "tidy\n");
    terminal.ends(End::Killed(Signal::SIGINT)).leaves_nobody();
    assert!(terminal.picture().contains("[tidy] tidy\n"), "{}", terminal.picture());
    assert!(!terminal.picture().contains('·'), "{}", terminal.picture());
}

#[test]
fn a_task_with_the_terminal_has_all_of_it() {
    let ask = "printf 'Name? '; read -r name; cat fifo-b; echo \"Hello, $name\"";
    let config = WAITING.replace("'echo last'", &format!("'''{ask}'''\nraw = true"));
    let config = config.replace("cat fifo-b'", "true'");
    let project = with_fifos(&config);
    let mut terminal = OnTerminal::mep(&project, ["run", "last"]).start();
    terminal.until("the line", |terminal| {
        let picture = terminal.picture();
        picture.contains("0/3 · a") || picture.contains("1/3 · a")
    });
    release(&project, "fifo-a", "");
    terminal.expect("\nName? ").type_keys("Ada\n").expect("Ada\n");
    // Three times as long as it takes to draw the line where it is wanted.
    std::thread::sleep(std::time::Duration::from_millis(600));
    release(&project, "fifo-b", "");
    terminal.expect("Hello, Ada\n").ends(End::Exited(0));
    assert!(terminal.screen().contains("Name? Ada\nHello, Ada\n"), "{:?}", terminal.screen());
}

#[test]
fn a_question_stands_alone() {
    let config = WAITING.replace("[tasks.b]", "[tasks.b]\ndepends = ['c']\nconfirm = 'Sure?'")
        + "[tasks.c]\nrun = 'cat fifo-b'\n";
    let project = with_fifos(&config.replacen("cat fifo-b", "echo b", 1));
    let mut terminal = OnTerminal::mep(&project, ["run", "last"]).start();
    terminal.until("the line", |terminal| {
        let picture = terminal.picture();
        picture.contains("0/4 · ") && picture.contains(" · ")
    });
    release(&project, "fifo-b", "");
    release(&project, "fifo-a", "");
    terminal.expect("Sure? [Y/n] ");
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert!(terminal.picture().ends_with("Sure? [Y/n] "), "{}", terminal.picture());
    terminal.type_keys("\n").expect("[last] last\n").ends(End::Exited(0));
    let picture = terminal.picture();
    assert!(picture.contains("Sure? [Y/n] \n") && !picture.contains('·'), "{picture}");
}

#[test]
fn a_task_that_asks_the_terminal_itself_finds_it_clean() {
    let ask = "cat fifo-a; stty -echo </dev/tty; printf 'Password? ' >/dev/tty
        read -r word </dev/tty; stty echo </dev/tty; echo >/dev/tty; echo \"a has $word\"";
    let config = WAITING.replace("'cat fifo-a'", &format!("'''{ask}'''"));
    let project = with_fifos(&config);
    let mut terminal = OnTerminal::mep(&project, ["run", "-o", "prefix", "last"]).start();
    terminal.until("the line", |terminal| {
        let picture = terminal.picture();
        picture.contains("0/3 · ") && picture.contains(" · b")
    });
    release(&project, "fifo-a", "");
    terminal.until("the prompt", |terminal| terminal.picture().ends_with("\nPassword? "));
    terminal.type_keys("secret\n").expect("[a] a has secret\n");
    terminal.until("the line", |terminal| terminal.picture().contains("1/3 · b"));
    release(&project, "fifo-b", "");
    terminal.expect("[last] last\n").ends(End::Exited(0));
    let picture = terminal.picture();
    assert!(picture.contains("\nPassword? \n") && !picture.contains('·'), "{picture}");
}

#[test]
fn ctrl_z_takes_the_line_away_and_fg_brings_it_back() {
    let project = waiting();
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mep run last\n");
    let line = |terminal: &Terminal<'_>| {
        let picture = terminal.picture();
        picture.contains("0/3 · ") && picture.contains(" · b")
    };
    terminal.until("the line", line).type_keys(CTRL_Z).expect("Stopped").expect("> ");
    assert!(!terminal.picture().contains('·'), "{}", terminal.picture());
    terminal.type_keys("fg\n").until("the line again", line);
    release(&project, "fifo-a", "");
    release(&project, "fifo-b", "");
    terminal.expect("[last] last\n").expect("> ").type_keys("exit 7\n").ends(End::Exited(7));
    assert!(!terminal.picture().contains('·'), "{}", terminal.picture());
}

#[test]
fn what_failed_is_told_at_the_end() {
    let config = "
[tasks.bad]
run = 'echo why >&2; echo >fifo-a; cat fifo-b >/dev/null; exit 3'
[tasks.good]
run = 'cat fifo-a >/dev/null; echo good; echo >fifo-b'
[tasks.last]
depends = ['bad', 'good']
run = 'echo last'
";
    let commands = "[bad] $ echo why >&2; echo >fifo-a; cat fifo-b >/dev/null; exit 3
[good] $ cat fifo-a >/dev/null; echo good; echo >fifo-b
[bad] why
";
    let project = with_fifos(config);
    let output = project.mep(["run", "-c", "last"]).run();
    let end = "[last] skipped, because a task it depends on did not succeed
Finished in [t]
skipped: last
[bad] | why
[bad] ERROR task failed in [t]: exit code 3
[bad] rerun: mep run bad
";
    output.code(3).stdout("[good] good\n");
    output.stderr(&format!("{commands}[good] Finished in [t]\n{end}"));

    let project = with_fifos(config);
    let output = project.mise(["run", "-c", "last"]).run();
    assert!(!output.transcript().contains("rerun"), "{}", output.transcript());
}

#[test]
fn a_failure_is_told_as_ever_where_there_is_one_task_or_quiet() {
    let config = "[tasks.bad]\nrun = 'exit 3'\n[tasks.last]\ndepends = ['bad']\nrun = 'true'\n";
    let project = Project::new().file("mise.toml", config);
    let short = "[bad] ERROR task failed\n";
    project.mep(["run", "bad"]).run().stderr(&format!("[bad] $ exit 3\n{short}")).code(3);
    project.mep(["run", "-q", "last"]).run().stderr(short).code(3);
}

#[test]
fn what_went_well_only_in_part_is_told_before() {
    let config = "
[tasks.flaky]
run = 'echo try; mkdir once 2>/dev/null && exit 1; echo third time lucky'
[tasks.lint]
run = 'exit 4'
[tasks.serve]
run = 'sleep 600 >/dev/null 2>&1 & echo up'
[tasks.all]
run = [{ task = 'flaky' }, { task = 'lint' }, { task = 'serve' }]
";
    let keys =
        "[tasks.flaky]\nretry = { count = 2, delay = '1ms' }\n[tasks.lint]\nallow_failure = true\n";
    let project = Project::new().file("mise.toml", config).file("mep.toml", keys);
    let output = project.mep(["run", "-o", "prefix", "--no-timings", "all"]).run();
    output.code(0).stdout("[flaky] try\n[flaky] try\n[flaky] third time lucky\n[serve] up\n");
    let transcript = output.transcript();
    for line in [
        "[flaky] attempt 2 of 3 in 1ms, after exit code 1\n",
        "[flaky] flaky: attempt 2 went well\n",
        "[lint] tolerated: exit code 4\n",
        "\n  leaky: serve\n  tolerated: lint\n  flaky: flaky\n",
    ] {
        assert!(transcript.contains(line), "{line}: {transcript}");
    }
    let ended = |line: &str| line.contains("[serve] LEAKY ended what was left: ");
    assert!(
        transcript.lines().any(|line| ended(line) && line.ends_with(" sleep 600")),
        "{transcript}"
    );
}

#[test]
fn a_line_that_has_stood_for_a_second_is_shown_while_its_task_goes_on() {
    let config = "[tasks.a]\nrun = 'echo early; echo late; cat fifo-a'\n";
    let project = with_fifos(config);
    for script in ["mep run -o timed a", "mise run -o timed a", "mep -q run -o timed a | cat"] {
        let mut terminal = OnTerminal::script(&project, script).start();
        terminal.expect("late\n");
        release(&project, "fifo-a", "");
        terminal.ends(End::Exited(0));
        assert!(!terminal.screen().contains("early\n"), "{script}: {}", terminal.screen());
    }
}

#[test]
fn the_line_stands_below_groups_too() {
    let config = WAITING.replace("[tasks.last]", "[tasks.c]\nrun = 'cat fifo-c'\n[tasks.last]");
    let project = with_fifos(&config.replace("['a', 'b']", "['a', 'b', 'c']"));
    let path = project.path("fifo-c");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a fifo can be made");
    let mut terminal = OnTerminal::mep(&project, ["run", "-o", "grouped", "last"]).start();
    terminal.until("the line", |terminal| {
        without_ages(&terminal.picture()) == "0/4 · a [age] · b [age] · c [age]"
    });
    release(&project, "fifo-b", "from b\n");
    terminal.until("the group", |terminal| {
        let group = "[b] $ cat fifo-b\nfrom b\n[b] Finished in [t]\n";
        without_ages(&terminal.picture()) == format!("{group}1/4 · a [age] · c [age]")
    });
    release(&project, "fifo-a", "");
    release(&project, "fifo-c", "");
    terminal.ends(End::Exited(0));
    assert!(!terminal.picture().contains('·'), "{}", terminal.picture());
}

#[test]
fn the_line_names_the_lock_that_is_waited_for_and_who_has_it() {
    let keys = "[tasks.a]\nlocks = ['db']\n[tasks.b]\nlocks = ['db']\n";
    let project = waiting().file("mep.toml", keys);
    let mut terminal = OnTerminal::mep(&project, ["run", "-o", "prefix", "last"]).start();
    terminal.until("the lock", |terminal| {
        let picture = without_ages(&terminal.picture());
        let line = picture.lines().last().unwrap_or_default();
        line.starts_with("0/3 · a [age] · b waits for lock db, held by a of pid ")
    });
    release(&project, "fifo-a", "");
    release(&project, "fifo-b", "");
    terminal.expect("[last] last\n").ends(End::Exited(0));
    assert!(!terminal.picture().contains('·'), "{}", terminal.picture());
}
