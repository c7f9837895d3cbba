//! The plain part of TOML, read in one pass: what nearly every file is made
//! of, in a fifth of the time that the library takes for it. Anything else
//! (arrays of tables, dotted keys, tables that are opened twice, a mistake) is
//! answered with `None`, and then the library reads the whole file. Knows no
//! key; a test holds it against the library.

use std::borrow::Cow;
use std::collections::HashSet;

use foldhash::fast::RandomState;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::value::Value;

/// A key and its place.
pub(super) type Key<'i> = Spanned<Cow<'i, str>>;

/// How deep lists and tables may be nested here.
const DEPTH: usize = 16;

/// What a text says, in the library's words and with its places.
pub(super) fn table(text: &str) -> Option<DeTable<'_>> {
    document(text, None)
}

/// Tables that are handed over one by one, each as soon as it is complete, so
/// that they are never there all at once. Where the text turns out not to be
/// plain, what was handed over means nothing.
pub(super) struct Stream<'s, 'i> {
    /// The tables `[of.…]`.
    pub(super) of: &'s str,
    /// Takes one: its name, and the table.
    pub(super) each: &'s mut dyn FnMut(&Key<'i>, &Value<'i>),
}

/// As [`table`], without what goes through `stream`: either all tables that
/// it asks for, or none, because they are put together in another way.
pub(super) fn document<'i>(text: &'i str, stream: Option<Stream<'_, 'i>>) -> Option<DeTable<'i>> {
    let mut reader = Reader { text, at: 0 };
    let mut root = DeTable::new();
    reader.pairs(&mut root)?;
    let mut flow = stream.map(Flow::new);
    while reader.at < text.len() {
        let start = reader.at;
        reader.eat(b'[')?;
        let key = reader.header_key()?;
        match &mut flow {
            Some(flow) if flow.takes(&key, &reader, &root) => flow.section(&mut reader, start)?,
            _ => {
                let (parent, key) = reader.header(&mut root, key)?;
                reader.section(start, parent, key)?;
            }
        }
    }
    flow.iter_mut().for_each(Flow::hand_over);
    Some(root)
}

/// A stream on its way.
struct Flow<'s, 'i> {
    stream: Stream<'s, 'i>,
    names: HashSet<Cow<'i, str>, RandomState>,
    /// May have tables of its own that are still to come.
    last: Option<(Key<'i>, Value<'i>)>,
}

impl<'s, 'i> Flow<'s, 'i> {
    fn new(stream: Stream<'s, 'i>) -> Self {
        Self { stream, names: HashSet::default(), last: None }
    }

    /// True for `[of.` where nothing else has put that table together. Once
    /// one has gone the way of the stream, all have to.
    fn takes(&self, key: &Key<'i>, reader: &Reader<'i>, root: &DeTable<'i>) -> bool {
        key.get_ref() == self.stream.of
            && (reader.peek() == Some(b'.') || self.last.is_some())
            && !root.contains_key(self.stream.of)
    }

    /// Reads what begins with `[of`.
    fn section(&mut self, reader: &mut Reader<'i>, start: usize) -> Option<()> {
        reader.eat(b'.')?;
        let name = reader.header_key()?;
        if reader.peek()? == b'.' {
            let (last, table) = self.last.as_mut()?;
            let DeValue::Table(table) = table.get_mut() else { return None };
            reader.at += 1;
            let key = reader.header_key()?;
            let (parent, key) = reader.header(table, key)?;
            return (*last == name).then(|| reader.section(start, parent, key))?;
        }
        reader.eat(b']')?;
        let table = reader.table(start)?;
        self.hand_over();
        let is_new = self.names.insert(name.get_ref().clone());
        self.last = Some((name, table));
        is_new.then_some(())
    }

    fn hand_over(&mut self) {
        if let Some((name, table)) = self.last.take() {
            (self.stream.each)(&name, &table);
        }
    }
}

/// A text and how far it is read.
struct Reader<'i> {
    text: &'i str,
    at: usize,
}

impl<'i> Reader<'i> {
    /// A key between the brackets of a header.
    fn header_key(&mut self) -> Option<Key<'i>> {
        self.blanks();
        let key = self.key();
        self.blanks();
        key
    }

    /// The rest of a header: the table that it leads to, and the last key.
    fn header<'t>(
        &mut self,
        mut parent: &'t mut DeTable<'i>,
        mut key: Key<'i>,
    ) -> Option<(&'t mut DeTable<'i>, Key<'i>)> {
        loop {
            match self.next()? {
                b']' => return Some((parent, key)),
                b'.' => parent = self.child(parent, key)?,
                _ => return None,
            }
            key = self.header_key()?;
        }
    }

    fn section(&mut self, start: usize, parent: &mut DeTable<'i>, key: Key<'i>) -> Option<()> {
        let table = self.table(start)?;
        parent.insert(key, table).is_none().then_some(())
    }

    /// What follows a header that began at `start`.
    fn table(&mut self, start: usize) -> Option<Value<'i>> {
        let span = start..self.at;
        self.line_end()?;
        let mut table = DeTable::with_capacity(4);
        self.pairs(&mut table)?;
        Some(Spanned::new(span, DeValue::Table(table)))
    }

    /// The table `key` of `parent`, which may have been nothing but named so far.
    fn child<'t>(&self, parent: &'t mut DeTable<'i>, key: Key<'i>) -> Option<&'t mut DeTable<'i>> {
        let span = key.span();
        let made = || Spanned::new(span, DeValue::Table(DeTable::new()));
        let child = parent.entry(key).or_insert_with(made);
        let is_inline = self.text.as_bytes()[child.span().start] == b'{';
        match child.get_mut() {
            DeValue::Table(table) if !is_inline => Some(table),
            _ => None,
        }
    }

    /// Lines of `key = value`, up to a header or the end.
    fn pairs(&mut self, table: &mut DeTable<'i>) -> Option<()> {
        loop {
            self.trivia()?;
            if matches!(self.peek(), None | Some(b'[')) {
                return Some(());
            }
            self.pair(table, DEPTH)?;
            self.line_end()?;
        }
    }

    fn pair(&mut self, table: &mut DeTable<'i>, depth: usize) -> Option<()> {
        let key = self.key()?;
        self.blanks();
        self.eat(b'=')?;
        self.blanks();
        let value = self.value(depth)?;
        table.insert(key, value).is_none().then_some(())
    }

    /// A bare key, or one in quotes without escapes.
    fn key(&mut self) -> Option<Key<'i>> {
        let start = self.at;
        let name = match self.peek()? {
            quote @ (b'"' | b'\'') => self.simple_string(quote)?,
            _ => {
                let bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
                let length = self.rest().iter().take_while(|b| bare(b)).count();
                self.at += length;
                &self.text[start..self.at]
            }
        };
        (self.at > start).then(|| Spanned::new(start..self.at, Cow::Borrowed(name)))
    }

    fn value(&mut self, depth: usize) -> Option<Value<'i>> {
        let depth = depth.checked_sub(1)?;
        let start = self.at;
        let value = match self.peek()? {
            b'[' => DeValue::Array(self.array(depth)?),
            b'{' => DeValue::Table(self.inline_table(depth)?),
            quote @ (b'"' | b'\'') => match self.simple_string(quote) {
                Some(text) => DeValue::String(Cow::Borrowed(text)),
                None => self.string(quote)?,
            },
            _ => self.scalar()?,
        };
        Some(Spanned::new(start..self.at, value))
    }

    fn array(&mut self, depth: usize) -> Option<DeArray<'i>> {
        self.eat(b'[')?;
        let mut array = DeArray::new();
        loop {
            self.trivia()?;
            if self.peek()? == b']' {
                break;
            }
            array.push(self.value(depth)?);
            self.trivia()?;
            if self.peek()? != b',' {
                break;
            }
            self.at += 1;
        }
        self.eat(b']')?;
        Some(array)
    }

    fn inline_table(&mut self, depth: usize) -> Option<DeTable<'i>> {
        self.eat(b'{')?;
        let mut table = DeTable::new();
        self.blanks();
        if self.peek()? != b'}' {
            loop {
                self.blanks();
                self.pair(&mut table, depth)?;
                self.blanks();
                if self.peek()? != b',' {
                    break;
                }
                self.at += 1;
            }
        }
        self.eat(b'}')?;
        Some(table)
    }

    /// A string of one line in which nothing means anything else.
    fn simple_string(&mut self, quote: u8) -> Option<&'i str> {
        let text = &self.text[self.at + 1..];
        let ends = |&b: &u8| b == quote || b == b'\\' || is_control(b);
        let end = text.bytes().position(|b| ends(&b))?;
        let bytes = text.as_bytes();
        // Two quotes, and then a third: a string of many lines.
        let is_long = end == 0 && bytes.get(1) == Some(&quote);
        if bytes[end] != quote || is_long {
            return None;
        }
        self.at += end + 2;
        Some(&text[..end])
    }

    /// Any other string: its end is looked for here, the library reads it.
    fn string(&mut self, quote: u8) -> Option<DeValue<'i>> {
        let rest = self.rest();
        let is_long = rest.len() > 2 && rest[1] == quote && rest[2] == quote;
        let ends_at = |at: usize| match is_long {
            false => rest[at] == quote,
            true => rest[at..].starts_with(&[quote; 3]),
        };
        let mut end = if is_long { 3 } else { 1 };
        while end < rest.len() && !ends_at(end) {
            end += if rest[end] == b'\\' && quote == b'"' { 2 } else { 1 };
        }
        end += if is_long { 3 } else { 1 };
        // A long one may end in quotes of its own.
        let more = rest.get(end..)?.iter().take_while(|b| is_long && **b == quote).count();
        self.library(end + more)
    }

    /// A number, a date, `true` or `false`.
    fn scalar(&mut self) -> Option<DeValue<'i>> {
        let ends = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'#' | b',' | b']' | b'}');
        let rest = self.rest();
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let value = match &rest[..length] {
            b"true" => DeValue::Boolean(true),
            b"false" => DeValue::Boolean(false),
            _ => return self.library(length),
        };
        self.at += length;
        Some(value)
    }

    /// The next `length` bytes, which are one value, in the library's eyes.
    fn library(&mut self, length: usize) -> Option<DeValue<'i>> {
        let text = self.text.get(self.at..self.at + length)?;
        self.at += length;
        DeValue::parse(text).ok().map(Spanned::into_inner)
    }

    /// Blanks, comments and ends of lines.
    fn trivia(&mut self) -> Option<()> {
        loop {
            self.blanks();
            match self.peek() {
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.comment()?,
                _ => return Some(()),
            }
        }
    }

    /// What may follow on the line of a pair or a header.
    fn line_end(&mut self) -> Option<()> {
        self.blanks();
        match self.peek() {
            None | Some(b'\n') => Some(()),
            Some(b'#') => self.comment(),
            Some(_) => None,
        }
    }

    fn comment(&mut self) -> Option<()> {
        let rest = self.rest();
        let length = rest.iter().position(|b| is_control(*b)).unwrap_or(rest.len());
        self.at += length;
        matches!(self.peek(), None | Some(b'\n')).then_some(())
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'i [u8] {
        &self.text.as_bytes()[self.at..]
    }
}

/// Bytes that stand in no comment and no string of one line.
fn is_control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same with its places, or left to the library.
    fn is_read_alike(text: &str) -> bool {
        let Some(read) = table(text) else {
            return false;
        };
        let (root, errors) = DeTable::parse_recoverable(text);
        assert!(errors.is_empty(), "{text:?}: {errors:?}");
        assert_eq!(format!("{read:?}"), format!("{:?}", root.get_ref()), "{text:?}");
        assert_streamed_alike(text, &read);
        true
    }

    /// The stream of the tables `[a.…]`, and the table beside it, are the whole.
    fn assert_streamed_alike<'t>(text: &'t str, whole: &DeTable<'_>) {
        let mut streamed = DeTable::new();
        let each = &mut |name: &Key<'t>, table: &Value<'t>| {
            assert!(streamed.insert(name.clone(), table.clone()).is_none(), "{text:?}");
        };
        let Some(rest) = document(text, Some(Stream { of: "a", each })) else {
            return;
        };
        let of_whole = whole.get("a").and_then(|a| a.get_ref().as_table());
        let (all, beside): (_, Vec<_>) = match streamed.is_empty() {
            true => (None, whole.iter().collect()),
            false => (of_whole, whole.iter().filter(|(key, _)| *key.get_ref() != "a").collect()),
        };
        let streamed = (!streamed.is_empty()).then_some(&streamed);
        assert_eq!(format!("{streamed:?}"), format!("{all:?}"), "{text:?}");
        let rest: Vec<_> = rest.iter().collect();
        assert_eq!(format!("{rest:?}"), format!("{beside:?}"), "{text:?}");
    }

    #[test]
    fn tables_are_streamed_where_they_stand_alone() {
        let text = "v = 1\n[a.x]\nk = 1\n[a.x.env]\nA = '1'\n[b]\n[a.y]\n[a.'z']\nk = 2\n";
        let mut names = Vec::new();
        let each = &mut |name: &Key<'_>, _: &Value<'_>| names.push(name.get_ref().to_string());
        let rest = document(text, Some(Stream { of: "a", each })).unwrap();
        assert_eq!((names.join(" "), rest.len()), ("x y z".to_string(), 2));
        for text in ["[a.x]\n[a.x]\n", "[a.x]\n[a]\n", "[a.x]\n[a.y]\n[a.x.z]\n", "[a.x.y]\n"] {
            let stream = Stream { of: "a", each: &mut |_, _| () };
            assert!(document(text, Some(stream)).is_none(), "{text:?}");
        }
        let stream = Stream { of: "a", each: &mut |name, _| panic!("{name:?}") };
        assert!(document("[a]\nx = 1\n[a.y]\n", Some(stream)).is_some());
    }

    #[test]
    fn what_files_are_made_of_is_read_here() {
        for text in [
            "",
            "# only\n",
            "a = 1",
            "[tasks.a]\nrun = \"x\"\n\n[tasks.b] # why\nrun = 'y'\n",
            "[tasks]\na = \"x\"\n[tasks.b]\nhide = true\n[tasks.b.env]\nA = \"1\"\nN = -17\n",
            "a = [\n  \"x\", # one\n  \"y\",\n]\nb = { task = \"t\", args = ['u'] }\nc = {}\n",
            "a = \"\"\"\nlong\n\"\"\"\nb = '''\nlong''''\nc = \"\\\"\\u00e9\"\nd = \"\"\n",
            "d = 2026-01-02\nf = 1.5e3\nh = 0xff\nt = true\n\"quoted key\" = \"é\"\n",
        ] {
            assert!(is_read_alike(text), "{text:?}");
        }
    }

    #[test]
    fn the_rest_is_left_to_the_library() {
        for text in [
            "[[a]]\n",
            "a.b = 1\n",
            "[a.b]\n[a]\n",
            "[a]\n[a]\n",
            "a = 1\na = 2\n",
            "a = {}\n[a.b]\n",
            "a = 1\r\n",
            "a = \"x\n",
            "a = tru\n",
            "a = 1 2\n",
            "a = \"\u{1}\"\n",
            "# \u{7f}\n",
            "a\n",
            "= 1\n",
            "[a",
            "[]\n",
            "a = [1,,2]\n",
            "a = {b = 1,}\n",
            "\u{feff}a = 1\n",
            "a = 2026-01-02 03:04:05\n",
            "a = \"\"\"\"\"\"\"\"\"\n",
        ] {
            assert!(table(text).is_none(), "{text:?}");
        }
        assert!(table(&format!("a = {}{}", "[".repeat(99), "]".repeat(99))).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn whatever_is_read_here_the_library_reads_alike(
            pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24)
        ) {
            is_read_alike(&pieces.concat());
        }

        #[test]
        fn lines_that_are_right_one_by_one_as_well(
            lines in prop::collection::vec(prop::sample::select(LINES.to_vec()), 0..12)
        ) {
            is_read_alike(&lines.join("\n"));
        }
    }

    /// What documents are put together from.
    const PIECES: &[&str] = &[
        "a", "b", "tasks", ".", "=", " = ", "[", "]", "{", "}", ",", "\n", "\n", "\n[", "]\n", " ",
        "\t", "#", "# c\n", "\"", "'", "\"\"\"", "'''", "\\", "\\\"", "\"x\"", "'y'", "true",
        "false", "1", "-1", "+1", "0x1", "1_0", "1.5", "inf", "2026-01-02", "T03:04:05", "é",
        "\r\n", "\u{1}", "\u{7f}", "a = 1\n", "[a]\n", "[a.b]\n", "b = \"\"\n", "\"k\" = 'v'\n",
    ];

    const LINES: &[&str] = &[
        "[a]", "[b]", "[a.b]", "[a.c]", "[ a . \"c\" ]", "[a.b.c]", "[[l]]", "a = 1", "b = 'x'",
        "c = \"y\" # c", "c = [1, 'x', [true]]", "b = { a = 1 }", "b = {a = {}, b = []}", "c = [",
        "'x',", "]", "d = \"\"\"", "\"\"\"", "e = '''", "it's '''", "f = \"a\\\"b\\\\\"",
        "g = \"\\x\"", "h = 1979-05-27T07:32:00Z", "a.b = 1", "\"\" = 0", "'q' = \"\"\"x\"\"\"\"",
        "i = 0_1", "", "  # c", "\tj = false\t",
    ];
}
