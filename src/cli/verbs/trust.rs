//! `trust` and `untrust`: changes what is on record of config roots, and says
//! so. What trust means is `config`'s business.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::trust::TrustArgs;
use crate::config::trust::{Record, Standing, State, Trust};
use crate::config::{self, ConfigRoot, Loaded};
use crate::model::{Dialect, Exit, Problem, Project};
use crate::sys::{Context, normalize};

/// Directories in which nobody keeps configuration of their own.
const SKIPPED: [&str; 5] = ["node_modules", "vendor", "target", "dist", "build"];

/// Directories below a config root that hold its files.
const INSIDE: [&str; 12] = [
    ".config/mise/conf.d", ".config/mise/tasks", ".config/mise", ".mise/conf.d", ".mise/tasks",
    "mise/conf.d", "mise/tasks", "mise-tasks", ".mise-tasks", ".config", ".mise", "mise",
];

/// One call.
struct Call<'a> {
    ctx: &'a Context,
    grammar: Dialect,
    quiet: bool,
    trust: Trust<'a>,
    profile: Option<String>,
    voice: &'a Voice,
}

/// Changes or shows trust.
///
/// # Errors
/// A path that is not there, a record that cannot be written.
pub(in crate::cli) fn run(
    ctx: &Context,
    grammar: Dialect,
    global: &Global,
    args: &TrustArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let profile = global.env.clone();
    let quiet = global.is_quiet();
    let trust = config::trust_here(ctx, profile.as_deref());
    let mut call = Call { ctx, grammar, quiet, trust, profile, voice };
    let done = if args.show {
        call.show()
    } else if args.all {
        call.all()
    } else if args.untrust {
        call.untrust(args.config_file.as_deref())
    } else if args.ignore {
        call.ignore(args.config_file.as_deref())
    } else {
        call.trust(args.config_file.as_deref())
    };
    done.map(|()| Exit::Success).map_err(|problem| vec![problem])
}

/// Says once that a query has evaluated nothing.
pub(in crate::cli) fn notice(project: &Project, voice: &Voice) {
    let Some(first) = project.untrusted.first() else {
        return;
    };
    let more = match project.untrusted.len() - 1 {
        0 => String::new(),
        1 => ", nor is 1 more".to_string(),
        n => format!(", nor are {n} more"),
    };
    voice.warn(&format!(
        "{} is not trusted{more}: nothing is evaluated, texts are shown as they are written; \
         `mep trust` trusts it",
        first.display()
    ));
}

/// What mise keeps of a run: the roots it trusted for it.
pub(in crate::cli) fn keep(ctx: &Context, loaded: &Loaded, voice: &Voice) {
    if loaded.implied.is_empty() {
        return;
    }
    let mut trust = config::trust_here(ctx, None);
    for root in &loaded.implied {
        let record = Record::new(&canonical(root), State::Trusted);
        if let Err(problem) = trust.write(root, &record) {
            voice.warn(&problem.message);
        }
    }
}

fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

impl Call<'_> {
    fn trust(&mut self, path: Option<&Path>) -> Result<(), Problem> {
        let root = match path {
            Some(path) => Some(self.root_of(path)?),
            None => self.nearest(|standing| standing != Standing::Trusted),
        };
        match root {
            Some(root) => self.record(&root, State::Trusted, "trusted"),
            None => {
                self.nothing("No untrusted config files found.");
                Ok(())
            }
        }
    }

    fn untrust(&mut self, path: Option<&Path>) -> Result<(), Problem> {
        let root = match path {
            Some(path) => Some(self.root_of(path)?),
            None => self.nearest(|standing| standing != Standing::Ignored),
        };
        let Some(root) = root else {
            self.nothing("No trusted config files found.");
            return Ok(());
        };
        self.record(&root, State::Untrusted, "untrusted")?;
        let shown = self.ctx.dirs.tilde(&root.dir);
        if self.trust.by_settings(&canonical(&root.dir)) {
            let text = format!("{shown} is trusted via settings so it will still be trusted.");
            self.voice.warn(&text);
        }
        Ok(())
    }

    fn ignore(&mut self, path: Option<&Path>) -> Result<(), Problem> {
        let root = match path {
            Some(path) => Some(self.root_of(path)?),
            None => self.nearest(|standing| standing != Standing::Ignored),
        };
        match root {
            Some(root) => self.record(&root, State::Ignored, "ignored"),
            None => {
                self.nothing("No trusted config files found.");
                Ok(())
            }
        }
    }

    fn all(&mut self) -> Result<(), Problem> {
        let mut roots = self.roots(&self.ctx.cwd);
        let known = |roots: &[ConfigRoot], dir: &Path| roots.iter().any(|r| r.dir == dir);
        for dir in below(&self.ctx.cwd) {
            if let Some(root) = self.roots(&dir).into_iter().find(|r| r.dir == dir)
                && !known(&roots, &dir)
            {
                roots.push(root);
            }
        }
        for root in roots {
            if !self.is_trusted(&root)? {
                self.record(&root, State::Trusted, "trusted")?;
            }
        }
        Ok(())
    }

    fn show(&mut self) -> Result<(), Problem> {
        let roots = self.roots(&self.ctx.cwd);
        if roots.is_empty() {
            self.say("No trusted config files found.");
        }
        let mut out = String::new();
        for root in roots {
            let shown = self.ctx.dirs.tilde(&root.dir);
            let ignored = self.trust.standing(&root.dir)? == Standing::Ignored;
            if self.trust.is_paranoid() && !ignored {
                for file in &root.files {
                    let word = word(self.knows(&root, file)?);
                    out.push_str(&format!("{}: {word}\n", self.ctx.dirs.tilde(file)));
                }
                continue;
            }
            let word = match ignored && self.grammar == Dialect::Mep {
                true => "ignored",
                false => word(self.is_trusted(&root)?),
            };
            out.push_str(&format!("{shown}: {word}\n"));
        }
        let _ = std::io::stdout().write_all(out.as_bytes());
        Ok(())
    }

    /// Roots with configuration from `/` down to `dir`.
    fn roots(&self, dir: &Path) -> Vec<ConfigRoot> {
        let ctx = Context { cwd: dir.to_path_buf(), ..self.ctx.clone() };
        config::config_roots(&ctx, self.profile.as_deref())
    }

    fn nearest(&mut self, wanted: impl Fn(Standing) -> bool) -> Option<ConfigRoot> {
        let roots = self.roots(&self.ctx.cwd);
        // A record that cannot be read is one to write anew.
        roots.into_iter().rev().find(|root| {
            let trusted = self.is_trusted(root).unwrap_or(false);
            match self.trust.standing(&root.dir) {
                Ok(Standing::Trusted) if !trusted => wanted(Standing::Unknown),
                Ok(standing) => wanted(standing),
                Err(_) => true,
            }
        })
    }

    fn is_trusted(&mut self, root: &ConfigRoot) -> Result<bool, Problem> {
        if !self.trust.is_paranoid() {
            return Ok(self.trust.standing(&root.dir)? == Standing::Trusted);
        }
        for file in &root.files {
            if !self.knows(root, file)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn knows(&self, root: &ConfigRoot, file: &Path) -> Result<bool, Problem> {
        let text = fs::read(file).unwrap_or_default();
        self.trust.knows_content(&root.dir, file, &String::from_utf8_lossy(&text))
    }

    /// The root that a path of the command line means.
    fn root_of(&self, path: &Path) -> Result<ConfigRoot, Problem> {
        let full = normalize(&self.ctx.cwd.join(path));
        if !full.exists() {
            let text = format!("Path does not exist: {}", path.display());
            return Err(Problem::new("trust::path", text.clone())
                .reference(format!(
                    "{text}\nmise resolves this to a trust root before recording anything, and \
                     that resolution is lexical — a path that is not there would act on its \
                     parent directory instead."
                ))
                .help("name a configuration file or its directory"));
        }
        let dir = if full.is_dir() { full.clone() } else { root_dir(&full) };
        let known = self.roots(&dir).into_iter().find(|root| root.dir == dir);
        let mut root = known.unwrap_or(ConfigRoot { dir, files: Vec::new(), monorepo: false });
        if full.is_file() && !root.files.contains(&full) {
            root.files.push(full);
        } else if full.is_dir() && root.files.is_empty() && self.grammar == Dialect::Mep {
            let text = format!("there is no configuration in {}", path.display());
            return Err(Problem::new("trust::path", text)
                .help("name a directory that holds a mise.toml, or the file itself"));
        }
        Ok(root)
    }

    fn record(&mut self, root: &ConfigRoot, state: State, word: &str) -> Result<(), Problem> {
        let mut record = Record::new(&canonical(&root.dir), state);
        let trusts = state == State::Trusted;
        record.monorepo = trusts && root.monorepo;
        let paranoid = self.trust.is_paranoid();
        if trusts && paranoid {
            for file in &root.files {
                let text = fs::read(file).unwrap_or_default();
                record.add_file(&canonical(file), &String::from_utf8_lossy(&text));
            }
        }
        self.trust.write(&root.dir, &record)?;
        if paranoid && state != State::Ignored {
            for file in &root.files {
                self.say(&format!("{word} {}", self.ctx.dirs.tilde(file)));
            }
        } else {
            self.say(&format!("{word} {}", self.ctx.dirs.tilde(&root.dir)));
        }
        Ok(())
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            let line = format!("{} {text}\n", self.grammar.as_str());
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }

    fn nothing(&self, text: &str) {
        if !self.quiet {
            self.voice.warn(text);
        }
    }
}

fn word(trusted: bool) -> &'static str {
    if trusted { "trusted" } else { "untrusted" }
}

/// The config root of a file, by its name alone.
fn root_dir(file: &Path) -> PathBuf {
    let dir = file.parent().unwrap_or(Path::new("/"));
    for above in dir.ancestors() {
        for inside in INSIDE {
            if above.ends_with(inside) {
                let levels = Path::new(inside).components().count();
                return above.ancestors().nth(levels).unwrap_or(dir).to_path_buf();
            }
        }
    }
    dir.to_path_buf()
}

/// Every directory below, without what git ignores.
fn below(dir: &Path) -> Vec<PathBuf> {
    let walk = WalkBuilder::new(dir)
        .require_git(false)
        .sort_by_file_name(|a, b| a.cmp(b))
        .filter_entry(|entry| {
            let skipped = SKIPPED.iter().any(|name| entry.file_name() == *name);
            entry.file_type().is_some_and(|t| t.is_dir()) && (entry.depth() == 0 || !skipped)
        })
        .build();
    walk.flatten().filter(|e| e.depth() > 0).map(ignore::DirEntry::into_path).collect()
}
