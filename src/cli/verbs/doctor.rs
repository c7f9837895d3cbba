//! `doctor`: what is found here, as a page or as JSON.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::call::Call;
use super::pretty::pretty;
use crate::app::{Fact, Health, Section, health};
use crate::cli::grammar::OWN;
use crate::cli::grammar::doctor::DoctorArgs;
use crate::cli::{dialect, read};
use crate::model::{Exit, Problem};

/// Prints it. The exit code says whether something is wrong.
///
/// # Errors
/// What a command must not even look at.
pub(in crate::cli) fn run(call: Call<'_>, args: &DoctorArgs) -> Result<Exit, Vec<Problem>> {
    let Call { ctx, grammar, global, .. } = call;
    let loaded = read(ctx, global, &call.options())?;
    let health = health(ctx, &loaded, global.env.as_deref(), dialect(ctx, grammar), &OWN);
    let text = if args.json { pretty(&as_json(&health)) } else { as_page(&health) };
    let _ = io::stdout().write_all(text.as_bytes());
    if !args.json {
        health.warnings.iter().for_each(|warning| call.voice.warn(warning));
    }
    if health.problems.is_empty() {
        return Ok(Exit::Success);
    }
    if args.json { Ok(Exit::Failure) } else { Err(health.problems) }
}

fn as_page(health: &Health) -> String {
    let names = health.sections.iter().flat_map(|section| &section.facts);
    let width = names.map(|(name, _)| name.len()).max().unwrap_or(0);
    let sections = health.sections.iter().map(|section| page_of(section, width));
    sections.collect::<Vec<_>>().join("\n")
}

fn page_of(section: &Section, width: usize) -> String {
    let mut text = format!("{}\n", section.title);
    let is_shown = |fact: &Fact| !matches!(fact, Fact::All(values) if values.is_empty());
    if !section.facts.iter().any(|(_, fact)| is_shown(fact)) {
        text += "  nothing\n";
    }
    for (name, fact) in &section.facts {
        let values = match fact {
            Fact::Is(value) => vec![value.as_str()],
            Fact::Maybe(value) => vec![value.as_deref().unwrap_or("none")],
            Fact::All(values) => values.iter().map(String::as_str).collect(),
        };
        for (at, value) in values.into_iter().enumerate() {
            let name = if at == 0 { name.replace('_', " ") } else { String::new() };
            text += &format!("  {name:width$}  {value}\n");
        }
    }
    text
}

fn as_json(health: &Health) -> Value {
    let section = |section: &Section| {
        let facts = section.facts.iter().map(|(name, fact)| {
            let value = match fact {
                Fact::Is(value) => json!(value),
                Fact::Maybe(value) => json!(value),
                Fact::All(values) => json!(values),
            };
            ((*name).to_string(), value)
        });
        (section.title.to_string(), Value::Object(facts.collect()))
    };
    let mut all: Map<String, Value> = health.sections.iter().map(section).collect();
    let problems = health.problems.iter().map(|problem| problem.message.as_str());
    all.insert("warnings".into(), json!(health.warnings));
    all.insert("problems".into(), problems.collect());
    Value::Object(all)
}
