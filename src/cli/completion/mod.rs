//! Completion: the line that a shell has so far → what could come next. Speaks
//! the protocol of mise's scripts, `__complete_word__`, so that those work with
//! this program too. A query: it starts nothing, but for the programs that a
//! trusted task names to complete its words.
//!
//! From the bottom: `reference` (mise's commands), `grammar` (what can be typed, in both dialects), `tasks`
//! (tasks as commands), `values` (what an argument may be), `at_cursor` (which of
//! them can stand here).

mod at_cursor;
mod grammar;
mod reference;
mod tasks;
mod values;

use std::ffi::OsString;
use std::io::Write as _;
use std::sync::Arc;

use usage_argv::complete::{CompletionRequest, render_request};

use super::diagnostics::Voice;
use super::grammar::{Global, words};
use super::{enter, handover, names_task, options, query};
use crate::config;
use crate::model::{Dialect, Exit};
use crate::sys::Context;
use at_cursor::at_cursor;
use tasks::Tasks;
use values::Values;

/// A line that is being typed.
struct Line {
    /// The program's name, and the words before the cursor.
    words: Vec<String>,
    /// What of these is ours, up to a task's name.
    head: Vec<String>,
    /// The first word that is no flag.
    verb: String,
}

/// Answers a script of ours or of mise's; `None` for any other command line.
pub(super) fn answer(
    ctx: &Context,
    dialect: Dialect,
    argv: &[OsString],
    voice: &Voice,
) -> Option<Exit> {
    let request = CompletionRequest::parse(argv.get(1..)?)?;
    let split = &request.split;
    let command = super::grammar::command(dialect);
    let mut ctx = ctx.clone();
    let line = line(&ctx, dialect, &command, &split.words[..split.cword.max(1)]);
    let is_mise = dialect == Dialect::Mise;
    if is_mise && let Some(exit) = handover::completed(&ctx, argv, &line.verb, voice) {
        return Some(exit);
    }
    if let Some(dir) = line.flag("-C", "--cd") {
        // As the command itself would do; where it cannot, it completes what is here.
        let _ = enter(&mut ctx, dir.as_ref());
    }
    let ctx = Arc::new(ctx);
    let mut global = Global::default();
    global.env = line.flag("-E", "--env").map(Into::into);
    let loaded = config::load(&ctx, &options(&global, query(&ctx, dialect, &global)).whole());
    let mut tasks = Tasks::new(&ctx, &loaded, dialect);
    let mut spec = grammar::spec(dialect, command, &line.verb);
    grammar::add(&mut spec, &line.verb, tasks.commands(&line.words));
    let (profile, words) = (global.env.as_deref(), &line.words[..]);
    let mut values = Values { ctx: &ctx, profile, dialect, tasks: &mut tasks, words };
    let answer = at_cursor(&spec, &split.prefix, &mut values);
    let text = render_request(&answer, &request);
    let _ = std::io::stdout().write_all(text.as_bytes());
    Some(Exit::Success)
}

impl Line {
    /// The value of a flag of ours.
    fn flag(&self, short: &str, long: &str) -> Option<&str> {
        let mut words = self.head.iter().skip(1);
        while let Some(word) = words.next() {
            let joined = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
            if joined.is_some() {
                return joined;
            }
            if word == short || word == long {
                return words.next().map(String::as_str);
            }
        }
        None
    }
}

/// Takes the words apart. Behind `:::` another task stands in the place of the
/// one before it.
fn line(ctx: &Context, dialect: Dialect, command: &clap::Command, words: &[String]) -> Line {
    let argv: Vec<OsString> = words.iter().map(OsString::from).collect();
    let named = words::first_word(command, &argv).map(|at| &words[at..]);
    let verb = match named {
        Some([help, verb, ..]) if help == "help" => Some(verb.clone()),
        named => named.map(|words| words[0].clone()),
    };
    let is_task = names_task(ctx, dialect, command, &argv);
    let (head, rest) = words::split_words(command, &argv, is_task);
    let head: Vec<String> = head.iter().map(|w| w.to_string_lossy().into_owned()).collect();
    let rest: Vec<String> = rest.iter().map(|w| w.to_string_lossy().into_owned()).collect();
    let last = rest.iter().rposition(|word| word == ":::").map(|at| at + 1);
    let words = match last.or(is_task.then_some(0)) {
        Some(from) => [&head[..], &rest[from..]].concat(),
        None => words.to_vec(),
    };
    Line { words, head, verb: verb.filter(|_| !is_task).unwrap_or_default() }
}
