//! `generate task-docs`: the tasks of this directory as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{failed, say, told, write};
use crate::cli::grammar::generate::DocsArgs;
use crate::cli::load;
use crate::cli::verbs::{call::Call, shown};
use crate::config::Loaded;
use crate::config::env::{Evaluator, Late};
use crate::model::{Exit, Problem, Scope, Task};

const BEGIN: &str = "<!-- mise-tasks -->";
const END: &str = "<!-- /mise-tasks -->";

/// A task and its section.
struct Section {
    task: Task,
    description: String,
    text: String,
}

/// Prints or writes it.
///
/// # Errors
/// A task that cannot be described, and files that cannot be written: nothing
/// is written in the first case.
pub(super) fn run(call: Call<'_>, args: &DocsArgs) -> Result<Exit, Vec<Problem>> {
    let Call { ctx, global, voice, .. } = call;
    let loaded = load(ctx, global, &call.options(), voice)?;
    loaded.project.warnings.iter().for_each(|w| voice.warn(w));
    if !loaded.project.problems.is_empty() {
        return Err(loaded.project.problems);
    }
    let mut warnings = Vec::new();
    let sections = sections(call, &loaded, &mut warnings).map_err(|p| vec![p]);
    warnings.iter().for_each(|warning| voice.warn(warning));
    out(args, &sections?).map_err(|p| vec![p])?;
    Ok(Exit::Success)
}

/// Only what files of the very directory define, as in mise.
fn sections(
    call: Call<'_>,
    loaded: &Loaded,
    warnings: &mut Vec<String>,
) -> Result<Vec<Section>, Problem> {
    let here = |task: &&Task| {
        !task.hide && task.root.scope == Scope::Project && task.root.dir == call.ctx.cwd
    };
    let mut evaluator = Evaluator::new(call.ctx, loaded, Late::Keep);
    let scripts = !loaded.settings.hides_script_args;
    let mut section = |task: Task| {
        let declaration = shown::declaration(&task, &mut evaluator, scripts, warnings)?;
        let description = shown::text(&task, &task.description, &mut evaluator).into_owned();
        Ok(Section { task, description, text: declaration.markdown()? })
    };
    loaded.project.tasks.iter().filter(here).map(Task::by_own_name).map(&mut section).collect()
}

fn out(args: &DocsArgs, sections: &[Section]) -> Result<(), Problem> {
    let texts: Vec<&str> = sections.iter().map(|section| section.text.as_str()).collect();
    let page = texts.join("\n\n");
    let Some(path) = args.output.as_ref().map(Path::new) else {
        say(&page);
        return Ok(());
    };
    if args.multi {
        return many(path, args.index, sections);
    }
    let text = if args.inject { injected(path, &page)? } else { page + "\n" };
    write(path, &text)?;
    told(path);
    Ok(())
}

/// A file for each task.
fn many(dir: &Path, with_index: bool, sections: &[Section]) -> Result<(), Problem> {
    if !dir.is_dir() {
        let text = "`--output` must be a directory when `--multi` is set";
        return Err(Problem::new("docs::multi", text)
            .help(format!("there is no directory {}", dir.display())));
    }
    let mut index = String::from("# Tasks\n\n");
    for Section { task, description, text } in sections {
        let name = format!("{}.md", task.name.replace([':', '/'], "-"));
        let path = dir.join(&name);
        write(&path, text)?;
        told(&path);
        let about = if description.is_empty() { "" } else { " - " };
        let _ = writeln!(index, "- [{}](./{name}){about}{description}", task.name);
    }
    if with_index {
        let path = dir.join("index.md");
        write(&path, &index)?;
        told(&path);
    }
    Ok(())
}

/// The file with the page between the two comments.
fn injected(path: &Path, page: &str) -> Result<String, Problem> {
    let text = fs::read_to_string(path).map_err(|error| failed("read_to_string", path, &error))?;
    let shown = path.display();
    let Some((before, rest)) = text.split_once(BEGIN) else {
        let said = format!(
            "{shown} does not contain the `{BEGIN}` marker required by --inject, add:\n{BEGIN}\n{END}"
        );
        return Err(Problem::new("docs::marker", said));
    };
    let Some((_, after)) = rest.split_once(END) else {
        let said = format!(
            "{shown} contains `{BEGIN}` but no `{END}` after it, --inject requires both markers"
        );
        return Err(Problem::new("docs::marker", said).help(format!("add {END}")));
    };
    Ok(format!("{before}{BEGIN}\n{page}\n{END}{after}"))
}
