//! A list that gets shorter as one types: what matches, in which order, what is
//! selected and marked. Knows not what its entries stand for.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use unicode_width::UnicodeWidthStr;

use super::input::Input;
use super::keys::Key;
use super::view::{BOLD, CYAN, DIM, Line, View, YELLOW, input, window};

/// Entries that a press of a page key goes past.
const PAGE: usize = 10;
/// Entries that are shown at most.
const TALL: usize = 20;
/// A window with less columns has room for names only.
const NARROW: usize = 40;
/// A window with less rows has none to spare for what the keys do.
const LOW: usize = 6;

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) name: String,
    /// Other names, which find it too.
    pub(super) aliases: Vec<String>,
    /// A word about it, and its colour.
    pub(super) note: (String, &'static str),
    pub(super) help: String,
}

/// An entry that matches, and which letters of its name do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    item: usize,
    letters: Vec<u32>,
}

/// The list.
#[derive(Debug, Clone)]
pub(super) struct List {
    title: String,
    items: Vec<Item>,
    input: Input,
    found: Vec<Found>,
    /// The selected one of those.
    at: usize,
    /// More than one can be chosen; those that are, in that order.
    marks: Option<Vec<usize>>,
    /// What Enter does.
    enter: &'static str,
}

impl List {
    pub(super) fn new(title: &str, items: Vec<Item>, enter: &'static str) -> Self {
        let input = Input::default();
        let mut list = Self {
            title: title.into(),
            items,
            input,
            found: Vec::new(),
            at: 0,
            marks: None,
            enter,
        };
        list.filter();
        list
    }

    /// Lets more than one be chosen.
    #[must_use]
    pub(super) fn with_marks(mut self, marked: Vec<usize>) -> Self {
        self.marks = Some(marked);
        self
    }

    /// Selects one of the entries.
    #[must_use]
    pub(super) fn on(mut self, item: usize) -> Self {
        self.at = self.found.iter().position(|found| found.item == item).unwrap_or(0);
        self
    }

    /// What Enter chooses: what is marked, else what is selected.
    pub(super) fn chosen(&self) -> Vec<usize> {
        match &self.marks {
            Some(marks) if !marks.is_empty() => marks.clone(),
            _ => self.found.get(self.at).map(|found| found.item).into_iter().collect(),
        }
    }

    /// Takes a key.
    pub(super) fn key(&mut self, key: Key) {
        let last = self.found.len().saturating_sub(1);
        match key {
            Key::Up => self.at = self.at.saturating_sub(1),
            Key::Down => self.at = (self.at + 1).min(last),
            Key::PageUp => self.at = self.at.saturating_sub(PAGE),
            Key::PageDown => self.at = (self.at + PAGE).min(last),
            Key::Home => self.at = 0,
            Key::End => self.at = last,
            Key::Tab => self.mark(),
            key => {
                let before = self.input.text().to_string();
                if self.input.key(key) && self.input.text() != before {
                    self.filter();
                }
            }
        }
    }

    /// Marks the selected one, or takes its mark away, and goes on to the next.
    fn mark(&mut self) {
        let (Some(marks), Some(found)) = (&mut self.marks, self.found.get(self.at)) else {
            return;
        };
        match marks.iter().position(|mark| *mark == found.item) {
            Some(at) => drop(marks.remove(at)),
            None => marks.push(found.item),
        }
        self.at = (self.at + 1).min(self.found.len() - 1);
    }

    /// What matches by its name goes before what does by an alias, and that
    /// before what does by its description as well.
    fn filter(&mut self) {
        self.at = 0;
        let text = self.input.text();
        if text.trim().is_empty() {
            let all = 0..self.items.len();
            self.found = all.map(|item| Found { item, letters: Vec::new() }).collect();
            return;
        }
        let pattern = Pattern::parse(text, CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut found: Vec<((usize, u32), Found)> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            if let Some((rank, letters)) = rank(item, &pattern, &mut matcher) {
                found.push((rank, Found { item: at, letters }));
            }
        }
        found.sort_by_key(|((kind, score), _)| (*kind, std::cmp::Reverse(*score)));
        self.found = found.into_iter().map(|(_, found)| found).collect();
    }

    /// As it is drawn in so many columns and rows.
    pub(super) fn view(&self, columns: usize, rows: usize) -> View {
        let (line, cursor) = input(&self.title, self.input.text(), self.input.at(), columns);
        let mut lines = vec![line];
        let height = match rows {
            0..LOW => rows.saturating_sub(1).max(1),
            _ => (rows - 2).min(TALL),
        };
        let shown = window(self.found.len(), self.at, height);
        if self.found.is_empty() {
            let text = if self.items.is_empty() { "nothing here" } else { "nothing matches" };
            lines.push(Line::new(columns).text("  ", "").text(text, DIM));
        }
        let layout = Layout::new(&self.items, columns);
        for at in shown {
            lines.push(self.row(at, &layout));
        }
        if rows >= LOW {
            lines.push(Line::new(columns).text(&self.foot(), DIM));
        }
        View { lines, cursor }
    }

    fn row(&self, at: usize, layout: &Layout) -> Line {
        let Layout { columns, name, note } = *layout;
        let found = &self.found[at];
        let item = &self.items[found.item];
        let selected = at == self.at;
        let mark = self.marks.iter().flatten().any(|mark| *mark == found.item);
        let color = if selected { BOLD } else { "" };
        let mut line = Line::new(columns)
            .text(if selected { "❯" } else { " " }, CYAN)
            .text(if mark { "✓" } else { " " }, YELLOW);
        for (text, matches) in pieces(&item.name, &found.letters) {
            line = line.text_up_to(name, &text, if matches { CYAN } else { color });
        }
        if let Some(end) = note {
            line = line.column(name + 2).text_up_to(end, &item.note.0, item.note.1).column(end + 2);
        } else {
            line = line.column(name + 2);
        }
        // A few letters of a description say nothing.
        let room = columns.saturating_sub(line.used());
        if room >= 8 || item.help.width() <= room { line.text(&item.help, DIM) } else { line }
    }

    fn foot(&self) -> String {
        let count = format!("{}/{}", self.found.len(), self.items.len());
        let many = if self.marks.is_some() { " · Tab mark" } else { "" };
        format!("{count} · Enter {}{many} · Esc leave", self.enter)
    }
}

/// Where the columns of a list end.
struct Layout {
    columns: usize,
    name: usize,
    /// Where there is room for one.
    note: Option<usize>,
}

impl Layout {
    fn new(items: &[Item], columns: usize) -> Self {
        let widest = |text: fn(&Item) -> &str| {
            items.iter().map(|item| text(item).width()).max().unwrap_or_default()
        };
        let all = widest(|item| &item.name) + 2;
        let name = all.min(if columns < NARROW { columns } else { columns / 2 });
        let note = name + 2 + widest(|item| &item.note.0);
        Self { columns, name, note: (note > name + 2 && note <= columns).then_some(note) }
    }
}

/// How well an entry matches: by what, and how much of it.
fn rank(item: &Item, pattern: &Pattern, matcher: &mut Matcher) -> Option<((usize, u32), Vec<u32>)> {
    let mut chars = Vec::new();
    let mut letters = Vec::new();
    let name = Utf32Str::new(&item.name, &mut chars);
    if let Some(score) = pattern.indices(name, matcher, &mut letters) {
        letters.sort_unstable();
        letters.dedup();
        return Some(((0, score), letters));
    }
    let mut score = |text: &str| {
        let mut chars = Vec::new();
        pattern.score(Utf32Str::new(text, &mut chars), matcher)
    };
    if let Some(score) = item.aliases.iter().filter_map(|alias| score(alias)).max() {
        return Some(((1, score), Vec::new()));
    }
    let all = format!("{} {} {}", item.name, item.aliases.join(" "), item.help);
    score(&all).map(|score| ((2, score), Vec::new()))
}

/// A name in pieces that match, and those between them.
fn pieces(name: &str, letters: &[u32]) -> Vec<(String, bool)> {
    let mut all: Vec<(String, bool)> = Vec::new();
    for (at, c) in name.chars().enumerate() {
        let matches = letters.binary_search(&(at as u32)).is_ok();
        match all.last_mut() {
            Some((text, same)) if *same == matches => text.push(c),
            _ => all.push((c.to_string(), matches)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str, help: &str) -> Item {
        Item { name: name.into(), help: help.into(), ..Item::default() }
    }

    fn list() -> List {
        let mut build = item("build", "Makes all of it");
        build.note = ("ran 1.2s".into(), "32");
        let mut publish = item("publish", "");
        publish.aliases = vec!["ship".into()];
        List::new("run", vec![build, item("lint", "Looks at a build"), publish], "run")
    }

    fn typed(list: &mut List, text: &str) {
        text.chars().for_each(|c| list.key(Key::Char(c)));
    }

    fn lines(list: &List, columns: usize, rows: usize) -> Vec<String> {
        list.view(columns, rows).lines.iter().map(Line::plain).collect()
    }

    /// The names that are left after typing.
    fn names(text: &str) -> Vec<String> {
        let mut list = list();
        typed(&mut list, text);
        list.found.iter().map(|found| list.items[found.item].name.clone()).collect()
    }

    #[test]
    fn names_go_before_aliases_and_those_before_descriptions() {
        assert_eq!(names(""), ["build", "lint", "publish"]);
        assert_eq!(names("build"), ["build", "lint"]);
        assert_eq!(names("ship"), ["publish"]);
        assert_eq!(names("bld"), ["build", "lint"]);
        // Capitals are minded only where they are typed.
        assert_eq!(names("LINT"), [""; 0]);
        assert_eq!(names("makes"), ["build"]);
        assert_eq!(names("li bu"), ["lint", "build"]);
        assert_eq!(names("^li"), ["lint"]);
        assert_eq!(names(" "), ["build", "lint", "publish"]);
        assert_eq!(names("zz"), [""; 0]);
    }

    #[test]
    fn the_selection_stays_in_the_list_and_starts_anew_with_each_letter() {
        let mut list = list();
        list.key(Key::Up);
        assert_eq!(list.chosen(), [0]);
        list.key(Key::Down);
        assert_eq!(list.chosen(), [1]);
        (0..3).for_each(|_| list.key(Key::Down));
        assert_eq!(list.chosen(), [2]);
        list.key(Key::Home);
        list.key(Key::PageDown);
        assert_eq!(list.chosen(), [2]);
        typed(&mut list, "build");
        assert_eq!(list.chosen(), [0]);
        list.key(Key::Clear);
        assert_eq!((list.chosen(), list.found.len()), (vec![0], 3));
        typed(&mut list, "zz");
        for key in [Key::Up, Key::Down, Key::PageUp, Key::PageDown, Key::End, Key::Tab] {
            list.key(key);
            assert!(list.chosen().is_empty(), "{key:?}");
        }
    }

    #[test]
    fn marks_stay_while_the_list_gets_shorter() {
        let mut list = list().with_marks(Vec::new());
        list.key(Key::End);
        list.key(Key::Tab);
        typed(&mut list, "lint");
        list.key(Key::Tab);
        list.key(Key::Clear);
        assert_eq!(list.chosen(), [2, 1]);
        assert_eq!(
            lines(&list, 40, 10)[2..4],
            [" ✓lint               Looks at a build", " ✓publish"]
        );
        list.key(Key::End);
        list.key(Key::Tab);
        assert_eq!(list.chosen(), [1]);
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        assert_eq!(
            lines(&list(), 60, 10),
            [
                "run",
                "❯ build    ran 1.2s  Makes all of it",
                "  lint               Looks at a build",
                "  publish",
                "3/3 · Enter run · Esc leave",
            ]
        );
        assert_eq!(lines(&list(), 26, 5)[1..3], ["❯ build    ran 1.2s", "  lint"]);
        assert_eq!(lines(&list(), 12, 5)[1..4], ["❯ build", "  lint", "  publish"]);
        assert_eq!(lines(&list(), 5, 2), ["r…", "❯ bu…"]);
        assert_eq!(lines(&list(), 0, 1).len(), 2);
        let empty = List::new("run", Vec::new(), "run");
        assert_eq!(lines(&empty, 20, 5), ["run", "  nothing here"]);
    }
}
