//! Files that `mep` may not read, and a user whom that stops: permissions do not bind root.
//! Knows nothing of what is in them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Project;

/// Makes `mep` in this project a user's whom permissions bind, as they do not bind root.
pub(crate) fn unprivileged(project: Project) -> Project {
    if !nix::unistd::geteuid().is_root() {
        return project;
    }
    for dir in ["../p", "../home", "../tmp", ".."] {
        let mode = if dir == ".." { 0o755 } else { 0o777 };
        set_mode(&project.path(dir), mode);
    }
    // Where the binary was built, nobody else may be able to look.
    project.make_dir("../real");
    let copied = Command::new("cp")
        .args([project.path("../bin/mep"), project.path("../real/mep")])
        .status()
        .expect("cp is everywhere");
    assert!(copied.success());
    project.remove("../bin/mep");
    let drop = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    let script = format!("#!/bin/sh\nexec {drop} \"${{0%/bin/mep}}/real/mep\" \"$@\"\n");
    project.write_executable("../bin/mep", &script);
    project
}

/// A path that cannot be read as long as this lives.
pub(crate) struct Forbidden(PathBuf);

/// Takes all permissions away from a path.
#[must_use]
pub(crate) fn forbid(project: &Project, path: &str) -> Forbidden {
    let path = project.path(path);
    set_mode(&path, 0o000);
    Forbidden(path)
}

fn set_mode(path: &Path, mode: u32) {
    let set = fs::set_permissions(path, Permissions::from_mode(mode));
    set.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

impl Drop for Forbidden {
    fn drop(&mut self) {
        // Else the directory of the test could not be removed.
        let _ = fs::set_permissions(&self.0, Permissions::from_mode(0o755));
    }
}
