//! Finds lines: one regular expression made of all patterns.
//!
//! Where no match can contain the line's end, a search runs over a whole buffer of lines at once; Perl's expressions
//! and lines that end in NUL are looked at one by one. Patterns with back-references are left to `posix-regex`, which
//! also goes by line.

use std::cell::RefCell;
use std::ops::Range;

use memchr::{memchr, memrchr};
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta::Regex;
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

use crate::config::{Config, Syntax};
use crate::reference::Reference;
use crate::translate::{self, Flavor};

/// A limit on the size of a compiled pattern, in bytes.
const SIZE_LIMIT: usize = 64 << 20;

pub struct Matcher {
    /// `None`: no pattern at all matches nothing.
    regex: Option<Regex>,
    /// Finds the longest match from a start, as POSIX wants; the regex itself prefers the first alternative.
    longest: Option<Longest>,
    references: Vec<Reference>,
    line_end: u8,
    by_line: bool,
}

struct Longest {
    dfa: DFA,
    cache: RefCell<Cache>,
}

impl Matcher {
    /// # Errors
    /// A sentence about a pattern that is none.
    pub fn new(config: &Config) -> Result<Matcher, String> {
        let mut patterns = Vec::new();
        let mut references = Vec::new();
        for pattern in &config.patterns {
            match expression(pattern, config)? {
                Some(expression) => patterns.push(expression),
                None => references.push(Reference::new(pattern, config)?),
            }
        }
        let by_line = config.syntax == Syntax::Perl || config.line_end != b'\n' || !references.is_empty();
        let mut matcher = Matcher {
            regex: None,
            longest: None,
            references,
            line_end: config.line_end,
            by_line,
        };
        if patterns.is_empty() {
            return Ok(matcher);
        }
        let mut all = patterns.join("|");
        if config.line {
            all = format!("(?m:^)(?:{all})(?m:$)");
        } else if config.word {
            all = format!("\\b{{start-half}}(?:{all})\\b{{end-half}}");
        }
        let syntax = syntax::Config::new()
            .utf8(false)
            .case_insensitive(config.ignore_case);
        let build = Regex::builder()
            .syntax(syntax)
            .configure(Regex::config().utf8_empty(false).nfa_size_limit(Some(SIZE_LIMIT)))
            .build(&all);
        matcher.regex = Some(build.map_err(|error| match error.syntax_error() {
            Some(error) => error.to_string(),
            None => error.to_string(),
        })?);
        // Only alternatives and optional parts can make a difference, and only where the match itself is shown.
        if config.syntax != Syntax::Perl {
            matcher.longest = Longest::new(&all, syntax);
        }
        Ok(matcher)
    }

    /// The next matching line at or after `from`, without its end. `from` is the start of a line.
    pub fn next_line(&self, buffer: &[u8], from: usize) -> Option<Range<usize>> {
        if self.by_line {
            return self.next_line_by_line(buffer, from);
        }
        let regex = self.regex.as_ref()?;
        if from >= buffer.len() {
            return None;
        }
        // The last line's end is no start of another one.
        let text = buffer.strip_suffix(b"\n").unwrap_or(buffer);
        let found = regex.search_half(&Input::new(text).range(from.min(text.len())..).earliest(true))?;
        let at = found.offset();
        let start = memrchr(b'\n', &text[from..at]).map_or(from, |newline| from + newline + 1);
        let end = memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline);
        Some(start..end)
    }

    fn next_line_by_line(&self, buffer: &[u8], mut from: usize) -> Option<Range<usize>> {
        while from < buffer.len() {
            let end = memchr(self.line_end, &buffer[from..]).map_or(buffer.len(), |at| from + at);
            let line = &buffer[from..end];
            let is_match = self.regex.as_ref().is_some_and(|regex| regex.is_match(line))
                || self
                    .references
                    .iter()
                    .any(|reference| reference.find_at(line, 0).is_some());
            if is_match {
                return Some(from..end);
            }
            from = end + 1;
        }
        None
    }

    /// The first match in a line that starts at or after `from`, at its longest.
    fn find_at(&self, line: &[u8], from: usize) -> Option<Range<usize>> {
        let fast = self.regex.as_ref().and_then(|regex| {
            let first = regex.search(&Input::new(line).range(from..))?.range();
            Some(match &self.longest {
                Some(longest) => longest.extend(line, first),
                None => first,
            })
        });
        self.references
            .iter()
            .filter_map(|reference| reference.find_at(line, from))
            .chain(fast)
            .min_by_key(|range| (range.start, std::cmp::Reverse(range.end)))
    }

    /// The match that starts at `at`, by the replacement: `$1` and `${name}` are its groups.
    pub fn replaced(&self, line: &[u8], at: usize, replacement: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(regex) = &self.regex {
            let mut captures = regex.create_captures();
            regex.search_captures(&Input::new(line).range(at..), &mut captures);
            captures.interpolate_bytes_into(line, replacement, &mut out);
        }
        out
    }

    /// The nonempty matches in a line.
    pub fn matches(&self, line: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut from = 0;
        while from <= line.len()
            && let Some(range) = self.find_at(line, from)
        {
            from = if range.is_empty() {
                range.end + 1
            } else {
                range.end
            };
            if !range.is_empty() {
                found.push(range);
            }
        }
        found
    }
}

impl Longest {
    /// `None` where the pattern is one that such an automaton can't have (Unicode word boundaries).
    fn new(pattern: &str, syntax: syntax::Config) -> Option<Longest> {
        let dfa = DFA::builder()
            .syntax(syntax)
            .thompson(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(SIZE_LIMIT)),
            )
            .configure(
                DFA::config()
                    .match_kind(MatchKind::All)
                    .unicode_word_boundary(true)
                    .skip_cache_capacity_check(true),
            )
            .build(pattern)
            .ok()?;
        let cache = RefCell::new(dfa.create_cache());
        Some(Longest { dfa, cache })
    }

    fn extend(&self, line: &[u8], found: Range<usize>) -> Range<usize> {
        let input = Input::new(line).range(found.start..).anchored(Anchored::Yes);
        match self.dfa.try_search_fwd(&mut self.cache.borrow_mut(), &input) {
            Ok(Some(longest)) => found.start..longest.offset().max(found.end),
            // It gave up (a byte that is no ASCII at a word boundary): the first alternative stays.
            _ => found,
        }
    }
}

/// The pattern in the regex crate's syntax; `None` where it has a back-reference.
fn expression(pattern: &[u8], config: &Config) -> Result<Option<String>, String> {
    match config.syntax {
        Syntax::Fixed => Ok(Some(translate::fixed(pattern))),
        Syntax::Basic => translate::posix(pattern, Flavor::Basic),
        Syntax::Extended => translate::posix(pattern, Flavor::Extended),
        Syntax::Perl => match std::str::from_utf8(pattern) {
            Ok(text) => Ok(Some(format!("(?:{text})"))),
            Err(_) => Err("the pattern is no UTF-8".into()),
        },
    }
}
