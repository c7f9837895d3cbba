//! Which words can stand at the cursor. usage-lib reads the words before it;
//! what is offered follows from where it stopped, by the rules of its own
//! completion.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use usage::parse::{ParseOutput, parse_partial};
use usage::{Spec, SpecCommand, SpecFlag};
use usage_argv::complete::{Candidate, Completions, Files};

use super::values::{Offer, Values, candidate};

/// All that `prefix` could become.
pub(super) fn at_cursor(
    spec: &Spec,
    prefix: &str,
    values: &mut Values<'_, '_>,
) -> Completions<'static> {
    let words = values.words;
    if words.get(1).is_some_and(|word| word == "help") {
        return commands_of(spec, &words[2..], prefix);
    }
    let Ok(read) = parse_partial(spec, words) else {
        return anything();
    };
    let offer = offer(spec, &read, prefix, values);
    match (offer.candidates.is_empty() && offer.files.is_none(), prefix.starts_with('-')) {
        (true, false) => anything(),
        _ => Completions { candidates: offer.candidates, files: offer.files },
    }
}

/// Where nothing is known, the shell offers files.
fn anything() -> Completions<'static> {
    Completions { candidates: Vec::new(), files: Some(Files::Any) }
}

fn offer(spec: &Spec, read: &ParseOutput, prefix: &str, values: &mut Values<'_, '_>) -> Offer {
    let flags = read.completion_flags();
    if let Some(long) = prefix.strip_prefix("--") {
        return match long.split_once('=') {
            Some((name, value)) => joined(spec, read, name, value, values),
            None => longs(&flags, prefix).into(),
        };
    }
    if let Some(short) = prefix.strip_prefix('-') {
        let mut found = shorts(&flags, short.chars().next(), values);
        if short.is_empty() {
            found.extend(longs(&flags, "--"));
        }
        return found.into();
    }
    let value = read.flag_awaiting_value.last().and_then(|flag| flag.arg.as_ref());
    if let Some(arg) = value {
        return values.of(spec, &read.cmd, arg, prefix);
    }
    let mut found = match read.next_arg.as_ref().filter(|arg| !arg.hide) {
        Some(arg) => values.of(spec, &read.cmd, arg, prefix),
        None => Offer::default(),
    };
    let commands = subcommands(&read.cmd, prefix);
    found.candidates.extend(values.new_ones(&found.candidates, commands));
    found
}

/// `--flag=value`
fn joined(
    spec: &Spec,
    read: &ParseOutput,
    name: &str,
    value: &str,
    values: &mut Values<'_, '_>,
) -> Offer {
    let flags = read.completion_flags();
    let flag = flags.get(&format!("--{name}")).and_then(|flag| flag.arg.as_ref());
    let mut offer = flag.map_or_else(Offer::default, |arg| values.of(spec, &read.cmd, arg, value));
    for candidate in &mut offer.candidates {
        candidate.value = format!("--{name}={}", candidate.value);
    }
    if offer.candidates.is_empty() && offer.files.is_none() {
        offer.files = Some(Files::Any);
    }
    offer
}

fn longs(flags: &BTreeMap<String, Arc<SpecFlag>>, prefix: &str) -> Vec<Candidate<'static>> {
    let shown = |(key, flag): &(&String, &Arc<SpecFlag>)| {
        let is_key = |long: &String| key.strip_prefix("--") == Some(long);
        let is_alias = flag.hidden_aliases.iter().any(is_key);
        !flag.hide && key.starts_with(prefix) && flag.long.iter().any(is_key) && !is_alias
    };
    let found = flags.iter().filter(shown);
    found.map(|(key, flag)| candidate(key, flag.help.as_deref())).collect()
}

/// Short flags; mise says nothing of them.
fn shorts(
    flags: &BTreeMap<String, Arc<SpecFlag>>,
    letter: Option<char>,
    values: &Values<'_, '_>,
) -> Vec<Candidate<'static>> {
    let all = flags.values().filter(|flag| !flag.hide);
    let letters = all.flat_map(|flag| {
        let help = flag.help.as_deref().filter(|_| !values.is_mise());
        let shown = flag.short.iter().filter(|c| !flag.hidden_short_aliases.contains(c));
        shown.map(move |c| (*c, help))
    });
    let found: BTreeMap<char, Option<&str>> =
        letters.filter(|(c, _)| letter.is_none_or(|letter| letter == *c)).collect();
    found.into_iter().map(|(c, help)| candidate(&format!("-{c}"), help)).collect()
}

/// Names and aliases in their order.
fn subcommands(command: &SpecCommand, prefix: &str) -> Vec<Candidate<'static>> {
    let shown = command.subcommands.values().filter(|command| !command.hide);
    let names = shown.flat_map(|command| {
        let words = std::iter::once(&command.name).chain(&command.aliases);
        words.map(|word| (word.as_str(), command.help.as_deref()))
    });
    let found: BTreeSet<(&str, Option<&str>)> =
        names.filter(|(word, _)| word.starts_with(prefix)).collect();
    found.into_iter().map(|(word, help)| candidate(word, help)).collect()
}

/// `help tasks `: the commands below those named.
fn commands_of(spec: &Spec, words: &[String], prefix: &str) -> Completions<'static> {
    let mut command = &spec.cmd;
    for word in words {
        match command.find_subcommand(word) {
            Some(below) => command = below,
            None => return anything(),
        }
    }
    let is_task = command.subcommands.values().any(|below| below.mounted);
    let candidates = if is_task { Vec::new() } else { subcommands(command, prefix) };
    Completions { candidates, files: None }
}
