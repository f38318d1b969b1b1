//! From text to commands: parses what is complete, runs it, and knows when more lines are needed.

use brush_parser::ast::Program;
use brush_parser::{ParseError, Parser, TokenizerError};

use crate::exec;
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::decode;

pub enum Parsed {
    Program(Program),
    /// The text stops inside a quote, a here-document or a compound command.
    Incomplete,
    Error(String),
}

/// Nesting that the recursive parsers are trusted with on a 1 MiB stack.
const MAX_NESTING: usize = if cfg!(target_os = "wasi") { 100 } else { 300 };

pub fn parse(sh: &Shell, text: &str) -> Parsed {
    if !sh.wants_command.get() && text.contains("BASH_COMMAND") {
        sh.wants_command.set(true);
    }
    if nesting(text) > MAX_NESTING {
        return Parsed::Error("nesting too deep".into());
    }
    let rewritten = crate::rewrite::rewrite(text);
    let text = rewritten.as_deref().unwrap_or(text);
    let mut parser = Parser::new(std::io::Cursor::new(text.as_bytes()), &sh.parser_options());
    match parser.parse_program() {
        Ok(p) => Parsed::Program(p),
        Err(ParseError::ParsingAtEndOfInput) => Parsed::Incomplete,
        Err(ParseError::Tokenizing { inner, position }) => match inner {
            TokenizerError::UnterminatedEscapeSequence
            | TokenizerError::UnterminatedAnsiCQuote(_)
            | TokenizerError::UnterminatedSingleQuote(_)
            | TokenizerError::UnterminatedDoubleQuote(_)
            | TokenizerError::UnterminatedBackquote(_)
            | TokenizerError::UnterminatedExtendedGlob(_)
            | TokenizerError::UnterminatedVariable
            | TokenizerError::UnterminatedCommandSubstitution
            | TokenizerError::UnterminatedExpansion
            | TokenizerError::UnterminatedHereDocuments(..) => Parsed::Incomplete,
            other => Parsed::Error(match position {
                Some(p) => format!("line {}: syntax error: {other}", p.line),
                None => format!("syntax error: {other}"),
            }),
        },
        Err(ParseError::ParsingNear(p)) => Parsed::Error(near(text, p.line)),
    }
}

fn near(text: &str, line: usize) -> String {
    let source = text.lines().nth(line.saturating_sub(1)).unwrap_or("").trim();
    format!("line {line}: syntax error near `{source}'")
}

/// An upper bound of how deep brackets nest.
fn nesting(text: &str) -> usize {
    let (mut depth, mut max) = (0usize, 0);
    for b in text.bytes() {
        match b {
            b'(' | b'{' => {
                depth += 1;
                max = max.max(depth);
            }
            b')' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    max
}

/// Runs a whole text (`-c`, `eval`, `.`, a trap). Commands before a syntax error run, as they do when a shell reads line
/// by line.
pub fn run_text(sh: &mut Shell, text: &[u8]) -> Outcome {
    let (line, base) = (sh.line, sh.line_base);
    // Lines go on counting from the command that brought the text.
    sh.line_base = line.saturating_sub(1);
    let result = run_text_tail(sh, text, false);
    (sh.line, sh.line_base) = (line, base);
    result
}

/// Runs a file's text, whose lines count from 1.
pub fn run_file(sh: &mut Shell, text: &[u8]) -> Outcome {
    let (line, base) = (sh.line, std::mem::take(&mut sh.line_base));
    let result = run_text_tail(sh, text, false);
    (sh.line, sh.line_base) = (line, base);
    result
}

/// [`run_text`]; `tail` says that nothing is to be done after it, so that the last command may replace the process.
pub fn run_text_tail(sh: &mut Shell, text: &[u8], tail: bool) -> Outcome {
    let raw = decode(text);
    if raw.contains('\n') && raw.contains("alias") {
        return run_prefix(sh, &raw);
    }
    let text = crate::exec::alias::expand(sh, &raw);
    // The parser keeps an unfinished escape at the end; a shell drops the backslash's newline and goes on.
    match parse(sh, &text) {
        Parsed::Program(p) => exec::program(sh, &p, tail),
        _ => run_prefix(sh, &raw),
    }
}

/// Text that does not parse as a whole: runs the complete commands before the error, then reports it.
fn run_prefix(sh: &mut Shell, text: &str) -> Outcome {
    let mut chunk = String::new();
    let mut error = None;
    let base = sh.line_base;
    let mut lines = 0;
    for line in text.split_inclusive('\n') {
        chunk.push_str(line);
        let expanded = crate::exec::alias::expand(sh, &chunk);
        match parse(sh, &expanded) {
            Parsed::Program(p) => {
                sh.line_base = base + lines;
                lines += chunk.matches('\n').count();
                exec::program(sh, &p, false)?;
                chunk.clear();
                error = None;
            }
            Parsed::Incomplete => error = Some("syntax error: unexpected end of file".to_owned()),
            Parsed::Error(e) => {
                error = Some(e);
                break;
            }
        }
    }
    match error {
        None => Ok(sh.status),
        Some(e) => {
            sh.complain(e);
            sh.status = 2;
            if sh.interactive {
                Err(Unwind::Discard)
            } else {
                Err(Unwind::Exit)
            }
        }
    }
}
