//! `input_groups` and `global_inputs` that cannot be what was meant.

use super::{OK, lists, message, project, refused};

const EXPERIMENTAL: &str = "[settings]\nexperimental = true\n";

/// A task `zzz` with these sources stops all others.
#[track_caller]
fn stops(groups: &str, sources: &str, line: &str, label: &str, help: &str) {
    let text = format!(
        "{OK}{EXPERIMENTAL}[task_config.input_groups]\n{groups}\n[tasks.zzz]\nsources = [{sources}]\n"
    );
    let stderr = message(line, ["mise.toml", &text, "zzz", label], help);
    let project = project(&text);
    refused(&project, "run ok", 1, &stderr);
    refused(&project, "run zzz", 1, &stderr);
    refused(&project, "run -n ok", 1, &stderr);
    lists(&project, "ok\nzzz\n", &stderr);
}

#[test]
fn a_group_that_is_not_there_has_near_names() {
    let line = "there is no input group `lip` for task `zzz`";
    let label = "its `sources` lead to `@group:lip`";
    let near = "did you mean `@group:lib`?";
    stops("lib = ['a']", "'@group:lip'", line, label, near);
    stops("lib = ['a']\nall = ['x', '@group:lip']", "'@group:all'", line, label, near);
    let define = "define it in `[task_config.input_groups]`";
    stops("something = ['a']", "'@group:lip'", line, label, define);
}

#[test]
fn a_circle_of_groups_is_shown_as_its_way() {
    let line = "input groups lead back to themselves: b -> c -> b";
    let label = "its `sources` lead there";
    let help = "take one of them out of the other";
    stops(
        "a = ['@group:b']\nb = ['x', '@group:c']\nc = ['@group:b']",
        "'@group:a'",
        line,
        label,
        help,
    );
    let line = "input groups lead back to themselves: a -> a";
    stops("a = ['@group:a']", "'@group:a'", line, label, help);
}

#[test]
fn groups_that_double_each_other_end() {
    let mut groups = "g0 = ['a', 'b']".to_string();
    for n in 1..40 {
        groups += &format!("\ng{n} = ['@group:g{0}', '@group:g{0}']", n - 1);
    }
    let line = "the `sources` of task `zzz` come to more than 100000";
    let label = "with the groups that they name";
    stops(&groups, "'@group:g39'", line, label, "name each group once");
    // And those that are only long do not.
    let mut groups = "g0 = ['mise.toml']".to_string();
    for n in 1..5000 {
        groups += &format!("\ng{n} = ['@group:g{}']", n - 1);
    }
    let text = format!(
        "{EXPERIMENTAL}[task_config.input_groups]\n{groups}\n[tasks.zzz]\nsources = ['@group:g4999']\n\
         run = 'true'\n"
    );
    project(&text).mep(["run", "zzz"]).run().stderr("[zzz] $ true\n").code(0);
}

#[test]
fn a_group_named_by_a_template_is_refused() {
    let text = format!(
        "{OK}{EXPERIMENTAL}[vars]\ng = '@group:a'\n[task_config.input_groups]\na = ['a']\n[tasks.t]\n\
         sources = ['{{{{vars.g}}}}']\nrun = 'true'\n"
    );
    let project = project(&text);
    let output = project.mep(["run", "t"]).run();
    let line = "Error: bad pattern `@group:a` in `sources` of task `t`: the name of an input group \
                has to stand in the configuration as it is";
    assert!(output.stderr.contains(line), "{}", output.stderr);
    output.stdout("").code(1);
    project.mep(["run", "ok"]).run().stderr("[ok] $ touch ran\n").code(0);
}

#[test]
fn leaving_out_a_group_is_warned_of() {
    let text = format!("{OK}[tasks.t]\nsources = ['x', '!@group:a']\nrun = 'true'\n");
    let stderr = "Warning: `!@group:a` in `sources` of task `t` leaves out no group, only a file of \
                  that name ([P]/mise.toml:3)\n[t] $ true\n";
    project(&text).mep(["run", "t"]).run().stderr(stderr).code(0);
}

#[test]
fn the_setting_is_named_once_for_all_tasks() {
    let text = format!("[task_config]\nglobal_inputs = ['x']\n[tasks.a]\nrun = 'true'\n{OK}");
    let line = "input groups and global inputs are experimental";
    let label = "this task may have some";
    let help = "write `experimental = true` into `[settings]`, or set MISE_EXPERIMENTAL=1";
    let stderr = message(line, ["mise.toml", &text, "a]", label], help);
    let project = project(&text);
    let of_all = project.mep(["run", "ok"]).run();
    of_all.stdout("").code(1);
    assert_eq!(of_all.stderr.matches("Error").count(), 1, "{}", of_all.stderr);
    assert_eq!(of_all.stderr.lines().next(), stderr.lines().next());
    assert!(of_all.stderr.ends_with(&format!("  help: {help}\n")), "{}", of_all.stderr);
    assert!(!project.exists("ran"));
    let on = project.mep(["run", "ok"]).env("MISE_EXPERIMENTAL", "1").run();
    on.stderr("[ok] $ touch ran\n").code(0);
}

#[test]
fn a_pattern_that_is_none_is_named() {
    let text = format!(
        "{EXPERIMENTAL}[task_config]\nglobal_inputs = ['src/[a']\n[tasks.t]\nrun = 'true'\n"
    );
    let output = project(&text).mep(["run", "t"]).run();
    let line = "Error: bad pattern `[P]/src/[a` in `sources` of task `t`: ";
    assert!(output.stderr.starts_with(line), "{}", output.stderr);
    output.stdout("").code(1);
}

#[test]
fn a_template_that_does_not_render_is_named_with_its_place() {
    let text = format!("{OK}{EXPERIMENTAL}[task_config]\nglobal_inputs = ['{{{{ nope }}}}']\n");
    let output = project(&text).mep(["run", "ok"]).run();
    let line = "Error: cannot render the entry `{{ nope }}`: Variable `nope` is not defined";
    assert!(output.stderr.starts_with(line), "{}", output.stderr);
    assert!(output.stderr.contains("[P]/mise.toml:6:18"), "{}", output.stderr);
    output.stdout("").code(1);
}
