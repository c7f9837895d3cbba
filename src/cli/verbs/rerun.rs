//! `rerun`: the command line of a run on record once more, or what failed in
//! it. Knows how to put the words together; the run is one like any other.

use std::ffi::OsString;

use super::past::{Past, command_line, typed};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::record::RerunArgs;
use crate::cli::grammar::{self, Global, words};
use crate::cli::{dispatch, enter};
use crate::model::{Dialect, Exit, Problem};
use crate::plan::Shard;
use crate::record::{Story, TaskStory};
use crate::sys::Context;

/// Runs it.
///
/// # Errors
/// Where there is no such run, or its words are not known any more.
pub(in crate::cli) fn run(
    ctx: &Context,
    grammar: Dialect,
    global: &Global,
    args: &RerunArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let past = Past::new(ctx, grammar, global, voice);
    let story = past.run(args.run.as_deref()).map_err(|p| vec![p])?;
    let grammar = Dialect::from_name(&story.head.program);
    let line: Vec<OsString> = whole(&story).into_iter().map(OsString::from).collect();
    let argv = match args.failed {
        false => line,
        true => match failed(&story) {
            tasks if tasks.is_empty() => {
                voice.say(&format!("nothing failed in `{}`", command_line(&story)));
                return Ok(Exit::Success);
            }
            tasks => with_tasks(grammar, &line, &tasks),
        },
    };
    if argv.iter().any(|word| word.to_string_lossy().contains("[redacted]")) {
        let text = format!("a secret is left out of `{}`", command_line(&story));
        let help = "only the words themselves are on record: type them again";
        return Err(vec![Problem::new("record::secret", text).help(help)]);
    }
    let mut ctx = ctx.clone();
    enter(&mut ctx, &story.head.cwd).map_err(|p| vec![p])?;
    ctx.start.clone_from(&ctx.cwd);
    if !global.is_quiet() {
        let words: Vec<String> = argv.iter().map(|w| w.to_string_lossy().into_owned()).collect();
        voice.say(&format!("rerun: {}", typed(&words)));
    }
    ctx.words.clone_from(&argv);
    Ok(dispatch(ctx, grammar, argv))
}

/// The words with the program's name in front.
fn whole(story: &Story) -> Vec<String> {
    std::iter::once(story.head.program.clone()).chain(story.head.words.iter().cloned()).collect()
}

/// What failed, or did not run because something else failed. What is only
/// there because a task calls it fails that task; what was given variables
/// cannot be typed, but what needs it did not run either.
fn failed(story: &Story) -> Vec<&TaskStory> {
    let failed = |task: &&TaskStory| match &task.ended {
        None => task.jobs.iter().any(|job| job.works),
        Some(ended) => match (&*ended.outcome, ended.reason.as_deref()) {
            ("failed", _) => true,
            ("skipped", reason) => matches!(reason, Some("dependency" | "stopped")),
            _ => false,
        },
    };
    story.tasks.iter().filter(failed).filter(|task| !task.called && !task.given_env).collect()
}

/// The words with one part only, where they ask for one of several: what failed was all in it.
fn undivided(mut words: Vec<OsString>) -> Vec<OsString> {
    const FLAG: &str = "--shard";
    for at in 0..words.len() {
        if words[at].to_string_lossy().starts_with("--shard=") {
            words[at] = format!("{FLAG}={}", Shard::WHOLE).into();
        } else if at > 0 && words[at - 1] == FLAG {
            words[at] = Shard::WHOLE.to_string().into();
        }
    }
    words
}

/// The flags of a command line, with these tasks.
fn with_tasks(grammar: Dialect, argv: &[OsString], tasks: &[&TaskStory]) -> Vec<OsString> {
    let (head, words) = words::split_words(&grammar::command(grammar), argv, false);
    let mut all = if words.is_empty() {
        // Some other verb that runs tasks.
        vec![argv[0].clone(), "run".into()]
    } else {
        undivided(head)
    };
    for (at, task) in tasks.iter().enumerate() {
        if at > 0 {
            all.push(":::".into());
        }
        all.push(task.name.clone().into());
        for (at, arg) in task.args.iter().enumerate() {
            if task.dashes == Some(at) {
                all.push("--".into());
            }
            all.push(arg.into());
        }
    }
    all
}
