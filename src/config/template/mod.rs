//! Templates: what is one, what is honestly late, and rendering with mise's
//! engine. The engine is built on first use, so a run without templates never
//! touches it.

mod calls;
mod dates;
mod functions;
mod haiku;
mod legacy;
mod place;
mod scan;

use std::borrow::Cow;
use std::path::Path;
use std::sync::OnceLock;

use indexmap::IndexMap;
use tera::Tera;

pub use calls::{Declared, Kind, TaskCalls, declared, declares};
pub use place::spot;
use scan::Use;

use crate::model::{EnvMap, closest};
use crate::sys::Context;

/// What a template can read.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The outside world.
    pub ctx: &'a Context,
    /// `config_root`
    pub config_root: &'a Path,
    /// Where `exec` and relative paths of functions start.
    pub dir: &'a Path,
    /// `env`
    pub env: &'a EnvMap,
    /// `vars`
    pub vars: &'a IndexMap<String, String>,
    /// `usage`, where arguments are known.
    pub usage: Option<&'a serde_json::Value>,
    /// `mise_env`
    pub profiles: &'a [String],
    /// `tools`, where they are known.
    pub tools: Option<&'a serde_json::Value>,
    /// `config_source`, where the text is one of `env`.
    pub source: Option<&'a Path>,
    /// `exec` gets `env`; else what we were called with.
    pub exec_gets_env: bool,
    /// What only a task's own texts may call.
    pub task: Option<&'a TaskCalls>,
}

/// Why a template does not render.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateError {
    /// What is wrong, in the engine's words.
    pub message: String,
    /// Byte offset in the template, where the engine knows it.
    pub offset: Option<usize>,
    /// The next step, where there is one.
    pub help: Option<String>,
}

/// Where functions find what the scope hides from templates: names that no
/// user would write.
const DIR: &str = "__dir";
const PROCESS: &str = "__process";
const CACHE: &str = "__cache";
const ARGS: &str = "__args";
const SOURCES: &str = "__sources";
const MUTE: &str = "__mute";
const EXEC_ENV: &str = "__exec_env";

/// Calls whose result is not known before the task starts.
const LATE_CALLS: [&str; 7] =
    ["exec", "read_file", "now", "get_random", "choice", "haiku", "task_source_files"];

/// Filters of the same kind.
const LATE_FILTERS: [&str; 5] =
    ["hash_file", "last_modified", "file_size", "canonicalize", "shuffle"];

/// Tests of the same kind.
const LATE_TESTS: [&str; 3] = ["file", "dir", "exists"];

/// True where `text` has to be rendered.
pub fn is_template(text: &str) -> bool {
    scan::is_template(text)
}

/// True where rendering has to wait until the job starts, because the result
/// depends on files, time, chance or another program.
pub fn is_late(text: &str) -> bool {
    scan::any(text, |usage, name| match usage {
        Use::Call => LATE_CALLS.contains(&name),
        Use::Filter => LATE_FILTERS.contains(&name),
        Use::Test => LATE_TESTS.contains(&name),
        Use::Variable => false,
    })
}

/// True where `text` asks for `tools`, which a real mise has to be asked for.
pub fn names_tools(text: &str) -> bool {
    scan::any(text, |usage, name| usage == Use::Variable && name == "tools")
}

/// Renders `text`; a text without a template is returned as it is.
///
/// # Errors
/// What the engine says, with a place in `text`.
pub fn render(text: &str, scope: &Scope<'_>) -> Result<String, TemplateError> {
    if !is_template(text) {
        return Ok(text.to_string());
    }
    with_engine(engine(), text, scope)
}

fn with_engine(engine: &Tera, text: &str, scope: &Scope<'_>) -> Result<String, TemplateError> {
    match engine.render_str(&hide(text), &context(text, scope), false) {
        Ok(rendered) => Ok(rendered.replace(HIDDEN, "${#")),
        Err(error) => Err(explain(text, &error)),
    }
}

/// The shell's `${#` behind private characters of the same length, so that
/// offsets stay true.
const HIDDEN: &str = "$\u{7f}\u{7f}";

fn hide(text: &str) -> Cow<'_, str> {
    if text.contains("${#") { text.replace("${#", HIDDEN).into() } else { text.into() }
}

/// Syntax, and the names of functions and filters, without rendering.
///
/// # Errors
/// What the engine says, with a place in `text`.
pub fn check(text: &str) -> Result<(), TemplateError> {
    let mut engine = engine().clone();
    engine.add_raw_template("check", &hide(text)).map_err(|e| explain(text, &e))
}

/// The engine, without what depends on the scope.
fn engine() -> &'static Tera {
    static ENGINE: OnceLock<Tera> = OnceLock::new();
    #[cfg(test)]
    ASKED.with(|asked| asked.set(asked.get() + 1));
    ENGINE.get_or_init(|| {
        let mut tera = Tera::new();
        functions::register(&mut tera);
        dates::register(&mut tera);
        calls::register(&mut tera);
        tera
    })
}

fn context(text: &str, scope: &Scope<'_>) -> tera::Context {
    let mut context = tera::Context::new();
    context.insert("config_root", &scope.config_root.to_string_lossy());
    context.insert("cwd", &scope.ctx.cwd.to_string_lossy());
    context.insert("env", &texts(scope.env));
    context.insert("vars", scope.vars);
    if let Some(tools) = scope.tools {
        context.insert("tools", tools);
    }
    if let Some(usage) = scope.usage {
        context.insert("usage", usage);
    }
    context.insert("mise_bin", &scope.ctx.exe.to_string_lossy());
    context.insert("mise_pid", &std::process::id().to_string());
    if !scope.profiles.is_empty() {
        context.insert("mise_env", scope.profiles);
    }
    if let Some(path) = scope.source {
        context.insert("config_source", &path.to_string_lossy());
    }
    for (name, variable, default) in [
        ("xdg_cache_home", "XDG_CACHE_HOME", ".cache"),
        ("xdg_config_home", "XDG_CONFIG_HOME", ".config"),
        ("xdg_data_home", "XDG_DATA_HOME", ".local/share"),
        ("xdg_state_home", "XDG_STATE_HOME", ".local/state"),
    ] {
        let set = scope.ctx.env.get_str(variable).map(str::to_string);
        let default = || scope.ctx.dirs.home.join(default).to_string_lossy().into_owned();
        context.insert(name, &set.unwrap_or_else(default));
    }
    hidden(text, scope, &mut context);
    context
}

/// What functions read; the larger parts only where `text` may ask for them.
fn hidden(text: &str, scope: &Scope<'_>, context: &mut tera::Context) {
    context.insert(DIR, &scope.dir.to_string_lossy());
    context.insert(EXEC_ENV, &scope.exec_gets_env);
    if text.contains("get_env") {
        context.insert(PROCESS, &texts(&scope.ctx.env));
    }
    if text.contains("cache_") {
        context.insert(CACHE, &scope.ctx.dirs.cache.to_string_lossy());
    }
    if let Some(task) = scope.task {
        context.insert(SOURCES, &task.sources);
        context.insert(MUTE, &task.mute);
        if let Some(args) = &task.args {
            context.insert(ARGS, args);
        }
    }
}

fn texts(env: &EnvMap) -> IndexMap<&str, &str> {
    env.iter().filter_map(|(k, v)| Some((k.to_str()?, v.to_str()?))).collect()
}

fn explain(text: &str, error: &tera::Error) -> TemplateError {
    match error.kind() {
        tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report) => {
            complaint(report.message(), Some(report.span().range.start))
        }
        _ => from_report(text, &error.to_string()),
    }
}

/// The names of a map may be all of the environment: the near ones are enough.
fn complaint(message: &str, offset: Option<usize>) -> TemplateError {
    if let Some((missing, known)) = message.split_once(". Available fields: ") {
        let known: Vec<&str> = known.trim_end_matches('.').split(", ").collect();
        let name = missing.split('`').nth(1).unwrap_or_default();
        let near = closest(name, known.iter().copied(), 3);
        let listed = |names: &[&str]| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        let help = match near.as_slice() {
            [] if known.len() > 8 => None,
            [] => Some(format!("the fields are {}", listed(&known))),
            near => Some(format!("did you mean {}?", listed(near))),
        };
        return TemplateError { message: missing.to_string(), offset, help };
    }
    let own = |name: &&str| !name.starts_with("__");
    let message = match message.split_once(". Available variables: ") {
        Some((missing, known)) => {
            let known: Vec<&str> = known.split(", ").filter(own).collect();
            format!("{missing}. Available variables: {}", known.join(", "))
        }
        None => message.to_string(),
    };
    TemplateError { message, offset, help: None }
}

/// Unknown names come as a drawn report: the first line says what, the second
/// one where.
fn from_report(text: &str, report: &str) -> TemplateError {
    let mut lines = report.lines();
    let first = lines.next().unwrap_or_default();
    let place = lines.next().and_then(|line| line.trim().strip_prefix("--> "));
    let offset = place.and_then(|place| {
        let mut numbers = place.rsplit(':').map_while(|n| n.parse::<usize>().ok());
        let (column, line) = (numbers.next()?, numbers.next()?);
        let mut lines = text.split_inclusive('\n');
        let start: usize = lines.by_ref().take(line.checked_sub(1)?).map(str::len).sum();
        // A column counts characters.
        let before = lines.next().unwrap_or_default().chars().take(column.checked_sub(1)?);
        Some(start + before.map(char::len_utf8).sum::<usize>())
    });
    let message = first.strip_prefix("error: ").unwrap_or(first);
    complaint(message, offset.filter(|at| *at <= text.len()))
}

#[cfg(test)]
thread_local! {
    static ASKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How often this thread asked for the engine.
#[cfg(test)]
pub(crate) fn asked() -> usize {
    ASKED.with(std::cell::Cell::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shells_length_operator_opens_no_comment() {
        assert!(!is_template("echo ${#missing[@]}"));
        assert!(is_template("echo {# note #}"));
        assert!(is_template("x {{ y }}"));
        assert!(!is_template("awk '{ print }'"));
    }

    #[test]
    fn what_asks_the_world_is_late() {
        for late in [
            "{{ exec(command='date') }}",
            "{% if 'x' is file %}{% endif %}",
            "{% if 'x' is not exists %}{% endif %}",
            "{{ 'a' | hash_file }}",
            "{{ task_source_files() }}",
        ] {
            assert!(is_late(late), "{late}");
        }
        for early in [
            "{{ config_root }}", "exec(1)", "{# exec(1) #}{{ env.A }}", "{{ 'exec(1) is file' }}",
            "{{ get_env(name='A') }}", "{{ range(end=3) }}", "{{ 'a' | absolute }}",
            "{{ env.file }} is file",
        ] {
            assert!(!is_late(early), "{early}");
        }
    }

    #[test]
    fn the_fields_of_a_map_are_not_all_listed() {
        let known: Vec<String> = (0..20).map(|i| format!("NAME_{i}")).collect();
        let said = format!("Field `NAME_` is not defined. Available fields: {}", known.join(", "));
        let error = complaint(&said, None);
        assert_eq!(error.message, "Field `NAME_` is not defined");
        assert!(error.help.is_some_and(|help| help.starts_with("did you mean `NAME_0`")));
        let error = complaint("Field `x` is not defined. Available fields: foo, bar.", None);
        assert_eq!(error.help.as_deref(), Some("the fields are `foo`, `bar`"));
    }
}
