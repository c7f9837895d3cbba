//! What `mep` makes of an inline script's words and input, beside what mise does: the tables of
//! `docs/arguments.md`. Each row is run under both names; `diff::script_words` runs the same
//! rows through mise itself.

use super::project;
use crate::support::{End, OnTerminal, Output, Project};

/// A script, the words it is given, what it prints as `mep`, and as mise. `!` is an error.
pub(crate) type Row = (&'static str, &'static str, &'static str, &'static str);

/// Scripts that take their words from parameters, and scripts that only look so.
pub(crate) const PARAMETERS: [Row; 36] = [
    ("echo $1", "a b", "a", "a b"),
    ("echo \"$1\" then", "a b", "a then", "then a b"),
    ("echo \"$@\"", "a b", "a b", "a b"),
    ("echo \"[$*]\"", "a b", "[a b]", "[] a b"),
    ("echo $#", "a b", "2", "0 a b"),
    ("echo ${1:-none}", "a b", "a", "none a b"),
    ("echo ${2-none} x", "a b", "b x", "none x a b"),
    ("echo ${x:-$1} x", "a b", "a x", "x a b"),
    ("echo ${1#a} x", "ab c", "b x", "x ab c"),
    ("shift; echo \"$@\"", "a b", "b", "!"),
    ("for x; do echo $x; done", "a b", "a b", "!"),
    ("for x in \"$@\"; do echo $x; done", "a b", "a b", "!"),
    ("while getopts f o; do echo $o; done", "-f b", "f", "!"),
    ("echo $(echo \"$1\") x", "a b", "a x", "x a b"),
    ("echo `echo $1` x", "a b", "a x", "x a b"),
    ("echo $(($1 + 1)) x", "2 3", "3 x", "1 x 2 3"),
    ("case $1 in a) echo A ;; *) echo other ;; esac", "a b", "A", "!"),
    ("if [ $# -gt 1 ]; then echo many; fi", "a b", "many", "!"),
    ("cat <<E\n[$1]\nE", "a b", "[a]", "[] E a b"),
    ("set -- \"$@\" z; echo $#", "a b", "3", "1 a b"),
    ("(set -- z); echo $1 x", "a b", "a x", "x a b"),
    ("set -e; echo $1 x", "a b", "a x", "x a b"),
    ("f() { echo f $#; }; f \"$@\"", "a b", "f 2", "f 2"),
    ("echo '$1'", "a b", "$1 a b", "$1 a b"),
    ("echo \\$1", "a b", "$1 a b", "$1 a b"),
    ("echo \"\\$1\"", "a b", "$1 a b", "$1 a b"),
    ("awk 'BEGIN { print $1 \"x\" }'", "a b", "x", "x"),
    ("cat <<'E'\n[$1]\nE\necho x", "a b", "[$1] x a b", "[$1] x a b"),
    ("f() { echo f $1; }; f", "a b", "f a", "f a"),
    ("set -- z; echo $1", "a b", "z a b", "z a b"),
    ("echo x # $1\necho y", "a b", "x y a b", "x y a b"),
    ("sh -c 'echo in $1' x", "a b", "in a", "in a"),
    ("eval 'echo $1'", "a b", "a b", "a b"),
    ("echo $0", "a b", "sh a b", "sh a b"),
    ("echo ${x} y", "a b", "y a b", "y a b"),
    ("echo x", "a b", "x a b", "x a b"),
];

/// Scripts that read their input, and scripts that read something else. The task runs beside
/// another one; its input is two lines: `one`, `two`.
pub(crate) const READS: [Row; 32] = [
    ("read x; echo [$x]", "", "[one]", "!"),
    ("read x && echo [$x]", "", "[one]", "!"),
    ("read -r x; echo [$x]", "", "[one]", "!"),
    ("IFS= read -r x; echo [$x]", "", "[one]", "!"),
    ("printf 'Sure? '; read x; echo [$x]", "", "Sure? [one]", "Sure?!"),
    ("read; echo [$REPLY]", "", "[one]", "!"),
    ("if read x; then echo [$x]; fi", "", "[one]", ""),
    ("while read x; do echo [$x]; done", "", "[one] [two]", ""),
    ("until ! read x; do echo [$x]; done", "", "[one] [two]", ""),
    ("x=$(read y; echo $y); echo [$x]", "", "[one]", "!"),
    ("(read x; echo [$x])", "", "[one]", "!"),
    ("{ read x; echo [$x]; }", "", "[one]", "!"),
    ("command read x; echo [$x]", "", "[one]", "!"),
    ("ask() { read x; echo [$x]; }; ask", "", "[one]", "!"),
    ("read x; read y; echo [$x$y]", "", "[onetwo]", "!"),
    ("echo a | cat; read x; echo [$x]", "", "a [one]", "a!"),
    ("case a in a) read x ;; esac; echo [$x]", "", "[one]", "!"),
    ("for i in 1 2; do read x; echo [$x]; done", "", "[one] [two]", "!"),
    ("! read x || echo [$x]", "", "[one]", ""),
    ("read x 2>/dev/null; echo [$x]", "", "[one]", "!"),
    ("read x < /dev/null || echo none", "", "none", "none"),
    ("echo a | while read x; do echo [$x]; done", "", "[a]", "[a]"),
    ("echo a | { read x; echo [$x]; }", "", "[a]", "[a]"),
    ("while read x; do echo [$x]; done <<E\na\nE", "", "[a]", "[a]"),
    ("read x <<E\na\nE\necho [$x]", "", "[a]", "[a]"),
    ("exec < /dev/null; read x || echo none", "", "none", "none"),
    ("ask() { read x; echo [$x]; }; echo a | ask", "", "[a]", "[a]"),
    ("echo read x", "", "read x", "read x"),
    ("echo 'read x'", "", "read x", "read x"),
    ("# read x\necho x", "", "x", "x"),
    ("f() { read x; }; echo x", "", "x", "x"),
    ("cat", "", "", ""),
];

/// Tasks for the command lines of [`FLAGS`].
pub(crate) const TASKS: &str = r#"
[tasks]
plain = "echo plain"
two = ["echo 1", "echo 2"]
takes = "echo \"takes $@\""
[tasks.spec]
usage = 'arg "[w]..."; flag "--force"; flag "--jobs <n>"'
run = 'echo "spec $usage_w $usage_force $usage_jobs"'
[tasks.raw]
raw_args = true
run = "echo raw"
[tasks.bang]
run = '''
#!/bin/sh
echo "bang $*"
'''
[tasks.named]
file = "named.sh"
[tasks.nested]
run = "mise run -q plain --force"
[tasks.default]
run = "echo default"
"#;

/// Command lines behind `run -q`, what they print as `mep`, and as mise.
pub(crate) const FLAGS: [(&str, &str, &str); 34] = [
    ("plain --force", "plain", "plain --force"),
    ("plain --verbose", "plain", "plain --verbose"),
    ("plain --dry-run", "", "plain --dry-run"),
    ("plain --jobs 8", "plain", "plain --jobs 8"),
    ("plain --jobs=8", "plain", "plain --jobs=8"),
    ("plain -j 1", "plain", "plain -j 1"),
    ("plain --force --jobs 2 x", "plain x", "plain --force --jobs 2 x"),
    ("plain --jobs 8 --force", "plain", "plain --jobs 8 --force"),
    ("two --force", "1 2", "1 2 --force"),
    ("two --dry-run", "", "1 2 --dry-run"),
    ("default --force", "default", "default --force"),
    ("-j1 plain --force ::: two --force", "plain 1 2", "plain --force 1 2 --force"),
    ("-j1 plain x ::: two --force", "plain x 1 2", "plain x 1 2 --force"),
    ("-j1 plain --force ::: plain x", "plain plain x", "plain --force plain x"),
    ("plain --force -- --force", "plain --force", "plain --force --force"),
    ("plain x --force", "plain x --force", "plain x --force"),
    ("plain -- --force", "plain --force", "plain --force"),
    ("plain -- --jobs 8", "plain --jobs 8", "plain --jobs 8"),
    ("plain -f", "plain -f", "plain -f"),
    ("plain -n", "plain -n", "plain -n"),
    ("plain -j4", "plain -j4", "plain -j4"),
    ("plain --jobs", "plain --jobs", "plain --jobs"),
    ("plain --jobs many", "plain --jobs many", "plain --jobs many"),
    ("plain --forced", "plain --forced", "plain --forced"),
    ("plain --force=1", "plain --force=1", "plain --force=1"),
    ("plain --quiet", "plain --quiet", "plain --quiet"),
    ("takes --force", "takes --force", "takes --force"),
    ("spec --force", "spec true", "spec true"),
    ("spec --jobs 8", "spec 8", "spec 8"),
    ("raw --force", "raw --force", "raw --force"),
    ("bang --force", "bang --force", "bang --force"),
    ("named --force", "named --force", "named --force"),
    ("script --force", "script --force", "script --force"),
    ("nested", "plain --force", "plain --force"),
];

/// A project with the task `t` beside another one.
pub(crate) fn config(script: &str) -> String {
    format!("[tasks.t]\nrun = '''\n{}\n'''\n[tasks.other]\nrun = 'true'\n", script)
}

/// All words of stdout without the prefix of `t`; `!` behind them for a failure.
pub(crate) fn shown(output: &Output) -> String {
    let lines = output.stdout.lines().map(|line| line.strip_prefix("[t] ").unwrap_or(line));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ") + if output.code == Some(0) { "" } else { "!" }
}

/// The project of [`FLAGS`].
fn tasks() -> Project {
    project(TASKS)
        .executable("named.sh", "#!/bin/sh\necho \"named $*\"\n")
        .executable("mise-tasks/script", "#!/bin/sh\necho \"script $*\"\n")
}

#[track_caller]
fn check(row: &str, name: &str, expected: &str, output: &Output) {
    assert_eq!(shown(output), expected, "`{row}` as {name}\n{}", output.transcript());
}

#[test]
fn a_script_that_refers_to_parameters_gets_them() {
    for (script, words, ours, theirs) in PARAMETERS {
        let project = project(&config(script));
        let line = || ["run", "-q", "t"].into_iter().chain(words.split_whitespace());
        check(script, "mep", ours, &project.mep(line()).run());
        check(script, "mise", theirs, &project.mise(line()).run());
    }
}

#[test]
fn a_script_that_reads_gets_the_input() {
    for (script, _, ours, theirs) in READS {
        let project = project(&config(script));
        let line = ["run", "-q", "t", ":::", "other"];
        let input = "one\ntwo\n";
        check(script, "mep", ours, &project.mep(line).stdin(input).run());
        check(script, "mise", theirs, &project.mise(line).stdin(input).run());
    }
}

#[test]
fn flags_behind_a_name_are_the_runs_where_the_task_would_only_append_them() {
    let project = tasks();
    for (words, ours, theirs) in FLAGS {
        let line = || ["run", "-q"].into_iter().chain(words.split(' '));
        check(words, "mep", ours, &project.mep(line()).run());
        check(words, "mise", theirs, &project.mise(line()).binary_on_path().run());
    }
}

#[test]
fn the_notice_names_the_other_way() {
    let stderr = "Warning: `--force --jobs 2` was taken as a flag of the run; to pass it to the \
                  task: mep run plain -- --force --jobs 2\n[plain] $ echo plain x\n";
    let output = tasks().mep("plain --force --jobs 2 x".split(' ')).run();
    output.stdout("plain x\n").stderr(stderr).code(0);
}

#[test]
fn a_flag_behind_the_name_does_what_it_does_before() {
    let project = project(
        "[tasks.a]\nsources = ['mise.toml']\nrun = 'echo ran'\n[tasks.b]\nrun = 'echo b'\n",
    );
    let run = |words: &str| project.mep(["-q"].into_iter().chain(words.split(' '))).run();
    run("run a").stdout("ran\n");
    run("run a").stdout("");
    run("run a --force").stdout("ran\n");
    let dry = project.mep(["run", "b", "--dry-run"]).run();
    dry.stdout("");
    assert!(dry.stderr.ends_with("[b] $ echo b\n"), "{}", dry.stderr);
    // One job at a time needs no prefix.
    run("run b ::: a --force").stdout.contains("[b] b\n").then_some(()).expect("a prefix");
    run("run b --jobs 1 ::: a --force").stdout("b\nran\n");
}

#[test]
fn parameters_reach_other_shells_and_specifications_too() {
    let project = project(
        r#"
[tasks.bash]
shell = "bash -c"
run = 'echo "$0 ${@:2}"'
[tasks.list]
run = ["echo first $1", "echo last $1"]
[tasks.spec]
usage = 'arg "<a>"'
run = 'echo "$usage_a $1"'
[tasks.raw]
raw_args = true
run = 'echo "[$1]"'
[tasks.python]
shell = "python3 -c"
run = "print('$1') #"
[tasks.late]
run = 'echo "$1 {{ exec(command="echo late") }}"'
"#,
    );
    for (words, stdout) in [
        ("bash a b c", "bash b c\n"),
        ("list a", "first\nlast a\n"),
        ("spec a", "a a\n"),
        ("raw --help", "[--help]\n"),
        ("python a", "$1\n"),
        ("late a", "a late\n"),
    ] {
        let output = project.mep(["run", "-q"].into_iter().chain(words.split(' '))).run();
        output.stdout(stdout).stderr("").code(0);
    }
}

#[test]
fn the_line_shown_is_the_script_as_written() {
    let project = project("[tasks.t]\nrun = 'read; echo $1 $REPLY'\n");
    let output = project.mep(["run", "t", "a"]).stdin("b\n").run();
    output.stdout("a b\n").stderr("[t] $ read; echo $1 $REPLY\n").code(0);
    let dry = project.mep(["run", "-n", "t", "a"]).run();
    dry.stdout("").stderr("[t] $ read; echo $1 $REPLY\n").code(0);
}

/// A bare `read` gives the line as it is, with its blanks, under every shell.
#[test]
fn a_read_without_a_name_keeps_blanks() {
    for shell in ["sh -c", "bash -c"] {
        let config = format!("[tasks.t]\nshell = '{shell}'\nrun = 'read; echo \"[$REPLY]\"'\n");
        let output = project(&config).mep(["run", "-q", "t"]).stdin("  a b \n").run();
        output.stdout("[  a b ]\n").stderr("").code(0);
    }
}

#[test]
fn who_reads_runs_alone() {
    let project = project(
        "[tasks.t]\nrun = 'read x; test ! -e other; echo $x'\n\
         [tasks.other]\nrun = 'touch other; read y; echo $y'\n",
    );
    let output = project.mep(["run", "-q", "t", ":::", "other"]).stdin("1\n2\n").run();
    output.stdout("1\n2\n").stderr("").code(0);
}

#[test]
fn an_unknown_name_that_begins_one_name_suggests_it() {
    let config = "[tasks.install]\nrun = 'true'\n[tasks.inspect]\nrun = 'true'\n\
                  [tasks.build]\nrun = 'true'\n[tasks.hidden]\nhide = true\nrun = 'true'\n";
    let project = project(config);
    let stderr = "Error: no task bui found\n  help: did you mean `build`?\n";
    project.mep(["run", "bui"]).run().stdout("").stderr(stderr).code(1);
    let stderr = "Error: no task inst found\n  help: did you mean `install`?\n";
    project.mep(["run", "inst"]).run().stdout("").stderr(stderr).code(1);
    let several = project.mep(["run", "ins"]).run();
    several.stdout("").code(1);
    assert!(several.stderr.starts_with("Error: no task ins found\n"), "{}", several.stderr);
    assert!(!several.stderr.contains("did you mean `"), "{}", several.stderr);
    let hidden = project.mep(["run", "hid"]).run();
    assert!(!hidden.stderr.contains("hidden"), "{}", hidden.stderr);
}

#[test]
fn on_a_terminal_the_name_is_asked_about() {
    let project = project("[tasks.build]\nrun = 'echo built'\n[tasks.test]\nrun = 'echo tested'\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "bui"]).start();
    terminal.expect("no task bui found; run build? [Y/n] ").type_keys("\n").ends(End::Exited(0));
    terminal.shows("no task bui found; run build? [Y/n] \nbuilt\n");
    let mut terminal = OnTerminal::mep(&project, ["run", "-q", "bui"]).start();
    terminal.expect("[Y/n] ").type_keys("n\n").ends(End::Exited(1));
}

#[test]
fn on_a_terminal_a_script_beside_another_reads_what_is_typed() {
    let project = project(
        "[tasks.ask]\nrun = 'printf \"Sure? \"; read x; echo \"said $x\"'\n\
         [tasks.other]\nrun = 'true'\n",
    );
    let words = ["run", "-q", "ask", ":::", "other"];
    let mut terminal = OnTerminal::mep(&project, words).start();
    terminal.expect("Sure? ").type_keys("yes\n").ends(End::Exited(0));
    terminal.shows("Sure? yes\nsaid yes\n");
}

/// A query starts no program, also where a specification comes from one.
#[test]
fn only_a_run_asks_the_program_of_a_mount() {
    let project = project(
        "[tasks.t]\nusage = 'cmd \"m\" { mount run=\"touch asked\" }'\n\
         depends = ['other {{usage.cmd}}']\nrun = 'echo t'\n[tasks.other]\nrun = 'true'\n",
    );
    for words in ["run -n t m", "run t --help", "run t m --help", "tasks", "tasks deps"] {
        project.mep(words.split(' ')).run().code(0);
        assert!(!project.exists("asked"), "{words}");
    }
    project.mep(["run", "-q", "t", "m"]).run().stdout("t\n").code(0);
    assert!(project.exists("asked"));
}
