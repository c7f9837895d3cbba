//! The command line: grammar, dialect, listings, and how mistakes are shown.
//! The only room that knows clap and argv.

mod completion;
mod diagnostics;
mod grammar;
mod handover;
mod picker;
mod verbs;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches};

use crate::config::trust::Intent;
use crate::config::{self, Loaded, Options};
use crate::model::{Dialect, Exit, MISE_VERSION, Problem};
use crate::report::Palette;
use crate::sys::{Context, sandbox, signal};
use diagnostics::Voice;
use grammar::{Cli, Command, Global, plain_words, words};
use verbs::call::Call;
use verbs::{
    converge, doctor, env, generate, last, log, plan, rerun, run, settings, tasks, trust, watch,
    which, why,
};

/// Runs the program and returns its exit code.
pub fn main() -> u8 {
    let argv: Vec<OsString> = std::env::args_os().collect();
    if let Some(code) = sandbox::enter(&argv) {
        return code;
    }
    let grammar = grammar(argv.first());
    let exit = match Context::of_this_process() {
        Ok(ctx) => dispatch(ctx, grammar, argv),
        Err(error) => {
            let problem =
                Problem::new("cli::cwd", format!("the current directory cannot be read: {error}"));
            Voice::new(grammar, Palette::plain()).problems(&[problem]);
            Exit::Failure
        }
    };
    if exit == Exit::CtrlC {
        signal::tell_own_group(nix::sys::signal::Signal::SIGINT);
    }
    // A shell that called us has to see that Ctrl-C ended us.
    let interrupted = matches!(exit, Exit::Signal(2) | Exit::CtrlC);
    if interrupted && grammar == Dialect::Mep && std::io::stdin().is_terminal() {
        signal::die_by(nix::sys::signal::Signal::SIGINT);
    }
    exit.code()
}

/// The dialect of the name we were called by.
fn grammar(argv0: Option<&OsString>) -> Dialect {
    let name = argv0.map(Path::new).and_then(Path::file_name);
    Dialect::from_name(&name.unwrap_or_default().to_string_lossy())
}

/// True where another run of ours started this one.
fn is_nested(ctx: &Context) -> bool {
    ctx.env.get_str("MEP_DIALECT").is_some()
}

/// The rules inside a run: those of the outermost one.
fn dialect(ctx: &Context, grammar: Dialect) -> Dialect {
    match ctx.env.get_str("MEP_DIALECT") {
        Some(name) => Dialect::from_name(name),
        None => grammar,
    }
}

fn dispatch(mut ctx: Context, grammar: Dialect, argv: Vec<OsString>) -> Exit {
    let palette = Palette::decide(&ctx, std::io::stderr().is_terminal());
    let voice = Voice::new(grammar, palette);
    if let Some(exit) = completion::answer(&ctx, grammar, &argv, &voice) {
        return exit;
    }
    let argv = verbs::help::meant(grammar, &argv).unwrap_or(argv);
    if grammar == Dialect::Mise
        && let Some(exit) = handover::foreign(&ctx, &argv, &voice)
    {
        return exit;
    }
    let cli = match plain_words::read(&argv) {
        Some(cli) => cli,
        None => match by_grammar(&ctx, grammar, &argv) {
            Ok(cli) => cli,
            Err(exit) => return exit,
        },
    };
    if let Some(Err(problem)) = cli.global.cd.as_ref().map(|dir| enter(&mut ctx, dir)) {
        voice.problems(&[problem]);
        return Exit::Failure;
    }
    let ctx = Arc::new(ctx);
    match verb(&ctx, grammar, cli, &voice) {
        Ok(exit) => exit,
        Err(problems) => {
            voice.problems(&problems);
            problems.iter().find_map(usage_exit).unwrap_or(Exit::Failure)
        }
    }
}

fn usage_exit(problem: &Problem) -> Option<Exit> {
    problem.code.starts_with("usage::").then_some(Exit::Usage)
}

/// True where the first word has the name of a command that mise lacks, and
/// means a task all the same.
fn names_task(ctx: &Context, grammar: Dialect, command: &clap::Command, argv: &[OsString]) -> bool {
    let Some(at) = words::own_verb(command, argv) else {
        return false;
    };
    if grammar == Dialect::Mise {
        return true;
    }
    let flags = command.clone().try_get_matches_from(&argv[..at]);
    let Ok(Cli { global, .. }) = flags.and_then(|m| Cli::from_arg_matches(&m)) else {
        return false;
    };
    let mut ctx = ctx.clone();
    ctx.cwd = global.cd.as_ref().map_or(ctx.cwd.clone(), |dir| ctx.cwd.join(dir));
    let name = argv[at].to_str().unwrap_or_default();
    !global.builtin
        && config::load(&ctx, &options(&global, Intent::default())).project.find(name).is_some()
}

fn by_grammar(ctx: &Context, grammar: Dialect, argv: &[OsString]) -> Result<Cli, Exit> {
    let command = grammar::command(grammar);
    let is_task = names_task(ctx, grammar, &command, argv);
    parse(grammar, command, argv, is_task)
}

/// Reads the command line; help and version print themselves.
fn parse(
    grammar: Dialect,
    mut command: clap::Command,
    argv: &[OsString],
    is_task: bool,
) -> Result<Cli, Exit> {
    if grammar == Dialect::Mise {
        command = command.name("mise").bin_name("mise").version(MISE_VERSION);
        // The command wins over a task of its name, as all commands of mise do.
        let asked = ["--version", "-V", "version", "v"].iter().any(|word| argv[1..] == [*word]);
        if asked {
            let _ = writeln!(std::io::stdout(), "{MISE_VERSION}");
            return Err(Exit::Success);
        }
    }
    if argv.len() == 1 {
        let help = command.render_help();
        let _ = write!(std::io::stderr(), "{help}");
        return Err(Exit::Usage);
    }
    let (mut head, mut words) = words::split_words(&command, argv, is_task);
    if grammar == Dialect::Mise {
        if words::begins_with_unknown_flag(&command, argv) {
            (head, words) = (argv.to_vec(), Vec::new());
        }
        head = words::without_idle_values(&command, head);
    }
    let matches = command.try_get_matches_from(head);
    let mut cli = matches.and_then(|m| Cli::from_arg_matches(&m)).map_err(|error| {
        let _ = error.print();
        if error.use_stderr() { Exit::Usage } else { Exit::Success }
    })?;
    if let Some(own) = cli.words() {
        *own = words;
    }
    Ok(cli)
}

/// `-C`: everything after happens there.
fn enter(ctx: &mut Context, dir: &Path) -> Result<(), Problem> {
    let failed = |error: std::io::Error| {
        let text = match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!("Directory specified with --cd does not exist: {}", dir.display())
            }
            _ => format!("Cannot change to the directory {}: {error}", dir.display()),
        };
        Problem::new("cli::cd", text.clone())
            .reference(format!("{text}\nPlease check the path and try again."))
            .help("check the path and try again")
    };
    std::env::set_current_dir(dir).map_err(failed)?;
    ctx.cwd = std::env::current_dir().map_err(failed)?;
    Ok(())
}

fn verb(
    ctx: &Arc<Context>,
    grammar: Dialect,
    cli: Cli,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let global = cli.global;
    match cli.command {
        Some(Command::Run(run)) => run::run(ctx, grammar, &global, &run, voice),
        Some(Command::Trust(args)) => trust::run(ctx, grammar, &global, &args.0, voice),
        Some(Command::Untrust(args)) => trust::run(ctx, grammar, &global, &(*args.0).into(), voice),
        Some(Command::Tasks(args)) => {
            tasks::run(Call { ctx, grammar, global: &global, voice }, args)
        }
        Some(Command::Settings(args)) => {
            settings::run(Call { ctx, grammar, global: &global, voice }, *args.0)
        }
        Some(Command::Plan(args)) => {
            plan::run(Call { ctx, grammar, global: &global, voice }, &args.0)
        }
        Some(Command::Watch(args)) => watch::run(ctx, grammar, &global, &args.0, voice),
        Some(Command::Which(args)) => {
            which::run(Call { ctx, grammar, global: &global, voice }, &args.0)
        }
        Some(Command::Why(args)) => why::run(ctx, grammar, &global, &args.0, voice),
        Some(Command::Completion(args)) => verbs::completion::run(ctx, grammar, &args.0, voice),
        Some(Command::Cache(args)) => {
            verbs::cache::run(Call { ctx, grammar, global: &global, voice }, &args.0)
        }
        Some(Command::Config(args)) => {
            verbs::config::run(Call { ctx, grammar, global: &global, voice }, *args.0)
        }
        Some(Command::Converge(args)) => converge::converge(ctx, grammar, &global, &args.0, voice),
        Some(Command::Doctor(args)) => {
            doctor::run(Call { ctx, grammar, global: &global, voice }, &args.0)
        }
        Some(Command::HookEnv(args)) => env::hook::run(ctx, grammar, &global, &args.0, voice),
        Some(Command::Env(args)) => env::run(ctx, grammar, &global, &args.0, voice),
        Some(Command::Generate(args)) => {
            generate::run(Call { ctx, grammar, global: &global, voice }, &args)
        }
        Some(Command::Last(args)) => last::run(ctx, grammar, &global, &args.0, voice),
        Some(Command::Log(args)) => log::run(ctx, grammar, &global, &args.0, voice),
        Some(Command::Rerun(args)) => rerun::run(ctx, grammar, &global, &args.0, voice),
        None => {
            let help = Cli::command().render_help();
            let _ = write!(std::io::stderr(), "{help}");
            Ok(Exit::Usage)
        }
    }
}

/// What a query may do with files that nobody trusts.
fn query(ctx: &Context, grammar: Dialect, global: &Global) -> Intent {
    let yes = global.yes() || ctx.flag("MISE_YES");
    Intent { runs: false, dialect: dialect(ctx, grammar), yes }
}

fn options(global: &Global, intent: Intent) -> Options {
    let profile = global.env.clone();
    Options { profile, no_config: global.no_config, intent, whole: false }
}

/// Reads the project; a file that must not be read stops every command.
fn load(
    ctx: &Context,
    global: &Global,
    options: &Options,
    voice: &Voice,
) -> Result<Loaded, Vec<Problem>> {
    let loaded = read(ctx, global, options)?;
    trust::notice(&loaded.project, voice);
    Ok(loaded)
}

/// The same, where what nobody trusts is the verb's own to tell.
fn read(ctx: &Context, global: &Global, options: &Options) -> Result<Loaded, Vec<Problem>> {
    let mut loaded = config::load(ctx, options);
    let refused = |problem: &&Problem| problem.code == config::trust::REFUSED;
    // As mise does, one at a time: trusting one may lift the others.
    if let Some(problem) = loaded.project.problems.iter().find(refused) {
        return Err(vec![problem.clone()]);
    }
    global.apply(&mut loaded.settings);
    Ok(loaded)
}
