//! `[task_config] input_groups` and `global_inputs`: which files a task has for sources, and
//! when it is skipped for them.

use crate::support::Case;

const EXPERIMENTAL: &str = "[settings]\nexperimental = true\n";

/// A project that may have groups.
fn project(text: &str) -> Case {
    Case::config(&format!("{text}\n{EXPERIMENTAL}"))
}

/// What each task has for sources.
fn listed(text: &str) {
    project(text).mise(["tasks", "ls", "--json"]).check();
}

impl Case {
    fn list(self) -> Self {
        self.mise(["tasks", "ls", "--json", "--all"])
    }

    /// No task runs.
    fn stops(self, cwd: &'static str) {
        self.mise(["run", "ok"]).cwd(cwd).stderr_differs("ours shows the task").check();
    }
}

#[test]
fn a_group_stands_for_its_patterns_from_the_root() {
    listed(
        r#"
[task_config.input_groups]
lib = ["lib/**", "!lib/x", "./y", "../up", "/abs/*.{c,h}", "!/abs/no", "!../q", "\\!z", "~/h", "a//b", "", "[x]"]
all = ["@group:lib", "src/*"]
empty = []
"" = ["nameless"]
"odd name" = ["odd"]
twice = ["@group:odd name", "x", "x", "@group:odd name"]
[tasks.a]
sources = ["first", "@group:all", "!src/b"]
run = "true"
[tasks.dir]
dir = "sub"
sources = ["x", "@group:odd name", "@group:", "@group:twice"]
outputs = ["out"]
run = "true"
[tasks.empty]
sources = ["@group:empty"]
run = "true"
[tasks.text]
sources = "@group:odd name"
run = "true"
[tasks.plain]
outputs = ["@group:lib"]
run = "true"
"#,
    );
}

#[test]
fn global_inputs_come_behind_the_sources_of_every_task() {
    let text = r#"
[task_config]
global_inputs = ["g", "@group:a", "!g/x", "a"]
input_groups = { a = ["a"] }
[task_templates.template]
sources = ["@group:a", "t"]
[tasks.some]
sources = ["a", "@group:a"]
run = "true"
[tasks.none]
run = "true"
[tasks.empty]
sources = []
run = "true"
[tasks.outputs]
outputs = ["x"]
run = "true"
[tasks.nothing]
outputs = []
run = "true"
[tasks.deps]
depends = ["some"]
[tasks.calls]
run = [{ task = "some" }]
[tasks.templated]
extends = "template"
run = "true"
[tasks.hidden]
hide = true
run = "true"
"#;
    project(text)
        .executable("mise-tasks/file", "#!/bin/sh\n#MISE sources=['@group:a']\n")
        .executable("mise-tasks/plain", "#!/bin/sh\n")
        .mise(["tasks", "ls", "--json"])
        .mise(["tasks", "ls", "--json", "--hidden"])
        .mise(["tasks", "ls"])
        .check();
}

#[test]
fn what_leaves_out_names_no_group() {
    let text = "[task_config.input_groups]\na = ['a', '!@group:b']\nb = ['b']\n[tasks.t]\n\
                sources = ['!@group:a', '\\@group:a', ' @group:a', '@group:a']\nrun = 'true'";
    let why = "ours warns of it";
    project(text).mise(["tasks", "ls", "--json"]).stderr_differs(why).check();
}

#[test]
fn patterns_are_templates() {
    let text = r#"
[task_config]
global_inputs = ["{{vars.x}}", "{{env.HOME}}/y", "!{{env.X}}", "{{config_root}}/z", "{{cwd}}"]
input_groups = { a = ["{{vars.x}}/x"], b = ["b"] }
[env]
X = "from env"
[vars]
x = "from vars"
[tasks.t]
sources = ["@group:a", "@group:b"]
run = "true"
"#;
    project(text).dir("sub").list().list().cwd("sub").check();
}

#[test]
fn of_the_files_of_a_root_the_last_one_with_an_entry_counts() {
    let main = "[task_config]\nglobal_inputs = ['main']\ninput_groups = { one = ['one'], two = ['two'] }\n\
                [tasks.main]\nrun = 'true'\nsources = ['@group:one']";
    let local = |config: &str, group: &str| {
        let text = format!(
            "[task_config]\n{config}\n[tasks.local]\nsources = ['@group:{group}']\nrun = 'true'\n"
        );
        project(main).file("mise.local.toml", &text)
    };
    local("input_groups = { one = ['local'] }", "two").stops(".");
    local("", "two").list().check();
    local("global_inputs = ['local']", "one").list().check();
    local("global_inputs = []", "one").list().check();
    local("input_groups = {}", "one").list().check();
    local("input_groups = { one = ['local'] }", "one").list().check();
    let mixed = local("input_groups = { one = ['local'] }\nglobal_inputs = ['x', 'y']", "one");
    mixed.file("inc.toml", "[i]\nsources = ['@group:one']\nrun = 'true'").list().check();
    project(
        "[task_config]\nglobal_inputs = ['root']\n[tasks.t]\nsources = ['@group:k']\nrun = 'true'",
    )
    .file(".config/mise/config.toml", "[task_config.input_groups]\nk = ['far']\n")
    .file(".mise/config.toml", "[task_config]\nglobal_inputs = ['dot']\n[tasks.d]\nrun = 'true'\n")
    .file("mise.dev.toml", "[task_config]\nglobal_inputs = ['dev']\n")
    .list()
    .mise(["-E", "dev", "tasks", "ls", "--json"])
    .check();
}

#[test]
fn each_root_has_groups_of_its_own() {
    let outer = "[task_config]\nglobal_inputs = ['outer']\ninput_groups = { one = ['one'] }\n\
                 [tasks.outer]\nsources = ['@group:one']\nrun = 'true'";
    let inner = |text: &str| project(outer).file("sub/mise.toml", text);
    inner("[tasks.inner]\nrun = 'true'\n").list().cwd("sub").check();
    inner("[task_config]\nglobal_inputs = ['inner']\n[tasks.inner]\nrun = 'true'\n")
        .list()
        .cwd("sub")
        .check();
    let own = "[task_config.input_groups]\none = ['inner']\n[tasks.inner]\nsources = ['@group:one']\n\
               run = 'true'\n";
    inner(own).list().cwd("sub").check();
    inner("[tasks.inner]\nsources = ['@group:one']\nrun = 'true'\n").stops("sub");
    project(outer).executable("sub/mise-tasks/f", "#!/bin/sh\n").list().cwd("sub").check();
}

#[test]
fn groups_and_inputs_are_passed_down_one_by_one() {
    let outer = "[task_config]\ncascade = true\nglobal_inputs = ['outer', '@group:three']\n\
                 input_groups = { one = ['one'], two = ['two'], three = ['@group:one', '3'] }\n\
                 [tasks.outer]\nsources = ['@group:three']\nrun = 'true'";
    let inner = |config: &str, sources: &str| {
        let text =
            format!("[task_config]\n{config}\n[tasks.inner]\nsources = {sources}\nrun = 'true'\n");
        project(outer).file("sub/mise.toml", &text)
    };
    inner("", "['@group:one', 'x']").list().cwd("sub").check();
    inner("global_inputs = []", "['@group:two']").list().cwd("sub").check();
    inner("global_inputs = ['inner']", "['@group:two']").list().cwd("sub").check();
    inner("input_groups = { one = ['inner'] }", "['@group:one', '@group:two', '@group:three']")
        .list()
        .cwd("sub")
        .check();
    inner("input_groups = { four = ['inner'] }", "['@group:one', '@group:four']")
        .list()
        .cwd("sub")
        .check();
    inner("cascade = false\ninput_groups = { one = ['inner'] }", "['@group:one']")
        .list()
        .cwd("sub")
        .check();
    inner("cascade = false\nglobal_inputs = ['inner']", "['x']").list().cwd("sub").check();
    inner("dir = 'elsewhere'", "['x']").list().cwd("sub").check();
    inner("cascade = false", "['@group:two']").stops("sub");
    project(outer).executable("sub/mise-tasks/f", "#!/bin/sh\n").list().cwd("sub").check();
}

#[test]
fn the_users_own_configuration_has_them_for_its_own_tasks() {
    let global = "[task_config]\nglobal_inputs = ['g']\ninput_groups = { gg = ['x'] }\n[tasks.global]\n\
                  sources = ['@group:gg']\nrun = 'true'\n";
    let home = |text: &str| project(text).file("../home/.config/mise/config.toml", global);
    let plain = "[tasks.t]\nrun = 'echo ran'\n";
    for text in [plain, &format!("[task_config]\nglobal_inputs = ['p']\n{plain}")] {
        let twice = |case: Case, task| case.mise(["run", task]).mise(["run", task]);
        let case = twice(twice(home(text), "global"), "t").file("../home/g", "").file("p", "");
        twice(twice(case, "global"), "t").check();
    }
    home("[tasks.t]\nsources = ['@group:gg']\nrun = 'true'").stops(".");
}

/// Runs `task` three times, with an edit of `in/a` before the last.
fn edited(text: &str, task: &str) {
    let case = project(text).file("in/a", "1\n").file("own", "1\n").mise(["run", task]);
    case.mise(["run", task]).file("in/a", "2\n").mise(["run", task]).mise(["run", task]).check();
}

#[test]
fn a_file_of_a_group_makes_a_task_run() {
    let group = "[task_config.input_groups]\nlib = ['in/*']\n";
    edited(&format!("{group}[tasks.t]\nsources = ['own', '@group:lib']\nrun = 'echo ran'"), "t");
    edited(
        &format!("{group}[tasks.t]\nsources = ['@group:lib']\noutputs = ['o']\nrun = 'touch o'"),
        "t",
    );
    edited(
        &format!("{group}[tasks.t]\nsources = ['own', '@group:lib', '!in/a']\nrun = 'echo ran'"),
        "t",
    );
    edited(
        &format!("{group}[tasks.t]\ndir = 'in'\nsources = ['@group:lib']\nrun = 'echo ran'"),
        "t",
    );
}

#[test]
fn a_global_input_makes_every_task_run() {
    let tasks = "[task_config]\nglobal_inputs = ['in/*']\n[tasks.plain]\nrun = 'echo ran'\n\
                 [tasks.own]\nsources = ['own']\nrun = 'echo ran'\n\
                 [tasks.none]\noutputs = []\nrun = 'echo ran'\n\
                 [tasks.out]\noutputs = ['o']\nrun = 'echo ran > o'\n\
                 [tasks.deps]\ndepends = ['plain']\nrun = 'echo after'\n\
                 [tasks.calls]\nrun = [{ task = 'plain' }, 'echo after']\n";
    for task in ["plain", "own", "none", "out", "deps", "calls"] {
        edited(tasks, task);
    }
}

#[test]
fn a_script_has_the_global_inputs_of_its_place() {
    project("[task_config]\nglobal_inputs = ['in/*']")
        .file("in/a", "1\n")
        .executable("mise-tasks/f", "#!/bin/sh\necho ran\n")
        .executable("adhoc.sh", "#!/bin/sh\necho ran\n")
        .mise(["run", "f"])
        .mise(["run", "f"])
        .mise(["run", "./adhoc.sh"])
        .mise(["run", "./adhoc.sh"])
        .file("in/b", "1\n")
        .mise(["run", "f"])
        .mise(["run", "f"])
        .check();
}

#[test]
fn a_dry_run_asks_too() {
    project("[task_config]\nglobal_inputs = ['in/*']\n[tasks.t]\noutputs = ['o']\nrun = 'touch o'")
        .file("in/a", "1\n")
        .mise(["run", "t"])
        .mise(["run", "-n", "t"])
        .mise(["run", "--force", "t"])
        .check();
}

#[test]
fn a_group_without_files_is_no_source() {
    let text = "[task_config.input_groups]\nempty = []\n[tasks.t]\nsources = ['@group:empty']\nrun = 'echo ran'";
    project(text).mise(["run", "t"]).mise(["run", "t"]).list().check();
}

/// Every command that reads tasks fails, whatever task it is about. (A listing shows what is
/// known, see `bad_input`.)
fn fails(case: &dyn Fn() -> Case) {
    let commands: [&[&str]; 3] = [&["run", "ok"], &["run", "bad"], &["run", "-n", "ok"]];
    for command in commands {
        case().mise(command).stderr_differs("ours shows the task").check();
    }
}

const TASKS: &str =
    "\n[tasks.ok]\nrun = 'echo ok'\n[tasks.bad]\nsources = ['@group:x']\nrun = 'true'\n";

#[test]
fn a_group_that_is_not_there_fails_everything() {
    fails(&|| project(TASKS));
    fails(&|| project(&format!("[task_config.input_groups]\nx = ['@group:y']\n{TASKS}")));
    fails(&|| project(&format!("[task_config.input_groups]\nx = ['@group: x']\n{TASKS}")));
    fails(&|| project(&format!("[task_config]\nglobal_inputs = ['@group:g']\n{TASKS}")));
}

#[test]
fn a_circle_of_groups_fails_everything() {
    fails(&|| project(&format!("[task_config.input_groups]\nx = ['@group:x']\n{TASKS}")));
    let text = "[task_config.input_groups]\nx = ['a', '@group:y']\ny = ['@group:x']\n";
    fails(&|| project(&format!("{text}{TASKS}")));
}

#[test]
fn what_no_task_leads_to_is_no_mistake() {
    listed(
        "[task_config.input_groups]\na = ['@group:nope']\nb = ['@group:b']\n[tasks.t]\nrun = 'true'\n",
    );
}

#[test]
fn without_the_setting_everything_fails() {
    fails(&|| Case::config(TASKS));
    fails(&|| Case::config("[task_config.input_groups]\nx = []\n[tasks.ok]\nrun = 'true'\n"));
    fails(&|| Case::config("[task_config]\nglobal_inputs = ['x']\n[tasks.ok]\nrun = 'true'\n"));
    let outer = "[task_config]\nglobal_inputs = ['x']\n";
    let inner = "[tasks.ok]\nrun = 'true'\n";
    Case::config(outer).file("sub/mise.toml", inner).list().cwd("sub").check();
    Case::config("[task_config]\nglobal_inputs = []\ninput_groups = {}\n[tasks.t]\nrun = 'true'")
        .list()
        .check();
    Case::config("[tasks.t]\nsources = ['!@group:x']\nrun = 'true'")
        .list()
        .stderr_differs("ours warns of it")
        .check();
    Case::config(TASKS)
        .mise(["run", "ok"])
        .env("MISE_EXPERIMENTAL", "1")
        .stderr_differs("ours shows the task")
        .check();
    Case::config("[task_config]\nglobal_inputs = ['x']\n[tasks.ok]\nrun = 'true'\n")
        .list()
        .env("MISE_EXPERIMENTAL", "1")
        .check();
}

#[test]
fn other_types_are_errors() {
    let keys = [
        "global_inputs = 'a'",
        "global_inputs = [1]",
        "global_inputs = true",
        "input_groups = ['a']",
        "input_groups = 'a'",
        "input_groups = { a = 'a' }",
        "input_groups = { a = [['a']] }",
    ];
    for key in keys {
        let text = format!("[task_config]\n{key}\n[tasks.ok]\nrun = 'echo ok'\n");
        let why = "the parser's text, or the marked lines";
        let case = project(&text).mise(["run", "ok"]).stderr_differs(why);
        case.check();
    }
}
