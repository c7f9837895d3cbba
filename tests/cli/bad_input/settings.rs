//! `settings` and `config` with what cannot be: the whole message, and nothing changed.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;

use crate::support::Project;

const CONFIG: &str = "# ours\n[settings] # s\njobs = 4 # four\n";

fn refused(words: &[&str], code: i32, message: &str) {
    let project = Project::new().file("mise.toml", CONFIG);
    project.mep(words.iter().copied()).run().stdout("").stderr(message).code(code);
    assert_eq!(project.read("mise.toml"), CONFIG, "{words:?}");
    assert!(!project.exists("../home/.config/mise/config.toml"), "{words:?}");
}

#[test]
fn a_value_of_another_type() {
    refused(
        &["settings", "jobs", "many"],
        1,
        "Error: many must be a number\n  help: `jobs` is as it was; nothing was changed\n",
    );
    refused(
        &["settings", "-l", "quiet", "maybe"],
        1,
        "Error: maybe must be true or false\n  help: `quiet` is as it was; nothing was changed\n",
    );
    refused(
        &["config", "set", "-t", "integer", "env.A", "x"],
        1,
        "Error: `x` is not a whole number\n  help: `env.A` is as it was; `--type` says what a value is\n",
    );
}

#[test]
fn a_name_that_is_none() {
    refused(
        &["settings", "job", "4"],
        1,
        "Error: Unknown setting: job\n  help: did you mean `jobs`?\n",
    );
    refused(
        &["settings", "set", "jobs"],
        1,
        "Error: no value for `jobs`\n  help: `settings set jobs VALUE`\n",
    );
    refused(
        &["config", "set", "settings.jobs.x", "1"],
        1,
        "Error: cannot set `settings.jobs.x`: `settings.jobs` is no table in [P]/mise.toml\n  \
         help: nothing was changed\n",
    );
}

#[test]
fn a_file_that_cannot_be_changed() {
    let project = Project::new().file("mise.toml", CONFIG);
    let read_only = Permissions::from_mode(0o444);
    set_permissions(project.path("mise.toml"), read_only).expect("the mode can be set");
    for words in [&["settings", "-l", "jobs", "5"][..], &["config", "set", "settings.jobs", "5"]] {
        let message = "Error: [P]/mise.toml cannot be written: it is read-only\n  \
                       help: nothing was changed\n";
        project.mep(words.iter().copied()).run().stdout("").stderr(message).code(1);
    }
    assert_eq!(project.read("mise.toml"), CONFIG);
}

#[test]
fn comments_and_order_stay() {
    let text = "# a\n[settings] # b\n# c\njobs  =  4   # d\nquiet = true\n";
    let project = Project::new().file("mise.toml", text);
    project.mep(["settings", "-l", "jobs", "5"]).run().stdout("").stderr("").code(0);
    assert_eq!(project.read("mise.toml"), text.replace('4', "5"));
}
