//! Records from a descriptor.

use std::rc::Rc;

use memchr::memchr;
use posix_regex::Regex;
use sys::{Errno, Fd};

/// What ends a record.
#[derive(Clone)]
pub enum Separator {
    Byte(u8),
    /// Blank lines: RS is empty.
    Paragraph,
    Regex(Rc<Regex>),
}

const CHUNK: usize = 64 * 1024;

pub struct Reader {
    fd: Fd,
    buffer: Vec<u8>,
    /// What of the buffer has not been answered yet.
    start: usize,
    end: usize,
    eof: bool,
    /// Whether the descriptor is ours to close.
    owned: bool,
}

impl Reader {
    pub fn new(fd: Fd, owned: bool) -> Reader {
        Reader {
            fd,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            eof: false,
            owned,
        }
    }

    /// Reads more behind what there is; false at the end.
    fn fill(&mut self) -> Result<bool, Errno> {
        if self.eof {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < CHUNK / 2 {
            // Doubling keeps a record of many megabytes linear.
            let size = (self.buffer.len() * 2).max(CHUNK);
            self.buffer.resize(size, 0);
        }
        let n = loop {
            match sys::read(self.fd, &mut self.buffer[self.end..]) {
                Err(Errno::EINTR) => {}
                result => break result?,
            }
        };
        self.end += n;
        self.eof = n == 0;
        Ok(n > 0)
    }

    /// The next record and what ended it; false at the end of the file.
    pub fn record(
        &mut self,
        separator: &Separator,
        text: &mut Vec<u8>,
        end: &mut Vec<u8>,
    ) -> Result<bool, Errno> {
        text.clear();
        end.clear();
        match separator {
            Separator::Byte(b) => self.until_byte(*b, text, end),
            Separator::Paragraph => self.paragraph(text, end),
            Separator::Regex(regex) => self.until_match(regex, text, end),
        }
    }

    fn until_byte(&mut self, b: u8, text: &mut Vec<u8>, end: &mut Vec<u8>) -> Result<bool, Errno> {
        let mut searched = 0;
        loop {
            let rest = &self.buffer[self.start..self.end];
            if let Some(at) = memchr(b, &rest[searched..]) {
                let len = searched + at;
                text.extend_from_slice(&rest[..len]);
                end.push(b);
                self.start += len + 1;
                return Ok(true);
            }
            searched = rest.len();
            if !self.fill()? {
                return Ok(self.rest(text));
            }
        }
    }

    /// What is left, if anything, is the last record.
    fn rest(&mut self, text: &mut Vec<u8>) -> bool {
        let rest = &self.buffer[self.start..self.end];
        text.extend_from_slice(rest);
        let some = !rest.is_empty();
        self.start = self.end;
        some
    }

    fn paragraph(&mut self, text: &mut Vec<u8>, end: &mut Vec<u8>) -> Result<bool, Errno> {
        // Newlines at the start are no record.
        loop {
            let rest = &self.buffer[self.start..self.end];
            match rest.iter().position(|b| *b != b'\n') {
                Some(at) => {
                    self.start += at;
                    break;
                }
                None => {
                    self.start = self.end;
                    if !self.fill()? {
                        return Ok(false);
                    }
                }
            }
        }
        loop {
            let rest = &self.buffer[self.start..self.end];
            if let Some(at) = memchr::memmem::find(rest, b"\n\n") {
                let newlines = rest[at..].iter().take_while(|b| **b == b'\n').count();
                if at + newlines < rest.len() || self.eof {
                    text.extend_from_slice(&rest[..at]);
                    end.extend_from_slice(&rest[at..at + newlines]);
                    self.start += at + newlines;
                    return Ok(true);
                }
            }
            if !self.fill()? {
                let rest = &self.buffer[self.start..self.end];
                // Once more, now that the end is known.
                if memchr::memmem::find(rest, b"\n\n").is_some() {
                    continue;
                }
                let some = self.rest(text);
                if text.last() == Some(&b'\n') {
                    text.pop();
                    end.push(b'\n');
                }
                return Ok(some);
            }
        }
    }

    fn until_match(&mut self, regex: &Regex, text: &mut Vec<u8>, end: &mut Vec<u8>) -> Result<bool, Errno> {
        loop {
            let rest = &self.buffer[self.start..self.end];
            let found = find_nonempty(regex, rest);
            match found {
                // A match at the very end could go on in what has not been read.
                Some(found) if found.end < rest.len() || self.eof => {
                    text.extend_from_slice(&rest[..found.start]);
                    end.extend_from_slice(&rest[found.clone()]);
                    self.start += found.end;
                    return Ok(true);
                }
                _ => {
                    if !self.fill()? && found.is_none() {
                        let some = self.rest(text);
                        return Ok(some);
                    }
                }
            }
        }
    }
}

fn find_nonempty(regex: &Regex, text: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    while from <= text.len() {
        let found = regex.find_at(text, from)?;
        if !found.is_empty() {
            return Some(found);
        }
        from = found.end + 1;
    }
    None
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.owned {
            let _ = sys::close(self.fd);
        }
    }
}
