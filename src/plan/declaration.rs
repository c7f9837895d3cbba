//! What a task says it takes, for others to read: as a usage specification and
//! as JSON, in the reference's words. Takes no words apart.

use serde_json::Value;
use usage::docs::markdown::MarkdownRenderer;
use usage::{Spec, SpecArg};

use super::{old_args, spec};
use crate::config::env::Evaluator;
use crate::model::{Command, Problem, Task};

/// Stands behind the arguments of each task of a list: the words may be those of
/// several tasks.
const MORE_TASKS: &str = r#"arg "[ARGS]…" help="Arguments to pass to the tasks. Use \":::\" to separate tasks." required=#false var=#true hide=#true"#;

/// What a task takes, with its name and its description.
#[derive(Debug)]
pub struct Declaration {
    spec: Spec,
    /// Aliases with a monorepo's path, which a list has beside the short ones.
    full_aliases: Vec<String>,
}

/// What a task is called and needs, as it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The description, rendered.
    pub description: &'a str,
    /// The dependencies, in one line.
    pub needs: &'a str,
}

impl Declaration {
    /// Reads it. With `scripts`, what `arg()` in scripts declares counts.
    ///
    /// # Errors
    /// A `usage` that does not render, or is no specification.
    pub fn of(
        evaluator: &mut Evaluator<'_>,
        task: &Task,
        shown: Shown<'_>,
        scripts: bool,
        warnings: &mut Vec<String>,
    ) -> Result<Self, Problem> {
        let usage = old_args::specification(evaluator, task, scripts)?;
        if scripts && old_args::is_used(task) && !warnings.iter().any(|w| old_args::is_warning(w)) {
            warnings.push(old_args::warning(task));
        }
        let file = |text: &str| evaluator.render(task, text, &task.spot, None).ok();
        let script = spec::script_text(task, file);
        if let (Command::File(name), None) = (&task.command, &script) {
            let path = task.root.dir.join(name);
            warnings.push(format!("could not read task file {}", path.display()));
        }
        let parsed = spec::parse(task, &usage, script.as_deref(), warnings)?;
        let full = task.aliases.iter().map(|alias| task.full_alias(alias).into_owned());
        let full_aliases = full.filter(|alias| !task.aliases.contains(alias)).collect();
        Ok(Self { spec: described(parsed, task, shown), full_aliases })
    }

    /// As a usage specification.
    pub fn text(&self) -> String {
        self.spec.to_string()
    }

    /// As a section of a Markdown page, without blank lines at its ends.
    ///
    /// # Errors
    /// What the templates of usage-lib cannot show.
    pub fn markdown(&self) -> Result<String, Problem> {
        let mut spec = self.spec.clone();
        if spec.about.is_some() || spec.about_long.is_some() {
            // It stands at the top; mise does not say it again below the usage line.
            spec.cmd.help = None;
        }
        let page = MarkdownRenderer::new(spec).with_header_level(2);
        let text = page.with_indented_blocks_to_code_fences(true).render_spec();
        let failed = |error| Problem::new("docs::render", format!("{}: {error}", self.spec.name));
        Ok(text.map_err(failed)?.trim().to_string())
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        serde_json::to_value(&self.spec).unwrap_or_default()
    }

    /// All tasks of a list in one specification, as commands.
    pub fn list(all: impl IntoIterator<Item = Self>) -> String {
        let more = MORE_TASKS.parse::<Spec>().ok().and_then(|mut spec| spec.cmd.args.pop());
        let mut list = Spec::default();
        for Self { mut spec, full_aliases } in all {
            spec.cmd.aliases.extend(full_aliases);
            spec.cmd.complete.extend(spec.complete);
            spec.cmd.args.extend::<Option<SpecArg>>(more.clone());
            list.cmd.subcommands.insert(spec.name, spec.cmd);
        }
        list.to_string()
    }
}

fn described(parsed: Option<Spec>, task: &Task, shown: Shown<'_>) -> Spec {
    let is_written = parsed.is_some();
    let mut spec = parsed.unwrap_or_default();
    spec::name(&mut spec, task);
    if is_written && spec.about.is_none() && !shown.description.is_empty() {
        spec.about = shown.description.lines().next().map(String::from);
        if shown.description.contains('\n') && spec.about_long.is_none() {
            spec.about_long = Some(shown.description.to_string());
        }
    }
    let command = &mut spec.cmd;
    command.help.get_or_insert_with(|| shown.description.to_string());
    command.aliases.clone_from(&task.aliases);
    let has_head = command.before_help.is_some() || command.before_help_long.is_some();
    if !has_head && !shown.needs.is_empty() {
        command.before_help_long = Some(format!("- Depends: {}", shown.needs));
    }
    command.usage = command.usage();
    spec
}
