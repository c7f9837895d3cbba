//! Signals to and from this process: which were ignored at start, sending to
//! groups, dying by one.

use nix::libc;
use nix::sys::signal::{self, SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal};
use nix::unistd::Pid;

/// Makes a call while these signals are blocked in this thread, and in what
/// the call starts.
pub(super) fn with_blocked<T>(signals: &[Signal], call: impl FnOnce() -> T) -> T {
    with_mask(SigmaskHow::SIG_BLOCK, signals, call)
}

/// Makes a call while these signals, which are blocked, are let through.
pub(super) fn with_unblocked<T>(signals: &[Signal], call: impl FnOnce() -> T) -> T {
    with_mask(SigmaskHow::SIG_UNBLOCK, signals, call)
}

fn with_mask<T>(how: SigmaskHow, signals: &[Signal], call: impl FnOnce() -> T) -> T {
    let set: SigSet = signals.iter().copied().collect();
    let before = set.thread_swap_mask(how);
    let result = call();
    let _ = before.map(|mask| mask.thread_set_mask());
    result
}

/// True where one of these signals was sent, and waits because it is blocked.
pub(super) fn is_pending(signals: &[Signal]) -> bool {
    let mut set = std::mem::MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: the call fills in the set it is given; a zeroed one is a valid
    // value where it fails.
    #[expect(unsafe_code, reason = "no wrapper asks for it")]
    let set = unsafe {
        libc::sigpending(set.as_mut_ptr());
        SigSet::from_sigset_t_unchecked(set.assume_init())
    };
    signals.iter().any(|signal| set.contains(*signal))
}

/// True where the caller had this signal ignored (`nohup`): it stays so.
pub fn is_ignored(signal: Signal) -> bool {
    action_of(signal as i32) == libc::SIG_IGN
}

/// What becomes of a signal here: a handler, or one of the system's answers.
pub(super) fn action_of(number: i32) -> libc::sighandler_t {
    let mut now = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action the call only fills in the current one,
    // and a zeroed sigaction is a valid value where it fails.
    #[expect(unsafe_code, reason = "no wrapper asks without setting")]
    let now = unsafe {
        libc::sigaction(number, std::ptr::null(), now.as_mut_ptr());
        now.assume_init()
    };
    now.sa_sigaction
}

/// Sends `signal` to a whole process group; a group that is gone is fine.
pub fn send_to_group(group: u32, signal: Signal) {
    let _ = signal::killpg(Pid::from_raw(group as i32), signal);
}

/// Asks a whole process group to end. One that stands still hears of it only
/// when it goes on.
pub fn end_group(group: u32, signal: Signal) {
    send_to_group(group, signal);
    send_to_group(group, Signal::SIGCONT);
}

/// Sends `signal` to one process; one that is gone is fine.
pub fn send_to_process(pid: u32, signal: Signal) {
    let _ = signal::kill(Pid::from_raw(pid as i32), signal);
}

/// True while there is a process of that number.
pub fn process_exists(pid: u32) -> bool {
    signal::kill(Pid::from_raw(pid as i32), None).is_ok()
}

/// Sets what becomes of `signal` here; `None` where that is refused.
fn replace(signal: Signal, action: &SigAction) -> Option<SigAction> {
    // SAFETY: all that is ever set is the default, to ignore, or what was set
    // before: no new handler.
    #[expect(unsafe_code, reason = "sigaction is unsafe in every wrapper")]
    let before = unsafe { signal::sigaction(signal, action) };
    before.ok()
}

fn action(handler: SigHandler) -> SigAction {
    SigAction::new(handler, SaFlags::empty(), SigSet::empty())
}

/// Stops this process, or with it its whole group, until somebody lets it go
/// on; where nobody could, it goes on at once.
pub fn stop_here(signal: Signal, whole_group: bool) {
    let Some(before) = replace(signal, &action(SigHandler::SigDfl)) else {
        return;
    };
    if whole_group {
        send_to_own_group(signal);
    } else {
        let _ = signal::raise(signal);
    }
    replace(signal, &before);
}

/// Sends `signal` to our own group, as the terminal would have done had our
/// children been in it; us included.
pub fn send_to_own_group(signal: Signal) {
    // Not by its number: in a container that can be 1, which means everybody.
    let _ = signal::kill(Pid::from_raw(0), signal);
}

/// True while a process of the group is left.
pub fn group_exists(group: u32) -> bool {
    signal::killpg(Pid::from_raw(group as i32), None).is_ok()
}

/// Passes a Ctrl-C on to our own group, but not to ourselves: scripts that
/// called us have to hear of it.
pub fn tell_own_group(signal: Signal) {
    if replace(signal, &action(SigHandler::SigIgn)).is_some() {
        send_to_own_group(signal);
    }
}

/// Makes a call while a signal does nothing to this process.
pub fn while_ignored<T>(signal: Signal, call: impl FnOnce() -> T) -> T {
    let before = replace(signal, &action(SigHandler::SigIgn));
    let result = call();
    before.and_then(|before| replace(signal, &before));
    result
}

/// Ends this process by `signal`, so that a calling shell sees it.
pub fn die_by(signal: Signal) {
    if replace(signal, &action(SigHandler::SigDfl)).is_some() {
        let _ = signal::raise(signal);
    }
}

/// `Killed` for 9: the system's own words.
pub fn description(number: i32) -> String {
    // SAFETY: the text is constant, or made for this thread alone.
    #[expect(unsafe_code, reason = "the words are only to be had from the C library")]
    let text = unsafe {
        let text = libc::strsignal(number);
        if text.is_null() { c"Unknown signal" } else { std::ffi::CStr::from_ptr(text) }
    };
    text.to_string_lossy().into_owned()
}

/// `SIGKILL` for 9; the number where it has no name.
pub fn name(number: i32) -> String {
    match Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_string(),
        Err(_) => format!("signal {number}"),
    }
}
