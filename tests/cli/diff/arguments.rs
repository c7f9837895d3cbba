//! Arguments: specifications in `usage` and `#USAGE`, what tasks and templates see of them, help,
//! and what is refused.

use crate::support::Case;

/// Every kind of argument and flag in one task.
const KINDS: &str = r#"
[tasks.u]
usage = '''
arg "<req>" help="R"
arg "[opt]"
flag "-f --force" help="F"
flag "-o --out <file>"
flag "-v --verb" count=#true
flag "--no-color"
'''
run = 'env | grep ^usage_ | sort; echo "{{usage.req}} {{usage.force}} {{usage.verb}} [{{usage.opt}}]"'
"#;

#[test]
fn arguments_and_flags_reach_the_environment_and_templates() {
    Case::config(KINDS)
        .mise(["run", "u", "a"])
        .mise(["run", "u", "a", "b", "-f", "-o", "x", "-vv"])
        .mise(["run", "u", "a", "--out=1", "b c"])
        .mise(["run", "u", "a", "--", "-f"])
        .mise(["run", "u", "--", "--help"])
        .check();
}

#[test]
fn what_does_not_fit_is_refused_before_anything_runs() {
    Case::config(KINDS)
        .mise(["run", "u", "--force"])
        .mise(["run", "u", "a", "b", "c"])
        .mise(["run", "u", "a", "--out"])
        .check();
}

#[test]
fn several_values_are_quoted_in_the_environment_and_a_list_in_templates() {
    Case::config(
        r#"
[tasks.v]
usage = 'arg "<files>" var=#true var_min=2'
run = 'echo "$usage_files"; echo {{usage.files}}'
"#,
    )
    .mise(["run", "v", "a", "b c", "it's"])
    .mise(["run", "v"])
    .mise(["run", "v", "a"])
    .check();
}

#[test]
fn choices_are_checked() {
    Case::config(
        r#"
[tasks.ch]
usage = '''
arg "<lvl>" { choices "a" "b" }
flag "--mode <m>" { choices "x" "y" }
'''
run = 'echo $usage_lvl $usage_mode'
"#,
    )
    .mise(["run", "ch", "a"])
    .mise(["run", "ch", "c"])
    .mise(["run", "ch", ""])
    .mise(["run", "ch", "a", "--mode", "y"])
    .mise(["run", "ch", "a", "--mode", "z"])
    .check();
}

#[test]
fn defaults_and_variables_fill_in() {
    Case::config(
        r#"
[tasks.e]
usage = 'arg "<a>" env="AA"; flag "--d <x>" default="dflt"; flag "-c" count=#true default="2"'
run = 'echo "$usage_a $usage_d [$usage_c]"'
"#,
    )
    .mise(["run", "e"])
    .env("AA", "q")
    .mise(["run", "e", "1", "--d", "2"])
    .mise(["run", "e", "1", "-cc"])
    .check();
}

#[test]
fn arguments_are_passed_on_to_dependencies_and_calls() {
    Case::config(
        r#"
[tasks.ch]
usage = 'arg "<lvl>" { choices "a" "b" }'
run = 'echo ch $usage_lvl'
[tasks.m]
usage = 'arg "<x>"'
depends = [{ task = "ch", args = ["{{usage.x}}"] }]
run = 'echo m {{usage.x}}'
[tasks.mm]
usage = 'arg "<x>"'
run = [{ task = "ch", args = ["{{usage.x}}"] }, "echo $usage_x"]
[tasks.deep]
usage = 'arg "<y>"'
depends = ["m {{usage.y}}"]
run = 'echo deep {{usage.y}}'
"#,
    )
    .mise(["run", "m", "a"])
    .mise(["run", "m", "z"])
    .mise(["run", "mm", "b"])
    .mise(["run", "deep", "a"])
    .check();
}

#[test]
fn two_dashes_matter_only_where_an_argument_asks_for_them() {
    Case::config(
        r#"
[tasks.dd]
usage = 'arg "<a>"; arg "[b]" double_dash="required"'
run = 'echo "$usage_a|$usage_b"'
"#,
    )
    .mise(["run", "dd", "x", "--", "y"])
    .mise(["run", "dd", "x", "y"])
    .check();
}

#[test]
fn subcommands_are_told_by_name() {
    Case::config(
        r#"
[tasks.sub]
usage = '''
cmd "add" { arg "<n>" }
cmd "rm"
'''
run = 'echo "[$usage_cmd] [$usage_n]"'
"#,
    )
    .mise(["run", "sub", "add", "5"])
    .mise(["run", "sub"])
    .mise(["run", "sub", "rm"])
    .mise(["run", "sub", "zz"])
    .mise(["run", "sub", "--help"])
    .check();
}

#[test]
fn a_task_prints_its_help() {
    Case::config(KINDS)
        .file(
            "mise.local.toml",
            r#"
[tasks.deploy]
description = "Deploys it"
alias = "d"
usage = '''
arg "<environment>" help="Target" { choices "dev" "prod" }
flag "-f --force" help="Skip"
'''
run = 'echo $usage_environment $usage_force'
"#,
        )
        .mise(["run", "u", "--help"])
        .mise(["run", "u", "-h"])
        .mise(["run", "d", "--help"])
        .mise(["run", "deploy", "dev", "-f"])
        .check();
}

#[test]
fn a_script_says_in_comments_what_it_takes_and_gets_its_words_too() {
    Case::empty()
        .executable(
            "mise-tasks/ft",
            r#"#!/bin/sh
#MISE description="file"
#USAGE arg "<x>" help="the x"
#USAGE flag "-f --force"
echo "$* $usage_x $usage_force"
"#,
        )
        .mise(["run", "ft", "q", "-f"])
        .mise(["run", "ft"])
        .mise(["run", "ft", "a b", "-f"])
        .mise(["run", "ft", "--help"])
        .check();
}

#[test]
fn a_shebang_script_with_a_specification_gets_no_words() {
    Case::config(
        r#"
[tasks.s]
usage = 'arg "<a>"'
run = '''
#!/usr/bin/env bash
echo "n=$# a=$usage_a"
'''
"#,
    )
    .mise(["run", "-q", "s", "x"])
    .check();
}

#[test]
fn raw_arguments_are_left_alone() {
    Case::config(
        r#"
[tasks.r]
raw_args = true
usage = 'arg "<a>"'
run = 'echo'
"#,
    )
    .mise(["run", "r", "--help", "-x", "y"])
    .check();
}

#[test]
fn a_specification_may_be_a_template() {
    Case::config(
        r#"
[vars]
first = "alpha"
[tasks.t]
usage = 'arg "<x>" default="{{vars.first}}"'
run = 'echo $usage_x'
"#,
    )
    .mise(["run", "t"])
    .mise(["run", "t", "b"])
    .check();
}

#[test]
fn a_specification_that_is_none_is_refused() {
    Case::config("[tasks.bad]\nusage = 'bogus \"x\"'\nrun = 'echo'\n[tasks.ok]\nrun = 'echo ok'\n")
        .mise(["run", "bad"])
        .mise(["run", "ok"])
        .stderr_differs("the box round the mistake is drawn by each in its own way")
        .check();
}

#[test]
fn what_a_missing_variable_leaves_out_is_found_before_anything_runs() {
    Case::config("[tasks.e]\nusage = 'arg \"<a>\" env=\"AA\"'\nrun = 'echo $usage_a'\n")
        .mise(["run", "e"])
        .stderr_differs("mise finds it only when the task starts")
        .check();
}
