//! A plan as jobs for machines that have nothing but the repository: each task with work of its
//! own is a job, and what it waits for are others. Knows no file format. Starts nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::asked::Asked;
use super::query::{Query, with_plan};
use super::views::asking;
use crate::model::{Problem, Redactor};
use crate::plan::{Action, Graph, Line, Link, Part, Phase, Plan, links};

/// So long may the name of a job be.
const LONGEST: usize = 90;

/// What GitHub takes for the beginning of an expression of its own.
const EXPRESSION: &str = "${{";

/// One job.
#[derive(Debug)]
pub struct WorkflowJob {
    /// Its name for others: letters, digits, `-` and `_`.
    pub id: String,
    /// The words behind `run` that ask for its task.
    pub words: String,
    /// Its dependencies are jobs of their own, and so it leaves them out.
    pub is_alone: bool,
    /// Jobs that have to end before it, in the order of the plan.
    pub needs: Vec<String>,
    /// When it runs, where that is not just after they all have gone well.
    pub condition: Option<String>,
    /// What a dependency's `env` gives it.
    pub env: Vec<(String, String)>,
}

/// The jobs of what `flags` ask for, in an order that works.
///
/// # Errors
/// All that would keep a run from starting; a secret that would have to be written down; nothing
/// to run.
pub fn workflow(
    asked: Asked<'_>,
    warn: &mut dyn FnMut(&str),
) -> Result<Vec<WorkflowJob>, Vec<Problem>> {
    let mut notes = Vec::new();
    let jobs = with_plan(asked, warn, |query| {
        notes = confirmations(query);
        check(query).map(|()| jobs(query))
    })?;
    notes.iter().for_each(|note| warn(note));
    let jobs = jobs.map_err(|problem| vec![problem])?;
    if jobs.is_empty() {
        let text = "none of these tasks has anything to run";
        return Err(vec![Problem::new("workflow::empty", text).help("name one that has a `run`")]);
    }
    Ok(jobs)
}

/// A line for each task that would ask somebody.
fn confirmations(query: &Query<'_>) -> Vec<String> {
    let tasks = query.plan.graph.occurrences.iter().map(|o| query.workspace.task(o.task));
    let mut names: Vec<&str> =
        tasks.filter(|task| task.confirm.is_some()).map(|task| task.name.as_str()).collect();
    names.dedup();
    let line = |name| format!("task `{name}` asks before it starts, and there nobody answers");
    names.into_iter().map(line).collect()
}

/// What is written into a file is no secret any more.
fn check(query: &Query<'_>) -> Result<(), Problem> {
    let Some(redactor) = Redactor::new(&query.plan.secrets) else {
        return Ok(());
    };
    for occurrence in &query.plan.graph.occurrences {
        let given = occurrence.env.iter().map(|(_, value)| value);
        let mut texts = occurrence.args.iter().chain(given);
        if texts.any(|text| redactor.text(text) != text.as_str()) {
            let task = query.workspace.task(occurrence.task);
            let text = format!("task `{}` gets a secret, which would stand in the file", task.name);
            return Err(Problem::new("workflow::secret", text)
                .at(&task.spot, "this task")
                .help("let it read the variable itself"));
        }
    }
    Ok(())
}

fn jobs(query: &Query<'_>) -> Vec<WorkflowJob> {
    let plan = &query.plan;
    let whole: Vec<bool> = (0..plan.graph.occurrences.len()).map(|at| is_whole(plan, at)).collect();
    let lines = links(&plan.graph);
    let works = |at: usize| {
        let sources = lines.iter().filter(|line| line.task == at);
        let mut cleans = sources.filter(|line| matches!(line.link, Link::Post | Link::Finally));
        let has_work = plan.graph.nodes_of(at).iter().any(|id| {
            let is_call = matches!(plan.graph.get(*id).part, Part::Join | Part::Arrival(_));
            is_call || plan.jobs[id.0 as usize].takes_slot()
        });
        let is_post = plan.graph.occurrences[at].phase == Phase::Post;
        // What runs with all that belongs to it cleans up itself.
        let is_done = is_post && cleans.all(|line| whole[line.needs]);
        has_work && plan.graph.occurrences[at].site.is_none() && !is_done
    };
    let mut order: Vec<usize> = Vec::new();
    for id in plan.graph.order().unwrap_or_default() {
        let at = plan.graph.get(id).occurrence;
        if plan.graph.occurrences[at].first == id && works(at) {
            order.push(at);
        }
    }
    let mut names = Names::default();
    let words = |at: usize| asking(query.workspace, &plan.graph.occurrences[at]);
    let name = |at: usize| {
        let occurrence = &plan.graph.occurrences[at];
        let name = query.workspace.display(occurrence.task);
        [&[name][..], &occurrence.args].concat().join(" ")
    };
    let ids: BTreeMap<usize, String> = order.iter().map(|at| (*at, names.id(&name(*at)))).collect();
    let mut waits = Waits { lines: &lines, ids: &ids, known: BTreeMap::new() };
    let mut plain: HashSet<usize> = HashSet::new();
    let job = |at: &usize| {
        let wait = waits.of(*at);
        let in_order = wait.asks.is_none() && wait.before == wait.well;
        if in_order && wait.well.iter().all(|other| plain.contains(other)) {
            plain.insert(*at);
        }
        WorkflowJob {
            id: ids[at].clone(),
            words: harmless(&words(*at)),
            is_alone: !whole[*at],
            needs: wait.before.iter().map(|other| ids[other].clone()).collect(),
            condition: (!plain.contains(at)).then(|| wait.condition(&ids)),
            env: plan.graph.occurrences[*at]
                .env
                .iter()
                .map(|(name, value)| (name.clone(), harmless(value)))
                .collect(),
        }
    };
    order.iter().map(job).collect()
}

/// A text in which GitHub finds no expression.
fn harmless(text: &str) -> String {
    text.replace(EXPRESSION, "${{ '${{' }}")
}

/// True for a task that calls others which need something themselves, or may do so: without its
/// dependencies it would lack theirs.
fn is_whole(plan: &Plan, at: usize) -> bool {
    let graph = &plan.graph;
    let mut seen = HashSet::from([at]);
    let mut stack = vec![at];
    while let Some(at) = stack.pop() {
        for id in graph.nodes_of(at) {
            if matches!(plan.jobs[id.0 as usize].action, Action::Arrival(_)) {
                return true;
            }
            let called = graph.before(id).map(|(from, _)| graph.get(from).occurrence);
            let called = called.filter(|_| graph.get(id).part == Part::Join);
            stack.extend(called.filter(|other| seen.insert(*other)));
        }
    }
    seen.remove(&at);
    seen.into_iter().any(|called| needs_others(graph, called))
}

fn needs_others(graph: &Graph, at: usize) -> bool {
    links(graph).iter().any(|line| match line.link {
        Link::Depends => line.task == at,
        Link::Post | Link::Finally => line.needs == at,
        Link::Call | Link::WaitFor => false,
    })
}

/// What one task waits for, in jobs.
#[derive(Debug, Clone, Default)]
struct Wait {
    /// They have to end.
    before: BTreeSet<usize>,
    /// They have to go well.
    well: BTreeSet<usize>,
    /// It cleans up: one of these has to be true; nothing has to where there is none.
    asks: Option<Vec<Vec<Ask>>>,
}

/// What has to be true of a job.
#[derive(Debug, Clone, Copy)]
enum Ask {
    Started(usize),
    Well(usize),
}

/// What jobs wait for. Tasks without work are no jobs: who waits for them waits for what they
/// wait for.
struct Waits<'a> {
    lines: &'a [Line],
    ids: &'a BTreeMap<usize, String>,
    known: BTreeMap<usize, Wait>,
}

impl Waits<'_> {
    fn of(&mut self, at: usize) -> Wait {
        if let Some(known) = self.known.get(&at) {
            return known.clone();
        }
        let mut wait = Wait::default();
        let mine: Vec<Line> = self.lines.iter().filter(|line| line.task == at).copied().collect();
        // Who calls it runs it.
        for Line { needs, link, .. } in mine.into_iter().filter(|line| line.link != Link::Call) {
            let is_job = self.ids.contains_key(&needs);
            let other = match is_job {
                true => Wait { before: [needs].into(), well: [needs].into(), asks: None },
                false => self.of(needs),
            };
            wait.before.extend(&other.before);
            let asks = match link {
                Link::Depends => {
                    wait.well.extend(&other.well);
                    continue;
                }
                Link::Post if is_job => vec![Ask::Started(needs)],
                // Without work it has been started as soon as all that it needs went well.
                Link::Post => other.well.iter().copied().map(Ask::Well).collect(),
                Link::Finally => Vec::new(),
                Link::WaitFor | Link::Call => continue,
            };
            wait.asks.get_or_insert_default().push(asks);
        }
        self.known.insert(at, wait.clone());
        wait
    }
}

impl Wait {
    /// The value of `if`.
    fn condition(&self, ids: &BTreeMap<usize, String>) -> String {
        let well = |job: &usize| format!("needs.{}.result == 'success'", ids[job]);
        let ask = |ask: &Ask| match ask {
            Ask::Started(job) => format!("needs.{}.result != 'skipped'", ids[job]),
            Ask::Well(job) => well(job),
        };
        let asks: Vec<String> = self
            .asks
            .iter()
            .flatten()
            .map(|all| all.iter().map(ask).collect::<Vec<_>>().join(" && "))
            .collect();
        let is_asked = match &asks[..] {
            asks if asks.iter().any(String::is_empty) => None,
            [] => None,
            [one] => Some(one.clone()),
            several => Some(format!("({})", several.join(" || "))),
        };
        let first = if self.asks.is_some() { "always()" } else { "!cancelled()" };
        let terms = std::iter::once(first.to_string()).chain(self.well.iter().map(well));
        let terms: Vec<String> = terms.chain(is_asked).collect();
        format!("${{{{ {} }}}}", terms.join(" && "))
    }
}

/// Names for jobs, each once, whatever is made of upper and lower case.
#[derive(Debug, Default)]
struct Names(HashSet<String>);

impl Names {
    fn id(&mut self, text: &str) -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = text.split(|c| !fits(c)).filter(|word| !word.is_empty());
        let mut name = words.collect::<Vec<_>>().join("-");
        name.truncate(LONGEST);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            name.insert(0, '_');
        }
        let numbered = (2..).map(|n| format!("{name}-{n}"));
        let mut all = std::iter::once(name.clone()).chain(numbered);
        let free = all.find(|name| !self.0.contains(&name.to_ascii_lowercase()));
        let free = free.unwrap_or_default();
        self.0.insert(free.to_ascii_lowercase());
        free
    }
}

/// The way from the repository's root to where a command line was typed.
pub fn place_in(top: &Path, dir: &Path) -> Option<String> {
    let place = dir.strip_prefix(top).ok()?;
    (!place.as_os_str().is_empty()).then(|| place.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_github_takes_and_each_once() {
        let mut names = Names::default();
        let all = ["a:b", "a b", "A-B", "a-b-2", "9", "", "é", "-x", "a_b", "test --x='y z'"];
        let ids: Vec<String> = all.iter().map(|words| names.id(words)).collect();
        let expected =
            ["a-b", "a-b-2", "A-B-3", "a-b-2-2", "_9", "_", "_-2", "x", "a_b", "test-x-y-z"];
        assert_eq!(ids, expected);
        assert!(names.id(&"x".repeat(200)).len() <= LONGEST);
    }

    #[test]
    fn an_expression_is_only_a_text() {
        assert_eq!(harmless("a ${{ b }}"), "a ${{ '${{' }} b }}");
        assert_eq!(harmless("$ {{ b }}"), "$ {{ b }}");
    }
}
