//! `which`: the place that says what a task is, and the places that do not count.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::call::Call;
use super::info;
use super::pretty::pretty;
use crate::cli::grammar::tasks::WhichArgs;
use crate::cli::load;
use crate::config;
use crate::model::{Exit, Problem, Spot};
use crate::plan::matching;
use crate::sys::Context;

/// Prints it.
///
/// # Errors
/// There is no such task.
pub(in crate::cli) fn run(call: Call<'_>, args: &WhichArgs) -> Result<Exit, Vec<Problem>> {
    let Call { ctx, global, voice, .. } = call;
    let loaded = load(ctx, global, &call.options().whole(), voice)?;
    let project = &loaded.project;
    let found = matching(project, &args.task);
    if found.is_empty() {
        let unknown = info::unknown(project, &args.task);
        return Err(project.problems.iter().cloned().chain([unknown]).collect());
    }
    let mut all = Vec::new();
    for id in found {
        let task = project.task(id);
        let dirs = &loaded.task_dirs.paths;
        let only = task.root.path.as_ref().map(|_| &*task.root.dir);
        let there = Context { cwd: only.unwrap_or(&ctx.cwd).to_path_buf(), ..(**ctx).clone() };
        let dirs = if only.is_some() { &[] } else { &dirs[..] };
        let profile = global.env.as_deref();
        let places = config::definitions(&there, profile, task.own_name(), dirs, only);
        let over = |spot: &&Spot| task.also_in.iter().any(|f| f.path == spot.file.path);
        let others = |spot: &&Spot| task.defined_in().all(|f| f.path != spot.file.path);
        all.push(Found {
            name: task.display(),
            at: task.spot.clone(),
            overlays: places.iter().filter(over).cloned().collect(),
            template: (*task.template).clone(),
            shadows: places.iter().filter(others).rev().cloned().collect(),
        });
    }
    let text = match args.json {
        true => {
            let all: Vec<Value> = all.iter().map(Found::json).collect();
            pretty(&all)
        }
        false => all.iter().map(|found| found.text(ctx)).collect(),
    };
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(Exit::Success)
}

/// One task and its places.
struct Found<'a> {
    name: &'a str,
    at: Spot,
    overlays: Vec<Spot>,
    template: Option<Spot>,
    shadows: Vec<Spot>,
}

impl Found<'_> {
    fn text(&self, ctx: &Context) -> String {
        let shown = |spot: &Spot| match spot.file.path.strip_prefix(&ctx.cwd) {
            Ok(rest) => format!("{}:{}", rest.display(), spot.line()),
            Err(_) => format!("{}:{}", ctx.dirs.tilde(&spot.file.path), spot.line()),
        };
        let mut out = format!("{}  {}\n", self.name, shown(&self.at));
        let template = self.template.iter();
        let lines = [("overlaid by", &self.overlays), ("shadows", &self.shadows)];
        for spot in template {
            out += &format!("  filled by the template {}\n", shown(spot));
        }
        for (word, spots) in lines {
            for spot in spots {
                out += &format!("  {word} {}\n", shown(spot));
            }
        }
        out
    }

    fn json(&self) -> Value {
        let place = |spot: &Spot| json!({ "file": spot.file.path, "line": spot.line() });
        let places = |spots: &[Spot]| spots.iter().map(place).collect::<Vec<_>>();
        json!({
            "name": self.name,
            "file": self.at.file.path,
            "line": self.at.line(),
            "template": self.template.as_ref().map(place),
            "overlays": places(&self.overlays),
            "shadows": places(&self.shadows),
        })
    }
}
