//! The house rules, checked on the sources themselves: which room may import
//! which, heads, sizes, words, paths. Every test first feeds its rule a
//! made-up violation, so a rule that has gone blind fails too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The rooms of `src/` and their layers: import lower numbers only.
const LAYERS: [(&str, u32); 10] = [
    ("model", 0),
    ("sys", 1),
    ("files", 2),
    ("config", 3),
    ("plan", 4),
    ("run", 5),
    ("report", 5),
    ("record", 5),
    ("app", 6),
    ("cli", 7),
];

/// Lines of a file before its tests, and of a file that is all tests.
const MAX_LINES: usize = 600;
const MAX_TEST_LINES: usize = 1000;

// ---- the rules ------------------------------------------------------------

#[test]
fn rooms_import_only_lower_layers() {
    let made_up = |path, text| layer_breaches(Path::new(path), text).len();
    assert_eq!(made_up("src/plan/x.rs", "use crate::cli::Voice;"), 1, "upward");
    assert_eq!(made_up("src/run/x.rs", "use crate::report::Look;"), 1, "sideways");
    assert_eq!(made_up("src/run/x.rs", "fn f() { crate::report::g() }"), 1, "inline");
    assert_eq!(made_up("src/plan/x.rs", "use crate::{model::Task, app::{run}};"), 1, "group");
    assert_eq!(made_up("src/plan/graph/x.rs", "use super::super::super::run::State;"), 1, "super");
    assert_eq!(made_up("src/sys/mod.rs", "use super::config;"), 1, "super of a room");
    assert_eq!(made_up("src/files/x.rs", "use crate::*;"), 1, "glob");
    assert_eq!(made_up("src/files/x.rs", "use crate as all;"), 1, "another name");
    assert_eq!(
        made_up(
            "src/files/x.rs",
            "#[cfg(test)]\nmod t { use crate::cli::X; }\nuse crate::plan::Y;"
        ),
        1
    );
    assert_eq!(
        made_up("src/plan/x.rs", "// crate::cli\nuse crate::config::Settings; f(\"crate::cli\")"),
        0
    );
    assert_eq!(
        made_up("src/plan/x.rs", "use super::graph; pub(crate) fn f(c: char) { c == '\"' }"),
        0
    );

    assert_none(production_files().iter().flat_map(|(path, text)| layer_breaches(path, text)));
}

#[test]
fn inside_a_room_nothing_goes_round_in_circles() {
    let text = |path: &str, text: &str| (PathBuf::from(path), text.to_string());
    let made_up = [
        text("src/plan/a.rs", "use super::b::B;"),
        text("src/plan/b/mod.rs", "mod c;"),
        text("src/plan/b/c.rs", "use crate::plan::a::A;"),
    ];
    assert_eq!(circles(&made_up).len(), 1, "a circle");
    assert_eq!(circles(&made_up[..2]), Vec::<String>::new(), "a line");

    assert_none(circles(&production_files()));
}

#[test]
fn the_architecture_names_every_room_with_its_layer() {
    let rooms: BTreeSet<String> = fs::read_dir(root().join("src"))
        .expect("src/ is there")
        .map(|entry| entry.expect("src/ is readable").path())
        .filter(|path| path.is_dir())
        .map(|path| name_of(&path))
        .collect();
    let known: BTreeSet<String> = LAYERS.iter().map(|(room, _)| room.to_string()).collect();
    assert_eq!(rooms, known, "the table above and the folders of src/ differ");

    assert_eq!(missing_rows("| 0 | `model/` | words |").len(), LAYERS.len() - 1);
    let document = fs::read_to_string(root().join("docs/architecture.md"));
    assert_none(missing_rows(&document.expect("docs/architecture.md is there")));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    assert!(!has_head("use std::fs;\n//! Late."));
    assert!(!has_head("// Not a doc comment.\n"));
    assert!(!has_head("//!\nuse std::fs;"));
    assert!(has_head("//! Says what it is for.\n"));

    let without = all_files().into_iter().filter(|(_, text)| !has_head(text));
    assert_none(without.map(|(path, _)| format!("{}: no `//!` head", path.display())));
}

#[test]
fn no_file_is_too_long() {
    let made_up = |path: &str, lines: usize| {
        let text = "let x = 1;\n".repeat(lines) + "#[cfg(test)]\nmod tests {\n}\n";
        too_long(Path::new(path), &text).is_some()
    };
    assert!(made_up("src/plan/job.rs", MAX_LINES + 1) && !made_up("src/plan/job.rs", MAX_LINES));
    assert!(made_up("tests/x.rs", MAX_TEST_LINES + 1) && !made_up("tests/x.rs", MAX_LINES + 1));

    assert_none(all_files().iter().filter_map(|(path, text)| too_long(path, text)));
}

#[test]
fn nothing_is_left_for_later() {
    assert_eq!(unfinished("fn f() { todo!() }").len(), 1);
    assert_eq!(unfinished("unimplemented!(\"x\")").len(), 1);
    assert_eq!(unfinished("let y = dbg!(x);").len(), 1);
    assert_eq!(unfinished("// FIXME: x\n// XXX y").len(), 2);
    assert_eq!(unfinished("let name = \"mep.XXXXXX\"; // a todo list").len(), 0);

    assert_none(all_files().into_iter().filter(|(path, _)| path.starts_with("src")).flat_map(
        |(path, text)| {
            let found = unfinished(&text).into_iter();
            found.map(|what| format!("{}: {what}", path.display())).collect::<Vec<_>>()
        },
    ));
}

#[test]
fn no_file_names_a_path_of_somebodys_machine() {
    let [work, root_home, user] = MACHINE.map(|parts| parts.concat());
    assert_eq!(machine_paths(&format!("see {work}main/x")).len(), 1);
    assert_eq!(machine_paths(&format!("HOME={root_home}.cargo")).len(), 1);
    assert_eq!(machine_paths(&format!("a\n\"{user}ann/x\"")), ["line 2"]);
    assert_eq!(machine_paths("examples/release/.scratch/work/dist").len(), 0);
    assert_eq!(machine_paths("{{config_root}}/root/x, $DIR/work/").len(), 0);

    let mut found = Vec::new();
    for path in tracked_files() {
        let text = fs::read(root().join(&path)).unwrap_or_default();
        let places = machine_paths(&String::from_utf8_lossy(&text));
        found.extend(places.into_iter().map(|place| format!("{}: {place}", path.display())));
    }
    assert_none(found);
}

// ---- layers ---------------------------------------------------------------

fn layer_of(room: &str) -> Option<u32> {
    LAYERS.iter().find(|(name, _)| *name == room).map(|(_, layer)| *layer)
}

/// What a file imports from its own layer or above. `lib.rs` and `main.rs`
/// stand above all rooms.
fn layer_breaches(path: &Path, text: &str) -> Vec<String> {
    let module = module_of(path);
    let Some((room, mine)) = module.first().and_then(|room| Some((room, layer_of(room)?))) else {
        return Vec::new();
    };
    let mut breaches = Vec::new();
    for used in imports(&module, text) {
        let what = match used.first().map(String::as_str) {
            Some("*" | "self") => "everything at once".to_string(),
            Some(other) if other != room && layer_of(other).is_some_and(|layer| layer >= mine) => {
                format!("`{}`", used.join("::"))
            }
            _ => continue,
        };
        breaches.push(format!("{}: `{room}` ({mine}) imports {what}", path.display()));
    }
    breaches
}

/// Modules of one room that need each other in a circle.
fn circles(files: &[(PathBuf, String)]) -> Vec<String> {
    let mut needs: BTreeMap<[String; 2], BTreeSet<[String; 2]>> = BTreeMap::new();
    for (path, text) in files {
        let module = module_of(path);
        if let [room, name, ..] = &module[..] {
            let used = imports(&module, text);
            let siblings = used.iter().filter(|u| u.len() > 1 && u[0] == *room && u[1] != *name);
            let siblings = siblings.map(|u| [u[0].clone(), u[1].clone()]);
            needs.entry([room.clone(), name.clone()]).or_default().extend(siblings);
        }
    }
    // Whatever needs nothing that is left falls away; circles stay.
    loop {
        let left: BTreeSet<[String; 2]> = needs.keys().cloned().collect();
        needs.retain(|_, used| used.iter().any(|u| left.contains(u)));
        if needs.len() == left.len() {
            break;
        }
    }
    let rooms: BTreeSet<&String> = needs.keys().map(|[room, _]| room).collect();
    let names = |room: &String| -> Vec<&str> {
        needs.keys().filter(|[r, _]| r == room).map(|[_, name]| name.as_str()).collect()
    };
    rooms.iter().map(|room| format!("src/{room}: a circle in {}", names(room).join(", "))).collect()
}

fn missing_rows(document: &str) -> Vec<String> {
    let row = |(room, layer): &(&str, u32)| format!("| {layer} | `{room}/` |");
    let missing = LAYERS.iter().map(row).filter(|row| !document.contains(row));
    missing.map(|row| format!("docs/architecture.md: no row `{row}`")).collect()
}

/// `src/plan/expand/calls.rs` is `[plan, expand, calls]`; `lib.rs` is `[]`.
fn module_of(path: &Path) -> Vec<String> {
    let below = path.strip_prefix("src").unwrap_or(path).with_extension("");
    let mut module: Vec<String> = below.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    module.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
    module
}

/// Every path of production code that starts at `crate` or `super`, from the
/// root of the crate; groups in braces are taken apart.
fn imports(module: &[String], text: &str) -> Vec<Vec<String>> {
    let code = without_tests(&blank(text));
    let tokens = tokens(&code);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let starts = at == 0 || tokens[at - 1] != "::";
        let goes_on = tokens.get(at + 1).is_some_and(|next| *next == "::");
        match *token {
            "crate" if tokens.get(at + 1) == Some(&"as") => found.push(vec!["*".into()]),
            "crate" if goes_on => tree(&tokens[at + 2..], Vec::new(), &mut found),
            "super" if goes_on && starts => {
                let mut up = 1;
                while tokens.get(at + up * 2).is_some_and(|next| *next == "super") {
                    up += 1;
                }
                let base = module[..module.len().saturating_sub(up)].to_vec();
                tree(tokens.get(at + up * 2..).unwrap_or_default(), base, &mut found);
            }
            _ => {}
        }
    }
    found
}

/// Reads `a::{b, c::d}` after its prefix; returns at the end of the tree.
fn tree(tokens: &[&str], mut base: Vec<String>, found: &mut Vec<Vec<String>>) {
    let Some(first) = tokens.first() else {
        return;
    };
    if *first == "{" {
        let mut depth = 0;
        let mut start = 1;
        for (at, token) in tokens.iter().enumerate() {
            depth += i32::from(*token == "{") - i32::from(*token == "}");
            if (depth == 1 && *token == ",") || depth == 0 {
                tree(&tokens[start..at], base.clone(), found);
                start = at + 1;
            }
            if depth == 0 {
                return;
            }
        }
    }
    base.push(first.to_string());
    match tokens.get(1) {
        Some(&"::") => tree(&tokens[2..], base, found),
        _ => found.push(base),
    }
}

// ---- reading Rust, roughly --------------------------------------------------

/// Words, `::` and single signs.
fn tokens(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = match word {
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            n => n,
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    found
}

/// Comments, texts and characters become blanks; line breaks stay.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let length = comment(rest).or_else(|| literal(rest)).unwrap_or(0);
        if length == 0 {
            // A word is taken whole, so that the `r` of `for"` starts no text.
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let plain = word.max(rest.chars().next().map_or(0, char::len_utf8));
            out.push_str(&rest[..plain]);
            rest = &rest[plain..];
        } else {
            out.extend(rest[..length].chars().map(|c| if c == '\n' { c } else { ' ' }));
            rest = &rest[length..];
        }
    }
    out
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let body = rest.strip_prefix("/*")?;
    Some(body.find("*/").map_or(rest.len(), |end| end + 4))
}

/// The length of a text, raw text or character at the start of `rest`.
fn literal(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|p| {
        rest.strip_prefix(p)
            .is_some_and(|r| r.starts_with('"') || (p.ends_with('r') && r.starts_with('#')))
    });
    if let Some(prefix) = prefix {
        let body = &rest[prefix.len()..];
        let hashes = body.len() - body.trim_start_matches('#').len();
        let inner = body[hashes..].strip_prefix('"')?;
        let start = prefix.len() + hashes + 1;
        if prefix.ends_with('r') {
            let end = format!("\"{}", "#".repeat(hashes));
            return Some(inner.find(&end).map_or(rest.len(), |at| start + at + end.len()));
        }
        return Some(closing(inner, '"').map_or(rest.len(), |at| start + at + 1));
    }
    let inner = rest.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    let is_character = first == '\\' || inner[first.len_utf8()..].starts_with('\'');
    (is_character).then(|| closing(inner, '\'').map_or(rest.len(), |at| at + 2))
}

/// The place of the closing sign, backslashes heeded.
fn closing(inner: &str, sign: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == sign => return Some(at),
            _ => {}
        }
    }
    None
}

/// Leaves out every item under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut depth = 0;
        let end = rest.char_indices().find(|(_, c)| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth == 0 && (*c == ';' || *c == '}')
        });
        rest = end.map_or("", |(at, _)| &rest[at + 1..]);
    }
    out + rest
}

// ---- the other rules --------------------------------------------------------

fn has_head(text: &str) -> bool {
    text.strip_prefix("//! ").is_some_and(|head| !head.trim_start().is_empty())
}

fn too_long(path: &Path, text: &str) -> Option<String> {
    let limit = if is_test(path) { MAX_TEST_LINES } else { MAX_LINES };
    let lines = text.lines().take_while(|line| line.trim_start() != "#[cfg(test)]").count();
    (lines > limit).then(|| format!("{}: {lines} lines, {limit} are enough", path.display()))
}

fn unfinished(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let calls = ["todo!", "unimplemented!", "dbg!("].into_iter().filter(|c| line.contains(c));
        let marks = ["FIXME", "XXX"].into_iter().filter(|mark| words.contains(mark));
        found.extend(calls.chain(marks).map(|what| format!("line {}: {what}", at + 1)));
    }
    found
}

/// Starts of paths that mean one machine only; in pieces, so that this file
/// does not hold them.
const MACHINE: [[&str; 2]; 3] = [["/wo", "rk/"], ["/ro", "ot/"], ["/Us", "ers/"]];

/// Lines with such a path. One that goes on from a word, a variable or
/// another directory is relative to that.
fn machine_paths(text: &str) -> Vec<String> {
    let belongs = |c: char| c.is_alphanumeric() || "_-.~}/)*".contains(c);
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let starts = |path: &[&str; 2]| {
            let mut places =
                line.match_indices(&path.concat()).map(|(i, _)| &line[..i]).collect::<Vec<_>>();
            places.retain(|before| !before.ends_with(belongs));
            !places.is_empty()
        };
        if MACHINE.iter().any(starts) {
            found.push(format!("line {}", at + 1));
        }
    }
    found
}

// ---- the files --------------------------------------------------------------

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Every `.rs` file of `src/` and `tests/`, by its path below the root.
fn all_files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut dirs = vec![root().join("src"), root().join("tests")];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).expect("a readable directory") {
            let path = entry.expect("a readable directory").path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                let below = path.strip_prefix(root()).expect("below the root");
                found.push((below.to_path_buf(), text));
            }
        }
    }
    assert!(found.len() > 10, "the sources were not found");
    found.sort();
    found
}

/// Below `tests/`, or a module of its own that is all tests.
fn is_test(path: &Path) -> bool {
    path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
}

fn production_files() -> Vec<(PathBuf, String)> {
    all_files().into_iter().filter(|(path, _)| !is_test(path)).collect()
}

/// What git tracks, and what it would: new files that it does not ignore.
fn tracked_files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let listed = listed.ok().filter(|output| output.status.success());
    let names = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let names: Vec<PathBuf> =
        names.iter().flat_map(|n| n.split_terminator('\0')).map(PathBuf::from).collect();
    if names.is_empty() {
        // A source archive: at least the sources.
        return all_files().into_iter().map(|(path, _)| path).collect();
    }
    names
}

#[track_caller]
fn assert_none(breaches: impl IntoIterator<Item = String>) {
    let breaches: Vec<String> = breaches.into_iter().collect();
    assert!(breaches.is_empty(), "house rules are broken:\n  {}", breaches.join("\n  "));
}
