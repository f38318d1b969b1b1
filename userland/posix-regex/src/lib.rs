//! POSIX basic and extended regular expressions with GNU's extensions, as awk, sed and their like need them: on bytes
//! that may be no UTF-8, the longest of the leftmost matches, groups, and back-references.
//!
//! [`parse`] makes a tree of the pattern, [`hir`] gives it to the crate `regex-automata`, which does the searching.
//! What that crate can't do (back-references, and which groups belong to a match that is longer than the one it
//! prefers) is left to [`backtrack`], at the places where the crate has found that a match can start.

mod backtrack;
mod bracket;
mod hir;
mod parse;
mod small;

pub use small::Small;

use std::cell::RefCell;
use std::ops::Range;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta;
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;

use parse::Node;

/// Whose syntax the pattern has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavor {
    Basic,
    Extended,
    /// Extended, with awk's escapes (`\y` for a word's boundary, escapes in brackets, no back-references).
    Awk,
}

/// How to read the pattern and the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    pub flavor: Flavor,
    pub ignore_case: bool,
    /// `^` and `$` also match at the newlines inside the text.
    pub multi_line: bool,
    /// Characters are UTF-8; otherwise each byte is one, as in the C locale.
    pub utf8: bool,
}

impl Options {
    pub fn new(flavor: Flavor) -> Options {
        Options {
            flavor,
            ignore_case: false,
            multi_line: false,
            utf8: is_utf8_locale(),
        }
    }
}

/// Whether the environment asks for UTF-8, which it does unless it asks for the C locale by name.
pub fn is_utf8_locale() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(std::env::var_os)
        .find(|value| !value.is_empty())
        .is_none_or(|value| value != "C" && value != "POSIX")
}

/// Where a group, or the whole match (group 0), is in the text.
pub type Span = Option<Range<usize>>;

/// A limit on the size of a compiled pattern, in bytes.
const SIZE_LIMIT: usize = 64 << 20;

/// A compiled expression.
pub struct Regex {
    search: meta::Regex,
    longest: Option<Longest>,
    backtracker: backtrack::Program,
    has_back_reference: bool,
    groups: usize,
    caps: RefCell<regex_automata::util::captures::Captures>,
}

impl Regex {
    /// # Errors
    /// A sentence about what is wrong with the pattern, in GNU's words.
    pub fn new(pattern: &[u8], options: Options) -> Result<Regex, String> {
        let parse::Parsed {
            node,
            groups,
            has_back_reference,
        } = parse::parse(pattern, options, bracket::TABLES)?;
        let hir = hir::of(&node);
        let search = meta::Regex::builder()
            .configure(
                meta::Regex::config()
                    .utf8_empty(false)
                    .nfa_size_limit(Some(SIZE_LIMIT)),
            )
            .build_from_hir(&hir)
            .map_err(|_| "Regular expression too big")?;
        let longest = if needs_longest(&node) {
            Longest::new(&hir)
        } else {
            None
        };
        let caps = RefCell::new(search.create_captures());
        Ok(Regex {
            search,
            longest,
            backtracker: backtrack::Program::new(&node, groups, options.ignore_case)?,
            has_back_reference,
            groups,
            caps,
        })
    }

    /// How many groups the pattern has, the whole match not counted.
    pub fn groups(&self) -> usize {
        self.groups
    }

    pub fn is_match(&self, text: &[u8]) -> bool {
        if self.has_back_reference {
            self.find_at(text, 0).is_some()
        } else {
            self.search.is_match(text)
        }
    }

    /// The first match that starts at or after `from`, at its longest.
    pub fn find_at(&self, text: &[u8], from: usize) -> Span {
        if self.has_back_reference {
            return self
                .back_references_at(text, from)
                .and_then(|spans| spans.into_iter().next().flatten());
        }
        let found = self.search.search(&Input::new(text).range(from..))?.range();
        Some(match &self.longest {
            Some(longest) => longest.extend(text, found),
            None => found,
        })
    }

    /// The same with the groups: `spans[0]` is the match, `spans[n]` the n-th group.
    pub fn captures_at(&self, text: &[u8], from: usize, spans: &mut Vec<Span>) -> bool {
        spans.clear();
        if self.has_back_reference {
            return match self.back_references_at(text, from) {
                Some(found) => {
                    *spans = found;
                    true
                }
                None => false,
            };
        }
        let Some(found) = self.find_at(text, from) else {
            return false;
        };
        if self.groups == 0 {
            spans.push(Some(found));
            return true;
        }
        let caps = &mut *self.caps.borrow_mut();
        let input = Input::new(text).range(found.clone()).anchored(Anchored::Yes);
        self.search.search_captures(&input, caps);
        if caps.get_match().is_some_and(|m| m.end() == found.end) {
            spans.extend((0..=self.groups).map(|group| caps.get_group(group).map(|span| span.range())));
        } else if let Some(exact) = self.backtracker.run(text, found.start, Some(found.end)) {
            *spans = exact;
        } else {
            spans.push(Some(found));
            spans.resize(self.groups + 1, None);
        }
        true
    }

    /// The regex crate's expression has the group's pattern in place of the reference, and so finds all matches and more.
    fn back_references_at(&self, text: &[u8], mut from: usize) -> Option<Vec<Span>> {
        while from <= text.len() {
            let start = self.search.search(&Input::new(text).range(from..))?.start();
            if let Some(spans) = self.backtracker.run(text, start, None) {
                return Some(spans);
            }
            from = start + 1;
        }
        None
    }
}

/// Finds the longest match from a start; the search itself prefers the first alternative.
struct Longest {
    dfa: DFA,
    cache: RefCell<Cache>,
}

impl Longest {
    fn new(hir: &Hir) -> Option<Longest> {
        let config = thompson::Config::new()
            .utf8(false)
            .nfa_size_limit(Some(SIZE_LIMIT))
            .which_captures(WhichCaptures::None);
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(hir)
            .ok()?;
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .unicode_word_boundary(true)
            .skip_cache_capacity_check(true);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let cache = RefCell::new(dfa.create_cache());
        Some(Longest { dfa, cache })
    }

    fn extend(&self, text: &[u8], found: Range<usize>) -> Range<usize> {
        let input = Input::new(text).range(found.start..).anchored(Anchored::Yes);
        match self.dfa.try_search_fwd(&mut self.cache.borrow_mut(), &input) {
            Ok(Some(longest)) => found.start..longest.offset().max(found.end),
            // It gave up (a byte that is no ASCII at a word boundary): the first alternative stays.
            _ => found,
        }
    }
}

/// Whether the first match from a start can be another than the longest one: it needs alternatives, or two
/// repetitions of which one can take what the other would have used better.
fn needs_longest(node: &Node) -> bool {
    fn choices(node: &Node) -> usize {
        match node {
            Node::Alternation(_) => 2,
            Node::Concat(nodes) => nodes.iter().map(choices).sum(),
            Node::Group(_, node) => choices(node),
            Node::Repeat { min, max, node } if *max == Some(*min) => choices(node),
            Node::Repeat { node, .. } => 1 + 2 * choices(node),
            _ => 0,
        }
    }
    choices(node) > 1
}

#[cfg(test)]
mod tests;
