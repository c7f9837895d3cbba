//! What templates leave behind, how often they ask, and what help makes of them.

use super::project;

#[test]
fn a_late_text_asks_once_for_each_place_it_stands_in() {
    let asks = project(
        "
[tasks.t]
run = [
  \"echo {{ exec(command='echo x >> asked; wc -l < asked') }}\",
  \"echo {{ exec(command='echo x >> asked; wc -l < asked') }}\",
]
",
    );
    asks.mep(["-q", "run", "t"]).run().stdout("1\n2\n").stderr("").code(0);
}

#[test]
fn answers_that_are_kept_lie_in_our_own_cache() {
    let keeps = project(
        "
[tasks.t]
run = \"echo {{ exec(command='echo x >> asked; wc -l < asked', cache_key='k') }}\"
[tasks.other]
dir = 'sub'
run = \"echo {{ exec(command='echo x >> asked; wc -l < asked', cache_key='k') }}\"
",
    )
    .dir("sub");
    let cache = keeps.path("cache");
    let place = cache.to_str().expect("a text");
    for _ in 0..2 {
        let run = keeps.mep(["-q", "run", "t"]).env("MEP_CACHE_DIR", place).run();
        run.stdout("1\n").stderr("").code(0);
    }
    // Another directory has an answer of its own.
    let run = keeps.mep(["-q", "run", "other"]).env("MEP_CACHE_DIR", place).run();
    run.stdout("1\n").stderr("").code(0);
    let files = std::fs::read_dir(cache.join("exec")).expect("answers were kept");
    assert_eq!(files.count(), 2);
}

#[test]
fn help_may_be_told_not_to_look_into_scripts() {
    let old = project("[tasks.t]\nrun = 'echo {{ arg(name=\"word\") }}'\n");
    let page = "Usage: t <word>\n\nArguments:\n  <word>\n\nFlags:\n  -h, --help  Print help\n\n";
    old.mep(["run", "t", "--help"]).run().stdout(page).stderr("").code(0);
    let quiet = "MISE_TASK_DISABLE_SPEC_FROM_RUN_SCRIPTS";
    let page = "\
Task: t
Source: [P]/mise.toml

Run:
  echo {{ arg(name=\"word\") }}

This task does not accept any arguments.
To define arguments, add a `usage` field to the task definition in the config file.
";
    old.mep(["run", "t", "--help"]).env(quiet, "1").run().stdout(page).stderr("").code(0);
}
