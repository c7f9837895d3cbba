//! Who is trusted, and what an untrusted file may do.

use crate::support::Case;

/// Needs trust.
const UNSAFE: &str = "[env]\nA = \"1\"\n[tasks]\nx = \"echo hi $A\"\n";

/// Needs none.
const SAFE: &str = "[tasks]\nx = \"echo hi\"\n";

/// Calls without the trust that every other case has.
trait Distrust {
    fn call(self, words: &str) -> Self;
}

impl Distrust for Case {
    fn call(self, words: &str) -> Self {
        self.mise(words.split(' ')).env_remove("MISE_TRUSTED_CONFIG_PATHS")
    }
}

fn untrusted(config: &str) -> Case {
    Case::config(config)
}

#[test]
fn a_query_of_an_untrusted_file_is_refused() {
    untrusted(UNSAFE).call("trust --show").call("tasks").call("tasks ls --json").check();
    untrusted(UNSAFE).call("trust --show").call("tasks deps").call("tasks --name-only").check();
}

#[test]
fn trust_and_untrust() {
    untrusted(UNSAFE)
        .call("trust")
        .call("trust --show")
        .call("tasks")
        .call("untrust")
        .call("trust --show")
        .call("tasks")
        .call("trust mise.toml")
        .call("trust --untrust .")
        .call("trust --show")
        .check();
}

#[test]
fn harmless_files_need_no_trust() {
    untrusted(SAFE).call("tasks").call("trust --show").check();
    untrusted("min_version = \"2020.1.1\"\n[tasks.x]\nrun = \"echo\"\nenv = { A = \"1\" }\n")
        .call("trust --show")
        .call("tasks")
        .check();
}

#[test]
fn what_makes_a_file_need_trust() {
    for text in [
        "[tasks]\nx = \"echo {{ 1 }}\"\n",
        "[tasks]\nx = \"echo {% if true %}1{% endif %}\"\n",
        "[tasks]\nx = \"echo ${#a}\"\n",
        "[tasks]\nx = \"echo \\u007b\\u007b 1 }}\"\n",
        "# {{\n[tasks]\nx = \"echo\"\n",
        "[vars]\n[tasks]\nx = \"echo\"\n",
        "[_.mep]\n[tasks]\nx = \"echo\"\n",
        "[settings]\n[tasks]\nx = \"echo\"\n",
        "[task_config]\n[tasks]\nx = \"echo\"\n",
    ] {
        untrusted(text).call("trust --show").call("tasks").check();
    }
}

#[test]
fn files_of_task_directories_need_it_for_templates() {
    Case::empty()
        .executable("mise-tasks/plain", "#!/bin/sh\necho plain\n")
        .call("tasks")
        .executable("mise-tasks/hello", "#!/bin/sh\necho '{{ x }}'\n")
        .call("tasks")
        .call("trust mise-tasks/hello")
        .call("tasks")
        .call("run -q hello")
        .check();
    Case::empty()
        .file("mise-tasks/more.toml", "b = \"echo {{ 1 }}\"\n")
        .call("tasks")
        .call("run -q b")
        .call("tasks")
        .check();
}

#[test]
fn a_run_trusts_and_keeps_that() {
    untrusted(UNSAFE).call("run -q x").call("trust --show").call("tasks").check();
    // The first call of mise says more, once.
    untrusted(UNSAFE)
        .call("trust --show")
        .call("untrust")
        .call("run -q x")
        .call("trust --show")
        .check();
}

#[test]
fn a_run_trusts_the_parent_too() {
    untrusted(UNSAFE)
        .file("sub/mise.toml", UNSAFE)
        .call("trust --show")
        .call("tasks")
        .cwd("sub")
        .call("run -q x")
        .cwd("sub")
        .call("trust --show")
        .cwd("sub")
        .check();
}

#[test]
fn each_call_takes_the_nearest() {
    let mut case = untrusted(UNSAFE).file("sub/mise.toml", UNSAFE);
    for words in ["trust", "trust", "trust", "trust --show", "untrust", "untrust", "trust --show"] {
        case = case.call(words).cwd("sub");
    }
    case.check();
}

#[test]
fn ignored_files_are_absent() {
    untrusted(UNSAFE)
        .executable("mise-tasks/f", "#!/bin/sh\necho f\n")
        .call("trust --ignore")
        .call("trust --show")
        .call("tasks")
        .call("run -q f")
        .call("untrust")
        .call("tasks")
        .call("trust mise.toml")
        .call("tasks")
        .check();
}

#[test]
fn all_above_and_below() {
    untrusted(UNSAFE)
        .file("sub/mise.toml", UNSAFE)
        .file("a/b/mise.toml", UNSAFE)
        .file("node_modules/c/mise.toml", UNSAFE)
        .file(".h/mise.toml", UNSAFE)
        .call("trust -a")
        .call("trust --show")
        .cwd("a/b")
        .call("trust --show")
        .cwd("node_modules/c")
        .call("trust --show")
        .cwd(".h")
        .unordered()
        .check();
}

#[test]
fn nothing_to_do() {
    Case::empty()
        .call("trust")
        .call("trust --show")
        .call("untrust")
        .call("trust --ignore")
        .call("trust -a")
        .call("trust -q")
        .check();
}

#[test]
fn settings_and_ci_trust_without_a_record() {
    untrusted(UNSAFE)
        .call("tasks")
        .env("CI", "1")
        .env("MISE_COLOR", "0")
        .call("trust --show")
        .call("tasks")
        .env("MISE_TRUSTED_CONFIG_PATHS", "/nowhere:/")
        .call("trust --show")
        .check();
    untrusted(UNSAFE)
        .mise(["trust"])
        .mise(["trust", "--show"])
        .mise(["untrust"])
        .mise(["tasks"])
        .check();
    untrusted(UNSAFE)
        .file("../home/.config/mise/config.toml", "[settings]\ntrusted_config_paths = [\"/\"]\n")
        .call("tasks")
        .call("trust --show")
        .check();
}

#[test]
fn a_project_does_not_vouch_for_itself() {
    untrusted(&format!("[settings]\ntrusted_config_paths = [\"/\"]\n{UNSAFE}"))
        .call("trust --show")
        .call("tasks")
        .stderr_differs("ours says nothing of settings in a file that it does not read")
        .check();
}

#[test]
fn yes_is_an_answer() {
    untrusted(UNSAFE).call("-y tasks").check();
    untrusted(UNSAFE).call("tasks").env("MISE_YES", "1").check();
}

#[test]
fn paranoia_binds_trust_to_content() {
    let paranoid = |case: Case, words: &str| case.call(words).env("MISE_PARANOID", "1");
    let mut case = untrusted(SAFE);
    for words in ["trust --show", "tasks", "run -q x", "trust", "trust --show", "run -q x"] {
        case = paranoid(case, words);
    }
    case = case.file("mise.toml", UNSAFE);
    for words in ["trust --show", "run -q x", "trust", "tasks", "untrust", "tasks"] {
        case = paranoid(case, words);
    }
    case.check();
}

#[test]
fn mistakes() {
    untrusted(UNSAFE).call("trust nope").check();
    untrusted(UNSAFE).call("trust --show").call("untrust nope/mise.toml").check();
    untrusted(UNSAFE).dir("empty").call("trust empty").call("trust --show").check();
}
