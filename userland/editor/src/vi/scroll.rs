//! Moving the window on the text: `^D ^U ^F ^B ^E ^Y z`.

use super::{Result, Stop, Vi, Want};
use crate::core::first_nonblank;
use crate::host::Key;

impl Vi {
    /// `z`: puts the line on top, into the middle or at the bottom.
    pub(super) fn place_line(&mut self, given: Option<usize>) -> Result {
        let key = self.key()?;
        let layout = self.layout();
        if let Some(line) = given {
            self.cursor.line = line.saturating_sub(1).min(self.buffer.last());
        }
        let above = match key {
            Key::Byte(b'\r' | b'\n' | b't') => 0,
            Key::Byte(b'.' | b'z') => layout.rows / 2,
            Key::Byte(b'-' | b'b') => layout.rows - 1,
            _ => return Err(Stop::Beep),
        };
        let line = self.cursor.line;
        self.view.place(&self.buffer, line, above, &layout);
        if matches!(key, Key::Byte(b'\r' | b'\n' | b'.' | b'-')) {
            self.cursor.col = first_nonblank(self.line());
        }
        Ok(())
    }

    pub(super) fn half_page(&mut self, down: bool, given: Option<usize>) -> Result {
        if given.is_some() {
            self.scroll = given;
        }
        let rows = self.layout().rows;
        let n = self.scroll.unwrap_or((rows / 2).max(1));
        let last = self.buffer.last();
        let line = self.cursor.line;
        if down && line == last || !down && line == 0 {
            return Err(Stop::Beep);
        }
        let to = if down {
            (line + n).min(last)
        } else {
            line.saturating_sub(n)
        };
        let most = (last + 1).saturating_sub(rows);
        self.view.top = if down {
            (self.view.top + n).min(most.max(self.view.top))
        } else {
            self.view.top.saturating_sub(n)
        };
        self.go_to_line(to);
        Ok(())
    }

    /// `^F` and `^B`: pages, of which two lines are common.
    pub(super) fn page(&mut self, down: bool, count: usize) -> Result {
        let layout = self.layout();
        for n in 0..count {
            let step = layout.rows.saturating_sub(2).max(1);
            let bottom = self.view.bottom(&self.buffer, &layout);
            if down {
                if self.view.top >= self.buffer.last() && n == 0 {
                    return Err(Stop::Beep);
                }
                let next = bottom
                    .saturating_sub(1)
                    .max(self.view.top + 1)
                    .max(bottom.min(self.view.top + step));
                self.view.top = next.min(self.buffer.last());
                self.view.skip = 0;
            } else {
                if self.view.top == 0 && n == 0 {
                    return Err(Stop::Beep);
                }
                let top = (self.view.top + 1).min(self.buffer.last());
                self.view.place(&self.buffer, top, layout.rows - 1, &layout);
            }
        }
        let bottom = self.view.bottom(&self.buffer, &layout);
        let line = if down {
            self.cursor.line.max(self.view.top)
        } else {
            self.cursor.line.min(bottom)
        };
        self.go_to_line(line);
        Ok(())
    }

    /// `^E` and `^Y`: the text moves, the cursor only when it must.
    pub(super) fn scroll_lines(&mut self, down: bool, count: usize) {
        self.view.top = if down {
            (self.view.top + count).min(self.buffer.last())
        } else {
            self.view.top.saturating_sub(count)
        };
        self.view.skip = 0;
        let layout = self.layout();
        let bottom = self.view.bottom(&self.buffer, &layout);
        let line = self.cursor.line.clamp(self.view.top, bottom);
        if line != self.cursor.line {
            let want = match self.want {
                Want::Here => Want::Column(self.screen_column()),
                want => want,
            };
            self.cursor = self.in_column(line, want);
            self.want = want;
        }
    }
}
