//! `arg()`, `option()` and `flag()` in `run`: mise's former way to declare arguments.

use crate::support::Case;

const EARLIER: &str = "arguments are checked before anything runs, in the words of other arguments";

fn task(body: &str) -> Case {
    Case::config(&format!("[tasks.t]\n{body}\n"))
}

#[track_caller]
fn run(body: &str, words: &[&str]) {
    task(body).mise([&["run", "t"], words].concat()).check();
}

#[track_caller]
fn fails(body: &str, words: &[&str]) {
    task(body).mise([&["run", "t"], words].concat()).stderr_differs(EARLIER).check();
}

const MIXED: &str = r#"run = 'echo {{arg(name="file", i=0)}} {{ arg(name="b", default="dd") }} {{ option(name="out", short="o", default="x y") }} {{ flag(name="force") }}'"#;

#[test]
fn arguments_take_their_words_and_defaults() {
    run(MIXED, &["f1"]);
    run(MIXED, &["f 1;x", "B", "-o", "O", "--force"]);
    run(MIXED, &["f1", "--nope"]);
    run(MIXED, &[""]);
}

#[test]
fn a_word_too_few_or_too_many_fails() {
    fails(MIXED, &[]);
    fails(MIXED, &["1", "2", "3"]);
}

#[test]
fn an_option_without_a_default_is_empty_and_a_flag_false() {
    run(r#"run = 'echo [{{ option(name="o") }}] [{{ flag(name="f") }}]'"#, &[]);
    run(r#"run = 'echo [{{ option(name="o") }}] [{{ flag(name="f") }}]'"#, &["--o", "a b", "--f"]);
}

#[test]
fn all_scripts_of_a_task_declare_together() {
    let body = r#"run = ['echo one {{arg(name="a")}}', 'echo two {{arg(name="b")}} {{arg(name="a")}}', 'echo {{flag(name="f")}}']"#;
    run(body, &["1", "2", "--f"]);
    fails(body, &["1"]);
}

#[test]
fn several_values_are_quoted_one_by_one() {
    let body = r#"run = 'echo {{arg(name="files", var=true)}} {{ option(name="o", var=true) }}'"#;
    run(body, &["a b", "c", "--o", "1", "--o", "2 3"]);
    fails(body, &[]);
}

#[test]
fn how_many_values_there_may_be_is_kept_to() {
    let body = r#"run = 'echo {{ arg(name="vv", var=true, var_min=2, var_max=3) }}'"#;
    fails(body, &["1"]);
    run(body, &["1", "2"]);
    fails(body, &["1", "2", "3", "4"]);
}

#[test]
fn an_argument_may_be_left_out_where_it_says_so() {
    let body = r#"run = 'echo [{{arg(name="a", required=false)}}] [{{ arg(name="b", required=false, default="z") }}]'"#;
    run(body, &[]);
    run(body, &["1", "2"]);
}

#[test]
fn an_option_may_be_required() {
    let body = r#"run = 'echo {{ option(name="o", required=true) }}'"#;
    fails(body, &[]);
    run(body, &["--o", "3"]);
}

#[test]
fn only_the_choices_are_taken() {
    let body = r#"run = 'echo {{arg(name="a", choices=["x","y"])}} {{ option(name="o", choices=["p","q"]) }}'"#;
    run(body, &["x", "--o", "p"]);
    fails(body, &["z"]);
    fails(body, &["x", "--o", "z"]);
}

#[test]
fn names_may_be_short_long_or_places() {
    run(
        r#"run = 'echo {{ option(name="o", long="output") }} {{ flag(name="f", short="F", long="force") }}'"#,
        &["--output", "3", "-F"],
    );
    run("run = 'echo {{ arg(i=1) }} {{ arg(i=0) }}'", &["a", "b"]);
    run("run = 'echo {{ arg() }}'", &["x"]);
    fails("run = 'echo {{ arg() }}'", &[]);
    run(
        r#"run = 'echo {{ arg(name="my-file.name") }} {{ option(name="dry_run") }} {{ option(name="Camel") }}'"#,
        &["x", "--dry_run", "1", "--Camel", "2"],
    );
}

#[test]
fn flags_count_and_are_turned_off() {
    let body = r#"run = 'echo {{ flag(name="v", short="v", count=true) }} {{ flag(name="n", negate="--no-n") }}'"#;
    run(body, &["-vvv", "--no-n"]);
    run(body, &[]);
    run(r#"run = 'echo {{ flag(name="f", var=true) }}'"#, &["--f", "--f"]);
}

#[test]
fn values_come_from_variables_too() {
    let body = r#"run = 'echo {{ arg(name="a", env="EA") }} {{ option(name="o", env="EO") }} {{ flag(name="f", env="EF") }}'"#;
    task(body).mise(["run", "t"]).env("EA", "a a").env("EO", "o").env("EF", "1").check();
    run(body, &["x", "--o", "y", "--f", "true"]);
    run(body, &["x"]);
    fails(body, &[]);
}

#[test]
fn a_value_is_a_text_to_filters_and_conditions() {
    run(r#"run = 'echo {{ arg(name="a") | upper }} {{ arg(name="a") | length }}'"#, &["a b"]);
    run(r#"run = '{% if flag(name="x") %}echo yes{% else %}echo no{% endif %}'"#, &[]);
    run(
        r#"run = '{% if flag(name="x") == "true" %}echo yes{% else %}echo no{% endif %}'"#,
        &["--x"],
    );
}

#[test]
fn what_a_branch_not_taken_declares_is_not_declared() {
    let body = r#"run = '{% if env.X is defined %}echo {{ arg(name="a") }}{% else %}echo none{% endif %}'"#;
    run(body, &[]);
    run(body, &["x"]);
}

#[test]
fn values_are_quoted_for_shells_that_know_quotes() {
    run("shell = 'bash -c'\nrun = 'echo {{ arg(name=\"a\") }}'", &["x; echo y"]);
    run("shell = 'env sh -c'\nrun = 'echo {{ arg(name=\"a\") }}'", &["x y"]);
    run(
        "shell = 'awk'\nrun = 'BEGIN { print \"{{ arg(name='a') }}\" }'"
            .replace("'a'", "`a`")
            .as_str(),
        &["it s"],
    );
}

#[test]
fn usage_beats_them_and_fills_them() {
    let body = "usage = 'arg \"<z>\"; flag \"--f\"'\nrun = 'echo [{{arg(name=\"a\")}}] {{arg(name=\"z\")}} {{flag(name=\"f\")}} {{usage.z}} $usage_z [$usage_a]'";
    run(body, &["1"]);
    run(body, &["1", "--f"]);
    run(body, &["1", "2"]);
}

#[test]
fn the_variables_are_set_but_not_the_map() {
    run(r#"run = 'echo {{arg(name="a")}} [$usage_a]'"#, &["q"]);
    fails(r#"run = 'echo {{arg(name="a")}} [{{ usage.a }}]'"#, &["q"]);
}

#[test]
fn raw_arguments_are_appended_and_declare_nothing() {
    run("raw_args = true\nrun = 'echo [{{ arg(name=\"a\") }}]'", &["x", "--y"]);
}

#[test]
fn a_script_with_an_interpreter_gets_no_other_words() {
    run("run = '''#!/usr/bin/env bash\necho {{ arg(name=\"a\") }} \"$@\"'''", &["q"]);
    fails("run = '''#!/usr/bin/env bash\necho {{ arg(name=\"a\") }}'''", &["q", "r"]);
}

#[test]
fn wrong_declarations_fail() {
    for body in [
        "run = 'echo {{ option() }}'",
        "run = 'echo {{ arg(name=1) }}'",
        r#"run = 'echo {{ arg(name="a", default=3) }}'"#,
        r#"run = 'echo {{ flag(name="g", default=true) }}'"#,
        r#"run = 'echo {{ arg(name="a", i="x") }}'"#,
    ] {
        fails(body, &[]);
    }
}

#[test]
fn they_are_functions_of_scripts_only() {
    fails("dir = '{{ arg(name=\"a\") }}'\nrun = 'echo'", &["x"]);
    fails(
        "run = [{ task = 'u', args = ['{{ arg(name=`a`) }}'] }]\n[tasks.u]\nrun = 'echo u'",
        &["x"],
    );
    fails("env = { X = '{{ arg(name=\"a\") }}' }\nrun = 'echo $X'", &["x"]);
}

#[test]
fn a_dependency_passes_words_to_them_and_one_warning_is_enough() {
    Case::config(
        r#"
[tasks.a]
run = 'echo a {{ arg(name="x") }}'
[tasks.t]
depends = ["a 'f 1'"]
run = 'echo t {{ arg(name="y", default="q") }}'
"#,
    )
    .mise(["run", "-o", "interleave", "--no-timings", "t"])
    .stderr_differs("the warning names the task of the command line, not the one that starts first")
    .check();
}

#[test]
fn help_shows_what_they_declare() {
    let body = r#"description = "desc"
run = 'echo {{ arg(name="a", help="the a") }} {{ option(name="o", short="O", help="the \"o\"", default="1") }} {{ flag(name="f", help="the f", hide=true) }} {{ arg(name="vv", var=true, var_min=1, var_max=2) }}'"#;
    task(body).mise(["run", "t", "--help"]).stderr_differs("no warning where nothing runs").check();
}

#[test]
fn a_default_keeps_an_argument_required_on_its_page() {
    for (words, call) in [
        (&["d", "g"][..], "arg(name='x', default='d', help='hx') }} {{ arg(name='z')"),
        (&["d", "g"], "arg(name='x', var=true, default='d') }} {{ option(name='o', default='q')"),
        (&["e"], "arg(name='x', default='d', choices=['d', 'e'])"),
        (
            &["d", "g"],
            "arg(name='x', default='d', required=false) }} {{ arg(name='w', required=true, default='m')",
        ),
        (&["d", "g"], "arg(name='y', default='k', i=1) }} {{ arg(name='x', i=0)"),
    ] {
        let body = format!("run = \"echo {{{{ {call} }}}}\"");
        let page = task(&body).mise(["run", "t", "--help"]);
        page.stderr_differs("no warning where nothing runs").check();
        run(&body, words);
    }
}

#[test]
fn a_script_may_ask_a_program_beside_them() {
    let body = r#"run = 'echo {{ exec(command="echo hi") }} {{ arg(name="a") }}'"#;
    run(body, &["v"]);
    fails(body, &[]);
}

#[test]
fn throw_works_where_there_are_arguments_and_nowhere_else() {
    fails(r#"run = 'echo {{ arg(name="a") }}{{ throw(message="boom") }}'"#, &["x"]);
    fails("usage = 'flag \"-f\"'\nrun = 'echo {{ throw(message=\"boom\") }}'", &[]);
    run("run = 'echo a{% if true %}{{ throw(message=\"boom\") }}{% endif %}b'", &[]);
    run("run = 'echo {{ throw() }}'", &[]);
}

#[test]
fn a_setting_that_is_for_help_alone_changes_no_run() {
    let script = "run = 'echo {{ arg(name=\"a\") }}'";
    let body = format!("{script}\n[settings]\ntask.disable_spec_from_run_scripts = true");
    task(&body).mise(["run", "t", "x"]).check();
}
