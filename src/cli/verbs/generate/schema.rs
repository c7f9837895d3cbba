//! `generate schema`: what editors know of a file, as a JSON schema.

use super::{say, told, write};
use crate::cli::grammar::generate::SchemaArgs;
use crate::config::schema;
use crate::model::{Exit, Problem};

/// Prints or writes it.
///
/// # Errors
/// The file cannot be written.
pub(super) fn run(args: &SchemaArgs) -> Result<Exit, Problem> {
    let schema = schema::schema(args.file.into());
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    match &args.output {
        Some(path) => {
            write(path, &(text + "\n"))?;
            told(path);
        }
        None => say(&text),
    }
    Ok(Exit::Success)
}
