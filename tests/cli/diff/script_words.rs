//! The tables of `native::script_words`, told to mise itself: what they say of mise is true, and
//! ours does the same under its name.

use crate::native::script_words::{FLAGS, PARAMETERS, READS, TASKS, config};
use crate::support::Case;

/// The shell's own complaints name its line differently each time a script is wrong.
const SHELL: &str = "only the outputs are in the table";

#[test]
fn words_of_scripts_that_refer_to_parameters() {
    for (script, words, _, _) in PARAMETERS {
        let line = ["run", "-q", "t"].into_iter().chain(words.split_whitespace());
        Case::config(&config(script)).mise(line).check();
    }
}

#[test]
fn input_of_scripts_that_read() {
    for (script, ..) in READS {
        Case::config(&config(script))
            .mise(["run", "-q", "t", ":::", "other"])
            .stdin("one\ntwo\n")
            .stderr_differs(SHELL)
            .check();
    }
}

#[test]
fn flags_behind_a_name() {
    let case = Case::config(TASKS)
        .executable("named.sh", "#!/bin/sh\necho \"named $*\"\n")
        .executable("mise-tasks/script", "#!/bin/sh\necho \"script $*\"\n");
    let case = FLAGS.iter().fold(case, |case, (words, ..)| {
        case.mise(["run", "-q"].into_iter().chain(words.split(' '))).binary_on_path()
    });
    case.check();
}
