//! Chooses from a list, and asks for the arguments of a task, on a terminal.
//! What is pressed and what is shown is decided without one.
//!
//! Inside, from the bottom: `keys` (bytes → keys), `view` (lines), `input` (a text
//! that is typed) → `list`; `fields` (a specification → questions, answers → words)
//! → `form`; `screen`, which has the terminal.

mod fields;
mod form;
mod input;
mod keys;
mod list;
mod screen;
mod view;

use std::io;

use usage::{SpecChoices, SpecCommand};

use crate::report::Palette;
use fields::Level;
pub(super) use form::CommandLine;
use form::Form;
use keys::Key;
use list::{Item, List};
use view::{GREEN, RED, View, YELLOW};

/// Something that takes keys, and looks like something.
trait Page {
    fn key(&mut self, key: Key) -> Step;

    /// As it is drawn in so many columns and rows.
    fn view(&self, columns: usize, rows: usize) -> View;
}

/// What follows from a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    On,
    Done,
    Leave,
}

/// How the questions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Done,
    Left,
    Interrupted,
    Gone,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// Esc.
    Left,
    /// Ctrl-C.
    Interrupted,
    /// The terminal is gone.
    Gone,
    /// There never was one.
    Nowhere,
}

/// A task in the list.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) note: String,
    pub(super) mood: Mood,
    pub(super) description: String,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Mood {
    #[default]
    Good,
    Bad,
    Odd,
}

/// The tasks that a person chooses; several only where `many` is true.
///
/// # Errors
/// Where nobody chooses.
pub(super) fn tasks(
    rows: Vec<Row>,
    many: bool,
    palette: Palette,
) -> Result<Vec<usize>, Unanswered> {
    let item = |row: Row| Item {
        name: row.name,
        aliases: row.aliases,
        note: (row.note, row.mood.color()),
        help: row.description,
    };
    let list = List::new("run", rows.into_iter().map(item).collect(), "run");
    let mut tasks = Tasks(if many { list.with_marks(Vec::new()) } else { list });
    answered(screen::show(&mut tasks, palette))?;
    Ok(tasks.0.chosen())
}

/// The arguments that a person gives to a task for `line`; `resolve` says what
/// has to be chosen from.
///
/// # Errors
/// Where nobody answers.
pub(super) fn arguments(
    line: &dyn CommandLine,
    command: &SpecCommand,
    resolve: &dyn Fn(&SpecChoices) -> Vec<String>,
    palette: Palette,
) -> Result<Vec<String>, Unanswered> {
    let level = Level::new(command, resolve);
    let mut form = Form::new(&level, line);
    answered(screen::show(&mut form, palette))?;
    Ok(form.words().unwrap_or_default())
}

fn answered(ending: io::Result<Ending>) -> Result<(), Unanswered> {
    match ending {
        Ok(Ending::Done) => Ok(()),
        Ok(Ending::Left) => Err(Unanswered::Left),
        Ok(Ending::Interrupted) => Err(Unanswered::Interrupted),
        Ok(Ending::Gone) => Err(Unanswered::Gone),
        Err(_) => Err(Unanswered::Nowhere),
    }
}

/// The list of tasks.
struct Tasks(List);

impl Page for Tasks {
    fn key(&mut self, key: Key) -> Step {
        match key {
            Key::Leave => Step::Leave,
            Key::Enter if self.0.chosen().is_empty() => Step::On,
            Key::Enter => Step::Done,
            key => {
                self.0.key(key);
                Step::On
            }
        }
    }

    fn view(&self, columns: usize, rows: usize) -> View {
        self.0.view(columns, rows)
    }
}

impl Mood {
    fn color(self) -> &'static str {
        match self {
            Self::Good => GREEN,
            Self::Bad => RED,
            Self::Odd => YELLOW,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use usage::Spec;

    use super::*;

    const SPEC: &str = "arg \"<env>\" { choices \"dev\" \"prod\" }\narg \"[file]…\"\n\
                        flag \"--fast\"\nflag \"-v\" count=#true\nflag \"--tag <tag>…\" var=#true\n\
                        cmd \"up\" {\n  arg \"<name>\"\n}\ncmd \"down\"";

    struct Any;

    impl CommandLine for Any {
        fn typed(&self, args: &[String]) -> String {
            args.join(" ")
        }

        fn check(&self, args: &[String]) -> Result<(), String> {
            if args.len().is_multiple_of(2) { Ok(()) } else { Err("an odd number".repeat(9)) }
        }
    }

    fn key() -> impl Strategy<Value = Key> {
        use Key::*;
        let named = [
            Enter, Enter, Tab, BackTab, Backspace, Delete, Up, Down, Down, Left, Right, PageUp,
            PageDown, Home, End, Clear, Word, Leave,
        ];
        prop_oneof![
            prop::sample::select(named.to_vec()),
            prop::sample::select("adp -'\\é漢\u{301}".chars().collect::<Vec<_>>()).prop_map(Char),
        ]
    }

    /// Whatever is pressed, a page can be drawn, and its lines fit.
    fn bears(page: &mut dyn Page, keys: &[Key], columns: usize, rows: usize) {
        for key in keys {
            let _ = page.key(*key);
            let view = page.view(columns, rows);
            assert!(view.lines.iter().all(|line| line.used() <= columns), "{view:?}");
            assert!(view.cursor <= columns && !view.lines.is_empty(), "{view:?}");
        }
    }

    proptest! {
        #[test]
        fn pages_bear_all_keys_in_all_windows(
            keys in prop::collection::vec(key(), 0..60), columns in 0..70_usize, rows in 1..12_usize
        ) {
            let spec: Spec = SPEC.parse().unwrap();
            let level = Level::new(&spec.cmd, &|choices| choices.values());
            bears(&mut Form::new(&level, &Any), &keys, columns, rows);
            let name = |name: &str| Item { name: name.into(), help: "漢 help".into(), ..Item::default() };
            let items = ["dev", "prod", "a漢字b", ""].map(name).to_vec();
            let mut tasks = Tasks(List::new("run", items, "run").with_marks(Vec::new()));
            bears(&mut tasks, &keys, columns, rows);
        }
    }
}
