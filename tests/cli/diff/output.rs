//! What a run prints, where, and in which style.

use crate::support::Case;

/// Prints on both streams: an empty line, a carriage return, and an unfinished last line.
const MIXED: &str = r"
[tasks.t]
run = '''
printf 'one\n\ntwo\r\n'
echo to stderr >&2
printf 'last'
'''
";

#[test]
fn one_task_prints_as_it_likes() {
    Case::config(MIXED).mise(["run", "t"]).check();
}

#[test]
fn tasks_side_by_side_have_prefixes() {
    Case::config(
        r#"
[tasks]
a = 'echo out a; echo err a >&2'
"b:c" = 'echo out b'
both = { depends = ['a', 'b:c'] }
"#,
    )
    .mise(["run", "both"])
    .mise(["run", "a", ":::", "b:c"])
    .unordered()
    .check();
}

#[test]
fn a_chain_has_no_prefixes() {
    Case::config(
        r"
[tasks]
a = 'echo a'
b = { depends = 'a', depends_post = 'c', run = 'echo b' }
c = 'echo c'
",
    )
    .mise(["run", "b"])
    .check();
}

#[test]
fn one_job_has_no_prefixes() {
    Case::config("[tasks]\na = 'echo a'\nb = 'echo b'\n")
        .mise(["run", "-j1", "a", ":::", "b"])
        .mise(["run", "--jobs", "1", "a", ":::", "b"])
        .mise(["run", "a", ":::", "b"])
        .env("MISE_JOBS", "1")
        .check();
}

#[test]
fn the_prefix_style_splits_lines() {
    Case::config(MIXED)
        .mise(["run", "-o", "prefix", "t"])
        .mise(["run", "-o", "interleave", "t"])
        .check();
}

#[test]
fn the_style_can_be_set_in_many_places() {
    let config = |rest: &str| {
        format!(
            r"
[tasks]
a = 'echo a'
[tasks.p]
output = 'prefix'
run = 'echo p'
[tasks.s]
output = 'silent'
run = 'echo s'
{rest}"
        )
    };
    Case::config(&config(""))
        .mise(["run", "p"])
        .mise(["run", "s"])
        .mise(["run", "-o", "interleave", "p"])
        .mise(["run", "a"])
        .env("MISE_TASK_OUTPUT", "prefix")
        .mise(["run", "p"])
        .env("MISE_TASK_OUTPUT", "interleave")
        .mise(["run", "-o", "prefix", "a"])
        .env("MISE_TASK_OUTPUT", "interleave")
        .file("mise.toml", &config("[settings]\ntask.output = 'prefix'\n"))
        .mise(["run", "a"])
        .mise(["run", "a"])
        .env("MISE_TASK_OUTPUT", "interleave")
        .mise(["run", "-o", "interleave", "a"])
        .check();
}

#[test]
fn two_tasks_share_a_style_by_choice() {
    Case::config("[tasks]\na = 'echo a'\nb = 'echo b'\n")
        .mise(["run", "-o", "interleave", "a", ":::", "b"])
        .mise(["run", "-o", "prefix", "a", ":::", "b"])
        .unordered()
        .check();
}

/// Scripts whose first command is not their first line.
const SCRIPTS: &str = r#"
[tasks]
blank = """

  echo indented
echo two
"""
set = """
set -eu
set > /dev/null
setup() { echo setup; }
setup
"""
comment = """
# a comment
echo one
"""
continued = """
echo one \\
  two \\
    three
echo four
"""
empty = ""
spaces = "   "
shebang = """
#!/bin/sh
set -e

echo "in $1"
"""
tail = "echo a; # end"
"#;

#[test]
fn the_line_of_a_task_shows_its_first_command() {
    let names = ["blank", "set", "comment", "continued", "empty", "spaces", "shebang", "tail"];
    let run = |case: Case, name: &&str| case.mise(["run", name]);
    names.iter().fold(Case::config(SCRIPTS), run).check();
}

#[test]
fn the_line_of_a_task_shows_its_arguments() {
    let names = ["blank", "comment", "continued", "shebang", "tail"];
    let run = |case: Case, name: &&str| case.mise(["run", name, "a b", "c"]);
    names.iter().fold(Case::config(SCRIPTS), run).check();
}

#[test]
fn the_whole_script_can_be_shown() {
    let names = ["blank", "set", "continued", "shebang"];
    let run =
        |case: Case, name: &&str| case.mise(["run", name, "x"]).env("MISE_TASK_SHOW_FULL_CMD", "1");
    names.iter().fold(Case::config(SCRIPTS), run).check();
}

/// A command of 150 characters, and one whose characters are not all one byte.
fn long() -> Case {
    let [digits, letters] = ["123456789 ".repeat(15), "äöü ßßß ".repeat(12)];
    let [digits, letters] = [digits.trim_end(), letters.trim_end()];
    Case::config(&format!("[tasks]\nlong = 'true {digits}'\n'läng' = 'true {letters}'\n"))
}

#[test]
fn a_long_command_is_cut_to_the_width() {
    long()
        .mise(["run", "long"])
        .mise(["run", "long"])
        .env("COLUMNS", "40")
        .mise(["run", "long"])
        .env("COLUMNS", "10")
        .mise(["run", "long"])
        .env("COLUMNS", "100")
        .mise(["run", "long"])
        .env("COLUMNS", "0")
        .mise(["run", "läng"])
        .env("COLUMNS", "40")
        .check();
}

#[test]
fn a_long_command_can_be_shown_in_full() {
    long()
        .mise(["run", "long"])
        .env("MISE_TASK_SHOW_FULL_CMD", "1")
        .mise(["run", "long"])
        .env("CI", "1")
        .env("NO_COLOR", "1")
        .check();
}

#[test]
fn a_long_label_is_cut() {
    Case::config(
        r"
[tasks]
'a-name-that-is-quite-a-bit-longer-than-forty-characters' = 'echo out'
b = 'true'
",
    )
    .mise(["run", "-o", "prefix", "a-name-that-is-quite-a-bit-longer-than-forty-characters"])
    .mise(["run", "b", "an argument that is longer than forty characters is", ":::", "b", "x"])
    .unordered()
    .check();
}

#[test]
fn tasks_of_one_name_are_told_apart_by_arguments() {
    Case::config(
        "[tasks]\nw = 'echo'\nv = { depends = ['w 1', \"w 'a b'\", 'w'], run = 'echo v' }\n",
    )
    .mise(["run", "v"])
    .mise(["run", "w", "x y", ":::", "w", "it's"])
    .unordered()
    .check();
}

#[test]
fn quiet_leaves_what_tasks_print() {
    let config = r"
[tasks]
a = 'echo a'
b = 'echo b'
[tasks.q]
quiet = true
run = 'echo q; echo err >&2'
[tasks.top]
depends = ['a', 'q']
quiet = false
run = 'echo top'
";
    Case::config(config)
        .mise(["run", "-q", "a"])
        .mise(["-q", "run", "a"])
        .mise(["run", "q"])
        .mise(["run", "a"])
        .env("MISE_QUIET", "1")
        .mise(["run", "a"])
        .env("MISE_TASK_QUIET", "1")
        .mise(["run", "-q", "-o", "prefix", "q"])
        .mise(["run", "-j1", "top"])
        .mise(["run", "-q", "top"])
        .unordered()
        .check();
}

#[test]
fn silent_leaves_nothing_but_errors() {
    let config = r"
[tasks]
a = 'echo a; echo err >&2'
[tasks.s]
silent = true
run = 'echo s; echo err >&2'
[tasks.f]
silent = true
run = 'echo f >&2; exit 3'
";
    Case::config(config)
        .mise(["run", "-S", "a"])
        .mise(["run", "--silent", "a"])
        .mise(["run", "-o", "silent", "a"])
        .mise(["run", "a"])
        .env("MISE_SILENT", "1")
        .mise(["run", "s"])
        .mise(["run", "f"])
        .mise(["run", "-S", "a", ":::", "s"])
        .check();
}

#[test]
fn one_stream_can_be_silent() {
    Case::config(
        r#"
[tasks.out]
silent = "stdout"
run = "echo out; echo err >&2"
[tasks.err]
silent = "stderr"
run = "echo out; echo err >&2"
"#,
    )
    .mise(["run", "out"])
    .mise(["run", "err"])
    .mise(["run", "-o", "prefix", "out"])
    .mise(["run", "-o", "prefix", "err"])
    .mise(["run", "-j1", "out", ":::", "err"])
    .check();
}

#[test]
fn times_are_shown_by_style_and_by_wish() {
    Case::config("[tasks]\na = 'echo a'\nb = 'echo b'\nfail = 'exit 2'\n")
        .mise(["run", "--timings", "a"])
        .mise(["run", "a"])
        .env("MISE_TASK_TIMINGS", "1")
        .mise(["run", "-o", "prefix", "a"])
        .mise(["run", "-o", "prefix", "fail"])
        .mise(["run", "--no-timings", "a", ":::", "b"])
        .mise(["run", "a", ":::", "b"])
        .env("MISE_TASK_TIMINGS", "0")
        .mise(["run", "-j1", "--timings", "a", ":::", "b"])
        .mise(["run", "-q", "--timings", "a"])
        .unordered()
        .check();
}

#[test]
fn a_single_task_reads_the_input() {
    Case::config(
        "[tasks]\nr = 'cat; echo end'\nc = { depends = 'd', run = 'cat' }\nd = 'echo d'\n",
    )
    .mise(["run", "r"])
    .stdin("input\n")
    .mise(["run", "-q", "r"])
    .stdin("input\n")
    .mise(["run", "c"])
    .stdin("input\n")
    .mise(["run", "-j1", "r", ":::", "d"])
    .stdin("input\n")
    .check();
}

#[test]
fn a_task_with_a_prefix_reads_nothing() {
    Case::config("[tasks]\nr = 'cat; echo end'\nd = 'echo d'\n")
        .mise(["run", "r", ":::", "d"])
        .stdin("input\n")
        .mise(["run", "-o", "prefix", "r"])
        .stdin("input\n")
        .mise(["run", "-S", "r"])
        .stdin("input\n")
        .unordered()
        .check();
}

#[test]
fn a_raw_task_has_the_streams_to_itself() {
    // Beside another task it leaves stderr alone: mise writes a line of its own in pieces.
    Case::config(
        r"
[tasks]
raw = { raw = true, run = 'cat; echo end' }
err = { raw = true, run = 'cat; echo err >&2' }
inter = { interactive = true, run = 'cat; echo end' }
d = 'echo d'
",
    )
    .mise(["run", "raw", ":::", "d"])
    .stdin("input\n")
    .mise(["run", "inter", ":::", "d"])
    .stdin("input\n")
    .mise(["run", "-o", "prefix", "err"])
    .stdin("input\n")
    .unordered()
    .check();
}

#[test]
fn a_raw_run_has_one_job_and_no_prefixes() {
    Case::config("[tasks]\nr = 'cat; echo end'\nd = 'echo d'\n")
        .mise(["run", "--raw", "d", ":::", "r"])
        .stdin("input\n")
        .mise(["run", "d", ":::", "r"])
        .env("MISE_RAW", "1")
        .stdin("input\n")
        .check();
}

#[test]
fn a_script_of_the_home_is_shown_with_a_tilde() {
    Case::config("")
        .executable("../home/bin/s.sh", "#!/bin/sh\necho \"$0\"\n")
        .mise(["run", "[HOME]/bin/s.sh"])
        .check();
}

#[test]
fn colours_can_be_forced() {
    let config = r"
[tasks]
a = 'echo a; echo c=$MISE_TASK_COLOR'
b = 'echo b'
c = 'exit 3'
lint = 'echo lint'
'test:unit' = 'echo unit'
zz = 'echo zz'
";
    let names = ["a", "b", "c", "lint", "test:unit", "zz"];
    let run = |case: Case, name: &&str| {
        case.mise(["run", "-o", "prefix", name]).env("CLICOLOR_FORCE", "1")
    };
    names.iter().fold(Case::config(config), run).check();
}

#[test]
fn colours_follow_the_usual_variables() {
    Case::config("[tasks]\na = 'echo a c=$MISE_TASK_COLOR'\nb = 'echo b'\n")
        .mise(["run", "a"])
        .env("CLICOLOR_FORCE", "1")
        .mise(["run", "-o", "prefix", "a"])
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .mise(["run", "-o", "prefix", "a"])
        .env("CLICOLOR_FORCE", "0")
        .mise(["run", "-o", "prefix", "a"])
        .env("FORCE_COLOR", "1")
        .mise(["run", "-j1", "a", ":::", "b"])
        .env("CLICOLOR_FORCE", "1")
        .check();
}
