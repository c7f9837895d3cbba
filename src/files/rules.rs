//! A list of patterns, compiled so that a walk can ask directory by directory:
//! which of them are still possible below, and what do they say of a name?
//! Looks at no file but for a name that is written like a glob.

use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use globset::GlobSet;

use super::glob::glob;
use crate::sys::normalize;

/// What the patterns are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A directory that is written out means all that is in it; one that a
    /// glob matches means nothing.
    Sources,
    /// Every directory that matches means all that is in it.
    Outputs,
}

/// How many names deep a pattern may be.
const MAX_PARTS: usize = 120;

/// A longer pattern may be too large for the engine.
const MAX_SIMPLE: usize = 1000;

/// How many patterns the alternatives of one may come to.
const MAX_ALTERNATIVES: usize = 1024;

/// Where a pattern stands in the middle of a path: a bit for each part that
/// the next name may match.
type Places = u128;

/// Everything below matches.
const ALL: Places = 1 << 127;

/// One name of a pattern.
#[derive(Debug)]
enum Part {
    /// `**`: any number of names.
    Deep,
    /// `*`
    Any,
    /// Without a glob.
    Exactly(Vec<u8>),
    /// `*x`
    EndsIn(Vec<u8>),
    /// Everything else.
    Glob(GlobSet),
}

#[derive(Debug)]
struct Rule {
    exclude: bool,
    /// A directory that matches stands for all that is in it.
    whole: bool,
    parts: Vec<Part>,
    /// Everything that it can match lies here, or is this.
    base: PathBuf,
    /// Index of the pattern that it came from.
    pattern: usize,
}

/// Where each rule stands in the middle of a path.
pub(super) type State = Box<[Places]>;

/// Compiled patterns.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    /// How many patterns there are.
    pub(super) count: usize,
    pub(super) purpose: Purpose,
}

/// Why a pattern does not compile, in the words of its engine.
///
/// # Errors
/// That.
pub fn check(pattern: &str) -> Result<(), String> {
    let body = split(pattern).1;
    if pattern.starts_with("@group:") {
        let why = "the name of an input group has to stand in the configuration as it is";
        return Err(why.to_string());
    }
    if is_always_sound(body) {
        return depth(Path::new(body));
    }
    glob(body, true)?;
    for text in alternatives(body)? {
        let path = PathBuf::from(text);
        depth(&path)?;
        for part in path.components() {
            compile(&part.as_os_str().to_string_lossy())?;
        }
    }
    Ok(())
}

/// Stars and question marks are no mistake, wherever they stand. To compile them
/// only to see that is most of the work of a plan of many tasks with sources.
fn is_always_sound(body: &str) -> bool {
    body.len() <= MAX_SIMPLE && !body.contains(['[', ']', '{', '}', '\\'])
}

fn depth(path: &Path) -> Result<(), String> {
    match path.components().count() + 40 > MAX_PARTS {
        true => Err("it is too many directories deep".to_string()),
        false => Ok(()),
    }
}

impl Rules {
    /// Compiles patterns relative to `dir`. One that does not compile is left
    /// out: `check` has refused it before.
    pub fn new(dir: &Path, patterns: &[String], purpose: Purpose) -> Self {
        let mut rules = Vec::new();
        for (pattern, text) in patterns.iter().enumerate() {
            let (exclude, body) = split(text);
            let literal = !is_glob(body) || dir.join(body).symlink_metadata().is_ok();
            let texts = if literal { Ok(vec![body.to_string()]) } else { alternatives(body) };
            for text in texts.unwrap_or_default() {
                let path = normalize(&dir.join(&text));
                let fixed = if literal { usize::MAX } else { shared(&path, dir) };
                let Some((parts, base)) = parts(&path, fixed) else {
                    continue;
                };
                let whole = literal || exclude || purpose == Purpose::Outputs;
                rules.push(Rule { exclude, whole, parts, base, pattern });
            }
        }
        Self { rules, count: patterns.len(), purpose }
    }

    /// Directories and files to begin at, none of them inside another.
    pub fn roots(&self) -> Vec<PathBuf> {
        let mut all: Vec<&PathBuf> =
            self.rules.iter().filter(|r| !r.exclude).map(|r| &r.base).collect();
        all.sort();
        all.dedup();
        let mut roots: Vec<PathBuf> = Vec::new();
        for base in all {
            if !roots.last().is_some_and(|b| base.starts_with(b)) {
                roots.push(base.clone());
            }
        }
        roots
    }

    /// Patterns that include something.
    pub(super) fn including(&self) -> impl Iterator<Item = usize> {
        self.rules.iter().filter(|r| !r.exclude).map(|r| r.pattern)
    }

    /// Where the rules stand in a directory.
    pub(super) fn at(&self, dir: &Path) -> State {
        let start = self.rules.iter().map(Rule::start).collect();
        names(dir).fold(start, |state: State, name| self.step(&state, name))
    }

    /// The same one directory further down.
    pub(super) fn step(&self, state: &State, name: &[u8]) -> State {
        let step = |(rule, places): (&Rule, &Places)| rule.step(*places, name);
        self.rules.iter().zip(state).map(step).collect()
    }

    /// True where something below may be included.
    pub(super) fn goes_on(&self, state: &State) -> bool {
        for (rule, places) in self.rules.iter().zip(state).rev() {
            match (rule.exclude, *places) {
                (true, places) if places & ALL != 0 => return false,
                (false, places) if places != 0 => return true,
                _ => {}
            }
        }
        false
    }

    /// True where the last rule that matches the name does not exclude it.
    pub(super) fn picks(&self, state: &State, name: &[u8]) -> bool {
        let mut rules = self.rules.iter().zip(state).rev();
        let last = rules.find(|(rule, places)| rule.accepts(**places, name));
        last.is_some_and(|(rule, _)| !rule.exclude)
    }

    /// True where something below a directory may be included.
    pub fn reach(&self, dir: &Path) -> bool {
        self.goes_on(&self.at(dir))
    }

    /// The including patterns that match the name.
    pub(super) fn matching<'s>(
        &'s self,
        state: &'s State,
        name: &'s [u8],
    ) -> impl Iterator<Item = usize> + 's {
        let rules = self.rules.iter().zip(state).filter(|(rule, _)| !rule.exclude);
        rules.filter(|(rule, places)| rule.accepts(**places, name)).map(|(rule, _)| rule.pattern)
    }

    /// True where the rules include a file of this path.
    pub fn include(&self, path: &Path) -> bool {
        let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
            return false;
        };
        self.picks(&self.at(dir), name.as_bytes())
    }
}

impl Rule {
    fn start(&self) -> Places {
        // The root itself is the whole pattern.
        if self.parts.is_empty() { ALL } else { self.closed(1) }
    }

    /// With those places that `**` reaches by matching nothing.
    fn closed(&self, mut places: Places) -> Places {
        for (i, part) in self.parts.iter().enumerate() {
            if places >> i & 1 == 1 && matches!(part, Part::Deep) {
                places |= 1 << (i + 1);
            }
        }
        places
    }

    fn step(&self, places: Places, name: &[u8]) -> Places {
        if places == 0 || places & ALL != 0 {
            return places;
        }
        let mut next = 0;
        for (i, part) in self.parts.iter().enumerate() {
            if places >> i & 1 == 0 {
                continue;
            }
            match part {
                Part::Deep => next |= 1 << i,
                part if part.matches(name) => next |= 1 << (i + 1),
                _ => {}
            }
        }
        let end = 1 << self.parts.len();
        match self.closed(next) {
            next if next & end == 0 => next,
            _ if self.whole => ALL,
            next => next & !end,
        }
    }

    /// The last part is never `**`.
    fn accepts(&self, places: Places, name: &[u8]) -> bool {
        if places & ALL != 0 {
            return true;
        }
        let Some(last) = self.parts.last() else {
            return false;
        };
        places >> (self.parts.len() - 1) & 1 == 1 && last.matches(name)
    }
}

impl Part {
    fn matches(&self, name: &[u8]) -> bool {
        match self {
            Self::Deep | Self::Any => true,
            Self::Exactly(text) => name == text,
            Self::EndsIn(text) => name.ends_with(text),
            Self::Glob(set) => set.is_match(std::ffi::OsStr::from_bytes(name)),
        }
    }
}

/// The names of an absolute path.
fn names(path: &Path) -> impl Iterator<Item = &[u8]> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.as_bytes()),
        _ => None,
    })
}

/// How many names a path has in common with a directory: those are no globs.
fn shared(path: &Path, dir: &Path) -> usize {
    path.components().zip(normalize(dir).components()).take_while(|(a, b)| a == b).count()
}

/// The parts of a pattern, the first `fixed` components of which are no
/// globs, and the path before the first glob.
fn parts(pattern: &Path, fixed: usize) -> Option<(Vec<Part>, PathBuf)> {
    let mut parts = Vec::new();
    let mut base = PathBuf::from("/");
    let mut wild = false;
    for (i, component) in pattern.components().enumerate() {
        let Component::Normal(name) = component else {
            continue;
        };
        let text = name.to_string_lossy();
        if i < fixed || !is_glob(&text) && !text.contains('\\') {
            parts.push(Part::Exactly(name.as_bytes().to_vec()));
            if !wild {
                base.push(name);
            }
            continue;
        }
        wild = true;
        let part = compile(&text).ok()?;
        if !(matches!(part, Part::Deep) && matches!(parts.last(), Some(Part::Deep))) {
            parts.push(part);
        }
    }
    if matches!(parts.last(), Some(Part::Deep)) {
        parts.push(Part::Any);
    }
    (parts.len() <= MAX_PARTS).then_some((parts, base))
}

fn compile(text: &str) -> Result<Part, String> {
    let plain = |text: &str| !is_glob(text) && !text.contains(['\\', ']', '}']);
    Ok(match text {
        "**" => Part::Deep,
        "*" => Part::Any,
        text if plain(text) => Part::Exactly(text.as_bytes().to_vec()),
        text if text.strip_prefix('*').is_some_and(plain) => {
            Part::EndsIn(text.as_bytes()[1..].to_vec())
        }
        text => Part::Glob(glob(text, true)?),
    })
}

/// `!x` leaves x out; `\!x` is a file whose name starts with `!`.
fn split(pattern: &str) -> (bool, &str) {
    match pattern.strip_prefix('!') {
        Some(body) => (true, body),
        None => {
            (false, pattern.strip_prefix('\\').filter(|p| p.starts_with('!')).unwrap_or(pattern))
        }
    }
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

/// The patterns that one with a slash between its braces stands for; without
/// one, itself.
fn alternatives(pattern: &str) -> Result<Vec<String>, String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_string()];
    while let Some(text) = open.pop() {
        let Some((start, end)) = braces_with_a_slash(&text) else {
            done.push(text);
            continue;
        };
        let inner = &text[start + 1..end];
        let choices = choices(inner);
        if done.len() + open.len() + choices.len() > MAX_ALTERNATIVES {
            return Err(format!("it has more than {MAX_ALTERNATIVES} alternatives"));
        }
        let choices = choices.into_iter().filter(|choice| !choice.is_empty());
        open.extend(choices.map(|c| format!("{}{c}{}", &text[..start], &text[end + 1..])));
    }
    Ok(done)
}

/// The outermost braces round a slash.
fn braces_with_a_slash(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut depth, mut start, mut slash, mut i) = (0_usize, 0, false, 0);
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            b'{' => {
                if depth == 0 {
                    (start, slash) = (i, false);
                }
                depth += 1;
            }
            b'}' if depth > 0 => {
                depth -= 1;
                if depth == 0 && slash {
                    return Some((start, i));
                }
            }
            b'/' => slash = true,
            _ => {}
        }
        i += 1;
    }
    None
}

/// What stands between the commas that no inner braces hold.
fn choices(inner: &str) -> Vec<&str> {
    let bytes = inner.as_bytes();
    let (mut depth, mut from, mut i, mut found) = (0_usize, 0, 0, Vec::new());
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push(&inner[from..i]);
                from = i + 1;
            }
            _ => {}
        }
        i += 1;
    }
    found.push(&inner[from..]);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(patterns: &[&str], purpose: Purpose) -> Rules {
        let patterns: Vec<String> = patterns.iter().map(|p| p.to_string()).collect();
        Rules::new(Path::new("/p"), &patterns, purpose)
    }

    fn included(patterns: &[&str], path: &str) -> bool {
        rules(patterns, Purpose::Sources).include(Path::new(path))
    }

    #[test]
    fn what_is_taken_for_sound_is_sound() {
        let letters = ["a", ".", "*", "**", "?", "/", "-", "!", ","];
        let mut texts = vec![String::new()];
        for _ in 0..3 {
            let longer =
                texts.iter().flat_map(|text| letters.map(|letter| format!("{text}{letter}")));
            texts = longer.collect();
        }
        let longest = ["*a?".repeat(MAX_SIMPLE / 3), "?".repeat(MAX_SIMPLE), "**/".repeat(70)];
        for text in texts.iter().chain(&longest) {
            assert!(is_always_sound(text));
            assert!(glob(text, true).is_ok(), "{text}");
            for part in Path::new(text).components() {
                assert!(compile(&part.as_os_str().to_string_lossy()).is_ok(), "{text}");
            }
        }
    }

    #[test]
    fn a_star_is_one_name_and_two_are_any_number() {
        assert!(included(&["src/*.rs"], "/p/src/a.rs"));
        assert!(included(&["src/*.rs"], "/p/src/.rs"));
        assert!(!included(&["src/*.rs"], "/p/src/x/a.rs"));
        for path in ["/p/src/a.rs", "/p/src/x/a.rs", "/p/src/x/y/z/a.rs"] {
            assert!(included(&["src/**/*.rs"], path), "{path}");
            assert!(included(&["**/*.rs"], path), "{path}");
            assert!(included(&["src/**"], path), "{path}");
            assert!(included(&["src/**/**"], path), "{path}");
            assert!(included(&["src/**/a.rs"], path), "{path}");
            assert!(!included(&["src/**/*.c"], path), "{path}");
            assert!(!included(&["lib/**"], path), "{path}");
        }
        assert!(included(&["**/x/**/*.rs"], "/p/src/x/y/z/a.rs"));
        assert!(!included(&["**/y/*.rs"], "/p/src/x/y/z/a.rs"));
        assert!(included(&["a?c/[x-z]*"], "/p/abc/y1"));
        assert!(!included(&["a?c/[x-z]*"], "/p/ac/y1"));
    }

    #[test]
    fn a_directory_that_is_written_out_means_all_that_is_in_it() {
        assert!(included(&["src"], "/p/src/x/a.rs"));
        assert!(included(&["../q"], "/q/x"));
        assert!(included(&["/abs"], "/abs/x/y"));
        assert!(!included(&["s*"], "/p/src/x/a.rs"));
        assert!(rules(&["s*"], Purpose::Outputs).include(Path::new("/p/src/x/a.rs")));
    }

    #[test]
    fn the_last_rule_decides() {
        assert!(!included(&["src/**", "!src/x"], "/p/src/x/a.rs"));
        assert!(!included(&["src/**", "!src/*x*"], "/p/src/x/a.rs"));
        assert!(included(&["src/**", "!src/x", "src/x/a.rs"], "/p/src/x/a.rs"));
        assert!(included(&["!src/**", "src/**"], "/p/src/x/a.rs"));
        assert!(!included(&["!src/**"], "/p/src/x/a.rs"));
        assert!(included(&["\\!x"], "/p/!x"));
    }

    #[test]
    fn a_walk_does_not_go_where_nothing_can_match() {
        let rules = rules(&["src/*/x/**/*.rs", "!src/gen"], Purpose::Sources);
        let goes_on = |dir: &str| rules.goes_on(&rules.at(Path::new(dir)));
        assert_eq!(rules.roots(), [Path::new("/p/src")]);
        assert!(goes_on("/p/src/a") && goes_on("/p/src/a/x") && goes_on("/p/src/a/x/y/z"));
        assert!(!goes_on("/p/src/a/y") && !goes_on("/p/src/gen") && !goes_on("/q"));
    }

    #[test]
    fn roots_hold_each_other() {
        let of = |patterns: &[&str]| rules(patterns, Purpose::Sources).roots();
        assert_eq!(of(&["src/a.rs", "src/**/*.rs", "srcs/x"]).len(), 2);
        assert_eq!(of(&["**/*", "src/**"]), [Path::new("/p")]);
        assert_eq!(of(&["!src/**"]).len(), 0);
    }

    #[test]
    fn braces_may_hold_slashes() {
        assert!(included(&["{a/b,c}/*.rs"], "/p/a/b/x.rs"));
        assert!(included(&["{a/{b,d/e},c}/*.{rs,c}"], "/p/a/d/e/x.c"));
        assert!(!included(&["{a/b,c}/*.rs"], "/p/b/x.rs"));
        let many = "{a/1,b/2}".repeat(11);
        assert_eq!(check(&many), Err("it has more than 1024 alternatives".to_string()));
        assert!(check(&"a/".repeat(90)).is_err());
        assert!(check("src/[a").is_err() && check("src/{a").is_err());
        assert!(check("src/**/*.{rs,c}").is_ok());
    }
}
