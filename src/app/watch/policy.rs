//! What follows from changes: when a run begins, ends early or begins again.
//! Pure: the time is told, and what is to be done is answered. Knows nothing of
//! files and processes.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// What is to be done with changes while a run is going on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnBusy {
    /// End it, and run again with what it had not finished.
    #[default]
    Restart,
    /// Run when it has ended.
    Queue,
    /// Send a signal to what runs.
    Signal,
    /// Nothing.
    Ignore,
}

/// The words of what is watched for one purpose: a task and its arguments.
pub(super) type Words = Vec<String>;

/// One change, as far as it means something.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    /// Whose.
    pub(super) of: BTreeSet<Words>,
    /// The configuration says something else now.
    pub(super) config: bool,
    /// Whoever writes is done with it.
    pub(super) settled: bool,
    /// A task that is watched may have made it itself.
    pub(super) product: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Run these, which `Policy` counts as begun.
    Run(BTreeSet<Words>),
    /// Read the configuration again, and tell `reloaded`.
    Reload,
    /// End the run, and tell `ended` then.
    Stop,
    /// Send the signal to what runs.
    Signal,
}

#[derive(Debug)]
enum Phase {
    Idle,
    Running(BTreeSet<Words>),
    /// Asked to end; these begin when it has.
    Stopping(BTreeSet<Words>),
}

/// Where a watch stands.
#[derive(Debug)]
pub(super) struct Policy {
    quiet: Duration,
    delay: Duration,
    on_busy: OnBusy,
    phase: Phase,
    /// What has changed, and is not acted on yet.
    pending: BTreeSet<Words>,
    config: bool,
    /// What follows when the run has ended.
    queued: BTreeSet<Words>,
    /// Until then a change is one of those that have just been acted on.
    closed_until: Option<Instant>,
    /// When what is pending is acted on.
    due: Option<Instant>,
}

impl Policy {
    pub(super) fn new(quiet: Duration, delay: Duration, on_busy: OnBusy) -> Self {
        Self {
            quiet,
            delay,
            on_busy,
            phase: Phase::Idle,
            pending: BTreeSet::new(),
            config: false,
            queued: BTreeSet::new(),
            closed_until: None,
            due: None,
        }
    }

    /// When `timer` wants to be called.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// True while a run is going on.
    pub(super) fn is_busy(&self) -> bool {
        !matches!(self.phase, Phase::Idle)
    }

    /// Something is to run, whatever has changed.
    pub(super) fn begin(&mut self, words: BTreeSet<Words>) -> Act {
        self.phase = Phase::Running(words.clone());
        Act::Run(words)
    }

    /// Something has changed. The first change after a quiet time is acted on
    /// at once, the others when it has been quiet for a while.
    pub(super) fn changed(&mut self, now: Instant, change: Change) -> Option<Act> {
        let waits = change.product && self.is_busy() && !change.config;
        if waits && self.on_busy != OnBusy::Ignore {
            self.queued.extend(change.of);
            return None;
        }
        if waits || (change.of.is_empty() && !change.config) {
            return None;
        }
        self.pending.extend(change.of);
        self.config |= change.config;
        if !self.delay.is_zero() {
            self.due.get_or_insert(now + self.delay);
            return None;
        }
        let open = self.closed_until.is_none_or(|until| until <= now);
        if open && change.settled {
            return self.act(now);
        }
        self.due = Some(now + self.quiet);
        None
    }

    /// Time has passed.
    pub(super) fn timer(&mut self, now: Instant) -> Option<Act> {
        self.due.filter(|due| *due <= now).and_then(|_| self.act(now))
    }

    /// The configuration has been read again: all of this is to run now, or
    /// nothing where the old one is kept.
    pub(super) fn reloaded(&mut self, now: Instant, all: Option<BTreeSet<Words>>) -> Option<Act> {
        match all {
            Some(all) => {
                self.pending.retain(|words| all.contains(words));
                self.queued.retain(|words| all.contains(words));
                self.pending.extend(all);
                self.act(now)
            }
            None if self.pending.is_empty() => None,
            None => self.act(now),
        }
    }

    /// The run has ended.
    pub(super) fn ended(&mut self) -> Option<Act> {
        let mut next = std::mem::take(&mut self.queued);
        if let Phase::Stopping(again) = std::mem::replace(&mut self.phase, Phase::Idle) {
            next.extend(again);
        }
        (!next.is_empty()).then(|| self.begin(next))
    }

    fn act(&mut self, now: Instant) -> Option<Act> {
        self.due = None;
        self.closed_until = Some(now + self.quiet);
        if std::mem::take(&mut self.config) {
            return Some(Act::Reload);
        }
        let words = std::mem::take(&mut self.pending);
        match (&mut self.phase, self.on_busy) {
            (Phase::Idle, _) => Some(self.begin(words)),
            (Phase::Stopping(again), _) => {
                again.extend(words);
                None
            }
            (Phase::Running(running), OnBusy::Restart) => {
                let again = running.union(&words).cloned().collect();
                self.phase = Phase::Stopping(again);
                Some(Act::Stop)
            }
            (Phase::Running(_), OnBusy::Queue) => {
                self.queued.extend(words);
                None
            }
            (Phase::Running(_), OnBusy::Signal) => Some(Act::Signal),
            (Phase::Running(_), OnBusy::Ignore) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUIET: Duration = Duration::from_millis(50);

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn words(names: &[&str]) -> BTreeSet<Words> {
        names.iter().map(|name| vec![name.to_string()]).collect()
    }

    fn change(names: &[&str]) -> Change {
        Change { of: words(names), settled: true, ..Change::default() }
    }

    fn policy(on_busy: OnBusy) -> (Policy, Instant) {
        (Policy::new(QUIET, Duration::ZERO, on_busy), Instant::now())
    }

    fn run(names: &[&str]) -> Option<Act> {
        Some(Act::Run(words(names)))
    }

    #[test]
    fn the_first_change_begins_at_once_and_the_others_when_it_is_quiet() {
        let (mut policy, t) = policy(OnBusy::Restart);
        assert_eq!(policy.changed(t, change(&["a"])), run(&["a"]));
        assert_eq!(policy.changed(t + ms(10), change(&["b"])), None);
        assert_eq!(policy.changed(t + ms(40), change(&["c"])), None);
        assert_eq!(policy.deadline(), Some(t + ms(90)));
        assert_eq!(policy.timer(t + ms(60)), None);
        assert_eq!(policy.timer(t + ms(90)), Some(Act::Stop));
        assert_eq!(policy.ended(), run(&["a", "b", "c"]));
        assert_eq!(policy.ended(), None);
        assert!(!policy.is_busy());
    }

    #[test]
    fn what_is_still_being_written_waits_until_it_is_quiet_or_closed() {
        let (mut policy, t) = policy(OnBusy::Restart);
        let open = || Change { settled: false, ..change(&["a"]) };
        assert_eq!(policy.changed(t, open()), None);
        assert_eq!(policy.changed(t + ms(1), change(&["a"])), run(&["a"]));
        assert_eq!((policy.ended(), policy.deadline()), (None, None));
        assert_eq!(policy.changed(t + ms(100), open()), None);
        assert_eq!(policy.timer(t + ms(150)), run(&["a"]));
    }

    #[test]
    fn while_busy_the_mode_decides() {
        let later = |on_busy| {
            let (mut policy, t) = policy(on_busy);
            policy.begin(words(&["a"]));
            (policy.changed(t, change(&["b"])), policy.ended())
        };
        assert_eq!(later(OnBusy::Restart), (Some(Act::Stop), run(&["a", "b"])));
        assert_eq!(later(OnBusy::Queue), (None, run(&["b"])));
        assert_eq!(later(OnBusy::Signal), (Some(Act::Signal), None));
        assert_eq!(later(OnBusy::Ignore), (None, None));
    }

    #[test]
    fn a_run_is_asked_to_end_once() {
        let (mut policy, t) = policy(OnBusy::Restart);
        policy.begin(words(&["a"]));
        assert_eq!(policy.changed(t, change(&["a"])), Some(Act::Stop));
        assert_eq!(policy.changed(t + ms(100), change(&["b"])), None);
        assert_eq!(policy.ended(), run(&["a", "b"]));
    }

    #[test]
    fn what_a_task_makes_never_ends_a_run() {
        for on_busy in [OnBusy::Restart, OnBusy::Queue, OnBusy::Signal] {
            let (mut policy, t) = policy(on_busy);
            policy.begin(words(&["a"]));
            let made = || Change { product: true, ..change(&["b"]) };
            assert_eq!(policy.changed(t, made()), None, "{on_busy:?}");
            assert_eq!(policy.ended(), run(&["b"]), "{on_busy:?}");
        }
    }

    #[test]
    fn configuration_is_read_before_anything_runs() {
        let (mut policy, t) = policy(OnBusy::Restart);
        let edit = || Change { config: true, ..change(&[]) };
        assert_eq!(policy.changed(t, edit()), Some(Act::Reload));
        assert_eq!(policy.reloaded(t, Some(words(&["a", "b"]))), run(&["a", "b"]));
        assert_eq!(policy.changed(t + ms(100), edit()), Some(Act::Reload));
        assert_eq!(policy.reloaded(t + ms(100), None), None, "the old one is kept");
        assert_eq!(policy.changed(t + ms(200), edit()), Some(Act::Reload));
        assert_eq!(policy.reloaded(t + ms(200), Some(words(&["b"]))), Some(Act::Stop));
    }

    #[test]
    fn a_delay_counts_from_the_first_change() {
        let t = Instant::now();
        let mut policy = Policy::new(QUIET, ms(300), OnBusy::Restart);
        assert_eq!(policy.changed(t, change(&["a"])), None);
        assert_eq!(policy.changed(t + ms(200), change(&["b"])), None);
        assert_eq!(policy.timer(t + ms(300)), run(&["a", "b"]));
    }

    proptest! {
        /// Whatever comes in whatever order: nothing runs twice at once, and
        /// whoever restarts or queues has run every change in the end.
        #[test]
        fn nothing_is_forgotten(
            steps in prop::collection::vec((0_u64..120, 0_usize..5, any::<bool>(), any::<bool>()), 1..60),
            restarts in any::<bool>(),
        ) {
            let on_busy = if restarts { OnBusy::Restart } else { OnBusy::Queue };
            let (mut policy, mut now) = policy(on_busy);
            let (mut running, mut owed) = (None::<BTreeSet<Words>>, BTreeSet::new());
            let names = ["a", "b", "c"];
            let mut steps: Vec<_> = steps.into_iter().map(Some).collect();
            steps.extend([None; 4]);
            for step in steps {
                let (wait, what, settled, product) = step.unwrap_or((1000, 3, true, false));
                now += ms(wait);
                let act = match names.get(what) {
                    Some(name) => {
                        owed.insert(vec![name.to_string()]);
                        policy.changed(now, Change { settled, product, ..change(&[name]) })
                    }
                    None if what == 3 && running.is_some() => {
                        running = None;
                        policy.ended()
                    }
                    None => policy.timer(now),
                };
                let act = if step.is_none() { act.or_else(|| policy.timer(now)) } else { act };
                if let Some(Act::Run(words)) = act {
                    prop_assert!(running.is_none(), "two at once");
                    owed.retain(|one| !words.contains(one));
                    running = Some(words);
                }
                prop_assert_eq!(running.is_some(), policy.is_busy());
            }
            prop_assert!(owed.is_empty(), "never run: {:?}", owed);
        }
    }
}
