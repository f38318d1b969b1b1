//! `:s`.

use readline::text;

use super::replacement::{expand, split_replacement, with_tilde};
use super::{Call, number};
use crate::Bytes;
use crate::core::pattern::{Case, Pattern};
use crate::core::{Line, Pos, first_nonblank};
use crate::host::Key;
use crate::vi::{Result, Vi, fail, split_pattern};

/// The last substitution, for `&`.
#[derive(Clone, Debug, Default)]
pub(super) struct Last {
    pattern: Bytes,
    replacement: Bytes,
    flags: Flags,
}

#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    global: bool,
    confirm: bool,
    ignore: Option<bool>,
    /// Only counts.
    count: bool,
    /// No match is no error.
    quiet: bool,
    /// Prints the last line: as it is, with its number, or unambiguously.
    print: bool,
    number: bool,
    list: bool,
}

/// What a substitution has done so far.
#[derive(Default)]
struct Done {
    substitutions: usize,
    lines: usize,
    last: Option<usize>,
    stop: bool,
    /// The rest is replaced without asking.
    all: bool,
}

impl Vi {
    /// `:s/pattern/replacement/flags count`; `text` is what stands behind the `s`.
    pub(super) fn substitute<'a>(&mut self, call: &Call, text: &'a [u8]) -> Result<Option<&'a [u8]>> {
        let mut rest = text.trim_ascii_start();
        let mut last = self.ex.substitute.clone();
        let delimiter = rest.first().copied().filter(|b| {
            !b.is_ascii_alphanumeric() && !matches!(b, b'"' | b'|' | b'&' | b'#' | b' ') && b.is_ascii()
                || *b == b'#' && rest.len() > 1
        });
        let mut again = true;
        if let Some(delimiter) = delimiter {
            again = false;
            let (pattern, behind) = split_pattern(&rest[1..], delimiter);
            let (replacement, behind) = split_replacement(behind.unwrap_or(b""), delimiter);
            rest = behind;
            let replacement = with_tilde(&replacement, &self.ex.last_replacement);
            self.ex.last_replacement = replacement.clone();
            let pattern = if pattern.is_empty() {
                self.search.text.clone()
            } else {
                pattern
            };
            last = Some(Last {
                pattern,
                replacement,
                flags: Flags::default(),
            });
        }
        let Some(last) = last else {
            return fail("E33: No previous substitute regular expression");
        };
        self.substitute_with(call, last, rest, again)
    }

    /// `:&`, `:&&` and `:~`.
    pub(super) fn substitute_again<'a>(&mut self, call: &Call, text: &'a [u8]) -> Result<Option<&'a [u8]>> {
        let Some(mut last) = self.ex.substitute.clone() else {
            return fail("E33: No previous substitute regular expression");
        };
        if text[0] == b'~' {
            last.pattern = self.search.text.clone();
        }
        self.substitute_with(call, last, &text[1..], true)
    }

    fn substitute_with<'a>(
        &mut self,
        call: &Call,
        mut last: Last,
        text: &'a [u8],
        again: bool,
    ) -> Result<Option<&'a [u8]>> {
        let mut rest = text.trim_ascii_start();
        let mut flags = Flags::default();
        if let Some(after) = rest.strip_prefix(b"&") {
            flags = self.ex.substitute.as_ref().map(|s| s.flags).unwrap_or_default();
            rest = after;
        }
        while let Some((b, after)) = rest.split_first() {
            match b {
                b'g' => flags.global = !flags.global,
                b'c' => flags.confirm = !flags.confirm,
                b'i' => flags.ignore = Some(true),
                b'I' => flags.ignore = Some(false),
                b'n' => flags.count = true,
                b'e' => flags.quiet = true,
                b'p' => flags.print = true,
                b'#' => flags.number = true,
                b'l' => flags.list = true,
                b'r' if again => last.pattern = self.search.text.clone(),
                _ => break,
            }
            rest = after;
        }
        let (mut first, mut end) = call.lines(self);
        rest = rest.trim_ascii_start();
        if let (Some(n), after) = number(rest) {
            if n == 0 {
                return fail("E939: Positive count required");
            }
            first = end;
            end = (first + n - 1).min(self.buffer.last());
            rest = after.trim_ascii_start();
        }
        let next = match rest.first() {
            None | Some(b'"') => None,
            Some(b'|') => Some(&rest[1..]),
            Some(_) => return fail("E488: Trailing characters"),
        };
        last.flags = flags;
        let pattern = self.set_pattern(&last.pattern)?;
        self.ex.substitute = Some(last.clone());
        let own;
        let pattern: &Pattern = match flags.ignore {
            None => &pattern,
            Some(ignore) => {
                let case = Case { ignore, smart: false };
                own = Pattern::new(&self.search.text, case, b"").map_err(crate::vi::Stop::Error)?;
                &own
            }
        };
        self.substitute_lines(pattern, &last, first, end)?;
        Ok(next)
    }

    fn substitute_lines(&mut self, pattern: &Pattern, last: &Last, first: usize, mut end: usize) -> Result {
        let mut done = Done::default();
        let flags = last.flags;
        let mut at = first;
        // Runs of changed lines go in at once.
        let mut run: (usize, Vec<Line>) = (first, Vec::new());
        while at <= end && at < self.buffer.count().max(1) && !done.stop {
            if (at - first) % 4096 == 4095 && self.host.is_interrupted() {
                return fail("Interrupted");
            }
            let line = self.buffer.line(at).to_vec();
            let before = done.substitutions;
            let new = self.substitute_line(pattern, last, at, &line, &mut done)?;
            if done.substitutions > before {
                done.lines += 1;
                done.last = Some(at);
            }
            if let Some(new) = new {
                let lines: Vec<Line> = new.split(|b| *b == b'\n').map(Line::from).collect();
                if lines.len() == 1 && !flags.confirm {
                    if run.0 + run.1.len() != at {
                        self.put_run(&mut run);
                        run.0 = at;
                    }
                    run.1.extend(lines);
                } else {
                    self.put_run(&mut run);
                    let more = lines.len() - 1;
                    self.buffer.splice(at..at + 1, lines);
                    at += more;
                    end += more;
                    done.last = Some(at);
                    run.0 = at + 1;
                }
            }
            at += 1;
        }
        self.put_run(&mut run);
        let Some(line) = done.last else {
            if flags.quiet || self.ex.global || done.stop {
                return Ok(());
            }
            return fail(format!(
                "E486: Pattern not found: {}",
                String::from_utf8_lossy(&pattern.text)
            ));
        };
        let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let what = if flags.count { "match" } else { "substitution" };
        if flags.count || done.substitutions > 2 && !self.ex.global {
            let count = match (flags.count, done.substitutions) {
                (true, n) if n != 1 => format!("{n} {what}es"),
                (_, n) => plural(n, what),
            };
            self.say(format!("{count} on {}", plural(done.lines, "line")));
        }
        if !flags.count {
            let line = line.min(self.buffer.last());
            self.cursor = Pos::new(line, first_nonblank(self.buffer.line(line)));
            self.want = crate::vi::Want::Here;
            if flags.print || flags.number || flags.list {
                self.print_lines(line, line, flags.number, flags.list);
            }
        }
        Ok(())
    }

    fn put_run(&mut self, run: &mut (usize, Vec<Line>)) {
        if !run.1.is_empty() {
            let lines = std::mem::take(&mut run.1);
            self.buffer.splice(run.0..run.0 + lines.len(), lines);
        }
    }

    /// A line with its matches replaced, newlines between the lines that it becomes; `None` where nothing changes.
    fn substitute_line(
        &mut self,
        pattern: &Pattern,
        last: &Last,
        at: usize,
        line: &[u8],
        done: &mut Done,
    ) -> Result<Option<Bytes>> {
        let (mut out, mut copied, mut from) = (Vec::new(), 0, 0);
        let mut changed = false;
        let mut first = true;
        while let Some(spans) = pattern.captures(line, from) {
            let Some(found) = spans.first().cloned().flatten() else {
                break;
            };
            // No empty match right behind another one, and none at the end but as the first.
            if !first && (found.is_empty() && found.start == copied || found.start >= line.len()) {
                if found.start >= line.len() {
                    break;
                }
                from = text::next(line, from.max(found.start));
                continue;
            }
            first = false;
            let replace = if last.flags.count {
                done.substitutions += 1;
                false
            } else if last.flags.confirm && !done.stop {
                self.confirm(at, found.start, last, done)?
            } else {
                true
            };
            if replace {
                done.substitutions += 1;
                changed = true;
                out.extend_from_slice(&line[copied..found.start]);
                expand(&last.replacement, line, &spans, &mut out);
                copied = found.end;
            }
            from = if found.is_empty() {
                text::next(line, found.end).max(found.end + 1)
            } else {
                found.end
            };
            if !last.flags.global || done.stop || from > line.len() {
                break;
            }
        }
        if !changed {
            return Ok(None);
        }
        out.extend_from_slice(&line[copied..]);
        Ok(Some(out))
    }

    /// Asks whether a match is to be replaced.
    fn confirm(&mut self, line: usize, col: usize, last: &Last, done: &mut Done) -> Result<bool> {
        if self.silent {
            return fail("no terminal to confirm on");
        }
        if done.all {
            return Ok(true);
        }
        self.cursor = Pos::new(line, col);
        loop {
            let shown = String::from_utf8_lossy(&last.replacement).into_owned();
            self.say(format!("replace with {shown} (y/n/a/q/l)?"));
            let key = self.key()?;
            self.message = None;
            match key {
                Key::Byte(b'y') => return Ok(true),
                Key::Byte(b'n') => return Ok(false),
                Key::Byte(b'a') => {
                    done.all = true;
                    return Ok(true);
                }
                Key::Byte(b'l') => {
                    done.stop = true;
                    return Ok(true);
                }
                Key::Byte(b'q' | 0x1b | 0x03) => {
                    done.stop = true;
                    return Ok(false);
                }
                _ => {}
            }
        }
    }
}
