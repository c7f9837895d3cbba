//! What the system says of changes in directories: the only user of notify.
//! Every directory is asked for by itself, so that none is watched in vain.
//! Knows nothing of patterns.

use std::io;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// To a file or a directory.
    Changed {
        /// Which.
        path: PathBuf,
        /// Whoever did it is done.
        settled: bool,
        /// It came, went, or has another name.
        moved: bool,
        /// It went, and what was in it before that.
        removed: bool,
    },
    /// More than could be told.
    Lost,
}

/// Why a directory is not watched.
#[derive(Debug)]
pub enum Refusal {
    /// It is not there.
    Gone,
    /// The system's limit is reached.
    Limit,
    /// Anything else, in the system's words.
    Other(String),
}

impl From<notify::Error> for Refusal {
    fn from(error: notify::Error) -> Self {
        const TOO_MANY: i32 = nix::libc::EMFILE;
        match &error.kind {
            notify::ErrorKind::MaxFilesWatch => Self::Limit,
            notify::ErrorKind::PathNotFound => Self::Gone,
            notify::ErrorKind::Io(io) => match (io.kind(), io.raw_os_error()) {
                (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, _) => Self::Gone,
                (_, Some(TOO_MANY)) => Self::Limit,
                _ => Self::Other(io.to_string()),
            },
            _ => Self::Other(error.to_string()),
        }
    }
}

/// Watches directories, each without those in it.
#[derive(Debug)]
pub struct Watcher(RecommendedWatcher);

impl Watcher {
    /// Tells what happens, from a thread of its own.
    ///
    /// # Errors
    /// Where the system has no watcher left for us.
    pub fn new(mut tell: impl FnMut(News) + Send + 'static) -> Result<Self, Refusal> {
        let heard = move |event: notify::Result<Event>| match event {
            Ok(event) => news(event).into_iter().for_each(&mut tell),
            Err(_) => tell(News::Lost),
        };
        Ok(Self(RecommendedWatcher::new(heard, Config::default())?))
    }

    /// Watches one more directory.
    ///
    /// # Errors
    /// Where that cannot be.
    pub fn watch(&mut self, dir: &Path) -> Result<(), Refusal> {
        Ok(self.0.watch(dir, RecursiveMode::NonRecursive)?)
    }
}

fn news(event: Event) -> Vec<News> {
    if event.need_rescan() {
        return vec![News::Lost];
    }
    let (settled, moved) = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => (true, false),
        // The two halves of a rename are told beside it.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => {
            return Vec::new();
        }
        EventKind::Modify(ModifyKind::Name(_)) | EventKind::Remove(_) => (true, true),
        EventKind::Create(_) => (false, true),
        _ => (false, false),
    };
    let removed = event.kind.is_remove();
    let changed = |path| News::Changed { path, settled, moved, removed };
    event.paths.into_iter().map(changed).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::*;

    fn wait(news: &Receiver<News>, wanted: impl Fn(&News) -> bool) {
        loop {
            let news = news.recv_timeout(Duration::from_secs(20)).expect("news of that kind");
            if wanted(&news) {
                return;
            }
        }
    }

    #[test]
    fn a_write_a_rename_and_the_end_of_a_directory_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().canonicalize().unwrap().join(name);
        fs::create_dir(at("sub")).unwrap();
        let (tell, news) = channel();
        let mut watcher = Watcher::new(move |news| drop(tell.send(news))).unwrap();
        watcher.watch(&at("")).unwrap();
        watcher.watch(&at("sub")).unwrap();
        assert!(matches!(watcher.watch(&at("none")), Err(Refusal::Gone)));
        let told = |name: &str, moved: bool| {
            let expected = at(name);
            wait(&news, |news| {
                let removed = !expected.exists();
                *news == News::Changed { path: expected.clone(), settled: true, moved, removed }
            });
        };
        fs::write(at("a"), "x").unwrap();
        told("a", false);
        fs::rename(at("a"), at("sub/b")).unwrap();
        told("sub/b", true);
        fs::remove_dir_all(at("sub")).unwrap();
        told("sub/b", true);
        told("sub", true);
    }
}
