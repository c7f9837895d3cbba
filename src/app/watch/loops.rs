//! Files that a task changes itself each time it runs for them, which would go
//! on without end. Pure: the time is told.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// So many runs in a row that one file began are no accident.
const ROUNDS: u32 = 5;

/// So soon after the start of its run a change is likely to be the run's own.
const SOON: Duration = Duration::from_secs(1);

/// After so long without a change it is somebody else who made one.
const OVER: Duration = Duration::from_secs(2);

/// Whether a change counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Yes,
    /// From now on it does not.
    NoMore,
    No,
}

/// What led to the last runs.
#[derive(Debug, Default)]
pub(super) struct Loops {
    started: Option<Instant>,
    /// How many runs in a row each file has begun.
    rounds: HashMap<PathBuf, u32>,
    /// Files that do not count, and when they were last heard of.
    muted: HashMap<PathBuf, Instant>,
}

impl Loops {
    /// A run begins, for changes of these.
    pub(super) fn begin(&mut self, now: Instant, files: &[PathBuf]) {
        let soon = self.is_soon(now);
        let rounds = |file: &PathBuf| self.rounds.get(file).copied().filter(|_| soon);
        let next = files.iter().map(|file| (file.clone(), rounds(file).unwrap_or(0) + 1));
        self.rounds = next.collect();
        self.started = Some(now);
    }

    fn is_soon(&self, now: Instant) -> bool {
        self.started.is_some_and(|started| now - started < SOON)
    }

    /// A file has changed.
    pub(super) fn change(&mut self, now: Instant, file: &Path) -> Counts {
        if let Some(last) = self.muted.get_mut(file) {
            if now - std::mem::replace(last, now) < OVER {
                return Counts::No;
            }
            self.muted.remove(file);
            return Counts::Yes;
        }
        let again = self.rounds.get(file).is_some_and(|rounds| *rounds >= ROUNDS);
        if again && self.is_soon(now) {
            self.muted.insert(file.to_path_buf(), now);
            return Counts::NoMore;
        }
        Counts::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_each_run_changes_is_muted_until_somebody_else_does() {
        let (mut loops, mut now) = (Loops::default(), Instant::now());
        let (own, other) = (PathBuf::from("log"), PathBuf::from("src"));
        for _ in 0..ROUNDS {
            assert_eq!(loops.change(now, &own), Counts::Yes);
            loops.begin(now, std::slice::from_ref(&own));
            now += Duration::from_millis(100);
        }
        assert_eq!(loops.change(now, &own), Counts::NoMore);
        assert_eq!(loops.change(now + SOON, &own), Counts::No);
        assert_eq!(loops.change(now, &other), Counts::Yes);
        assert_eq!(loops.change(now + SOON + OVER, &own), Counts::Yes);
    }

    #[test]
    fn who_saves_now_and_then_is_heard_each_time() {
        let (mut loops, mut now) = (Loops::default(), Instant::now());
        let file = PathBuf::from("src");
        for _ in 0..20 {
            assert_eq!(loops.change(now, &file), Counts::Yes);
            loops.begin(now, std::slice::from_ref(&file));
            now += SOON;
        }
    }
}
