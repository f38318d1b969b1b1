//! `-y`: two columns, laid out as GNU's diff lays them out, so that scripts that cut at columns find them.

use cli::Output;
use unicode_width::UnicodeWidthChar;

use super::Comparison;

/// The columns.
pub struct Sheet {
    /// The width of a half.
    half: usize,
    /// Where the right half begins.
    right: usize,
    tab_size: usize,
    expand_tabs: bool,
}

impl Sheet {
    pub fn new(width: usize, tab_size: usize, expand_tabs: bool) -> Sheet {
        let tab = if expand_tabs { 1 } else { tab_size };
        let offset = (width + tab + 3) / (2 * tab) * tab;
        let half = offset.saturating_sub(3).min(width.saturating_sub(offset));
        Sheet {
            half,
            right: if half > 0 { offset } else { width },
            tab_size,
            expand_tabs,
        }
    }

    /// One row.
    pub fn row(&self, out: &mut Vec<u8>, left: Option<&[u8]>, mark: u8, right: Option<&[u8]>) {
        let ends = |line: &[u8]| line.last() == Some(&b'\n');
        let mut newline = left.is_some_and(ends);
        let mut column = left.map_or(0, |left| self.half_line(out, left, 0));
        if mark != b' ' {
            column = self.pad(out, column, (self.half + self.right - 1) / 2) + 1;
            let mark = match right {
                Some(right) if mark == b'|' && newline != ends(right) => {
                    if newline {
                        b'/'
                    } else {
                        b'\\'
                    }
                }
                _ => mark,
            };
            out.push(mark);
        }
        if let Some(right) = right {
            newline |= ends(right);
            if right != b"\n" {
                column = self.pad(out, column, self.right);
                self.half_line(out, right, column);
            }
        }
        if newline {
            out.push(b'\n');
        }
    }

    /// White space from one column to another; answers where it ended.
    fn pad(&self, out: &mut Vec<u8>, mut from: usize, to: usize) -> usize {
        if !self.expand_tabs {
            let mut stop = from + self.tab_size - from % self.tab_size;
            while stop <= to {
                out.push(b'\t');
                from = stop;
                stop += self.tab_size;
            }
        }
        while from < to {
            out.push(b' ');
            from += 1;
        }
        from.max(to)
    }

    /// As much of a line as fits; answers the column after it. `indent` is where the half begins.
    fn half_line(&self, out: &mut Vec<u8>, line: &[u8], indent: usize) -> usize {
        let (mut input, mut output) = (0, 0);
        for chunk in line.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\n' => return output,
                    '\t' => self.tab(out, &mut input, &mut output),
                    '\r' => {
                        out.push(b'\r');
                        self.pad(out, 0, indent);
                        (input, output) = (0, 0);
                    }
                    c => {
                        let width = c.width().unwrap_or(0);
                        input += width;
                        if input <= self.half && (width > 0 || input < self.half) {
                            output = input;
                            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                        }
                    }
                }
            }
            for b in chunk.invalid() {
                if input < self.half {
                    out.push(*b);
                }
            }
        }
        output
    }

    fn tab(&self, out: &mut Vec<u8>, input: &mut usize, output: &mut usize) {
        let spaces = self.tab_size - *input % self.tab_size;
        if input == output {
            let stop = *output + spaces;
            if self.expand_tabs {
                let stop = stop.min(self.half);
                while *output < stop {
                    out.push(b' ');
                    *output += 1;
                }
            } else if stop < self.half {
                *output = stop;
                out.push(b'\t');
            }
        }
        *input += spaces;
    }
}

pub fn show(comparison: &Comparison<'_>, out: &mut Output) {
    let options = comparison.options;
    let sheet = Sheet::new(options.width, options.tab_size, options.expand_tabs);
    let (old, new) = (comparison.old, comparison.new);
    let mut rows = Vec::new();
    let (mut i, mut j) = (0, 0);
    for change in comparison.changes {
        if comparison.is_ignored(change) {
            continue;
        }
        common(
            comparison,
            &sheet,
            &mut rows,
            (i, j),
            (change.old.start, change.new.start),
        );
        (i, j) = (change.old.start, change.new.start);
        while i < change.old.end && j < change.new.end {
            sheet.row(&mut rows, Some(old.get(i)), b'|', Some(new.get(j)));
            i += 1;
            j += 1;
        }
        for j in j..change.new.end {
            sheet.row(&mut rows, None, b'>', Some(new.get(j)));
        }
        for i in i..change.old.end {
            sheet.row(&mut rows, Some(old.get(i)), b'<', None);
        }
        (i, j) = (change.old.end, change.new.end);
        out.put(&rows);
        rows.clear();
    }
    common(comparison, &sheet, &mut rows, (i, j), (old.len(), new.len()));
    out.put(&rows);
}

/// Lines between changes. More on one side than on the other are those of a change that is ignored.
fn common(
    comparison: &Comparison<'_>,
    sheet: &Sheet,
    rows: &mut Vec<u8>,
    (mut i, mut j): (usize, usize),
    (old_end, new_end): (usize, usize),
) {
    if comparison.options.suppress_common {
        return;
    }
    let (old, new) = (comparison.old, comparison.new);
    if !comparison.options.left_column {
        while i < old_end && j < new_end {
            sheet.row(rows, Some(old.get(i)), b' ', Some(new.get(j)));
            i += 1;
            j += 1;
        }
        for j in j..new_end {
            sheet.row(rows, None, b')', Some(new.get(j)));
        }
    }
    for i in i..old_end {
        sheet.row(rows, Some(old.get(i)), b'(', None);
    }
}
