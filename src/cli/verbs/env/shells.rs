//! How shells are told of a variable: the statements of the reference, which
//! `eval`, `source` and their like read. Knows no environment.

use std::path::Path;

use crate::cli::grammar::env::Shell;
use crate::sys::Context;

/// The shell that the environment names.
pub(super) fn of(ctx: &Context) -> Shell {
    let name = ctx.env.get_str("MISE_SHELL").or_else(|| ctx.env.get_str("SHELL"));
    let name = name.map(Path::new).and_then(Path::file_name).and_then(|name| name.to_str());
    match name {
        Some("zsh") => Shell::Zsh,
        Some("fish") => Shell::Fish,
        Some("elvish") => Shell::Elvish,
        Some("nu") => Shell::Nu,
        Some("xonsh") => Shell::Xonsh,
        Some("pwsh" | "powershell") => Shell::Pwsh,
        _ => Shell::Bash,
    }
}

/// Sets a variable.
pub(super) fn set(shell: Shell, name: &str, value: &str) -> String {
    match shell {
        Shell::Bash | Shell::Zsh => format!("export {name}={}", posix(value)),
        Shell::Fish if name == "PATH" => {
            let dirs: Vec<String> = value.split(':').map(posix).collect();
            format!("set -gx PATH {}", dirs.join(" "))
        }
        Shell::Fish => format!("set -gx {name} {}", posix(value)),
        Shell::Elvish if is_plain(value) => format!("set-env {name} {value}"),
        Shell::Elvish => format!("set-env {name} '{}'", value.replace('\'', "''")),
        Shell::Nu => format!("set,{},{}", field(name), field(value)),
        Shell::Xonsh => format!("{XONSH}\nXSH.env['{}'] = '{}'", python(name), python(value)),
        Shell::Pwsh | Shell::Powershell => {
            format!("${{Env:{name}}}='{}'", value.replace('\'', "''"))
        }
    }
}

/// Takes a variable away.
pub(super) fn unset(shell: Shell, name: &str) -> String {
    match shell {
        Shell::Bash | Shell::Zsh => format!("unset {name}"),
        Shell::Fish => format!("set -e {name}"),
        Shell::Elvish => format!("unset-env {name}"),
        Shell::Nu => format!("hide,{},", field(name)),
        Shell::Xonsh => format!("{XONSH}\nXSH.env.pop('{}',None)", python(name)),
        Shell::Pwsh | Shell::Powershell => {
            format!("Remove-Item -ErrorAction SilentlyContinue -LiteralPath 'Env:/{name}'")
        }
    }
}

const XONSH: &str = "from xonsh.built_ins import XSH";

/// Letters that need no quotes.
fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=/,.+".contains(c);
    !text.is_empty() && text.chars().all(plain)
}

/// In quotes where it needs them. History expansion is no part of the value.
fn posix(text: &str) -> String {
    if is_plain(text) {
        return text.to_string();
    }
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '!' => quoted.extend(["'\\", &c.to_string(), "'"]),
            _ => quoted.push(c),
        }
    }
    quoted + "'"
}

/// A field of comma-separated values.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_string()
}

/// The inside of a Python string.
fn python(text: &str) -> String {
    let mut inside = String::new();
    for c in text.chars() {
        match c {
            '\\' | '\'' => inside.extend(['\\', c]),
            '\n' => inside.push_str("\\n"),
            '\r' => inside.push_str("\\r"),
            _ => inside.push(c),
        }
    }
    inside
}
