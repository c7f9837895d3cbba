//! Evaluates directives: the caller's environment, then every root's `[env]`
//! from the farthest to the nearest, then a task's own.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use super::env_file::{self, Pairs};
use super::load::Loaded;
use super::template::{self, Scope};
use crate::model::{EnvDirective, EnvEntry, EnvMap, Problem, Project, Root, Spot, Task};
use crate::sys::Context;

/// `vars` by name.
pub type Vars = IndexMap<String, String>;

/// The environment of one config root.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    /// Complete, the caller's included.
    pub env: EnvMap,
    /// `[vars]`
    pub vars: Vars,
}

/// What becomes of templates that ask programs, files or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// Rendered: this is a run.
    Render,
    /// Left as they are written: a query changes nothing.
    Keep,
}

/// Evaluates roots, each once.
#[derive(Debug)]
pub struct Evaluator<'a> {
    ctx: &'a Context,
    project: &'a Project,
    profiles: &'a [String],
    expand: bool,
    late: Late,
    by_root: HashMap<usize, Arc<Resolved>>,
    /// Notes for the reader, each once.
    pub warnings: Vec<String>,
}

/// What an evaluation reads and writes.
struct Work<'w> {
    root: &'w Path,
    env: &'w mut EnvMap,
    vars: &'w Vars,
    /// Arguments, where the text may use them.
    usage: Option<&'w serde_json::Value>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator for one run or query.
    pub fn new(ctx: &'a Context, loaded: &'a Loaded, late: Late) -> Self {
        Self {
            ctx,
            project: &loaded.project,
            profiles: &loaded.profiles,
            expand: loaded.settings.env_shell_expand,
            late,
            by_root: HashMap::new(),
            warnings: Vec::new(),
        }
    }

    /// The environment for tasks of `root`: every root in order; for a root
    /// that is not the nearest, its own hierarchy once more on top.
    ///
    /// # Errors
    /// A required variable that is missing, a bad dotenv file or template, a
    /// directive that this version does not evaluate.
    pub fn of_root(&mut self, root: &Arc<Root>) -> Result<Arc<Resolved>, Problem> {
        if let Some(done) = self.by_root.get(&root.rank) {
            return Ok(Arc::clone(done));
        }
        let roots: Vec<Arc<Root>> = self.project.roots.clone();
        let mut resolved = Resolved { env: self.ctx.env.clone(), vars: Vars::new() };
        for each in &roots {
            self.apply_vars(each, &mut resolved.vars)?;
        }
        for each in &roots {
            self.apply_root(each, &mut resolved)?;
        }
        let nearest = roots.last().is_none_or(|last| last.rank <= root.rank);
        if !nearest {
            resolved.vars = Vars::new();
            let own = || roots.iter().filter(|r| r.rank <= root.rank);
            for each in own() {
                self.apply_vars(each, &mut resolved.vars)?;
            }
            for each in own() {
                self.apply_root(each, &mut resolved)?;
            }
        }
        let done = Arc::new(resolved);
        self.by_root.insert(root.rank, Arc::clone(&done));
        Ok(done)
    }

    fn apply_root(&mut self, root: &Root, resolved: &mut Resolved) -> Result<(), Problem> {
        let vars = resolved.vars.clone();
        let mut work = Work { root: &root.dir, env: &mut resolved.env, vars: &vars, usage: None };
        self.apply(&root.env, &mut work)
    }

    /// A task's own `env` on top of `env`; `vars` are the task's.
    ///
    /// # Errors
    /// As `of_root`.
    pub fn task_env(
        &mut self,
        entries: &[EnvEntry],
        root: &Path,
        vars: &Vars,
        env: &mut EnvMap,
    ) -> Result<(), Problem> {
        self.apply(entries, &mut Work { root, env, vars, usage: None })
    }

    /// A task's own `vars` on top of its root's.
    ///
    /// # Errors
    /// As `of_root`.
    pub fn task_vars(
        &mut self,
        entries: &[EnvEntry],
        root: &Path,
        vars: &mut Vars,
    ) -> Result<(), Problem> {
        self.vars_from(entries, root, vars)
    }

    /// Keeps a note for the reader, once.
    pub fn note(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// True where this text stays as it is written.
    pub fn keeps(&self, text: &str) -> bool {
        self.late == Late::Keep && template::is_late(text)
    }

    /// Renders a text of a task: its root's environment, its own vars.
    ///
    /// # Errors
    /// As `of_root`, and what the template engine says.
    pub fn render(
        &mut self,
        task: &Task,
        text: &str,
        spot: &Spot,
        usage: Option<&serde_json::Value>,
    ) -> Result<String, Problem> {
        if !template::is_template(text) {
            return Ok(text.to_string());
        }
        let resolved = self.of_root(&task.root)?;
        let mut vars = resolved.vars.clone();
        self.vars_from(&task.vars, &task.root.dir, &mut vars)?;
        let mut env = resolved.env.clone();
        let work = Work { root: &task.root.dir, env: &mut env, vars: &vars, usage };
        self.rendered(text, spot, &work)
    }

    fn apply_vars(&mut self, root: &Root, vars: &mut Vars) -> Result<(), Problem> {
        self.vars_from(&root.vars, &root.dir, vars)
    }

    /// Vars are evaluated like variables, over the caller's environment.
    fn vars_from(
        &mut self,
        entries: &[EnvEntry],
        root: &Path,
        vars: &mut Vars,
    ) -> Result<(), Problem> {
        for entry in entries {
            let mut env = self.ctx.env.clone();
            let before = vars.clone();
            let mut work = Work { root, env: &mut env, vars: &before, usage: None };
            match &entry.directive {
                EnvDirective::Set(key, value) | EnvDirective::Default(key, value) => {
                    let value = self.value(key, value, &entry.spot, &work)?;
                    let only_default = matches!(entry.directive, EnvDirective::Default(..));
                    match work.env.get_str(key).filter(|v| only_default && !v.is_empty()) {
                        Some(outer) => vars.insert(key.clone(), outer.to_string()),
                        None => vars.insert(key.clone(), value),
                    };
                }
                EnvDirective::Unset(key) => {
                    vars.shift_remove(key);
                }
                EnvDirective::Required(key, help) => {
                    if !vars.contains_key(key) {
                        return Err(missing("variable", key, help.as_deref(), &entry.spot));
                    }
                }
                EnvDirective::File(path) => {
                    for (key, value) in self.dotenv(path, &entry.spot, &mut work)? {
                        vars.insert(key, value);
                    }
                }
                EnvDirective::Source(path) => {
                    for (key, value) in self.source(path, &entry.spot, &work)? {
                        vars.insert(key, value);
                    }
                }
                EnvDirective::Path(_) | EnvDirective::Later(_) => return Err(later(entry)),
            }
        }
        Ok(())
    }

    fn apply(&mut self, entries: &[EnvEntry], work: &mut Work<'_>) -> Result<(), Problem> {
        let mut paths: Vec<OsString> = Vec::new();
        for entry in entries {
            match &entry.directive {
                EnvDirective::Set(key, value) => {
                    let value = self.value(key, value, &entry.spot, work)?;
                    work.env.set(key, value);
                }
                EnvDirective::Unset(key) => work.env.unset(key),
                EnvDirective::Default(key, value) => {
                    if work.env.get(key).is_none_or(|v| v.is_empty()) {
                        let value = self.value(key, value, &entry.spot, work)?;
                        work.env.set(key, value);
                    }
                }
                EnvDirective::Required(key, help) => {
                    self.require(key, help.as_deref(), entry, work)?
                }
                EnvDirective::File(path) => {
                    for (key, value) in self.dotenv(path, &entry.spot, work)? {
                        work.env.set(key, value);
                    }
                }
                EnvDirective::Source(path) => {
                    for (key, value) in self.source(path, &entry.spot, work)? {
                        work.env.set(key, value);
                    }
                }
                EnvDirective::Path(path) => {
                    let text = self.rendered(path, &entry.spot, work)?;
                    paths.push(self.ctx.dirs.resolve(work.root, text).into_os_string());
                }
                EnvDirective::Later(_) => return Err(later(entry)),
            }
        }
        prepend_paths(work.env, paths);
        Ok(())
    }

    /// Set by the caller, or by a file that comes later.
    fn require(
        &self,
        key: &str,
        help: Option<&str>,
        entry: &EnvEntry,
        work: &Work<'_>,
    ) -> Result<(), Problem> {
        let sets = |e: &EnvEntry| {
            matches!(&e.directive, EnvDirective::Set(k, _) if k == key)
                && !Arc::ptr_eq(&e.spot.file, &entry.spot.file)
        };
        let later = self.project.roots.iter().any(|r| r.env.iter().any(sets));
        if later || work.env.get(key).is_some() {
            return Ok(());
        }
        Err(missing("environment variable", key, help, &entry.spot))
    }

    fn rendered(&self, text: &str, spot: &Spot, work: &Work<'_>) -> Result<String, Problem> {
        if self.late == Late::Keep && template::is_late(text) {
            return Ok(text.to_string());
        }
        let scope = Scope {
            ctx: self.ctx,
            config_root: work.root,
            dir: work.root,
            env: work.env,
            vars: work.vars,
            usage: work.usage,
            profiles: self.profiles,
        };
        template::render(text, &scope).map_err(|error| {
            Problem::new("config::template", format!("cannot render `{text}`: {}", error.message))
                .at(spot, error.message.clone())
        })
    }

    fn value(
        &mut self,
        key: &str,
        text: &str,
        spot: &Spot,
        work: &Work<'_>,
    ) -> Result<String, Problem> {
        let text = self.rendered(text, spot, work)?;
        if !self.expand || !text.contains('$') {
            return Ok(text);
        }
        let (value, undefined) = expand(&text, |key| work.env.get_str(key).map(str::to_string));
        for name in undefined {
            let note = format!(
                "env var '{name}' is not defined and will be left unexpanded, referenced by `{key}` \
                 in {}. Use ${{{name}:-}} to default to an empty string and suppress this warning.",
                spot.file.path.display()
            );
            self.note(note);
        }
        Ok(value)
    }

    /// The pairs of a file; a missing file is no mistake.
    fn dotenv(&mut self, path: &str, spot: &Spot, work: &mut Work<'_>) -> Result<Pairs, Problem> {
        let path = self.rendered(path, spot, work)?;
        let path = self.ctx.dirs.resolve(work.root, path);
        env_file::read(&path).map_err(|text| {
            Problem::new("config::env", text)
                .at(spot, "named here")
                .help("a line is `KEY=value`, `export KEY=value` or a comment")
        })
    }

    /// What a sourced script exports.
    fn source(&mut self, path: &str, spot: &Spot, work: &Work<'_>) -> Result<Pairs, Problem> {
        if self.late == Late::Keep {
            return Ok(Pairs::new());
        }
        let path = self.rendered(path, spot, work)?;
        let path = self.ctx.dirs.resolve(work.root, path);
        env_file::source(&path, work.root, work.env)
            .map_err(|text| Problem::new("config::env", text).at(spot, "named here"))
    }
}

/// First in the written order; an entry that PATH has already moves forward.
fn prepend_paths(env: &mut EnvMap, paths: Vec<OsString>) {
    if paths.is_empty() {
        return;
    }
    let old = env.get("PATH").map(OsString::from).unwrap_or_default();
    let rest = std::env::split_paths(&old).filter(|p| !paths.iter().any(|n| n == p.as_os_str()));
    let all: Vec<_> = paths.iter().map(Into::into).chain(rest).collect();
    if let Ok(joined) = std::env::join_paths(all) {
        env.set("PATH", joined);
    }
}

fn missing(what: &str, key: &str, help: Option<&str>, spot: &Spot) -> Problem {
    let path = spot.file.path.display();
    let hint = help.map(|text| format!("\nHelp: {text}")).unwrap_or_default();
    let problem = Problem::new("config::env", format!("required {what} '{key}' is not defined"))
        .reference(format!(
            "Required {what} '{key}' is not defined. It must be set before mise runs or in a \
             later config file. (Required in: {path}){hint}"
        ))
        .at(spot, "required here");
    match help {
        Some(text) => problem.help(text),
        None => problem.help("set it before the run, or in a later config file"),
    }
}

fn later(entry: &EnvEntry) -> Problem {
    let name = match &entry.directive {
        EnvDirective::Later(name) => name,
        EnvDirective::Path(_) => "_.path",
        _ => "this directive",
    };
    not_yet(&format!("`{name}`"), &entry.spot)
}

fn not_yet(what: &str, spot: &Spot) -> Problem {
    Problem::new("config::later", format!("{what} is not supported by this version of mep"))
        .at(spot, "used here")
        .help("take it out, or wait for a version that has it")
}

/// Expands `$A`, `${A}` and `${A:-default}`; `$$` protects the next name.
/// Returns the names that are not defined, which stay as they are.
fn expand(text: &str, lookup: impl Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut undefined = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("$$") {
            let len = name_length(after);
            out.push('$');
            out.push_str(&after[..len]);
            rest = &after[len..];
            continue;
        }
        let (used, name, default) = reference(rest);
        if name.is_empty() {
            out.push('$');
            rest = &rest[1..];
            continue;
        }
        match (lookup(name), default) {
            (Some(value), None) => out.push_str(&value),
            (Some(value), Some(_)) if !value.is_empty() => out.push_str(&value),
            (_, Some(default)) => out.push_str(default),
            (None, None) => {
                undefined.push(name.to_string());
                out.push_str(&rest[..used]);
            }
        }
        rest = &rest[used..];
    }
    out.push_str(rest);
    (out, undefined)
}

fn name_length(text: &str) -> usize {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    if starts { end.unwrap_or(text.len()) } else { 0 }
}

/// Length, name and default of the reference at the start of `text`.
fn reference(text: &str) -> (usize, &str, Option<&str>) {
    if let Some(inner) = text.strip_prefix("${") {
        let Some(close) = inner.find('}') else {
            return (1, "", None);
        };
        let body = &inner[..close];
        let len = name_length(body);
        return match &body[len..] {
            "" => (close + 3, &body[..len], None),
            tail if tail.starts_with(":-") => (close + 3, &body[..len], Some(&tail[2..])),
            _ => (1, "", None),
        };
    }
    let len = name_length(&text[1..]);
    (1 + len, &text[1..=len], None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> String {
        expand(text, |k| (k == "A").then(|| "1".to_string())).0
    }

    #[test]
    fn values_expand_as_in_the_reference() {
        assert_eq!(expanded("x$A-${A}y"), "x1-1y");
        assert_eq!(expanded("${B:-d}|${B:-}|$B"), "d||$B");
        assert_eq!(expanded(r"\$A"), r"\1");
        assert_eq!(expanded("$$A $5 100$"), "$A $5 100$");
    }
}
