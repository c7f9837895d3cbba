//! The styles that mise lacks, `grouped` and `failures`, and what is different
//! in those it has.

use super::project;
use crate::support::Project;

/// `b` and `c` have ended when `a`, which began first, goes on.
const SIDE_BY_SIDE: &str = r"
[tasks]
a = '''
echo a1; printf 'a2 ' >&2
mkfifo said done
echo >said; read -r x <done
echo still a2 >&2; echo a3; printf a4
'''
b = '''
until [ -p said ] && [ -p done ]; do :; done
read -r x <said; echo b1; echo b2 >&2
'''
c = { depends = 'b', run = 'echo c' }
d = { depends = 'c', quiet = true, run = 'echo >done' }
";

/// Runs with `a` and `d`.
fn side_by_side() -> Project {
    project(SIDE_BY_SIDE)
}

const OUT: &str = "b1\nc\na1\na3\na4\n";

#[test]
fn a_group_is_whole() {
    let run = side_by_side().mep(["run", "-o", "grouped", "a", ":::", "d"]).run();
    let stderr = "\
[b] $ until [ -p said ] && [ -p done ]; do :; done
b2
[b] Finished in [t]
[c] $ echo c
[c] Finished in [t]
[a] $ echo a1; printf 'a2 ' >&2
a2 still a2
[a] Finished in [t]
Finished in [t]
";
    run.stdout(OUT).stderr(stderr).code(0);
    side_by_side()
        .mep(["run", "-q", "-o", "grouped", "a", ":::", "d"])
        .run()
        .stdout(OUT)
        .stderr("b2\na2 still a2\n")
        .code(0);
}

#[test]
fn streams_keep_their_order_in_a_group() {
    let config = "[tasks]\nt = 'echo 1; echo 2 >&2; echo 3; echo 4 >&2'\n";
    let project = project(config);
    let run = project.mep(["run", "-q", "-o", "grouped", "t"]).run();
    run.stdout("1\n3\n").stderr("2\n4\n").code(0);
    let both = "[tasks]\nt = 'for i in 1 2 3; do echo out $i; sleep 0.05; echo err $i >&2; sleep 0.05; done'\n";
    let outer = format!("{both}both = 'exec 2>&1; mep run -q -o grouped t'\n");
    let nested = Project::new().file("mise.toml", &outer);
    let run = nested.mep(["run", "-q", "both"]).binary_on_path().run();
    run.stdout("out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n").code(0);
}

const FAILING: &str = r"
[tasks]
ok = 'echo ok'
bad = 'echo bad; echo why >&2; exit 3'
worse = { wait_for = 'bad', run = 'echo worse; exit 4' }
last = { wait_for = ['bad', 'worse'], run = 'echo last' }
";

#[test]
fn failed_groups_come_last() {
    let project = project(FAILING);
    let run = project
        .mep(["run", "-q", "-c", "-o", "grouped", "bad", ":::", "worse", ":::", "last"])
        .run();
    run.stdout("last\nbad\nworse\n").code(3);
    assert!(run.stderr.starts_with("why\n"), "{}", run.stderr);
}

#[test]
fn only_what_failed_is_shown() {
    let project = project(FAILING);
    let all = ["run", "-c", "-o", "failures", "bad", ":::", "worse", ":::", "last", ":::", "ok"];
    let run = project.mep(all).run();
    run.stdout("bad\nworse\n").code(3);
    let begin = "[bad] $ echo bad; echo why >&2; exit 3\nwhy\n[worse] $ echo worse; exit 4\n";
    assert!(run.stderr.starts_with(begin), "{}", run.stderr);
    project.mep(["run", "-o", "failures", "ok"]).run().stdout("").stderr("").code(0);
    let timed = project.mep(["run", "-o", "failures", "--timings", "ok"]).run();
    timed.stdout("").stderr("[ok] Finished in [t]\n").code(0);
}

#[test]
fn a_task_with_steps_is_one_group() {
    let config = "[tasks]\nx = 'echo x'\nt = ['echo 1', { task = 'x' }, 'echo 2']\n";
    let run = project(config).mep(["run", "-q", "-o", "grouped", "t"]).run();
    run.stdout("x\n1\n2\n").stderr("").code(0);
}

#[test]
fn a_group_of_much_output_is_whole() {
    let config = "[tasks]\n\
                  a = 'seq 1000000; seq 1000000 >&2'\n\
                  b = 'seq 1000000; exit 1'\n";
    let run = project(config).mep(["run", "-q", "-c", "-o", "grouped", "a", ":::", "b"]).run();
    let numbers: String = (1..=1_000_000).map(|n| format!("{n}\n")).collect();
    assert!(run.stdout == format!("{numbers}{numbers}"), "the output differs");
    assert!(run.stderr.starts_with(&numbers), "the errors differ");
}

#[test]
fn ci_groups_what_runs_side_by_side() {
    let project = project(FAILING);
    let run = project
        .mep(["run", "bad", ":::", "ok"])
        .env("CI", "1")
        .env("NO_COLOR", "1")
        .env("MISE_JOBS", "1");
    // One job is a line: nothing has to wait.
    run.run().stdout("bad\n").code(3);
    let project = side_by_side();
    let run = project.mep(["run", "-q", "a", ":::", "d"]).env("CI", "1").env("NO_COLOR", "1");
    run.run().stdout(OUT).stderr("b2\na2 still a2\n").code(0);
    // As mise, which knows no groups.
    let project = side_by_side();
    let run = project.mise(["run", "-q", "a", ":::", "d"]).env("CI", "1").env("NO_COLOR", "1");
    run.run().stdout("[a] a1\n[b] b1\n[c] c\n[a] a3\n[a] a4\n").code(0);
}

#[test]
fn a_chosen_style_is_kept_in_ci() {
    let two = "[tasks]\na = 'echo a'\nb = { wait_for = 'a', run = 'echo b' }\nc = 'true'\n";
    let args = ["run", "-q", "a", ":::", "b", ":::", "c"];
    let ci = |config: &str, key: &str, value: &str| {
        let project = project(config);
        let run = project.mep(args).env("CI", "1").env("GITHUB_ACTIONS", "1").env(key, value);
        run.env("NO_COLOR", "1").run().stdout("[a] a\n[b] b\n").stderr("").code(0);
    };
    ci(two, "MISE_TASK_OUTPUT", "prefix");
    ci(&format!("{two}[settings]\ntask.output = 'prefix'\n"), "X", "x");
    let flag = project(two);
    let run = flag.mep([&["run", "-o", "prefix"], &args[1..]].concat()).env("CI", "1");
    run.env("NO_COLOR", "1").run().stdout("[a] a\n[b] b\n").code(0);
}

#[test]
fn github_folds_what_went_well() {
    let project = project(FAILING);
    let args = ["run", "-c", "bad", ":::", "last", ":::", "ok"];
    let run = project.mep(args).env("CI", "1").env("NO_COLOR", "1").env("GITHUB_ACTIONS", "true");
    let run = run.env("MISE_JOBS", "3").run();
    let ok = "::group::ok\n[ok] $ echo ok\nok\n[ok] Finished in [t]\n::endgroup::\n";
    let last = "::group::last\n[last] $ echo last\nlast\n[last] Finished in [t]\n::endgroup::\n";
    // Both streams in one, so that the marks stand where they belong.
    let bad = "::endgroup::\n[bad] $ echo bad; echo why >&2; exit 3\nbad\nwhy\n";
    let log = &run.stdout;
    for piece in [ok, last, bad] {
        assert!(log.contains(piece), "{piece}\n{log}");
    }
    assert_eq!(log.matches("::group::").count(), 2, "{log}");
    run.stderr(
        "Finished in [t]\n[bad] ERROR task failed in [t]: exit code 3\n[bad] rerun: mep run bad\n",
    );
}

#[test]
fn gitlab_folds_what_went_well() {
    let project = project(FAILING);
    let args = ["run", "-o", "grouped", "-c", "bad", ":::", "ok"];
    let run = project.mep(args).env("GITLAB_CI", "true").env("NO_COLOR", "1").run();
    let log = &run.stdout;
    let mut parts = log.split("\u{1b}[0K");
    assert_eq!(parts.next(), Some(""), "{log}");
    let start = parts.next().unwrap_or_default();
    let name = start.rsplit(':').next().unwrap_or_default();
    let name = name.strip_suffix("[collapsed=true]\r").unwrap_or(name);
    assert!(start.starts_with("section_start:1") && name.ends_with("_ok"), "{start:?}");
    assert_eq!(parts.next(), Some("ok\n[ok] $ echo ok\nok\n[ok] Finished in [t]\n"));
    let end = parts.next().unwrap_or_default();
    assert!(end.starts_with("section_end:1") && end.contains(name), "{end:?}");
    let rest = parts.next().unwrap_or_default();
    assert!(rest.starts_with("\n[bad] $ echo bad; echo why >&2; exit 3\nbad\nwhy\n"), "{rest:?}");
}

#[test]
fn a_nested_run_makes_no_groups_of_its_own() {
    let config = "[tasks]\na = 'echo a'\nb = 'echo b'\nouter = 'mise run -q a ::: b'\nx = 'true'\n";
    let run = project(config)
        .mep(["run", "outer", ":::", "x"])
        .binary_on_path()
        .env("CI", "1")
        .env("NO_COLOR", "1")
        .env("GITHUB_ACTIONS", "true")
        .run();
    assert_eq!(run.stdout.matches("::group::").count(), 2, "{}", run.stdout);
}

#[test]
fn the_order_kept_is_that_of_the_run() {
    let config = r"
[tasks]
a = 'echo a'
b = { depends = 'a', run = 'echo b' }
x = 'echo x'
t = { depends = 'b', run = ['echo 1', { task = 'x' }, 'echo 2'] }
slow = 'sleep 0.2; echo slow'
";
    let run = project(config).mep(["run", "-q", "-o", "keep-order", "slow", ":::", "t"]).run();
    run.stdout("[slow] slow\n[a] a\n[b] b\n[t] 1\n[x] x\n[t] 2\n").code(0);
}

#[test]
fn timed_hides_nothing_of_a_failure() {
    let config = "[tasks]\nok = 'echo one; echo two'\nbad = 'echo one; echo two; exit 3'\n";
    let project = project(config);
    project.mep(["run", "-q", "-o", "timed", "ok"]).run().stdout("").code(0);
    let run = project.mep(["run", "-q", "-o", "timed", "bad"]).run();
    run.stdout("[bad] one\n[bad] two\n").code(3);
}

#[test]
fn a_quiet_run_shows_what_tasks_print_where_lines_are_replaced() {
    let project = project("[tasks]\nt = 'echo out; sleep 0.1; echo err >&2; exit 3'\n");
    let run = project.mep(["run", "-q", "-o", "replacing", "t"]).run();
    run.stdout("").code(3);
    assert!(run.stderr.starts_with("mep [t]             out\nerr\n"), "{}", run.stderr);
}

#[test]
fn secrets_are_hidden_in_every_style() {
    let config = r#"
[env]
SECRET = { value = "s3cr3t", redact = true }
[tasks]
t = "printf s3c; sleep 0.05; printf 'r3t\n'; printf s3cr3t >&2; exit 3"
"#;
    for style in ["grouped", "failures", "timed", "replacing", "keep-order"] {
        let run = project(config).mep(["run", "-q", "-o", style, "t"]).run();
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(!all.contains("s3c") && all.matches("[redacted]").count() == 2, "{style}\n{all}");
    }
}
