//! `mise watch` where watchexec is on PATH: its command line as mise writes it,
//! and its end. Knows nothing of tasks.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use crate::app::Watchexec;
use crate::cli::grammar::watch::{ClearMode, Mode, WatchArgs};
use crate::model::{Exit, Problem};
use crate::sys::terminal::Terminal;
use crate::sys::{Context, lookup, signal};

/// The program, where there is one.
pub(super) fn program(ctx: &Context) -> Option<PathBuf> {
    lookup::program(OsStr::new("watchexec"), ctx.env.get("PATH")?, &ctx.cwd)
}

/// Runs watchexec to its end.
pub(super) fn run(
    ctx: &Context,
    args: &WatchArgs,
    profile: Option<&str>,
    tasks: &Watchexec,
) -> Result<Exit, Problem> {
    let mut words = forwarded(args, tasks.no_vcs_ignore);
    if args.filters.glob.is_empty() {
        words.extend(tasks.flags.iter().cloned());
    }
    words.extend(args.filters.glob.iter().flat_map(|glob| ["-f".to_string(), glob.clone()]));
    words.push("--".into());
    let mut words: Vec<OsString> = words.into_iter().map(Into::into).collect();
    words.extend([own_name(ctx).into(), "run".into()]);
    words.extend(args.skip_deps.then(|| "--skip-deps".into()));
    words.extend(tasks.words.iter().map(Into::into));
    let mut command = Command::new("watchexec");
    command.args(&words);
    command.envs(profile.map(|profile| ("MISE_ENV", profile)));
    let terminal = Terminal::open();
    let failed = |error| {
        Problem::new("watch::watchexec", format!("cannot run watchexec: {error}"))
            .help("see whether it can be run by itself")
    };
    let mut child = command.spawn().map_err(failed)?;
    // Ctrl-C is watchexec's; how it ends is ours to tell.
    let status = signal::while_ignored(nix::sys::signal::Signal::SIGINT, || child.wait());
    terminal.iter().for_each(Terminal::restore_modes);
    let status = status.map_err(failed)?;
    if status.success() {
        return Ok(Exit::Success);
    }
    let words = words.iter().map(|word| word.to_string_lossy());
    let all: Vec<_> = std::iter::once("watchexec".into()).chain(words).collect();
    let text = format!("command {all:?} exited with code {}", end(status));
    Err(Problem::new("watch::watchexec", text))
}

fn end(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => code.to_string(),
        (None, signal) => format!("<signal {}>", signal.unwrap_or_default()),
    }
}

/// Where the program that was called lies, under the name by which it was: the
/// name says whose rules hold.
fn own_name(ctx: &Context) -> PathBuf {
    let called = ctx.words.first().map(OsString::as_os_str).unwrap_or_default();
    let path = ctx.env.get("PATH").unwrap_or_default();
    lookup::program(called, path, &ctx.cwd).unwrap_or_else(|| ctx.exe.clone())
}

/// The flags that mise hands on, in its order.
fn forwarded(args: &WatchArgs, no_vcs_ignore: bool) -> Vec<String> {
    let mut all = Forwarded::default();
    let (filters, others) = (&args.filters, &args.others);
    all.option("--delay-run", &args.delay_run);
    all.option("--poll", &args.poll);
    all.option("--signal", &args.signal);
    all.option("--stop-signal", &args.stop_signal);
    all.option("--stop-timeout", &args.stop_timeout.clone().filter(|text| text != "10s"));
    all.option("--debounce", &args.debounce.clone().filter(|text| text != "50ms"));
    all.flag("--stdin-quit", args.stdin_quit);
    all.flag("--no-vcs-ignore", filters.no_vcs_ignore || no_vcs_ignore);
    all.flag("--no-project-ignore", filters.no_project_ignore);
    all.flag("--no-global-ignore", filters.no_global_ignore);
    all.flag("--no-default-ignore", filters.no_default_ignore);
    all.flag("--no-discover-ignore", filters.no_discover_ignore);
    all.flag("--ignore-nothing", filters.ignore_nothing);
    all.flag("--postpone", args.postpone);
    all.flag("--clear", args.clear.is_some());
    all.0.extend((args.clear == Some(ClearMode::Reset)).then(|| "reset".to_string()));
    all.flag("--restart", args.restart);
    let mode = match args.on_busy_update {
        Some(Mode::Queue) => Some("queue"),
        Some(Mode::Restart) => Some("restart"),
        Some(Mode::Signal) => Some("signal"),
        Some(Mode::DoNothing) | None => None,
    };
    all.option("--on-busy-update", &mode.map(str::to_string));
    all.option("--wrap-process", &others.wrap_process);
    all.list("--map-signal", &others.map_signal);
    all.list("--watch", &filters.watch);
    all.list("--watch-non-recursive", &filters.watch_non_recursive);
    all.list("--exts", &filters.exts);
    all.list("--filter", &filters.filter);
    all.list("--watch-file", &filters.watch_file);
    all.list("--ignore", &filters.ignore);
    all.list("--ignore-file", &filters.ignore_file);
    all.flag("--print-events", args.print_events);
    all.0
}

#[derive(Default)]
struct Forwarded(Vec<String>);

impl Forwarded {
    fn flag(&mut self, name: &str, given: bool) {
        self.0.extend(given.then(|| name.to_string()));
    }

    fn option(&mut self, name: &str, value: &Option<String>) {
        self.list(name, value.as_slice());
    }

    fn list(&mut self, name: &str, values: &[String]) {
        self.0.extend(values.iter().flat_map(|value| [name.to_string(), value.clone()]));
    }
}
