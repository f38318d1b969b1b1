//! Which key is which command.

use super::{Action, Nano, Result};
use crate::host::{ESCAPE, Key, ctrl};

/// Keys behind `^`, as patterns.
mod control {
    use super::ctrl;

    pub const HOME: u8 = ctrl('a');
    pub const LEFT: u8 = ctrl('b');
    pub const WHERE: u8 = ctrl('c');
    pub const DELETE: u8 = ctrl('d');
    pub const END: u8 = ctrl('e');
    pub const RIGHT: u8 = ctrl('f');
    pub const HELP: u8 = ctrl('g');
    pub const JUSTIFY: u8 = ctrl('j');
    pub const CUT: u8 = ctrl('k');
    pub const REFRESH: u8 = ctrl('l');
    pub const DOWN: u8 = ctrl('n');
    pub const WRITE: u8 = ctrl('o');
    pub const UP: u8 = ctrl('p');
    pub const BACKWARD: u8 = ctrl('q');
    pub const READ: u8 = ctrl('r');
    pub const SAVE: u8 = ctrl('s');
    pub const EXECUTE: u8 = ctrl('t');
    pub const PASTE: u8 = ctrl('u');
    pub const PAGE_DOWN: u8 = ctrl('v');
    pub const SEARCH: u8 = ctrl('w');
    pub const EXIT: u8 = ctrl('x');
    pub const PAGE_UP: u8 = ctrl('y');
    pub const SUSPEND: u8 = ctrl('z');
    pub const REPLACE: u8 = 0x1c;
    pub const LINE: u8 = 0x1f;
}

impl Nano {
    pub(super) fn act(&mut self, key: Key, before: Action) -> Result {
        match key {
            ESCAPE => {
                let key = self.key()?;
                return self.meta(key, before);
            }
            Key::Up => self.vertical(-1),
            Key::Down => self.vertical(1),
            Key::Left => self.sideways(false),
            Key::Right => self.sideways(true),
            Key::Home => self.home(),
            Key::End => self.cursor.col = self.line().len(),
            Key::PageUp => self.page(false),
            Key::PageDown => self.page(true),
            Key::Delete => self.delete(before),
            Key::Insert => return self.read_file(),
            Key::Paste(text) => self.paste_text(&crate::vi::plain_newlines(&text)),
            Key::Byte(b) => return self.byte(b, before),
            Key::Redraw => {}
            Key::Unknown => self.say("Unknown sequence"),
        }
        Ok(())
    }

    fn byte(&mut self, b: u8, before: Action) -> Result {
        match b {
            control::HOME => self.home(),
            control::LEFT => self.sideways(false),
            control::RIGHT => self.sideways(true),
            control::UP => self.vertical(-1),
            control::DOWN => self.vertical(1),
            control::END => self.cursor.col = self.line().len(),
            control::PAGE_UP => self.page(false),
            control::PAGE_DOWN => self.page(true),
            control::WHERE => self.where_is_cursor(),
            control::DELETE => self.delete(before),
            8 | 0x7f => self.backspace(before),
            control::HELP => return self.help(),
            control::CUT => self.cut_line(before),
            control::PASTE => {
                let text = self.cut.clone();
                self.paste_text(&text);
            }
            control::REFRESH => self.host.paint(crate::screen::Frame::default()),
            control::WRITE => return self.write_out().map(drop),
            control::SAVE => return self.save(),
            control::READ => return self.read_file(),
            control::SEARCH => return self.search_for(false),
            control::BACKWARD => return self.search_for(true),
            control::REPLACE => return self.replace(),
            control::LINE => return self.go_to(),
            control::EXIT => return self.exit(),
            control::SUSPEND => self.host.suspend(),
            b'\r' => self.new_line(),
            b'\t' => self.tab(before),
            control::JUSTIFY => self.say("Justifying is not supported"),
            control::EXECUTE => self.say("Executing commands is not supported"),
            0 => self.next_word(),
            0x1d => self.say("Completion is not supported"),
            b if b < b' ' => self.say("Unbound key"),
            b => self.type_bytes(&[b], before),
        }
        Ok(())
    }

    /// Keys behind Escape, or with Alt.
    fn meta(&mut self, key: Key, before: Action) -> Result {
        let b = match key {
            Key::Byte(b) => b.to_ascii_lowercase(),
            Key::Up => return self.search_again(true),
            Key::Down => return self.search_again(false),
            _ => {
                self.say("Unbound key");
                return Ok(());
            }
        };
        match b {
            b'u' => self.undo(false),
            b'e' => self.undo(true),
            b'a' => {
                self.mark = if self.mark.is_some() {
                    None
                } else {
                    Some(self.cursor)
                };
                self.say(if self.mark.is_some() {
                    "Mark Set"
                } else {
                    "Mark Unset"
                });
            }
            b'6' | b'^' => self.copy(),
            b'w' => return self.search_again(false),
            b'q' => return self.search_again(true),
            b'g' => return self.go_to(),
            b'r' => return self.replace(),
            b't' => self.cut_to_end(),
            b'\\' | b'|' => self.cursor = Default::default(),
            b'/' | b'?' => self.cursor = crate::core::Pos::new(self.buffer.last(), usize::MAX),
            b' ' => self.previous_word(),
            b'(' | b'9' => self.paragraph(false),
            b')' | b'0' => self.paragraph(true),
            b']' => self.bracket(),
            b'}' => self.indent(true),
            b'{' => self.indent(false),
            b'd' => self.count_words(),
            b'x' => self.toggle("Help mode", |o| &mut o.help),
            b'n' | b'#' => self.toggle("Line numbering", |o| &mut o.numbers),
            b'i' => self.toggle("Auto indent", |o| &mut o.autoindent),
            b's' | b'$' => self.toggle("Soft wrapping of overlong lines", |o| &mut o.softwrap),
            b'o' => self.toggle("Conversion of typed tabs to spaces", |o| &mut o.spaces),
            b'c' => self.toggle("Constant cursor position display", |o| &mut o.constant),
            b'v' => {
                if let Key::Byte(b) = self.key()? {
                    self.type_bytes(&[b], before);
                }
            }
            0x1b => {}
            _ => self.say("Unbound key"),
        }
        let last = self.buffer.line(self.cursor.line).len();
        self.cursor.col = self.cursor.col.min(last);
        Ok(())
    }

    fn toggle(&mut self, name: &str, place: fn(&mut super::Options) -> &mut bool) {
        let on = place(&mut self.options);
        *on = !*on;
        let text = format!("{name} {}", if *on { "enabled" } else { "disabled" });
        self.say(text);
    }
}
