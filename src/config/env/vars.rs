//! `[vars]` and a task's `vars`: evaluated like variables, over the caller's
//! environment or its config's, and never exported.

use std::path::Path;

use super::apply::sourced;
use super::work::Work;
use super::{Evaluator, Vars, missing};
use crate::model::{EnvDirective, EnvEntry, EnvMap, Problem};

impl Evaluator<'_> {
    /// Defines what `entries` say; those of a task may name `tools`.
    pub(in crate::config) fn vars_from(
        &mut self,
        entries: &[EnvEntry],
        root: &Path,
        env: &EnvMap,
        vars: &mut Vars,
        knows_tools: bool,
    ) -> Result<(), Problem> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut env = env.clone();
        let mut required = Vec::new();
        // Without tools there is nothing for `tools = true` to wait for: mise
        // leaves such vars undefined.
        for entry in entries.iter().filter(|e| !e.options.tools) {
            let before = vars.clone();
            let mut work = Work::new(root, &mut env, &before);
            work.knows_tools = knows_tools;
            for (name, value) in self.var(entry, &work, &mut required)? {
                self.hide_var(&name, &value, entry);
                vars.insert(name, value);
            }
        }
        for (name, help, entry) in required {
            if !vars.contains_key(name) {
                return Err(missing("variable", name, help, &entry.spot));
            }
        }
        Ok(())
    }

    /// What one entry defines.
    fn var<'e>(
        &mut self,
        entry: &'e EnvEntry,
        work: &Work<'_>,
        required: &mut Vec<(&'e str, Option<&'e str>, &'e EnvEntry)>,
    ) -> Result<Vec<(String, String)>, Problem> {
        let spot = &entry.spot;
        let outer = |name: &str| work.env.get_str(name).map(|v| (name.to_string(), v.to_string()));
        Ok(match &entry.directive {
            EnvDirective::Set(name, value) => {
                vec![(name.clone(), self.value(name, value, spot, work)?)]
            }
            EnvDirective::Default(name, value) => {
                match outer(name).filter(|(_, v)| !v.is_empty()) {
                    Some(given) => vec![given],
                    None => vec![(name.clone(), self.value(name, value, spot, work)?)],
                }
            }
            EnvDirective::Required(name, help) => {
                required.push((name, help.as_deref(), entry));
                outer(name).filter(|_| !work.vars.contains_key(name)).into_iter().collect()
            }
            EnvDirective::Age(name, text, format) => {
                let value = self.opened(name, text, *format, spot)?;
                value.map(|value| (name.clone(), value)).into_iter().collect()
            }
            EnvDirective::File { path, expand } => {
                let files = self.file(path, *expand, spot, work)?;
                files.into_iter().flat_map(|(_, pairs)| pairs).collect()
            }
            EnvDirective::Source(path) => {
                let scripts = self.scripts(path, spot, work)?;
                let pairs = scripts.iter().map(|s| sourced(s, spot, work).map(|all| all.pairs));
                pairs.collect::<Result<Vec<_>, _>>()?.concat()
            }
            // `false` takes no earlier var away, as in mise.
            EnvDirective::Unset(_)
            | EnvDirective::Path(_)
            | EnvDirective::Venv(_)
            | EnvDirective::Redact(_) => Vec::new(),
        })
    }

    fn hide_var(&mut self, name: &str, value: &str, entry: &EnvEntry) {
        let encrypted = matches!(entry.directive, EnvDirective::Age(..));
        let hidden = entry.options.redact.unwrap_or_else(|| encrypted || self.hides(name));
        if hidden {
            self.secrets.add(value);
        }
    }
}
