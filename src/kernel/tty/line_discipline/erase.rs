//! Taking back what was typed: VERASE, VWERASE and VKILL, on the line and on the screen.

use super::width::columns;
use super::{ControlChar, LineDiscipline, LocalFlags};
use crate::kernel::tty::output::{TAB, is_continuation, is_control};
use crate::kernel::tty::queue::ByteQueue;

/// The longest character of UTF-8.
const UTF8_MAX: usize = 4;

impl LineDiscipline {
    /// VERASE: the last character.
    pub(super) fn erase_char(&mut self, screen: &mut ByteQueue) {
        if self.edit.is_empty() {
            return;
        }
        let start = self.last_char();
        if self.local(LocalFlags::ECHO) && !self.local(LocalFlags::ECHOPRT) && !self.local(LocalFlags::ECHOE)
        {
            self.edit.truncate(start);
            let key = self.termios.control_char(ControlChar::Erase);
            self.echo(&[key], screen);
        } else {
            self.take_back(start, screen);
        }
        self.end_erasing_at_start(screen);
    }

    /// VWERASE: the last word, with what is between it and the cursor. Words are letters, digits, `_` and what is not ASCII.
    pub(super) fn erase_word(&mut self, screen: &mut ByteQueue) {
        let mut in_word = false;
        while !self.edit.is_empty() {
            let start = self.last_char();
            let first = self.edit[start];
            let is_word = first.is_ascii_alphanumeric() || first == b'_' || !first.is_ascii();
            if in_word && !is_word {
                break;
            }
            in_word |= is_word;
            self.take_back(start, screen);
        }
        self.end_erasing_at_start(screen);
    }

    /// VKILL: the line.
    pub(super) fn kill_line(&mut self, screen: &mut ByteQueue) {
        if self.edit.is_empty() {
            return;
        }
        let visual = LocalFlags::ECHOK | LocalFlags::ECHOKE | LocalFlags::ECHOE;
        if !self.local(LocalFlags::ECHO) {
            self.edit.clear();
        } else if self.local(visual) {
            while !self.edit.is_empty() {
                let start = self.last_char();
                self.take_back(start, screen);
            }
            self.end_erasing_at_start(screen);
        } else {
            self.edit.clear();
            self.end_erasing(screen);
            let key = self.termios.control_char(ControlChar::Kill);
            self.echo(&[key], screen);
            if self.local(LocalFlags::ECHOK) {
                self.echo_raw(b"\n", screen);
            }
        }
    }

    /// ECHOPRT: closes the list of erased characters.
    pub(super) fn end_erasing(&mut self, screen: &mut ByteQueue) {
        if core::mem::take(&mut self.erasing) {
            self.echo_raw(b"/", screen);
        }
    }

    fn end_erasing_at_start(&mut self, screen: &mut ByteQueue) {
        if self.edit.is_empty() {
            self.end_erasing(screen);
        }
    }

    /// Where the last character of the line begins. Stray continuation bytes are characters of their own.
    fn last_char(&self) -> usize {
        let last = self.edit.len() - 1;
        let lowest = self.edit.len().saturating_sub(UTF8_MAX);
        let start = (lowest..=last)
            .rev()
            .find(|&at| !is_continuation(self.edit[at], &self.termios));
        start.unwrap_or(last)
    }

    /// Removes the line's end from `start`, one character, and shows it.
    fn take_back(&mut self, start: usize, screen: &mut ByteQueue) {
        let mut taken = [0; UTF8_MAX];
        let count = self.edit.len() - start;
        taken[..count].copy_from_slice(&self.edit[start..]);
        let taken = &taken[..count];
        self.edit.truncate(start);
        if !self.local(LocalFlags::ECHO) {
            return;
        }
        if self.local(LocalFlags::ECHOPRT) {
            if !core::mem::replace(&mut self.erasing, true) {
                self.echo_raw(b"\\", screen);
            }
            self.echo(taken, screen);
        } else if taken == b"\t" {
            let width = TAB - self.column_in_tab_stop() % TAB;
            self.echo_raw(&b"\x08\x08\x08\x08\x08\x08\x08\x08"[..width], screen);
        } else {
            for _ in 0..self.echoed_columns(taken) {
                self.echo_raw(b"\x08 \x08", screen);
            }
        }
    }

    /// How wide the echo of one character is, tabs aside.
    fn echoed_columns(&self, character: &[u8]) -> usize {
        match character {
            [byte] if is_control(*byte) => 2 * usize::from(self.local(LocalFlags::ECHOCTL)),
            _ => columns(character),
        }
    }

    /// The column of the line's end, counted from the last tab, which is a multiple of [`TAB`], or else from the screen's
    /// left edge.
    fn column_in_tab_stop(&self) -> usize {
        let tail_start = self
            .edit
            .iter()
            .rposition(|&byte| byte == b'\t')
            .map_or(0, |tab| tab + 1);
        let mut column = if tail_start == 0 { self.edit_column } else { 0 };
        let mut rest = &self.edit[tail_start..];
        while !rest.is_empty() {
            let goes_on = |&&byte: &&u8| is_continuation(byte, &self.termios);
            let length = 1 + rest[1..].iter().take(UTF8_MAX - 1).take_while(goes_on).count();
            column += self.echoed_columns(&rest[..length]);
            rest = &rest[length..];
        }
        column
    }
}
