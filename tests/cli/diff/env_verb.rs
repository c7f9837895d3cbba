//! `env`: what shells and programs are told of the project's environment.

use crate::support::Case;

const CONFIG: &str = r#"
redactions = ["TOK_*"]
[env]
_.file = ".env"
_.source = "./s.sh"
_.path = ["./bin", "/opt/x y"]
TOK_A = "t!"
SECRET = { value = "s3cret", redact = true }
D = { default = "dd" }
HOME = "/nowhere"
NL = "a\nb"
TAB = "a\tb"
DOLLAR = '$HOME\x"`'
QUOTE = "it's, \"so\""
EMPTY = ""
UNI = "é"
N = 3
GONE = false
ROOT = "{{config_root}}/x"
ASKED = "{{ exec(command='echo asked') }}"
"#;

fn rich() -> Case {
    Case::config(CONFIG)
        .file("mise.local.toml", "[env]\nLOCAL = 'yes'\nN = '4'\n")
        .file(".env", "F1=one\nF2=\"two words\"\n")
        .executable("s.sh", "export S1=src\nexport PATH=\"/src/bin:$PATH\"\nunset ZED\n")
}

#[test]
fn each_shell_has_its_statements() {
    let shells = ["bash", "zsh", "fish", "nu", "xonsh", "elvish", "pwsh", "powershell"];
    shells.into_iter().fold(rich(), |case, shell| case.mise(["env", "-s", shell])).check();
}

#[test]
fn the_shell_is_the_one_that_the_environment_names() {
    rich()
        .mise(["env"])
        .mise(["e"])
        .mise(["env"])
        .env("SHELL", "/usr/bin/fish")
        .mise(["env"])
        .env("SHELL", "/opt/odd")
        .mise(["env"])
        .env("MISE_SHELL", "nu")
        .check();
}

#[test]
fn programs_read_other_forms() {
    rich()
        .mise(["env", "--json"])
        .mise(["env", "-J", "--redacted"])
        .mise(["env", "--json-extended"])
        .mise(["env", "--json-extended", "--redacted"])
        .mise(["env", "-D"])
        .mise(["env", "--values"])
        .mise(["env", "--redacted"])
        .mise(["env", "--redacted", "--values"])
        .check();
}

#[test]
fn of_two_forms_one_wins() {
    rich()
        .mise(["env", "-J", "-D"])
        .mise(["env", "-D", "--json-extended"])
        .mise(["env", "-J", "--json-extended"])
        .mise(["env", "-D", "-s", "fish"])
        .mise(["env", "--values", "-D"])
        .mise(["env", "-s", "bash", "--json"])
        .check();
}

#[test]
fn what_is_there_already_counts() {
    rich().mise(["env", "-J"]).env("D", "mine").env("ZED", "1").env("GONE", "here").check();
}

#[test]
fn without_configuration_there_is_only_path() {
    Case::empty()
        .mise(["env", "-s", "bash"])
        .mise(["env", "-J"])
        .mise(["env", "-D"])
        .mise(["env", "--redacted"])
        .check();
}

#[test]
fn profiles_and_directories_count() {
    rich()
        .file("mise.prod.toml", "[env]\nN = 'prod'\n")
        .file("sub/mise.toml", "[env]\nN = 'sub'\n")
        .mise(["-E", "prod", "env", "-D"])
        .mise(["env", "-D"])
        .cwd("sub")
        .mise(["-C", "sub", "env", "--json-extended"])
        .check();
}

#[test]
fn mistakes_end_it() {
    Case::config("[env]\nR = { required = true }\n")
        .mise(["env"])
        .stderr_differs("the place is named")
        .check();
    Case::config("[env]\nX = '{{ nope() }}'\n")
        .mise(["env", "-J"])
        .stderr_differs("the place is named")
        .check();
    for broken in ["[env]\nA = [1]\n", "[env]\nA = 1\n[tasks.a]\nrn = 'x'\n"] {
        Case::config(broken).mise(["env"]).stderr_differs("the place is named").check();
    }
    rich().mise(["env", "-s", "bogus"]).stderr_differs("the grammar's own words").check();
}
