//! `config`: which files count, what one says, and how it is changed.

use crate::support::Case;

const WORDS: &str = "ours has a next step, and no version line";

const CONFIG: &str = r#"min_version = "2020.1.1"
# top
[settings]
jobs = 4 # four
[env]
# the a
A = "b" # hey
N = 3
F = false
[tools]
[tasks.x]
run = "echo"
depends = ["a"]
[tasks."a.b"]
run = """
x
y"""
[vars]
d = 2020-01-01
fl = 1.50
quote = "say \"hi\""
"#;

fn rich() -> Case {
    Case::config(CONFIG)
        .file("mise.local.toml", "[vars]\nlocal = true\n")
        .file("sub/.config/mise.toml", "[tasks.s]\nrun='x'\n")
        .file("../home/.config/mise/config.toml", "[env]\nG = '1'\n")
}

#[test]
fn the_files_are_listed() {
    let case = Case::config("[env]\nA = 'b'\n")
        .file("mise.local.toml", "[vars]\nlocal = true\n")
        .file("sub/.config/mise.toml", "[tasks.s]\nrun='x'\n");
    let forms: [&[&str]; 9] = [
        &[],
        &["ls"],
        &["list"],
        &["--json"],
        &["ls", "-J"],
        &["--no-header"],
        &["ls", "--no-header"],
        &["ls", "--no-truncate"],
        &["ls", "--truncate"],
    ];
    forms
        .into_iter()
        .fold(case, |case, form| case.mise([&["config"], form].concat()))
        .mise(["cfg"])
        .mise(["config", "ls", "--tracked-configs"])
        .mise(["-C", "sub", "config", "ls"])
        .mise(["-C", "sub", "config", "ls", "--json"])
        .mise(["-E", "dev", "config"])
        .check();
    Case::empty().mise(["config"]).mise(["config", "--json"]).check();
}

#[test]
fn tools_are_named_in_their_order() {
    Case::config("[tools]\nnode = '20'\n'npm:x' = ['1', '2']\naa = '1'\n")
        .mise(["config"])
        .mise(["config", "--json"])
        .stderr_differs("mise looks for versions")
        .check();
}

#[test]
fn values_are_shown_as_written() {
    let keys = [
        "env", "env.A", "env.N", "env.F", "tools", "tasks", "tasks.x", "tasks.x.depends",
        "tasks.a.b", "tasks.\"a.b\"", "vars.d", "vars.fl", "vars.quote", "vars", "bogus",
        "env.bogus", "env.A.b", "min_version", "settings.jobs", "", "env.",
    ];
    keys.into_iter()
        .fold(rich(), |case, key| case.mise(["config", "get", "-f", "mise.toml", key]))
        .mise(["config", "get"])
        .mise(["config", "get", "vars.local"])
        .mise(["config", "get", "env.A"])
        .mise(["config", "get", "-f", "mise.toml"])
        .mise(["config", "get", "-f", "sub", "tasks.s.run"])
        .mise(["config", "get", "-f", "sub"])
        .mise(["config", "get", "-f", "nope.toml", "env"])
        .mise(["config", "get", "-g"])
        .mise(["config", "get", "--global", "env.G"])
        .mise(["config", "get", "--system"])
        .mise(["config", "get", "-g", "-f", "mise.toml"])
        .mise(["config", "get", "a", "b"])
        .mise(["config", "bogus"])
        .mise(["config", "ls", "extra"])
        .stderr_differs(WORDS)
        .check();
    Case::empty().mise(["config", "get"]).stderr_differs(WORDS).check();
}

const PLAIN: &str = "# top\n[settings]\njobs = 4 # four\n[env]\n# the a\nA = \"b\" # hey\n[tasks.x]\nrun = \"echo\"\n";

fn set(calls: &[&[&str]]) {
    calls
        .iter()
        .fold(Case::config(PLAIN), |case, words| case.mise([&["config", "set"], *words].concat()))
        .effects(["mise.toml", "../home/.config/mise/config.toml"])
        .stderr_differs(WORDS)
        .check();
}

#[test]
fn keys_are_set() {
    set(&[&["env.A", "c"], &["env.NEW", "3"], &["env.T", "true"], &["env.S=x=y"]]);
    set(&[&["vars.a.b", "c"], &["tools.node", "22"], &["min_version", "2020.1.1"]]);
    set(&[&["settings.jobs", "9"], &["settings.quiet", "true"], &["settings.task.timeout", "4"]]);
    set(&[&["settings.disable_tools", "node,rust"], &["settings.task.output", "prefix"]]);
    set(&[&["tasks.x.run", "echo \"hi\""], &["tasks.y.run", "hi"], &["tasks.x.hide", "true"]]);
    set(&[&["tasks.x.alias", "a"], &["tasks.x.description", "4"], &["tasks.x.env.A", "b"]]);
    set(&[&["tasks.y:z.run", "hi"], &["env.X", "--", "-5"], &["env._.file", ".env"]]);
    set(&[&["-g", "env.G", "h"], &["-g", "env.G", "i"]]);
}

#[test]
fn a_type_may_be_said() {
    set(&[
        &["-t", "integer", "env.I", "4"],
        &["-t", "bool", "env.B", "true"],
        &["-t", "list", "env._.path", "a,b"],
        &["-t", "set", "tasks.x.depends", "a,b,a"],
        &["--type", "string", "env.S", "true"],
        &["-t", "float", "vars.f", "1.5"],
    ]);
}

#[test]
fn lists_grow_and_shrink() {
    set(&[
        &["--append", "env._.path", "/x"],
        &["--append", "env._.path", "/x"],
        &["--append", "env._.path", "/y"],
    ]);
    set(&[&["--append", "tasks.x.depends", "a"], &["--remove", "tasks.x.depends", "b"]]);
    set(&[&["--remove", "env.bogus", "x"]]);
}

#[test]
fn what_cannot_be_is_refused() {
    set(&[
        &["settings.jobs", "abc"],
        &["-t", "integer", "env.I", "x"],
        &["-t", "bool", "env.B", "x"],
        &["-t", "bogus", "env.B", "x"],
        &["env", "v"],
        &["env"],
        &[],
        &["x"],
        &["env.A.b", "x"],
        &["--append", "--remove", "env.A", "x"],
        &["tasks.x.hide", "1"],
        &["tasks.x.run", "true"],
        &["settings.task.output", "zz"],
        &["-f", "new.toml", "env.A", "b"],
        &["tasks.x.raw", "yes"],
        &["a", "b", "c"],
        &["settings.quiet", "1"],
    ]);
    Case::empty().mise(["config", "set", "env.A", "b"]).stderr_differs(WORDS).check();
}
