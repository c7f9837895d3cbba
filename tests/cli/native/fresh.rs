//! When a task with sources runs, and how it says why.

use super::project;
use crate::support::Project;

const COPY: &str = "[tasks.a]\nsources = ['in']\noutputs = ['out']\nrun = 'cat in > out'\n";

/// A project whose task `a` has succeeded once.
fn done(config: &str) -> Project {
    let project = project(config).file("in", "1");
    project.mep(["-q", "run", "a"]).run().stdout("").stderr("").code(0);
    project
}

/// The task runs, and says why.
#[track_caller]
fn runs(project: &Project, because: &str) {
    let output = project.mep(["run", "-v", "a"]).run();
    assert_eq!(output.stderr.lines().next(), Some(&*format!("[a] runs because {because}")));
    output.code(0);
}

#[track_caller]
fn is_fresh(project: &Project) {
    let stderr = "[a] sources up-to-date, skipping\n";
    project.mep(["run", "-v", "a"]).run().stdout("").stderr(stderr).code(0);
}

#[test]
fn the_reason_is_a_line_before_the_command() {
    let first = project(COPY).file("in", "1");
    let stderr = "[a] runs because no earlier success is on record\n[a] $ cat in > out\n";
    first.mep(["run", "-v", "a"]).run().stdout("").stderr(stderr).code(0);
    first.mep(["run", "-f", "a"]).run().stdout("").stderr("[a] $ cat in > out\n").code(0);
}

#[test]
fn what_is_forced_says_so() {
    let output = done(COPY).mep(["run", "-v", "-f", "a"]).run();
    output.stderr("[a] runs because --force was given\n[a] $ cat in > out\n").code(0);
}

#[test]
fn an_edited_source_is_named() {
    let copy = done(COPY);
    copy.write("in", "2");
    runs(&copy, "source [P]/in changed");
    is_fresh(&copy);
}

#[test]
fn a_new_and_a_removed_source_are_named() {
    let copy = done(&COPY.replace("'in'", "'in*'"));
    copy.write("input", "2");
    runs(&copy, "source [P]/input is new");
    copy.remove("input");
    runs(&copy, "source [P]/input is gone");
}

#[test]
fn a_directory_as_source_means_all_that_is_in_it() {
    let config = "[tasks.a]\nsources = ['src']\nrun = 'true'\n";
    let tree = project(config).file("src/deep/one", "");
    runs(&tree, "no earlier success is on record");
    is_fresh(&tree);
    tree.write("src/deep/two", "");
    runs(&tree, "source [P]/src/deep/two is new");
    tree.write("src/deep/one", "edited");
    runs(&tree, "source [P]/src/deep/one changed");
    is_fresh(&tree);
}

#[test]
fn a_missing_output_is_named() {
    let copy = done(COPY);
    copy.remove("out");
    runs(&copy, "output out is missing");
    is_fresh(&copy);
}

#[test]
fn outputs_that_are_older_than_a_source_are_not_good() {
    let old = done("[tasks.a]\nsources = ['in']\noutputs = ['out']\nrun = 'touch out'\n");
    old.set_mtime("out", 1);
    runs(&old, "its outputs are not newer than [P]/in");
    is_fresh(&old);
}

#[test]
fn by_content_an_edited_output_is_named() {
    let by_content = "[settings.task]\nsource_freshness_hash_contents = true\n";
    let copy = done(&format!("{COPY}{by_content}"));
    copy.touch("in");
    is_fresh(&copy);
    copy.write("out", "edited");
    runs(&copy, "output [P]/out changed");
}

#[test]
fn without_outputs_to_look_at_a_task_is_never_fresh() {
    let never = done("[tasks.a]\nsources = ['in']\noutputs = []\nrun = 'true'\n");
    runs(&never, "it has no outputs to be fresh");
}

#[test]
fn a_dependency_that_ran_is_named() {
    let config = "[tasks.a]\ndepends = ['d']\nsources = ['in']\nrun = 'true'\n\
                  [tasks.d]\nsources = ['other']\nrun = 'true'\n";
    let both = project(config).file("in", "").file("other", "");
    both.mep(["-q", "run", "a"]).run().stderr("").code(0);
    both.write("other", "edited");
    let stderr = "\
[d] runs because source [P]/other changed
[d] $ true
[a] runs because its dependency d ran
[a] $ true
Finished in [t]
";
    both.mep(["run", "-v", "a"]).run().stdout("").stderr(stderr).code(0);
}

#[test]
fn an_edited_definition_runs_its_own_task_alone() {
    let config = "[tasks.a]\nsources = ['in']\nrun = 'true'\n\
                  [tasks.b]\nsources = ['in']\nrun = 'true'\n";
    let two = project(config).file("in", "");
    let run = || two.mep(["run", "-v", "-j1", "a", ":::", "b"]).run().stderr;
    run();
    let fresh = "[a] sources up-to-date, skipping\n[b] sources up-to-date, skipping\n";
    assert_eq!(run(), format!("{fresh}Finished in [t]\n"));
    two.write("mise.toml", &config.replacen("'true'", "'true 1'", 1));
    let stderr = "\
[a] runs because its run changed
[a] $ true 1
[b] sources up-to-date, skipping
Finished in [t]
";
    assert_eq!(run(), stderr);
}

#[test]
fn an_edit_elsewhere_in_the_file_changes_nothing() {
    let copy = done(COPY);
    let other = "# a note\n[vars]\nX = '1'\n\n[tasks.b]\nrun = 'true'\n\n";
    copy.write("mise.toml", &format!("{other}{COPY}description = 'copies'\n"));
    is_fresh(&copy);
}

#[test]
fn a_run_that_failed_is_never_fresh() {
    let failing = done("[tasks.a]\nsources = ['in']\nrun = 'test ! -e broken'\n");
    failing.write("broken", "");
    failing.mep(["-q", "run", "-f", "a"]).run().stderr("[a] ERROR task failed\n").code(1);
    failing.remove("broken");
    runs(&failing, "it did not succeed when it ran last");
    is_fresh(&failing);
}

#[test]
fn a_run_that_was_killed_is_never_fresh() {
    let killed = done("[tasks.a]\nsources = ['in']\nrun = 'test ! -e deadly || kill -9 $PPID'\n");
    killed.write("deadly", "");
    let output = killed.mep(["-q", "run", "-f", "a"]).run();
    assert_eq!(output.signal, Some(9), "{}", output.ending());
    killed.remove("deadly");
    runs(&killed, "it did not succeed when it ran last");
    is_fresh(&killed);
}
