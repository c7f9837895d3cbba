//! A query changes nothing: no file of the project, of the home or of the temporary directory is
//! another afterwards, and no process was started.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Project, Run};

/// Everything that asks, runs or remembers something when it is not only looked at.
const CONFIG: &str = r#"
[env]
FROM_PROGRAM = "{{ exec(command='touch asked') }}"
_.file = ".env"
_.path = "bin"

[vars]
made = "{{ exec(command='touch asked') }}"

[tasks.build]
alias = "b"
description = "Builds {{ exec(command='touch asked') }}"
depends = ["prepare", "{{ exec(command='touch asked') }}"]
depends_post = ["clean"]
sources = ["src/*"]
outputs = ["out"]
run = ["touch ran out", { task = "ask" }, "echo {{ read_file(path='src/one') }}"]

[tasks.prepare]
sources = ["src"]
dir = "{{ config_root }}/src"
run = "touch ../ran"

[tasks.ask]
confirm = "Sure?"
raw = true
run = "read x; touch ran"

[tasks.clean]
run = '''
#!/usr/bin/env python3
print("ran")
'''
"#;

const QUERIES: &[&str] = &[
    "tasks",
    "tasks build",
    "tasks info build --json",
    "tasks ls --usage --hidden",
    "tasks ls --complete",
    "tasks help",
    "tasks deps --svg",
    "tasks deps --json build",
    "tasks deps --mermaid",
    "--builtin which build",
    "tasks edit -p build",
    "tasks ls",
    "tasks ls --json",
    "tasks ls -x --hidden",
    "tasks deps",
    "tasks deps build",
    "tasks deps --dot",
    "tasks deps --compact",
    "tasks validate",
    "tasks validate --json build",
    "run -n build",
    "--builtin why build",
    "--builtin why --json prepare",
    "--builtin plan build",
    "--builtin plan --json -f build ::: scripts:hello a -- b",
    "--builtin plan --shard 1/2 build ::: prepare",
    "--builtin plan --format github-matrix --shards 2 build ::: prepare",
    "run -n --shard 1/2 build ::: prepare",
    "run -n -v -f build",
    "run -n build ::: scripts:hello a b",
    "__complete_word__ --words mep run ",
    "__complete_word__ --words mep build ::: b",
    "__complete_word__ --words mep run build -",
    "completion bash",
    "generate task-docs",
    "generate schema mep",
    "generate man",
    "doctor",
    "doctor --json",
    "generate git-pre-commit --task build",
    "--builtin generate github-action build ::: scripts:hello x",
    "--help",
    "run --help",
    "run build --help",
    "--version",
    "-C src tasks",
    "settings",
    "settings --all --json-extended",
    "settings get jobs",
    "settings ls task --toml",
    "config",
    "config ls --json",
    "config get tasks.build",
    "config get -f mise.toml",
    "cache",
    "cache path",
    "--builtin last",
    "--builtin last 1",
    "--builtin last --json",
    "--builtin last --list",
    "--builtin last --all --json",
    "--builtin log prepare --run 1",
    "--builtin log prepare --stderr",
    "--builtin rerun --failed",
];

const REFUSED: [&str; 2] = ["run nosuchtask", "run --nosuchflag build"];

/// Everything that would leave a trace, or fail, if it were evaluated.
const CANARY: &str = r#"
min_version = "2020.1.1"

[env]
PROGRAM = "{{ exec(command='touch canary') }}"
BROKEN = "{{ throw(message='evaluated') }}"
NEEDED = { required = true }
_.file = ["broken.env", "{{ exec(command='touch canary') }}"]
_.source = ["canary.sh", "{{ exec(command='touch canary') }}.sh"]
_.path = "{{ exec(command='touch canary') }}"

[vars]
made = "{{ exec(command='touch canary') }}"
broken = "{{ throw(message='evaluated') }}"

[task_config]
dir = "{{ exec(command='touch canary') }}"

[tools]
node = "{{ exec(command='touch canary') }}"

[tasks.a]
alias = ["b", "{{ exec(command='touch canary') }}"]
description = "{{ exec(command='touch canary') }}{{ throw(message='evaluated') }}"
depends = ["c", "{{ exec(command='touch canary') }}", "{{ throw(message='evaluated') }}"]
depends_post = ["{{ throw(message='evaluated') }}"]
wait_for = ["{{ vars.broken }}"]
dir = "{{ vars.broken }}"
shell = "{{ vars.broken }}"
usage = "{{ exec(command='touch canary') }}{{ vars.broken }}"
sources = ["{{ exec(command='touch canary') }}", "{{ vars.broken }}"]
outputs = ["{{ vars.broken }}"]
confirm = "{{ vars.broken }}"
timeout = "{{ vars.broken }}"
env = { A = "{{ vars.broken }}", _.file = "broken.env", _.source = "canary.sh" }
vars = { made = "{{ throw(message='evaluated') }}" }
run = ["{{ vars.broken }}", { task = "{{ vars.broken }}" }, "echo {{ exec(command='touch canary') }}"]

[tasks.c]
file = "{{ vars.broken }}"
tools = { node = "{{ vars.broken }}" }
"#;

const UNTRUSTED_QUERIES: [&str; 19] = [
    "tasks info a", "tasks a --json", "tasks ls --usage", "tasks ls --complete", "tasks",
    "tasks ls", "tasks ls --json", "tasks ls -x --hidden", "tasks deps", "tasks deps a",
    "tasks deps --dot", "tasks deps --compact", "tasks validate", "tasks validate --json",
    "run -n a", "run -n -v -f a ::: c", "run -n scripts:hello", "run a --help", "trust --show",
];

/// What is said of such a project.
const UNTRUSTED: &str =
    "Warning: [P]/mise.toml is not trusted, nor are 2 more: nothing is evaluated";

/// A project that nobody trusts.
fn canary() -> Project {
    Project::new()
        .file("mise.toml", CANARY)
        .file("broken.env", "no pair\n")
        .file("canary.sh", "touch canary\n")
        .file(
            "mise-tasks/more.toml",
            "[d]\nrun = 'true'\ndescription = \"{{ throw(message='evaluated') }}\"\n",
        )
        .executable(
            "mise-tasks/scripts/hello",
            "#!/bin/sh\n#MISE description=\"{{ exec(command='touch canary') }}\"\ntouch canary\n",
        )
        .executable("../fake/mise", "#!/bin/sh\ntouch canary\n")
}

fn untrusting(run: Run<'_>) -> Run<'_> {
    run.env_remove("MISE_TRUSTED_CONFIG_PATHS")
        .env("PATH", "[ROOT]/fake:/usr/local/bin:/usr/bin:/bin")
}

#[test]
fn a_query_evaluates_nothing_that_nobody_trusts() {
    let project = canary();
    let before = snapshot(&project);
    for words in UNTRUSTED_QUERIES {
        let [mep, mise] = [project.mep(words.split(' ')), project.mise(words.split(' '))]
            .map(|run| untrusting(run).run());
        assert_eq!(mep.code, Some(0), "`{words}`\n{}", mep.transcript());
        let noticed = words == "trust --show" || mep.stderr.starts_with(UNTRUSTED);
        assert!(noticed, "`{words}`\n{}", mep.transcript());
        let refused = mise.code == Some(1) || words == "trust --show";
        assert!(refused, "`{words}` as mise\n{}", mise.transcript());
        assert!(snapshot(&project) == before, "`{words}` changed something");
    }
    // What was watched for does happen once it is trusted.
    project.mep(["trust"]).run().code(0);
    let trusted = untrusting(project.mep(["run", "c"])).run();
    assert!(trusted.stderr.contains("evaluated") || project.exists("canary"), "no canary");
}

/// Another project of a monorepo is read like one's own: with the same care.
#[test]
fn a_query_of_a_monorepo_evaluates_nothing_that_nobody_trusts() {
    let root =
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['sub']\n[tasks.r]\nrun = 'true'\n";
    let project = canary().file("mise.toml", root).file("sub/mise.toml", CANARY);
    let before = snapshot(&project);
    for words in [
        "tasks --all",
        "tasks ls --all --json",
        "tasks ls --usage --all",
        "tasks info //sub:a",
        "tasks deps",
        "tasks deps //sub:a --dot",
        "tasks validate //sub:a",
        "run -n //sub:a",
        "run -n //...:c",
        "run //sub:a --help",
        "__complete_word__ --words mep run //sub:",
    ] {
        for run in both(&project, words) {
            untrusting(run).run();
            assert!(snapshot(&project) == before, "`{words}` changed something");
        }
    }
    let stderr = "Warning: [P]/mise.toml is not trusted, nor are 3 more: nothing is evaluated\n";
    let listed = untrusting(project.mep(["tasks", "--all", "--name-only"])).run();
    assert!(listed.stderr.starts_with(stderr.trim_end()), "{}", listed.transcript());
    listed.stdout("//:d\n//:r\n//:scripts:hello\n//sub:a\n//sub:c\n").code(0);
}

/// As `mise` these words would be tasks.
#[test]
fn a_query_of_ours_evaluates_nothing_that_nobody_trusts() {
    let project = canary();
    let before = snapshot(&project);
    for words in [
        "plan a ::: c",
        "plan --json a",
        "plan --format github-matrix a ::: c",
        "generate github-action c",
    ] {
        let output = untrusting(project.mep(words.split(' '))).run();
        assert_eq!(output.code, Some(0), "`{words}`\n{}", output.transcript());
        assert!(output.stderr.starts_with(UNTRUSTED), "`{words}`\n{}", output.transcript());
        assert!(snapshot(&project) == before, "`{words}` changed something");
    }
}

#[test]
fn a_query_of_an_untrusted_project_starts_no_process() {
    if !can_trace() {
        let _ = std::io::stderr().write_all(b"SKIPPED (no strace): untrusted project\n");
        return;
    }
    let project = canary();
    traced(&project);
    for words in UNTRUSTED_QUERIES {
        for run in both(&project, words) {
            untrusting(run).run();
            let trace = project.read("../trace");
            let started: Vec<&str> = trace.lines().filter(|l| l.contains("exec")).collect();
            assert_eq!(started.len(), 1, "`{words}` started processes:\n{trace}");
        }
    }
}

/// A project with a bit of everything, in which `prepare` has run once: there is something to
/// remember, and something to forget.
fn full() -> Project {
    let project = Project::new()
        .file("mise.toml", CONFIG)
        .file("mep.toml", "grace = \"1s\"\n")
        .file(".env", "KEY=value\n")
        .file("src/one", "1\n")
        .executable("mise-tasks/scripts/hello", "#!/bin/sh\n#MISE alias=\"hi\"\ntouch ran\n");
    project.mep(["-q", "run", "-o", "prefix", "prepare"]).run().stdout("").stderr("").code(0);
    project.remove("ran");
    project.remove("asked");
    project
}

/// Path → kind, mode, time and content of all that is below the root of the project.
fn snapshot(project: &Project) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut dirs: Vec<PathBuf> =
        ["../p", "../home", "../tmp", "../system"].map(|dir| project.path(dir)).into();
    while let Some(dir) = dirs.pop() {
        found.insert(dir.clone(), description(&dir));
        for entry in fs::read_dir(&dir).expect("a directory of ours can be read") {
            let path = entry.expect("and so can its entries").path();
            if path.is_dir() && !path.is_symlink() {
                dirs.push(path);
            } else {
                found.insert(path.clone(), description(&path));
            }
        }
    }
    found
}

fn description(path: &Path) -> String {
    let meta = path.symlink_metadata().expect("what was listed is there");
    let content = match fs::read_link(path) {
        Ok(target) => target.into_os_string().into_encoded_bytes(),
        Err(_) => fs::read(path).unwrap_or_default(),
    };
    let (mode, time) = (meta.permissions().mode(), (meta.mtime(), meta.mtime_nsec()));
    format!("{mode:o} {time:?} {:?}", String::from_utf8_lossy(&content))
}

#[test]
fn a_query_changes_no_file() {
    let project = full();
    let before = snapshot(&project);
    assert!(before.keys().any(|path| path.ends_with("fresh")), "nothing to remember: {before:?}");
    for (words, expected) in all() {
        for run in both(&project, words) {
            let output = run.run();
            assert_eq!(output.code == Some(0), expected, "`{words}`\n{}", output.transcript());
            assert!(snapshot(&project) == before, "`{words}` changed something");
        }
    }
}

#[test]
fn a_query_starts_no_process() {
    if !can_trace() {
        let _ = std::io::stderr().write_all(b"SKIPPED (no strace): a_query_starts_no_process\n");
        return;
    }
    let project = full();
    traced(&project);
    for (words, _) in all() {
        for run in both(&project, words) {
            run.run();
            let trace = project.read("../trace");
            let started: Vec<&str> = trace.lines().filter(|l| l.contains("exec")).collect();
            assert_eq!(started.len(), 1, "`{words}` started processes:\n{trace}");
        }
    }
}

/// All queries, and whether they are answered.
fn all() -> impl Iterator<Item = (&'static str, bool)> {
    QUERIES.iter().copied().map(|q| (q, true)).chain(REFUSED.into_iter().map(|q| (q, false)))
}

/// The same query under both names; as mise there are no commands that mise lacks.
fn both<'p>(project: &'p Project, words: &str) -> Vec<Run<'p>> {
    let mep = project.mep(words.split(' '));
    if words.starts_with("--builtin") {
        return vec![mep];
    }
    vec![mep, project.mise(words.split(' '))]
}

/// True where strace is there and may trace.
pub(crate) fn can_trace() -> bool {
    let mut strace = Command::new("strace");
    let run = strace.args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}

/// Makes both names of the binary write what they execute into `../trace`.
fn traced(project: &Project) {
    for name in ["mep", "mise"] {
        let link = project.path(&format!("../bin/{name}"));
        let binary = fs::read_link(&link).expect("the project has made this link");
        project.make_link(&format!("../real/{name}"), &binary.to_string_lossy());
        project.remove(&format!("../bin/{name}"));
        let trace = "strace -f -qq -e trace=execve,execveat -e signal=none -o";
        let root = "${0%/bin/*}";
        let script =
            format!("#!/bin/sh\nexec {trace} \"{root}/trace\" \"{root}/real/{name}\" \"$@\"\n");
        project.write_executable(&format!("../bin/{name}"), &script);
    }
}
