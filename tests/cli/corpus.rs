//! Configurations of public projects: the list of tasks, and the commands that each task would
//! run, as `mise` and as real mise. They are other people's files, so they lie outside this
//! repository: `MEP_CORPUS` names the directory, one project in each directory below it.
//!
//! A difference that is known stands in [`KNOWN`] with its reason. An entry that is no difference
//! any more fails the test, so that the list only gets shorter.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use serde_json::Value;
use walkdir::WalkDir;

use crate::support::{
    Output, Project, fork_or_write, reference, say_uncaptured, skip_without_reference, under_test,
};

/// Differences that are known: the number that a project's directory begins with, the name of a
/// task there (`*`: any) or `tasks ls`, `tasks deps`, and why that is so.
const KNOWN: [(&str, &str, &str); 3] = [
    (
        "045",
        "tasks ls",
        "a mistake of the project (tasks inside a task): the others are listed, code 1",
    ),
    ("057", "*", "a tool named in [env] is not there, offline: a dry run asks for none"),
    ("139", "*", "offline, the reference cannot tell which nightly toolchain a profile means"),
];

#[test]
fn public_configurations_mean_the_same() {
    let Some(corpus) = std::env::var_os("MEP_CORPUS").map(PathBuf::from) else {
        return say_uncaptured("SKIPPED (MEP_CORPUS is not set): public configurations\n");
    };
    let Some(reference) = reference() else {
        return skip_without_reference("public configurations");
    };
    let projects = projects(&corpus);
    assert!(!projects.is_empty(), "no projects in {}", corpus.display());
    let (queue, reports) = (Mutex::new(projects.iter()), Mutex::new(Vec::new()));
    let work = || {
        while let Some(dir) = { queue.lock().expect("no worker panics here").next() } {
            let report = Report::of(dir, &reference);
            reports.lock().expect("no worker panics here").push(report);
        }
    };
    thread::scope(|scope| {
        let count = thread::available_parallelism().map_or(2, usize::from);
        (0..count).for_each(|_| drop(scope.spawn(work)));
    });
    let mut reports = reports.into_inner().expect("no worker panics here");
    reports.sort_by(|a, b| a.project.cmp(&b.project));
    say_uncaptured(&summary(&reports));
    let wrong = judge(&reports);
    assert!(wrong.is_empty(), "- reference, + ours\n{wrong}");
}

/// The projects of a corpus, by name.
fn projects(corpus: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus).unwrap_or_else(|e| panic!("{}: {e}", corpus.display()));
    let mut dirs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    dirs.retain(|dir| dir.is_dir());
    dirs.sort();
    dirs
}

/// What one project came to.
struct Report {
    project: String,
    /// How many times both listed the tasks.
    listed: usize,
    /// Where the reference does not load it: ours has to.
    ours_alone: usize,
    /// How many tasks both planned.
    planned: usize,
    /// What the reference lists of the tasks that were planned.
    seen: HashSet<String>,
    /// Where, the name of a task or of a listing, and what differs.
    differences: Vec<(String, String, String)>,
}

/// A directory of a project and a profile, with which it is looked at.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct View {
    cwd: String,
    profile: Option<String>,
}

impl View {
    fn call(&self, project: &Project, name: &str, args: &[&str]) -> Output {
        let run = if name == "mise" { project.mise(args) } else { project.mep(args) };
        let run = run.cwd(&self.cwd).env("MISE_EXPERIMENTAL", "1").env("MISE_OFFLINE", "1");
        let run = run.env("MISE_TASK_RUN_AUTO_INSTALL", "0");
        match &self.profile {
            Some(profile) => run.env("MISE_ENV", profile).run(),
            None => run.run(),
        }
    }
}

impl std::fmt::Display for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let profile = self.profile.iter().map(|profile| format!("MISE_ENV={profile} "));
        write!(f, "{}./{}", profile.collect::<String>(), self.cwd)
    }
}

/// The root and each directory with a configuration; the root with each profile as well.
fn views(files: &BTreeMap<String, String>) -> BTreeSet<View> {
    let mut views = BTreeSet::from([View::default()]);
    for path in files.keys() {
        let (dir, file) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = file.trim_start_matches('.').trim_end_matches(".toml");
        if let Some((_, profile)) = stem.split_once('.').filter(|(_, name)| *name != "local") {
            let profile = Some(profile.trim_end_matches(".local").to_owned());
            views.insert(View { cwd: String::new(), profile });
        } else if stem == "mise" && !dir.ends_with(".config") {
            views.insert(View { cwd: dir.to_owned(), profile: None });
        }
    }
    views
}

impl Report {
    fn of(dir: &Path, reference: &Path) -> Self {
        let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let files = read(dir);
        let [theirs, ours] = [reference, &under_test()].map(|binary| copy(&files, binary));
        let mut report = Report {
            project: name,
            listed: 0,
            ours_alone: 0,
            planned: 0,
            seen: HashSet::new(),
            differences: Vec::new(),
        };
        for view in views(&files) {
            report.look(&view, [&theirs, &ours]);
        }
        report
    }

    fn look(&mut self, view: &View, projects: [&Project; 2]) {
        let list = ["tasks", "ls", "--all", "--hidden", "--json"];
        let [theirs, ours] = projects.map(|project| view.call(project, "mise", &list));
        if theirs.code != Some(0) {
            self.ours_alone += 1;
            let output = view.call(projects[1], "mep", &["tasks", "ls", "--all", "--hidden"]);
            if output.code != Some(0) {
                self.add(view, "tasks ls", output.transcript());
            }
            return;
        }
        self.listed += 1;
        self.compare_lists(view, &theirs, &ours);
        let deps = ["tasks", "deps", "--hidden"];
        let [their_deps, our_deps] = projects.map(|project| view.call(project, "mise", &deps));
        if their_deps.code == Some(0) && their_deps.stdout != our_deps.stdout {
            let trees = [&their_deps, &our_deps].map(Output::transcript);
            self.add(view, "tasks deps", trees.concat());
        }
        let list: Value = serde_json::from_str(&theirs.stdout).unwrap_or_default();
        for task in list.as_array().into_iter().flatten() {
            // From each directory, only what is not the same task as in the root.
            let fresh = self.seen.insert(task.to_string());
            let Some(name) = task["name"].as_str().filter(|_| fresh || view.profile.is_some())
            else {
                continue;
            };
            self.compare_plans(view, name, projects);
            if view.profile.is_none() {
                self.compare_help(view, name, projects);
            }
        }
    }

    fn add(&mut self, view: &View, what: &str, how: String) {
        self.differences.push((view.to_string(), what.to_owned(), how));
    }

    /// Field by field; both as parsed, so that the order of keys is no difference.
    fn compare_lists(&mut self, view: &View, theirs: &Output, ours: &Output) {
        let [theirs, ours] = [theirs, ours].map(|output| serde_json::from_str(&output.stdout));
        let (theirs, ours): (Value, Value) = match (theirs, ours) {
            (Ok(theirs), Ok(ours)) => (theirs, ours),
            (theirs, ours) => {
                return self.add(view, "tasks ls", format!("no JSON: {theirs:?}, {ours:?}"));
            }
        };
        let mut how = String::new();
        differ("", &theirs, &ours, &mut how);
        if !how.is_empty() {
            self.add(view, "tasks ls", how);
        }
    }

    fn compare_help(&mut self, view: &View, task: &str, projects: [&Project; 2]) {
        let args = ["run", task, "--help"];
        let [theirs, ours] = projects.map(|project| view.call(project, "mise", &args));
        if theirs.code == Some(0) && (ours.code != Some(0) || page(&theirs) != page(&ours)) {
            self.add(view, task, [&theirs, &ours].map(Output::transcript).concat());
        }
    }

    /// The commands that a task would run. A task that the reference refuses, because it needs
    /// arguments or a file that is not here, ours has to refuse as well.
    fn compare_plans(&mut self, view: &View, task: &str, projects: [&Project; 2]) {
        // In mise a dry run marks a task as up to date, and asks what `confirm` says.
        let args = ["run", "--yes", "--force", "--dry-run", task];
        let [theirs, ours] = projects.map(|project| view.call(project, "mise", &args));
        let [their_lines, our_lines] = [&theirs, &ours].map(commands);
        if theirs.code == Some(0) && (ours.code != Some(0) || their_lines != our_lines) {
            let mut how = String::new();
            for (mark, lines, other) in
                [('-', &their_lines, &our_lines), ('+', &our_lines, &their_lines)]
            {
                let own = lines.iter().filter(|line| !other.contains(line));
                own.for_each(|line| writeln!(how, "{mark} {line}").expect("a String takes it"));
            }
            self.add(view, task, format!("{how}ours {}\n{}", ours.ending(), ours.transcript()));
        } else if theirs.code != Some(0) && ours.code == Some(0) {
            self.add(view, task, format!("ours does not refuse it\n{}", theirs.transcript()));
        }
        self.planned += usize::from(theirs.code == Some(0));
    }
}

/// The page of help, but for the line that sends readers to mise's own pages.
fn page(output: &Output) -> String {
    output.stdout.split_inclusive('\n').filter(|line| !line.starts_with("See https://")).collect()
}

/// The files of a project, by path.
fn read(dir: &Path) -> BTreeMap<String, String> {
    let files = WalkDir::new(dir).into_iter().flatten().filter(|e| e.file_type().is_file());
    let texts = files.map(|entry| {
        let path = entry.path().strip_prefix(dir).expect("an entry lies below its root");
        let text = fs::read_to_string(entry.path()).expect("a configuration is a text");
        (path.display().to_string(), text)
    });
    texts.collect()
}

/// A project in a scratch directory: a repository with a remote and one commit, because some
/// templates ask git.
fn copy(files: &BTreeMap<String, String>, binary: &Path) -> Project {
    let project = Project::for_binary(binary);
    for (path, text) in files {
        project.write(path, text);
    }
    for args in [
        &["init", "-q", "-b", "main"][..],
        &["remote", "add", "origin", "https://localhost/owner/name.git"],
        &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    ] {
        let mut git = Command::new("git");
        git.args(args).current_dir(project.path("")).env_clear();
        git.envs(project.layout().environment()).stdin(Stdio::null());
        let mut started = {
            let _guard = fork_or_write();
            git.spawn().expect("git is installed")
        };
        assert!(started.wait().is_ok_and(|status| status.success()), "git {args:?}");
    }
    project
}

/// The lines `[task] $ command`, sorted: what may run side by side has no order.
fn commands(output: &Output) -> Vec<&str> {
    let mut lines: Vec<&str> = output.stderr.lines().filter(|l| l.contains("] $ ")).collect();
    lines.sort_unstable();
    lines
}

/// Every place in which two values differ.
fn differ(at: &str, theirs: &Value, ours: &Value, how: &mut String) {
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                let [a, b] = [a, b].map(|map| map.get(key).unwrap_or(&Value::Null));
                differ(&format!("{at}.{key}"), a, b, how);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                let name = a["name"].as_str().map_or(i.to_string(), str::to_owned);
                differ(&format!("{at}[{name}]"), a, b, how);
            }
        }
        (a, b) if a == b => {}
        (a, b) => writeln!(how, "{at}\n- {a}\n+ {b}").expect("a String takes it"),
    }
}

fn summary(reports: &[Report]) -> String {
    let sum = |count: fn(&Report) -> usize| reports.iter().map(count).sum::<usize>();
    format!(
        "public configurations: {} projects; {} lists and {} plans compared; {} times the reference \
         does not load them; {} known differences\n",
        reports.len(),
        sum(|report| report.listed),
        sum(|report| report.planned),
        sum(|report| report.ours_alone),
        KNOWN.len(),
    )
}

/// Differences that are not known, and known ones that are none.
fn judge(reports: &[Report]) -> String {
    let mut out = String::new();
    let mut met = BTreeSet::new();
    for report in reports {
        let number = report.project.split('-').next().unwrap_or_default();
        for (view, what, how) in &report.differences {
            let is_known = |(project, task, _): &(&str, &str, &str)| {
                *project == number
                    && (task == what || (*task == "*" && !what.starts_with("tasks ")))
            };
            match KNOWN.iter().position(is_known) {
                Some(at) => drop(met.insert(at)),
                None => writeln!(out, "==== {} in {view}: {what}\n{how}", report.project)
                    .expect("a String takes it"),
            }
        }
    }
    for (at, (project, what, _)) in KNOWN.iter().enumerate() {
        if !met.contains(&at) {
            writeln!(out, "==== {project}: {what} differs no more: take it out of the list")
                .expect("a String takes it");
        }
    }
    out
}
