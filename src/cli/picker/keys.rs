//! Bytes of a terminal → keys by their names. Knows neither a terminal nor a page.

use vte::{Params, Parser, Perform};

/// What a person has pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    Enter,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    /// Ctrl-U: the whole text goes.
    Clear,
    /// Ctrl-W: its last word goes.
    Word,
    /// Esc, or Ctrl-D.
    Leave,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-Z.
    Suspend,
}

/// Reads keys out of a stream of bytes.
#[derive(Default)]
pub(super) struct Keys {
    parser: Parser,
    /// Esc alone, or the beginning of another key: what follows tells.
    escaped: bool,
    found: Found,
}

#[derive(Default)]
struct Found {
    key: Option<Key>,
    /// The next letter belongs to `ESC O`.
    is_third: bool,
}

impl Keys {
    /// Takes a byte; the key that ends with it.
    pub(super) fn byte(&mut self, byte: u8) -> Option<Key> {
        if byte == ESC {
            self.parser = Parser::new();
            self.found.is_third = false;
            return std::mem::replace(&mut self.escaped, true).then_some(Key::Leave);
        }
        if std::mem::take(&mut self.escaped) {
            self.parser.advance(&mut self.found, &[ESC]);
        }
        self.parser.advance(&mut self.found, &[byte]);
        self.found.key.take()
    }

    /// True where nothing more to come means that Esc was pressed.
    pub(super) fn is_waiting(&self) -> bool {
        self.escaped
    }

    /// Nothing has come for a while.
    pub(super) fn pause(&mut self) -> Option<Key> {
        std::mem::take(&mut self.escaped).then_some(Key::Leave)
    }
}

const ESC: u8 = 0x1b;

impl Perform for Found {
    fn print(&mut self, c: char) {
        self.key = match (std::mem::take(&mut self.is_third), c) {
            (true, c) => letter(c),
            (false, '\u{7f}') => Some(Key::Backspace),
            (false, c) => Some(Key::Char(c)),
        };
    }

    fn execute(&mut self, byte: u8) {
        self.key = match byte {
            b'\r' | b'\n' => Some(Key::Enter),
            b'\t' => Some(Key::Tab),
            0x7f | 0x08 => Some(Key::Backspace),
            0x01 => Some(Key::Home),
            0x03 => Some(Key::Interrupt),
            0x04 => Some(Key::Leave),
            0x05 => Some(Key::End),
            0x0e => Some(Key::Down),
            0x10 => Some(Key::Up),
            0x15 => Some(Key::Clear),
            0x17 => Some(Key::Word),
            0x1a => Some(Key::Suspend),
            _ => None,
        };
    }

    fn csi_dispatch(&mut self, params: &Params, more: &[u8], _: bool, action: char) {
        let first = params.iter().next().and_then(|param| param.first().copied());
        self.key = match (more, action, first) {
            ([], '~', Some(1 | 7)) => Some(Key::Home),
            ([], '~', Some(4 | 8)) => Some(Key::End),
            ([], '~', Some(3)) => Some(Key::Delete),
            ([], '~', Some(5)) => Some(Key::PageUp),
            ([], '~', Some(6)) => Some(Key::PageDown),
            ([], 'Z', _) => Some(Key::BackTab),
            ([], action, _) => letter(action),
            _ => None,
        };
    }

    fn esc_dispatch(&mut self, more: &[u8], _: bool, byte: u8) {
        self.is_third = more.is_empty() && byte == b'O';
    }
}

/// The key that a terminal writes as `ESC [` or `ESC O` and this letter.
fn letter(letter: char) -> Option<Key> {
    Some(match letter {
        'A' => Key::Up,
        'B' => Key::Down,
        'C' => Key::Right,
        'D' => Key::Left,
        'H' => Key::Home,
        'F' => Key::End,
        'M' => Key::Enter,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &str) -> Vec<Key> {
        let mut keys = Keys::default();
        let found: Vec<Key> = bytes.bytes().filter_map(|byte| keys.byte(byte)).collect();
        found.into_iter().chain(keys.pause()).collect()
    }

    #[test]
    fn each_key_has_its_bytes() {
        assert_eq!(keys("aé漢"), [Key::Char('a'), Key::Char('é'), Key::Char('漢')]);
        assert_eq!(keys("\r\n\t\u{7f}\u{8}"), {
            [Key::Enter, Key::Enter, Key::Tab, Key::Backspace, Key::Backspace]
        });
        assert_eq!(keys("\x1b[A\x1bOB\x1b[C\x1b[D"), [Key::Up, Key::Down, Key::Right, Key::Left]);
        assert_eq!(keys("\x1b[1;5A\x1b[H\x1bOF"), [Key::Up, Key::Home, Key::End]);
        assert_eq!(keys("\x1b[1~\x1b[4~\x1b[3~\x1b[5~\x1b[6~"), {
            [Key::Home, Key::End, Key::Delete, Key::PageUp, Key::PageDown]
        });
        assert_eq!(keys("\x1b[Z\x03\x1a\x04"), {
            [Key::BackTab, Key::Interrupt, Key::Suspend, Key::Leave]
        });
        assert_eq!(keys("\x0e\x10\x01\x05\x15\x17"), {
            [Key::Down, Key::Up, Key::Home, Key::End, Key::Clear, Key::Word]
        });
    }

    #[test]
    fn esc_is_a_key_where_nothing_follows() {
        assert_eq!(keys("\x1b"), [Key::Leave]);
        assert_eq!(keys("\x1b\x1b"), [Key::Leave, Key::Leave]);
        assert_eq!(keys("\x1b\x1b[A"), [Key::Leave, Key::Up]);
    }

    #[test]
    fn what_is_no_key_here_is_read_over() {
        // F5, a mouse, an answer of the terminal, Alt-x, a broken letter.
        for bytes in ["\x1b[15~", "\x1b[<0;1;1M", "\x1b]11;rgb:0/0/0\x07", "\x1bx", "\x02"] {
            assert_eq!(keys(&format!("{bytes}a")), [Key::Char('a')], "{bytes:?}");
        }
        let mut broken = Keys::default();
        let found: Vec<Key> = b"\xffa".iter().filter_map(|byte| broken.byte(*byte)).collect();
        assert_eq!(found.last(), Some(&Key::Char('a')));
    }
}
