//! Who is at work on a task, of all programs that share the state directory.
//! Where two are at once, neither can say what the files are like in the end:
//! then neither records a success.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::{Flock, FlockArg};

/// From the start of the work to its end.
#[derive(Debug)]
pub(super) struct Claim {
    file: File,
    /// What our turn is called.
    turn: u64,
    /// Nobody else was at work when ours began; held for all to see.
    held: Option<Flock<File>>,
}

impl Claim {
    /// Begins.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        let open = || {
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
        };
        let mut file = match open() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
                open()?
            }
            other => other?,
        };
        let held = Flock::lock(file.try_clone()?, FlockArg::LockExclusiveNonblock).ok();
        let turn = read(&mut file)?.wrapping_add(1);
        file.rewind()?;
        file.write_all(&turn.to_le_bytes())?;
        Ok(Self { file, turn, held })
    }

    /// True where nobody else has been at work since it began.
    pub(super) fn was_alone(mut self) -> bool {
        self.held.is_some() && read(&mut self.file).is_ok_and(|turn| turn == self.turn)
    }
}

/// The last turn of all.
fn read(file: &mut File) -> io::Result<u64> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(8).read_to_end(&mut bytes)?;
    Ok(bytes.try_into().map_or(0, u64::from_le_bytes))
}
