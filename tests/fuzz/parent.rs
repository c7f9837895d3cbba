//! The process that survives: starts this program again to try inputs, and tells what became of
//! it. Knows no target.

use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Try, child};

/// Address space of a child, in KiB: what needs more than this is a mistake.
const MEMORY: &str = "3000000";

/// Stack of the thread that tries inputs: that of a main thread.
const STACK: &str = "8388608";

/// How much of a child's stderr a message shows.
const TAIL: usize = 2000;

/// Runs the target called `name`, which is also the name of the test that calls this.
#[track_caller]
pub(crate) fn fuzz(name: &str, target: Try) {
    if let Some(dir) = std::env::var_os(child::DIR) {
        return child::run(Path::new(&dir), &corpus(name), target);
    }
    let scratch = tempfile::tempdir().expect("the temporary directory takes a directory");
    let mut running = Command::new("/bin/sh")
        .args(["-c", &format!("ulimit -v {MEMORY} && exec \"$@\""), "sh"])
        .arg(std::env::current_exe().expect("this program has a path"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(child::DIR, scratch.path())
        .env("RUST_MIN_STACK", STACK)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program can be started again");
    let tail = tail(running.stderr.take());
    let status = running.wait().expect("the child is ours to wait for");
    if status.success() {
        let last = tail.lines().next_back().unwrap_or_default();
        // The harness captures only the print macros.
        let _ = writeln!(std::io::stderr(), "fuzz {name}: {last}");
    } else {
        let input = fs::read(child::current(scratch.path())).unwrap_or_default();
        let kept = keep(name, &input);
        panic!(
            "{status}\n--- the end of its stderr\n{tail}\n--- the input, kept as {}\n{}",
            kept.display(),
            input.escape_ascii().to_string().chars().take(TAIL).collect::<String>()
        );
    }
}

/// The files that a target begins with.
fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name)
}

/// The end of what a child says; all of it is read, so that the child never waits.
fn tail(stderr: Option<impl Read>) -> String {
    let mut stderr = stderr.expect("stderr is a pipe");
    let mut tail = Vec::new();
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = stderr.read(&mut buffer) {
        tail.extend_from_slice(&buffer[..length]);
        let more = tail.len().saturating_sub(TAIL);
        tail.drain(..more);
    }
    String::from_utf8_lossy(&tail).into_owned()
}

/// Keeps an input that failed where the next `cargo test` finds it.
fn keep(name: &str, input: &[u8]) -> PathBuf {
    let digest = blake3::hash(input).to_hex();
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = dir.join(format!("fuzz-{name}-{}", &digest[..8]));
    let kept = fs::create_dir_all(dir).and_then(|()| fs::write(&path, input));
    kept.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    path
}
