//! Completion of our own command lines: verbs and flags from the grammar, tasks behind `:::`,
//! programs of trusted projects alone, words that a shell would take apart.

use super::project;
use crate::support::Project;

const CONFIG: &str = r#"
[tasks.build]
alias = "b"
description = "Build it"
run = "true"
[tasks."test:unit"]
run = "true"
[tasks."with space"]
run = "true"
[tasks.secret]
hide = true
usage = 'arg "<x>" { choices "one" "two" }'
run = "true"
[tasks.deploy]
description = "Deploy it"
usage = '''
arg "<env>" { choices "dev" "prod" }
arg "[file]"
arg "[dir]"
flag "-l --level <level>" help="How much" { choices "low" "high" }
'''
run = "true"
"#;

/// What a shell is told for a line.
fn asked(project: &Project, shell: &str, line: &str) -> String {
    let output = project.mep(["__complete_word__", "--shell", shell, "--line", line]).run();
    output.stderr("").code(0);
    output.stdout.clone()
}

#[track_caller]
fn says(line: &str, expected: &str) {
    assert_eq!(asked(&project(CONFIG), "fish", line), expected, "{line}");
}

#[test]
fn tasks_stand_before_verbs() {
    let all = asked(&project(CONFIG), "fish", "mep ");
    let tasks = "build\tBuild it\ndeploy\tDeploy it\ntest:unit\t\nwith space\t\n";
    assert!(all.starts_with(tasks), "{all}");
    assert!(all.contains("\nwhy\tSay why a task would run now, or would be skipped\n"), "{all}");
    assert!(!all.contains("secret") && !all.contains("__complete_word__"), "{all}");
}

#[test]
fn behind_the_separator_is_the_next_task() {
    let tasks = "b\tBuild it\nbuild\tBuild it\n";
    for line in ["mep build ::: b", "mep run build x ::: test:unit ::: b", "mep run ::: b"] {
        says(line, tasks);
    }
    says("mep build ::: deploy ", "dev\nprod\n");
    says("mep -q run -n build ::: deploy --level ", "low\nhigh\n");
    says("mep deploy dev ::: build ::: deploy p", "prod\n");
}

#[test]
fn verbs_that_take_tasks() {
    for verb in ["why", "log", "tasks deps", "tasks validate", "tasks deps deploy"] {
        says(&format!("mep {verb} b"), "build\tBuild it\n");
    }
}

#[test]
fn a_plan_takes_what_a_run_takes() {
    says("mep plan b", "b\tBuild it\nbuild\tBuild it\n");
    says("mep plan -j 2 --shard 1/3 deploy p", "prod\n");
    says("mep plan build ::: deploy --level ", "low\nhigh\n");
    says("mep plan --format g", "github-matrix\n");
    says("mep generate github-action te", "test:unit\n");
}

#[test]
fn flags_say_what_they_do() {
    says("mep tasks deps --d", "--dot\tFor graphviz: `mep tasks deps --dot | dot -Tsvg`\n");
    says("mep tasks deps -q", "-q\tNo lines of our own, only the tasks' output\n");
    says("mep deploy -", "-l\tHow much\n--level\tHow much\n");
    says("mep tasks ls --sort ", "name\nalias\ndescription\nsource\n");
    says("mep run -o k", "keep-order\n");
    says("mep run --output=gr", "--output=grouped\n");
    says("mep completion p", "powershell\npwsh\n");
}

#[test]
fn a_hidden_task_is_completed_once_it_is_named() {
    says("mep sec", "\u{1}files\n");
    says("mep secret ", "one\ntwo\n");
}

#[test]
fn files_are_left_to_the_shell() {
    says("mep deploy dev ", "\u{1}files\n");
    says("mep deploy dev x ", "\u{1}dirs\n");
    says("mep -C ", "\u{1}dirs\n");
    says("mep trust ", "\u{1}files\n");
    says("mep build ", "\u{1}files\n");
}

#[test]
fn help_takes_verbs() {
    says("mep help vali", "");
    says(
        "mep help tasks vali",
        "validate\tFind mistakes in tasks and in their graph, without running any\n",
    );
    says("mep help whi", "which\tSay which file and line define a task, and what they shadow\n");
}

/// A task may have the name of a verb that mise lacks; it stands there once, and its words are its
/// own.
#[test]
fn a_task_takes_the_place_of_a_verb() {
    let config = "[tasks.log]\ndescription = 'Ours'\nusage = 'arg \"<x>\" { choices \"k\" }'\nrun = 'true'\n";
    let project = project(config);
    assert_eq!(asked(&project, "fish", "mep lo"), "log\tOurs\n");
    assert_eq!(asked(&project, "fish", "mep log "), "k\n");
    assert_eq!(asked(&project, "fish", "mep --builtin log "), "log\tOurs\n");
}

#[test]
fn bash_gets_words_as_they_have_to_be_typed() {
    let project = project(CONFIG);
    assert_eq!(asked(&project, "bash", "mep run w"), "with\\ space\n");
    assert_eq!(asked(&project, "bash", "mep run 'w"), "with space\n");
    assert_eq!(asked(&project, "bash", "mep run \"with s"), "with space\n");
}

#[test]
fn a_broken_file_leaves_the_rest() {
    let project = project("[tasks.a]\nrun = 'true'\n[tasks.b]\nrun = 5\n")
        .file("mise.local.toml", "[tasks.c\n")
        .executable("mise-tasks/d", "#!/bin/sh\n");
    assert_eq!(asked(&project, "zsh", "mep run d"), "d\t\td\n");
    assert_eq!(asked(&project, "zsh", "mep run a"), "a\t\ta\n");
    // A specification that is none: its task is still there.
    let project = project.file("mise.toml", "[tasks.e]\nusage = 'arg \"<x'\nrun = 'true'\n");
    assert_eq!(asked(&project, "zsh", "mep run e"), "e\t\te\n");
    assert_eq!(asked(&project, "zsh", "mep run e "), "\u{1}files\n");
}

const PROGRAM: &str = r#"
[tasks.a]
usage = '''
arg "<x>"
flag "--y <y>" { choices run="touch ran; echo one" }
flag "--z <z>"
complete "x" run="touch ran; printf '%s\n' p1 p2 'p:3'"
complete "z" run="echo {% raw %}{{words[PREV]}}-{{words[CURRENT]}}x{% endraw %}"
'''
run = "true"
"#;

#[test]
fn programs_run_where_the_project_is_trusted() {
    let project = project(PROGRAM);
    assert_eq!(asked(&project, "zsh", "mep a "), "p1\t\tp1\np2\t\tp2\np:3\t\tp:3\n");
    assert!(project.exists("ran"));
    assert_eq!(asked(&project, "zsh", "mep a --y "), "one\t\tone\n");
    // The words of the line can be part of the program.
    assert_eq!(asked(&project, "zsh", "mep a --z "), "--z-x\t\t--z-x\n");
}

#[test]
fn no_program_runs_where_it_is_not() {
    let project = project(PROGRAM);
    let ask = |line: &str| {
        let run = project.mep(["__complete_word__", "--shell", "zsh", "--line", line]);
        run.env_remove("MISE_TRUSTED_CONFIG_PATHS").run().stderr("").code(0).stdout.clone()
    };
    assert_eq!(ask("mep a "), "\u{1}files\n");
    assert_eq!(ask("mep a --y "), "\u{1}files\n");
    assert_eq!(ask("mep run a"), "a\t\ta\n");
    assert!(!project.exists("ran"));
    project.mep(["trust"]).env_remove("MISE_TRUSTED_CONFIG_PATHS").run().code(0);
    assert_eq!(ask("mep a p1"), "p1\t\tp1\n");
    assert!(project.exists("ran"));
}

#[test]
fn a_mount_starts_nothing() {
    let config = "[tasks.a]\nusage = 'mount run=\"touch ran; echo\"'\nrun = 'true'\n";
    let project = project(config);
    assert_eq!(asked(&project, "zsh", "mep a "), "\u{1}files\n");
    assert!(!project.exists("ran"));
}

/// Commands that are not ours are completed by the mise that has them.
#[test]
fn a_real_mise_completes_its_own_commands() {
    let fake = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n";
    let project = project(CONFIG).executable("../fake/mise", fake);
    let ask = |line: &str, path: &str| {
        let run = project.mise(["__complete_word__", "--shell", "zsh", "--line", line]);
        run.env("PATH", path).run().stderr("").code(0).stdout.clone()
    };
    let path = "[ROOT]/fake:/usr/bin:/bin";
    assert_eq!(ask("mise use no", path), "__complete_word__\n--shell\nzsh\n--line\nmise use no\n");
    assert_eq!(ask("mise run b", path), "b\tBuild it\tb\nbuild\tBuild it\tbuild\n");
    assert_eq!(ask("mise use no", "/usr/bin:/bin"), "\u{1}files\n");
}

#[test]
fn a_script_says_whom_it_asks() {
    let bash = Project::new().mep(["completion", "bash"]).run();
    bash.stderr("").code(0);
    assert!(
        bash.stdout.contains("command 'mep' __complete_word__ --shell bash"),
        "{}",
        bash.stdout
    );
    assert!(bash.stdout.ends_with("complete -F _usage_complete_mep 'mep'\n"), "{}", bash.stdout);
}

/// There is no PowerShell here to run it in: its text stands for it.
#[test]
fn the_script_for_powershell() {
    let mep = Project::new().mep(["completion", "powershell"]).run();
    let expected = include_str!("../golden/completion.ps1");
    mep.stdout(expected).stderr("").code(0);
    Project::new().mep(["completion", "pwsh"]).run().stdout(expected).stderr("").code(0);
}

#[test]
fn a_script_is_installed_where_its_shell_looks() {
    let project = Project::new();
    let install = |shell: &str, stderr: &str| {
        project.mep(["completion", shell, "--install"]).run().stdout("").stderr(stderr).code(0);
    };
    install("fish", "installing to [HOME]/.config/fish/completions/mep.fish\n");
    install("fish", "installing to [HOME]/.config/fish/completions/mep.fish\nalready up to date\n");
    let zsh = "\
installing to [HOME]/.local/share/zsh/site-functions/_mep

add this to ${ZDOTDIR:-$HOME}/.zshrc, once:

fpath+=('[HOME]/.local/share/zsh/site-functions')
autoload -Uz compinit && compinit

";
    install("zsh", zsh);
    let script = project.mep(["completion", "zsh"]).run();
    assert_eq!(project.read("../home/.local/share/zsh/site-functions/_mep"), script.stdout);
    let run = project.mep(["completion", "fish", "--install"]).env("XDG_CONFIG_HOME", "[P]/config");
    run.run().stderr("installing to [P]/config/fish/completions/mep.fish\n").code(0);
    assert!(project.exists("config/fish/completions/mep.fish"));
}
