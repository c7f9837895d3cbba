//! A line of text that is being typed. Knows not what it is for.

use super::keys::Key;

/// The text, and where the cursor stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Input {
    text: String,
    /// The byte before which the cursor stands.
    at: usize,
}

impl Input {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_string(), at: text.len() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Takes a key; false where it is nothing to a text.
    pub(super) fn key(&mut self, key: Key) -> bool {
        match key {
            Key::Char(c) => {
                self.text.insert(self.at, c);
                self.at += c.len_utf8();
            }
            Key::Backspace => self.cut(self.before()),
            Key::Delete => {
                let end = self.after();
                self.text.replace_range(self.at..end, "");
            }
            Key::Clear => self.cut(0),
            Key::Word => {
                let kept = self.text[..self.at].trim_end();
                self.cut(kept.rfind(' ').map_or(0, |blank| blank + 1));
            }
            Key::Left => self.at = self.before(),
            Key::Right => self.at = self.after(),
            Key::Home => self.at = 0,
            Key::End => self.at = self.text.len(),
            _ => return false,
        }
        true
    }

    /// Takes out what stands between `from` and the cursor.
    fn cut(&mut self, from: usize) {
        self.text.replace_range(from..self.at, "");
        self.at = from;
    }

    fn before(&self) -> usize {
        self.text[..self.at].char_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.at..].chars().next().map_or(self.at, |c| self.at + c.len_utf8())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[Key]) -> (String, usize) {
        let mut input = Input::new("aé b");
        keys.iter().for_each(|key| assert!(input.key(*key), "{key:?}"));
        (input.text, input.at)
    }

    #[test]
    fn a_text_is_edited_where_the_cursor_is() {
        use Key::*;
        assert_eq!(typed(&[Char('c')]), ("aé bc".into(), 6));
        assert_eq!(typed(&[Backspace, Backspace, Backspace]), ("a".into(), 1));
        assert_eq!(typed(&[Left, Left, Left, Delete]), ("a b".into(), 1));
        assert_eq!(typed(&[Home, Right, Char('x')]), ("axé b".into(), 2));
        assert_eq!(typed(&[Home, Left, Backspace, End, Right, Delete]), ("aé b".into(), 5));
        assert_eq!(typed(&[Word]), ("aé ".into(), 4));
        assert_eq!(typed(&[Word, Word, Word]), (String::new(), 0));
        assert_eq!(typed(&[Left, Clear]), ("b".into(), 0));
        assert!(!Input::default().key(Tab));
    }
}
