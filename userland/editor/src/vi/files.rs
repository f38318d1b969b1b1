//! The file that is edited, reading and writing it, and the line in which commands are typed.

use readline::text;

use super::{FileState, Mode, Result, Vi, Want, fail};
use crate::Bytes;
use crate::core::{Buffer, Pos};
use crate::host::{FileError, Key, Write, ctrl};

impl Vi {
    /// Reads a line at the screen's foot; `None` when the user gave up.
    pub(super) fn read_line(&mut self, prompt: u8, start: Bytes) -> Result<Option<Bytes>> {
        let (mut line, mut at) = (start, 0);
        at += line.len();
        let mut recall = self.history.len();
        loop {
            self.prompt = Some((prompt, line.clone(), at));
            let key = self.key()?;
            let byte = match key {
                Key::Byte(b) => b,
                Key::Left => {
                    at = text::previous(&line, at);
                    continue;
                }
                Key::Right => {
                    at = text::next(&line, at);
                    continue;
                }
                Key::Home => ctrl('b'),
                Key::End => ctrl('e'),
                Key::Delete if at < line.len() => {
                    line.drain(at..text::next(&line, at));
                    continue;
                }
                Key::Up | Key::Down => {
                    let older = key == Key::Up;
                    let mine = |n: &usize| self.history[*n].first() == Some(&prompt);
                    let found = if older {
                        (0..recall).rev().find(mine)
                    } else {
                        (recall + 1..self.history.len()).find(mine)
                    };
                    match found {
                        Some(n) => {
                            recall = n;
                            line = self.history[n][1..].to_vec();
                        }
                        None if older => {}
                        None => {
                            recall = self.history.len();
                            line.clear();
                        }
                    }
                    at = line.len();
                    continue;
                }
                Key::Paste(text) => {
                    let first = text.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or(b"");
                    line.splice(at..at, first.iter().copied());
                    at += first.len();
                    continue;
                }
                _ => continue,
            };
            match byte {
                b'\r' | b'\n' => {
                    self.prompt = None;
                    return Ok(Some(line));
                }
                0x1b | 0x03 => {
                    self.prompt = None;
                    return Ok(None);
                }
                8 | 0x7f if line.is_empty() => {
                    self.prompt = None;
                    return Ok(None);
                }
                8 | 0x7f => {
                    let from = text::previous(&line, at);
                    line.drain(from..at);
                    at = from;
                }
                b if b == ctrl('u') => {
                    line.drain(..at);
                    at = 0;
                }
                b if b == ctrl('w') => {
                    let head = line[..at].trim_ascii_end();
                    let from = head.iter().rposition(|b| *b == b' ').map_or(0, |n| n + 1);
                    line.drain(from..at);
                    at = from;
                }
                b if b == ctrl('b') => at = 0,
                b if b == ctrl('e') => at = line.len(),
                b if b == ctrl('r') => {
                    if let Key::Byte(name) = self.key()?
                        && let Some(register) = self.register(Some(name))
                    {
                        let text = register.text.strip_suffix(b"\n").unwrap_or(&register.text);
                        line.splice(at..at, text.iter().copied());
                        at += text.len();
                    }
                }
                b if b == ctrl('v') => {
                    let bytes = self.literal()?;
                    line.splice(at..at, bytes.iter().copied());
                    at += bytes.len();
                }
                b'\t' if prompt == b':' => {
                    let word = line[..at].iter().rposition(|b| *b == b' ').map_or(at, |n| n + 1);
                    let found = self.host.complete(&line[word..at]);
                    let common = common_prefix(&found);
                    if common.len() > at - word {
                        line.splice(word..at, common.iter().copied());
                        at = word + common.len();
                    } else {
                        self.host.beep();
                    }
                }
                b => {
                    line.insert(at, b);
                    at += 1;
                }
            }
        }
    }

    /// A line of text that a command takes.
    pub fn read_prompted(&mut self, prompt: u8) -> Result<Option<Bytes>> {
        self.read_line(prompt, Vec::new())
    }

    /// `:`: reads a command and executes it.
    pub(super) fn command_line(&mut self, prompt: u8, start: Bytes) -> Result {
        let Some(line) = self.read_line(prompt, start)? else {
            return Ok(());
        };
        self.history.push([&[prompt][..], &line].concat());
        self.execute(&line)
    }

    /// Takes a file's text in the place of what is edited.
    ///
    /// # Errors
    /// It can't be read; a file that is not there is a new one.
    pub fn edit(&mut self, name: &[u8]) -> Result {
        let shown = String::from_utf8_lossy(name).into_owned();
        let mut file = FileState {
            name: Some(name.to_vec()),
            ..FileState::default()
        };
        self.options.readonly = self.ex.view_only;
        match self.host.read(name) {
            Ok(contents) => {
                self.buffer = Buffer::new(contents.text);
                file.stamp = contents.stamp;
                self.options.readonly |= contents.read_only;
                let message = self.describe(&shown);
                self.say(message);
            }
            Err(FileError::NotFound) => {
                self.buffer = Buffer::default();
                self.say(format!("\"{shown}\" [New]"));
            }
            Err(error) => {
                self.buffer = Buffer::default();
                // What could not be read is not ours to overwrite.
                file.unread = true;
                self.file = file;
                self.reset();
                return fail(match error {
                    FileError::Directory => format!("\"{shown}\" is a directory"),
                    error => format!("\"{shown}\" {}", error.message()),
                });
            }
        }
        self.file = file;
        self.reset();
        Ok(())
    }

    fn reset(&mut self) {
        self.cursor = Pos::default();
        self.want = Want::Here;
        self.mode = Mode::Normal;
        self.view = Default::default();
        self.last_visual = None;
        self.jumps.clear();
    }

    /// `"name" 12L, 345B`, as vim says it.
    fn describe(&self, shown: &str) -> String {
        let mut bytes = 0;
        self.buffer
            .write_lines(0..self.buffer.count(), self.buffer.eol, |b| bytes += b.len());
        let mut text = format!("\"{shown}\" ");
        if self.options.readonly {
            text += "[readonly] ";
        }
        if !self.buffer.eol {
            text += "[noeol] ";
        }
        if self.buffer.dos {
            text += "[dos] ";
        }
        text + &format!("{}L, {bytes}B", self.buffer.count())
    }

    /// Writes lines to a file: to the one that is edited, or to another.
    ///
    /// # Errors
    /// They are not written, and the text stays modified.
    pub fn write(
        &mut self,
        name: Option<&[u8]>,
        lines: Option<(usize, usize)>,
        force: bool,
        how: Write,
    ) -> Result {
        let own = self.file.name.clone();
        let target = match name.or(own.as_deref()) {
            Some(name) => name.to_vec(),
            None => return fail("E32: No file name"),
        };
        let is_own = own.as_ref() == Some(&target);
        let shown = String::from_utf8_lossy(&target).into_owned();
        if how == Write::Replace && !force {
            self.may_overwrite(&target, is_own, lines.is_some())?;
        }
        let count = self.buffer.count();
        let (first, end) = lines.map_or((0, count), |(first, last)| (first, (last + 1).min(count)));
        let eol = self.buffer.eol || end < count;
        let mut text = Vec::new();
        self.buffer
            .write_lines(first..end, eol, |b| text.extend_from_slice(b));
        let is_new = !self.host.exists(&target);
        let how = if is_new && how == Write::Replace && !force {
            Write::New
        } else {
            how
        };
        match self.host.write(&target, &text, how) {
            Ok(stamp) => {
                if own.is_none() && lines.is_none() {
                    self.file.name = Some(target.clone());
                }
                let is_own = self.file.name.as_ref() == Some(&target);
                if is_own && how != Write::Append {
                    self.file.stamp = stamp;
                    if first == 0 && end == count {
                        self.file.unread = false;
                        self.buffer.commit();
                        self.buffer.set_saved();
                    }
                }
                let note = match (how, is_new, self.buffer.dos) {
                    (Write::Append, ..) => " appended",
                    _ => " written",
                };
                let new = if is_new { "[New] " } else { "" };
                let noeol = if eol { "" } else { "[noeol] " };
                let dos = if self.buffer.dos { "[dos] " } else { "" };
                self.say(format!(
                    "\"{shown}\" {new}{noeol}{dos}{}L, {}B{note}",
                    end - first,
                    text.len()
                ));
                Ok(())
            }
            Err(FileError::Unwritten(why)) => {
                // It is not what it was, but by our doing: another try needs no force.
                if is_own {
                    self.file.stamp = self.host.stamp(&target);
                }
                fail(format!("E514: Write error: \"{shown}\" {why}"))
            }
            Err(FileError::Directory) => fail(format!("E502: \"{shown}\" is a directory")),
            Err(error) => fail(format!(
                "E212: Can't open file for writing: \"{shown}\" {}",
                error.message()
            )),
        }
    }

    fn may_overwrite(&mut self, target: &[u8], is_own: bool, part: bool) -> Result {
        if !is_own || self.file.unread {
            return match self.host.exists(target) {
                true => fail("E13: File exists (add ! to override)"),
                false => Ok(()),
            };
        }
        if self.options.readonly {
            return fail("E45: 'readonly' option is set (add ! to override)");
        }
        if part {
            return fail("E140: Use ! to write partial buffer");
        }
        let now = self.host.stamp(target);
        if now != self.file.stamp {
            return match (self.file.stamp, now) {
                (None, Some(_)) => fail("E13: File exists (add ! to override)"),
                // It is gone: it is made again.
                (_, None) => Ok(()),
                _ => fail("WARNING: The file has been changed since reading it!!! (add ! to override)"),
            };
        }
        Ok(())
    }

    /// Whether the text may be left: nothing in it would be lost.
    ///
    /// # Errors
    /// It would.
    pub fn may_leave(&self, force: bool) -> Result {
        if self.buffer.is_modified() && !force {
            return fail("E37: No write since last change (add ! to override)");
        }
        Ok(())
    }

    /// What is left of the text when the editor is told to end by a signal; the name of the file that has it.
    pub fn rescue(&mut self) -> Option<std::result::Result<Bytes, String>> {
        self.buffer.commit();
        if !self.buffer.is_modified() {
            return None;
        }
        let text = self.buffer.text();
        let base = self.file.name.clone().unwrap_or_else(|| b"vi".to_vec());
        Some(crate::host::rescue(&mut *self.host, &base, &text))
    }
}

/// What names begin with, all of them.
pub fn common_prefix(names: &[Bytes]) -> Bytes {
    let Some((first, rest)) = names.split_first() else {
        return Vec::new();
    };
    let len = rest.iter().fold(first.len(), |len, name| {
        first[..len].iter().zip(name).take_while(|(a, b)| a == b).count()
    });
    first[..len].to_vec()
}
