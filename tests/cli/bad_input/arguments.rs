//! Specifications that are none, and words that fit none: the place and the way to call the task.

use super::{OK, message, project, refused};

/// The task `a` with this specification, called with these words.
#[track_caller]
fn wrong(usage: &str, words: &str, line: &str, [piece, label]: [&str; 2], help: &str) {
    let config = format!("[tasks.a]\nusage = '{usage}'\nrun = 'touch ran'\n\n{OK}");
    let stderr = message(line, ["mise.toml", &config, piece, label], help);
    refused(&project(&config), format!("run a {words}").trim_end(), 1, &stderr);
}

/// Words that do not fit a specification.
#[track_caller]
fn unfit(usage: &str, words: &str, reason: &str, synopsis: &str) {
    let line = format!("task `a`: {reason}");
    wrong(usage, words, &line, [usage, "its arguments"], &format!("usage: a {synopsis}"));
}

#[test]
fn words_that_do_not_fit_come_with_the_way_to_call() {
    unfit("arg \"<x>\"", "", "Missing required arg: <x>", "<x>");
    unfit("arg \"<x>\"", "1 2", "unexpected word: 2", "<x>");
    unfit("flag \"--f <v>\" required=#true", "", "Missing required flag: --f <f>", "<--f <v>>");
    unfit("flag \"--f <v>\"", "--f", "Invalid flag `--f`: requires an argument", "[--f <v>]");
    unfit(
        "arg \"<x>\" { choices \"b\" \"c\" }",
        "d",
        "Invalid choice for arg x: d, expected one of b, c",
        "<x>",
    );
    unfit(
        "arg \"<x>\" var=#true var_min=2",
        "d",
        "Variadic argument <x> requires at least 2 value(s), got 1",
        "<x>…",
    );
}

const LINE: &str = "a line of `usage` is `arg \"<name>\"` or `flag \"--name <value>\"`";

/// A specification that cannot be read.
#[track_caller]
fn broken(usage: &str, reason: &str, piece: &str) {
    let line = format!("invalid usage spec for task 'a': {reason}");
    wrong(usage, "", &line, [piece, "here"], LINE);
}

#[test]
fn a_specification_that_is_none_is_marked_where_it_goes_wrong() {
    broken("arg \"<x>\" bogus=\"y\"", "unsupported arg key bogus", "bogus=\"y\"");
    broken("flag \"--f\" bogus=\"y\"", "unsupported flag key bogus", "bogus=\"y\"");
    broken("arg 5", "expected string", "5");
    broken("arg \"[x]\" default=5", "expected string", "default=5");
}
