//! How soon this thread gets a core when there is something for it to do. Knows nothing of what
//! that is.

/// From now on this thread takes short turns at a core, and so need not wait for others to end
/// theirs: each process that ends leaves a core idle until we have started the next one. What it
/// starts, threads and processes, takes turns of the usual length. Only Linux from 6.12 on
/// listens; where it is refused, nothing is different.
#[cfg(target_os = "linux")]
pub fn take_short_ones() {
    use nix::libc;

    /// Of one turn, in nanoseconds: some ten times what it takes to start a process.
    const SHORT: u64 = 300_000;

    const SIZE: u32 = size_of::<libc::sched_attr>() as u32;
    let mut now = std::mem::MaybeUninit::<libc::sched_attr>::zeroed();
    // SAFETY: the call fills in no more than the size that it is told, and zeroes are a valid
    // value for what it does not.
    #[expect(unsafe_code, reason = "no wrapper asks for it")]
    let mut attributes = unsafe {
        if libc::syscall(libc::SYS_sched_getattr, 0, now.as_mut_ptr(), SIZE, 0) != 0 {
            return;
        }
        now.assume_init()
    };
    // Whoever has chosen another order has the last word; and what a thread with an
    // advantage starts would lose that with the short turns.
    if attributes.sched_policy != libc::SCHED_OTHER as u32 || attributes.sched_nice < 0 {
        return;
    }
    attributes.sched_flags = libc::SCHED_FLAG_RESET_ON_FORK as u64;
    attributes.sched_runtime = SHORT;
    // SAFETY: the call reads what it is given, which outlives it.
    #[expect(unsafe_code, reason = "no wrapper sets it")]
    unsafe {
        libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0);
    }
}

/// Nobody else listens.
#[cfg(not(target_os = "linux"))]
pub fn take_short_ones() {}
