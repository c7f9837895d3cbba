//! `tasks edit`: the file that defines a task, in the user's editor.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::call::Call;
use crate::app::{script_path, write_empty_script};
use crate::cli::grammar::tasks::EditArgs;
use crate::cli::{dialect, load};
use crate::model::{Dialect, Exit, Problem};
use crate::sys::Context;

/// Opens the file, or prints its path. What is not there yet is made, but as mep
/// not to print its path alone.
///
/// # Errors
/// There is no editor, or it fails.
pub(super) fn run(call: Call<'_>, args: &EditArgs) -> Result<Exit, Vec<Problem>> {
    let Call { ctx, grammar, global, voice } = call;
    let loaded = load(ctx, global, &call.options().whole(), voice)?;
    let dialect = dialect(ctx, grammar);
    let project = &loaded.project;
    if !project.problems.is_empty() && dialect == Dialect::Mise {
        return Err(project.problems.clone());
    }
    let problem = |problem| vec![problem];
    let path = match project.find(&args.task) {
        Some(id) => project.task(id).source_path().to_path_buf(),
        None => {
            let path = script_path(&loaded.task_dirs, &args.task, dialect).map_err(problem)?;
            let makes = !args.path || dialect == Dialect::Mise;
            if makes && !path.exists() {
                write_empty_script(&path).map_err(problem)?;
            }
            path
        }
    };
    if args.path {
        let _ = writeln!(io::stdout(), "{}", path.display());
        return Ok(Exit::Success);
    }
    open(ctx, &path).map_err(problem)
}

fn open(ctx: &Context, path: &PathBuf) -> Result<Exit, Problem> {
    let set = ["VISUAL", "EDITOR"].iter().find_map(|key| ctx.env.get_str(key));
    let text = set.unwrap_or("nano");
    let words = shell_words::split(text).map_err(|_| {
        editor(format!("failed to parse EDITOR/VISUAL value {text:?}: missing closing quote"))
    })?;
    let Some((program, args)) = words.split_first() else {
        return Err(editor("EDITOR/VISUAL is empty".into()));
    };
    let failed = |why: String| {
        let text = format!("failed to open the editor `{text}`: {why}");
        editor(text.clone())
            .reference(format!("{text}\nSet $EDITOR or $VISUAL to an editor mise can run."))
    };
    let status = Command::new(program).args(args).arg(path).current_dir(&ctx.cwd).status();
    let status = status.map_err(|error| failed(error.to_string()))?;
    if status.success() {
        return Ok(Exit::Success);
    }
    let how = match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => format!("ended with {status}"),
    };
    let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    Err(failed(format!("command [{}, {:?}] {how}", words.join(", "), path as &Path)))
}

fn editor(text: String) -> Problem {
    Problem::new("edit::editor", text)
        .help("set VISUAL or EDITOR to your editor, e.g. EDITOR='code --wait'")
}
