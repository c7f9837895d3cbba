//! The only part of the picker that has a terminal: it draws a page below the
//! cursor, gives it the keys, and leaves nothing behind.

use std::io::{self, Write};
use std::time::Duration;

use super::keys::{Key, Keys};
use super::view::View;
use super::{Ending, Page, Step};
use crate::report::Palette;
use crate::sys::keyboard::{self, Heard, Keyboard};

/// An Esc that belongs to another key is followed by its rest sooner.
const PAUSE: Duration = Duration::from_millis(50);

/// Shows a page until somebody has done with it.
///
/// # Errors
/// Where there is no terminal.
pub(super) fn show(page: &mut dyn Page, palette: Palette) -> io::Result<Ending> {
    keyboard::listen(|keyboard| {
        let mut keys = Keys::default();
        loop {
            let (columns, rows) = keyboard.size();
            // In the last column a terminal may wrap.
            let mut view = page.view(columns.saturating_sub(1), rows);
            view.lines.truncate(rows);
            draw(&view, palette);
            let ending = match next(keyboard, &mut keys) {
                None => Some(Ending::Gone),
                Some(Event::Resized) => None,
                Some(Event::Key(Key::Interrupt)) => Some(Ending::Interrupted),
                Some(Event::Key(Key::Suspend)) => {
                    erase();
                    keyboard.suspend();
                    None
                }
                Some(Event::Key(key)) => match page.key(key) {
                    Step::On => None,
                    Step::Done => Some(Ending::Done),
                    Step::Leave => Some(Ending::Left),
                },
            };
            if let Some(ending) = ending {
                erase();
                return ending;
            }
        }
    })
}

enum Event {
    Key(Key),
    Resized,
}

/// What happens next; nothing where all is over.
fn next(keyboard: &mut Keyboard, keys: &mut Keys) -> Option<Event> {
    loop {
        let heard = keyboard.hear(keys.is_waiting().then_some(PAUSE));
        let key = match heard {
            Heard::Byte(byte) => keys.byte(byte),
            Heard::Nothing => keys.pause(),
            Heard::Resized => return Some(Event::Resized),
            Heard::End => return None,
        };
        if let Some(key) = key {
            return Some(Event::Key(key));
        }
    }
}

/// Draws from the line of the cursor on, and goes back to that line.
fn draw(view: &View, palette: Palette) {
    let lines: Vec<String> = view.lines.iter().map(|line| line.painted(palette)).collect();
    let mut text = format!("\r{}\u{1b}[K", lines.join("\u{1b}[K\r\n"));
    text += "\u{1b}[J";
    match lines.len() {
        0 | 1 => {}
        count => text += &format!("\u{1b}[{}A", count - 1),
    }
    text += "\r";
    if view.cursor > 0 {
        text += &format!("\u{1b}[{}C", view.cursor);
    }
    write(&text);
}

/// Takes away what was drawn.
fn erase() {
    write("\r\u{1b}[J");
}

fn write(text: &str) {
    let mut err = io::stderr().lock();
    // A terminal that is gone is noticed where keys are read.
    let _ = err.write_all(text.as_bytes());
    let _ = err.flush();
}
