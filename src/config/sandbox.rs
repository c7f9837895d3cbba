//! The sandbox as files and variables say it: a task's keys, `[settings]`.
//! Knows nothing of how it is enforced.

use super::value::{At, Value};
use crate::model::{Problem, Sandbox, Seldom};

/// Reads one of a task's keys, where it is about the sandbox.
pub(super) fn field(
    at: &At<'_>,
    sandbox: &mut Seldom<Sandbox>,
    key: &str,
    value: &Value<'_>,
) -> Option<Result<(), Problem>> {
    let deny = match key {
        "deny_all" => {
            let said = at.boolean(key, value);
            return Some(said.map(|all| {
                if all {
                    sandbox.deny_all();
                }
            }));
        }
        "deny_read" => Some(&mut sandbox.deny_read),
        "deny_write" => Some(&mut sandbox.deny_write),
        "deny_net" => Some(&mut sandbox.deny_net),
        "deny_env" => Some(&mut sandbox.deny_env),
        _ => None,
    };
    if let Some(slot) = deny {
        return Some(at.boolean(key, value).map(|deny| *slot |= deny));
    }
    let slot = match key {
        "allow_read" => &mut sandbox.allow_read,
        "allow_write" => &mut sandbox.allow_write,
        "allow_net" => &mut sandbox.allow_net,
        "allow_env" => &mut sandbox.allow_env,
        "pass_through_env" => &mut sandbox.pass_through_env,
        _ => return None,
    };
    Some(at.string_list(key, value).map(|list| *slot = list))
}

/// What the settings deny to every task; `flag` looks one up.
pub(super) fn of_settings(flag: impl Fn(&str, &str) -> bool) -> Sandbox {
    let mut sandbox = Sandbox {
        deny_read: flag("sandbox.deny_read", "MISE_SANDBOX_DENY_READ"),
        deny_write: flag("sandbox.deny_write", "MISE_SANDBOX_DENY_WRITE"),
        deny_net: flag("sandbox.deny_net", "MISE_SANDBOX_DENY_NET"),
        deny_env: flag("sandbox.deny_env", "MISE_SANDBOX_DENY_ENV"),
        ..Sandbox::default()
    };
    if flag("sandbox.deny_all", "MISE_SANDBOX_DENY_ALL") {
        sandbox.deny_all();
    }
    sandbox
}
