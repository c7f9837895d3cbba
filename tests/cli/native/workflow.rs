//! `generate github-action`: a job for each task, which wait for each other as the tasks do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use fastrand::Rng;
use serde_json::{Value, json};

use super::project;
use super::shard::random;
use crate::support::Project;

/// What the YAML says. Where python3 has a parser, too, both have to read the same.
fn read(text: &str) -> Value {
    let ours: Value = serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let script = "
import json, sys
try:
    import yaml
except ImportError:
    sys.exit()
json.dump(yaml.safe_load(sys.stdin.buffer), sys.stdout)";
    let mut python = Command::new("python3");
    python.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut python) = python.spawn() else {
        return ours;
    };
    python.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let output = python.wait_with_output().expect("it ends");
    assert!(output.status.success(), "python reads no YAML\n{text}");
    if !output.stdout.is_empty() {
        let theirs: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(ours, theirs, "{text}");
    }
    ours
}

/// The workflow for the words.
fn workflow(project: &Project, words: &[&str]) -> Value {
    let output = project.mep(["generate", "github-action"].iter().chain(words)).run();
    output.stderr("").code(0);
    read(&output.stdout)
}

/// The last step of a job.
fn step(job: &Value) -> &Value {
    job["steps"].as_array().and_then(|steps| steps.last()).expect("a step")
}

const CI: &str = "
[tasks.prepare]
run = 'echo'
[tasks.lint]
run = 'echo'
[tasks.'build:all']
depends = ['prepare']
run = 'echo'
[tasks.test]
depends = ['build:all']
wait_for = ['lint']
depends_post = ['report']
run = 'echo'
[tasks.publish]
depends = ['group']
run = 'echo'
[tasks.group]
depends = ['test unit', { task = 'test', args = ['e 2', 'e'], env = { LEVEL = 'yes' } }]
[tasks.report]
depends = ['collect']
run = 'echo'
[tasks.collect]
run = 'echo'
[tasks.down]
run = 'echo'
[tasks.ci]
depends = ['lint', 'publish']
";

fn ci() -> Project {
    project(CI).file("mep.toml", "[tasks.group]\nfinally = ['down']\n")
}

#[test]
fn each_task_with_a_command_is_a_job() {
    let project = ci();
    let output = project.mep(["generate", "github-action", "ci"]).run();
    output.stderr("").code(0);
    let head = "# made by `mep generate github-action ci`: make it anew when tasks change\nname: \
                ci\n\"on\":\n  workflow_dispatch: null\n  pull_request: null\n  push:\n    tags: \
                [\"*\"]\n    branches: [main]\n";
    assert!(output.stdout.starts_with(head), "{}", output.stdout);
    let found = read(&output.stdout);
    let going = |terms: &str| format!("${{{{ !cancelled(){terms} }}}}");
    let always = |terms: &str| format!("${{{{ always(){terms} }}}}");
    let built = going(" && needs.build-all.result == 'success'");
    let tested = " && needs.test-unit.result == 'success' && needs.test-e-2-e.result == 'success'";
    let begun = " && (needs.test-e-2-e.result != 'skipped' || needs.test-unit.result != 'skipped')";
    let collected = format!(" && needs.collect.result == 'success'{begun}");
    let tests = json!(["test-unit", "test-e-2-e"]);
    let expected = json!({
        "prepare": { "run": "prepare" },
        "lint": { "run": "lint" },
        "build-all": { "run": "build:all", "needs": ["prepare"] },
        "test-unit": { "run": "test unit", "needs": ["lint", "build-all"], "if": built },
        "test-e-2-e": {
            "run": "test 'e 2' e", "needs": ["lint", "build-all"], "if": built,
            "env": { "LEVEL": "yes" },
        },
        "publish": { "run": "publish", "needs": tests, "if": going(tested) },
        "down": { "run": "down", "needs": tests, "if": always("") },
        "collect": { "run": "collect", "needs": tests, "if": always(begun) },
        "report": {
            "run": "report", "needs": ["test-unit", "test-e-2-e", "collect"],
            "if": always(&collected),
        },
    });
    let jobs = found["jobs"].as_object().expect("jobs");
    let shown: BTreeMap<&str, Value> = jobs.iter().map(|(id, job)| (&**id, shown(job))).collect();
    assert_eq!(json!(shown), expected, "{}", output.stdout);
}

/// A job without what all of them have.
fn shown(job: &Value) -> Value {
    let steps = job["steps"].as_array().expect("steps");
    assert_eq!(steps[0], json!({ "uses": "actions/checkout@v6" }));
    assert_eq!((steps.len(), &job["runs-on"]), (2, &json!("ubuntu-latest")));
    let run = step(job)["run"].as_str().and_then(|run| run.strip_prefix("mep run --skip-deps "));
    let run = run.expect("a command");
    assert_eq!(job["name"], run);
    let mut shown = json!({ "run": run });
    for (key, value) in [("needs", &job["needs"]), ("if", &job["if"]), ("env", &step(job)["env"])] {
        if !value.is_null() {
            shown[key] = value.clone();
        }
    }
    shown
}

#[test]
fn a_task_whose_calls_need_something_runs_with_all_of_it() {
    let config = "
[tasks.outer]
depends = ['before']
depends_post = ['after']
run = ['echo', { task = 'inner' }]
[tasks.inner]
depends = ['need']
run = 'echo'
[tasks.need]
run = 'echo'
[tasks.before]
run = 'echo'
[tasks.after]
run = 'echo'
[tasks.simple]
run = ['echo', { task = 'need' }]
[tasks.late]
run = [{ task = \"{{ exec(command='echo need') }}\" }]
";
    let found = workflow(&project(config), &["outer", ":::", "simple", ":::", "late"]);
    let jobs = found["jobs"].as_object().expect("jobs");
    let runs: BTreeMap<&str, &Value> =
        jobs.iter().map(|(id, j)| (&**id, &step(j)["run"])).collect();
    let expected = json!({
        "before": "mep run --skip-deps before",
        "late": "mep run late",
        "outer": "mep run outer",
        "simple": "mep run --skip-deps simple",
    });
    assert_eq!(json!(runs), expected, "what cleans up after `outer` belongs to it");
}

#[test]
fn a_job_says_where_and_how_it_runs() {
    let project = Project::new()
        .file("sub/mise.toml", "[tools]\nnode = '22'\n[tasks.a]\nrun = 'echo'\n")
        .file(".git/HEAD", "ref: refs/heads/x: y\n");
    let words = [
        "-C", "sub", "-E", "a b", "generate", "github-action", "--name", "on: it", "--setup",
        "get mep: # now", "--setup", "b", "a", "x y",
    ];
    let found = read(&project.mep(words).run().stdout);
    assert_eq!(found["name"], "on: it");
    assert_eq!(found["on"]["push"]["branches"], json!(["x: y"]));
    let expected = json!([
        { "uses": "actions/checkout@v6" },
        { "uses": "jdx/mise-action@v3" },
        { "run": "get mep: # now" },
        { "run": "b" },
        { "run": "mep -E 'a b' run --skip-deps a 'x y'", "working-directory": "sub" },
    ]);
    assert_eq!(found["jobs"]["a-x-y"]["steps"], expected);
}

/// Everything that means something to YAML, to a shell or to GitHub.
const ODD: &str = "- x ~ null yes 0x1f 1e3 2020-01-01 @x ` % # {a [ !x &x *x | > ? = << .nan 012 1:30 \
                   ${{ secrets.X }} \u{7} \u{2028} \u{7f} \u{85} \u{feff} é😀 \" ' \\ $HOME";

#[test]
fn odd_words_are_what_they_were() {
    let mut words: Vec<String> = ODD.split(' ').map(String::from).collect();
    words.extend(
        ["", " lead", "trail ", "a: ", "\r\n", "\n\nx\n\n", "\t", "a\0b"]
            .map(|w| w.replace('\0', "")),
    );
    words.push(ODD.to_string());
    let project = project("[tasks.'it s: #1']\nrun = 'printf \"%s|\" \"$@\"; :'\n");
    for some in [&words[..], &words[..1], &words[40..]] {
        let mut line = vec!["it s: #1"];
        line.extend(some.iter().map(|word| word.as_str()));
        let found = workflow(&project, &line);
        let jobs = found["jobs"].as_object().expect("jobs");
        let (id, job) = jobs.iter().next().expect("a job");
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(id.chars().all(fits) && id.len() <= 100, "{id}");
        let run = step(job)["run"].as_str().expect("a command");
        assert!(!run.replace("${{ '${{' }}", "").contains("${{"), "{run}");
        let run = run.replace("${{ '${{' }}", "${{").replacen("mep ", "mep -q ", 1);
        let printed = project.shell(&run).run().code(0).stdout.clone();
        let expected: String = some.iter().map(|word| format!("{word}|")).collect();
        assert_eq!(printed, expected, "{run}");
    }
}

#[test]
fn names_that_collide_are_numbered() {
    let found = workflow(
        &project("[tasks]\n'a:b' = ':'\n'a b' = ':'\n'A-B' = ':'\n1 = ':'\n'é' = ':'\n'ü' = ':'\n"),
        &["**"],
    );
    let ids: BTreeSet<&String> = found["jobs"].as_object().expect("jobs").keys().collect();
    let lower: BTreeSet<String> = ids.iter().map(|id| id.to_lowercase()).collect();
    assert_eq!((ids.len(), lower.len()), (6, 6), "{ids:?}");
}

#[test]
fn it_goes_to_a_file() {
    let project = ci();
    let shown = project.mep(["generate", "github-action", "lint"]).run().stdout.clone();
    let words = ["generate", "github-action", "-o", "out/x.yml", "lint"];
    project.mep(words).run().stdout("Wrote to out/x.yml\n").stderr("").code(0);
    assert_eq!(project.read("out/x.yml"), shown.replace("[P]", ""));
    project.mep(["generate", "github-action", "-w", "lint"]).run().stdout("").code(1);
    project.shell("git init -q -b main .").run().code(0);
    let run =
        project.mep(["generate", "github-action", "-w", "--name", "nightly", "-t", "lint"]).run();
    run.stdout("Wrote to [P]/.github/workflows/nightly.yml\n").stderr("").code(0);
    assert!(project.read(".github/workflows/nightly.yml").contains("name: nightly\n"));
}

#[test]
fn what_cannot_be_a_workflow_is_refused() {
    let config = "
[env]
TOKEN = { value = 'hush', redact = true }
[tasks.empty]
[tasks.ok]
run = 'echo'
[tasks.asks]
confirm = 'Sure?'
run = 'echo'
[tasks.given]
depends = [{ task = 'ok', args = ['a-{{ env.TOKEN }}'] }]
";
    let project = project(config);
    let refused = |words: &str, code: i32, stderr: &str| {
        let words = format!("generate github-action {words}");
        project.mep(words.split(' ')).run().stdout("").stderr(stderr).code(code);
    };
    refused(
        "empty",
        1,
        "Error: none of these tasks has anything to run\n  help: name one that has a `run`\n",
    );
    refused(
        "-t ok ok",
        2,
        "Error: `--task ok` names a task, and so do the words behind it\n  help: name them all as \
         words\n",
    );
    let given = project.mep(["generate", "github-action", "given"]).run();
    given.stdout("").code(1);
    let line = "Error: task `ok` gets a secret, which would stand in the file\n";
    assert!(given.stderr.starts_with(line) && !given.stderr.contains("hush"), "{}", given.stderr);
    let stderr = "Warning: task `asks` asks before it starts, and there nobody answers\n";
    project.mep(["generate", "github-action", "asks"]).run().stderr(stderr).code(0);
    let mut none = project.mep(["generate", "github-action"]).run();
    none.stdout("").code(1);
    assert!(none.stderr.starts_with("Error: no task ci found\n"), "{}", none.stderr);
    project.write("x", "");
    none = project.mep(["generate", "github-action", "-o", "x/y.yml", "ok"]).run();
    none.stdout("").code(1);
    assert!(none.stderr.starts_with("Error: cannot create_dir_all x: "), "{}", none.stderr);
}

/// Every task with a command is one job, and waits for all that it depends on.
#[test]
fn jobs_wait_for_what_tasks_depend_on() {
    let seed = fastrand::u64(..);
    let mut rng = Rng::with_seed(seed);
    for _ in 0..12 {
        let (config, needs) = random(&mut rng);
        let has_command = |task: usize| config.contains(&format!("echo t{task} "));
        if !needs.keys().any(|task| has_command(*task)) {
            continue;
        }
        let found = workflow(&project(&config), &["t*"]);
        let jobs = found["jobs"].as_object().expect("jobs");
        let story = format!("seed {seed}\n{config}\n{found:#}");
        let works = needs.keys().filter(|task| has_command(**task)).count();
        assert_eq!(jobs.len(), works, "{story}");
        for task in needs.keys().copied().filter(|task| has_command(*task)) {
            let mut wanted = BTreeSet::new();
            let mut stack = needs[&task].clone();
            while let Some(need) = stack.pop() {
                if has_command(need) {
                    wanted.insert(format!("t{need}"));
                } else {
                    stack.extend(&needs[&need]);
                }
            }
            let list = jobs[&format!("t{task}")]["needs"].as_array().cloned().unwrap_or_default();
            let found: BTreeSet<String> =
                list.iter().filter_map(|id| id.as_str().map(String::from)).collect();
            assert_eq!(found, wanted, "t{task}\n{story}");
            assert!(jobs[&format!("t{task}")]["if"].is_null(), "{story}");
        }
    }
}
