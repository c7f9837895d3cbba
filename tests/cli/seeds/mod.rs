//! The contract: every configuration and every command line of the documents that mep was made
//! for works as it is written there. One file for each document, with a table of what stands
//! where; the configurations are written into the tests, shortened where that changes nothing.
//!
//! The programs that the tasks call (`uv`, `docker`, `kubectl`, …) are stubs that write down how
//! they were called. The fourth document (`003`, a process manager's) has no configuration of mise
//! and no command of it.

mod architecture;
mod as_mep;
mod deploy;
mod lint;
mod patterns;
mod release;

use crate::support::{Output, Project};

/// A project in which programs are stubs, and one of the two names of the binary.
struct Seed {
    project: Project,
    name: &'static str,
}

/// Tells the same story under both names, each in a project of its own: the document says `mise`,
/// its reader types `mep`.
#[track_caller]
fn each(config: &str, programs: &str, story: impl Fn(&Seed)) {
    for name in ["mep", "mise"] {
        story(&Seed::new(name, config, programs));
    }
}

impl Seed {
    /// A project with this `mise.toml` and these stubs, separated by blanks.
    fn new(name: &'static str, config: &str, programs: &str) -> Self {
        let seed = Seed { project: Project::new().file("mise.toml", config), name };
        programs.split_whitespace().for_each(|program| seed.stub(program, ""));
        seed
    }

    /// Makes a program that writes down its call and then does this.
    fn stub(&self, program: &str, then: &str) {
        let calls = self.project.path("calls").display().to_string();
        let text = format!("#!/bin/sh\necho \"{program}${{*:+ $*}}\" >>'{calls}'\n{then}\n");
        self.project.write_executable(&format!("bin/{program}"), &text);
    }

    /// Runs one line as it is typed, words separated by blanks.
    #[track_caller]
    fn run(&self, line: &str) -> Output {
        self.run_with(line, &[], None)
    }

    #[track_caller]
    fn run_with(&self, line: &str, env: &[(&str, &str)], stdin: Option<&str>) -> Output {
        let words = line.split(' ');
        let run =
            if self.name == "mep" { self.project.mep(words) } else { self.project.mise(words) };
        let mut run = run.env("PATH", "[P]/bin:[BIN]:/usr/local/bin:/usr/bin:/bin");
        for (key, value) in env {
            run = run.env(key, value);
        }
        match stdin {
            Some(text) => run.stdin(text).run(),
            None => run.run(),
        }
    }

    /// The calls of the stubs since the last time this was asked.
    fn calls(&self) -> Vec<String> {
        let text = self.project.read_if_exists("calls").unwrap_or_default();
        if !text.is_empty() {
            self.project.remove("calls");
        }
        text.lines().map(str::to_owned).collect()
    }

    /// What was called, in this order.
    #[track_caller]
    fn called(&self, expected: &[&str]) {
        assert_eq!(self.calls(), expected, "as {}", self.name);
    }

    /// What was called, in whatever order.
    #[track_caller]
    fn called_in_any_order(&self, expected: &[&str]) {
        let (mut calls, mut expected) = (self.calls(), expected.to_vec());
        calls.sort();
        expected.sort_unstable();
        assert_eq!(calls, expected, "as {}", self.name);
    }
}

/// Success, and this on stdout.
#[track_caller]
fn says(output: &Output, stdout: &str) {
    output.code(0).stdout(stdout);
}
