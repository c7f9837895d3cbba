//! Rules → the files on disk that they mean. Directories are read by as many
//! threads as pay, each of them once for all who ask the same `Index`.

use std::collections::HashMap;
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use super::contents::{self, Reader};
use super::digest::Digest;
use super::listing::{Kind, Listing, Seen, see};
use super::rules::{Purpose, Rules, State};
use super::survey::{Found, Picks, Survey};

/// So many directories have to wait before another thread is worth its start.
const WORTH_A_THREAD: usize = 8;

/// More threads than this only wait for each other.
const MOST_THREADS: usize = 8;

/// A directory, or why there is none; nothing where it has gone.
type Read = Result<Arc<Listing>, Option<String>>;

/// Directories and single files that have been looked at; what it says holds
/// as long as nothing on disk changes.
#[derive(Debug, Default)]
pub struct Index {
    dirs: Mutex<HashMap<PathBuf, Arc<OnceLock<Read>>>>,
    singles: Mutex<HashMap<PathBuf, Arc<Listing>>>,
    /// Device and inode of directories that a link may lead back to.
    ids: Mutex<HashMap<PathBuf, Option<(u64, u64)>>>,
}

/// A directory to read, and where the rules stand in it.
#[derive(Debug)]
struct Work {
    path: PathBuf,
    state: State,
    /// Length of the path at which the walk began.
    root: usize,
}

/// What the threads of one survey share.
#[derive(Debug)]
struct Walk<'a> {
    rules: &'a Rules,
    index: &'a Index,
    /// Files are read, and not only looked at.
    reads: bool,
    queue: Mutex<Queue>,
    news: Condvar,
}

/// What one thread of a survey has at hand.
#[derive(Debug)]
struct Hand {
    survey: Survey,
    /// Where it reads files, if it does.
    reader: Option<Reader>,
    /// What it has found to walk through, and not told the others yet.
    more: Vec<Work>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Work>,
    /// How many threads are at work, and may find more.
    busy: usize,
}

/// As many threads as there is something to gain from.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS)
}

impl Index {
    /// Looks at everything that the rules mean, with so many threads at most.
    pub fn survey(&self, rules: &Rules, threads: usize) -> Survey {
        self.walk(rules, threads, false)
    }

    /// The same, and reads the files on the way, but for those that `survey`
    /// knows already and those behind links.
    pub fn survey_and_read(&self, rules: &Rules, threads: usize) -> (Survey, Vec<Option<Digest>>) {
        let mut survey = self.walk(rules, threads, true);
        let contents = survey.take_contents();
        (survey, contents)
    }

    fn walk(&self, rules: &Rules, threads: usize, reads: bool) -> Survey {
        let (queue, news) = (Mutex::default(), Condvar::new());
        let walk = Walk { rules, index: self, reads, queue, news };
        let mut hand = walk.hand();
        for root in rules.roots() {
            walk.root(root, &mut hand.survey);
        }
        walk.alone(threads, &mut hand);
        if !lock(&walk.queue).waiting.is_empty() {
            thread::scope(|scope| {
                let help = || {
                    let mut hand = walk.hand();
                    walk.work(&mut hand);
                    hand.survey
                };
                let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(help)).collect();
                walk.work(&mut hand);
                let parts = helpers.into_iter().filter_map(|helper| helper.join().ok());
                parts.for_each(|part| hand.survey.join(part));
            });
        }
        hand.survey.sort();
        hand.survey
    }

    /// Forgets everything: something may change.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// A directory, and its descriptor where it has just been opened.
    fn listing(&self, path: &Path) -> (Read, Option<OwnedFd>) {
        let slot = Arc::clone(lock(&self.dirs).entry(path.to_path_buf()).or_default());
        let mut dir = None;
        let listing = slot.get_or_init(|| match Listing::read(path) {
            Ok((listing, opened)) => {
                dir = Some(opened);
                Ok(Arc::new(listing))
            }
            Err(error) => Err(is_there(&error).then(|| error.to_string())),
        });
        (listing.clone(), dir)
    }

    fn single(&self, path: &Path) -> Arc<Listing> {
        let mut singles = lock(&self.singles);
        let known = singles.entry(path.to_path_buf());
        Arc::clone(known.or_insert_with(|| Arc::new(Listing::single(path, see(path)))))
    }

    /// True where the directory that a link at `path` leads to holds that link.
    fn leads_back(&self, path: &Path, root: usize, id: (u64, u64)) -> bool {
        let holders = path.ancestors().skip(1);
        let mut inside = holders.take_while(|dir| dir.as_os_str().len() >= root);
        inside.any(|dir| {
            let mut ids = lock(&self.ids);
            let known = ids.entry(dir.to_path_buf()).or_insert_with(|| match see(dir) {
                Seen::Dir(stat, device) => Some((device, stat.inode)),
                _ => None,
            });
            *known == Some(id)
        })
    }
}

impl Walk<'_> {
    fn hand(&self) -> Hand {
        Hand {
            survey: Survey::new(self.rules.count),
            reader: self.reads.then(Reader::new),
            more: Vec::new(),
        }
    }

    /// Where a walk begins: a file, a directory, or nothing.
    fn root(&self, path: PathBuf, survey: &mut Survey) {
        let root = path.as_os_str().len();
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
            let state = self.rules.at(&path);
            return self.push(Work { path, state, root });
        };
        let state = self.rules.at(dir);
        let single = self.index.single(&path);
        match single.seen(0, None) {
            Seen::File(_) => {
                self.file(&single, 0, &state, survey);
                if self.rules.picks(&state, name.as_bytes()) {
                    let mut picks = Picks::default();
                    picks.add(0, None);
                    survey.found(Found::new(single, picks));
                }
            }
            Seen::Dir(..) => {
                let next = self.enter(&single, 0, &state, survey, None);
                next.into_iter().for_each(|state| {
                    self.push(Work { path: path.clone(), state, root });
                });
            }
            Seen::Nothing => {}
            Seen::Unreadable(why) => survey.unreadable.push((path, why.clone())),
        }
    }

    fn push(&self, work: Work) {
        lock(&self.queue).waiting.push(work);
    }

    /// Walks until others are worth their start.
    fn alone(&self, threads: usize, hand: &mut Hand) {
        loop {
            let mut queue = lock(&self.queue);
            queue.waiting.append(&mut hand.more);
            // Where many files had to be read, what waits may hold as many.
            let many = || self.reads && hand.survey.len() >= contents::WORTH_A_THREAD;
            if threads > 1 && (queue.waiting.len() >= WORTH_A_THREAD || many()) {
                return;
            }
            let Some(work) = queue.waiting.pop() else {
                return;
            };
            drop(queue);
            self.directory(&work, hand);
        }
    }

    /// Walks until nobody has anything left.
    fn work(&self, hand: &mut Hand) {
        let mut queue = lock(&self.queue);
        loop {
            let Some(work) = queue.waiting.pop() else {
                if queue.busy == 0 {
                    self.news.notify_all();
                    return;
                }
                queue = self.news.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            queue.busy += 1;
            drop(queue);
            self.directory(&work, hand);
            queue = lock(&self.queue);
            queue.busy -= 1;
            if hand.more.len() > 1 || (queue.busy == 0 && hand.more.is_empty()) {
                self.news.notify_all();
            }
            queue.waiting.append(&mut hand.more);
        }
    }

    fn directory(&self, work: &Work, hand: &mut Hand) {
        let Hand { survey, reader, more } = hand;
        let (listing, dir) = self.index.listing(&work.path);
        let listing = match listing {
            Ok(listing) => listing,
            Err(why) => {
                survey.unreadable.extend(why.map(|why| (work.path.clone(), why)));
                return;
            }
        };
        let mut picks = Picks::default();
        for at in 0..listing.len() {
            let name = listing.name(at);
            let next = match listing.kind(at) {
                Kind::File if self.rules.picks(&work.state, name) => {
                    let reads = reader.as_mut().zip(dir.as_ref());
                    let content = reads.and_then(|(reader, dir)| listing.content(at, dir, reader));
                    if self.pick(&listing, at, dir.as_ref(), survey) {
                        picks.add(at, content);
                    }
                    self.file(&listing, at, &work.state, survey);
                    None
                }
                Kind::File => {
                    self.file(&listing, at, &work.state, survey);
                    None
                }
                Kind::Dir => self.enter(&listing, at, &work.state, survey, dir.as_ref()),
                Kind::Open => {
                    let (picked, next) = self.open(&listing, at, work, survey, dir.as_ref());
                    if picked {
                        picks.add(at, None);
                    }
                    next
                }
                Kind::Other => None,
            };
            let deeper = |state| Work { path: listing.path_of(at), state, root: work.root };
            more.extend(next.map(deeper));
        }
        if !picks.is_empty() {
            survey.found(Found::new(listing, picks));
        }
    }

    /// Asks what a picked name is: a file, if nobody has put something else
    /// there meanwhile.
    fn pick(
        &self,
        listing: &Listing,
        at: usize,
        dir: Option<&OwnedFd>,
        survey: &mut Survey,
    ) -> bool {
        match listing.seen(at, dir) {
            Seen::File(_) => true,
            Seen::Unreadable(why) => {
                survey.unreadable.push((listing.path_of(at), why.clone()));
                false
            }
            Seen::Dir(..) | Seen::Nothing => false,
        }
    }

    /// A link, or a name of which the directory does not say what it is.
    fn open(
        &self,
        listing: &Listing,
        at: usize,
        work: &Work,
        survey: &mut Survey,
        dir: Option<&OwnedFd>,
    ) -> (bool, Option<State>) {
        let picked = self.rules.picks(&work.state, listing.name(at));
        let below = self.rules.step(&work.state, listing.name(at));
        if !picked && !self.rules.goes_on(&below) {
            return (false, None);
        }
        match listing.seen(at, dir) {
            Seen::File(_) => {
                self.file(listing, at, &work.state, survey);
                (picked, None)
            }
            Seen::Dir(stat, device) => {
                let path = listing.path_of(at);
                let back = self.index.leads_back(&path, work.root, (*device, stat.inode));
                let enters = || self.enter(listing, at, &work.state, survey, dir);
                (false, (!back).then(enters).flatten())
            }
            Seen::Nothing => (false, None),
            Seen::Unreadable(why) => {
                survey.unreadable.push((listing.path_of(at), why.clone()));
                (false, None)
            }
        }
    }

    /// A file that is there, whether or not it is left out.
    fn file(&self, listing: &Listing, at: usize, state: &State, survey: &mut Survey) {
        if self.rules.purpose == Purpose::Outputs {
            self.rules.matching(state, listing.name(at)).for_each(|i| survey.matches(i));
        }
    }

    /// A directory that is there; where the rules stand in it, if something in
    /// it may be included.
    fn enter(
        &self,
        listing: &Listing,
        at: usize,
        state: &State,
        survey: &mut Survey,
        dir: Option<&OwnedFd>,
    ) -> Option<State> {
        let name = listing.name(at);
        if self.rules.purpose == Purpose::Outputs {
            self.rules.matching(state, name).for_each(|i| survey.matches(i));
            if self.rules.picks(state, name)
                && let Seen::Dir(stat, _) = listing.seen(at, dir)
            {
                survey.dir_changed(stat.mtime);
            }
        }
        let next = self.rules.step(state, name);
        self.rules.goes_on(&next).then_some(next)
    }
}

fn is_there(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    !matches!(error.kind(), NotFound | NotADirectory)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
