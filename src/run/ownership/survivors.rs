//! What a run has left that was killed: found by what is on record of it, and
//! ended. Knows processes; where a run is on record is somebody else's.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::model::{DeadRun, Leftover, RUN_VARIABLE};
use crate::sys::processes::{self, Process};
use crate::sys::signal as sending;

/// How long what a dead run left may take to end when it is asked.
const GRACE: Duration = Duration::from_secs(3);
/// How often it is looked whether they have.
const LOOK: Duration = Duration::from_millis(5);

/// Ends what a dead run has left, and says what that was. `None` where we are
/// one of its processes, or come from one: it is for another run to end us.
pub fn recover(dead: &DeadRun) -> Option<Vec<Leftover>> {
    (!has_us(dead)).then(|| end(dead))
}

/// Asks the survivors to end, waits a while, and kills what is still there.
fn end(dead: &DeadRun) -> Vec<Leftover> {
    let left: Vec<Leftover> = survivors(dead)
        .iter()
        .map(|p| Leftover { pid: p.pid, command: processes::command_line(p.pid), spared: false })
        .collect();
    for (signal, patience) in [(Signal::SIGTERM, GRACE), (Signal::SIGKILL, GRACE)] {
        let until = Instant::now() + patience;
        let mut told: Vec<Process> = Vec::new();
        loop {
            // Until they end they may start others.
            let survivors = survivors(dead);
            if survivors.is_empty() || Instant::now() >= until {
                break;
            }
            for process in survivors.iter().filter(|p| !told.contains(p)) {
                sending::send_to_process(process.pid, signal);
                sending::send_to_process(process.pid, Signal::SIGCONT);
            }
            told = survivors;
            std::thread::sleep(LOOK);
        }
    }
    left
}

fn has_us(dead: &DeadRun) -> bool {
    let survivors = survivors(dead);
    !survivors.is_empty() && {
        let lineage = processes::lineage();
        survivors.iter().any(|p| lineage.contains(&p.pid))
    }
}

/// Processes of its groups, and those that carry its mark; not what has left
/// its session, and nothing that has only got an old number.
fn survivors(dead: &DeadRun) -> Vec<Process> {
    let here = |p: &Process| p.session == dead.session && !p.zombie;
    let all: Vec<Process> = processes::all().into_iter().filter(here).collect();
    let marked = |p: &Process| {
        let mark = processes::variable(p.pid, RUN_VARIABLE);
        mark.is_some_and(|mark| mark.split_once('/').is_some_and(|(id, _)| id == dead.id))
    };
    let known = |group: u32| {
        let noted = dead.groups.iter().find(|(known, _)| *known == group);
        // A leader that is younger than our note has the number from others.
        let same_leader =
            noted.is_some_and(|(_, at)| all.iter().any(|p| p.pid == group && p.started <= *at));
        same_leader || (noted.is_some() && all.iter().any(|p| p.group == group && marked(p)))
    };
    all.iter().filter(|p| known(p.group) || marked(p)).copied().collect()
}
