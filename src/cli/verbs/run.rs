//! `run`: from the words of the command line to one call of `app::run`. Knows
//! nothing of how a run is planned or carried out.

use std::sync::Arc;
use std::time::Duration;

use super::late_flags::{self, LateFlags};
use super::pick::{Picked, pick};
use super::{call, prefix, task_help, timeout, trust};
use crate::app::{self, Asked, RunFlags};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::grammar::output::Output;
use crate::cli::grammar::run::RunArgs;
use crate::cli::grammar::words;
use crate::cli::handover;
use crate::cli::{dialect, is_nested, load, options, query};
use crate::config::trust::Intent;
use crate::config::{self, Loaded};
use crate::model::{Dialect, Exit, Problem};
use crate::sys::Context;

/// Runs the tasks that the words name.
///
/// # Errors
/// All that keeps the run from starting.
pub(in crate::cli) fn run(
    ctx: &Arc<Context>,
    grammar: Dialect,
    global: &Global,
    args: &RunArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let run = |ctx, args| {
        Call { ctx, grammar, dialect: dialect(ctx, grammar), global, args, voice }.run()
    };
    if let Some(word) = args.words.first().filter(|_| args.all) {
        return Err(vec![named(&word.to_string_lossy())]);
    }
    match pick(call::Call { ctx, grammar, global, voice }, args) {
        Picked::Nobody => Err(vec![nobody()]),
        Picked::AsItIs => run(ctx, args),
        Picked::Left(exit) => Ok(exit),
        Picked::Line(ctx, args) => run(&ctx, &args),
    }
}

/// `--all` beside a name.
pub(super) fn named(word: &str) -> Problem {
    Problem::new("usage::all", format!("`--all` is for picking a task, and `{word}` names one"))
        .help("leave one of them out")
}

fn nobody() -> Problem {
    let text = "`--all` asks which task to run, and there is nobody to ask";
    Problem::new("run::all", text).help("name a task; `mep tasks --all` lists them")
}

/// One call.
struct Call<'a> {
    ctx: &'a Arc<Context>,
    grammar: Dialect,
    dialect: Dialect,
    global: &'a Global,
    args: &'a RunArgs,
    voice: &'a Voice,
}

impl Call<'_> {
    fn run(&self) -> Result<Exit, Vec<Problem>> {
        self.args.absent.refuse().map_err(|p| vec![p])?;
        let mut words = self.args.words().map_err(|p| vec![p])?;
        let looks = self.looks(&words);
        let options = options(self.global, self.intent(looks)).whole();
        let mut loaded = load(self.ctx, self.global, &options, self.voice)?;
        if loaded.settings.safe {
            return Err(vec![safe_mode()]);
        }
        self.args.apply(&mut loaded.settings);
        self.args.sandbox.apply(&mut loaded.settings.sandbox, self.ctx);
        let output = self.output().map_err(|p| vec![p])?;
        output.iter().for_each(|output| output.apply(&mut loaded.settings));
        if !looks {
            trust::keep(self.ctx, &loaded, self.voice);
        }
        if let Some(exit) = self.without_run(&loaded, &words).map_err(|p| vec![p])? {
            return Ok(exit);
        }
        let late = self.late(&mut loaded, &mut words);
        let hushed = self.hushes(&loaded);
        let mut warn = |text: &str| {
            if !hushed {
                self.voice.warn(text);
            }
        };
        loaded.project.warnings.iter().for_each(|w| warn(w));
        let mut flags = self.flags(words, output, &late);
        flags.timeout = self.timeout(&loaded).map_err(|p| vec![p])?;
        flags.shuffle = self.shuffle(flags.dry_run, loaded.settings.quiet);
        let palette = self.voice.palette();
        let (ctx, dialect) = (self.ctx, self.dialect);
        let asked = Asked { ctx, dialect, loaded, options: &options, flags: &flags };
        app::run(asked, palette, &mut warn)
    }

    /// True where nothing is to run.
    fn looks(&self, words: &[String]) -> bool {
        self.args.dry_run || task_help::wanted(words) || self.is_late_dry_run(words)
    }

    /// True where a flag behind a name makes this a dry run. Asked of the
    /// project as a query sees it, because the answer decides how it is loaded.
    fn is_late_dry_run(&self, words: &[String]) -> bool {
        if !self.takes_late_flags() || !words.iter().any(|word| word == "--dry-run") {
            return false;
        }
        let options = options(self.global, query(self.ctx, self.grammar, self.global)).whole();
        let project = config::load(self.ctx, &options).project;
        let mut words = words.to_vec();
        prefix::guess(&project, &mut words);
        late_flags::take(&project, &mut words).dry_run
    }

    fn takes_late_flags(&self) -> bool {
        self.dialect == Dialect::Mep && !is_nested(self.ctx)
    }

    /// What may be done with files that nobody trusts. mise trusts whatever
    /// `run` names, also where nothing is to run.
    fn intent(&self, looks: bool) -> Intent {
        let runs = !looks || self.dialect == Dialect::Mise;
        Intent { runs, ..query(self.ctx, self.grammar, self.global) }
    }

    /// What is answered without a run: a flag or a command that is not ours,
    /// the help of a task.
    fn without_run(&self, loaded: &Loaded, words: &[String]) -> Result<Option<Exit>, Problem> {
        let project = &loaded.project;
        if let Some(word) = words.first() {
            words::refuse_flag(word, project, self.grammar)?;
            let exit = handover::unknown_command(self.ctx, self.grammar, word, project, self.voice);
            if exit.is_some() {
                return Ok(exit);
            }
        }
        let helped =
            task_help::wanted(words) && task_help::print(self.ctx, loaded, words, self.grammar)?;
        Ok(helped.then_some(Exit::Success))
    }

    /// Completes names, and takes the flags behind them.
    fn late(&self, loaded: &mut Loaded, words: &mut Vec<String>) -> LateFlags {
        if self.dialect == Dialect::Mep {
            prefix::complete(loaded, words);
        }
        if !self.takes_late_flags() {
            return LateFlags::default();
        }
        let late = late_flags::take(&loaded.project, words);
        late.notices.iter().for_each(|notice| self.voice.warn(notice));
        late.apply(&mut loaded.settings);
        late
    }

    /// As mise, `-q` drops warnings, too.
    fn hushes(&self, loaded: &Loaded) -> bool {
        loaded.settings.quiet && self.grammar == Dialect::Mise
    }

    fn timeout(&self, loaded: &Loaded) -> Result<Option<Duration>, Problem> {
        let setting = loaded.settings.timeout.as_deref();
        timeout::limit(self.args.timeout.as_deref(), setting, self.dialect)
    }

    /// The seed of `--shuffle`, which is told so that the order can be repeated.
    fn shuffle(&self, dry_run: bool, quiet: bool) -> Option<u64> {
        let given = self.args.shuffle?;
        let seed = given.unwrap_or_else(|| u64::from(fastrand::u32(..)));
        if !dry_run && (!quiet || given.is_none()) {
            self.voice.say(&format!("Shuffled: --shuffle={seed} starts tasks in this order again"));
        }
        Some(seed)
    }

    /// `-o`, else its variable: both beat a task's own style.
    fn output(&self) -> Result<Option<Output>, Problem> {
        match self.args.output {
            Some(output) => Ok(Some(output)),
            None => Output::of_variable(self.ctx),
        }
    }

    fn flags(&self, words: Vec<String>, output: Option<Output>, late: &LateFlags) -> RunFlags {
        let args = self.args;
        RunFlags {
            words,
            force: args.force || late.force,
            dry_run: args.dry_run || late.dry_run,
            keep_going: args.continue_on_error,
            changed: args.changed,
            all: args.all,
            style: output.and_then(Output::style),
            styled: output.is_some(),
            old_style: output == Some(Output::Quiet),
            shell: args.shell.clone(),
            skip_deps: args.skip_deps,
            timings: args.timings,
            timeout: None,
            shuffle: None,
            shard: args.part.shard,
            no_total: args.no_timings,
            files: args.files.clone().into(),
            tools: args.tools(),
            remote: None,
        }
    }
}

pub(super) fn safe_mode() -> Problem {
    let text = "running tasks is disabled in safe mode (MISE_SAFE=1)";
    Problem::new("settings::safe", text).help("take `MISE_SAFE` or the setting `safe` away")
}
