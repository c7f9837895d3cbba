//! `min_version`: whether a file asks for a newer mise than the one this
//! program is compatible with.

use toml::de::DeValue;

use super::value::{At, Value};
use crate::model::{MISE_RELEASE, Problem};

/// What a file asks for.
#[derive(Debug, Default)]
pub(super) struct Demand {
    /// A version that has to be there and is not.
    pub(super) unmet: Option<Problem>,
    /// A version that is only recommended.
    pub(super) warning: Option<String>,
}

/// Reads `min_version`.
pub(super) fn read(at: &At<'_>, value: &Value<'_>) -> Result<Demand, Problem> {
    let mut demand = Demand::default();
    let DeValue::Table(table) = value.get_ref() else {
        if value.get_ref().as_str().is_none() {
            return Err(at.wrong("min_version", value, "a version or a table with `hard`, `soft`"));
        }
        demand.unmet = hard(at, value, &version(at, "min_version", value)?);
        return Ok(demand);
    };
    for (key, value) in table {
        let wanted = |name| version(at, &format!("min_version.{name}"), value);
        match key.get_ref().as_ref() {
            "hard" => demand.unmet = hard(at, value, &wanted("hard")?),
            "soft" => demand.warning = soft(&wanted("soft")?),
            _ => return Err(at.unknown(key, &["hard", "soft"])),
        }
    }
    Ok(demand)
}

fn version(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<String, Problem> {
    let text = at.string(key, value)?;
    if text.is_empty() || text.contains(char::is_whitespace) {
        let message = format!("`{key}` of {} is not a version", at.owner);
        return Err(at.mistake("config::min-version", message, value, "not a version"));
    }
    Ok(text)
}

fn hard(at: &At<'_>, value: &Value<'_>, wanted: &str) -> Option<Problem> {
    let have = MISE_RELEASE;
    let required = format!("mise version {wanted} is required, but");
    is_newer(wanted).then(|| {
        let message = format!("{required} this is compatible with {have}");
        at.mistake("config::min-version", message, value, "asked for here")
            .help("update mep, or ask for an older version")
            .reference(format!("{required} you are using {have}"))
    })
}

fn soft(wanted: &str) -> Option<String> {
    let have = MISE_RELEASE;
    is_newer(wanted).then(|| {
        format!("mise version {wanted} is recommended, but this is compatible with {have}")
    })
}

/// Compares number by number. What follows a `-` belongs to a version before
/// its release; a text that starts with no number is older than any.
fn is_newer(wanted: &str) -> bool {
    let release = wanted.split(['-', '+']).next().unwrap_or_default();
    let numbers = |text: &str| -> Option<Vec<u64>> {
        text.split('.').map(|part| part.parse().ok()).collect()
    };
    numbers(release).is_some_and(|wanted| Some(wanted) > numbers(MISE_RELEASE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_number_by_number() {
        for newer in ["2026.9.16", "2026.10", "2027", "2026.9.15.1", "2026.9.16-beta"] {
            assert!(is_newer(newer), "{newer}");
        }
        for older in ["2026.9.15", "2026.9.15-beta", "2026.9", "2020.1", "bogus", "v2099"] {
            assert!(!is_newer(older), "{older}");
        }
    }
}
