//! `_.file`, `_.path`, `_.source`, `_.python.venv`, `required`, `default`, `tools`: all forms and
//! all places.

use crate::support::Case;

/// Prints each name as it is in the environment.
const SHOW: &str = "for n in A B C D E F; do eval \"echo $n=\\\"\\${$n-unset}\\\"\"; done";

/// A case whose task `t` shows the variables.
fn shows(env: &str) -> Case {
    Case::config(&format!("{env}\n[tasks]\nt = '''{SHOW}'''\n"))
}

/// mise evaluates twice, and says twice what scripts and files say.
const TWICE: &str = "mise evaluates `[env]` twice";
const OURS: &str = "ours shows the place";

// ---- values ---------------------------------------------------------------

#[test]
fn defaults_of_references_may_hold_references() {
    shows(
        r#"
[env]
E = ""
A = "[${E-d}] [${E:-d}] [${N-d}] [${N:-d}]"
B = "[${N:-$E}x] [${N:-${C:-c}}] [${N:-}] [${N:-a:-b}]"
D = '$$E $${E} \$E $ $1 100$ ${N:+x} ${N:?x}'
"#,
    )
    .mise(["run", "-q", "t"])
    .check();
}

#[test]
fn expansion_can_be_turned_off() {
    shows("[settings]\nenv_shell_expand = false\n[env]\nA = 'x'\nB = '$A ${A}'")
        .mise(["run", "-q", "t"])
        .check();
    shows("[env]\nA = 'x'\nB = '$A ${A}'")
        .mise(["run", "-q", "t"])
        .env("MISE_ENV_SHELL_EXPAND", "false")
        .check();
}

#[test]
fn the_value_of_a_task_expands_too() {
    Case::config("[env]\nA = 'x'\n[tasks.t]\nenv = { B = '$A-${A}-$NOPE' }\nrun = 'echo \"$B\"'\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_default_counts_where_nothing_is_so_far() {
    Case::config(
        r#"
[env]
A = { default = "d" }
B = { default = 5 }
C = "set"
D = { default = "{{ env.C }}-$C" }
[tasks.t]
env = { C = { default = "task" }, E = { default = "task" } }
run = 'echo $A $B $C $D $E'
"#,
    )
    .mise(["run", "-q", "t"])
    .mise(["run", "-q", "t"])
    .env("A", "caller")
    .env("B", "")
    .env("E", "caller")
    .check();
}

#[test]
fn a_later_default_does_not_beat_an_earlier_file() {
    shows("[env]\nA = 'weak'\nB = ''")
        .file("mise.local.toml", "[env]\nA = { default = 'strong' }\nB = { default = 'strong' }\n")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn a_value_may_be_taken_away_by_a_later_file() {
    shows("[env]\nA = 'weak'\nB = 'weak'")
        .file("mise.local.toml", "[env]\nA = false\nB = { value = false }\n")
        .mise(["run", "-q", "t"])
        .env("A", "caller")
        .check();
}

#[test]
fn a_table_of_a_value_may_hold_other_keys() {
    shows("[env]\nA = { value = 'x', note = 1 }\nB = { value = 5 }\nC = { value = true }")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn env_may_be_a_list_of_tables() {
    shows("[[env]]\nA = '1'\nB = '{{env.A}}'\n[[env]]\nA = '2'\nC = '{{env.A}}'")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn profiles_lie_over_each_other() {
    shows("[env]\nA = 'base'\nB = 'base'\nC = 'base'")
        .file("mise.one.toml", "[env]\nA = 'one'\nB = 'one-{{env.B}}'\n")
        .file("mise.two.toml", "[env]\nA = 'two-$A'\n")
        .mise(["run", "-q", "t"])
        .mise(["-E", "two", "run", "-q", "t"])
        .mise(["run", "-q", "t"])
        .env("MISE_ENV", "one")
        .stderr_differs(TWICE)
        .check();
}

// ---- required -------------------------------------------------------------

#[test]
fn a_required_name_may_come_from_a_file_of_variables() {
    for place in
        ["_.file = '.env'\nA = { required = true }", "A = { required = true }\n_.file = '.env'"]
    {
        shows(&format!("[env]\n{place}")).file(".env", "A=file\n").mise(["run", "-q", "t"]).check();
    }
}

#[test]
fn a_required_name_may_come_from_any_other_file() {
    for value in ["A = 'local'", "A = ''", "A = { default = 'd' }", "_.file = '.env'"] {
        shows("[env]\nA = { required = true }")
            .file(".env", "A=file\n")
            .file("mise.local.toml", &format!("[env]\n{value}\n"))
            .mise(["run", "-q", "t"])
            .check();
    }
    shows("[env]\nA = 'weak'")
        .file("mise.local.toml", "[env]\nA = { required = true }\n")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn a_required_name_that_is_taken_away_is_missing() {
    shows("[env]\nA = { required = true }")
        .file("mise.local.toml", "[env]\nA = false\n")
        .mise(["run", "-q", "t"])
        .mise(["run", "-q", "t"])
        .env("A", "caller")
        .check();
}

#[test]
fn an_empty_value_of_the_caller_is_a_value() {
    shows("[env]\nA = { required = true }").mise(["run", "-q", "t"]).env("A", "").check();
}

#[test]
fn what_a_task_sets_is_not_what_the_config_requires() {
    Case::config(
        "[env]\nA = { required = 'ask' }\n[tasks.t]\nenv = { A = 'task' }\nrun = 'echo $A'\n",
    )
    .mise(["run", "-q", "t"])
    .mise(["run", "-n", "t"])
    .check();
}

#[test]
fn a_task_may_require_what_the_config_sets() {
    Case::config(
        "[env]\nA = 'cfg'\n[tasks.t]\nenv = { A = { required = true } }\nrun = 'echo $A'\n",
    )
    .mise(["run", "-q", "t"])
    .check();
}

// ---- _.file ---------------------------------------------------------------

#[test]
fn files_come_in_the_order_of_the_list() {
    shows("[env]\n_.file = ['a.env', { path = ['b.env', 'c.json'] }, 'none.env']\nD = '{{env.A}}'")
        .file("a.env", "A=a\nB=a\nC=a\n")
        .file("b.env", "B=b\nC=b\n")
        .file("c.json", "{\"C\": \"c\"}")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn a_pattern_means_all_its_files() {
    shows("[env]\n_.file = 'sub/*.env'")
        .file("sub/b.env", "B=b\n")
        .file("sub/a.env", "C=a\n")
        .file("sub/other.txt", "D=no\n")
        .dir("sub/dir.env")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn only_a_star_makes_a_pattern() {
    shows("[env]\n_.file = ['{a,b}.env', '**/deep.env', '[ab].env', 'x?.env', '{c,d}*.env']")
        .file("a.env", "A=a\n")
        .file("b.env", "B=b\n")
        .file("x1.env", "C=x\n")
        .file("c1.env", "E=c\n")
        .file("one/two/deep.env", "D=deep\n")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn a_directory_is_no_file_of_variables() {
    shows("[env]\n_.file = 'sub'").dir("sub").mise(["run", "-q", "t"]).check();
}

#[test]
fn the_path_of_a_file_may_be_a_template_or_hold_variables() {
    shows(
        r#"
[env]
A = "a"
_.file = ['{{env.A}}.env', "$A-2.env", '${NONE:-c}.env', "~/d.env"]
"#,
    )
    .file("a.env", "B=b\n")
    .file("a-2.env", "C=c\n")
    .file("c.env", "D=d\n")
    .file("../home/d.env", "E=e\n")
    .mise(["run", "-q", "t"])
    .check();
}

#[test]
fn values_of_files_are_no_templates() {
    shows("[env]\nX = 'x'\n_.file = ['a.env', 'a.json', 'a.yaml', 'a.toml']")
        .file("a.env", "A={{env.X}}\nB=$X-$CALLER\n")
        .file("a.json", "{\"C\": \"{{env.X}} $X\"}")
        .file("a.yaml", "D: \"{{env.X}} $X\"\n")
        .file("a.toml", "E = '{{env.X}} $X'\n")
        .mise(["run", "-q", "t"])
        .env("CALLER", "called")
        .check();
}

#[test]
fn values_of_files_expand_where_that_is_asked_for() {
    shows(
        "[env]\nX = 'x \"q\" \\ y'\n[env._]\nfile = { path = ['a.env', 'a.json', 'a.yaml', 'a.toml'], expand = true }",
    )
    .file("a.env", "A=$X-$CALLER\nB=${X}-$A\n")
    .file("a.json", "{\"C\": \"{{env.X}} $X\"}")
    .file("a.yaml", "D: \"${X} ${N:-n}\"\n")
    .file("a.toml", "E = '$A'\n")
    .mise(["run", "-q", "t"])
    .env("CALLER", "called")
    .check();
}

#[test]
fn the_ending_says_how_a_file_is_written() {
    shows("[env]\n_.file = ['a.yml', 'plain', 'a.properties']")
        .file("a.yml", "A=yml\n")
        .file("plain", "B=plain\n")
        .file("a.properties", "C = blanks\n")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn numbers_of_files_are_written_as_mise_does() {
    shows("[env]\n_.file = ['a.json', 'a.yaml', 'a.toml']")
        .file("a.json", "{\"A\": 1.5, \"B\": 12345678901234567890, \"C\": true}")
        .file("a.yaml", "D: 0x10\nE: 1.50\n")
        .file("a.toml", "F = 0x1F\n")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn an_empty_file_of_variables_is_fine() {
    shows("[env]\n_.file = ['a.env', 'a.yaml', 'a.toml']\nA = 'x'")
        .file("a.env", "\n# nothing\n")
        .file("a.yaml", "")
        .file("a.toml", "")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn a_bad_line_of_a_file_stops_all() {
    for (name, text) in [
        ("a.env", "A=1\nBAD LINE\n"),
        ("a.env", "A='open\nB=2\n"),
        ("a.env", "1X=3\n"),
        ("a.json", "{\"A\": 1,\n \"B\": }"),
        ("a.json", "[1]"),
        ("a.json", ""),
        ("a.json", "{\"A\": {\"x\": 1}}"),
        ("a.json", "{\"A\": null}"),
        ("a.yaml", "A:\n"),
        ("a.toml", "A = 1.5\n"),
    ] {
        let config = format!("[env]\n_.file = '{name}'");
        shows(&config).file(name, text).mise(["run", "-q", "t"]).check();
    }
}

#[test]
fn a_file_that_does_not_parse_stops_all() {
    shows("[env]\n_.file = 'a.yaml'")
        .file("a.yaml", "A: 1\nB: [x\n")
        .mise(["run", "-q", "t"])
        .stderr_differs("the words of another parser")
        .check();
    shows("[env]\n_.file = 'a.toml'")
        .file("a.toml", "A = 1\nB = \n")
        .mise(["run", "-q", "t"])
        .stderr_differs(OURS)
        .check();
}

#[test]
fn the_old_word_for_directives_still_works() {
    shows("[env]\nmise.file = '.env'\nB = '$A'")
        .file(".env", "A=old\n")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn directives_stand_where_the_first_one_is_written() {
    shows("[env]\n_.file = 'a.env'\nA = 'config'\nB = '{{env.A}}'\n_.source = 'b.sh'")
        .file("a.env", "A=file\nC=file\n")
        .file("b.sh", "export C=\"sourced $C\" D=\"$A\"\n")
        .mise(["run", "-q", "t"])
        .check();
}

// ---- _.path ---------------------------------------------------------------

fn paths(env: &str) -> Case {
    Case::config(&format!("[env]\n{env}\n[tasks]\nt = '/bin/echo $PATH'\n"))
}

#[test]
fn paths_are_put_in_front_in_many_ways() {
    paths("X = 'x'\n_.path = ['$X/y', '{{env.X}}', '~/z', '/abs', './dot/', '../up']")
        .mise(["run", "-q", "t"])
        .binary_on_path()
        .check();
    paths("_.path = { path = ['a', 'b'], note = 1 }")
        .mise(["run", "-q", "t"])
        .binary_on_path()
        .check();
    paths("_.path = ['a', { path = 'b' }, 'a', '/usr/bin']")
        .mise(["run", "-q", "t"])
        .binary_on_path()
        .check();
}

#[test]
fn a_list_in_one_text_is_turned_round() {
    paths("_.path = 'a:b:/c'").mise(["run", "-q", "t"]).binary_on_path().check();
}

#[test]
fn nearer_files_put_their_paths_before_others() {
    paths("_.path = ['a', 'a2']")
        .file("mise.local.toml", "[env]\n_.path = ['b', 'b2']\n")
        .file("sub/mise.toml", "[env]\n_.path = 'c'\n[tasks]\nu = '/bin/echo $PATH'\n")
        .mise(["run", "-q", "t"])
        .binary_on_path()
        .mise(["run", "-q", "u"])
        .binary_on_path()
        .cwd("sub")
        .mise(["run", "-q", "t"])
        .binary_on_path()
        .cwd("sub")
        .check();
}

#[test]
fn paths_of_a_task_come_first() {
    Case::config(
        r"
[env]
_.path = ['a', 'b']
[tasks.t]
env = { _.path = ['c', 'b'] }
run = '/bin/echo $PATH'
",
    )
    .mise(["run", "-q", "t"])
    .binary_on_path()
    .check();
}

#[test]
fn a_path_that_is_set_is_the_base() {
    paths("PATH = '/x:{{env.PATH}}'\n_.path = 'p'")
        .mise(["run", "-q", "t"])
        .binary_on_path()
        .check();
}

// ---- _.source -------------------------------------------------------------

#[test]
fn a_sourced_script_gives_what_it_exports() {
    shows("[env]\nX = 'x'\n_.source = 's.sh'")
        .file(
            "s.sh",
            "echo dropped\nexport A=a B=\"$X\" C='two\nlines'\nD=private\nexport E=\nunset HOME\n\
             f() { :; }\nexport -f f\nfalse\n",
        )
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn a_shells_own_variables_do_not_come_out_of_a_script() {
    Case::config(
        "[env]\n_.source = 's.sh'\n[tasks]\nt = 'echo $HOME $USER $SHELL $PS1 $EDITOR $LOGNAME; pwd'\n",
    )
    .file(
        "s.sh",
        "for n in HOME USER SHELL PS1 EDITOR LOGNAME PROMPT_DIRTRIM; do export $n=changed; done\n\
         export PWD=/z OLDPWD=/zz\n",
    )
    .mise(["run", "-q", "t"])
    .env("USER", "me")
    .check();
}

#[test]
fn a_script_may_put_something_before_path() {
    let config = "[env]\n_.source = 's.sh'\n[tasks]\nt = '/bin/echo $PATH'\n";
    for text in
        ["export PATH=/new:/newer:$PATH\n", "export PATH=$PATH:/after\n", "export PATH=/only\n"]
    {
        Case::config(config).file("s.sh", text).mise(["run", "-q", "t"]).binary_on_path().check();
    }
}

#[test]
fn a_script_that_ends_its_shell_gives_nothing() {
    let sourced = || shows("[env]\n_.source = 's.sh'");
    sourced().file("s.sh", "export A=1\nexit 0\n").mise(["run", "-q", "t"]).check();
    sourced()
        .file("s.sh", "export A=1\nexit 3\n")
        .mise(["run", "-q", "t"])
        .stderr_differs(OURS)
        .check();
}

#[test]
fn a_script_with_a_mistake_gives_what_came_before() {
    shows("[env]\n_.source = 's.sh'")
        .file("s.sh", "export A=1\nfoo(\n")
        .mise(["run", "-q", "t"])
        .stderr_differs(TWICE)
        .check();
}

#[test]
fn scripts_come_in_lists_and_patterns() {
    shows("[env]\nS = 'c'\n_.source = ['a.sh', { path = 'b.sh' }, '$S.sh', 'd*.sh', 'e.sh', 'none.sh']")
        .file("a.sh", "export A=a B=a\n")
        .file("b.sh", "export B=\"$A-b\"\n")
        .file("c.sh", "export C=c\n")
        .file("d1.sh", "export D=d1\n")
        .file("d2.sh", "export F=d2\n")
        .file("e.sh", "export E=\"$PWD $0 $1\"\n")
        .mise(["run", "-q", "t"])
        .check();
}

// ---- _.python.venv --------------------------------------------------------

fn venv(value: &str) -> Case {
    Case::config(&format!(
        "[env]\n_.python.venv = {value}\n[tasks]\nt = '/bin/echo $VIRTUAL_ENV; /bin/echo $PATH'\n"
    ))
}

#[test]
fn a_virtual_environment_comes_before_path() {
    for value in ["'have'", "{ path = 'have' }", "'{{config_root}}/have'"] {
        venv(value).dir("have/bin").mise(["run", "-q", "t"]).binary_on_path().check();
    }
    venv("'~/have'").dir("../home/have").mise(["run", "-q", "t"]).binary_on_path().check();
}

#[test]
fn a_virtual_environment_that_is_not_there_is_a_warning() {
    for value in ["'none'", "{ path = 'none', create = false }"] {
        venv(value)
            .mise(["run", "t"])
            .binary_on_path()
            .mise(["run", "-q", "t"])
            .binary_on_path()
            .mise(["tasks", "ls"])
            .binary_on_path()
            .check();
    }
    Case::config("[tasks.t]\nenv = { _.python.venv = 'none' }\nrun = '/bin/echo $VIRTUAL_ENV'\n")
        .mise(["run", "t"])
        .binary_on_path()
        .check();
}

#[test]
fn a_task_may_have_a_virtual_environment_of_its_own() {
    Case::config(
        "[tasks.t]\nenv = { _.python.venv = 'have' }\nrun = '/bin/echo $VIRTUAL_ENV $PATH'\n",
    )
    .dir("have/bin")
    .mise(["run", "-q", "t"])
    .binary_on_path()
    .check();
}

#[test]
fn paths_come_before_the_virtual_environment() {
    Case::config(
        "[env]\n_.python.venv = 'have'\n_.path = 'first'\n[tasks]\nt = '/bin/echo $PATH'\n",
    )
    .dir("have/bin")
    .file(
        "sub/mise.toml",
        "[env]\n_.python.venv = 'have2'\n_.path = 'second'\n[tasks]\nu = '/bin/echo $PATH'\n",
    )
    .dir("sub/have2/bin")
    .mise(["run", "-q", "t"])
    .binary_on_path()
    .mise(["run", "-q", "u"])
    .binary_on_path()
    .cwd("sub")
    .check();
}

/// Stands for a program that makes virtual environments.
const MAKER: &str = "#!/bin/sh\necho \"${0##*/} $*\" >>log\nmkdir -p made/bin\n";

#[test]
fn a_virtual_environment_is_made_with_uv_or_python() {
    let made = |tail: &str| venv(&format!("{{ path = 'made', create = true{tail} }}"));
    let said = "mise says that it makes it";
    made("")
        .executable("fake/python3", MAKER)
        .mise(["run", "-q", "t"])
        .env("PATH", "[P]/fake:[BIN]:/usr/bin:/bin")
        .mise(["run", "-q", "t"])
        .env("PATH", "[P]/fake:[BIN]:/usr/bin:/bin")
        .effects(["log"])
        .stderr_differs(said)
        .check();
    made(", python = '3.11', uv_create_args = ['--seed'], python_create_args = ['--copies']")
        .executable("fake/python3", MAKER)
        .executable("fake/uv", MAKER)
        .mise(["run", "-q", "t"])
        .env("PATH", "[P]/fake:[BIN]:/usr/bin:/bin")
        .effects(["log"])
        .stderr_differs(said)
        .check();
    made(", python_create_args = ['--copies']")
        .executable("fake/python3", MAKER)
        .executable("fake/uv", MAKER)
        .mise(["run", "-q", "t"])
        .env("PATH", "[P]/fake:[BIN]:/usr/bin:/bin")
        .env("MISE_VENV_STDLIB", "1")
        .effects(["log"])
        .stderr_differs(said)
        .check();
}

#[test]
fn a_virtual_environment_that_cannot_be_made_stops_the_run() {
    venv("{ path = 'made', create = true }")
        .executable("fake/uv", "#!/bin/sh\necho 'no such python' >&2\nexit 2\n")
        .mise(["run", "-q", "t"])
        .env("PATH", "[P]/fake:[BIN]:/usr/bin:/bin")
        .stderr_differs(OURS)
        .check();
}

#[test]
fn wrong_virtual_environments_are_mistakes() {
    for value in ["5", "['a']", "{ create = true }", "{ path = 'x', bogus = 1 }"] {
        venv(value).mise(["run", "t"]).stderr_differs(OURS).check();
    }
    for line in ["_.python.bogus = 'x'", "_.python = 'x'", "_.bogus = 'x'", "_ = 'x'"] {
        Case::config(&format!("[env]\n{line}\n[tasks]\nt = 'echo t'\n"))
            .mise(["run", "t"])
            .stderr_differs(OURS)
            .check();
    }
}

// ---- tools = true ---------------------------------------------------------

#[test]
fn entries_for_tools_see_all_others() {
    shows("[env]\nA = { value = '{{env.B}}', tools = true }\nB = 'b'\nC = 'c'\nD = { value = '$A$C', tools = true }")
        .mise(["run", "-q", "t"])
        .check();
}

#[test]
fn entries_for_tools_come_after_those_of_nearer_files() {
    Case::config(&format!("[env]\nA = {{ value = 'far', tools = true }}\nB = {{ value = 'far', tools = true }}\n[tasks]\nfar = '''{SHOW}'''"))
        .file("sub/mise.toml", &format!("[env]\nC = 'near'\nD = {{ value = '{{{{env.C}}}}', tools = true }}\n[tasks]\nt = '''{SHOW}'''\n"))
        .mise(["run", "-q", "t"])
        .cwd("sub")
        .check();
}

#[test]
fn paths_and_files_for_tools_keep_their_place() {
    paths("_.path = ['a', { path = ['s', '{{env.X}}'], tools = true }, 'b']\n_.file = { path = '$X.env', tools = true }\nX = { value = 'x' }")
        .file("x.env", "Y=1\n")
        .mise(["run", "-q", "t"]).binary_on_path()
        .stderr_differs("mise expands `$X` before it is known, and warns")
        .check();
}

#[test]
fn in_a_task_entries_for_tools_stand_where_they_are_written() {
    Case::config(
        r#"
[tasks.t]
env = { A = { value = "{{ env.B | default(value='none') }}", tools = true }, B = "b" }
run = 'echo $A $B'
"#,
    )
    .mise(["run", "-q", "t"])
    .check();
}

// ---- mistakes -------------------------------------------------------------

#[test]
fn tables_of_values_have_one_meaning() {
    for value in [
        "{ value = 'x', default = 'y' }",
        "{ value = 'x', required = true }",
        "{ default = 'x', required = true }",
        "{}",
        "{ redact = true }",
        "{ required = false }",
        "{ required = 5 }",
        "{ value = 1.5 }",
        "{ default = true }",
        "{ value = 'x', redact = 'yes' }",
        "{ age = 5 }",
        "{ age = { format = 'raw' } }",
        "{ age = { value = 'x', format = 'other' } }",
        "1.5",
        "['x']",
    ] {
        shows(&format!("[env]\nA = {value}")).mise(["run", "t"]).stderr_differs(OURS).check();
    }
}

#[test]
fn tables_of_directives_have_a_path() {
    for line in [
        "_.file = { redact = true }",
        "_.file = { path = 'a', redact = 'x' }",
        "_.file = 5",
        "_.path = { tools = true }",
        "_.source = [5]",
    ] {
        shows(&format!("[env]\n{line}")).mise(["run", "t"]).stderr_differs(OURS).check();
    }
}

#[test]
fn the_env_of_a_task_is_one_table() {
    Case::config("[tasks.t]\nenv = [{ A = 'x' }]\nrun = 'echo $A'\n")
        .mise(["run", "t"])
        .stderr_differs(OURS)
        .check();
}

#[test]
fn a_quiet_run_says_nothing_of_warnings() {
    let config = "bogus = 1\n[env]\nA = '$NOPE'\n_.python.venv = 'none'\n[tasks]\nt = 'echo t'\n";
    Case::config(config)
        .mise(["run", "-q", "t"])
        .mise(["-q", "run", "t"])
        .mise(["run", "t"])
        .env("MISE_QUIET", "1")
        .check();
}
