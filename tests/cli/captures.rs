//! What a person sees of a run: `docs/captures` is made by `tests/captures.py` in tmux, and has to
//! be what the program shows now. `MEP_UPDATE_DOCS=1` writes it, to be looked through.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Project, say_uncaptured, text, under_test};

#[test]
fn the_captures_are_what_is_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (tool, flag) in [("tmux", "-V"), ("python3", "--version")] {
        if !Command::new(tool).arg(flag).output().is_ok_and(|output| output.status.success()) {
            return say_uncaptured(&format!("SKIPPED (no {tool}): the captures in docs/\n"));
        }
    }
    let scratch = Project::new();
    let made = scratch.layout().project();
    let output = Command::new("python3")
        .args([&root.join("tests/captures.py"), &under_test(), &made])
        .output()
        .expect("python3 was there a moment ago");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for file in fs::read_dir(&made).expect("the directory is there").flatten() {
        let kept = root.join("docs/captures").join(file.file_name());
        let now = fs::read_to_string(file.path()).expect("a capture is a text");
        if std::env::var_os("MEP_UPDATE_DOCS").is_some() {
            fs::write(&kept, now).expect("a capture can be written");
            continue;
        }
        let before = fs::read_to_string(&kept).unwrap_or_default();
        let changed = text::diff(&before, &now);
        assert!(before == now, "{}: (- the file, + the program)\n{changed}", kept.display());
    }
}
