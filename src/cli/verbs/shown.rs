//! Texts of a task as a query shows them: rendered, where that starts and
//! reads nothing. Knows no page and no table.

use std::borrow::Cow;

use crate::config::env::Evaluator;
use crate::config::template;
use crate::model::{Call, Dep, DepSpec, Task};

/// A text that can be rendered without starting or reading anything; else as
/// it is written.
pub(in crate::cli) fn text<'t>(
    task: &Task,
    text: &'t str,
    evaluator: &mut Evaluator<'_>,
) -> Cow<'t, str> {
    if !template::is_template(text) {
        return text.into();
    }
    evaluator.render(task, text, &task.spot, None).map_or(text.into(), Cow::Owned)
}

/// A dependency taken apart.
///
/// # Errors
/// Its text, where the words in it are not known yet or cannot be told apart.
pub(in crate::cli) fn dependency(
    task: &Task,
    dep: &Dep,
    evaluator: &mut Evaluator<'_>,
) -> Result<Call, String> {
    match &dep.spec {
        DepSpec::Text(written) => {
            let shown = text(task, written, evaluator);
            let is_raw = shown == *written && (shown.contains("{{") || shown.contains("{%"));
            if is_raw {
                Err(shown.into_owned())
            } else {
                Call::from_text(&shown).map_err(|_| shown.into_owned())
            }
        }
        DepSpec::List(words) => {
            let mut words = words.iter().cloned();
            let name = words.next().unwrap_or_default();
            Ok(Call { task: name, args: words.collect(), ..Call::default() })
        }
        DepSpec::Table { task, args, env, optional } => Ok(Call {
            task: task.clone(),
            args: args.clone(),
            env: env.clone(),
            optional: *optional,
        }),
    }
}
