//! `log`: what a task wrote when it ran last, byte for byte.

use std::io::{self, Write};

use super::past::{Past, command_line};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::record::LogArgs;
use crate::model::{Dialect, Exit, Problem};
use crate::record::{Chunk, State, Story, TaskStory};
use crate::sys::Context;

/// Writes it to the streams that the task wrote it to.
///
/// # Errors
/// Where the task is unknown, has not run, or what it wrote is not on record.
pub(in crate::cli) fn run(
    ctx: &Context,
    grammar: Dialect,
    global: &Global,
    args: &LogArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let past = Past::new(ctx, grammar, global, voice);
    let (story, tasks) = find(&past, args).map_err(|problem| vec![problem])?;
    let several = tasks.len() > 1;
    for task in &tasks {
        if several {
            let _ = writeln!(io::stdout(), "==> {} <==", task.label);
        }
        write(&story, task, args, voice).map_err(|problem| vec![problem])?;
    }
    Ok(Exit::Success)
}

/// The run that is asked for, and what of the task is in it.
fn find(past: &Past<'_>, args: &LogArgs) -> Result<(Story, Vec<TaskStory>), Problem> {
    let chosen = match args.run.as_deref() {
        Some(run) => Some(past.run(Some(run))?),
        None => None,
    };
    let name = past.task(&args.task)?;
    let mine = |task: &&TaskStory| {
        let words = args.args.is_empty() || task.args == args.args;
        (task.name == name || task.label == args.task) && words && task.has_worked()
    };
    let of = |story: Story| {
        let tasks: Vec<TaskStory> = story.tasks.iter().filter(mine).cloned().collect();
        (!tasks.is_empty()).then_some((story, tasks))
    };
    match chosen {
        Some(story) => {
            let text = format!("`{}` did not run in `{}`", args.task, command_line(&story));
            let help = format!("`mep last {}` shows what did", story.head.id);
            of(story).ok_or_else(|| Problem::new("record::not-run", text).help(help))
        }
        None => past.all().find_map(of).ok_or_else(|| {
            let nothing = past.nothing();
            if past.all().next().is_none() {
                return nothing;
            }
            let text = format!("no run of `{}` is on record", args.task);
            Problem::new("record::not-run", text).help("`mep last --list` shows what has run")
        }),
    }
}

fn write(story: &Story, task: &TaskStory, args: &LogArgs, voice: &Voice) -> Result<(), Problem> {
    let all = args.stdout == args.stderr;
    let (mut out, mut err) = (io::stdout().lock(), io::stderr());
    let mut wrote = false;
    let done = story.output(task, &mut |chunk| {
        wrote = true;
        match chunk {
            Chunk::Out(bytes) if all || args.stdout => {
                out.write_all(bytes).and_then(|()| out.flush())
            }
            Chunk::Err(bytes) if all || args.stderr => err.write_all(bytes),
            Chunk::Out(_) | Chunk::Err(_) => Ok(()),
            Chunk::Dropped(bytes) => {
                voice.say(&format!("({bytes} bytes in between were not kept)"));
                Ok(())
            }
        }
    });
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            let log = story.log().display();
            Err(Problem::new("record::log", format!("{log} cannot be read: {error}")))
        }
        Ok(()) if wrote => Ok(()),
        Ok(()) if task.direct => {
            let text = format!(
                "`{}` wrote to the streams of mep itself, so what it wrote is not on record",
                task.label
            );
            let help = format!("`mep run -o prefix {}` keeps it", task.rerun);
            Err(Problem::new("record::direct", text).help(help))
        }
        Ok(()) => {
            let so_far = if story.state == State::Running { " so far" } else { "" };
            voice.say(&format!("`{}` has written nothing{so_far}", task.label));
            Ok(())
        }
    }
}
