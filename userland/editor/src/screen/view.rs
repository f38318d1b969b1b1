//! Which part of a text is seen, and what its rows look like.

use std::ops::Range;

use super::{Row, Style};
use crate::core::shape::{self, Look};
use crate::core::{Buffer, Pos};

/// How a text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub rows: usize,
    pub columns: usize,
    pub look: Look,
    /// Long lines go on in the next row; otherwise the text moves sideways.
    pub wrap: bool,
    /// Lines are numbered.
    pub number: bool,
    /// What stands below the text's end: `~`, or nothing.
    pub tilde: bool,
    /// The cursor may be behind the line's last character.
    pub past_end: bool,
}

impl Layout {
    /// Columns of the numbers with the blank behind them.
    fn gutter(&self, buffer: &Buffer) -> usize {
        if !self.number {
            return 0;
        }
        let digits = buffer.count().max(1).ilog10() as usize + 1;
        (digits.max(3) + 1).min(self.columns.saturating_sub(2))
    }

    fn room(&self, buffer: &Buffer) -> usize {
        (self.columns - self.gutter(buffer)).max(1)
    }
}

/// Where the window on the text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The line on top.
    pub top: usize,
    /// How many of its rows are above the window; only a line taller than the window has such.
    pub skip: usize,
    /// The column that is leftmost, without wrapping.
    pub left: usize,
}

/// The rows of a line as parts of its glyphs: which columns of the line each has. Wide characters are not broken.
fn breaks(line: &[u8], layout: &Layout, room: usize) -> Vec<Range<usize>> {
    if !layout.wrap {
        // One row, whatever the line's width.
        return std::iter::once(0..usize::MAX).collect();
    }
    let (mut rows, mut start, mut end) = (Vec::new(), 0, 0);
    for glyph in shape::glyphs(line, layout.look) {
        end = glyph.column + glyph.width;
        if end - start > room && glyph.column > start {
            rows.push(start..glyph.column);
            start = glyph.column;
            // A tab that is wider than the rest of the row goes on in the next.
        }
        while end - start > room {
            rows.push(start..start + room);
            start += room;
        }
    }
    rows.push(start..end);
    rows
}

/// Rows that a line takes.
pub fn height(line: &[u8], layout: &Layout, room: usize) -> usize {
    if !layout.wrap || line.len() * 4 < room {
        return 1;
    }
    breaks(line, layout, room).len()
}

impl View {
    /// Moves the window so that the cursor is in it.
    pub fn follow(&mut self, buffer: &Buffer, cursor: Pos, layout: &Layout) {
        let room = layout.room(buffer);
        let line = buffer.line(cursor.line);
        let (column, end) = cursor_column(line, cursor.col, layout);
        if !layout.wrap {
            self.skip = 0;
            if column < self.left || end.max(column + 1) > self.left + room {
                self.left = if column < room { 0 } else { column - room / 2 };
            }
        } else {
            self.left = 0;
        }
        self.top = self.top.min(buffer.last());
        let row = row_of(line, column, layout, room);
        if cursor.line < self.top || (cursor.line == self.top && row < self.skip) {
            // A little above: it scrolls. Far away: it is put into the middle.
            let far = self.top - cursor.line > layout.rows / 2;
            (self.top, self.skip) = (cursor.line, 0);
            if far {
                self.lift(buffer, layout, room, layout.rows / 2);
            } else if row >= layout.rows {
                self.skip = row;
            }
            return;
        }
        if self.top != cursor.line
            && self.skip > 0
            && height(buffer.line(self.top), layout, room) <= layout.rows
        {
            self.skip = 0;
        }
        // Rows from the top to the cursor's; not all are counted when they are many.
        let mut above = row;
        let mut at = cursor.line;
        while at > self.top && above < layout.rows * 2 {
            at -= 1;
            above += height(buffer.line(at), layout, room);
        }
        if at == self.top {
            above -= self.skip.min(above);
        }
        if above < layout.rows {
            return;
        }
        let far = above >= layout.rows + layout.rows / 2;
        (self.top, self.skip) = (cursor.line, row.saturating_sub(layout.rows - 1));
        if self.skip == 0 {
            let rows = if far {
                layout.rows / 2
            } else {
                layout.rows - 1 - row
            };
            self.lift(buffer, layout, room, rows);
        }
    }

    /// Takes as many whole lines above the top as have `rows` rows.
    fn lift(&mut self, buffer: &Buffer, layout: &Layout, room: usize, mut rows: usize) {
        while self.top > 0 {
            let height = height(buffer.line(self.top - 1), layout, room);
            if height > rows {
                return;
            }
            rows -= height;
            self.top -= 1;
        }
    }

    /// Puts a line at a row of the window, as `z` does.
    pub fn place(&mut self, buffer: &Buffer, line: usize, rows_above: usize, layout: &Layout) {
        (self.top, self.skip) = (line, 0);
        self.lift(buffer, layout, layout.room(buffer), rows_above);
    }

    /// The last line of which something is seen in full.
    pub fn bottom(&self, buffer: &Buffer, layout: &Layout) -> usize {
        let room = layout.room(buffer);
        let (mut used, mut at) = (0, self.top);
        while at <= buffer.last() {
            used += height(buffer.line(at), layout, room) - if at == self.top { self.skip } else { 0 };
            if used > layout.rows {
                break;
            }
            at += 1;
        }
        at.saturating_sub(1).max(self.top)
    }

    /// The rows, and the cursor's place among them. `style` tells of a line's bytes that look otherwise.
    pub fn rows(
        &self,
        buffer: &Buffer,
        cursor: Pos,
        layout: &Layout,
        mut style: impl FnMut(usize, &[u8]) -> Vec<(Range<usize>, Style)>,
    ) -> (Vec<Row>, (usize, usize)) {
        let (room, gutter) = (layout.room(buffer), layout.gutter(buffer));
        let mut rows = Vec::with_capacity(layout.rows);
        let mut place = (0, gutter);
        let mut at = self.top;
        while rows.len() < layout.rows && at < buffer.count().max(1) {
            let line = buffer.line(at);
            let skip = if at == self.top { self.skip } else { 0 };
            let breaks = breaks(line, layout, room);
            if at == cursor.line {
                let (column, _) = cursor_column(line, cursor.col, layout);
                let row = row_of(line, column, layout, room);
                let start = breaks.get(row).map_or(0, |r| r.start) + self.left;
                let column = column.saturating_sub(start).min(room - 1);
                place = (rows.len() + row.saturating_sub(skip), gutter + column);
            }
            let styles = style(at, line);
            let drawn = Drawing {
                line,
                styles: &styles,
                layout,
            };
            let mut from = 0;
            for (n, range) in breaks.iter().enumerate() {
                if n < skip {
                    if n + 1 == skip {
                        from = shape::byte_at(line, range.end, layout.look);
                    }
                    continue;
                }
                if rows.len() == layout.rows {
                    break;
                }
                let mut row = Row::default();
                if gutter > 0 {
                    let number = if n == 0 {
                        format!("{} ", at + 1)
                    } else {
                        String::new()
                    };
                    row.text(format!("{number:>gutter$}").as_bytes(), Style::Dim, gutter);
                }
                let columns = if layout.wrap {
                    range.clone()
                } else {
                    self.left..self.left + room
                };
                from = drawn.row(&mut row, from, columns, n + 1 == breaks.len(), gutter + room);
                rows.push(row);
            }
            at += 1;
        }
        while rows.len() < layout.rows {
            let mut row = Row::default();
            if layout.tilde {
                row.push(b"~", 1, Style::Dim);
            }
            rows.push(row);
        }
        (rows, place)
    }
}

/// Where the cursor is drawn, and where its character ends. On a tab it is at its end, as in vi.
fn cursor_column(line: &[u8], col: usize, layout: &Layout) -> (usize, usize) {
    let (start, end) = shape::columns_at(line, col, layout.look);
    let on_tab = line.get(col) == Some(&b'\t') && !layout.look.list && !layout.past_end;
    (if on_tab { end - 1 } else { start }, end)
}

/// Which row of a line a column is in.
fn row_of(line: &[u8], column: usize, layout: &Layout, room: usize) -> usize {
    if !layout.wrap || column < room / 2 {
        return 0;
    }
    let breaks = breaks(line, layout, room);
    let row = breaks.iter().rposition(|r| r.start <= column).unwrap_or(0);
    // Behind the end of a full row.
    let last = &breaks[breaks.len() - 1];
    if layout.past_end && row + 1 == breaks.len() && column >= last.start + room {
        return row;
    }
    row
}

struct Drawing<'a> {
    line: &'a [u8],
    styles: &'a [(Range<usize>, Style)],
    layout: &'a Layout,
}

impl Drawing<'_> {
    /// Draws the glyphs within the columns; answers the byte that the next row begins with.
    fn row(&self, row: &mut Row, from: usize, columns: Range<usize>, last: bool, most: usize) -> usize {
        let look = self.layout.look;
        let mut at = self.line.len();
        // Wrapped rows go on where the last one ended; a tab that it broke has been drawn up to there.
        let (start, base) = if self.layout.wrap && from < self.line.len() {
            (from, shape_column(self.line, from, columns.start, look))
        } else {
            (0, 0)
        };
        for glyph in glyphs_from(self.line, start, base, look) {
            if glyph.column >= columns.end || row.width() >= most {
                at = glyph.start;
                break;
            }
            let end = glyph.column + glyph.width;
            if glyph.width > 0 && end <= columns.start {
                continue;
            }
            let style = self.style(glyph.start);
            let picture = shape::picture(self.line, &glyph, look);
            let whole =
                glyph.column >= columns.start && end <= columns.end && row.width() + glyph.width <= most;
            if whole {
                let drawn = picture.as_deref().unwrap_or(&self.line[glyph.start..glyph.end]);
                row.push(drawn, glyph.width, style);
                continue;
            }
            // A part of a picture; of a wide character a mark.
            let from = columns.start.saturating_sub(glyph.column);
            let to = glyph.width.min(columns.end - glyph.column);
            let part = match picture {
                Some(picture) => picture[from..to].to_vec(),
                None => vec![b'>'; to - from],
            };
            let part = &part[..part.len().min(most - row.width())];
            row.push(part, part.len(), style);
            if end > columns.end {
                at = glyph.start;
                break;
            }
        }
        if last && look.list && row.width() < most {
            row.push(b"$", 1, Style::Dim);
        } else if last
            && at == self.line.len()
            && row.width() < most
            && self.style(self.line.len()) != Style::Plain
        {
            // A selected end of line is seen.
            row.push(b" ", 1, self.style(self.line.len()));
        }
        at
    }

    fn style(&self, at: usize) -> Style {
        self.styles
            .iter()
            .find(|(range, _)| range.contains(&at))
            .map_or(Style::Plain, |(_, style)| *style)
    }
}

/// The column that the glyph at byte `from` begins at, when a row that begins with it begins at `start`.
fn shape_column(line: &[u8], from: usize, start: usize, look: Look) -> usize {
    // Only a glyph that was broken begins before its row, and only tabs and pictures can be.
    let plain = line.get(from).is_some_and(|b| (0x20..0x7f).contains(b));
    if plain || from == 0 {
        start
    } else {
        shape::columns_at(line, from, look).0
    }
}

/// Glyphs of a line's rest that begins at a column.
fn glyphs_from(line: &[u8], start: usize, column: usize, look: Look) -> impl Iterator<Item = shape::Glyph> {
    // Counted from the last tab stop, so that tabs keep their widths.
    let extra = column % look.tabstop;
    shape::glyphs_at(&line[start..], extra, look).map(move |mut glyph| {
        glyph.start += start;
        glyph.end += start;
        glyph.column += column - extra;
        glyph
    })
}
