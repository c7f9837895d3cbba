//! What can be typed, as completion reads it: our own grammar, or mise's. Knows
//! no tasks.

use usage::{Spec, SpecArg, SpecChoices, SpecCommand, UnknownFlags};

use super::reference;
use crate::config::STYLES;
use crate::model::Dialect;

/// Words that mean `tasks`.
const TASKS: [&str; 3] = ["tasks", "task", "t"];

/// Takes the words of `run`.
const PLAN: &str = "plan";

/// The grammar of a dialect, with all that `run` and the command `verb` take.
pub(super) fn spec(dialect: Dialect, command: clap::Command, verb: &str) -> Spec {
    match dialect {
        Dialect::Mise => reference::spec(),
        Dialect::Mep => own(command, verb),
    }
}

/// Puts tasks where `run` takes them, and `plan`.
pub(super) fn add(spec: &mut Spec, verb: &str, tasks: Vec<SpecCommand>) {
    let group = match TASKS.contains(&verb) {
        true => spec.cmd.subcommands.get_mut("tasks"),
        false => Some(&mut spec.cmd),
    };
    let taker = if verb == PLAN { PLAN } else { "run" };
    if let Some(run) = group.and_then(|group| group.subcommands.get_mut(taker)) {
        run.unknown_flags = Some(UnknownFlags::Value);
        run.subcommands.extend(tasks.into_iter().map(|task| (task.name.clone(), task)));
    }
}

fn own(mut command: clap::Command, verb: &str) -> Spec {
    let is_needed = |one: &clap::Command| {
        let mut names = std::iter::once(one.get_name()).chain(one.get_all_aliases());
        names.any(|name| name == verb || name == "run")
    };
    for other in command.get_subcommands_mut().filter(|one| !is_needed(one)) {
        *other = listed(other);
    }
    command.build();
    let mut spec = Spec::from(&command);
    spec.default_subcommand = Some("run".into());
    spec.cmd.args = vec![argument("TASK", false), argument("ARGS", true)];
    let flags = spec.cmd.subcommands.get_mut("run").map(|run| &mut run.flags);
    let output = flags.into_iter().flatten().find(|flag| flag.long.iter().any(|l| l == "output"));
    if let Some(style) = output.and_then(|flag| flag.arg.as_mut()) {
        style.choices = Some(SpecChoices::new(STYLES));
    }
    spec
}

/// What a list shows of a command. To put together what it takes is most of the
/// work.
fn listed(command: &clap::Command) -> clap::Command {
    let bare = clap::Command::new(command.get_name().to_string());
    let aliases: Vec<String> = command.get_visible_aliases().map(String::from).collect();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    bare.about(about).visible_aliases(aliases).hide(command.is_hide_set())
}

/// An argument that need not be there; hidden where nothing is known of it.
pub(super) fn argument(name: &str, hide: bool) -> SpecArg {
    let mut arg = SpecArg::default();
    (arg.name, arg.hide, arg.var, arg.required) = (name.into(), hide, hide, false);
    arg
}
