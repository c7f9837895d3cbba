//! `tasks add`: what was typed → a new task.

use super::call::Call;
use crate::app::NewTask;
use crate::cli::grammar::tasks::AddArgs;
use crate::cli::{dialect, load};
use crate::config::edit::Entry;
use crate::model::{Dialect, Exit, Problem};
use crate::sys::Context;

/// Writes the task.
///
/// # Errors
/// Where it cannot be written: nothing is changed then.
pub(super) fn run(call: Call<'_>, args: AddArgs) -> Result<Exit, Vec<Problem>> {
    let Call { ctx, grammar, global, voice } = call;
    let (dialect, force) = (dialect(ctx, grammar), args.force);
    if args.task.is_empty() && dialect == Dialect::Mep {
        let problem = Problem::new("usage::name", "the name of the task is empty");
        return Err(vec![problem.help("`mep tasks add NAME -- COMMAND`")]);
    }
    let (name, is_file) = (args.task.clone(), args.file);
    let task = new_task(args, &flags_behind(ctx));
    let written = if is_file {
        let loaded = load(ctx, global, &call.options(), voice)?;
        if !loaded.project.problems.is_empty() && dialect == Dialect::Mise {
            return Err(loaded.project.problems);
        }
        task.into_script(&loaded.task_dirs, dialect, force)
    } else {
        task.into_config(ctx, global.env.as_deref(), dialect, force)
    };
    let path = written.map_err(|problem| vec![problem])?;
    if dialect == Dialect::Mep && !global.is_quiet() {
        voice.say(&format!("task `{name}` is in {}", ctx.dirs.tilde(&path)));
    }
    Ok(Exit::Success)
}

/// The words between `add` and `--`. Flags that are also ours mean the task only
/// there, and the grammar does not tell where they stood.
fn flags_behind(ctx: &Context) -> Vec<&str> {
    let words = ctx.words.iter().filter_map(|word| word.to_str());
    words.skip_while(|word| *word != "add").take_while(|word| *word != "--").collect()
}

fn new_task(args: AddArgs, words: &[&str]) -> NewTask {
    let said = |long: &str| words.contains(&long);
    let is_short = |word: &&str| word.starts_with('-') && !word.starts_with("--");
    let q = words.iter().filter(|word| is_short(word)).any(|word| word.contains('q'));
    let mut keys = Vec::new();
    let lists = [
        ("depends", args.depends),
        ("depends_post", args.depends_post),
        ("wait_for", args.wait_for),
        ("alias", args.alias),
        ("sources", args.sources),
        ("outputs", args.outputs),
    ];
    for (key, list) in lists {
        if !list.is_empty() {
            keys.push((key, Entry::List(list)));
        }
    }
    let texts = [
        ("description", args.description),
        ("dir", args.dir),
        ("shell", args.shell),
        ("run_windows", args.run_windows),
    ];
    keys.extend(texts.into_iter().filter_map(|(key, text)| Some((key, Entry::Text(text?)))));
    let flags = [
        ("hide", args.hide),
        ("raw", args.r || said("--raw")),
        ("quiet", q || said("--quiet")),
        ("silent", said("--silent")),
    ];
    keys.extend(flags.into_iter().filter(|(_, is)| *is).map(|(key, _)| (key, Entry::Yes)));
    NewTask { name: args.task, keys, run: args.run }
}
