//! `run` without a name on a terminal: the list of tasks, the form for the arguments of one,
//! and what is left on the terminal. Each test is one sitting; what an emulator shows counts.

use nix::sys::signal::Signal;
use nix::sys::termios::LocalFlags;

use crate::support::{
    CTRL_C, CTRL_Z, End, OnTerminal, Project, Terminal, reference, skip_without_reference,
};

const TASKS: &str = r#"
[tasks.build]
description = "Builds it\nwith more to say"
run = "echo building"
[tasks.deploy]
description = "Brings it to a place"
usage = '''
arg "<env>" help="Where to" { choices "dev" "prod" }
flag "--fast" help="Without checks"
flag "--tag <tag>" default="latest"
'''
run = "echo $usage_env ${usage_fast:-false} $usage_tag"
[tasks.hidden]
hide = true
run = "echo hidden"
[tasks."release:full"]
alias = "ship"
run = "echo released"
"#;

const LIST: &str = "run
❯ build         Builds it
  deploy        Brings it to a place
  release:full
3/3 · Enter run · Tab mark · Esc leave";

const FORM: &str = "$ mep run deploy prod
❯ run it
  env     prod  Where to
  --fast  off  Without checks
  --tag   latest (default)
Enter run or change · Space switch · Esc leave";

const ESC: &str = "\x1b";
const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const END: &str = "\x1b[F";

fn project() -> Project {
    Project::new().file("mise.toml", TASKS)
}

fn with(config: &str) -> Project {
    Project::new().file("mise.toml", config)
}

/// `mep run`, with the list on the screen.
fn open(project: &Project) -> Terminal<'_> {
    let mut terminal = OnTerminal::mep(project, ["run"]).start();
    terminal.pictures(LIST);
    terminal
}

// ---- the list -----------------------------------------------------------------

#[test]
fn a_task_is_picked_by_typing() {
    let project = project();
    let mut terminal = open(&project);
    terminal
        .type_keys("rel")
        .pictures("run rel\n❯ release:full\n1/3 · Enter run · Tab mark · Esc leave");
    terminal.type_keys("\r").ends(End::Exited(0));
    terminal.pictures("$ mep run release:full\n[release:full] $ echo released\nreleased");
}

#[test]
fn letters_in_between_aliases_and_descriptions_are_found_too() {
    let project = project();
    let mut terminal = open(&project);
    // By name, by alias, by description: in that order.
    for (keys, found) in [("rlf", "release:full"), ("ship", "release:full"), ("place", "deploy")] {
        terminal.type_keys(keys).until(found, |terminal| {
            let picture = terminal.picture();
            picture.starts_with(&format!("run {keys}\n❯ {found}")) && picture.contains("1/3")
        });
        terminal.type_keys("\x15").pictures(LIST);
    }
    terminal.type_keys("zzz").expect("nothing matches").type_keys("\r\x7f\x7f\x7f");
    terminal.pictures(LIST).type_keys(ESC).ends(End::Exited(130));
}

#[test]
fn a_task_is_picked_with_the_arrows() {
    for keys in [
        [DOWN, DOWN],
        ["\x1b[B\x1b[B\x1b[B", ""],
        ["\x0e", "\x0e"],
        ["\x0e\x0e\x0e\x10", DOWN],
        ["\x1b[6~", ""],
        ["\x1b[F", ""],
    ] {
        let project = project();
        let mut terminal = open(&project);
        terminal.type_keys(&keys.concat()).expect("❯ release:full").type_keys("\r");
        terminal.expect("\nreleased\n").ends(End::Exited(0));
    }
    let project = project();
    let mut terminal = open(&project);
    terminal.type_keys("\x1b[F").expect("❯ release:full").type_keys("\x1b[H").expect("❯ build");
    terminal.type_keys("\x1b[F").expect("❯ release:full").type_keys("\x1b[5~\r");
    terminal.expect("\nbuilding\n").ends(End::Exited(0));
}

#[test]
fn several_tasks_run_in_the_order_of_their_marks() {
    let project = project();
    let mut terminal = open(&project);
    terminal.type_keys(DOWN).type_keys(DOWN).type_keys("\t").expect("❯✓release:full");
    terminal.type_keys("\x1b[H\t").pictures(
        &LIST
            .replace("❯ build", " ✓build")
            .replace("  deploy", "❯ deploy")
            .replace("  release", " ✓release"),
    );
    terminal.type_keys("\r").expect("$ mep run release:full ::: build\n");
    terminal.expect_all(["building\n", "released\n"]).ends(End::Exited(0));
}

#[test]
fn each_marked_task_has_its_form() {
    let project = project();
    let mut terminal = open(&project);
    terminal.type_keys("\t").expect("✓build").type_keys("\t").expect("✓deploy").type_keys("\r");
    terminal.expect("env:").type_keys("pro\r").expect("$ mep run build ::: deploy prod");
    terminal.type_keys("\r").expect("$ mep run build ::: deploy prod\n");
    terminal.expect_all(["building\n", "prod false latest\n"]).ends(End::Exited(0));

    // Who leaves one leaves all.
    let project = self::project();
    let mut terminal = open(&project);
    terminal.type_keys("\t\t\r").expect("env:").type_keys(ESC).ends(End::Exited(130));
    assert_eq!(terminal.picture(), "");
}

#[test]
fn the_list_says_how_each_task_ended_last() {
    let tasks = "[tasks.good]\nrun = 'true'\n[tasks.bad]\nrun = 'exit 3'\n[tasks.never]\nrun = 'true'\n\
                 [tasks.same]\nsources = ['mise.toml']\nrun = 'true'\n[tasks.after]\ndepends = ['bad']\nrun = 'true'\n";
    let project = with(tasks);
    project.mep(["run", "-q", "good", "a b"]).run().code(0);
    project.mep(["run", "-q", "after"]).run().code(3);
    project.mep(["run", "-q", "same"]).run().code(0);
    project.mep(["run", "-q", "same"]).run().code(0);
    let mut terminal = OnTerminal::mep(&project, ["run"]).start();
    terminal.expect("Esc leave");
    terminal.until("all ends", |terminal| {
        // How long it took differs each time.
        let words = |line: &str| {
            let words =
                line.split_whitespace().filter(|word| !word.ends_with('s') || *word == "fresh");
            words.collect::<Vec<_>>().join(" ")
        };
        let lines: Vec<String> = terminal.picture().lines().map(words).collect();
        lines[1..6] == ["❯ after skipped", "bad failed", "good ran", "never", "same fresh"]
    });
    let picture = terminal.picture();
    for end in ["bad    failed ", "good   ran "] {
        let rest = picture.split(end).nth(1).unwrap_or_default();
        assert!(rest.lines().next().is_some_and(|time| time.ends_with("ms")), "{picture}");
    }
}

#[test]
fn a_run_that_was_picked_is_on_record_as_it_was_meant() {
    let project = project();
    let mut terminal = open(&project);
    terminal.type_keys("dep\rprod\r").pictures(FORM).type_keys("\r").expect("prod false latest\n");
    terminal.ends(End::Exited(0));
    let last = project.mep(["last"]).run();
    assert!(last.transcript().contains("mep run deploy prod\n"), "{}", last.transcript());
    project.mep(["rerun"]).run().code(0).stdout("prod false latest\n");
}

// ---- leaving --------------------------------------------------------------------

#[test]
fn every_way_out_leaves_the_terminal_as_it_was() {
    let keys: [(&str, End); 5] = [
        ("\r", End::Exited(0)),
        (ESC, End::Exited(130)),
        ("\x04", End::Exited(130)),
        (CTRL_C, End::Killed(Signal::SIGINT)),
        ("dep\r\x1b", End::Exited(130)),
    ];
    for (keys, end) in keys {
        let project = project();
        let script = "stty -g >before; trap : INT; mep run; code=$?; stty -g >after
                      cmp before after && echo same $code";
        let mut terminal = OnTerminal::script(&project, script).start();
        terminal.pictures(LIST).type_keys(keys);
        let code = match end {
            End::Exited(code) => code,
            End::Killed(_) => 130,
        };
        terminal.expect(&format!("same {code}\n")).ends(End::Exited(0));
        if code == 130 {
            terminal.pictures("same 130");
        }

        let project = self::project();
        let mut terminal = open(&project);
        terminal.type_keys(keys).ends(end);
    }
}

#[test]
fn signals_leave_the_terminal_as_it_was() {
    let project = project();
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let script = "set -m; stty -g >before; mep run & echo $! >pid; fg >/dev/null
                      stty -g >after; cmp before after && echo same";
        let mut terminal = OnTerminal::script(&project, script).start();
        terminal.pictures(LIST);
        project.shell(&format!("kill -{} $(cat pid)", signal as i32)).run().code(0);
        terminal.expect("same\n").ends(End::Exited(0));
        assert!(!terminal.picture().contains('❯'), "{}", terminal.picture());
    }
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
        let mut terminal = open(&project);
        terminal.signal(signal).ends(End::Killed(signal));
        assert_eq!(terminal.picture(), "");
    }
    let mut terminal = open(&project);
    terminal.hang_up().ends(End::Killed(Signal::SIGHUP)).leaves_nobody();
}

#[test]
fn ctrl_z_stops_it_and_fg_brings_it_back() {
    let project = project();
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("stty -g >before; mep run\n").expect("Esc leave");
    terminal.type_keys("rel").expect("1/3").type_keys(CTRL_Z).expect("Stopped").expect("> ");
    terminal.type_keys("stty -g >during; cmp before during && echo $((20 + 1)) same\n");
    terminal.expect("21 same\n> ").type_keys("fg\n").expect("❯ release:full").type_keys("\r");
    terminal.expect("\nreleased\n").expect("> ").type_keys("stty -g >after; cmp before after && ");
    terminal.type_keys("echo $((20 + 2)) same\n").expect("22 same\n> ").type_keys("exit 7\n");
    terminal.ends(End::Exited(7));
}

#[test]
fn in_the_background_it_waits_to_be_brought_back() {
    let project = project();
    let mut terminal = OnTerminal::shell(&project).start();
    terminal.expect("> ").type_keys("mep run &\n").expect("> ");
    terminal.type_keys("until jobs >out; grep Stopped out; do :; done\n").expect("mep run\n> ");
    terminal.type_keys("fg\n").expect("❯ build").type_keys(CTRL_Z).expect("Stopped").expect("> ");
    // In the background once more, it is not in the way of who types.
    terminal.type_keys("bg; until jobs >out; grep Stopped out; do :; done\n").expect("mep run\n> ");
    terminal.type_keys("echo $((20 + 1)) is here\n").expect("21 is here\n> ").type_keys("fg\n");
    terminal.expect("❯ build").type_keys("rel\r").expect("\nreleased\n").expect("> ");
    terminal.type_keys("exit 7\n").ends(End::Exited(7));
}

#[test]
fn what_is_typed_ahead_is_the_tasks() {
    let project = with("[tasks.ask]\nrun = 'read -r line; echo \"got $line\"'\n");
    let mut terminal = OnTerminal::mep(&project, ["run"]).start();
    terminal.expect("Esc leave").type_keys("as\ra line\n").expect("got a line\n");
    terminal.ends(End::Exited(0));
}

#[test]
fn ctrl_c_also_ends_the_script_that_called_us() {
    let project = project();
    for shell in ["sh", "bash"] {
        let script = format!("exec {shell} -c 'mep run; echo the script goes on'");
        let mut terminal = OnTerminal::script(&project, &script).start();
        terminal.pictures(LIST).type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
        assert_eq!(terminal.picture(), "");
    }
    let mut terminal = OnTerminal::script(&project, "mep run; echo the script goes on").start();
    terminal.pictures(LIST).type_keys(ESC).ends(End::Exited(0)).pictures("the script goes on");
}

// ---- the form -------------------------------------------------------------------

#[test]
fn what_is_required_is_asked_for_and_the_rest_can_be_changed() {
    let project = project();
    let mut terminal = open(&project);
    terminal.type_keys("dep\r").pictures("env:\n❯ dev\n  prod\n2/2 · Enter choose · Esc leave");
    terminal.type_keys("pr\r").pictures(FORM).type_keys(DOWN).type_keys(DOWN).type_keys(" ");
    terminal.pictures(
        "$ mep run deploy --fast prod
  run it
  env     prod  Where to
❯ --fast  on  Without checks
  --tag   latest (default)
Enter run or change · Space switch · Esc leave",
    );
    terminal
        .type_keys(DOWN)
        .expect("❯ --tag")
        .type_keys("\r")
        .pictures("--tag:\ndefault: latest\nEnter next · Esc back");
    terminal.type_keys("v 1\r").pictures(
        "$ mep run deploy --fast --tag 'v 1' prod
  run it
  env     prod  Where to
  --fast  on  Without checks
❯ --tag   'v 1'
Enter run or change · Space switch · Esc leave",
    );
    terminal.type_keys("\x1b[H\r").ends(End::Exited(0)).pictures(
        "$ mep run deploy --fast --tag 'v 1' prod
[deploy] $ echo $usage_env ${usage_fast:-false} $usage_tag
prod true v 1",
    );
}

#[test]
fn esc_takes_a_change_back() {
    let project = project();
    let mut terminal = open(&project);
    terminal.type_keys("dep\rprod\r").pictures(FORM).type_keys(END).expect("❯ --tag");
    terminal.type_keys("\rx").expect("--tag: x").type_keys(ESC);
    terminal.pictures(&FORM.replace("❯ run", "  run").replace("  --tag", "❯ --tag"));
    terminal.type_keys(ESC).ends(End::Exited(130));
    assert_eq!(terminal.picture(), "");
}

#[test]
fn a_line_that_would_be_refused_is_not_run() {
    let project = with(
        r#"
[tasks.serve]
usage = '''
arg "<port>" validate="value matches '^[0-9]+$'" validate_error="must be a number"
arg "[file]…" var_max=1
'''
run = "echo $usage_port $usage_file"
"#,
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("\r").expect("port:").type_keys("\r");
    terminal.expect("port is required").type_keys("http\r");
    terminal.pictures(
        "$ mep run -q serve http
❯ run it
  port  http
  file  -
Invalid value for port: http: must be a number
Enter run or change · Space switch · Esc leave",
    );
    // Enter does nothing.
    terminal.type_keys("\r").type_keys(DOWN).expect("❯ port").type_keys("\r\x1580\r");
    terminal.pictures(
        "$ mep run -q serve 80
  run it
❯ port  80
  file  -
Enter run or change · Space switch · Esc leave",
    );
    terminal.type_keys(DOWN).expect("❯ file").type_keys("\ra 'b c\r");
    terminal.expect("a quotation mark has no other end").type_keys("'\r");
    terminal.expect("$ mep run -q serve 80 a 'b c'").expect("unexpected word: b c");
    terminal.type_keys("\r\x15x\r").expect("$ mep run -q serve 80 x").type_keys("\x1b[H\r");
    terminal.ends(End::Exited(0)).pictures("80 x");
}

#[test]
fn words_that_mean_something_on_a_command_line_are_kept_apart() {
    let project = with(
        "[tasks.say]\nusage = 'arg \"<word>\"'\nrun = 'echo \"<$usage_word>\"'\n\
         [tasks.old]\nrun = 'echo {{ flag(name=\"force\") }}'\n",
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("say\r:::\r").expect("$ mep run -q say -- :::");
    terminal.type_keys("\r").ends(End::Exited(0)).pictures("<:::>");

    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("say\r-h\r").expect("--help and -h ask for help");
    terminal.type_keys("\r").type_keys(ESC).ends(End::Exited(130));

    // Behind the name alone it would be a flag of the run.
    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("old\r").expect("--force  off").type_keys(DOWN);
    terminal.type_keys(" ").expect("$ mep run -q old").expect("--force  on").type_keys("\x1b[H\r");
    terminal.ends(End::Exited(0));
    assert!(terminal.picture().ends_with("true"), "{}", terminal.picture());
}

#[test]
fn what_a_variable_answers_is_not_asked_for() {
    let project = with(
        "[env]\nPLACE = 'prod'\n[tasks.deploy]\nusage = 'arg \"<env>\" env=\"PLACE\"'\n\
         run = 'echo to $usage_env'\n",
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("\r").expect("$ mep run -q deploy");
    terminal.expect("❯ run it").type_keys("\r").ends(End::Exited(0)).pictures("to prod");
}

#[test]
fn choices_that_a_program_prints_are_listed() {
    let project = with(
        "[tasks.to]\nusage = '''\narg \"<where>\" {\n  choices run=\"touch asked; echo near; echo far\"\n}\n'''
         run = 'echo to $usage_where'\n",
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("\r").expect("❯ near").type_keys(DOWN);
    terminal.expect("❯ far").type_keys("\r").expect("$ mep run -q to far").type_keys("\r");
    terminal.ends(End::Exited(0)).pictures("to far");
    assert!(project.exists("asked"));
    // A dry run starts nothing for the sake of a list.
    project.remove("asked");
    let mut terminal = OnTerminal::mep(&project, ["run", "-n"]).start();
    terminal.expect("Esc leave").type_keys("\r").expect("where:").type_keys(ESC);
    terminal.ends(End::Exited(130));
    assert!(!project.exists("asked"));
}

#[test]
fn a_flag_that_cannot_be_is_told_before_anybody_is_asked() {
    let project = project();
    let mut terminal = OnTerminal::mep(&project, ["run", "--affected"]).start();
    terminal.expect("--affected").ends(End::Exited(2));
}

#[test]
fn nothing_is_written_before_a_task_is_picked() {
    let project = project();
    let mut terminal = open(&project);
    terminal.type_keys("dep\r").expect("env:").type_keys(ESC).ends(End::Exited(130));
    project.shell("find [HOME] [P] -type f").run().stdout("[P]/mise.toml\n").code(0);
}

#[test]
fn commands_of_a_task_and_arguments_in_scripts_are_asked_for() {
    let project = with(
        "[tasks.db]\nusage = '''\nflag \"--url <url>\"\ncmd \"up\" help=\"Starts it\" {\n  \
         arg \"<name>\"\n}\ncmd \"down\"\n'''\nrun = 'echo $usage_cmd $usage_name'\n\
         [tasks.old]\nrun = 'echo {{ arg(name=\"who\") }} {{ option(name=\"how\", default=\"well\") }}'\n",
    );
    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("db\r").expect("up    Starts it").type_keys("up\r");
    terminal.expect("name:").type_keys("main\r").expect("$ mep run -q db up main");
    terminal.type_keys("\r").ends(End::Exited(0)).pictures("up main");

    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("old\r").expect("who:").type_keys("me\r");
    terminal.expect("$ mep run -q old me").expect("well (default)").type_keys("\r");
    terminal.ends(End::Exited(0));
    assert!(terminal.picture().ends_with("me well"), "{}", terminal.picture());
}

// ---- the window -----------------------------------------------------------------

#[test]
fn it_fits_into_a_narrow_and_low_window() {
    let long = "[tasks.'a-long-name-of-a-task']\ndescription = 'Long'\nrun = 'true'\n\
                [tasks.'漢字漢字漢字漢字漢字漢字']\nrun = 'echo kanji'\n";
    let project = with(&format!("{TASKS}{long}"));
    let mut terminal = OnTerminal::mep(&project, ["run"]).columns(20).rows(5).start();
    terminal.pictures("run\n❯ a-long-name-of-a…\n  build\n  deploy\n  release:full");
    terminal.type_keys(END).pictures("run\n  build\n  deploy\n  release:full\n❯ 漢字漢字漢字漢字…");
    terminal.type_keys("dep\r").pictures("env:\n❯ dev\n  prod").type_keys("\r");
    terminal.pictures(
        "$ mep run deploy d…\n❯ run it\n  env     dev\n  --fast  off\n  --tag   latest (…",
    );
    terminal.type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
    assert_eq!(terminal.picture(), "");
}

#[test]
fn it_follows_the_window() {
    let project = project();
    let mut terminal = open(&project);
    terminal.resize(30).pictures(
        "run\n❯ build         Builds it\n  deploy        Brings it to…\n  release:full
3/3 · Enter run · Tab mark ·…",
    );
    terminal.resize(100).pictures(LIST).type_keys("b\r").expect("\nbuilding\n");
    terminal.ends(End::Exited(0));
}

#[test]
fn what_a_description_says_cannot_move_the_cursor() {
    let project =
        with("[tasks.evil]\ndescription = \"a\\u001B[2J\\u001B]0;t\\u0007b\\tc\"\nrun = 'true'\n");
    let mut terminal = OnTerminal::mep(&project, ["run"]).start();
    terminal.pictures("run\n❯ evil  abc\n1/1 · Enter run · Tab mark · Esc leave");
    assert!(!terminal.screen().contains("[2J"), "{:?}", terminal.screen());
}

#[test]
fn colours_are_where_they_are_wanted() {
    let project = project();
    let mut terminal = open(&project);
    terminal.type_keys(ESC).ends(End::Exited(130));
    // Of colours; the cursor is moved by `A`, `C`, `J` and `K`.
    let painted = terminal.screen().split('\u{1b}').any(|part| {
        part.starts_with('[')
            && part
                .trim_start_matches(['[', ';'])
                .trim_start_matches(char::is_numeric)
                .starts_with('m')
    });
    assert!(!painted, "{:?}", terminal.screen());
    let mut terminal = OnTerminal::mep(&project, ["run"]).env("NO_COLOR", "").start();
    terminal.expect("\u{1b}[36m❯\u{1b}[0m").pictures(LIST).type_keys(ESC).ends(End::Exited(130));
}

// ---- when there is nothing to pick ----------------------------------------------

#[test]
fn without_a_terminal_it_is_an_unknown_name_as_ever() {
    let project = project();
    let error = "Error: no task default found\n  help: the tasks here are\n    build\n    deploy\n    release:full\n";
    project.mep(["run"]).run().stdout("").stderr(error).code(1);
    let streams = ["mep run </dev/null", "mep run 2>err; cat err >&2; exit 1", "TERM=dumb mep run"];
    for script in streams {
        let mut terminal = OnTerminal::script(&project, script).start();
        terminal.ends(End::Exited(1)).pictures(error.trim_end());
    }
}

#[test]
fn a_default_task_and_a_name_are_run_as_ever() {
    let project = project();
    let mut terminal = OnTerminal::mep(&project, ["run", "default"]).start();
    terminal.expect("no task default found").ends(End::Exited(1));
    let mut terminal = OnTerminal::mep(&project, ["run", "--changed"]).start();
    terminal.expect("no visible task has `sources`").ends(End::Exited(0));
    project.write("mise.local.toml", "[tasks.default]\nhide = true\nrun = 'echo by default'\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q"]).start();
    terminal.ends(End::Exited(0)).pictures("by default");
}

#[test]
fn mistakes_are_told_instead() {
    for config in ["", "[tasks.x]\nhide = true\nrun = 'true'\n", "[settings]\nnot toml\n"] {
        let project = with(config);
        let expected = project.mep(["run"]).run();
        let mut terminal = OnTerminal::mep(&project, ["run"]).start();
        terminal.ends(End::Exited(1));
        expected.stdout("").stderr(&format!("{}\n", terminal.picture())).code(1);
    }
}

// ---- other ways to call it ------------------------------------------------------

#[test]
fn flags_and_words_behind_dashes_stay_on_the_line() {
    let project = project();
    let mut terminal = OnTerminal::mep(&project, ["-C", "[P]", "tasks", "run", "-n"]).start();
    terminal.expect("Esc leave").type_keys("\r").ends(End::Exited(0));
    terminal.pictures("$ mep -C [P] tasks run -n build\n[build] $ echo building");

    let mut terminal = OnTerminal::mep(&project, ["run", "--", "a b"]).start();
    let one = LIST.replace(" · Tab mark", "");
    terminal.pictures(&one).type_keys("\r").ends(End::Exited(0));
    terminal.pictures("$ mep run build -- 'a b'\n[build] $ echo building 'a b'\nbuilding a b");
}

#[test]
fn in_a_monorepo_it_has_the_tasks_near_to_us_or_all() {
    let project = with(
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b']\n\
                        [tasks.top]\nrun = 'echo top'\n",
    )
    .file(
        "a/mise.toml",
        "[tasks.make]\nusage = 'arg \"<n>\"'\ndepends = ['//b:base']\nrun = 'echo made $usage_n'\n\
             [tasks.default]\nhide = true\nrun = 'echo by default'\n",
    )
    .file("b/mise.toml", "[tasks.base]\nrun = 'echo base'\n");
    let mut terminal = OnTerminal::mep(&project, ["run"]).start();
    terminal.pictures("run\n❯ //:top\n1/1 · Enter run · Tab mark · Esc leave").type_keys(ESC);
    terminal.ends(End::Exited(130));
    // `--all` asks, also where there is a default.
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "--all"]).cwd("a").start();
    terminal
        .pictures("run\n❯ //:top\n  //a:make\n  //b:base\n3/3 · Enter run · Tab mark · Esc leave");
    terminal.type_keys("make\r").expect("n:").type_keys("it\r").expect("$ mep run -q //a:make it");
    terminal.type_keys("\r").ends(End::Exited(0)).pictures("base\nmade it");
    project.mep(["rerun", "-q"]).run().stdout("base\nmade it\n").code(0);
    // A mistake is told as ever.
    project.write("mise.local.toml", "[settings]\nnot toml\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "--all"]).start();
    terminal.expect("not toml").ends(End::Exited(1));
}

#[test]
fn as_mise_it_opens_where_mise_opens_one() {
    let project = project();
    let list = LIST.replace("mep", "mise");
    for args in [&["run"][..], &["r"], &["tasks", "run"], &["run", "default"], &["default"]] {
        let mut terminal = OnTerminal::mise(&project, args).start();
        terminal.pictures(&list).type_keys(CTRL_C).ends(End::Exited(130)).pictures("");
    }
    let mut terminal = OnTerminal::mise(&project, ["run", "build", ":::", "default"]).start();
    terminal.pictures(&list).type_keys("ship\r");
    terminal.expect("$ mise run build ::: release:full\n").expect_all(["building\n", "released\n"]);
    terminal.ends(End::Exited(0));
    // The keys come from the terminal itself.
    let project = self::project();
    let mut terminal = OnTerminal::script(&project, "mise run </dev/null").start();
    terminal.pictures(&list).type_keys(ESC).ends(End::Exited(130));
}

#[test]
fn as_mise_only_what_is_missing_is_asked_for() {
    let project = with(
        "[tasks.free]\nusage = 'flag \"--fast\"'\nrun = 'echo free'\n\
                        [tasks.needs]\nusage = 'arg \"<what>\"'\nrun = 'echo needs $usage_what'\n",
    );
    let mut terminal = OnTerminal::mise(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("\r").ends(End::Exited(0)).pictures("free");
    let mut terminal = OnTerminal::mise(&project, ["run", "-q"]).start();
    terminal.expect("Esc leave").type_keys("needs\r").expect("what:").type_keys("it\r");
    terminal.expect("$ mise run -q needs it").type_keys("\r").ends(End::Exited(0));
    terminal.pictures("needs it");
}

// ---- beside the reference -------------------------------------------------------

/// What the tasks of a sitting have done, and how it ended.
fn sitting(project: &Project, args: &[&str], keys: &[&str]) -> (Option<String>, String) {
    let words = args.join(" ");
    let script = format!("mise {words}; echo \"code $?\"");
    let mut terminal = OnTerminal::script(project, &script).start();
    terminal.expect("release:full");
    for key in keys {
        // mise listens to one key at a time.
        let listens =
            |terminal: &Terminal<'_>| !terminal.modes().local_flags.contains(LocalFlags::ICANON);
        terminal.until("somebody who listens", listens).type_keys(key);
    }
    terminal.expect("code ").ends(End::Exited(0));
    let picture = terminal.picture();
    let code = picture.lines().last().unwrap_or_default().to_owned();
    (project.read_if_exists("done"), code)
}

#[test]
fn the_same_keys_run_the_same_tasks_as_in_mise() {
    let Some(mise) = reference() else {
        return skip_without_reference("the_same_keys_run_the_same_tasks_as_in_mise");
    };
    let tasks = TASKS
        .replace("echo building", "echo build >>done")
        .replace("echo released", "echo released >>done; exit 3");
    let cases: [(&[&str], &[&str]); 9] = [
        (&["run"], &[CTRL_C]),
        (&["run"], &["r", "e", "l", "\r"]),
        (&["run"], &["r", "f", "\r"]),
        (&["run"], &[DOWN, DOWN, "\r"]),
        (&["run"], &[UP, "\r"]),
        (&["r", "-q"], &["\r"]),
        (&["tasks", "run"], &["b", "u", "\r"]),
        (&["default"], &["b", "u", "\r"]),
        (&["run", "-n", "build", ":::", "default"], &["r", "l", "\r"]),
    ];
    for (args, keys) in cases {
        let ours = Project::new().file("mise.toml", &tasks);
        let theirs = Project::for_binary(&mise).file("mise.toml", &tasks);
        let (ours, theirs) = (sitting(&ours, args, keys), sitting(&theirs, args, keys));
        assert_eq!(ours, theirs, "{args:?} {keys:?}");
    }
}
