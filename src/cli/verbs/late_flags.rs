//! Flags of the run that stand behind a task's name: `mep run build --force`.
//! They are the run's only where the task could do nothing with them but have
//! them behind its script's text. Holds as `mep` only, never in nested runs.

use crate::config::Settings;
use crate::model::{Command, Project, RunEntry, Task};
use crate::plan::{runnable, script};

/// What was found behind names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct LateFlags {
    pub(in crate::cli) force: bool,
    pub(in crate::cli) dry_run: bool,
    verbose: u8,
    jobs: Option<usize>,
    /// Says of each what it was taken for.
    pub(in crate::cli) notices: Vec<String>,
}

impl LateFlags {
    /// As the same flags before the name.
    pub(in crate::cli) fn apply(&self, settings: &mut Settings) {
        settings.jobs = self.jobs.map(|n| n.max(1)).or(settings.jobs);
        settings.verbose = settings.verbose.saturating_add(self.verbose);
    }

    /// Reads the flag that `words` begin with; how many of them it is.
    fn flag(&mut self, words: &[String]) -> Option<usize> {
        match words.first()?.as_str() {
            "--force" => self.force = true,
            "--dry-run" => self.dry_run = true,
            "--verbose" => self.verbose += 1,
            "--jobs" | "-j" => {
                self.jobs = Some(words.get(1)?.parse().ok()?);
                return Some(2);
            }
            word => self.jobs = Some(word.strip_prefix("--jobs=")?.parse().ok()?),
        }
        Some(1)
    }
}

/// Takes the flags that follow a name directly out of `words`.
pub(in crate::cli) fn take(project: &Project, words: &mut Vec<String>) -> LateFlags {
    let mut late = LateFlags::default();
    let mut at = 0;
    while at < words.len() {
        if words[at] == ":::" {
            at += 1;
            continue;
        }
        let name = words[at].clone();
        if name == "--" {
            break;
        }
        at += 1;
        let tasks = runnable(project, &name);
        if !tasks.is_empty() && tasks.iter().all(|id| appends_words(project.task(*id))) {
            let end = at + leading(&mut late, &words[at..]);
            let taken: Vec<String> = words.drain(at..end).collect();
            if !taken.is_empty() {
                late.notices.push(notice(&name, &taken));
            }
        }
        // To the next group; behind `--` there is none.
        let rest = words[at..].iter().position(|w| w == ":::" || w == "--");
        match rest {
            Some(n) if words[at + n] == ":::" => at += n,
            _ => break,
        }
    }
    late
}

/// The number of words at the start that are flags of the run.
fn leading(late: &mut LateFlags, words: &[String]) -> usize {
    let mut used = 0;
    while let Some(n) = late.flag(&words[used..]) {
        used += n;
    }
    used
}

fn notice(name: &str, taken: &[String]) -> String {
    let flags = taken.join(" ");
    format!(
        "`{flags}` was taken as a flag of the run; to pass it to the task: mep run {name} -- {flags}"
    )
}

/// True for an inline script that gets its words behind its text, whatever
/// they are.
pub(in crate::cli) fn appends_words(task: &Task) -> bool {
    let last = task.run().iter().rev().find_map(|entry| match entry {
        RunEntry::Script(text) => Some(text),
        _ => None,
    });
    let Some(text) = last.filter(|_| matches!(task.command, Command::Run(_))) else {
        return false;
    };
    let own = text.trim_start().starts_with("#!") || script::takes_parameters(text);
    !own && !task.raw_args && task.usage.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(words: &[&str]) -> (usize, LateFlags) {
        let words: Vec<String> = words.iter().map(|w| (*w).to_string()).collect();
        let mut late = LateFlags::default();
        (leading(&mut late, &words), late)
    }

    #[test]
    fn flags_are_read_until_the_first_other_word() {
        let (used, late) = flags(&["--force", "-j", "3", "--verbose", "x", "--dry-run"]);
        assert_eq!((used, late.force, late.dry_run), (4, true, false));
        assert_eq!((late.jobs, late.verbose), (Some(3), 1));
        assert_eq!(flags(&["--jobs=8"]).1.jobs, Some(8));
    }

    #[test]
    fn what_is_no_flag_of_the_run_stays() {
        for words in [
            &["-f"][..],
            &["--jobs"],
            &["--jobs", "many"],
            &["--jobs=many"],
            &["-j4"],
            &["-n"],
            &["-v"],
            &["--forced"],
            &["--force=1"],
            &["-j", "-1"],
        ] {
            assert_eq!(flags(words).0, 0, "{words:?}");
        }
    }
}
