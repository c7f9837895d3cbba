//! The record of a run: what it is told before the run begins, and what dead
//! runs have left. Knows neither how a run goes on nor how a record is written.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::files::Files;
use super::past::step;
use super::shards::SHARD;
use super::views::Lens;
use crate::config::workspace::Workspace;
use crate::model::{Dialect, Event, Exit, JobView, Leftover, RUN_VARIABLE, RecordKeys, Spot};
use crate::plan::Plan;
use crate::record::{Bounds, KEEP, Keeping, Opening, Place, Reader, Recorder, TaskLine, dead};
use crate::run::recover;
use crate::sys::Context;

/// Output that is held back goes to the log after so long.
const TICK: Duration = Duration::from_secs(1);

/// The record of this run, while it goes on.
pub(super) struct Recording<'a> {
    recorder: Recorder,
    /// Where the runs of the project are.
    pub(super) place: Place,
    workspace: &'a Workspace<'a>,
    /// Where the lines of each file begin.
    lines: HashMap<*const u8, Box<[u32]>>,
    /// What dead runs had left.
    pub(super) recovered: Vec<Leftover>,
    files: Files,
    keeping: Keeping,
    /// Where it is for now, where it cannot be in its place.
    _aside: Option<TempDir>,
}

impl<'a> Recording<'a> {
    /// Begins it, and ends what dead runs of the project have left, where that
    /// is ours.
    pub(super) fn begin(
        ctx: &Context,
        dialect: Dialect,
        lens: &Lens<'a>,
        plan: &Plan,
        jobs: usize,
        mut files: Files,
        warn: &mut dyn FnMut(&str),
    ) -> Self {
        let project = &lens.workspace.main().project;
        let place = Place::new(&ctx.dirs.state, project.home());
        let owned = dialect == Dialect::Mep;
        let recovered = bury(&place, owned);
        let parent = ctx.env.get_str(RUN_VARIABLE).and_then(|mark| mark.split_once('/'));
        let mut words: Vec<String> =
            ctx.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let program = Dialect::from_name(words.first().map_or("", |path| file_name(path)));
        words.drain(..words.len().min(1));
        let keys = project.own.record;
        let keeping = match keys.enabled {
            Some(false) if files.need_story() => Keeping::ForNow,
            Some(false) => Keeping::Processes,
            _ => Keeping::All,
        };
        let opening = Opening {
            place: &place,
            project: project.home(),
            cwd: &ctx.start,
            program: program.as_str(),
            words: &words,
            parent: parent.map(|(id, _)| id),
            dialect,
            jobs,
            owned,
            keeping,
            teaches: lens.flags.shard.is_none() && ctx.env.get(SHARD).is_none(),
            bounds: bounds(keys),
            secrets: &plan.secrets,
        };
        let reader = files.events.take().map(|file| Box::new(file) as Reader);
        let (recorder, aside) = match Recorder::open(&opening, reader) {
            Ok(recorder) => (recorder, None),
            Err((error, reader)) => {
                // A task may have been denied what its run was not.
                let nested = ctx.env.get("MEP_DIALECT").is_some();
                if !nested && keeping == Keeping::All {
                    let state = ctx.dirs.state.display();
                    warn(&format!("this run is not recorded: {state}: {error}"));
                }
                elsewhere(&opening, reader, files.need_story())
            }
        };
        let (workspace, lines) = (lens.workspace, HashMap::new());
        Self { recorder, place, workspace, lines, recovered, files, keeping, _aside: aside }
    }

    /// Events go to standard output, and nobody reads that any more.
    pub(super) fn is_deaf(&self) -> bool {
        self.files.on_stdout && self.recorder.has_lost_its_reader()
    }

    /// The run's id, where it has one.
    pub(super) fn id(&self) -> Option<String> {
        self.recorder.id().map(str::to_string)
    }

    /// Takes note of the jobs from `from` on.
    pub(super) fn expect(&mut self, plan: &Plan, views: &[Arc<JobView>], from: usize) {
        if from > 0 {
            self.recorder.hide(&plan.secrets);
        }
        self.recorder.expect(views.len());
        for (id, view) in plan.graph.ids().skip(from).zip(views) {
            let occurrence = plan.graph.occurrence(id);
            let task = self.workspace.task(occurrence.task);
            let place = (task.spot.file.path.as_path(), self.line(&task.spot));
            self.recorder.task(&TaskLine {
                job: id,
                task: view.task,
                name: &task.name,
                label: &view.label,
                rerun: &view.rerun,
                args: &occurrence.args,
                dashes: *occurrence.dashes,
                place: Some(place),
                called: occurrence.site.is_some(),
                given_env: !occurrence.env.is_empty(),
                works: !plan.jobs[id.0 as usize].commands.is_empty(),
                step: step(plan, id),
                ends: (view.first, view.last),
                direct: view.direct,
            });
        }
    }

    /// The number of a line, for which no file is read through twice.
    fn line(&mut self, spot: &Spot) -> usize {
        let text = spot.file.text.as_bytes();
        let ends = || memchr::memchr_iter(b'\n', text).map(|at| at as u32).collect();
        let ends = self.lines.entry(text.as_ptr()).or_insert_with(ends);
        ends.partition_point(|end| (*end as usize) < spot.span().start) + 1
    }

    /// Takes an event that happened then.
    pub(super) fn event(&mut self, event: &Event, at: Instant) {
        self.recorder.event(event, at);
    }

    /// There are no more events for now.
    pub(super) fn pause(&mut self) {
        self.recorder.pause();
    }

    /// The run has ended.
    pub(super) fn finish(self, exit: Exit, warn: &mut dyn FnMut(&str)) {
        let is_deaf = self.is_deaf();
        let closed = self.recorder.finish(exit.code());
        if let Some(error) = &closed.trouble {
            warn(&format!("this run is not recorded: {error}"));
        }
        if let Some(error) = &closed.forgotten {
            warn(&format!("how long tasks take is not remembered: {error}"));
        }
        if let Some(error) = closed.unread.as_ref().filter(|_| !is_deaf) {
            warn(&format!("the events could not be written to the end: {error}"));
        }
        if self.files.need_story() {
            match closed.story() {
                Some(Ok(story)) => self.files.write(&story).iter().for_each(|text| warn(text)),
                Some(Err(error)) => warn(&format!("the record cannot be read: {error}")),
                None => warn("`--trace` and `--junit` need the record, and there is none"),
            }
        }
        if self.keeping == Keeping::ForNow {
            closed.remove();
        }
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A record that cannot be in its place: in another one, where it is needed when
/// the run has ended, else nowhere.
fn elsewhere(
    opening: &Opening<'_>,
    reader: Option<Reader>,
    needed: bool,
) -> (Recorder, Option<TempDir>) {
    let Some(dir) = needed.then(|| tempfile::tempdir().ok()).flatten() else {
        return (Recorder::nowhere(opening, reader), None);
    };
    let place = Place::new(dir.path(), opening.project);
    let aside = Opening { place: &place, keeping: Keeping::ForNow, ..opening.clone() };
    match Recorder::open(&aside, reader) {
        Ok(recorder) => (recorder, Some(dir)),
        Err((_, reader)) => (Recorder::nowhere(opening, reader), None),
    }
}

/// How often a record has to hear that time has passed, where tasks with these
/// views run.
pub(super) fn tick(views: &[Arc<JobView>]) -> Option<Duration> {
    views.iter().any(|view| view.works && !view.direct).then_some(TICK)
}

/// Ends what dead runs have left, if that is ours to do; what that was.
fn bury(place: &Place, owned: bool) -> Vec<Leftover> {
    let mut left = Vec::new();
    for dead in dead(place) {
        match &dead.run {
            None => dead.bury(),
            Some(_) if !owned => {}
            Some(run) => {
                if let Some(found) = recover(run) {
                    left.extend(found);
                    dead.bury();
                }
            }
        }
    }
    left
}

fn bounds(keys: RecordKeys) -> Bounds {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    Bounds {
        runs: keys.keep.unwrap_or(KEEP) as usize,
        age: DAY * keys.days.unwrap_or(30),
        bytes: u64::from(keys.megabytes.unwrap_or(100)) * 1024 * 1024,
    }
}
