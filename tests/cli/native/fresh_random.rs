//! A task is edited, touched, moved, failed and killed at random: what is there
//! after a run that succeeds, or is skipped, is what its sources make, and
//! `why` knows beforehand which of the two it will be, and the true causes.
//! `MEP_FRESH_SEED` and `MEP_FRESH_STEPS` choose another course.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::project;
use crate::support::Project;

/// Every source with its name, so that every change of one shows.
const RUN: &str = "if [ -e kill ]; then kill -9 $PPID; fi; test ! -e fail && echo ran && grep -r '' src | sort > out";

/// Contents of the sources by path.
type Sources = BTreeMap<PathBuf, String>;

struct Course {
    project: Project,
    seed: u64,
    by_content: bool,
    edition: u32,
    /// What the last success was made of, if nothing has failed since.
    good: Option<Sources>,
    said: Vec<String>,
}

impl Course {
    fn new(seed: u64, by_content: bool) -> Self {
        let project = project("").file("src/a", "1").file("src/d/b", "1").file("src/d/c", "1");
        let said = vec![format!("seed {seed}, by content: {by_content}")];
        let course = Self { project, seed, by_content, edition: 0, good: None, said };
        course.configure();
        course
    }

    fn configure(&self) {
        let (edition, by_content) = (self.edition, self.by_content);
        let text = format!(
            "[tasks.t]\nsources = ['src']\noutputs = ['out']\nrun = \"\"\"{RUN} # {edition}\"\"\"\n\
             [settings.task]\nsource_freshness_hash_contents = {by_content}\n"
        );
        fs::write(self.project.path("mise.toml"), text).expect("the configuration is written");
    }

    fn below(&mut self, n: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % n
    }

    fn sources(&self) -> Sources {
        let mut found = Sources::new();
        let mut dirs = vec![self.project.path("src")];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).expect("a directory").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    dirs.push(path);
                } else {
                    let text = fs::read_to_string(&path).expect("a source");
                    found.insert(path, text);
                }
            }
        }
        found
    }

    /// One of the sources.
    fn any(&mut self) -> PathBuf {
        let all: Vec<PathBuf> = self.sources().into_keys().collect();
        let at = self.below(all.len() as u64) as usize;
        all[at].clone()
    }

    fn text(&mut self) -> String {
        format!("{}\n", self.below(10))
    }

    /// Changes something.
    fn change(&mut self) {
        let (path, text) = (self.any(), self.text());
        let name = ["n", "d/n", "e/n"][self.below(3) as usize];
        let new = self.project.path(&format!("src/{name}"));
        let time = fs::metadata(&path).and_then(|meta| meta.modified()).expect("a time");
        // By time an edit that keeps it is not seen; one that goes back in time is.
        let time = if self.by_content { time } else { time - Duration::from_secs(7) };
        let what = self.below(12);
        self.said.push(format!("change {what}: {}, {text:?}", path.display()));
        let times = |path: &Path| {
            let file = fs::File::options().append(true).open(path).expect("a source");
            file.set_modified(time).expect("a time is set");
        };
        match what {
            0 | 1 => fs::write(&path, text).expect("edited"),
            2 => {
                fs::write(&path, text).expect("edited");
                times(&path);
            }
            3 => fs::File::options()
                .append(true)
                .open(&path)
                .and_then(|f| f.set_modified(std::time::SystemTime::now()))
                .expect("touched"),
            4 => {
                fs::create_dir_all(new.parent().expect("a parent")).expect("a directory");
                fs::rename(&path, &new).expect("renamed");
                fs::write(self.project.path("src/a"), "1").expect("never without a source");
            }
            5 if self.sources().len() > 1 => fs::remove_file(&path).expect("removed"),
            6 => {
                let other = self.project.path("older");
                fs::write(&other, text).expect("written");
                times(&other);
                fs::rename(other, &path).expect("moved into place");
            }
            7 => {
                fs::create_dir_all(new.parent().expect("a parent")).expect("a directory");
                fs::write(new, text).expect("added");
            }
            8 => {
                let mode = 0o600 + 0o44 * (self.below(2) as u32);
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
            }
            9 => {
                let _ = fs::remove_file(self.project.path("out"));
                self.good = None;
            }
            10 if self.by_content => {
                fs::write(self.project.path("out"), text).expect("spoilt");
                self.good = None;
            }
            11 => {
                self.edition += 1;
                self.configure();
                self.good = None;
            }
            _ => {}
        }
    }

    fn why(&self) -> Value {
        let output = self.project.mep(["why", "--json", "t"]).run();
        output.code(0);
        let text = output.stdout.replace("[P]/", &self.project.path("").to_string_lossy());
        let all: Value = serde_json::from_str(&text).expect("JSON");
        all[0].clone()
    }

    /// Runs, and holds what happens against the sources.
    fn run(&mut self) {
        let ending = self.below(8);
        let (fails, dies, forced) = (ending == 0, ending == 1, ending == 2);
        for (name, made) in [("fail", fails), ("kill", dies)] {
            let path = self.project.path(name);
            if made { fs::write(path, "").expect("made") } else { drop(fs::remove_file(path)) }
        }
        let why = self.why();
        self.check_causes(&why);
        let sources = self.sources();
        let words: &[&str] = if forced { &["run", "-f", "t"] } else { &["run", "t"] };
        let output = self.project.mep(words).run();
        self.said.push(format!("{words:?}, fails {fails}, dies {dies}: {}", output.stderr));
        let skipped = output.stderr.contains("up-to-date");
        assert_eq!(
            why["runs"] == Value::Bool(true) || forced,
            !skipped,
            "{why:#}\n{}",
            self.story()
        );
        if skipped || !(fails || dies) {
            output.code(0);
            let written = fs::read_to_string(self.project.path("out")).expect("an output");
            assert_eq!(written, expected(&self.project, &sources), "{}", self.story());
        }
        if self.by_content && self.good.as_ref() == Some(&sources) && !forced {
            assert!(skipped, "nothing has changed\n{why:#}\n{}", self.story());
        }
        if !skipped {
            self.good = (!fails && !dies).then_some(sources);
        }
    }

    /// The sources that `why` names are those that have changed.
    fn check_causes(&mut self, why: &Value) {
        let Some(good) = self.good.clone() else {
            return;
        };
        let now = self.sources();
        let named: Vec<PathBuf> = why["causes"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|cause| cause["kind"].as_str().is_some_and(|k| k.starts_with("source-")))
            .map(|cause| PathBuf::from(cause["what"].as_str().expect("a path")))
            .collect();
        let changed =
            good.keys().chain(now.keys()).filter(|path| good.get(*path) != now.get(*path));
        for path in changed.clone() {
            assert!(
                named.contains(path),
                "{} is not named\n{why:#}\n{}",
                path.display(),
                self.story()
            );
        }
        if !self.by_content {
            return;
        }
        for path in &named {
            let all: Vec<_> = changed.clone().collect();
            assert!(
                all.contains(&path),
                "{} has not changed\n{why:#}\n{}",
                path.display(),
                self.story()
            );
        }
        // Without what is named nothing is left to do.
        if self.below(3) == 0 {
            for path in &named {
                match good.get(path) {
                    Some(text) => fs::create_dir_all(path.parent().expect("a parent"))
                        .and_then(|()| fs::write(path, text))
                        .expect("written back"),
                    None => fs::remove_file(path).expect("taken away"),
                }
            }
            self.said.push("reverted what was named".into());
            let again = self.why();
            assert_eq!(again["runs"], Value::Bool(false), "{again:#}\n{}", self.story());
            for path in &named {
                match now.get(path) {
                    Some(text) => fs::write(path, text).expect("edited again"),
                    None => fs::remove_file(path).expect("removed again"),
                }
            }
        }
    }

    fn story(&self) -> String {
        self.said.join("\n")
    }
}

/// What the task makes of these sources.
fn expected(project: &Project, sources: &Sources) -> String {
    let root = project.path("");
    let mut lines: Vec<String> = Vec::new();
    for (path, text) in sources {
        let shown = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        lines.extend(text.lines().map(|line| format!("{shown}:{line}\n")));
    }
    lines.sort();
    lines.concat()
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn play(by_content: bool) {
    let steps = number("MEP_FRESH_STEPS", 80);
    let first = number("MEP_FRESH_SEED", 7);
    let mut course = Course::new(first * 7919, by_content);
    for _ in 0..steps {
        for _ in 0..course.below(3) {
            course.change();
        }
        course.run();
    }
}

#[test]
fn by_time_nothing_is_skipped_that_has_changed() {
    play(false);
}

#[test]
fn by_content_what_has_changed_runs_and_nothing_else() {
    play(true);
}
