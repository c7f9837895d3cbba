//! The flags of `run` that close its tasks in. Knows their words only.

use clap::Args;

use crate::model::Sandbox;
use crate::sys::Context;

/// `--deny-*`, `--allow-*`: for every task of the run, over what it says itself.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct SandboxFlags {
    /// Deny reading, writing, the network and variables
    #[arg(long, help_heading = "Sandbox")]
    deny_all: bool,
    /// Tasks read only the system, temporary files and what is allowed
    #[arg(long, help_heading = "Sandbox")]
    deny_read: bool,
    /// Tasks write only temporary files and what is allowed
    #[arg(long, help_heading = "Sandbox")]
    deny_write: bool,
    /// Tasks have no network
    #[arg(long, help_heading = "Sandbox")]
    deny_net: bool,
    /// Tasks get only PATH, HOME, USER, SHELL, TERM, COLORTERM, LANG
    #[arg(long, help_heading = "Sandbox")]
    deny_env: bool,
    /// Tasks may read this; implies --deny-read for the rest
    #[arg(long, value_name = "PATH", help_heading = "Sandbox")]
    allow_read: Vec<String>,
    /// Tasks may write this; implies --deny-write for the rest
    #[arg(long, value_name = "PATH", help_heading = "Sandbox")]
    allow_write: Vec<String>,
    /// Tasks may reach this host; Linux cannot enforce it, so that tasks fail
    #[arg(long, value_name = "HOST", help_heading = "Sandbox")]
    allow_net: Vec<String>,
    /// Tasks get this variable, `*` is any text; implies --deny-env for the rest
    #[arg(long, value_name = "VAR", help_heading = "Sandbox")]
    allow_env: Vec<String>,
}

impl SandboxFlags {
    /// Adds them to what the settings say. Paths are those of this directory.
    pub(in crate::cli) fn apply(&self, sandbox: &mut Sandbox, ctx: &Context) {
        let paths = |list: &[String]| {
            let named = list.iter().filter(|path| !path.is_empty());
            let paths = named.map(|path| ctx.dirs.below(&ctx.cwd, path));
            paths.map(|path| path.to_string_lossy().into_owned()).collect()
        };
        let mut flags = Sandbox {
            deny_read: self.deny_read,
            deny_write: self.deny_write,
            deny_net: self.deny_net,
            deny_env: self.deny_env,
            allow_read: paths(&self.allow_read),
            allow_write: paths(&self.allow_write),
            allow_net: self.allow_net.clone(),
            allow_env: self.allow_env.clone(),
            pass_through_env: Vec::new(),
        };
        if self.deny_all {
            flags.deny_all();
        }
        sandbox.add(&flags);
    }
}
