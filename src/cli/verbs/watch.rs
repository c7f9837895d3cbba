//! `watch`: from the words of the command line to one call of `app::watch`, or
//! as mise of the watchexec that is on PATH. Knows nothing of files.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use nix::sys::signal::Signal;

use super::{prefix, run, trust, watchexec};
use crate::app::{self, Clear, Filters, Front, OnBusy, RunFlags, Watch, WatchFlags};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::output::Output;
use crate::cli::grammar::watch::{ClearMode, FilterArgs, Mode, WatchArgs};
use crate::cli::grammar::words;
use crate::cli::{dialect, load, options, query};
use crate::config::Loaded;
use crate::config::trust::Intent;
use crate::files::Kinds;
use crate::model::{Dialect, Exit, Problem};
use crate::sys::{Context, duration};

/// Runs tasks, and again when files change.
///
/// # Errors
/// All that keeps the watch from starting.
pub(in crate::cli) fn run(
    ctx: &Arc<Context>,
    grammar: Dialect,
    global: &Global,
    args: &WatchArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let dialect = dialect(ctx, grammar);
    let options = options(global, Intent { runs: true, ..query(ctx, grammar, global) }).whole();
    let mut words = words::texts(&args.words).map_err(one)?;
    words.extend(words::texts(&args.others.task_flag).map_err(one)?);
    let output = Output::of_variable(ctx).map_err(one)?;
    let read = || {
        let mut loaded = load(ctx, global, &options, voice)?;
        if loaded.settings.safe {
            return Err(vec![run::safe_mode()]);
        }
        output.iter().for_each(|output| output.apply(&mut loaded.settings));
        Ok(loaded)
    };
    let loaded = read()?;
    refuse(args, &words, &loaded, grammar).map_err(one)?;
    trust::keep(ctx, &loaded, voice);
    if dialect == Dialect::Mep {
        prefix::complete(&loaded, &mut words);
    }
    let quiet = loaded.settings.quiet;
    let warn = |text: &str| {
        if !quiet || grammar == Dialect::Mep {
            voice.warn(text);
        }
    };
    loaded.project.warnings.iter().for_each(|text| warn(text));
    let run = RunFlags {
        words,
        skip_deps: args.skip_deps,
        timings: args.timings,
        style: output.and_then(Output::style),
        styled: output.is_some(),
        old_style: output == Some(Output::Quiet),
        ..RunFlags::default()
    };
    if grammar == Dialect::Mise && watchexec::program(ctx).is_some() {
        let tasks = app::watchexec(ctx, &loaded, &options, &run)?;
        return watchexec::run(ctx, args, global.env.as_deref(), &tasks).map_err(one);
    }
    app::watch(&Watch {
        ctx,
        dialect,
        options: &options,
        run,
        flags: flags(ctx, args, quiet).map_err(one)?,
        palette: voice.palette(),
        front: Front {
            load: &read,
            say: &|text| voice.say(text),
            warn: &warn,
            problems: &|problems| voice.problems(problems),
        },
    })
}

/// Flags that nobody here can do anything with, and mistyped ones.
fn refuse(
    args: &WatchArgs,
    words: &[String],
    loaded: &Loaded,
    grammar: Dialect,
) -> Result<(), Problem> {
    if grammar == Dialect::Mise {
        return Ok(());
    }
    if let Some(name) = args.others.without_effect() {
        return Err(Problem::new("usage::absent", format!("`{name}` is not in this version"))
            .help("`mep watch --help` lists the flags"));
    }
    match words.first() {
        Some(word) => {
            let own = WatchArgs::augment_args(clap::Command::new("watch"));
            words::refuse_flag_of(&own, word, &loaded.project, grammar)
        }
        None => Ok(()),
    }
}

fn flags(ctx: &Context, args: &WatchArgs, quiet: bool) -> Result<WatchFlags, Problem> {
    let on_busy = match (args.on_busy_update, args.restart, &args.signal) {
        (Some(Mode::Queue), ..) => OnBusy::Queue,
        (Some(Mode::DoNothing), ..) => OnBusy::Ignore,
        (Some(Mode::Signal), ..) | (None, false, Some(_)) => OnBusy::Signal,
        (Some(Mode::Restart) | None, ..) => OnBusy::Restart,
    };
    let stop_signal = signal("--stop-signal", args.stop_signal.as_deref())?;
    let span = |flag, text: &Option<String>, unit, default| match text {
        Some(text) => time(flag, text, unit),
        None => Ok(default),
    };
    const SECOND: Duration = Duration::from_secs(1);
    const MILLISECOND: Duration = Duration::from_millis(1);
    Ok(WatchFlags {
        filters: filters(ctx, &args.filters)?,
        on_busy,
        signal: match &args.signal {
            Some(text) => signal("--signal", Some(text))?,
            None => stop_signal,
        },
        stop_signal,
        stop_timeout: span("--stop-timeout", &args.stop_timeout, SECOND, SECOND * 10)?,
        debounce: span("--debounce", &args.debounce, MILLISECOND, MILLISECOND * 50)?,
        delay: span("--delay-run", &args.delay_run, SECOND, Duration::ZERO)?,
        poll: poll(args)?,
        postpone: args.postpone,
        clear: match args.clear {
            None => Clear::No,
            Some(ClearMode::Clear) => Clear::Screen,
            Some(ClearMode::Reset) => Clear::Reset,
        },
        stdin_quit: args.stdin_quit,
        bell: args.bell,
        print_events: args.print_events,
        quiet,
    })
}

/// How often to look, where the system is not to be asked.
fn poll(args: &WatchArgs) -> Result<Option<Duration>, Problem> {
    let Some(text) = &args.poll else {
        return Ok(None);
    };
    let every = time("--poll", text, Duration::from_millis(1))?;
    if every.is_zero() {
        return Err(wrong("--poll", text, "time at all"));
    }
    Ok(Some(every))
}

fn wrong(flag: &str, text: &str, what: &str) -> Problem {
    Problem::new("usage::duration", format!("`{flag}` is `{text}`, which is no {what}"))
        .help("a duration is written like 300ms, 30s, 5m or 1h30m")
}

/// A duration; a bare number is of the unit that watchexec takes it for.
fn time(flag: &str, text: &str, unit: Duration) -> Result<Duration, Problem> {
    if let Ok(number) = text.trim().parse::<u32>() {
        return Ok(unit * number);
    }
    duration::parse(text).ok_or_else(|| wrong(flag, text, "duration"))
}

/// `SIGTERM`, `term` or `15`; without any, TERM.
fn signal(flag: &str, text: Option<&str>) -> Result<Signal, Problem> {
    let Some(text) = text else {
        return Ok(Signal::SIGTERM);
    };
    let name = text.trim().to_ascii_uppercase();
    let number = name.parse::<i32>().ok().and_then(|number| Signal::try_from(number).ok());
    let short = || Signal::from_str(&format!("SIG{}", name.trim_start_matches("SIG"))).ok();
    number.or_else(short).ok_or_else(|| {
        Problem::new("usage::signal", format!("`{flag}` is `{text}`, which is no signal"))
            .help("a signal is written like SIGHUP, HUP or 1")
    })
}

fn filters(ctx: &Context, args: &FilterArgs) -> Result<Filters, Problem> {
    let at = |text: &String| ctx.cwd.join(text);
    let mut paths: Vec<PathBuf> = Vec::new();
    for text in &args.watch_file {
        let read = std::fs::read_to_string(at(text)).map_err(|error| {
            Problem::new("usage::watch-file", format!("`--watch-file` {text}: {error}"))
                .help("it has to be a file with one path a line")
        })?;
        let lines = read.lines().map(str::trim).filter(|line| !line.is_empty());
        paths.extend(lines.map(|line| ctx.cwd.join(line)));
    }
    paths.extend(args.watch.iter().map(at));
    let flat: Vec<PathBuf> = args.watch_non_recursive.iter().map(at).collect();
    if let Some(missing) = paths.iter().chain(&flat).find(|path| !path.exists()) {
        let text = format!("`{}` is not there", missing.display());
        return Err(Problem::new("usage::watch-path", text).help("name what there is to watch"));
    }
    let nothing = args.ignore_nothing;
    let none = args.no_discover_ignore || nothing;
    let ext = |text: &String| text.trim().trim_start_matches('.').to_string();
    Ok(Filters {
        paths: paths.iter().map(|path| crate::sys::normalize(path)).collect(),
        flat: flat.iter().map(|path| crate::sys::normalize(path)).collect(),
        globs: args.glob.clone(),
        exts: args.exts.iter().map(ext).filter(|ext| !ext.is_empty()).collect(),
        only: args.filter.clone(),
        except: args.ignore.clone(),
        except_files: args.ignore_file.iter().map(at).collect(),
        kinds: Kinds {
            vcs: !none && !args.no_vcs_ignore,
            project: !none && !args.no_project_ignore,
            global: !none && !args.no_global_ignore,
            litter: !nothing && !args.no_default_ignore,
        },
    })
}
