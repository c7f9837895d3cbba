//! Signals to and from this process: which were ignored at start, sending to
//! groups, dying by one.

use std::fs;

use nix::sys::signal::{self, SaFlags, SigAction, SigHandler, SigSet, Signal};
use nix::unistd::Pid;

/// True where the caller had this signal ignored (`nohup`): it stays so.
pub fn is_ignored(signal: Signal) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal as u32 - 1)) != 0)
}

/// Sends `signal` to a whole process group; a group that is gone is fine.
pub fn send_to_group(group: u32, signal: Signal) {
    let _ = signal::killpg(Pid::from_raw(group as i32), signal);
}

/// Ends this process by `signal`, so that a calling shell sees it.
pub fn die_by(signal: Signal) {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: the default action is installed, so no handler of ours can run.
    #[expect(unsafe_code, reason = "sigaction is unsafe in every wrapper")]
    let installed = unsafe { signal::sigaction(signal, &default) };
    if installed.is_ok() {
        let _ = signal::raise(signal);
    }
}

/// `SIGKILL` for 9; the number where it has no name.
pub fn name(number: i32) -> String {
    match Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_string(),
        Err(_) => format!("signal {number}"),
    }
}
