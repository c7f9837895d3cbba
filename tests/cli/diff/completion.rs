//! What a shell is told when Tab is pressed: the protocol behind the scripts, word for word.

use crate::support::Case;

const CONFIG: &str = r##"
[tasks.build]
alias = ["b", "bld"]
description = "Build it"
run = "true"

[tasks."test:unit"]
description = "Unit tests"
run = "true"

[tasks."with space"]
run = "true"

[tasks."it's"]
run = "true"

[tasks.'a"b$c\d']
run = "true"

[tasks.hidden]
hide = true
usage = 'arg "<x>" { choices "one" }'
run = "true"

[tasks.deploy]
description = "Deploy: all of it"
usage = '''
arg "<env>" help="which env" { choices "dev" "prod" "st ag" }
arg "[file]" help="a file"
flag "-l --lvl <lvl>" help="level" { choices "low" "high" }
flag "-v --verbose" help="Say more"
flag "-x --xx <f>" help="path"
flag "--hidden-f" hide=#true
'''
run = "true"

[tasks.from-programs]
usage = '''
arg "<name>"
arg "<where>"
flag "--user <user>"
flag "--pick <pick>" { choices "a" "b" }
complete "name" run="printf 'p1\np2\n'"
complete "user" run="printf 'u1:first user\nu\\:2:second\n'" descriptions=#true
complete "where" type="dir"
'''
run = "true"

[tasks.git]
usage = '''
flag "-g --glob" global=#true help="glob"
cmd "add" help="adds" { alias "a"; arg "<what>" { choices "x" "y" }; flag "--deep" }
cmd "rm" help="removes" { arg "<file>..." var=#true }
'''
run = "true"

[tasks.many]
usage = 'arg "<xs>" var=#true { choices "k" "l" }'
run = "true"
"##;

const SCRIPT: &str = "\
#!/bin/sh
#MISE description=\"A file task\"
#USAGE arg \"<q>\" { choices \"one\" \"two\" }
true
";

fn case() -> Case {
    Case::config(CONFIG)
        .executable("mise-tasks/script", SCRIPT)
        .executable("mise-tasks/group/inner", "#!/bin/sh\ntrue\n")
        .file("src/one", "")
        .file("sp dir/in ner", "")
        .file(".hidden-file", "")
}

/// The answers to one shell.
fn answers<'a>(shell: &str, lines: impl IntoIterator<Item = &'a str>) -> Case {
    lines.into_iter().fold(case(), |case, line| {
        case.mise(["__complete_word__", "--shell", shell, "--line", line]).binary_on_path()
    })
}

#[test]
fn names_of_tasks() {
    for shell in ["zsh", "fish", "powershell", "pwsh", "unheard-of"] {
        let lines = ["mise run b", "mise run test:", "mise tasks run d", "mise r zz", "mise run d"];
        answers(shell, lines).check();
    }
    answers("zsh", ["mise run ", "mise tasks run ", "mise tasks r ", "mise r "]).check();
}

#[test]
fn names_in_bash() {
    answers("bash", ["mise run b", "mise run group", "mise run scr", "mise tasks info b"]).check();
    let colon = |line: &str, word: &str| {
        let words = ["--bash-word", word, "--bash-wordbreaks", " \t\n\"'><=;|&(:"];
        let ask = ["__complete_word__", "--shell", "bash", "--line", line];
        case().mise(ask.into_iter().chain(words)).binary_on_path().check();
    };
    colon("mise run test:", ":");
    colon("mise run test:u", "u");
    colon("mise tasks info test:un", "un");
    colon("mise test:", ":");
}

#[test]
fn a_description_of_several_lines_is_one_line() {
    let config = "[tasks.a]\ndescription = \"One\\n\\ttwo\"\nrun = 'true'\n";
    for shell in ["zsh", "fish", "powershell"] {
        let ask = ["__complete_word__", "--shell", shell, "--line", "mise run "];
        Case::config(config).mise(ask).binary_on_path().check();
    }
}

#[test]
fn commands_stand_beside_tasks() {
    answers("zsh", ["mise ", "mise b", "mise te", "mise tasks ", "mise t ", "mise tasks r"])
        .check();
    answers("fish", ["mise ", "mise tasks "]).check();
    answers("zsh", ["mise help ", "mise help ta", "mise help tasks ", "mise help run "]).check();
    answers("zsh", ["mise tasks info ", "mise tasks edit b", "mise watch ", "mise h"]).check();
}

#[test]
fn words_of_a_task() {
    let lines = [
        "mise run deploy ",
        "mise run deploy d",
        "mise run deploy --",
        "mise run deploy -",
        "mise run deploy --lvl ",
        "mise run deploy --lvl=",
        "mise run deploy --lvl=l",
        "mise run deploy -l ",
        "mise run deploy -lh",
        "mise run deploy -v -",
        "mise run deploy --lvl low ",
        "mise run deploy --lvl bad ",
        "mise run deploy bad ",
        "mise run deploy dev a b ",
        "mise run deploy -- ",
        "mise run deploy -- d",
        "mise run deploy --nosuch",
        "mise run deploy --nosuch ",
    ];
    answers("zsh", lines).check();
    answers("fish", ["mise run deploy ", "mise run deploy --", "mise deploy -"]).check();
    answers("bash", ["mise run deploy d", "mise run deploy --", "mise deploy -"]).check();
}

#[test]
fn words_of_a_task_without_run() {
    let lines = ["mise deploy ", "mise -q deploy ", "mise -n deploy ", "mise -q run deploy "];
    answers("zsh", lines).check();
    answers("zsh", ["mise tasks run deploy ", "mise t r deploy --l", "mise 'deploy' "]).check();
}

#[test]
fn commands_in_a_task() {
    let lines = [
        "mise run git ", "mise run git add ", "mise run git add -", "mise run git a ",
        "mise run git -g a", "mise run git add x -", "mise run git rm s", "mise run git rm f ",
    ];
    answers("zsh", lines).check();
    answers("zsh", ["mise run many ", "mise run many k ", "mise run many k l ", "mise many k -"])
        .check();
}

#[test]
fn file_tasks_and_tasks_without_words() {
    let lines = [
        "mise script ", "mise run script t", "mise run group:inner ", "mise run build ",
        "mise build ", "mise run b ", "mise run build -", "mise run build --", "mise run hidden ",
        "mise run hidden -", "mise run nosuch ", "mise run -- ", "mise run -- b",
    ];
    answers("zsh", lines).check();
}

#[test]
fn what_a_program_of_the_task_prints() {
    let lines = [
        "mise run from-programs --user ",
        "mise run from-programs --user u:",
        "mise run from-programs --pick ",
        "mise run from-programs x ",
        "mise run from-programs x s",
    ];
    answers("zsh", lines).check();
    answers("fish", ["mise run from-programs --user ", "mise run from-programs --user=u1"]).check();
}

#[test]
fn flags() {
    let lines = [
        "mise -", "mise --", "mise --q", "mise run -", "mise run --", "mise run --dr", "mise r -o",
        "mise tasks --", "mise tasks -", "mise task ls --", "mise tasks deps -", "mise trust -",
        "mise untrust --", "mise tasks validate --", "mise tasks info -", "mise watch --",
        "mise completion -", "mise run -n --", "mise -q run --de",
    ];
    answers("zsh", lines).check();
}

#[test]
fn values_of_flags() {
    let lines = [
        "mise tasks ls --sort ",
        "mise tasks ls --sort-order d",
        "mise tasks --sort=",
        "mise run --task-cache ",
        "mise run -o ",
        "mise run --output=",
        "mise run -j ",
        "mise -E ",
        "mise completion ",
        "mise completion b",
        "mise run -j 2 ",
    ];
    answers("zsh", lines).check();
}

#[test]
fn paths() {
    let lines = [
        "mise run -C ",
        "mise -C s",
        "mise --cd=",
        "mise trust ",
        "mise trust m",
        "mise untrust ",
        "mise run deploy dev ",
        "mise run deploy dev s",
        "mise run deploy dev ./",
        "mise run deploy dev src/",
        "mise run deploy dev src/o",
        "mise run deploy dev .",
        "mise run deploy dev ~/",
        "mise run deploy dev /us",
        "mise run deploy dev src/nosuch",
        "mise run deploy dev \"sp",
        "mise run deploy dev sp\\ dir/",
    ];
    answers("zsh", lines).check();
}

#[test]
fn quotes_in_the_line() {
    let lines = [
        "mise run 'with ", "mise run \"with s", "mise run with\\ ", "mise run it",
        "mise run it\\'", "mise run 'a\"", "mise run \"it's\" ", "mise run 'deploy' 'p",
    ];
    answers("zsh", lines).check();
    answers("fish", lines).check();
}

#[test]
fn the_working_directory_follows_its_flag() {
    let other = "[tasks.other]\nrun = 'true'\n";
    let lines =
        ["mise -C sub run ", "mise --cd sub run o", "mise -C sub other ", "mise -C nosuch run "];
    let case = Case::empty().file("sub/mise.toml", other);
    let ask = |case: Case, line: &&str| {
        case.mise(["__complete_word__", "--shell", "zsh", "--line", line]).binary_on_path()
    };
    let reason = "it says in the middle of the prompt that the directory is not there";
    lines.iter().fold(case, ask).stderr_differs(reason).check();
}

#[test]
fn the_protocol_itself() {
    case()
        .mise(["__complete_word__", "--shell", "zsh", "--words", "mise", "run", "b"])
        .binary_on_path()
        .mise(["__complete_word__", "--shell", "zsh", "--line", "mise run b foo", "--cursor", "10"])
        .binary_on_path()
        .mise(["__complete_word__", "--shell", "zsh", "--line", "another-name run b"])
        .binary_on_path()
        .mise(["__complete_word__", "--shell", "fish", "--nosuch", "--line", "mise run dep"])
        .binary_on_path()
        .check();
}

#[test]
fn an_empty_project_and_none() {
    for config in ["", "[env]\nA = 'b'\n"] {
        let lines = ["mise run ", "mise tasks run x", "mise run x ", "mise x"];
        let ask = |case: Case, line| {
            case.mise(["__complete_word__", "--shell", "zsh", "--line", line]).binary_on_path()
        };
        lines.into_iter().fold(Case::config(config), ask).check();
    }
}

#[test]
fn scripts() {
    // Those for zsh and fish have been mended since: see docs/mise-compat.md.
    Case::empty()
        .mise(["completion", "bash"])
        .mise(["completion", "powershell"])
        .mise(["completion", "pwsh"])
        .mise(["complete", "-s", "bash"])
        .mise(["completions", "--shell", "bash", "--include-bash-completion-lib"])
        .check();
}

#[test]
fn a_script_is_installed() {
    let places = [
        "../home/.local/share/bash-completion/completions/mise",
        "../home/.config/powershell/completions/mise.ps1",
    ];
    Case::empty()
        .mise(["completion", "bash", "--install"])
        .mise(["completion", "bash", "--install"])
        .mise(["completion", "powershell", "--install"])
        .mise(["completion", "zsh", "--install"])
        .mise(["completion", "fish", "--install"])
        .mise(["completion", "fish", "--install"])
        .mise(["completion", "bash", "--install"])
        .env("XDG_DATA_HOME", "[HOME]/data")
        .effects(places)
        .effects(["../home/data/bash-completion/completions/mise"])
        .check();
}

#[test]
fn a_file_of_somebody_else_is_left_alone() {
    let place = "../home/.local/share/bash-completion/completions/mise";
    Case::empty()
        .file(place, "mine\n")
        .mise(["completion", "bash", "--install"])
        .effects([place])
        .check();
    Case::empty()
        .file(place, "mine\n")
        .mise(["completion", "bash", "--install", "--force"])
        .effects([place])
        .check();
}

#[test]
fn mistyped() {
    let lines = [
        &["completion"][..],
        &["completion", "nu"],
        &["completion", "bash", "--force"],
        &["completion", "bash", "zsh"],
        &["completion", "bash", "--nosuch"],
    ];
    for words in lines {
        let reason = "clap words and lists the same mistakes in its own way";
        Case::empty().mise(words).stderr_differs(reason).check();
    }
}
