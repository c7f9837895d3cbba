//! `generate git-pre-commit`: a script for git's hooks.

use std::fs;
use std::path::PathBuf;

use super::git::{git, root};
use super::{failed, make_executable, program, say, told, write};
use crate::cli::grammar::generate::HookArgs;
use crate::cli::verbs::call::Call;
use crate::model::{Exit, Problem};

/// Hooks that git hands a file with the message to.
const WITH_MESSAGE: [&str; 4] =
    ["applypatch-msg", "commit-msg", "prepare-commit-msg", "sendemail-validate"];

/// Prints or writes it; what was there stays as `HOOK.old`.
///
/// # Errors
/// There is no repository, or the file cannot be written.
pub(super) fn run(call: Call<'_>, args: &HookArgs) -> Result<Exit, Problem> {
    let script = script(program(call), args);
    if !args.write {
        say(&script);
        return Ok(Exit::Success);
    }
    let path = hooks()?.join(&args.hook);
    let quiet = call.global.is_quiet();
    if path.exists() {
        let old = path.with_extension("old");
        if !quiet {
            say(&format!("Moving existing hook to {:?}", old.file_name().unwrap_or_default()));
        }
        fs::rename(&path, &old).map_err(|error| failed("rename", &path, &error))?;
    }
    write(&path, &script)?;
    make_executable(&path)?;
    if !quiet {
        told(&path);
    }
    Ok(Exit::Success)
}

fn script(program: &str, args: &HookArgs) -> String {
    let mut words = vec![program.to_string()];
    words.extend(args.flags.iter().map(|flag| shell_words::quote(flag).into_owned()));
    words.push(format!("run {}", args.task));
    if WITH_MESSAGE.contains(&args.hook.as_str()) {
        words.push("\"$1\"".to_string());
    }
    format!(
        "#!/bin/sh\n\
         STAGED=\"$(git diff-index --cached --name-only -z HEAD | xargs -0)\"\n\
         export STAGED\n\
         export MISE_PRE_COMMIT=1\n\
         exec {}\n",
        words.join(" ")
    )
}

/// Where git looks for them.
fn hooks() -> Result<PathBuf, Problem> {
    let top = root()?;
    let place = git(&["-C", &top.to_string_lossy(), "rev-parse", "--git-path", "hooks"])?;
    Ok(top.join(place))
}
