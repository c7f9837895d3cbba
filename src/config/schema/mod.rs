//! JSON schemas for editors: of `mise.toml` as far as tasks go, of a file of
//! tasks, of `mep.toml`. The types here say what can be written and are used for
//! nothing else; a test holds their keys against those that the readers know.

mod mep;
mod mise;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};

/// Which files a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// `mise.toml`, with `[_.mep]`.
    Mise,
    /// A file of tasks: `.mise/tasks/*.toml`.
    Tasks,
    /// `mep.toml`
    Mep,
}

impl Written {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mise, Self::Tasks, Self::Mep];

    /// Its name on the command line and in the name of its file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mise => "mise",
            Self::Tasks => "tasks",
            Self::Mep => "mep",
        }
    }
}

/// The schema of such a file.
pub fn schema(of: Written) -> serde_json::Value {
    match of {
        Written::Mise => made::<mise::Config>(),
        Written::Tasks => made::<mise::Tasks>(),
        Written::Mep => made::<mep::Own>(),
    }
}

/// Editors of TOML know draft 7 best.
fn made<T: JsonSchema>() -> serde_json::Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    RecursiveTransform(without_null).transform(&mut schema);
    schema.to_value()
}

/// TOML has no null: what is optional is left out.
fn without_null(schema: &mut Schema) {
    let is_null = |value: &serde_json::Value| {
        value.as_str() == Some("null") || value.get("type").is_some_and(|kind| kind == "null")
    };
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    for key in ["type", "anyOf"] {
        let Some(list) = object.get_mut(key).and_then(serde_json::Value::as_array_mut) else {
            continue;
        };
        list.retain(|value| !is_null(value));
        if list.len() > 1 {
            continue;
        }
        let Some(only) = list.pop() else {
            continue;
        };
        object.remove(key);
        match only {
            serde_json::Value::Object(only) => object.extend(only),
            only => drop(object.insert(key.into(), only)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::config::{own, read, task_table};

    fn keys<'a>(schema: &'a Value, of: &str) -> BTreeSet<&'a str> {
        let object = if of.is_empty() { schema } else { &schema["definitions"][of] };
        object["properties"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn a_schema_has_the_keys_that_are_read() {
        let mise = schema(Written::Mise);
        let task = task_table::KEYS.into_iter().chain(["extends", "aliases"]).collect();
        assert_eq!(keys(&mise, "Task"), task);
        assert_eq!(keys(&mise, ""), read::keys().collect());
        let mep = schema(Written::Mep);
        assert_eq!(keys(&mep, ""), own::TOP.into_iter().collect());
        assert_eq!(keys(&mep, "OwnTask"), own::TASK.into_iter().collect());
        assert_eq!(keys(&mep, "RetryTable"), own::RETRY.into_iter().collect());
        assert_eq!(keys(&mep, "Record"), own::RECORD.into_iter().collect());
    }

    #[test]
    fn nothing_is_null() {
        for of in Written::ALL {
            assert!(!schema(of).to_string().contains("\"null\""), "{}", of.name());
        }
    }
}
