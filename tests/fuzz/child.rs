//! The process that tries inputs, one after the other, each written to a file before: whatever
//! happens, its parent knows which one it was. Knows no target.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::Try;
use crate::mutate::{self, Random};
use crate::project::Scratch;

/// The variable that makes this process the child; its value is a scratch directory.
pub(crate) const DIR: &str = "MEP_FUZZ_CHILD";

/// How long a target runs where `MEP_FUZZ_SECONDS` does not say.
const SECONDS: u64 = 3;

/// How long one input may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many inputs beside the corpus are mutated further.
const POOL: usize = 4000;

/// Where the input that is being tried lies.
pub(crate) fn current(dir: &Path) -> PathBuf {
    dir.join("input")
}

/// Replays the corpus, then mutates it until the time is over.
pub(crate) fn run(dir: &Path, corpus: &Path, target: Try) {
    let scratch = Scratch::new(dir);
    let tried = watch();
    let attempt = |input: &[u8]| {
        fs::write(current(dir), input).expect("a scratch directory takes files");
        tried.fetch_add(1, Ordering::Relaxed);
        target(&scratch, input)
    };
    if let Some(path) = std::env::var_os("MEP_FUZZ_INPUT") {
        let input = fs::read(&path).expect("MEP_FUZZ_INPUT names a file");
        say(&format!("{path:?}: {}\n", attempt(&input)));
        return;
    }
    let mut pool = read(corpus);
    let words = mutate::dictionary(&pool);
    let mut outcomes: HashSet<String> = pool.iter().map(|input| attempt(input)).collect();
    let limit = Duration::from_secs(number("MEP_FUZZ_SECONDS").unwrap_or(SECONDS));
    let seed = number("MEP_FUZZ_SEED").unwrap_or_else(|| seed(limit));
    let mut random = Random::new(seed);
    let (begin, mut count, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
    while begin.elapsed() < limit {
        let parent = &pool[random.below(pool.len())];
        let input = mutate::mutate(&mut random, &pool, &words, parent);
        let started = Instant::now();
        let outcome = attempt(&input);
        (count, slowest) = (count + 1, slowest.max(started.elapsed()));
        if outcomes.len() < POOL && outcomes.insert(outcome) {
            pool.push(input);
        }
    }
    let outcomes = outcomes.len();
    say(&format!("{count} inputs, {outcomes} outcomes, seed {seed}, slowest {slowest:?}\n"));
}

/// The same mutations each time in a short run, so that what CI finds is found again; others each
/// time in a long one.
fn seed(limit: Duration) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    if limit.as_secs() <= SECONDS { 1 } else { now.as_secs() }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// The files of a corpus, by name.
fn read(corpus: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(corpus).unwrap_or_else(|e| panic!("{}: {e}", corpus.display()));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}: a target needs an input to begin with", corpus.display());
    paths.iter().map(|path| fs::read(path).expect("a corpus can be read")).collect()
}

/// Ends the process when one input takes too long. The number returned is to grow with each.
fn watch() -> Arc<AtomicU64> {
    let tried = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&tried);
    thread::spawn(move || {
        let (mut last, mut since) = (0, Instant::now());
        loop {
            thread::sleep(Duration::from_millis(100));
            let now = seen.load(Ordering::Relaxed);
            if now != last {
                (last, since) = (now, Instant::now());
            } else if now > 0 && since.elapsed() > PATIENCE {
                say(&format!("input {now} takes more than {PATIENCE:?}\n"));
                #[expect(
                    clippy::disallowed_methods,
                    reason = "no other way out of an endless loop"
                )]
                std::process::exit(70);
            }
        }
    });
    tried
}

/// Writes to the stderr of the process, which its parent reads.
fn say(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stderr().write_all(text.as_bytes());
}
