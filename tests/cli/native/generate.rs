//! What mise does not generate: schemas and manual pages.

use std::path::Path;

use serde_json::Value;

use crate::support::Project;

const OF: [&str; 3] = ["mise", "tasks", "mep"];

fn schema(of: &str) -> Value {
    let output = Project::new().mep(["generate", "schema", of]).run();
    output.stderr("").code(0);
    serde_json::from_str(&output.stdout).expect("a schema is JSON")
}

/// `MEP_UPDATE_DOCS=1` writes what the program says.
fn compare(path: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("MEP_UPDATE_DOCS").is_some() {
        std::fs::write(&path, made).expect("the page can be written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == made, "{} is old: MEP_UPDATE_DOCS=1 makes it anew", path.display());
}

#[test]
fn the_schemas_here_are_those_of_the_program() {
    for of in OF {
        let output = Project::new().mep(["generate", "schema", of]).run();
        compare(&format!("docs/schema/{of}.json"), &output.stdout);
    }
}

/// What the schema says of a text; nothing where it is good.
fn error(schema: &Value, toml: &str) -> String {
    let value: Value = toml::from_str(toml).expect("a test's TOML is good");
    let (mut compiler, mut schemas) = (boon::Compiler::new(), boon::Schemas::new());
    compiler.add_resource("memory:///schema", schema.clone()).expect("a schema is JSON");
    let sound = compiler.compile("memory:///schema", &mut schemas).expect("a schema is sound");
    schemas.validate(&value, sound).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn good_files_are_good() {
    let mise = schema("mise");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = std::fs::read_dir(root.join("examples")).unwrap().flatten();
    let paths =
        examples.map(|entry| entry.path().join("mise.toml")).chain([root.join(".mise.toml")]);
    let mut seen = 0;
    for path in paths.filter(|path| path.exists()) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(error(&mise, &text), "", "{}", path.display());
        seen += 1;
    }
    assert!(seen > 4, "only {seen} examples");
    let all = r#"
        redactions = ["A*"]
        _.mep = { grace = "1s", tasks.a = { retry = 1, locks = ["x"], lint = ["-late-version"] } }
        env = { A = 1, B = false, C = { default = "x", redact = true }, _ = { path = ["bin"] } }
        task_config = { includes = ["x"], input_groups = { g = ["*.rs"] } }
        [tasks]
        s = "x"
        l = ["x", { task = "s", args = ["a"] }, { tasks = ["s", "t"] }]
        t = { depends = ["s", ["s", "a"], { task = "s", env = { A = "1" } }], outputs = { auto = true } }
        u = { depends = "s", silent = "stdout", confirm = { message = "m", default = "no" }, output = "timed" }
        v = { wait_for = { task = "s", optional = true }, sources = "x", tools = { node = "20" }, watch.no_vcs_ignore = true }
    "#;
    assert_eq!(error(&mise, all), "");
}

/// What the schema refuses, the program refuses too.
#[test]
fn mistakes_are_mistakes() {
    let (mise, mep) = (schema("mise"), schema("mep"));
    let tasks = [
        "rn = 'x'",
        "run = 1",
        "hide = 'yes'",
        "depends = [1]",
        "depends = [{ tsk = 'a' }]",
        "silent = 'both'",
        "output = 'loud'",
        "outputs = { auto = 1 }",
        "confirm = {}",
        "sources = 1",
        "watch = { vcs = true }",
        "run = [{ tsk = 'a' }]",
        "usage = 1",
        "allow_read = 'x'",
        "alias = 1",
    ];
    for wrong in tasks {
        let text = format!("[tasks.a]\n{wrong}\n");
        assert_ne!(error(&mise, &text), "", "{wrong}");
        let run = Project::new().file("mise.toml", &text).mep(["tasks", "validate"]).run();
        assert_eq!(run.code, Some(1), "{wrong}: {}", run.transcript());
    }
    let own = [
        "grace = 1",
        "leaks = 'no'",
        "shim = 'no'",
        "record = { keep = 0 }",
        "nothing = 1",
        "tasks.a.retry = {}",
        "tasks.a.weight = 0",
        "tasks.a.lint = ['-x']",
        "tools = true",
        "tasks.a.retry = { count = 1, backoff = 0.5 }",
        "jobserver = 1",
    ];
    for wrong in own {
        assert_ne!(error(&mep, wrong), "", "{wrong}");
        let project =
            Project::new().file("mise.toml", "[tasks]\na = 'x'\n").file("mep.toml", wrong);
        let run = project.mep(["tasks", "validate"]).run();
        assert_eq!(run.code, Some(1), "{wrong}: {}", run.transcript());
    }
}

#[test]
fn a_schema_goes_into_a_file() {
    let project = Project::new();
    let run = project.mep(["generate", "schema", "mep", "-o", "s.json"]).run();
    run.stdout("Wrote to s.json\n").stderr("").code(0);
    assert_eq!(serde_json::from_str::<Value>(&project.read("s.json")).unwrap(), schema("mep"));
    let run = project.mep(["generate", "schema", "-o", "no/s.json"]).run();
    let error = "Error: cannot write no/s.json: No such file or directory (os error 2)\n  \
                 help: look at the path and at who may write there\n";
    run.stdout("").stderr(error).code(1);
    let run = project.mep(["generate", "schema", "cargo"]).run();
    run.stdout("").code(2);
    assert!(run.stderr.contains("[possible values: mise, tasks, mep]"), "{}", run.stderr);
}

#[test]
fn the_manual_has_a_page_for_each_verb() {
    let project = Project::new();
    let run = project.mep(["generate", "man", "-o", "man"]).run();
    run.stderr("").code(0);
    assert!(run.stdout.starts_with("Wrote to man/mep.1\n"), "{}", run.stdout);
    for page in ["mep", "mep-run", "mep-tasks", "mep-watch", "mep-doctor"] {
        let text = project.read(&format!("man/{page}.1"));
        assert!(text.contains(&format!(".TH {page} 1")), "{page}: {text}");
        let lint = project.shell(&format!("mandoc -T lint -W error man/{page}.1")).run();
        lint.stdout("").stderr("").code(0);
    }
    let shown =
        project.shell("mep generate man | mandoc -T man | grep 'task runner' | head -1").run();
    shown.stdout("mep \\- A mise\\-compatible task runner\n");
}

#[test]
fn the_page_here_is_that_of_the_program() {
    let output = Project::new().mep(["generate", "man"]).run();
    output.stderr("").code(0);
    compare("docs/man/mep.1", &output.stdout);
}
