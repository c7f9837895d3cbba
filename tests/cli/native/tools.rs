//! What a run asks a real mise for, how often, and what becomes of its mistakes. The mise is a
//! script that says what it was asked.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Output, Project, Run};

/// Answers with a tool's directory, and a variable.
const ANSWER: &str = r#"echo "{\"PATH\": \"[P]/tool:$PATH\", \"TOOL_HOME\": \"home\"}""#;

/// Writes down what it was asked; `install` finds nothing missing.
fn mise(answer: &str) -> String {
    format!(
        "#!/bin/sh\necho \"$*\" >> [P]/../asked\ncase \"$*\" in\n*install*) exit 0 ;;\n\
         *env*) {answer} ;;\nesac\n"
    )
}

const CONFIG: &str = "[tools]\ntool = '1'\n[tasks]\nx = 'tool $TOOL_HOME'\n";

fn project(config: &str) -> Project {
    with_mise(config, &mise(ANSWER))
}

fn with_mise(config: &str, script: &str) -> Project {
    let project = Project::new()
        .file("mise.toml", config)
        .executable("tool/tool", "#!/bin/sh\necho tool \"$@\"\n")
        .file("../asked", "");
    let script = script.replace("[P]", &project.path("").display().to_string());
    project.write_executable("../fake/mise", &script);
    project
}

fn call<'p>(project: &'p Project, words: &str) -> Run<'p> {
    project.mep(words.split(' ')).env("PATH", "[ROOT]/fake:/usr/local/bin:/usr/bin:/bin")
}

const ASKED: &str = "--no-env install --dry-run-code\n--no-env env --json\n";

/// Runs, and compares what mise was asked meanwhile.
#[track_caller]
fn asks(project: &Project, words: &str, asked: &str) -> Output {
    project.write("../asked", "");
    let output = call(project, words).run();
    assert_eq!(project.read("../asked"), asked, "`{words}`\n{}", output.transcript());
    output
}

#[test]
fn asked_once_and_kept() {
    let project = project(CONFIG);
    asks(&project, "-q run x", ASKED).stdout("tool home\n").stderr("").code(0);
    asks(&project, "-q run x", "").stdout("tool home\n").stderr("").code(0);
    asks(&project, "-q run x ::: x", "").code(0);
    let dir = project.path("../home/.cache/mep/tools");
    let files: Vec<_> = std::fs::read_dir(dir).expect("it is kept").flatten().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let mode = files[0].metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn asked_again_when_something_changes() {
    let project = project(CONFIG).file("sub/keep", "");
    let again = |what: &str| {
        asks(&project, "-q run x", ASKED).stdout("tool home\n").code(0);
        asks(&project, "-q run x", "").stdout("tool home\n").code(0);
        what.len()
    };
    again("at first");
    project.write("mise.toml", &format!("{CONFIG}y = 'true'\n"));
    again("the configuration");
    project.write(".tool-versions", "tool 2\n");
    again(".tool-versions");
    project.make_dir("../home/.local/share/mise/installs/tool");
    again("an installation");
    project.set_mtime("tool", 1_600_000_000);
    again("the tool's directory");
    project.write_executable(
        "../fake/mise",
        &project.read("../fake/mise").replace("[P]", &project.path("").display().to_string()),
    );
    again("mise itself");
    asks(&project, "-q -E dev run x", ASKED).code(0);
    project.write("../asked", "");
    call(&project, "-q run x").cwd("sub").run().stdout("tool home\n").code(0);
    assert_eq!(project.read("../asked"), ASKED, "another directory");
}

#[test]
fn a_query_asks_nothing() {
    let project = project(&format!("{CONFIG}[deps.a]\nauto = true\n"));
    for words in
        ["tasks", "tasks --json", "tasks deps", "run -n x", "run x --help", "run -n -t a@1 x"]
    {
        asks(&project, words, "").code(0);
    }
    asks(&project, "run nosuch", "").code(1);
}

#[test]
fn what_names_no_tools_asks_nothing() {
    asks(&project("[tasks]\nx = 'echo x'\n"), "-q run x", "").stdout("x\n").code(0);
    let off = project(CONFIG).file("mep.toml", "tools = 'off'\n");
    asks(&off, "-q run x", "").code(127);
    let off = project(&format!("{CONFIG}[_.mep]\ntools = 'off'\n"));
    asks(&off, "-q run x", "").code(127);
}

#[test]
fn a_task_with_tools_is_asked_for_by_itself() {
    let config = "[tasks.x]\ntools = { a = '1', b = { prefix = '2' }, 'npm:c' = { version = 'latest', os = ['linux'] } }\nrun = 'tool'\n[tasks]\ny = 'echo y'\n";
    let project = project(config);
    let args = "a@1 b@prefix:2 npm:c@latest";
    let asked = format!("--no-env install --dry-run-code {args}\n--no-env env --json {args}\n");
    asks(&project, "-q run y", "").stdout("y\n").code(0);
    asks(&project, "-q run x ::: y", &asked).code(0);
    asks(&project, "-q run x", "").stdout("tool\n").code(0);
}

#[test]
fn the_flags() {
    let project = project(CONFIG);
    asks(&project, "-q run --skip-tools x", "--no-env env --json\n").stdout("tool home\n").code(0);
    let project = super::tools::project(CONFIG);
    let asked =
        "--no-env install --dry-run-code b@2 npm:@s/c@1\n--no-env env --json b@2 npm:@s/c@1\n";
    asks(&project, "-q run -t b@2 -t npm:@s/c@1 x", asked).stdout("tool home\n").code(0);
}

#[test]
fn missing_tools_are_installed_before_anything_runs() {
    let script = "#!/bin/sh\necho \"$*\" >> [P]/../asked\ncase \"$*\" in\n*dry-run*) exit 1 ;;\n\
                  *install*) echo installing >&2; echo noise; exit ${FAILS:-0} ;;\n*) echo '{}' ;;\nesac\n";
    let config = "[tools]\ntool = '1'\n[tasks]\nx = 'echo ran'\n";
    let project = with_mise(config, script);
    let asked = "--no-env install --dry-run-code\n--no-env install\n";
    let output = call(&project, "-q run x").env("FAILS", "3").run();
    let stderr = "\
installing
Error: `mise install` ([ROOT]/fake/mise) ended with exit code 3
   ╭─[[P]/mise.toml:2:1]
 1 │ [tools]
 2 │ tool = '1'
   · ──┬─
   ·   ╰── asked for here
 3 │ [tasks]
   ╰────
  help: `tools = \"off\"` in mep.toml leaves tools alone
";
    output.stdout("").stderr(stderr).code(1);
    let output = asks(&project, "-q run x", &format!("{asked}--no-env env --json\n"));
    output.stdout("ran\n").stderr("installing\n").code(0);
    let again = call(&project, "-q run x").env("MISE_TASK_RUN_AUTO_INSTALL", "0").run();
    again.stdout("ran\n").stderr("").code(0);
}

#[test]
fn mistakes_of_mise_are_said_and_not_kept() {
    let place = "   ╭─[[P]/mise.toml:2:1]\n 1 │ [tools]\n 2 │ tool = '1'\n   · ──┬─\n   ·   ╰── asked \
                 for here\n 3 │ [tasks]\n   ╰────\n  help: `tools = \"off\"` in mep.toml leaves \
                 tools alone\n";
    for (answer, line) in [
        ("echo no >&2; exit 1", "`mise env` ([ROOT]/fake/mise) ended with exit code 1\n  no"),
        (
            "echo garbage",
            "`mise env --json` ([ROOT]/fake/mise) gave no table of variables: expected value at \
             line 1 column 1\n  garbage",
        ),
        (
            "true",
            "`mise env --json` ([ROOT]/fake/mise) gave no table of variables: EOF while parsing a \
             value at line 1 column 0\n  ",
        ),
        (
            "echo '[1]'",
            "`mise env --json` ([ROOT]/fake/mise) gave no table of variables: invalid type: \
             sequence, expected a map at line 1 column 0\n  [1]",
        ),
    ] {
        let project = with_mise(CONFIG, &mise(answer));
        let expected = format!("Error: {line}\n{place}");
        call(&project, "run x").run().stdout("").stderr(&expected).code(1);
        assert!(!project.exists("../home/.cache/mep/tools"), "kept: {answer}");
    }
    let project = with_mise(CONFIG, "#!/nowhere/sh\n");
    let output = call(&project, "run x").run();
    let start = "Error: cannot start [ROOT]/fake/mise: No such file or directory";
    assert!(output.stderr.starts_with(start), "{}", output.stderr);
    output.stdout("").code(1);
}

#[test]
fn without_mise_a_notice_or_an_error() {
    let notice = "Warning: there is no mise on PATH to set up tools: tasks use what is there \
                  ([P]/mise.toml:2)\n";
    let project = Project::new().file("mise.toml", "[tools]\ntool = '1'\n[tasks]\nx = 'echo x'\n");
    project
        .mep(["run", "x"])
        .run()
        .stdout("x\n")
        .stderr(&format!("{notice}[x] $ echo x\n"))
        .code(0);
    let project = Project::new().file("mise.toml", "[tasks.x]\ntools.a = '1'\nrun = 'touch ran'\n");
    let stderr = "\
Error: task `x` needs the tools a, and there is no mise on PATH to set them up
   ╭─[[P]/mise.toml:1:8]
 1 │ [tasks.x]
   ·        ┬
   ·        ╰── this task
 2 │ tools.a = '1'
   ╰────
  help: install mise, or set `tools = \"off\"` in mep.toml to use what is on PATH
";
    project.mep(["run", "x"]).run().stdout("").stderr(stderr).code(1);
    let stderr = "Error: `-t b@1` needs mise, and there is none on PATH\n  help: install mise, or \
                  call the task without -t\n";
    let plain = Project::new().file("mise.toml", "[tasks]\nx = 'touch ran'\n");
    plain.mep(["run", "-t", "b@1", "x"]).run().stdout("").stderr(stderr).code(1);
}

#[test]
fn a_tool_by_name_where_tools_are_off_is_an_error() {
    let config = "[tools]\ntool = '1'\n[tasks]\nx = 'touch ran'\n[_.mep]\ntools = 'off'\n";
    let project = project(config);
    let stderr = "Error: `-t b@1 -t c` needs mise, and `tools = \"off\"` forbids to ask it\n  \
                  help: call the task without -t, or take the setting away\n";
    asks(&project, "run -t b@1 -t c x", "").stdout("").stderr(stderr).code(1);
    assert!(!project.exists("ran"));
    asks(&project, "-q run -n -t b@1 x", "").code(0);
}

#[test]
fn nested_runs_do_not_ask_again() {
    let config =
        "[tools]\ntool = '1'\n[tasks]\nouter = 'mise -q run x; mep -q x'\nx = 'tool $TOOL_HOME'\n";
    let project = project(config);
    project.write("../asked", "");
    let output = asks(&project, "-q run outer", ASKED);
    output.stdout("tool home\ntool home\n").stderr("").code(0);
    std::fs::remove_dir_all(project.path("../home/.cache/mep/tools")).expect("it was kept");
    asks(&project, "-q run outer", ASKED).stdout("tool home\ntool home\n").code(0);
}

#[test]
fn a_mise_that_leads_back_to_us_ends_nothing_in_a_loop() {
    // A link to ourselves is not asked.
    let link = Project::new().file("mise.toml", "[tools]\na = '1'\n[tasks]\nx = 'echo x'\n");
    let output = link.mep(["-q", "run", "x"]).env("PATH", "[BIN]:/usr/bin:/bin").run();
    output.stdout("x\n").code(0);
    // A wrapper that runs a task of ours to answer comes back once, and is not asked then.
    let wrapper = "echo called >> [P]/../loop; mep -q run -C [P] x >/dev/null; echo '{}'";
    let project = with_mise("[tools]\na = '1'\n[tasks]\nx = 'echo x'\n", &mise(wrapper));
    let path = "[ROOT]/fake:[BIN]:/usr/bin:/bin";
    project.mep(["-q", "run", "x"]).env("PATH", path).run().stdout("x\n").stderr("").code(0);
    assert_eq!(project.read("../loop"), "called\n");
}

#[test]
fn dependencies_are_handed_over() {
    let config = "[deps.npm]\nauto = true\n[deps.gen]\nauto = true\nrun = 'x'\n[deps.no]\nrun = 'x'\n[tasks]\nx = 'echo x'\nouter = 'mep -q run x'\n";
    let project = project(config);
    asks(&project, "-q run x", "deps install --only npm --only gen\n").stdout("x\n").code(0);
    asks(&project, "-q run outer", "deps install --only npm --only gen\n").stdout("x\n").code(0);
    asks(&project, "-q run --no-deps x", "").stdout("x\n").code(0);
}

/// Says where the tool is, too.
fn with_versions(answer: &str) -> Project {
    let config = "[tools]\ntool = '1'\n[tasks]\nx = 'echo {{tools.tool.version}} {{tools.tool.path}}'\n\
                  y = 'echo y {{ vars.tools }}'\nouter = 'mep -q run x'\n\
                  [tasks.shown]\ndescription = '{{tools.tool.version}}'\nrun = 'true'\n\
                  [vars]\ntools = 'var'\n";
    let ls = format!("*' ls '*) {answer} ;;\n*install*)");
    with_mise(config, &mise(ANSWER).replace("*install*)", &ls))
}

const LS: &str = "--no-env ls --current --json\n";

#[test]
fn only_a_run_whose_templates_name_tools_asks_where_they_are() {
    let answer = r#"echo '{"tool": [{"version": "1", "install_path": "/t", "installed": true}]}'"#;
    let project = with_versions(answer);
    asks(&project, "-q run x", &format!("{ASKED}{LS}")).stdout("1 /t\n").stderr("").code(0);
    asks(&project, "-q run x ::: x", LS).code(0);
    asks(&project, "-q run outer", LS).stdout("1 /t\n").code(0);
    asks(&project, "-q run y", "").stdout("y var\n").code(0);
    let raw = "[x] $ echo {{tools.tool.version}} {{tools.tool.path}}\n";
    asks(&project, "run -n x", "").stderr(raw).stdout("").code(0);
    let listed = "outer\nshown  {{tools.tool.version}}\nx\ny\n";
    asks(&project, "tasks", "").stdout(listed).stderr("").code(0);
}

#[test]
fn a_mise_that_cannot_say_where_tools_are_stops_what_asks() {
    let place = "   ╭─[[P]/mise.toml:2:1]\n 1 │ [tools]\n 2 │ tool = '1'\n   · ──┬─\n   ·   ╰── asked \
                 for here\n 3 │ [tasks]\n   ╰────\n  help: `tools = \"off\"` in mep.toml leaves \
                 tools alone\n";
    for (answer, line) in [
        ("echo no >&2; exit 1", "`mise ls` ([ROOT]/fake/mise) ended with exit code 1\n  no"),
        (
            "echo []",
            "`mise ls --current --json` ([ROOT]/fake/mise) gave no table of tools: invalid type: \
             sequence, expected a map at line 1 column 0\n  []",
        ),
    ] {
        let project = with_versions(answer);
        let expected = format!("Error: {line}\n{place}");
        call(&project, "run x").run().stdout("").stderr(&expected).code(1);
        call(&project, "-q run y").run().stdout("y var\n").stderr("").code(0);
    }
}
