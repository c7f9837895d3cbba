//! Runs that were killed: their files are still those of live runs, and their
//! locks are free. Knows how such a run is told, not how it is ended.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::place::{Listed, Place, is_ours};
use super::read::{self, Line, Unreadable, is_whole};
use crate::model::DeadRun;
use crate::sys::processes;

/// How often it is looked whether a lock is free.
const LOOK: Duration = Duration::from_millis(5);

/// A dead run, which nobody else looks after meanwhile.
#[derive(Debug)]
pub struct Dead {
    /// What is known of it; `None` where nothing of it can be left to end.
    pub run: Option<DeadRun>,
    path: PathBuf,
    /// Where its file belongs.
    done: PathBuf,
    _lock: File,
}

impl Dead {
    /// Nothing of it is left: it is one of the ended runs from now on.
    pub fn bury(self) {
        let _ = fs::rename(&self.path, &self.done);
    }
}

/// The dead runs of a project. Runs whose process numbers mean nothing here are
/// none of them.
pub fn dead(place: &Place) -> Vec<Dead> {
    Listed::live(&place.live()).filter_map(|run| look(place, run)).collect()
}

fn look(place: &Place, run: Listed) -> Option<Dead> {
    let file = File::open(&run.path).ok().filter(is_ours)?;
    if !lock(&run, &file) {
        return None;
    }
    let mut text = Vec::new();
    (&file).read_to_end(&mut text).ok()?;
    if text.is_empty() {
        remove_unborn(&run.path, &file);
        return None;
    }
    let known = match parse(&text) {
        Told::NotForUs => return None,
        Told::Garbage => {
            let _ = fs::remove_file(&run.path);
            return None;
        }
        Told::Nothing => None,
        Told::Left(known) => Some(known),
    };
    let known = known.filter(|known| known.id == run.id && !is_older_than_the_machine(&file));
    let done = place.of_done(&run.id, run.nested);
    Some(Dead { run: known, path: run.path, done, _lock: file })
}

/// Locks the file of a dead run. A child that was just being started when its run
/// was killed holds it until it has become its program: there is nobody of the
/// run's number then, and the wait is short.
fn lock(run: &Listed, file: &File) -> bool {
    const SHORT: Duration = Duration::from_millis(300);
    let until = Instant::now() + SHORT;
    loop {
        if file.try_lock().is_ok() {
            return true;
        }
        let lives = run.pid().and_then(processes::look).is_some_and(|process| !process.zombie);
        if lives || Instant::now() >= until {
            return false;
        }
        std::thread::sleep(LOOK);
    }
}

/// True where the machine has started since: nothing of that run can be left,
/// and its numbers may be those of others.
fn is_older_than_the_machine(file: &File) -> bool {
    let modified = file.metadata().and_then(|data| data.modified());
    let age = modified.ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > processes::uptime() + Duration::from_secs(1))
}

/// Removes what a run was killed over before it had said a word. One that is
/// young may still do so.
fn remove_unborn(path: &Path, file: &File) {
    const YOUNG: Duration = Duration::from_secs(60);
    let modified = file.metadata().and_then(|data| data.modified());
    let age = modified.ok().and_then(|time| time.elapsed().ok());
    if age.is_some_and(|age| age > YOUNG) {
        let _ = fs::remove_file(path);
    }
}

/// What a file tells of what may be left.
enum Told {
    /// Its process numbers mean nothing here, or a later version has made it.
    NotForUs,
    /// It is no record at all.
    Garbage,
    /// Nothing of it is ours to end.
    Nothing,
    /// This.
    Left(DeadRun),
}

fn parse(text: &[u8]) -> Told {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| is_whole(line));
    let head = match read::head(lines.next().unwrap_or_default()) {
        Ok(head) => head,
        Err(Unreadable::Newer(_)) => return Told::NotForUs,
        Err(_) => return Told::Garbage,
    };
    if head.pid_space != processes::numbers() {
        return Told::NotForUs;
    }
    if !head.owned {
        return Told::Nothing;
    }
    let of_process = |line: &&[u8]| line.starts_with(b"{\"event\":\"process\"");
    let group = |line| match serde_json::from_slice(line) {
        Ok(Line::Process { pid, ticks, .. }) => Some((pid, ticks)),
        _ => None,
    };
    let groups = lines.filter(of_process).filter_map(group).collect();
    Told::Left(DeadRun { id: head.id, session: head.session, groups })
}
