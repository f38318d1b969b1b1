//! `p` and `P`.

use readline::text;

use super::operator::lines_of_file;
use super::{Register, Result, Vi, fail};
use crate::core::{Pos, first_nonblank};

impl Vi {
    /// What a register has, also one that can't be written to.
    pub fn register(&self, name: Option<u8>) -> Option<Register> {
        let plain = |text: Vec<u8>| {
            Some(Register {
                text,
                linewise: false,
            })
        };
        match name {
            Some(b'/') => plain(self.search.text.clone()),
            Some(b'%') => plain(self.file.name.clone()?),
            Some(b'#') => plain(self.alternate.clone()?.0),
            Some(b':') => plain(self.ex.last_command.clone()),
            Some(b'.') => plain(self.inserted.clone()),
            Some(b'*' | b'+') => self.registers.get(None).cloned(),
            name => self.registers.get(name).cloned(),
        }
    }

    /// Inserts a register before or behind the cursor, or before or behind its line.
    pub(super) fn put(&mut self, name: Option<u8>, count: usize, behind: bool, cursor_after: bool) -> Result {
        let Some(register) = self.register(name).filter(|r| !r.text.is_empty()) else {
            let name = char::from(name.unwrap_or(b'"'));
            return fail(format!("E353: Nothing in register {name}"));
        };
        let total = register.text.len().saturating_mul(count);
        if total > 1 << 30 {
            return fail("E342: Out of memory!");
        }
        let text = register.text.repeat(count);
        if register.linewise {
            let lines = lines_of_file(&text);
            let n = lines.len();
            let at = self.cursor.line + usize::from(behind);
            self.buffer.splice(at..at, lines);
            self.set_changed(Pos::new(at, 0), Pos::new(at + n - 1, 0));
            if cursor_after {
                self.cursor = Pos::new((at + n).min(self.buffer.last()), 0);
            } else {
                self.cursor = Pos::new(at, first_nonblank(self.buffer.line(at)));
            }
            return Ok(());
        }
        let line = self.line();
        let mut at = self.cursor;
        if behind && !line.is_empty() {
            at.col = text::next(line, at.col);
        }
        let end = self.buffer.insert(at, &text);
        self.set_changed(at, end);
        self.cursor = if cursor_after {
            end
        } else if end.line > at.line {
            at
        } else {
            Pos::new(end.line, text::previous(self.buffer.line(end.line), end.col))
        };
        Ok(())
    }
}
