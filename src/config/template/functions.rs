//! The functions, filters and tests that mise adds to its template engine.
//! What the engine's own companion crate has comes from there.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use heck::{
    ToKebabCase, ToLowerCamelCase, ToShoutyKebabCase, ToShoutySnakeCase, ToSnakeCase,
    ToUpperCamelCase,
};
use sha2::Digest;
use tera::value::Key;
use tera::{Error, Kwargs, State, Tera, TeraResult};
use tera_contrib as contrib;
use versions::{Requirement, Versioning};

use super::{CACHE, DIR, EXEC_ENV, PROCESS, haiku, legacy};
use crate::sys::{atomic, duration, process};

/// Adds everything to an engine.
pub(super) fn register(tera: &mut Tera) {
    functions(tera);
    paths(tera);
    texts(tera);
    tera.register_test("exists", |p: &str, _: Kwargs, s: &State| below(p, s).exists());
    tera.register_test("file", |p: &str, _: Kwargs, s: &State| below(p, s).is_file());
    tera.register_test("dir", |p: &str, _: Kwargs, s: &State| below(p, s).is_dir());
    tera.register_test("matching", contrib::regex::Matching::default());
    tera.register_test("semver_matching", semver_matching);
    legacy::register(tera);
}

/// By the library that mise compares versions with: `^1.2` wants all parts.
fn semver_matching(version: &str, kwargs: Kwargs, _: &State) -> TeraResult<bool> {
    let wanted = kwargs.must_get::<&str>("requirement")?;
    let invalid = |what: &str, text: &str| {
        Error::message(format!("semver_matching {what} is invalid: {text}"))
    };
    let requirement = Requirement::new(wanted).ok_or_else(|| invalid("requirement", wanted))?;
    let version = Versioning::new(version).ok_or_else(|| invalid("version", version))?;
    Ok(requirement.matches(&version))
}

/// Replaces the functions whose answer is not known before a task starts by
/// ones that give an empty text.
pub(super) fn register_empty(tera: &mut Tera) {
    for name in super::LATE_CALLS {
        tera.register_function(name, |_: Kwargs, _: &State| String::new());
    }
}

fn functions(tera: &mut Tera) {
    tera.register_function("arch", |_: Kwargs, _: &State| arch().to_string());
    tera.register_function("os", |_: Kwargs, _: &State| std::env::consts::OS.to_string());
    tera.register_function("os_family", |_: Kwargs, _: &State| {
        std::env::consts::FAMILY.to_string()
    });
    // A text, as in mise.
    tera.register_function("num_cpus", |_: Kwargs, _: &State| {
        std::thread::available_parallelism().map_or(1, usize::from).to_string()
    });
    tera.register_function("get_env", get_env);
    tera.register_function("exec", exec);
    tera.register_function("read_file", read_file);
    tera.register_function("choice", choice);
    tera.register_function("get_random", contrib::rand::get_random);
    tera.register_function("haiku", haiku::haiku);
}

fn paths(tera: &mut Tera) {
    type Part = fn(&Path) -> Option<&std::ffi::OsStr>;
    let parts: [(&'static str, Part); 4] = [
        ("basename", Path::file_name),
        ("extname", Path::extension),
        ("file_stem", Path::file_stem),
        ("dirname", |path| path.parent().map(Path::as_os_str)),
    ];
    for (name, part) in parts {
        tera.register_filter(name, move |text: &str, _: Kwargs, _: &State| {
            part(Path::new(text)).unwrap_or_default().to_string_lossy().into_owned()
        });
    }
    tera.register_filter("absolute", |text: &str, _: Kwargs, s: &State| {
        crate::sys::normalize(&below(text, s)).to_string_lossy().into_owned()
    });
    tera.register_filter("canonicalize", |text: &str, _: Kwargs, s: &State| {
        let path = std::fs::canonicalize(below(text, s)).map_err(|e| failed(text, &e))?;
        Ok::<_, Error>(path.to_string_lossy().into_owned())
    });
    tera.register_filter("file_size", |text: &str, _: Kwargs, s: &State| {
        std::fs::metadata(below(text, s)).map(|m| m.len()).map_err(|e| failed(text, &e))
    });
    tera.register_filter("last_modified", |text: &str, _: Kwargs, s: &State| {
        let time = std::fs::metadata(below(text, s)).and_then(|m| m.modified());
        let time = time.map_err(|e| failed(text, &e))?;
        Ok::<_, Error>(time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()))
    });
    tera.register_filter("join_path", |parts: &[tera::Value], _: Kwargs, _: &State| {
        let parts = parts.iter().map(tera::Value::as_str).collect::<Option<PathBuf>>();
        let not_texts = || Error::message("join_path input must be an array of strings");
        Ok::<_, Error>(parts.ok_or_else(not_texts)?.to_string_lossy().into_owned())
    });
    tera.register_filter("hash_file", |text: &str, args: Kwargs, s: &State| {
        let hash = crate::files::of_file(&below(text, s)).map_err(|e| failed(text, &e))?;
        shortened(hash, &args)
    });
}

fn texts(tera: &mut Tera) {
    type Case = fn(&str) -> String;
    let cases: [(&'static str, Case); 6] = [
        ("kebabcase", |s| s.to_kebab_case()),
        ("snakecase", |s| s.to_snake_case()),
        ("lowercamelcase", |s| s.to_lower_camel_case()),
        ("uppercamelcase", |s| s.to_upper_camel_case()),
        ("shoutysnakecase", |s| s.to_shouty_snake_case()),
        ("shoutykebabcase", |s| s.to_shouty_kebab_case()),
    ];
    for (name, case) in cases {
        tera.register_filter(name, move |text: &str, _: Kwargs, _: &State| case(text));
    }
    tera.register_filter("quote", |text: &str, _: Kwargs, _: &State| quoted(text));
    tera.register_filter("hash", hash);
    tera.register_filter("filesize_format", contrib::filesize_format::filesize_format);
    tera.register_filter("format", contrib::format::format);
    tera.register_filter("json_encode", contrib::json::json_encode);
    tera.register_filter("striptags", contrib::regex::striptags);
    tera.register_filter("spaceless", contrib::regex::spaceless);
    tera.register_filter("regex_replace", contrib::regex::RegexReplace::default());
    tera.register_filter("slug", contrib::slug::slug);
    tera.register_filter("slugify", contrib::slug::slug);
    tera.register_filter("urlencode", contrib::urlencode::urlencode);
    tera.register_filter("urlencode_strict", contrib::urlencode::urlencode_strict);
    tera.register_filter("b64_encode", contrib::base64::b64_encode);
    tera.register_filter("b64_decode", contrib::base64::b64_decode);
    tera.register_filter("shuffle", contrib::rand::shuffle);
}

fn failed(path: &str, error: &std::io::Error) -> Error {
    Error::message(format!("{path}: {error}"))
}

fn arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// A variable of our own process, as in mise: neither `[env]` nor a task's.
fn get_env(args: Kwargs, state: &State) -> TeraResult<String> {
    let name = args.must_get::<String>("name")?;
    let fallback = args.get::<&str>("default")?;
    let env = state.get::<tera::Map>(PROCESS)?;
    let found = env.and_then(|env| env.get(&Key::from(name.clone())).map(ToString::to_string));
    found
        .or(fallback.map(str::to_string))
        .ok_or_else(|| Error::message(format!("Environment variable `{name}` not found")))
}

/// The directory of the scope.
pub(super) fn dir(state: &State) -> PathBuf {
    PathBuf::from(state.get::<String>(DIR).ok().flatten().unwrap_or_default())
}

/// A path of a template, below the directory of its scope; nothing stays
/// nothing.
fn below(text: &str, state: &State) -> PathBuf {
    if text.is_empty() { PathBuf::new() } else { dir(state).join(text) }
}

/// Runs a command and returns its output without the line breaks at its end;
/// with `cache_key` or `cache_duration` what an earlier run was told.
fn exec(args: Kwargs, state: &State) -> TeraResult<String> {
    let command: &str = args.must_get("command")?;
    let key: Option<&str> = args.get("cache_key")?;
    let age: Option<&str> = args.get("cache_duration")?;
    let invalid = |age| Error::message(format!("exec cache_duration: `{age}` is no duration"));
    let age = age.map(|age| duration::parse(age).ok_or_else(|| invalid(age))).transpose()?;
    if key.is_none() && age.is_none() {
        return output(command, state);
    }
    let file = cache_file(command, key, state);
    if let Some(text) = cached(&file, age) {
        return Ok(text);
    }
    let text = output(command, state)?;
    // Without a cache the next run asks again.
    let _ = atomic::write(&file, text.as_bytes());
    Ok(text)
}

/// One file for a command, its key and its directory.
fn cache_file(command: &str, key: Option<&str>, state: &State) -> PathBuf {
    let cache: String = state.get(CACHE).ok().flatten().unwrap_or_default();
    let identity = format!("{}\0{command}\0{}", dir(state).display(), key.unwrap_or_default());
    let name = blake3::hash(identity.as_bytes()).to_hex();
    Path::new(&cache).join("exec").join(&name[..32])
}

/// The text of a file that is younger than `age`.
fn cached(file: &Path, age: Option<Duration>) -> Option<String> {
    let written = std::fs::metadata(file).and_then(|meta| meta.modified()).ok()?;
    let old = written.elapsed().unwrap_or_default();
    if age.is_some_and(|age| old >= age) {
        return None;
    }
    std::fs::read_to_string(file).ok()
}

fn output(command: &str, state: &State) -> TeraResult<String> {
    let mut shell = std::process::Command::new("sh");
    if state.get::<bool>(EXEC_ENV)?.unwrap_or(false) {
        let env = state.get::<tera::Map>("env")?.unwrap_or_default();
        shell.env_clear().envs(env.iter().map(|(k, v)| (k.to_string(), v.to_string())));
    }
    shell
        .args(["-o", "errexit", "-c", command])
        .current_dir(dir(state))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::inherit());
    let output = process::start(&mut shell)
        .and_then(std::process::Child::wait_with_output)
        .map_err(|e| Error::message(format!("exec command: {command}: {e}")))?;
    if !output.status.success() {
        let how = output.status.code().map_or("a signal".into(), |c| format!("code {c}"));
        let words = ["sh", "-o", "errexit", "-c", command];
        return Err(Error::message(format!("exec command: command {words:?} exited with {how}")));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim_end_matches(['\n', '\r']).to_string())
}

fn read_file(args: Kwargs, state: &State) -> TeraResult<String> {
    let name: String = args.must_get("path")?;
    let path = below(&name, state);
    std::fs::read_to_string(&path)
        .map_err(|e| Error::message(format!("Failed to read file '{}': {e}", path.display())))
}

/// `n` characters of an alphabet, by the engine's own random numbers.
fn choice(args: Kwargs, state: &State) -> TeraResult<String> {
    let count: usize = args.must_get("n")?;
    let letters: Vec<char> = args.must_get::<&str>("alphabet")?.chars().collect();
    if letters.is_empty() {
        return Err(Error::message("choice alphabet must not be empty"));
    }
    (0..count).map(|_| Ok(letters[haiku::below(letters.len(), state)?])).collect()
}

fn hash(text: &str, args: Kwargs, _: &State) -> TeraResult<String> {
    let algorithm: Option<String> = args.get("algorithm")?;
    let digest = match algorithm.as_deref() {
        None | Some("sha256") => hex(&sha2::Sha256::digest(text.as_bytes())),
        Some("blake3") => blake3::hash(text.as_bytes()).to_hex().to_string(),
        Some(other) => return Err(Error::message(format!("unknown hash algorithm `{other}`"))),
    };
    shortened(digest, &args)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn shortened(mut digest: String, args: &Kwargs) -> TeraResult<String> {
    if let Some(length) = args.get::<usize>("len")? {
        digest.truncate(length);
    }
    Ok(digest)
}

/// POSIX single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
