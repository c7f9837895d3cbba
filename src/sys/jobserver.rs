//! A pool of job slots that programs share, as GNU make has it: a pipe with a
//! byte in it for each slot beyond everybody's first. Knows descriptors, not
//! jobs.
//!
//! The crate `jobserver` speaks the same protocol, but it hands descriptors on
//! in a `pre_exec`, which makes every child a fork; it makes pipes only; and
//! waiting takes a thread that cannot be called off. What is left to write is
//! little.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::stat::Mode;
use nix::unistd::{mkfifo, pipe};
use rustix::io::ioctl_fionread;

use super::makeflags::Auth;

/// What a new pool may hold: a page, which every pipe takes without a reader.
pub const MOST: usize = 4096;
/// Descriptors that are handed on begin here: above those that scripts open by
/// number, and below those for which the kernel makes a larger table.
const FIRST: i32 = 50;
/// A slot, as make writes it.
const TOKEN: u8 = b'+';
/// Where an open descriptor can be opened once more.
const OPEN: &str = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };

/// A pool, ours or somebody's.
#[derive(Debug)]
pub struct Jobserver {
    auth: Auth,
    /// The ends that children inherit, where they do not have them anyway.
    ends: Vec<OwnedFd>,
    /// A description of its own: that it never blocks must not be shared.
    reader: File,
    writer: File,
    /// Removed with the pool.
    _file: Option<FifoFile>,
}

#[derive(Debug)]
struct FifoFile(PathBuf);

impl Drop for FifoFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Jobserver {
    /// A new pool behind descriptors, with so many slots in it.
    ///
    /// # Errors
    /// Where there are no descriptors left.
    pub fn pipe(slots: usize) -> io::Result<Self> {
        let (read, write) = pipe()?;
        let (read, write) = (moved_up(&read)?, moved_up(&write)?);
        let number = |fd: &OwnedFd| fd.as_raw_fd() as u32;
        let mut new = Self {
            auth: Auth::Descriptors(number(&read), number(&write)),
            reader: reopened(number(&read), false)?,
            writer: File::from(write.try_clone()?),
            ends: vec![read, write],
            _file: None,
        };
        new.put(slots)?;
        Ok(new)
    }

    /// A new pool behind a named pipe at `path`, with so many slots in it.
    ///
    /// # Errors
    /// Where the directory takes none.
    pub fn fifo(path: &Path, slots: usize) -> io::Result<Self> {
        let _ = fs::remove_file(path);
        mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
        let file = FifoFile(path.to_path_buf());
        let mut new = Self { _file: Some(file), ..Self::named(path)? };
        new.put(slots)?;
        Ok(new)
    }

    /// Somebody's pool, where there still is one.
    pub fn join(auth: &Auth) -> Option<Self> {
        match auth {
            Auth::Fifo(path) => {
                let is_fifo = fs::metadata(path).ok()?.file_type().is_fifo();
                is_fifo.then(|| Self::named(path).ok())?
            }
            Auth::Descriptors(read, write) => {
                let of = |fd: u32| fs::metadata(format!("{OPEN}/{fd}")).ok();
                let ends = (of(*read)?, of(*write)?);
                // Numbers that mean something else by now must not be touched.
                let same = ends.0.ino() == ends.1.ino() && ends.0.dev() == ends.1.dev();
                if !same || !ends.0.file_type().is_fifo() {
                    return None;
                }
                Some(Self {
                    auth: auth.clone(),
                    ends: Vec::new(),
                    reader: reopened(*read, false).ok()?,
                    writer: reopened(*write, true).ok()?,
                    _file: None,
                })
            }
        }
    }

    fn named(path: &Path) -> io::Result<Self> {
        // For both, so that it never ends and opening never waits.
        let mut options = OpenOptions::new();
        let reader = options.read(true).write(true).custom_flags(libc::O_NONBLOCK).open(path)?;
        let writer = reader.try_clone()?;
        let auth = Auth::Fifo(path.to_path_buf());
        Ok(Self { auth, ends: Vec::new(), reader, writer, _file: None })
    }

    /// How others reach it.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// What children have to inherit for that.
    pub fn ends(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.ends.iter().map(AsFd::as_fd)
    }

    /// A descriptor that is ready to be read when there may be a slot.
    ///
    /// # Errors
    /// Where there are no descriptors left.
    pub fn readiness(&self) -> io::Result<OwnedFd> {
        self.reader.as_fd().try_clone_to_owned()
    }

    /// Takes a slot, if there is one. The byte has to be given back.
    ///
    /// # Errors
    /// Where the pool is broken.
    pub fn take(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        Ok(self.read(&mut byte)?.map(|_| byte[0]))
    }

    /// Gives a slot back.
    ///
    /// # Errors
    /// Where the pool is broken.
    pub fn give(&mut self, byte: u8) -> io::Result<()> {
        self.writer.write_all(&[byte])
    }

    /// Makes it hold just so many slots, while nobody should have one: those
    /// of killed programs never come back by themselves.
    ///
    /// # Errors
    /// Where the pool is broken.
    pub fn fill(&mut self, slots: usize) -> io::Result<()> {
        // Seldom is one lost.
        if ioctl_fionread(&self.reader)? == slots.min(MOST) as u64 {
            return Ok(());
        }
        let mut drained = [0; MOST];
        while self.read(&mut drained)?.is_some() {}
        self.put(slots)
    }

    fn put(&mut self, slots: usize) -> io::Result<()> {
        self.writer.write_all(&vec![TOKEN; slots.min(MOST)])
    }

    fn read(&mut self, bytes: &mut [u8]) -> io::Result<Option<usize>> {
        loop {
            match self.reader.read(bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => return Ok(Some(count)),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// The same with a higher number, closed on exec.
fn moved_up(fd: &OwnedFd) -> io::Result<OwnedFd> {
    let number = fcntl(fd, FcntlArg::F_DUPFD_CLOEXEC(FIRST))?;
    // SAFETY: the number is a new descriptor, which nobody else knows.
    #[expect(unsafe_code, reason = "no wrapper duplicates to a number and up")]
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// A descriptor as a file of our own, which never blocks.
fn reopened(fd: u32, write: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(!write).write(write).custom_flags(OFlag::O_NONBLOCK.bits());
    options.open(format!("{OPEN}/{fd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(pool: &mut Jobserver) -> usize {
        let mut taken = Vec::new();
        while let Some(byte) = pool.take().expect("a whole pool") {
            taken.push(byte);
        }
        for byte in &taken {
            pool.give(*byte).expect("room");
        }
        taken.len()
    }

    #[test]
    fn a_client_takes_from_the_same_pool_and_gives_back() {
        let mut server = Jobserver::pipe(3).expect("a pipe");
        let mut client = Jobserver::join(server.auth()).expect("it is open");
        let byte = client.take().expect("a pool").expect("a slot");
        assert_eq!(count(&mut server), 2);
        client.give(byte).expect("room");
        assert_eq!(count(&mut server), 3);
    }

    #[test]
    fn a_named_pipe_goes_with_its_pool() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("pool");
        let mut server = Jobserver::fifo(&path, 2).expect("a named pipe");
        let mut client = Jobserver::join(server.auth()).expect("it is there");
        assert!(client.take().expect("a pool").is_some());
        assert_eq!(count(&mut server), 1);
        server.fill(2).expect("room");
        assert_eq!(count(&mut client), 2);
        drop(server);
        assert!(!path.exists());
        assert!(Jobserver::join(client.auth()).is_none());
    }

    #[test]
    fn numbers_that_are_something_else_are_no_pool() {
        let one = Jobserver::pipe(1).expect("a pipe");
        let two = Jobserver::pipe(1).expect("a pipe");
        let (Auth::Descriptors(read, _), Auth::Descriptors(_, write)) = (one.auth(), two.auth())
        else {
            panic!("not by descriptors");
        };
        assert!(Jobserver::join(&Auth::Descriptors(*read, *write)).is_none());
        assert!(Jobserver::join(&Auth::Descriptors(900, 901)).is_none());
        let file = tempfile::NamedTempFile::new().expect("a file");
        let number = file.as_raw_fd() as u32;
        assert!(Jobserver::join(&Auth::Descriptors(number, number)).is_none());
        assert!(Jobserver::join(&Auth::Fifo(file.path().into())).is_none());
    }
}
