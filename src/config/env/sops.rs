//! Files whose values are encrypted with sops: opened by the installed `sops`
//! program. Knows no directive.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::file::{Fault, Kind};
use crate::config::settings::EnvSettings;
use crate::model::EnvMap;
use crate::sys::{Context, lookup};

/// The file in the clear, in its own format.
///
/// # Errors
/// A format that sops does not have, no such program, or what it said.
pub(super) fn decrypt(
    path: &Path,
    kind: Kind,
    env: &EnvMap,
    ctx: &Context,
    settings: &EnvSettings,
) -> Result<Vec<u8>, Fault> {
    let shown = path.display();
    if kind == Kind::Toml {
        return Err(Fault::new(
            format!("{shown} is encrypted with sops, which cannot open TOML"),
            "sops.rops=false is not supported for TOML SOPS files because the sops CLI does not \
             support TOML; set sops.rops=true or use a JSON/YAML SOPS file",
            "keep the values in a JSON or YAML file",
        ));
    }
    let search = env.get("PATH").unwrap_or_default();
    let Some(program) = lookup::program(OsStr::new("sops"), search, &ctx.cwd) else {
        return Err(Fault::new(
            format!("{shown} is encrypted with sops, and there is no `sops` on PATH"),
            "sops command not found",
            "install sops, for example with `mise use -g sops`",
        ));
    };
    let bytes = std::fs::read(path).map_err(|e| {
        let text = format!("cannot read {shown}: {e}");
        Fault::new(text.clone(), &text, "make it readable")
    })?;
    let args = ["decrypt", "--input-type", kind.name(), "--output-type", kind.name()];
    let mut command = Command::new(&program);
    command.args(args).current_dir(path.parent().unwrap_or(&ctx.cwd));
    command.env_clear().envs(env.iter()).envs(keys(env, ctx, settings));
    match piped(command, &bytes) {
        Ok((true, out, _)) => Ok(out),
        Ok((false, _, said)) => {
            let said = String::from_utf8_lossy(&said);
            let last = said.trim_end().lines().last().unwrap_or_default();
            Err(Fault::new(
                format!("sops cannot open {shown}: {last}"),
                &format!("sops cannot open {shown}: {last}"),
                "give it the key, for example in SOPS_AGE_KEY_FILE",
            ))
        }
        Err(e) => {
            let text = format!("cannot run {}: {e}", program.display());
            Err(Fault::new(text.clone(), &text, "check the program `sops`"))
        }
    }
}

/// Where sops finds an age key, unless the environment says.
fn keys(env: &EnvMap, ctx: &Context, settings: &EnvSettings) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    if let Some(key) = &settings.sops_age_key {
        keys.push(("SOPS_AGE_KEY", key.clone()));
    } else if env.get("SOPS_AGE_KEY").is_none() && env.get("SOPS_AGE_KEY_FILE").is_none() {
        let file = match &settings.sops_age_key_file {
            Some(file) => ctx.dirs.resolve(&ctx.cwd, file),
            None => ctx.dirs.config.join("age.txt"),
        };
        if file.is_file() {
            keys.push(("SOPS_AGE_KEY_FILE", file.to_string_lossy().into_owned()));
        }
    }
    keys
}

/// Feeds `input` to a program: success, its output, its errors.
fn piped(mut command: Command, input: &[u8]) -> std::io::Result<(bool, Vec<u8>, Vec<u8>)> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that does not read says so by its exit code.
            let _ = stdin.map(|mut stdin| stdin.write_all(input));
        });
        child.wait_with_output()
    })?;
    Ok((output.status.success(), output.stdout, output.stderr))
}
