//! The arguments of one task, asked for one by one: what is required first, then
//! all of them in a list, with the command line that they make. Whether that
//! line would be refused, somebody else says.

use unicode_width::UnicodeWidthStr;

use super::fields::{Choice, Field, Given, Kind, Level, words};
use super::input::Input;
use super::keys::Key;
use super::list::{Item, List};
use super::view::{BOLD, CYAN, DIM, Line, RED, View, input, window};
use super::{Page, Step};
use crate::plan::echo::quote;

/// Presses of a flag that counts.
const MOST: usize = 4;
/// A window with less rows has none to spare for what the keys do.
const LOW: usize = 6;

/// The command line that arguments make.
pub(in crate::cli) trait CommandLine {
    /// As a person would type it.
    fn typed(&self, args: &[String]) -> String;

    /// What keeps it from running.
    fn check(&self, args: &[String]) -> Result<(), String>;
}

/// The form.
pub(super) struct Form<'a> {
    line: &'a dyn CommandLine,
    /// The commands from the task down to the one that is meant.
    path: Vec<&'a Level>,
    /// An answer for each field of those.
    given: Vec<Given>,
    stage: Stage,
    problem: Option<String>,
}

enum Stage {
    /// Which command of the task.
    Command(List),
    /// One field; the first time round, or because it is changed.
    Field { field: usize, editor: Editor, first: bool },
    /// All of them. The first row runs it.
    All { at: usize },
}

enum Editor {
    Text(Input),
    Choice(List),
}

impl<'a> Form<'a> {
    pub(super) fn new(level: &'a Level, line: &'a dyn CommandLine) -> Self {
        let (path, stage) = (Vec::new(), Stage::All { at: 0 });
        let mut form = Self { line, path, given: Vec::new(), stage, problem: None };
        form.enter(level);
        form
    }

    /// The arguments, or what keeps them from being any.
    pub(super) fn words(&self) -> Result<Vec<String>, String> {
        words(&self.path, &self.given)
    }

    /// Goes on to a command: to those below it, or to what it takes.
    fn enter(&mut self, level: &'a Level) {
        self.path.push(level);
        self.given.resize(self.fields().count(), Given::Nothing);
        if level.below.is_empty() {
            return self.next();
        }
        let item = |level: &Level| Item {
            name: level.name.clone(),
            help: level.help.clone(),
            ..Item::default()
        };
        let mut items: Vec<Item> = level.below.iter().map(item).collect();
        if !level.needs_below {
            let help = "without a command".to_string();
            items.push(Item { name: "-".into(), help, ..Item::default() });
        }
        self.stage = Stage::Command(List::new(&format!("{}:", level.name), items, "choose"));
    }

    fn fields(&self) -> impl Iterator<Item = &'a Field> {
        self.path.iter().copied().flat_map(|level| &level.fields)
    }

    fn field(&self, at: usize) -> Option<&'a Field> {
        self.fields().nth(at)
    }

    /// To the next field that has to be answered; then to all of them. What a
    /// variable answers is not asked for: the line is good without it.
    fn next(&mut self) {
        let is_good = self.words().is_ok_and(|words| self.line.check(&words).is_ok());
        let missing = |(field, given): &(&Field, &Given)| {
            field.required && field.default.is_empty() && **given == Given::Nothing && !is_good
        };
        let first = self.fields().zip(&self.given).position(|pair| missing(&pair));
        match first {
            Some(field) => self.ask(field, true),
            None => self.show(0),
        }
    }

    fn show(&mut self, at: usize) {
        self.stage = Stage::All { at };
        let words = self.words();
        self.problem = words.and_then(|words| self.line.check(&words)).err();
    }

    /// Asks for one field.
    fn ask(&mut self, at: usize, first: bool) {
        let Some(Field { kind: Kind::Value { choices, many, .. }, label, required, .. }) =
            self.field(at)
        else {
            return;
        };
        let given = match &self.given[at] {
            Given::Values(values) => &values[..],
            _ => &[],
        };
        self.problem = None;
        let editor = if choices.is_empty() {
            let text = if *many { typed(given) } else { given.concat() };
            Editor::Text(Input::new(&text))
        } else {
            let place = |value: &String| choices.iter().position(|choice| choice.value == *value);
            let known: Vec<usize> = given.iter().filter_map(place).collect();
            let mut items: Vec<Item> = choices.iter().map(item).collect();
            if !required {
                let help = "leave it out".to_string();
                items.push(Item { name: "-".into(), help, ..Item::default() });
            }
            let list = List::new(&format!("{label}:"), items, "choose");
            Editor::Choice(match (many, known.first()) {
                (true, _) => list.with_marks(known),
                (false, Some(first)) => list.on(*first),
                (false, None) => list,
            })
        };
        self.stage = Stage::Field { field: at, editor, first };
    }

    /// What the editor holds becomes the answer.
    fn answer(&mut self) {
        let Stage::Field { field: at, editor, first } = &self.stage else {
            return;
        };
        let (at, first) = (*at, *first);
        let Some(field) = self.field(at) else {
            return;
        };
        match value(field, editor) {
            Err(problem) => self.problem = Some(problem),
            // Later on the line says so itself.
            Ok(Given::Nothing) if first && field.required => {
                self.problem = Some(format!("{} is required", field.label));
            }
            Ok(given) => {
                self.given[at] = given;
                if first { self.next() } else { self.show(at + 1) }
            }
        }
    }

    /// Enter in the list of all fields.
    fn press(&mut self, row: usize) -> Step {
        let Some(at) = row.checked_sub(1) else {
            return if self.problem.is_none() { Step::Done } else { Step::On };
        };
        match self.field(at).map(|field| &field.kind) {
            Some(Kind::Value { .. }) => self.ask(at, false),
            Some(kind) => {
                self.given[at] = switched(kind, &self.given[at]);
                self.show(row);
            }
            None => {}
        }
        Step::On
    }

    fn key_in_all(&mut self, at: usize, key: Key) -> Step {
        let last = self.given.len();
        let to = match key {
            Key::Up | Key::BackTab => at.saturating_sub(1),
            Key::Down | Key::Tab => (at + 1).min(last),
            Key::Home | Key::PageUp => 0,
            Key::End | Key::PageDown => last,
            Key::Enter => return self.press(at),
            Key::Char(' ') if at > 0 => return self.press(at),
            _ => at,
        };
        self.stage = Stage::All { at: to };
        Step::On
    }

    fn key_in_commands(&mut self, key: Key) -> Step {
        let Stage::Command(list) = &mut self.stage else {
            return Step::On;
        };
        if key != Key::Enter {
            list.key(key);
            return Step::On;
        }
        let level = self.path.last().copied();
        if let (Some(at), Some(level)) = (list.chosen().first(), level) {
            match level.below.get(*at) {
                Some(below) => self.enter(below),
                None => self.next(),
            }
        }
        Step::On
    }
}

impl Page for Form<'_> {
    fn key(&mut self, key: Key) -> Step {
        match &mut self.stage {
            Stage::All { at } => {
                let at = *at;
                if key == Key::Leave { Step::Leave } else { self.key_in_all(at, key) }
            }
            Stage::Command(_) if key == Key::Leave => Step::Leave,
            Stage::Command(_) => self.key_in_commands(key),
            Stage::Field { first: true, .. } if key == Key::Leave => Step::Leave,
            Stage::Field { field, .. } if key == Key::Leave => {
                let row = *field + 1;
                self.show(row);
                Step::On
            }
            Stage::Field { .. } if key == Key::Enter => {
                self.answer();
                Step::On
            }
            Stage::Field { editor: Editor::Text(text), .. } => {
                text.key(key);
                Step::On
            }
            Stage::Field { editor: Editor::Choice(list), .. } => {
                list.key(key);
                Step::On
            }
        }
    }

    fn view(&self, columns: usize, rows: usize) -> View {
        match &self.stage {
            Stage::Command(list) => list.view(columns, rows),
            Stage::Field { editor: Editor::Choice(list), .. } => list.view(columns, rows),
            Stage::Field { field, editor: Editor::Text(text), first } => {
                let Some(field) = self.field(*field) else {
                    return View::default();
                };
                let (line, cursor) =
                    input(&format!("{}:", field.label), text.text(), text.at(), columns);
                let mut lines = vec![line];
                lines.extend(about(field, columns));
                lines.extend(self.trouble(columns));
                if rows >= LOW {
                    let esc = if *first { "leave" } else { "back" };
                    let foot = format!("Enter next · Esc {esc}");
                    lines.push(Line::new(columns).text(&foot, DIM));
                }
                View { lines, cursor }
            }
            Stage::All { at } => self.all(*at, columns, rows),
        }
    }
}

impl Form<'_> {
    fn trouble(&self, columns: usize) -> Option<Line> {
        self.problem.as_ref().map(|problem| Line::new(columns).text(problem, RED))
    }

    /// All fields below the command line that they make.
    fn all(&self, at: usize, columns: usize, rows: usize) -> View {
        let line = self.line.typed(&self.words().unwrap_or_default());
        let first = Line::new(columns).text("$ ", DIM).text(&line, BOLD);
        let cursor = first.used();
        let trouble = self.trouble(columns);
        let foot = (rows >= LOW).then(|| {
            let text = "Enter run or change · Space switch · Esc leave";
            Line::new(columns).text(text, DIM)
        });
        let spare = 1 + usize::from(trouble.is_some()) + usize::from(foot.is_some());
        let height = rows.saturating_sub(spare).max(1);
        let label = self.fields().map(|field| field.label.width()).max().unwrap_or_default();
        let fields: Vec<(&Field, &Given)> = self.fields().zip(&self.given).collect();
        let row = |row: usize| {
            let mark = if row == at { "❯ " } else { "  " };
            let line = Line::new(columns).text(mark, CYAN);
            match row.checked_sub(1) {
                None => line.text("run it", if row == at { BOLD } else { "" }),
                Some(field) => {
                    let (field, given) = fields[field];
                    row_of(line, field, given, label + 4, columns)
                }
            }
        };
        let mut lines = vec![first];
        lines.extend(window(fields.len() + 1, at, height).map(row));
        lines.extend(trouble);
        lines.extend(foot);
        View { lines, cursor }
    }
}

/// The label of a field, its answer and what it is about.
fn row_of(line: Line, field: &Field, given: &Given, at: usize, columns: usize) -> Line {
    let (text, color) = match (&field.kind, given) {
        (Kind::Switch { on, .. }, given) => {
            let on = *on != (*given == Given::Toggled);
            (if on { "on" } else { "off" }.to_string(), if on { CYAN } else { DIM })
        }
        (Kind::Count(_), Given::Times(times)) => (times.to_string(), CYAN),
        (Kind::Count(_), _) => ("0".into(), DIM),
        (_, Given::Values(values)) => (typed(values), CYAN),
        _ if !field.default.is_empty() => (format!("{} (default)", typed(&field.default)), DIM),
        _ => ("-".into(), DIM),
    };
    let label = columns.saturating_sub(6).max(columns / 2);
    let line = line.text_up_to(label, &field.label, "").column(at.min(label + 1));
    let line = line.text(&text, color);
    if field.help.is_empty() {
        return line;
    }
    let room = columns.saturating_sub(line.used() + 2);
    if room < 8 && field.help.width() > room {
        return line;
    }
    line.text("  ", "").text(&field.help, DIM)
}

/// What there is to know of a field that is typed.
fn about(field: &Field, columns: usize) -> Option<Line> {
    let mut notes = Vec::new();
    if !field.help.is_empty() {
        notes.push(field.help.clone());
    }
    if !field.default.is_empty() {
        notes.push(format!("default: {}", typed(&field.default)));
    } else if !field.required {
        notes.push("may be left out".to_string());
    }
    if matches!(field.kind, Kind::Value { many: true, .. }) {
        notes.push("several with blanks".to_string());
    }
    (!notes.is_empty()).then(|| Line::new(columns).text(&notes.join(" · "), DIM))
}

/// What was typed or chosen for a field.
fn value(field: &Field, editor: &Editor) -> Result<Given, String> {
    let Kind::Value { many, choices, .. } = &field.kind else {
        return Ok(Given::Nothing);
    };
    let values = match editor {
        Editor::Text(text) if *many => shell_words::split(text.text())
            .map_err(|_| "a quotation mark has no other end".to_string())?,
        Editor::Text(text) => {
            Vec::from_iter(Some(text.text().to_string()).filter(|t| !t.is_empty()))
        }
        Editor::Choice(list) => {
            let chosen = list.chosen();
            if chosen.is_empty() {
                return Err("nothing matches: it has to be one of the list".into());
            }
            chosen.iter().filter_map(|at| Some(choices.get(*at)?.value.clone())).collect()
        }
    };
    Ok(if values.is_empty() { Given::Nothing } else { Given::Values(values) })
}

/// A switch that is pressed, or a flag that counts.
fn switched(kind: &Kind, given: &Given) -> Given {
    match (kind, given) {
        (Kind::Switch { on: true, no: None, .. }, _) => Given::Nothing,
        (Kind::Switch { .. }, Given::Nothing) => Given::Toggled,
        (Kind::Count(_), Given::Nothing) => Given::Times(1),
        (Kind::Count(_), Given::Times(times)) if *times < MOST => Given::Times(times + 1),
        _ => Given::Nothing,
    }
}

fn item(choice: &Choice) -> Item {
    Item { name: choice.value.clone(), help: choice.help.clone(), ..Item::default() }
}

/// Words as one would type them.
fn typed(words: &[String]) -> String {
    words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use usage::Spec;

    use super::*;

    /// A line that is refused without words, and where one of them is `bad`.
    struct Example;

    impl CommandLine for Example {
        fn typed(&self, args: &[String]) -> String {
            format!("mep run x {}", args.join(" "))
        }

        fn check(&self, args: &[String]) -> Result<(), String> {
            match args {
                [] => Err("something is missing".into()),
                [command] if command == "up" => Err("its name is missing".into()),
                args if args.iter().any(|arg| arg == "bad") => Err("bad is bad".into()),
                _ => Ok(()),
            }
        }
    }

    fn level(spec: &str) -> Level {
        let spec: Spec = spec.parse().unwrap();
        Level::new(&spec.cmd, &|choices| choices.values())
    }

    fn press(form: &mut Form<'_>, keys: &[Key]) -> Step {
        keys.iter().fold(Step::On, |_, key| form.key(*key))
    }

    fn write(form: &mut Form<'_>, text: &str) {
        text.chars().for_each(|c| assert_eq!(form.key(Key::Char(c)), Step::On));
        form.key(Key::Enter);
    }

    fn lines(form: &Form<'_>) -> Vec<String> {
        form.view(60, 12).lines.iter().map(Line::plain).collect()
    }

    const SPEC: &str =
        "arg \"<name>\" help=\"Who\"\narg \"[more]…\"\nflag \"--fast\"\nflag \"-v\" count=#true";

    #[test]
    fn what_is_required_comes_first() {
        let level = level(SPEC);
        let mut form = Form::new(&level, &Example);
        assert_eq!(lines(&form), ["name:", "Who", "Enter next · Esc leave"]);
        write(&mut form, "");
        assert_eq!(lines(&form)[2], "name is required");
        write(&mut form, "me");
        assert_eq!(
            lines(&form),
            [
                "$ mep run x me",
                "❯ run it",
                "  name    me  Who",
                "  more    -",
                "  --fast  off",
                "  -v      0",
                "Enter run or change · Space switch · Esc leave",
            ]
        );
        assert_eq!(form.key(Key::Enter), Step::Done);
        assert_eq!(form.words(), Ok(vec!["me".to_string()]));
    }

    #[test]
    fn switches_are_pressed_and_flags_counted() {
        let level = level(SPEC);
        let mut form = Form::new(&level, &Example);
        write(&mut form, "me");
        press(&mut form, &[Key::End, Key::Char(' '), Key::Enter, Key::Up, Key::Char(' ')]);
        assert_eq!(lines(&form)[0], "$ mep run x --fast -v -v me");
        press(&mut form, &[Key::Char(' '), Key::Down, Key::Enter, Key::Enter, Key::Enter]);
        assert_eq!(lines(&form)[0], "$ mep run x me");
        // Space on the first row runs nothing.
        assert_eq!(press(&mut form, &[Key::Home, Key::Char(' ')]), Step::On);
    }

    #[test]
    fn what_is_refused_is_not_done() {
        let level = level(SPEC);
        let mut form = Form::new(&level, &Example);
        write(&mut form, "bad");
        assert_eq!(lines(&form)[6], "bad is bad");
        assert_eq!(form.key(Key::Enter), Step::On);
        press(&mut form, &[Key::Down, Key::Enter, Key::Clear]);
        write(&mut form, "good");
        assert_eq!(press(&mut form, &[Key::Home, Key::Enter]), Step::Done);
    }

    #[test]
    fn several_values_are_words_of_a_shell() {
        let level = level(SPEC);
        let mut form = Form::new(&level, &Example);
        write(&mut form, "me");
        press(&mut form, &[Key::Down, Key::Down, Key::Enter]);
        write(&mut form, "a 'b c");
        assert_eq!(lines(&form)[2], "a quotation mark has no other end");
        write(&mut form, "' d");
        assert_eq!(form.words().unwrap(), ["me", "a", "b c", "d"]);
        // Esc leaves the answer as it was.
        assert_eq!(press(&mut form, &[Key::Enter, Key::Clear, Key::Leave]), Step::On);
        assert_eq!(form.words().unwrap().len(), 4);
        press(&mut form, &[Key::Enter, Key::Clear, Key::Enter]);
        assert_eq!(form.words().unwrap(), ["me"]);
        assert_eq!(form.key(Key::Leave), Step::Leave);
    }

    #[test]
    fn choices_are_a_list_and_may_be_left_out_again() {
        let level = level(
            "flag \"--one <x>\" { choices \"a\" \"b\" }\narg \"[many]…\" { choices \"c\" \"d\" }",
        );
        let mut form = Form::new(&level, &Example);
        press(&mut form, &[Key::Down, Key::Enter]);
        assert_eq!(
            lines(&form),
            [
                "many:",
                "❯ c",
                "  d",
                "  -  leave it out",
                "3/3 · Enter choose · Tab mark · Esc leave"
            ]
        );
        press(&mut form, &[Key::Tab, Key::Tab, Key::Enter, Key::Down, Key::Enter, Key::Down]);
        press(&mut form, &[Key::Enter]);
        assert_eq!(form.words().unwrap(), ["--one", "b", "c", "d"]);
        // The list opens where the answer is.
        press(&mut form, &[Key::Enter, Key::Down, Key::Enter]);
        assert_eq!(form.words().unwrap(), ["c", "d"]);
        press(&mut form, &[Key::Enter, Key::Char('z'), Key::Enter]);
        assert_eq!(lines(&form)[1], "  nothing matches");
    }

    #[test]
    fn commands_are_chosen_before_what_they_take() {
        let level = level("cmd \"up\" {\n  arg \"<name>\"\n}\ncmd \"down\"");
        let mut form = Form::new(&level, &Example);
        assert_eq!(lines(&form)[1..4], ["❯ up", "  down", "  -     without a command"]);
        press(&mut form, &[Key::Enter]);
        write(&mut form, "db");
        assert_eq!(form.words().unwrap(), ["up", "db"]);
        let mut form = Form::new(&level, &Example);
        press(&mut form, &[Key::End, Key::Enter]);
        assert_eq!(form.words().unwrap(), [""; 0]);
        let mut form = Form::new(&level, &Example);
        assert_eq!(press(&mut form, &[Key::Char('x'), Key::Char('x'), Key::Enter]), Step::On);
        assert_eq!(form.key(Key::Leave), Step::Leave);
    }

    #[test]
    fn it_fits_into_any_window() {
        let level = level(SPEC);
        let mut form = Form::new(&level, &Example);
        write(&mut form, "bad");
        for (columns, rows) in [(0, 1), (1, 1), (5, 2), (10, 3), (19, 5), (200, 50)] {
            let view = form.view(columns, rows);
            assert!(view.lines.iter().all(|line| line.used() <= columns), "{columns}");
            assert!(view.cursor <= columns);
        }
        assert_eq!(form.view(19, 5).lines.len(), 5);
    }
}
