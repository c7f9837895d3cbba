//! What can be typed for `completion`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use usage_argv::complete::Shell;

pub(in crate::cli) const COMPLETION_EXAMPLES: &str = "\
Examples:
  mep completion zsh --install     write the script where zsh finds it
  mep completion bash              print it
  source <(mep completion bash)    use it in this shell
  mep completion fish | source     the same in fish";

/// The shells there are scripts for; `pwsh` is `powershell`.
const SHELLS: [&str; 5] = ["bash", "fish", "powershell", "pwsh", "zsh"];

/// `completion`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct CompletionArgs {
    /// The shell
    #[arg(
        value_name = "SHELL", required_unless_present = "shell_flag",
        value_parser = PossibleValuesParser::new(SHELLS)
    )]
    shell: Option<String>,
    /// Write the script where the shell looks for it, instead of printing it.
    /// No file of yours is edited: what the shell has to be told is printed
    #[arg(long)]
    pub(in crate::cli) install: bool,
    /// Replace a file that is not such a script
    #[arg(long, requires = "install")]
    pub(in crate::cli) force: bool,
    /// Accepted for mise's sake: the same as SHELL
    #[arg(
        short = 's', long = "shell", value_name = "SHELL", hide = true,
        conflicts_with = "shell", value_parser = PossibleValuesParser::new(SHELLS)
    )]
    shell_flag: Option<String>,
    /// Accepted for mise's sake: nothing else is needed anyway
    #[arg(long, hide = true)]
    include_bash_completion_lib: bool,
    /// Accepted for mise's sake
    #[arg(long, hide = true)]
    usage: bool,
}

impl CompletionArgs {
    /// The shell that was named.
    pub(in crate::cli) fn shell(&self) -> Option<Shell> {
        Shell::from_name(self.shell.as_ref().or(self.shell_flag.as_ref())?)
    }
}
