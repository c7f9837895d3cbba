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

#[test]
fn a_dry_run_shows_a_late_call_as_it_is_written() {
    let late = project(
        "
[tasks.x]
run = 'echo x'
[tasks.t]
run = ['echo x > next', { task = \"{{ exec(command='touch asked; cat next') }}\" }, 'echo after']
",
    );
    let stderr = "\
[t] $ echo x > next
[t] calls {{ exec(command='touch asked; cat next') }}, which is known when it runs
[t] $ echo after
";
    late.mep(["run", "-n", "t"]).run().stdout("").stderr(stderr).code(0);
    assert!(!late.exists("asked"));
    late.mep(["-q", "run", "t"]).run().stdout("x\nafter\n").stderr("").code(0);
}

#[test]
fn a_late_call_that_would_never_end_is_refused_when_it_is_reached() {
    let circle = project(
        "
[tasks.t]
run = ['echo u > next', { task = \"{{ read_file(path='next') | trim }}\" }]
[tasks.u]
run = ['echo u', { task = 't' }]
",
    );
    let output = circle.mep(["-q", "run", "t"]).run();
    let stderr = "\
[t] ERROR Circular dependency detected: t → u → t ([P]/mise.toml:3, [P]/mise.toml:5)
[t] ERROR help: remove one of these, or use `wait_for` where only the order matters
[t] ERROR task failed
";
    output.stdout("").stderr(stderr).code(1);
}

#[test]
fn a_late_call_does_not_count_on_what_nobody_asked_for() {
    // `x` is called by `bad` only after its failure, and so is never asked for there.
    let late = project(
        "
[tasks.x]
run = 'echo x'
[tasks.bad]
run = ['false', { task = 'x' }]
[tasks.t]
wait_for = ['bad']
run = ['echo x > next', { task = \"{{ read_file(path='next') | trim }}\" }, 'echo after']
",
    );
    let run = late.mep(["-q", "run", "-c", "bad", ":::", "t"]).run();
    run.stdout("x\nafter\n").code(1);
}

#[test]
fn a_late_call_runs_in_a_cleanup_too() {
    let late = project(
        "
[tasks.x]
run = 'echo x'
[tasks.post]
run = ['echo x > next', { task = \"{{ read_file(path='next') | trim }}\" }]
[tasks.t]
depends_post = ['post']
run = 'exit 3'
",
    );
    late.mep(["-q", "run", "t"]).run().stdout("x\n").code(3);
}
