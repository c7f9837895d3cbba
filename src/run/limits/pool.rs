//! The slots of a run as a pool that is shared with make, ninja, cargo and
//! nested runs. Counts tokens; knows nothing of jobs but how many run.
//!
//! The first job of every program is free, each further one costs a token.
//! As the owner of the pool a job costs as many as its weight, and those are
//! gathered one by one while it waits. A client that did so could wait for
//! another one for ever, so there every job costs one.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::unix::pipe::Receiver;

use crate::model::{EnvMap, PoolKind};
use crate::run::state::Load;
use crate::sys::jobserver::{Jobserver, MOST};
use crate::sys::makeflags;

/// Where tools look for a pool, cargo's own way first.
const VARIABLES: [&str; 2] = ["CARGO_MAKEFLAGS", "MAKEFLAGS"];

#[derive(Debug)]
pub(super) struct Pool {
    role: Role,
    /// What `-j` says.
    slots: usize,
    /// Bytes to give back.
    held: Vec<u8>,
    /// A job asked in vain since the last balance.
    asked: bool,
    /// One is waited for.
    wanted: bool,
    watch: Option<Receiver>,
    /// The variables that lead to it, on top of this environment.
    led: Option<(Arc<EnvMap>, Variables)>,
}

type Variables = Vec<(OsString, OsString)>;

#[derive(Debug)]
enum Role {
    /// Nothing is shared.
    Alone,
    /// Ours; made when the first process needs it.
    Owner { fifo: Option<PathBuf>, pool: Option<Jobserver> },
    /// Somebody's.
    Client(Jobserver),
}

impl Pool {
    /// Joins the pool that the environment names, else prepares one of its own.
    pub(super) fn new(kind: PoolKind, slots: usize, env: &EnvMap) -> Self {
        let role = match kind {
            PoolKind::Off => Role::Alone,
            _ => match given(env) {
                Some(pool) => Role::Client(pool),
                // More of them than a pipe holds limit nobody.
                None if slots > MOST => Role::Alone,
                None => Role::Owner { fifo: fifo(kind), pool: None },
            },
        };
        Self { role, slots, held: Vec::new(), asked: false, wanted: false, watch: None, led: None }
    }

    /// Gets what another job of this weight costs; false where it has to wait.
    pub(super) fn cover(&mut self, load: Load, weight: usize) -> bool {
        let cost = match &mut self.role {
            Role::Alone => return true,
            Role::Client(_) => load.jobs,
            Role::Owner { pool, .. } => {
                if let Some(pool) = pool.as_mut().filter(|_| load.slots == 0) {
                    // Nobody has one now: what is missing was lost with a
                    // killed program.
                    let free = self.slots.saturating_sub(1 + self.held.len());
                    if pool.fill(free).is_err() {
                        self.give_up();
                        return true;
                    }
                }
                load.slots + weight - 1
            }
        };
        while self.held.len() < cost {
            if !self.take() {
                self.asked = true;
                return false;
            }
        }
        true
    }

    /// One more token; true where there is no need for one, too.
    fn take(&mut self) -> bool {
        let taken = match &mut self.role {
            Role::Alone => return true,
            // Nobody else knows of it yet.
            Role::Owner { pool: None, .. } => Ok(Some(b'+')),
            Role::Owner { pool: Some(pool), .. } | Role::Client(pool) => pool.take(),
        };
        match taken {
            Ok(byte) => {
                self.held.extend(byte);
                byte.is_some()
            }
            Err(_) => {
                self.give_up();
                true
            }
        }
    }

    /// Gives back what is not needed for what runs, unless a job waits.
    pub(super) fn balance(&mut self, load: Load) {
        self.wanted = std::mem::take(&mut self.asked);
        let needed = match &self.role {
            Role::Client(_) => load.jobs,
            _ => load.slots,
        };
        let keep = if self.wanted { self.held.len() } else { needed.saturating_sub(1) };
        let surplus = self.held.split_off(keep.min(self.held.len()));
        if let Role::Owner { pool: Some(pool), .. } | Role::Client(pool) = &mut self.role {
            for byte in surplus {
                let _ = pool.give(byte);
            }
        }
    }

    /// Waits until there is one more token, if one is wanted; it is kept.
    pub(super) async fn token(&mut self) {
        loop {
            let wanted = self.wanted;
            let Some(watch) = wanted.then(|| self.watch()).flatten() else {
                return std::future::pending().await;
            };
            let mut byte = [0];
            let read = match watch.readable().await {
                Ok(()) => watch.try_read(&mut byte),
                Err(error) => Err(error),
            };
            match read {
                Ok(1..) => return self.held.extend(byte),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return self.give_up(),
            }
        }
    }

    fn watch(&mut self) -> Option<&Receiver> {
        if self.watch.is_none()
            && let Role::Owner { pool: Some(pool), .. } | Role::Client(pool) = &self.role
        {
            self.watch = Receiver::from_owned_fd(pool.readiness().ok()?).ok();
        }
        self.watch.as_ref()
    }

    /// The pool is broken. Our own limit holds all the same.
    fn give_up(&mut self) {
        self.led = None;
        self.held.clear();
        self.role = Role::Alone;
    }

    /// Makes our pool, if it is time to, before the first process that may
    /// share it.
    pub(super) fn open(&mut self) {
        let free = self.slots.saturating_sub(1 + self.held.len());
        let Role::Owner { fifo, pool: pool @ None } = &mut self.role else {
            return;
        };
        let made = match fifo {
            Some(path) => Jobserver::fifo(path, free),
            None => Jobserver::pipe(free),
        };
        match made {
            Ok(made) => *pool = Some(made),
            // Each program has its own number of jobs then, as without us.
            Err(_) => self.role = Role::Alone,
        }
        self.led = None;
    }

    /// The variables that lead to the pool, on top of `env`, which most tasks of
    /// a run share.
    pub(super) fn variables(&mut self, env: &Arc<EnvMap>) -> Variables {
        let known = self.led.take_if(|(of, _)| Arc::ptr_eq(of, env));
        let variables = known.map_or_else(|| self.leading(env), |(_, variables)| variables);
        self.led.insert((Arc::clone(env), variables)).1.clone()
    }

    fn leading(&self, env: &EnvMap) -> Variables {
        let (Role::Owner { pool: Some(pool), .. } | Role::Client(pool)) = &self.role else {
            return Vec::new();
        };
        let value = |name: &&str| {
            let empty = (*name == "MAKEFLAGS").then_some(OsStr::new(""));
            let before = env.get(name).or(empty)?.to_str()?;
            let known = makeflags::pool(before).as_ref() == Some(pool.auth());
            let flags = || makeflags::with_pool(before, self.slots, pool.auth());
            (!known).then(|| ((*name).into(), flags().into()))
        };
        VARIABLES.iter().filter_map(value).collect()
    }

    /// What a process has to inherit to use it.
    pub(super) fn ends(&self) -> Vec<BorrowedFd<'_>> {
        match &self.role {
            Role::Owner { pool: Some(pool), .. } => pool.ends().collect(),
            _ => Vec::new(),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.asked = false;
        self.balance(Load::default());
    }
}

fn given(env: &EnvMap) -> Option<Jobserver> {
    let text = |name: &&str| env.get(name).and_then(OsStr::to_str);
    VARIABLES.iter().filter_map(text).find_map(|flags| Jobserver::join(&makeflags::pool(flags)?))
}

/// A path that stands in flags: without blanks.
fn fifo(kind: PoolKind) -> Option<PathBuf> {
    let blank = |path: &PathBuf| path.to_string_lossy().contains(char::is_whitespace);
    let name = format!("mep-jobserver-{}", std::process::id());
    let path = std::env::temp_dir().join(&name);
    let path = if blank(&path) { PathBuf::from("/tmp").join(&name) } else { path };
    (kind == PoolKind::Fifo).then_some(path)
}
