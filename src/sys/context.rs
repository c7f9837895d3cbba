//! What the process was given by the outside world, read once: environment,
//! working directory, the directories of the user. Everything above takes it
//! as a value.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use crate::model::EnvMap;

/// The outside world at start.
#[derive(Debug, Clone)]
pub struct Context {
    /// The caller's environment.
    pub env: EnvMap,
    /// Working directory after `-C`.
    pub cwd: PathBuf,
    /// The same before it, where the words of the command line hold.
    pub start: PathBuf,
    /// Places of the user.
    pub dirs: Dirs,
    /// This executable.
    pub exe: PathBuf,
    /// The words of the command line; the first one is how we were called.
    pub words: Vec<OsString>,
}

/// Absolute directories; each can be moved by a variable.
#[derive(Debug, Clone)]
pub struct Dirs {
    /// `$HOME`
    pub home: PathBuf,
    /// `$MISE_CONFIG_DIR`, else `~/.config/mise`.
    pub config: PathBuf,
    /// `$MISE_SYSTEM_CONFIG_DIR`, else `/etc/mise`.
    pub system: PathBuf,
    /// `$MISE_GLOBAL_CONFIG_ROOT`, else `$HOME`: where user-wide tasks run.
    pub global_root: PathBuf,
    /// Our own state: `$MEP_STATE_DIR`, else `~/.local/state/mep`.
    pub state: PathBuf,
    /// Our own cache: `$MEP_CACHE_DIR`, else `~/.cache/mep`.
    pub cache: PathBuf,
    /// mise's state, which we only read.
    pub mise_state: PathBuf,
    /// Where mise installs tools.
    pub mise_data: PathBuf,
}

impl Context {
    /// Reads the process's surroundings.
    ///
    /// # Errors
    /// When the working directory is gone or unreadable.
    pub fn of_this_process() -> io::Result<Self> {
        let env: EnvMap = std::env::vars_os().collect();
        let dirs = Dirs::new(&env);
        let cwd = std::env::current_dir()?;
        Ok(Self {
            start: cwd.clone(),
            cwd,
            exe: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("mep")),
            words: std::env::args_os().collect(),
            dirs,
            env,
        })
    }

    /// True where the variable is set to something that means yes.
    pub fn flag(&self, key: &str) -> bool {
        self.flag_value(key) == Some(true)
    }

    /// The variable as a yes or no; unset and empty are neither.
    pub fn flag_value(&self, key: &str) -> Option<bool> {
        let value = self.env.get(key)?.to_str()?.trim().to_ascii_lowercase();
        match value.as_str() {
            "" => None,
            "0" | "false" | "no" | "off" | "n" => Some(false),
            _ => Some(true),
        }
    }
}

impl Dirs {
    fn new(env: &EnvMap) -> Self {
        let set = |key: &str| {
            let value = env.get(key).filter(|v| !v.is_empty());
            value.map(PathBuf::from)
        };
        let home = set("HOME").unwrap_or_else(|| PathBuf::from("/"));
        let xdg = |key: &str, default: &str| set(key).unwrap_or_else(|| home.join(default));
        Self {
            config: set("MISE_CONFIG_DIR")
                .unwrap_or_else(|| xdg("XDG_CONFIG_HOME", ".config").join("mise")),
            system: set("MISE_SYSTEM_CONFIG_DIR").unwrap_or_else(|| PathBuf::from("/etc/mise")),
            global_root: set("MISE_GLOBAL_CONFIG_ROOT").unwrap_or_else(|| home.clone()),
            state: set("MEP_STATE_DIR")
                .unwrap_or_else(|| xdg("XDG_STATE_HOME", ".local/state").join("mep")),
            cache: set("MEP_CACHE_DIR")
                .unwrap_or_else(|| xdg("XDG_CACHE_HOME", ".cache").join("mep")),
            mise_state: set("MISE_STATE_DIR")
                .unwrap_or_else(|| xdg("XDG_STATE_HOME", ".local/state").join("mise")),
            mise_data: set("MISE_DATA_DIR")
                .unwrap_or_else(|| xdg("XDG_DATA_HOME", ".local/share").join("mise")),
            home,
        }
    }

    /// `path` with a leading `~` for the home directory.
    pub fn tilde(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if rest.as_os_str().is_empty() => "~".into(),
            Ok(rest) if self.home != Path::new("/") => format!("~/{}", rest.display()),
            _ => path.display().to_string(),
        }
    }

    /// `text` as a path, with `~` and `~/` meaning the home directory and
    /// anything relative lying below `base`; dots stay as they are written.
    pub fn below(&self, base: &Path, text: impl AsRef<OsStr>) -> PathBuf {
        let path = Path::new(text.as_ref());
        match path.strip_prefix("~") {
            Ok(rest) => self.home.join(rest),
            Err(_) if path.as_os_str().is_empty() => base.to_path_buf(),
            Err(_) => base.join(path),
        }
    }

    /// As `below`, with dots resolved by name.
    pub fn resolve(&self, base: &Path, text: impl AsRef<OsStr>) -> PathBuf {
        normalize(&self.below(base, text))
    }
}

/// Removes `.` and resolves `..` by name, without asking the file system.
pub fn normalize(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !matches!(out.components().next_back(), None | Some(Component::ParentDir)) {
                    out.pop();
                } else {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_by_name() {
        assert_eq!(normalize(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(normalize(Path::new("../x")), Path::new("../x"));
    }

    #[test]
    fn home_is_shortened_only_at_the_front() {
        let env: EnvMap = [("HOME", "/h")].into_iter().collect();
        let dirs = Dirs::new(&env);
        assert_eq!(dirs.tilde(Path::new("/h/x")), "~/x");
        assert_eq!(dirs.tilde(Path::new("/hx")), "/hx");
        assert_eq!(dirs.resolve(Path::new("/p"), "~/x"), Path::new("/h/x"));
        assert_eq!(dirs.resolve(Path::new("/p"), "./x"), Path::new("/p/x"));
    }
}
