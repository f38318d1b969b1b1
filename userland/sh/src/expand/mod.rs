//! Word expansion, in POSIX's order: braces, then tilde, parameters, commands and arithmetic, then field splitting, then
//! file names; quotes go on the way.
//!
//! Between the stages a word is a list of [`Item`]s: pieces of text that know whether they were quoted and whether they
//! may be split, and the breaks that `"$@"` makes.

pub mod arith;
pub mod brace;
pub mod command;
pub mod escape;
pub mod glob;
mod ops;
pub mod param;
pub mod pattern;
pub mod prompt;
mod split;
pub mod tilde;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use brush_parser::ParserOptions;
use brush_parser::word::{self, Parameter, ParameterExpr, SpecialParameter, WordPiece, WordPieceWithSource};

use crate::rewrite;
use crate::shell::{Shell, Unwind};
use crate::text::{Bytes, encode, lossy};

pub type Result<T> = std::result::Result<T, Unwind>;

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Text {
        bytes: Bytes,
        quoted: bool,
        split: bool,
    },
    /// A field ends here whatever IFS says.
    Break,
    /// The same, between what `$*` gives.
    StarBreak,
}

impl Item {
    /// The result of an expansion.
    pub fn result(bytes: Bytes, quoted: bool) -> Item {
        Item::Text {
            bytes,
            quoted,
            split: !quoted,
        }
    }
}

/// Words to fields, all stages.
pub fn fields<'a>(sh: &mut Shell, words: impl IntoIterator<Item = &'a str>) -> Result<Vec<Bytes>> {
    let mut out = Vec::new();
    for w in words {
        field_words(sh, w, &mut out)?;
    }
    Ok(out)
}

/// One word to fields, appended.
pub fn field_words(sh: &mut Shell, word: &str, out: &mut Vec<Bytes>) -> Result<()> {
    if is_literal(word) {
        out.push(word.as_bytes().to_vec());
        return Ok(());
    }
    if word.contains('{') && !sh.options.braceexpand_off {
        for w in brace::expand(sh, word) {
            one_word(sh, &w, out)?;
        }
        return Ok(());
    }
    one_word(sh, word, out)
}

fn one_word(sh: &mut Shell, word: &str, out: &mut Vec<Bytes>) -> Result<()> {
    let items = items(sh, word, false)?;
    for field in split::split(sh, items) {
        glob::expand(sh, &field, out)?;
    }
    Ok(())
}

/// A word where neither splitting nor file names apply (assignments, redirections' targets, `case`).
pub fn single(sh: &mut Shell, word: &str) -> Result<Bytes> {
    if is_literal(word) {
        return Ok(word.as_bytes().to_vec());
    }
    let items = items(sh, word, false)?;
    Ok(join(sh, items))
}

/// An assignment's value: tildes also after colons.
pub fn assigned(sh: &mut Shell, word: &str) -> Result<Bytes> {
    if is_literal(word) {
        return Ok(word.as_bytes().to_vec());
    }
    let items = items(sh, word, true)?;
    Ok(join(sh, items))
}

/// A word as a pattern: what was quoted matches itself, hence goes behind backslashes.
pub fn as_pattern(sh: &mut Shell, word: &str) -> Result<Bytes> {
    let items = items(sh, word, false)?;
    Ok(pattern_of(&items))
}

/// A here-document's body, in which quotes mean nothing.
pub fn heredoc(sh: &mut Shell, text: &str) -> Result<Bytes> {
    let options = sh.parser_options();
    let joined = text.replace("\\\n", "");
    match word::parse_heredoc(&joined, &options) {
        Ok(pieces) => {
            let mut out = Vec::new();
            expand_pieces(sh, &pieces, true, &mut out)?;
            Ok(join(sh, out))
        }
        Err(_) => Err(bad_substitution(sh, text)),
    }
}

/// The text that stands behind an operator in `${…}`; inside double quotes it counts as quoted.
pub fn operand(sh: &mut Shell, word: &str, quoted: bool) -> Result<Vec<Item>> {
    if !quoted {
        return items(sh, word, false);
    }
    let options = ParserOptions {
        tilde_expansion_at_word_start: false,
        ..sh.parser_options()
    };
    let text = word.replace("\\}", "}");
    let parsed = if text.contains('"') {
        word::parse(&text, &options)
    } else {
        word::parse_heredoc(&text, &options)
    };
    let Ok(pieces) = parsed else {
        return Err(bad_substitution(sh, word));
    };
    let mut out = Vec::new();
    expand_pieces(sh, &pieces, true, &mut out)?;
    Ok(out)
}

/// Joins without splitting; the fields of `$@` by a space, those of `$*` by IFS's first character.
pub fn join(sh: &Shell, items: Vec<Item>) -> Bytes {
    let mut out = Vec::new();
    for item in items {
        match item {
            Item::Text { bytes, .. } => {
                if out.is_empty() {
                    out = bytes;
                } else {
                    out.extend_from_slice(&bytes);
                }
            }
            Item::Break => out.push(b' '),
            Item::StarBreak => out.extend_from_slice(&param::star_separator(sh)),
        }
    }
    out
}

pub fn pattern_of(items: &[Item]) -> Bytes {
    let mut out = Vec::new();
    for item in items {
        match item {
            Item::Text {
                bytes, quoted: true, ..
            } => pattern::escape_into(bytes, &mut out),
            Item::Text { bytes, .. } => out.extend_from_slice(bytes),
            Item::Break | Item::StarBreak => out.push(b' '),
        }
    }
    out
}

/// Nothing in it that any expansion would touch.
fn is_literal(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || b"_./:=@%+,-".contains(&c))
}

pub fn bad_substitution(sh: &mut Shell, word: &str) -> Unwind {
    sh.complain(format!("{word}: bad substitution"));
    sh.discard()
}

type Pieces = Rc<Vec<WordPieceWithSource>>;

thread_local! {
    /// Words already taken apart, since loops expand the same ones again and again.
    static PIECES: RefCell<HashMap<(String, bool), Pieces>> = RefCell::default();
}

const MAX_CACHED: usize = 512;

fn pieces_of(sh: &mut Shell, text: &str, colon_tildes: bool) -> Result<Pieces> {
    let key = (text.to_owned(), colon_tildes);
    if let Some(p) = PIECES.with_borrow(|c| c.get(&key).cloned()) {
        return Ok(p);
    }
    let options = ParserOptions {
        tilde_expansion_after_colon: colon_tildes,
        ..sh.parser_options()
    };
    let text = rewrite::reveal(text);
    let Ok(pieces) = word::parse(&text, &options) else {
        return Err(bad_substitution(sh, &text));
    };
    let pieces = Rc::new(pieces);
    PIECES.with_borrow_mut(|c| {
        if c.len() >= MAX_CACHED {
            c.clear();
        }
        c.insert(key, pieces.clone());
    });
    Ok(pieces)
}

pub fn items(sh: &mut Shell, text: &str, colon_tildes: bool) -> Result<Vec<Item>> {
    let pieces = pieces_of(sh, text, colon_tildes)?;
    let mut out = Vec::with_capacity(pieces.len());
    expand_pieces(sh, &pieces, false, &mut out)?;
    Ok(out)
}

fn expand_pieces(
    sh: &mut Shell,
    pieces: &[WordPieceWithSource],
    quoted: bool,
    out: &mut Vec<Item>,
) -> Result<()> {
    let mut it = pieces.iter().map(|p| &p.piece).peekable();
    while let Some(piece) = it.next() {
        let next = it.peek().copied();
        if let Some(rest) = background_pid(piece, next) {
            it.next();
            push_background_pid(sh, rest, quoted, out)?;
        } else {
            expand_piece(sh, piece, quoted, out)?;
        }
    }
    Ok(())
}

/// `${!}`, which the parser takes for a `$` and text: what follows it in the text.
fn background_pid<'a>(piece: &WordPiece, next: Option<&'a WordPiece>) -> Option<&'a str> {
    match (piece, next) {
        (WordPiece::Text(dollar), Some(WordPiece::Text(t))) if dollar == "$" => t.strip_prefix("{!}"),
        _ => None,
    }
}

fn push_background_pid(sh: &mut Shell, rest: &str, quoted: bool, out: &mut Vec<Item>) -> Result<()> {
    let e = ParameterExpr::Parameter {
        parameter: Parameter::Special(SpecialParameter::LastBackgroundProcessId),
        indirect: false,
    };
    param::expand(sh, &e, quoted, out)?;
    out.push(Item::Text {
        bytes: encode(rest),
        quoted,
        split: false,
    });
    Ok(())
}

fn expand_piece(sh: &mut Shell, piece: &WordPiece, quoted: bool, out: &mut Vec<Item>) -> Result<()> {
    let item = match piece {
        WordPiece::Text(t) => Item::Text {
            bytes: encode(t),
            quoted,
            split: false,
        },
        WordPiece::SingleQuotedText(t) => Item::result(encode(t), true),
        WordPiece::AnsiCQuotedText(t) => Item::result(escape::ansi_c(&encode(t)), true),
        WordPiece::EscapeSequence(s) => match s.strip_prefix('\\') {
            Some("\n") => return Ok(()),
            rest => Item::result(encode(rest.unwrap_or(s)), true),
        },
        WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
            if inner.is_empty() {
                out.push(Item::result(Vec::new(), true));
            }
            return expand_double_quoted(sh, inner, out);
        }
        WordPiece::TildeExpansion(t) => Item::result(tilde::expand(sh, t), true),
        WordPiece::ParameterExpansion(e) => return param::expand(sh, e, quoted, out),
        WordPiece::CommandSubstitution(c) => Item::result(command::substitute(sh, &encode(c))?, quoted),
        WordPiece::BackquotedCommandSubstitution(c) => {
            Item::result(command::substitute(sh, &encode(c))?, quoted)
        }
        WordPiece::ArithmeticExpression(e) => {
            Item::result(arith::expand(sh, &e.value)?.to_string().into_bytes(), quoted)
        }
    };
    out.push(item);
    Ok(())
}

fn expand_double_quoted(sh: &mut Shell, inner: &[WordPieceWithSource], out: &mut Vec<Item>) -> Result<()> {
    let mut it = inner.iter().map(|p| &p.piece).peekable();
    while let Some(piece) = it.next() {
        if let Some(rest) = background_pid(piece, it.peek().copied()) {
            it.next();
            push_background_pid(sh, rest, true, out)?;
            continue;
        }
        match piece {
            // A line continuation inside the quotes; the parser leaves it in the text.
            WordPiece::Text(t) if t.contains("\\\n") => {
                out.push(Item::result(encode(&t.replace("\\\n", "")), true));
            }
            piece => expand_piece(sh, piece, true, out)?,
        }
    }
    Ok(())
}

/// A number in a place that takes an arithmetic expression, with a message on error.
pub fn number(sh: &mut Shell, text: &[u8]) -> Result<i64> {
    arith::evaluate(sh, text).map_err(|e| {
        sh.complain(format!("{}: {e}", lossy(text)));
        sh.discard()
    })
}
