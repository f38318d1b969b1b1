//! `:g`, `:v` and `:normal`.

use std::collections::VecDeque;

use super::Call;
use crate::core::Pos;
use crate::host::typed;
use crate::vi::{Register, Result, Vi, fail, split_pattern};

/// Lines that are still to be visited, while the text changes under them.
struct Pending {
    lines: VecDeque<usize>,
    /// To be added to all of them.
    shift: isize,
}

impl Pending {
    fn next(&mut self) -> Option<usize> {
        self.lines
            .pop_front()
            .map(|line| line.saturating_add_signed(self.shift))
    }

    /// `old` lines at a place have become `new`.
    fn moved(&mut self, at: usize, old: usize, new: usize) {
        let shift = self.shift;
        let first = self.lines.front().map(|line| line.saturating_add_signed(shift));
        let last = self.lines.back().map(|line| line.saturating_add_signed(shift));
        if old == new || last.is_none_or(|last| last < at) {
            return;
        }
        if first.is_some_and(|first| first >= at + old) {
            self.shift += new as isize - old as isize;
            return;
        }
        self.lines = self
            .lines
            .iter()
            .map(|line| line.saturating_add_signed(shift))
            .filter(|line| *line < at + new || *line >= at + old)
            .map(|line| if line >= at + old { line - old + new } else { line })
            .collect();
        self.shift = 0;
    }
}

impl Vi {
    /// Executes a command on all lines that match, or on those that don't.
    pub(super) fn global(&mut self, call: &Call, invert: bool) -> Result {
        if self.ex.global {
            return fail("E147: Cannot do :global recursive with a range");
        }
        let text = call.rest.trim_ascii_start();
        let Some(separator) = text
            .first()
            .copied()
            .filter(|b| !b.is_ascii_alphanumeric() && *b != b'"')
        else {
            return fail("E148: Regular expression missing from :global");
        };
        let (pattern, command) = split_pattern(&text[1..], separator);
        let command = command.unwrap_or(b"").trim_ascii_start();
        let command = if command.is_empty() { b"p" } else { command };
        let pattern = self.set_pattern(&pattern)?;
        let (first, last) = call.all(self);
        let mut lines = VecDeque::new();
        for at in first..=last {
            if (at - first) % 4096 == 4095 && self.host.is_interrupted() {
                return fail("Interrupted");
            }
            if pattern.find(self.buffer.line(at), 0).is_some() != invert && at < self.buffer.count() {
                lines.push_back(at);
            }
        }
        if lines.is_empty() {
            let text = String::from_utf8_lossy(&pattern.text).into_owned();
            return fail(match invert {
                true => format!("E538: Pattern found in every line: {text}"),
                false => format!("E486: Pattern not found: {text}"),
            });
        }
        let before = self.buffer.count();
        if matches!(command, b"d" | b"delete") {
            self.delete_lines(&lines);
        } else {
            self.ex.global = true;
            let outcome = self.each(lines, command);
            self.ex.global = false;
            self.buffer.log = None;
            outcome?;
        }
        let (before, after) = (before as isize, self.buffer.count() as isize);
        match after - before {
            n if n < -2 => self.say(format!("{} fewer lines", -n)),
            n if n > 2 => self.say(format!("{n} more lines")),
            _ => {}
        }
        Ok(())
    }

    fn each(&mut self, lines: VecDeque<usize>, command: &[u8]) -> Result {
        let mut pending = Pending { lines, shift: 0 };
        self.buffer.log = Some(Vec::new());
        while let Some(line) = pending.next() {
            if self.host.is_interrupted() {
                return fail("Interrupted");
            }
            self.cursor = Pos::new(line.min(self.buffer.last()), 0);
            self.execute(command)?;
            self.clamp();
            for (at, old, new) in self.buffer.log.as_mut().map(std::mem::take).unwrap_or_default() {
                pending.moved(at, old, new);
            }
        }
        Ok(())
    }

    /// `:g/x/d` at once: runs of lines from the last to the first. The register has the last one, as one by one.
    fn delete_lines(&mut self, lines: &VecDeque<usize>) {
        let Some(last) = lines.back().copied() else { return };
        let text = [self.buffer.line(last), b"\n"].concat();
        let taken = Register { text, linewise: true };
        self.registers.delete(None, taken, true);
        let mut end = lines.len();
        while end > 0 {
            let mut start = end - 1;
            while start > 0 && lines[start - 1] + 1 == lines[start] {
                start -= 1;
            }
            self.buffer.splice(lines[start]..lines[end - 1] + 1, Vec::new());
            end = start;
        }
        self.go_to_line((last + 1).saturating_sub(lines.len()));
    }

    /// `:normal`, on each line of the range.
    pub(super) fn normal_lines(&mut self, call: &Call) -> Result {
        if call.rest.is_empty() {
            return fail("E471: Argument required");
        }
        let keys: Vec<_> = typed(call.rest).collect();
        let Some((first, last)) = call.range else {
            return self.normal(keys);
        };
        let mut at = first;
        let mut end = last;
        while at <= end && at <= self.buffer.last() {
            self.cursor = Pos::new(at, 0);
            let before = self.buffer.count();
            self.normal(keys.clone())?;
            // Lines that came or went move the range's end along.
            end = (end + self.buffer.count()).saturating_sub(before);
            at += 1;
        }
        Ok(())
    }
}
