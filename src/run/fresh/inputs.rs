//! Which files count as inputs of a task. Looks at none.

use crate::files::{Purpose, Rules};
use crate::plan::FreshSpec;

/// The files that count as inputs: what the patterns say, and the script.
pub(super) fn source_rules(spec: &FreshSpec) -> Rules {
    let script = spec.script.iter().map(|path| path.to_string_lossy().into_owned());
    let patterns: Vec<String> = spec.sources.iter().cloned().chain(script).collect();
    Rules::new(&spec.dir, &patterns, Purpose::Sources)
}
