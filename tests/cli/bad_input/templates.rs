//! Templates that do not render: each message names the task, the key and the place.

use super::{OK, goes_on, message, mistake, project, project_mistake, refused};

const NOPE: &str = "Field `STAG` is not defined";
const MEANT: &str = "did you mean `STAGE`?";

/// A mistake of `STAG` for `STAGE` somewhere in `body`, said in this line.
#[track_caller]
fn stag(body: &str, line: &str) {
    let config = format!("[env]\nSTAGE = 'x'\n[tasks.a]\n{body}\n\n{OK}");
    // The first `STAG` of the file is in `STAGE`, which is not the one.
    let marked = config.replacen("STAGE", "@@@@@", 1);
    let stderr = message(line, ["mise.toml", &marked, "STAG", NOPE], MEANT);
    refused(&project(&config), "run ok ::: a", 1, &stderr.replace("@@@@@", "STAGE"));
}

#[test]
fn a_variable_that_is_not_there_comes_with_the_near_ones_and_not_with_all() {
    for (key, body) in [
        ("run", "run = 'echo {{ env.STAG }}'"),
        ("run", "run = '''\necho\n  {{ env.STAG }}\n'''"),
        ("run", "run = \"\"\"\n\\tprintf \\\"%s\\\\n\\\" \\u00e9 \\\n    {{ env.STAG }}\n\"\"\""),
        ("run", "# it's 'here'\nrun = ['true', \"echo {{ env.STAG }}\"]"),
        ("dir", "run = 'x'\ndir = '{{ env.STAG }}'"),
        ("shell", "run = 'x'\nshell = '{{ env.STAG }} -c'"),
        ("sources", "run = 'x'\nsources = ['b', '{{ env.STAG }}']"),
        ("outputs", "run = 'x'\nsources = ['b']\noutputs = ['{{ env.STAG }}']"),
        ("confirm", "run = 'x'\nconfirm = 'go {{ env.STAG }}?'"),
        ("timeout", "run = 'x'\ntimeout = '{{ env.STAG }}'"),
        ("usage", "run = 'x'\nusage = '{{ env.STAG }}'"),
        ("file", "file = '{{ env.STAG }}'"),
    ] {
        stag(body, &format!("cannot render `{key}` of task `a`: {NOPE}"));
    }
}

#[test]
fn dependencies_and_names_say_whose_they_are() {
    for (text, body) in [
        ("{{ env.STAG }}", "run = 'x'\ndepends = ['ok', '{{ env.STAG }}']"),
        ("ok {{ env.STAG }}", "run = 'x'\ndepends_post = \"ok {{ env.STAG }}\""),
        ("{{ env.STAG }}", "run = [{ task = '{{ env.STAG }}' }]"),
    ] {
        stag(body, &format!("cannot render `{text}` of task `a`: {NOPE}"));
    }
}

#[test]
fn values_of_the_environment_and_vars_stop_every_run() {
    let label = "Unknown function `nofn`";
    let line = format!("cannot render `a {{{{ nofn() }}}}`: {label}");
    project_mistake("[env]\nA = 'a {{ nofn() }}'", &line, "nofn", label, "");
    project_mistake("[vars]\nA = 'a {{ nofn() }}'", &line, "nofn", label, "");
}

#[test]
fn an_alias_that_does_not_render_breaks_its_task_alone() {
    let config = format!("[tasks.a]\nalias = ['b', '{{{{ 1 | nofilter }}}}']\nrun = 'x'\n\n{OK}");
    let label = "Unknown filter `nofilter`";
    let line = format!("cannot render `{{{{ 1 | nofilter }}}}` of task `a`: {label}");
    let stderr = message(&line, ["mise.toml", &config, "nofilter", label], "");
    let broken = project(&config);
    refused(&broken, "run ok ::: a", 1, &stderr);
    goes_on(&broken, &format!("Warning: {line} ([P]/mise.toml:2)\n"));
}

#[test]
fn macros_and_templates_of_other_files_are_no_part_of_the_language() {
    for text in ["macro x() %}{% endmacro", "import 'x' as y"] {
        let project = project(&format!("[tasks.a]\nrun = \"echo {{% {text} %}}\"\n\n{OK}"));
        let output = project.mep(["run", "a"]).run();
        let line = "Error: cannot render `run` of task `a`: Unknown tag";
        assert_eq!(output.stderr.lines().next(), Some(line), "{}", output.stderr);
        assert!(output.stderr.contains("[P]/mise.toml:2:16"), "{}", output.stderr);
        output.stdout("").code(1);
    }
}

#[test]
fn a_function_of_scripts_is_unknown_elsewhere() {
    let label = "Unknown function `arg`";
    let line = format!("cannot render `dir` of task `a`: {label}");
    mistake("run = 'x'\ndir = '{{ arg(name=`x`) }}'", &line, "arg", label, "");
    let label = "Unknown function `task_source_files`";
    let line = format!("cannot render `outputs` of task `a`: {label}");
    let body = "run = 'x'\nsources = ['s']\noutputs = ['{{ task_source_files() }}']";
    mistake(body, &line, "task_source_files", label, "");
}

#[test]
fn a_text_that_fails_while_its_task_runs_names_its_place() {
    let late = project("\n[tasks.a]\nrun = '''\ntrue\necho {{ exec(command='exit 3') }}\n'''\n");
    let stderr = "\
[a] ERROR [P]/mise.toml:5:9: exec command: command [\"sh\", \"-o\", \"errexit\", \"-c\", \"exit 3\"] \
exited with code 3
[a] ERROR task failed
";
    late.mep(["-q", "run", "a"]).run().stdout("").stderr(stderr).code(1);
}

#[test]
fn throw_throws_as_mep_and_is_mute_as_mise() {
    let line = "cannot render `run` of task `a`: boom";
    mistake("run = 'echo {{ throw(message=`boom`) }}'", line, "throw", "boom", "");
    let muted = project("[tasks.a]\nrun = 'echo a{{ throw(message=`boom`) }}'");
    muted.mise(["-q", "run", "a"]).run().stdout("a\n").stderr("").code(0);
}
