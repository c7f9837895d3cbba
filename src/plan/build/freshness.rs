//! What a job reads and makes, and what makes it the same job as before.
//! Looks at no file.

use std::sync::Arc;

use super::{Builder, Place};
use crate::model::{Command, Outputs, Problem};
use crate::plan::checks::patterns;
use crate::plan::graph::{Occurrence, Phase};
use crate::plan::job::FreshSpec;

impl Builder<'_, '_> {
    pub(super) fn fresh(
        &self,
        at: &mut Place<'_>,
        o: &Occurrence,
    ) -> Result<Option<FreshSpec>, Problem> {
        let task = at.task;
        if task.sources.is_empty() {
            return Ok(None);
        }
        let render = |at: &Place<'_>, list: &[String], key: &str| {
            list.iter().map(|text| self.rendered(at, text, key)).collect::<Result<Vec<_>, _>>()
        };
        let sources = render(at, &task.sources, "sources")?;
        patterns(task, &sources, "sources")?;
        Arc::make_mut(&mut at.calls).sources.clone_from(&sources);
        let outputs = match &task.outputs {
            Outputs::Patterns(list) => {
                let list = render(at, list, "outputs")?;
                patterns(task, &list, "outputs")?;
                Outputs::Patterns(list)
            }
            Outputs::Unset | Outputs::Auto => Outputs::Auto,
        };
        let phase = if o.phase == Phase::Post { "post" } else { "" };
        let identity = format!(
            "{}\0{:?}\0{:?}\0{phase}\0{}\0{}",
            task.name,
            o.args,
            o.env,
            at.dir.display(),
            task.root.dir.display()
        );
        let env: Vec<_> = task.env.iter().map(|e| &e.directive).collect();
        let definition = format!(
            "{:?}\0{env:?}\0{:?}\0{:?}\0{sources:?}\0{outputs:?}{}",
            task.command,
            task.vars.iter().map(|e| &e.directive).collect::<Vec<_>>(),
            task.shell,
            // Those without a sandbox stay what they were.
            Some(&*task.sandbox)
                .filter(|s| !s.is_empty())
                .map_or(String::new(), |s| format!("\0{s:?}"))
        );
        let script = match &task.command {
            Command::Script(path) => Some(path.clone()),
            Command::File(text) => {
                Some(self.ctx.dirs.below(&task.root.dir, self.rendered(at, text, "file")?))
            }
            _ => None,
        };
        Ok(Some(FreshSpec {
            sources,
            outputs,
            dir: at.dir.to_path_buf(),
            script,
            identity: digest(&identity),
            definition: digest(&definition),
        }))
    }
}

fn digest(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_string()
}
