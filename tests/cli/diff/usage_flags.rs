//! Specifications: flags and what can be said of them.

use super::usage_args::{Calls, task};

#[test]
fn a_flag_is_given_or_not() {
    task(r#"flag "-f --force""#)
        .calls(&["", "-f", "--force", "--force=true", "--forc", "-ff", "-x"])
        .check();
}

#[test]
fn a_flag_takes_a_value() {
    task(r#"flag "-o --out <file>""#)
        .calls(&[
            "-ox", "-o x", "--out=x", "--out x", "--out", "--out -x", "-o=x", "--out=",
            "--out a --out b",
        ])
        .check();
}

#[test]
fn a_long_flag_alone() {
    task(r#"flag "--x""#).calls(&["", "--x", "--x=1"]).check();
}

#[test]
fn a_flag_has_a_name_of_its_own() {
    task(r#"flag "myname: --foo <v>""#).calls(&["--foo 1", "--foo=2"]).check();
}

#[test]
fn a_flag_counts() {
    task(r#"flag "-v --verb" count=#true"#).calls(&["", "-v", "-vvv", "-v --verb"]).check();
}

#[test]
fn a_count_with_a_default() {
    task(r#"flag "-c" count=#true default="2""#).calls(&["", "-c", "-ccc"]).check();
}

#[test]
fn a_flag_is_negated() {
    task(r#"flag "--color" negate="--no-color""#).calls(&["", "--color", "--no-color"]).check();
}

#[test]
fn a_negated_flag_with_a_default() {
    task(r#"flag "--color" negate="--no-color" default=#true"#)
        .calls(&["", "--color", "--no-color"])
        .check();
}

#[test]
fn a_flag_called_no() {
    task(r#"flag "--no-color""#).calls(&["", "--no-color"]).check();
}

#[test]
fn a_flag_is_required() {
    task(r#"flag "--r" required=#true"#).calls(&["", "--r"]).check();
}

#[test]
fn a_flag_with_a_value_is_required() {
    task(r#"flag "--r <v>" required=#true"#).calls(&["", "--r x"]).check();
}

#[test]
fn a_flag_has_a_default() {
    task(r#"flag "--d" default=#true; flag "--e" default=#false; flag "--f <v>" default="x""#)
        .calls(&["", "--d --e", "--f y"])
        .check();
}

#[test]
fn a_default_in_words() {
    task(r#"flag "--d" default="true"; flag "--e" default="zz""#).calls(&[""]).check();
}

#[test]
fn a_deprecated_flag_works() {
    task(r#"flag "--a" deprecated="use b"; flag "--b""#).calls(&["--a", "--b"]).check();
}

#[test]
fn flags_override_each_other() {
    task(r#"flag "--a" overrides="--b"; flag "--b""#).calls(&["--a --b", "--b --a"]).check();
}

#[test]
fn flags_override_by_name() {
    task(r#"flag "--a" overrides="b"; flag "--b""#).calls(&["--b --a"]).check();
}

#[test]
fn flags_conflict() {
    task(r#"flag "--a" conflicts="--b"; flag "--b""#).calls(&["--a", "--b", "--a --b"]).check();
}

#[test]
fn a_flag_requires_another() {
    task(r#"flag "--a" requires="--b"; flag "--b""#).calls(&["--a", "--a --b"]).check();
}

#[test]
fn a_flag_is_required_if() {
    task(r#"flag "--a" required_if="--b"; flag "--b""#).calls(&["", "--b", "--a --b"]).check();
}

#[test]
fn a_flag_is_required_unless() {
    task(r#"flag "--a" required_unless="--b"; flag "--b""#).calls(&["", "--b", "--a"]).check();
}

#[test]
fn a_flag_stands_alone() {
    task(r#"flag "--a" exclusive=#true; flag "--b""#).calls(&["--a", "--a --b"]).check();
}

#[test]
fn a_missing_value_has_a_default() {
    task(r#"flag "--a <v>" default_missing="m"; arg "[x]""#)
        .calls(&["--a", "--a v", "--a=v", "--a -- v", ""])
        .check();
}

#[test]
fn an_optional_value() {
    task(r#"flag "--a [v]" default_missing="m"; arg "[x]""#)
        .calls(&["--a", "--a v", "--a=v", ""])
        .check();
}

#[test]
fn a_value_needs_its_equals_sign() {
    task(r#"flag "--a <v>" require_equals=#true; arg "[x]""#)
        .calls(&["--a v", "--a=v", "--a"])
        .check();
}

#[test]
fn an_equals_sign_and_a_default() {
    task(r#"flag "--a <v>" require_equals=#true default_missing="m"; arg "[x]""#)
        .calls(&["--a v", "--a=v", "--a"])
        .check();
}

#[test]
fn a_value_may_be_left_out() {
    task(r#"flag "--a <v>" value_optional=#true; arg "[x]""#)
        .calls(&["--a", "--a v", "--a=v"])
        .check();
}

#[test]
fn a_flag_takes_true_and_false() {
    task(r#"flag "--a" bool_value=#true"#)
        .calls(&["--a=true", "--a=false", "--a", "--a=x"])
        .check();
}

#[test]
fn a_value_may_begin_with_a_dash() {
    task(r#"flag "--a <v>" allow_hyphen_values=#true"#).calls(&["--a -x", "--a --b"]).check();
}

#[test]
fn a_flag_is_repeated() {
    task(r#"flag "--a <v>" var=#true"#).calls(&["--a 1 --a 2", "", "--a x"]).check();
}

#[test]
fn repetitions_have_bounds() {
    task(r#"flag "--a <v>" var=#true var_min=2 var_max=3"#)
        .calls(&["--a 1", "--a 1 --a 2", "", "--a 1 --a 2 --a 3 --a 4"])
        .check();
}

#[test]
fn a_flag_takes_several_words() {
    task(r#"flag "--a <v>..."; arg "[x]""#).calls(&["--a 1 2", "--a 1 --a 2"]).check();
}

#[test]
fn a_flag_with_dots_is_repeated() {
    task(r#"flag "--a... <v>"; arg "[x]""#).calls(&["--a 1 --a 2", "--a 1 2"]).check();
}

#[test]
fn a_delimiter_splits_values() {
    task(r#"flag "--a <v>" var=#true delimiter=",""#).calls(&["--a 1,2 --a 3"]).check();
}

#[test]
fn a_flag_has_choices() {
    task(r#"flag "--a <v>" { choices "x" "y" }; flag "--b <v>" { choices "x" strict=#false }; flag "--c <v>" { choices "x" ignore_case=#true }"#).calls(&["--a x", "--a z", "--b z", "--c X"]).check();
}

#[test]
fn short_flags_are_bundled() {
    task(r#"flag "-a"; flag "-b"; flag "-o <x>""#)
        .calls(&["-ab", "-aboX", "-abz", "-a -b"])
        .check();
}

#[test]
fn names_in_several_cases() {
    task(r#"flag "--dash-name"; flag "--Camel"; arg "[my-file.name]""#)
        .calls(&["--dash-name --Camel q"])
        .check();
}

#[test]
fn names_that_collide() {
    task(r#"flag "--a-b <x>"; flag "--aB <y>""#).calls(&["--a-b 1 --aB 2"]).check();
}

#[test]
fn one_of_a_group_is_required() {
    task(r#"group "g" "--a" "--b" required=#true; flag "--a"; flag "--b""#)
        .calls(&["", "--a", "--a --b"])
        .check();
}

#[test]
fn one_of_a_group_at_most() {
    task(r#"group "g" "--a" "--b" required=#true multiple=#false; flag "--a"; flag "--b""#)
        .calls(&["--a --b"])
        .check();
}

#[test]
fn a_set_of_flags_is_used() {
    task(r#"flagset "common" { flag "--a"; flag "--b <v>" }; use "common""#)
        .calls(&["--a --b 1", "--help"])
        .check();
}

#[test]
fn unknown_flags_are_words() {
    task(r#"arg "[x]"; flag "--force""#).calls(&["--nope", "-z", "--forec"]).check();
}

#[test]
fn unknown_flags_are_errors_where_it_says_so() {
    task(r#"unknown_flags "error"; arg "[x]"; flag "--force""#)
        .calls(&["--nope", "-z", "--force y", "--forec"])
        .check();
}

#[test]
fn a_variable_sets_a_flag() {
    task(r#"flag "--e" env="EV""#)
        .calls(&[""])
        .env("EV", "1")
        .calls(&[""])
        .env("EV", "true")
        .calls(&[""])
        .env("EV", "yes")
        .calls(&[""])
        .env("EV", "false")
        .calls(&[""])
        .env("EV", "0")
        .check();
}

#[test]
fn a_variable_gives_a_value() {
    task(r#"flag "--e <v>" env="EV""#)
        .calls(&[""])
        .env("EV", "a b")
        .calls(&["--e x"])
        .env("EV", "a b")
        .check();
}

#[test]
fn a_variable_behind_a_count() {
    task(r#"flag "--e" count=#true env="EV""#)
        .calls(&[""])
        .env("EV", "3")
        .calls(&["--e"])
        .env("EV", "3")
        .check();
}

#[test]
fn a_variable_behind_a_list() {
    task(r#"flag "--e <v>" var=#true env="EV""#).calls(&[""]).env("EV", "a b").check();
}
