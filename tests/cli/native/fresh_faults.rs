//! Freshness on a machine that is not as it should be: sources that cannot be read, a tree that
//! changes under the walk, very many sources, a state directory that is shared or somebody
//! else's, a clock that jumps.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use super::project;
use crate::support::{forbid, unprivileged};

const TREE: &str = "[tasks.a]\nsources = ['src/**', '!src/out']\nrun = 'true'\n";
const BY_CONTENT: &str = "[settings.task]\nsource_freshness_hash_contents = true\n";

// ---- what cannot be read ----------------------------------------------------

/// What is said while `src/x` is shut.
const SHUT: &str = "\
Warning: task a runs: its source [P]/src/x cannot be read: Permission denied (os error 13)
[a] runs because source [P]/src/x cannot be read
[a] $ true
";

#[test]
fn a_source_that_cannot_be_read_is_as_good_as_its_time() {
    let shut = unprivileged(project(TREE).file("src/x", "1").file("src/y", "1"));
    let shut_file = forbid(&shut, "src/x");
    // Of what has changed right before, only the content could tell.
    std::thread::sleep(Duration::from_millis(60));
    let shut = shut.once();
    shut.skips();
    shut.set_mtime("src/x", 1_500_000_001);
    shut.runs_for("source [P]/src/x changed");
    drop(shut_file);
}

#[test]
fn by_content_a_source_that_could_never_be_read_is_as_good_as_its_time() {
    let shut = unprivileged(project(&format!("{TREE}{BY_CONTENT}")).file("src/x", "1"));
    let shut = shut.file("src/y", "1");
    let shut_file = forbid(&shut, "src/x");
    std::thread::sleep(Duration::from_millis(60));
    let shut = shut.once();
    shut.skips();
    shut.set_mtime("src/x", 1_500_000_001);
    shut.mep(["run", "-v", "a"]).run().stderr(SHUT).code(0);
    drop(shut_file);
}

#[test]
fn by_content_a_source_that_cannot_be_read_any_more_is_not_good() {
    let shut = unprivileged(project(&format!("{TREE}{BY_CONTENT}")).file("src/x", "1"));
    let shut = shut.file("src/y", "1").once();
    shut.skips();
    let shut_file = forbid(&shut, "src/x");
    std::thread::sleep(Duration::from_millis(60));
    shut.mep(["run", "-v", "a"]).run().stderr(SHUT).code(0);
    // The task has succeeded with it as it is, and nothing has touched it since.
    shut.skips();
    drop(shut_file);
    shut.runs_for("source [P]/src/x changed").skips();
}

#[test]
fn a_directory_that_cannot_be_read_is_never_good() {
    for settings in ["", BY_CONTENT] {
        let shut = unprivileged(project(&format!("{TREE}{settings}")).file("src/dir/x", "1"));
        let shut = shut.file("src/y", "1").once();
        shut.skips();
        let shut_dir = forbid(&shut, "src/dir");
        let denied =
            "task a runs: its source [P]/src/dir cannot be read: Permission denied (os error 13)";
        for _ in 0..2 {
            let stderr = format!(
                "Warning: {denied}\n[a] runs because source [P]/src/dir cannot be read\n[a] $ true\n"
            );
            shut.mep(["run", "-v", "a"]).run().stderr(&stderr).code(0);
        }
        drop(shut_dir);
        shut.mep(["-q", "run", "a"]).run().code(0);
        shut.skips();
    }
}

// ---- a tree that changes ----------------------------------------------------

#[test]
fn a_tree_that_changes_while_it_is_walked_ends_in_a_verdict() {
    for settings in ["", BY_CONTENT] {
        let tree = project(&format!("{TREE}{settings}")).file("src/x", "1");
        for n in 0..40 {
            tree.write(&format!("src/d{n}/e/f"), "text");
        }
        let (done, root) = (AtomicBool::new(false), tree.path("."));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let at = |path: String| root.join(path);
                for round in 0_u64.. {
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    let n = round % 40;
                    let (here, there) = (at(format!("src/d{n}")), at(format!("src/m{n}")));
                    let _ = fs::write(here.join("e/new"), "new");
                    let _ = fs::rename(&here, &there);
                    let _ = fs::remove_file(there.join("e/f"));
                    let _ = fs::write(&here, "a file in its place");
                    let _ = fs::remove_file(&here);
                    let _ = fs::rename(&there, &here);
                    let _ = fs::write(here.join("e/f"), "text");
                    let _ = fs::remove_file(here.join("e/new"));
                }
            });
            let outputs: Vec<_> = (0..15).map(|_| tree.mep(["run", "a"]).run()).collect();
            // Before any assertion, or the other thread would never end.
            done.store(true, Ordering::Relaxed);
            for output in outputs {
                let skipped = output.stderr == "[a] sources up-to-date, skipping\n";
                assert!(skipped || output.stderr == "[a] $ true\n", "{}", output.stderr);
                output.stdout("").code(0);
            }
        });
        // At rest it comes to rest, and sees again what happens.
        tree.mep(["-q", "run", "--force", "a"]).run().code(0);
        tree.skips().write("src/d3/e/f", "edited");
        tree.runs_for("source [P]/src/d3/e/f changed").skips();
        fs::rename(tree.path("src/d4"), tree.path("src/moved")).expect("it is at rest");
        tree.runs_for("source [P]/src/d4/e/f is gone").skips();
    }
}

// ---- very many --------------------------------------------------------------

#[test]
fn of_very_many_sources_the_one_that_changed_is_found() {
    let many = project(TREE).file("src/0/0", "");
    let first = many.path("src/0/0");
    for dir in 0..50 {
        many.make_dir(&format!("src/{dir}"));
        for n in 1..=1000 {
            fs::hard_link(&first, many.path(&format!("src/{dir}/{n}"))).expect("a link");
        }
    }
    many.write("src/last/z", "1");
    let many = many.once();
    many.skips().write("src/last/z", "edited");
    many.runs_for("source [P]/src/last/z changed").skips();
    fs::remove_file(many.path("src/7/700")).expect("a file of the test");
    many.runs_for("source [P]/src/7/700 is gone").skips();
}

// ---- the state directory ----------------------------------------------------

/// A record as messages name it.
fn shown(record: &Path) -> String {
    let name = record.file_name().expect("a record has a name");
    format!("[HOME]/.local/state/mep/fresh/{}", name.display())
}

/// The record as a version with another format writes it.
fn of_another_version(bytes: &[u8]) -> Vec<u8> {
    let mut other = bytes.to_vec();
    other[9] += 1;
    other.extend_from_slice(b"what only that version knows");
    other
}

#[test]
fn two_versions_take_turns_on_one_state_directory() {
    let text = "[tasks.a]\nsources = ['in']\noutputs = ['out']\nrun = 'cp in out; test ! -e bad'\n";
    let ours = project(text).file("in", "1").once();
    let path = ours.record();
    let good = fs::read(&path).expect("a record");
    let other = of_another_version(&good);
    let shown = shown(&path);
    let note = format!(
        "Warning: {shown}: another version of mep wrote it (format 4, not 3): the task runs without it\n"
    );
    fs::write(&path, &other).expect("it is ours");
    // Asking changes nothing.
    let why = ours.mep(["why", "a"]).run();
    assert!(why.stderr.starts_with(&note), "{}", why.stderr);
    ours.mep(["run", "-n", "a"]).run().code(0);
    assert_eq!(fs::read(&path).expect("a record"), other);
    // A run is a miss with one warning, whatever the other version thinks of the files.
    let run = format!("{note}[a] $ cp in out; test ! -e bad\n");
    ours.mep(["run", "a"]).run().stderr(&run).code(0);
    ours.skips();
    // A run that fails is a failure for both: the other record is no success any more, and is
    // still there.
    fs::write(&path, &other).expect("it is ours");
    ours.write("bad", "");
    ours.mep(["run", "a"]).run().code(1);
    assert!(!path.exists());
    assert_eq!(fs::read(path.with_extension("last")).expect("set aside"), other);
    ours.remove("bad");
    ours.mep(["-q", "run", "a"]).run().stderr("").code(0);
    ours.skips();
}

#[test]
fn a_record_of_another_user_counts_for_nothing() {
    if !nix::unistd::geteuid().is_root() {
        // Only root can give a file away.
        return;
    }
    let copy = project("[tasks.a]\nsources = ['in']\nrun = 'true'\n").file("in", "1").once();
    let path = copy.record();
    let nobody = nix::unistd::Uid::from_raw(65534);
    nix::unistd::chown(&path, Some(nobody), None).expect("root may");
    let shown = shown(&path);
    let stderr = format!(
        "Warning: {shown}: it belongs to another user: the task runs without it\n[a] $ true\n"
    );
    copy.mep(["run", "a"]).run().stderr(&stderr).code(0);
    copy.skips();
    assert_eq!(fs::metadata(&path).expect("a record").uid(), 0);
}

#[test]
fn a_state_directory_of_another_user_keeps_nobody_from_running() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let copy = unprivileged(project("[tasks.a]\nsources = ['in']\nrun = 'true'\n").file("in", "1"));
    // It is root's, and for root alone.
    copy.make_dir("../home/.local/state/mep/fresh");
    let shut = forbid(&copy, "../home/.local/state/mep/fresh");
    let denied = "Permission denied (os error 13)";
    for _ in 0..2 {
        let output = copy.mep(["run", "a"]).run();
        assert!(output.stderr.contains(denied), "{}", output.stderr);
        assert!(output.stderr.contains("[a] $ true\n"), "{}", output.stderr);
        output.stdout("").code(0);
    }
    drop(shut);
    assert_eq!(fs::read_dir(copy.path("../home/.local/state/mep/fresh")).expect("ours").count(), 0);
}

// ---- the clock --------------------------------------------------------------

#[test]
fn times_from_long_ago_and_far_ahead_are_times_like_any() {
    let year = Duration::from_secs(365 * 24 * 3600);
    let now = SystemTime::now();
    let times = [now - 30 * year, now + year, now + 200 * year, SystemTime::UNIX_EPOCH - year];
    for settings in ["", BY_CONTENT] {
        let tree = project(&format!("{TREE}{settings}")).file("src/x", "1").once();
        for time in times {
            for step in [Duration::ZERO, Duration::from_secs(1)] {
                tree.dated(&tree.path("src/x"), time + step);
                if settings.is_empty() {
                    tree.runs_for("source [P]/src/x changed");
                }
                tree.skips();
            }
        }
    }
}

#[test]
fn times_after_2262_are_told_apart_by_all_else() {
    let year = Duration::from_secs(365 * 24 * 3600);
    let tree = project(TREE).file("src/x", "1").once();
    let path = tree.path("src/x");
    let far = SystemTime::now() + 300 * year;
    for step in 0..2 {
        tree.dated(&path, far + Duration::from_secs(step));
        tree.runs_for("source [P]/src/x changed");
        // What is young is compared by content: with that, as with all, it is the same.
        std::thread::sleep(Duration::from_millis(60));
        tree.mep(["-q", "run", "--force", "a"]).run().code(0);
        tree.skips();
    }
}

#[test]
fn records_from_the_future_are_records() {
    let tree = project(TREE).file("src/x", "1").once();
    let record = tree.record();
    let ahead = SystemTime::now() + Duration::from_secs(100_000_000);
    tree.dated(&record, ahead);
    tree.skips().write("src/x", "edited");
    tree.runs_for("source [P]/src/x changed").skips();
}

#[test]
fn outputs_from_the_future_hide_no_edit() {
    let text = "[tasks.a]\nsources = ['in']\noutputs = ['out']\nrun = 'cp in out'\n";
    let copy = project(text).file("in", "1").once();
    copy.dated(&copy.path("out"), SystemTime::now() + Duration::from_secs(100_000_000));
    copy.skips().write("in", "2");
    copy.runs_for("source [P]/in changed").skips();
}

// ---- the key ----------------------------------------------------------------

#[test]
fn a_record_whose_key_is_gone_is_a_miss() {
    let text = "[tasks.a]\nsources = ['in']\nrun = 'true'\nenv = { PIN = '1234' }\n";
    let made = project(text).file("in", "1").once();
    let record = made.record();
    let key = record.with_file_name("key");
    let first = fs::read(&key).expect("a key");
    assert_eq!(first.len(), 32);
    assert_eq!(fs::metadata(&key).expect("a key").mode() & 0o777, 0o600);
    made.skips();
    // Who has no key knows nothing: each of these is a miss, and mended by the next success.
    let shown = shown(&record);
    let note = format!("Warning: {shown}: its key is gone: the task runs without it\n");
    let run = format!("{note}[a] $ true\n");
    fs::remove_file(&key).expect("it is ours");
    made.mep(["run", "a"]).run().stderr(&run).code(0);
    made.skips();
    assert_ne!(fs::read(&key).expect("a key"), first);
    fs::write(&key, &first).expect("it is ours");
    made.mep(["run", "a"]).run().stderr(&run).code(0);
    made.skips();
    fs::write(&key, "cut").expect("it is ours");
    let output = made.mep(["run", "a"]).run();
    let no = "cannot record the success of task a: [HOME]/.local/state/mep/fresh/key is no key of \
              ours: remove it";
    assert!(output.stderr.contains(no), "{}", output.stderr);
    output.code(0);
}

#[test]
fn runs_at_once_make_one_key() {
    let tasks: String =
        (0..8).map(|n| format!("[tasks.t{n}]\nsources = ['in']\nrun = 'true'\n")).collect();
    let made = project(&tasks).file("in", "1");
    let line = "for n in 0 1 2 3 4 5 6 7; do mep -q run t$n & done; wait";
    made.shell(line).run().stdout("").stderr("").code(0);
    for n in 0..8 {
        let stderr = format!("[t{n}] sources up-to-date, skipping\n");
        made.mep(["run", &format!("t{n}")]).run().stderr(&stderr).code(0);
    }
}
