//! The past of a project's tasks: how each execution ended, in which run, and
//! how long it took. One file, to whose end each run adds its part in one
//! piece; where it has grown, what is old of it is left out.
//!
//! ```text
//! >mi8x3k2p-9ix
//! s 123456 build --release
//! f 1200 test
//! ```
//!
//! A part of a task that calls others is remembered by itself as well, as
//! `#0 all`: what the calls take is theirs.
//!
//! A run's id, then for each of its tasks the end (success, failure, up to
//! date, tolerated failure, skipped), microseconds, and the words behind `run`
//! that mean it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::sync::Arc;
use std::time::Duration;

use super::place::{Place, is_ours};
use crate::sys::atomic;

/// Successes of a task that are remembered.
const SUCCESSES: usize = 5;
/// A file that is shorter is left as it is.
const SHORT: u64 = 128 * 1024;
/// Each time so many bytes have been added, something may be too old.
const STEP: u64 = 1024;

/// How an execution of a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It ran to a good end.
    Success,
    /// It failed.
    Failure,
    /// It was up to date.
    Fresh,
    /// It failed, which was nothing to the run.
    Tolerated,
    /// It did not run.
    Skipped,
}

const LETTERS: [(char, Verdict); 5] = [
    ('s', Verdict::Success),
    ('f', Verdict::Failure),
    ('u', Verdict::Fresh),
    ('t', Verdict::Tolerated),
    ('k', Verdict::Skipped),
];

/// What is remembered of one task with its arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// How long its last successes took, the newest last.
    pub successes: Vec<Duration>,
    /// The run that had it last, and how it ended there.
    pub last: Option<(Arc<str>, Verdict)>,
    /// The run in which it succeeded last.
    pub last_success: Option<Arc<str>>,
}

impl Past {
    /// How long it takes, as far as one can tell: the middle one of its last
    /// successes.
    pub fn expected(&self) -> Option<Duration> {
        let mut sorted = self.successes.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

/// The last execution of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    /// How it ended.
    pub verdict: Verdict,
    /// How long that took.
    pub took: Duration,
}

/// The past of all tasks of a project, by the words behind `run`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    tasks: HashMap<String, Past>,
}

impl History {
    /// Reads it. What cannot be read is no past.
    pub fn load(place: &Place) -> Self {
        read(place).map(|text| Self::parse(&text)).unwrap_or_default()
    }

    /// The past of the task that these words ask for (`JobView::rerun`).
    pub fn of(&self, words: &str) -> Option<&Past> {
        self.tasks.get(&*key(words))
    }

    /// The past of the part of it that begins with that entry of `run`.
    pub fn of_step(&self, words: &str, at: usize) -> Option<&Past> {
        self.of(&step(words, at))
    }

    /// How each task ended last, whatever its arguments were, by its full name.
    pub fn latest(place: &Place) -> HashMap<String, Latest> {
        let mut tasks = HashMap::new();
        for (verdict, took, words) in read(place).unwrap_or_default().lines().filter_map(parts) {
            let name = shell_words::split(words).ok().and_then(|words| words.into_iter().next());
            // Parts of a task are no execution of it.
            if let Some(name) = name.filter(|_| !words.starts_with('#')) {
                tasks.insert(name, Latest { verdict, took });
            }
        }
        tasks
    }

    fn parse(text: &str) -> Self {
        let mut history = Self::default();
        let mut run: Arc<str> = "".into();
        for line in text.lines() {
            if let Some(id) = line.strip_prefix('>') {
                run = id.into();
            } else if let Some((verdict, took, words)) = parts(line) {
                history.add(&run, verdict, took, words);
            }
        }
        history
    }

    fn add(&mut self, run: &Arc<str>, verdict: Verdict, took: Duration, words: &str) {
        if !self.tasks.contains_key(words) {
            self.tasks.insert(words.to_string(), Past::default());
        }
        let Some(past) = self.tasks.get_mut(words) else {
            return;
        };
        past.last = Some((Arc::clone(run), verdict));
        if verdict == Verdict::Success {
            past.last_success = Some(Arc::clone(run));
            if past.successes.len() == SUCCESSES {
                past.successes.remove(0);
            }
            past.successes.push(took);
        }
    }
}

/// The file, as far as it is one of ours.
fn read(place: &Place) -> Option<String> {
    let file = File::open(place.history()).ok().filter(is_ours)?;
    io::read_to_string(file).ok()
}

fn parts(line: &str) -> Option<(Verdict, Duration, &str)> {
    let (letter, rest) = line.split_once(' ')?;
    let (micros, words) = rest.split_once(' ')?;
    let (_, verdict) = LETTERS.into_iter().find(|(l, _)| letter.chars().eq([*l]))?;
    Some((verdict, Duration::from_micros(micros.parse().ok()?), words))
}

/// The words on one line.
fn key(words: &str) -> std::borrow::Cow<'_, str> {
    if words.contains(['\n', '\r']) {
        words.replace('\n', "\\n").replace('\r', "\\r").into()
    } else {
        words.into()
    }
}

/// The words for a part of a task. No task has them: a shell's `#` is quoted.
pub(super) fn step(words: &str, at: usize) -> String {
    format!("#{at} {words}")
}

/// The part of one run, put together while it goes on.
#[derive(Debug, Default)]
pub(super) struct Part(String);

impl Part {
    /// One more task has ended.
    pub(super) fn add(&mut self, verdict: Verdict, took: Duration, words: &str) {
        use std::fmt::Write;
        let letter = LETTERS.into_iter().find(|(_, v)| *v == verdict).map_or('?', |(l, _)| l);
        // Writing to memory does not fail.
        let _ = writeln!(self.0, "{letter} {} {}", took.as_micros(), key(words));
    }

    /// Adds it to the file. True now and then: it may be time to look for what
    /// is too old.
    ///
    /// # Errors
    /// Where the file cannot be written, or is not ours.
    pub(super) fn store(self, place: &Place, run: &str) -> io::Result<bool> {
        if self.0.is_empty() {
            return Ok(false);
        }
        let path = place.history();
        let file = loop {
            let file = File::options().append(true).create(true).mode(0o600).open(&path)?;
            file.lock()?;
            let data = file.metadata()?;
            // Somebody may have put another one in its place meanwhile.
            if data.nlink() > 0 {
                break (file, data);
            }
        };
        let (mut file, data) = file;
        if data.uid() != nix::unistd::geteuid().as_raw() {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "it belongs to another user",
            ));
        }
        let before = data.len();
        file.write_all(format!(">{run}\n{}", self.0).as_bytes())?;
        let after = before + self.0.len() as u64 + run.len() as u64 + 2;
        let grown = after > SHORT && before.max(1).ilog2() != after.ilog2();
        if grown && let Ok(text) = std::fs::read_to_string(&path) {
            atomic::write_private(&path, without_old(&text).as_bytes())?;
        }
        Ok(before / STEP != after / STEP)
    }
}

/// The text without what nobody asks for: of each task its last successes, and
/// its last end.
fn without_old(text: &str) -> String {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut kept: Vec<&str> = Vec::new();
    let mut part: Vec<&str> = Vec::new();
    for line in text.lines().rev() {
        if line.starts_with('>') {
            if !part.is_empty() {
                kept.append(&mut part);
                kept.push(line);
            }
        } else if let Some((verdict, _, words)) = parts(line) {
            let successes = seen.get(words).copied();
            let counts = verdict == Verdict::Success && successes.unwrap_or(0) < SUCCESSES;
            if counts || successes.is_none() {
                part.push(line);
            }
            *seen.entry(words).or_default() += usize::from(counts);
        }
    }
    let mut out = String::with_capacity(text.len());
    for line in kept.into_iter().rev() {
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(dir: &tempfile::TempDir) -> Place {
        let place = Place::new(dir.path(), "/p".as_ref());
        place.make().unwrap();
        place
    }

    fn store(place: &Place, run: &str, ends: &[(Verdict, u64, &str)]) -> bool {
        let mut part = Part::default();
        for (verdict, micros, words) in ends {
            part.add(*verdict, Duration::from_micros(*micros), words);
        }
        part.store(place, run).unwrap()
    }

    #[test]
    fn what_was_added_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(&dir);
        store(&place, "a", &[(Verdict::Success, 10, "x y"), (Verdict::Success, 5, "z 'a\nb'")]);
        store(&place, "b", &[(Verdict::Success, 30, "x y")]);
        store(&place, "c", &[(Verdict::Success, 20, "x y"), (Verdict::Failure, 1, "z 'a\nb'")]);
        store(&place, "d", &[]);
        store(&place, "e", &[(Verdict::Skipped, 0, "'a b'"), (Verdict::Failure, 7, "#0 'a b'")]);
        let latest = |verdict, micros| Latest { verdict, took: Duration::from_micros(micros) };
        let expected = [
            ("x".to_string(), latest(Verdict::Success, 20)),
            ("z".to_string(), latest(Verdict::Failure, 1)),
            ("a b".to_string(), latest(Verdict::Skipped, 0)),
        ];
        assert_eq!(History::latest(&place), expected.into());
        let history = History::load(&place);
        let past = history.of("x y").unwrap();
        assert_eq!(past.expected(), Some(Duration::from_micros(20)));
        assert_eq!(past.last, Some(("c".into(), Verdict::Success)));
        let past = history.of("z 'a\nb'").unwrap();
        assert_eq!(past.last_success.as_deref(), Some("a"));
        assert_eq!(past.last, Some(("c".into(), Verdict::Failure)));
        assert_eq!(history.of("x"), None);
    }

    #[test]
    fn garbage_is_no_past() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(&dir);
        std::fs::write(place.history(), b"x\n> \ns\ns 1\ns x y\nss 1 y\n\ns 7 good\ns 8").unwrap();
        let history = History::load(&place);
        assert_eq!(history.tasks.len(), 1);
        std::fs::write(place.history(), b"\xff\xfe").unwrap();
        assert_eq!(History::load(&place), History::default());
    }

    #[test]
    fn the_file_does_not_grow_without_end() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(&dir);
        let names: Vec<String> = (0..100).map(|n| format!("task-with-a-name-{n}")).collect();
        let ends: Vec<_> = names.iter().map(|name| (Verdict::Success, 123, &**name)).collect();
        let mut told = 0;
        for run in 0..200 {
            told += usize::from(store(&place, &format!("run-{run}"), &ends));
        }
        assert_eq!(told, 200, "each of them adds more than a step");
        assert!(place.history().metadata().unwrap().len() < 2 * SHORT);
        let history = History::load(&place);
        assert_eq!(history.of(&names[3]).unwrap().last_success.as_deref(), Some("run-199"));
    }

    proptest! {
        #[test]
        fn what_is_left_out_was_not_known_anyway(
            ends in prop::collection::vec((0usize..5, 0u64..9, 0usize..3, any::<bool>()), 0..60),
        ) {
            let mut text = String::from(">0\n");
            for (at, (letter, micros, name, next)) in ends.iter().enumerate() {
                if *next {
                    text += &format!(">{at}\n");
                }
                text += &format!("{} {micros} {name}\n", LETTERS[*letter].0);
            }
            prop_assert_eq!(History::parse(&without_old(&text)), History::parse(&text));
        }
    }
}
