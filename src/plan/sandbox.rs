//! What the processes of a job must not touch: the task's keys, the settings
//! and the command line put together. Knows the paths, not the kernel.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wildmatch::WildMatchPattern;

use super::field::Field;
use crate::model::{EnvMap, Sandbox};
use crate::sys::sandbox::Rules;
use crate::sys::{Context, normalize};

/// Variables that a closed environment keeps. The last ones are ours: they make
/// a nested run obey the rules of this one, not wait for locks that it holds,
/// and ask for no tools again.
const KEPT: [&str; 10] = [
    "PATH", "HOME", "USER", "SHELL", "TERM", "COLORTERM", "LANG", "MEP_DIALECT", "MEP_LOCKS",
    "MEP_TOOLS",
];

/// Variables that are about the process, and so are never inherited. By the
/// second one a run knows what is its own.
const OF_THE_PROCESS: [&str; 2] = ["MISE_TASK_PGID_MANAGED", "MEP_RUN"];

/// mise's words.
const NO_HOSTS: &str = "per-host network filtering (--allow-net=<host>) is not supported on Linux. \
                        Use --deny-net to block all network, or remove --allow-net.";

/// A pattern of variables, in which only `*` means something.
type Pattern = WildMatchPattern<'*', '\0'>;

/// A job's sandbox, complete but for paths that are known when it starts.
#[derive(Debug)]
pub struct Confinement {
    ctx: Arc<Context>,
    /// What relative paths lie below.
    dir: PathBuf,
    deny_read: bool,
    deny_write: bool,
    deny_net: bool,
    allow_read: Vec<Field>,
    allow_write: Vec<Field>,
    names_hosts: bool,
    /// The variables that come through; `None` is all.
    env: Option<Vec<Pattern>>,
}

impl Confinement {
    /// The sandbox of a task in `dir`, `None` where nothing is denied. `common`
    /// is what settings and flags say, with absolute paths; `field` makes a text
    /// of the task ready.
    ///
    /// # Errors
    /// Those of `field`.
    pub(super) fn new<E>(
        ctx: &Arc<Context>,
        dir: &Path,
        task: &Sandbox,
        common: &Sandbox,
        field: impl Fn(&str, &str) -> Result<Field, E>,
    ) -> Result<Option<Self>, E> {
        if task.is_empty() && common.is_empty() {
            return Ok(None);
        }
        let paths = |key: &str, own: &[String], common: &[String]| {
            let own = own.iter().map(|text| field(text, key));
            let common = common.iter().map(|path| Ok(Field::Static(path.as_str().into())));
            own.chain(common).collect::<Result<Vec<_>, E>>()
        };
        let allow_read = paths("allow_read", &task.allow_read, &common.allow_read)?;
        let allow_write = paths("allow_write", &task.allow_write, &common.allow_write)?;
        let mut all = task.clone();
        all.add(common);
        let names_hosts = !all.allow_net.is_empty();
        let closed = all.deny_env || !all.allow_env.is_empty();
        let names = KEPT.into_iter();
        let names = names.chain(all.allow_env.iter().map(String::as_str));
        let names = names.chain(all.pass_through_env.iter().map(String::as_str));
        Ok(Some(Self {
            ctx: Arc::clone(ctx),
            dir: dir.to_path_buf(),
            deny_read: all.deny_read,
            deny_write: all.deny_write,
            deny_net: all.deny_net,
            allow_read,
            allow_write,
            names_hosts,
            env: closed.then(|| names.map(Pattern::new).collect()),
        }))
    }

    /// The rules for a process that runs the file `script`, and what is to be
    /// said of them. mep itself can always be run: the words `mep` and `mise`
    /// lead to it.
    ///
    /// # Errors
    /// A path that does not render, or hosts, which Linux cannot tell apart.
    pub fn rules(&self, script: Option<&Path>) -> Result<(Rules, Vec<String>), String> {
        if self.names_hosts {
            return Err(NO_HOSTS.to_string());
        }
        let reads = self.paths(&self.allow_read)?;
        let writes = self.paths(&self.allow_write)?;
        let notes = self.missing(reads.iter().chain(&writes));
        let (read, write) = (self.deny_read || !reads.is_empty(), !writes.is_empty());
        let ours = [self.ctx.dirs.mise_data.as_path(), &self.ctx.exe].into_iter().chain(script);
        let reads = reads.into_iter().chain(ours.map(Path::to_path_buf));
        let rules = Rules {
            read: read.then(|| reads.collect()),
            write: (self.deny_write || write).then_some(writes),
            deny_net: self.deny_net,
        };
        Ok((rules, notes))
    }

    /// An empty text names no path.
    fn paths(&self, fields: &[Field]) -> Result<Vec<PathBuf>, String> {
        let texts = fields.iter().map(Field::get).collect::<Result<Vec<_>, _>>()?;
        let texts = texts.iter().filter(|text| !text.is_empty());
        Ok(texts.map(|text| self.ctx.dirs.below(&self.dir, text)).collect())
    }

    /// What there is to say, in mise's words, of paths that do not exist.
    fn missing<'p>(&self, paths: impl Iterator<Item = &'p PathBuf>) -> Vec<String> {
        let mut told: Vec<PathBuf> = Vec::new();
        let mut notes = Vec::new();
        for path in paths {
            let gone = path.metadata().is_err_and(|e| e.kind() == ErrorKind::NotFound);
            let place = normalize(path);
            if !gone || told.contains(&place) {
                continue;
            }
            told.push(place);
            let there = path.ancestors().skip(1).find(|above| above.exists());
            notes.push(format!(
                "sandbox: {} does not exist, so its rule was dropped.\nLandlock can only bind \
                 rules to paths that already exist. To let the task create it, allow a directory \
                 that does exist — the closest is {}.",
                self.ctx.dirs.tilde(path),
                self.ctx.dirs.tilde(there.unwrap_or(Path::new("/")))
            ));
        }
        notes
    }

    /// The environment of a process that would have `env` and `extra`; `None`
    /// where all of it comes through.
    pub fn env(&self, env: &EnvMap, extra: &[(OsString, OsString)]) -> Option<EnvMap> {
        let patterns = self.env.as_ref()?;
        let passes = |key: &OsStr| {
            let key = key.to_string_lossy();
            patterns.iter().any(|pattern| pattern.matches(&key))
        };
        let inherited = env.iter().filter(|(key, _)| passes(key));
        let extra = extra.iter().map(|(key, value)| (key.as_os_str(), value.as_os_str()));
        let extra =
            extra.filter(|(key, _)| passes(key) || OF_THE_PROCESS.iter().any(|own| key == own));
        Some(inherited.chain(extra).collect())
    }
}
