//! The processes that try cases. The executor takes its whole process (signals, orphans, the
//! news of children), so each shard of the cases has one of its own: this program, started
//! again. A case that takes too long ends its shard, and so does one that fails.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use mep::config::env::Late;
use mep::config::workspace::{Evaluators, Workspace};
use mep::config::{self, Options};
use mep::model::{Dialect, Event, Exit, JobId, JobView, Outcome, OutputStyle, PoolKind, Silence};
use mep::plan::{self, Edge, Plan, PlanOptions, Planner, Scope};
use mep::run::fresh::Mode;
use mep::run::{Arrived, Listening, OnFailure, RunOptions, Sharing};
use mep::sys::Context;

use crate::graphs::{Case, is_known};
use crate::random::say;
use crate::rules::{Need, Policy, Watch};
use crate::scratch::context;

/// The variable that makes this process a shard: its scratch directory.
const DIR: &str = "MEP_TORTURE_CHILD";
/// Which of the cases are its own: a number.
const SHARD: &str = "MEP_TORTURE_SHARD";
/// How many there are.
const SHARDS: usize = 2;
/// How long one case may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tries all cases, in as many processes as there are shards. `name` is the test that calls this.
#[track_caller]
pub(crate) fn all(name: &str, cases: fn() -> Vec<Case>) {
    if let Some(dir) = std::env::var_os(DIR) {
        return shard(Path::new(&dir), &cases());
    }
    let scratch = tempfile::tempdir().expect("the temporary directory takes a directory");
    let shards = (0..SHARDS).map(|shard| {
        let dir = scratch.path().join(shard.to_string());
        fs::create_dir(&dir).expect("a scratch directory takes directories");
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env(DIR, dir)
            .env(SHARD, shard.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.spawn().expect("this program can be started again")
    });
    let shards: Vec<_> = shards.collect();
    for shard in shards {
        let output = shard.wait_with_output().expect("the child is ours to wait for");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}\n{text}", output.status);
        say(text.lines().next_back().unwrap_or_default());
    }
}

/// Tries what is this shard's of the cases.
fn shard(dir: &Path, cases: &[Case]) {
    let shard: usize = std::env::var(SHARD).ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let project = Project::new(dir);
    let at = watchdog(cases.to_vec());
    let begin = Instant::now();
    let (mut count, mut refused) = (0, 0);
    for (number, case) in cases.iter().enumerate().filter(|(number, _)| number % SHARDS == shard) {
        at.store(number as u64, Ordering::Relaxed);
        let tried = project.try_case(case);
        let is_circle = |said: &String| said.starts_with("refused: Circular dependency");
        if case.has_nested_cleanup() && tried.as_ref().is_err_and(is_circle) {
            refused += 1;
            continue;
        }
        if let Err(said) = tried {
            panic!(
                "case {number}: {said}\n{case:?}\n--- its project\n{}--- its log\n{}",
                case.config(),
                project.log(),
            );
        }
        count += 1;
    }
    assert!(refused * 10 < count, "{refused} refused, and {count} have run");
    say(&format!("torture: {count} projects through the executor in {:?}", begin.elapsed()));
}

/// Ends the process when one case takes too long. The number returned is that of the case.
fn watchdog(cases: Vec<Case>) -> Arc<AtomicU64> {
    let at = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&at);
    thread::spawn(move || {
        let (mut last, mut since) = (u64::MAX, Instant::now());
        loop {
            thread::sleep(Duration::from_millis(100));
            let now = seen.load(Ordering::Relaxed);
            if now != last {
                (last, since) = (now, Instant::now());
            } else if since.elapsed() > PATIENCE {
                let case = &cases[now as usize];
                say(&format!(
                    "case {now} takes more than {PATIENCE:?}\n{case:?}\n{}",
                    case.config()
                ));
                #[expect(
                    clippy::disallowed_methods,
                    reason = "no other way out of an endless loop"
                )]
                std::process::exit(70);
            }
        }
    });
    at
}

/// A project in a scratch directory, whose configuration changes from case to case.
struct Project {
    context: Arc<Context>,
}

impl Project {
    fn new(dir: &Path) -> Self {
        Self { context: context(dir) }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.context.cwd.join("log")).unwrap_or_default()
    }

    /// Loads, plans and runs it, and has both judges look.
    fn try_case(&self, case: &Case) -> Result<(), String> {
        let cwd = &self.context.cwd;
        let _ = fs::remove_file(cwd.join("log"));
        fs::write(cwd.join("mise.toml"), case.config()).map_err(|error| error.to_string())?;
        let options = Options::default();
        let loaded = config::load(&self.context, &options);
        let said = |problems: &[mep::model::Problem]| {
            let texts: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
            format!("refused: {}", texts.join("; "))
        };
        if !loaded.project.problems.is_empty() {
            return Err(said(&loaded.project.problems));
        }
        let names: Vec<String> = case.roots().iter().map(|task| format!("t{task}")).collect();
        let words = names.join("\n:::\n").split('\n').map(str::to_owned).collect::<Vec<_>>();
        let workspace = Workspace::new(&self.context, options, loaded);
        let requests =
            plan::select(&workspace, &plan::groups(&words)).map_err(|problems| said(&problems))?;
        let main = workspace.main();
        let plan_options = PlanOptions {
            dialect: Dialect::Mep,
            settings: &main.settings,
            profiles: &main.profiles,
            shell: None,
            common: Vec::new(),
            shim: None,
        };
        let evaluators = Evaluators::new(&workspace, Late::Render);
        let mut planner = Planner::new(&self.context, evaluators, Scope::Full, plan_options);
        let expansion = planner.expand(&requests).map_err(|problems| said(&problems))?;
        let plan = planner.build(expansion.graph, expansion.static_count);
        let mut plan = plan.map_err(|problems| said(&problems))?;
        self.run(case, &mut plan)
    }

    fn run(&self, case: &Case, plan: &mut Plan) -> Result<(), String> {
        let needs: Vec<Need> = plan
            .jobs
            .iter()
            .map(|job| Need { slot: job.takes_slot(), alone: job.exclusive })
            .collect();
        let edges: Vec<Edge> = plan.graph.edges().collect();
        if !edges.iter().all(|edge| is_known(edge.kind)) {
            return Err("an edge of a kind that no rule is about".to_owned());
        }
        let policy = if case.keep_going { Policy::GoOn } else { Policy::Stop };
        let mut watch = Watch::new(&needs, &edges, case.jobs, policy);
        let mut breach = None;
        let views = views(plan);
        let options = RunOptions {
            jobs: case.jobs,
            on_failure: if case.keep_going { OnFailure::GoOn } else { OnFailure::Stop },
            fresh: Mode::default(),
            state: &self.context.dirs.state,
            show_full_cmd: false,
            timeout: None,
            owned: true,
            id: Some("1-1"),
            recovered: Vec::new(),
            sharing: Sharing {
                env: &self.context.env,
                project: self.context.cwd.clone(),
                pool: PoolKind::Pipe,
            },
            tick: None,
            urgency: &[],
            shuffle: None,
            remote: None,
        };
        let mut arrive = |_: &mut Plan, _: JobId, _: Vec<bool>| Arrived {
            views: Vec::new(),
            problems: vec!["no name here is late".to_owned()],
        };
        let mut emit = |events: &[(Instant, Event)]| {
            for (_, event) in events {
                let heard = hear(&mut watch, event);
                breach = breach.take().or(heard.err());
            }
            Listening::Yes
        };
        let exit = mep::run::run(
            plan,
            views.into_iter().map(Arc::new).collect(),
            &options,
            &mut arrive,
            &mut emit,
        );
        let exit = exit.map_err(|error| error.to_string())?;
        breach.map_or(Ok(()), Err)?;
        watch.finish()?;
        let log = self.log();
        effects(&watch, plan, &log)?;
        case.judge(&log, exit.code())?;
        let expected = watch.code.map_or(Exit::Success, Exit::Task);
        if exit != expected {
            return Err(format!("the run ends with {exit:?}, and not with {expected:?}"));
        }
        nothing_is_left()
    }
}

/// Puts what is said of a run to the rules.
fn hear(watch: &mut Watch<'_>, event: &Event) -> Result<(), String> {
    match event {
        Event::Started(job) => watch.start(job.0 as usize),
        Event::Ended { job, outcome, .. } => {
            let before = watch.code;
            watch.end(job.0 as usize, outcome.clone())?;
            if before.is_none() && watch.code.is_some() {
                watch.failed();
            }
            Ok(())
        }
        Event::Leaked(_, left) => Err(format!("left behind: {left:?}")),
        Event::Recovered(left) => Err(format!("a run before has left {left:?}")),
        Event::Warning(_, text) => Err(format!("a warning: {text}")),
        _ => Ok(()),
    }
}

/// What each job has written, against what was said of it: once or not at all.
fn effects(watch: &Watch<'_>, plan: &Plan, log: &str) -> Result<(), String> {
    for (id, job) in plan.jobs.iter().enumerate() {
        let mark = format!("/{id}");
        let lines = log.lines().filter(|line| line.ends_with(&mark)).count();
        let most = job.commands.len();
        let ended = watch.ended[id].as_ref();
        let expected = match ended {
            Some(Outcome::Success) => {
                let fails = |text: &&str| text.starts_with("exit");
                let scripts = job.commands.iter().filter_map(script);
                most - scripts.filter(fails).count()..=most
            }
            Some(Outcome::Failed(_)) if watch.started[id] => 0..=most,
            _ => 0..=0,
        };
        if !expected.contains(&lines) {
            return Err(format!("job {id} has written {lines} lines, and ended as {ended:?}"));
        }
    }
    Ok(())
}

fn script(invocation: &plan::Invocation) -> Option<&str> {
    match invocation {
        plan::Invocation::Shell { script: plan::Field::Static(text), .. } => Some(text),
        _ => None,
    }
}

/// No child.
fn nothing_is_left() -> Result<(), String> {
    match mep::sys::processes::children().as_slice() {
        [] => Ok(()),
        children => Err(format!("the processes {children:?} are left")),
    }
}

/// How the jobs look matters to nobody here.
fn views(plan: &Plan) -> Vec<JobView> {
    let view = |id: JobId| {
        let job = &plan.jobs[id.0 as usize];
        let occurrence = plan.graph.occurrence(id);
        JobView {
            label: job.label.clone(),
            rerun: job.name.clone(),
            style: OutputStyle::Prefix,
            task: id.0,
            rank: id.0,
            program: "".into(),
            quiet: true,
            silent: Silence::Both,
            color: "".into(),
            labels_output: false,
            redacted: false,
            direct: false,
            works: job.takes_slot(),
            first: occurrence.first == id,
            last: occurrence.last == id,
            has_command: job.takes_slot(),
        }
    };
    plan.graph.ids().map(view).collect()
}
