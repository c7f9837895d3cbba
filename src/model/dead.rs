//! A run that was killed, as data: what its processes are known by.

/// The variable by which a process is known as one of a run: `ID/JOB`.
pub const RUN_VARIABLE: &str = "MEP_RUN";

/// What a run has left on record that ended without a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadRun {
    /// Its id, in the environment of its processes.
    pub id: String,
    /// The session it ran in.
    pub session: u32,
    /// Process groups, and when each was there for certain: clock ticks since
    /// the machine started.
    pub groups: Vec<(u32, u64)>,
}
