//! `tasks info`: what is known of one task, as text and as JSON. The words, the
//! keys and their order are the reference's.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::pretty::pretty;
use super::{list_json, shown};
use crate::cli::diagnostics::Voice;
use crate::config::Loaded;
use crate::config::env::{Evaluator, Late};
use crate::model::{Command, EnvDirective, Exit, Outputs, Problem, Project, Task, closest};
use crate::plan::{Declaration, matching};
use crate::report::Palette;
use crate::sys::Context;

/// The keys of the list that are shown here too, in the order of here; `cache`
/// comes before the one that is named.
const KEYS: [&str; 20] = [
    "name", "aliases", "description", "source", "config_sources", "depends", "depends_post",
    "daemons", "wait_for", "env", "dir", "hide", "raw", "interactive", "sources", "outputs",
    CACHE_BEFORE, "quiet", "silent", "tools",
];

const CACHE_BEFORE: &str = "shell";

/// Prints it.
///
/// # Errors
/// There is no such task, or what it says of its arguments is no
/// specification; and every mistake in the project, behind the text.
pub(in crate::cli) fn print(
    ctx: &Context,
    loaded: &Loaded,
    word: &str,
    as_json: bool,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let project = &loaded.project;
    project.warnings.iter().for_each(|w| voice.warn(w));
    let Some(task) = matching(project, word).first().map(|id| project.task(*id)) else {
        return Err(project.problems.iter().cloned().chain([unknown(project, word)]).collect());
    };
    let mut page = Page {
        ctx,
        task,
        evaluator: Evaluator::new(ctx, loaded, Late::Keep),
        palette: Palette::decide(ctx, io::stdout().is_terminal()),
    };
    let mut warnings = Vec::new();
    let declaration = page.declaration(!loaded.settings.hides_script_args, &mut warnings);
    warnings.iter().for_each(|warning| voice.warn(warning));
    let text = match (&declaration, as_json) {
        (Err(_), true) => String::new(),
        (Ok(declaration), true) => page.json(declaration),
        (declaration, false) => page.text(declaration.as_ref().ok()),
    };
    // Nobody reads on: that is no mistake.
    let _ = io::stdout().write_all(text.as_bytes());
    declaration.map_err(|problem| vec![problem])?;
    if project.problems.is_empty() {
        return Ok(Exit::Success);
    }
    Err(project.problems.clone())
}

/// No task has that name.
pub(in crate::cli) fn unknown(project: &Project, word: &str) -> Problem {
    let names = project.tasks.iter().map(|task| task.display());
    let near = closest(word, names, 3);
    let help = match near[..] {
        [] => "`mep tasks --hidden` lists all tasks".to_string(),
        _ => format!("did you mean `{}`?", near.join("`, `")),
    };
    Problem::new("select::unknown-task", format!("no task {word} found"))
        .reference(format!(
            "Task not found: {word}, use `mise tasks ls --all --hidden` to list all tasks"
        ))
        .help(help)
}

/// One task and what it is shown with.
struct Page<'a> {
    ctx: &'a Context,
    task: &'a Task,
    evaluator: Evaluator<'a>,
    palette: Palette,
}

impl Page<'_> {
    fn declaration(
        &mut self,
        scripts: bool,
        warnings: &mut Vec<String>,
    ) -> Result<Declaration, Problem> {
        shown::declaration(self.task, &mut self.evaluator, scripts, warnings)
    }

    fn text(&mut self, declaration: Option<&Declaration>) -> String {
        let task = self.task;
        let mut out = String::new();
        for (name, value) in self.lines() {
            // mise trims each line at its end.
            out += format!("{}: {value}", self.palette.paint("1", name)).trim_end();
            out.push('\n');
        }
        let run = task.run().iter().map(shown::run_entry).collect::<Vec<_>>().join("\n");
        let env = task.env.iter().filter_map(|entry| list_json::env_text(&entry.directive));
        let env = env.collect::<Vec<_>>().join("\n");
        if !task.run().is_empty() {
            self.section("Run", &run, &mut out);
        }
        if !env.is_empty() {
            self.section("Environment Variables", &env, &mut out);
        }
        if let Some(declaration) = declaration {
            self.section("Usage Spec", &declaration.text(), &mut out);
        }
        out
    }

    /// The first lines; what says nothing is left out, but for the description.
    fn lines(&mut self) -> Vec<(&'static str, String)> {
        let (task, evaluator) = (self.task, &mut self.evaluator);
        let tilde = |path: &Path| self.ctx.dirs.tilde(path);
        let mut list = |texts: &[String]| {
            let shown = texts.iter().map(|text| shown::text(task, text, evaluator));
            shown.collect::<Vec<_>>().join(", ")
        };
        let (sources, outputs) = (list(&task.sources), outputs(self.ctx, task, &mut list));
        let properties =
            [("hide", task.hide), ("raw", task.raw), ("interactive", task.interactive)];
        let properties = properties.iter().filter(|(_, is)| *is).map(|(name, _)| *name);
        let file = match &task.command {
            Command::Script(path) => tilde(path),
            Command::File(text) => text.clone(),
            _ => String::new(),
        };
        let defined_in = task.defined_in().map(|file| tilde(&file.path));
        let dir = task.dir.as_deref().map(|dir| shown::text(task, dir, evaluator));
        let enabled = cache(task)["enabled"] == true;
        let lines = [
            ("Task", Some(task.display().to_string())),
            ("Aliases", filled(task.aliases.join(", "))),
            ("Description", Some(shown::text(task, &task.description, evaluator).into_owned())),
            ("Source", Some(defined_in.collect::<Vec<_>>().join(", "))),
            ("Properties", filled(properties.collect::<Vec<_>>().join(", "))),
            ("Depends on", filled(shown::dependencies(task, &task.depends, evaluator))),
            ("Depends post", filled(shown::dependencies(task, &task.depends_post, evaluator))),
            ("Directory", dir.map(|dir| tilde(Path::new(&*dir)))),
            ("Sources", filled(sources)),
            ("Outputs", filled(outputs)),
            ("Cache", enabled.then(|| "enabled".to_string())),
            ("File", filled(file)),
        ];
        let shown = lines.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        shown.collect()
    }

    fn section(&self, name: &str, body: &str, out: &mut String) {
        *out += &format!("\n{}:\n", self.palette.paint("1", name));
        for line in body.lines() {
            *out += format!("  {line}").trim_end();
            out.push('\n');
        }
    }

    fn json(&mut self, declaration: &Declaration) -> String {
        let list = list_json::value(self.ctx, self.task, &mut self.evaluator);
        let mut list = list.unwrap_or_default();
        let mut out = Map::new();
        for key in KEYS.into_iter().chain(["run", "file"]) {
            if key == CACHE_BEFORE {
                out.insert("cache".into(), cache(self.task));
            }
            out.insert(key.into(), list[key].take());
        }
        out.insert("usage_spec".into(), declaration.json());
        pretty(&out)
    }
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// What the key `cache` says.
fn cache(task: &Task) -> Value {
    let mut cache = json!({ "enabled": false, "audit": false, "env": [], "command_inputs": [] });
    let written = task.later.iter().rev().find(|key| key.key == "cache");
    for (key, value) in written.and_then(|key| key.value.as_object()).into_iter().flatten() {
        cache[key] = value.clone();
    }
    cache
}

fn outputs(ctx: &Context, task: &Task, list: &mut dyn FnMut(&[String]) -> String) -> String {
    match &*task.outputs {
        Outputs::Patterns(patterns) => list(patterns),
        Outputs::Unset if task.sources.is_empty() => String::new(),
        Outputs::Auto | Outputs::Unset => ctx.dirs.tilde(&marker(ctx, task)),
    }
}

/// The file that stands for the outputs of a task that names none. Its name is
/// a number that mise makes of what tells tasks apart, with the hasher of Rust's
/// library; a case against the reference would see a change of that.
fn marker(ctx: &Context, task: &Task) -> std::path::PathBuf {
    let mut hasher = DefaultHasher::new();
    task.name.hash(&mut hasher);
    let mut env: Vec<(&str, &str)> = task.env.iter().filter_map(|e| pair(&e.directive)).collect();
    env.sort_unstable();
    for (key, value) in env {
        key.hash(&mut hasher);
        value.hash(&mut hasher);
    }
    0_usize.hash(&mut hasher);
    task.defined_in().map(|file| &file.path).collect::<Vec<_>>().hash(&mut hasher);
    task.root.dir.hash(&mut hasher);
    let name = format!("{:x}", hasher.finish());
    ctx.dirs.mise_state.join("task-auto-outputs").join(name)
}

fn pair(directive: &EnvDirective) -> Option<(&str, &str)> {
    match directive {
        EnvDirective::Set(key, value) => Some((key, value)),
        _ => None,
    }
}
