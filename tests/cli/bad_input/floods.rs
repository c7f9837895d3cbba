//! Input that is far too much: deep, long or broken all over. The answer stays short, and comes.

use super::{OK, project};

#[test]
fn of_very_many_mistakes_in_a_file_the_first_are_shown() {
    let broken = "a =e\"]\n".repeat(300);
    let project = project(OK).file(".mise/tasks/x.toml", &broken);
    let output = project.mep(["tasks"]).run();
    output.code(1).stdout("ok\n");
    let count = output.stderr.matches("[P]/.mise/tasks/x.toml is not valid TOML").count();
    assert_eq!(count, 20, "{}", output.transcript());
    assert!(
        output.stderr.ends_with("Error: [P]/.mise/tasks/x.toml has 879 more mistakes\n"),
        "{}",
        output.transcript()
    );
}

#[test]
fn what_is_nested_without_end_is_refused() {
    let (opening, closing) = ("[".repeat(10_000), "]".repeat(10_000));
    let list = format!("[tasks.a]\nrun = {opening}{closing}\n");
    let output = project(&list).mep(["run", "a"]).run();
    output.code(1).stdout("");
    let first = output.stderr.lines().next();
    assert_eq!(first, Some("Error: [P]/mise.toml is nested too deeply"));

    // Where it is no TOML, its parser would follow the brackets without a limit.
    let no_toml = format!("[tasks.a]\nrun = [{{ task = \"a\" }}{}\n", "n{{e\" }".repeat(3_000));
    let output = project(&no_toml).mep(["run", "a"]).run();
    output.code(1).stdout("");
    let first = output.stderr.lines().next();
    assert_eq!(first, Some("Error: [P]/mise.toml is nested too deeply"));

    let header = format!("#!/bin/sh\n#MISE depends={}\necho deep\n", "[".repeat(3_000));
    let deep = project(OK).executable("mise-tasks/deep", &header);
    let output = deep.mep(["run", "deep"]).run();
    output.code(1).stdout("");
    let first = output.stderr.lines().next();
    assert_eq!(first, Some("Error: a header of task `deep` is nested too deeply"));

    let template = format!("[tasks.a]\nrun = \"{{{{ {} }}}}\"\n", "(".repeat(10_000));
    let output = project(&template).mep(["run", "a"]).run();
    output.code(1).stdout("");
    assert!(output.stderr.starts_with("Error: cannot render `run` of task `a`: "));

    let usage = format!("[tasks.a]\nusage = '{}'\nrun = 'x'\n", "cmd a {".repeat(10_000));
    let output = project(&usage).mep(["run", "a"]).run();
    output.code(1).stdout("");
    let first = output.stderr.lines().next();
    assert_eq!(first, Some("Error: the usage spec of task `a` is nested too deeply"));
}

#[test]
fn a_glob_in_globs_without_end_is_refused() {
    for depth in [300, 10_000] {
        let glob = format!("{}a{}", "{b,".repeat(depth), "}".repeat(depth));
        let sources = format!("[tasks.a]\nsources = ['{glob}']\nrun = 'x'\n");
        let output = project(&sources).mep(["run", "a"]).run();
        output.code(1).stdout("");
        assert!(
            output.stderr.contains("alternatives are nested too deeply"),
            "{}",
            output.transcript()
        );

        let output = project(OK).mep(["run", &glob]).run();
        output.code(1).stdout("");
        assert!(output.stderr.starts_with("Error: no task {b,"), "{}", output.transcript());
    }
}
