//! The `#MISE` lines of a script: the same keys as a task table, one TOML
//! pair a line. The script's own text is never looked at otherwise.

use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use super::raw::RawTask;
use super::value::{At, Owner, Stops};
use super::{depth, plain, task_table};
use crate::model::{Blame, Problem, SourceFile, Spot};

/// Keys a header may hold; others are only warned about, as in mise.
const KEYS: [&str; 26] = [
    "description", "alias", "aliases", "confirm", "depends", "depends_post", "wait_for", "env",
    "dir", "hide", "raw", "raw_args", "interactive", "sources", "watch", "outputs", "cache",
    "rust_cache", "shell", "quiet", "silent", "output", "pass_through_env", "tools", "daemons",
    "extends",
];

/// Keys of which a wrong type is passed over, as in mise.
const LENIENT: [&str; 12] = [
    "description", "alias", "aliases", "dir", "hide", "raw", "raw_args", "interactive", "shell",
    "quiet", "silent", "extends",
];

/// One header line's text after the marker and its place in the file.
struct Line<'a> {
    text: &'a str,
    start: usize,
}

/// Reads the headers of `file` into a task called `name`.
pub(super) fn read(file: &Arc<SourceFile>, name: &str, warnings: &mut Vec<String>) -> RawTask {
    let mut task = RawTask::new(name.to_string(), Spot::new(file, 0..first_line(&file.text)));
    let mut unknown: Vec<String> = Vec::new();
    let lines = header_lines(&file.text);
    let mut i = 0;
    while i < lines.len() {
        let used = pair(file, &lines[i..], &mut task, &mut unknown);
        i += used;
    }
    if !unknown.is_empty() {
        warnings.push(format!(
            "unknown field(s) {unknown:?} in task file header, ignoring: {}",
            file.path.display()
        ));
    }
    task
}

fn first_line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// Text after `#`, `//` or `::`, blanks, and `word` or `[word]`.
pub fn after_marker<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let rest = ["#", "//", "::"].iter().find_map(|m| line.strip_prefix(m))?;
    let rest = rest.trim_start_matches(' ');
    let rest = match rest.strip_prefix('[') {
        Some(inner) => inner.strip_prefix(word)?.strip_prefix(']')?,
        None => rest.strip_prefix(word)?,
    };
    rest.starts_with(' ').then(|| rest.trim_start_matches(' '))
}

fn header_lines(text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        // A byte order mark breaks the shebang, not the headers.
        let seen = bare.strip_prefix('\u{feff}').unwrap_or(bare);
        if let Some(rest) = after_marker(seen, "MISE") {
            let offset = start + bare.len() - rest.len();
            found.push(Line { text: rest, start: offset });
        }
        start += line.len();
    }
    found
}

/// Reads one pair, which may go on over following header lines while a
/// bracket or a long string is open. Returns the number of lines used.
fn pair(
    file: &Arc<SourceFile>,
    lines: &[Line<'_>],
    task: &mut RawTask,
    unknown: &mut Vec<String>,
) -> usize {
    let mut text = lines[0].text.to_string();
    if !looks_like_pair(&text) {
        return 1;
    }
    for used in 1..=lines.len() {
        if let Some(table) = plain::table(&text) {
            fields(file, lines[0].start, &text, &table, task, unknown);
            return used;
        }
        if depth::too_deep(&text).is_some() {
            task.broken.push(too_deep(file, &lines[0], &task.name));
            return used;
        }
        match DeTable::parse(&text) {
            Ok(table) => {
                fields(file, lines[0].start, &text, table.get_ref(), task, unknown);
                return used;
            }
            Err(error) if !is_open(lines[0].text) || !is_at_end(&text, &error) => {
                task.broken.push(broken(file, &lines[0], &error, &task.name));
                return 1;
            }
            // Nothing closes it: all that follows is inside.
            Err(error) if used == lines.len() => {
                task.broken.push(broken(file, &lines[0], &error, &task.name));
                return used;
            }
            Err(_) => {
                text.push('\n');
                text.push_str(lines[used].text);
            }
        }
    }
    lines.len()
}

/// `key=value` with a bare, dotted or quoted key; anything else (a table
/// header, a usage node) is no header.
pub fn looks_like_pair(text: &str) -> bool {
    let key = text.split('=').next().unwrap_or_default().trim();
    text.contains('=')
        && !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || "_-.\"'".contains(c))
}

/// True for a pair that goes on over the following header lines.
pub fn is_open_pair(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    looks_like_pair(text) && is_open(first) && DeTable::parse(text).is_err()
}

fn is_open(first: &str) -> bool {
    ["[", "{", "\"\"\"", "'''"].iter().any(|open| first.contains(open))
}

/// True where a text is right as far as it goes, so that another line may
/// complete it.
fn is_at_end(text: &str, error: &toml::de::Error) -> bool {
    let rest = error.span().and_then(|span| text.get(span.start..)).unwrap_or_default();
    rest.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

fn too_deep(file: &Arc<SourceFile>, line: &Line<'_>, task: &str) -> Problem {
    let spot = Spot::new(file, line.start..line.start + line.text.len());
    Problem::new("config::header", format!("a header of task `{task}` is nested too deeply"))
        .at(&spot, "it begins here")
        .help("close the brackets")
        .blame(Blame::Task(task.to_string()))
}

fn broken(file: &Arc<SourceFile>, line: &Line<'_>, error: &toml::de::Error, task: &str) -> Problem {
    let at = error.span().map_or(0, |s| s.start).min(line.text.len());
    let spot = Spot::new(file, line.start + at..line.start + line.text.len());
    Problem::new("config::header", format!("failed to parse task header TOML \"{}\"", line.text))
        .at(&spot, error.message())
        .help("a header line is one `key=value` pair of TOML")
        .blame(Blame::Task(task.to_string()))
}

fn fields(
    file: &Arc<SourceFile>,
    start: usize,
    text: &str,
    table: &DeTable<'_>,
    task: &mut RawTask,
    unknown: &mut Vec<String>,
) {
    // Spans of the pair are those of the pair's own text: the messages get a
    // file that holds it at its place.
    let shifted = if file.text[start..].starts_with(text) {
        Arc::clone(file)
    } else {
        SourceFile::new(file.path.clone(), text.to_string())
    };
    let name = task.name.clone();
    let at = At {
        file: &shifted,
        owner: Owner::Named("task", &name),
        stops: Stops::Task(&name),
        offset: if Arc::ptr_eq(&shifted, file) { start } else { 0 },
    };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if KEYS.contains(&name) {
            let before = task.broken.len();
            task_table::field(&at, task, key, value);
            if LENIENT.contains(&name) {
                task.broken.truncate(before);
            }
        } else {
            unknown.push(name.to_string());
        }
    }
}

/// The name of the file task at `path` below a task directory.
pub(super) fn task_name(relative: &Path) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in relative {
        parts.push(part.to_str()?.replace(':', "_"));
    }
    let last = parts.last()?;
    if parts.len() > 1 && (last == "_default" || last.starts_with("_default.")) {
        parts.pop();
    }
    Some(parts.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> RawTask {
        let file = SourceFile::new("/p/t".into(), text.into());
        read(&file, "t", &mut Vec::new())
    }

    #[test]
    fn every_marker_of_the_reference_is_read() {
        for marker in [
            "#MISE", "# MISE", "#  MISE", "#[MISE]", "# [MISE]", "//MISE", "// [MISE]", "::MISE",
            ":: [MISE]",
        ] {
            let task = headers(&format!("#!/bin/sh\n{marker} description=\"v\"\n"));
            assert_eq!(task.description.as_deref(), Some("v"), "{marker}");
        }
        for marker in ["#MISE:", "##MISE", " #MISE", "--MISE", "#mise", "#MISE\t"] {
            let task = headers(&format!("{marker} description=\"v\"\n"));
            assert_eq!(task.description, None, "{marker}");
        }
    }

    #[test]
    fn an_open_list_goes_on_over_header_lines() {
        let task =
            headers("#MISE depends=[\n#MISE  \"a\",\n#MISE  \"b\",\n#MISE ]\n#MISE quiet=true\n");
        assert_eq!(task.depends.len(), 2);
        assert_eq!(task.quiet, Some(true));
        assert!(task.broken.is_empty());
    }

    #[test]
    fn a_broken_header_names_its_line() {
        let task = headers("#!/bin/sh\n#MISE depends=[\necho\n");
        assert_eq!(task.broken.len(), 1);
        assert_eq!(task.broken[0].labels[0].spot.line(), 2);
    }

    #[test]
    fn a_mistake_before_the_end_is_not_looked_for_in_later_lines() {
        let task = headers("#MISE depends=[1 2\n#MISE quiet=true\n#MISE sources=[a\n#MISE ]\n");
        let lines = task.broken.iter().map(|p| p.labels[0].spot.line());
        assert_eq!(lines.collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn names_come_from_the_path() {
        let name = |p: &str| task_name(Path::new(p));
        assert_eq!(name("a/b.sh").as_deref(), Some("a:b.sh"));
        assert_eq!(name("test/_default").as_deref(), Some("test"));
        assert_eq!(name("test/_default.sh").as_deref(), Some("test"));
        assert_eq!(name("x:y").as_deref(), Some("x_y"));
    }
}
