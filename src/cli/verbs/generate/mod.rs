//! `generate`: files that are made from the tasks. What they hold is the
//! reference's, byte for byte; under our own name they call us.

mod action;
mod docs;
mod git;
mod hook;
mod man;
mod schema;
mod stubs;

use std::io::Write;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::{fs, io};

use super::call::Call;
use crate::cli::dialect;
use crate::cli::grammar::generate::{GenerateArgs, Generator};
use crate::model::{Dialect, Exit, Problem};

/// Makes what was asked for.
///
/// # Errors
/// The project cannot be read, or a file cannot be written.
pub(in crate::cli) fn run(call: Call<'_>, args: &GenerateArgs) -> Result<Exit, Vec<Problem>> {
    match &args.command {
        Generator::GithubAction(args) => action::run(call, &args.0),
        Generator::GitPreCommit(args) => hook::run(call, &args.0).map_err(|p| vec![p]),
        Generator::Man(args) => man::run(&args.0).map_err(|p| vec![p]),
        Generator::Schema(args) => schema::run(&args.0).map_err(|p| vec![p]),
        Generator::TaskDocs(args) => docs::run(call, &args.0),
        Generator::TaskStubs(args) => stubs::run(call, &args.0),
    }
}

/// The program that generated scripts call.
fn program(call: Call<'_>) -> &'static str {
    match dialect(call.ctx, call.grammar) {
        Dialect::Mise => "mise",
        Dialect::Mep => "mep",
    }
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    fs::write(path, text).map_err(|error| failed("write", path, &error))
}

/// As `chmod +x`.
fn make_executable(path: &Path) -> Result<(), Problem> {
    let change = || {
        let mut permissions = fs::metadata(path)?.permissions();
        permissions.set_mode(permissions.mode() | 0o111);
        fs::set_permissions(path, permissions)
    };
    change().map_err(|error| failed("chmod +x", path, &error))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Problem {
    let path = path.display();
    Problem::new("generate::file", format!("cannot {what} {path}: {error}"))
        .reference(format!("failed {what}: {path}\n{error}"))
        .help("look at the path and at who may write there")
}

fn told(path: &Path) {
    say(&format!("Wrote to {}", path.display()));
}

fn say(text: &str) {
    // Nobody reads on: that is no mistake.
    let _ = writeln!(io::stdout(), "{text}");
}
