//! What most targets feed their input to: a project in a scratch directory, loaded and planned as
//! `--dry-run` does, which starts no process. Knows no target.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use mep::app::{self, Asked, RunFlags};
use mep::config::{self, Options};
use mep::model::{Dialect, Problem};
use mep::plan;
use mep::report::Palette;
use mep::sys::Context;

use crate::scratch::context;

/// How many tasks of one input are planned on their own.
const TASKS: usize = 8;

/// A project in a directory that nothing else uses.
pub(crate) struct Scratch {
    context: Arc<Context>,
}

impl Scratch {
    pub(crate) fn new(dir: &Path) -> Self {
        let context = context(dir);
        fs::create_dir_all(context.cwd.join(".mise/tasks")).expect("a project takes directories");
        Scratch { context }
    }

    pub(crate) fn write(&self, path: &str, text: &[u8]) {
        fs::write(self.context.cwd.join(path), text).expect("a scratch project takes files");
    }

    pub(crate) fn write_executable(&self, path: &str, text: &[u8]) {
        self.write(path, text);
        let path = self.context.cwd.join(path);
        fs::set_permissions(path, Permissions::from_mode(0o755)).expect("the file is ours");
    }

    /// Loads the project; plans its first tasks with these words, and all of them together.
    pub(crate) fn plan_all(&self, words: &[&str]) -> String {
        let options = Options::default();
        let load = || config::load(&self.context, &options);
        let loaded = load();
        let mut outcome = first(&loaded.project.problems);
        let tasks = loaded.project.tasks.iter().take(TASKS);
        let names: Vec<String> = tasks.map(|task| task.name.clone()).collect();
        let each = names.iter().map(|name| {
            let words = words.iter().map(|word| (*word).to_owned());
            std::iter::once(name.clone()).chain(words).collect()
        });
        let together = names.join("\n:::\n").split('\n').map(str::to_owned).collect();
        for words in each.chain([together]) {
            let flags = RunFlags { words, dry_run: true, ..RunFlags::default() };
            let (ctx, loaded) = (&self.context, load());
            let (dialect, options, flags) = (Dialect::Mep, &options, &flags);
            let asked = Asked { ctx, dialect, loaded, options, flags };
            let planned = app::run(asked, Palette::plain(), &mut |_| {});
            outcome.push_str(&match planned {
                Ok(_) => " planned".to_owned(),
                Err(problems) => first(&problems),
            });
        }
        outline(&outcome)
    }

    /// The page of help of each task.
    pub(crate) fn help(&self) -> String {
        let loaded = config::load(&self.context, &Options::default());
        let tasks = loaded.project.tasks.iter();
        let helps =
            tasks.map(|task| match plan::help(task, &task.usage, |file| Some(file.into()), &[]) {
                Ok(Some(_)) => "help".to_owned(),
                Ok(None) => "no help".to_owned(),
                Err(problem) => first(&[problem]),
            });
        helps.collect()
    }
}

/// The first problem, checked for what drawing it relies on.
fn first(problems: &[Problem]) -> String {
    for label in problems.iter().flat_map(|problem| &problem.labels) {
        let (text, range) = (&label.spot.file.text, &label.spot.span());
        assert!(text.get(range.clone()).is_some(), "{range:?} is no piece of {text:?}");
    }
    problems.first().map_or(String::new(), |p| format!(" {} {}", p.code, p.message))
}

/// A message without what differs from input to input: names between quotes, numbers, length.
fn outline(message: &str) -> String {
    let words = message.split(['\'', '`', '"']).step_by(2);
    let letters = words.flat_map(str::chars).filter(|c| c.is_alphabetic() || *c == ' ');
    letters.take(200).collect()
}

/// A text as it stands between the quotes of a TOML string.
pub(crate) fn toml_escaped(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    });
    escaped.collect()
}
