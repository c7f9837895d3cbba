//! What the system tells of processes that we did not start ourselves: whose
//! they are, what they are called, which are ours to look after. Linux tells
//! it in `/proc`; elsewhere nothing is known, and so nothing is found.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use nix::unistd::{SysconfVar, sysconf};

/// One process at the moment of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its parent.
    pub parent: u32,
    /// Its process group.
    pub group: u32,
    /// Its session.
    pub session: u32,
    /// When it started, in clock ticks since the machine did.
    pub started: u64,
    /// It has ended and only waits to be reaped.
    pub zombie: bool,
}

/// From now on descendants that lose their parent become our children. False
/// where the system has no such thing, and they do not.
pub fn adopt_orphans() -> bool {
    #[cfg(target_os = "linux")]
    return nix::sys::prctl::set_child_subreaper(true).is_ok();
    #[cfg(not(target_os = "linux"))]
    false
}

/// Children of our first thread: it is left all orphans. This is asked at the
/// end of each task, so the list stays open.
pub fn adopted() -> Vec<u32> {
    static LIST: OnceLock<Option<File>> = OnceLock::new();
    let path = || format!("/proc/self/task/{}/children", std::process::id());
    let Some(list) = LIST.get_or_init(|| File::open(path()).ok()) else {
        return Vec::new();
    };
    let mut text = Vec::new();
    let mut part = [0; 512];
    while let Ok(read @ 1..) = list.read_at(&mut part, text.len() as u64) {
        text.extend_from_slice(&part[..read]);
        // The system fills what it is given, but for a number that is cut.
        if read + 16 < part.len() {
            break;
        }
    }
    pids(&String::from_utf8_lossy(&text))
}

/// All our children.
pub fn children() -> Vec<u32> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    threads.filter_map(|thread| Some(children_of(thread.file_name().to_str()?))).flatten().collect()
}

fn children_of(thread: &str) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/self/task/{thread}/children"));
    pids(&list.unwrap_or_default())
}

fn pids(list: &str) -> Vec<u32> {
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// All processes of the machine that we can see.
pub fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(look).collect()
}

/// What is known of one; `None` where it is gone.
pub fn look(pid: u32) -> Option<Process> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Its name stands in parentheses and can hold anything.
    let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Process {
        pid,
        zombie: matches!(*fields.first()?, "Z" | "X"),
        parent: number(1)? as u32,
        group: number(2)? as u32,
        session: number(3)? as u32,
        started: number(19)?,
    })
}

/// This process, its parent, and so on, as far as we can see.
pub fn lineage() -> Vec<u32> {
    let parent = |pid: &u32| look(*pid).map(|process| process.parent).filter(|pid| *pid > 0);
    std::iter::successors(Some(std::process::id()), parent).collect()
}

/// Its words with blanks between them; its name in brackets where it has none.
pub fn command_line(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let words: Vec<&str> = text.split('\0').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        return format!("[{}]", name.trim_end());
    }
    words.join(" ")
}

/// A variable of the environment it was started with.
pub fn variable(pid: u32, name: &str) -> Option<String> {
    let bytes = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let value = |entry: &[u8]| {
        let text = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    bytes.split(|byte| *byte == 0).find_map(value)
}

/// Names the space that process numbers are of: a container has its own.
pub fn numbers() -> String {
    let space = fs::read_link("/proc/self/ns/pid");
    space.map_or_else(|_| "-".into(), |space| space.display().to_string())
}

/// The time by which `Process::started` is counted.
pub fn now() -> u64 {
    let per_second = sysconf(SysconfVar::CLK_TCK).ok().flatten().unwrap_or(100) as u128;
    (uptime().as_nanos() * per_second / 1_000_000_000) as u64
}

/// Since the machine started.
pub fn uptime() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = ClockId::CLOCK_BOOTTIME;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::CLOCK_MONOTONIC;
    clock_gettime(clock).map_or(Duration::ZERO, Duration::from)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_stays_open_is_read_anew() {
        assert_eq!(adopted(), children_of(&std::process::id().to_string()));
        assert_eq!(pids("12 7 \n"), [12, 7]);
    }

    #[test]
    fn we_know_ourselves() {
        let me = look(std::process::id()).unwrap();
        assert!(!me.zombie && me.started > 0 && me.started <= now());
        assert!(all().iter().any(|other| other.pid == me.pid));
        assert_eq!(look(u32::MAX), None);
        assert!(lineage().starts_with(&[me.pid, me.parent]));
        let path = std::env::var("PATH").unwrap();
        assert_eq!(variable(me.pid, "PATH"), Some(path));
        assert_eq!(variable(me.pid, "PAT"), None);
        assert!(command_line(me.pid).contains("mep"));
    }
}
