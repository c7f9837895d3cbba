//! Which files may be evaluated: judges each file of a project before
//! anything in it means anything. Reads records; `cli` writes them. Knows
//! nothing of what a file holds but whether it can do harm by being read.

mod record;
mod safe;
mod worktree;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use record::Store;
pub use record::{Record, State};

use super::settings::TrustSettings;
use crate::model::{Dialect, Problem, SourceFile};
use crate::sys::Context;

/// What the caller is about to do with what it loads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Intent {
    /// Tasks run: whoever asks for that trusts their files. Else it is a
    /// query, which trusts nobody.
    pub runs: bool,
    /// Whose rules hold.
    pub dialect: Dialect,
    /// `-y`, which is an answer to mise's question whether to trust.
    pub yes: bool,
}

/// How a config root stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// By a record, by a setting, or by its place.
    Trusted,
    /// Nobody has said anything.
    Unknown,
    /// Somebody said no.
    Untrusted,
    /// To be treated as absent.
    Ignored,
}

/// What becomes of one file.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It counts as it is.
    Read,
    /// It is read, and nothing in it is evaluated.
    Raw,
    /// As if it were not there.
    Absent,
    /// The command stops.
    Refused(Problem),
}

/// Looks up how roots stand, each once.
#[derive(Debug)]
pub struct Trust<'c> {
    ctx: &'c Context,
    settings: TrustSettings,
    store: Store,
    known: HashMap<PathBuf, Standing>,
}

impl<'c> Trust<'c> {
    /// With the settings of the user's own files.
    pub(super) fn new(ctx: &'c Context, settings: TrustSettings) -> Self {
        Self { ctx, settings, store: Store::new(&ctx.dirs), known: HashMap::new() }
    }

    /// True where every file needs trust, and only as it is now.
    pub fn is_paranoid(&self) -> bool {
        self.settings.paranoid
    }

    /// How the root stands.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn standing(&mut self, root: &Path) -> Result<Standing, Problem> {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        if let Some(known) = self.known.get(&root) {
            return Ok(*known);
        }
        let standing = self.look_up(&root)?;
        self.known.insert(root, standing);
        Ok(standing)
    }

    fn look_up(&self, root: &Path) -> Result<Standing, Problem> {
        let own = self.store.state(root)?;
        if own == Some(State::Ignored) {
            return Ok(Standing::Ignored);
        }
        if self.by_settings(root) {
            return Ok(Standing::Trusted);
        }
        match own {
            Some(State::Trusted) => return Ok(Standing::Trusted),
            Some(State::Untrusted) => return Ok(Standing::Untrusted),
            _ => {}
        }
        if self.below_monorepo(root)? {
            return Ok(Standing::Trusted);
        }
        match worktree::original(root) {
            Some(original) if self.store.state(&original)? == Some(State::Trusted) => {
                Ok(Standing::Trusted)
            }
            _ => Ok(Standing::Unknown),
        }
    }

    /// Trusted without a record.
    pub fn by_settings(&self, path: &Path) -> bool {
        let listed = |listed: &PathBuf| {
            let full = self.ctx.dirs.below(&self.ctx.cwd, listed);
            let full = fs::canonicalize(&full).unwrap_or(full);
            path.starts_with(&full) || full.parent() == Some(path) && full.is_file()
        };
        self.settings.ci || self.settings.paths.iter().any(listed)
    }

    fn below_monorepo(&self, root: &Path) -> Result<bool, Problem> {
        for above in root.ancestors().skip(1) {
            if self.store.is_monorepo(above)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// True where this very content was trusted; what counts in paranoid mode.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn knows_content(&self, root: &Path, file: &Path, text: &str) -> Result<bool, Problem> {
        if self.by_settings(file) {
            return Ok(true);
        }
        self.store.knows(root, file, text)
    }

    /// Puts a record in the place of the one there is.
    ///
    /// # Errors
    /// Where it cannot be written; the old one is then as it was.
    pub fn write(&mut self, root: &Path, record: &Record) -> Result<(), Problem> {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        self.known.remove(&root);
        self.store.write(&root, record)
    }
}

/// Judges the files of one load.
#[derive(Debug)]
pub(super) struct Judge<'c> {
    trust: Trust<'c>,
    intent: Intent,
    /// Roots that were trusted only because something of them is to run.
    pub(super) implied: Vec<PathBuf>,
}

/// What kind of file it is; they differ in what makes them harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `mise.toml` and its like.
    Config,
    /// Tasks of a directory.
    Include,
}

impl<'c> Judge<'c> {
    pub(super) fn new(ctx: &'c Context, settings: TrustSettings, intent: Intent) -> Self {
        Self { trust: Trust::new(ctx, settings), intent, implied: Vec::new() }
    }

    /// What becomes of a file of the project at `root`.
    pub(super) fn file(&mut self, root: &Path, file: &SourceFile, kind: Kind) -> Verdict {
        self.verdict(root, file, kind).unwrap_or_else(Verdict::Refused)
    }

    fn verdict(&mut self, root: &Path, file: &SourceFile, kind: Kind) -> Result<Verdict, Problem> {
        if kind == Kind::Include && safe::include(&file.text) {
            return Ok(Verdict::Read);
        }
        let standing = self.trust.standing(root)?;
        let mise = self.intent.dialect == Dialect::Mise;
        if standing == Standing::Ignored && kind == Kind::Config {
            return Ok(Verdict::Absent);
        }
        if self.trust.is_paranoid() {
            let known = self.trust.knows_content(root, &file.path, &file.text)?;
            return Ok(if known || (self.intent.yes && mise) {
                Verdict::Read
            } else {
                Verdict::Refused(refusal(file, kind, Why::Paranoid))
            });
        }
        match standing {
            Standing::Trusted => return Ok(Verdict::Read),
            Standing::Untrusted if !mise => {
                return Ok(Verdict::Refused(refusal(file, kind, Why::Untrusted)));
            }
            _ => {}
        }
        if self.intent.runs || (self.intent.yes && mise) {
            self.imply(root, file, kind);
            return Ok(Verdict::Read);
        }
        if kind == Kind::Config && safe::config(&file.text) {
            return Ok(Verdict::Read);
        }
        Ok(if mise { Verdict::Refused(refusal(file, kind, Why::Unknown)) } else { Verdict::Raw })
    }

    /// mise keeps the trust that a run implies; a harmless file needs none.
    fn imply(&mut self, root: &Path, file: &SourceFile, kind: Kind) {
        let keeps = self.intent.dialect == Dialect::Mise;
        if !keeps || self.implied.iter().any(|known| known == root) {
            return;
        }
        if kind == Kind::Include || !safe::config(&file.text) {
            self.implied.push(root.to_path_buf());
        }
    }
}

/// Code of a refusal, which stops every command.
pub const REFUSED: &str = "trust::refused";

#[derive(Debug, Clone, Copy)]
enum Why {
    Unknown,
    Untrusted,
    Paranoid,
}

fn refusal(file: &SourceFile, kind: Kind, why: Why) -> Problem {
    let path = file.path.display();
    let message = match why {
        Why::Unknown => format!("{path} is not trusted"),
        Why::Untrusted => format!("{path} is not trusted: its directory was untrusted"),
        Why::Paranoid => format!("{path} is not trusted as it is now (paranoid mode)"),
    };
    let mut problem = Problem::new(REFUSED, message).help("read it, then run `mep trust`");
    if kind == Kind::Config {
        problem = problem.reference(format!("error parsing config file: {path}"));
    }
    problem.reference(format!(
        "Config files in {path} are not trusted.\nTrust them with `mise trust`. \
         See https://mise.jdx.dev/cli/trust.html for more information."
    ))
}
