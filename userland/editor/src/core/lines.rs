//! The lines of a text. Those of the file as it was read are only places in it; changed ones hold their own bytes.
//!
//! Lines are kept in chunks, so that inserting or deleting one costs about the root of their number.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

/// A line without its newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A part of the file as it was read.
    Read {
        start: u32,
        len: u32,
    },
    Own(Rc<[u8]>),
}

impl From<&[u8]> for Line {
    fn from(bytes: &[u8]) -> Line {
        Line::Own(bytes.into())
    }
}

impl From<Vec<u8>> for Line {
    fn from(bytes: Vec<u8>) -> Line {
        Line::Own(bytes.into())
    }
}

/// A chunk that grows beyond this is split.
const CHUNK: usize = 1024;

/// Lines, numbered from 0.
#[derive(Debug, Default)]
pub struct Lines {
    read: Rc<[u8]>,
    chunks: Vec<Vec<Line>>,
    count: usize,
    /// A chunk and its first line, where the last search ended: most are near by.
    near: Cell<(usize, usize)>,
}

impl Lines {
    /// The lines of a file. Its last newline ends a line and begins none. `strip` is what each line ends with besides,
    /// and is taken off.
    ///
    /// The file must be smaller than 4 GiB.
    pub fn read(text: Vec<u8>, strip: usize) -> Lines {
        let mut chunks = Vec::new();
        let mut chunk = Vec::new();
        let (mut start, mut count) = (0, 0);
        while start < text.len() {
            let end = find_newline(&text[start..]).map_or(text.len(), |n| start + n);
            let ended = end < text.len();
            let len = end - start - if ended { strip } else { 0 };
            chunk.push(Line::Read {
                start: start as u32,
                len: len as u32,
            });
            count += 1;
            if chunk.len() == CHUNK / 2 {
                chunks.push(std::mem::take(&mut chunk));
            }
            start = end + 1;
        }
        if !chunk.is_empty() {
            chunks.push(chunk);
        }
        Lines {
            read: text.into(),
            chunks,
            count,
            near: Cell::default(),
        }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The bytes of a line of this text.
    pub fn bytes<'a>(&'a self, line: &'a Line) -> &'a [u8] {
        match line {
            Line::Read { start, len } => &self.read[*start as usize..(*start + *len) as usize],
            Line::Own(bytes) => bytes,
        }
    }

    /// The line's bytes; nothing behind the end.
    pub fn get(&self, at: usize) -> &[u8] {
        if at >= self.count {
            return b"";
        }
        let (chunk, first) = self.find(at);
        self.bytes(&self.chunks[chunk][at - first])
    }

    /// The line itself, cheap to keep.
    pub fn line(&self, at: usize) -> Line {
        let (chunk, first) = self.find(at);
        self.chunks[chunk][at - first].clone()
    }

    /// The chunk that line `at` is in, and that chunk's first line.
    fn find(&self, at: usize) -> (usize, usize) {
        let (mut chunk, mut first) = self.near.get();
        while at < first {
            chunk -= 1;
            first -= self.chunks[chunk].len();
        }
        while at - first >= self.chunks[chunk].len() && chunk + 1 < self.chunks.len() {
            first += self.chunks[chunk].len();
            chunk += 1;
        }
        self.near.set((chunk, first));
        (chunk, first)
    }

    /// Puts other lines in the place of some; answers those that were there.
    pub fn splice(&mut self, range: Range<usize>, new: Vec<Line>) -> Vec<Line> {
        let range = range.start.min(self.count)..range.end.min(self.count);
        let mut old = Vec::with_capacity(range.len());
        if self.chunks.is_empty() {
            self.chunks.push(Vec::new());
            self.near.set((0, 0));
        }
        let (chunk, first) = self.find(range.start);
        self.count = self.count - range.len() + new.len();
        let mut at = range.start - first;
        let mut left = range.len();
        // What the first chunk loses, then whole ones behind it, then the begin of the last.
        let mut here = chunk;
        while left > 0 {
            let lines = &mut self.chunks[here];
            let n = left.min(lines.len() - at);
            if n == lines.len() && here != chunk {
                old.append(&mut self.chunks.remove(here));
            } else {
                old.extend(lines.drain(at..at + n));
                here += 1;
                at = 0;
            }
            left -= n;
        }
        let at = range.start - first;
        self.chunks[chunk].splice(at..at, new);
        if self.chunks[chunk].len() > CHUNK {
            let lines = std::mem::take(&mut self.chunks[chunk]);
            let pieces: Vec<Vec<Line>> = lines.chunks(CHUNK / 2).map(<[Line]>::to_vec).collect();
            self.chunks.splice(chunk..=chunk, pieces);
        } else if self.chunks[chunk].is_empty() && self.chunks.len() > 1 {
            self.chunks.remove(chunk);
            self.near.set((0, 0));
        }
        old
    }
}

fn find_newline(text: &[u8]) -> Option<usize> {
    text.iter().position(|b| *b == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splices at all kinds of places do what a plain list of lines does.
    #[test]
    fn splices_are_those_of_a_plain_list() {
        let text: Vec<u8> = (0..5000).flat_map(|n| format!("{n}\n").into_bytes()).collect();
        let mut lines = Lines::read(text, 0);
        let mut plain: Vec<Vec<u8>> = (0..5000).map(|n| n.to_string().into_bytes()).collect();
        let mut seed = 1u32;
        for round in 0..3000 {
            let mut random = |below: usize| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as usize % below.max(1)
            };
            let start = random(plain.len() + 1);
            let most = if round % 100 == 0 { 2000 } else { 4 };
            let end = (start + random(most)).min(plain.len());
            let n = random(if round % 70 == 0 { 3000 } else { 4 });
            let new: Vec<Vec<u8>> = (0..n).map(|i| format!("{round}.{i}").into_bytes()).collect();
            let old = lines.splice(start..end, new.iter().map(|l| l[..].into()).collect());
            let old: Vec<Vec<u8>> = old.iter().map(|l| lines.bytes(l).to_vec()).collect();
            assert_eq!(plain.splice(start..end, new).collect::<Vec<_>>(), old);
            assert_eq!(lines.count(), plain.len());
            let at = random(plain.len());
            assert_eq!(
                lines.get(at),
                plain.get(at).map_or(&b""[..], |l| l),
                "round {round}"
            );
        }
        for (at, line) in plain.iter().enumerate() {
            assert_eq!(lines.get(at), line);
        }
        lines.splice(0..plain.len(), Vec::new());
        assert_eq!((lines.count(), lines.get(0)), (0, &b""[..]));
    }
}
