//! Specifications: arguments and what can be said of them.

use crate::support::Case;

/// A task `t` that takes what `usage` says and shows what it got.
pub(super) fn task(usage: &str) -> Case {
    Case::config(&format!(
        "[tasks.t]\nusage = '''\n{usage}\n'''\n\
         run = 'env | grep ^usage_ | sort; true'\n"
    ))
}

/// Calls `t` with each line of words, blanks between them.
pub(super) trait Calls {
    fn calls(self, lines: &[&str]) -> Case;
}

impl Calls for Case {
    fn calls(self, lines: &[&str]) -> Case {
        lines.iter().fold(self, |case, line| {
            case.mise(["run", "-q", "t"].into_iter().chain(line.split_whitespace()))
        })
    }
}

#[test]
fn an_argument_is_required_or_not() {
    task(r#"arg "<a>"; arg "[b]""#).calls(&["", "x", "x y", "x y z", "x --typo", "--typo"]).check();
}

#[test]
fn without_brackets_an_argument_is_required() {
    task(r#"arg "name""#).calls(&["", "x"]).check();
}

#[test]
fn three_dots_take_all_that_follow() {
    task(r#"arg "<a>...""#).calls(&["", "x", "x y z"]).check();
}

#[test]
fn three_dots_may_take_none() {
    task(r#"arg "[a]...""#).calls(&["", "x y"]).check();
}

#[test]
fn two_names_take_two_words() {
    task(r#"arg "<s> <e>" var_min=2 var_max=2"#).calls(&["a b", "a", "a b c"]).check();
}

#[test]
fn a_name_behind_two_dashes_needs_them() {
    task(r#"arg "<-- file>""#).calls(&["x", "-- x"]).check();
}

#[test]
fn a_list_has_bounds() {
    task(r#"arg "[v]" var=#true var_min=2 var_max=3"#)
        .calls(&["", "a", "a b", "a b c", "a b c d"])
        .check();
}

#[test]
fn a_list_has_a_default() {
    task(r#"arg "[v]" var=#true default="a b""#).calls(&["", "x y"]).check();
}

#[test]
fn a_list_has_several_defaults() {
    task(r#"arg "[v]" var=#true { default "a" "b c" }"#).calls(&["", "x y"]).check();
}

#[test]
fn a_delimiter_splits_words() {
    task(r#"arg "[v]" var=#true delimiter=",""#).calls(&["a,b c", "a"]).check();
}

#[test]
fn an_argument_has_a_default() {
    task(r#"arg "[a]" default="5""#).calls(&["", "6"]).check();
}

#[test]
fn a_required_argument_may_have_a_default() {
    task(r#"arg "<a>" default="5""#).calls(&["", "6"]).check();
}

#[test]
fn choices_are_exact() {
    task(r#"arg "<l>" { choices "a" "b" }"#).calls(&["a", "c", "A"]).check();
}

#[test]
fn choices_may_ignore_case() {
    task(r#"arg "[l]" { choices "a" "b" ignore_case=#true }"#).calls(&["A", "C", ""]).check();
}

#[test]
fn choices_may_be_a_proposal() {
    task(r#"arg "[l]" { choices "a" "b" strict=#false }"#).calls(&["A", "C"]).check();
}

#[test]
fn a_default_outside_the_choices_is_refused() {
    task(r#"arg "[l]" default="q" { choices "a" "b" }"#).calls(&["", "a"]).check();
}

#[test]
fn dashes_that_are_required() {
    task(r#"flag "-f"; arg "[a]"; arg "[r]..." double_dash="required""#)
        .calls(&["x -f y", "x -- -f", "-- -f", "x y", "x -- y -- z", "-f x"])
        .check();
}

#[test]
fn dashes_that_are_optional() {
    task(r#"flag "-f"; arg "[a]"; arg "[r]..." double_dash="optional""#)
        .calls(&["x -f y", "x -- -f", "-- -f", "x y -f", "x -- y -- z"])
        .check();
}

#[test]
fn dashes_that_are_automatic() {
    task(r#"flag "-f"; arg "[a]"; arg "[r]..." double_dash="automatic""#)
        .calls(&["x -f y", "x -- -f", "x y -f", "x -- y -- z", "-f x y"])
        .check();
}

#[test]
fn dashes_that_are_preserved() {
    task(r#"flag "-f"; arg "[a]"; arg "[r]..." double_dash="preserve""#)
        .calls(&["x -f y", "x -- -f", "x y -f", "x -- y -- z", "-f x y"])
        .check();
}

#[test]
fn an_expression_validates_a_value() {
    task(r#"arg "<p>" validate="int(value) > 3" validate_error="too small""#)
        .calls(&["5", "1"])
        .check();
}

#[test]
fn an_expression_without_a_message() {
    task(r#"arg "<p>" validate="len(value) > 2""#).calls(&["5", "xxx"]).check();
}

#[test]
fn negative_numbers_are_words_where_allowed() {
    task(r#"arg "<n>" allow_negative_numbers=#true; flag "-5""#).calls(&["-7", "-x"]).check();
}

#[test]
fn a_dash_and_a_number_elsewhere() {
    task(r#"arg "<n>""#).calls(&["-5", "-"]).check();
}

#[test]
fn a_hidden_argument_is_taken() {
    task(r#"arg "<a>" hide=#true help="x""#).calls(&["--help", "y"]).check();
}

#[test]
fn names_become_variables() {
    task(r#"arg "<A-b.C>"; arg "[Camel]""#).calls(&["1 2"]).check();
}

#[test]
fn brackets_and_required_disagree() {
    task(r#"arg "<a>" required=#false; arg "[b]" required=#true"#).calls(&["", "x", "x y"]).check();
}

#[test]
fn an_argument_may_need_a_flag() {
    task(r#"arg "[r]" requires="--f"; flag "--f""#).calls(&["x", "x --f"]).check();
}

#[test]
fn an_argument_may_refuse_a_flag() {
    task(r#"arg "[r]" conflicts="--f"; flag "--f""#).calls(&["x --f", "x", "--f"]).check();
}

#[test]
fn properties_may_be_nodes() {
    task(r#"arg "[a]" { help "H"; long_help "L"; default "5" }"#).calls(&["", "--help"]).check();
}

#[test]
fn a_variable_fills_in() {
    task(r#"arg "[a]" env="EV""#)
        .calls(&[""])
        .calls(&[""])
        .env("EV", "e v")
        .calls(&["1"])
        .env("EV", "x")
        .check();
}

#[test]
fn an_empty_variable_is_a_value() {
    task(r#"arg "[a]" env="EV" default="d""#).calls(&[""]).env("EV", "").calls(&[""]).check();
}

#[test]
fn a_variable_fills_a_list_as_one_word() {
    task(r#"arg "[v]" var=#true env="EV""#).calls(&[""]).env("EV", "x y").check();
}

#[test]
fn choices_hold_for_variables() {
    task(r#"arg "[l]" env="EV" { choices "a" "b" }"#)
        .calls(&[""])
        .env("EV", "q")
        .calls(&[""])
        .env("EV", "a")
        .check();
}

#[test]
fn choices_come_from_a_variable() {
    task(r#"arg "[l]" { choices env="CH" }"#)
        .calls(&["x"])
        .env("CH", "x y")
        .calls(&["z"])
        .env("CH", "x y")
        .calls(&[""])
        .env("CH", "x y")
        .calls(&["x"])
        .check();
}

#[test]
fn variables_of_the_project_and_the_task_fill_in() {
    Case::config(
        r#"
[env]
EV = "project"
[tasks.t]
usage = 'arg "<a>" env="EV"; flag "--f" env="FV"; arg "[l]" { choices env="CH" }'
env = { FV = "1", CH = "q r" }
run = "echo $usage_a $usage_f $usage_l {{usage.a}} {{usage.f}}"
"#,
    )
    .calls(&["", "x", "x q", "x z"])
    .check();
}

#[test]
fn templates_see_values_of_their_kind() {
    Case::config(
        r#"
[tasks.t]
usage = '''
arg "[a]"
arg "[v]..."
flag "-b"
flag "-c" count=#true
flag "-o <x>"
flag "-m <x>" var=#true
flag "--neg" negate="--no-neg"
flag "--def" default=#true
'''
run = '''
echo "[{{usage.a}}] [{{usage.v}}] [{{usage.b}}] [{{usage.c + 1}}]"
echo "[{{usage.o}}] [{{usage.m}}] [{{usage.neg}}] [{{usage.def}}]"
{% if usage.a %}echo a{% endif %}
{% for v in usage.v %}echo {{v}};{% endfor %}
'''
"#,
    )
    .calls(&["", "1 2 3 -b -cc -o q -m 4 -m 5 --no-neg"])
    .check();
}

#[test]
fn arguments_of_a_caller_are_taken_away_but_from_raw_tasks() {
    Case::config(
        r#"
[env]
usage_conf = "2"
[tasks.raw]
raw_args = true
run = "env | grep ^usage_ | sort"
[tasks.t]
run = "env | grep ^usage_; true"
[tasks.n]
usage = 'arg "[zz]"'
run = "env | grep ^usage_; true"
"#,
    )
    .mise(["run", "-q", "raw"])
    .env("usage_foo", "1")
    .mise(["run", "-q", "t"])
    .env("usage_foo", "1")
    .mise(["run", "-q", "n"])
    .env("usage_zz", "1")
    .mise(["run", "-q", "n", "2"])
    .env("usage_zz", "1")
    .check();
}

#[test]
fn raw_arguments_are_not_taken_apart() {
    let config = "[tasks.t]\nraw_args = true\nusage = 'arg \"[a]\" default=\"d\"'\n\
                  run = 'echo \"[$usage_a]\"'\n";
    Case::config(config).calls(&["", "x", "--help", "-h", "-- -h", "a -- b"]).check();
}

#[test]
fn words_are_appended_to_the_last_script() {
    Case::config(
        r#"
[tasks.t]
run = "echo"
[tasks.n]
run = ["echo 1", "echo 2"]
[tasks.c]
run = ["echo 1", { task = "t" }]
[tasks.d]
depends = ["t"]
[tasks.h]
run = "echo hi # note"
"#,
    )
    .mise(["run", "-q", "t", "a b", "it's", "$x", "--foo", "-x", ""])
    .mise(["run", "-q", "n", "z"])
    .mise(["run", "-q", "c", "z"])
    .mise(["run", "-q", "d", "z"])
    .mise(["run", "-q", "h", "x"])
    .mise(["run", "-q", "t", "--", "--help"])
    .mise(["run", "-q", "t", "--", "a", "--", "b"])
    .check();
}

/// One script, with a line of it given: is it read as a specification?
fn script_with(line: &str) -> Case {
    let text = format!("#!/bin/sh\n: <<X\n{line}\nX\necho \"$* [$usage_x]\"\n");
    Case::empty()
        .executable("mise-tasks/ft", &text)
        .mise(["run", "-q", "ft", "a"])
        .mise(["run", "-q", "ft"])
}

#[test]
fn lines_of_a_script_that_are_a_specification() {
    for marker in [
        "#USAGE", "# USAGE", "#[USAGE]", "# [USAGE]", "//USAGE", "// USAGE", "// [USAGE]",
        "::USAGE", ":: USAGE", "#MISE", "# [MISE]",
    ] {
        script_with(&format!("{marker} arg \"<x>\"")).check();
    }
    script_with("#USAGE\targ \"<x>\"").check();
    script_with("#USAGEarg \"<x>\"").check();
}

#[test]
fn lines_of_a_script_that_are_none() {
    for marker in ["--USAGE", " #USAGE", "#USAGE:", "##USAGE", "#usage"] {
        script_with(&format!("{marker} arg \"<x>\"")).check();
    }
}

#[test]
fn a_specification_ends_at_the_first_other_line() {
    for between in [
        "#MISE quiet=true", "# MISE quiet=true", "#", "# ", "//", "# other", "", "#USAGE", "#MISE",
        "true",
    ] {
        let text = format!(
            "#!/bin/sh\n#USAGE arg \"<x>\"\n{between}\n#USAGE flag \"-f\"\n\
             echo \"$* [$usage_x] [$usage_f]\"\n"
        );
        Case::empty()
            .executable("mise-tasks/ft", &text)
            .mise(["run", "-q", "ft", "a", "-f"])
            .mise(["run", "-q", "ft", "--help"])
            .check();
    }
}

#[test]
fn a_file_says_what_it_takes_and_the_key_is_passed_over() {
    Case::config(
        r#"
[tasks.t]
file = "s.sh"
usage = 'arg "<q>"'
[tasks.u]
file = "{{ 's' }}.sh"
description = "D"
"#,
    )
    .executable("s.sh", "#!/bin/sh\n#USAGE arg \"<x>\"\necho \"$* [$usage_x] [$usage_q]\"\n")
    .mise(["run", "-q", "t"])
    .mise(["run", "-q", "t", "a"])
    .mise(["run", "-q", "u", "a"])
    .mise(["run", "-q", "t", "--help"])
    .mise(["run", "-q", "u", "--help"])
    .check();
}
