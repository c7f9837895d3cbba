//! Systems without Landlock and seccomp: nothing can be enforced here.

use super::{Rule, Rules};

/// Refuses the first rule.
pub(super) fn confine(rules: &Rules) -> Result<(), (Rule, String)> {
    let rule = match rules {
        Rules { read: Some(_), .. } => Rule::Read,
        Rules { write: Some(_), .. } => Rule::Write,
        _ => Rule::Net,
    };
    Err((rule, "it needs Linux".to_string()))
}

/// What can be enforced here.
pub(super) fn support() -> &'static str {
    "none: it needs Linux"
}
