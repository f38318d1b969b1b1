//! Lists of commands: words, operators, here-documents, and which word is a command.

use super::{Join, Kind, Level, Lexer, Place, Token};

const KEYWORDS: &[&[u8]] = &[
    b"!",
    b"[[",
    b"case",
    b"coproc",
    b"do",
    b"done",
    b"elif",
    b"else",
    b"esac",
    b"fi",
    b"for",
    b"function",
    b"if",
    b"select",
    b"then",
    b"time",
    b"until",
    b"while",
    b"{",
    b"}",
];

/// Behind a function's name comes a command.
fn start_body(level: &mut Level) {
    level.command = true;
    level.words.clear();
}

impl Lexer<'_> {
    pub(super) fn in_list(&mut self, c: u8) {
        match c {
            b' ' | b'\t' => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => self.newline(),
            b'#' if self.level().word.is_none() => {
                let text = self.text;
                let rest = &text[self.at..];
                let n = rest.iter().position(|c| *c == b'\n').unwrap_or(rest.len());
                self.token(self.at..self.at + n, Kind::Comment);
                self.at += n;
                self.join = Join::Newline;
            }
            b'(' => self.open(),
            b')' => self.close(),
            b';' | b'&' | b'|' | b'<' | b'>' => self.operator(),
            _ => {
                self.begin_word();
                self.at += 1;
            }
        }
    }

    fn newline(&mut self) {
        self.end_word();
        self.at += 1;
        for (delimiter, tabs) in std::mem::take(&mut self.here) {
            let start = self.at;
            self.in_here = true;
            let text = self.text;
            while self.in_here && self.at < text.len() {
                let rest = &text[self.at..];
                let n = rest.iter().position(|c| *c == b'\n').unwrap_or(rest.len());
                let mut line = &rest[..n];
                while let (true, [b'\t', more @ ..]) = (tabs, line) {
                    line = more;
                }
                self.in_here = line != delimiter;
                self.at = (self.at + n + 1).min(self.text.len());
            }
            self.token(start..self.at, Kind::String);
            if self.in_here {
                break;
            }
        }
        self.start_command();
    }

    fn start_command(&mut self) {
        let level = self.level();
        if level.place == Place::Array || level.conditional {
            return;
        }
        level.words.clear();
        level.command = !level.pattern;
        level.redirection = false;
    }

    fn open(&mut self) {
        let start = self.at;
        let text = self.text;
        if self.level().conditional || self.level().pattern {
            self.end_word();
            self.at += 1;
            return;
        }
        match self.level().word {
            // `a=(…)`, `a+=(…)`
            Some(_) if text[..start].ends_with(b"=") => {
                self.at += 1;
                self.push(Place::Array, None);
                return;
            }
            // A pattern of extglob's.
            Some(w) if start > w && b"?*+@!".contains(&text[start - 1]) => {
                self.at += 1;
                self.push(Place::Array, None);
                return;
            }
            _ => {}
        }
        self.end_word();
        self.at += 1;
        self.join = Join::Space;
        if text[self.at..].starts_with(b"(") && self.level().command {
            self.at += 1;
            self.push(Place::Arithmetic, None);
            return;
        }
        self.token(start..self.at, Kind::Operator);
        self.push(Place::Group, None);
        let outer = self.levels.len() - 2;
        let outer = &mut self.levels[outer];
        if outer.words.len() == 1 {
            start_body(outer);
        } else {
            outer.command = false;
        }
    }

    fn close(&mut self) {
        let start = self.at;
        self.end_word();
        self.at += 1;
        if self.level().conditional {
            return;
        }
        if self.level().pattern {
            self.level().pattern = false;
            self.start_command();
            self.join = Join::Space;
            self.token(start..self.at, Kind::Operator);
            return;
        }
        if matches!(self.level().place, Place::Group | Place::Array) {
            let substitution = self.levels[self.levels.len() - 2].word.is_some();
            if !substitution {
                self.token(start..self.at, Kind::Operator);
            }
            self.pop();
            // `name ()` wants a command on.
            let function = !substitution && self.level().command;
            self.join = if function { Join::Space } else { Join::Semicolon };
        }
    }

    fn operator(&mut self) {
        let start = self.at;
        let text = self.text;
        let rest = &text[start..];
        const OPERATORS: &[&[u8]] = &[
            b"<<<", b"<<-", b"&>>", b";;&", b"<<", b">>", b"<&", b">&", b"<>", b">|", b"&>", b"&&", b"||",
            b";;", b";&", b"|&", b"<", b">", b"&", b"|", b";",
        ];
        let Some(op) = OPERATORS.iter().find(|op| rest.starts_with(op)) else {
            self.at += 1;
            return;
        };
        if (*op == b"<" || *op == b">") && rest.get(1) == Some(&b'(') && !self.level().conditional {
            self.begin_word();
            self.at += 2;
            self.push(Place::Group, None);
            return;
        }
        // Digits before a redirection are its descriptor.
        let redirects = b"<>".contains(&op[0]) || op.starts_with(b"&>");
        if let Some(w) = self.level().word
            && redirects
            && text[w..start].iter().all(u8::is_ascii_digit)
        {
            self.level().word = None;
        }
        self.end_word();
        self.at += op.len();
        self.token(start..self.at, Kind::Operator);
        self.join = Join::Space;
        let level = self.level();
        if redirects {
            level.redirection = true;
            if op.starts_with(b"<<") && *op != b"<<<" {
                level.here = Some(*op == b"<<-");
            }
            return;
        }
        if op.starts_with(b";") && op.len() > 1 && level.cases > 0 {
            level.pattern = true;
        }
        self.start_command();
    }

    pub(super) fn end_word(&mut self) {
        let end = self.at;
        let Some(start) = self.level().word.take() else {
            return;
        };
        let text = self.text;
        let word = &text[start..end];
        let level = self.level();
        if std::mem::take(&mut level.redirection) {
            if let Some(tabs) = level.here.take() {
                let plain = word.iter().copied().filter(|c| !b"\\'\"".contains(c)).collect();
                self.here.push((plain, tabs));
            }
            return;
        }
        let first = level.words.first().map(|r| &text[r.clone()]);
        if level.conditional {
            if word == b"]]" {
                level.conditional = false;
                self.token(start..end, Kind::Keyword);
            }
            return;
        }
        let is_in =
            word == b"in" && level.words.len() == 2 && matches!(first, Some(b"for" | b"case" | b"select"));
        if is_in {
            if first == Some(b"case") {
                level.cases += 1;
                level.pattern = true;
            }
            level.words.push(start..end);
            self.join = Join::Space;
            self.token(start..end, Kind::Keyword);
            return;
        }
        if level.pattern && word != b"esac" {
            return;
        }
        if !(level.command || level.pattern) {
            level.words.push(start..end);
            if first == Some(b"function") {
                start_body(level);
                self.join = Join::Space;
            }
            return;
        }
        if KEYWORDS.contains(&word) {
            level.pattern = false;
            level.command = true;
            match word {
                b"for" | b"case" | b"select" | b"function" => {
                    level.command = false;
                    level.words.push(start..end);
                }
                b"[[" => {
                    level.conditional = true;
                    level.command = false;
                }
                b"esac" => {
                    level.cases = level.cases.saturating_sub(1);
                    level.command = false;
                }
                b"done" | b"fi" | b"}" => level.command = false,
                b"then" | b"do" | b"else" | b"elif" | b"if" | b"while" | b"until" | b"{" => {
                    self.join = Join::Space
                }
                _ => {}
            }
            self.token(start..end, Kind::Keyword);
            return;
        }
        let name = word
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_')
            .count();
        let assignment = name > 0
            && !word[0].is_ascii_digit()
            && (word[name..].starts_with(b"=")
                || word[name..].starts_with(b"+=")
                || word[name..].starts_with(b"["))
            && word.contains(&b'=');
        if assignment {
            return;
        }
        level.command = false;
        level.words.push(start..end);
        // What was found within the word is drawn over it.
        let at = self
            .tokens
            .iter()
            .position(|t| t.range.start >= start)
            .unwrap_or(self.tokens.len());
        self.tokens.insert(
            at,
            Token {
                range: start..end,
                kind: Kind::Command,
            },
        );
        let levels = self.levels.iter_mut().filter_map(|l| l.token.as_mut());
        levels.filter(|t| **t >= at).for_each(|t| *t += 1);
    }
}
