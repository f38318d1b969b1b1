//! What is to be seen of the line.

use super::{Editor, Host};
use crate::Bytes;
use crate::complete::table;
use crate::lexer::{self, Kind};
use crate::screen::{Frame, Style, prompt_width};

/// Longer lines have no colours: they are data rather than commands.
const COLOURED: usize = 1 << 14;

#[derive(Debug, Default)]
pub struct State {
    prompt: Bytes,
    width: usize,
    pub bell: bool,
    pub clear: bool,
    /// To be shown in columns below the line.
    pub list: Option<Vec<Bytes>>,
    pub question: Option<String>,
    /// The cursor stands behind a question.
    pub answered: bool,
}

/// A prompt without the marks around what takes no columns.
fn visible(prompt: &[u8]) -> Bytes {
    prompt.iter().copied().filter(|c| !matches!(c, 1 | 2)).collect()
}

impl State {
    pub fn new(prompt: &[u8]) -> State {
        State {
            width: prompt_width(prompt),
            prompt: visible(prompt),
            ..State::default()
        }
    }
}

impl Editor {
    /// The bytes to write so that a terminal of this size shows the line as it is now.
    pub fn draw(&mut self, host: &mut dyn Host, rows: usize, columns: usize) -> Bytes {
        let mut out = Vec::new();
        if std::mem::take(&mut self.view.bell) && host.bindings().value("bell-style") == "audible" {
            out.push(7);
        }
        if std::mem::take(&mut self.view.clear) {
            out.extend_from_slice(b"\x1b[H\x1b[2J");
            self.screen.forget();
        }
        if std::mem::take(&mut self.view.answered) {
            out.extend_from_slice(b"\r\n");
        }
        if let Some(question) = self.view.question.take() {
            out.extend_from_slice(&self.screen.leave(columns));
            out.extend_from_slice(question.as_bytes());
            return out;
        }
        if matches!(self.mode, super::Mode::Ask(_)) {
            return out;
        }
        if let Some(list) = self.view.list.take() {
            out.extend_from_slice(&self.screen.leave(columns));
            let across = host.bindings().is_on("print-completions-horizontally");
            out.extend_from_slice(&table(&list, columns, across));
        }
        let frame = self.frame(host, true);
        out.extend_from_slice(&self.screen.draw(frame, rows, columns));
        out
    }

    /// The line as it stays on the screen, and the cursor below it; `note` is written behind it (`^C`).
    pub fn leave(
        &mut self,
        host: &mut dyn Host,
        text: &[u8],
        note: &[u8],
        rows: usize,
        columns: usize,
    ) -> Bytes {
        self.mode = super::Mode::Keys;
        self.buffer.text = text.to_vec();
        self.buffer.point = text.len();
        let frame = self.frame(host, false);
        let mut out = self.screen.draw(frame, rows, columns);
        out.extend_from_slice(note);
        out.extend_from_slice(&self.screen.leave(columns));
        out
    }

    fn frame(&mut self, host: &mut dyn Host, suggest: bool) -> Frame {
        let mut frame = Frame::default();
        if let Some(p) = self.search_prompt() {
            // What is searched for is shown, whatever it is made of.
            let mut shown = Frame::default();
            shown.push(&p, |_| Style::Plain, 0);
            frame.prompt = shown.text();
            frame.prompt_width = shown.width();
            if self.searches_whole() {
                return frame;
            }
        } else {
            let mode = self.mode_string(host);
            frame.prompt = [&visible(&mode)[..], &self.view.prompt].concat();
            frame.prompt_width = self.view.width + prompt_width(&mode);
        }
        let styles = self.styles(host);
        let style = |i: usize| styles.get(i).copied().unwrap_or_default();
        frame.cursor = frame.push(&self.buffer.text, style, self.buffer.point);
        if suggest
            && matches!(self.mode, super::Mode::Keys)
            && let Some(rest) = self.suggestion(host)
        {
            let style = if self.settings.plain {
                Style::Dim
            } else {
                Style::Suggestion
            };
            frame.push(rest, |_| style, 0);
        }
        frame
    }

    /// What stands before the prompt for the keymap, with `show-mode-in-prompt`.
    fn mode_string(&self, host: &dyn Host) -> Bytes {
        let b = host.bindings();
        if !b.is_on("show-mode-in-prompt") {
            return Vec::new();
        }
        let name = match self.map {
            crate::bindings::Map::Emacs => "emacs-mode-string",
            crate::bindings::Map::ViInsert => "vi-ins-mode-string",
            crate::bindings::Map::ViCommand => "vi-cmd-mode-string",
        };
        crate::keys::parse(b.value(name).as_bytes())
    }

    /// Each byte's look.
    fn styles(&self, host: &mut dyn Host) -> Vec<Style> {
        let text = &self.buffer.text;
        if !self.settings.highlighting || text.len() > COLOURED {
            return Vec::new();
        }
        let mut styles = vec![Style::Plain; text.len()];
        for t in lexer::scan(text).tokens {
            let word = &text[t.range.clone()];
            let style = match t.kind {
                Kind::Operator => continue,
                Kind::Keyword => Style::Keyword,
                Kind::String => Style::String,
                Kind::Variable => Style::Variable,
                Kind::Comment => Style::Comment,
                // What it is after expansion nobody knows yet.
                Kind::Command if word.iter().any(|c| b"$`*?[{\"'~!^".contains(c)) => Style::Plain,
                Kind::Command => {
                    let name: Bytes = word.iter().copied().filter(|c| *c != b'\\').collect();
                    if host.is_command(&name) {
                        Style::Command
                    } else {
                        Style::Unknown
                    }
                }
            };
            styles[t.range].fill(style);
        }
        styles
    }
}
