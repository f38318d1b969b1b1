//! Commands about lines: `:d`, `:m`, `:t`, `:p` and their like.

use super::{Call, Command, number};
use crate::Bytes;
use crate::core::shape::{self, Look};
use crate::core::{Line, Pos};
use crate::vi::{Region, Register, Registers, Result, Vi, fail, lines_of};

impl Vi {
    pub(super) fn named(&mut self, command: Command, call: &mut Call) -> Result {
        match command {
            Command::Append | Command::Insert | Command::Change => self.take_text(command, call),
            Command::Copy | Command::Move => self.copy_or_move(command == Command::Move, call),
            Command::Delete | Command::Yank => self.delete_or_yank(command == Command::Delete, call),
            Command::Put => {
                let name = call.rest.first().copied();
                let Some(register) = self.register(name).filter(|r| !r.text.is_empty()) else {
                    return fail(format!(
                        "E353: Nothing in register {}",
                        char::from(name.unwrap_or(b'"'))
                    ));
                };
                let at = call.behind(self) - usize::from(call.bang && !call.zero).min(call.behind(self));
                let text = register.text.strip_suffix(b"\n").unwrap_or(&register.text);
                let lines = lines_of(text);
                let n = lines.len();
                self.buffer.splice(at..at, lines);
                self.go_to_line(at + n - 1);
                Ok(())
            }
            Command::Join => {
                let (mut first, mut last) = self.counted(call)?;
                if call.range.is_none_or(|(a, b)| a == b) {
                    if call.rest.is_empty() || !call.rest[0].is_ascii_digit() {
                        last = first + 1;
                    } else {
                        last = first + (last - first).max(1);
                    }
                }
                first = first.min(self.buffer.last());
                if first >= self.buffer.last() {
                    return Err(crate::vi::Stop::Beep);
                }
                self.join(first, last.min(self.buffer.last()), call.bang);
                self.go_to_line(first);
                Ok(())
            }
            Command::Print | Command::Number | Command::List => {
                let rest = call.rest;
                let (first, last) = self.counted(call)?;
                let flags = rest.trim_ascii_start();
                let number = command == Command::Number || flags.contains(&b'#');
                let list = command == Command::List || flags.contains(&b'l');
                self.print_lines(first, last, number, list);
                self.go_to_line(last);
                Ok(())
            }
            Command::Mark => match call.rest {
                [name @ (b'a'..=b'z' | b'A'..=b'Z' | b'\'')] => {
                    let (_, line) = call.lines(self);
                    let col = if call.range.is_some() { 0 } else { self.cursor.col };
                    self.buffer.set_mark(*name, Pos::new(line, col));
                    Ok(())
                }
                [] => fail("E471: Argument required"),
                _ => fail("E191: Argument must be a letter or forward/backward quote"),
            },
            Command::Marks => {
                self.printed.push(b"mark line  col text".to_vec());
                let marks: Vec<(u8, Pos)> = self.buffer.marks().collect();
                for (name, pos) in marks {
                    let mut row =
                        format!(" {} {:6} {:4} ", char::from(name), pos.line + 1, pos.col).into_bytes();
                    row.extend_from_slice(self.buffer.line(pos.line).trim_ascii_start());
                    self.printed.push(row);
                }
                Ok(())
            }
            Command::Registers => {
                self.printed.push(b"Type Name Content".to_vec());
                let rows: Vec<Bytes> = self
                    .registers
                    .iter()
                    .map(|(name, register)| {
                        let kind = if register.linewise { 'l' } else { 'c' };
                        let mut row = format!("  {kind}  \"{}   ", char::from(name)).into_bytes();
                        for b in &register.text {
                            match b {
                                b'\n' => row.extend_from_slice(b"^J"),
                                b => row.push(*b),
                            }
                        }
                        row
                    })
                    .collect();
                self.printed.extend(rows);
                Ok(())
            }
            Command::NoHighlight => {
                self.search.hidden = true;
                Ok(())
            }
            Command::Set => self.set(call.rest),
            Command::Undo | Command::Redo => {
                call.no_rest()?;
                let place = if command == Command::Redo {
                    self.buffer.redo()
                } else {
                    self.buffer.undo()
                };
                match place {
                    Some(place) => self.cursor = place,
                    None => self.say("Nothing to undo"),
                }
                Ok(())
            }
            Command::Version => {
                self.say(format!("vi (Cobnut) {}", env!("CARGO_PKG_VERSION")));
                Ok(())
            }
            Command::Help => {
                self.printed.extend(HELP.lines().map(|l| l.as_bytes().to_vec()));
                Ok(())
            }
            other => self.file_command(other, call),
        }
    }

    /// A range with a count behind the command: that many lines from the range's last on.
    fn counted(&self, call: &Call) -> Result<(usize, usize)> {
        let (first, last) = call.lines(self);
        match number(call.rest) {
            (None, _) => Ok((first, last)),
            (Some(0), _) => fail("E939: Positive count required"),
            (Some(n), _) => Ok((last, last.saturating_add(n - 1).min(self.buffer.last()))),
        }
    }

    fn delete_or_yank(&mut self, delete: bool, call: &mut Call) -> Result {
        let mut register = None;
        if let Some(name) = call.rest.first().copied()
            && !name.is_ascii_digit()
        {
            if !Registers::is_name(name) {
                return fail("E488: Trailing characters");
            }
            register = Some(name);
            call.rest = call.rest[1..].trim_ascii_start();
        }
        let (first, last) = self.counted(call)?;
        if self.buffer.count() == 0 {
            return fail("E749: Empty buffer");
        }
        let region = Region {
            from: Pos::new(first, 0),
            to: Pos::new(last, 0),
            linewise: true,
            big: false,
        };
        let mut text = Vec::new();
        self.buffer.write_lines(first..last + 1, true, |b| {
            text.extend_from_slice(if b == b"\r\n" { b"\n" } else { b });
        });
        let taken = Register { text, linewise: true };
        if delete {
            self.registers.delete(register, taken, true);
            self.buffer
                .splice(region.from.line..region.to.line + 1, Vec::new());
            self.go_to_line(first);
            if last - first >= 2 && !self.ex.global {
                self.say(format!("{} fewer lines", last - first + 1));
            }
        } else {
            self.registers.yank(register, taken);
        }
        Ok(())
    }

    fn copy_or_move(&mut self, is_move: bool, call: &Call) -> Result {
        let (first, last) = call.lines(self);
        let (address, rest) = self.address(call.rest)?;
        let Some(address) = address else {
            return fail("E14: Invalid address");
        };
        if !rest.trim_ascii().is_empty() {
            return fail("E488: Trailing characters");
        }
        if address < 0 || address > self.buffer.count() as i64 {
            return fail("E16: Invalid range");
        }
        let to = address as usize;
        let count = last - first + 1;
        let lines: Vec<Line> = (first..=last)
            .map(|at| Line::from(self.buffer.line(at)))
            .collect();
        if !is_move {
            self.buffer.splice(to..to, lines);
            self.go_to_line(to + count - 1);
            return Ok(());
        }
        if to > first && to <= last {
            return fail("E134: Cannot move a range of lines into itself");
        }
        if to == first || to == last + 1 {
            self.go_to_line(if to == first { last } else { to - 1 });
            return Ok(());
        }
        self.buffer.splice(first..last + 1, Vec::new());
        let to = if to > last { to - count } else { to };
        self.buffer.splice(to..to, lines);
        self.go_to_line(to + count - 1);
        Ok(())
    }

    /// `:a`, `:i` and `:c`: the lines that follow, up to a single dot.
    fn take_text(&mut self, command: Command, call: &Call) -> Result {
        let (first, last) = call.lines(self);
        let mut lines = Vec::new();
        while let Some(line) = self.text_line()? {
            lines.push(Line::from(line));
        }
        let count = lines.len();
        let at = match command {
            Command::Append => call.behind(self),
            Command::Insert => first,
            _ => {
                self.buffer.splice(first..last + 1, lines);
                self.go_to_line((first + count).saturating_sub(1));
                return Ok(());
            }
        };
        self.buffer.splice(at..at, lines);
        self.go_to_line((at + count).saturating_sub(1));
        Ok(())
    }

    /// Prints lines, with numbers or with all that is not plain made visible.
    pub(super) fn print_lines(&mut self, first: usize, last: usize, number: bool, list: bool) {
        let look = Look {
            tabstop: self.options.tabstop,
            list,
        };
        for at in first..=last.min(self.buffer.last()) {
            let line = self.buffer.line(at);
            let mut row = Vec::new();
            if number {
                row.extend_from_slice(format!("{:3} ", at + 1).as_bytes());
            }
            if list || !self.silent {
                for glyph in shape::glyphs(line, look) {
                    match shape::picture(line, &glyph, look) {
                        Some(picture) => row.extend_from_slice(&picture),
                        None => row.extend_from_slice(&line[glyph.start..glyph.end]),
                    }
                }
            } else {
                row.extend_from_slice(line);
            }
            if list {
                row.push(b'$');
            }
            self.printed.push(row);
        }
    }

    /// `<`, `>`, `=`, `#`, `@`: commands that are signs.
    pub(super) fn symbol(&mut self, sign: u8, times: usize, call: &mut Call) -> Result {
        call.rest = call.rest.trim_ascii_start();
        match sign {
            b'<' | b'>' => {
                let (first, last) = self.counted(call)?;
                self.shift(first..last + 1, sign == b'>', times);
                self.go_to_line(last);
                Ok(())
            }
            b'=' => {
                let line = if call.zero { 0 } else { call.all(self).1 + 1 };
                let line = if call.range.is_none() {
                    self.buffer.count()
                } else {
                    line
                };
                self.printed.push(line.to_string().into_bytes());
                Ok(())
            }
            b'#' => {
                let (first, last) = self.counted(call)?;
                self.print_lines(first, last, true, false);
                self.go_to_line(last);
                Ok(())
            }
            _ => {
                let name = call.rest.first().copied();
                let Some(register) = self.register(name.filter(|n| *n != b'@')) else {
                    return fail("E354: Invalid register name");
                };
                for line in register.text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
                    self.execute(line)?;
                }
                Ok(())
            }
        }
    }
}

const HELP: &str = "\
Move:    h j k l  w b e  0 ^ $  f t ;  % { } ( )  H M L  gg G  ^D ^U ^F ^B  / ? n N *  ' `
Change:  i a I A o O  R r s S  x X  d c y > < = ! with a motion  D C Y  J ~  p P  u ^R  .
Select:  v V, then a motion, then an operator        Record: q @
Lines:   :[range]  d m t j y pu s/a/b/g  g/re/cmd  v/re/cmd  normal  !cmd  >  <
Files:   :w :w name :q :q! :wq :x :e name :r name :r !cmd :n :prev  ZZ ZQ
Other:   :set all  :reg  :marks  :!cmd  ^G ^L ^Z
The keys and commands are those of POSIX and vim.
";
