//! What can be typed for `env`.

use clap::{Args, ValueEnum};

pub(in crate::cli) const ENV_EXAMPLES: &str = "\
Examples:
  eval \"$(mep env -s bash)\"   take the environment of the project into this shell
  mep env --json              as JSON
  mep env --explain           which line of which file has set what";

pub(in crate::cli) const HOOK_ENV_EXAMPLES: &str = "\
Examples:
  PROMPT_COMMAND='eval \"$(mep hook-env -s bash)\"'
                              in ~/.bashrc: each prompt has the environment of its directory
  mep hook-env -s fish | source
                              the same once, in fish";

/// `env`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct EnvArgs {
    /// As NAME=value lines, without PATH
    #[arg(short = 'D', long)]
    pub(in crate::cli) dotenv: bool,
    /// As JSON
    #[arg(short = 'J', long)]
    pub(in crate::cli) json: bool,
    /// As JSON, with the file that each variable comes from
    #[arg(long)]
    pub(in crate::cli) json_extended: bool,
    /// For this shell [default: the one that $SHELL names]
    #[arg(short, long, value_name = "SHELL")]
    pub(in crate::cli) shell: Option<Shell>,
    /// Only variables that are to be hidden; their values are shown
    #[arg(long)]
    pub(in crate::cli) redacted: bool,
    /// Only the values
    #[arg(long)]
    pub(in crate::cli) values: bool,
    /// For people: each variable with the line that has set it, secrets hidden
    #[arg(long, conflicts_with_all = ["dotenv", "json", "json_extended", "shell", "values"])]
    pub(in crate::cli) explain: bool,
    /// Tools beside those of the configuration, for a real mise
    #[arg(value_name = "TOOL@VERSION")]
    pub(in crate::cli) tools: Vec<String>,
}

/// `hook-env`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct HookEnvArgs {
    /// For this shell [default: the one that $SHELL names]
    #[arg(short, long, value_name = "SHELL")]
    pub(in crate::cli) shell: Option<Shell>,
    /// Accepted for mise's sake: it is looked at each time
    #[arg(short, long, hide = true)]
    force: bool,
    /// Accepted for mise's sake
    #[arg(long, hide = true)]
    status: bool,
    /// Accepted for mise's sake
    #[arg(long, hide = true, value_name = "REASON")]
    reason: Option<String>,
    /// Accepted for mise's sake
    #[arg(long, hide = true, value_name = "PID")]
    shell_pid: Option<u32>,
}

/// Shells that can take an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Shell {
    Bash,
    Elvish,
    Fish,
    Nu,
    Xonsh,
    Zsh,
    Pwsh,
    Powershell,
}
