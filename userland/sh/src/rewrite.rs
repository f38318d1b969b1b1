//! What bash's grammar has and brush-parser's has not, put into words that it takes. The text is changed before it is
//! parsed, at tokens, without moving anything to another line:
//!
//! - `select NAME in …` becomes a `for` whose name bears [`SELECT`];
//! - `for ((;;))` gets a blank between its semicolons;
//! - newlines in `[[ … ]]` become blanks where the parser wants no newline;
//! - `{NAME}>file` becomes a redirection of a descriptor from [`NAMED_FD`] on, which stands for the name;
//! - `f() [[ … ]]` gets braces around its body;
//! - blanks in `${…}`, of which the parser keeps one where there are several and none behind an operator, are [`hidden`]
//!   until the word is taken apart ([`reveal`]);
//! - so are expansions that stand behind a here-document's tag on its line, which the parser mangles.

mod here_document;

use std::borrow::Cow;
use std::cell::RefCell;

use brush_parser::{Token, tokenize_str};

use crate::text::{hidden, shown};

/// Before a `for` loop's variable: it is a `select`. No text contains it (a noncharacter's neighbour of [`crate::text`]'s).
pub const SELECT: char = '\u{10FF01}';

/// Descriptors from here on are variables' names.
pub const NAMED_FD: i32 = 1 << 24;

thread_local! {
    static FD_NAMES: RefCell<Vec<String>> = RefCell::default();
}

fn number_of(name: &str) -> i32 {
    FD_NAMES.with_borrow_mut(|names| {
        let at = names.iter().position(|n| n == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        NAMED_FD + at as i32
    })
}

/// The variable that a descriptor's number stands for.
pub fn fd_name(number: i32) -> Option<String> {
    let at = usize::try_from(number.checked_sub(NAMED_FD)?).ok()?;
    FD_NAMES.with_borrow(|names| names.get(at).cloned())
}

/// Commands as they were written, for `declare -f` and the like.
pub fn restore(text: &str) -> String {
    let mut out = reveal(text).into_owned();
    if out.contains(SELECT) {
        out = out.replace(&format!("for {SELECT}"), "select ");
    }
    FD_NAMES.with_borrow(|names| {
        for (i, n) in names.iter().enumerate() {
            out = out.replace(&(NAMED_FD + i as i32).to_string(), &format!("{{{n}}}"));
        }
    });
    out
}

/// Might there be anything to rewrite?
fn concerns(text: &str) -> bool {
    text.contains("select")
        || text.contains(";;") && text.contains("((")
        || text.contains("[[")
        || text.contains("}<")
        || text.contains("}>")
        || text.contains("${") && guarded(text).is_some()
}

/// Is anything in it hidden?
pub fn is_hidden(text: &str) -> bool {
    !text.is_ascii() && text.contains(|c| shown(c).is_some())
}

/// The text with what was hidden as it was.
pub fn reveal(text: &str) -> Cow<'_, str> {
    if is_hidden(text) {
        Cow::Owned(text.chars().map(|c| shown(c).unwrap_or(c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The text with the blanks in its `${…}` kept from the parser; `None` where it would lose none. Commands in there are
/// left alone.
fn guarded(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut braces, mut commands, mut lost) = (0_usize, 0_usize, false);
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                out.push(c);
                out.extend(chars.next());
                before = c;
                continue;
            }
            '$' if chars.peek() == Some(&'{') => braces += usize::from(commands == 0),
            '(' if commands > 0 || braces > 0 && before == '$' => commands += 1,
            ')' if commands > 0 => commands -= 1,
            '}' if commands == 0 => braces = braces.saturating_sub(1),
            ' ' | '\t' if braces > 0 && commands == 0 => {
                lost |= c == '\t' || " \t;&|<>()\n".contains(before);
                out.push(hidden(c));
                before = c;
                continue;
            }
            _ => {}
        }
        out.push(c);
        before = c;
    }
    lost.then_some(out)
}

/// A change: characters from `start` to `end` become `text`.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

pub fn rewrite(text: &str) -> Option<String> {
    let sheltered = here_document::shelter(text);
    let text = sheltered.as_deref().unwrap_or(text);
    rewrite_tokens(text).or(sheltered.clone())
}

fn rewrite_tokens(text: &str) -> Option<String> {
    if !concerns(text) {
        return None;
    }
    let tokens = tokenize_str(text).ok()?;
    let mut edits = Vec::new();
    let mut scan = Scan::default();
    let chars: Vec<char> = text.chars().collect();
    for (i, t) in tokens.iter().enumerate() {
        let known = edits.len();
        scan.token(&tokens, i, t, &mut edits);
        if let Token::Word(w, span) = t
            && edits.len() == known
            && w.contains("${")
            && !here_document::holds(&tokens, i)
        {
            let (start, end) = (span.start.index, span.end.index.min(chars.len()));
            let source: String = chars[start.min(end)..end].iter().collect();
            // Behind a here-document on the same line a token's place is not where it says.
            let solid = |text: &str| text.replace([' ', '\t'], "");
            if solid(&source) == solid(w) {
                edits.extend(guarded(&source).map(|text| Edit { start, end, text }));
            }
        }
    }
    if edits.is_empty() {
        return None;
    }
    // Here-documents come before what stands behind their tag on its line.
    edits.sort_by_key(|e| e.start);
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for e in edits {
        out.extend(&chars[at.min(chars.len())..e.start.min(chars.len())]);
        out.push_str(&e.text);
        at = e.end;
    }
    out.extend(&chars[at.min(chars.len())..]);
    Some(out)
}

/// Where the scan is.
#[derive(Default)]
struct Scan {
    /// Inside `[[`.
    test: bool,
    /// The `]]` of this test closes a function's body.
    body: bool,
    /// A command may not begin here.
    inside: bool,
    /// The word before was `select`.
    select: bool,
}

impl Scan {
    fn token(&mut self, tokens: &[Token], i: usize, t: &Token, edits: &mut Vec<Edit>) {
        let span = t.location();
        let (start, end) = (span.start.index, span.end.index);
        let edit = |text: String| Edit { start, end, text };
        match t {
            Token::Operator(op, _) if self.test => {
                if op == "\n" && !self.may_stay(tokens, i) {
                    edits.push(edit(" \\\n".into()));
                }
            }
            Token::Operator(op, _) => {
                let opened = |k: usize| i >= k && tokens[i - k].to_str() == "(";
                if op == ";;" && opened(1) && opened(2) && i >= 3 && tokens[i - 3].to_str() == "for" {
                    edits.push(edit("; ;".into()));
                }
                self.inside = matches!(
                    op.as_str(),
                    "<" | ">" | ">>" | "<<" | "<&" | ">&" | "<<<" | ">|" | "<>"
                );
            }
            Token::Word(w, _) if self.test => {
                if w == "]]" {
                    self.test = false;
                    if std::mem::take(&mut self.body) {
                        edits.push(edit("]]; }".into()));
                    }
                }
            }
            Token::Word(w, _) => self.word(tokens, i, w, edits, edit),
        }
    }

    fn word(
        &mut self,
        tokens: &[Token],
        i: usize,
        w: &str,
        edits: &mut Vec<Edit>,
        edit: impl Fn(String) -> Edit,
    ) {
        if std::mem::take(&mut self.select) {
            edits.push(edit(format!("{SELECT}{w}")));
            self.inside = true;
            return;
        }
        match w {
            "select" if !self.inside => {
                edits.push(edit("for".into()));
                self.select = true;
            }
            "[[" if !self.inside => {
                self.test = true;
                let before = |k: usize, s: &str| i >= k && tokens[i - k].to_str() == s;
                if before(1, ")") && before(2, "(") && i >= 3 && matches!(tokens[i - 3], Token::Word(..)) {
                    self.body = true;
                    edits.push(edit("{ [[".into()));
                }
            }
            _ => {
                let name = w.strip_prefix('{').and_then(|n| n.strip_suffix('}'));
                if let (Some(name), Some(Token::Operator(op, next))) = (name, tokens.get(i + 1))
                    && crate::assign::parse_target(name.as_bytes()).is_some()
                    && op.starts_with(['<', '>'])
                    && next.start.index == tokens[i].location().end.index
                {
                    edits.push(edit(number_of(name).to_string()));
                    return;
                }
                let opens = matches!(
                    w,
                    "then" | "do" | "else" | "elif" | "if" | "while" | "until" | "{" | "!" | "time"
                ) || (!self.inside && w.contains('=') && !w.starts_with('='));
                self.inside = !opens;
            }
        }
    }

    /// A newline in `[[ … ]]` that the parser reads itself, or that bash does not allow either: after a lone word.
    fn may_stay(&self, tokens: &[Token], i: usize) -> bool {
        let before = tokens[..i].iter().rev().find(|t| t.to_str() != "\n");
        !before
            .is_none_or(|t| matches!(t.to_str(), "(" | ")" | "!" | "[[" | "&&" | "||") || operand(tokens, i))
    }
}

/// Does the newline at `i` follow a complete unary or binary test?
fn operand(tokens: &[Token], i: usize) -> bool {
    let mut words = tokens[..i]
        .iter()
        .rev()
        .skip_while(|t| t.to_str() == "\n")
        .skip(1);
    words.next().is_some_and(|t| {
        let s = t.to_str();
        s.starts_with('-') || matches!(s, "=" | "==" | "!=" | "=~" | "<" | ">")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_parser_lacks_is_changed() {
        for (text, want) in [
            (
                "select x in a b; do :; done",
                Some(format!("for {SELECT}x in a b; do :; done")),
            ),
            ("echo select x", None),
            ("for ((;;)); do :; done", Some("for ((; ;)); do :; done".into())),
            ("[[ (\na = b\n) ]]", Some("[[ ( \\\na = b \\\n) ]]".into())),
            ("[[ a && b ]]", None),
            ("f() [[ -n $1 ]]", Some("f() { [[ -n $1 ]]; }".into())),
            ("exec {fd}>&-", Some(format!("exec {}>&-", number_of("fd")))),
            ("echo {fd} >x", None),
            ("echo a  ${x:-b c}", None),
            (
                r#"echo "${x+; b}""#,
                Some(format!(r#"echo "${{x+;{}b}}""#, hidden(' '))),
            ),
            ("echo ${x+a\tb}", Some(format!("echo ${{x+a{}b}}", hidden('\t')))),
            ("echo ${x:-$(a $(b)  c)}", None),
            (
                "echo ${x:-a  b}; cat <<E; echo $y\n ${y:-c  d}\nE\n",
                Some(format!(
                    "echo ${{x:-a{0}{0}b}}; cat <<E; echo $y\n ${{y:-c  d}}\nE\n",
                    hidden(' ')
                )),
            ),
        ] {
            assert_eq!(rewrite(text), want, "{text}");
        }
        let guarded = format!("echo ${{x+;{}b{}}}", hidden(' '), hidden('\t'));
        assert_eq!(restore(&guarded), "echo ${x+; b\t}");
        assert_eq!(restore(&format!("exec {}>&-", number_of("fd"))), "exec {fd}>&-");
    }
}
