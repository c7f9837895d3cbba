//! A differential case: one story of files and commands, told to real mise and then to ours in
//! the mise dialect, at the same place and in the same words. Knows what may differ between
//! two runs of one program (durations), and nothing of tasks.
//!
//! `MEP_SHOW_CASES=1` prints what the reference made of each case.
//!
//! Not compared: the two lines that end each error of mise (its version, and `Run with
//! --verbose`). Everything else that a case does not exempt must be equal to the byte.

use std::fmt::Write as _;
use std::path::Path;

use super::project::{Project, root_outside_tmp, temporary_root, under_test};
use super::reference::{reference, say_uncaptured, skip_without_reference};
use super::run::{BINARY_ON_PATH, Output};
use super::text;

/// How often a reference that races with itself is asked again.
const RACES: u32 = 20;

/// Files, commands and edits, in the order in which they are written down.
#[must_use = "nothing runs before `.check()`"]
pub(crate) struct Case {
    actions: Vec<Action>,
    effects: Vec<&'static str>,
    unordered: bool,
    outside_tmp: bool,
    stderr_differs: Option<&'static str>,
    races: Option<&'static str>,
}

enum Action {
    File(&'static str, String),
    Executable(&'static str, String),
    Dir(&'static str),
    Symlink(&'static str, &'static str),
    Remove(&'static str),
    Touch(&'static str),
    Mtime(&'static str, u64),
    Call(Call),
}

#[derive(Default)]
struct Call {
    args: Vec<String>,
    env: Vec<(&'static str, Option<&'static str>)>,
    cwd: &'static str,
    stdin: Option<&'static str>,
}

impl Case {
    /// A case whose project holds this `mise.toml`.
    pub(crate) fn config(text: &str) -> Self {
        Case::empty().file("mise.toml", text)
    }

    /// A case whose project holds nothing yet.
    pub(crate) fn empty() -> Self {
        Case {
            actions: Vec::new(),
            effects: Vec::new(),
            unordered: false,
            outside_tmp: false,
            stderr_differs: None,
            races: None,
        }
    }

    fn then(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Writes a file, with a time of its own (see [`Project::write`]).
    pub(crate) fn file(self, path: &'static str, text: &str) -> Self {
        self.then(Action::File(path, text.to_owned()))
    }

    pub(crate) fn executable(self, path: &'static str, text: &str) -> Self {
        self.then(Action::Executable(path, text.to_owned()))
    }

    pub(crate) fn dir(self, path: &'static str) -> Self {
        self.then(Action::Dir(path))
    }

    pub(crate) fn symlink(self, path: &'static str, target: &'static str) -> Self {
        self.then(Action::Symlink(path, target))
    }

    pub(crate) fn remove(self, path: &'static str) -> Self {
        self.then(Action::Remove(path))
    }

    /// Gives a file a new time, still older than anything that a task writes.
    pub(crate) fn touch(self, path: &'static str) -> Self {
        self.then(Action::Touch(path))
    }

    /// Gives a file a time in seconds since the epoch.
    pub(crate) fn mtime(self, path: &'static str, seconds: u64) -> Self {
        self.then(Action::Mtime(path, seconds))
    }

    /// Calls `mise` with these arguments.
    pub(crate) fn mise(self, args: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.then(Action::Call(Call { args: args.collect(), ..Call::default() }))
    }

    /// Sets a variable for the last call.
    #[track_caller]
    pub(crate) fn env(mut self, key: &'static str, value: &'static str) -> Self {
        self.last_call().env.push((key, Some(value)));
        self
    }

    /// Takes a variable of the default environment away from the last call.
    #[track_caller]
    pub(crate) fn env_remove(mut self, key: &'static str) -> Self {
        self.last_call().env.push((key, None));
        self
    }

    /// Makes the word `mise` reach the binary in what the last call starts.
    #[track_caller]
    pub(crate) fn binary_on_path(self) -> Self {
        self.env("PATH", BINARY_ON_PATH)
    }

    /// Sets the working directory of the last call, relative to the project.
    #[track_caller]
    pub(crate) fn cwd(mut self, relative: &'static str) -> Self {
        self.last_call().cwd = relative;
        self
    }

    /// Gives the last call something to read.
    #[track_caller]
    pub(crate) fn stdin(mut self, text: &'static str) -> Self {
        self.last_call().stdin = Some(text);
        self
    }

    #[track_caller]
    fn last_call(&mut self) -> &mut Call {
        match self.actions.last_mut() {
            Some(Action::Call(call)) => call,
            _ => panic!("this belongs behind a `.mise(..)`"),
        }
    }

    /// Compares the lines of each stream without their order: tasks run in parallel.
    pub(crate) fn unordered(mut self) -> Self {
        self.unordered = true;
        self
    }

    /// Puts the project where a sandbox has something to say, see
    /// [`Project::outside_tmp`].
    pub(crate) fn outside_tmp(mut self) -> Self {
        self.outside_tmp = true;
        self
    }

    /// Compares stdout and exit code alone. The reason says why stderr may differ.
    pub(crate) fn stderr_differs(mut self, reason: &'static str) -> Self {
        self.stderr_differs = Some(reason);
        self
    }

    /// Asks the reference again, up to [`RACES`] times, until it says what ours said once: its
    /// answer depends on which of its threads is first. The reason says what races. A test
    /// of ours alone has to hold our answer to the byte beside this.
    pub(crate) fn races(mut self, reason: &'static str) -> Self {
        self.races = Some(reason);
        self
    }

    /// Compares the texts of these files at the end as well.
    pub(crate) fn effects(mut self, paths: impl IntoIterator<Item = &'static str>) -> Self {
        self.effects.extend(paths);
        self
    }

    /// Tells the story to ours alone: its last call uses what this version does
    /// not have yet, and has to end with an error that names it.
    #[track_caller]
    pub(crate) fn refused(self, name: &str) {
        let root = temporary_root();
        let ours = self.tell(root.path(), &under_test());
        let last = ours.calls.last().expect("a case without a call refuses nothing");
        assert_eq!(last.1.code, Some(1), "{ours}");
        assert!(last.1.stderr.contains(name), "not named: {name}\n{ours}");
    }

    /// Tells the story twice and compares.
    #[track_caller]
    pub(crate) fn check(self) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("a case");
        assert!(
            self.actions.iter().any(|action| matches!(action, Action::Call(_))),
            "a case without a call compares nothing"
        );
        let Some(reference) = reference() else {
            return skip_without_reference(name);
        };
        let root = if self.outside_tmp { root_outside_tmp() } else { temporary_root() };
        let mut theirs = self.tell(root.path(), &reference);
        if std::env::var_os("MEP_SHOW_CASES").is_some() {
            say_uncaptured(&format!("==== {name}\n{theirs}"));
        }
        let ours = self.tell(root.path(), &under_test());
        let mut differences = self.differences(&theirs, &ours);
        for _ in 0..self.races.map_or(0, |_| RACES) {
            if differences.is_empty() {
                break;
            }
            theirs = self.tell(root.path(), &reference);
            differences = self.differences(&theirs, &ours);
        }
        assert!(
            differences.is_empty(),
            "differs from the reference (- reference, + ours)\n{differences}{}\n\
             ==== the reference\n{theirs}==== ours\n{ours}==== the files\n{}",
            self.exemptions(),
            self.files(),
        );
    }

    /// Runs all actions in a fresh project.
    fn tell(&self, root: &Path, binary: &Path) -> Story {
        let project = Project::at(root, binary);
        let calls = self.actions.iter().filter_map(|action| action.perform(&project));
        let calls = calls.collect();
        let effects = self.effects.iter();
        Story {
            calls,
            effects: effects.map(|&path| (path, project.read_if_exists(path))).collect(),
        }
    }

    /// Everything in which two stories differ, empty when they agree.
    fn differences(&self, theirs: &Story, ours: &Story) -> String {
        let mut out = String::new();
        for ((name, theirs), (_, ours)) in theirs.calls.iter().zip(&ours.calls) {
            if theirs.ending() != ours.ending() {
                let (theirs, ours) = (theirs.ending(), ours.ending());
                add(&mut out, name, "end", &format!("- {theirs}\n+ {ours}\n"));
            }
            self.compare(&mut out, name, "stdout", &theirs.stdout, &ours.stdout);
            if self.stderr_differs.is_none() {
                self.compare(&mut out, name, "stderr", &theirs.stderr, &ours.stderr);
            }
        }
        for ((path, theirs), (_, ours)) in theirs.effects.iter().zip(&ours.effects) {
            if theirs != ours {
                let [theirs, ours] = [theirs, ours].map(|text| text.as_deref().unwrap_or(ABSENT));
                add(&mut out, path, "text", &text::diff(theirs, ours));
            }
        }
        out
    }

    fn compare(&self, out: &mut String, call: &str, stream: &str, theirs: &str, ours: &str) {
        let normal = |text: &str| {
            let text = text::drop_error_trailer(text);
            if self.unordered { text::sort_lines(&text) } else { text }
        };
        let (theirs, ours) = (normal(theirs), normal(ours));
        if theirs != ours {
            add(out, call, stream, &text::diff(&theirs, &ours));
        }
    }

    fn exemptions(&self) -> String {
        let mut out = String::new();
        if self.unordered {
            out.push_str("(the order of lines was not compared)\n");
        }
        if let Some(reason) = self.stderr_differs {
            writeln!(out, "(stderr was not compared: {reason})").expect("a String takes it");
        }
        if let Some(reason) = self.races {
            writeln!(out, "(asked again and again: {reason})").expect("a String takes it");
        }
        out
    }

    fn files(&self) -> String {
        let sections = self.actions.iter().map(|action| match action {
            Action::File(path, text) | Action::Executable(path, text) => text::section(path, text),
            Action::Call(call) => format!("--- (mise {})\n", text::command_line(&call.args)),
            Action::Dir(path) => format!("--- {path}/\n"),
            Action::Symlink(path, target) => format!("--- {path} -> {target}\n"),
            Action::Remove(path) => format!("--- (remove {path})\n"),
            Action::Touch(path) => format!("--- (touch {path})\n"),
            Action::Mtime(path, seconds) => format!("--- (time of {path}: {seconds})\n"),
        });
        sections.collect()
    }
}

impl Action {
    /// Does it in `project`; a call returns its name and output.
    fn perform(&self, project: &Project) -> Option<(String, Output)> {
        match self {
            Action::File(path, text) => project.write(path, text),
            Action::Executable(path, text) => project.write_executable(path, text),
            Action::Dir(path) => project.make_dir(path),
            Action::Symlink(path, target) => project.make_link(path, target),
            Action::Remove(path) => project.remove(path),
            Action::Touch(path) => project.touch(path),
            Action::Mtime(path, seconds) => project.set_mtime(path, *seconds),
            Action::Call(call) => return Some((call.name(), call.run(project))),
        }
        None
    }
}

impl Call {
    fn name(&self) -> String {
        let env = self.env.iter().map(|(key, value)| match value {
            Some(value) => format!("{key}={value} "),
            None => format!("-u {key} "),
        });
        format!("{}mise {}", env.collect::<String>(), text::command_line(&self.args))
    }

    fn run(&self, project: &Project) -> Output {
        let mut run = project.mise(&self.args).cwd(self.cwd);
        for (key, value) in &self.env {
            run = match value {
                Some(value) => run.env(key, value),
                None => run.env_remove(key),
            };
        }
        match self.stdin {
            Some(text) => run.stdin(text).run(),
            None => run.run(),
        }
    }
}

/// What one binary made of a case.
struct Story {
    calls: Vec<(String, Output)>,
    effects: Vec<(&'static str, Option<String>)>,
}

const ABSENT: &str = "(no such file)";

impl std::fmt::Display for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, output) in &self.calls {
            writeln!(f, "$ {name}\n({})\n{}", output.ending(), output.transcript())?;
        }
        for (path, text) in &self.effects {
            f.write_str(&text::section(path, text.as_deref().unwrap_or(ABSENT)))?;
        }
        Ok(())
    }
}

fn add(out: &mut String, place: &str, what: &str, difference: &str) {
    writeln!(out, "in `{place}`: {what}\n{difference}").expect("a String takes every text");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What differs between two shells that stand in for the two binaries.
    fn difference(case: &Case) -> String {
        let root = temporary_root();
        let [left, right] =
            ["/bin/sh", "/bin/bash"].map(|shell| case.tell(root.path(), shell.as_ref()));
        case.differences(&left, &right)
    }

    fn script(text: &str) -> Case {
        Case::empty().mise(["-c", text])
    }

    #[test]
    fn equal_stories_have_no_difference() {
        let text = "pwd; cat a; echo x > b; echo err >&2; exit 3";
        let case = Case::empty().file("a", "1\n").mise(["-c", text]);
        assert_eq!(difference(&case.effects(["a", "b", "none"])), "");
    }

    #[test]
    fn each_side_has_a_project_of_its_own() {
        assert_eq!(difference(&script("ls; touch made")), "");
    }

    #[test]
    fn every_stream_the_end_and_the_effects_are_compared() {
        let is_bash = "${BASH_VERSION:+bash}";
        let text =
            format!("echo o{is_bash}; echo e{is_bash} >&2; echo f{is_bash} > f; test {is_bash}");
        let found = difference(&script(&text).effects(["f"]));
        let call = format!("in `mise -c '{text}'`");
        let expected = format!(
            "{call}: end\n- ended with exit code 1\n+ ended with exit code 0\n\n\
             {call}: stdout\n- o\n+ obash\n\n{call}: stderr\n- e\n+ ebash\n\n\
             in `f`: text\n- f\n+ fbash\n\n"
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn what_a_case_exempts_is_not_compared() {
        let error = "echo ${BASH_VERSION:+bash} >&2";
        assert_eq!(difference(&script(error).stderr_differs("a test")), "");
        let order = "if [ $BASH_VERSION ]; then echo a; echo b; else echo b; echo a; fi";
        assert_eq!(difference(&script(order).unordered()), "");
        assert_ne!(difference(&script(order)), "");
    }

    #[test]
    fn files_have_times_in_the_order_of_their_writing() {
        let older = "for f in a b; do [ $f -ot mise.toml ] && echo $f; done; touch n; [ c -ot n ]";
        let root = temporary_root();
        let case = Case::empty().file("a", "").file("b", "").file("mise.toml", "").file("c", "");
        let case = case.touch("b").mise(["-c", older]);
        let story = case.tell(root.path(), "/bin/sh".as_ref());
        story.calls[0].1.stdout("a\n").code(0);
    }
}
