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

    /// What it says now.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// What it said.
    pub fn before(&self) -> Option<&str> {
        self.before.as_deref()
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

    /// Says what a key is, with the tables around it where they are not there.
    ///
    /// # Errors
    /// Something around it is no table.
    pub fn set(&mut self, keys: &[&str], value: Value, care: Care) -> Result<(), Problem> {
        let Some((last, around)) = keys.split_last() else { return Ok(()) };
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for (depth, key) in around.iter().enumerate() {
            let item = table.entry(key).or_insert_with(new_table);
            let path = self.path.display();
            table = item.as_table_like_mut().ok_or_else(|| {
                let (all, this) = (keys.join("."), keys[..=depth].join("."));
                let text = format!("cannot set `{all}`: `{this}` is no table in {path}");
                Problem::new("edit::table", text).help("nothing was changed")
            })?;
        }
        match table.get_mut(last) {
            Some(Item::Value(old)) if care == Care::Keep => {
                let decor = old.decor().clone();
                *old = value;
                *old.decor_mut() = decor;
            }
            _ => {
                table.insert(last, Item::Value(value));
            }
        }
        Ok(())
    }

    /// What a key is, if it is there.
    pub fn get(&self, keys: &[&str]) -> Option<&Item> {
        let mut item = self.document.as_item();
        for key in keys {
            item = item.as_table_like()?.get(key)?;
        }
        Some(item)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, keys: &[&str]) -> Option<&mut Item> {
        let mut item = self.document.as_item_mut();
        for key in keys {
            item = item.as_table_like_mut()?.get_mut(key)?;
        }
        Some(item)
    }

    /// Takes a key out. False where it is not there.
    pub fn unset(&mut self, keys: &[&str]) -> bool {
        let Some((last, around)) = keys.split_last() else { return false };
        let table = self.get_mut(around).and_then(Item::as_table_like_mut);
        table.is_some_and(|table| table.remove(last).is_some())
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

fn new_table() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
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
