//! mise's commands, as its completion shows them: names, flags, words to choose
//! from, of version 2026.9.15 (`mise usage`; MIT licence, Jeff Dickey). What only
//! mise itself can do is named, and no more: a real mise completes that.

use serde::Deserialize;
use usage::{
    Spec, SpecArg, SpecChoice, SpecChoices, SpecCommand, SpecComplete, SpecDoubleDashChoices,
    SpecFlag, UnknownFlags,
};

/// The root, then its commands. Read anew each time, in a third of a millisecond;
/// the text that `mise usage` prints takes a hundred times that.
const COMMANDS: &str = include_str!("mise.json");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Command {
    name: String,
    aliases: Vec<String>,
    /// Aliases that are not shown.
    also: Vec<String>,
    help: Option<String>,
    hide: bool,
    /// Flags that it does not know are words of somebody else.
    forwards: bool,
    flags: Vec<Flag>,
    args: Vec<Arg>,
    /// Names of values → what kind of path they are.
    kinds: std::collections::BTreeMap<String, String>,
    commands: Vec<Command>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Flag {
    short: String,
    long: Vec<String>,
    also: Vec<String>,
    help: Option<String>,
    hide: bool,
    global: bool,
    count: bool,
    var: bool,
    /// Its value may be left out.
    optional: bool,
    arg: Option<Arg>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Arg {
    name: String,
    hide: bool,
    var: bool,
    required: bool,
    dashes: String,
    choices: Vec<(String, String)>,
}

/// mise's grammar.
pub(super) fn spec() -> Spec {
    let all: Vec<Command> = serde_json::from_str(COMMANDS).unwrap_or_default();
    let mut commands = all.into_iter();
    let mut root = commands.next().unwrap_or_default();
    root.commands = commands.collect();
    let mut spec = Spec::from(command(root));
    spec.default_subcommand = Some("run".into());
    spec.unknown_flags = Some(UnknownFlags::Error);
    spec
}

fn command(read: Command) -> SpecCommand {
    let mut command = SpecCommand::default();
    command.name = read.name;
    command.aliases = read.aliases;
    command.hidden_aliases = read.also;
    command.help = read.help;
    command.hide = read.hide;
    let unknown = if read.forwards { UnknownFlags::Value } else { UnknownFlags::Error };
    command.unknown_flags = Some(unknown);
    command.flags = read.flags.into_iter().map(flag).collect();
    command.args = read.args.into_iter().map(argument).collect();
    let below = read.commands.into_iter().map(self::command);
    command.subcommands = below.map(|command| (command.name.clone(), command)).collect();
    for (name, kind) in read.kinds {
        let mut complete = SpecComplete::new(&name);
        complete.type_ = Some(kind);
        command.complete.insert(name, complete);
    }
    command
}

fn flag(read: Flag) -> SpecFlag {
    let mut flag = SpecFlag::default();
    flag.name = read.long.first().cloned().unwrap_or_else(|| read.short.clone());
    flag.short = read.short.chars().collect();
    flag.long = read.long.into_iter().chain(read.also.iter().cloned()).collect();
    flag.hidden_aliases = read.also;
    flag.help = read.help;
    flag.hide = read.hide;
    flag.global = read.global;
    flag.count = read.count;
    flag.var = read.var;
    flag.value_optional = read.optional;
    flag.arg = read.arg.map(argument);
    flag
}

fn argument(read: Arg) -> SpecArg {
    let mut arg = SpecArg::default();
    arg.name = read.name;
    arg.hide = read.hide;
    arg.var = read.var;
    arg.required = read.required;
    arg.double_dash = match read.dashes.as_str() {
        "automatic" => SpecDoubleDashChoices::Automatic,
        "required" => SpecDoubleDashChoices::Required,
        "preserve" => SpecDoubleDashChoices::Preserve,
        _ => SpecDoubleDashChoices::Optional,
    };
    arg.choices = (!read.choices.is_empty()).then(|| choices(read.choices));
    arg
}

fn choices(read: Vec<(String, String)>) -> SpecChoices {
    let mut choices = SpecChoices::new(read.iter().map(|(value, _)| value.clone()));
    let one = |(value, help)| SpecChoice { value, help: Some(help), ..SpecChoice::default() };
    choices.details = read.into_iter().map(one).collect();
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        let spec = spec();
        assert_eq!(spec.cmd.subcommands.len(), 73);
        for path in [&["run"][..], &["tasks", "ls"], &["tasks", "run"], &["watch"], &["trust"]] {
            let mut command = &spec.cmd;
            for word in path {
                command = command.find_subcommand(word).expect("it is one of ours");
            }
            assert!(!command.flags.is_empty(), "{path:?}");
        }
    }
}
