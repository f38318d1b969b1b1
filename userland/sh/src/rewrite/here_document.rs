//! The line that a here-document begins on.
//!
//! brush-parser hands out a here-document's body before the rest of that line, and mixes both up where an expansion stands
//! there: `cat <<E >"${file}"`. So the rest's expansions are hidden from it.

use brush_parser::{Token, tokenize_str};

use crate::text::hidden;

/// Is the token a here-document's tag, body or end, which come one after another behind the operator? The parser takes
/// them as they are.
pub fn holds(tokens: &[Token], i: usize) -> bool {
    tokens[i.saturating_sub(3)..i].iter().any(begins)
}

fn begins(t: &Token) -> bool {
    matches!(t, Token::Operator(op, _) if op == "<<" || op == "<<-")
}

/// Might a line have an expansion behind a here-document's operator?
fn concerns(text: &str) -> bool {
    text.match_indices("<<").any(|(at, _)| {
        let line = text[at..].split('\n').next().unwrap_or_default();
        line.contains("${") || line.contains("$(") || line.contains('`')
    })
}

/// The text with such expansions hidden; `None` where there are none.
pub fn shelter(text: &str) -> Option<String> {
    if !concerns(text) {
        return None;
    }
    let mut out: Vec<char> = text.chars().collect();
    let (mut from, mut changed) = (0, false);
    while let Some(line) = line_with_tag(&out, from) {
        changed |= hide(&mut out[line.tag..line.end]);
        // Now that its tokens are in order, they tell how far the bodies go.
        from = behind_bodies(&out, from, line.end)?;
    }
    changed.then(|| out.into_iter().collect())
}

/// The rest of a line behind a here-document's tag.
struct Line {
    tag: usize,
    end: usize,
}

fn tokens_from(text: &[char], from: usize) -> Option<Vec<Token>> {
    let rest: String = text.get(from..)?.iter().collect();
    tokenize_str(&rest).ok()
}

/// The first such line from `from` on. Places up to the tag are right whatever stands behind it.
fn line_with_tag(text: &[char], from: usize) -> Option<Line> {
    let tokens = tokens_from(text, from)?;
    let operator = tokens.iter().position(begins)?;
    let start = from + tokens[operator].location().end.index;
    let end = start + text.get(start..)?.iter().position(|c| *c == '\n')?;
    let tag = from + tokens.get(operator + 1)?.location().end.index;
    Some(Line {
        tag: tag.clamp(start, end),
        end,
    })
}

/// Where the text goes on behind the bodies that begin after the line's end.
fn behind_bodies(text: &[char], from: usize, end: usize) -> Option<usize> {
    let tokens = tokens_from(text, from)?;
    let on_line = |t: &Token| begins(t) && from + t.location().end.index <= end;
    let operators = tokens.iter().enumerate().filter(|(_, t)| on_line(t));
    let bodies = operators.filter_map(|(i, _)| tokens.get(i + 2));
    let lines: usize = bodies.map(|body| body.to_str().matches('\n').count() + 1).sum();
    let newlines = text.iter().enumerate().skip(end).filter(|(_, c)| **c == '\n');
    newlines.map(|(at, _)| at + 1).nth(lines)
}

/// Hides the expansions of a line, unless one doesn't end on it.
fn hide(line: &mut [char]) -> bool {
    let mut changed = false;
    let mut at = 0;
    let mut single = false;
    let mut double = false;
    while at < line.len() {
        match line[at] {
            '\\' if !single => at += 1,
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            _ if single => {}
            '$' | '`' => {
                if let Some(length) = expansion(&line[at..]) {
                    for c in &mut line[at..at + length] {
                        if ('\t'..'\u{7f}').contains(c) {
                            *c = hidden(*c);
                        }
                    }
                    at += length;
                    changed = true;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    changed
}

/// How many characters an expansion with a closing character has.
fn expansion(text: &[char]) -> Option<usize> {
    if text[0] == '`' {
        let end = text[1..].iter().position(|c| *c == '`')?;
        return Some(end + 2);
    }
    let mut open = Vec::new();
    let mut at = 1;
    let mut single = false;
    if !matches!(text.get(1), Some('{' | '(')) {
        return None;
    }
    while let Some(&c) = text.get(at) {
        match c {
            '\\' if !single => at += 1,
            // Inside of double quotes a single one is one of the text's.
            '\'' if open.last() != Some(&'"') => single = !single,
            _ if single => {}
            '"' if open.last() == Some(&'"') => drop(open.pop()),
            '"' => open.push('"'),
            '{' | '(' if open.last() != Some(&'"') || text[at - 1] == '$' => open.push(c),
            '}' if open.last() == Some(&'{') => drop(open.pop()),
            ')' if open.last() == Some(&'(') => drop(open.pop()),
            _ => {}
        }
        at += 1;
        if open.is_empty() {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::reveal;

    #[test]
    fn what_stands_behind_a_tag_is_hidden_and_nothing_else() {
        for (text, want) in [
            ("cat <<E >\"${x}\"\nb\nE\n", Some("cat <<E >\"____\"\nb\nE\n")),
            (
                "cat <<E | sed $(a \")\" ')') `b`\nb\nE\n",
                Some("cat <<E | sed ____________ ___\nb\nE\n"),
            ),
            (
                "cat <<A <<B ${y}\n${a}\nA\n$(b)\nB\necho ${z}\n",
                Some("cat <<A <<B ____\n${a}\nA\n$(b)\nB\necho ${z}\n"),
            ),
            (
                "cat <<A ${y}\n${a}\nA\ncat <<'B' '${n}' ${z}\n${b}\nB\n",
                Some("cat <<A ____\n${a}\nA\ncat <<'B' '${n}' ____\n${b}\nB\n"),
            ),
            ("echo ${x} <<E\nE\n", None),
            ("echo $((1 << 2)) ${x}\n", None),
        ] {
            let got = shelter(text);
            if let Some(got) = &got {
                assert_eq!(reveal(got), text);
            }
            let masked = got.map(|got| {
                got.chars()
                    .map(|c| if crate::text::shown(c).is_some() { '_' } else { c })
                    .collect::<String>()
            });
            assert_eq!(masked.as_deref(), want, "{text}");
        }
    }
}
