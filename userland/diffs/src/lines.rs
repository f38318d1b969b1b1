//! A file as lines.

/// Bytes, and where each line starts. A line includes its newline; the last one may lack it.
pub struct Lines {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Lines {
    pub fn new(bytes: Vec<u8>) -> Lines {
        let after_newlines = bytes
            .iter()
            .enumerate()
            .filter(|(_, b)| **b == b'\n')
            .map(|(at, _)| at + 1);
        let starts = std::iter::once(0)
            .chain(after_newlines)
            .filter(|at| *at < bytes.len())
            .collect();
        Lines { bytes, starts }
    }

    pub fn len(&self) -> usize {
        self.starts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Line `at`, counted from 0, with its newline.
    pub fn get(&self, at: usize) -> &[u8] {
        let end = self.starts.get(at + 1).copied().unwrap_or(self.bytes.len());
        &self.bytes[self.starts[at]..end]
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// A NUL near the start makes a file binary, as for GNU's commands.
    pub fn is_binary(&self) -> bool {
        const LOOKED_AT: usize = 32 * 1024;
        self.bytes[..self.bytes.len().min(LOOKED_AT)].contains(&0)
    }
}

/// The line without its newline.
pub fn body(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_newlines() {
        for (text, expected) in [
            (&b""[..], &[][..]),
            (b"\n", &[&b"\n"[..]][..]),
            (b"a\n\nb", &[b"a\n", b"\n", b"b"]),
            (b"a\nb\n", &[b"a\n", b"b\n"]),
        ] {
            let lines = Lines::new(text.to_vec());
            assert_eq!(lines.iter().collect::<Vec<_>>(), expected);
        }
    }
}
