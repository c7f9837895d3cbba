//! `cache`: where it lies, and that it goes.

use crate::support::Case;

fn filled() -> Case {
    Case::empty().file("../home/.cache/mise/a/b", "text").file("../home/.cache/mise/c", "")
}

#[test]
fn the_directory_is_named() {
    filled()
        .mise(["cache"])
        .mise(["cache", "path"])
        .mise(["cache", "dir"])
        .mise(["cache"])
        .env("MISE_CACHE_DIR", "/nowhere")
        .mise(["cache"])
        .env_remove("MISE_CACHE_DIR")
        .mise(["cache", "bogus"])
        .mise(["cache", "path", "x"])
        .stderr_differs("usage errors have words of their own")
        .check();
}

#[test]
fn it_is_emptied() {
    for word in ["clear", "clean", "c"] {
        filled().mise(["cache", word]).effects(["../home/.cache/mise/a/b"]).check();
    }
}

#[test]
fn what_is_in_use_stays() {
    for words in [&["cache", "prune", "--dry-run"][..], &["cache", "prune"], &["cache", "p"]] {
        filled()
            .mise(words)
            .effects(["../home/.cache/mise/a/b"])
            .stderr_differs("files of the test are old by their times in one of both")
            .check();
    }
}

#[test]
fn no_outputs_of_tasks_are_kept() {
    let case = || Case::config("[tasks]\na = 'x'\nb = { alias = 'al', run = 'x' }\n'b:c' = 'x'\n");
    case()
        .mise(["cache", "task", "a"])
        .mise(["cache", "task", "a", "-J"])
        .mise(["cache", "task"])
        .stderr_differs("usage errors have words of their own")
        .check();
    let all = [&["a"][..], &["a", "--json"], &["al"], &["b*"], &["*", "-J"], &["nope"]];
    for words in all {
        let line = ["cache", "task"].into_iter().chain(words.iter().copied());
        case()
            .mise(line)
            .env("MISE_EXPERIMENTAL", "1")
            .stderr_differs("near names are given")
            .check();
    }
}
