//! Addresses: `1,$`, `'a,/x/+2`, `%`.

use super::number;
use crate::vi::{Result, Vi, fail};

/// What stands before a command.
pub(super) struct Range<'a> {
    /// Lines from 0, in order.
    pub range: Option<(usize, usize)>,
    pub zero: bool,
    pub rest: &'a [u8],
}

impl Vi {
    /// Reads the range that a command begins with.
    pub(super) fn range<'a>(&mut self, text: &'a [u8]) -> Result<Range<'a>> {
        if let Some(rest) = text.strip_prefix(b"%") {
            let last = self.buffer.last();
            return Ok(Range {
                range: Some((0, last)),
                zero: self.buffer.count() == 0,
                rest,
            });
        }
        let start = self.cursor;
        let outcome = self.range_from(text);
        self.cursor = start;
        outcome
    }

    fn range_from<'a>(&mut self, mut text: &'a [u8]) -> Result<Range<'a>> {
        // Counted from 1, so that 0 is before the first.
        let mut found: Vec<i64> = Vec::new();
        let mut pending = false;
        loop {
            text = text.trim_ascii_start();
            let (address, rest) = self.address(text)?;
            text = rest.trim_ascii_start();
            match (address, text.first()) {
                (Some(line), _) => found.push(line),
                // What lacks is the current line.
                (None, Some(b',' | b';')) => found.push(self.cursor.line as i64 + 1),
                (None, _) if pending => found.push(self.cursor.line as i64 + 1),
                (None, _) => {}
            }
            match text.first() {
                Some(separator @ (b',' | b';')) => {
                    if *separator == b';'
                        && let Some(line) = found.last()
                    {
                        self.check(*line)?;
                        self.cursor.line = (*line - 1).max(0) as usize;
                        self.cursor.col = 0;
                    }
                    text = &text[1..];
                    pending = true;
                }
                _ => break,
            }
        }
        let Some(last) = found.last().copied() else {
            return Ok(Range {
                range: None,
                zero: false,
                rest: text,
            });
        };
        let first = if found.len() > 1 {
            found[found.len() - 2]
        } else {
            last
        };
        self.check(first)?;
        self.check(last)?;
        if first > last {
            return fail("E493: Backwards range given");
        }
        let line = |n: i64| (n - 1).max(0) as usize;
        Ok(Range {
            range: Some((line(first), line(last))),
            zero: last == 0,
            rest: text,
        })
    }

    fn check(&self, line: i64) -> Result {
        if line < 0 || line > self.buffer.count().max(1) as i64 {
            return fail("E16: Invalid range");
        }
        Ok(())
    }

    /// One address, as a line from 1.
    pub(super) fn address<'a>(&mut self, text: &'a [u8]) -> Result<(Option<i64>, &'a [u8])> {
        let here = self.cursor.line as i64 + 1;
        let mut rest = text;
        let mut line = match text.first() {
            Some(b'.') => {
                rest = &text[1..];
                Some(here)
            }
            Some(b'$') => {
                rest = &text[1..];
                Some(self.buffer.count() as i64)
            }
            Some(b'0'..=b'9') => {
                let (n, after) = number(text);
                rest = after;
                Some(n.unwrap_or(usize::MAX).min(i64::MAX as usize / 2) as i64)
            }
            Some(b'\'') if text.len() > 1 => {
                rest = &text[2..];
                Some(self.mark(text[1])?.line as i64 + 1)
            }
            Some(separator @ (b'/' | b'?')) => {
                let (mut line, mut after) = self.search_address(&text[1..], *separator)?;
                // Another pattern is looked for from there.
                while let Some(separator @ (b'/' | b'?')) = after.first() {
                    self.cursor.line = line as usize - 1;
                    (line, after) = self.search_address(&after[1..], *separator)?;
                }
                self.cursor.line = here as usize - 1;
                rest = after;
                Some(line)
            }
            Some(b'\\') if matches!(text.get(1), Some(b'/' | b'?' | b'&')) => {
                let pattern = self.set_pattern(b"")?;
                let (line, _) = self.line_search(&pattern, text[1] == b'?')?;
                rest = &text[2..];
                Some(line as i64 + 1)
            }
            _ => None,
        };
        loop {
            rest = rest.trim_ascii_start();
            let sign = match rest.first() {
                Some(b'+') => 1,
                Some(b'-' | b'^') => -1,
                Some(b'0'..=b'9') if line.is_some() => 0,
                _ => return Ok((line, rest)),
            };
            rest = &rest[usize::from(sign != 0)..];
            let (n, after) = number(rest.trim_ascii_start());
            if n.is_some() {
                rest = after;
            }
            let n = n.unwrap_or(1).min(i64::MAX as usize / 4) as i64;
            line = Some(line.unwrap_or(here) + if sign == -1 { -n } else { n });
        }
    }

    fn search_address<'a>(&mut self, text: &'a [u8], separator: u8) -> Result<(i64, &'a [u8])> {
        let (pattern, rest) = crate::vi::split_pattern(text, separator);
        let pattern = self.set_pattern(&pattern)?;
        let (line, _) = self.line_search(&pattern, separator == b'?')?;
        Ok((line as i64 + 1, rest.unwrap_or(b"")))
    }

    /// A match in another line than the cursor's, if there is one.
    fn line_search(
        &mut self,
        pattern: &crate::core::pattern::Pattern,
        backward: bool,
    ) -> Result<(usize, std::ops::Range<usize>)> {
        let mut from = self.cursor;
        from.col = if backward { 0 } else { self.line().len() };
        self.find_match(pattern, from, backward)
    }
}
