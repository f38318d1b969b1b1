//! Operators' work on whole lines: shifting, indenting, filtering.

use super::operator::lines_of_file;
use super::{Result, Stop, Vi};
use crate::core::{Line, Pos, indent_len, shape};
use crate::host::Run;

impl Vi {
    /// Moves lines by `times` times the shift width. Empty lines stay empty.
    pub fn shift(&mut self, lines: std::ops::Range<usize>, right: bool, times: usize) {
        let by = self.options.shift_width() * times.max(1);
        let range = lines.start..lines.end.min(self.buffer.count());
        let shifted = range.clone().map(|at| {
            let line = self.buffer.line(at);
            let indent = indent_len(line);
            if line.is_empty() {
                return Line::from(line);
            }
            let look = shape::Look {
                list: false,
                ..self.look()
            };
            let columns = shape::columns(&line[..indent], look);
            let columns = if right {
                columns + by
            } else {
                columns.saturating_sub(by)
            };
            Line::from([&self.options.indent(columns)[..], &line[indent..]].concat())
        });
        let shifted: Vec<Line> = shifted.collect();
        self.buffer.splice(range, shifted);
    }

    /// Gives lines the indent of the line above them, one shift more behind an opening bracket, one less from a closing
    /// one on.
    pub(super) fn reindent(&mut self, first: usize, last: usize) {
        let look = shape::Look {
            list: false,
            ..self.look()
        };
        for at in first..=last {
            let above = (0..at)
                .rev()
                .find(|at| !self.buffer.line(*at).trim_ascii().is_empty());
            let mut columns = 0;
            if let Some(above) = above {
                let line = self.buffer.line(above);
                columns = shape::columns(&line[..indent_len(line)], look);
                if matches!(line.trim_ascii_end().last(), Some(b'{' | b'(' | b'[')) {
                    columns += self.options.shift_width();
                }
            }
            let line = self.buffer.line(at);
            let body = line[indent_len(line)..].to_vec();
            if matches!(body.first(), Some(b'}' | b')' | b']')) {
                columns = columns.saturating_sub(self.options.shift_width());
            }
            let indent = if body.is_empty() {
                Vec::new()
            } else {
                self.options.indent(columns)
            };
            let line = [indent, body].concat();
            if line != self.buffer.line(at) {
                self.buffer.set_line(at, line);
            }
        }
    }

    /// Sends lines through a command, whose output takes their place.
    pub fn filter(&mut self, first: usize, last: usize, command: &[u8]) -> Result {
        let mut input = Vec::new();
        let end = (last + 1).min(self.buffer.count());
        self.buffer
            .write_lines(first..end, true, |b| input.extend_from_slice(b));
        let ran = self.host.run(command, Run::Filter(&input)).map_err(Stop::Error)?;
        let lines = lines_of_file(&ran.output);
        let (before, after) = (end - first.min(end), lines.len());
        self.buffer.splice(first..end, lines);
        self.go_to_line(first);
        self.set_changed(Pos::new(first, 0), Pos::new((first + after).saturating_sub(1), 0));
        if ran.status != 0 {
            self.message = Some((format!("shell returned {}", ran.status), true));
        } else if before > 2 {
            self.say(format!("{before} lines filtered"));
        }
        Ok(())
    }
}
