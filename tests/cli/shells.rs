//! Completion in the shells themselves: keys are typed into bash and zsh on a terminal, fish is
//! asked by its own `complete -C`. What Tab makes of a line is proven by running it.

use std::process::{Command, Stdio};

use crate::support::{End, OnTerminal, Project, reference, say_uncaptured, skip_without_reference};

const CONFIG: &str = r#"
[tasks.build]
alias = "compile"
description = "Build it"
run = "echo ran=$MISE_TASK_NAME."
[tasks."test:unit"]
run = "echo ran=$MISE_TASK_NAME."
[tasks."test:all"]
run = "echo ran=$MISE_TASK_NAME."
[tasks."with space"]
run = "echo ran=$MISE_TASK_NAME."
[tasks."it's"]
run = "echo ran=$MISE_TASK_NAME."
[tasks.deploy]
usage = '''
arg "<env>" { choices "dev" "prod area" }
flag "--level <level>" help="How much" { choices "low" "high" }
'''
run = 'echo "ran=$usage_env,$usage_level."'
[tasks.show]
usage = 'arg "<file>"'
run = 'echo "ran=$usage_file."'
"#;

fn project() -> Project {
    Project::new().file("mise.toml", CONFIG).file("some dir/inner.txt", "")
}

/// True where the shell is there; else the test says that it was skipped.
fn has(shell: &str) -> bool {
    let version = Command::new(shell).arg("--version").stdout(Stdio::null()).status();
    let there = version.is_ok_and(|status| status.success());
    if !there {
        say_uncaptured(&format!("SKIPPED (no {shell}): completion in {shell}\n"));
    }
    there
}

const BASH: &str = "exec bash --noprofile --norc -i";
const ZSH: &str = "exec zsh -f -i";

/// Makes zsh complete at all.
const COMPINIT: &str = "autoload -Uz compinit; compinit -u -D; unsetopt promptsp";

/// Types each line into a shell, with Tab where it says so, and waits for what running it prints.
#[track_caller]
fn types(project: &Project, shell: &str, setup: &str, lines: &[(&str, &str)]) {
    let mut terminal = OnTerminal::script(project, shell).env("PS1", "> ").start();
    terminal.type_keys(&format!("{setup}; echo set''up\n")).expect("setup\n");
    for (keys, printed) in lines {
        terminal.type_keys(&format!("{keys}\n")).expect(&format!("ran={printed}."));
    }
    terminal.type_keys("exit 0\n").ends(End::Exited(0));
}

const LINES: [(&str, &str); 9] = [
    ("mep -q run test:u\t", "test:unit"),
    ("mep -q bu\t", "build"),
    ("mep -q run compi\t", "build"),
    ("mep -q run with\t", "with space"),
    ("mep -q run it\t", "it's"),
    ("mep -q deploy d\t --lev\t l\t", "dev,low"),
    ("mep -q deploy p\t", "prod area,"),
    ("mep -q deploy p\t ::: build ::: test:a\t", "test:all"),
    ("mep -q show some\tinn\t", "some dir/inner.txt"),
];

#[test]
fn bash() {
    if has("bash") {
        let project = project();
        types(&project, BASH, "source <(mep completion bash)", &LINES);
        // Behind a quote that is open.
        let quoted = [("mep -q run 'with\t", "with space"), ("mep -q run \"it\t", "it's")];
        types(&project, BASH, "source <(mep completion bash)", &quoted);
    }
}

#[test]
fn zsh() {
    if has("zsh") {
        let setup = format!("{COMPINIT}; source <(mep completion zsh)");
        types(&project(), ZSH, &setup, &LINES);
    }
}

/// Where `compinit` finds the script by its name.
#[test]
fn zsh_with_an_installed_script() {
    if has("zsh") {
        let project = project();
        project.mep(["completion", "zsh", "--install"]).run().code(0);
        let setup = format!("fpath+=($HOME/.local/share/zsh/site-functions); {COMPINIT}");
        types(&project, ZSH, &setup, &LINES[..2]);
    }
}

#[test]
fn zsh_shows_descriptions() {
    if has("zsh") {
        let project = project();
        let mut terminal = OnTerminal::script(&project, ZSH).env("PS1", "> ").start();
        let setup = format!("{COMPINIT}; source <(mep completion zsh); echo set''up\n");
        terminal.type_keys(&setup).expect("setup\n");
        terminal.type_keys("mep run \t").expect("build").expect("-- Build it");
    }
}

/// What fish offers for a line.
#[track_caller]
fn fish_offers(project: &Project, setup: &str, line: &str, expected: &str) {
    project.write("ask.fish", &format!("{setup}\ncomplete -C \"{line}\"\n"));
    project.shell("fish --no-config ask.fish").run().stdout(expected).stderr("").code(0);
}

#[test]
fn fish() {
    if !has("fish") {
        return;
    }
    let project = project();
    let offers = |line, expected| {
        fish_offers(&project, "mep completion fish | source", line, expected);
    };
    offers("mep run test:", "test:all\ntest:unit\n");
    offers("mep run b", "build\tBuild it\n");
    offers("mep run compi", "compile\tBuild it\n");
    offers("mep run w", "with space\n");
    offers("mep run 'w", "with space\n");
    offers("mep deploy ", "dev\nprod area\n");
    offers("mep deploy --l", "--level\tHow much\n");
    offers("mep deploy --level ", "high\nlow\n");
    offers("mep build ::: b", "build\tBuild it\n");
    offers("mep show some", "some dir/\n");
    offers(
        "mep tasks val",
        "validate\tFind mistakes in tasks and in their graph, without running any\n",
    );
}

#[test]
fn fish_with_an_installed_script() {
    if has("fish") {
        let project = project();
        project.mep(["completion", "fish", "--install"]).run().code(0);
        // Without its configuration fish looks nowhere for scripts.
        project.write("ask.fish", "complete -C 'mep run b'\n");
        let run = project.shell("fish ask.fish").run();
        run.stdout("build\tBuild it\n").stderr("").code(0);
    }
}

const ALIASED: [(&str, &str); 3] = [
    ("mise -q run test:u\t", "test:unit"),
    ("mise -q deploy d\t --lev\t l\t", "dev,low"),
    ("mise -q run build ::: test:a\t", "test:all"),
];

/// `alias mise=mep`, as the page on completion has it.
#[test]
fn under_an_alias() {
    let alias = "alias mise=mep";
    if has("bash") {
        let complete = "complete -F _usage_complete_mep mise";
        let setup = format!("source <(mep completion bash); {alias}; {complete}");
        types(&project(), BASH, &setup, &ALIASED);
    }
    if has("zsh") {
        let setup = format!("{COMPINIT}; source <(mep completion zsh); {alias}");
        types(&project(), ZSH, &setup, &ALIASED);
    }
    if has("fish") {
        let setup = format!("mep completion fish | source; {alias}");
        fish_offers(&project(), &setup, "mise run b", "build\tBuild it\n");
    }
}

/// The scripts that mise has written ask our binary, where that has its name.
#[test]
fn scripts_of_mise_ask_us() {
    let Some(mise) = reference() else {
        return skip_without_reference("scripts_of_mise_ask_us");
    };
    let project = project();
    for shell in ["bash", "zsh", "fish"] {
        let script = Command::new(&mise).args(["completion", shell]).output();
        let script = script.expect("the reference runs").stdout;
        project.write(&format!("script.{shell}"), &String::from_utf8_lossy(&script));
    }
    if has("bash") {
        types(&project, BASH, "source ./script.bash", &ALIASED);
    }
    if has("zsh") {
        types(&project, ZSH, &format!("{COMPINIT}; source ./script.zsh"), &ALIASED);
    }
    if has("fish") {
        fish_offers(&project, "source script.fish", "mise run compi", "compile\tBuild it\n");
    }
}
