//! Virtual environments of Python: making one that is not there. Two runs at
//! once make it once, and one that was left half made is made again.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::model::{EnvMap, Venv};
use crate::sys::lookup;

/// What is asked of `create`.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// As configured.
    pub(super) venv: &'a Venv,
    /// Where it belongs.
    pub(super) path: &'a Path,
    /// Where relative paths of PATH start.
    pub(super) cwd: &'a Path,
    /// What the programs get.
    pub(super) env: &'a EnvMap,
    /// Even where there is `uv`.
    pub(super) stdlib: bool,
}

/// What went wrong: our words, and mise's.
pub(super) type Failure = (String, String);

/// Makes it with `uv`, else with Python itself. `locks` is a directory of ours.
///
/// # Errors
/// No program to make it with, or what that program said.
pub(super) fn create(wanted: &Wanted<'_>, locks: &Path) -> Result<(), Failure> {
    let locked = lock(wanted.path, locks).map_err(|e| {
        let text = format!("cannot lock the making of {}: {e}", wanted.path.display());
        (text.clone(), text)
    });
    let mut lock = locked?;
    let mut unfinished = String::new();
    let _ = lock.read_to_string(&mut unfinished);
    if wanted.path.exists() {
        if unfinished.is_empty() {
            return Ok(());
        }
        let _ = fs::remove_dir_all(wanted.path);
    }
    let _ = lock.write_all(b"unfinished");
    let result = make(wanted);
    if result.is_err() {
        let _ = fs::remove_dir_all(wanted.path);
    }
    let _ = lock.rewind().and_then(|()| lock.set_len(0));
    result
}

/// Held until the file is dropped; whoever comes second waits.
fn lock(path: &Path, locks: &Path) -> io::Result<File> {
    fs::create_dir_all(locks)?;
    let name = &blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex()[..32];
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(locks.join(name))?;
    file.lock()?;
    Ok(file)
}

fn make(wanted: &Wanted<'_>) -> Result<(), Failure> {
    let path = wanted.env.get("PATH").unwrap_or_default();
    let find = |name: &str| lookup::program(OsStr::new(name), path, wanted.cwd);
    let venv = wanted.venv;
    let target = wanted.path.as_os_str().to_os_string();
    let words = |list: &[String]| list.iter().map(OsString::from).collect::<Vec<_>>();
    let (program, args) = match find("uv").filter(|_| !wanted.stdlib) {
        Some(uv) => {
            let mut args = vec!["venv".into(), target];
            if let Some(python) = &venv.python {
                args.extend(["--python".into(), python.into()]);
            }
            args.extend(words(&venv.uv_args));
            (uv, args)
        }
        None => {
            let named = venv.python.as_ref().and_then(|v| find(&format!("python{v}")));
            let Some(python) = named.or_else(|| find("python3")) else {
                let text = format!(
                    "cannot make the virtual environment {}: neither `uv` nor `python3` is on PATH",
                    wanted.path.display()
                );
                return Err((text.clone(), text));
            };
            let mut args = vec!["-m".into(), "venv".into(), target];
            args.extend(words(&venv.python_args));
            (python, args)
        }
    };
    run(&program, &args, wanted)
}

fn run(program: &Path, args: &[OsString], wanted: &Wanted<'_>) -> Result<(), Failure> {
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = Command::new(program)
        .args(args)
        .current_dir(wanted.cwd)
        .env_clear()
        .envs(wanted.env.iter())
        .stdin(Stdio::null())
        .output();
    let (how, said) = match output {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => {
            let how = match output.status.code() {
                Some(code) => format!("exit code {code}"),
                None => "a signal".into(),
            };
            (how, [output.stdout, output.stderr].concat())
        }
        Err(e) => (e.to_string(), Vec::new()),
    };
    let said = String::from_utf8_lossy(&said);
    let last = said.trim_end().lines().last().unwrap_or_default();
    let tail = if last.is_empty() { String::new() } else { format!(": {last}") };
    Err((
        format!(
            "cannot make the virtual environment {}: `{name}` ended with {how}{tail}",
            wanted.path.display()
        ),
        format!("{name} exited with non-zero status: {how}; last stderr: {last}"),
    ))
}
