//! The examples of the user pages, run: every page of `docs/` with a `console` block is played
//! through in scratch projects, and its text must be what the program says. Knows the shape
//! of a page, nothing of tasks.
//!
//! A heading starts a new, empty project. Below it, in order:
//!
//! - a fence `toml mise.toml` (any language, then a path) writes that file; `sh`, `bash` and
//!   `python` files are executable;
//! - each line `$ command` of a fence `console` is run by `sh` in the project's directory, with
//!   the binary on `PATH`. What it prints follows, stdout and stderr as a terminal would mix
//!   them, and `[exit N]` where the code is not 0. The project is called `/project`, the home
//!   `/home/me`; any duration stands for every other;
//! - a fence `text` is for the reader alone. Every other fence is a mistake.
//!
//! `MEP_UPDATE_DOCS=1` writes what the program says into the pages, to be read through.

use std::path::{Path, PathBuf};

use crate::support::{Project, kernel_confines, text};

/// Languages whose files are executable.
const SCRIPTS: [&str; 3] = ["sh", "bash", "python"];

#[test]
fn the_examples_of_every_page_are_true() {
    for path in pages() {
        if path.ends_with("sandbox.md") && !kernel_confines() {
            continue;
        }
        let page = std::fs::read_to_string(&path).expect("a page is a readable text");
        let played = play(&page).unwrap_or_else(|what| panic!("{}: {what}", path.display()));
        if played == page {
            continue;
        }
        if std::env::var_os("MEP_UPDATE_DOCS").is_some() {
            std::fs::write(&path, played).expect("a page can be written");
        } else {
            let difference = text::diff(&page, &played);
            let changed = difference.lines().filter(|line| !line.starts_with("  "));
            let changed = changed.collect::<Vec<_>>().join("\n");
            panic!("{}: (- the page, + the program)\n{changed}", path.display());
        }
    }
}

/// The pages with something to run.
fn pages() -> Vec<PathBuf> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let entries = std::fs::read_dir(docs).expect("docs/ is there");
    let paths = entries.map(|entry| entry.expect("docs/ is readable").path());
    let has_console = |path: &PathBuf| {
        std::fs::read_to_string(path).is_ok_and(|page| page.contains("\n```console\n"))
    };
    let mut pages: Vec<_> = paths.filter(has_console).collect();
    pages.sort();
    pages
}

/// The page with the outputs that its commands have now.
fn play(page: &str) -> Result<String, String> {
    let mut out = String::with_capacity(page.len());
    let mut project = Project::outside_tmp();
    let mut lines = page.split_inclusive('\n').enumerate();
    while let Some((at, line)) = lines.next() {
        out.push_str(line);
        if line.starts_with('#') {
            project = Project::outside_tmp();
        }
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let is_end = |line: &str| line.trim_end() == "```";
        let mut body = String::new();
        let end = loop {
            match lines.next() {
                Some((_, line)) if is_end(line) => break line,
                Some((_, line)) => body.push_str(line),
                None => return Err(format!("line {}: the fence has no end", at + 1)),
            }
        };
        match info.trim().split_once(' ').unwrap_or((info.trim(), "")) {
            ("console", "") => body = console(&project, &body),
            ("text", "") => {}
            (language, path) if !path.is_empty() && SCRIPTS.contains(&language) => {
                project.write_executable(path, &body);
            }
            (_, path) if !path.is_empty() => project.write(path, &body),
            _ => return Err(format!("line {}: the fence names no file", at + 1)),
        }
        out.push_str(&body);
        out.push_str(end);
    }
    Ok(out)
}

/// A console block with the outputs of now. Where only durations differ, the block's stay.
fn console(project: &Project, body: &str) -> String {
    let mut out = String::new();
    let mut lines = body.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        let mut written = String::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
            written.push_str(line);
        }
        let Some(command) = line.strip_prefix("$ ") else {
            continue;
        };
        let actual = said(project, command);
        let hide =
            |said: &str| text::hide_moments(&text::hide_estimates(&text::hide_durations(said)));
        let same = hide(&written) == hide(&actual);
        out.push_str(if same { &written } else { &actual });
    }
    out
}

/// What a command prints, and its exit code.
fn said(project: &Project, command: &str) -> String {
    let output = project.shell(command).run();
    let mut said = output.stdout.replace("[P]", "/project").replace("[HOME]", "/home/me");
    if !said.is_empty() && !said.ends_with('\n') {
        said.push('\n');
    }
    if output.code != Some(0) {
        said.push_str(
            &output.code.map_or_else(|| output.ending(), |code| format!("[exit {code}]")),
        );
        said.push('\n');
    }
    said
}

#[test]
fn a_page_is_played_as_it_is_written() {
    let page = "\
# One
```text
not run
```
```toml mise.toml
tasks.a = 'pwd; echo err >&2; exit 3'
```
```sh bin/x
#!/bin/sh
echo x
```
```console
$ mep run -q a
$ bin/x; echo $HOME; echo Finished in 3ms; printf end
stale
$ exit 1
```
## Two
```console
$ ls
```
";
    let played = play(page).expect("a page");
    let wanted = page
        .replace("run -q a\n", "run -q a\n/project\nerr\n[a] ERROR task failed\n[exit 3]\n")
        .replace("stale\n", "x\n/home/me\nFinished in [t]\nend\n")
        .replace("$ exit 1\n", "$ exit 1\n[exit 1]\n");
    assert_eq!(played, wanted);
    let timed = played.replace("[t]", "4.5ms");
    assert_eq!(play(&timed).expect("a page"), timed, "any duration stands for every other");
}

#[test]
fn a_fence_that_says_nothing_is_a_mistake() {
    assert_eq!(play("a\n```toml\nx = 1\n```\n"), Err("line 2: the fence names no file".into()));
    assert_eq!(play("```text\n"), Err("line 1: the fence has no end".into()));
}
