//! Fields of a file of separated values, by RFC 4180 or without quotes.

use sys::Fd;

use crate::shell::Shell;

/// What ended a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Column,
    Row,
    File,
}

/// Fields of a file.
pub struct Reader {
    fd: Fd,
    buffer: Vec<u8>,
    at: usize,
    /// What messages call it.
    pub name: Vec<u8>,
    /// The byte between fields.
    pub column: u8,
    /// The byte that ends a row.
    pub row: u8,
    /// No quotes.
    pub ascii: bool,
    /// What ended the last field.
    pub end: End,
    /// The line that comes next, from 1.
    pub line: u64,
    first: bool,
}

impl Reader {
    pub fn new(fd: Fd, name: Vec<u8>, (column, row): (u8, u8), ascii: bool) -> Reader {
        Reader {
            fd,
            buffer: Vec::new(),
            at: 0,
            name,
            column,
            row,
            ascii,
            end: End::Row,
            line: 1,
            first: true,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        if self.at == self.buffer.len() {
            self.buffer.resize(64 * 1024, 0);
            self.at = 0;
            let read = loop {
                match sys::read(self.fd, &mut self.buffer) {
                    Err(sys::Errno::EINTR) => {}
                    read => break read.unwrap_or(0),
                }
            };
            self.buffer.truncate(read);
        }
        let b = self.buffer.get(self.at).copied()?;
        self.at += 1;
        Some(b)
    }

    /// The next field; `None` if the file ends before it.
    pub fn field(&mut self, shell: &mut Shell) -> Option<Vec<u8>> {
        let first = std::mem::take(&mut self.first);
        let Some(b) = self.byte() else {
            self.end = End::File;
            return None;
        };
        if b == b'"' && !self.ascii {
            return Some(self.quoted(shell));
        }
        let mut field = Vec::new();
        let mut next = Some(b);
        self.end = loop {
            match next {
                None => break End::File,
                Some(b) if b == self.column => break End::Column,
                Some(b) if b == self.row => {
                    self.line += 1;
                    if !self.ascii && field.last() == Some(&b'\r') {
                        field.pop();
                    }
                    break End::Row;
                }
                Some(b) => field.push(b),
            }
            next = self.byte();
        };
        // A mark of the byte order, as some programs write it before UTF-8.
        if first && field.starts_with(b"\xef\xbb\xbf") {
            field.drain(..3);
        }
        Some(field)
    }

    /// The rest of a field that began with a quote.
    fn quoted(&mut self, shell: &mut Shell) -> Vec<u8> {
        let started = self.line;
        let mut field: Vec<u8> = Vec::new();
        // The two bytes before, 0 for what is done with.
        let (mut last, mut before) = (0, 0);
        loop {
            let next = self.byte();
            if next == Some(self.row) {
                self.line += 1;
            }
            if next == Some(b'"') && last == b'"' {
                // The field has the first of the two.
                last = 0;
                continue;
            }
            let closed = last == b'"' || (next == Some(self.row) && last == b'\r' && before == b'"');
            let end = match next {
                None => Some(End::File),
                Some(b) if b == self.column => Some(End::Column),
                Some(b) if b == self.row => Some(End::Row),
                Some(_) => None,
            };
            if let (true, Some(end)) = (closed && (last == b'"' || end == Some(End::Row)), end) {
                while field.pop().is_some_and(|b| b != b'"') {}
                self.end = end;
                return field;
            }
            if last == b'"' && next != Some(b'\r') {
                self.complain(shell, self.line, "unescaped \" character");
            }
            let Some(b) = next else {
                self.complain(shell, started, "unterminated \"-quoted field");
                self.end = End::File;
                return field;
            };
            field.push(b);
            (before, last) = (last, b);
        }
    }

    fn complain(&self, shell: &mut Shell, line: u64, message: &str) {
        shell.tell(&[&self.name[..], format!(":{line}: {message}\n").as_bytes()].concat());
    }
}
