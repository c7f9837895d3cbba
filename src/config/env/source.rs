//! What a shell script exports when it is sourced. Knows no configuration.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use super::file::Pairs;
use crate::model::EnvMap;
use crate::sys::lookup;

/// What a script sets for its own shell, never for others.
const OWN: [&str; 13] = [
    "_", "SHLVL", "PATH", "PWD", "OLDPWD", "HOME", "USER", "SHELL", "SHELLOPTS", "COMP_WORDBREAKS",
    "PS1", "PROMPT_DIRTRIM", "__MISE_DIFF",
];

/// What the script changed.
#[derive(Debug, Default)]
pub(super) struct Sourced {
    /// New or other values.
    pub(super) pairs: Pairs,
    /// What it put in front of PATH.
    pub(super) paths: Vec<String>,
}

/// What a bash script exports when it is sourced over `env`. What it prints on
/// standard output is dropped, as in mise.
///
/// # Errors
/// Where bash is missing or the script ends its shell with a failure.
pub(super) fn source(path: &Path, cwd: &Path, env: &EnvMap) -> Result<Sourced, String> {
    let search = env.get("PATH").unwrap_or_default();
    let Some(bash) = lookup::program(OsStr::new("bash"), search, cwd) else {
        return Err(format!("cannot source {}: there is no `bash` on PATH", path.display()));
    };
    // The script may change PATH: the program that shows the result is known
    // before.
    let env_program = lookup::program(OsStr::new("env"), search, cwd).unwrap_or("env".into());
    let quoted = |path: &Path| shell_words::quote(&path.to_string_lossy()).into_owned();
    let [name, show] = [quoted(path), quoted(&env_program)];
    let script = format!("exec 3>&1 1>/dev/null\n. {name}\n{show} -0 >&3\n");
    let output = Command::new(&bash)
        .args(["--noprofile", "--norc", "-c", &script])
        .current_dir(cwd)
        .env_clear()
        .envs(env.iter())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cannot source {}: {}: {e}", path.display(), bash.display()))?;
    if !output.status.success() {
        let how = output.status.code().map_or("a signal".into(), |c| format!("exit code {c}"));
        return Err(format!("sourcing {} ended with {how}", path.display()));
    }
    let mut out = Sourced::default();
    for pair in output.stdout.split(|b| *b == 0) {
        let Some((key, value)) = std::str::from_utf8(pair).ok().and_then(|t| t.split_once('='))
        else {
            continue;
        };
        let old = env.get_str(key);
        if key == "PATH" {
            let front = value.strip_suffix(old.unwrap_or_default()).unwrap_or_default();
            out.paths.extend(front.split(':').filter(|p| !p.is_empty()).map(str::to_string));
        }
        let own = OWN.contains(&key) || key.starts_with("BASH_FUNC_");
        if !own && old != Some(value) {
            out.pairs.push((key.to_string(), value.to_string()));
        }
    }
    Ok(out)
}
