//! Templates that ask files and programs are rendered when their task starts, and the shell's
//! own signs are left alone.

use super::project;

const LATE: &str = r#"
[tasks.prepare]
run = "echo content > made"
[tasks.late]
depends = ["prepare"]
run = [
  "echo {{ exec(command='touch asked; cat made') }}",
  "echo {{ read_file(path='made') | trim }}",
  "echo {% if 'made' is file %}there{% else %}missing{% endif %}",
]
"#;

#[test]
fn what_asks_files_and_programs_is_rendered_after_the_dependencies() {
    let late = project(LATE);
    let stderr = "\
[prepare] $ echo content > made
[late] $ echo content
[late] $ echo content
[late] $ echo there
Finished in [t]
";
    let stdout = "content\ncontent\nthere\n";
    late.mep(["run", "late"]).run().stdout(stdout).stderr(stderr).code(0);
}

#[test]
fn a_dry_run_shows_it_as_it_is_written() {
    let late = project(LATE);
    let stderr = "\
[prepare] $ echo content > made
[late] $ echo {{ exec(command='touch asked; cat made') }}
[late] $ echo {{ read_file(path='made') | trim }}
[late] $ echo {% if 'made' is file %}there{% else %}missing{% endif %}
";
    late.mep(["run", "-n", "late"]).run().stdout("").stderr(stderr).code(0);
    assert!(!late.exists("asked") && !late.exists("made"));
}

#[test]
fn a_list_shows_it_as_it_is_written() {
    let text = "{{ exec(command='touch asked') }}";
    let late = project(&format!("[tasks.a]\ndescription = \"{text}\"\nrun = 'true'\n"));
    let line = format!("a  {text}\n");
    late.mep(["tasks"]).run().stdout(&line).stderr("").code(0);
    assert!(!late.exists("asked"));
}

#[test]
fn the_length_of_a_variable_is_no_comment() {
    let lengths = project(
        r#"
[tasks.a]
shell = "bash -c"
run = 'list=(1 2 3); text=four; echo ${#list[@]} ${#text} ${#} {# a comment #}{{ 1 + 1 }}'
"#,
    );
    lengths.mep(["-q", "run", "a"]).run().stdout("3 4 0 2\n").stderr("").code(0);
}
