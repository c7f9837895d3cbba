//! `completion`: the script that makes a shell ask for completions. The texts,
//! and where each shell looks for them, are the library's, as in mise.

use std::io::Write as _;

use usage_argv::install::{
    Env, Error, Installed, Loading, OnForeign, Platform, Wrote, plan, write,
};
use usage_argv::script::script;

use crate::cli::diagnostics::Voice;
use crate::cli::grammar::completion::CompletionArgs;
use crate::model::{Dialect, Exit, Problem};
use crate::sys::Context;

/// Prints the script, or writes it where the shell looks for it.
///
/// # Errors
/// A file of somebody else in its place, a directory that cannot be written.
pub(in crate::cli) fn run(
    ctx: &Context,
    grammar: Dialect,
    args: &CompletionArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let Some(shell) = args.shell() else {
        return Ok(Exit::Usage);
    };
    let name = grammar.as_str();
    let text = script(name, shell);
    if !args.install {
        let _ = std::io::stdout().write_all(text.as_bytes());
        return Ok(Exit::Success);
    }
    let variables = ctx.env.iter().filter_map(|(k, v)| Some((k.to_str()?.into(), v.into())));
    let env = Env::new(Platform::current(), variables);
    let plan = plan(name, shell, &env).map_err(|error| vec![problem(name, &error)])?;
    let foreign = if args.force { OnForeign::Overwrite } else { OnForeign::Refuse };
    let done = write(&plan, &text, foreign).map_err(|error| vec![problem(name, &error)])?;
    say(&done, voice);
    Ok(Exit::Success)
}

/// What has happened, and what is left to do by hand.
fn say(done: &Installed, voice: &Voice) {
    voice.say(&format!("installing to {}", done.plan.path.display()));
    if done.wrote == Wrote::Unchanged {
        voice.say("already up to date");
    }
    if let Loading::Manual { line, file, .. } = &done.plan.loading {
        voice.say(&format!("\nadd this to {file}, once:\n\n{line}\n"));
    }
    if let Some(note) = done.plan.note {
        voice.say(&format!("note: {note}"));
    }
}

fn problem(name: &str, error: &Error) -> Problem {
    match error {
        Error::Foreign { path } => {
            let path = path.display();
            let theirs = "was not written by usage, so it was left alone\n\n\
                          Pass --force to replace it, or redirect the script yourself.";
            let text = format!("{path} is not a script of {name}, and stays as it is");
            Problem::new("completion::foreign", text)
                .reference(format!("{path} {theirs}"))
                .help("`--force` replaces it; without `--install` the script is printed")
        }
        error => Problem::new("completion::install", error.to_string())
            .help("without `--install` the script is printed, for a place of your own"),
    }
}
