//! The rules of the graph, one file for each kind of mistake. A rule looks at
//! the `Ground` and says nothing where it is in doubt.

mod artifacts;
mod crafts;
mod files;
mod hidden;
mod pass_through;
mod publish;
mod version;

use super::ground::Ground;
use super::issue::Issue;
use crate::model::Lint;

/// A finding of a rule: whose it is, and of whom else.
pub(super) struct Finding {
    lint: Lint,
    /// The task that it is told of, and others that may silence it.
    tasks: Vec<usize>,
    issue: Issue,
}

impl Finding {
    fn new(ground: &Ground<'_>, lint: Lint, tasks: &[usize], message: String) -> Self {
        let task = ground.task(tasks[0]);
        let issue = Issue::warning(&task.name, lint.name(), message).at(&task.spot);
        Self { lint, tasks: tasks.to_vec(), issue }
    }

    /// What can go wrong, and what to do.
    fn because(mut self, why: impl Into<String>, help: impl Into<String>) -> Self {
        self.issue = self.issue.details(why).help(help);
        self
    }
}

/// All rules.
const RULES: [fn(&Ground<'_>) -> Vec<Finding>; 9] = [
    files::overlapping_outputs,
    files::unlinked_sources,
    pass_through::find,
    publish::find,
    hidden::find,
    artifacts::missing_sdist,
    artifacts::scatter,
    version::find,
    publish::unsafe_standalone,
];

/// What the rules find in a project, by task and in the order of the rules.
pub(super) fn find(ground: &Ground<'_>) -> Vec<(usize, Issue)> {
    let loud =
        |finding: &Finding| !finding.tasks.iter().any(|task| ground.is_silent(finding.lint, *task));
    let found = RULES.iter().flat_map(|rule| rule(ground)).filter(loud);
    found.map(|finding| (finding.tasks[0], finding.issue)).collect()
}
