//! Where the reference binary (real mise) is, and what a test does without it. Knows nothing
//! of how it is run.

use std::io::Write as _;
use std::path::{Path, PathBuf};

const INSTALLED: &str = "target/reference/node_modules/@jdxcode/mise-linux-x64/bin/mise";

/// The reference binary: `MEP_REFERENCE`, else the one that CI installs below `target`.
pub(crate) fn reference() -> Option<PathBuf> {
    let named = std::env::var_os("MEP_REFERENCE").map(PathBuf::from);
    if let Some(path) = &named {
        assert!(path.is_file(), "MEP_REFERENCE is no file: {}", path.display());
    }
    named.or_else(|| {
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(INSTALLED);
        installed.is_file().then_some(installed)
    })
}

/// Says on the real stderr that `name` had nothing to compare with. With
/// `MEP_REQUIRE_REFERENCE=1` that is a failure.
#[track_caller]
pub(crate) fn skip_without_reference(name: &str) {
    assert!(
        std::env::var_os("MEP_REQUIRE_REFERENCE").is_none_or(|value| value != "1"),
        "no reference binary: set MEP_REFERENCE, or install it as {INSTALLED}"
    );
    say_uncaptured(&format!("SKIPPED (no reference binary): {name}\n"));
}

/// Writes to the stderr of the test process. The harness captures only the print macros, and
/// one write per message keeps the messages of parallel tests whole.
pub(crate) fn say_uncaptured(text: &str) {
    // A closed stderr is not the matter of the test that has something to say.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
