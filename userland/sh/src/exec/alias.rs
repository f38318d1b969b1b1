//! Aliases, replaced in the text before it is parsed, at words where a command may begin.

use brush_parser::{Token, tokenize_str};

use crate::shell::Shell;
use crate::text::decode;

pub fn expand(sh: &Shell, text: &str) -> String {
    if sh.aliases.is_empty() || !(sh.interactive || sh.options.expand_aliases) {
        return text.to_owned();
    }
    let mut done: Vec<String> = Vec::new();
    let mut current = text.to_owned();
    // Each alias is replaced in one pass at most, so that `alias ls='ls -l'` ends.
    for _ in 0..sh.aliases.len() {
        match pass(sh, &current, &mut done) {
            Some(next) => current = next,
            None => break,
        }
    }
    current
}

fn pass(sh: &Shell, text: &str, done: &mut Vec<String>) -> Option<String> {
    let tokens = tokenize_str(text).ok()?;
    let chars: Vec<char> = text.chars().collect();
    let mut replaced: Vec<(usize, usize, String)> = Vec::new();
    let mut names = Vec::new();
    let mut command = true;
    for t in &tokens {
        match t {
            Token::Operator(op, _) => {
                command = !matches!(op.as_str(), "<" | ">" | ">>" | "<<" | "<&" | ">&" | "<<<")
            }
            Token::Word(w, span) => {
                let alias = sh.aliases.get(w).filter(|_| command && !done.contains(w));
                let mut next = matches!(
                    w.as_str(),
                    "then" | "do" | "else" | "elif" | "if" | "while" | "until" | "{" | "!" | "time"
                ) || (command && w.contains('=') && !w.starts_with('='));
                if let Some(value) = alias {
                    let value = decode(value);
                    next = value.ends_with([' ', '\t']);
                    names.push(w.clone());
                    replaced.push((span.start.index, span.end.index, value));
                }
                command = next;
            }
        }
    }
    if replaced.is_empty() {
        return None;
    }
    done.append(&mut names);
    let mut out = String::new();
    let mut at = 0;
    for (start, end, value) in replaced {
        out.extend(&chars[at..start.min(chars.len())]);
        out.push_str(&value);
        at = end.min(chars.len());
    }
    out.extend(&chars[at..]);
    Some(out)
}
