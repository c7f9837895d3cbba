//! Which run on record a verb is about. Knows where runs are listed, nothing
//! of what is said of them.

use std::collections::HashSet;

use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::{options, query};
use crate::config;
use crate::model::{Dialect, Problem, Project, closest};
use crate::plan::{self, runnable};
use crate::record::{Listed, Place, Story, Unreadable};
use crate::sys::Context;

/// The runs of the project we stand in.
pub(in crate::cli) struct Past<'v> {
    pub(in crate::cli) project: Project,
    place: Place,
    runs: Vec<Listed>,
    voice: &'v Voice,
}

impl<'v> Past<'v> {
    /// Lists them; mistakes in the configuration do not matter here.
    pub(in crate::cli) fn new(
        ctx: &Context,
        grammar: Dialect,
        global: &Global,
        voice: &'v Voice,
    ) -> Self {
        let project =
            config::load(ctx, &options(global, query(ctx, grammar, global)).whole()).project;
        let place = Place::new(&ctx.dirs.state, project.home());
        let mut runs = place.runs();
        // What is too old goes now and then; what is too many is not shown.
        let keep = project.own.record.keep.unwrap_or(crate::record::KEEP) as usize;
        let outer = runs.iter().enumerate().filter(|(_, run)| !run.nested && !run.live);
        if let Some((at, _)) = outer.map(|(at, run)| (at, run.live)).nth(keep) {
            runs.truncate(at);
        }
        Self { project, place, runs, voice }
    }

    /// What it tells; what cannot be read is told of.
    fn told(&self, run: &Listed, story: Result<Story, Unreadable>) -> Option<Story> {
        let warn = |error| self.voice.warn(&format!("{}: {error}", run.path.display()));
        story.map_err(warn).ok()
    }

    /// All of them, the newest first; nested ones as well.
    pub(in crate::cli) fn all(&self) -> impl Iterator<Item = Story> {
        self.runs.iter().filter_map(|run| self.told(run, Story::read(&self.place, run)))
    }

    /// The same without their tasks, and which of them no other run of this
    /// project has started.
    pub(in crate::cli) fn outlines(&self) -> impl Iterator<Item = (Story, bool)> {
        let known: HashSet<&str> = self.runs.iter().map(|run| run.id.as_str()).collect();
        self.runs.iter().filter_map(move |run| {
            let story = self.told(run, Story::outline(&self.place, run))?;
            let parent = story.head.parent.as_deref();
            let outer = parent.is_none_or(|parent| !known.contains(parent));
            Some((story, outer))
        })
    }

    fn outer(&self) -> impl Iterator<Item = Story> {
        self.outlines().filter(|(_, outer)| *outer).map(|(story, _)| story)
    }

    /// The last run, the N-th last, or the one of that id.
    ///
    /// # Errors
    /// Where there is none.
    pub(in crate::cli) fn run(&self, which: Option<&str>) -> Result<Story, Problem> {
        let number = which.map_or(Ok(1), str::parse::<usize>);
        let id = match number {
            Ok(number) => {
                let story = number.checked_sub(1).and_then(|before| self.outer().nth(before));
                story.map(|story| story.head.id)
            }
            Err(_) => which.map(str::to_string),
        };
        let run = id.and_then(|id| self.place.run(&id));
        let story = run.and_then(|run| self.told(&run, Story::read(&self.place, &run)));
        story.ok_or_else(|| self.missing(which))
    }

    fn missing(&self, which: Option<&str>) -> Problem {
        let count = self.outer().count();
        if count == 0 {
            return self.nothing();
        }
        let text = match which.map(|which| (which, which.parse::<usize>())) {
            Some((_, Ok(number))) => {
                format!("there is no run {number} on record: the oldest one is {count}")
            }
            Some((id, Err(_))) => format!("no run `{id}` is on record"),
            None => "no run is on record".to_string(),
        };
        Problem::new("record::no-such-run", text).help("`mep last --list` shows those there are")
    }

    /// No run of the project is on record.
    pub(in crate::cli) fn nothing(&self) -> Problem {
        let dir = self.project.home().display();
        let problem = Problem::new("record::none", format!("no run in {dir} is on record"));
        if self.project.own.record.enabled == Some(false) {
            return problem.help("`record.enabled` is false in mep.toml");
        }
        problem.help("each `mep run TASK` leaves one")
    }

    /// The full name of the task that a word means: as the project has it, or as
    /// it stands on record.
    ///
    /// # Errors
    /// Where nobody knows it.
    pub(in crate::cli) fn task(&self, word: &str) -> Result<String, Problem> {
        if let [id] = runnable(&self.project, word)[..] {
            return Ok(self.project.task(id).name.clone());
        }
        let mut names: Vec<String> = self.project.tasks.iter().map(|t| t.name.clone()).collect();
        for story in self.all() {
            names.extend(story.tasks.into_iter().map(|task| task.name));
        }
        if names.iter().any(|name| name == word) {
            return Ok(word.to_string());
        }
        names.sort();
        names.dedup();
        let near = closest(word, names.iter().map(String::as_str), 3);
        let problem =
            Problem::new("select::unknown-task", format!("no task `{word}` is known here"));
        Err(match near.first() {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("`mep tasks` lists the tasks"),
        })
    }
}

/// A command line, as a person would type it.
pub(in crate::cli) fn command_line(story: &Story) -> String {
    typed(std::iter::once(&story.head.program).chain(&story.head.words))
}

/// Words, as a person would type them.
pub(in crate::cli) fn typed<'w>(words: impl IntoIterator<Item = &'w String>) -> String {
    words.into_iter().map(|word| plan::echo::quote(word)).collect::<Vec<_>>().join(" ")
}
