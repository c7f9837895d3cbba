//! Arguments of a verb that are only put together when it is the one: all of
//! them together take a fifth of the time that a small run has.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

/// The arguments `T`, put together late.
#[derive(Debug)]
pub(in crate::cli) struct Deferred<T>(pub(in crate::cli) Box<T>);

impl<T: Args> Args for Deferred<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(|command| described(command, T::augment_args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(|command| described(command, T::augment_args_for_update))
    }
}

/// Adds arguments, and keeps what the verb says of itself: the type of its
/// arguments has words of its own.
fn described(command: Command, augment: fn(Command) -> Command) -> Command {
    let about = command.get_about().cloned();
    let command = augment(command);
    match about {
        Some(about) => command.about(about).long_about(None),
        None => command,
    }
}

impl<T: FromArgMatches> FromArgMatches for Deferred<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(|args| Self(Box::new(args)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}
