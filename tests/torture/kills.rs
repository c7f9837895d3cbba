//! Random `kill -9`: of mep, of a task, of what a task has started. Whatever is hit, nothing
//! stays that the rules say is ours; what has left the session is spared, and a run of the same
//! project that goes on beside all that is not touched.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::thread;
use std::time::{Duration, SystemTime};

use nix::sys::signal::Signal;

use crate::random::{Random, factor, say, seed};
use crate::scene::{Process, Scene, finish, signal};

/// How long a run may take to end, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tasks that start what outlives them: background children, double forks, leaders and children
/// that ignore TERM, sessions of their own. Nothing ends by itself but what is short.
const CONFIG: &str = r#"
[_.mep]
grace = '200ms'
[tasks.calm]
depends = ['background', 'forks', 'away', 'chain']
[tasks.all]
depends = ['calm', 'deaf']
[tasks.background]
run = 'sleep 1001 & sleep 1002 & wait'
[tasks.forks]
run = '(sleep 1003 & (sleep 1004 &) &) ; (sh -c "sleep 1005 & sleep 1006"); wait'
[tasks.deaf]
run = '''trap '' TERM HUP; (trap '' TERM; while :; do sleep 1007; done) & while :; do sleep 1008; done'''
[tasks.away]
run = 'setsid sleep 1009 > /dev/null 2>&1 & sleep 1010'
[tasks.chain]
depends = ['short']
run = 'sh -c "sh -c \"sleep 1011; :\"; :"; :'
[tasks.short]
run = 'true'
[tasks.beside]
run = 'echo > up; sleep 1012 & wait'
[tasks.none]
run = 'true'
"#;

/// It has left the session of the test: the rules spare it.
fn is_away(process: &Process) -> bool {
    process.command == "sleep 1009" || process.command.starts_with("setsid")
}

fn pick(random: &mut Random, of: &[Process]) -> Option<u32> {
    (!of.is_empty()).then(|| of[random.below(of.len())].pid)
}

/// What a round does, and with whom.
fn round(scene: &Scene, random: &mut Random, spared: &[u32]) -> String {
    // What ignores TERM costs the next run seconds where mep was killed.
    let task = if random.once_in(10) { "all" } else { "calm" };
    let mut mep = scene.mep(&["-q", "run", "-j8", task]).spawn().expect("the program starts");
    thread::sleep(Duration::from_micros(random.below(60_000) as u64));
    let known = |p: &Process| p.pid == mep.id() || spared.contains(&p.pid);
    let mut others = scene.processes();
    others.retain(|p| !known(p));
    let victim = match random.below(3) {
        0 => None,
        1 => {
            // A leader: the program's own child.
            let children = children(mep.id());
            others.retain(|p| children.contains(&p.pid));
            pick(random, &others)
        }
        _ => {
            others.retain(|p| !is_away(p));
            pick(random, &others)
        }
    };
    let count = others.len();
    let victim = victim.unwrap_or(mep.id());
    let name = mep::sys::processes::command_line(victim);
    signal(victim, Signal::SIGKILL);
    if victim == mep.id() {
        let status = finish(&mut mep, PATIENCE, "after its kill");
        assert_eq!(status.signal(), Some(9));
        // Whatever it was doing, the next run finds what is left; on a machine that does much
        // else, what it was just starting may take long to become a process of its own.
        let half = scene.survivors(|p| !spared.contains(&p.pid) && p.command.contains(" run -j8 "));
        assert!(half.is_empty(), "{half:?}");
        let mut next = scene.mep(&["-q", "run", "none"]).spawn().expect("the program starts");
        let status = finish(&mut next, PATIENCE, "the run after a kill");
        assert_eq!(status.code(), Some(0), "the run after a kill");
    } else {
        // A grandchild may be nobody's loss; then somebody ends the run from outside.
        thread::sleep(Duration::from_millis(5));
        if random.once_in(2) || mep.try_wait().is_ok_and(|ended| ended.is_none()) {
            signal(mep.id(), Signal::SIGTERM);
        }
        let status = finish(&mut mep, PATIENCE, &format!("after the kill of {name}"));
        let code = status.code();
        assert!([Some(1), Some(137), Some(143)].contains(&code), "{status} after {name}");
    }
    format!("killed {name} of {count}")
}

/// The processes whose parent it is.
fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    list.unwrap_or_default().split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// What is left of live runs in the state directory. A run that is killed before it has said a
/// word leaves an empty file; a later run removes that when it is a minute old.
fn live(scene: &Scene) -> Vec<String> {
    let minute = SystemTime::now() - Duration::from_secs(61);
    let projects =
        || fs::read_dir(scene.state().join("mep/record")).into_iter().flatten().flatten();
    let files = || projects().filter_map(|dir| fs::read_dir(dir.path().join("live")).ok());
    let files = || files().flatten().flatten();
    for file in files().filter(|file| file.metadata().is_ok_and(|data| data.len() == 0)) {
        let opened = File::options().write(true).open(file.path());
        opened.and_then(|file| file.set_modified(minute)).expect("the file is ours");
    }
    let mut next = scene.mep(&["-q", "run", "none"]).spawn().expect("the program starts");
    assert_eq!(finish(&mut next, PATIENCE, "the last run").code(), Some(0));
    files().map(|file| file.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn rounds_of_random_kills_leave_nothing() {
    let scene = Scene::new(CONFIG);
    // It goes on through all of it, and is somebody else's: a run of the same project.
    let mut beside = scene.mep(&["-q", "run", "beside"]).spawn().expect("the program starts");
    while scene.read("up").is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    let others: Vec<u32> = scene.processes().iter().map(|process| process.pid).collect();
    let rounds = 200 * factor() as u64;
    for number in 0..rounds {
        let of = seed().wrapping_mul(1_000_003).wrapping_add(number);
        let mut random = Random::new(of);
        let what = round(&scene, &mut random, &others);
        let left = scene.survivors(|p| !others.contains(&p.pid) && !is_away(p));
        assert!(left.is_empty(), "round {number}, seed {}: {what}; left: {left:#?}", seed());
        let still: Vec<u32> = scene.processes().iter().map(|process| process.pid).collect();
        assert!(others.iter().all(|pid| still.contains(pid)), "round {number}: {what}");
        for away in scene.processes().iter().filter(|p| is_away(p)) {
            signal(away.pid, Signal::SIGKILL);
        }
    }
    signal(beside.id(), Signal::SIGTERM);
    assert_eq!(finish(&mut beside, PATIENCE, "the run beside").code(), Some(143));
    assert_eq!(scene.survivors(|_| true).len(), 0);
    assert_eq!(live(&scene), [] as [String; 0], "files of live runs are left");
    say(&format!("torture: {rounds} rounds of kills from seed {}", seed()));
}
