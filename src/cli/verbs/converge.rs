//! `converge`: check a state, and bring it about where it is not there. Each
//! step is a run like any other; what `apply` changes of the configuration
//! counts for the check after it.

use std::path::Path;
use std::sync::Arc;

use crate::app::{self, Asked, RunFlags};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::converge::ConvergeArgs;
use crate::cli::{dialect, enter, load, options, query};
use crate::config::Options;
use crate::config::trust::Intent;
use crate::model::{Dialect, Exit, Problem, Project};
use crate::plan::runnable;
use crate::sys::Context;

/// Runs `check`, and `apply` and `check` again where the first one fails.
pub(in crate::cli) fn converge(
    ctx: &Arc<Context>,
    grammar: Dialect,
    global: &Global,
    args: &ConvergeArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let mut ctx = (**ctx).clone();
    if let Some(dir) = &args.dir {
        enter(&mut ctx, dir).map_err(|p| vec![p])?;
    }
    let ctx = Arc::new(ctx);
    let options = running(&ctx, grammar, global);
    let loaded = load(&ctx, global, &options, voice)?;
    loaded.project.warnings.iter().for_each(|w| voice.warn(w));
    for (flag, name) in [("--check", &args.check), ("--apply", &args.apply)] {
        exists(&loaded.project, flag, name, &ctx.cwd).map_err(|p| vec![p])?;
    }
    let quiet = loaded.settings.quiet || loaded.settings.silent;
    let say = |text: &str| {
        if !quiet {
            voice.say(text);
        }
    };
    let step = |name: &str| run(&ctx, grammar, global, name, voice);
    match step(&args.check)? {
        Exit::Task(code) => {
            say(&format!("`{}` ended with {code}: running `{}`", args.check, args.apply));
        }
        Exit::Success => {
            say(&format!("`{}` passed: nothing to do", args.check));
            return Ok(Exit::Success);
        }
        interrupted => return Ok(interrupted),
    }
    match step(&args.apply)? {
        Exit::Success => {}
        failed => {
            say(&format!("`{}` failed: not converged", args.apply));
            return Ok(failed);
        }
    }
    let last = step(&args.check)?;
    match last {
        Exit::Success => say(&format!("`{}` passed: converged", args.check)),
        _ => say(&format!("`{}` failed after `{}`: not converged", args.check, args.apply)),
    }
    Ok(last)
}

fn run(
    ctx: &Arc<Context>,
    grammar: Dialect,
    global: &Global,
    name: &str,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let flags = RunFlags { words: vec![name.to_string()], ..RunFlags::default() };
    let options = running(ctx, grammar, global);
    let mut warn = |text: &str| voice.warn(text);
    let loaded = load(ctx, global, &options, voice)?;
    let dialect = dialect(ctx, grammar);
    let asked = Asked { ctx, dialect, loaded, options: &options, flags: &flags };
    app::run(asked, voice.palette(), &mut warn)
}

/// Whoever converges trusts, as whoever runs does.
fn running(ctx: &Context, grammar: Dialect, global: &Global) -> Options {
    options(global, Intent { runs: true, ..query(ctx, grammar, global) }).whole()
}

/// Both tasks must be there before anything runs.
fn exists(project: &Project, flag: &str, name: &str, dir: &Path) -> Result<(), Problem> {
    if !runnable(project, name).is_empty() {
        return Ok(());
    }
    let text = format!("converge needs a task `{name}`, and there is none in {}", dir.display());
    let help = format!("define it, or name another one with `{flag} TASK`");
    Err(Problem::new("converge::missing-task", text).help(help))
}
