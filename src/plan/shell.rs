//! The shell of a task as words. Knows no templates and starts nothing.

use std::path::Path;
use std::sync::Arc;

use crate::model::{Problem, Task};

/// The shell that a task names.
pub(super) fn own(task: &Task) -> Option<&str> {
    task.shell.as_deref().filter(|shell| !shell.trim().is_empty())
}

/// True where a file names its interpreter itself.
pub(super) fn has_shebang(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|text| text.starts_with(b"#!"))
}

/// A program and its flags, taken apart as a shell would.
pub(super) fn words(task: &Task, text: &str) -> Result<Arc<[String]>, Problem> {
    match shell_words::split(text) {
        Ok(words) if !words.is_empty() => Ok(words.into()),
        _ => Err(Problem::new(
            "plan::shell",
            format!("`shell` of task `{}` is not a command line: {text}", task.name),
        )
        .at(&task.spot, "this task")
        .help("close the quote, for example `shell = \"bash -c\"`")),
    }
}
