//! The line editor: emacs keys, history, completion, on a terminal in raw mode.
//!
//! It reads byte by byte, so that what is typed ahead stays in the terminal for the command that comes first. The screen
//! is redrawn from the line's state after each key; lines longer than the screen is wide wrap.

use sys::{Errno, Fd, InputFlags, LocalFlags, SetWhen, SigSet, Signal, Termios, cc};

use super::{complete, input};
use crate::expand::prompt;
use crate::shell::{Shell, Unwind};
use crate::text::{Bytes, char_len, lossy};
use crate::trap;

pub enum Line {
    Text(Bytes),
    Interrupted,
    End,
}

pub struct Editor {
    /// What ^K, ^U and ^W took, for ^Y.
    killed: Bytes,
}

impl Editor {
    pub fn new() -> Editor {
        Editor { killed: Vec::new() }
    }

    pub fn read(&mut self, sh: &mut Shell, shown: &[u8], initial: Bytes) -> Line {
        let plain = sh.vars.get("TERM").is_some_and(|t| t == b"dumb") || !sh.options.emacs;
        let cooked = if plain {
            None
        } else {
            sys::tcgetattr(Fd::STDIN).ok()
        };
        let Some(cooked) = cooked else {
            return without_editing(sh, shown);
        };
        if sys::tcsetattr(Fd::STDIN, SetWhen::Drain, &raw(&cooked)).is_err() {
            return without_editing(sh, shown);
        }
        let _ = sys::write_all(Fd::STDERR, b"\x1b[?2004h");
        let mut session = Session::new(self, sh, shown);
        session.cursor = initial.len();
        session.line = initial;
        let line = session.run();
        let _ = sys::write_all(Fd::STDERR, b"\x1b[?2004l");
        let _ = sys::tcsetattr(Fd::STDIN, SetWhen::Drain, &cooked);
        line
    }
}

fn raw(cooked: &Termios) -> Termios {
    let mut t = *cooked;
    t.local
        .remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
    t.input
        .remove(InputFlags::ICRNL | InputFlags::INLCR | InputFlags::IXON);
    t.cc[cc::VMIN] = 1;
    t.cc[cc::VTIME] = 0;
    t
}

fn visible(shown: &[u8]) -> Bytes {
    shown.iter().copied().filter(|c| !matches!(c, 1 | 2)).collect()
}

fn without_editing(sh: &mut Shell, shown: &[u8]) -> Line {
    let _ = sys::write_all(Fd::STDERR, &visible(shown));
    loop {
        match input::read_line(Fd::STDIN) {
            Ok(Some(line)) => return Line::Text(line),
            Ok(None) => return Line::End,
            Err(Errno::EINTR) => {
                let int = SigSet::EMPTY.with(Signal::INT);
                if sys::take_recorded(int) == int && !sh.traps.handled().contains(Signal::INT) {
                    let _ = sys::write_all(Fd::STDERR, b"\n");
                    return Line::Interrupted;
                }
                if trap::run_pending(sh) == Err(Unwind::Exit) {
                    return Line::End;
                }
            }
            Err(_) => return Line::End,
        }
    }
}

/// One line in the making.
struct Session<'a> {
    editor: &'a mut Editor,
    sh: &'a mut Shell,
    /// The prompt's last line; those before were printed once.
    prompt: Bytes,
    prompt_width: usize,
    line: Bytes,
    cursor: usize,
    /// The text before the cursor as it was drawn: on a screen of today's width it tells how many rows up the prompt is,
    /// since terminals wrap anew when they are resized. `None`: nothing is drawn yet.
    drawn: Option<Bytes>,
    /// Which line of the history is shown; its length is the new one.
    at: usize,
    /// The new line while an old one is looked at.
    draft: Bytes,
    last_was_tab: bool,
}

enum Key {
    Byte(u8),
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    Delete,
    WordLeft,
    WordRight,
    KillWord,
    Unknown,
}

impl<'a> Session<'a> {
    fn new(editor: &'a mut Editor, sh: &'a mut Shell, shown: &[u8]) -> Session<'a> {
        let split = shown.iter().rposition(|c| *c == b'\n').map_or(0, |i| i + 1);
        let _ = sys::write_all(Fd::STDERR, &visible(&shown[..split]));
        let last = &shown[split..];
        let at = sh.history.len();
        Session {
            editor,
            prompt: visible(last),
            prompt_width: width_of_prompt(last),
            sh,
            line: Vec::new(),
            cursor: 0,
            drawn: None,
            at,
            draft: Vec::new(),
            last_was_tab: false,
        }
    }

    fn run(&mut self) -> Line {
        self.draw();
        loop {
            let key = match self.key() {
                Ok(Some(k)) => k,
                Ok(None) => return Line::End,
                Err(Errno::EINTR) => {
                    let int = SigSet::EMPTY.with(Signal::INT);
                    if sys::take_recorded(int) == int && !self.sh.traps.handled().contains(Signal::INT) {
                        return self.interrupt();
                    }
                    if trap::run_pending(self.sh) == Err(Unwind::Exit) {
                        return Line::End;
                    }
                    self.draw();
                    continue;
                }
                Err(_) => return Line::End,
            };
            let tab = matches!(key, Key::Byte(9));
            match key {
                Key::Byte(b'\r' | b'\n') => {
                    self.cursor = self.line.len();
                    self.draw();
                    let _ = sys::write_all(Fd::STDERR, b"\n");
                    return Line::Text(std::mem::take(&mut self.line));
                }
                Key::Byte(3) => return self.interrupt(),
                Key::Byte(4) if self.line.is_empty() => return Line::End,
                Key::Byte(c) if self.append(c) => {
                    self.last_was_tab = false;
                    continue;
                }
                key => self.press(key),
            }
            self.last_was_tab = tab;
            self.draw();
        }
    }

    /// Typing at the end of a row that has room needs no redrawing.
    fn append(&mut self, c: u8) -> bool {
        if c < 0x20 || c == 127 || self.cursor < self.line.len() {
            return false;
        }
        let columns = columns();
        let row = place(self.prompt_width, &self.line, columns).0;
        self.line.push(c);
        let after = place(self.prompt_width, &self.line, columns);
        self.line.pop();
        if after.0 != row {
            return false;
        }
        self.insert(&[c]);
        self.drawn = Some(self.line.clone());
        let _ = sys::write_all(Fd::STDERR, &[c]);
        true
    }

    fn interrupt(&mut self) -> Line {
        self.cursor = self.line.len();
        self.draw();
        let _ = sys::write_all(Fd::STDERR, b"^C\n");
        Line::Interrupted
    }

    fn byte(&self) -> Result<Option<u8>, Errno> {
        let mut b = [0];
        Ok((sys::read(Fd::STDIN, &mut b)? == 1).then_some(b[0]))
    }

    fn key(&self) -> Result<Option<Key>, Errno> {
        let Some(b) = self.byte()? else { return Ok(None) };
        if b != 0x1b {
            return Ok(Some(Key::Byte(b)));
        }
        let Some(second) = self.byte()? else {
            return Ok(None);
        };
        Ok(Some(match second {
            b'b' => Key::WordLeft,
            b'f' => Key::WordRight,
            b'd' => Key::KillWord,
            b'[' | b'O' => {
                let mut parameters = Vec::new();
                loop {
                    match self.byte()? {
                        None => return Ok(None),
                        Some(c @ (b'0'..=b'9' | b';')) if parameters.len() < 8 => parameters.push(c),
                        Some(last) => break sequence(&parameters, last),
                    }
                }
            }
            _ => Key::Unknown,
        }))
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Byte(1) | Key::Home => self.cursor = 0,
            Key::Byte(5) | Key::End => self.cursor = self.line.len(),
            Key::Byte(2) | Key::Left => self.cursor = self.before(self.cursor),
            Key::Byte(6) | Key::Right => self.cursor = self.after(self.cursor),
            Key::Byte(16) | Key::Up => self.recall(self.at.wrapping_sub(1)),
            Key::Byte(14) | Key::Down => self.recall(self.at + 1),
            Key::Byte(8 | 127) => {
                let from = self.before(self.cursor);
                self.line.drain(from..self.cursor);
                self.cursor = from;
            }
            Key::Byte(4) | Key::Delete => {
                let to = self.after(self.cursor);
                self.line.drain(self.cursor..to);
            }
            Key::Byte(11) => self.kill(self.cursor, self.line.len()),
            Key::Byte(21) => self.kill(0, self.cursor),
            Key::Byte(23) => {
                let from = self.word_left(|c| c == b' ');
                self.kill(from, self.cursor);
            }
            Key::KillWord => self.kill(self.cursor, self.word_right()),
            Key::WordLeft => self.cursor = self.word_left(|c| !c.is_ascii_alphanumeric() && c < 0x80),
            Key::WordRight => self.cursor = self.word_right(),
            Key::Byte(25) => {
                let text = self.editor.killed.clone();
                self.insert(&text);
            }
            Key::Byte(20) => self.transpose(),
            Key::Byte(12) => {
                let _ = sys::write_all(Fd::STDERR, b"\x1b[H\x1b[2J");
                self.drawn = None;
            }
            Key::Byte(9) => self.complete(),
            Key::Byte(c) if c >= 0x20 => self.insert(&[c]),
            Key::Byte(_) | Key::Unknown => {}
        }
    }

    fn insert(&mut self, text: &[u8]) {
        self.line.splice(self.cursor..self.cursor, text.iter().copied());
        self.cursor += text.len();
    }

    fn before(&self, at: usize) -> usize {
        let mut i = at;
        while i > 0 {
            i -= 1;
            // Not inside a character.
            if self.line[i] & 0xc0 != 0x80 {
                break;
            }
        }
        i
    }

    fn after(&self, at: usize) -> usize {
        if at >= self.line.len() {
            at
        } else {
            at + char_len(&self.line[at..])
        }
    }

    fn word_left(&self, gap: impl Fn(u8) -> bool) -> usize {
        let mut i = self.cursor;
        while i > 0 && gap(self.line[i - 1]) {
            i -= 1;
        }
        while i > 0 && !gap(self.line[i - 1]) {
            i -= 1;
        }
        i
    }

    fn word_right(&self) -> usize {
        let word = |c: u8| c.is_ascii_alphanumeric() || c >= 0x80;
        let mut i = self.cursor;
        while i < self.line.len() && !word(self.line[i]) {
            i += 1;
        }
        while i < self.line.len() && word(self.line[i]) {
            i += 1;
        }
        i
    }

    fn kill(&mut self, from: usize, to: usize) {
        if from < to {
            self.editor.killed = self.line.drain(from..to).collect();
            self.cursor = from;
        }
    }

    fn transpose(&mut self) {
        let right = if self.cursor == self.line.len() {
            self.before(self.cursor)
        } else {
            self.cursor
        };
        let left = self.before(right);
        let end = self.after(right);
        if left < right && right < end {
            self.line[left..end].rotate_left(right - left);
            self.cursor = end;
        }
    }

    fn recall(&mut self, to: usize) {
        if to > self.sh.history.len() {
            return;
        }
        if self.at == self.sh.history.len() {
            self.draft = self.line.clone();
        }
        self.at = to;
        self.line = self.sh.history.get(to).unwrap_or(&self.draft).to_vec();
        self.cursor = self.line.len();
    }

    fn complete(&mut self) {
        let found = complete::candidates(self.sh, &self.line[..self.cursor]);
        let typed = self.cursor - found.start;
        let Some(common) = found.common() else { return };
        if common.len() > typed || found.words.len() == 1 {
            self.line.splice(found.start..self.cursor, common.iter().copied());
            self.cursor = found.start + common.len();
            if found.words.len() == 1 && !common.ends_with(b"/") {
                self.insert(b" ");
            }
        } else if self.last_was_tab {
            let cursor = std::mem::replace(&mut self.cursor, self.line.len());
            self.draw();
            self.cursor = cursor;
            let _ = sys::write_all(Fd::STDERR, &found.table(columns()));
            self.drawn = None;
        }
    }

    /// Draws prompt and line over what was drawn before.
    fn draw(&mut self) {
        let columns = columns();
        let mut out = Vec::new();
        let up = self
            .drawn
            .as_ref()
            .map_or(0, |d| place(self.prompt_width, d, columns).0);
        if up > 0 {
            out.extend_from_slice(format!("\x1b[{up}A").as_bytes());
        }
        out.extend_from_slice(b"\r\x1b[J");
        out.extend_from_slice(&self.prompt);
        for &c in &self.line {
            match c {
                b'\n' => out.extend_from_slice(b"\r\n"),
                0..0x20 => out.extend_from_slice(&[b'^', c + 0x40]),
                c => out.push(c),
            }
        }
        let (end_row, end_column) = place(self.prompt_width, &self.line, columns);
        let (row, column) = place(self.prompt_width, &self.line[..self.cursor], columns);
        // A full last column leaves the terminal's cursor there until the next character.
        if end_column == 0 && end_row > 0 && self.line.last() != Some(&b'\n') {
            out.extend_from_slice(b"\r\n");
        }
        if end_row > row {
            out.extend_from_slice(format!("\x1b[{}A", end_row - row).as_bytes());
        }
        out.push(b'\r');
        if column > 0 {
            out.extend_from_slice(format!("\x1b[{column}C").as_bytes());
        }
        self.drawn = Some(self.line[..self.cursor].to_vec());
        let _ = sys::write_all(Fd::STDERR, &out);
    }
}

fn sequence(parameters: &[u8], last: u8) -> Key {
    let with_modifier = parameters.contains(&b';');
    match (last, parameters) {
        (b'A', _) => Key::Up,
        (b'B', _) => Key::Down,
        (b'C', _) if with_modifier => Key::WordRight,
        (b'D', _) if with_modifier => Key::WordLeft,
        (b'C', _) => Key::Right,
        (b'D', _) => Key::Left,
        (b'H', _) | (b'~', b"1" | b"7") => Key::Home,
        (b'F', _) | (b'~', b"4" | b"8") => Key::End,
        (b'~', b"3") => Key::Delete,
        _ => Key::Unknown,
    }
}

fn columns() -> usize {
    // A terminal that nobody has measured says 0.
    sys::tcgetwinsize(Fd::STDERR)
        .ok()
        .map(|w| usize::from(w.cols))
        .filter(|n| *n >= 2)
        .unwrap_or(80)
}

/// Where the cursor stands after the text, in rows and columns from the prompt's start.
fn place(prompt: usize, text: &[u8], columns: usize) -> (usize, usize) {
    let (mut row, mut column) = (prompt / columns, prompt % columns);
    for c in lossy(text).chars() {
        if c == '\n' {
            row += 1;
            column = 0;
            continue;
        }
        column += if (c as u32) < 0x20 { 2 } else { 1 };
        if column >= columns {
            row += 1;
            column -= columns;
        }
    }
    (row, column)
}

/// Escape sequences take no columns, whether marked by `\[ \]` or not.
fn width_of_prompt(shown: &[u8]) -> usize {
    let mut plain = Vec::new();
    let mut i = 0;
    while i < shown.len() {
        if shown[i] == 0x1b && shown.get(i + 1) == Some(&b'[') {
            i += 2;
            while i < shown.len() && !(0x40..=0x7e).contains(&shown[i]) {
                i += 1;
            }
        } else {
            plain.push(shown[i]);
        }
        i += 1;
    }
    prompt::width(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_at_the_last_column() {
        for (prompt, text, want) in [
            (2, "", (0, 2)),
            (2, "abc", (0, 5)),
            (2, "abcdefgh", (1, 0)),
            (2, "a\nb", (1, 1)),
        ] {
            assert_eq!(place(prompt, text.as_bytes(), 10), want);
        }
    }

    #[test]
    fn colours_take_no_columns() {
        assert_eq!(width_of_prompt(b"\x1b[1;32muser\x1b[0m$ "), 6);
        assert_eq!(width_of_prompt(b"\x01\x1b]0;title\x07\x02$ "), 2);
    }
}
