//! Specifications that are none, and words that fit none.

use crate::support::Case;

use super::usage_args::{Calls, task};

/// Words of the caller are refused before anything runs, also where only a
/// dependency gets them.
#[test]
fn words_are_checked_before_anything_runs() {
    Case::config(
        r#"
[tasks.t]
usage = 'arg "<x>"'
run = "echo t"
[tasks.p]
depends = ["d", "t"]
run = "echo p"
[tasks.d]
run = "echo d"
[tasks.po]
depends_post = ["t"]
run = "echo po"
"#,
    )
    .mise(["run", "-q", "-j1", "t"])
    .mise(["run", "-q", "-j1", "p"])
    .mise(["run", "-q", "-j1", "po"])
    .mise(["run", "-q", "-j1", "d", ":::", "t"])
    .mise(["run", "-q", "-j1", "d", ":::", "t", "1"])
    .mise(["run", "-n", "t"])
    .check();
}

#[test]
fn a_template_hands_on_what_is_missing() {
    Case::config("[tasks.t]\nusage = 'arg \"<x>\"'\ndepends = ['d {{usage.x}}']\n[tasks.d]\nrun = 'echo d'\n")
        .calls(&["", "a", "a b"])
        .check();
}

const BOX: &str = "the box round the mistake is drawn by each in its own way";

#[test]
fn keys_that_are_none() {
    for usage in [
        "arg \"[a]\" bogus=\"x\"",
        "arg \"[a]\" { bogus \"x\" }",
        "flag \"--a\" bogus=\"x\"",
        "flag \"--a\" { bogus \"x\" }",
        "bogus \"x\"",
        "arg \"[r]\"; arg \"[s]\" required_if_eq=\"r=x\"",
    ] {
        task(usage).calls(&["", "x"]).stderr_differs(BOX).check();
    }
}

#[test]
fn values_of_another_kind() {
    for usage in [
        "arg 5",
        "arg",
        "arg \"[a]\" default=5",
        "flag \"-c\" count=#true default=2",
        "flag \"verbose\"",
        "include \"none.kdl\"",
        "arg \"<p>\" validate=\"^[0-9]+$\"",
        "arg \"<x>\"...",
        "arg \"[a]\" {",
        "arg \"[a",
    ] {
        task(usage).calls(&["", "x"]).stderr_differs(BOX).check();
    }
}

#[test]
fn only_the_task_with_the_mistake_is_kept_from_running() {
    Case::config("[tasks.t]\nusage = 'bogus'\nrun = 'echo t'\n[tasks.d]\nrun = 'echo d'\n")
        .mise(["run", "-q", "d"])
        .mise(["run", "-q", "t"])
        .stderr_differs(BOX)
        .check();
}

#[test]
fn a_script_with_a_broken_specification_takes_its_words() {
    Case::config("[tasks.f]\nfile = 's.sh'\n")
        .executable("mise-tasks/ft", "#!/bin/sh\n#USAGE bogus \"x\"\necho \"$*\"\n")
        .executable("s.sh", "#!/bin/sh\n#USAGE bogus \"x\"\necho \"$*\"\n")
        .mise(["run", "-q", "ft", "a", "-b"])
        .mise(["run", "-q", "ft", "--help"])
        .mise(["run", "-q", "f", "a"])
        .stderr_differs(BOX)
        .check();
}

#[test]
fn a_template_that_is_none() {
    task("arg \"[a]\" default=\"{{ nope }}\"").calls(&["", "x"]).stderr_differs(BOX).check();
}
