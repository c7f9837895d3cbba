//! One command of a job → one process: program look-up, script files, what
//! can go wrong before anything runs. Knows nothing of order or other jobs.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::direct::{self, Direct};
use crate::model::{EnvMap, JobView, OutputStyle, Silence};
use crate::plan::{Invocation, Job, echo, script};
use crate::sys::lookup;
use crate::sys::process::{Child, Plug, Spawn};
use crate::sys::sandbox::{self, Refusal, Rule, Rules};

/// A command ready to start.
#[derive(Debug, Default)]
pub(super) struct Ready {
    program: PathBuf,
    arg0: OsString,
    args: Vec<OsString>,
    /// The line to show.
    pub(super) shown: String,
    /// The program's name for messages.
    pub(super) name: String,
    /// The file that it executes, where it is one of the task's own.
    file: Option<PathBuf>,
    /// What it must not touch.
    rules: Rules,
    /// The same without a shell.
    pub(super) direct: Option<Direct>,
    /// Removed when the command has ended.
    pub(super) script: Option<ScriptFile>,
}

/// A script that lives in a file only as long as it runs.
#[derive(Debug)]
pub(super) struct ScriptFile(PathBuf);

impl Drop for ScriptFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Starts commands; remembers where programs are.
#[derive(Debug, Default)]
pub(super) struct Launcher {
    programs: HashMap<(String, OsString), Option<PathBuf>>,
    /// The program that was found last, by what name and in whose environment.
    last: Option<(Arc<EnvMap>, String, PathBuf)>,
    scripts: u32,
    /// Whether the shell at this path may be spared.
    sh: Option<(PathBuf, bool)>,
    /// Show whole scripts, not only the first command.
    show_full: bool,
}

/// The lines that say what is wrong, outermost first.
pub(super) type Complaint = Vec<String>;

impl Launcher {
    pub(super) fn new(show_full: bool) -> Self {
        Self { show_full, ..Self::default() }
    }

    /// Looks up what the command needs; all of it is known by now.
    pub(super) fn prepare(&mut self, job: &Job, command: &Invocation) -> Result<Ready, Complaint> {
        match command {
            Invocation::Shell { shell, script, args, words } => {
                let filled = script::fill(shell, script.text(), args, *words);
                let program = self.find(job, &shell[0])?;
                let mut words: Vec<OsString> = shell[1..].iter().map(OsString::from).collect();
                words.push(filled.run.as_ref().unwrap_or(&filled.shown).into());
                if !filled.parameters.is_empty() {
                    // The word behind a script is its `$0`.
                    words.push(shell[0].clone().into());
                    words.extend(filled.parameters.iter().map(OsString::from));
                }
                let plain = filled.run.is_none() && filled.parameters.is_empty();
                let direct = plain.then(|| Direct::of(shell, &filled.shown)).flatten();
                Ok(Ready {
                    direct: direct.filter(|_| self.may_be_spared(&program)),
                    program,
                    arg0: shell[0].clone().into(),
                    args: words,
                    shown: self.shown(&filled.shown),
                    name: shell[0].clone(),
                    ..Ready::default()
                })
            }
            Invocation::Shebang { script, args } => {
                let text = script.text();
                let shown = self.shown(text);
                let file = self
                    .script_file(text)
                    .map_err(|e| vec![format!("cannot write the script file: {e}")])?;
                Ok(Ready {
                    program: file.0.clone(),
                    arg0: file.0.clone().into(),
                    args: args.iter().map(OsString::from).collect(),
                    shown,
                    name: "the script of `run`".into(),
                    file: Some(file.0.clone()),
                    script: Some(file),
                    ..Ready::default()
                })
            }
            Invocation::File { shell: Some(shell), path, shown, args } => {
                let (flags, after) = (shell[1..].iter(), args.iter());
                let file = std::iter::once(path.clone().into_os_string());
                let words = flags.map(OsString::from).chain(file).chain(after.map(OsString::from));
                Ok(Ready {
                    program: self.find(job, &shell[0])?,
                    arg0: OsString::from(&shell[0]),
                    args: words.collect(),
                    shown: echo::plain(shown, args),
                    name: shell[0].clone(),
                    file: Some(path.clone()),
                    ..Ready::default()
                })
            }
            Invocation::File { shell: None, path, shown, args } => Ok(Ready {
                program: path.clone(),
                arg0: path.clone().into(),
                args: args.iter().map(OsString::from).collect(),
                shown: echo::plain(shown, args),
                name: path.display().to_string(),
                file: Some(path.clone()),
                ..Ready::default()
            }),
        }
    }

    fn may_be_spared(&mut self, sh: &Path) -> bool {
        if let Some((_, answer)) = self.sh.as_ref().filter(|(known, _)| known == sh) {
            return *answer;
        }
        self.sh.insert((sh.to_path_buf(), direct::is_known(sh))).1
    }

    fn shown(&self, script: &str) -> String {
        if self.show_full { script.to_string() } else { echo::first_command(script) }
    }

    fn find(&mut self, job: &Job, name: &str) -> Result<PathBuf, Complaint> {
        if let Some((env, known, found)) = &self.last
            && Arc::ptr_eq(env, &job.env)
            && known == name
        {
            return Ok(found.clone());
        }
        let found = self.look_up(job, name)?;
        if !name.contains('/') {
            self.last = Some((Arc::clone(&job.env), name.to_string(), found.clone()));
        }
        Ok(found)
    }

    fn look_up(&mut self, job: &Job, name: &str) -> Result<PathBuf, Complaint> {
        let path = job.env.get("PATH").unwrap_or_default().to_os_string();
        let key = (name.to_string(), path);
        if let Some(known) = self.programs.get(&key).filter(|_| !name.contains('/')) {
            return known.clone().ok_or_else(|| not_found(name));
        }
        let found = lookup::program(OsStr::new(name), &key.1, &job.cwd);
        self.programs.insert(key, found.clone());
        found.ok_or_else(|| not_found(name))
    }

    /// A private, executable file with the script in it.
    fn script_file(&mut self, text: &str) -> io::Result<ScriptFile> {
        self.scripts += 1;
        let name = format!("mep-script-{}-{}", std::process::id(), self.scripts);
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_file(&path);
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o700).open(&path)?;
        let script = ScriptFile(path);
        file.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(script)
    }
}

fn not_found(name: &str) -> Complaint {
    let where_to =
        if name.contains('/') { "is no executable file" } else { "was not found on PATH" };
    vec![format!("shell `{name}` {where_to}")]
}

impl Ready {
    /// Takes on what the job must not touch. Returns what is to be said of it.
    pub(super) fn confine(&mut self, job: &Job) -> Result<Vec<String>, Complaint> {
        let Some(sandbox) = &job.sandbox else {
            return Ok(Vec::new());
        };
        let (rules, notes) = sandbox.rules(self.file.as_deref()).map_err(|e| vec![e])?;
        self.rules = rules;
        Ok(notes)
    }

    /// Starts the process. True where it is that of a program whose shell was
    /// spared.
    pub(super) fn start(
        &self,
        job: &Job,
        extra: &[(OsString, OsString)],
        streams: [Plug; 3],
        inherit: &[BorrowedFd<'_>],
    ) -> Result<(Child, bool), Complaint> {
        let closed = job.sandbox.as_ref().and_then(|sandbox| sandbox.env(&job.env, extra));
        let closed = closed.map(Arc::new);
        let (env, extra) = match &closed {
            Some(env) => (env, &[][..]),
            None => (&job.env, extra),
        };
        let spec = Spawn {
            program: self.program.clone(),
            arg0: &self.arg0,
            args: &self.args,
            cwd: &job.cwd,
            env,
            extra,
            streams,
            inherit,
        };
        if let Some(child) = self.direct.as_ref().and_then(|it| it.start(&spec, &self.rules)) {
            return Ok((child, true));
        }
        match sandbox::spawn(&spec, &self.rules) {
            Ok(child) => Ok((child, false)),
            // A script without an interpreter line is the shell's.
            Err(Refusal::Start(e)) if e.raw_os_error() == Some(nix::libc::ENOEXEC) => {
                let mut args = vec![self.program.clone().into_os_string()];
                args.extend(self.args.iter().cloned());
                let shell = Spawn {
                    program: "/bin/sh".into(),
                    arg0: OsStr::new("/bin/sh"),
                    args: &args,
                    ..spec
                };
                let child = sandbox::spawn(&shell, &self.rules);
                child.map(|child| (child, false)).map_err(|e| self.complaint(job, &e))
            }
            Err(e) => Err(self.complaint(job, &e)),
        }
    }

    /// Says which of the things that can be missing is.
    fn complaint(&self, job: &Job, refusal: &Refusal) -> Complaint {
        let error = match refusal {
            Refusal::Start(error) => error,
            Refusal::Unenforceable(rule, lacks) => return unenforceable(*rule, lacks),
        };
        let cwd = job.cwd.display();
        if !job.cwd.exists() {
            return vec![format!("task directory does not exist: {cwd}")];
        }
        if !job.cwd.is_dir() {
            return vec![format!("task directory is not a directory: {cwd}")];
        }
        if std::fs::read_dir(&job.cwd).is_err() {
            return vec![format!("task directory cannot be entered: {cwd}: {error}")];
        }
        let what = format!("failed to execute command: {}", self.name);
        match interpreter(&self.program) {
            Some(name) if error.kind() == io::ErrorKind::NotFound => {
                vec![what, format!("its interpreter `{name}` was not found")]
            }
            _ => vec![what, error.to_string()],
        }
    }
}

/// A task never runs with less of a sandbox than it asks for.
fn unenforceable(rule: Rule, lacks: &str) -> Complaint {
    let keys = match rule {
        Rule::Read => "`deny_read`, `allow_read`",
        Rule::Write => "`deny_write`, `allow_write`",
        Rule::Net => "`deny_net`",
    };
    vec![
        format!("the sandbox cannot be enforced here ({keys}): {lacks}"),
        "nothing was run; run it where the kernel can, or take the rule out".into(),
    ]
}

/// The program of a `#!` line.
fn interpreter(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let line = bytes.strip_prefix(b"#!")?.split(|b| *b == b'\n').next()?;
    Some(String::from_utf8_lossy(line).trim().to_string())
}

/// Where a job's streams lead. What has to be redacted comes to us in every
/// style; its input stays the terminal's.
pub(super) fn streams(view: &JobView, terminal: bool) -> [Plug; 3] {
    let silent = view.silent;
    let (input, output) = match view.style {
        _ if terminal => return [Plug::Inherit; 3],
        _ if view.direct => (Plug::Inherit, Plug::Inherit),
        OutputStyle::Interleave => (Plug::Inherit, Plug::Pipe),
        _ => (Plug::Null, Plug::Pipe),
    };
    let stream = |dropped: bool| if dropped { Plug::Null } else { output };
    let input = if silent == Silence::Both { Plug::Null } else { input };
    [input, stream(silent.drops_stdout()), stream(silent.drops_stderr())]
}
