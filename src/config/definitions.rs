//! Every place that says what a task of one name is, whoever wins. Reads the files
//! anew, each for that name alone, and evaluates nothing.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::Document;

use super::discover;
use super::miserc::Search;
use crate::model::{SourceFile, Spot};
use crate::sys::Context;

/// The definitions of a task, weakest first. `more` are task directories that no
/// default leads to. In a monorepo, where names are those of one directory, `only`
/// what lies there.
pub fn definitions(
    ctx: &Context,
    profile: Option<&str>,
    name: &str,
    more: &[PathBuf],
    only: Option<&Path>,
) -> Vec<Spot> {
    let search = Search::new(ctx, profile, &mut Vec::new());
    let mut found: Vec<Spot> = Vec::new();
    let places = discover::places(ctx, &search).into_iter();
    for place in places.filter(|place| only.is_none_or(|dir| place.root == dir)) {
        let dirs = place.task_dirs.iter().flat_map(|dir| in_directory(dir, name));
        let files = place.candidates.iter().filter_map(|file| in_file(file, Some("tasks"), name));
        found.extend(dirs.chain(files));
    }
    for spot in more.iter().flat_map(|dir| in_directory(dir, name)) {
        if !found.iter().any(|known| known.file.path == spot.file.path) {
            found.push(spot);
        }
    }
    found
}

/// Its key in a file; below `table`, or at the top.
fn in_file(path: &Path, table: Option<&str>, name: &str) -> Option<Spot> {
    let text = fs::read_to_string(path).ok()?;
    let document = Document::parse(text.as_str()).ok()?;
    let tasks = match table {
        Some(table) => document.as_table().get(table)?.as_table_like()?,
        None => document.as_table(),
    };
    let (key, item) = tasks.get_key_value(name)?;
    let span = key.span().or_else(|| item.span())?;
    Some(Spot::new(&SourceFile::new(path.to_path_buf(), text.clone()), span))
}

/// A script, or a key of a file of tasks.
fn in_directory(dir: &Path, name: &str) -> Vec<Spot> {
    let script = dir.join(name.replace(':', "/"));
    let mut paths = vec![script.join("_default")];
    let stem = script.file_name().unwrap_or_default().to_os_string();
    for entry in
        script.parent().and_then(|dir| fs::read_dir(dir).ok()).into_iter().flatten().flatten()
    {
        let path = entry.path();
        let same = path.file_name() == Some(&stem) || path.file_stem() == Some(&stem);
        if same && path.extension().is_none_or(|end| end != "toml") {
            paths.push(path);
        }
    }
    paths.retain(|path| path.is_file());
    let start = |path: PathBuf| Spot::new(&SourceFile::new(path, String::new()), 0..0);
    let mut found: Vec<Spot> = paths.into_iter().map(start).collect();
    let tables = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let tables = tables.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    found.extend(tables.filter_map(|path| in_file(&path, None, name)));
    found.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    found
}
