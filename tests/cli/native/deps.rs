//! `tasks deps` for other programs.

use serde_json::{Value, json};

use super::project;
use crate::support::Project;

fn graph() -> Project {
    project(
        "[tasks.build]\ndescription = 'Builds <it> & \"more\"'\n\
         depends = ['lint', { task = 'fmt', args = ['-x'], env = { A = '1' } }]\n\
         depends_post = ['clean']\nwait_for = 'gen'\nrun = 'x'\n[tasks]\nlint = 'x'\nfmt = 'x'\n\
         clean = 'x'\n\"gen\" = 'x'\n'o<d>\"d#' = 'x'\n",
    )
}

#[test]
fn json_has_nodes_and_edges() {
    let output = graph().mep(["tasks", "deps", "build", "gen", "--json"]).run();
    output.stderr("").code(0);
    let found: Value = serde_json::from_str(&output.stdout).unwrap();
    let node = |id: u32, task: &str| json!({ "id": id, "task": task, "args": [], "env": {}, "post": false, "description": "" });
    let mut nodes = ["build", "gen", "lint", "fmt", "clean"].map(|n| node(0, n));
    for (id, node) in nodes.iter_mut().enumerate() {
        node["id"] = json!(id);
    }
    nodes[0]["description"] = json!("Builds <it> & \"more\"");
    nodes[3]["args"] = json!(["-x"]);
    nodes[3]["env"] = json!({ "A": "1" });
    nodes[4]["post"] = json!(true);
    assert_eq!(found["nodes"], json!(nodes));
    let mut edges: Vec<(u64, u64, String)> = Vec::new();
    for edge in found["edges"].as_array().unwrap() {
        let number = |key: &str| edge[key].as_u64().unwrap();
        edges.push((number("task"), number("needs"), edge["kind"].as_str().unwrap().into()));
    }
    edges.sort();
    let edge = |task, needs, kind: &str| (task, needs, kind.to_string());
    let expected =
        [edge(0, 1, "wait_for"), edge(0, 2, "depends"), edge(0, 3, "depends"), edge(4, 0, "post")];
    assert_eq!(edges, expected);
}

#[test]
fn mermaid_is_a_flowchart_in_the_order_of_a_run() {
    let output = graph().mep(["tasks", "deps", "build", "gen", "--mermaid"]).run();
    let mut lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(lines.remove(0), "flowchart LR");
    lines.sort_unstable();
    let expected = [
        "    n0 ==> n4", "    n0[\"build\"]", "    n1 -.-> n0", "    n1[\"gen\"]", "    n2 --> n0",
        "    n2[\"lint\"]", "    n3 --> n0", "    n3[\"fmt\"]", "    n4[\"clean (post)\"]",
    ];
    assert_eq!(lines, expected);
    let odd = graph().mep(["tasks", "deps", "o<d>\"d#", "--mermaid"]).run();
    odd.stdout("flowchart LR\n    n0[\"o#lt;d#gt;#quot;d#35;\"]\n").code(0);
}

#[test]
fn svg_is_one_picture_with_all_of_it() {
    let output = graph().mep(["tasks", "deps", "--svg"]).run();
    output.stderr("").code(0);
    let picture = &output.stdout;
    assert!(picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>\n"), "{picture}");
    for text in [
        "<title>Builds &lt;it&gt; &amp; \"more\"</title>",
        ">clean (post)</text>",
        ">o&lt;d&gt;\"d#</text>",
    ] {
        assert!(picture.contains(text), "{text} is not in\n{picture}");
    }
    assert_eq!(picture.matches("<path class=").count(), 4);
    assert_eq!(picture.matches("<rect").count(), 8);
    assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
}

#[test]
fn an_empty_project_is_drawn() {
    let empty = Project::new();
    empty.mep(["tasks", "deps", "--mermaid"]).run().stdout("flowchart LR\n").code(0);
    empty
        .mep(["tasks", "deps", "--json"])
        .run()
        .stdout("{\n  \"nodes\": [],\n  \"edges\": []\n}\n")
        .code(0);
    let picture = empty.mep(["tasks", "deps", "--svg"]).run();
    assert!(
        picture.stdout.contains("<svg") && !picture.stdout.contains("NaN"),
        "{}",
        picture.stdout
    );
}

#[test]
fn one_form_at_a_time() {
    for words in [["--json", "--svg"], ["--mermaid", "--dot"], ["--svg", "--compact"]] {
        let output = graph().mep(["tasks", "deps"].iter().chain(&words)).run();
        output.stdout("").code(2);
        assert!(output.stderr.contains("cannot be used with"), "{}", output.stderr);
    }
}
