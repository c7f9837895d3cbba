//! The questions to a real mise: one process each, with a guard that keeps a
//! mise which leads back to us from asking again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::difference::Difference;
use super::versions::Versions;
use serde::de::DeserializeOwned;

use crate::model::{Problem, Project, Spot};
use crate::sys::Context;

/// Set while mise answers.
const GUARD: &str = "MEP_ASKS_FOR_TOOLS";

/// Variables that say how mise is to work, and are not its answer.
const OURS: [&str; 2] = [GUARD, "MISE_TRUSTED_CONFIG_PATHS"];

/// True where somebody who was asked for tools has called us.
pub(super) fn is_asked(ctx: &Context) -> bool {
    ctx.env.get(GUARD).is_some()
}

/// One project's questions.
#[derive(Debug)]
pub(super) struct Asker<'a> {
    pub(super) ctx: &'a Context,
    pub(super) mise: &'a Path,
    pub(super) project: &'a Project,
    pub(super) installs: bool,
    pub(super) quiet: bool,
    pub(super) notes: &'a RefCell<Vec<String>>,
}

impl Asker<'_> {
    /// Installs what is missing, then asks for the environment.
    pub(super) fn environment(
        &self,
        profiles: &[String],
        args: &[String],
    ) -> Result<Difference, Problem> {
        if self.installs {
            self.install(profiles, args)?;
        }
        let mut command = self.command(profiles);
        command.args(["--no-env", "env", "--json"]).args(args);
        if !self.installs {
            // Tools that are named on its command line mise would install.
            command.env("MISE_OFFLINE", "1");
        }
        let output = self.output(&mut command)?;
        if !output.status.success() {
            let problem = self.failed("mise env", &output);
            if self.installs {
                return Err(problem);
            }
            let text = problem.message.lines().next().unwrap_or_default().to_string();
            self.notes.borrow_mut().push(format!("{text}; tools that are missing stay missing"));
            return Ok(Difference::default());
        }
        let _ = std::io::stderr().write_all(&output.stderr);
        self.parsed(&output.stdout)
    }

    /// The tools in force, and where they are.
    pub(super) fn versions(&self, profiles: &[String]) -> Result<Versions, Problem> {
        let mut command = self.command(profiles);
        command.args(["--no-env", "ls", "--current", "--json"]);
        if !self.installs {
            command.env("MISE_OFFLINE", "1");
        }
        let output = self.output(&mut command)?;
        if !output.status.success() {
            return Err(self.failed("mise ls", &output));
        }
        self.json(&output.stdout, "`mise ls --current --json`", "tools")
    }

    /// Only a look first: mise says something even where nothing is missing.
    fn install(&self, profiles: &[String], args: &[String]) -> Result<(), Problem> {
        let mut look = self.command(profiles);
        look.args(["--no-env", "install", "--dry-run-code"]).args(args);
        if self.output(&mut look)?.status.success() {
            return Ok(());
        }
        let mut install = self.command(profiles);
        install.args(["--no-env", "install"]).args(args).stdout(Stdio::null());
        self.watched(&mut install, "mise install")
    }

    /// Brings the dependencies of `[deps]` up to date.
    pub(super) fn deps(&self, providers: &[(String, Spot)]) -> Result<(), Problem> {
        let mut command = self.command(&[]);
        command.args(["deps", "install"]);
        for (name, _) in providers {
            command.args(["--only", name]);
        }
        self.watched(&mut command, "mise deps install")
    }

    /// Runs with our standard error, for work that a person waits for.
    fn watched(&self, command: &mut Command, what: &str) -> Result<(), Problem> {
        if self.quiet {
            command.env("MISE_QUIET", "1");
        }
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let status = command.status().map_err(|error| self.unstartable(&error))?;
        if status.success() {
            return Ok(());
        }
        let text = format!("`{what}` ({}) ended with {}", self.mise.display(), ending(&status));
        Err(self.placed(Problem::new("tools::failed", text)))
    }

    fn command(&self, profiles: &[String]) -> Command {
        let mut command = Command::new(self.mise);
        command.env_clear();
        command.envs(self.ctx.env.iter()).current_dir(&self.project.dir);
        command.env("PWD", &self.project.dir).env(GUARD, "1");
        if !profiles.is_empty() {
            command.env("MISE_ENV", profiles.join(","));
        }
        // We have decided already whom to trust.
        let mut trusted: Vec<PathBuf> =
            self.project.roots.iter().map(|root| root.dir.clone()).collect();
        let before = self.ctx.env.get("MISE_TRUSTED_CONFIG_PATHS").unwrap_or_default();
        trusted.extend(std::env::split_paths(before).filter(|p| !p.as_os_str().is_empty()));
        let joined = std::env::join_paths(trusted).unwrap_or_else(|_| OsString::from(before));
        command.env("MISE_TRUSTED_CONFIG_PATHS", joined);
        command
    }

    fn output(&self, command: &mut Command) -> Result<Output, Problem> {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.output().map_err(|error| self.unstartable(&error))
    }

    fn unstartable(&self, error: &std::io::Error) -> Problem {
        let text = format!("cannot start {}: {error}", self.mise.display());
        self.placed(Problem::new("tools::start", text))
    }

    fn failed(&self, what: &str, output: &Output) -> Problem {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: String = said.trim_end().lines().map(|line| format!("\n  {line}")).collect();
        let text = format!(
            "`{what}` ({}) ended with {}{said}",
            self.mise.display(),
            ending(&output.status)
        );
        self.placed(Problem::new("tools::failed", text))
    }

    fn placed(&self, problem: Problem) -> Problem {
        let problem = match self.project.tools.first() {
            Some(spot) => problem.at(spot, "asked for here"),
            None => problem,
        };
        problem.help("`tools = \"off\"` in mep.toml leaves tools alone")
    }

    fn json<T: DeserializeOwned>(&self, bytes: &[u8], what: &str, of: &str) -> Result<T, Problem> {
        serde_json::from_slice(bytes).map_err(|error| {
            let shown = String::from_utf8_lossy(bytes);
            let shown = shown.lines().next().unwrap_or_default();
            let mise = self.mise.display();
            let text = format!("{what} ({mise}) gave no table of {of}: {error}\n  {shown}");
            self.placed(Problem::new("tools::answer", text))
        })
    }

    fn parsed(&self, bytes: &[u8]) -> Result<Difference, Problem> {
        let map: BTreeMap<String, Option<String>> =
            self.json(bytes, "`mise env --json`", "variables")?;
        let theirs = self.ctx.env.get("PATH").unwrap_or_default();
        let theirs: Vec<PathBuf> = std::env::split_paths(theirs).collect();
        let path = map.get("PATH").cloned().flatten().unwrap_or_default();
        let paths = std::env::split_paths(&path)
            .filter(|dir| !dir.as_os_str().is_empty() && !theirs.contains(dir));
        let paths = paths.collect();
        let vars = map.into_iter().filter(|(name, _)| name != "PATH" && !OURS.contains(&&**name));
        let vars = vars.filter_map(|(name, value)| Some((name, value?))).collect();
        Ok(Difference { vars, paths, lasts: true, ..Difference::default() })
    }
}

fn ending(status: &std::process::ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}
