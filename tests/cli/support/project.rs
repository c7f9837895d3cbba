//! A project in a temporary directory, with a home of its own and the binary under two names.
//! Knows no test and no feature.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, SystemTime};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use tempfile::TempDir;

use super::run::{Run, fork_or_write};

/// When the clock of every project starts: 2020-01-01, in seconds since the epoch.
const CLOCK_START: u64 = 1_577_836_800;

/// The directories of one project below a temporary root.
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Where the project lies: `[P]`.
    pub(crate) fn project(&self) -> PathBuf {
        self.root.join("p")
    }

    /// `HOME`, with every directory of mise and XDG below it: `[HOME]`.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// Where the links `mep` and `mise` to the binary lie: `[BIN]`. Not on `PATH`.
    pub(crate) fn bin(&self) -> PathBuf {
        self.root.join("bin")
    }

    /// `TMPDIR`: `[TMP]`.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The system-wide configuration: `[SYSTEM]`.
    pub(crate) fn system(&self) -> PathBuf {
        self.root.join("system")
    }

    fn placeholders(&self) -> [(&'static str, String); 6] {
        [
            ("[P]", self.project()),
            ("[HOME]", self.home()),
            ("[BIN]", self.bin()),
            ("[TMP]", self.tmp()),
            ("[SYSTEM]", self.system()),
            // Last: the others begin with it.
            ("[ROOT]", self.root.clone()),
        ]
        .map(|(placeholder, path)| (placeholder, path.display().to_string()))
    }

    /// Puts the directories in for their placeholders.
    pub(crate) fn expand(&self, text: &str) -> String {
        let paths = self.placeholders();
        paths.iter().fold(text.to_owned(), |text, (name, path)| text.replace(name, path))
    }

    /// Puts the placeholders in for their directories.
    pub(crate) fn normalise(&self, text: &str) -> String {
        let paths = self.placeholders();
        paths.iter().fold(text.to_owned(), |text, (name, path)| text.replace(path, name))
    }

    /// The whole environment of a process, unless a test says otherwise. No `CI`, no `TERM`,
    /// no tools but the system's; every directory inside the root; parents above it unread.
    pub(crate) fn environment(&self) -> Vec<(&'static str, OsString)> {
        let home = self.home();
        vec![
            ("PATH", "/usr/local/bin:/usr/bin:/bin".into()),
            ("LANG", "C.UTF-8".into()),
            ("HOME", home.clone().into()),
            ("TMPDIR", self.tmp().into()),
            ("XDG_CACHE_HOME", home.join(".cache").into()),
            ("XDG_CONFIG_HOME", home.join(".config").into()),
            ("XDG_DATA_HOME", home.join(".local/share").into()),
            ("XDG_STATE_HOME", home.join(".local/state").into()),
            ("MISE_CACHE_DIR", home.join(".cache/mise").into()),
            ("MISE_CONFIG_DIR", home.join(".config/mise").into()),
            ("MISE_DATA_DIR", home.join(".local/share/mise").into()),
            ("MISE_STATE_DIR", home.join(".local/state/mise").into()),
            ("MISE_SYSTEM_CONFIG_DIR", self.system().into()),
            ("MISE_CEILING_PATHS", self.root.clone().into()),
            ("MISE_TRUSTED_CONFIG_PATHS", "/".into()),
        ]
    }
}

/// A project and the binary that is tried on it.
///
/// Builder methods (`file`, `executable`, `dir`, `symlink`) describe it, and the methods by
/// reference change it between two calls. Paths are relative to the project; `../home/x` is in
/// the home.
pub(crate) struct Project {
    layout: Layout,
    clock: Cell<u64>,
    /// Keeps the directory as long as the project lives; a differential case keeps it itself.
    owned: Option<TempDir>,
}

impl Project {
    /// An empty project for the binary under test.
    pub(crate) fn new() -> Self {
        Project::for_binary(&under_test())
    }

    /// An empty project for another binary.
    pub(crate) fn for_binary(binary: &Path) -> Self {
        let root = temporary_root();
        let project = Project::at(root.path(), binary);
        Project { owned: Some(root), ..project }
    }

    /// An empty project where a sandbox has something to say: it lets everybody
    /// at `/tmp`, where projects lie otherwise.
    pub(crate) fn outside_tmp() -> Self {
        let root = root_outside_tmp();
        let project = Project::at(root.path(), &under_test());
        Project { owned: Some(root), ..project }
    }

    /// An empty project at a given place, which loses whatever it held.
    pub(super) fn at(root: &Path, binary: &Path) -> Self {
        keep_what_we_were_given();
        let root = fs::canonicalize(root).expect("the root of a project exists");
        let layout = Layout { root };
        for dir in [layout.project(), layout.home(), layout.bin(), layout.tmp(), layout.system()] {
            discard(&dir);
            fs::create_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        }
        for name in ["mep", "mise"] {
            symlink(binary, layout.bin().join(name)).expect("an empty directory takes a link");
        }
        Project { layout, clock: Cell::new(CLOCK_START), owned: None }
    }

    /// A file with this text.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// An executable file with this text.
    pub(crate) fn executable(self, path: &str, text: &str) -> Self {
        self.write_executable(path, text);
        self
    }

    /// A directory, with its parents.
    pub(crate) fn dir(self, path: &str) -> Self {
        self.make_dir(path);
        self
    }

    /// A symbolic link to `target`.
    pub(crate) fn symlink(self, path: &str, target: &str) -> Self {
        self.make_link(path, target);
        self
    }

    /// Calls the binary as `mep`.
    pub(crate) fn mep(&self, args: impl IntoIterator<Item: AsRef<str>>) -> Run<'_> {
        Run::new(self, "mep", args)
    }

    /// Calls the binary as `mise`.
    pub(crate) fn mise(&self, args: impl IntoIterator<Item: AsRef<str>>) -> Run<'_> {
        Run::new(self, "mise", args)
    }

    /// Runs a line of shell with the binary on `PATH`, its streams mixed in stdout.
    pub(crate) fn shell(&self, line: &str) -> Run<'_> {
        Run::new(self, "/bin/sh", ["-c", &format!("exec 2>&1\n{line}")]).binary_on_path()
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Where a path of the project is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.layout.project().join(path)
    }

    /// Writes a file. Its time is a tick of the project's clock, which runs in the past: two
    /// edits never share a time, and what a task writes is newer than both.
    #[track_caller]
    pub(crate) fn write(&self, path: &str, text: &str) {
        self.put(path, text, 0o644);
    }

    /// Writes an executable file, as [`Project::write`] does.
    #[track_caller]
    pub(crate) fn write_executable(&self, path: &str, text: &str) {
        self.put(path, text, 0o755);
    }

    #[track_caller]
    fn put(&self, path: &str, text: &str, mode: u32) {
        let full = self.path(path);
        {
            let _guard = fork_or_write();
            create_parent(&full);
            fs::write(&full, text).unwrap_or_else(|error| panic!("{path}: {error}"));
            fs::set_permissions(&full, Permissions::from_mode(mode))
                .unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        self.touch(path);
    }

    #[track_caller]
    pub(crate) fn make_dir(&self, path: &str) {
        let made = fs::create_dir_all(self.path(path));
        made.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    #[track_caller]
    pub(crate) fn make_link(&self, path: &str, target: &str) {
        let full = self.path(path);
        create_parent(&full);
        symlink(target, full).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Removes a file, or a directory with all it holds.
    #[track_caller]
    pub(crate) fn remove(&self, path: &str) {
        let full = self.path(path);
        assert!(full.symlink_metadata().is_ok(), "{path}: nothing to remove");
        discard(&full);
    }

    /// Gives a file the next time of the project's clock.
    #[track_caller]
    pub(crate) fn touch(&self, path: &str) {
        let now = self.clock.get() + 1;
        self.clock.set(now);
        self.set_mtime(path, now);
    }

    /// Gives a file or directory a time, in seconds since the epoch.
    #[track_caller]
    pub(crate) fn set_mtime(&self, path: &str, seconds: u64) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        File::open(self.path(path))
            .and_then(|file| file.set_modified(time))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// When a file was last changed.
    #[track_caller]
    pub(crate) fn mtime(&self, path: &str) -> SystemTime {
        fs::metadata(self.path(path))
            .and_then(|metadata| metadata.modified())
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The text of a file, with placeholders for the project's directories.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        self.read_if_exists(path).unwrap_or_else(|| panic!("{path}: no such file"))
    }

    /// As [`Project::read`]; `None` when there is no such file.
    #[track_caller]
    pub(crate) fn read_if_exists(&self, path: &str) -> Option<String> {
        let full = self.path(path);
        full.symlink_metadata().ok()?;
        let bytes = fs::read(full).unwrap_or_else(|error| panic!("{path}: {error}"));
        Some(self.layout.normalise(&String::from_utf8_lossy(&bytes)))
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }
}

/// A directory that goes when the value does.
pub(super) fn temporary_root() -> TempDir {
    let root = tempfile::Builder::new().prefix("mep-").tempdir();
    root.expect("the temporary directory takes a directory")
}

/// The same, but not below `/tmp`.
pub(super) fn root_outside_tmp() -> TempDir {
    let root = tempfile::Builder::new().prefix("mep-").tempdir_in("/var/tmp");
    root.expect("the other temporary directory takes a directory")
}

/// The binary under test: `MEP_UNDER_TEST`, else the one that cargo built for these tests.
pub(crate) fn under_test() -> PathBuf {
    let named = std::env::var_os("MEP_UNDER_TEST").map(PathBuf::from);
    named
        .or_else(|| option_env!("CARGO_BIN_EXE_mep").map(PathBuf::from))
        .expect("cargo names the binary it built, or MEP_UNDER_TEST does")
}

/// The project with fifos that nobody opens unless a task does.
pub(crate) fn fifos<const N: usize>(project: Project, names: [&str; N]) -> Project {
    for name in names {
        let mode = nix::sys::stat::Mode::S_IRWXU;
        nix::unistd::mkfifo(&project.path(name), mode).expect("a new directory takes a fifo");
    }
    project
}

/// Descriptors that whoever runs the tests has left open (a job pool, say) are not for the
/// programs under test.
fn keep_what_we_were_given() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for number in 3..256 {
            // SAFETY: only flags are asked for and set; a number that nobody has open is refused.
            #[expect(unsafe_code, reason = "an inherited descriptor has no owner here")]
            let given = unsafe { BorrowedFd::borrow_raw(number) };
            let _ = fcntl(given, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
        }
    });
}

fn create_parent(path: &Path) {
    let parent = path.parent().expect("a path in a project has a parent");
    fs::create_dir_all(parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
}

/// Removes whatever is at `path`, if anything is.
fn discard(path: &Path) {
    let removed = match path.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
