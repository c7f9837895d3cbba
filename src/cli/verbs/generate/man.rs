//! `generate man`: the pages of the manual, made from the grammar.

use std::fs;
use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;

use super::{failed, told};
use crate::cli::grammar::generate::ManArgs;
use crate::cli::grammar::{self};
use crate::model::{Dialect, Exit, Problem};

/// Prints a page, or writes all of them.
///
/// # Errors
/// A directory or file that cannot be written.
pub(super) fn run(args: &ManArgs) -> Result<Exit, Problem> {
    let mut command = grammar::command(Dialect::Mep);
    command.build();
    let Some(dir) = &args.output else {
        let _ = io::stdout().write_all(&page(command));
        return Ok(Exit::Success);
    };
    fs::create_dir_all(dir).map_err(|error| failed("create", dir, &error))?;
    for (name, command) in pages(command) {
        let path = dir.join(format!("{name}.1"));
        fs::write(&path, page(command)).map_err(|error| failed("write", &path, &error))?;
        told(&path);
    }
    Ok(Exit::Success)
}

/// The program and its verbs, each with the name of its page.
fn pages(command: Command) -> Vec<(String, Command)> {
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    let verbs = verbs.map(|verb| (format!("mep-{}", verb.get_name()), verb.clone()));
    let mut pages: Vec<_> = verbs.collect();
    pages.insert(0, ("mep".into(), command));
    pages.into_iter().map(|(name, command)| (name.clone(), command.name(name))).collect()
}

fn page(command: Command) -> Vec<u8> {
    let mut page = Vec::new();
    // Writing into memory does not fail.
    let _ = Man::new(command).manual("mep").render(&mut page);
    page
}
