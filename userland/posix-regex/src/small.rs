//! Expressions matched by the backtracker alone, for programs that look at short lines and shall be small.

use crate::backtrack::{Prefix, Program};
use crate::bracket::SMALL;
use crate::{Options, Span, parse};

/// A compiled expression, of a tenth of [`crate::Regex`]'s code. Combining marks are in no class. It takes time in proportion to the text's length, but
/// with back-references, and some hundred times as long as an automaton.
pub struct Small {
    program: Program,
    prefix: Prefix,
    /// Where no match was found is worth remembering, and may be.
    remember: bool,
}

impl Small {
    /// # Errors
    /// A sentence about what is wrong with the pattern, in GNU's words.
    pub fn new(pattern: &[u8], options: Options) -> Result<Small, String> {
        let parsed = parse::parse(pattern, options, SMALL)?;
        let program = Program::new(&parsed.node, parsed.groups, options.ignore_case)?;
        Ok(Small {
            prefix: program.prefix(),
            remember: program.has_branches() && !program.has_back_reference(),
            program,
        })
    }

    /// The first match that starts at or after `from`, at its longest, with its groups: `[0]` is the match.
    pub fn captures_at(&self, text: &[u8], from: usize) -> Option<Vec<Span>> {
        let mut dead_ends = None;
        let mut at = from;
        while at <= text.len() {
            match &self.prefix {
                Prefix::Start if at > 0 => return None,
                Prefix::Bytes(bytes) => at += find(&text[at..], bytes)?,
                _ => {}
            }
            if dead_ends.is_none() && self.remember {
                dead_ends = Some(self.program.dead_ends(text));
            }
            let found = self.program.run_with(text, at, None, dead_ends.as_mut());
            if found.is_some() {
                return found;
            }
            // On to the next character.
            at += 1;
            if at > text.len() {
                return None;
            }
            while text[at - 1] >= 0x80 && text.get(at).is_some_and(|b| b & 0xc0 == 0x80) {
                at += 1;
            }
        }
        None
    }

    /// The same without the groups.
    pub fn find_at(&self, text: &[u8], from: usize) -> Span {
        self.captures_at(text, from)?.into_iter().next().flatten()
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = 0;
    loop {
        at += text[at..].iter().position(|b| *b == first)?;
        if text[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}
