//! What a task must not touch, as it is written. Knows no kernel.

use super::Absent;

/// The `deny_*`, `allow_*` and `pass_through_env` keys of a task, of the
/// settings, or of the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Files are not read.
    pub deny_read: bool,
    /// Files are not written.
    pub deny_write: bool,
    /// Nothing goes over the network.
    pub deny_net: bool,
    /// Variables are not inherited.
    pub deny_env: bool,
    /// Read all the same; templates, relative to the task's directory.
    pub allow_read: Vec<String>,
    /// Written all the same; as `allow_read`.
    pub allow_write: Vec<String>,
    /// Hosts that are reached all the same.
    pub allow_net: Vec<String>,
    /// Variables that are inherited all the same; `*` stands for any text.
    pub allow_env: Vec<String>,
    /// As `allow_env`, but not a reason to deny the others.
    pub pass_through_env: Vec<String>,
}

impl Absent for Sandbox {
    fn absent() -> &'static Self {
        static NONE: Sandbox = Sandbox {
            deny_read: false,
            deny_write: false,
            deny_net: false,
            deny_env: false,
            allow_read: Vec::new(),
            allow_write: Vec::new(),
            allow_net: Vec::new(),
            allow_env: Vec::new(),
            pass_through_env: Vec::new(),
        };
        &NONE
    }
}

impl Sandbox {
    /// `deny_all`
    pub fn deny_all(&mut self) {
        self.deny_read = true;
        self.deny_write = true;
        self.deny_net = true;
        self.deny_env = true;
    }

    /// Adds what another one says: what either denies is denied, what either
    /// allows is allowed.
    pub fn add(&mut self, other: &Self) {
        self.deny_read |= other.deny_read;
        self.deny_write |= other.deny_write;
        self.deny_net |= other.deny_net;
        self.deny_env |= other.deny_env;
        self.allow_read.extend_from_slice(&other.allow_read);
        self.allow_write.extend_from_slice(&other.allow_write);
        self.allow_net.extend_from_slice(&other.allow_net);
        self.allow_env.extend_from_slice(&other.allow_env);
        self.pass_through_env.extend_from_slice(&other.pass_through_env);
    }

    /// Nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
