//! When a task with sources runs, and when it is skipped.

use crate::support::Case;

/// Two sources, one output.
fn build() -> Case {
    Case::config(
        r"
[tasks.build]
sources = ['src/*.txt']
outputs = ['out.txt']
run = 'cat src/*.txt > out.txt; echo built'
",
    )
    .file("src/a.txt", "a\n")
    .file("src/b.txt", "b\n")
}

/// A task whose outputs are not named.
fn auto() -> Case {
    Case::config("[tasks.auto]\nsources = ['src/**']\nrun = 'echo ran'\n")
        .file("src/a.txt", "a\n")
        .file("src/sub/b.txt", "b\n")
}

impl Case {
    fn build(self) -> Self {
        self.mise(["run", "build"])
    }

    fn auto(self) -> Self {
        self.mise(["run", "auto"])
    }
}

#[test]
fn a_second_run_is_skipped() {
    build().build().build().build().check();
}

#[test]
fn a_second_run_without_outputs_is_skipped() {
    auto().auto().auto().auto().check();
}

#[test]
fn an_edited_source_makes_it_run() {
    build()
        .build()
        .file("src/a.txt", "another text\n")
        .build()
        .build()
        .effects(["out.txt"])
        .check();
}

#[test]
fn an_edited_source_makes_it_run_without_outputs() {
    auto().auto().file("src/sub/b.txt", "another text\n").auto().auto().check();
}

#[test]
fn an_edit_of_the_same_size_and_an_older_time_makes_it_run() {
    build()
        .build()
        .file("src/a.txt", "c\n")
        .mtime("src/a.txt", 1_000_000_000)
        .build()
        .build()
        .effects(["out.txt"])
        .check();
}

#[test]
fn a_touched_source_makes_it_run() {
    build().build().touch("src/a.txt").build().build().check();
}

#[test]
fn a_removed_source_makes_it_run() {
    build().build().remove("src/b.txt").build().build().check();
}

#[test]
fn an_added_source_makes_it_run() {
    build()
        .build()
        .file("src/c.txt", "c\n")
        .mtime("src/c.txt", 1_000_000_000)
        .build()
        .build()
        .check();
}

#[test]
fn a_file_that_is_no_source_changes_nothing() {
    build().build().file("src/c.md", "c\n").file("other.txt", "c\n").build().check();
}

#[test]
fn a_removed_output_makes_it_run() {
    build().build().remove("out.txt").build().build().check();
}

#[test]
fn an_output_older_than_a_source_makes_it_run() {
    build().build().mtime("out.txt", 1_000_000_000).build().build().check();
}

#[test]
fn an_output_as_old_as_its_source_makes_it_run() {
    let both_times = |case: Case| {
        case.mtime("mise.toml", 1_600_000_000)
            .mtime("src/a.txt", 1_600_000_000)
            .mtime("src/b.txt", 1_600_000_000)
    };
    both_times(build())
        .build()
        .mtime("out.txt", 1_600_000_000)
        .build()
        .mtime("out.txt", 1_600_000_000)
        .build()
        .env("MISE_TASK_SOURCE_FRESHNESS_EQUAL_MTIME_IS_FRESH", "1")
        .check();
}

#[test]
fn a_source_without_a_time_makes_it_run_always() {
    build().mtime("src/a.txt", 0).build().build().build().check();
}

#[test]
fn an_edited_command_makes_it_run() {
    // Newer than the run: mise sees an edit of `run` by the time of its file alone.
    auto()
        .auto()
        .file("mise.toml", "[tasks.auto]\nsources = ['src/**']\nrun = 'echo changed'\n")
        .mtime("mise.toml", 4_000_000_000)
        .auto()
        .check();
}

#[test]
fn an_edited_script_makes_it_run() {
    let script = |word: &str| format!("#!/bin/sh\n#MISE sources=[\"src/*\"]\necho {word}\n");
    Case::empty()
        .executable("mise-tasks/t", &script("one"))
        .file("src/a", "a")
        .mise(["run", "t"])
        .mise(["run", "t"])
        .executable("mise-tasks/t", &script("two"))
        .mise(["run", "t"])
        .mise(["run", "t"])
        .check();
}

#[test]
fn force_runs_it_and_what_it_depends_on() {
    Case::config(
        r#"
[tasks.dep]
sources = ["src/a.txt"]
run = "echo dep"
[tasks.top]
depends = "dep"
sources = ["src/a.txt"]
run = "echo top"
"#,
    )
    .file("src/a.txt", "a\n")
    .mise(["run", "top"])
    .mise(["run", "top"])
    .mise(["run", "-f", "top"])
    .mise(["run", "top"])
    .check();
}

#[test]
fn each_choice_of_arguments_is_fresh_on_its_own() {
    auto()
        .auto()
        .mise(["run", "auto", "x"])
        .auto()
        .mise(["run", "auto", "x"])
        .mise(["run", "auto", "y"])
        .check();
}

#[test]
fn each_choice_of_env_is_fresh_on_its_own() {
    Case::config(
        r#"
[tasks.dep]
sources = ["a.txt"]
run = "echo dep ${E-none}"
[tasks.one]
depends = "E=1 dep"
[tasks.two]
depends = "E=2 dep"
"#,
    )
    .file("a.txt", "a\n")
    .mise(["run", "one"])
    .mise(["run", "two"])
    .mise(["run", "one"])
    .mise(["run", "dep"])
    .mise(["run", "two"])
    .check();
}

#[test]
fn a_dependency_with_sources_that_ran_makes_it_run() {
    Case::config(
        r#"
[tasks.dep]
sources = ["a.txt"]
run = "echo dep"
[tasks.top]
depends = "dep"
sources = ["b.txt"]
run = "echo top"
"#,
    )
    .file("a.txt", "a\n")
    .file("b.txt", "b\n")
    .mise(["run", "top"])
    .mise(["run", "top"])
    .touch("a.txt")
    .mise(["run", "top"])
    .touch("b.txt")
    .mise(["run", "top"])
    .check();
}

#[test]
fn a_dependency_without_sources_changes_nothing() {
    Case::config(
        r"
[tasks.dep]
run = 'echo dep'
[tasks.top]
depends = 'dep'
sources = ['b.txt']
run = 'echo top'
",
    )
    .file("b.txt", "b\n")
    .mise(["run", "top"])
    .mise(["run", "top"])
    .check();
}

#[test]
fn a_failed_run_is_run_again() {
    Case::config("[tasks.auto]\nsources = ['a.txt']\nrun = 'test -e good'\n")
        .file("a.txt", "a\n")
        .mise(["run", "auto"])
        .mise(["run", "auto"])
        .file("good", "")
        .mise(["run", "auto"])
        .mise(["run", "auto"])
        .check();
}

#[test]
fn without_sources_or_without_outputs_it_runs_always() {
    Case::config(
        r"
[tasks.none]
sources = ['a.txt']
outputs = []
run = 'echo none'
[tasks.only]
outputs = ['a.txt']
run = 'echo only'
",
    )
    .file("a.txt", "a\n")
    .mise(["run", "none"])
    .mise(["run", "none"])
    .mise(["run", "only"])
    .mise(["run", "only"])
    .check();
}

#[test]
fn outputs_may_be_automatic_by_name() {
    Case::config("[tasks.t]\nsources = 'a.txt'\noutputs = { auto = true }\nrun = 'echo t'\n")
        .file("a.txt", "a\n")
        .mise(["run", "t"])
        .mise(["run", "t"])
        .check();
}

#[test]
fn an_output_that_is_not_made_is_a_warning() {
    Case::config(
        "[tasks.t]\nsources = ['a.txt']\noutputs = ['never.txt', 'no/*.o']\nrun = 'echo t'\n",
    )
    .file("a.txt", "a\n")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .check();
}

#[test]
fn sources_can_be_excluded_and_included_again() {
    Case::config(
        "[tasks.t]\nsources = ['src/**/*', '!src/gen/**', 'src/gen/keep.txt']\nrun = 'echo t'\n",
    )
    .file("src/a.txt", "a\n")
    .file("src/gen/x.txt", "x\n")
    .file("src/gen/keep.txt", "keep\n")
    .mise(["run", "t"])
    .touch("src/gen/x.txt")
    .mise(["run", "t"])
    .touch("src/gen/keep.txt")
    .mise(["run", "t"])
    .touch("src/a.txt")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .check();
}

#[test]
fn patterns_know_alternatives_dots_and_depth() {
    Case::config("[tasks.t]\nsources = ['src/**/*.{rs,c}', 'etc/*']\nrun = 'echo t'\n")
        .file("src/a.rs", "")
        .file("src/deep/er/b.c", "")
        .file("src/x.md", "")
        .file("etc/.dotted", "")
        .mise(["run", "t"])
        .touch("src/x.md")
        .mise(["run", "t"])
        .touch("src/a.rs")
        .mise(["run", "t"])
        .touch("src/deep/er/b.c")
        .mise(["run", "t"])
        .touch("etc/.dotted")
        .mise(["run", "t"])
        .mise(["run", "t"])
        .check();
}

#[test]
fn sources_are_found_from_the_directory_of_the_task() {
    Case::config(
        r"
[tasks.t]
dir = 'sub'
sources = ['*.txt', '../top.txt']
outputs = ['out/o']
run = 'mkdir -p out; echo o > out/o; echo t'
",
    )
    .file("sub/a.txt", "a\n")
    .file("top.txt", "top\n")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .cwd("sub")
    .touch("top.txt")
    .mise(["run", "t"])
    .touch("sub/a.txt")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .check();
}

#[test]
fn an_output_may_be_a_directory() {
    Case::config(
        r"
[tasks.t]
sources = ['a.txt']
outputs = ['dist']
run = 'mkdir -p dist/deep; cp a.txt dist/deep/'
",
    )
    .file("a.txt", "a\n")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .remove("dist")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .check();
}

#[test]
fn outputs_may_be_patterns() {
    Case::config(
        r"
[tasks.t]
sources = ['a.txt']
outputs = ['dist/*.js', 'dist/*.css']
run = 'mkdir -p dist; touch dist/a.js dist/a.css'
",
    )
    .file("a.txt", "a\n")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .remove("dist/a.css")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .check();
}

#[test]
fn sources_that_match_nothing_become_fresh() {
    Case::config("[tasks.t]\nsources = ['none/*.txt']\nrun = 'echo t'\n")
        .mise(["run", "t"])
        .mise(["run", "t"])
        .file("none/a.txt", "a\n")
        .mise(["run", "t"])
        .mise(["run", "t"])
        .check();
}

#[test]
fn a_skipped_task_still_has_its_post_dependencies() {
    Case::config(
        r"
[tasks.t]
sources = ['a.txt']
depends_post = 'p'
run = 'echo t'
[tasks.p]
run = 'echo p'
",
    )
    .file("a.txt", "a\n")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_skipped_task_skips_the_tasks_in_its_run_list() {
    Case::config(
        r"
[tasks.t]
sources = ['a.txt']
run = [{ task = 'p' }, 'echo t']
[tasks.p]
run = 'echo p'
",
    )
    .file("a.txt", "a\n")
    .mise(["run", "t"])
    .mise(["run", "t"])
    .touch("a.txt")
    .mise(["run", "t"])
    .check();
}

#[test]
fn a_skipped_task_is_named_unless_it_is_quiet() {
    auto()
        .auto()
        .mise(["run", "-q", "auto"])
        .mise(["run", "-S", "auto"])
        .mise(["run", "-o", "prefix", "auto"])
        .mise(["run", "-n", "auto"])
        .check();
}

#[test]
fn contents_may_count_instead_of_times() {
    const BY_CONTENT: (&str, &str) = ("MISE_TASK_SOURCE_FRESHNESS_HASH_CONTENTS", "1");
    let run = |case: Case| case.mise(["run", "build"]).env(BY_CONTENT.0, BY_CONTENT.1);
    let case = run(run(build()));
    let case = run(case.touch("src/a.txt"));
    let case = run(run(case.file("src/a.txt", "another text\n")));
    let case = run(run(case.file("out.txt", "not what it made\n")));
    let case = run(case.remove("out.txt"));
    run(case).effects(["out.txt"]).check();
}

#[test]
fn a_script_can_name_its_sources() {
    Case::config(
        r#"
[tasks.t]
sources = ['src/*.txt', '!src/b.txt']
run = 'echo {{ task_source_files() | join(sep=" ") }}'
"#,
    )
    .file("src/a.txt", "a\n")
    .file("src/b.txt", "b\n")
    .file("src/c.txt", "c\n")
    .mise(["run", "t"])
    .check();
}
