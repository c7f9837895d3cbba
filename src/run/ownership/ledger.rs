//! Which process groups a run has started, on disk as long as it lives: after
//! a `kill -9` of ours the next run of the project ends what is left of it.
//! A ledger is dead only when its lock is free, and the lock goes with us.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::Signal;
use nix::unistd::getsid;

use crate::model::{JobId, Leftover};
use crate::sys::processes::{self, Process};
use crate::sys::signal as sending;

/// The variable by which a process is known as one of a run.
pub(in crate::run) const VARIABLE: &str = "MEP_RUN";

/// How long what a dead run left may take to end when it is asked.
const GRACE: Duration = Duration::from_secs(3);
/// How often it is looked whether they have.
const LOOK: Duration = Duration::from_millis(5);

/// The open ledger of this run.
#[derive(Debug)]
pub(super) struct Ledger {
    file: Flock<File>,
    path: PathBuf,
    token: String,
}

impl Ledger {
    /// Opens one for a run in `project`.
    ///
    /// # Errors
    /// Where the state directory cannot be written.
    pub(super) fn open(state: &Path, project: &Path) -> io::Result<Self> {
        let dir = state.join("runs");
        let token = format!("{}-{}", std::process::id(), processes::now());
        let path = dir.join(format!("{token}.run"));
        // Nobody looks at it before it is locked and has its head.
        let new = dir.join(format!(".{token}.new"));
        let create = || File::options().write(true).create_new(true).mode(0o600).open(&new);
        let file = match create() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&dir)?;
                create()?
            }
            other => other?,
        };
        let mut ledger = Self { file: lock(file).map_err(|(_, e)| e)?, path: new.clone(), token };
        let session = getsid(None).map_or(0, |session| session.as_raw());
        let numbers = processes::numbers();
        let head = format!("{session} {} {numbers}\n{}\n", ledger.token, project.display());
        ledger.file.write_all(head.as_bytes())?;
        fs::rename(&new, &path)?;
        ledger.path = path;
        Ok(ledger)
    }

    /// Takes note of a group that has just been started.
    pub(super) fn note(&mut self, group: u32) {
        // What cannot be noted is not found after a `kill -9`: no more than that.
        let _ = self.file.write_all(format!("{group} {}\n", processes::now()).as_bytes());
    }

    /// What a process of a job is known by.
    pub(super) fn mark(&self, job: JobId) -> String {
        format!("{}/{}", self.token, job.0)
    }

    /// The job that a process of this run belongs to.
    pub(super) fn job_of(&self, pid: u32) -> Option<JobId> {
        let mark = processes::variable(pid, VARIABLE)?;
        let (token, job) = mark.split_once('/')?;
        (token == self.token).then(|| job.parse().ok().map(JobId)).flatten()
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn lock(file: File) -> Result<Flock<File>, (File, io::Error)> {
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(file, e)| (file, e.into()))
}

/// Locks the ledger of a dead run. A child that was just being started when its
/// run was killed holds the lock until it has become its program: there is
/// nobody of the ledger's number then, and the wait is short.
fn lock_dead(path: &Path, mut file: File) -> Option<Flock<File>> {
    const SHORT: Duration = Duration::from_millis(300);
    let pid = || path.file_stem()?.to_str()?.split_once('-')?.0.parse().ok();
    let until = Instant::now() + SHORT;
    loop {
        match lock(file) {
            Ok(locked) => return Some(locked),
            Err((back, _)) => file = back,
        }
        let lives = pid().and_then(processes::look).is_some_and(|process| !process.zombie);
        if lives || Instant::now() >= until {
            return None;
        }
        std::thread::sleep(LOOK);
    }
}

/// A ledger that nobody holds any more.
struct Dead {
    session: u32,
    token: String,
    /// Groups, and when each was there for certain.
    groups: Vec<(u32, u64)>,
}

/// Ends what dead runs of the project have left, and says what that was.
pub(super) fn recover(state: &Path, project: &Path) -> Vec<Leftover> {
    let mut left = Vec::new();
    let entries = fs::read_dir(state.join("runs")).into_iter().flatten().flatten();
    let ledgers = entries.map(|entry| entry.path());
    for path in ledgers
        .filter(|path| !remove_unborn(path))
        .filter(|path| path.extension().is_some_and(|e| e == "run"))
    {
        let Some(file) = File::open(&path).ok().and_then(|file| lock_dead(&path, file)) else {
            continue;
        };
        if is_older_than_the_machine(&file) {
            let _ = fs::remove_file(&path);
            continue;
        }
        let mut text = String::new();
        let read = (&*file).read_to_string(&mut text);
        match read.ok().and_then(|_| parse(&text, project)) {
            Some(Ok(dead)) if dead.has_us() => continue,
            Some(Ok(dead)) => left.extend(end(&dead)),
            Some(Err(())) => continue,
            None => {}
        }
        let _ = fs::remove_file(&path);
    }
    left
}

/// True where the machine has started since: nothing of that run can be left,
/// and its numbers may be those of others.
fn is_older_than_the_machine(file: &File) -> bool {
    let modified = file.metadata().and_then(|data| data.modified());
    let age = modified.ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > processes::uptime() + Duration::from_secs(1))
}

/// Removes what a run was killed over before it had a ledger: true where it is
/// none. One that is young may still become one.
fn remove_unborn(path: &Path) -> bool {
    const YOUNG: Duration = Duration::from_secs(60);
    let unborn = path.extension().is_some_and(|e| e == "new");
    let age = || path.metadata().ok()?.modified().ok()?.elapsed().ok();
    if unborn && age().is_some_and(|age| age > YOUNG) {
        let _ = fs::remove_file(path);
    }
    unborn
}

/// `Err` is a run of another project, or one whose process numbers mean
/// nothing here; `None` is no ledger at all.
fn parse(text: &str, project: &Path) -> Option<Result<Dead, ()>> {
    let mut lines = text.lines();
    let (session, rest) = lines.next()?.split_once(' ')?;
    let (token, numbers) = rest.split_once(' ')?;
    if Path::new(lines.next()?) != project || numbers != processes::numbers() {
        return Some(Err(()));
    }
    let group = |line: &str| {
        let (group, at) = line.split_once(' ')?;
        Some((group.parse().ok()?, at.parse().ok()?))
    };
    let groups = lines.filter_map(group).collect();
    Some(Ok(Dead { session: session.parse().ok()?, token: token.to_string(), groups }))
}

/// Asks the survivors to end, waits a while, and kills what is still there.
fn end(dead: &Dead) -> Vec<Leftover> {
    let left: Vec<Leftover> = dead
        .survivors()
        .iter()
        .map(|p| Leftover { pid: p.pid, command: processes::command_line(p.pid), spared: false })
        .collect();
    for (signal, patience) in [(Signal::SIGTERM, GRACE), (Signal::SIGKILL, GRACE)] {
        let until = Instant::now() + patience;
        let mut told: Vec<Process> = Vec::new();
        loop {
            // Until they end they may start others.
            let survivors = dead.survivors();
            if survivors.is_empty() || Instant::now() >= until {
                break;
            }
            for process in survivors.iter().filter(|p| !told.contains(p)) {
                sending::send_to_process(process.pid, signal);
                sending::send_to_process(process.pid, Signal::SIGCONT);
            }
            told = survivors;
            std::thread::sleep(LOOK);
        }
    }
    left
}

impl Dead {
    /// True where we are one of the survivors, or come from one: it is for
    /// another run to end us.
    fn has_us(&self) -> bool {
        let survivors = self.survivors();
        !survivors.is_empty() && {
            let lineage = processes::lineage();
            survivors.iter().any(|p| lineage.contains(&p.pid))
        }
    }

    /// Processes of its groups, and those that carry its mark; not what has
    /// left its session, and nothing that has only got an old number.
    fn survivors(&self) -> Vec<Process> {
        let here = |p: &Process| p.session == self.session && !p.zombie;
        let all: Vec<Process> = processes::all().into_iter().filter(here).collect();
        let marked = |p: &Process| {
            let mark = processes::variable(p.pid, VARIABLE);
            mark.is_some_and(|mark| mark.split_once('/').is_some_and(|(t, _)| t == self.token))
        };
        let known = |group: u32| {
            let noted = self.groups.iter().find(|(known, _)| *known == group);
            // A leader that is younger than our note has the number from others.
            let same_leader =
                noted.is_some_and(|(_, at)| all.iter().any(|p| p.pid == group && p.started <= *at));
            same_leader || (noted.is_some() && all.iter().any(|p| p.group == group && marked(p)))
        };
        all.iter().filter(|p| known(p.group) || marked(p)).copied().collect()
    }
}
