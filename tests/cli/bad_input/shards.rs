//! Parts that cannot be, and flags of `plan` that do not go together.

use super::{OK, project, refused};

/// What clap says of a value.
fn invalid(value: &str, flag: &str, why: &str) -> String {
    format!(
        "error: invalid value '{value}' for '{flag}': {why}\n\nFor more information, try '--help'.\n"
    )
}

#[test]
fn a_part_that_is_none() {
    let written = "it has to be I/N, the I-th of N shards, as in 1/3";
    for (part, why) in [
        ("0/3", "the first shard is 1"),
        ("4/3", "there are only 3 shards"),
        ("2/1", "there is only one shard"),
        ("1/0", "there has to be a shard at least"),
        ("x", written),
        ("1", written),
        ("1/3/5", written),
        ("-1/3", written),
        ("1/99999999999999999999", written),
    ] {
        let stderr = invalid(part, "--shard <I/N>", why);
        for verb in ["run", "plan", "run -n"] {
            refused(&project(OK), &format!("{verb} --shard={part} ok"), 2, &stderr);
        }
    }
    let stderr = "error: a value is required for '--shard <I/N>' but none was supplied\n\n\
                  For more information, try '--help'.\n";
    refused(&project(OK), "run --shard", 2, stderr);
}

#[test]
fn numbers_of_parts_that_are_none() {
    let why = "it has to be a whole number, 1 or more";
    for number in ["0", "-1", "x", "1/3", ""] {
        let stderr = invalid(number, "--shards <N>", why);
        let command = format!("plan --format github-matrix --shards={number} ok");
        refused(&project(OK), &command, 2, &stderr);
    }
}

#[test]
fn flags_of_a_plan_that_contradict_each_other() {
    let matrix = "plan --format github-matrix";
    for (command, stderr) in [
        (
            "plan --shards 3 ok",
            "Error: `--shards` says how many parts a matrix has, and none is asked for\n  help: add \
             `--format github-matrix`, or ask for one part: `--shard 1/3`\n",
        ),
        (
            &format!("{matrix} --shard 1/3 ok"),
            "Error: `--shard 1/3` is one part, and a matrix has them all\n  help: say how many \
             there are: `--shards 3`\n",
        ),
        (
            &format!("{matrix} --changed ok"),
            "Error: `--changed` asks what has changed here, and a matrix is for other machines\n  \
             help: let each machine leave out what has not changed: `mep run --changed`\n",
        ),
        (
            "plan --json --format text ok",
            "error: the argument '--json' cannot be used with '--format <FORMAT>'\n\nUsage: mep \
             plan --json [TASK [ARGS]... [::: TASK [ARGS]...]]...\n\nFor more information, try \
             '--help'.\n",
        ),
        (
            "plan --format xml ok",
            "error: invalid value 'xml' for '--format <FORMAT>'\n  [possible values: text, json, \
             github-matrix]\n\nFor more information, try '--help'.\n",
        ),
        (
            "plan --changed --all ok",
            "Error: `--all` is for picking a task, and `ok` names one\n  help: leave one of them \
             out\n",
        ),
        ("plan --jsn ok", "Error: unexpected flag `--jsn`\n  help: did you mean `--json`?\n"),
    ] {
        refused(&project(OK), command, 2, stderr);
    }
}

#[test]
fn a_plan_of_nothing_that_is_there() {
    let help = "  help: the tasks here are\n    ok\n";
    refused(&project(OK), "plan nosuch", 1, &format!("Error: no task nosuch found\n{help}"));
    refused(&project(OK), "plan", 1, &format!("Error: no task default found\n{help}"));
    let stderr = "Error: running tasks is disabled in safe mode (MISE_SAFE=1)\n  help: take \
                  `MISE_SAFE` or the setting `safe` away\n";
    project(OK).mep(["plan", "ok"]).env("MISE_SAFE", "1").run().stdout("").stderr(stderr).code(1);
}

#[test]
fn a_matrix_that_github_would_not_take() {
    let tasks: String = (0..257).map(|n| format!("t{n} = ':'\n")).collect();
    let many = project(&format!("[tasks]\n{tasks}"));
    let stderr = "Error: the matrix would have 257 jobs\n  help: GitHub takes 256 at most: \
                  `--shards 256`, or fewer\n";
    refused(&many, "plan --format github-matrix t*", 2, stderr);
    let matrix = many.mep(["plan", "--format", "github-matrix", "--shards", "256", "t*"]).run();
    assert_eq!(matrix.stdout.matches("\"shard\"").count(), 256);
}
