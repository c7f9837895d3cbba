//! One directive after the other, over the environment so far.

use std::path::{Path, PathBuf};

use super::age::{Closed, Identities};
use super::file::{self, Contents, Fault, Kind, Pairs};
use super::source::{self, Sourced};
use super::work::{Pass, Work};
use super::{Evaluator, Late, sops, template, venv};
use crate::files;
use crate::model::{AgeFormat, EnvDirective, EnvEntry, EnvMap, Problem, Spot, Venv};

impl Evaluator<'_> {
    pub(super) fn apply(
        &mut self,
        entries: &[EnvEntry],
        pass: Pass,
        work: &mut Work<'_>,
    ) -> Result<(), Problem> {
        for (i, entry) in entries.iter().enumerate().filter(|(_, e)| pass.takes(e)) {
            self.one(i, entry, work)?;
        }
        work.front.put(work.env);
        Ok(())
    }

    /// The entry with that place in its list.
    fn one(&mut self, index: usize, entry: &EnvEntry, work: &mut Work<'_>) -> Result<(), Problem> {
        let spot = &entry.spot;
        match &entry.directive {
            EnvDirective::Set(key, text) => {
                let value = self.value(key, text, spot, work)?;
                self.note_setting(key, text, work);
                work.set(key, value, entry, None);
            }
            EnvDirective::Unset(key) => {
                work.env.unset(key);
                work.comes_from(key, spot, None);
                work.env.configure(key);
            }
            EnvDirective::Default(key, value) => {
                self.note_setting(key, value, work);
                if work.env.get(key).is_none_or(|v| v.is_empty()) {
                    let value = self.value(key, value, spot, work)?;
                    work.env.set(key, value);
                    work.comes_from(key, spot, None);
                }
                work.mark(key, entry.options.redact);
            }
            EnvDirective::Required(key, help) => {
                work.required.push((key.clone(), help.clone(), spot.clone()));
                work.mark(key, entry.options.redact);
            }
            EnvDirective::Age(key, text, format) => {
                if let Some(value) = self.opened(key, text, *format, spot)? {
                    work.env.configure(key);
                    work.set(key, value, entry, None);
                    work.mark(key, entry.options.redact.or(Some(true)));
                }
            }
            EnvDirective::File { path, expand } => {
                let sealed = self.sealed_files;
                let files = self.file(path, *expand, spot, work)?;
                let sealed = sealed != self.sealed_files || template::is_late(path);
                for (file, pairs) in files {
                    for (key, value) in pairs {
                        match sealed {
                            true => work.env.configure_late(Some(&key)),
                            false => work.env.configure(&key),
                        }
                        work.set(&key, value, entry, Some(&file));
                    }
                }
                if sealed {
                    work.env.configure_late(None);
                }
            }
            EnvDirective::Source(path) => {
                work.env.configure_late(None);
                self.sourced_into(path, index, entry, work)?;
            }
            EnvDirective::Path(path) => {
                let text = self.value("_.path", path, spot, work)?;
                // mise puts the parts of `a:b` in front one by one.
                for part in text.split(':').rev() {
                    // Without single dots; double ones stay, as in mise.
                    let dir: PathBuf = self.ctx.dirs.below(work.root, part).components().collect();
                    work.env.configure_more("PATH", dir.as_os_str());
                    work.front.add(&spot.file.path, index, dir);
                }
            }
            EnvDirective::Venv(venv) => self.venv(venv, spot, work)?,
            EnvDirective::Redact(_) => {}
        }
        Ok(())
    }

    /// Remembers that configuration decides on `key`, and whether the value
    /// can be compared with another time's.
    fn note_setting(&self, key: &str, text: &str, work: &mut Work<'_>) {
        let moving = (template::is_template(text) || text.contains('$'))
            && (work.env.has_late()
                || template::is_late(text)
                || template::names_tools(text)
                || (text.contains("vars") && self.has_late_vars()));
        if moving {
            work.env.configure_late(Some(key));
        } else {
            work.env.configure(key);
        }
    }

    /// True where a var of a root may be another one the next time.
    fn has_late_vars(&self) -> bool {
        let mut entries = self.project.roots.iter().flat_map(|root| &root.vars);
        entries.any(|entry| match &entry.directive {
            EnvDirective::Set(_, text) | EnvDirective::Default(_, text) => template::is_late(text),
            EnvDirective::Source(_) => true,
            _ => false,
        })
    }

    /// The files that a path or a pattern means, in the order of their names;
    /// directories are none.
    fn files(
        &mut self,
        key: &str,
        path: &str,
        spot: &Spot,
        work: &Work<'_>,
    ) -> Result<Vec<PathBuf>, Problem> {
        let text = self.value(key, path, spot, work)?;
        let path = self.ctx.dirs.resolve(work.root, text);
        let pattern = path.to_string_lossy();
        // As in mise, only a star makes a pattern.
        let found: Vec<PathBuf> = if path.exists() || !pattern.contains('*') {
            vec![path]
        } else {
            files::matching(work.root, &[pattern.into_owned()])
        };
        Ok(found.into_iter().filter(|path| !path.is_dir()).collect())
    }

    /// The pairs of each file that is meant; a missing file is no mistake.
    pub(super) fn file(
        &mut self,
        path: &str,
        expand: bool,
        spot: &Spot,
        work: &Work<'_>,
    ) -> Result<Vec<(PathBuf, Pairs)>, Problem> {
        let mut files = Vec::new();
        for path in self.files("_.file", path, spot, work)? {
            let kind = Kind::of(&path);
            let fault = |fault: Fault| problem(fault, spot);
            let known = expand.then_some(&*work.env);
            let read = match file::read(&path, kind, known).map_err(fault)? {
                None => continue,
                Some(Contents::Plain(read)) => read,
                Some(Contents::Sops) => self.unlocked(&path, kind, work.env).map_err(fault)?,
            };
            let mut pairs = Pairs::new();
            for (key, value) in read {
                let expands = expand && kind != Kind::Dotenv;
                let value =
                    if expands { self.expanded(&key, value, spot, work.env) } else { value };
                pairs.push((key, value));
            }
            files.push((path, pairs));
        }
        Ok(files)
    }

    /// A file of sops; a query does not start the program.
    fn unlocked(&mut self, path: &Path, kind: Kind, env: &EnvMap) -> Result<Pairs, Fault> {
        self.sealed_files += 1;
        if self.late == Late::Keep {
            self.incomplete = true;
            return Ok(Pairs::new());
        }
        let bytes = match sops::decrypt(path, kind, env, self.ctx, self.settings) {
            Err(_) if !self.settings.sops_strict => return Ok(Pairs::new()),
            other => other?,
        };
        match file::parse(path, kind, &bytes, None)? {
            Contents::Plain(pairs) => Ok(pairs),
            Contents::Sops => Ok(Pairs::new()),
        }
    }

    fn sourced_into(
        &mut self,
        path: &str,
        index: usize,
        entry: &EnvEntry,
        work: &mut Work<'_>,
    ) -> Result<(), Problem> {
        for script in self.scripts(path, &entry.spot, work)? {
            let Sourced { pairs, paths } = sourced(&script, &entry.spot, work)?;
            for (key, value) in pairs {
                work.set(&key, value, entry, Some(&script));
            }
            for dir in paths {
                work.front.add(&entry.spot.file.path, index, dir.into());
            }
        }
        Ok(())
    }

    /// The scripts of a `_.source`; a query does not start them.
    pub(super) fn scripts(
        &mut self,
        path: &str,
        spot: &Spot,
        work: &Work<'_>,
    ) -> Result<Vec<PathBuf>, Problem> {
        if self.late == Late::Keep {
            self.incomplete = true;
            return Ok(Vec::new());
        }
        let mut found = self.files("_.source", path, spot, work)?;
        found.retain(|path| path.exists());
        Ok(found)
    }

    /// The text of an age value; `None` where it may stay closed.
    pub(super) fn opened(
        &mut self,
        name: &str,
        text: &str,
        format: AgeFormat,
        spot: &Spot,
    ) -> Result<Option<String>, Problem> {
        let first = format!("[experimental] Failed to decrypt {name}");
        if !self.settings.experimental {
            let problem = Problem::new(
                "config::age",
                format!("cannot decrypt `{name}`: age values are experimental"),
            );
            let problem = problem.at(spot, "encrypted here").reference(first).reference(
                "age encryption is experimental. Enable it with `mise settings experimental=true`",
            );
            return Err(problem.help("set `experimental = true` below `[settings]`"));
        }
        let identities = self.identities.get_or_init(|| Identities::find(self.ctx, self.settings));
        match identities.open(text, format) {
            Ok(value) => Ok(Some(value)),
            Err(_) if !self.settings.age_strict => Ok(None),
            Err(closed) => Err(self.closed(name, closed, first, spot)),
        }
    }

    fn closed(&self, name: &str, closed: Closed, first: String, spot: &Spot) -> Problem {
        let Closed { why, reference, hints } = closed;
        let key = self.ctx.dirs.tilde(&self.ctx.dirs.config.join("age.txt"));
        let help = format!("set MISE_AGE_KEY or MISE_AGE_KEY_FILE, or put the key into {key}");
        let help = [vec![help], hints].concat().join("\n");
        let problem = Problem::new("config::age", format!("cannot decrypt `{name}`: {why}"))
            .at(spot, "encrypted here")
            .reference(first)
            .help(help);
        reference.into_iter().fold(problem, Problem::reference)
    }

    fn venv(&mut self, venv: &Venv, spot: &Spot, work: &mut Work<'_>) -> Result<(), Problem> {
        let text = self.value("_.python.venv", &venv.path, spot, work)?;
        let path = self.ctx.dirs.resolve(work.root, text);
        let shown = path.display();
        if venv.create && self.late == Late::Render {
            let wanted = venv::Wanted {
                venv,
                path: &path,
                cwd: work.root,
                env: work.env,
                stdlib: self.settings.venv_stdlib,
            };
            venv::create(&wanted, &self.ctx.dirs.state.join("venv")).map_err(
                |(text, theirs)| {
                    Problem::new("config::venv", text)
                        .reference(theirs)
                        .at(spot, "wanted here")
                        .help(format!("to make it by hand, run: python -m venv {shown}"))
                },
            )?;
        }
        if !venv.create && !path.exists() {
            self.note(format!(
                "no venv found at: {shown}\nTo create a virtualenv manually, run:\n\
                 python -m venv {shown}"
            ));
            return Ok(());
        }
        work.front.venv(path.join("bin"));
        work.env.set("VIRTUAL_ENV", path);
        work.comes_from("VIRTUAL_ENV", spot, None);
        Ok(())
    }
}

/// What a script exports.
pub(super) fn sourced(script: &Path, spot: &Spot, work: &Work<'_>) -> Result<Sourced, Problem> {
    source::source(script, work.root, work.env).map_err(|text| {
        Problem::new("config::env", text)
            .at(spot, "named here")
            .help("the script has to go through in bash without ending its shell")
    })
}

/// A fault of a file, with its place and the directive that names the file.
fn problem(fault: Fault, spot: &Spot) -> Problem {
    let problem = Problem::new("config::env", fault.message).help(fault.help);
    let problem = match fault.place {
        Some((place, label)) => problem.at(&place, label),
        None => problem,
    };
    let problem = problem.at(spot, "named here");
    fault.reference.into_iter().fold(problem, Problem::reference)
}
