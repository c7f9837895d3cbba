//! Every small project through the real executor: tasks that need, follow, wait for, call and
//! clean up after each other, that succeed, fail or are skipped, with one job, two, and as many
//! as there are tasks.
//!
//! A case is loaded, planned and run as a command would do it, in a process of its own that
//! tries one after the other (`child`). Two judges look at it. `rules` hears every event, and
//! knows the plan's graph to the edge. The other one, here, knows only what the configuration
//! says, and reads only what the tasks have written.
//!
//! A task names only tasks with a higher number. Each acyclic project can be numbered so; a
//! project that goes round in circles is refused before anything runs, which other tests show.

use mep::plan::EdgeKind;

use crate::child;
use crate::random::{Random, factor, say, seed};
use crate::rules::{Checked, hold};

/// What a task can say of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Depends,
    Post,
    WaitFor,
    Call,
    Finally,
}

const LINKS: [Link; 5] = [Link::Depends, Link::Post, Link::WaitFor, Link::Call, Link::Finally];

/// How a task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Good,
    Bad,
    /// `task.skip` names it.
    Skipped,
}

const FATES: [Fate; 3] = [Fate::Good, Fate::Bad, Fate::Skipped];

/// A project and how it is run.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// Who says what of whom.
    pub(crate) links: Vec<(usize, Link, usize)>,
    pub(crate) fates: Vec<Fate>,
    pub(crate) jobs: usize,
    /// `-c`
    pub(crate) keep_going: bool,
}

impl Case {
    /// The exit code of a task that fails.
    pub(crate) fn code(task: usize) -> u8 {
        10 + task as u8
    }

    /// What nobody else brings in has to be asked for.
    pub(crate) fn roots(&self) -> Vec<usize> {
        let brought = |task: &usize| {
            self.links.iter().any(|(_, link, to)| to == task && *link != Link::WaitFor)
        };
        (0..self.fates.len()).filter(|task| !brought(task)).collect()
    }

    fn targets(&self, task: usize, link: Link) -> impl Iterator<Item = usize> {
        self.links.iter().filter(move |l| l.0 == task && l.1 == link).map(|l| l.2)
    }

    /// The project. Each task writes a line when it begins and one when it is done; a task that
    /// calls others does so in between.
    pub(crate) fn config(&self) -> String {
        let mut text = String::from("[settings.task]\nskip = [");
        for task in (0..self.fates.len()).filter(|task| self.fates[*task] == Fate::Skipped) {
            text.push_str(&format!("'t{task}',"));
        }
        text.push_str("]\n");
        for task in 0..self.fates.len() {
            let begin = format!("'echo \"b {task} $MEP_RUN\" >> log'");
            let end = match self.fates[task] {
                Fate::Bad => format!("'exit {}'", Self::code(task)),
                _ => format!("'echo \"e {task} $MEP_RUN\" >> log'"),
            };
            let calls: String = self
                .targets(task, Link::Call)
                .map(|to| format!("{{ task = 't{to}' }}, "))
                .collect();
            let list = |link| -> String {
                self.targets(task, link).map(|to| format!("'t{to}',")).collect()
            };
            text.push_str(&format!(
                "[tasks.t{task}]\nrun = [{begin}, {calls}{end}]\ndepends = [{}]\n\
                 depends_post = [{}]\nwait_for = [{}]\n[_.mep.tasks.t{task}]\nfinally = [{}]\n",
                list(Link::Depends),
                list(Link::Post),
                list(Link::WaitFor),
                list(Link::Finally),
            ));
        }
        text
    }

    /// True where a cleanup has cleanups of its own. All of them are cleanups, and so one that is
    /// needed and also follows is the same one: such a project may be refused as a circle.
    pub(crate) fn has_nested_cleanup(&self) -> bool {
        self.links.iter().any(|(task, link, _)| *link == Link::Finally && !self.is_normal(*task))
    }

    // ---- the second judge ----------------------------------------------------

    /// What brings the task in, as the configuration has it.
    fn brings(&self, task: usize) -> impl Iterator<Item = &(usize, Link, usize)> {
        self.links.iter().filter(move |l| l.2 == task && l.1 != Link::WaitFor)
    }

    /// True where the task is there once, and is no cleanup.
    fn is_plain(&self, task: usize) -> bool {
        self.brings(task).all(|(from, link, _)| *link == Link::Depends && self.is_plain(*from))
    }

    /// True where the task is never a cleanup: only then is it followed by anything.
    fn is_normal(&self, task: usize) -> bool {
        let normal = |l: &(usize, Link, usize)| match l.1 {
            Link::Depends => self.is_normal(l.0),
            other => other == Link::Call,
        };
        self.brings(task).all(normal)
    }

    /// Nothing that the task needs to run or to succeed can fail.
    fn is_safe(&self, task: usize) -> bool {
        self.fates[task] != Fate::Bad && self.inner(task).all(|to| self.is_safe(to))
    }

    /// What it needs to end well. One that is skipped calls nothing, and what it depends on has
    /// to be well all the same.
    fn inner(&self, task: usize) -> impl Iterator<Item = usize> {
        let skipped = self.fates[task] == Fate::Skipped;
        let needs = move |l: &&(usize, Link, usize)| {
            l.0 == task && (l.1 == Link::Depends || (l.1 == Link::Call && !skipped))
        };
        self.links.iter().filter(needs).map(|l| l.2)
    }

    /// What the effects have to be, whatever ran beside what.
    pub(crate) fn judge(&self, log: &str, code: u8) -> Checked {
        let lines: Vec<(&str, usize)> = log.lines().filter_map(line).collect();
        let first = |what: &str, task: usize| lines.iter().position(|l| *l == (what, task));
        let last = |what: &str, task: usize| lines.iter().rposition(|l| *l == (what, task));
        let bad: Vec<usize> = (0..self.fates.len())
            .filter(|task| self.fates[*task] == Fate::Bad && first("b", *task).is_some())
            .collect();
        let codes: Vec<u8> = bad.iter().map(|task| Self::code(*task)).collect();
        hold!(code == 0 || codes.contains(&code), "exit code {code}, and {bad:?} have failed");
        // A task that calls others may have begun, and been cut before it could fail.
        let shares_nothing = self.links.iter().all(|l| l.1 != Link::Call);
        let simple = |task: &usize| self.targets(*task, Link::Call).next().is_none();
        hold!(code != 0 || !bad.iter().any(simple), "exit code 0, and {bad:?} have failed");
        for task in 0..self.fates.len() {
            let begin = first("b", task);
            let count = lines.iter().filter(|l| **l == ("b", task)).count();
            hold!(!self.is_plain(task) || count <= 1, "t{task} has run {count} times");
            hold!(self.fates[task] != Fate::Skipped || count == 0, "t{task} is skipped, and ran");
            hold!(code != 0 || !self.must_run(task) || count > 0, "t{task} has not run");
            for (_, link, to) in self.links.iter().filter(|l| l.0 == task) {
                let (end, to_is_there) = (last("e", task), first("b", *to).is_some());
                let runs = self.fates[*to] != Fate::Skipped;
                match link {
                    Link::Depends if begin.is_some() => {
                        hold!(self.fates[*to] != Fate::Bad, "t{task} runs after t{to} has failed");
                        hold!(!runs || first("e", *to) < begin, "t{task} begins before t{to} ends");
                    }
                    Link::Call if end.is_some() => {
                        hold!(self.fates[*to] != Fate::Bad, "t{task} ends, and its t{to} failed");
                        hold!(!runs || first("e", *to) < end, "t{task} ends before its t{to}");
                    }
                    // Two that share a call may have to wait the other way round.
                    Link::WaitFor
                        if shares_nothing && self.is_plain(task) && self.is_plain(*to) =>
                    {
                        let late = begin.is_some() && last("b", *to) > begin;
                        hold!(!late, "t{task} does not wait for t{to}");
                    }
                    Link::Post if !self.is_normal(task) => {}
                    Link::Post | Link::Finally if begin.is_some() && runs => {
                        let follows = last("b", *to) > last("b", task).max(end);
                        let possible = self.inner(*to).all(|need| self.is_safe(need));
                        hold!(!possible || follows, "t{to} does not follow t{task}");
                        hold!(!possible || to_is_there, "t{to} has not run");
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// In a run without a failure each task runs that is not skipped, and is not brought in
    /// only by one that is skipped and so calls nothing.
    fn must_run(&self, task: usize) -> bool {
        self.fates[task] != Fate::Skipped
            && (self.takes_part(task, true) || self.takes_part(task, false))
    }

    /// It is there in a run without a failure, be it skipped or not: as itself, or as a cleanup.
    fn takes_part(&self, task: usize, normal: bool) -> bool {
        let real = |l: &(usize, Link, usize)| match l.1 {
            Link::Depends => self.takes_part(l.0, normal),
            Link::Call => {
                let calls = self.takes_part(l.0, true) || self.takes_part(l.0, false);
                normal && calls && self.fates[l.0] != Fate::Skipped
            }
            Link::Post => !normal && self.takes_part(l.0, true),
            Link::Finally => !normal && (self.takes_part(l.0, true) || self.takes_part(l.0, false)),
            Link::WaitFor => false,
        };
        (normal && self.roots().contains(&task)) || self.brings(task).any(real)
    }
}

fn line(text: &str) -> Option<(&str, usize)> {
    let mut words = text.split(' ');
    Some((words.next()?, words.next()?.parse().ok()?))
}

/// The kind of edge that only a call with a late name makes does not come up here.
pub(crate) fn is_known(kind: EdgeKind) -> bool {
    kind != EdgeKind::Done
}

/// The pairs of `count` tasks, the lower number first.
fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count).flat_map(|to| (0..to).map(move |from| (from, to))).collect()
}

/// The projects of `count` tasks.
fn projects(count: usize) -> Vec<Vec<(usize, Link, usize)>> {
    let pairs = pairs(count);
    let project = |code: usize| -> Vec<(usize, Link, usize)> {
        let ways = LINKS.len() + 1;
        let link = |(at, (from, to)): (usize, &(usize, usize))| {
            let digit = code / ways.pow(at as u32) % ways;
            digit.checked_sub(1).map(|link| (*from, LINKS[link], *to))
        };
        pairs.iter().enumerate().filter_map(link).collect()
    };
    (0..(LINKS.len() + 1).pow(pairs.len() as u32)).map(project).collect()
}

/// Every case of up to three tasks.
pub(crate) fn all_small() -> Vec<Case> {
    let mut cases = Vec::new();
    for count in 1..=3_usize {
        for links in projects(count) {
            for code in 0..3_usize.pow(count as u32) {
                let fate = |at: usize| FATES[code / 3_usize.pow(at as u32) % 3];
                let fates: Vec<Fate> = (0..count).map(fate).collect();
                if has_earlier_twin(&links, &fates) {
                    continue;
                }
                for jobs in 1..=count {
                    // What a failure means is tried both ways where there is one.
                    let bad = fates.contains(&Fate::Bad);
                    let keep_going = bad && (code + jobs).is_multiple_of(2);
                    let (links, fates) = (links.clone(), fates.clone());
                    cases.push(Case { links, fates, jobs, keep_going });
                }
            }
        }
    }
    cases
}

/// True where two neighbours that say nothing of each other could change their numbers, and the
/// fates alone tell the two projects apart: one of such twins is enough.
fn has_earlier_twin(links: &[(usize, Link, usize)], fates: &[Fate]) -> bool {
    (1..fates.len()).any(|b| {
        let a = b - 1;
        let swap = |n: usize| {
            if n == a {
                b
            } else if n == b {
                a
            } else {
                n
            }
        };
        let same = links.iter().all(|(from, link, to)| {
            (*from, *to) != (a, b) && links.contains(&(swap(*from), *link, swap(*to)))
        });
        same && (fates[b] as u8) < (fates[a] as u8)
    })
}

/// Samples of four and five tasks: 2,000, and some for those that are refused.
pub(crate) fn samples() -> Vec<Case> {
    let sample = |number: u64| {
        let mut random = Random::new(seed().wrapping_mul(1_000_003).wrapping_add(number));
        let count = 4 + random.below(2);
        let density = 1 + random.below(3);
        let mut links = Vec::new();
        for (from, to) in pairs(count) {
            if random.once_in(density) {
                links.push((from, LINKS[random.below(LINKS.len())], to));
            }
            // Two things can be said of one task.
            if random.once_in(12) {
                links.push((from, LINKS[random.below(LINKS.len())], to));
            }
        }
        links.dedup();
        let fate = |_| FATES[[0, 0, 0, 0, 1, 1, 2][random.below(7)]];
        let fates = (0..count).map(fate).collect();
        let jobs = [1, 2, count][random.below(3)];
        Case { links, fates, jobs, keep_going: random.once_in(3) }
    };
    (0..2100 * factor() as u64).map(sample).collect()
}

#[test]
fn every_project_of_up_to_three_tasks() {
    child::all("graphs::every_project_of_up_to_three_tasks", all_small);
}

#[test]
fn samples_of_four_and_five_tasks() {
    say(&format!("torture: samples from seed {}", seed()));
    child::all("graphs::samples_of_four_and_five_tasks", samples);
}
