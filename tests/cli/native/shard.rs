//! `run --shard` and the matrix: every task that was asked for is one machine's.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use super::plan::remember;
use super::project;
use crate::support::Project;

const CI: &str = "
[tasks.build]
run = 'echo build >> ran'
[tasks.unit]
depends = ['build']
run = 'echo unit $@ >> ran; :'
[tasks.e2e]
depends = ['build']
run = 'echo e2e >> ran'
[tasks.lint]
run = 'echo lint >> ran'
[tasks.docs]
run = 'echo docs >> ran'
[tasks.checks]
depends = ['lint', 'docs']
[tasks.ci]
depends = ['unit', 'e2e', 'checks']
";

/// What ran, in the order of the names.
fn ran(project: &Project) -> String {
    if !project.exists("ran") {
        return String::new();
    }
    let text = project.read("ran");
    project.remove("ran");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join(" ")
}

fn runs(project: &Project, words: &str) -> String {
    project.mep(format!("-q {words}").split(' ')).run().stdout("").stderr("").code(0);
    ran(project)
}

fn matrix(project: &Project, words: &str) -> Value {
    let output = project.mep(format!("plan --format github-matrix {words}").split(' ')).run();
    output.stderr("").code(0);
    assert_eq!(output.stdout.matches('\n').count(), 1, "one line\n{}", output.stdout);
    let matrix: Value = serde_json::from_str(&output.stdout).expect("it is JSON");
    matrix["include"].clone()
}

#[test]
fn without_history_tasks_are_dealt_out() {
    let project = project(CI);
    // Groups have no work of their own: their members are divided.
    assert_eq!(runs(&project, "run -n --shard 1/2 ci"), "");
    assert_eq!(runs(&project, "run --shard 1/3 ci"), "build docs unit");
    let project = Project::new().file("mise.toml", CI);
    assert_eq!(runs(&project, "run --shard 2/3 ci"), "build e2e");
    let project = Project::new().file("mise.toml", CI);
    assert_eq!(runs(&project, "run --shard 3/3 ci"), "lint");
}

#[test]
fn with_history_each_has_about_the_same_to_do() {
    let project = project(CI);
    project.mep(["-q", "run", "ci"]).run().code(0);
    ran(&project);
    let times = [("build", 5000), ("unit", 9000), ("e2e", 2000), ("lint", 3000), ("docs", 1000)];
    remember(&project, &times);
    let entry = |shard: &str, tasks: &[&str], ms: f64| json!({ "shard": shard, "tasks": tasks, "run": tasks.join(" ::: "), "expected_ms": ms });
    // unit with build takes 14 s, all the rest 11 s.
    let expected =
        json!([entry("1/2", &["unit"], 14e3), entry("2/2", &["e2e", "lint", "docs"], 11e3)]);
    assert_eq!(matrix(&project, "--shards 2 ci"), expected);
    assert_eq!(runs(&project, "run --shard 1/2 ci"), "build unit");
    remember(&project, &times);
    assert_eq!(runs(&project, "run --shard 2/2 ci"), "build docs e2e lint");
    remember(&project, &times);
    // With as many as there are tasks each has its own, in the order of the words.
    let expected = json!([
        entry("1/4", &["unit"], 14e3),
        entry("2/4", &["e2e"], 7e3),
        entry("3/4", &["lint"], 3e3),
        entry("4/4", &["docs"], 1e3),
    ]);
    assert_eq!(matrix(&project, "ci"), expected);
    assert_eq!(matrix(&project, "--shards 4 ci"), expected);
    // What a part does anyway goes there.
    let expected = json!([entry("1/2", &["build", "unit"], 14e3), entry("2/2", &["lint"], 3e3)]);
    assert_eq!(matrix(&project, "--shards 2 build ::: unit ::: lint"), expected);
}

#[test]
fn a_part_without_a_task_says_so() {
    let project = project(CI);
    for (part, words, tasks) in [
        ("3/3", "lint ::: docs", "are 2 tasks"),
        ("2/2", "lint ::: lint", "is 1 task"),
        ("18446744073709551615/18446744073709551615", "ci", "are 4 tasks"),
    ] {
        let stderr = format!("Warning: shard {part} has nothing to run: there {tasks} to divide\n");
        let words = format!("--shard {part} {words}");
        project.mep(format!("run {words}").split(' ')).run().stdout("").stderr(&stderr).code(0);
        let plan = project.mep(format!("plan {words}").split(' ')).run();
        plan.stdout("nothing to run\n").stderr(&stderr).code(0);
        assert_eq!(ran(&project), "");
    }
    let plain = json!([{ "shard": "1/9", "tasks": ["lint"], "run": "lint", "expected_ms": null }]);
    assert_eq!(matrix(&project, "--shards 9 lint"), plain);
}

#[test]
fn a_task_with_something_of_its_own_stays_whole() {
    let config = "
[tasks.a]
run = ':'
[tasks.b]
run = ':'
[tasks.scripts]
depends = ['a', 'b']
run = ':'
[tasks.calls]
run = [{ task = 'a' }, { task = 'b' }]
[tasks.asks]
depends = ['a', 'b']
confirm = 'Sure?'
[tasks.post]
depends = ['a', 'b']
depends_post = ['b']
[tasks.cleans]
depends = ['a', 'b']
[tasks.gives]
depends = ['a', { task = 'b', env = { X = '1' } }]
[tasks.group]
depends = ['a x', 'b']
";
    let project = project(config).file("mep.toml", "[tasks.cleans]\nfinally = ['b']\n");
    let tasks = |words: &str| {
        let parts = matrix(&project, words);
        let parts = parts.as_array().expect("a list").iter();
        parts.map(|part| part["run"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    for whole in ["scripts", "calls", "asks", "post", "cleans", "gives"] {
        assert_eq!(tasks(whole), [whole]);
    }
    assert_eq!(tasks("group"), ["a x", "b"]);
    assert_eq!(tasks("--skip-deps group"), ["group"]);
    assert_eq!(tasks("group ::: b ::: a"), ["a x", "b", "a"], "each once");
}

#[test]
fn the_words_of_a_part_ask_for_its_tasks() {
    let project = project(
        &CI.replace("[tasks.ci]", "[tasks.'it s']\nrun = 'echo spaced >> ran'\n[tasks.ci]"),
    );
    let run = |words: &str| {
        let parts = matrix(&project, words);
        let parts = parts.as_array().expect("a list").iter();
        parts.map(|part| part["run"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let words = run("--shards 1 it?s ::: lint a'b ::: unit x -- -y ::: z");
    assert_eq!(words, [r"'it s' ::: lint 'a'\''b' ::: unit x -- -y ::: z"]);
    let line = format!("mep -q run {}", words[0].replace("lint 'a'\\''b'", "lint"));
    project.shell(&line).run().stdout("").stderr("").code(0);
    assert_eq!(ran(&project), "build lint spaced unit x -y ::: z");
    // One command line has no place for two of them.
    let words = run("--shards 1 [le][i2][ne]* -- -y");
    assert_eq!(words, ["--shard 1/1 '[le][i2][ne]*' -- -y"]);
}

/// Each of them starts with the same history, whatever was run before it.
#[test]
fn parts_that_run_one_after_the_other_agree() {
    let config = format!(
        "{CI}\n[tasks.nested]\nrun = ['mep -q run slow', 'echo $MEP_SHARD >> ran']\n[tasks.slow]\n\
         run = 'sleep 0.05; echo slow >> ran'\n[tasks.all]\ndepends = ['ci', 'nested', 'slow']\n"
    );
    let project = project(&config);
    for round in 0..3 {
        let parts = [1, 2].map(|part| runs(&project, &format!("run --shard {part}/2 all")));
        if round == 0 {
            assert_eq!(parts, ["1/2 build lint slow unit", "build docs e2e slow"]);
        } else {
            let both = [&*parts[0], &*parts[1]].join(" ");
            let count = |name: &str| both.split(' ').filter(|word| *word == name).count();
            for (name, times) in [("unit", 1), ("e2e", 1), ("lint", 1), ("docs", 1), ("slow", 2)] {
                assert_eq!(count(name), times, "{name} in {both}");
            }
        }
        if round == 1 {
            project.mep(["-q", "run", "all"]).run().code(0);
            assert!(!ran(&project).contains('/'), "a whole run is no part");
        }
    }
}

#[test]
fn what_failed_of_a_part_runs_again_whole() {
    let config = "[tasks]\na = 'echo a >> ran; exit 1'\nb = 'echo b >> ran'\n\
                  c = 'echo c >> ran; exit 1'\nd = 'echo d >> ran'\n";
    let project = project(config);
    let words = "a ::: b ::: c ::: d";
    for flag in ["--shard 1/2", "--shard=1/2"] {
        project.mep(format!("-q run -c {flag} {words}").split(' ')).run().code(1);
        assert_eq!(ran(&project), "a c");
        let rerun = project.mep(["rerun", "--failed"]).run();
        rerun.code(1);
        let line = format!("rerun: mep -q run -c {} a ::: c\n", flag.replace("1/2", "1/1"));
        assert!(rerun.stderr.replace('\'', "").starts_with(&line), "{}", rerun.stderr);
        assert_eq!(ran(&project), "a c");
    }
}

/// Tasks that write their names, with what each needs, at random.
pub(super) fn random(rng: &mut Rng) -> (String, BTreeMap<usize, Vec<usize>>) {
    let count = rng.usize(1..9);
    let mut config = String::new();
    let mut needs = BTreeMap::new();
    for task in 0..count {
        let mine: Vec<usize> = (0..task).filter(|_| rng.usize(0..3) == 0).collect();
        let depends: Vec<String> = mine.iter().map(|need| format!("'t{need}'")).collect();
        config += &format!("[tasks.t{task}]\ndepends = [{}]\n", depends.join(", "));
        if mine.is_empty() || rng.usize(0..4) > 0 {
            config += &format!("run = 'echo t{task} >> ran'\n");
        }
        needs.insert(task, mine);
    }
    (config, needs)
}

/// Complete and disjoint: of each number of parts, every task with a command that was asked for, or
/// grouped by one, is in exactly one; and a part runs all that its tasks need, each once.
#[test]
fn parts_are_complete_and_disjoint() {
    let seed = std::env::var("MEP_TORTURE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    let mut rng = Rng::with_seed(seed);
    for round in 0..12 {
        let (config, needs) = random(&mut rng);
        let project = project(&config);
        let has_command = |task: usize| config.contains(&format!("echo t{task} "));
        let asked: Vec<usize> = needs.keys().copied().filter(|_| rng.bool()).collect();
        if asked.is_empty() {
            continue;
        }
        let words: Vec<String> = asked.iter().map(|task| format!("t{task}")).collect();
        let words = words.join(" ::: ");
        if rng.bool() {
            project.mep(["-q", "run", "t*"]).run().code(0);
            let mut times: Vec<(String, u64)> = Vec::new();
            for task in needs.keys() {
                if rng.usize(0..5) > 0 {
                    times.push((format!("t{task}"), rng.u64(0..9000)));
                }
            }
            let times: Vec<(&str, u64)> = times.iter().map(|(t, ms)| (&**t, *ms)).collect();
            remember(&project, &times);
            ran(&project);
        }
        let mut grouped: Vec<usize> = asked.clone();
        let mut expected: Vec<String> = Vec::new();
        while let Some(task) = grouped.pop() {
            match has_command(task) {
                true => expected.push(format!("t{task}")),
                false => grouped.extend(&needs[&task]),
            }
        }
        expected.sort_unstable();
        expected.dedup();
        let count = rng.usize(1..6);
        let story = format!("seed {seed}, round {round}: {count} parts of {words}\n{config}");
        let mut found: Vec<String> = Vec::new();
        for part in 1..=count {
            let plan =
                project.mep(format!("plan --json --shard {part}/{count} {words}").split(' '));
            let plan: Value = serde_json::from_str(&plan.run().stdout).expect("it is JSON");
            let nodes = plan["nodes"].as_array().expect("a list");
            let name = |node: &Value| node["words"].as_str().unwrap_or_default().to_owned();
            found.extend(nodes.iter().filter(|node| node["asked"] == true).map(name));
            for node in nodes {
                let task: usize = name(node)[1..].parse().expect("a number");
                let there = |need: &usize| nodes.iter().any(|n| name(n) == format!("t{need}"));
                assert!(needs[&task].iter().all(there), "t{task} lacks something\n{story}");
            }
        }
        found.sort_unstable();
        assert_eq!(found, expected, "{story}");
        let parts = matrix(&project, &format!("--shards {count} {words}"));
        let parts = parts.as_array().expect("a list").iter();
        let mut told: Vec<String> = parts
            .flat_map(|part| part["run"].as_str().unwrap_or_default().split(" ::: "))
            .map(String::from)
            .collect();
        told.sort_unstable();
        assert_eq!(told, expected, "{story}");
    }
}
