//! Search patterns: POSIX basic expressions with what vim's users write besides.

use std::ops::Range;

use posix_regex::{Flavor, Options, Small};

/// A compiled pattern.
pub struct Pattern {
    regex: Small,
    /// As it was typed.
    pub text: Vec<u8>,
}

/// Where the match and each group of it is.
pub type Spans = Vec<Option<Range<usize>>>;

/// How upper and lower case are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Case {
    pub ignore: bool,
    /// A pattern with an upper case letter is compared exactly.
    pub smart: bool,
}

impl Pattern {
    /// A basic expression; `tilde` is what a `~` in it stands for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &[u8], case: Case, tilde: &[u8]) -> Result<Pattern, String> {
        let mut reader = Translation {
            rest: text,
            out: Vec::new(),
            ignore: case.ignore && !(case.smart && has_upper(text)),
        };
        reader.translate(tilde)?;
        Pattern::compile(text, &reader.out, Flavor::Basic, reader.ignore)
    }

    /// An extended expression, or plain text, as nano has them.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn extended(text: &[u8], is_regex: bool, ignore: bool) -> Result<Pattern, String> {
        let quoted: Vec<u8>;
        let source = if is_regex {
            text
        } else {
            quoted = quote(text);
            &quoted
        };
        let flavor = if is_regex { Flavor::Extended } else { Flavor::Basic };
        Pattern::compile(text, source, flavor, ignore)
    }

    fn compile(text: &[u8], source: &[u8], flavor: Flavor, ignore_case: bool) -> Result<Pattern, String> {
        let options = Options {
            flavor,
            ignore_case,
            multi_line: false,
            utf8: true,
        };
        Ok(Pattern {
            regex: Small::new(source, options)?,
            text: text.to_vec(),
        })
    }

    /// The first match in a line that begins at or after `from`.
    pub fn find(&self, line: &[u8], from: usize) -> Option<Range<usize>> {
        self.regex.find_at(line, from)
    }

    pub fn captures(&self, line: &[u8], from: usize) -> Option<Spans> {
        self.regex.captures_at(line, from)
    }

    /// All matches in a line, one behind another.
    pub fn matches(&self, line: &[u8]) -> Vec<Range<usize>> {
        let (mut all, mut from) = (Vec::new(), 0);
        while from <= line.len() {
            let Some(found) = self.find(line, from) else { break };
            from = if found.is_empty() {
                readline::text::next(line, found.end).max(found.end + 1)
            } else {
                found.end
            };
            all.push(found);
        }
        all
    }
}

/// A text as a basic expression that matches just it.
pub fn quote(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for b in text {
        if matches!(b, b'.' | b'*' | b'[' | b'\\' | b'^' | b'$' | b'~' | b'/') {
            out.push(b'\\');
        }
        out.push(*b);
    }
    out
}

fn has_upper(text: &[u8]) -> bool {
    let mut escaped = false;
    text.utf8_chunks()
        .flat_map(|chunk| chunk.valid().chars())
        .any(|c| {
            let upper = c.is_uppercase() && !escaped;
            escaped = c == '\\' && !escaped;
            upper
        })
}

/// From what people type into vi to what `posix-regex` reads.
struct Translation<'a> {
    rest: &'a [u8],
    out: Vec<u8>,
    ignore: bool,
}

impl Translation<'_> {
    fn translate(&mut self, tilde: &[u8]) -> Result<(), String> {
        while let Some((&b, rest)) = self.rest.split_first() {
            self.rest = rest;
            match b {
                b'\\' => self.escape()?,
                b'[' => self.bracket(),
                b'~' => self.out.extend_from_slice(&quote(tilde)),
                _ => self.out.push(b),
            }
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some((&b, rest)) = self.rest.split_first() else {
            self.out.extend_from_slice(b"\\\\");
            return Ok(());
        };
        self.rest = rest;
        let class: &[u8] = match b {
            b'd' => b"[0-9]",
            b'D' => b"[^0-9]",
            b'a' => b"[A-Za-z]",
            b'A' => b"[^A-Za-z]",
            b'l' => b"[a-z]",
            b'u' => b"[A-Z]",
            b'x' => b"[0-9A-Fa-f]",
            b'h' => b"[A-Za-z_]",
            b'w' => b"[0-9A-Za-z_]",
            b'W' => b"[^0-9A-Za-z_]",
            b's' => b"[ \t]",
            b'S' => b"[^ \t]",
            b'=' => b"\\?",
            b'e' => b"\x1b",
            b'~' | b'/' | b'?' if b != b'?' => &[b],
            b'c' | b'C' => {
                self.ignore = b == b'c';
                b""
            }
            b'{' => return self.interval(),
            b'v' | b'V' | b'z' | b'%' | b'@' | b'&' | b'_' => {
                return Err(format!("\\{} is not supported in patterns", char::from(b)));
            }
            _ => {
                self.out.extend_from_slice(&[b'\\', b]);
                return Ok(());
            }
        };
        self.out.extend_from_slice(class);
        Ok(())
    }

    /// `\{n,m}`, whose closing brace vim takes without a backslash too.
    fn interval(&mut self) -> Result<(), String> {
        let end = self.rest.iter().position(|b| *b == b'}').ok_or("Missing }")?;
        let inside = self.rest[..end].strip_suffix(b"\\").unwrap_or(&self.rest[..end]);
        if inside.first() == Some(&b'-') {
            return Err("\\{- is not supported in patterns".into());
        }
        match inside {
            b"" | b"," => self.out.push(b'*'),
            _ => {
                self.out.extend_from_slice(b"\\{");
                self.out.extend_from_slice(inside);
                self.out.extend_from_slice(b"\\}");
            }
        }
        self.rest = &self.rest[end + 1..];
        Ok(())
    }

    /// A bracket expression, in which vim has a few escapes; a `[` that none is closes is itself.
    fn bracket(&mut self) {
        let (mut at, mut inside) = (0, Vec::new());
        let mut closing = false;
        let text = self.rest;
        let negated = text.first() == Some(&b'^');
        at += usize::from(negated);
        if text.get(at) == Some(&b']') {
            closing = true;
            at += 1;
        }
        loop {
            match &text[at.min(text.len())..] {
                [] => {
                    self.out.extend_from_slice(b"\\[");
                    return;
                }
                [b']', ..] => break,
                [b'\\', b']', ..] => {
                    closing = true;
                    at += 2;
                }
                [b'\\', b @ (b'\\' | b'^' | b'/'), ..] => {
                    inside.push(*b);
                    at += 2;
                }
                [b'\\', b @ (b'e' | b't' | b'-'), ..] => {
                    inside.extend_from_slice(match b {
                        b'e' => b"\x1b",
                        b't' => b"\t",
                        _ => b"[.-.]",
                    });
                    at += 2;
                }
                [b'[', mark @ (b':' | b'.' | b'='), rest @ ..]
                    if rest.windows(2).any(|w| w == [*mark, b']']) =>
                {
                    let len = rest.windows(2).position(|w| w == [*mark, b']']).unwrap_or(0) + 4;
                    inside.extend_from_slice(&text[at..at + len]);
                    at += len;
                }
                [b, ..] => {
                    inside.push(*b);
                    at += 1;
                }
            }
        }
        self.rest = &text[at + 1..];
        self.out.push(b'[');
        if negated {
            self.out.push(b'^');
        }
        if closing {
            self.out.push(b']');
        }
        // What would negate, if it stood first.
        if !negated && !closing && inside.first() == Some(&b'^') && inside.len() > 1 {
            inside.rotate_left(1);
        }
        self.out.extend_from_slice(&inside);
        self.out.push(b']');
    }
}
