//! Whether a statement may be over, without parsing it: quotes, comments and semicolons.

/// What the text so far ends in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    /// Inside of this: a quote's end, or `*` for a comment.
    inside: Option<u8>,
    /// There was something but blanks and comments.
    dark: bool,
    /// The last thing was a semicolon.
    semicolon: bool,
}

impl Scan {
    /// Goes on with another line.
    pub fn line(&mut self, line: &[u8]) {
        let mut i = 0;
        while let Some(&b) = line.get(i) {
            let next = line.get(i + 1).copied();
            i += 1;
            if let Some(end) = self.inside {
                if end == b'*' {
                    if b == b'*' && next == Some(b'/') {
                        self.inside = None;
                        i += 1;
                    }
                } else if b == end {
                    // A doubled quote is none; a bracket can't be doubled.
                    if end != b']' && next == Some(end) {
                        i += 1;
                    } else {
                        self.inside = None;
                    }
                }
                continue;
            }
            match b {
                b'-' if next == Some(b'-') => return,
                b'/' if next == Some(b'*') => {
                    self.inside = Some(b'*');
                    i += 1;
                }
                b';' => self.semicolon = true,
                _ if b.is_ascii_whitespace() => {}
                _ => {
                    self.dark = true;
                    self.semicolon = false;
                    self.inside = match b {
                        b'[' => Some(b']'),
                        b'\'' | b'"' | b'`' => Some(b),
                        _ => None,
                    };
                }
            }
        }
    }

    /// Outside of quotes and comments?
    pub fn is_plain(&self) -> bool {
        self.inside.is_none()
    }

    /// Nothing but blanks and comments so far, all closed?
    pub fn is_blank(&self) -> bool {
        self.is_plain() && !self.dark && !self.semicolon
    }

    /// Does it end with a semicolon?
    pub fn ends_statement(&self) -> bool {
        self.is_plain() && self.semicolon
    }
}
