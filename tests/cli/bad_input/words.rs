//! A command line that cannot be understood.

use super::{OK, project, refused};

#[test]
fn an_unknown_flag_comes_with_the_one_that_was_meant() {
    let stderr = "Error: unexpected flag `--forse`\n  help: did you mean `--force`?\n";
    refused(&project(OK), "run --forse ok", 2, stderr);
    refused(&project(OK), "--forse ok", 2, stderr);
    let stderr = "Error: unexpected flag `-x`\n  help: `mep run --help` lists the flags\n";
    refused(&project(OK), "run -x ok", 2, stderr);
}

#[test]
fn a_bad_value_of_a_flag_is_a_usage_error() {
    for (command, problem) in [
        (
            "run -j x ok",
            "invalid value 'x' for '--jobs <N>': it has to be a whole number, 1 or more",
        ),
        (
            "run -j -1 ok",
            "invalid value '-1' for '--jobs <N>': it has to be a whole number, 1 or more",
        ),
        (
            "run -o bogus ok",
            "invalid value 'bogus' for '--output <STYLE>': the styles are prefix, interleave, \
             keep-order, replacing, timed, quiet, silent, grouped, failures",
        ),
        (
            "run -o group ok",
            "invalid value 'group' for '--output <STYLE>': did you mean `grouped`?",
        ),
    ] {
        let stderr = format!("error: {problem}\n\nFor more information, try '--help'.\n");
        refused(&project(OK), command, 2, &stderr);
    }
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let stderr = "\
Error: Directory specified with --cd does not exist: nowhere
  help: check the path and try again
";
    refused(&project(OK), "-C nowhere run ok", 1, stderr);
    refused(&project(OK), "-C nowhere tasks", 1, stderr);
}
