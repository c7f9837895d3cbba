//! JSON as the verbs print it. Knows no verb.

use serde::Serialize;

/// Indented, with a line end behind it.
pub(super) fn pretty<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
