//! How the program is linked on Linux: at a fixed address, and with nothing to
//! be loaded beside it. An executable that can lie anywhere has 16,000
//! addresses to be filled in at each start, on 100 pages that the kernel has
//! to copy for it; three libraries cost 25 calls, 40 pages and 160,000
//! instructions of looking up names. The code itself stays position
//! independent, as the libraries are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the standard library asks the linker for. `gcc_s` has two archives.
const LIBRARIES: [(&str, &[&str]); 7] = [
    ("gcc_s", &["gcc_eh", "gcc"]),
    ("util", &["util"]),
    ("rt", &["rt"]),
    ("pthread", &["pthread"]),
    ("m", &["m"]),
    ("dl", &["dl"]),
    ("c", &["c"]),
];

fn main() {
    println!("cargo::rerun-if-changed=.config/build.rs");
    if !is("CARGO_CFG_TARGET_OS", "linux") || !is("PROFILE", "release") {
        return;
    }
    println!("cargo::rustc-link-arg-bin=mep=-no-pie");
    let native =
        is("CARGO_CFG_TARGET_ENV", "gnu") && std::env::var("HOST") == std::env::var("TARGET");
    if let Some(directory) = native.then(archives).flatten() {
        // For the program alone: benchmarks and tests are linked as ever.
        println!("cargo::rustc-link-arg-bin=mep=-L{}", directory.display());
        println!("cargo::rustc-link-arg-bin=mep=-static");
    }
}

fn is(key: &str, value: &str) -> bool {
    std::env::var(key).is_ok_and(|v| v == value)
}

/// A directory in which the name of each library leads to its archives:
/// Cargo's own switch for this holds for macros as well, which cannot be
/// static. `None` where this machine has no archives.
fn archives() -> Option<PathBuf> {
    let directory = Path::new(&std::env::var_os("OUT_DIR")?).join("archives");
    std::fs::create_dir_all(&directory).ok()?;
    for (name, archives) in LIBRARIES {
        let paths: Option<Vec<String>> = archives.iter().map(|name| archive(name)).collect();
        let script = format!("GROUP ( {} )\n", paths?.join(" "));
        std::fs::write(directory.join(format!("lib{name}.so")), script).ok()?;
    }
    Some(directory)
}

/// Where the C compiler has an archive.
fn archive(name: &str) -> Option<String> {
    let asked = Command::new("cc").arg(format!("-print-file-name=lib{name}.a")).output().ok()?;
    let path = String::from_utf8(asked.stdout).ok()?.trim().to_string();
    Path::new(&path).is_absolute().then_some(path)
}
