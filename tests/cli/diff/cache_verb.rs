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
