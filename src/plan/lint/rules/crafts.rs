//! What commands make and publish: which program builds what, where that lands,
//! and who looks where. Knows no rule.

use crate::plan::lint::ground::Ground;
use crate::plan::lint::told::parts;
use crate::plan::script::Simple;

/// What is built or published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Craft {
    Python,
    Node,
    Gem,
    Image,
    /// Files of any kind: a release page, a script of the project's own.
    Any,
}

/// Program and words that must stand in this order behind it, and what it does.
type Row = (&'static str, &'static [&'static str], Craft);

/// Publishes what something else has built.
const PUBLISHERS: [Row; 21] = [
    ("uv", &["publish"], Craft::Python),
    ("twine", &["upload"], Craft::Python),
    ("python", &["-m", "twine", "upload"], Craft::Python),
    ("python3", &["-m", "twine", "upload"], Craft::Python),
    ("poetry", &["publish"], Craft::Python),
    ("hatch", &["publish"], Craft::Python),
    ("maturin", &["upload"], Craft::Python),
    ("npm", &["publish"], Craft::Node),
    ("pnpm", &["publish"], Craft::Node),
    ("yarn", &["npm", "publish"], Craft::Node),
    ("yarn", &["publish"], Craft::Node),
    ("bun", &["publish"], Craft::Node),
    ("gem", &["push"], Craft::Gem),
    ("docker", &["push"], Craft::Image),
    ("docker", &["image", "push"], Craft::Image),
    ("docker", &["compose", "push"], Craft::Image),
    ("podman", &["push"], Craft::Image),
    ("nerdctl", &["push"], Craft::Image),
    ("gh", &["release", "create"], Craft::Any),
    ("gh", &["release", "upload"], Craft::Any),
    ("glab", &["release", "create"], Craft::Any),
];

/// Builds something.
const BUILDERS: [Row; 48] = [
    ("maturin", &["build"], Craft::Python),
    ("maturin", &["sdist"], Craft::Python),
    ("uv", &["build"], Craft::Python),
    ("python", &["-m", "build"], Craft::Python),
    ("python3", &["-m", "build"], Craft::Python),
    ("pyproject-build", &[], Craft::Python),
    ("python", &["setup.py", "sdist"], Craft::Python),
    ("python", &["setup.py", "bdist_wheel"], Craft::Python),
    ("poetry", &["build"], Craft::Python),
    ("hatch", &["build"], Craft::Python),
    ("flit", &["build"], Craft::Python),
    ("pdm", &["build"], Craft::Python),
    ("cibuildwheel", &[], Craft::Python),
    ("pip", &["wheel"], Craft::Python),
    ("npm", &["run", "build"], Craft::Node),
    ("npm", &["pack"], Craft::Node),
    ("pnpm", &["run", "build"], Craft::Node),
    ("pnpm", &["build"], Craft::Node),
    ("pnpm", &["-r", "build"], Craft::Node),
    ("yarn", &["run", "build"], Craft::Node),
    ("yarn", &["build"], Craft::Node),
    ("bun", &["run", "build"], Craft::Node),
    ("bun", &["build"], Craft::Node),
    ("tsc", &[], Craft::Node),
    ("tsup", &[], Craft::Node),
    ("tsdown", &[], Craft::Node),
    ("unbuild", &[], Craft::Node),
    ("rollup", &[], Craft::Node),
    ("webpack", &[], Craft::Node),
    ("esbuild", &[], Craft::Node),
    ("vite", &["build"], Craft::Node),
    ("turbo", &["build"], Craft::Node),
    ("wasm-pack", &["build"], Craft::Node),
    ("napi", &["build"], Craft::Node),
    ("gem", &["build"], Craft::Gem),
    ("rake", &["build"], Craft::Gem),
    ("docker", &["build"], Craft::Image),
    ("docker", &["buildx", "build"], Craft::Image),
    ("docker", &["buildx", "bake"], Craft::Image),
    ("docker", &["compose", "build"], Craft::Image),
    ("docker-compose", &["build"], Craft::Image),
    ("podman", &["build"], Craft::Image),
    ("nerdctl", &["build"], Craft::Image),
    ("cargo", &["build", "--release"], Craft::Any),
    ("cargo", &["zigbuild"], Craft::Any),
    ("cross", &["build"], Craft::Any),
    ("go", &["build"], Craft::Any),
    ("goreleaser", &["build"], Craft::Any),
];

/// Builds what it publishes.
const WHOLE: [Row; 14] = [
    ("cargo", &["publish"], Craft::Any),
    ("cargo", &["release"], Craft::Any),
    ("maturin", &["publish"], Craft::Python),
    ("flit", &["publish"], Craft::Python),
    ("pdm", &["publish"], Craft::Python),
    ("poetry", &["publish", "--build"], Craft::Python),
    ("goreleaser", &["release"], Craft::Any),
    ("goreleaser", &["--clean"], Craft::Any),
    ("semantic-release", &[], Craft::Any),
    ("release-it", &[], Craft::Any),
    ("docker", &["buildx", "--push"], Craft::Image),
    ("docker", &["build", "--push"], Craft::Image),
    ("vsce", &["publish"], Craft::Node),
    ("ko", &["build"], Craft::Image),
];

fn is(simple: &Simple, (program, words, _): &Row) -> bool {
    let mut arguments = simple.arguments();
    simple.program() == *program && words.iter().all(|word| arguments.any(|has| has == *word))
}

fn row(simple: &Simple, rows: &[Row]) -> Option<Craft> {
    rows.iter().find(|row| is(simple, row)).map(|row| row.2)
}

/// It only shows what it would do.
fn is_dry(simple: &Simple) -> bool {
    simple.arguments().any(|word| word.starts_with("--dry-run") || word == "--noEmit")
}

/// What a command builds.
pub(super) fn builds(simple: &Simple) -> Option<Craft> {
    row(simple, &BUILDERS).or_else(|| row(simple, &WHOLE)).filter(|_| !is_dry(simple))
}

fn publishes(simple: &Simple) -> Option<Craft> {
    if is_dry(simple) || row(simple, &WHOLE).is_some() {
        return None;
    }
    let craft = row(simple, &PUBLISHERS)?;
    // A release page without files has nothing that is built.
    let files = simple
        .arguments()
        .skip(3)
        .any(|word| !word.starts_with('-') && (word.contains(['/', '*']) && word.contains('.')));
    (craft != Craft::Any || files).then_some(craft)
}

/// The script of the project that a command starts, by its name.
fn own_script(simple: &Simple) -> Option<Vec<String>> {
    let interpreters = ["sh", "bash", "zsh", "python", "python3", "node", "bun", "deno", "ruby"];
    let path = match simple.program() {
        program if interpreters.contains(&program) => {
            simple.arguments().find(|word| !word.starts_with('-'))?
        }
        _ => &simple.words[0].text,
    };
    (path.contains('/') && !path.starts_with('/')).then(|| parts(path))
}

/// What a task publishes, where it does not build that itself.
pub(super) fn publisher(ground: &Ground<'_>, at: usize) -> Option<Craft> {
    let facts = &ground.facts[at];
    let own = || facts.said.iter().map(|said| &said.simple);
    if facts.commands().any(|simple| builds(simple).is_some()) {
        return None;
    }
    if let Some(craft) = facts.commands().find_map(publishes) {
        return Some(craft);
    }
    let says = |words: &[String], has: &[&str]| words.iter().any(|w| has.contains(&w.as_str()));
    own().filter_map(own_script).find_map(|path| {
        if says(&path, &["dry", "check", "test", "verify", "status"]) {
            None
        } else if says(&path, &["pypi"]) {
            Some(Craft::Python)
        } else if says(&path, &["publish", "npm"]) {
            Some(Craft::Any)
        } else {
            let name = parts(ground.name(at));
            let last = name.last().map(std::slice::from_ref).unwrap_or_default();
            says(last, &["publish", "pypi"]).then_some(Craft::Any)
        }
    })
}

/// What a task builds: by its commands, else by its name and a script.
pub(super) fn builder(ground: &Ground<'_>, at: usize) -> Option<Craft> {
    let facts = &ground.facts[at];
    if let Some(craft) = facts.commands().find_map(builds) {
        return Some(craft);
    }
    let words = parts(ground.name(at));
    let named = ["build", "package", "dist", "wheel", "wheels", "sdist", "bundle"];
    let is_named = words.iter().any(|word| named.contains(&word.as_str()));
    let works = facts.said.iter().any(|said| own_script(&said.simple).is_some())
        || (!facts.calls.is_empty() && words.iter().any(|word| word == "build"));
    (is_named && works).then_some(Craft::Any)
}

/// The directory that a Python build writes its files to.
pub(super) fn lands_in(simple: &Simple) -> Option<String> {
    if row(simple, &BUILDERS) != Some(Craft::Python) {
        return None;
    }
    let usual = if simple.program() == "maturin" { "target/wheels" } else { "dist" };
    let flags = ["-o", "--out", "--outdir", "--out-dir", "-w", "--wheel-dir", "-d", "--output-dir"];
    let words: Vec<&str> = simple.arguments().collect();
    let given = words.iter().enumerate().find_map(|(i, word)| match word.split_once('=') {
        Some((flag, value)) if flags.contains(&flag) => Some(value),
        _ if flags.contains(word) => words.get(i + 1).copied(),
        _ => None,
    });
    Some(clean(given.unwrap_or(usual)))
}

/// The directories that a publisher of Python packages takes its files from.
pub(super) fn looks_in(simple: &Simple) -> Option<Vec<String>> {
    if publishes(simple) != Some(Craft::Python) {
        return None;
    }
    let verb = |word: &&str| ["publish", "upload", "twine", "-m"].contains(word);
    let given = simple.arguments().filter(|word| !verb(word) && !word.starts_with('-'));
    let dirs: Vec<String> = given.filter(|word| word.contains('/')).map(dir_of).collect();
    let usual = || vec!["dist".to_string()];
    Some(if dirs.is_empty() { usual() } else { dirs })
}

/// Where packages are copied from and to.
pub(super) fn copies(simple: &Simple) -> Option<(Vec<String>, String)> {
    if !matches!(simple.program(), "cp" | "mv" | "rsync" | "scp" | "install" | "ln") {
        return None;
    }
    let words: Vec<&str> = simple.arguments().filter(|word| !word.starts_with('-')).collect();
    let (to, from) = words.split_last()?;
    Some((from.iter().map(|word| dir_of(word)).collect(), clean(to)))
}

/// The directory of a file, or of all files that a pattern means.
fn dir_of(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((dir, file)) if file.is_empty() || file.contains(['*', '.']) => clean(dir),
        Some(_) => clean(path),
        None => clean(path),
    }
}

fn clean(dir: &str) -> String {
    dir.trim_start_matches("./").trim_end_matches('/').to_string()
}
