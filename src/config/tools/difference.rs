//! What tools add to an environment, and how it is laid below what the
//! configuration sets.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::EnvMap;

/// Variables and directories that tools bring.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Difference {
    /// Variables but PATH.
    pub(super) vars: BTreeMap<String, String>,
    /// In the order of PATH.
    pub(super) paths: Vec<PathBuf>,
    /// By what nested runs know it; empty for one that is not kept.
    #[serde(skip)]
    pub(super) key: String,
    /// False for an answer that a better one should follow soon.
    #[serde(skip)]
    pub(super) lasts: bool,
}

impl Difference {
    /// Adds the tools: variables that the configuration did not set over the
    /// caller's, directories behind those of the configuration and before the
    /// caller's.
    pub(super) fn lay_under(&self, env: &mut EnvMap, caller: &EnvMap) {
        for (name, value) in &self.vars {
            if env.get(name) == caller.get(name) {
                env.set(name, value);
            }
        }
        if self.paths.is_empty() {
            return;
        }
        let parts = |env: &EnvMap| -> Vec<PathBuf> {
            env.get("PATH").map(|p| std::env::split_paths(p).collect()).unwrap_or_default()
        };
        let (mut all, theirs) = (parts(env), parts(caller));
        if all.windows(self.paths.len()).any(|window| window == self.paths) {
            return;
        }
        let at = if all.ends_with(&theirs) { all.len() - theirs.len() } else { 0 };
        all.splice(at..at, self.paths.iter().cloned());
        set_path(env, all);
    }

    /// Puts `other` in the place of these tools.
    pub(super) fn replace_by(&self, other: &Self, env: &mut EnvMap, caller: &EnvMap) {
        for (name, value) in &self.vars {
            if env.get_str(name) == Some(value) {
                match caller.get(name) {
                    Some(before) => env.set(name, before.to_os_string()),
                    None => env.unset(name),
                }
            }
        }
        let path: OsString = env.get("PATH").unwrap_or_default().to_os_string();
        let all: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let width = self.paths.len();
        let found = all.windows(width.max(1)).position(|window| window == self.paths);
        if let (Some(at), true) = (found, width > 0) {
            let rest = [&all[..at], &all[at + width..]].concat();
            set_path(env, rest);
        }
        other.lay_under(env, caller);
    }
}

fn set_path(env: &mut EnvMap, parts: Vec<PathBuf>) {
    if let Ok(joined) = std::env::join_paths(parts) {
        env.set("PATH", joined);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> EnvMap {
        pairs.iter().map(|(k, v)| (*k, *v)).collect()
    }

    fn tools(var: (&str, &str), paths: &[&str]) -> Difference {
        let vars = [(var.0.to_string(), var.1.to_string())].into();
        Difference { vars, paths: paths.iter().map(PathBuf::from).collect(), ..Default::default() }
    }

    #[test]
    fn tools_lie_between_the_configuration_and_the_caller() {
        let caller = env(&[("PATH", "/usr/bin:/bin"), ("A", "caller")]);
        let mut all = env(&[("PATH", "/p:/usr/bin:/bin"), ("A", "caller"), ("B", "config")]);
        tools(("A", "tool"), &["/t"]).lay_under(&mut all, &caller);
        tools(("B", "tool"), &[]).lay_under(&mut all, &caller);
        assert_eq!(all, env(&[("PATH", "/p:/t:/usr/bin:/bin"), ("A", "tool"), ("B", "config")]));
    }

    #[test]
    fn a_tasks_tools_take_the_place_of_the_projects() {
        let caller = env(&[("PATH", "/bin")]);
        let project = tools(("A", "1"), &["/t1"]);
        let mut all = env(&[("PATH", "/p:/bin")]);
        project.lay_under(&mut all, &caller);
        project.replace_by(&tools(("B", "2"), &["/t2", "/t1"]), &mut all, &caller);
        assert_eq!(all, env(&[("PATH", "/p:/t2:/t1:/bin"), ("B", "2")]));
    }
}
