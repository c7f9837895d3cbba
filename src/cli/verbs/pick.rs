//! `run` without a name, on a terminal: which task, and with which arguments. What
//! comes of it is a command line like one that was typed.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::ops::Range;
use std::sync::Arc;

use usage::SpecChoices;

use super::call::Call;
use super::past::typed;
use super::{late_flags, shown};
use crate::app::{self, Asked, RunFlags};
use crate::cli::grammar::run::RunArgs;
use crate::cli::picker::{self, CommandLine, Mood, Row, Unanswered};
use crate::cli::{dialect, options, query};
use crate::config::env::{Evaluator, Late};
use crate::config::trust::Intent;
use crate::config::{self, Loaded, Options};
use crate::model::{Blame, Dialect, Exit, Problem, Project, Task, format_elapsed};
use crate::plan::{self, Group, runnable};
use crate::record::{History, Latest, Place, Verdict};
use crate::sys::Context;

/// What becomes of a command line.
pub(super) enum Picked {
    /// It stays as it is: it says what to run, or that is a mistake.
    AsItIs,
    /// It asks to be asked, and there is nobody to ask.
    Nobody,
    /// Nothing is to run.
    Left(Exit),
    /// This one was meant.
    Line(Arc<Context>, Box<RunArgs>),
}

/// Asks for the task that a command line does not name.
pub(super) fn pick(call: Call<'_>, args: &RunArgs) -> Picked {
    let nobody = if args.all && !args.changed { Picked::Nobody } else { Picked::AsItIs };
    let Some((words, gap)) = gap(call, args) else {
        return nobody;
    };
    let runs = !args.dry_run || dialect(call.ctx, call.grammar) == Dialect::Mise;
    let intent = Intent { runs, ..query(call.ctx, call.grammar, call.global) };
    let options = options(call.global, intent).whole();
    let loaded = config::load(call.ctx, &options);
    if !can_choose(&loaded, args) {
        return Picked::AsItIs;
    }
    let asked = Desk { call, args, options, loaded: &loaded }.ask(&words, &gap);
    match asked {
        Ok(picked) => line(call, args, &words, gap, &picked),
        Err(Unanswered::Nowhere) => nobody,
        Err(Unanswered::Left) => Picked::Left(Exit::Left),
        Err(Unanswered::Gone) => Picked::Left(Exit::Signal(1)),
        // A script that called us has not heard of it; mise does not tell it.
        Err(Unanswered::Interrupted) => Picked::Left(match call.grammar {
            Dialect::Mep => Exit::CtrlC,
            Dialect::Mise => Exit::Left,
        }),
    }
}

/// The words, and those of them in whose place a name has to come, where somebody
/// can be asked for it. Most lines have a name: they cost nothing here.
fn gap(call: Call<'_>, args: &RunArgs) -> Option<(Vec<String>, Range<usize>)> {
    let is_mise = call.grammar == Dialect::Mise;
    let gap = match args.words.first() {
        None => 0..0,
        Some(first) if first == "--" => 0..0,
        // mise asks also where `default` is said.
        Some(_) if is_mise => {
            let is_name = |at: usize| at == 0 || args.words[at - 1] == ":::";
            let mut names = args.words.iter().take_while(|word| *word != "--").enumerate();
            let (at, _) = names.find(|(at, word)| *word == "default" && is_name(*at))?;
            at..at + 1
        }
        Some(_) => return None,
    };
    // mise reads keys from the terminal, whatever its input is.
    let keys = is_mise || std::io::stdin().is_terminal();
    let draws = call.ctx.env.get_str("TERM") != Some("dumb") && std::io::stderr().is_terminal();
    let is_told = args.changed || args.absent.refuse().is_err();
    let words = args.words().ok()?;
    (keys && draws && !is_told).then_some((words, gap))
}

/// True where there is something to choose, and no run would tell of a mistake
/// instead.
fn can_choose(loaded: &Loaded, args: &RunArgs) -> bool {
    let project = &loaded.project;
    !loaded.settings.safe
        && (args.all || runnable(project, "default").is_empty())
        && !project.problems.iter().any(|problem| problem.blame == Blame::Project)
        && shown_tasks(project, args).next().is_some()
}

/// The tasks to choose from: of a monorepo those near to us, or all.
fn shown_tasks<'p>(project: &'p Project, args: &RunArgs) -> impl Iterator<Item = &'p Task> {
    let all = args.all;
    project.tasks.iter().filter(move |task| !task.hide && (all || !task.root.aside))
}

/// The line with what was picked: it is shown, and it is what is on record.
fn line(
    call: Call<'_>,
    args: &RunArgs,
    words: &[String],
    gap: Range<usize>,
    picked: &[String],
) -> Picked {
    let all = [&words[..gap.start], picked, &words[gap.end..]].concat();
    let mut ctx = Context::clone(call.ctx);
    ctx.words = argv(call, words.len());
    ctx.words.extend(all.iter().map(OsString::from));
    if !call.global.is_quiet() {
        let line = [begin(call, words.len()), typed(&all)].join(" ");
        let palette = call.voice.palette();
        call.voice.say(&format!("{} {}", palette.paint("2", "$"), palette.paint("1", &line)));
    }
    let mut args = args.clone();
    args.all = false;
    args.words = all.into_iter().map(OsString::from).collect();
    Picked::Line(Arc::new(ctx), Box::new(args))
}

/// The command line up to its last `words`, as it is with a name: `--all` only
/// asks for one.
fn argv(call: Call<'_>, words: usize) -> Vec<OsString> {
    let argv = &call.ctx.words;
    let head = &argv[..argv.len().saturating_sub(words)];
    head.iter().filter(|word| *word != "--all").cloned().collect()
}

/// The same as a person would type it.
fn begin(call: Call<'_>, words: usize) -> String {
    let mut texts: Vec<String> =
        argv(call, words).iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(program) = texts.first_mut() {
        *program = call.grammar.as_str().to_string();
    }
    typed(&texts)
}

/// What is known while questions are asked.
struct Desk<'a> {
    call: Call<'a>,
    args: &'a RunArgs,
    options: Options,
    loaded: &'a Loaded,
}

impl<'a> Desk<'a> {
    /// Names and arguments, as they can stand in the gap.
    fn ask(&self, words: &[String], gap: &Range<usize>) -> Result<Vec<String>, Unanswered> {
        let mut evaluator = Evaluator::new(self.call.ctx, self.loaded, Late::Keep);
        let project = &self.loaded.project;
        let mut tasks: Vec<&Task> = shown_tasks(project, self.args).collect();
        tasks.sort_by(|a, b| a.name.cmp(&b.name));
        let has_args = words.get(gap.end).is_some_and(|word| word != ":::");
        let rows = self.rows(&tasks, &mut evaluator);
        let chosen = picker::tasks(rows, !has_args, self.call.voice.palette())?;
        let mut picked: Vec<String> = Vec::new();
        for (at, task) in chosen.iter().filter_map(|at| tasks.get(*at)).enumerate() {
            if at > 0 {
                picked.push(":::".into());
            }
            let name = name(project, task);
            let is_last = at + 1 == chosen.len() && gap.end == words.len();
            if has_args {
                picked.push(name);
                continue;
            }
            let before = typed(words[..gap.start].iter().chain(&picked));
            let begin = [begin(self.call, words.len()), before].join(" ");
            let form = Form { desk: self, task, name: &name, begin: begin.trim_end(), is_last };
            picked.extend(form.ask(&mut evaluator)?);
        }
        Ok(picked)
    }

    fn rows(&self, tasks: &[&Task], evaluator: &mut Evaluator<'_>) -> Vec<Row> {
        let place = Place::new(&self.call.ctx.dirs.state, self.loaded.project.home());
        let latest = History::latest(&place);
        let row = |task: &&Task| {
            let text = shown::text(task, &task.description, evaluator);
            let (note, mood) = latest.get(&task.name).map(note).unwrap_or_default();
            Row {
                name: task.display().to_string(),
                aliases: task.aliases.to_vec(),
                note,
                mood,
                description: text.lines().next().unwrap_or_default().to_string(),
            }
        };
        tasks.iter().map(row).collect()
    }
}

/// How a task ended last, and how long it took.
fn note(latest: &Latest) -> (String, Mood) {
    let (word, mood) = match latest.verdict {
        Verdict::Success => ("ran", Mood::Good),
        Verdict::Failure => ("failed", Mood::Bad),
        Verdict::Fresh => return ("fresh".into(), Mood::Good),
        Verdict::Tolerated => ("tolerated", Mood::Odd),
        Verdict::Skipped => return ("skipped".into(), Mood::Odd),
    };
    (format!("{word} {}", format_elapsed(latest.took)), mood)
}

/// The word that means this task alone.
fn name(project: &Project, task: &Task) -> String {
    let means_it = |word: &str| match runnable(project, word)[..] {
        [id] => project.task(id).name == task.name,
        _ => false,
    };
    if means_it(task.display()) { task.display().to_string() } else { task.name.clone() }
}

/// The arguments of one task.
struct Form<'d, 'a> {
    desk: &'d Desk<'a>,
    task: &'d Task,
    name: &'d str,
    /// The command line before the name.
    begin: &'d str,
    /// No other task follows on the line.
    is_last: bool,
}

impl Form<'_, '_> {
    /// The words that mean the task with the arguments that a person gives it.
    fn ask(&self, evaluator: &mut Evaluator<'_>) -> Result<Vec<String>, Unanswered> {
        let call = self.desk.call;
        let alone = || Ok(vec![self.name.to_string()]);
        // mise asks for nothing: here only what it would miss is asked for.
        let asks = dialect(call.ctx, call.grammar) == Dialect::Mep || self.check(&[]).is_err();
        let Some(spec) = self.spec(evaluator).filter(|_| asks) else {
            return alone();
        };
        let raw = evaluator.is_raw();
        let resolve = |choices: &SpecChoices| match choices.run {
            // Nothing is started for a dry run, or for who has not trusted it.
            Some(_) if self.desk.args.dry_run || raw => choices.values(),
            _ => choices.resolved_values(None).unwrap_or_default(),
        };
        let args = picker::arguments(self, &spec.cmd, &resolve, call.voice.palette())?;
        self.words(&args).map_or_else(|_| alone(), Ok)
    }

    /// What the task says it takes; nothing where it gets its words as they are,
    /// and where only its run finds it out, or what is wrong with it.
    fn spec(&self, evaluator: &mut Evaluator<'_>) -> Option<usage::Spec> {
        let task = self.task;
        let scripts = !self.desk.loaded.settings.hides_script_args;
        let usage = plan::specification(evaluator, task, scripts).ok()?;
        if task.raw_args || evaluator.keeps(&usage) {
            return None;
        }
        let file = |text: &str| evaluator.render(task, text, &task.spot, None).ok();
        plan::usage(task, &usage, file).ok().flatten()
    }

    /// The words of a command line that mean the task with these arguments: behind
    /// `--` where they would mean something else.
    fn words(&self, args: &[String]) -> Result<Vec<String>, String> {
        let project = &self.desk.loaded.project;
        let plain = [&[self.name.to_string()], args].concat();
        let behind = [&[self.name.to_string(), "--".to_string()], args].concat();
        if args.iter().any(|arg| arg == "--help" || arg == "-h") {
            return Err("--help and -h ask for help, they cannot be given to a task".into());
        }
        let meant = |words: &Vec<String>| {
            let taken = late_flags::take(project, &mut words.clone());
            taken.notices.is_empty() && is_one(&plan::groups(words), self.name, args)
        };
        let found = [plain, behind].into_iter().find(meant);
        let words = found.ok_or("these words cannot stand on a command line")?;
        match words.iter().any(|word| word == "--") && !self.is_last {
            true => Err("with other tasks behind it, it cannot have words after `--`".into()),
            false => Ok(words),
        }
    }
}

impl CommandLine for Form<'_, '_> {
    fn typed(&self, args: &[String]) -> String {
        let alone = || vec![self.name.to_string()];
        let words = self.words(args).unwrap_or_else(|_| [&alone()[..], args].concat());
        [self.begin.to_string(), typed(&words)].join(" ")
    }

    fn check(&self, args: &[String]) -> Result<(), String> {
        let Desk { call, options, loaded, args: flags } = self.desk;
        let flags = RunFlags {
            words: self.words(args)?,
            skip_deps: flags.skip_deps,
            shell: flags.shell.clone(),
            ..RunFlags::default()
        };
        let dialect = dialect(call.ctx, call.grammar);
        let loaded = (*loaded).clone();
        let asked = Asked { ctx: call.ctx, dialect, loaded, options, flags: &flags };
        let tried = app::trial(asked);
        // Which task it is about is on the screen.
        let about = format!("task `{}`: ", self.task.name);
        let said = |problem: &Problem| problem.message.replacen(&about, "", 1);
        tried.map_err(|problems| problems.first().map(said).unwrap_or_default())
    }
}

/// True for a single task of that name and with these arguments, the first `--`
/// among them or not.
fn is_one(groups: &[Group], name: &str, args: &[String]) -> bool {
    let [group] = groups else {
        return false;
    };
    let dashes = args.iter().position(|arg| arg == "--");
    let mut plain = args.to_vec();
    if let Some(at) = dashes {
        plain.remove(at);
    }
    let as_typed = group.args == plain && group.dashes == dashes;
    let as_given = group.args == args && group.dashes == Some(0);
    group.name == name && (as_typed || as_given)
}
