//! Expansion of random projects. An acyclic one always gives an acyclic graph
//! that runs to its end; one that goes round in a circle is always refused.

use std::collections::HashSet;
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;

mod late;
mod stories;

use super::{Expander, Expansion, Scope};
use crate::config::env::Late;
use crate::config::workspace::{Evaluators, Workspace};
use crate::config::{Options, load};
use crate::model::{Cause, DepSpec, JobId, Outcome, Problem, Project, RunEntry, SkipReason};
use crate::plan::graph::{EdgeKind, Graph, Occurrence, Part, Phase};
use crate::plan::select::{Request, groups, select};
use crate::run::state::{Needs, State};
use crate::sys::Context;

/// No expansion of a dozen tasks takes anywhere near as long.
const LONG: Duration = Duration::from_secs(20);

// ---- projects --------------------------------------------------------------

/// A reference to another task, by index.
#[derive(Debug, Clone)]
struct Link {
    to: usize,
    arg: Option<&'static str>,
    env: bool,
    /// The name is only known when the call is reached.
    late: bool,
}

/// Makes a name late without changing it.
const LATE: &str = "{% if now() %}{% endif %}";

#[derive(Debug, Clone)]
enum Entry {
    Script,
    Task(Link),
    Tasks(Vec<Link>),
}

#[derive(Debug, Clone, Default)]
struct Sketch {
    depends: Vec<Link>,
    posts: Vec<Link>,
    waits: Vec<Link>,
    run: Vec<Entry>,
    env: bool,
    confirm: bool,
}

/// Tasks `t0`, `t1`, … and what is asked for.
#[derive(Clone)]
struct Case {
    tasks: Vec<Sketch>,
    requests: Vec<Link>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let requests: Vec<String> = self.requests.iter().map(Link::word).collect();
        write!(f, "run {}\n{}", requests.join(" ::: "), self.toml())
    }
}

/// How tasks hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weave {
    /// Up to a dozen, with everything a task may have.
    Loose,
    /// A few that are shared by many, with as little as makes them meet.
    Knot,
}

fn arg() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![6 => Just(None), 1 => Just(Some("x")), 1 => Just(Some("y"))]
}

/// A link to one of `targets`.
fn link(targets: std::ops::Range<usize>, weave: Weave) -> BoxedStrategy<Link> {
    match weave {
        Weave::Loose => (targets, arg(), prop::bool::weighted(0.1))
            .prop_map(|(to, arg, env)| Link { arg, env, ..Link::to(to) })
            .boxed(),
        Weave::Knot => targets.prop_map(Link::to).boxed(),
    }
}

/// Task `at` of `count`: only `wait_for` may look back.
fn sketch(at: usize, count: usize, weave: Weave) -> BoxedStrategy<Sketch> {
    let loose = weave == Weave::Loose;
    let waits = || prop::collection::vec(link(0..count + 1, weave), 0..=usize::from(loose));
    if at + 1 == count {
        let plain = |(waits, scripted): (_, bool)| Sketch {
            waits,
            run: if scripted { vec![Entry::Script] } else { Vec::new() },
            ..Sketch::default()
        };
        return (waits(), any::<bool>()).prop_map(plain).boxed();
    }
    let links = move |most| prop::collection::vec(link(at + 1..count, weave), 0..most);
    let (scripts, calls) = if loose { (3, 2) } else { (1, 4) };
    let entry = prop_oneof![
        scripts => Just(Entry::Script),
        calls => link(at + 1..count, weave).prop_map(Entry::Task),
        1 => prop::collection::vec(link(at + 1..count, weave), 1..4).prop_map(Entry::Tasks),
    ];
    let run = prop_oneof![
        1 => Just(Vec::new()),
        scripts => Just(vec![Entry::Script]),
        calls => prop::collection::vec(entry, 1..4),
    ];
    let posts = prop_oneof![3 => Just(Vec::new()), 1 => links(3)];
    let rarely = prop::bool::weighted(if loose { 0.1 } else { 0.0 });
    let flags = (rarely, rarely);
    (links(if loose { 3 } else { 2 }), posts, waits(), run, flags)
        .prop_map(|(depends, posts, waits, run, (env, confirm))| Sketch {
            depends,
            posts,
            waits,
            run,
            env,
            confirm,
        })
        .boxed()
}

fn acyclic() -> impl Strategy<Value = Case> {
    let size = prop_oneof![(1usize..=12, Just(Weave::Loose)), (3usize..=6, Just(Weave::Knot)),];
    size.prop_flat_map(|(count, weave)| {
        let tasks: Vec<_> = (0..count).map(|at| sketch(at, count, weave)).collect();
        let request = link(0..count, weave).prop_map(|link| Link { env: false, ..link });
        (tasks, prop::collection::vec(request, 1..4))
            .prop_map(|(tasks, requests)| Case { tasks, requests })
    })
}

/// An acyclic case and a ring through it, which is asked for last.
fn circular() -> impl Strategy<Value = Case> {
    let step = (any::<Index>(), arg(), any::<bool>());
    (acyclic(), prop::collection::vec(step, 1..6)).prop_map(|(mut case, steps)| {
        let mut ring: Vec<usize> = steps.iter().map(|s| s.0.index(case.tasks.len())).collect();
        ring.sort_unstable();
        ring.dedup();
        for (i, (_, arg, call)) in steps.iter().take(ring.len()).enumerate() {
            let link = Link { arg: *arg, ..Link::to(ring[(i + 1) % ring.len()]) };
            let from = &mut case.tasks[ring[i]];
            // A task that depends on itself is no circle: mise leaves it out.
            if *call || ring.len() == 1 {
                from.run.push(Entry::Task(link));
            } else {
                from.depends.push(link);
            }
        }
        case.requests.push(Link::to(ring[0]));
        case
    })
}

impl Link {
    fn to(to: usize) -> Self {
        Self { to, arg: None, env: false, late: false }
    }

    fn name(&self) -> String {
        format!("t{}", self.to)
    }

    fn table(&self) -> String {
        let args = self.arg.map(|a| format!(", args = ['{a}']")).unwrap_or_default();
        let env = if self.env { ", env = { K = '1' }" } else { "" };
        let late = if self.late { LATE } else { "" };
        format!("{{ task = '{}{late}'{args}{env} }}", self.name())
    }

    fn word(&self) -> String {
        let arg = self.arg.map(|a| format!(" {a}")).unwrap_or_default();
        format!("'{}{arg}'", self.name())
    }
}

impl Case {
    fn toml(&self) -> String {
        let list = |all: Vec<String>| format!("[{}]", all.join(", "));
        let tables = |links: &[Link]| list(links.iter().map(Link::table).collect());
        let entry = |entry: &Entry| match entry {
            Entry::Script => "'true'".to_string(),
            Entry::Task(link) => link.table(),
            Entry::Tasks(links) => {
                format!("{{ tasks = {} }}", list(links.iter().map(Link::word).collect()))
            }
        };
        let mut text = String::new();
        for (i, task) in self.tasks.iter().enumerate() {
            text += &format!("[tasks.t{i}]\n");
            let mut key = |key: &str, value: String| {
                if value != "[]" {
                    text += &format!("{key} = {value}\n");
                }
            };
            key("depends", tables(&task.depends));
            key("depends_post", tables(&task.posts));
            key("wait_for", tables(&task.waits));
            key("run", list(task.run.iter().map(entry).collect()));
            text += if task.env { "env = { E = '1' }\n" } else { "" };
            text += if task.confirm { "confirm = 'sure?'\n" } else { "" };
        }
        text
    }

    /// Whom a task names in `depends`, `depends_post` and `run`.
    fn names(&self, task: usize) -> HashSet<usize> {
        let sketch = &self.tasks[task];
        let called = sketch.run.iter().flat_map(|entry| match entry {
            Entry::Script => Vec::new(),
            Entry::Task(link) => vec![link.to],
            Entry::Tasks(links) => links.iter().map(|l| l.to).collect(),
        });
        sketch.depends.iter().chain(&sketch.posts).map(|l| l.to).chain(called).collect()
    }

    fn calls(&self) -> bool {
        let is_call = |entry: &Entry| !matches!(entry, Entry::Script);
        self.tasks.iter().any(|t| t.run.iter().any(is_call))
    }
}

/// Loads a project whose only file has that text.
fn project(text: &str) -> Workspace<'static> {
    let home = tempfile::tempdir().expect("a directory");
    std::fs::write(home.path().join("mise.toml"), text).expect("a file");
    let mut ctx = Context::of_this_process().expect("a working directory");
    let above = home.path().parent().expect("a parent").as_os_str().to_owned();
    ctx.env = [("MISE_CEILING_PATHS", above)].into_iter().collect();
    ctx.cwd = home.path().to_path_buf();
    ctx.dirs.home = home.path().join("home");
    ctx.dirs.config = home.path().join("config");
    ctx.dirs.system = home.path().join("system");
    ctx.dirs.global_root = home.path().join("global");
    let loaded = load(&ctx, &Options::running());
    assert_eq!(loaded.project.problems, [], "{text}");
    Workspace::new(Box::leak(Box::new(ctx)), Options::running(), loaded)
}

/// Asks for tasks as a command line does.
fn requests(workspace: &Workspace<'_>, links: &[Link]) -> Vec<Request> {
    let group = |link: &Link| {
        [":::", &link.name()].map(str::to_string).into_iter().chain(link.arg.map(str::to_string))
    };
    let words: Vec<String> = links.iter().flat_map(group).collect();
    select(workspace, &groups(&words)).expect("tasks")
}

fn expansion(
    workspace: &Workspace<'_>,
    links: &[Link],
    scope: Scope,
) -> Result<Expansion, Vec<Problem>> {
    let evaluators = Evaluators::new(workspace, Late::Render);
    Expander::new(evaluators, scope).expand(&requests(workspace, links))
}

// ---- runs ------------------------------------------------------------------

/// The world a graph is run in.
#[derive(Debug, Clone)]
struct Weather {
    jobs: usize,
    /// How each job ends, in turn.
    fates: Vec<Outcome>,
    /// Which of the running jobs ends next.
    picks: Vec<u8>,
    /// Stops after so many ends.
    interrupt: Option<usize>,
}

fn weather(fates: impl Strategy<Value = Outcome>) -> impl Strategy<Value = Weather> {
    let fates = prop::collection::vec(fates, 16);
    let picks = prop::collection::vec(any::<u8>(), 16);
    (1usize..6, fates, picks).prop_map(|(jobs, fates, picks)| Weather {
        jobs,
        fates,
        picks,
        interrupt: None,
    })
}

fn fair() -> impl Strategy<Value = Outcome> {
    Just(Outcome::Success)
}

fn foul() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => Just(Outcome::Success),
        1 => Just(Outcome::Fresh),
        1 => Just(Outcome::Failed(Cause::Exit(3))),
        1 => Just(Outcome::Skipped(SkipReason::Asked)),
    ]
}

/// What the scheduler has to know of the nodes from `from` on.
fn needs(graph: &Graph, from: usize) -> Vec<Needs> {
    let is_instant = |part: &Part| matches!(part, Part::Gate | Part::Join | Part::Arrival(_));
    let need = |id| Needs {
        slots: u32::from(!is_instant(&graph.get(id).part)),
        alone: false,
        tolerant: false,
        urgency: 0,
    };
    graph.ids().skip(from).map(need).collect()
}

/// Runs a graph; `check` sees each start and how everything ended so far.
fn run(
    graph: &Graph,
    weather: &Weather,
    check: impl FnMut(JobId, &State) -> Result<(), TestCaseError>,
) -> Result<State, TestCaseError> {
    let state = State::new(&needs(graph, 0), graph.edges(), weather.jobs);
    let mut check = check;
    run_with(graph, state, weather, |_, job, state| check(job, state).map(|()| None))
}

/// Runs what `graph` gives, which may grow when `start` sees a start; `start`
/// may decide how the job ends.
fn run_with<G: std::ops::Deref<Target = Graph>>(
    mut graph: G,
    mut state: State,
    weather: &Weather,
    mut start: impl FnMut(&mut G, JobId, &mut State) -> Result<Option<Outcome>, TestCaseError>,
) -> Result<State, TestCaseError> {
    let mut running = Vec::new();
    for turn in 0.. {
        if weather.interrupt == Some(turn) {
            state.stop();
        }
        while let Some(job) = state.next() {
            state.start(job);
            running.push((job, start(&mut graph, job, &mut state)?));
        }
        if running.is_empty() {
            break;
        }
        let pick = usize::from(weather.picks[turn % weather.picks.len()]) % running.len();
        let (job, decided) = running.swap_remove(pick);
        let first = graph.occurrence(job).first == job;
        let fate = &weather.fates[job.0 as usize % weather.fates.len()];
        let fits = match fate {
            Outcome::Failed(_) => matches!(graph.get(job).part, Part::Whole | Part::Scripts(..)),
            _ => first,
        };
        let fate = if fits { fate.clone() } else { Outcome::Success };
        state.end(job, decided.unwrap_or(fate));
    }
    let stuck: Vec<_> = graph.ids().filter(|id| state.outcome(*id).is_none()).collect();
    prop_assert!(state.is_finished(), "never decided: {stuck:?}");
    Ok(state)
}

/// What a run entry means: task names and arguments.
fn callees(entry: &RunEntry) -> Vec<(String, Vec<String>)> {
    match entry {
        RunEntry::Script(_) => Vec::new(),
        RunEntry::Task(call, _) => vec![(call.task.replace(LATE, ""), call.args.clone())],
        RunEntry::Tasks(names, _) => {
            let split = |name: &String| {
                let mut words = name.split(' ').map(str::to_string);
                (words.next().unwrap_or_default(), words.collect())
            };
            names.iter().map(split).collect()
        }
    }
}

/// Before a job starts, what its task depends on and has called so far has
/// succeeded.
fn check_order(
    project: &Project,
    graph: &Graph,
    job: JobId,
    state: &State,
) -> Result<(), TestCaseError> {
    let node = graph.get(job);
    let me = &graph.occurrences[node.occurrence];
    let task = project.task(me.task);
    let done = |name: &str, args: &[String], phase: Option<Phase>| {
        graph.occurrences.iter().any(|o| {
            project.task(o.task).name == name
                && *o.args == *args
                && phase.is_none_or(|p| p == o.phase)
                && state.outcome(o.last).is_some_and(Outcome::is_ok)
        })
    };
    for dep in &task.depends {
        let DepSpec::Table(call) = &dep.spec else { continue };
        let (name, args) = (&call.task, &call.args);
        prop_assert!(done(name, args, Some(me.phase)), "{} before {name}", task.name);
    }
    if let Part::Scripts(from, _) = node.part {
        for (name, args) in task.run()[..from].iter().flat_map(callees) {
            prop_assert!(done(&name, &args, None), "{} goes on before {name}", task.name);
        }
    }
    Ok(())
}

fn key(o: &Occurrence) -> (u32, Vec<String>, Vec<(String, String)>, Phase) {
    (o.task.index, o.args.to_vec(), o.env.to_vec(), o.phase)
}

fn is_conditional(graph: &Graph, occurrence: &Occurrence) -> bool {
    let asks = |kind| matches!(kind, EdgeKind::Call | EdgeKind::Post);
    graph.before(occurrence.first).any(|(_, kind)| asks(kind))
}

/// Does it on a thread of its own, so that a hang is a failure.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(LONG).ok()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn an_acyclic_project_expands_without_a_circle(case in acyclic()) {
        let loaded = project(&case.toml());
        for scope in [Scope::Full, Scope::Drawing, Scope::WithoutDependencies] {
            let expansion = expansion(&loaded, &case.requests, scope);
            prop_assert!(expansion.is_ok(), "{:?}", expansion.unwrap_err());
            let graph = expansion.unwrap().graph;
            prop_assert!(graph.order().is_ok(), "a circle at {:?}", graph.order());
            for request in requests(&loaded, &case.requests) {
                let asked = |o: &Occurrence| {
                    o.task == request.task && *o.args == request.args && o.phase == Phase::Normal
                };
                prop_assert!(graph.occurrences.iter().any(asked));
            }
            if !case.calls() {
                let mut seen = HashSet::new();
                prop_assert!(graph.occurrences.iter().all(|o| seen.insert(key(o))));
            }
        }
    }

    #[test]
    fn in_fair_weather_every_job_succeeds_in_order(case in acyclic(), weather in weather(fair())) {
        let loaded = project(&case.toml());
        let graph = expansion(&loaded, &case.requests, Scope::Full).unwrap().graph;
        let state = run(&graph, &weather, |job, state| {
            check_order(&loaded.main().project, &graph, job, state)
        })?;
        let succeeded = |o: &Occurrence| state.outcome(o.last) == Some(&Outcome::Success);
        for o in &graph.occurrences {
            let same = |other: &&Occurrence| key(other) == key(o);
            let done = graph.occurrences.iter().filter(same).any(succeeded);
            prop_assert!(done, "nothing has run {:?}", o);
            prop_assert!(succeeded(o) || is_conditional(&graph, o), "{:?}", o);
        }
    }

    #[test]
    fn in_any_weather_every_job_comes_to_an_end(
        case in acyclic(),
        weather in weather(foul()),
        interrupt in prop::option::of(0usize..12),
    ) {
        let loaded = project(&case.toml());
        let graph = expansion(&loaded, &case.requests, Scope::Full).unwrap().graph;
        run(&graph, &Weather { interrupt, ..weather }, |job, state| {
            check_order(&loaded.main().project, &graph, job, state)
        })?;
    }

    #[test]
    fn what_is_fresh_makes_nothing_fail(
        case in acyclic(),
        weather in weather(prop_oneof![3 => fair(), 1 => Just(Outcome::Fresh)]),
    ) {
        let loaded = project(&case.toml());
        let graph = expansion(&loaded, &case.requests, Scope::Full).unwrap().graph;
        let state = run(&graph, &weather, |job, state| {
            check_order(&loaded.main().project, &graph, job, state)
        })?;
        for occurrence in &graph.occurrences {
            let name = &loaded.main().project.task(occurrence.task).name;
            let end = state.outcome(occurrence.last).unwrap();
            let idle = is_conditional(&graph, occurrence)
                && *end == Outcome::Skipped(SkipReason::NotNeeded);
            prop_assert!(end.is_ok() || idle, "{} ended as {:?}", name, end);
        }
    }

    #[test]
    fn a_circle_is_refused_with_its_names(case in circular()) {
        let result = {
            let case = case.clone();
            in_time(move || {
                let loaded = project(&case.toml());
                let expansion = expansion(&loaded, &case.requests, Scope::Full);
                expansion.map(|e| e.graph.order().is_ok())
            })
        };
        let problems = match result {
            None => return Err(TestCaseError::fail("does not end")),
            Some(Ok(ordered)) => {
                return Err(TestCaseError::fail(format!("accepted; in order: {ordered}")));
            }
            Some(Err(problems)) => problems,
        };
        prop_assert_eq!(problems.len(), 1);
        prop_assert_eq!(problems[0].code, "graph::cycle");
        let names = problems[0].message.strip_prefix("Circular dependency detected: ");
        let names: Vec<&str> = names.expect("the usual first words").split(" → ").collect();
        prop_assert!(names.len() > 1 && names.first() == names.last(), "{:?}", names);
        let index = |name: &str| name[1..].parse::<usize>().unwrap();
        for step in names.windows(2) {
            let known = case.names(index(step[0])).contains(&index(step[1]));
            prop_assert!(known, "{} does not name {} in {:?}", step[0], step[1], names);
        }
    }
}
