//! Much of everything: a gigabyte without a line end, ten thousand tasks, a reader that takes its
//! time. The memory of mep stays small, and nothing is lost.

use std::fs;
use std::io::Read;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::random::say;
use crate::scene::{Scene, finish, run, signal};

/// How long any of these may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);

/// What mep may take at most, in KiB.
const MEMORY: u64 = 200 * 1024;

const GIGABYTE: usize = 1_000_000_000;

/// The most memory that a process has had so far, in KiB.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|text| text.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

/// Reads all of a child's output with `each`, and returns the most memory it has had meanwhile.
fn read(child: &mut Child, mut each: impl FnMut(&[u8])) -> u64 {
    let begin = Instant::now();
    let (pid, mut highest) = (child.id(), 0);
    let mut out = child.stdout.take().expect("its output is a pipe");
    let mut buffer = vec![0; 256 * 1024];
    while let Ok(length @ 1..) = out.read(&mut buffer) {
        each(&buffer[..length]);
        highest = highest.max(peak(pid));
        if begin.elapsed() > PATIENCE {
            signal(pid, Signal::SIGKILL);
            panic!("it writes for more than {PATIENCE:?}");
        }
    }
    highest
}

#[test]
fn a_gigabyte_without_a_line_end() {
    let scene = Scene::new("[tasks.big]\nrun = \"head -c 1000000000 /dev/zero | tr '\\\\0' x\"\n");
    for style in ["prefix", "interleave"] {
        let mut command = scene.mep(&["-q", "run", "-o", style, "big"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let (mut length, mut lines) = (0, 0);
        let highest = read(&mut child, |bytes| {
            let text = std::str::from_utf8(bytes).expect("letters are text");
            length += text.len();
            lines += text.matches('\n').count();
        });
        assert_eq!(finish(&mut child, PATIENCE, "a gigabyte").code(), Some(0));
        // In pieces of a mebibyte, each a line with its label; as it is, where there is no label.
        let prefix = style == "prefix";
        let expected = if prefix { GIGABYTE.div_ceil(1024 * 1024) } else { 0 };
        assert_eq!(lines, expected, "{style}");
        assert_eq!(length, GIGABYTE + lines * "[big] \n".len(), "{style} has lost some");
        assert!(highest < MEMORY, "{style} took {highest} KiB");
        say(&format!("torture: a gigabyte in {style} took {highest} KiB at most"));
    }
}

#[test]
fn ten_thousand_tasks() {
    let count = 10_000;
    let mut config = String::from("[tasks.all]\ndepends = ['t*']\nrun = 'echo all >> log'\n");
    for task in 0..count {
        config.push_str(&format!("[tasks.t{task}]\nrun = 'echo {task} >> log'\n"));
    }
    let scene = Scene::new(&config);
    let mut command = scene.mep(&["-q", "run", "-j4", "all"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let highest = read(&mut child, |_| ());
    assert_eq!(finish(&mut child, PATIENCE, "ten thousand tasks").code(), Some(0));
    let log = scene.read("log");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), count + 1);
    assert_eq!(lines[count], "all", "the one that needs all others is not the last");
    let mut numbers: Vec<usize> = lines.iter().filter_map(|line| line.parse().ok()).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(0..count), "some ran twice, or not at all");
    assert!(highest < MEMORY, "it took {highest} KiB");
}

#[test]
fn a_slow_reader_slows_the_tasks_and_loses_nothing() {
    // Two tasks that could write for long, and tell how far they have got.
    let scene = Scene::new(
        r#"
[tasks.a]
run = 'seq 1 400000 | tee counted-a'
[tasks.b]
run = 'seq 1 400000 | tee counted-b'
"#,
    );
    let mut command = scene.mep(&["-q", "run", "-o", "prefix", "a", ":::", "b"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut text = Vec::new();
    let mut reads = 0;
    let highest = read(&mut child, |bytes| {
        text.extend_from_slice(bytes);
        reads += 1;
        if reads == 1 {
            // They come to a stop when all that lies between them and us is full.
            let size = |name| fs::metadata(scene.path(name)).map_or(0, |data| data.len());
            let sizes = || (size("counted-a"), size("counted-b"));
            let (begin, mut last) = (Instant::now(), (1, 1));
            while sizes() != last && begin.elapsed() < PATIENCE {
                last = sizes();
                thread::sleep(Duration::from_millis(500));
            }
            let whole = 2_688_895;
            assert!(last.0 < whole || last.1 < whole, "nobody reads, and they write on: {last:?}");
        }
        if reads < 50 {
            thread::sleep(Duration::from_millis(10));
        }
    });
    assert_eq!(finish(&mut child, PATIENCE, "a slow reader").code(), Some(0));
    assert!(highest < MEMORY, "it took {highest} KiB");
    let text = String::from_utf8(text).expect("digits are text");
    for label in ["[a] ", "[b] "] {
        let mine = text.lines().filter_map(|line| line.strip_prefix(label));
        assert!(mine.eq((1..=400_000).map(|n| n.to_string())), "{label} has lost a line");
    }
}

fn ends_well(scene: &Scene, args: &[&str], lines: usize) {
    let said = run(scene, &mut scene.mep(args), PATIENCE);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(scene.read("log").lines().count(), lines, "{said:?}");
}

#[test]
fn sixty_four_runs_inside_each_other() {
    let scene = Scene::new(
        r#"
[tasks.deeper]
run = '''
echo "$DEPTH" >> log
[ "$DEPTH" = 64 ] || DEPTH=$((DEPTH + 1)) exec mep -q run deeper
'''
[tasks.waiting]
run = '''
echo "$DEPTH" >> log
[ "$DEPTH" = 64 ] || DEPTH=$((DEPTH + 1)) mep -q run waiting
'''
"#,
    );
    for task in ["deeper", "waiting"] {
        let _ = fs::remove_file(scene.path("log"));
        let mut command = scene.mep(&["-q", "run", task]);
        let said = run(&scene, command.env("DEPTH", "1"), PATIENCE);
        assert_eq!(said.code, Some(0), "{said:?}");
        let expected: String = (1..=64).map(|depth| format!("{depth}\n")).collect();
        assert_eq!(scene.read("log"), expected, "{said:?}");
        assert!(scene.survivors(|_| true).is_empty());
    }
}

#[test]
fn sixty_four_runs_inside_one() {
    let mut config =
        String::from("[tasks.leaf]\nrun = 'echo leaf >> log'\n[tasks.all]\ndepends = ['n*']\n");
    for task in 0..64 {
        config.push_str(&format!("[tasks.n{task}]\nrun = 'mep -q run leaf'\n"));
    }
    let scene = Scene::new(&config);
    ends_well(&scene, &["-q", "run", "-j64", "all"], 64);
    // A failure at the bottom comes up through all of them.
    scene.write(
        "mise.toml",
        &format!("{config}[tasks.bad]\nrun = 'mep -q run worse'\n[tasks.worse]\nrun = 'exit 7'\n"),
    );
    let said = run(&scene, &mut scene.mep(&["-q", "run", "bad"]), PATIENCE);
    assert_eq!(said.code, Some(7), "{said:?}");
    assert!(scene.survivors(|_| true).is_empty());
}
