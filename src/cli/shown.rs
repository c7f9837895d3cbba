//! Texts of a task as a query shows them: rendered, where that starts and
//! reads nothing. Knows no page and no table.

use crate::config::env::Evaluator;
use crate::model::{Call, Dep, DepSpec, Task};

/// A text that can be rendered without starting or reading anything; else as
/// it is written.
pub(super) fn text(task: &Task, text: &str, evaluator: &mut Evaluator<'_>) -> String {
    evaluator.render(task, text, &task.spot, None).unwrap_or_else(|_| text.to_string())
}

/// A dependency taken apart.
///
/// # Errors
/// Its text, where the words in it are not known yet or cannot be told apart.
pub(super) fn dependency(
    task: &Task,
    dep: &Dep,
    evaluator: &mut Evaluator<'_>,
) -> Result<Call, String> {
    match &dep.spec {
        DepSpec::Text(written) => {
            let shown = text(task, written, evaluator);
            let is_raw = shown == *written && (shown.contains("{{") || shown.contains("{%"));
            if is_raw { Err(shown) } else { Call::from_text(&shown).map_err(|_| shown) }
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
