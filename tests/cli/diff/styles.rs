//! Every style: what it does with lines, streams, labels, colours, secrets and
//! failures. Tasks are ordered by `depends`, so that all lines are exact.

use crate::support::Case;

const ALL: [&str; 5] = ["prefix", "interleave", "keep-order", "timed", "replacing"];

/// Runs each of these command lines in each style.
fn each(config: &str, calls: &[&[&str]]) -> Case {
    each_with(Case::config(config), calls, |case| case)
}

fn each_with(case: Case, calls: &[&[&str]], set: impl Fn(Case) -> Case) -> Case {
    ALL.iter().fold(case, |case, style| {
        calls
            .iter()
            .fold(case, |case, call| set(case.mise([&["run", "-o", style], *call].concat())))
    })
}

/// One stream for each task: what comes first on two is not sure.
const LINES: &str = r"
[tasks]
out = '''
printf 'one\n\n  \ntwo\r\nthr\ree\n'
printf 'last'
'''
err = '''
{ printf 'one\n\n  \ntwo\r\nthr\ree\n'; printf 'last'; } >&2
'''
long = 'printf %0300d 7; echo'
nothing = 'true'
";

#[test]
fn lines_of_standard_output() {
    each(LINES, &[&["out"], &["long"], &["nothing"]]).check();
}

#[test]
fn lines_of_standard_error() {
    each(LINES, &[&["err"]]).check();
}

const CHAIN: &str = r"
[tasks]
a = 'echo a'
b = { depends = 'a', run = ['echo b1', 'echo b2'] }
c = { depends = 'b', depends_post = 'p', run = 'echo c' }
p = 'echo p'
group = { depends = 'c' }
";

#[test]
fn one_task_after_the_other() {
    each(CHAIN, &[&["a"], &["b"], &["c"], &["group"], &["-j1", "a", ":::", "p"]]).check();
}

#[test]
fn steps_that_are_tasks() {
    let config = r"
[tasks]
x = 'echo x'
y = 'echo y'
outer = ['echo first', { task = 'x' }, 'echo second', { task = 'y' }, 'echo third']
";
    each(config, &[&["outer"]]).check();
}

#[test]
fn quiet_and_silent_runs() {
    each(CHAIN, &[&["-q", "b"], &["-S", "b"]]).check();
    each_with(Case::config(CHAIN), &[&["b"]], |case| case.env("MISE_QUIET", "1")).check();
    each_with(Case::config(CHAIN), &[&["b"]], |case| case.env("MISE_SILENT", "1")).check();
    each_with(Case::config(CHAIN), &[&["b"]], |case| case.env("MISE_TASK_QUIET", "1")).check();
}

#[test]
fn quiet_and_silent_tasks() {
    let config = r#"
[tasks]
quiet = { quiet = true, run = "echo out" }
quiet-err = { quiet = true, run = "echo err >&2" }
silent = { silent = true, run = "echo out; echo err >&2" }
out = { silent = "stdout", run = "echo out; echo err >&2" }
err = { silent = "stderr", run = "echo out; echo err >&2" }
fails = { silent = true, run = "echo out; exit 3" }
quiet-fails = { quiet = true, run = "echo out; exit 3" }
"#;
    let calls: [&[&str]; 7] =
        [&["quiet"], &["quiet-err"], &["silent"], &["out"], &["err"], &["fails"], &["quiet-fails"]];
    each(config, &calls).check();
}

const FAILING: &str = r"
[tasks]
f = 'echo out; exit 3'
bash = { shell = 'bash -c', run = 'echo out; exit 4' }
killed = 'echo out; kill -9 $$'
int = 'echo out; kill -INT $$'
late = { timeout = '100ms', run = 'exec sleep 20' }
file = { file = 'fails.sh' }
after = { depends = 'f', run = 'echo after' }
twice = ['exit 2', 'echo never']
";

#[test]
fn failures() {
    let case = Case::config(FAILING).executable("fails.sh", "#!/bin/sh\necho out\nexit 5\n");
    let calls: [&[&str]; 9] = [
        &["f"],
        &["bash"],
        &["killed"],
        &["int"],
        &["late"],
        &["file"],
        &["after"],
        &["twice"],
        &["-S", "f"],
    ];
    each_with(case, &calls, |case| case).check();
}

#[test]
fn failures_of_quiet_runs() {
    each(FAILING, &[&["-q", "f"], &["-q", "late"], &["-q", "killed"]]).check();
}

#[test]
fn a_run_that_goes_on() {
    each(FAILING, &[&["-c", "after"]]).check();
}

#[test]
fn colours() {
    let on = |case: Case| case.env("CLICOLOR_FORCE", "1");
    let calls: [&[&str]; 4] = [&["c"], &["-q", "c"], &["-S", "c"], &["group"]];
    each_with(Case::config(CHAIN), &calls, on).check();
    each_with(Case::config(FAILING), &[&["f"], &["-c", "after"], &["killed"]], on).check();
    let lines = [&["out"][..], &["err"]];
    each_with(Case::config(LINES), &lines, on).check();
}

#[test]
fn tasks_know_the_colour_of_their_label() {
    let config = "[tasks]\nc = 'echo c=$MISE_TASK_COLOR >&2'\n";
    each(config, &[&["c"]]).check();
    each_with(Case::config(config), &[&["c"]], |case| case.env("CLICOLOR_FORCE", "1")).check();
}

#[test]
fn times() {
    each(CHAIN, &[&["--timings", "b"], &["--no-timings", "b"], &["--timings", "-q", "b"]]).check();
    each_with(Case::config(CHAIN), &[&["b"]], |case| case.env("MISE_TASK_TIMINGS", "0")).check();
    each_with(Case::config(CHAIN), &[&["b"]], |case| case.env("MISE_TASK_TIMINGS", "1")).check();
}

#[test]
fn secrets() {
    let config = r#"
[env]
SECRET = { value = "s3cr3t", redact = true }
[tasks]
out = "printf s3c; printf 'r3t\n'; echo s3cr3t; printf s3cr3t"
err = "{ printf s3c; printf 'r3t\n'; printf s3cr3t; } >&2"
fails = "echo s3cr3t; exit 3"
"#;
    each(config, &[&["out"], &["err"], &["fails"]]).check();
}

#[test]
fn labels_of_tasks_with_arguments() {
    let config = r"
[tasks]
w = 'echo'
v = { depends = ['w 1'], run = 'echo v' }
u = { depends = ['v'], depends_post = ['w 2'], run = 'echo u' }
a-name-that-is-longer-than-fifteen = 'echo out'
a-name-that-is-quite-a-bit-longer-than-forty-characters = 'echo out'
";
    let calls: [&[&str]; 3] = [
        &["u"],
        &["a-name-that-is-longer-than-fifteen"],
        &["a-name-that-is-quite-a-bit-longer-than-forty-characters"],
    ];
    each(config, &calls).check();
}

#[test]
fn what_is_skipped() {
    let config = r"
[tasks.fresh]
sources = ['mise.toml']
outputs = ['made']
run = 'touch made'
[tasks.no-outputs]
sources = ['mise.toml']
outputs = ['nothing*']
run = 'true'
[tasks.skipped]
run = 'echo never'
";
    each(config, &[&["fresh"], &["no-outputs"]]).check();
    each_with(Case::config(config), &[&["skipped"]], |case| case.env("MISE_TASK_SKIP", "skipped"))
        .check();
}

#[test]
fn whole_commands() {
    let config = "[tasks]\nmany = '''\necho one\necho two\n'''\n";
    each_with(Case::config(config), &[&["many"]], |case| case.env("MISE_TASK_SHOW_FULL_CMD", "1"))
        .check();
}

#[test]
fn dry_runs() {
    each(CHAIN, &[&["-n", "b"], &["-n", "-q", "b"]]).check();
}

#[test]
fn the_order_is_that_of_the_graph() {
    let config = r"
[tasks]
a = 'echo a'
b = { depends = 'a', run = 'echo b; exec 2>&1; echo b2' }
c = { depends = ['b', 'd'], run = 'echo c' }
d = { depends = ['a'], run = 'echo d' }
quick = 'echo quick'
slow = 'sleep 0.3; echo slow'
fails = 'echo fails; exit 3'
";
    Case::config(config)
        .mise(["run", "-o", "keep-order", "c"])
        .mise(["run", "-o", "keep-order", "slow", ":::", "quick"])
        .mise(["run", "-o", "keep-order", "quick", ":::", "slow"])
        .mise(["run", "-o", "keep-order", "slow", ":::", "c", ":::", "quick"])
        .mise(["run", "-c", "-o", "keep-order", "slow", ":::", "fails", ":::", "quick"])
        .check();
}

#[test]
fn raw_tasks_among_others() {
    let config = r"
[tasks]
a = 'echo a'
raw = { depends = 'a', raw = true, run = 'echo raw' }
b = { depends = 'raw', run = 'echo b' }
";
    each(config, &[&["b"]]).check();
}

#[test]
fn standard_input() {
    let config = "[tasks]\nr = 'cat; echo end >&2'\n";
    each_with(Case::config(config), &[&["r"]], |case| case.stdin("input\n")).check();
}

#[test]
fn a_line_stands_for_a_second() {
    let config = r"
[tasks]
replaced = 'echo fast; echo slow; sleep 1.4; echo last'
ended = 'echo early'
sleeps = 'sleep 1.6'
";
    Case::config(config)
        .mise(["run", "-o", "timed", "replaced"])
        .mise(["run", "-o", "timed", "ended"])
        .mise(["run", "-j2", "-o", "timed", "ended", ":::", "sleeps"])
        .unordered()
        .check();
}

const PLACES: &str = r"
[tasks]
a = 'echo a'
[tasks.silent]
output = 'silent'
run = 'echo silent'
[tasks.quiet]
output = 'quiet'
run = 'echo quiet'
[tasks.prefix]
output = 'prefix'
run = 'echo prefix'
[tasks.keep-order]
output = 'keep-order'
run = 'echo keep-order'
[tasks.timed]
output = 'timed'
run = 'echo timed >&2'
[tasks.replacing]
output = 'replacing'
run = 'echo replacing'
";

#[test]
fn where_a_style_is_chosen() {
    let names = ["a", "silent", "quiet", "prefix", "keep-order", "timed", "replacing"];
    let styles = [None, Some("quiet"), Some("silent"), Some("replacing"), Some("interleave")];
    for style in styles {
        let setting =
            style.map(|style| format!("[settings]\ntask.output = '{style}'\n")).unwrap_or_default();
        let case = Case::config(&format!("{PLACES}{setting}"));
        names
            .iter()
            .fold(case, |case, name| {
                case.mise(["run", name])
                    .mise(["run", "-o", "prefix", name])
                    .mise(["run", "-o", "quiet", name])
                    .mise(["run", "-o", "silent", name])
                    .mise(["run", name])
                    .env("MISE_TASK_OUTPUT", "silent")
                    .mise(["run", name])
                    .env("MISE_TASK_OUTPUT", "quiet")
                    .mise(["run", "-o", "replacing", name])
                    .env("MISE_TASK_OUTPUT", "quiet")
            })
            .check();
    }
}

#[test]
fn a_warning_in_a_quiet_style() {
    let config = "[tasks.t]\nsources = ['mise.toml']\noutputs = ['no*']\nrun = 'echo t'\n";
    Case::config(config)
        .mise(["run", "-o", "quiet", "t"])
        .mise(["run", "-q", "-o", "quiet", "t"])
        .mise(["run", "-o", "silent", "t"])
        .mise(["run", "-q", "t"])
        .mise(["run", "-S", "t"])
        .mise(["run", "t"])
        .env("MISE_SILENT", "1")
        .mise(["run", "t"])
        .env("MISE_TASK_QUIET", "1")
        .check();
}

#[test]
fn no_such_style() {
    Case::config(PLACES)
        .mise(["run", "-o", "bogus", "a"])
        .mise(["run", "-o", "Prefix", "a"])
        .mise(["run", "-o", "", "a"])
        .mise(["run", "a"])
        .env("MISE_TASK_OUTPUT", "bogus")
        .stderr_differs("ours says which styles there are")
        .check();
}

#[test]
fn variables_that_turn_colours_on_and_off() {
    let sets: [&[(&'static str, &'static str)]; 14] = [
        &[("CI", "1")],
        &[("CI", "true"), ("NO_COLOR", "1")],
        &[("CI", "true"), ("NO_COLOR", "")],
        &[("CI", "1"), ("MISE_COLOR", "0")],
        &[("CI", "1"), ("CLICOLOR", "0")],
        &[("GITHUB_ACTIONS", "true")],
        &[("GITLAB_CI", "true")],
        &[("CLICOLOR", "1")],
        &[("MISE_COLOR", "1")],
        &[("CLICOLOR_FORCE", "1"), ("MISE_COLOR", "0")],
        &[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")],
        &[("CLICOLOR_FORCE", "0"), ("CI", "1")],
        &[("CLICOLOR_FORCE", "")],
        &[("FORCE_COLOR", "1")],
    ];
    let case = Case::config("[tasks]\na = 'echo a'\n");
    sets.iter()
        .fold(case, |case, set| {
            let case = case.mise(["run", "-o", "prefix", "a"]);
            set.iter().fold(case, |case, (key, value)| case.env(key, value))
        })
        .check();
}
