//! Functions that only a task's own texts may call: what `arg()`, `option()`
//! and `flag()` stand for, the files of its `sources`, a `throw` without
//! effect.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use heck::ToSnakeCase;
use indexmap::IndexMap;
use tera::value::Key;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use super::{ARGS, MUTE, SOURCES, Scope, TemplateError, functions, scan};
use crate::files;

/// What the texts of one task may call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskCalls {
    /// The patterns of `sources`, rendered.
    pub sources: Vec<String>,
    /// What `arg()`, `option()` and `flag()` stand for, by name; `None` where
    /// they are no functions.
    pub args: Option<IndexMap<String, String>>,
    /// `throw` does nothing, as mise has it in scripts without arguments.
    pub mute: bool,
}

/// Which of the three functions declared an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `arg()`
    Arg,
    /// `option()`
    Option,
    /// `flag()`
    Flag,
}

/// One call of `arg()`, `option()` or `flag()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Which function.
    pub kind: Kind,
    /// `name`; for `arg()` its place where it has no name.
    pub name: String,
    /// `i`, the place of an `arg()`.
    pub index: Option<usize>,
    /// `short`, `long`, `negate`, `default`, `help`, `env` as they are given.
    pub texts: IndexMap<&'static str, String>,
    /// `var`, `count`, `required`, `hide` as they are given.
    pub truths: IndexMap<&'static str, bool>,
    /// `var_min`, `var_max` as they are given.
    pub counts: IndexMap<&'static str, usize>,
    /// `choices`
    pub choices: Vec<String>,
}

const FUNCTIONS: [(&str, Kind); 3] =
    [("arg", Kind::Arg), ("option", Kind::Option), ("flag", Kind::Flag)];

/// True where a template in `text` calls `arg()`, `option()` or `flag()`.
pub fn declares(text: &str) -> bool {
    scan::any(text, |usage, name| {
        usage == scan::Use::Call && FUNCTIONS.iter().any(|(known, _)| *known == name)
    })
}

/// Renders `text` for nothing but the arguments it declares. Functions that
/// ask programs, files, time or chance give an empty text here.
///
/// # Errors
/// What the engine says, with a place in `text`.
pub fn declared(text: &str, scope: &Scope<'_>) -> Result<Vec<Declared>, TemplateError> {
    let found: Arc<Mutex<Vec<Declared>>> = Arc::default();
    let mut engine = super::engine().clone();
    functions::register_empty(&mut engine);
    for (name, kind) in FUNCTIONS {
        let found = Arc::clone(&found);
        engine.register_function(name, move |args: Kwargs, _: &State| {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            let places = found.iter().filter(|d| d.kind == Kind::Arg).count();
            found.push(read(kind, &args, places)?);
            Ok::<_, Error>(String::new())
        });
    }
    let rendered = super::with_engine(&engine, text, scope);
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    match rendered {
        // Without the answers of programs and files a late text may not render.
        Err(error) if !super::is_late(text) => Err(error),
        _ => Ok(found),
    }
}

fn read(kind: Kind, args: &Kwargs, places: usize) -> TeraResult<Declared> {
    let index = args.get::<usize>("i")?;
    let name = match args.get::<&str>("name")? {
        Some(name) => name.to_string(),
        None if kind == Kind::Arg => index.unwrap_or(places).to_string(),
        None => return Err(Error::message("missing required 'name' parameter")),
    };
    let mut declared = Declared {
        kind,
        name,
        index,
        texts: IndexMap::new(),
        truths: IndexMap::new(),
        counts: IndexMap::new(),
        choices: args.get::<Vec<String>>("choices")?.unwrap_or_default(),
    };
    for key in ["short", "long", "negate", "default", "help", "env"] {
        if let Some(text) = args.get::<&str>(key)? {
            declared.texts.insert(key, text.to_string());
        }
    }
    for key in ["var", "count", "required", "hide"] {
        if let Some(truth) = args.get::<bool>(key)? {
            declared.truths.insert(key, truth);
        }
    }
    for key in ["var_min", "var_max"] {
        if let Some(count) = args.get::<usize>(key)? {
            declared.counts.insert(key, count);
        }
    }
    Ok(declared)
}

/// Adds everything to an engine.
pub(super) fn register(tera: &mut Tera) {
    for (name, kind) in FUNCTIONS {
        tera.register_function(name, move |args: Kwargs, state: &State| {
            let unknown = || Error::message(format!("Unknown function `{name}`"));
            let values = state.get::<tera::Map>(ARGS)?.ok_or_else(unknown)?;
            // A call without a name stands for the place its name was made of.
            let name = read(kind, &args, 0)?.name.to_snake_case();
            let found = values.get(&Key::from(name)).and_then(Value::as_str);
            let absent = if kind == Kind::Flag { found.map(|_| "false") } else { None };
            let given = found.filter(|text| !text.is_empty());
            Ok::<_, Error>(given.or(absent).unwrap_or_default().to_string())
        });
    }
    tera.register_function("throw", |args: Kwargs, state: &State| {
        if state.get::<bool>(MUTE)?.unwrap_or(false) {
            return Ok(String::new());
        }
        Err::<String, _>(Error::message(args.must_get::<&str>("message")?))
    });
    tera.register_function("task_source_files", |_: Kwargs, state: &State| {
        let unknown = || Error::message("Unknown function `task_source_files`");
        let patterns = state.get::<Vec<String>>(SOURCES)?.ok_or_else(unknown)?;
        Ok::<_, Error>(source_files(&functions::dir(state), &patterns))
    });
}

/// The files of each pattern in turn, in the words of the pattern.
fn source_files(dir: &Path, patterns: &[String]) -> Vec<String> {
    let excluded: Vec<&String> = patterns.iter().filter(|p| p.starts_with('!')).collect();
    let mut found: Vec<String> = Vec::new();
    for pattern in patterns.iter().filter(|p| !p.starts_with('!')) {
        let list: Vec<String> =
            std::iter::once(pattern).chain(excluded.iter().copied()).cloned().collect();
        let fixed = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
        let (written, _) = pattern.split_at(pattern[..fixed].rfind('/').map_or(0, |at| at + 1));
        let written: PathBuf =
            Path::new(written).components().filter(|c| *c != Component::CurDir).collect();
        let base = crate::sys::normalize(&dir.join(&written));
        found.extend(files::matching(dir, &list).into_iter().map(|path| {
            let below = path.strip_prefix(&base).unwrap_or(&path);
            written.join(below).to_string_lossy().into_owned()
        }));
    }
    found
}
