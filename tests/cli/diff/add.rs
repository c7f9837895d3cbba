//! What `tasks add` and `tasks edit` write, and where.

use crate::support::Case;

/// Adds a task to a `mise.toml` that says this.
fn added<const N: usize>(config: &str, words: [&str; N]) -> Case {
    add(Case::config(config), words).effects(["mise.toml"])
}

fn add<const N: usize>(case: Case, words: [&str; N]) -> Case {
    case.mise(["tasks", "add"].into_iter().chain(words))
}

#[test]
fn every_key_has_its_place() {
    let words = [
        "t", "-a", "x", "--alias", "y", "-d", "a", "-d", "b", "-w", "c", "--depends-post", "p",
        "--description", "de \"sc\"", "-D", "dir", "-H", "-r", "-s", "s1", "-s", "s2", "--outputs",
        "o1", "--shell", "bash -c", "-q", "--silent", "--run-windows", "win", "--", "echo", "a b",
        "$X", "it's", "*", "", "a=b", "é", "ü x", "n\nl",
    ];
    add(Case::empty(), words).effects(["mise.toml"]).check();
    let mut script = words.to_vec();
    script.insert(1, "-f");
    Case::empty()
        .mise(["tasks", "add"].into_iter().chain(script))
        .effects(["mise.toml", "mise-tasks/t"])
        .check();
}

#[test]
fn names_are_quoted_where_they_have_to_be() {
    for name in ["t", "n s", "a:b", "q\"u", "a.b", "", "é", "'"] {
        added("", [name, "--", "echo", "hi"]).check();
    }
}

#[test]
fn a_task_may_be_empty() {
    added("", ["t"]).check();
    added("", ["t", "-d", "a"]).check();
}

#[test]
fn what_is_in_the_file_stays() {
    for config in [
        "# head\n[tools]\nnode=\"20\"\n",
        "[tasks]\nold = \"x\"\n# c\nz = \"y\"\n",
        "tasks.a = \"x\"\n[env]\nA=\"1\"\n",
        "[tasks.a]\nrun=\"x\"\n[env]\nA=\"1\"\n",
        "[tasks.a]\nrun=\"x\"\n\n[env]\nA=\"1\"\n\n[tasks.b]\nrun=\"1\"",
        "[tasks.a]\r\nrun=\"x\"\r\n",
        "\u{feff}[tasks.a]\nrun=\"x\"\n",
        "# only a remark",
        "[tasks.b]\nrum = 1\n",
        "[env]\nA = \"{{ nope }}\"\n",
    ] {
        added(config, ["t", "--", "echo", "hi"]).check();
    }
}

#[test]
fn a_task_of_that_name_is_replaced() {
    added(
        "# head\n\n[tasks.t] # c\n# inner\nrun = \"old\" # x\n\n# tail\n[tasks.z]\nrun=\"z\"\n",
        ["t", "--", "new"],
    )
    .check();
    added("[tasks]\nt = \"x\"\n# c\nz = \"y\"\n", ["t", "--", "new"]).check();
    added("tasks.t = \"x\"\ntasks.t2 = \"y\"\n", ["t", "--", "new"]).check();
}

#[test]
fn a_file_that_is_no_toml_is_left_alone() {
    added("[tasks\n", ["t", "--", "x"])
        .stderr_differs("ours is one message, and draws the lines")
        .check();
}

#[test]
fn words_that_mean_nothing_are_refused() {
    let mut case = Case::empty();
    for words in ["", " t x", " t --bogus", " t -a", " t -- x --"] {
        case = case.mise(format!("tasks add{words}").split(' '));
    }
    case.stderr_differs("ours says it in its own words").effects(["mise.toml"]).check();
}

const PLACES: [&str; 14] = [
    ".config/mise/config.toml",
    ".config/mise/mise.toml",
    ".config/mise.toml",
    ".mise/config.toml",
    "mise/config.toml",
    "mise.toml",
    ".mise.toml",
    ".config/mise/config.local.toml",
    ".config/mise/mise.local.toml",
    ".config/mise.local.toml",
    ".mise/config.local.toml",
    "mise/config.local.toml",
    "mise.local.toml",
    ".mise.local.toml",
];

#[test]
fn the_weakest_file_of_the_directory_gets_it() {
    for from in 0..PLACES.len() {
        let case = PLACES[from..].iter().fold(Case::empty(), |case, path| case.file(path, "\n"));
        let others = ["mise.test.toml", ".mise/conf.d/a.toml", ".tool-versions", "mise/mise.toml"];
        let case = others.iter().fold(case, |case, path| case.file(path, ""));
        add(case, ["t", "--", "x"]).effects(PLACES).effects(others).check();
    }
}

#[test]
fn the_nearest_directory_gets_it() {
    let case = Case::config("").file("sub/mise.local.toml", "").dir("sub/a").dir("other");
    case.mise(["tasks", "add", "t", "--", "x"])
        .cwd("sub/a")
        .mise(["tasks", "add", "u", "--", "x"])
        .cwd("other")
        .mise(["-C", "sub", "tasks", "add", "v", "--", "x"])
        .mise(["-E", "test", "tasks", "add", "w", "--", "x"])
        .effects(["mise.toml", "sub/mise.local.toml", "other/mise.toml", "mise.test.toml"])
        .check();
}

#[test]
fn variables_name_the_file() {
    Case::empty()
        .mise(["tasks", "add", "a", "--", "x"])
        .env("MISE_DEFAULT_CONFIG_FILENAME", "other.toml")
        .mise(["tasks", "add", "b", "--", "x"])
        .env("MISE_OVERRIDE_CONFIG_FILENAMES", "over.toml")
        .effects(["mise.toml", "other.toml", "over.toml"])
        .check();
}

#[test]
fn a_file_of_the_home_directory_is_for_home_alone() {
    Case::empty()
        .file("../home/mise.toml", "")
        .file("../home/.config/mise/config.toml", "")
        .dir("../home/p")
        .mise(["tasks", "add", "a", "--", "x"])
        .cwd("../home/p")
        .mise(["tasks", "add", "b", "--", "x"])
        .cwd("../home")
        .effects(["../home/mise.toml", "../home/.config/mise/config.toml", "../home/p/mise.toml"])
        .check();
}

#[test]
fn the_new_task_runs() {
    Case::empty()
        .mise(["tasks", "add", "n s", "--", "echo", "a  b"])
        .mise(["run", "n s"])
        .mise(["tasks", "add", "f", "--file", "--", "echo hi"])
        .mise(["run", "f"])
        .check();
}

#[test]
fn a_script_goes_into_the_first_directory() {
    let dirs =
        ["mise-tasks", ".mise-tasks", ".mise/tasks", ".config/mise/tasks", "mise/tasks", "tasks"];
    for from in 0..dirs.len() {
        let case = dirs[from..].iter().fold(Case::config(""), |case, dir| case.dir(dir));
        add(case.dir("sub"), ["g:h", "--file", "--", "echo", "a b", "$X"])
            .mise(["tasks", "add", "t", "-f"])
            .cwd("sub")
            .effects([
                "mise-tasks/g/h", ".mise-tasks/g/h", ".mise/tasks/g/h", ".config/mise/tasks/g/h",
                "mise/tasks/g/h", "mise-tasks/t", ".mise-tasks/t", "sub/mise-tasks/t",
            ])
            .check();
    }
}

#[test]
fn a_script_whose_name_is_a_directory_is_its_default() {
    Case::empty()
        .file("mise-tasks/g/x", "")
        .mise(["tasks", "add", "g", "-f", "--", "x"])
        .mise(["tasks", "add", "g:x", "-f", "--shell", "node", "--", "x"])
        .effects(["mise-tasks/g/_default", "mise-tasks/g/x"])
        .check();
}

#[test]
fn includes_say_where_scripts_go() {
    let config = "[task_config]\nincludes = ['mine', 'other', 'more.toml']\n";
    let add = |case: Case| {
        case.mise(["tasks", "add", "t", "-f", "--", "x"])
            .effects(["mine/t", "other/t", "mise-tasks/t"])
    };
    add(Case::config(config).dir("other")).check();
    add(Case::config(config)).stderr_differs("ours says the next step").check();
}

#[test]
fn an_editor_is_given_the_file() {
    Case::config("[tasks.a]\nalias = 'al'\nrun = 'x'\n[tasks.f]\nfile = 'x.sh'\n")
        .file("mise.local.toml", "[tasks.a]\ndescription = 'x'\n")
        .executable("mise-tasks/s", "#!/bin/sh\n")
        .mise(["tasks", "edit", "a"])
        .env("EDITOR", "echo 'an editor'")
        .mise(["tasks", "edit", "al"])
        .env("EDITOR", "false")
        .env("VISUAL", "echo")
        .mise(["tasks", "edit", "s"])
        .env("EDITOR", "cat")
        .mise(["tasks", "edit", "f"])
        .env("EDITOR", "echo")
        .mise(["tasks", "edit", "a"])
        .env("EDITOR", "sh -c 'pwd'")
        .mise(["tasks", "edit", "-p", "a"])
        .mise(["tasks", "edit", "s", "--path"])
        .check();
}

#[test]
fn a_script_that_is_not_there_is_made() {
    Case::config("")
        .dir("sub")
        .mise(["tasks", "edit", "new:one"])
        .env("EDITOR", "cat")
        .mise(["tasks", "edit", "-p", "two"])
        .cwd("sub")
        .mise(["tasks", "edit", "a*"])
        .env("EDITOR", "cat")
        .mise(["tasks", "ls", "--name-only"])
        .effects(["mise-tasks/new/one", "mise-tasks/two", "mise-tasks/a*"])
        .check();
}

#[test]
fn an_editor_that_fails_is_an_error() {
    let case = Case::config("tasks.a = 'x'\n");
    case.mise(["tasks", "edit", "a"])
        .env("EDITOR", "")
        .mise(["tasks", "edit", "a"])
        .env("EDITOR", "true")
        .env("VISUAL", "")
        .mise(["tasks", "edit", "a"])
        .env("EDITOR", "there-is-no-such-editor")
        .mise(["tasks", "edit", "a"])
        .env("EDITOR", "sh -c 'exit 3' 'q r'")
        .mise(["tasks", "edit", "a"])
        .env("EDITOR", "'unclosed")
        .mise(["tasks", "edit"])
        .mise(["tasks", "edit", "a", "b"])
        .stderr_differs("ours says the next step")
        .check();
}
