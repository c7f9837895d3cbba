//! Arguments of a verb that are only put together when it is the one: all of
//! them together take a fifth of the time that a small run has.

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

/// The arguments `T`, put together late.
#[derive(Debug)]
pub(in crate::cli) struct Deferred<T>(pub(in crate::cli) Box<T>);

impl<T: Args> Args for Deferred<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(T::augment_args)
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(T::augment_args_for_update)
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
