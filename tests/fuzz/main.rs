//! Fuzzing without a special toolchain. Every target replays the files of `corpus/<target>/`, then
//! feeds itself mutations of them for some seconds. What it looks for: a panic, an overflowing
//! stack, more memory than a computer has to spare, and inputs that never end.
//!
//! ```text
//! cargo test --test fuzz                                  a few seconds for each target
//! MEP_FUZZ_SECONDS=600 cargo test --test fuzz template    ten minutes for one
//! MEP_FUZZ_SEED=7 ...                                     other mutations
//! MEP_FUZZ_INPUT=FILE cargo test --test fuzz template     one input, to look at it closely
//! ```
//!
//! An input that fails is kept below `target/tmp`. Mended, it goes into the corpus under a name
//! that says what it is.
//!
//! `child` is the process that tries inputs, `parent` the one that survives it; `mutate` makes
//! inputs, `project` is what most targets feed them to. A new target is a function here.

mod child;
mod mutate;
mod parent;
mod project;
#[path = "../scratch/mod.rs"]
mod scratch;

use project::Scratch;

/// Tries one input. What it returns says in short what became of it: an input with a new outcome
/// is worth mutating further.
type Try = fn(&Scratch, &[u8]) -> String;

/// A configuration file: loading it, and planning each of its tasks.
#[test]
fn config() {
    parent::fuzz("config", |scratch, input| {
        scratch.write("mise.toml", input);
        scratch.plan_all(&[])
    });
}

/// A file of tasks in a task directory.
#[test]
fn include() {
    parent::fuzz("include", |scratch, input| {
        scratch.write(".mise/tasks/x.toml", input);
        scratch.plan_all(&[])
    });
}

/// A script with `#MISE` and `#USAGE` lines.
#[test]
fn header() {
    parent::fuzz("header", |scratch, input| {
        scratch.write_executable(".mise/tasks/x.sh", input);
        scratch.plan_all(&["a", "--b", "c"])
    });
}

/// A specification of arguments, and words for it: lines behind a line of `---`.
#[test]
fn usage() {
    parent::fuzz("usage", |scratch, input| {
        let text = String::from_utf8_lossy(input);
        let (spec, words) = text.split_once("\n---\n").unwrap_or((&text, ""));
        let config = format!(
            "[tasks.x]\nusage = \"{}\"\nrun = 'echo {{{{ usage }}}}'\n",
            project::toml_escaped(spec)
        );
        scratch.write("mise.toml", config.as_bytes());
        let words: Vec<&str> = words.lines().collect();
        let help = scratch.help();
        format!("{} {help}", scratch.plan_all(&words))
    });
}

/// An inline script that is given words: what it does with them is read from its text.
#[test]
fn script() {
    parent::fuzz("script", |scratch, input| {
        let text = project::toml_escaped(&String::from_utf8_lossy(input));
        let config = format!("[tasks.x]\nrun = \"{text}\"\n[tasks.y]\nrun = [\"{text}\", 'y']\n");
        scratch.write("mise.toml", config.as_bytes());
        scratch.plan_all(&["--force", "a b", "-j", "2"])
    });
}

/// A file of variables, in every format that there is.
#[test]
fn env_file() {
    parent::fuzz("env_file", |scratch, input| {
        let formats = ["env", "json", "yaml", "toml"];
        let mut config = String::new();
        for format in formats {
            scratch.write(&format!("v.{format}"), input);
            config.push_str(&format!("[tasks.{format}]\nenv = {{ _.file = 'v.{format}' }}\n"));
        }
        scratch.write("mise.toml", config.as_bytes());
        scratch.plan_all(&[])
    });
}

/// A template in each of the places where one is read: rendered where that asks nothing of the
/// world, checked otherwise.
#[test]
fn template() {
    parent::fuzz("template", |scratch, input| {
        let text = project::toml_escaped(&String::from_utf8_lossy(input));
        let config = format!(
            "[vars]\nv = 'vars'\n[env]\nNAME = 'value'\nEMPTY = ''\n\
             [tasks.run]\nusage = '{USAGE}'\nrun = \"{text}\"\n\
             [tasks.env]\nenv.X = \"{text}\"\n[tasks.vars]\nvars.x = \"{text}\"\n\
             [tasks.described]\ndescription = \"{text}\"\ndir = \"{text}\"\n"
        );
        scratch.write("mise.toml", config.as_bytes());
        scratch.plan_all(&[])
    });
}

/// Arguments of every type that a template can see.
const USAGE: &str = "flag \"--flag\"; flag \"-c --count\" count=#true; \
                     arg \"[text]\" default=\"é\"; arg \"[list]...\" default=\"a\"";
