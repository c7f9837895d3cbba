//! Which tasks a word of the command line means, and what becomes of the words behind it.

use crate::support::Case;

/// Tasks in groups, as the patterns see them.
const GROUPS: &str = r#"
[tasks]
test = "echo test"
"test:units" = "echo units"
"test:units:local" = "echo units local"
"test:e2e" = "echo e2e"
"test:e2e:happy:local" = "echo e2e happy local"
"lint:a" = "echo lint a"
"lint:b" = "echo lint b"
"lint:cc" = "echo lint cc"
[tasks."lint:hidden"]
hide = true
run = "echo lint hidden"
"#;

#[test]
fn an_alias_is_as_good_as_the_name() {
    Case::config(
        r#"
[tasks.build]
alias = ["b1", "grp:b2"]
run = "echo $MISE_TASK_NAME"
[tasks.one]
alias = "o"
run = "echo one"
[tasks.top]
depends = ["o"]
run = "echo top"
"#,
    )
    .mise(["run", "b1"])
    .mise(["run", "grp:b2", "arg"])
    .mise(["run", "top"])
    .mise(["tasks", "ls", "-x"])
    .check();
}

#[test]
fn an_exact_name_beats_an_alias() {
    Case::config("[tasks.a]\nalias = 'z'\nrun = 'echo a'\n[tasks.z]\nrun = 'echo z'\n")
        .mise(["run", "z"])
        .check();
}

#[test]
fn a_star_matches_within_one_group() {
    Case::config(GROUPS)
        .mise(["run", "test:*"])
        .mise(["run", "lint:*"])
        .mise(["run", "*"])
        .unordered()
        .check();
}

#[test]
fn a_double_star_matches_across_groups() {
    Case::config(GROUPS)
        .mise(["run", "test:**"])
        .mise(["run", "test:**:local"])
        .mise(["run", "**:local"])
        .unordered()
        .check();
}

#[test]
fn a_question_mark_matches_one_character() {
    Case::config(GROUPS).mise(["run", "lint:?"]).unordered().check();
}

#[test]
fn braces_and_classes_are_alternatives() {
    Case::config(GROUPS)
        .mise(["run", "lint:{a,cc}"])
        .mise(["run", "{test,lint}:{units,b}"])
        .mise(["run", "lint:[ab]"])
        .mise(["run", "lint:[!a]"])
        .unordered()
        .check();
}

#[test]
fn a_pattern_that_matches_one_task_runs_it_with_the_arguments() {
    Case::config(GROUPS)
        .mise(["run", "lint:c*", "x", "y z"])
        .mise(["run", "lint:{a,b}", "x"])
        .unordered()
        .check();
}

#[test]
fn a_pattern_matches_aliases_once() {
    Case::config(
        "[tasks.abc]\nalias = ['xa', 'xb']\nrun = 'echo abc'\n[tasks.xc]\nrun = 'echo xc'\n",
    )
    .mise(["run", "x*"])
    .unordered()
    .check();
}

#[test]
fn three_colons_separate_invocations() {
    Case::config("[tasks]\na = 'echo a'\nb = 'echo b'\n")
        .mise(["run", "a", "1", ":::", "b", "2 3", ":::", "a"])
        .unordered()
        .check();
}

#[test]
fn three_colons_may_lead() {
    Case::config("[tasks]\na = 'echo a'\n")
        .mise(["run", ":::", "a"])
        .mise(["run", "a", "\\:::"])
        .check();
}

#[test]
fn the_same_invocation_runs_once() {
    Case::config("[tasks]\na = 'echo a'\n")
        .mise(["run", "a", ":::", "a"])
        .mise(["run", "-j1", "a", "1", ":::", "a", "2", ":::", "a", "1"])
        .check();
}

#[test]
fn without_a_name_the_default_task_runs() {
    Case::config("[tasks.default]\nhide = true\nrun = 'echo the default'\n")
        .mise(["run"])
        .mise(["run", "--", "a", "b c"])
        .check();
}

#[test]
fn the_default_task_may_be_an_alias() {
    Case::config("[tasks.build]\nalias = 'default'\nrun = 'echo build'\n")
        .mise(["run"])
        .mise(["r"])
        .check();
}

#[test]
fn a_hidden_task_runs_by_its_name() {
    Case::config(GROUPS).mise(["run", "lint:hidden"]).check();
}

#[test]
fn a_bare_word_is_a_task() {
    Case::config("[tasks]\nbuild = 'echo build'\n'x:y' = 'echo xy'\n")
        .mise(["build"])
        .mise(["build", "a", "--flag"])
        .mise(["-q", "build"])
        .mise(["x:y"])
        .mise(["build", ":::", "x:y"])
        .unordered()
        .check();
}

#[test]
fn run_has_several_spellings() {
    Case::config("[tasks]\nbuild = 'echo build'\n")
        .mise(["r", "build", "1"])
        .mise(["tasks", "run", "build", "2"])
        .mise(["t", "r", "build", "3"])
        .mise(["task", "run", "build", "4"])
        .check();
}

#[test]
fn arguments_are_quoted_and_appended() {
    Case::config("[tasks]\np = '''printf \"<%s>\\n\"'''\n")
        .mise(["run", "p", "plain", "a b", "", "it's", "$HOME", "*", "a\"b", "--x=y z"])
        .check();
}

#[test]
fn arguments_go_to_the_last_script_of_a_list() {
    Case::config(
        "[tasks]\nl = ['echo one', 'echo two']\nm = ['echo one', {task = 'n'}]\nn = 'echo n'\n",
    )
    .mise(["run", "l", "x"])
    .mise(["run", "m", "x"])
    .check();
}

#[test]
fn a_shebang_script_takes_arguments_as_its_own() {
    Case::config("[tasks]\ns = '''\n#!/bin/sh\necho \"$# $1\"\n'''\n")
        .mise(["run", "s", "a b", "c"])
        .check();
}

#[test]
fn a_file_task_takes_arguments_as_its_own() {
    Case::empty()
        .executable("mise-tasks/s", "#!/bin/sh\nfor a; do echo \"<$a>\"; done\n")
        .mise(["run", "s", "a", "--flag", "-n"])
        .mise(["run", "s", "--", "-x", "--help"])
        .check();
}

#[test]
fn flags_behind_the_name_of_a_file_task_are_its_own() {
    Case::empty()
        .executable("mise-tasks/s", "#!/bin/sh\necho \"$@\"\n")
        .mise(["run", "s", "-j", "1", "--quiet", "--force", "-n"])
        .check();
}

#[test]
fn two_dashes_protect_what_follows() {
    Case::config("[tasks]\na = 'echo a'\nb = 'echo b'\n")
        .mise(["run", "a", "--", "--help", "-h"])
        .mise(["run", "a", "--", "b", ":::", "b"])
        .mise(["run", "a", "1", "--", "2", "--", "3"])
        .mise(["a", "--", "-x"])
        .check();
}

#[test]
fn an_extension_is_not_part_of_the_name() {
    Case::empty()
        .executable("mise-tasks/hello.sh", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .executable("mise-tasks/a.b.c", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .executable("mise-tasks/grp/x.py", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .mise(["tasks", "ls"])
        .mise(["run", "hello"])
        .mise(["run", "hello.sh"])
        .mise(["run", "a.b"])
        .mise(["run", "grp:x"])
        .mise(["run", "grp:*"])
        .check();
}

#[test]
fn a_stripped_name_that_two_files_share_means_both() {
    Case::empty()
        .executable("mise-tasks/hello.sh", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .executable("mise-tasks/hello.py", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .mise(["tasks", "ls"])
        .mise(["run", "hello"])
        .mise(["run", "hello.py"])
        .unordered()
        .check();
}

#[test]
fn an_exact_name_takes_a_stripped_name_away() {
    Case::config("[tasks]\nhello = 'echo exact'\n")
        .executable("mise-tasks/hello.sh", "#!/bin/sh\necho $MISE_TASK_NAME\n")
        .mise(["tasks", "ls"])
        .mise(["run", "hello"])
        .mise(["run", "hello.sh"])
        .check();
}

#[test]
fn odd_names_run_by_their_exact_text() {
    Case::config(
        r"
[tasks]
'a::b' = 'echo 1'
'x:' = 'echo 2'
'with space' = 'echo 3'
'a*b' = 'echo 4'
'täsk' = 'echo 5'
'100%' = 'echo 6'
",
    )
    .mise(["run", "a::b"])
    .mise(["run", "x:"])
    .mise(["run", "with space"])
    .mise(["run", "a*b"])
    .mise(["run", "täsk"])
    .mise(["run", "100%"])
    .mise(["tasks", "ls"])
    .check();
}

#[test]
fn a_path_runs_a_file_that_is_no_task() {
    Case::config("[env]\nA = 'from config'\n")
        .executable(
            "x/s.sh",
            "#!/bin/sh\n#MISE env.B=\"from header\"\necho \"$MISE_TASK_NAME $A $B\" \"$@\"; pwd\n",
        )
        .mise(["run", "./x/s.sh", "a b"])
        .mise(["run", "../p/x/s.sh"])
        .mise(["./x/s.sh", "1"])
        .check();
}

#[test]
fn a_path_to_a_file_that_is_not_executable_is_refused() {
    Case::config("").file("x/s.sh", "#!/bin/sh\necho no\n").mise(["run", "./x/s.sh"]).check();
}

#[test]
fn a_name_that_is_no_task_is_an_error() {
    Case::config("[tasks]\nbuild = 'echo build'\nlint = 'echo lint'\n")
        .mise(["run", "biuld"])
        .mise(["run", "buil"])
        .mise(["run", "build", ":::", "nope"])
        .mise(["run", "zz*"])
        .mise(["run", "b*:local"])
        .mise(["run"])
        .mise(["run", "build"])
        .stderr_differs("suggestions and the list below them are each program's own")
        .check();
}

#[test]
fn a_project_without_tasks_has_no_default() {
    Case::empty().mise(["run"]).check();
}

#[test]
fn a_project_without_tasks_knows_no_name() {
    Case::empty()
        .mise(["run", "x"])
        .file("mise.toml", "[tasks]\nx = 'echo x'\n")
        .mise(["run", "x"])
        .stderr_differs("mise suggests its own subcommands")
        .check();
}

#[test]
fn a_slash_before_a_colon_is_refused() {
    Case::config("[tasks]\nb = 'echo b'\n").mise(["run", "apps/web:b"]).check();
}

/// A pattern finds a task by its alias only where the alias means it.
#[test]
fn patterns_and_aliases_that_others_have_too() {
    let case = Case::config(
        "[tasks.a]\nalias = ['zz', 'zc']\nrun = 'echo a'\n[tasks.b]\nalias = 'zz'\nrun = 'echo b'\n\
         [tasks.c]\nalias = 'zb'\nrun = 'echo c'\n[tasks.zc]\nrun = 'echo zc'\n",
    );
    let case = case.mise(["run", "z*"]).mise(["run", "zz*"]).mise(["run", "zc*"]);
    case.stderr_differs("ours warns of the doubled alias").unordered().check();
    let config = "[tasks.z]\nalias = ['b', 'a1']\nrun = 'echo z'\n[tasks.a2]\nrun = 'echo a2'\n\
                  [tasks.a3]\nalias = 'a0'\nrun = 'echo a3'\n";
    let case = Case::config(config).mise(["run", "-j1", "a*"]).mise(["tasks", "info", "a*"]);
    case.mise(["run", "a*", "--help"]).mise(["run", "-j1", "*"]).check();
}
