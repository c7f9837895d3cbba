//! A child in a process group of its own, made the way `posix_spawn` makes one:
//! it borrows our memory until it has become its program. Done here because
//! the C library asks the system some hundred questions for each child that
//! need one answer for all of them: what becomes of every signal, how many
//! files may be open. Knows one process, no order.

use std::cell::RefCell;
use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::ptr;
use std::sync::{Arc, OnceLock};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::libc::{self, c_char, c_int, c_void};
use nix::sys::stat::Mode;
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, pipe2};

use super::{Child, Plug, Spawn};
use crate::model::EnvMap;
use crate::sys::signal;

/// Room for the child's few calls.
const STACK: usize = 32 * 1024;

/// Starts a child.
///
/// # Errors
/// What the operating system says of the program or the directory.
pub fn spawn(spec: &Spawn<'_>) -> io::Result<Child> {
    let program = text(spec.program.as_os_str())?;
    let cwd = text(spec.cwd.as_os_str())?;
    let words = std::iter::once(spec.arg0).chain(spec.args.iter().map(OsString::as_os_str));
    let words = words.map(text).collect::<io::Result<Vec<_>>>()?;
    let own = own_variables(spec.extra)?;
    let env = prepared(spec.env, |env| env.with(&own))?;
    let Plugs { ours, theirs } = Plugs::new(spec.streams)?;
    let order = Order {
        program: program.as_ptr(),
        argv: pointers(&words),
        env,
        cwd: cwd.as_ptr(),
        streams: theirs.each_ref().map(|end| end.as_ref().map(End::number)),
        inherit: spec.inherit,
        error: 0,
    };
    let pid = order.carry_out()?;
    let [stdout, stderr] = ours;
    Ok(Child { pid, stdout, stderr })
}

/// Starts a program that gets no descriptor but its streams.
///
/// # Errors
/// What the operating system says.
pub fn start(command: &mut Command) -> io::Result<std::process::Child> {
    command.spawn()
}

fn text(text: &OsStr) -> io::Result<CString> {
    terminated(text.as_bytes().to_vec())
}

fn terminated(text: Vec<u8>) -> io::Result<CString> {
    // In the words of the standard library.
    let nul = |_| io::Error::new(io::ErrorKind::InvalidInput, "nul byte found in provided data");
    CString::new(text).map_err(nul)
}

fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
}

// ---- the environment -------------------------------------------------------

/// A variable as the system wants it, and how long its name is.
struct Variable {
    text: CString,
    name: usize,
}

impl Variable {
    fn new(name: &OsStr, value: &OsStr) -> io::Result<Self> {
        let text = [name.as_bytes(), b"=", value.as_bytes()].concat();
        Ok(Self { text: terminated(text)?, name: name.len() })
    }

    fn name(&self) -> &[u8] {
        &self.text.as_bytes()[..self.name]
    }
}

/// Variables by name.
struct Block(Vec<Variable>);

impl Block {
    fn new<'e>(pairs: impl Iterator<Item = (&'e OsStr, &'e OsStr)>) -> io::Result<Self> {
        let all = pairs.map(|(name, value)| Variable::new(name, value));
        let mut all = all.collect::<io::Result<Vec<_>>>()?;
        all.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(Self(all))
    }

    /// All of them, with `own` in the place of those of the same names.
    fn with(&self, own: &Self) -> Vec<*const c_char> {
        let mut all = Vec::with_capacity(self.0.len() + own.0.len() + 1);
        let mut rest = own.0.iter().peekable();
        for variable in &self.0 {
            while let Some(own) = rest.next_if(|own| own.name() < variable.name()) {
                all.push(own.text.as_ptr());
            }
            if rest.peek().is_none_or(|own| own.name() != variable.name()) {
                all.push(variable.text.as_ptr());
            }
        }
        all.extend(rest.map(|own| own.text.as_ptr()));
        all.push(ptr::null());
        all
    }
}

/// Of the same name the last one counts.
fn own_variables(extra: &[(OsString, OsString)]) -> io::Result<Block> {
    let mut block = Block::new(extra.iter().rev().map(|(k, v)| (k.as_os_str(), v.as_os_str())))?;
    block.0.dedup_by(|a, b| a.name() == b.name());
    Ok(block)
}

/// Lends the variables of `env` in the form that the system wants; the tasks of
/// a run share most of theirs, so the last form is kept.
fn prepared<T>(env: &Arc<EnvMap>, then: impl FnOnce(&Block) -> T) -> io::Result<T> {
    thread_local! {
        // It keeps the map, too: so nobody else has its address.
        static LAST: RefCell<Option<(Arc<EnvMap>, Block)>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        let known = last.take_if(|(of, _)| Arc::ptr_eq(of, env));
        let block = match known {
            Some((_, block)) => block,
            None => Block::new(env.iter())?,
        };
        Ok(then(&last.insert((Arc::clone(env), block)).1))
    })
}

// ---- the streams -----------------------------------------------------------

/// What a stream of the child is to be.
enum End {
    Null(BorrowedFd<'static>),
    Pipe(OwnedFd),
}

impl End {
    fn number(&self) -> RawFd {
        match self {
            Self::Null(fd) => fd.as_raw_fd(),
            Self::Pipe(fd) => fd.as_raw_fd(),
        }
    }
}

/// The streams of one child.
#[derive(Default)]
struct Plugs {
    /// The ends that are ours, of its output and its errors.
    ours: [Option<OwnedFd>; 2],
    /// All of its own; nothing where it has what we have.
    theirs: [Option<End>; 3],
}

impl Plugs {
    fn new(streams: [Plug; 3]) -> io::Result<Self> {
        let mut new = Self::default();
        for (at, plug) in streams.into_iter().enumerate() {
            match plug {
                Plug::Inherit => {}
                Plug::Null => new.theirs[at] = Some(End::Null(nowhere()?)),
                Plug::Pipe => {
                    let (read, write) = pipe2(OFlag::O_CLOEXEC)?;
                    new.theirs[at] = Some(End::Pipe(write));
                    if let Some(end) = at.checked_sub(1) {
                        new.ours[end] = Some(read);
                    }
                }
            }
        }
        Ok(new)
    }
}

/// The null device, open as long as we are.
fn nowhere() -> io::Result<BorrowedFd<'static>> {
    use std::os::fd::AsFd;
    static NULL: OnceLock<OwnedFd> = OnceLock::new();
    if let Some(null) = NULL.get() {
        return Ok(null.as_fd());
    }
    let null = open("/dev/null", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())?;
    Ok(NULL.get_or_init(|| null).as_fd())
}

// ---- the child -------------------------------------------------------------

/// All that the child does, prepared so far that it only makes system calls.
struct Order<'a> {
    program: *const c_char,
    argv: Vec<*const c_char>,
    env: Vec<*const c_char>,
    cwd: *const c_char,
    /// What is put in the place of its streams.
    streams: [Option<RawFd>; 3],
    /// Descriptors that it gets as they are numbered.
    inherit: &'a [BorrowedFd<'a>],
    /// What went wrong.
    error: c_int,
}

/// The signals that we have handlers for. Between its start and its program a
/// child must not run them: they are ours, and so is the memory.
fn handled() -> &'static [c_int] {
    static HANDLED: OnceLock<Vec<c_int>> = OnceLock::new();
    HANDLED.get_or_init(|| {
        let has_handler = |number: &c_int| {
            let action = signal::action_of(*number);
            action != libc::SIG_DFL && action != libc::SIG_IGN
        };
        // Rust has us ignore this one; programs do not expect that.
        (1..=64).filter(|number| *number == libc::SIGPIPE || has_handler(number)).collect()
    })
}

/// What the child is told by.
struct Letter<'a> {
    order: &'a mut Order<'a>,
    handled: &'static [c_int],
    /// The signals that are blocked as long as it is not its program.
    mask: libc::sigset_t,
}

impl<'a> Order<'a> {
    /// Starts it; returns once it has become its program, or has not.
    fn carry_out(mut self) -> io::Result<u32> {
        let handled = handled();
        let mut stack = [const { MaybeUninit::<u8>::uninit() }; STACK];
        let top = stack.as_mut_ptr_range().end;
        // SAFETY: the child has a stack of its own, which lies in this frame and
        // outlives it: with `CLONE_VFORK` this thread goes on only when the child
        // has become its program or has ended. Until then it makes nothing but
        // system calls, on pointers into `self` and what that borrows. No signal
        // handler of ours can run in it: all signals are blocked here, and those
        // with a handler have none in the child before it lets them through.
        #[expect(unsafe_code, reason = "nobody else makes a child without asking for each signal")]
        let (pid, error) = unsafe {
            let mut all = MaybeUninit::<libc::sigset_t>::uninit();
            let mut before = MaybeUninit::<libc::sigset_t>::uninit();
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), before.as_mut_ptr());
            let mask = before.assume_init();
            let order: *mut Order<'a> = &raw mut self;
            let mut letter = Letter { order: &mut *order, handled, mask };
            let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
            let pid = libc::clone(child, top.cast(), flags, (&raw mut letter).cast());
            let refused = Errno::last_raw();
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, ptr::null_mut());
            (pid, if pid < 0 { refused } else { ptr::read_volatile(&raw const (*order).error) })
        };
        if error == 0 {
            return Ok(pid as u32);
        }
        if pid > 0 {
            let _ = waitpid(Pid::from_raw(pid), None);
        }
        Err(io::Error::from_raw_os_error(error))
    }
}

/// The child's life until it is its program.
extern "C" fn child(letter: *mut c_void) -> c_int {
    // SAFETY: `carry_out` passes a `Letter`, and waits while it is read here. All
    // pointers in it are texts with an end, or lists of them with one.
    #[expect(unsafe_code, reason = "the calls of a child that is no program yet")]
    unsafe {
        let letter = &mut *letter.cast::<Letter<'_>>();
        become_program(letter);
        letter.order.error = Errno::last_raw();
        libc::_exit(127)
    }
}

/// Returns only where that failed; `errno` says why then.
#[expect(unsafe_code, reason = "see `child`")]
unsafe fn become_program(letter: &Letter<'_>) {
    let order = &*letter.order;
    // SAFETY: as in `child`; a zeroed action is the default one.
    unsafe {
        let default: libc::sigaction = std::mem::zeroed();
        for number in letter.handled {
            libc::sigaction(*number, &raw const default, ptr::null_mut());
        }
        if libc::setpgid(0, 0) != 0 {
            return;
        }
        for (at, from) in order.streams.iter().enumerate() {
            let Some(from) = *from else { continue };
            if libc::dup2(from, at as c_int) < 0 {
                return;
            }
        }
        for end in order.inherit {
            if libc::fcntl(end.as_raw_fd(), libc::F_SETFD, 0) != 0 {
                return;
            }
        }
        if libc::chdir(order.cwd) != 0 {
            return;
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const letter.mask, ptr::null_mut());
        libc::execve(order.program, order.argv.as_ptr(), order.env.as_ptr());
    }
}
