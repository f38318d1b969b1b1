//! What is seen: the text, and the rows below it.

use super::{Mode, Result, Stop, Vi};
use crate::Bytes;
use crate::host::{ESCAPE, Key};
use crate::screen::view::Layout;
use crate::screen::{Frame, Row, Style};

/// On lines that are longer no matches are shown: finding them would take too long.
const LONG: usize = 1 << 16;

impl Vi {
    /// The window on the text: all rows but the last.
    pub fn layout(&self) -> Layout {
        let (rows, columns) = self.host.size();
        Layout {
            rows: rows.saturating_sub(1).max(1),
            columns: columns.max(1),
            look: self.look(),
            wrap: self.options.wrap,
            number: self.options.number,
            tilde: true,
            past_end: !matches!(self.mode, Mode::Normal),
        }
    }

    pub(super) fn draw(&mut self) {
        if self.silent {
            return;
        }
        let layout = self.layout();
        self.view.follow(&self.buffer, self.cursor, &layout);
        let selection = self.selection();
        let highlight = self.options.hlsearch && !self.search.hidden;
        let pattern = self.search.pattern.as_ref().filter(|_| highlight);
        let (mut rows, mut cursor) = self.view.rows(&self.buffer, self.cursor, &layout, |at, line| {
            let mut styles = Vec::new();
            if let Some(region) = selection
                && (region.from.line..=region.to.line).contains(&at)
            {
                let from = if at == region.from.line && !region.linewise {
                    region.from.col
                } else {
                    0
                };
                let to = if at == region.to.line && !region.linewise {
                    region.to.col
                } else {
                    usize::MAX
                };
                if from < to {
                    styles.push((from..to, Style::Reverse));
                }
            }
            if let Some(pattern) = pattern
                && line.len() <= LONG
            {
                styles.extend(
                    pattern
                        .matches(line)
                        .into_iter()
                        .map(|range| (range, Style::Match)),
                );
            }
            styles
        });
        let mut last = Row::default();
        let width = layout.columns - 1;
        if let Some((key, line, at)) = &self.prompt {
            let shown = [&[*key][..], line].concat();
            let before = [&[*key][..], &line[..*at]].concat();
            // The end of a line that does not fit is what is typed.
            let mut start = 0;
            while readline::text::columns(&before[start..]) > width {
                start = readline::text::next(&before, start);
            }
            last.text(&shown[start..], Style::Plain, layout.columns);
            cursor = (layout.rows, readline::text::columns(&before[start..]).min(width));
        } else {
            self.status_row(&mut last, width);
        }
        rows.push(last);
        let frame = Frame {
            rows,
            cursor,
            columns: layout.columns,
        };
        self.paint(frame);
    }

    fn paint(&mut self, frame: Frame) {
        let (rows, _) = self.host.size();
        self.host.paint(frame.fit(rows));
    }

    fn status_row(&self, row: &mut Row, width: usize) {
        let mode = match self.mode {
            Mode::Insert => "-- INSERT --",
            Mode::Replace => "-- REPLACE --",
            Mode::Visual(_) => "-- VISUAL --",
            Mode::VisualLine(_) => "-- VISUAL LINE --",
            Mode::Normal => "",
        };
        let ruler = format!(
            "{},{}",
            self.cursor.line + 1,
            crate::core::shape::columns_at(self.line(), self.cursor.col, self.look()).0 + 1
        );
        // The ruler only where there is room for a message too.
        let room = if width >= 40 { width - 20 } else { width };
        match &self.message {
            Some((text, true)) => row.text(text.as_bytes(), Style::Error, width),
            Some((text, false)) if !text.is_empty() => row.text(text.as_bytes(), Style::Plain, width),
            _ => row.text(mode.as_bytes(), Style::Plain, room),
        }
        if room < width && row.width() < room {
            row.fill(room, Style::Plain);
            row.text(format!("{:<10}", self.showcmd).as_bytes(), Style::Plain, room + 8);
            row.text(ruler.as_bytes(), Style::Plain, width);
        }
    }

    /// Shows what commands have printed, and waits for a key when it is more than a line.
    pub(super) fn show_printed(&mut self) -> Result {
        if self.printed.is_empty() {
            return Ok(());
        }
        let lines = std::mem::take(&mut self.printed);
        if self.silent {
            for line in lines {
                self.host.print(&[&line[..], b"\n"].concat());
            }
            return Ok(());
        }
        if let Some((text, error)) = self.message.take() {
            if lines.is_empty() {
                self.message = Some((text, error));
            } else {
                let mut lines = lines;
                lines.push(text.into_bytes());
                return self.pages(&lines);
            }
        }
        let columns = self.layout().columns;
        if let [line] = &lines[..]
            && readline::text::columns(line) < columns
        {
            self.say(String::from_utf8_lossy(line).into_owned());
            return Ok(());
        }
        self.pages(&lines)
    }

    /// Lines in place of the text, a screen at a time.
    fn pages(&mut self, lines: &[Bytes]) -> Result {
        let mut at = 0;
        loop {
            let layout = self.layout();
            let mut rows: Vec<Row> = Vec::new();
            let mut next = at;
            while next < lines.len() && rows.len() < layout.rows {
                let mut row = Row::default();
                row.text(&lines[next], Style::Plain, layout.columns);
                rows.push(row);
                next += 1;
            }
            let more = next < lines.len();
            let text = if more {
                "-- More --"
            } else {
                "Press ENTER or type command to continue"
            };
            let mut last = Row::default();
            last.text(text.as_bytes(), Style::Plain, layout.columns - 1);
            let cursor = (rows.len().min(layout.rows), last.width());
            rows.push(last);
            rows.resize(layout.rows + 1, Row::default());
            let frame = Frame {
                rows,
                cursor,
                columns: layout.columns,
            };
            self.paint(frame);
            match self.host.key().map_err(Stop::Gone)? {
                Key::Redraw => {}
                Key::Byte(b'q' | 0x03) => return Ok(()),
                key if more && key != ESCAPE => at = next,
                Key::Byte(b' ' | b'\r' | b'\n' | 0x1b) => return Ok(()),
                // What is typed instead is a command.
                key => return self.feed(std::iter::once(key)),
            }
        }
    }
}
