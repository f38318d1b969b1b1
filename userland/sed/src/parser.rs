//! From the text of a script to its commands, with GNU's messages.

use std::rc::Rc;

use posix_regex::{Flavor, Options, Regex};

use crate::replacement::Replacement;
use crate::script::{Address, Command, End, Kind, Out, Pattern, STDOUT, Script, Substitute, Transliterate};

/// A piece of the script: an `-e`, or a file.
pub struct Fragment {
    /// A file's name; `None` for an expression.
    pub file: Option<String>,
    pub text: Vec<u8>,
}

#[derive(Clone, Copy)]
pub struct Settings {
    pub extended: bool,
    pub posix: bool,
    pub sandbox: bool,
}

struct Parser {
    text: Vec<u8>,
    at: usize,
    /// Where each fragment starts, and its file.
    starts: Vec<(usize, Option<String>)>,
    settings: Settings,
    script: Script,
    blocks: Vec<usize>,
    labels: Vec<(Vec<u8>, usize)>,
    /// Branches whose label is looked up at the end.
    jumps: Vec<(usize, Vec<u8>)>,
}

type Result<T> = std::result::Result<T, String>;

pub fn parse(fragments: Vec<Fragment>, settings: Settings) -> Result<Script> {
    let mut text = Vec::new();
    let mut starts = Vec::new();
    for fragment in fragments {
        if !starts.is_empty() {
            text.push(b'\n');
        }
        starts.push((text.len(), fragment.file));
        text.extend_from_slice(fragment.text.strip_suffix(b"\n").unwrap_or(&fragment.text));
    }
    let mut parser = Parser {
        text,
        at: 0,
        starts,
        settings,
        script: Script::default(),
        blocks: Vec::new(),
        labels: Vec::new(),
        jumps: Vec::new(),
    };
    parser.script.quiet = parser.text.starts_with(b"#n\n") || parser.text == b"#n";
    while parser.command()? {}
    parser.finish()
}

impl Parser {
    fn error<T>(&self, message: &str) -> Result<T> {
        let (number, (start, file)) = self
            .starts
            .iter()
            .enumerate()
            .rfind(|(_, (start, _))| *start <= self.at)
            .unwrap_or((0, &self.starts[0]));
        Err(match file {
            Some(file) => {
                let lines = self.text[*start..self.at].iter().filter(|b| **b == b'\n').count();
                format!("file {file} line {}: {message}", lines + 1)
            }
            None => format!(
                "-e expression #{}, char {}: {message}",
                number + 1,
                self.at - start
            ),
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let b = self.peek()?;
        self.at += 1;
        Some(b)
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| b != b'\n' && b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Option<usize> {
        let len = self.text[self.at..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let digits = std::str::from_utf8(&self.text[self.at..self.at + len]).ok()?;
        self.at += len;
        (len > 0).then(|| digits.parse().unwrap_or(usize::MAX))
    }

    /// One command; false at the end of the script.
    fn command(&mut self) -> Result<bool> {
        while self.peek().is_some_and(|b| b == b';' || b.is_ascii_whitespace()) {
            self.at += 1;
        }
        if self.peek().is_none() {
            return Ok(false);
        }
        let start = self.address()?;
        self.blanks();
        let mut end = None;
        if start.is_some() && self.peek() == Some(b',') {
            self.at += 1;
            self.blanks();
            end = Some(self.end_address()?);
            self.blanks();
        }
        if matches!(start, Some(Address::Zero)) && !matches!(end, Some(End::Pattern(_))) {
            self.at += 1;
            return self.error("invalid usage of line address 0");
        }
        let mut negated = false;
        while self.peek() == Some(b'!') {
            self.at += 1;
            if negated {
                return self.error("multiple `!'s");
            }
            negated = true;
            self.blanks();
        }
        let Some(name) = self.next() else {
            return self.error("missing command");
        };
        let addresses = usize::from(start.is_some()) + usize::from(end.is_some());
        let kind = self.kind(name, addresses)?;
        self.script.commands.push(Command {
            start,
            end,
            negated,
            kind,
        });
        Ok(true)
    }

    fn address(&mut self) -> Result<Option<Address>> {
        match self.peek() {
            Some(b'0'..=b'9') => {
                let first = self.number().unwrap_or(0);
                self.blanks();
                if self.peek() == Some(b'~') {
                    self.at += 1;
                    let step = self.number().unwrap_or(0);
                    return Ok(Some(if step == 0 && first > 0 {
                        Address::Line(first)
                    } else {
                        Address::Step(first, step)
                    }));
                }
                Ok(Some(if first == 0 {
                    Address::Zero
                } else {
                    Address::Line(first)
                }))
            }
            Some(b'$') => {
                self.at += 1;
                Ok(Some(Address::Last))
            }
            Some(b'/' | b'\\') => Ok(Some(Address::Pattern(self.address_pattern()?))),
            _ => Ok(None),
        }
    }

    fn end_address(&mut self) -> Result<End> {
        let sign = self.peek();
        match sign {
            Some(b'+' | b'~') => {
                self.at += 1;
                let Some(n) = self.number() else {
                    return self.error("expected number");
                };
                Ok(if sign == Some(b'+') {
                    End::Plus(n)
                } else {
                    End::Multiple(n)
                })
            }
            _ => match self.address()? {
                Some(Address::Line(n)) => Ok(End::Line(n)),
                Some(Address::Zero) => {
                    self.at += 1;
                    self.error("invalid usage of line address 0")
                }
                Some(Address::Last) => Ok(End::Last),
                Some(Address::Pattern(pattern)) => Ok(End::Pattern(pattern)),
                Some(Address::Step(first, _)) => Ok(End::Line(first)),
                None => {
                    self.at += 1;
                    self.error("unexpected `,'")
                }
            },
        }
    }

    fn address_pattern(&mut self) -> Result<Pattern> {
        if self.peek() == Some(b'\\') {
            self.at += 1;
        }
        let Some(delimiter) = self.next() else {
            return self.error("unexpected end");
        };
        let Some(source) = self.delimited(delimiter, true) else {
            return self.error("unterminated address regex");
        };
        let mut options = self.options();
        loop {
            match self.peek() {
                Some(b'I') => options.ignore_case = true,
                Some(b'M') => options.multi_line = true,
                _ => break,
            }
            self.at += 1;
        }
        self.pattern(&source, options)
    }

    fn options(&self) -> Options {
        Options::new(if self.settings.extended {
            Flavor::Extended
        } else {
            Flavor::Basic
        })
    }

    fn pattern(&self, source: &[u8], options: Options) -> Result<Pattern> {
        if source.is_empty() {
            return Ok(None);
        }
        match Regex::new(source, options) {
            Ok(regex) => Ok(Some(Rc::new(regex))),
            Err(why) => self.error(&why),
        }
    }

    /// The text up to an unescaped delimiter, which is read, too. An escaped delimiter is itself.
    fn delimited(&mut self, delimiter: u8, is_pattern: bool) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        loop {
            match self.next()? {
                b if b == delimiter => return Some(out),
                b'\\' => match self.next()? {
                    b if b == delimiter => {
                        if !is_pattern && b == b'&' {
                            out.extend_from_slice(b"\\&");
                        } else {
                            out.push(b);
                        }
                    }
                    b'\n' if is_pattern => out.push(b'\n'),
                    b => out.extend_from_slice(&[b'\\', b]),
                },
                b'\n' if is_pattern => return None,
                b'[' if is_pattern => {
                    out.push(b'[');
                    self.bracket(&mut out)?;
                }
                b => out.push(b),
            }
        }
    }

    /// The rest of a bracket expression, in which the delimiter is a character like others.
    fn bracket(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let rest = &self.text[self.at..];
        let mut len = usize::from(rest.first() == Some(&b'^'));
        len += usize::from(rest.get(len) == Some(&b']'));
        loop {
            match rest.get(len..)? {
                [b']', ..] => break,
                [b'[', mark @ (b':' | b'.' | b'='), inside @ ..] => {
                    len += 2 + inside
                        .windows(2)
                        .position(|w| w == [*mark, b']'])
                        .map_or(0, |end| end + 2);
                }
                [b'\n', ..] | [] => return None,
                _ => len += 1,
            }
        }
        out.extend_from_slice(&rest[..=len]);
        self.at += len + 1;
        Some(())
    }

    fn kind(&mut self, name: u8, addresses: usize) -> Result<Kind> {
        let plain = match name {
            b'#' => {
                if addresses > 0 {
                    return self.error("comments don't accept any addresses");
                }
                self.line();
                return Ok(Kind::Nothing);
            }
            b':' => {
                if addresses > 0 {
                    return self.error(": doesn't want any addresses");
                }
                let label = self.label();
                if label.is_empty() {
                    return self.error("\":\" lacks a label");
                }
                self.labels.push((label, self.script.commands.len()));
                return Ok(Kind::Nothing);
            }
            b'{' => {
                self.blocks.push(self.script.commands.len());
                return Ok(Kind::Block(usize::MAX));
            }
            b'}' => {
                let Some(open) = self.blocks.pop() else {
                    return self.error("unexpected `}'");
                };
                if addresses > 0 {
                    return self.error("} doesn't want any addresses");
                }
                self.script.commands[open].kind = Kind::Block(self.script.commands.len());
                Kind::BlockEnd
            }
            b'=' => Kind::LineNumber,
            b'd' => Kind::Delete,
            b'D' => Kind::DeleteFirst,
            b'F' => Kind::FileName,
            b'g' => Kind::Get,
            b'G' => Kind::GetAppend,
            b'h' => Kind::Hold,
            b'H' => Kind::HoldAppend,
            b'n' => Kind::Next,
            b'N' => Kind::NextAppend,
            b'p' => Kind::Print,
            b'P' => Kind::PrintFirst,
            b'x' => Kind::Exchange,
            b'z' => Kind::Zap,
            b'a' | b'i' | b'c' => {
                let text = self.text_argument()?;
                return Ok(match name {
                    b'a' => Kind::Append(text),
                    b'i' => Kind::Insert(text),
                    _ => Kind::Change(text),
                });
            }
            b'b' | b't' | b'T' => {
                let label = self.label();
                if !label.is_empty() {
                    self.jumps.push((self.script.commands.len(), label));
                }
                return Ok(match name {
                    b'b' => Kind::Branch(usize::MAX),
                    b't' => Kind::BranchIf(usize::MAX),
                    _ => Kind::BranchUnless(usize::MAX),
                });
            }
            b'e' => {
                self.refuse_in_sandbox()?;
                self.blanks();
                return Ok(Kind::Execute(self.line()));
            }
            b'l' => {
                self.blanks();
                Kind::List(self.number())
            }
            b'q' | b'Q' => {
                if addresses > 1 {
                    return self.error("command only uses one address");
                }
                self.blanks();
                let status = self.number().unwrap_or(0) as i32 & 0xff;
                if name == b'q' {
                    Kind::Quit(status)
                } else {
                    Kind::QuitSilently(status)
                }
            }
            b'r' => return Ok(Kind::Read(self.file_name()?)),
            b'R' => {
                let file = self.file_name()?;
                let known = self.script.line_files.iter().position(|own| *own == file);
                return Ok(Kind::ReadLine(known.unwrap_or_else(|| {
                    self.script.line_files.push(file);
                    self.script.line_files.len() - 1
                })));
            }
            b'w' => return Ok(Kind::Write(self.output()?)),
            b'W' => return Ok(Kind::WriteFirst(self.output()?)),
            b's' => self.substitute()?,
            b'y' => self.transliterate()?,
            b'v' => {
                self.label();
                Kind::Nothing
            }
            other => {
                return self.error(&format!("unknown command: `{}'", char::from(other)));
            }
        };
        self.end_of_command()?;
        Ok(plain)
    }

    fn end_of_command(&mut self) -> Result<()> {
        self.blanks();
        match self.peek() {
            None | Some(b'}' | b'#') => Ok(()),
            Some(b'\n' | b';') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => {
                self.at += 1;
                self.error("extra characters after command")
            }
        }
    }

    /// The rest of the line.
    fn line(&mut self) -> Vec<u8> {
        let rest = &self.text[self.at..];
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..len].to_vec();
        self.at += len;
        line
    }

    fn label(&mut self) -> Vec<u8> {
        self.blanks();
        let rest = &self.text[self.at..];
        let len = rest
            .iter()
            .position(|b| matches!(b, b';' | b'}') || b.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let label = rest[..len].to_vec();
        self.at += len;
        label
    }

    fn file_name(&mut self) -> Result<Vec<u8>> {
        self.blanks();
        let name = self.line();
        if name.is_empty() {
            return self.error("missing filename in r/R/w/W commands");
        }
        Ok(name)
    }

    fn refuse_in_sandbox(&self) -> Result<()> {
        if self.settings.sandbox {
            return self.error("e/r/w commands disabled in sandbox mode");
        }
        Ok(())
    }

    fn output(&mut self) -> Result<Out> {
        self.refuse_in_sandbox()?;
        let name = self.file_name()?;
        if name == b"/dev/stdout" {
            return Ok(STDOUT);
        }
        let known = self.script.outputs.iter().position(|own| *own == name);
        Ok(1 + known.unwrap_or_else(|| {
            self.script.outputs.push(name);
            self.script.outputs.len() - 1
        }))
    }

    /// The text of a, i and c: `a\` and lines, or GNU's `a text` on one line.
    fn text_argument(&mut self) -> Result<Vec<u8>> {
        self.blanks();
        if self.peek().is_none() {
            return self.error("expected \\ after `a', `c' or `i'");
        }
        if self.peek() == Some(b'\\') {
            let rest = &self.text[self.at + 1..];
            let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            match rest.get(blanks) {
                Some(b'\n') => self.at += 1 + blanks + 1,
                None => {
                    self.at = self.text.len();
                    return Ok(Vec::new());
                }
                // `a\text`: the backslash keeps leading blanks.
                Some(_) => self.at += 1,
            }
        }
        let mut text = Vec::new();
        while let Some(b) = self.next() {
            match b {
                b'\n' => break,
                b'\\' => match self.peek() {
                    Some(b'\n') => {
                        text.push(b'\n');
                        self.at += 1;
                    }
                    Some(_) => {
                        self.at += crate::replacement::push_escape(&mut text, &self.text[self.at - 1..]) - 1
                    }
                    None => {}
                },
                _ => text.push(b),
            }
        }
        text.push(b'\n');
        Ok(text)
    }

    fn substitute(&mut self) -> Result<Kind> {
        let Some(delimiter) = self.next().filter(|b| *b != b'\n' && *b != b'\\') else {
            return self.error("unterminated `s' command");
        };
        let sides = self
            .delimited(delimiter, true)
            .and_then(|source| Some((source, self.delimited(delimiter, false)?)));
        let Some((source, replacement)) = sides else {
            self.at = self.text.len();
            return self.error("unterminated `s' command");
        };
        let mut substitute = Substitute {
            pattern: None,
            replacement: Replacement::parse(&replacement),
            global: false,
            print: 0,
            number: 0,
            evaluate: false,
            write: None,
        };
        let mut options = self.options();
        loop {
            match self.peek() {
                Some(b'g') => {
                    self.at += 1;
                    if std::mem::replace(&mut substitute.global, true) {
                        return self.error("multiple `g' options to `s' command");
                    }
                }
                Some(b'p') => {
                    self.at += 1;
                    substitute.print += 1;
                    if substitute.print > 1 {
                        return self.error("multiple `p' options to `s' command");
                    }
                }
                Some(b'i' | b'I') => {
                    self.at += 1;
                    options.ignore_case = true;
                }
                Some(b'm' | b'M') => {
                    self.at += 1;
                    options.multi_line = true;
                }
                Some(b'e') => {
                    self.at += 1;
                    self.refuse_in_sandbox()?;
                    substitute.evaluate = true;
                }
                Some(b'0'..=b'9') => {
                    let number = self.number().unwrap_or(0);
                    if substitute.number > 0 {
                        return self.error("multiple number options to `s' command");
                    }
                    if number == 0 {
                        return self.error("number option to `s' command may not be zero");
                    }
                    substitute.number = number;
                }
                Some(b'w') => {
                    self.at += 1;
                    substitute.write = Some(self.output()?);
                    break;
                }
                None | Some(b'}' | b'#' | b';' | b'\n') => break,
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(_) => {
                    self.at += 1;
                    return self.error("unknown option to `s'");
                }
            }
        }
        substitute.pattern = self.pattern(&source, options)?;
        if let Some(regex) = &substitute.pattern
            && substitute.replacement.groups > regex.groups()
        {
            let group = substitute.replacement.groups;
            return self.error(&format!("invalid reference \\{group} on `s' command's RHS"));
        }
        Ok(Kind::Substitute(Box::new(substitute)))
    }

    fn transliterate(&mut self) -> Result<Kind> {
        let delimiter = self.next();
        let sides = delimiter.and_then(|delimiter| {
            let from = self.delimited(delimiter, false)?;
            Some((from, self.delimited(delimiter, false)?))
        });
        let Some((from, to)) = sides else {
            return self.error("unterminated `y' command");
        };
        let (from, to) = (characters(&from), characters(&to));
        if from.len() != to.len() {
            return self.error("strings for `y' command are different lengths");
        }
        let mut table = Transliterate {
            bytes: Box::new(std::array::from_fn(|at| at as u8)),
            chars: Vec::new(),
        };
        for (from, to) in from.into_iter().zip(to) {
            match (&from[..], &to[..]) {
                ([from], [to]) => table.bytes[usize::from(*from)] = *to,
                _ => table.chars.push((from, to)),
            }
        }
        Ok(Kind::Transliterate(table))
    }

    fn finish(mut self) -> Result<Script> {
        if let Some(open) = self.blocks.pop() {
            let _ = open;
            self.at = self.starts.last().map_or(0, |(start, _)| *start);
            return self.error("unmatched `{'");
        }
        for (at, label) in self.jumps {
            let Some((_, target)) = self.labels.iter().find(|(own, _)| *own == label) else {
                let label = String::from_utf8_lossy(&label).into_owned();
                return Err(format!("can't find label for jump to `{label}'"));
            };
            match &mut self.script.commands[at].kind {
                Kind::Branch(to) | Kind::BranchIf(to) | Kind::BranchUnless(to) => *to = *target,
                _ => {}
            }
        }
        Ok(self.script)
    }
}

/// The characters of one side of `y`, escapes resolved.
fn characters(text: &[u8]) -> Vec<Vec<u8>> {
    let mut plain = Vec::new();
    let mut rest = text;
    while let Some(b) = rest.first() {
        if *b == b'\\' {
            rest = &rest[crate::replacement::push_escape(&mut plain, rest)..];
        } else {
            plain.push(*b);
            rest = &rest[1..];
        }
    }
    if !posix_regex::is_utf8_locale() {
        return plain.into_iter().map(|b| vec![b]).collect();
    }
    let mut out = Vec::new();
    for chunk in plain.utf8_chunks() {
        out.extend(chunk.valid().chars().map(|c| c.to_string().into_bytes()));
        out.extend(chunk.invalid().iter().map(|b| vec![*b]));
    }
    out
}
