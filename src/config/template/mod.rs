//! Templates: what is one, what is honestly late, and rendering with mise's
//! engine. The engine is built on first use, so a run without templates never
//! touches it.

mod dates;
mod functions;

use std::path::Path;
use std::sync::OnceLock;

use indexmap::IndexMap;
use tera::Tera;

use crate::model::EnvMap;
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
}

/// Why a template does not render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// What is wrong, in the engine's words.
    pub message: String,
    /// Byte offset in the template, where the engine knows it.
    pub offset: Option<usize>,
}

/// Where functions find the scope's directory; no name a user would write.
const DIR: &str = "__dir";

/// Calls whose result is not known before the task starts.
const LATE_CALLS: [&str; 9] = [
    "exec(", "read_file(", "now(", "get_random(", "choice(", "haiku(", "hash_file",
    "last_modified", "file_size",
];

/// Tests that ask the file system.
const LATE_TESTS: [&str; 6] =
    ["is file", "is dir", "is exists", "is not file", "is not dir", "is not exists"];

/// Where a template starts in `text`. `${#` is the shell's length of a
/// variable, never a comment.
fn opening(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (1..bytes.len()).find_map(|i| {
        let opens = bytes[i - 1] == b'{' && matches!(bytes[i], b'{' | b'%' | b'#');
        let shell = bytes[i] == b'#' && i >= 2 && bytes[i - 2] == b'$';
        (opens && !shell).then_some(i - 1)
    })
}

/// True where `text` has to be rendered.
pub fn is_template(text: &str) -> bool {
    opening(text).is_some()
}

/// True where rendering has to wait until the job starts, because the result
/// depends on files, time, chance or another program.
pub fn is_late(text: &str) -> bool {
    is_template(text)
        && (LATE_CALLS.iter().any(|call| text.contains(call))
            || LATE_TESTS.iter().any(|test| text.contains(test)))
}

/// Renders `text`; a text without a template is returned as it is.
///
/// # Errors
/// What the engine says, with a place in `text`.
pub fn render(text: &str, scope: &Scope<'_>) -> Result<String, TemplateError> {
    if !is_template(text) {
        return Ok(text.to_string());
    }
    // The shell's `${#` is hidden from the engine behind a private character
    // of the same length, so that offsets stay true.
    let hidden = text.replace("${#", "$\u{7f}\u{7f}");
    let context = context(scope);
    match engine().render_str(&hidden, &context, false) {
        Ok(rendered) => Ok(rendered.replace("$\u{7f}\u{7f}", "${#")),
        Err(error) => Err(explain(text, &error)),
    }
}

/// Syntax, and the names of functions and filters, without rendering.
///
/// # Errors
/// What the engine says, with a place in `text`.
pub fn check(text: &str) -> Result<(), TemplateError> {
    let mut engine = engine().clone();
    let hidden = text.replace("${#", "$\u{7f}\u{7f}");
    engine.add_raw_template("check", &hidden).map_err(|e| explain(text, &e))
}

/// The engine, without what depends on the scope.
fn engine() -> &'static Tera {
    static ENGINE: OnceLock<Tera> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut tera = Tera::new();
        functions::register(&mut tera);
        dates::register(&mut tera);
        tera
    })
}

fn context(scope: &Scope<'_>) -> tera::Context {
    let mut context = tera::Context::new();
    let dirs = &scope.ctx.dirs;
    let env: IndexMap<&str, &str> =
        scope.env.iter().filter_map(|(k, v)| Some((k.to_str()?, v.to_str()?))).collect();
    context.insert("config_root", &scope.config_root.to_string_lossy());
    context.insert(DIR, &scope.dir.to_string_lossy());
    context.insert("cwd", &scope.ctx.cwd.to_string_lossy());
    context.insert("env", &env);
    context.insert("vars", scope.vars);
    if let Some(usage) = scope.usage {
        context.insert("usage", usage);
    }
    context.insert("mise_bin", &scope.ctx.exe.to_string_lossy());
    context.insert("mise_pid", &std::process::id().to_string());
    if !scope.profiles.is_empty() {
        context.insert("mise_env", scope.profiles);
    }
    for (name, variable, default) in [
        ("xdg_cache_home", "XDG_CACHE_HOME", ".cache"),
        ("xdg_config_home", "XDG_CONFIG_HOME", ".config"),
        ("xdg_data_home", "XDG_DATA_HOME", ".local/share"),
        ("xdg_state_home", "XDG_STATE_HOME", ".local/state"),
    ] {
        let set = scope.ctx.env.get_str(variable).map(str::to_string);
        let value = set.unwrap_or_else(|| dirs.home.join(default).to_string_lossy().into_owned());
        context.insert(name, &value);
    }
    context
}

fn explain(text: &str, error: &tera::Error) -> TemplateError {
    match error.kind() {
        tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report) => {
            TemplateError {
                message: report.message().replace(&format!("{DIR}, "), ""),
                offset: Some(report.span().range.start),
            }
        }
        _ => from_report(text, &error.to_string()),
    }
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
    let message = first.strip_prefix("error: ").unwrap_or(first).to_string();
    TemplateError { message, offset: offset.filter(|at| *at <= text.len()) }
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
        assert!(is_late("{{ exec(command='date') }}"));
        assert!(is_late("{% if 'x' is file %}{% endif %}"));
        assert!(!is_late("{{ config_root }}"));
        assert!(!is_late("exec(1)"));
    }
}
