//! Reading and writing files, leaving, and help.

use super::prompt::{Answer, Kind};
use super::{End, Nano, Result};
use crate::Bytes;
use crate::host::{FileError, Key, Write};
use crate::screen::{Frame, Row, Style};

fn lines(n: usize) -> String {
    format!("{n} line{}", if n == 1 { "" } else { "s" })
}

impl Nano {
    /// Opens a file; one that is not there is a new one.
    pub fn open(&mut self, name: &[u8]) {
        let shown = String::from_utf8_lossy(name).into_owned();
        match self.host.read(name) {
            Ok(contents) => {
                let count = contents.text.split_inclusive(|b| *b == b'\n').count();
                self.take(contents.text);
                self.file.stamp = contents.stamp;
                self.file.name = Some(name.to_vec());
                let dos = if self.buffer.dos {
                    " (converted from DOS format)"
                } else {
                    ""
                };
                let unwritable = if contents.read_only {
                    format!("; file '{shown}' is unwritable")
                } else {
                    String::new()
                };
                self.say(format!("Read {}{dos}{unwritable}", lines(count)));
            }
            Err(FileError::NotFound) => {
                self.file.name = Some(name.to_vec());
                self.say("New File");
            }
            // Such a name would be of no use to write to.
            Err(FileError::Directory) => self.say(format!("\"{shown}\" is a directory")),
            Err(error) => self.say(format!("Error reading {shown}: {}", error.message())),
        }
    }

    /// `^O`: asks for the name, and writes; answers whether it has.
    pub(super) fn write_out(&mut self) -> Result<bool> {
        let mut name = self.file.name.clone().unwrap_or_default();
        loop {
            let marked = self.marked();
            let question = if marked.is_some() {
                "Write Selection to File"
            } else {
                "File Name to Write"
            };
            let start = if marked.is_some() {
                Vec::new()
            } else {
                name.clone()
            };
            let dos = if self.buffer.dos { " [DOS Format]" } else { "" };
            let Some(answer) = self.ask(&format!("{question}{dos}"), start, Kind::File)? else {
                return Ok(false);
            };
            if answer.is_empty() {
                self.say("Cancelled");
                return Ok(false);
            }
            name = answer;
            let is_own = self.file.name.as_ref() == Some(&name);
            let shown = String::from_utf8_lossy(&name).into_owned();
            if !is_own && self.host.exists(&name) {
                match self.yes_or_no(&format!("File \"{shown}\" exists; OVERWRITE?"))? {
                    Answer::Yes => {}
                    Answer::Cancel => return Ok(false),
                    _ => continue,
                }
            } else if is_own && marked.is_none() && !self.is_ours(&name)? {
                return Ok(false);
            }
            if let Some((from, to)) = marked {
                let text = self.buffer.copy(from, to);
                return Ok(self.write_text(&name, &text, false));
            }
            return Ok(self.write_buffer(&name));
        }
    }

    /// Whether the file is as it was read, or the user does not mind.
    fn is_ours(&mut self, name: &[u8]) -> Result<bool> {
        let now = self.host.stamp(name);
        if now.is_none() || now == self.file.stamp {
            return Ok(true);
        }
        let question = "File on disk has changed; save anyway?";
        Ok(self.yes_or_no(question)? == Answer::Yes)
    }

    /// `^S`: writes without a question.
    pub(super) fn save(&mut self) -> Result {
        match self.file.name.clone() {
            Some(name) => {
                if self.is_ours(&name)? {
                    self.write_buffer(&name);
                }
            }
            None => drop(self.write_out()?),
        }
        Ok(())
    }

    fn write_buffer(&mut self, name: &[u8]) -> bool {
        let text = self.buffer.text();
        self.write_text(name, &text, true)
    }

    fn write_text(&mut self, name: &[u8], text: &[u8], whole: bool) -> bool {
        let shown = String::from_utf8_lossy(name).into_owned();
        if self.options.view && self.file.name.as_deref() == Some(name) {
            self.say("Writing is disabled in view mode");
            return false;
        }
        let how = if self.host.exists(name) {
            Write::Replace
        } else {
            Write::New
        };
        match self.host.write(name, text, how) {
            Ok(stamp) => {
                if whole {
                    self.file.name = Some(name.to_vec());
                    self.file.stamp = stamp;
                    self.buffer.commit();
                    self.buffer.set_saved();
                }
                let count = text.split_inclusive(|b| *b == b'\n').count();
                self.say(format!("Wrote {}", lines(count)));
                true
            }
            Err(error) => {
                // What is there now is by our doing.
                if self.file.name.as_deref() == Some(name) && matches!(error, FileError::Unwritten(_)) {
                    self.file.stamp = self.host.stamp(name);
                }
                self.say(format!("Error writing {shown}: {}", error.message()));
                false
            }
        }
    }

    /// `^R`: another file's text at the cursor.
    pub(super) fn read_file(&mut self) -> Result {
        if self.options.view {
            self.say("Key is invalid in view mode");
            return Ok(());
        }
        let Some(name) = self.ask("File to insert [from ./]", Vec::new(), Kind::File)? else {
            return Ok(());
        };
        let shown = String::from_utf8_lossy(&name).into_owned();
        match self.host.read(&name) {
            Ok(contents) => {
                let count = contents.text.split_inclusive(|b| *b == b'\n').count();
                if !contents.text.is_empty() {
                    self.paste_text(&contents.text);
                }
                self.say(format!("Read {}", lines(count)));
            }
            Err(FileError::NotFound) => self.say(format!("File \"{shown}\" not found")),
            Err(FileError::Directory) => self.say(format!("\"{shown}\" is a directory")),
            Err(error) => self.say(format!("Error reading {shown}: {}", error.message())),
        }
        Ok(())
    }

    /// `^X`.
    pub(super) fn exit(&mut self) -> Result {
        self.buffer.commit();
        if self.buffer.is_modified() && !self.options.view {
            if self.options.save_on_exit
                && let Some(name) = self.file.name.clone()
            {
                if !self.is_ours(&name)? || !self.write_buffer(&name) {
                    return Ok(());
                }
                return Err(End::Quit);
            }
            match self.yes_or_no("Save modified buffer?")? {
                Answer::Yes => {
                    self.mark = None;
                    if !self.write_out()? {
                        return Ok(());
                    }
                }
                Answer::No => {}
                _ => return Ok(()),
            }
        }
        Err(End::Quit)
    }

    /// `^G`: a text to read.
    pub(super) fn help(&mut self) -> Result {
        let text: Vec<Bytes> = HELP.lines().map(|l| l.as_bytes().to_vec()).collect();
        let mut top = 0usize;
        loop {
            let (rows, columns) = self.host.size();
            let room = rows.saturating_sub(2).max(1);
            top = top.min(text.len().saturating_sub(room));
            let mut shown = Vec::new();
            let mut title = Row::default();
            title.text(b"  nano help", Style::Reverse, columns);
            title.fill(columns, Style::Reverse);
            shown.push(title);
            for line in text.iter().skip(top).take(room) {
                let mut row = Row::default();
                row.text(line, Style::Plain, columns);
                shown.push(row);
            }
            shown.resize(rows.saturating_sub(1).max(1), Row::default());
            let mut last = Row::default();
            last.text(b"^X", Style::Reverse, columns);
            last.text(
                b" Close   ^V Next page   ^Y Previous page",
                Style::Plain,
                columns - 1,
            );
            shown.push(last);
            let frame = Frame {
                rows: shown,
                cursor: (rows - 1, 0),
                columns,
            };
            self.paint(frame);
            match self.host.key().map_err(End::Gone)? {
                Key::Byte(0x18 | b'q' | 0x03 | 0x07) => return Ok(()),
                Key::Byte(0x16 | b' ') | Key::PageDown => top += room,
                Key::Byte(0x19) | Key::PageUp => top = top.saturating_sub(room),
                Key::Down => top += 1,
                Key::Up => top = top.saturating_sub(1),
                _ => {}
            }
        }
    }
}

const HELP: &str = "\
A key with ^ is typed with Ctrl, one with M- with Alt, or after Esc.

^G  Display this help                  ^X  Leave the editor
^O  Write the text to a file           ^S  Save without a question
^R  Insert a file                      ^Z  Suspend

^W  Search                             ^Q  Search backward
M-W Next occurrence                    M-Q Previous occurrence
^\\  Replace (also M-R)
    At the prompt: M-C case, M-R expressions, M-B direction

^K  Cut the line or the marked text    ^U  Paste
M-6 Copy                               M-T Cut to the end of the text
M-A Set or unset the mark
M-U Undo                               M-E Redo
Tab, M-} Indent                        M-{ Unindent

^C  Show where the cursor is           ^_  Go to a line (also M-G)
^A  Begin of the line                  ^E  End of the line
^P ^N ^B ^F  Up, down, left, right     ^Y ^V  Page up, page down
M-\\ First line                         M-/ Last line
M-( M-)  Paragraph back, forward       M-] The other bracket
^Space, M-Space  Word forward, back    M-D Count words

M-X Help lines  M-N Line numbers  M-I Auto indent  M-S Soft wrap
M-O Spaces for tabs  M-C Constant cursor position  M-V Verbatim input
";
