//! The third document: how the task system works.
//!
//! | Lines | What | Test |
//! |---|---|---|
//! | 13-21 | a graph | `the_graph_of_the_document_runs_in_its_order` |
//! | 38-42 | `depends` | `what_a_task_depends_on_comes_first` |
//! | 48-53 | `depends_post` | `cleaning_up_comes_last_even_after_a_failure` |
//! | 59-63 | `wait_for` | `a_soft_dependency_is_waited_for_where_it_runs` |
//! | 71-74 | `run test --jobs 8`, `-j 1` behind the name | `as_mep.rs` |
//! | 78-82 | `jobs` in the user's own settings | `jobs_are_set_for_all_projects` |
//! | 88-103 | an example | `the_example_runs_as_its_times_say` |
//! | 107-112 | `--jobs 2` for it | `the_example_runs_as_its_times_say` |
//! | 118-122 | where tasks come from | `tasks_come_from_three_places` |
//! | 129 | aliases and partial matches | `an_alias_is_a_name`; the rest: `as_mep.rs` |
//! | 138-143 | tasks of the directory above | `a_directory_inherits_and_overrides` |
//! | 153-162 | `$1` in a script | `as_mep.rs` |
//! | 168-178 | a script with `#MISE depends` that calls another task | `a_script_depends_and_calls` |
//! | 184-192 | `../api:build` | `tasks_of_other_projects_are_dependencies` |
//! | 200-205 | `sources`, `outputs` | `sources_and_outputs_skip_what_is_fresh` |
//! | 217-220 | `run build --force`: `as_mep.rs`; `run --changed` | `only_tasks_whose_sources_changed_run` |
//! | 226-229 | `watch` | a later version watches |
//! | 237-240 | `tasks deps build`, `tasks deps --dot` | `dependencies_are_drawn` |
//! | 244-247 | `--verbose`, `--dry-run` behind the name | `as_mep.rs` |
//! | 253-255 | the circle's message | `a_circle_has_the_message_of_the_document` |
//! | 261-263 | the missing dependency's message | `a_missing_dependency_has_the_message_of_the_document` |

use super::{Seed, each, says};

/// Tasks that say their name when they begin.
fn says_its_name(task: &str, keys: &str) -> String {
    format!("[tasks.{task}]\n{keys}\nrun = \"echo {task}\"\n")
}

#[test]
fn the_graph_of_the_document_runs_in_its_order() {
    let tasks = [
        ("lint", ""),
        ("format", ""),
        ("build", ""),
        ("test", "depends = [\"lint\", \"format\", \"build\"]"),
        ("docs", ""),
        ("package", "depends = [\"test\", \"docs\"]"),
        ("deploy", "depends = [\"package\"]"),
    ];
    let config = tasks.map(|(task, keys)| says_its_name(task, keys)).concat();
    each(&config, "", |seed| {
        let output = seed.run("run -q deploy");
        output.code(0);
        let lines: Vec<&str> = output.stdout.lines().collect();
        let at = |task: &str| lines.iter().position(|line| *line == format!("[{task}] {task}"));
        for (before, after) in [
            ("lint", "test"),
            ("format", "test"),
            ("build", "test"),
            ("test", "package"),
            ("docs", "package"),
            ("package", "deploy"),
        ] {
            assert!(at(before).is_some() && at(before) < at(after), "{}", output.transcript());
        }
        assert_eq!(lines.len(), tasks.len());
    });
}

#[test]
fn what_a_task_depends_on_comes_first() {
    let config = r#"
[tasks.lint]
run = "eslint src/"
[tasks.build]
run = "npm run build"
[tasks.test]
depends = ["lint", "build"]
run = "npm test"
"#;
    each(config, "eslint npm", |seed| {
        says(&seed.run("run test"), "");
        let calls = seed.calls();
        assert_eq!(calls.len(), 3);
        assert_eq!(calls[2], "npm test");
        seed.stub("eslint", "exit 4");
        seed.run("run test").code(4);
        assert!(!seed.calls().contains(&"npm test".to_owned()));
    });
}

#[test]
fn cleaning_up_comes_last_even_after_a_failure() {
    let config = r#"
[tasks.build]
run = "npm run build"
[tasks.test]
run = "npm test"
[tasks.deploy]
depends = ["build", "test"]
depends_post = ["cleanup", "notify"]
run = "kubectl apply -f deployment.yaml"
[tasks.cleanup]
run = "rm -rf tmp"
[tasks.notify]
run = "notify done"
"#;
    each(config, "npm kubectl rm notify", |seed| {
        for (exit, code) in [("", 0), ("exit 7", 7)] {
            seed.stub("kubectl", exit);
            seed.run("run -j1 deploy").code(code);
            seed.called(&[
                "npm run build",
                "npm test",
                "kubectl apply -f deployment.yaml",
                "rm -rf tmp",
                "notify done",
            ]);
        }
    });
}

const SOFT: &str = r#"
[tasks.integration-test]
wait_for = ["start-services"]  # Only waits if start-services is also being run
run = "npm run test:integration"
"#;

#[test]
fn a_soft_dependency_is_waited_for_where_it_runs() {
    let services = "[tasks.start-services]\nrun = \"docker compose up -d\"\n";
    each(&format!("{SOFT}{services}"), "npm docker", |seed| {
        says(&seed.run("run integration-test"), "");
        seed.called(&["npm run test:integration"]);
        says(&seed.run("run integration-test ::: start-services"), "");
        seed.called(&["docker compose up -d", "npm run test:integration"]);
    });
    // As written: there is no such task at all.
    each(SOFT, "npm", |seed| {
        says(&seed.run("run integration-test"), "");
        seed.called(&["npm run test:integration"]);
    });
}

/// Tasks that end only together: as many as are allowed at a time have to be started.
pub(super) fn together(count: usize) -> String {
    let script = format!("echo >>started; until [ $(wc -l <started) -ge {count} ]; do :; done");
    let tasks = (0..count).map(|i| format!("[tasks.t{i}]\nrun = \"{script}\"\n"));
    tasks.collect()
}

#[test]
fn jobs_are_set_for_all_projects() {
    each(&together(8), "", |seed| {
        seed.project.write("../home/.config/mise/config.toml", "[settings]\njobs = 8\n");
        let output = seed.run("run -q t0 ::: t1 ::: t2 ::: t3 ::: t4 ::: t5 ::: t6 ::: t7");
        says(&output, "");
    });
}

#[test]
fn the_example_runs_as_its_times_say() {
    let config = r#"
[tasks.lint]
run = "eslint src/"

[tasks.test-unit]
depends = ["lint"]
run = "npm run test:unit"

[tasks.test-integration]
depends = ["lint"]
run = "npm run test:integration"

[tasks.build]
depends = ["test-unit", "test-integration"]
run = "npm run build"
"#;
    each(config, "eslint", |seed| {
        // Each of the two tests waits until the other one has begun.
        seed.stub(
            "npm",
            "[ \"$2\" = build ] && exit\n\
             echo >>begun; until [ \"$(wc -l <begun)\" -ge 2 ]; do :; done",
        );
        seed.run("run --jobs 2 build").code(0);
        let calls = seed.calls();
        assert_eq!((calls[0].as_str(), calls[3].as_str()), ("eslint src/", "npm run build"));
        let mut tests = calls[1..3].to_vec();
        tests.sort();
        assert_eq!(tests, ["npm run test:integration", "npm run test:unit"]);
    });
}

#[test]
fn tasks_come_from_three_places() {
    each("[tasks.toml]\nrun = \"echo toml\"\n", "", |seed| {
        seed.project.write_executable("mise-tasks/file", "#!/bin/sh\necho file\n");
        seed.project.write("below/mise.toml", "[tasks.below]\nrun = \"echo below\"\n");
        for task in ["toml", "file"] {
            says(&seed.run(&format!("run {task}")), &format!("{task}\n"));
        }
        says(&seed.run("-C below tasks ls --name-only"), "below\nfile\ntoml\n");
        says(&seed.run("-C below run toml"), "toml\n");
    });
}

#[test]
fn an_alias_is_a_name() {
    each("[tasks.build]\nalias = \"b2\"\nrun = \"echo built\"\n", "", |seed| {
        says(&seed.run("run build"), "built\n");
        says(&seed.run("run b2"), "built\n");
    });
}

#[test]
fn a_directory_inherits_and_overrides() {
    let above = ["lint", "test", "build"].map(|task| says_its_name(task, "")).concat();
    each(&above, "", |seed| {
        let own =
            "[tasks.test]\nrun = \"echo its own test\"\n[tasks.bundle]\nrun = \"echo bundle\"\n";
        seed.project.write("frontend/mise.toml", own);
        for (task, said) in [
            ("lint", "lint\n"),
            ("test", "its own test\n"),
            ("build", "build\n"),
            ("bundle", "bundle\n"),
        ] {
            says(&seed.run(&format!("-C frontend run {task}")), said);
        }
        says(&seed.run("run test"), "test\n");
        assert_ne!(seed.run("run bundle").code, Some(0));
    });
}

#[test]
fn a_script_depends_and_calls() {
    let script = r#"#!/usr/bin/env bash
#MISE depends=["setup"]

# Additional conditional dependency
if [ ! -f ".env" ]; then
  mise run generate-env
fi

npm start
"#;
    let tasks = "[tasks.setup]\nrun = \"npm ci\"\n[tasks.generate-env]\nrun = \"touch .env\"\n";
    each(tasks, "npm", |seed| {
        seed.project.write_executable("mise-tasks/start", script);
        says(&seed.run("run start"), "");
        seed.called(&["npm ci", "npm start"]);
        assert!(seed.project.exists(".env"));
        let again = seed.run("run start");
        assert!(!again.stderr.contains("generate-env"), "{}", again.transcript());
    });
}

#[test]
fn tasks_of_other_projects_are_dependencies() {
    let build = |name: &str| format!("[tasks.build]\nrun = \"echo {name} in ${{PWD##*/}}\"\n");
    let config = r#"
[tasks.deploy-all]
depends = [
  "../api:build",
  "../frontend:build",
  "deploy-infrastructure"
]
run = "echo 'All services deployed'"

[tasks.deploy-infrastructure]
run = "echo infrastructure"
"#;
    each("", "", |seed| {
        seed.project.write("deploy/mise.toml", config);
        seed.project.write("api/mise.toml", &build("api"));
        seed.project.write("frontend/mise.toml", &build("frontend"));
        let output = seed.run("-C deploy run -q -j1 deploy-all");
        output.code(0);
        assert_eq!(
            output.stdout,
            "api in api\nfrontend in frontend\ninfrastructure\nAll services deployed\n"
        );
    });
}

#[test]
fn sources_and_outputs_skip_what_is_fresh() {
    let config = r#"
[tasks.build]
sources = ["src/**/*.ts", "package.json"]
outputs = ["dist/**/*"]
run = "npm run build"
"#;
    each(config, "", |seed| {
        seed.stub("npm", "mkdir -p dist/deep; echo >dist/deep/index.js");
        for file in ["src/deep/a.ts", "package.json"] {
            seed.project.write(file, "{}\n");
        }
        let build = |times: usize| {
            seed.run("run build").code(0);
            seed.called(&["npm run build"][..times]);
        };
        build(1);
        build(0);
        seed.project.write("src/deep/a.ts", "let a;\n");
        build(1);
        build(0);
        seed.project.remove("package.json");
        build(1);
        seed.run("run --force build").code(0);
        seed.called(&["npm run build"]);
    });
}

#[test]
fn only_tasks_whose_sources_changed_run() {
    let config = r#"
[tasks.build]
sources = ["src/**/*.ts", "package.json"]
outputs = ["dist/**/*"]
run = "npm run build"
[tasks.docs]
sources = ["docs/*.md"]
run = "npm run docs"
[tasks.lint]
run = "npm run lint"
"#;
    each(config, "", |seed| {
        seed.stub("npm", "mkdir -p dist; echo >dist/$2.js");
        for file in ["src/a.ts", "package.json", "docs/a.md"] {
            seed.project.write(file, "1\n");
        }
        seed.run("run --changed").code(0);
        seed.called_in_any_order(&["npm run build", "npm run docs"]);
        seed.run("run --changed").code(0);
        seed.called(&[]);
        seed.project.write("docs/a.md", "2\n");
        seed.run("run --changed").code(0);
        seed.called(&["npm run docs"]);
    });
}

#[test]
fn dependencies_are_drawn() {
    let config = ["lint", "test"].map(|task| says_its_name(task, "")).concat()
        + &says_its_name("build", "depends = [\"lint\", \"test\"]");
    each(&config, "", |seed| {
        says(&seed.run("tasks deps build"), "build\n├── test\n└── lint\n");
        let dot = seed.run("tasks deps --dot");
        dot.code(0);
        for piece in ["digraph {", "label = \"build\"", "label = \"lint\"", " -> "] {
            assert!(dot.stdout.contains(piece), "{piece}: {}", dot.transcript());
        }
    });
}

#[test]
fn a_circle_has_the_message_of_the_document() {
    let config = says_its_name("test", "depends = [\"build\"]")
        + &says_its_name("build", "depends = [\"test\"]");
    let seed = Seed::new("mep", &config, "");
    let output = seed.run("run test");
    output.code(1).stdout("");
    let first = output.stderr.lines().next();
    assert_eq!(first, Some("Error: Circular dependency detected: test → build → test"));

    // "Use `wait_for` instead", says the document.
    let config = says_its_name("test", "depends = [\"build\"]")
        + &says_its_name("build", "wait_for = [\"test\"]");
    each(&config, "", |seed| says(&seed.run("run -q -j1 test"), "build\ntest\n"));
}

#[test]
fn a_missing_dependency_has_the_message_of_the_document() {
    let config = says_its_name("build", "depends = [\"lint\"]");
    let seed = Seed::new("mep", &config, "");
    let output = seed.run("run build");
    output.code(1).stdout("");
    let first = output.stderr.lines().next();
    assert_eq!(first, Some("Error: Task 'build' depends on 'lint' but 'lint' was not found"));
}
