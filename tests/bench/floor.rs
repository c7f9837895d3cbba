//! The least that a workload needs, as a program of its own (this one, called with another first
//! word): bare spawns of the same commands, a bare walk of the same files, the same
//! bytes passed on by a bare loop. Knows no task runner.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

/// How it is called in the tables.
pub(crate) const NAME: &str = "floor";
/// The first word that makes this program the floor.
pub(crate) const WORD: &str = "floor-of-the-benchmark";

pub(crate) fn main(mut words: impl Iterator<Item = String>) -> ExitCode {
    let mut word = || words.next().unwrap_or_default();
    let kind = word();
    let done = match kind.as_str() {
        "spawn" => spawn(word().parse().unwrap_or(0), word().parse().unwrap_or(1), &word()),
        "names" => names(),
        "walk" => walk(Path::new(&word())).map(drop),
        "copy" => copy(&word()),
        _ => Err(io::Error::other(format!("no floor called {kind}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Spawns `sh -c script` so many times, so many at a time.
fn spawn(count: usize, at_a_time: usize, script: &str) -> io::Result<()> {
    let mut running: Vec<Child> = Vec::new();
    for _ in 0..count {
        if running.len() == at_a_time {
            running.remove(0).wait()?;
        }
        running.push(Command::new("/bin/sh").args(["-c", script]).spawn()?);
    }
    running.into_iter().try_for_each(|mut child| child.wait().map(drop))
}

/// Reads the file and prints the names of its tasks.
fn names() -> io::Result<()> {
    let text = fs::read_to_string("mise.toml")?;
    let names = text.lines().filter_map(|line| line.strip_prefix("[tasks."));
    let mut out = io::BufWriter::new(io::stdout().lock());
    for name in names {
        writeln!(out, "{}", name.trim_end_matches(']'))?;
    }
    out.flush()
}

/// Passes on what `cat` writes, as it comes.
fn copy(file: &str) -> io::Result<()> {
    let mut cat = Command::new("cat").arg(file).stdout(Stdio::piped()).spawn()?;
    let mut pipe = cat.stdout.take().ok_or_else(|| io::Error::other("no pipe"))?;
    let (mut buffer, mut out) = (vec![0; 64 * 1024], io::stdout().lock());
    loop {
        match pipe.read(&mut buffer)? {
            0 => return cat.wait().map(drop),
            length => out.write_all(&buffer[..length])?,
        }
    }
}

/// Asks for the metadata of all files below a directory; how many there are.
fn walk(dir: &Path) -> io::Result<usize> {
    let mut found = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found += walk(&entry.path())?;
        } else {
            entry.metadata()?;
            found += 1;
        }
    }
    Ok(found)
}
