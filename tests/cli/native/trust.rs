//! Trust under our own name: a query evaluates nothing that nobody trusts, a
//! run trusts for itself alone, and what was untrusted stays shut.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::project;
use crate::support::{Project, Run};

const UNSAFE: &str = "[env]\nA = \"1\"\n[tasks]\nx = \"echo hi $A\"\n";

fn call<'p>(project: &'p Project, words: &str) -> Run<'p> {
    project.mep(words.split(' ')).env_remove("MISE_TRUSTED_CONFIG_PATHS")
}

#[track_caller]
fn says(project: &Project, words: &str, stdout: &str, stderr: &str, code: i32) {
    call(project, words).run().stdout(stdout).stderr(stderr).code(code);
}

/// The whole text of a refusal.
fn refusal(why: &str) -> String {
    format!("Error: [P]/mise.toml is not trusted{why}\n  help: read it, then run `mep trust`\n")
}

const NOTICE: &str = "Warning: [P]/mise.toml is not trusted: nothing is evaluated, texts are \
                      shown as they are written; `mep trust` trusts it\n";

#[test]
fn a_query_shows_an_untrusted_file_as_it_is_written() {
    let project = project("[tasks.x]\ndescription = \"in {{ config_root }}\"\nrun = \"echo hi\"\n");
    says(&project, "tasks", "x  in {{ config_root }}\n", NOTICE, 0);
    says(&project, "trust", "", "mep trusted [P]\n", 0);
    says(&project, "tasks", "x  in [P]\n", "", 0);
}

#[test]
fn a_run_trusts_for_itself_alone() {
    let project = project(UNSAFE);
    says(&project, "-q run x", "hi 1\n", "", 0);
    says(&project, "trust --show", "[P]: untrusted\n", "", 0);
    assert!(!project.exists("../home/.local/state/mep/trust"), "a run has written a record");
}

#[test]
fn a_late_dry_run_is_a_query() {
    let config = "[env]\nA = \"{{ exec(command='touch ran; echo 1') }}\"\n[tasks.x]\n\
                  description = \"in {{ config_root }}\"\nrun = \"echo hi $A\"\n[tasks.y]\n\
                  run = \"echo $1\"\n";
    let project = project(config);
    let first = |words: &str| call(&project, words).run();
    let early = first("run -n x");
    early.code(0);
    let taken = "Warning: `--dry-run` was taken as a flag of the run; to pass it to the task: mep run \
                 x -- --dry-run\n";
    for words in ["run x --dry-run", "x --dry-run", "run y a ::: x --force --dry-run"] {
        let late = first(words);
        late.code(0);
        assert!(late.stderr.starts_with(NOTICE), "{words}: {}", late.stderr);
        assert!(!project.exists("ran"), "{words} has evaluated what nobody trusts");
    }
    first("run x --dry-run").stdout(&early.stdout).stderr(&early.stderr.replacen(
        NOTICE,
        &format!("{NOTICE}{taken}"),
        1,
    ));
    // The task's own word is none of the run's: this is a run.
    first("-q run y --dry-run").stdout("--dry-run\n").stderr("").code(0);
}

#[test]
fn what_was_untrusted_stays_shut() {
    let project = project(UNSAFE);
    says(&project, "untrust", "", "mep untrusted [P]\n", 0);
    let refused = refusal(": its directory was untrusted");
    for words in ["run x", "x", "tasks", "tasks deps", "run -n x", "run x --help", "-y run x"] {
        says(&project, words, "", &refused, 1);
    }
    says(&project, "trust", "", "mep trusted [P]\n", 0);
    says(&project, "-q run x", "hi 1\n", "", 0);
}

#[test]
fn yes_is_no_answer_to_a_question_that_is_not_asked() {
    let project = project("[tasks.x]\ndescription = \"in {{ config_root }}\"\nrun = \"echo hi\"\n");
    says(&project, "-y tasks", "x  in {{ config_root }}\n", NOTICE, 0);
    let output = call(&project, "tasks").env("MISE_YES", "1").run();
    output.stdout("x  in {{ config_root }}\n").stderr(NOTICE).code(0);
}

#[test]
fn paranoia_refuses_runs_of_what_has_changed() {
    let project = project(UNSAFE);
    let paranoid = |words: &str| call(&project, words).env("MISE_PARANOID", "1");
    let refused = refusal(" as it is now (paranoid mode)");
    paranoid("run x").run().stdout("").stderr(&refused).code(1);
    paranoid("-y run x").run().stdout("").stderr(&refused).code(1);
    paranoid("trust").run().stdout("").stderr("mep trusted [P]/mise.toml\n").code(0);
    paranoid("-q run x").run().stdout("hi 1\n").stderr("").code(0);
    project.write("mise.toml", &format!("{UNSAFE}y = \"echo y\"\n"));
    paranoid("run x").run().stdout("").stderr(&refused).code(1);
    paranoid("trust --show").run().stdout("[P]/mise.toml: untrusted\n").stderr("").code(0);
}

#[test]
fn the_words_of_ignored_files() {
    let project = project(UNSAFE);
    says(&project, "trust --ignore", "", "mep ignored [P]\n", 0);
    says(&project, "trust --show", "[P]: ignored\n", "", 0);
    says(&project, "tasks", "", "", 0);
    says(&project, "trust", "", "mep trusted [P]\n", 0);
    says(&project, "tasks", "x\n", "", 0);
}

#[test]
fn records_of_mise_are_honoured() {
    let project = project(UNSAFE);
    let target = project.path("").display().to_string();
    let target = target.trim_end_matches('/');
    project.make_link("../home/.local/state/mise/trusted-configs/p-1", target);
    says(&project, "trust --show", "[P]: trusted\n", "", 0);
    says(&project, "tasks", "x\n", "", 0);
    says(&project, "untrust", "", "mep untrusted [P]\n", 0);
    says(&project, "trust --show", "[P]: untrusted\n", "", 0);
    assert!(project.exists("../home/.local/state/mise/trusted-configs/p-1"), "mise's own is left");
    let other = super::project(UNSAFE);
    let target = other.path("").display().to_string();
    other.make_link("../home/.local/state/mise/ignored-configs/p-1", target.trim_end_matches('/'));
    says(&other, "tasks", "", "", 0);
}

#[test]
fn a_trusted_root_of_a_monorepo_vouches_for_all_below() {
    let project = project("monorepo_root = true\n").file("sub/mise.toml", UNSAFE);
    says(&project, "trust", "", "mep trusted [P]\n", 0);
    let output = call(&project, "trust --show").cwd("sub").run();
    output.stdout("[P]: trusted\n[P]/sub: trusted\n").stderr("").code(0);
}

#[test]
fn a_worktree_is_trusted_with_its_checkout() {
    let project = project(UNSAFE);
    let git = |args: &str| {
        let done = Command::new("git")
            .args(args.split(' '))
            .current_dir(project.path(""))
            .env("HOME", project.path("../home"))
            .output()
            .expect("git starts");
        assert!(done.status.success(), "git {args}: {done:?}");
    };
    git("init -q .");
    git("add .");
    git("-c user.email=a@b -c user.name=a commit -qm x");
    git("worktree add -q ../tmp/tree");
    let show = |state: &str| {
        let output = call(&project, "trust --show").cwd("../tmp/tree").run();
        output.stdout(&format!("[TMP]/tree: {state}\n")).stderr("").code(0);
    };
    show("untrusted");
    says(&project, "trust", "", "mep trusted [P]\n", 0);
    show("trusted");
    says(&project, "untrust", "", "mep untrusted [P]\n", 0);
    show("untrusted");
    // A directory that only claims to be a worktree gets nothing.
    says(&project, "trust", "", "mep trusted [P]\n", 0);
    project.write("../tmp/fake/mise.toml", UNSAFE);
    let claim = fs::read_to_string(project.path("../tmp/tree/.git")).expect("git wrote it");
    project.write("../tmp/fake/.git", &claim);
    let output = call(&project, "trust --show").cwd("../tmp/fake").run();
    output.stdout("[TMP]/fake: untrusted\n").stderr("").code(0);
}

#[test]
fn mistakes_change_nothing() {
    let project = project(UNSAFE).dir("empty").dir("../home/.local/state/mep");
    says(
        &project,
        "trust nope",
        "",
        "Error: Path does not exist: nope\n  help: name a configuration file or its directory\n",
        1,
    );
    says(
        &project,
        "trust empty",
        "",
        "Error: there is no configuration in empty\n  help: name a directory that holds a \
         mise.toml, or the file itself\n",
        1,
    );
    let both = call(&project, "trust --ignore --untrust").run();
    assert!(both.stderr.contains("'--ignore' cannot be used with '--untrust'"), "{}", both.stderr);
    both.stdout("").code(2);
    assert!(!project.exists("../home/.local/state/mep/trust"), "a mistake has written a record");
}

#[test]
fn a_record_that_cannot_be_written() {
    let project = project(UNSAFE).file("../home/.local/state/mep", "");
    let output = call(&project, "trust").run();
    let start = "Error: cannot write the record of trust [HOME]/.local/state/mep/trust/";
    assert!(output.stderr.starts_with(start), "{}", output.stderr);
    let end = "\n  help: make the directory writable, or set MEP_STATE_DIR to one that is\n";
    assert!(output.stderr.ends_with(end), "{}", output.stderr);
    output.stdout("").code(1);
    // As mise a run would keep its trust: that it cannot stops nothing.
    let run = project.mise(["-q", "run", "x"]).env_remove("MISE_TRUSTED_CONFIG_PATHS").run();
    assert!(
        run.stderr.starts_with("mise WARN  cannot write the record of trust "),
        "{}",
        run.stderr
    );
    run.stdout("hi 1\n").code(0);
}

#[test]
fn a_record_that_cannot_be_read_is_never_a_yes() {
    let project = project(UNSAFE);
    says(&project, "trust", "", "mep trusted [P]\n", 0);
    let dir = project.path("../home/.local/state/mep/trust");
    let records: Vec<_> = fs::read_dir(&dir).expect("it was made").flatten().collect();
    assert_eq!(records.len(), 1, "one record for one root: {records:?}");
    let path = records[0].path();
    for text in ["", "{", "{\"root\":\"/elsewhere\",\"state\":\"trusted\"}", "[1]"] {
        fs::write(&path, text).expect("it can be written");
        for words in ["tasks", "run x", "trust --show"] {
            let output = call(&project, words).run();
            let start = "Error: the record of trust [HOME]/.local/state/mep/trust/";
            assert!(output.stderr.starts_with(start), "{words}: {}", output.stderr);
            let end = "  help: run `mep trust [P]` to write it anew\n";
            assert!(output.stderr.ends_with(end), "{words}: {}", output.stderr);
            output.stdout("").code(1);
        }
    }
    says(&project, "trust", "", "mep trusted [P]\n", 0);
    says(&project, "tasks", "x\n", "", 0);
    assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o022, 0);
}
