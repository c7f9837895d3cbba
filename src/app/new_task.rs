//! A new task: as a table of a configuration file, or as a file of its own. Knows
//! where it goes and what is written there, not what was typed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::edit::{Care, Entry, Sheet};
use crate::config::trust::{Record, Standing, State};
use crate::config::{self, TaskDirs};
use crate::model::{Dialect, Problem};
use crate::sys::{Context, atomic};

/// What is to be known of the task.
#[derive(Debug, Clone, Default)]
pub struct NewTask {
    /// Its name.
    pub name: String,
    /// The keys that are given, by their names in a configuration file.
    pub keys: Vec<(&'static str, Entry)>,
    /// The words of its command.
    pub run: Vec<String>,
}

/// In which order a table has its keys.
const IN_TABLE: [&str; 14] = [
    "depends", "depends_post", "wait_for", "description", "alias", "dir", "hide", "raw", "sources",
    "outputs", "shell", "quiet", "silent", "run",
];

/// And in which a script has them; its shell stands in the first line.
const IN_SCRIPT: [&str; 12] = [
    "depends", "depends_post", "wait_for", "alias", "description", "dir", "hide", "raw", "sources",
    "outputs", "quiet", "silent",
];

/// Programs that know `set -euo pipefail`.
const STRICT: [&str; 3] = ["bash", "zsh", "ksh"];

impl NewTask {
    /// Writes it into the project's configuration file. As mise, what has its name
    /// is replaced. Returns the file.
    ///
    /// # Errors
    /// A task that is there already, without `force`; a file that is no TOML, or
    /// cannot be written.
    pub fn into_config(
        mut self,
        ctx: &Context,
        profile: Option<&str>,
        dialect: Dialect,
        force: bool,
    ) -> Result<PathBuf, Problem> {
        let care = if dialect == Dialect::Mise { Care::Plain } else { Care::Keep };
        let path = config::writable(ctx, profile);
        let mut sheet = Sheet::open(&path)?;
        let spot = sheet.task(&self.name).filter(|_| !force && dialect == Dialect::Mep);
        if let Some(spot) = spot {
            let text = format!("there is a task `{}` already: {}", self.name, spot.place());
            return Err(taken(text).at(&spot, "this one"));
        }
        if !self.run.is_empty() {
            self.keys.push(("run", Entry::Text(shell_words::join(&self.run))));
        }
        let rank = |key: &str| IN_TABLE.iter().position(|known| *known == key);
        self.keys.sort_by_key(|(key, _)| rank(key).unwrap_or(IN_TABLE.len()));
        let existed = sheet.existed();
        sheet.put_task(&self.name, self.keys, care)?;
        let text = sheet.write(care)?;
        trust(ctx, profile, dialect, existed, &path, &text)?;
        Ok(path)
    }

    /// Writes it as a script. Returns the file.
    ///
    /// # Errors
    /// A task that is there already, without `force`; no directory for it, or one
    /// that cannot be written.
    pub fn into_script(
        self,
        dirs: &TaskDirs,
        dialect: Dialect,
        force: bool,
    ) -> Result<PathBuf, Problem> {
        let mut path = script_path(dirs, &self.name, dialect)?;
        if path.is_dir() {
            path.push("_default");
        }
        if path.exists() && !force && dialect == Dialect::Mep {
            return Err(taken(format!("there is a file already: {}", path.display())));
        }
        write_script(&path, &self.script(dialect))?;
        Ok(path)
    }

    fn script(&self, dialect: Dialect) -> String {
        let get = |wanted: &str| self.keys.iter().find(|(key, _)| *key == wanted).map(|(_, e)| e);
        let shell = match get("shell") {
            Some(Entry::Text(shell)) => shell.as_str(),
            _ => "bash",
        };
        let mut out = format!("#!/usr/bin/env {shell}\n");
        if shell.contains(' ') && dialect == Dialect::Mep {
            out = format!("#!/usr/bin/env -S {shell}\n");
        }
        for key in IN_SCRIPT {
            if let Some(entry) = get(key) {
                out += &format!("#MISE {key}={}\n", in_header(key, entry, dialect));
            }
        }
        let program = shell.split_whitespace().next().unwrap_or_default();
        let program = program.rsplit('/').next().unwrap_or_default();
        if dialect == Dialect::Mise || STRICT.contains(&program) {
            out += "set -euxo pipefail\n";
        }
        if !self.run.is_empty() {
            // mise leaves the quotes away, and the words fall apart.
            let line = match dialect {
                Dialect::Mise => self.run.join(" "),
                Dialect::Mep => shell_words::join(&self.run),
            };
            out += &format!("\n{line}\n");
        }
        out
    }
}

/// What a script that is made to be edited begins with.
const EMPTY_SCRIPT: &str = "#!/usr/bin/env bash\nset -euxo pipefail\n\n";

/// Makes a script to be edited.
///
/// # Errors
/// It cannot be written.
pub fn write_empty_script(path: &Path) -> Result<(), Problem> {
    write_script(path, EMPTY_SCRIPT)
}

/// Where a script of that name goes: the first of the directories that is there.
///
/// # Errors
/// The project names directories, and none is there; as mep, a name that leads
/// out of them.
pub fn script_path(dirs: &TaskDirs, name: &str, dialect: Dialect) -> Result<PathBuf, Problem> {
    let relative = name.replace(':', "/");
    let leads_out = relative.split('/').any(|part| matches!(part, "" | "." | ".."));
    if leads_out && dialect == Dialect::Mep {
        return Err(Problem::new("edit::name", format!("`{name}` is no name for a file task"))
            .help("names of files are joined by colons, as in `db:reset`"));
    }
    let found = dirs.paths.iter().find(|path| path.is_dir());
    match found {
        Some(dir) => Ok(dir.join(relative)),
        None if dirs.chosen => {
            let text = "task includes do not contain an existing directory where a file task can \
                        be created";
            Err(Problem::new("edit::dir", text)
                .help("make one of the directories of `task_config.includes`"))
        }
        None => Ok(dirs.usual.join(relative)),
    }
}

fn write_script(path: &Path, text: &str) -> Result<(), Problem> {
    let written = match fs::metadata(path) {
        Ok(_) => atomic::replace(path, text.as_bytes()).and_then(|()| make_executable(path)),
        Err(_) => atomic::write_executable(path, text.as_bytes()),
    };
    written.map_err(|error| {
        Problem::new("edit::file", format!("{} cannot be written: {error}", path.display()))
            .help("nothing was changed")
    })
}

fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o755))
}

/// A value in the header of a script. mise escapes nothing in it.
fn in_header(key: &str, entry: &Entry, dialect: Dialect) -> String {
    let quoted = |text: &str| match dialect {
        Dialect::Mise => format!("\"{text}\""),
        Dialect::Mep => serde_json::Value::from(text).to_string(),
    };
    match entry {
        Entry::Yes => "true".to_string(),
        Entry::List(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            format!("[{}]", texts.join(", "))
        }
        Entry::Text(text) if key == "dir" && dialect == Dialect::Mise => text.clone(),
        Entry::Text(text) => quoted(text),
    }
}

fn taken(text: String) -> Problem {
    Problem::new("edit::taken", text).help("`--force` replaces it; nothing was changed")
}

/// mise trusts the file that it has written. As mep that goes for a new one: what
/// others have written into it is trusted by nobody for that.
fn trust(
    ctx: &Context,
    profile: Option<&str>,
    dialect: Dialect,
    existed: bool,
    path: &Path,
    text: &str,
) -> Result<(), Problem> {
    let mut trust = config::trust_here(ctx, profile);
    let mut roots = config::config_roots(ctx, profile).into_iter();
    let root = roots.find(|root| root.files.iter().any(|file| file == path));
    let parent = || path.parent().map(Path::to_path_buf);
    let dir = root.map(|root| root.dir).or_else(parent).unwrap_or_default();
    let known = trust.standing(&dir)?;
    if trust.is_paranoid() || known == Standing::Unknown {
        if existed && dialect == Dialect::Mep && known != Standing::Trusted {
            return Ok(());
        }
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let mut record = Record::new(&real(&dir), State::Trusted);
        if trust.is_paranoid() {
            record.add_file(&real(path), text);
        }
        trust.write(&dir, &record)?;
    }
    Ok(())
}
