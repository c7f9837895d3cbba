//! What is kept to save time and may go at any moment: how much it is, and
//! taking it away. Knows no words of a command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::model::{Dialect, Problem};
use crate::sys::Context;

/// Files, and the room that they take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub files: u64,
    /// All their bytes.
    pub bytes: u64,
}

/// The directory that holds it: ours, or mise's under its name.
pub fn cache_dir(ctx: &Context, dialect: Dialect) -> PathBuf {
    if dialect == Dialect::Mep {
        return ctx.dirs.cache.clone();
    }
    let set = |key: &str| ctx.env.get(key).filter(|v| !v.is_empty()).map(PathBuf::from);
    set("MISE_CACHE_DIR").unwrap_or_else(|| {
        set("XDG_CACHE_HOME").unwrap_or_else(|| ctx.dirs.home.join(".cache")).join("mise")
    })
}

/// All that lies below a directory.
pub fn amount(dir: &Path) -> Amount {
    let mut all = Amount::default();
    visit(dir, &mut |_, data| all.add(data.len()));
    all
}

/// Takes a directory away with all that is in it.
///
/// # Errors
/// It holds more than a cache, or cannot be removed.
pub fn clear(ctx: &Context, dir: &Path) -> Result<(), Problem> {
    let holds_more = ctx.dirs.home.starts_with(dir) || ctx.cwd.starts_with(dir);
    if holds_more {
        let text = format!("{} holds more than a cache", dir.display());
        return Err(Problem::new("cache::dir", text).help("nothing was removed"));
    }
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let text = format!("{} cannot be removed: {error}", dir.display());
            Err(Problem::new("cache::remove", text).help("some of it may be gone"))
        }
        _ => Ok(()),
    }
}

/// Removes what nobody has read for that long; only counts it with `dry`.
pub fn prune(dir: &Path, age: Duration, dry: bool, said: &mut dyn FnMut(&Path)) -> Amount {
    let mut old = Vec::new();
    let now = SystemTime::now();
    visit(dir, &mut |path, data| {
        let last = data.accessed().into_iter().chain(data.modified()).max();
        let unread = last.and_then(|last| now.duration_since(last).ok());
        if unread.is_some_and(|unread| unread > age) {
            old.push((path.to_path_buf(), data.len()));
        }
    });
    let mut gone = Amount::default();
    for (path, size) in old {
        if dry || fs::remove_file(&path).is_ok() {
            said(&path);
            gone.add(size);
        }
    }
    gone
}

impl Amount {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// Every file, through no link.
fn visit(dir: &Path, each: &mut dyn FnMut(&Path, &fs::Metadata)) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.metadata() {
            Ok(data) if data.is_dir() => visit(&path, each),
            Ok(data) => each(&path, &data),
            Err(_) => {}
        }
    }
}
