//! `generate github-action`: a workflow that runs one task, byte for byte.

use crate::support::Case;

const CONFIG: &str = "[core]\nrepositoryformatversion = 0\nbare = false\n";

/// A repository whose HEAD is this.
fn repository(head: &str) -> Case {
    Case::config("[tasks.ci]\nrun = 'x'\n")
        .file(".git/config", CONFIG)
        .file(".git/HEAD", head)
        .dir(".git/objects")
        .dir(".git/refs")
        .dir("sub")
}

#[test]
fn it_is_shown() {
    repository("ref: refs/heads/main\n")
        .mise(["generate", "github-action"])
        .mise(["gen", "github-action", "-t", "test"])
        .mise(["g", "github-action", "--task", "a b", "--name", "it's: odd"])
        .mise(["g", "github-action", "--task=", "--name="])
        .mise(["g", "github-action", "--task", "a", "-tb", "--name", "x", "--name", "y"])
        .mise(["-q", "g", "github-action", "--"])
        .mise(["-C", "sub", "g", "github-action"])
        .mise(["g", "github-action"])
        .cwd("sub")
        .check();
}

#[test]
fn the_branch_is_the_one_that_is_checked_out() {
    for head in [
        "ref: refs/heads/odd/branch#1\n",
        "ref: refs/heads/it's\n",
        "ref: refs/heads/123\n",
        "6f3b603c8b4d5df98633ef5114d2b9343b1384a4\n",
    ] {
        repository(head).mise(["generate", "github-action"]).check();
    }
}

#[test]
fn it_is_written() {
    repository("ref: refs/heads/main\n")
        .mise(["generate", "github-action", "-w"])
        .mise(["generate", "github-action", "--write", "--name", "other", "-t", "b"])
        .mise(["-q", "generate", "github-action", "-w", "--name", "quiet"])
        .mise(["-C", "sub", "generate", "github-action", "-w", "--name", "from/below"])
        .mise(["generate", "github-action", "-w", "-t", "again"])
        .mise(["generate", "github-action", "-w", "--name", "../up"])
        .effects([
            ".github/workflows/ci.yml",
            ".github/workflows/other.yml",
            ".github/workflows/quiet.yml",
            ".github/workflows/from/below.yml",
            ".github/up.yml",
        ])
        .check();
    for case in [
        repository("ref: refs/heads/main\n").dir(".github/workflows/ci.yml"),
        repository("ref: refs/heads/main\n").file(".github", "mine"),
    ] {
        case.mise(["generate", "github-action", "-w"])
            .stderr_differs("names the path and the cause in one line")
            .check();
    }
}

#[test]
fn no_task_has_to_be_there() {
    for config in ["", "broken = [", "[tasks.ci]\nrunn = 3\n"] {
        repository("ref: refs/heads/main\n")
            .file("mise.toml", config)
            .mise(["generate", "github-action"])
            .stderr_differs("no file is read, and so none is complained of")
            .check();
    }
}

#[test]
fn it_needs_a_repository() {
    for write in [&[][..], &["-w"]] {
        Case::empty()
            .mise([&["generate", "github-action"], write].concat())
            .stderr_differs("has a next step")
            .check();
    }
}

#[test]
fn what_it_does_not_take_is_refused() {
    let case = repository("ref: refs/heads/main\n");
    [&["x"][..], &["--", "x"], &["--bogus"], &["-t"], &["--name"], &["-o", "x"], &["--setup", "x"]]
        .into_iter()
        .fold(case, |case, words| {
            case.mise([&["generate", "github-action"], words].concat())
                .stderr_differs("our own help")
        })
        .effects([])
        .check();
}
