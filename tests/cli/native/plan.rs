//! `plan`: what would run and why, how long it is likely to take, as text and as JSON.

use fastrand::Rng;
use serde_json::{Value, json};

use super::project;
use super::shard::random;
use crate::support::Project;

const CI: &str = "
[env]
APP = 'secret value'
[tasks.prepare]
run = 'echo prepare'
[tasks.build]
depends = ['prepare']
sources = ['src/*']
outputs = ['out']
run = '''
set -e
cat src/* > out
echo built'''
[tasks.test]
depends = ['build']
usage = 'arg \"[what]\" default=\"all\"'
env = { LEVEL = '3' }
run = 'echo test {{ usage.what }}'
[tasks.ci]
depends = ['test unit', 'test']
";

fn ci() -> Project {
    project(CI).file("src/one", "1")
}

/// Puts these times, in milliseconds, in the place of those that the project remembers.
pub(super) fn remember(project: &Project, times: &[(&str, u64)]) {
    let files = super::record::files(project);
    let history = files.into_iter().find(|path| path.ends_with("history")).expect("a history");
    let line = |(words, ms): &(&str, u64)| format!("s {} {words}\n", ms * 1000);
    let lines: String = times.iter().map(line).collect();
    std::fs::write(history, format!(">a\n{lines}")).expect("it can be written");
}

fn says(project: &Project, words: &str, expected: &str) {
    project.mep(words.split(' ')).run().stdout(expected).stderr("").code(0);
}

fn plan(project: &Project, words: &str) -> Value {
    let output = project.mep(words.split(' ')).run();
    output.stderr("").code(0);
    serde_json::from_str(&output.stdout).expect("it is JSON")
}

#[test]
fn it_says_what_would_run_and_why() {
    let expected = "\
prepare runs: it has no `sources`, so it always runs
  $ echo prepare
build runs: no earlier success is on record
  after prepare
  $ cat src/* > out
test unit runs: it has no `sources`, so it always runs
  after build
  env LEVEL, usage_what
  $ echo test unit
test runs: it has no `sources`, so it always runs
  after build
  env LEVEL, usage_what
  $ echo test all
ci has no command
  after test unit, test

env of all of them: APP

how long it takes is not known: nothing of it is on record
";
    says(&ci(), "plan ci", expected);
}

#[test]
fn times_are_those_of_earlier_runs() {
    let ci = ci();
    ci.mep(["-q", "run", "ci"]).run().code(0);
    remember(&ci, &[("prepare", 1000), ("build", 9000), ("test unit", 4000), ("test", 3000)]);
    let tests = "\
test unit runs: it has no `sources`, so it always runs
  after build
  env LEVEL, usage_what
  $ echo test unit
  takes about 4.00s
test runs: it has no `sources`, so it always runs
  after build
  env LEVEL, usage_what
  $ echo test all
  takes about 3.00s
ci has no command
  after test unit, test
";
    let prepare = "\
prepare runs: it has no `sources`, so it always runs
  $ echo prepare
  takes about 1.00s
";
    let way = |way: &str, jobs: &str| {
        format!(
            "\nenv of all of them: APP\n\nthe longest way is prepare → {way}\nall of it takes about {jobs}\n"
        )
    };
    // What is up to date takes no time, and nobody waits for it.
    let end = way("test unit, about 5.00s", "8.00s with 1 job");
    says(&ci, "plan -j1 ci", &format!("{prepare}build is up to date\n{tests}{end}"));
    let end = way("test unit, about 5.00s", "5.00s with 2 jobs");
    says(&ci, "plan -j2 ci", &format!("{prepare}build is up to date\n{tests}{end}"));
    let build = |why: &str| {
        let build = "\n  after prepare\n  $ cat src/* > out\n  takes about 9.00s\n";
        format!("build runs: {why}{build}")
    };
    let end = way("build → test unit, about 14.00s", "14.00s with 2 jobs");
    let forced = format!("{prepare}{}{tests}{end}", build("--force was given"));
    says(&ci, "plan -j2 --force ci", &forced);
    ci.write("src/one", "2");
    ci.write("src/two", "2");
    let why = "source [P]/src/one changed, and 1 more";
    says(&ci, "plan -j2 ci", &format!("{prepare}{}{tests}{end}", build(why)));
}

#[test]
fn what_nobody_has_timed_counts_as_a_typical_task() {
    let config = "[tasks]\na = ':'\nb = ':'\nc = ':'\nd = ':'\ne = ':'\n";
    let project = project(config);
    project.mep(["-q", "run", "a"]).run().code(0);
    remember(&project, &[("a", 2000)]);
    let always =
        |name: &str| format!("{name} runs: it has no `sources`, so it always runs\n  $ :\n");
    let tasks = ["b", "c", "d", "e"].map(always).concat();
    let expected = format!(
        "{}  takes about 2.00s\n{tasks}\nthe longest way is a, about 2.00s\n\
         all of it takes about 6.00s with 2 jobs\n\
         how long these take is not known: b, c, d and 1 more\n",
        always("a")
    );
    says(&project, "plan -j2 a ::: b ::: c ::: d ::: e", &expected);
}

/// Everything that a plan can tell of a task.
const ALL: &str = "
[env]
TOKEN = { value = 'hush', redact = true }
[settings]
task.skip = ['skipped']
[tasks.all]
sources = ['src/*']
run = ['echo 1', { task = 'inner' }, { task = \"{{ exec(command='touch ran') }}\" }, \"\"\"
echo {{ env.TOKEN }}
echo {{ exec(command='touch ran') }}\"\"\"]
[tasks.inner]
depends = [{ task = 'skipped', env = { GIVEN = 'hush' } }]
depends_post = ['post']
run = 'echo inner'
[tasks.post]
run = 'echo post'
[tasks.skipped]
run = 'echo skipped'
[tasks.sure]
confirm = 'Really?'
wait_for = ['all']
dir = 'src'
usage = 'arg \"<x>\"'
run = 'echo {{ usage.x }}'
";

fn node(id: usize, words: &str, line: usize) -> Value {
    let (task, args) = words.split_once(' ').map_or((words, vec![]), |(t, arg)| (t, vec![arg]));
    json!({
        "id": id, "task": task, "args": args, "words": words, "file": "[P]/mise.toml",
        "line": line, "dir": "[P]", "asked": false, "post": false, "called": false,
        "commands": [{ "text": format!("echo {task}"), "late": false }], "late_calls": [],
        "env": ["TOKEN"], "confirm": null, "verdict": "runs", "expected_ms": null,
        "reasons": [{ "kind": "no-sources", "text": "it has no `sources`, so it always runs" }],
    })
}

fn with(mut node: Value, more: Value) -> Value {
    let more = more.as_object().expect("keys").clone();
    node.as_object_mut().expect("keys").extend(more);
    node
}

fn late(command: &str) -> Value {
    json!({ "text": command, "late": true })
}

#[test]
fn programs_get_all_of_it_as_json() {
    let project = project(ALL).file("src/one", "1");
    let found = plan(&project, "plan -j3 --json all ::: sure yes");
    let exec = "{{ exec(command='touch ran') }}";
    let call = |task: usize, needs: usize, kind: &str| json!({ "task": task, "needs": needs, "kind": kind });
    let skipped = json!([{ "kind": "asked", "text": "`task.skip` names it" }]);
    let all = json!({
        "asked": true, "late_calls": [exec],
        "commands": [
            { "text": "echo 1", "late": false },
            late(&format!("echo {{{{ env.TOKEN }}}}\necho {exec}")),
        ],
        "reasons": [{ "kind": "no-record", "text": "no earlier success is on record" }],
    });
    let sure = json!({
        "asked": true, "confirm": "Really?", "dir": "[P]/src", "env": ["TOKEN", "usage_x"],
        "commands": [{ "text": "echo yes", "late": false }],
    });
    let expected = json!({
        "format": 1,
        "jobs": 3,
        "nodes": [
            with(node(0, "all", 6), all),
            with(node(1, "sure yes", 19), sure),
            with(node(2, "inner", 11), json!({ "called": true })),
            with(node(3, "skipped", 17), json!({
                "called": true, "env": ["GIVEN", "TOKEN"], "verdict": "skipped", "reasons": skipped,
            })),
            with(node(4, "post", 15), json!({ "post": true })),
        ],
        "edges": [
            call(0, 2, "call"), call(2, 3, "depends"), call(0, 4, "call"), call(4, 2, "post"),
            call(1, 0, "wait_for"),
        ],
        "order": [0, 3, 2, 4, 1],
        "critical_path": [],
        "critical_ms": null,
        "total_ms": null,
        "unknown": 4,
    });
    assert_eq!(found, expected, "{found:#}");
    assert!(!project.exists("ran") && !project.exists("src/ran"), "a template was rendered");
    assert_eq!(found, plan(&project, "plan -j3 --format json all ::: sure yes"));
}

#[test]
fn secrets_and_values_stay_hidden() {
    let project = project(ALL).file("src/one", "1");
    for words in
        ["plan sure hush", "plan --json sure hush", "plan --format github-matrix sure hush"]
    {
        let output = project.mep(words.split(' ')).run();
        output.stderr("").code(0);
        assert!(!output.stdout.contains("hush"), "`{words}`\n{}", output.stdout);
        assert!(output.stdout.contains("[redacted]"), "`{words}`\n{}", output.stdout);
    }
}

/// One job takes the sum of all, enough of them the longest way; any other number something between.
#[test]
fn all_of_it_takes_no_longer_than_it_must() {
    let seed = fastrand::u64(..);
    let mut rng = Rng::with_seed(seed);
    for _ in 0..8 {
        let (config, needs) = random(&mut rng);
        let project = project(&config);
        project.mep(["-q", "run", "t*"]).run().code(0);
        let times: Vec<(String, u64)> =
            needs.keys().map(|task| (format!("t{task}"), rng.u64(1..5000))).collect();
        let known: Vec<(&str, u64)> = times.iter().map(|(name, ms)| (&**name, *ms)).collect();
        remember(&project, &known);
        let works = |name: &str| config.contains(&format!("echo {name} "));
        let sum: u64 = known.iter().filter(|(name, _)| works(name)).map(|(_, ms)| ms).sum();
        let took = |jobs: usize| {
            let plan = plan(&project, &format!("plan -j{jobs} --json t*"));
            let [way, all] = ["critical_ms", "total_ms"].map(|key| plan[key].as_f64());
            let story = format!("seed {seed}, {jobs} jobs: {way:?}, {all:?} of {sum}\n{config}");
            (way.unwrap_or_default(), all.unwrap_or_default(), story)
        };
        let (_, one, story) = took(1);
        assert!((one - sum as f64).abs() < 0.01, "{story}");
        let (way, two, story) = took(2);
        assert!(way <= two && sum as f64 / 2.0 <= two + 0.01 && two <= one, "{story}");
        let (way, enough, story) = took(20);
        assert!((way - enough).abs() < 0.01 && enough <= two, "{story}");
    }
}

#[test]
fn what_is_up_to_date_calls_nobody() {
    let config = "
[tasks.all]
sources = ['src/*']
run = ['echo 1', { task = 'inner' }]
depends_post = ['post']
[tasks.inner]
run = 'echo inner'
[tasks.post]
run = 'echo post'
";
    let project = project(config).file("src/one", "1");
    project.mep(["-q", "run", "all"]).run().code(0);
    remember(&project, &[("all", 1000), ("#0 all", 500), ("inner", 2000), ("post", 3000)]);
    let expected = "all is up to date\ninner is skipped: nobody needed it\n\
                    post runs: it has no `sources`, so it always runs\n  after all\n  $ echo post\n  \
                    takes about 3.00s\n\nthe longest way is post, about 3.00s\n\
                    all of it takes about 3.00s with 2 jobs\n";
    says(&project, "plan -j2 all", expected);
    let found = plan(&project, "plan -j2 -f --json all");
    assert_eq!(found["critical_path"], json!([0, 2, 1]));
    assert_eq!([&found["critical_ms"], &found["total_ms"]], [5500.0, 5500.0]);
}

#[test]
fn flags_change_the_plan_as_they_change_the_run() {
    let ci = ci();
    let names = |words: &str| {
        let plan = plan(&ci, words);
        let nodes = plan["nodes"].as_array().expect("nodes").iter();
        let asked = nodes.filter(|node| node["asked"] == true);
        let names = asked.map(|node| node["words"].as_str().expect("words").to_owned());
        (names.collect::<Vec<_>>().join(", "), plan["nodes"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(names("plan --json ci"), ("ci".into(), 5));
    assert_eq!(names("plan --json --skip-deps ci"), ("ci".into(), 1));
    assert_eq!(names("plan --json --shard 2/2 ci"), ("test".into(), 3));
    assert_eq!(names("plan --json test a ::: pre*"), ("test a, prepare".into(), 3));
    assert_eq!(names("plan --json test -- --json"), ("test -- --json".into(), 3));
    assert_eq!(names("plan --json --changed"), ("build".into(), 2));
    ci.mep(["-q", "run", "ci"]).run().code(0);
    assert_eq!(names("plan --json --changed"), (String::new(), 0));
    says(&ci, "plan --changed build", "nothing to run\n");
    let shell = plan(&ci, "plan --json -j7 --shell zsh prepare");
    assert_eq!(shell["jobs"], 7);
}

#[test]
fn a_plan_of_a_monorepo_has_its_names() {
    let project = project(
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b']\n\
         [tasks.all]\ndepends = ['//...:t']\n",
    )
    .file("a/mise.toml", "[tasks.t]\nsources = ['s']\nrun = 'echo a'\n")
    .file("a/s", "")
    .file("b/mise.toml", "[tasks.t]\nsources = ['s']\ndepends = [':u']\nrun = ':'\n[tasks.u]\n")
    .file("b/s", "");
    let asked = |words: &str| -> Vec<String> {
        let run = project.mep(words.split(' ')).cwd("a").env("MISE_EXPERIMENTAL", "1").run();
        let plan: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
        let nodes = plan["nodes"].as_array().cloned().unwrap_or_default();
        let asked = nodes.iter().filter(|node| node["asked"] == true);
        asked.map(|node| node["words"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(asked("plan --json --changed"), ["//a:t"]);
    assert_eq!(asked("plan --json --changed --all"), ["//a:t", "//b:t"]);
    assert_eq!(asked("plan --json --shard 2/2 //:all"), ["//b:t"]);
}

#[test]
fn flags_behind_a_name_that_can_do_nothing_with_them_are_the_plans() {
    let ci = ci();
    let taken = |flag: &str, what: &str, name: &str, verb: &str| {
        format!(
            "Warning: `{flag}` was taken as a flag of the {what}; to pass it to the task: \
             mep {verb} {name} -- {flag}\n"
        )
    };
    let run = ci.mep(["plan", "prepare", ":::", "ci", "--json"]).run();
    run.stderr(&taken("--json", "plan", "ci", "plan")).code(0);
    assert!(run.stdout.starts_with("{\n  \"format\": 1,"), "{}", run.stdout);
    let run = ci.mep(["plan", "build", "--force"]).run();
    run.stderr(&taken("--force", "run", "build", "run")).code(0);
    assert!(run.stdout.contains("build runs: --force was given"), "{}", run.stdout);
    // This one takes words.
    let run = ci.mep(["plan", "test", "--", "--json"]).run();
    run.stderr("").code(0);
    assert!(run.stdout.contains("$ echo test --json\n"), "{}", run.stdout);
}

#[test]
fn a_dry_run_is_the_same_plan() {
    let project = project(ALL).file("src/one", "1");
    for words in ["all", "sure yes ::: all", "inner ::: post", "all -- x"] {
        let plan = plan(&project, &format!("plan --json {words}"));
        let nodes = plan["nodes"].as_array().expect("nodes");
        let run = project.mep(format!("run -n {words}").split(' ')).run();
        let shown: Vec<&str> =
            run.stderr.lines().filter_map(|line| Some(line.split_once("] $ ")?.1)).collect();
        let commands = nodes.iter().flat_map(|node| node["commands"].as_array().expect("a list"));
        let text =
            |c: &Value| c["text"].as_str().unwrap_or_default().lines().next().map(String::from);
        let mut planned: Vec<String> = commands.filter_map(text).collect();
        let mut shown: Vec<String> = shown.into_iter().map(String::from).collect();
        planned.sort_unstable();
        shown.sort_unstable();
        assert_eq!(planned, shown, "{words}\n{}", run.stderr);
    }
}

#[test]
fn a_task_of_that_name_goes_first() {
    let project = project("[tasks]\nplan = 'echo mine'\nx = ':'\n");
    project.mep(["-q", "plan"]).run().stdout("mine\n").code(0);
    project.mise(["plan", "--json"]).run().stdout("mine --json\n").code(0);
    let always = "x runs: it has no `sources`, so it always runs\n  $ :\n";
    let unknown = "\nhow long it takes is not known: nothing of it is on record\n";
    says(&project, "--builtin plan x", &format!("{always}{unknown}"));
}
