//! Patterns, templates, required variables, headers, our own file, and bytes that are no text.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use super::{OK, goes_on, lists, message, mistake, project, project_mistake, refused};

#[test]
fn a_bad_pattern_is_shown_before_anything_runs() {
    for (key, other) in [("sources", "outputs"), ("outputs", "sources")] {
        let class = "unclosed character class; missing ']'";
        let config = format!("[tasks.a]\n{key} = ['src/[a']\n{other} = ['*']\n\n{OK}");
        let stderr = format!(
            "Error: bad pattern `src/[a` in `{key}` of task `a`: {class}
   ╭─[[P]/mise.toml:2:13]
 1 │ [tasks.a]
 2 │ {key} = ['src/[a']
   ·             ┬
   ·             ╰── {class}
 3 │ {other} = ['*']
   ╰────
"
        );
        refused(&project(&config), "run ok ::: a", 1, &stderr);
    }
}

#[test]
fn a_template_with_an_unknown_variable_is_shown_where_it_stands() {
    let known = "config_root, cwd, env, mise_bin, mise_pid, tools, usage, vars, xdg_cache_home, \
                 xdg_config_home, xdg_data_home, xdg_state_home";
    let label = "Variable `nosuch` is not defined";
    for (body, key) in [
        ("run = \"\"\"\ntrue\necho {{ nosuch }}\n\"\"\"", "run"),
        ("run = 'x'\ndir = \"{{ nosuch }}\"", "dir"),
        ("run = 'x'\nsources = [\"{{ nosuch }}\"]", "sources"),
    ] {
        let line =
            format!("cannot render `{key}` of task `a`: {label}. Available variables: {known}");
        mistake(body, &line, "nosuch", label, "");
    }
}

#[test]
fn a_template_that_breaks_off_is_shown_where_it_does() {
    let (line, label) = ("cannot render `run` of task `a`: ", "Unexpected end of input");
    let body = "run = \"echo {{ x\"";
    mistake(body, &format!("{line}{label}"), "x", label, "");
}

#[test]
fn a_required_variable_that_is_missing_stops_every_task_that_gets_it() {
    let line = "required environment variable 'TOKEN' is not defined";
    let (label, help) = ("required here", "set it before the run, or in a later config file");
    let piece = "{ required = true }";
    project_mistake("[env]\nTOKEN = { required = true }", line, piece, label, help);
    mistake("env = { TOKEN = { required = true } }\nrun = 'x'", line, piece, label, help);
    let piece = "{ required = \"ask Ann\" }";
    project_mistake("[env]\nTOKEN = { required = \"ask Ann\" }", line, piece, label, "ask Ann");
}

#[test]
fn a_broken_header_of_a_script_is_shown_and_stops_only_that_script() {
    let header = "depends=[";
    let script = format!("#!/bin/sh\n#MISE {header}\ntouch ran\n");
    let broken = project(OK).executable("mise-tasks/bad", &script);
    let line = "failed to parse task header TOML \"depends=[\"";
    let stderr = format!(
        "Error: {line}
   ╭─[[P]/mise-tasks/bad:2:16]
 1 │ #!/bin/sh
 2 │ #MISE depends=[
   ·                ▲
   ·                ╰── unclosed array, expected `]`
 3 │ touch ran
   ╰────
  help: a header line is one `key=value` pair of TOML
"
    );
    refused(&broken, "run ok ::: bad", 1, &stderr);
    goes_on(&broken, &format!("Warning: {line} ([P]/mise-tasks/bad:2)\n"));
    lists(&broken, "bad\nok\n", &stderr);
}

#[test]
fn an_unknown_key_of_our_own_file_comes_with_the_one_that_was_meant() {
    let own = "gracee = \"1s\"\n";
    let place = ["mep.toml", own, "gracee", "not a key of this table"];
    let stderr = message("unknown key `gracee` in [P]/mep.toml", place, "did you mean `grace`?");
    let broken = project(OK).file("mep.toml", own);
    refused(&broken, "run ok", 1, &stderr);
    lists(&broken, "ok\n", &stderr);
}

#[test]
fn a_script_whose_name_is_no_text_is_left_out_with_a_warning() {
    let named = project(OK).dir("mise-tasks");
    let path = named.path("mise-tasks").join(OsStr::from_bytes(b"b\xffd"));
    fs::write(&path, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    let warning = "Warning: task file name is not UTF-8, ignoring: [P]/mise-tasks/b\u{fffd}d\n";
    goes_on(&named, warning);
    named.mep(["tasks"]).run().stdout("ok\n").stderr(warning).code(0);
}

#[test]
fn output_that_is_no_text_passes_through_unchanged() {
    let bytes = project(
        r#"
[tasks.bytes]
run = '''printf 'a\377b\n'; printf 'e\376\n' >&2'''
[tasks.outer]
run = [
  "mep -q run -o prefix bytes > prefix.out 2> prefix.err",
  "mep -q run -o interleave bytes > interleave.out 2> interleave.err",
]
"#,
    );
    bytes.mep(["-q", "run", "outer"]).run().stdout("").stderr("").code(0);
    for (file, expected) in [
        ("prefix.out", &b"[bytes] a\xffb\n"[..]),
        ("prefix.err", b"[bytes] e\xfe\n"),
        ("interleave.out", b"a\xffb\n"),
        ("interleave.err", b"e\xfe\n"),
    ] {
        assert_eq!(fs::read(bytes.path(file)).unwrap(), expected, "{file}");
    }
}

#[test]
fn an_argument_that_is_no_text_is_refused() {
    let config = format!("[tasks.outer]\nrun = '''mep run ok \"$(printf '\\377')\"'''\n{OK}");
    let stderr = "\
[outer] $ mep run ok \"$(printf '\\377')\"
Error: `\u{fffd}` is not UTF-8
  help: task names and arguments have to be UTF-8 text
[outer] ERROR task failed
";
    refused(&project(&config), "run outer", 2, stderr);
}
