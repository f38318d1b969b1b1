//! Commands about files and the shell: `:w`, `:e`, `:r`, `:!`, `:n` and their like.

use super::{Call, Command};
use crate::Bytes;
use crate::core::{Line, Pos};
use crate::host::{FileError, Run, Write};
use crate::vi::{Result, Stop, Vi, fail, lines_of_file};

impl Vi {
    pub(super) fn file_command(&mut self, command: Command, call: &mut Call) -> Result {
        match command {
            Command::Write => self.write_command(call),
            Command::WriteQuit | Command::Exit => {
                if command == Command::WriteQuit || call.range.is_some() || self.buffer.is_modified() {
                    self.write_command(call)?;
                }
                self.may_leave(call.bang)?;
                self.leave(call.bang)
            }
            Command::Quit => {
                call.no_rest()?;
                self.may_leave(call.bang)?;
                self.leave(call.bang)
            }
            Command::Edit => self.edit_command(call),
            Command::Visual => Ok(()),
            Command::Read => self.read_command(call),
            Command::File => {
                if !call.rest.is_empty() {
                    let name = self.file_name(call.rest)?;
                    let old = self.file.name.replace(name);
                    self.alternate = old.map(|name| (name, self.cursor.line)).or(self.alternate.take());
                    self.file.unread = true;
                }
                let text = self.status();
                self.say(text);
                Ok(())
            }
            Command::Next | Command::Previous | Command::Rewind => self.argument_command(command, call),
            Command::Args => {
                let shown = self.arguments.iter().enumerate().map(|(n, name)| {
                    if n == self.argument {
                        [b"[", &name[..], b"]"].concat()
                    } else {
                        name.clone()
                    }
                });
                let shown: Vec<Bytes> = shown.collect();
                self.printed.push(shown.join(&b' '));
                Ok(())
            }
            Command::Cd => {
                let home = std::env::var_os("HOME").unwrap_or_default();
                let name = if call.rest.is_empty() {
                    home.as_encoded_bytes().to_vec()
                } else {
                    self.file_name(call.rest)?
                };
                self.host.change_directory(&name).map_err(Stop::Error)
            }
            Command::Pwd => {
                let text = self.host.directory();
                self.printed.push(text);
                Ok(())
            }
            Command::Shell => {
                self.host
                    .run(b"exec ${SHELL:-/bin/sh}", Run::Shown)
                    .map_err(Stop::Error)?;
                Ok(())
            }
            Command::Source => {
                let name = self.file_name(call.rest)?;
                self.source(&name)
            }
            Command::Stop => {
                self.host.suspend();
                Ok(())
            }
            _ => fail("E319: Sorry, the command is not available in this version"),
        }
    }

    fn leave(&mut self, force: bool) -> Result {
        let left = self.arguments.len().saturating_sub(self.argument + 1);
        if left > 0 && !force && !std::mem::replace(&mut self.ex.warned, true) {
            return fail(format!(
                "E173: {left} more file{} to edit",
                if left == 1 { "" } else { "s" }
            ));
        }
        Err(Stop::Quit(self.status))
    }

    /// A name with `%` and `#` replaced by those of the files.
    pub(super) fn file_name(&self, text: &[u8]) -> Result<Bytes> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return fail("E471: Argument required");
        }
        let name = self.expand_names(text)?;
        if let Some(rest) = name.strip_prefix(b"~/")
            && let Some(home) = std::env::var_os("HOME")
        {
            return Ok([home.as_encoded_bytes(), b"/", rest].concat());
        }
        Ok(name)
    }

    fn expand_names(&self, text: &[u8]) -> Result<Bytes> {
        let mut out = Vec::new();
        let mut bytes = text.iter().copied().peekable();
        while let Some(b) = bytes.next() {
            match b {
                b'\\' if matches!(bytes.peek(), Some(b'%' | b'#' | b' ' | b'|')) => out.extend(bytes.next()),
                b'%' => match &self.file.name {
                    Some(name) => out.extend_from_slice(name),
                    None => return fail("E499: Empty file name for '%' or '#'"),
                },
                b'#' => match &self.alternate {
                    Some((name, _)) => out.extend_from_slice(name),
                    None => return fail("E194: No alternate file name to substitute for '#'"),
                },
                b => out.push(b),
            }
        }
        Ok(out)
    }

    fn write_command(&mut self, call: &Call) -> Result {
        let rest = call.rest;
        if let Some(command) = rest.strip_prefix(b"!") {
            let command = self.shell_text(command)?;
            let (first, last) = call.all(self);
            let mut input = Vec::new();
            self.buffer
                .write_lines(first..last + 1, self.buffer.eol, |b| input.extend_from_slice(b));
            let ran = self
                .host
                .run(&command, Run::Filter(&input))
                .map_err(Stop::Error)?;
            self.print_output(&ran.output);
            return Ok(());
        }
        let (how, rest) = match rest.strip_prefix(b">>") {
            Some(rest) => (Write::Append, rest),
            None => (Write::Replace, rest),
        };
        let name = if rest.trim_ascii().is_empty() {
            None
        } else {
            Some(self.file_name(rest)?)
        };
        // The whole text, as a range, is the whole text.
        let lines = call.range.filter(|r| *r != (0, self.buffer.last()));
        self.write(name.as_deref(), lines, call.bang, how)
    }

    fn edit_command(&mut self, call: &Call) -> Result {
        self.may_leave(call.bang)?;
        let mut text = call.rest;
        let mut then = None;
        if let Some(rest) = text.strip_prefix(b"+") {
            let end = rest.iter().position(|b| *b == b' ').unwrap_or(rest.len());
            then = Some(rest[..end].to_vec());
            text = rest[end..].trim_ascii_start();
        }
        let mut line = None;
        let name = if text.is_empty() {
            line = Some(self.cursor.line);
            match &self.file.name {
                Some(name) => name.clone(),
                None => {
                    if call.bang {
                        self.buffer = Default::default();
                        self.cursor = Pos::default();
                        return Ok(());
                    }
                    return fail("E32: No file name");
                }
            }
        } else {
            if text == b"#" {
                line = self.alternate.as_ref().map(|(_, line)| *line);
            }
            self.file_name(text)?
        };
        self.switch(&name)?;
        if let Some(line) = line {
            self.go_to_line(line);
        }
        match then {
            Some(then) => self.start_at(&then),
            None => Ok(()),
        }
    }

    /// To another file, which makes this one the alternate.
    fn switch(&mut self, name: &[u8]) -> Result {
        if let Some(old) = &self.file.name
            && old != name
        {
            self.alternate = Some((old.clone(), self.cursor.line));
        }
        self.edit(name)
    }

    /// What stands behind a `+`: a line's number, a pattern, a command, or nothing for the last line.
    ///
    /// # Errors
    /// The command's.
    pub fn start_at(&mut self, text: &[u8]) -> Result {
        if text.is_empty() {
            self.go_to_line(usize::MAX);
            return Ok(());
        }
        self.execute(text)
    }

    fn read_command(&mut self, call: &Call) -> Result {
        let at = if call.range.is_none() && self.buffer.count() == 0 {
            0
        } else {
            call.behind(self)
        };
        let text = if let Some(command) = call.rest.strip_prefix(b"!") {
            let command = self.shell_text(command)?;
            let ran = self.host.run(&command, Run::Filter(b"")).map_err(Stop::Error)?;
            if ran.status != 0 {
                self.message = Some((format!("shell returned {}", ran.status), true));
            }
            ran.output
        } else {
            let name = match call.rest {
                b"" => self
                    .file
                    .name
                    .clone()
                    .ok_or_else(|| Stop::Error("E32: No file name".into()))?,
                rest => self.file_name(rest)?,
            };
            let shown = String::from_utf8_lossy(&name).into_owned();
            match self.host.read(&name) {
                Ok(contents) => {
                    let lines = contents.text.split_inclusive(|b| *b == b'\n').count();
                    self.say(format!("\"{shown}\" {lines}L, {}B", contents.text.len()));
                    contents.text
                }
                Err(FileError::NotFound) => return fail(format!("E484: Can't open file {shown}")),
                Err(error) => return fail(format!("E485: Can't read file {shown}: {}", error.message())),
            }
        };
        let mut lines = lines_of_file(&text);
        if self.buffer.dos {
            for line in &mut lines {
                let Line::Own(bytes) = &line else { continue };
                if let Some(stripped) = bytes.strip_suffix(b"\r") {
                    *line = Line::from(stripped);
                }
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        let first = at.min(self.buffer.count().max(usize::from(at > 0)));
        let more = if call.rest.starts_with(b"!") {
            lines.len() - 1
        } else {
            0
        };
        self.buffer.splice(first..first, lines);
        self.go_to_line(first + more);
        Ok(())
    }

    fn argument_command(&mut self, command: Command, call: &Call) -> Result {
        self.may_leave(call.bang)?;
        let to = match command {
            Command::Next if !call.rest.is_empty() => {
                let names: Result<Vec<Bytes>> = call
                    .rest
                    .split(|b| *b == b' ')
                    .filter(|word| !word.is_empty())
                    .map(|word| self.file_name(word))
                    .collect();
                self.arguments = names?;
                0
            }
            Command::Next => self.argument + 1,
            Command::Previous => match self.argument.checked_sub(1) {
                Some(to) => to,
                None => return fail("E164: Cannot go before first file"),
            },
            _ => 0,
        };
        let Some(name) = self.arguments.get(to).cloned() else {
            return fail(if self.arguments.len() > 1 {
                "E165: Cannot go beyond last file"
            } else {
                "E163: There is only one file to edit"
            });
        };
        self.argument = to;
        self.ex.warned = false;
        self.switch(&name)
    }

    /// `!` in a command is the last one, `%` and `#` are file names.
    fn shell_text(&mut self, text: &[u8]) -> Result<Bytes> {
        let mut out = Vec::new();
        let mut bytes = text.iter().copied().peekable();
        while let Some(b) = bytes.next() {
            match b {
                b'\\' if bytes.peek() == Some(&b'!') => out.extend(bytes.next()),
                b'!' => {
                    if self.ex.last_shell.is_empty() {
                        return fail("E34: No previous command");
                    }
                    out.extend_from_slice(&self.ex.last_shell);
                }
                b => out.push(b),
            }
        }
        let command = self.expand_names(&out)?;
        self.ex.last_shell = command.clone();
        Ok(command)
    }

    /// `:!command`, and with a range the lines through it.
    pub(super) fn shell_command(&mut self, call: &Call) -> Result {
        let command = self.shell_text(call.rest)?;
        if let Some((first, last)) = call.range {
            return self.filter(first, last, &command);
        }
        if self.silent {
            let ran = self.host.run(&command, Run::Filter(b"")).map_err(Stop::Error)?;
            self.print_output(&ran.output);
            return Ok(());
        }
        let ran = self.host.run(&command, Run::Shown).map_err(Stop::Error)?;
        if ran.status != 0 {
            self.message = Some((format!("shell returned {}", ran.status), true));
        }
        Ok(())
    }

    fn print_output(&mut self, output: &[u8]) {
        let text = output.strip_suffix(b"\n").unwrap_or(output);
        if !output.is_empty() {
            self.printed
                .extend(text.split(|b| *b == b'\n').map(<[u8]>::to_vec));
        }
    }

    /// Executes the commands of a file.
    ///
    /// # Errors
    /// It can't be read, or what its first command that fails says.
    pub fn source(&mut self, name: &[u8]) -> Result {
        if self.ex.depth > 20 {
            return fail("E169: Command too recursive");
        }
        let contents = match self.host.read(name) {
            Ok(contents) => contents,
            Err(error) => {
                let shown = String::from_utf8_lossy(name);
                return fail(format!("E484: Can't open file {shown}: {}", error.message()));
            }
        };
        self.ex.depth += 1;
        let outer = std::mem::take(&mut self.ex.script);
        self.ex.script = contents.text.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let mut outcome = Ok(());
        while let (Ok(()), Some(line)) = (&outcome, self.ex.script.pop_front()) {
            outcome = self.execute(&line);
        }
        self.ex.script = outer;
        self.ex.depth -= 1;
        outcome
    }

    /// A line of text for `:a`, typed by the user.
    pub(super) fn read_text_line(&mut self) -> Result<Option<Bytes>> {
        self.read_prompted(b' ')
    }
}
