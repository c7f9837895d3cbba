//! Simple commands run without a shell: when, and that nobody can tell.

use super::project;
use crate::support::{OnTerminal, Project};

/// Says who has started it.
const PARENT: &str = "#!/bin/sh\ncat /proc/$PPID/comm\n";

/// A project with one task `t` and a program that tells of its parent.
fn task(keys: &str) -> Project {
    project(&format!("[tasks.t]\n{keys}\n")).executable("parent", PARENT)
}

/// What `t` prints.
#[track_caller]
fn prints(project: &Project, stdout: &str) {
    project.mep(["-q", "run", "t"]).run().stdout(stdout).stderr("").code(0);
}

/// True where this system's shell is one that is spared.
fn spares() -> bool {
    mep::run::direct::is_known(std::path::Path::new("/bin/sh"))
}

#[test]
fn only_a_simple_command_of_the_default_shell_runs_without_it() {
    if !spares() {
        return;
    }
    prints(&task("run = './parent'"), "mep\n");
    prints(&task("run = \"'./parent' a --b=c 'd e'\""), "mep\n");
    prints(&task("run = './parent'\nshell = 'sh -c'"), "mep\n");
    prints(&task("run = './parent'\nshell = '/bin/sh -c'"), "sh\n");
    prints(&task("run = './parent $HOME'"), "sh\n");
    prints(&task("run = './parent; ./parent'"), "sh\nsh\n");
    let as_mise = task("run = './parent'");
    as_mise.mise(["-q", "run", "t"]).run().stdout("mise\n").stderr("").code(0);
}

#[test]
fn words_of_the_call_become_words_of_the_program() {
    let project = task("run = './words one'")
        .executable("words", "#!/bin/sh\nprintf '%s|' \"$0\" \"$@\"\necho\n");
    let says = |words: &[&str], stdout: &str| {
        let args = ["-q", "run", "t"].iter().chain(words);
        project.mep(args).run().stdout(stdout).stderr("").code(0);
    };
    says(&[], "./words|one|\n");
    says(
        &["two", "three four", "$HOME", "*", "it's", ""],
        "./words|one|two|three four|$HOME|*|it's||\n",
    );
}

#[test]
fn a_shell_or_a_builtin_on_path_keeps_its_place() {
    let stub = project("[tasks]\nt = '/bin/true'\n[env]\n_.path = 'stubs'\n")
        .executable("stubs/sh", "#!/bin/sh\necho \"a shell of its own: $*\"\n");
    prints(&stub, "a shell of its own: -o errexit -c /bin/true\n");
    let builtin = project("[tasks]\nt = ['echo the builtin', 'true']\n[env]\n_.path = 'stubs'\n")
        .executable("stubs/echo", "#!/bin/sh\n/bin/echo a stub\n")
        .executable("stubs/true", "#!/bin/sh\n/bin/echo a stub\n");
    prints(&builtin, "the builtin\n");
}

#[test]
fn what_cannot_be_run_is_told_by_the_shell() {
    let says = |run: &str, stderr: &str, code: i32| {
        let project = project(&format!("[tasks]\nt = '{run}'\n"))
            .file("text", "#!/bin/sh\n")
            .executable("bare", "echo bare \"$0\"")
            .executable("broken", "#!/no/such/interpreter\n")
            .dir("folder");
        project.mep(["-q", "run", "t"]).run().stderr(stderr).code(code);
    };
    if !spares() {
        return;
    }
    says("nonesuch x", "sh: 1: nonesuch: not found\n[t] ERROR task failed\n", 127);
    says("./nonesuch", "sh: 1: ./nonesuch: not found\n[t] ERROR task failed\n", 127);
    says("./text", "sh: 1: ./text: Permission denied\n[t] ERROR task failed\n", 126);
    says("./folder", "sh: 1: ./folder: Permission denied\n[t] ERROR task failed\n", 126);
    says("./broken", "sh: 1: ./broken: not found\n[t] ERROR task failed\n", 127);
    says("./bare", "", 0);
}

#[test]
fn a_program_that_a_signal_ends_is_told_of_as_by_the_shell() {
    if !spares() {
        return;
    }
    // `x` runs beside it, so that its output is captured.
    let config = "[tasks.t]\nrun = './die'\n[tasks.s]\nrun = './die; exit $?'\n[tasks.x]\nrun = '/bin/true'\n";
    for signal in ["TERM", "KILL", "HUP", "INT", "PIPE", "USR1", "36"] {
        let die = format!("#!/bin/sh\necho before >&2\nkill -{signal} $$\n");
        let project = project(config).executable("die", &die);
        for beside in [&[][..], &[":::", "x"]] {
            let ends = |task: &str| {
                let args = ["-q", "run", task].into_iter().chain(beside.iter().copied());
                let output = project.mep(args).run();
                let own = |line: &&str| !line.contains("ERROR") && !line.contains("rerun");
                let lines: Vec<&str> = output.stderr.lines().filter(own).collect();
                (lines.join("\n").replace(&format!("[{task}]"), "[]"), output.ending())
            };
            assert_eq!(ends("t"), ends("s"), "{signal}, beside {beside:?}");
        }
    }
}

#[test]
fn a_directory_and_its_variable_are_what_the_shell_makes_of_them() {
    let print = "#!/bin/sh\nprintf '%s|' \"$(grep -z ^PWD= /proc/self/environ | tr -d '\\0')\" \"$(pwd -P)\"\n";
    let project = project("[tasks.t]\ndir = 'sub'\nrun = '../print'\n")
        .executable("print", print)
        .dir("real")
        .symlink("sub", "real");
    let run = |pwd: &str, stdout: &str| {
        project.mep(["-q", "run", "t"]).env("PWD", pwd).run().stdout(stdout).code(0);
    };
    run("/", "PWD=[P]/real|[P]/real|");
    run("sub", "PWD=[P]/real|[P]/real|");
    run(&project.path("sub").display().to_string(), "PWD=[P]/sub|[P]/real|");
}

#[test]
fn a_task_that_is_ended_early_is_ended_as_with_a_shell() {
    // Its program takes the signal well; its shell would not have.
    let polite =
        "#!/bin/sh\ntrap 'echo bye; exit 0' TERM\nmkfifo hold\necho up > up\nread x <> hold\n";
    let fail = "#!/bin/sh\nuntil test -e up; do sleep 0.05; done\nexit 3\n";
    for run in ["./polite", "./polite; exit $?"] {
        let config = format!("[tasks.a]\nrun = '{run}'\n[tasks.b]\nrun = './fail'\n");
        let project = project(&config).executable("polite", polite).executable("fail", fail);
        let output = project.mep(["-q", "run", "-j", "2", "a", ":::", "b"]).run();
        output.stdout("[a] bye\n").stderr("[b] ERROR task failed\n").code(3);
    }
}

#[test]
fn on_a_terminal_the_shell_has_its_part() {
    let project = task("run = './parent'");
    OnTerminal::mep(&project, ["-q", "run", "t"]).start().expect("sh");
    let captured = task("run = './parent'\n[tasks.u]\nrun = '/bin/true'");
    let expected = if spares() { "[t] mep" } else { "[t] sh" };
    OnTerminal::mep(&captured, ["run", "t", ":::", "u"]).start().expect(expected);
}

#[test]
fn in_a_sandbox_it_is_the_same() {
    if !crate::support::kernel_confines() {
        return;
    }
    let run = |run: &str, stdout: &str, code: i32| {
        let config = format!("[tasks.t]\ndeny_write = true\nallow_env = ['A']\nrun = '{run}'\n");
        let project = Project::outside_tmp()
            .file("mise.toml", &config)
            .executable("show", "#!/bin/sh\necho \"$A $B\"\ntouch new 2>/dev/null\n");
        project.mep(["-q", "run", "t"]).env("A", "a").env("B", "b").run().stdout(stdout).code(code);
        assert!(!project.exists("new"));
    };
    run("./show", "a \n", 1);
    run("./show; exit $?", "a \n", 1);
}
