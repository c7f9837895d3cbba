//! A place for the library to work in: a project and a home below one directory, and nothing of
//! the machine. Shared by the targets that call the library itself.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use mep::sys::{Context, Dirs};

/// The surroundings of a process that stands in the project `p` of that directory.
pub(crate) fn context(dir: &Path) -> Arc<Context> {
    let [cwd, home] = ["p", "home"].map(|name| dir.join(name));
    for dir in [&cwd, &home] {
        fs::create_dir_all(dir).expect("a scratch directory takes directories");
    }
    let dirs = Dirs {
        config: home.join("config"),
        system: home.join("system"),
        global_root: home.clone(),
        state: home.join("state"),
        cache: home.join("cache"),
        mise_state: home.join("mise-state"),
        mise_data: home.join("mise-data"),
        home,
    };
    let ceiling = dir.to_string_lossy().into_owned();
    let env = [("MISE_CEILING_PATHS", ceiling.as_str()), ("PATH", "/usr/bin:/bin")];
    let env = env.into_iter().collect();
    Arc::new(Context { env, start: cwd.clone(), cwd, dirs, exe: "mep".into(), words: Vec::new() })
}
