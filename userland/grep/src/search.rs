//! Goes through one file, a buffer of whole lines at a time.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr, memrchr_iter};
use sys::{Errno, Fd};

use crate::config::{Binary, Config};
use crate::matcher::Matcher;
use crate::printer::{Line, Printer};

/// How much is read at once.
const PIECE: usize = 96 * 1024;

pub struct Search<'a, 'p> {
    config: &'a Config,
    matcher: &'a Matcher,
    printer: &'p mut Printer<'a>,
    name: &'p [u8],
    buffer: Vec<u8>,
    /// Up to where the buffer has been looked at; the start of a line.
    done: usize,
    /// Up to where lines have been printed, or can't be as context.
    printed: usize,
    /// The number of lines and bytes before `counted`.
    counted: usize,
    lines: u64,
    dropped: u64,
    selected: u64,
    after_left: usize,
    any_printed: bool,
    binary: bool,
    stop: bool,
}

impl<'a, 'p> Search<'a, 'p> {
    pub fn new(
        config: &'a Config,
        matcher: &'a Matcher,
        printer: &'p mut Printer<'a>,
        name: &'p [u8],
    ) -> Self {
        Search {
            config,
            matcher,
            printer,
            name,
            buffer: Vec::new(),
            done: 0,
            printed: 0,
            counted: 0,
            lines: 0,
            dropped: 0,
            selected: 0,
            after_left: 0,
            any_printed: false,
            binary: false,
            stop: false,
        }
    }

    /// The number of selected lines. `any_printed` carries over from file to file: groups are separated across them.
    ///
    /// # Errors
    /// What reading said.
    pub fn run(mut self, fd: Fd, any_printed: &mut bool) -> Result<u64, Errno> {
        self.any_printed = *any_printed;
        self.stop = self.config.max_count == 0;
        let mut end_of_file = false;
        while !end_of_file && !self.stop && !self.printer.out.is_closed() {
            end_of_file = self.fill(fd)?;
            let end = if end_of_file {
                self.buffer.len()
            } else {
                memrchr(self.config.line_end, &self.buffer[self.done..])
                    .map_or(self.done, |at| self.done + at + 1)
            };
            if end > self.done {
                self.lines_up_to(end);
            }
        }
        *any_printed = self.any_printed;
        Ok(self.selected)
    }

    /// Reads on, and drops what is no longer needed. True at the end of the file.
    fn fill(&mut self, fd: Fd) -> Result<bool, Errno> {
        let keep = self.context_start(self.done);
        if keep > 0 && self.done > 0 {
            self.count_lines(keep);
            self.buffer.drain(..keep);
            self.dropped += keep as u64;
            self.done -= keep;
            self.printed = self.printed.saturating_sub(keep);
            self.counted -= keep;
        }
        let filled = self.buffer.len();
        self.buffer.resize(filled + PIECE, 0);
        let read = loop {
            match sys::read(fd, &mut self.buffer[filled..]) {
                Err(Errno::EINTR) => {}
                read => break read,
            }
        };
        self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
        let read = read?;
        if !self.binary && self.config.binary != Binary::Text {
            // With -z a NUL ends a line; a byte 0x80 is then what gives a binary file away.
            let tell = if self.config.line_end == 0 { 0x80 } else { 0 };
            self.binary = memchr(tell, &self.buffer[filled..]).is_some();
            self.stop |= self.binary && self.config.binary == Binary::WithoutMatch;
        }
        Ok(read == 0)
    }

    /// Where the lines before `at` start that may still be printed as its context.
    fn context_start(&self, at: usize) -> usize {
        if self.config.before == 0 || !self.config.report.shows_lines() {
            return at;
        }
        let limit = self.printed.min(at);
        // The end before `at` is that of the first line before; each further one adds a line.
        let mut ends = memrchr_iter(self.config.line_end, &self.buffer[limit..at]);
        ends.nth(self.config.before).map_or(limit, |end| limit + end + 1)
    }

    /// Moves the line count up to `at`, the start of a line.
    fn count_lines(&mut self, at: usize) {
        if self.config.line_number && at > self.counted {
            self.lines += memchr_iter(self.config.line_end, &self.buffer[self.counted..at]).count() as u64;
        }
        self.counted = self.counted.max(at);
    }

    /// Looks at the whole lines up to `end`.
    fn lines_up_to(&mut self, end: usize) {
        // The matcher must not see the start of a line that is not all there.
        let rest = self.buffer.split_off(end);
        while self.done < end && !self.stop {
            let found = self.matcher.next_line(&self.buffer, self.done);
            let next = found.as_ref().map_or(end, |line| (line.end + 1).min(end));
            let gap = self.done..found.as_ref().map_or(end, |line| line.start);
            if self.config.invert {
                self.lines_in(gap, true);
                if let Some(line) = found.filter(|_| !self.stop) {
                    self.line(line, false);
                }
            } else {
                self.pass(gap);
                if let Some(line) = found {
                    self.line(line, true);
                }
            }
            self.done = next;
        }
        self.buffer.extend_from_slice(&rest);
    }

    /// Lines that nobody selects: only trailing context is of interest.
    fn pass(&mut self, gap: Range<usize>) {
        if self.after_left > 0 {
            self.lines_in(gap, false);
        }
    }

    fn lines_in(&mut self, range: Range<usize>, selected: bool) {
        let mut at = range.start;
        while at < range.end && !self.stop && (selected || self.after_left > 0) {
            let end = memchr(self.config.line_end, &self.buffer[at..range.end]).map_or(range.end, |e| at + e);
            self.line(at..end, selected);
            at = end + 1;
        }
    }

    /// One line, in order.
    fn line(&mut self, line: Range<usize>, selected: bool) {
        if !selected {
            if self.after_left > 0 && self.config.report.shows_lines() && !self.binary {
                self.after_left -= 1;
                self.print(line, false);
            }
            return;
        }
        self.selected += 1;
        if self.config.report.stops_at_first() {
            self.stop = true;
            return;
        }
        if self.config.report.shows_lines() {
            if self.binary {
                self.printer.binary_matches(self.name);
                self.stop = true;
                return;
            }
            self.print_before(line.start);
            self.print(line, true);
            self.after_left = self.config.after;
        }
        if self.selected >= self.config.max_count {
            self.finish_after_last();
        }
    }

    /// -m: after the last selected line only its trailing context follows, and no more is read than that needs.
    fn finish_after_last(&mut self) {
        self.stop = true;
        let mut at = self.printed;
        while self.after_left > 0 && at < self.buffer.len() && self.config.report.shows_lines() {
            let end = memchr(self.config.line_end, &self.buffer[at..]).map_or(self.buffer.len(), |e| at + e);
            self.after_left -= 1;
            self.print(at..end, false);
            at = end + 1;
        }
    }

    fn print_before(&mut self, start: usize) {
        let from = self.context_start(start);
        // Groups of two files are never adjacent.
        let is_new_file = self.selected == 1;
        if self.config.context && self.any_printed && (from > self.printed || is_new_file) {
            self.printer.group_separator();
        }
        let mut at = from;
        while at < start {
            let end = memchr(self.config.line_end, &self.buffer[at..start]).map_or(start, |e| at + e);
            self.print(at..end, false);
            at = end + 1;
        }
    }

    fn print(&mut self, line: Range<usize>, selected: bool) {
        self.count_lines(line.start);
        let shown = Line {
            text: &self.buffer[line.clone()],
            number: self.lines + 1,
            offset: self.dropped + line.start as u64,
            selected,
        };
        self.printer.line(self.name, &shown);
        self.printed = line.end + 1;
        self.any_printed = true;
    }
}
