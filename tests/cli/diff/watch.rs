//! `mise watch` with watchexec on PATH: a stand-in prints the words that it gets.

use crate::support::Case;

/// Prints its words, a bracket round each; the path of the program that called it as `MISE`.
const WATCHEXEC: &str = r#"#!/bin/sh
for word in "$@"; do
    case $word in */mise) word=MISE ;; esac
    printf '[%s]' "$word"
done
echo " $PWD ${MISE_ENV-}"
exit ${CODE:-0}
"#;

const CONFIG: &str = r#"
[tasks.build]
alias = "b"
run = "echo b"
sources = ["src/**/*.ts", "!src/gen/**", "../up/*.c"]
outputs = ["dist/out"]
depends = ["gen"]
[tasks.gen]
run = "echo g"
dir = "sub"
sources = ["x/*.txt", "../z"]
outputs = ["o"]
[tasks.none]
run = "echo n"
[tasks.minds]
run = "echo n"
watch = { no_vcs_ignore = true }
[tasks."test:a"]
run = "echo"
sources = ["a.txt"]
[tasks."test:b"]
run = "echo"
depends_post = ["gen"]
wait_for = ["build"]
"#;

/// Calls of `mise watch`, each with these words.
fn watch(config: &str, calls: &[&[&'static str]]) -> Case {
    let start = Case::config(config).dir("sub").dir("src").executable("bin/watchexec", WATCHEXEC);
    calls.iter().fold(start, |case, words| {
        let words = ["watch"].iter().chain(*words);
        case.mise(words).env("PATH", "[P]/bin:/usr/local/bin:/usr/bin:/bin")
    })
}

#[test]
fn tasks_say_where_and_what_is_watched() {
    watch(
        CONFIG,
        &[
            &["build"],
            &["b"],
            &["none"],
            &["minds"],
            &["test:*"],
            &["test:*", "word"],
            &["test:a", "x", "y", ":::", "gen", "z"],
            &["--skip-deps", "build"],
            &["build", "--skip-deps", ":::", "none"],
            &["build", "build"],
            &["minds", ":::", "build"],
        ],
    )
    .check();
}

#[test]
fn words_are_the_tasks_where_they_are_no_flags() {
    watch(
        CONFIG,
        &[
            &["none", "-r"],
            &["none", "--", "-r"],
            &["none", "--foo", "bar", "-x"],
            &["--", "none", "--", "x"],
            &["::: ".trim_end(), "none"],
            &["-t", "build", "-t", "none"],
            &["--task-flag", "build", "none"],
            &["none", "-"],
            &["none", "-j", "3", "--silent", "-y", "--raw"],
        ],
    )
    .check();
}

#[test]
fn flags_are_handed_on_in_one_order() {
    watch(
        CONFIG,
        &[
            &["none", "--print-events", "--ignore-file", "f", "-i", "*.o", "-F", "w", "-f", "*.x"],
            &["-W", "sub", "-w", "b", "-w", "a", "-e", "ts,.js", "--exts=rs,", "none"],
            &["--map-signal", "A:B", "--map-signal=C:", "--wrap-process", "session", "none"],
            &["-o", "queue", "none"],
            &["-o", "do-nothing", "none"],
            &["-o", "signal", "-s", "HUP", "none"],
            &["-r", "--clear=reset", "none"],
            &["-rpc", "clear", "none"],
            &["-c", "-p", "none"],
            &["none", "--poll"],
            &["--poll", "-r", "none"],
            &["--poll", "3s", "none"],
            &["--force-poll=1s", "none"],
            &["--stdin-quit", "--no-vcs-ignore", "--no-project-ignore", "minds"],
            &["--no-global-ignore", "--no-default-ignore", "--no-discover-ignore", "none"],
            &["--ignore-nothing", "--delay-run", "2s", "--stop-signal", "INT", "none"],
            &["--stop-timeout", "10s", "-d", "50ms", "none"],
            &["--stop-timeout=3s", "--debounce", "5", "-d", "6", "none"],
            &["-w", "src", "-e", "ts", "build"],
            &["-g", "*.q", "--glob", "*.r", "build"],
        ],
    )
    .check();
}

#[test]
fn flags_that_mise_drops_are_dropped() {
    watch(
        CONFIG,
        &[
            &["-n", "-N", "--timings", "--bell", "-q", "--color", "never", "none"],
            &["--shell", "sh", "--workdir", "sub", "--project-origin", "sub", "none"],
            &["--filter-file", "f", "-J", "x", "--emit-events-to", "stdio", "none"],
            &["--only-emit-events", "--fs-events", "create,remove", "none"],
            &["--no-meta", "none"],
            &["--manual", "none"],
        ],
    )
    .check();
}

#[test]
fn the_profile_is_handed_on_and_the_directory_is_entered() {
    watch(CONFIG, &[&["-E", "A=1", "none"], &["-P", "dev", "build"], &["none", "-C", "sub"]])
        .check();
}

#[test]
fn sources_are_told_below_what_they_share() {
    let config = r#"
[vars]
v = "vv"
[tasks.in]
run = "echo"
dir = "sub"
sources = ["../x.txt", "./y", "deep/../z", "{{config_root}}/abs", "{{vars.v}}/k"]
[tasks.ab]
run = "echo"
sources = ["/etc/hosts", "/usr/share/*/x.c", "~/foo", "/etc/ssl/y"]
[tasks.odd]
run = "echo"
sources = ["src/", "**", "./q/", "src//w", "a\\*b", "[ab]/c", "x?", "\\!lit", "a b", "{a,b}/../c"]
[tasks.up]
run = "echo"
sources = ["../{d,e}/f", "!../k"]
[tasks.only-out]
run = "echo"
sources = ["!q"]
[tasks.here]
run = "echo"
dir = "{{cwd}}"
sources = ["cc"]
"#;
    let calls: [&[&str]; 7] =
        [&["in"], &["ab"], &["odd"], &["up"], &["only-out"], &["here"], &["in", ":::", "up"]];
    watch(config, &calls)
        .mise(["watch", "here"])
        .cwd("sub")
        .env("PATH", "[P]/bin:/usr/bin:/bin")
        .check();
}

#[test]
fn dependencies_come_in_the_order_in_which_they_are_found() {
    let config = r#"
[tasks.z]
run = "echo"
depends = ["y", "x"]
sources = ["zz"]
[tasks.y]
run = "echo"
depends = ["w"]
sources = ["yy", "zz"]
[tasks.x]
run = "echo"
depends = ["w"]
sources = ["xx", "!ex"]
[tasks.w]
run = "echo"
dir = "sub"
sources = ["!w1", "ww"]
[tasks.all]
depends = [{ task = "w", args = ["1"] }, "z", "hid"]
[tasks.hid]
hide = true
run = "echo"
sources = ["hh"]
[tasks.calls]
run = [{ task = "z" }, "echo"]
depends = ["x 1 2"]
[tasks.many]
run = "echo"
depends = ["?"]
"#;
    let calls: [&[&str]; 7] = [
        &["z"],
        &["all"],
        &["z", ":::", "x"],
        &["x", ":::", "z"],
        &["calls"],
        &["many"],
        &["all", "--skip-deps"],
    ];
    watch(config, &calls).check();
}

#[test]
fn file_tasks_say_it_in_their_head() {
    let script = "#!/bin/sh\n#MISE sources=[\"fs/*.c\"]\n#MISE watch={no_vcs_ignore=true}\n";
    watch("", &[])
        .executable("mise-tasks/ft", script)
        .mise(["watch", "ft", "x"])
        .env("PATH", "[P]/bin:/usr/bin:/bin")
        .mise(["w", "ft"])
        .env("PATH", "[P]/bin:/usr/bin:/bin")
        .cwd("sub")
        .check();
}

#[test]
fn templates_and_overlays_keep_the_key() {
    let config = r#"
[task_templates.t]
run = "echo"
watch = { no_vcs_ignore = true }
[tasks.a]
extends = "t"
[tasks.b]
extends = "t"
watch = { no_vcs_ignore = false }
[tasks.c]
run = "echo"
watch = {}
"#;
    let calls: [&[&str]; 3] = [&["a"], &["b"], &["c"]];
    watch(config, &calls).check();
}

#[test]
fn the_end_of_watchexec_is_told() {
    watch(CONFIG, &[&["none"], &["build", "a b"]])
        .env("CODE", "3")
        .stderr_differs("the command line in it names the program, which is another one")
        .check();
}

#[test]
fn what_is_wrong_starts_nothing() {
    watch(
        CONFIG,
        &[
            &[],
            &["nope"],
            &["none", ":::", "nope"],
            &["--bogus", "none"],
            &["nope*"],
            &["none", "-c", "bad"],
            &["-o", "bad", "none"],
            &["-r", "-o", "queue", "none"],
            &["--only-emit-events", "--manual", "none"],
            &["--no-meta", "--fs-events", "create", "none"],
            &["-r", "-s", "HUP", "none"],
            &["--debounce"],
            &["--wrap-process=x", "none"],
            &["--color", "x", "none"],
            &["--fs-events", "x", "none"],
            &["--emit-events-to", "x", "none"],
        ],
    )
    .stderr_differs("a usage error is clap's; without a name near it mise lists all tasks")
    .check();
    let config =
        "[tasks.a]\ndepends = ['b']\n[tasks.b]\ndepends = ['a']\n[tasks.c]\ndepends = ['d']\n";
    watch(config, &[&["a"], &["c"]]).stderr_differs("ours name file and line").check();
}

#[test]
fn tasks_of_other_projects_are_watched_from_everywhere() {
    let config = "monorepo_root = true\n[monorepo]\nconfig_roots = ['a', 'b']\n\
                  [tasks.x]\nrun = 'echo rx'\nsources = ['r*']\ndepends = ['//a:x']\n";
    for dir in ["", "a", "a/src", "b"] {
        let mut case = watch(config, &[])
            .dir("a/src")
            .file(
                "a/mise.toml",
                "[tasks.x]\nrun = 'echo ax'\nsources = ['src/**/*.rs', '../b/*.txt']\n\
                 [tasks.nosrc]\nrun = 'echo'\n[tasks.lint]\nrun = 'echo'\nsources = ['x']\nalias = 'l'\n",
            )
            .file("b/mise.toml", "[tasks.y]\nrun = 'echo y'\nsources = ['/etc/hosts']\n");
        for word in ["//:x", "//a:x", "//a:lint", "//a:nosrc", "//b:y", "//...:x", "l", ":x"] {
            case = case.mise(["watch", word]).cwd(dir);
            case = case.env("PATH", "[P]/bin:/usr/local/bin:/usr/bin:/bin");
        }
        case.stderr_differs("what is near to a name").check();
    }
}
