//! `redact` and `redactions`: which values are hidden, and where.

use crate::support::Case;

/// A config and a task `t` that prints this.
fn prints(config: &str, run: &str) -> Case {
    Case::config(&format!("{config}\n[tasks]\nt = '''{run}'''\n")).mise(["run", "t"])
}

const PLAIN: &str = "[env]\nA = { value = 'secret', redact = true }";

#[test]
fn a_marked_value_is_hidden_in_output_and_header() {
    prints(PLAIN, "echo secret $A xsecretx SECRET; echo secret >&2").check();
}

#[test]
fn every_occurrence_of_the_text_is_hidden() {
    prints("[env]\nA = { value = '1', redact = true }", "echo 2026-11-21 101").check();
}

#[test]
fn hidden_values_may_be_numbers_and_truths() {
    prints(
        "[env]\nA = { value = true, redact = true }\nB = { value = 55, redact = true }\n\
         C = { value = '', redact = true }\nD = { value = false, redact = true }",
        "echo true 5 55 false",
    )
    .check();
}

#[test]
fn blanks_belong_to_a_hidden_value() {
    prints("[env]\nA = { value = ' two ', redact = true }", "echo 'one two three two'").check();
}

#[test]
fn a_mask_is_not_masked_again() {
    prints(
        "[env]\nA = { value = 'secret', redact = true }\nB = { value = 'red', redact = true }",
        "echo secret red",
    )
    .check();
}

#[test]
fn names_and_patterns_hide_values() {
    prints(
        "redactions = ['TOKEN', 'SEC_*', '?EY', 'S[AB]', 'lower', '[']\n[env]\nTOKEN = 'vtoken'\n\
         SEC_A = 'vseca'\nKEY = 'vkey'\nSA = 'vsa'\nLOWER = 'vlower'",
        "echo vtoken vseca vkey vsa vlower",
    )
    .check();
}

#[test]
fn names_hide_what_the_caller_sets() {
    prints("redactions = ['TOKEN', 'X*']\n[env]\nA = 'a'", "echo vtoken vx $TOKEN")
        .env("TOKEN", "vtoken")
        .env("XX", "vx")
        .check();
}

#[test]
fn required_values_and_defaults_are_hidden() {
    prints(
        "[env]\nA = { required = true, redact = true }\nB = { default = 'vb', redact = true }\n\
         C = { default = 'vc', redact = true }",
        "echo va vb vc vcaller $A $B $C",
    )
    .env("A", "va")
    .env("C", "vcaller")
    .check();
}

#[test]
fn a_mark_can_be_taken_from_a_name() {
    prints(
        "redactions = ['S*']\n[env]\nS1 = 'one'\nS2 = { value = 'two', redact = false }\n\
         _.file = { path = '.env', redact = false }",
        "echo one two three",
    )
    .file(".env", "S3=three\n")
    .mise(["run", "t"])
    .check();
}

#[test]
fn only_the_last_value_of_a_name_is_hidden() {
    prints(PLAIN, "echo secret other")
        .file("mise.local.toml", "[env]\nA = 'other'\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn redactions_of_all_files_count() {
    prints("redactions = ['A']\n[env]\nA = 'va'\nB = 'vb'\nC = 'vc'", "echo va vb vc")
        .file("mise.local.toml", "redactions = ['B']\n")
        .file("../home/.config/mise/config.toml", "redactions = ['C']\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn values_of_a_marked_file_are_hidden() {
    prints(
        "[env]\n_.file = ['a.env', { path = ['b.env', 'c.json'], redact = true }]",
        "echo va vb vc5",
    )
    .file("a.env", "A=va\n")
    .file("b.env", "B=vb\n")
    .file("c.json", "{\"C\": \"vc\", \"D\": 5}")
    .mise(["run", "t"])
    .check();
}

#[test]
fn values_of_a_marked_script_are_hidden() {
    prints("[env]\n_.source = { path = 's.sh', redact = true }\nX = '1'", "echo sourced")
        .file("s.sh", "export A=sourced\n")
        .mise(["run", "t"])
        .check();
}

#[test]
fn vars_can_be_hidden() {
    prints(
        "redactions = ['S_*']\n[vars]\na = { value = 'va', redact = true }\nS_b = 'vb'\nc = 'vc'",
        "echo va vb vc {{vars.a}}",
    )
    .check();
}

#[test]
fn values_of_a_task_can_be_hidden() {
    Case::config(
        r"
redactions = ['S_*']
[tasks.t]
env = { A = { value = 'va', redact = true }, S_B = 'vb', C = 'vc' }
vars = { d = { value = 'vd', redact = true } }
run = 'echo va vb vc {{vars.d}} $A'
",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn what_a_task_says_of_a_name_is_its_own() {
    Case::config(
        "[env]\nA = { value = 'cfg', redact = true }\n[tasks.t]\nenv = { A = 'task' }\n\
         run = 'echo cfg task'\n",
    )
    .mise(["run", "t"])
    .check();
}

#[test]
fn what_a_dependency_or_a_call_gives_can_be_hidden() {
    Case::config(
        r"
redactions = ['S_*']
[tasks]
x = 'echo $S_A vdep'
[tasks.d]
depends = [{ task = 'x', env = { S_A = 'vdep' } }]
run = 'echo vdep'
[tasks.c]
run = [{ task = 'x', env = { S_A = 'vcall' } }, 'echo vcall']
",
    )
    .mise(["run", "d"])
    .mise(["run", "c"])
    .check();
}

#[test]
fn arguments_are_hidden_where_they_hold_a_secret() {
    Case::config(&format!(
        "{PLAIN}\n[tasks]\nt = 'echo'\n[tasks.u]\nusage = 'arg \"<a>\" {{ choices \"x\" \"y\" }}'\nrun = 'echo'\n"
    ))
    .mise(["run", "t", "secret", "clear"])
    .mise(["run", "u", "secret"])
    .check();
}

#[test]
fn a_raw_task_shows_all() {
    Case::config(&format!(
        "{PLAIN}\n[tasks.r]\nraw = true\nrun = 'echo secret'\n[tasks.i]\ninteractive = true\n\
         run = 'echo secret'\n[tasks.t]\nrun = 'echo secret'\n"
    ))
    .mise(["run", "r"])
    .mise(["run", "i"])
    .mise(["run", "--raw", "t"])
    .mise(["run", "t"])
    .env("MISE_RAW", "1")
    .check();
}

#[test]
fn labelled_output_is_hidden_too() {
    Case::config(&format!(
        "{PLAIN}\n[tasks]\na = 'echo secret; printf \"no end secret\"'\nb = 'echo b >&2; echo xsecret >&2'\n"
    ))
    .mise(["run", "a", ":::", "b"])
    .unordered()
    .mise(["run", "-o", "prefix", "a"])
    .mise(["run", "-q", "-o", "prefix", "b"])
    .check();
}

#[test]
fn lines_are_ended_as_mise_ends_them() {
    prints(PLAIN, "printf 'a\\r\\nb\\rc\\n\\nlast'; printf 'err' >&2").check();
    prints(PLAIN, "true").check();
}

#[test]
fn silent_and_quiet_tasks_stay_so() {
    Case::config(&format!(
        "{PLAIN}\n[tasks.b]\nsilent = true\nrun = 'echo secret; echo secret >&2; exit 3'\n\
         [tasks.c]\nquiet = true\nrun = 'echo secret'\n"
    ))
    .mise(["run", "b"])
    .mise(["run", "c"])
    .check();
}

#[test]
fn a_dry_run_hides_values() {
    Case::config(&format!("{PLAIN}\n[tasks]\nt = 'echo secret {{{{env.A}}}}'\n"))
        .mise(["run", "-n", "t"])
        .check();
}

#[test]
fn the_long_form_of_a_header_hides_values() {
    Case::config(&format!("{PLAIN}\n[tasks]\nt = '''\necho one secret\necho two secret\n'''\n"))
        .mise(["run", "t"])
        .env("MISE_TASK_SHOW_FULL_CMD", "1")
        .mise(["run", "t"])
        .env("COLUMNS", "22")
        .check();
}

#[test]
fn a_warning_hides_values() {
    Case::config(&format!(
        "{PLAIN}\n[tasks.t]\nsources = ['mise.toml']\noutputs = ['secret.out']\nrun = 'true'\n"
    ))
    .mise(["run", "t"])
    .check();
}

#[test]
fn lists_show_all() {
    Case::config(&format!(
        "{PLAIN}\n[tasks.t]\ndescription = 'about {{{{env.A}}}}'\nrun = 'echo secret'\n"
    ))
    .mise(["tasks", "ls"])
    .mise(["tasks", "ls", "--json"])
    .check();
}

#[test]
fn a_hidden_value_is_still_the_value() {
    Case::config(&format!("{PLAIN}\n[tasks]\nt = 'echo $A >out; [ $A = secret ]'\n"))
        .mise(["run", "t"])
        .effects(["out"])
        .check();
}

#[test]
fn an_entry_for_tools_can_be_hidden() {
    prints("[env]\nA = { value = 'va', tools = true, redact = true }", "echo va $A").check();
}

#[test]
fn failures_and_times_go_on_as_ever() {
    Case::config(&format!(
        "{PLAIN}\n[tasks]\na = 'echo secret; exit 4'\nb = {{ depends = 'a', run = 'echo b' }}\n"
    ))
    .mise(["run", "a"])
    .mise(["run", "-c", "b", ":::", "a"])
    .mise(["run", "--timings", "a"])
    .check();
}

#[test]
fn wrong_lists_of_names_are_mistakes() {
    for value in ["'A'", "[5]", "{ a = 1 }"] {
        Case::config(&format!("redactions = {value}\n[tasks]\nt = 'echo t'\n"))
            .mise(["run", "t"])
            .stderr_differs("ours shows the place")
            .check();
    }
}
