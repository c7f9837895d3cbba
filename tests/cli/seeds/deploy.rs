//! The fifth document: an agent that brings a host to a wanted state by two tasks, `check` and
//! `apply`. Its own configuration (HCL) is the agent's business; what it does is run the two, and
//! apply only where the check says no.
//!
//! | Lines | What | Test |
//! |---|---|---|
//! | 13-16 | the convention: codes of `check`, a missing task | `the_check_decides`, `a_missing_task_is_named` |
//! | 29-38 | the two tasks | `the_check_decides` |
//! | 20-25 | both of them, by the agent | `the_agents_loop_is_a_command` |
//! | 40-49 | other names for them | `the_tasks_may_have_other_names` |
//! | 55-63 | a repository that is pulled first | the agent's business |
//! | 71-74 | `env` of a task, and the agent's own | `a_task_sees_its_own_variables_and_the_callers` |
//! | 80-84 | check, apply, check by hand | `the_check_decides` |

use super::{Seed, each, says};

const TASKS: &str = r#"
[tasks.check]
run = "systemctl is-active app && curl -sf http://localhost:3000/health"

[tasks.apply]
run = """
git pull origin main
npm ci --production
systemctl restart app
"""
"#;

const CHECKED: [&str; 2] = ["systemctl is-active app", "curl -sf http://localhost:3000/health"];
const APPLIED: [&str; 3] = ["git pull origin main", "npm ci --production", "systemctl restart app"];

#[test]
fn the_check_decides() {
    each(TASKS, "git npm curl", |seed| {
        seed.stub("systemctl", "case $1 in restart) touch active;; *) [ -e active ];; esac");
        seed.run("run check").code(1);
        seed.called(&CHECKED[..1]);
        says(&seed.run("run apply"), "");
        seed.called(&APPLIED);
        says(&seed.run("run check"), "");
        seed.called(&CHECKED);
        // The program's own code is the answer.
        seed.stub("curl", "exit 22");
        seed.run("run check").code(22);
        seed.called(&CHECKED);
        // A command that fails ends the script.
        seed.stub("npm", "exit 3");
        seed.run("run apply").code(3);
        seed.called(&APPLIED[..2]);
    });
}

#[test]
fn a_missing_task_is_named() {
    each("[tasks.check]\nrun = \"true\"\n", "", |seed| {
        let output = seed.run("run apply");
        output.code(1).stdout("");
        let first = output.stderr.lines().next().unwrap_or_default();
        assert!(first.contains("apply"), "{}", output.transcript());
    });
}

#[test]
fn the_agents_loop_is_a_command() {
    let seed = Seed::new("mep", TASKS, "git npm curl");
    seed.stub("systemctl", "case $1 in restart) touch active;; *) [ -e active ];; esac");
    says(&seed.run("converge"), "");
    let all = [&CHECKED[..1], &APPLIED, &CHECKED].concat();
    seed.called(&all);
    says(&seed.run("converge"), "");
    seed.called(&CHECKED);
}

#[test]
fn the_tasks_may_have_other_names() {
    let config =
        "[tasks.fluke-check]\nrun = \"exit 9\"\n[tasks.fluke-apply]\nrun = \"echo applied\"\n";
    each(config, "", |seed| {
        seed.run("run fluke-check").code(9);
        says(&seed.run("run fluke-apply"), "applied\n");
    });
    let seed = Seed::new("mep", config, "");
    let output = seed.run("converge --check fluke-check --apply fluke-apply");
    output.code(9).stdout("applied\n");
}

#[test]
fn a_task_sees_its_own_variables_and_the_callers() {
    let config = r#"
[tasks.apply]
env = { NODE_ENV = "production" }
run = "npm ci && systemctl restart app"
"#;
    each(config, "systemctl", |seed| {
        seed.stub("npm", "echo \"$NODE_ENV $FROM_AGENT\"");
        let output = seed.run_with("run apply", &[("FROM_AGENT", "token")], None);
        says(&output, "production token\n");
        seed.called(&["npm ci", "systemctl restart app"]);
    });
}
