//! Specifications: subcommands, and arguments handed on to other tasks.

use crate::support::Case;

use super::usage_args::{Calls, task};

#[test]
fn a_subcommand_is_chosen() {
    task(r#"flag "-g --glob" global=#true; cmd "add" help="Adds" { alias "a"; alias "plus" hide=#true; arg "<n>" help="N"; flag "--x" }; cmd "rm" { cmd "all" { flag "--y" }; cmd "one" { arg "<w>" } }"#).calls(&["", "add 5", "a 5", "plus 5", "add", "add 5 --x"]).check();
}

#[test]
fn subcommands_are_nested() {
    task(r#"flag "-g --glob" global=#true; cmd "add" help="Adds" { alias "a"; alias "plus" hide=#true; arg "<n>" help="N"; flag "--x" }; cmd "rm" { cmd "all" { flag "--y" }; cmd "one" { arg "<w>" } }"#).calls(&["rm", "rm all", "rm all --y", "rm one", "rm one q -g", "zz", "help"]).check();
}

#[test]
fn global_flags_stand_anywhere() {
    task(r#"flag "-g --glob" global=#true; cmd "add" help="Adds" { alias "a"; alias "plus" hide=#true; arg "<n>" help="N"; flag "--x" }; cmd "rm" { cmd "all" { flag "--y" }; cmd "one" { arg "<w>" } }"#).calls(&["-g add 5", "add -g 5", "--x"]).check();
}

#[test]
fn each_subcommand_has_a_page() {
    task(r#"flag "-g --glob" global=#true; cmd "add" help="Adds" { alias "a"; alias "plus" hide=#true; arg "<n>" help="N"; flag "--x" }; cmd "rm" { cmd "all" { flag "--y" }; cmd "one" { arg "<w>" } }"#).calls(&["--help", "add --help", "a -h", "rm --help", "rm one -h", "-g add --help"]).check();
}

#[test]
fn a_subcommand_may_be_required() {
    task(r#"cmd "add" subcommand_required=#true { cmd "b" }"#).calls(&["add", "add b", ""]).check();
}

#[test]
fn one_subcommand_is_the_default() {
    task(r#"default_subcommand "add"; cmd "add" { arg "[n]"; flag "--x" }; cmd "rm""#)
        .calls(&["", "5", "rm", "--x"])
        .check();
}

#[test]
fn arguments_beside_subcommands() {
    task(r#"arg "[q]"; cmd "a" { arg "[z]" }"#).calls(&["", "a", "x", "x a", "a y"]).check();
}

#[test]
fn a_subcommand_says_much() {
    task(r#"cmd "add" { arg "<n>"; long_help "Long add"; example "t add 1" header="Ex"; before_help "BB"; after_help "AA"; deprecated "no" }; cmd "h" hide=#true"#).calls(&["add --help", "--help", "add 1"]).check();
}

/// Arguments that go from task to task by every way there is.
const HANDED_ON: &str = r#"
[tasks.a]
usage = 'arg "<x>"; flag "--v <v>" default="dv"'
depends = ["b {{usage.x}} {{usage.v}}"]
depends_post = ["z {{usage.x}}"]
wait_for = ["w {{usage.x}}"]
run = [
  { task = "c {{usage.x}}" },
  { task = "c", args = ["{{usage.v}}"], env = { E = "{{usage.x}}" } },
  "echo a $usage_x",
]
[tasks.b]
usage = 'arg "<p>"; arg "[q]"'
depends = [{ task = "c", args = ["{{usage.p}}-{{usage.q}}"] }]
run = "echo b $usage_p $usage_q"
[tasks.c]
usage = 'arg "<r>"'
depends = [["d", "{{usage.r}}"]]
run = "echo c $usage_r $E"
[tasks.d]
run = "echo d"
[tasks.z]
run = "echo z"
[tasks.w]
run = "echo w"
"#;

#[test]
fn arguments_are_handed_on_through_any_depth() {
    Case::config(HANDED_ON)
        .mise(["run", "-q", "-j1", "a", "1"])
        .mise(["run", "-q", "-j1", "a", "1", "--v", "2"])
        .mise(["run", "-q", "-j1", "a", "1", ":::", "w", "1"])
        .mise(["run", "-q", "-j1", "a"])
        .check();
}

#[test]
fn what_is_empty_is_not_handed_on() {
    Case::config(
        r#"
[tasks.o]
usage = 'arg "[x]"'
depends = [{ task = "d", args = ["{{usage.x}}", "k"] }]
run = "echo o"
[tasks.f]
usage = 'flag "--y"'
depends = ["d {% if usage.y %}--yes{% endif %}"]
run = "echo f"
[tasks.d]
run = "echo d"
"#,
    )
    .mise(["run", "-q", "o"])
    .mise(["run", "-q", "o", "1"])
    .mise(["run", "-q", "f"])
    .mise(["run", "-q", "f", "--y"])
    .check();
}

#[test]
fn a_list_is_handed_on() {
    Case::config(
        r#"
[tasks.m]
usage = 'arg "<x>" var=#true'
depends = ["d {{usage.x}}", { task = "d", args = ["{{usage.x | join(sep='+')}}"] }]
run = "echo m"
[tasks.d]
run = "echo d"
"#,
    )
    .mise(["run", "-q", "-j1", "m", "a", "b"])
    .mise(["run", "-q", "-j1", "m", "a b"])
    .check();
}

#[test]
fn words_behind_two_dashes_are_handed_on() {
    Case::config(
        r#"
[tasks.t]
usage = 'arg "<a>"; arg "[b]" double_dash="required"'
run = "echo $usage_a,$usage_b"
depends = ["d {{usage.a}} {{usage.b}}"]
[tasks.d]
run = "echo d"
[tasks.p]
depends = ["t x -- -y"]
[tasks.p2]
depends = [{ task = "t", args = ["x", "--", "-y"] }]
[tasks.p3]
run = [{ task = "t", args = ["x", "--", "-y"] }]
"#,
    )
    .mise(["run", "-q", "t", "x", "--", "-y"])
    .mise(["run", "-q", "t", "x"])
    .mise(["run", "-q", "p"])
    .mise(["run", "-q", "p2"])
    .mise(["run", "-q", "p3"])
    .check();
}

#[test]
fn a_word_that_asks_for_help_may_be_handed_on() {
    Case::config(
        r#"
[tasks.t]
run = "echo"
[tasks.u]
usage = 'arg "[x]"'
run = "echo $usage_x"
[tasks.p]
depends = ["t x -- -y"]
[tasks.p3]
run = [{ task = "t", args = ["x", "--", "--help"] }]
[tasks.p4]
run = [{ task = "t", args = ["--help"] }]
[tasks.p5]
run = [{ task = "u", args = ["--", "--help"] }]
"#,
    )
    .mise(["run", "-q", "p"])
    .mise(["run", "-q", "p3"])
    .mise(["run", "-q", "p4"])
    .mise(["run", "-q", "p5"])
    .check();
}

#[test]
fn a_question_names_the_argument() {
    Case::config(
        "[tasks.t]\nusage = 'arg \"<x>\"'\nconfirm = 'sure {{usage.x}}?'\nrun = 'echo $usage_x'\n",
    )
    .mise(["run", "-q", "-y", "t", "a"])
    .check();
}

#[test]
fn another_file_is_included() {
    Case::config(
        "[tasks.t]\nusage = 'include file=\"{{config_root}}/common.kdl\"'\n\
         run = 'echo $usage_a $usage_f'\n",
    )
    .file("common.kdl", "arg \"[a]\"\nflag \"--f\"\n")
    .calls(&["x", "x --f", "--help"])
    .check();
}

#[test]
fn a_program_says_what_a_subcommand_takes() {
    task("cmd \"m\" { mount run=#\"echo 'cmd \"deep\" { arg \"<z>\" }'\"# }")
        .calls(&["m deep 1", "m deep", "m", "--help", "m --help"])
        .check();
}
