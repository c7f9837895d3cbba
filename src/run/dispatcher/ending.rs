//! How processes end, and how a run ends before all is done: signals, limits
//! of time, standing still. Knows nothing of how jobs begin.

use std::time::Instant;

use nix::sys::signal::Signal;

use super::{CLEANUP, Dispatcher, Interruption};
use crate::model::{Cause, Event, JobId, Outcome, Stream};
use crate::run::remote::Order;
use crate::run::units::Ending;
use crate::sys::process::{self, News};
use crate::sys::signal as sending;

impl Dispatcher<'_> {
    pub(super) fn reap(&mut self) {
        let leaders: Option<Vec<u32>> = self
            .is_rendering()
            .then(|| self.units.leaders().chain(self.foreground.sentinel()).collect());
        let (mut batch, childless) = process::news(leaders.as_deref());
        self.units.heard(childless);
        let mut typed = false;
        batch.retain(|news| {
            let heard = self.foreground.heard(*news);
            typed |= heard == Some(true);
            heard.is_none()
        });
        if typed {
            self.typed = true;
            self.interrupt(Signal::SIGINT);
        }
        for news in batch {
            match news {
                News::Exited(pid, _) | News::Killed(pid, ..) => self.process_ended(pid, news),
                News::Stopped(pid, signal) => {
                    self.tell_now(Event::Handover);
                    if let Some(signal) = self.foreground.stopped(pid, signal) {
                        self.suspend(signal, true);
                    }
                }
            }
        }
    }

    fn process_ended(&mut self, pid: u32, news: News) {
        let news = self.as_of_shell(pid, news);
        let went_well = matches!(news, News::Exited(_, 0));
        let killed = matches!(news, News::Killed(_, signal, _) if signal == Signal::SIGINT as i32);
        let held = self.foreground.holder() == Some(pid);
        if self.foreground.release(pid, went_well) || (held && killed) {
            self.typed = true;
            if self.interrupted.is_none() {
                self.interrupt(Signal::SIGINT);
            }
        }
        self.units.ended(pid, news);
        self.settle(pid);
    }

    /// Tells what processes have written: of each pipe as much as one read gives.
    pub(super) fn drain(&mut self, pipes: Vec<(u32, Stream)>) {
        for (pid, stream) in pipes {
            let Some((job, read, open)) = self.units.read(pid, stream, &mut self.buffer) else {
                continue;
            };
            if read > 0 {
                let bytes = self.buffer[..read].to_vec();
                self.tell(Event::Output(job, stream, bytes));
            }
            if !open {
                self.settle(pid);
            }
        }
    }

    /// A command is done when its process has ended and its pipes are read.
    pub(super) fn settle(&mut self, pid: u32) {
        let Some(mut unit) = self.units.take_done(pid) else {
            return;
        };
        self.last_words_of_shell(&mut unit);
        // What a failure leaves in the group is no leak: it is ended with it.
        if !unit.went_well() {
            self.units.end_group(pid, &unit);
            if self.units.lingers(pid) {
                self.limits.lingers(self.plan, unit.job, pid);
            }
        }
        // What we have ended is still about to go: that is no leak.
        let leaked = match unit.ending {
            None => self.leaked(unit.job, unit.leaked),
            Some(_) => None,
        };
        if unit.ending.is_some() {
            self.cut.insert(self.plan.graph.get(unit.job).occurrence);
        }
        let failure = match (unit.ending, unit.ended) {
            (Some(Ending::TimedOut(limit)), _) => Some(Cause::TimedOut(limit)),
            (None, Some(news)) if self.has_lost_its_reader(unit.job, news) => {
                self.end_early(Interruption::Deaf, Signal::SIGTERM);
                Some(Cause::Cancelled)
            }
            (_, Some(News::Exited(_, 0))) => leaked,
            (Some(Ending::Cancelled), Some(_)) => Some(Cause::Cancelled),
            (None, Some(News::Exited(_, code))) => Some(Cause::Exit(code)),
            (None, Some(News::Killed(_, signal, _))) => {
                Some(Cause::Signal(signal, unit.program.clone()))
            }
            (_, Some(News::Stopped(..)) | None) => None,
        };
        let more = unit.command + 1 < self.plan.jobs[unit.job.0 as usize].commands.len();
        match failure {
            Some(cause) if self.try_again(pid, unit.job, &cause) => {}
            Some(cause) => self.finish(unit.job, Outcome::Failed(cause)),
            None if more && unit.ending.is_some() => {
                self.finish(unit.job, Outcome::Failed(Cause::Cancelled));
            }
            None if more => self.command(unit.job, unit.command + 1),
            None => self.finish(unit.job, Outcome::Success),
        }
    }

    /// The command wrote to our own standard output, and nobody reads that any
    /// more: no fault of its own.
    fn has_lost_its_reader(&self, job: JobId, news: News) -> bool {
        const SAID_BY_A_SHELL: u8 = 128 + Signal::SIGPIPE as u8;
        let by_pipe = match news {
            News::Killed(_, signal, _) => signal == Signal::SIGPIPE as i32,
            News::Exited(_, code) => code == SAID_BY_A_SHELL,
            News::Stopped(..) => false,
        };
        by_pipe && self.views[job.0 as usize].direct && process::nobody_reads_stdout()
    }

    // ---- ending early ----------------------------------------------------

    /// Starts nothing new and asks what runs to end.
    pub(super) fn stop(&mut self, signal: Signal) {
        let consequences = self.state.stop();
        for (id, outcome) in consequences {
            self.report(id, outcome);
        }
        // What was typed has reached the holder of the terminal already.
        let told = self.typed.then(|| self.foreground.holder()).flatten();
        if signal == Signal::SIGINT && told.is_none() {
            self.foreground.told();
        }
        // A cleanup that has begun would have begun later all the same; only a
        // signal from outside means it, too.
        let signalled = matches!(self.interrupted, Some(Interruption::Signal(_)));
        let state = &self.state;
        self.units.ask_all(signal, told, |job| !signalled && state.may_go_on(job));
        self.drop_pending();
    }

    /// The first signal is passed on once; the second one ends everything.
    pub(super) fn interrupt(&mut self, signal: Signal) {
        let ordered = matches!(self.interrupted, Some(Interruption::Ordered(_)));
        if self.interrupted.is_some() && !ordered {
            self.drop_cleanup();
            return self.units.kill_all();
        }
        self.tell(Event::Interrupted(signal as i32, CLEANUP));
        self.end_early(Interruption::Signal(signal), signal);
    }

    /// What somebody in this process wants of the run.
    pub(super) fn obey(&mut self, order: Order) {
        match order {
            Order::Pass(signal) => {
                if signal == Signal::SIGINT {
                    self.foreground.told();
                }
                self.units.send_all(signal);
            }
            Order::Stop(..) if self.interrupted.is_some() => {}
            Order::Stop(signal, grace) => {
                self.units.limit_grace(grace);
                self.end_early(Interruption::Ordered(signal), signal);
            }
        }
    }

    pub(super) fn end_early(&mut self, why: Interruption, signal: Signal) {
        self.interrupted = Some(why);
        self.cleanup_until = Some(Instant::now() + CLEANUP);
        self.stop(signal);
    }

    /// Not even post tasks start any more.
    fn drop_cleanup(&mut self) {
        self.cleanup_until = None;
        for (id, outcome) in self.state.abandon() {
            self.report(id, outcome);
        }
        self.drop_pending();
    }

    // ---- time ------------------------------------------------------------

    /// When something has to be done next.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let run = self.run_until.filter(|_| self.interrupted.is_none());
        let own = [self.units.next_deadline(), self.attempts.next(), self.limits.next()];
        let times = [own, [self.cleanup_until, run, None]].concat();
        times.into_iter().flatten().min()
    }

    pub(super) fn timers(&mut self) {
        let due = self.units.timers();
        for pid in due.left {
            self.end_left(pid);
        }
        for pid in due.drained {
            self.settle(pid);
        }
        for job in self.attempts.due(|group| self.units.lingers(group)) {
            self.state.resume(job);
        }
        let now = Instant::now();
        let due = |time: Option<Instant>| time.is_some_and(|time| time <= now);
        if due(self.cleanup_until) {
            self.drop_cleanup();
            self.units.ask_all(Signal::SIGTERM, None, |_| false);
        }
        if self.interrupted.is_none() && due(self.run_until) {
            self.tell(Event::TimedOut(self.options.timeout.unwrap_or_default()));
            self.end_early(Interruption::TimedOut, Signal::SIGTERM);
        }
    }

    /// Ctrl-Z: what runs stands still with us, and so do the clocks.
    pub(super) fn suspend(&mut self, signal: Signal, whole_group: bool) {
        self.tell_now(Event::Suspended);
        let begin = Instant::now();
        self.units.send_all(Signal::SIGTSTP);
        sending::stop_here(signal, whole_group);
        let by = begin.elapsed();
        self.units.postpone(by);
        self.attempts.postpone(by);
        for time in [&mut self.cleanup_until, &mut self.run_until].into_iter().flatten() {
            *time += by;
        }
        for time in self.working.values_mut() {
            *time += by;
        }
        self.foreground.go_on();
        self.units.send_all(Signal::SIGCONT);
        self.tell(Event::Resumed);
    }
}
