//! Output processing: what a program writes (and what is echoed) on its way to the screen, after `c_oflag`.
//!
//! Knows the cursor's column, which tabs, ONOCR and the erasing of tabs need. Columns are counted as Linux does: one for each
//! character, whatever its width on the screen.

use super::queue::ByteQueue;
use super::termios::{InputFlags, OutputFlags, Termios};

/// Columns between tab stops.
pub const TAB: usize = 8;

/// Whether the byte is a control character of ASCII.
pub fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f
}

/// Whether the byte goes on a UTF-8 character that began before it.
pub fn is_continuation(byte: u8, termios: &Termios) -> bool {
    termios.input.contains(InputFlags::IUTF8) && byte & 0xc0 == 0x80
}

/// The state of output processing.
#[derive(Default, Debug)]
pub struct Output {
    column: usize,
}

impl Output {
    /// The cursor's column, from 0.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Processes `bytes` onto `screen`. At most 8 bytes come of each (a tab with XTABS), usually one.
    pub fn write(&mut self, termios: &Termios, bytes: &[u8], screen: &mut ByteQueue) {
        if !termios.output.contains(OutputFlags::OPOST) {
            screen.push(bytes);
            return;
        }
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            let run = rest
                .iter()
                .position(|&byte| is_control(byte))
                .unwrap_or(rest.len());
            if run > 0 {
                self.write_printable(termios, &rest[..run], screen);
                rest = &rest[run..];
            } else {
                self.write_control(termios.output, first, screen);
                rest = &rest[1..];
            }
        }
    }

    /// Writes `^X` for the control character X, untouched by `c_oflag`.
    pub fn write_caret(&mut self, byte: u8, screen: &mut ByteQueue) {
        screen.push(&[b'^', byte ^ 0x40]);
        self.column += 2;
    }

    fn write_printable(&mut self, termios: &Termios, run: &[u8], screen: &mut ByteQueue) {
        self.column += run
            .iter()
            .filter(|&&byte| !is_continuation(byte, termios))
            .count();
        if !termios.output.contains(OutputFlags::OLCUC) {
            screen.push(run);
            return;
        }
        for byte in run {
            screen.push(&[byte.to_ascii_uppercase()]);
        }
    }

    fn write_control(&mut self, flags: OutputFlags, byte: u8, screen: &mut ByteQueue) {
        match byte {
            b'\n' => self.newline(flags, screen),
            b'\r' => self.carriage_return(flags, screen),
            b'\t' => self.tab(flags, screen),
            0x08 => {
                self.column = self.column.saturating_sub(1);
                screen.push(&[byte]);
            }
            _ => screen.push(&[byte]),
        }
    }

    fn newline(&mut self, flags: OutputFlags, screen: &mut ByteQueue) {
        if flags.intersects(OutputFlags::ONLRET | OutputFlags::ONLCR) {
            self.column = 0;
        }
        screen.push(if flags.contains(OutputFlags::ONLCR) {
            b"\r\n"
        } else {
            b"\n"
        });
    }

    fn carriage_return(&mut self, flags: OutputFlags, screen: &mut ByteQueue) {
        if flags.contains(OutputFlags::ONOCR) && self.column == 0 {
            return;
        }
        let becomes_newline = flags.contains(OutputFlags::OCRNL);
        if !becomes_newline || flags.contains(OutputFlags::ONLRET) {
            self.column = 0;
        }
        screen.push(if becomes_newline { b"\n" } else { b"\r" });
    }

    fn tab(&mut self, flags: OutputFlags, screen: &mut ByteQueue) {
        let width = TAB - self.column % TAB;
        self.column += width;
        screen.push(if flags.contains(OutputFlags::XTABS) {
            &b"        "[..width]
        } else {
            b"\t"
        });
    }
}
