//! A configuration file changed in one place: what stands around it stays as it
//! is written. Does not say what is worth writing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::model::{Problem, SourceFile, Spot};
use crate::sys::atomic;

/// A file being changed.
#[derive(Debug)]
pub struct Sheet {
    path: PathBuf,
    /// As it was; none where there was no file.
    before: Option<String>,
    document: DocumentMut,
}

/// What a key is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// `true`
    Yes,
}

/// How much of what is replaced stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// Its place, the comments before it, the ends of lines, a byte order mark.
    Keep,
    /// As mise does: none of that.
    Plain,
}

const MARK: char = '\u{feff}';

impl Sheet {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// One that cannot be read, or is no TOML.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let before = match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(path, "read", &error)),
        };
        let text = before.as_deref().unwrap_or_default();
        let document = text.parse::<DocumentMut>().map_err(|error| {
            let file = SourceFile::new(path.to_path_buf(), text.to_string());
            Problem::new("edit::syntax", format!("{} is not valid TOML", path.display()))
                .at(&Spot::new(&file, error.span().unwrap_or(0..0)), error.message().trim())
                .help("correct this first; nothing was changed")
        })?;
        Ok(Self { path: path.to_path_buf(), before, document })
    }

    /// True where there was such a file.
    pub fn existed(&self) -> bool {
        self.before.is_some()
    }

    /// Where the file says what a task is.
    pub fn task(&self, name: &str) -> Option<Spot> {
        let text = self.before.clone().unwrap_or_default();
        // Changing a document makes it forget where things stood.
        let read = toml_edit::Document::parse(text.clone()).ok()?;
        let tasks = read.as_table().get("tasks")?.as_table_like()?;
        let (key, item) = tasks.get_key_value(name)?;
        let span = key.span().or_else(|| item.span()).unwrap_or(0..0);
        Some(Spot::new(&SourceFile::new(self.path.clone(), text), span))
    }

    /// Says what a task is; what it was is gone.
    ///
    /// # Errors
    /// `tasks` is no table.
    pub fn put_task(
        &mut self,
        name: &str,
        entries: Vec<(&str, Entry)>,
        care: Care,
    ) -> Result<(), Problem> {
        let all = self.document.entry("tasks").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        if let Some(tasks) = all.as_inline_table_mut() {
            let mut task = InlineTable::new();
            fill(&mut task, entries);
            tasks.insert(name, Value::InlineTable(task));
            return Ok(());
        }
        let Some(tasks) = all.as_table_mut() else {
            let text = format!("`tasks` is no table in {}", self.path.display());
            return Err(Problem::new("edit::tasks", text)
                .help("make it a table, `[tasks]`; nothing was changed"));
        };
        let mut task = Table::new();
        fill(&mut task, entries);
        if let Some(old) = tasks.get(name).and_then(Item::as_table).filter(|_| care == Care::Keep) {
            *task.decor_mut() = old.decor().clone();
            task.set_position(old.position());
        }
        tasks.insert(name, Item::Table(task));
        Ok(())
    }

    /// Writes the file, whole or not at all. Returns what it says now.
    ///
    /// # Errors
    /// It cannot be written; it is as it was then.
    pub fn write(self, care: Care) -> Result<String, Problem> {
        let text = match (care, &self.before) {
            (Care::Keep, Some(before)) => dressed(&self.document.to_string(), before),
            _ => self.document.to_string(),
        };
        let done = match care {
            Care::Keep => refuse_read_only(&self.path),
            Care::Plain => Ok(()),
        };
        let done = done.and_then(|()| atomic::replace(&self.path, text.as_bytes()));
        done.map_err(|error| failed(&self.path, "written", &error))?;
        Ok(text)
    }
}

fn fill(task: &mut dyn TableLike, entries: Vec<(&str, Entry)>) {
    for (key, entry) in entries {
        let value: Value = match entry {
            Entry::Text(text) => text.into(),
            Entry::List(texts) => texts.into_iter().collect::<Array>().into(),
            Entry::Yes => true.into(),
        };
        task.insert(key, Item::Value(value));
    }
}

/// The ends of lines and the mark that the parser takes away.
fn dressed(text: &str, before: &str) -> String {
    let ends = before.matches('\n').count();
    let windows = ends > 0 && before.matches("\r\n").count() == ends;
    let text = if windows { text.replace('\n', "\r\n") } else { text.to_string() };
    if before.starts_with(MARK) { format!("{MARK}{text}") } else { text }
}

/// Root may write what nobody is meant to.
fn refuse_read_only(path: &Path) -> io::Result<()> {
    let read_only = fs::metadata(path).is_ok_and(|data| data.permissions().readonly());
    if read_only { Err(io::Error::other("it is read-only")) } else { Ok(()) }
}

fn failed(path: &Path, what: &str, error: &io::Error) -> Problem {
    Problem::new("edit::file", format!("{} cannot be {what}: {error}", path.display()))
        .help("nothing was changed")
}
