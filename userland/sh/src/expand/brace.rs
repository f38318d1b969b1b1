//! Brace expansion: `{a,b}` and `{1..5}`, textually, before all else.

use brush_parser::word::{BraceExpressionMember, BraceExpressionOrText, parse_brace_expansions};

use crate::shell::Shell;

/// No word may become more words than this.
const MAX_WORDS: usize = 1 << 20;

pub fn expand(sh: &Shell, word: &str) -> Vec<String> {
    match parse_brace_expansions(word, &sh.parser_options()) {
        Ok(Some(parts)) if parts.iter().any(|p| matches!(p, BraceExpressionOrText::Expr(_))) => {
            product(&parts, word)
        }
        _ => vec![word.to_owned()],
    }
}

/// Every choice of one alternative per brace, the last brace changing fastest.
fn product(parts: &[BraceExpressionOrText], source: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for part in parts {
        match part {
            BraceExpressionOrText::Text(t) => words.iter_mut().for_each(|w| w.push_str(t)),
            BraceExpressionOrText::Expr(members) => {
                let choices: Vec<String> = members.iter().flat_map(|m| alternatives(m, source)).collect();
                if words.len().saturating_mul(choices.len()) > MAX_WORDS {
                    return vec![source.to_owned()];
                }
                words = words
                    .iter()
                    .flat_map(|w| choices.iter().map(move |c| format!("{w}{c}")))
                    .collect();
            }
        }
    }
    words
}

fn alternatives(m: &BraceExpressionMember, source: &str) -> Vec<String> {
    match m {
        BraceExpressionMember::NumberSequence {
            start,
            end,
            increment,
        } => {
            let width = zero_padded_width(source);
            sequence(*start, *end, *increment)
                .map(|n| {
                    if n < 0 {
                        format!("-{:0>1$}", -n, width.saturating_sub(1))
                    } else {
                        format!("{n:0>width$}")
                    }
                })
                .collect()
        }
        BraceExpressionMember::CharSequence {
            start,
            end,
            increment,
        } => sequence(
            i64::from(u32::from(*start)),
            i64::from(u32::from(*end)),
            *increment,
        )
        .filter_map(|n| char::from_u32(n as u32))
        .map(String::from)
        .collect(),
        BraceExpressionMember::Child(parts) => product(parts, source),
    }
}

/// `{01..10}` pads every number to the longest bound; the parser keeps only the values, so the text tells.
fn zero_padded_width(source: &str) -> usize {
    let bounds = source.split(['{', '}', ',']).filter(|s| s.contains(".."));
    bounds
        .flat_map(|s| {
            let two: Vec<&str> = s.split("..").take(2).collect();
            let padded = |t: &str| {
                let digits = t.trim_start_matches(['-', '+']);
                digits.len() > 1 && digits.starts_with('0')
            };
            two.iter()
                .any(|t| padded(t))
                .then(|| two.iter().map(|t| t.len()).max().unwrap_or(0))
        })
        .max()
        .unwrap_or(0)
}

fn sequence(start: i64, end: i64, increment: i64) -> impl Iterator<Item = i64> {
    let step = increment.unsigned_abs().max(1);
    let up = start <= end;
    let count = start.abs_diff(end) / step;
    (0..=count.min(MAX_WORDS as u64)).map(move |i| {
        let offset = (i * step) as i64;
        if up { start + offset } else { start - offset }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_multiply() {
        let sh = Shell::new(b"sh".to_vec());
        for (word, want) in [
            ("a{b,c}d", "abd acd"),
            ("{1..3}{x,y}", "1x 1y 2x 2y 3x 3y"),
            ("{01..3}", "01 02 03"),
            ("{3..1}", "3 2 1"),
            ("{a..e..2}", "a c e"),
            ("{a}", "{a}"),
            ("x{,y}", "x xy"),
            ("{a,{b,c}}", "a b c"),
        ] {
            assert_eq!(expand(&sh, word).join(" "), want);
        }
    }
}
