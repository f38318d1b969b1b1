//! POSIX basic and extended regular expressions, with GNU's extensions, in the syntax of the regex crate.
//!
//! Nothing that comes out of here matches a newline, so that one search can run over many lines at once.

use std::fmt::Write;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavor {
    Basic,
    Extended,
}

/// A string as an expression that matches just it.
pub fn fixed(text: &[u8]) -> String {
    let mut out = String::new();
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_char(&mut out, c));
        chunk.invalid().iter().for_each(|b| push_byte(&mut out, *b));
    }
    out
}

/// `None` where the pattern has a back-reference, which the regex crate can't do.
///
/// # Errors
/// A sentence about what is wrong with the pattern.
pub fn posix(pattern: &[u8], flavor: Flavor) -> Result<Option<String>, String> {
    let mut translator = Translator {
        rest: pattern,
        flavor,
        out: String::new(),
        groups: Vec::new(),
        atom: None,
        has_back_reference: false,
    };
    translator.run()?;
    Ok((!translator.has_back_reference).then_some(translator.out))
}

fn push_char(out: &mut String, c: char) {
    if c.is_ascii_punctuation() {
        out.push('\\');
        out.push(c);
    } else if c.is_control() {
        let _ = write!(out, "\\x{{{:x}}}", u32::from(c));
    } else {
        out.push(c);
    }
}

fn push_byte(out: &mut String, b: u8) {
    let _ = write!(out, "(?-u:\\x{b:02x})");
}

struct Translator<'a> {
    rest: &'a [u8],
    flavor: Flavor,
    out: String,
    /// Where in `out` each open group starts.
    groups: Vec<usize>,
    /// Where in `out` the last atom starts, which a repetition would be about. None: at the start of a branch.
    atom: Option<usize>,
    has_back_reference: bool,
}

/// What a piece of the pattern means, whichever flavor wrote it.
enum Token {
    Open,
    Close,
    Or,
    Repeat(&'static str),
    Interval,
    Start,
    End,
    Any,
    Bracket,
    Class(&'static str),
    Assertion(&'static str),
    BackReference,
    Char(char),
    Byte(u8),
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), String> {
        while !self.rest.is_empty() {
            let token = self.token()?;
            self.translate(token)?;
        }
        if self.groups.is_empty() {
            Ok(())
        } else {
            Err("Unmatched ( or \\(".into())
        }
    }

    fn translate(&mut self, token: Token) -> Result<(), String> {
        match token {
            Token::Open => {
                self.groups.push(self.out.len());
                self.out.push_str("(?:");
                self.atom = None;
            }
            Token::Close => match self.groups.pop() {
                Some(start) => {
                    self.out.push(')');
                    self.atom = Some(start);
                }
                None if self.flavor == Flavor::Extended => self.literal(')'),
                None => return Err("Unmatched ) or \\)".into()),
            },
            Token::Or => {
                self.out.push('|');
                self.atom = None;
            }
            Token::Repeat(operator) => self.repeat(operator),
            Token::Interval => self.interval()?,
            Token::Start => self.assertion("(?m:^)"),
            Token::End => self.assertion("(?m:$)"),
            Token::Any => self.atom("."),
            Token::Class(class) => self.atom(class),
            Token::Assertion(assertion) => self.assertion(assertion),
            Token::Bracket => {
                let class = self.bracket()?;
                self.atom(&class);
            }
            Token::BackReference => {
                self.has_back_reference = true;
                self.atom("");
            }
            Token::Char(c) => self.literal(c),
            Token::Byte(b) => {
                self.atom = Some(self.out.len());
                push_byte(&mut self.out, b);
            }
        }
        Ok(())
    }

    fn atom(&mut self, text: &str) {
        self.atom = Some(self.out.len());
        self.out.push_str(text);
    }

    fn literal(&mut self, c: char) {
        self.atom = Some(self.out.len());
        push_char(&mut self.out, c);
    }

    /// An assertion can be repeated in an extended expression; in a basic one a `*` after it is a character.
    fn assertion(&mut self, text: &str) {
        let start = self.out.len();
        self.out.push_str(text);
        self.atom = (self.flavor == Flavor::Extended).then_some(start);
    }

    /// Wraps the last atom, so that `a+?` is `(a+)?` and not a lazy plus.
    fn repeat(&mut self, operator: &str) {
        match self.atom {
            Some(start) => {
                self.out.insert_str(start, "(?:");
                self.out.push_str(operator);
                self.out.push(')');
            }
            // Nothing to repeat: a star is itself in a basic expression, and nothing in an extended one.
            None if self.flavor == Flavor::Basic => self.literal(operator.chars().next().unwrap_or('*')),
            None => {}
        }
    }

    /// The inside of `{…}`, whose opening brace has been read.
    fn interval(&mut self) -> Result<(), String> {
        let close: &[u8] = if self.flavor == Flavor::Basic {
            b"\\}"
        } else {
            b"}"
        };
        let end = self.rest.windows(close.len()).position(|w| w == close);
        let bounds = end.and_then(|end| parse_interval(&self.rest[..end]));
        match (end, bounds) {
            (Some(end), Some((low, high))) => {
                if high.is_some_and(|high| low > high) {
                    return Err("Invalid content of \\{\\}".into());
                }
                if low > 0x7fff || high.is_some_and(|high| high > 0x7fff) {
                    return Err("Regular expression too big".into());
                }
                self.rest = &self.rest[end + close.len()..];
                let operator = match high {
                    Some(high) => format!("{{{low},{high}}}"),
                    None => format!("{{{low},}}"),
                };
                self.repeat(&operator);
                Ok(())
            }
            // An extended expression takes a brace that starts no interval as itself.
            _ if self.flavor == Flavor::Extended => {
                self.literal('{');
                Ok(())
            }
            (None, _) => Err("Unmatched \\{".into()),
            _ => Err("Invalid content of \\{\\}".into()),
        }
    }

    fn take_char(&mut self) -> Token {
        for len in 1..=self.rest.len().min(4) {
            if let Ok(text) = std::str::from_utf8(&self.rest[..len])
                && let Some(c) = text.chars().next()
            {
                self.rest = &self.rest[len..];
                return Token::Char(c);
            }
        }
        let b = self.rest[0];
        self.rest = &self.rest[1..];
        Token::Byte(b)
    }

    fn token(&mut self) -> Result<Token, String> {
        let basic = self.flavor == Flavor::Basic;
        let b = self.rest[0];
        if b == b'\\' {
            return self.escape();
        }
        let token = match b {
            b'[' => Token::Bracket,
            b'.' => Token::Any,
            b'*' => Token::Repeat("*"),
            b'^' if !basic || self.at_branch_start() => Token::Start,
            b'$' if !basic || self.at_branch_end() => Token::End,
            b'+' if !basic => Token::Repeat("+"),
            b'?' if !basic => Token::Repeat("?"),
            b'{' if !basic => Token::Interval,
            b'|' if !basic => Token::Or,
            b'(' if !basic => Token::Open,
            b')' if !basic => Token::Close,
            _ => return Ok(self.take_char()),
        };
        self.rest = &self.rest[1..];
        Ok(token)
    }

    fn escape(&mut self) -> Result<Token, String> {
        let basic = self.flavor == Flavor::Basic;
        let Some(b) = self.rest.get(1).copied() else {
            return Err("Trailing backslash".into());
        };
        let token = match b {
            b'(' if basic => Token::Open,
            b')' if basic => Token::Close,
            b'{' if basic => Token::Interval,
            b'|' if basic => Token::Or,
            b'+' if basic => Token::Repeat("+"),
            b'?' if basic => Token::Repeat("?"),
            b'w' => Token::Class("\\w"),
            b'W' => Token::Class("[^\\w\\n]"),
            b's' => Token::Class("[\\s--\\n]"),
            b'S' => Token::Class("[^\\s\\n]"),
            b'<' => Token::Assertion("\\b{start}"),
            b'>' => Token::Assertion("\\b{end}"),
            b'b' => Token::Assertion("\\b"),
            b'B' => Token::Assertion("\\B"),
            b'`' => Token::Start,
            b'\'' => Token::End,
            b'1'..=b'9' => Token::BackReference,
            _ => {
                self.rest = &self.rest[1..];
                return Ok(self.take_char());
            }
        };
        self.rest = &self.rest[2..];
        Ok(token)
    }

    /// Whether a `^` of a basic expression is an anchor here.
    fn at_branch_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with("(?:") || self.out.ends_with('|')
    }

    /// Whether a `$` of a basic expression is an anchor here.
    fn at_branch_end(&self) -> bool {
        matches!(self.rest.get(1..3), Some(b"\\)" | b"\\|")) || self.rest.len() == 1
    }

    /// The inside of `[…]`, whose opening bracket has been read.
    fn bracket(&mut self) -> Result<String, String> {
        let mut out = String::from("[");
        if self.rest.first() == Some(&b'^') {
            // A negated set matches no newline either.
            out.push_str("^\\n");
            self.rest = &self.rest[1..];
        }
        let mut first = true;
        loop {
            match self.rest {
                [] => return Err("Unmatched [, [^, [:, [., or [=".into()),
                [b']', rest @ ..] if !first => {
                    self.rest = rest;
                    out.push(']');
                    return Ok(out);
                }
                [b'[', b':', rest @ ..] => {
                    let end = rest
                        .windows(2)
                        .position(|w| w == b":]")
                        .ok_or("Unmatched [, [^, [:, [., or [=")?;
                    out.push_str(class(&rest[..end])?);
                    self.rest = &rest[end + 2..];
                }
                _ => self.bracket_range(&mut out)?,
            }
            first = false;
        }
    }

    /// A character or a range of a bracket expression.
    fn bracket_range(&mut self, out: &mut String) -> Result<(), String> {
        let low = self.bracket_char()?;
        let is_range = self.rest.first() == Some(&b'-') && self.rest.get(1).is_some_and(|b| *b != b']');
        push_set_char(out, low);
        if is_range {
            self.rest = &self.rest[1..];
            let high = self.bracket_char()?;
            if high < low {
                return Err("Invalid range end".into());
            }
            out.push('-');
            push_set_char(out, high);
        }
        Ok(())
    }

    /// One character, `[.c.]` and `[=c=]` included.
    fn bracket_char(&mut self) -> Result<char, String> {
        if let [b'[', mark @ (b'.' | b'='), ..] = *self.rest {
            let inside = &self.rest[2..];
            let end = inside
                .windows(2)
                .position(|w| w == [mark, b']'])
                .ok_or("Unmatched [, [^, [:, [., or [=")?;
            let text = std::str::from_utf8(&inside[..end]).map_err(|_| "Invalid collation character")?;
            let mut chars = text.chars();
            let (Some(c), None) = (chars.next(), chars.next()) else {
                return Err("Invalid collation character".into());
            };
            self.rest = &inside[end + 2..];
            return Ok(c);
        }
        match self.take_char() {
            Token::Char(c) => Ok(c),
            _ => Err("bytes that are no UTF-8 are not supported in brackets".into()),
        }
    }
}

fn push_set_char(out: &mut String, c: char) {
    let _ = write!(out, "\\x{{{:x}}}", u32::from(c));
}

fn parse_interval(text: &[u8]) -> Option<(u32, Option<u32>)> {
    let text = std::str::from_utf8(text).ok()?;
    match text.split_once(',') {
        None => text.parse().ok().map(|n| (n, Some(n))),
        Some(("", "")) => Some((0, None)),
        Some(("", high)) => high.parse().ok().map(|high| (0, Some(high))),
        Some((low, "")) => low.parse().ok().map(|low| (low, None)),
        Some((low, high)) => Some((low.parse().ok()?, Some(high.parse().ok()?))),
    }
}

fn class(name: &[u8]) -> Result<&'static str, String> {
    Ok(match name {
        b"alpha" => "[\\w--[\\d_]]",
        b"digit" => "0-9",
        b"alnum" => "[\\w--_]",
        b"upper" => "A-Z",
        b"lower" => "a-z",
        b"space" => "[\\s--\\n]",
        b"blank" => " \\t",
        b"punct" => "[:punct:]",
        b"print" => "[^\\x00-\\x1f\\x7f]",
        b"graph" => "[^\\x00-\\x20\\x7f]",
        b"cntrl" => "\\x00-\\x09\\x0b-\\x1f\\x7f",
        b"xdigit" => "0-9A-Fa-f",
        _ => return Err("Invalid character class name".into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_automata::meta::Regex;

    /// The first match of the pattern in the text; `Err` where the pattern is none.
    fn find<'t>(flavor: Flavor, pattern: &str, text: &'t str) -> Result<Option<&'t str>, String> {
        let translated = posix(pattern.as_bytes(), flavor)?.ok_or("a back-reference")?;
        let regex = Regex::new(&translated).map_err(|e| e.to_string())?;
        Ok(regex.find(text).map(|found| &text[found.range()]))
    }

    #[test]
    fn basic_expressions_mean_what_posix_says() {
        for (pattern, text, found) in [
            ("abc", "xabcx", Some("abc")),
            ("a.c", "abc", Some("abc")),
            ("a*", "aab", Some("aa")),
            ("*a", "x*a", Some("*a")),
            ("\\(*a\\)", "*a", Some("*a")),
            ("^*", "*", Some("*")),
            ("a\\+b\\?", "aab", Some("aab")),
            ("a+", "aa a+", Some("a+")),
            ("\\(ab\\)*c", "ababc", Some("ababc")),
            ("a\\{2\\}", "aaa", Some("aa")),
            ("a\\{2,\\}", "aaa", Some("aaa")),
            ("a\\{,1\\}b", "aab", Some("ab")),
            ("a{2}", "a{2}", Some("a{2}")),
            ("a\\|b", "b", Some("b")),
            ("a|b", "a|b", Some("a|b")),
            ("a^b", "a^b", Some("a^b")),
            ("a$b", "a$b", Some("a$b")),
            ("^a$", "a", Some("a")),
            ("\\(^a\\)", "a", Some("a")),
            ("[]a]*", "a]", Some("a]")),
            ("[^]a]", "]ab", Some("b")),
            ("[a\\]", "\\", Some("\\")),
            ("[[:digit:][:space:]]*", "1 2", Some("1 2")),
            ("[[:alpha:]]*", "aü1", Some("aü")),
            ("[a-]*", "a-", Some("a-")),
            ("[[.a.]-c]", "b", Some("b")),
            ("\\.", "a.", Some(".")),
            ("\\<b", "ab b", Some("b")),
            ("\\w\\W", "a ", Some("a ")),
            ("a/b&c~d", "a/b&c~d", Some("a/b&c~d")),
        ] {
            assert_eq!(find(Flavor::Basic, pattern, text), Ok(found), "{pattern}");
        }
    }

    #[test]
    fn extended_expressions_mean_what_posix_says() {
        for (pattern, text, found) in [
            ("a+b?", "aab", Some("aab")),
            ("(a|b)+", "abc", Some("ab")),
            ("a{2,3}", "aaaa", Some("aaa")),
            ("a{x", "a{x", Some("a{x")),
            ("a+?", "aa", Some("aa")),
            ("a**", "aa", Some("aa")),
            ("*a", "a", Some("a")),
            ("a\\+", "a+", Some("a+")),
            ("a|^b$|c", "b", Some("b")),
            ("()", "x", Some("")),
            ("a)", "a)", Some("a)")),
            ("\\(a\\)", "(a)", Some("(a)")),
            ("x[^y]*", "xa\nb", Some("xa")),
            ("x\\s*", "x \ny", Some("x ")),
        ] {
            assert_eq!(find(Flavor::Extended, pattern, text), Ok(found), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for pattern in [
            "\\(a",
            "a\\)",
            "[a",
            "[[:nope:]]",
            "a\\",
            "a\\{1",
            "a\\{2,1\\}",
            "[b-a]",
        ] {
            assert!(posix(pattern.as_bytes(), Flavor::Basic).is_err(), "{pattern}");
        }
        assert_eq!(posix(b"\\(a\\)\\1", Flavor::Basic), Ok(None));
    }

    #[test]
    fn strings_match_themselves() {
        for text in ["a.b*c", "[x]{2}", "tab\there", "ü", "a\\b$^|()"] {
            let regex = Regex::new(&fixed(text.as_bytes())).unwrap();
            assert_eq!(regex.find(text).map(|m| m.range()), Some(0..text.len()), "{text}");
        }
    }
}
