//! `[[ … ]]`.

use brush_parser::ast::{
    BinaryPredicate as B, ExtendedTestExpr as E, ExtendedTestExprCommand, UnaryPredicate,
};

use crate::builtin::test;
use crate::expand::{self, pattern::Pattern};
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, lossy};
use crate::trap;

pub fn run(sh: &mut Shell, c: &ExtendedTestExprCommand) -> Outcome {
    sh.at_line(c.loc.start.line);
    sh.note_command(|| format!("[[ {} ]]", c.expr));
    if !trap::debug(sh)? {
        return Ok(0);
    }
    let e = &c.expr;
    sh.nested(|sh| match truth(sh, e, 0) {
        Ok(yes) => Ok(i32::from(!yes)),
        // A malformed operand fails the command alone.
        Err(Unwind::Discard) => Ok(if sh.status > 1 { sh.status } else { 1 }),
        Err(other) => Err(other),
    })
}

const MAX_DEPTH: u32 = 200;

fn truth(sh: &mut Shell, e: &E, depth: u32) -> Result<bool, Unwind> {
    if depth > MAX_DEPTH {
        sh.complain("[[: expression nests too deep");
        return Err(sh.discard());
    }
    match e {
        E::And(a, b) => Ok(truth(sh, a, depth + 1)? && truth(sh, b, depth + 1)?),
        E::Or(a, b) => Ok(truth(sh, a, depth + 1)? || truth(sh, b, depth + 1)?),
        E::Not(a) => Ok(!truth(sh, a, depth + 1)?),
        E::Parenthesized(a) => truth(sh, a, depth + 1),
        E::UnaryTest(p, w) => {
            let value = expand::single(sh, &w.value)?;
            unary(sh, p, &value)
        }
        E::BinaryTest(p, a, b) => binary(sh, p, &a.value, &b.value),
    }
}

fn unary(sh: &mut Shell, p: &UnaryPredicate, value: &Bytes) -> Result<bool, Unwind> {
    let letter = p.to_string();
    test::unary(sh, letter.as_bytes(), value).map_err(|m| {
        sh.complain(m);
        sh.discard()
    })
}

fn binary(sh: &mut Shell, p: &B, a: &str, b: &str) -> Result<bool, Unwind> {
    let left = expand::single(sh, a)?;
    match p {
        B::StringExactlyMatchesPattern | B::StringDoesNotExactlyMatchPattern => {
            let pattern = expand::as_pattern(sh, b)?;
            let hit = Pattern::new(&pattern, true, sh.options.nocasematch).matches(&left);
            Ok(hit == matches!(p, B::StringExactlyMatchesPattern))
        }
        B::StringMatchesRegex | B::StringContainsSubstring => regex(sh, &left, b),
        B::ArithmeticEqualTo
        | B::ArithmeticNotEqualTo
        | B::ArithmeticLessThan
        | B::ArithmeticLessThanOrEqualTo
        | B::ArithmeticGreaterThan
        | B::ArithmeticGreaterThanOrEqualTo => {
            let right = expand::single(sh, b)?;
            let (x, y) = (expand::number(sh, &left)?, expand::number(sh, &right)?);
            Ok(match p {
                B::ArithmeticEqualTo => x == y,
                B::ArithmeticNotEqualTo => x != y,
                B::ArithmeticLessThan => x < y,
                B::ArithmeticLessThanOrEqualTo => x <= y,
                B::ArithmeticGreaterThan => x > y,
                _ => x >= y,
            })
        }
        _ => {
            let right = expand::single(sh, b)?;
            Ok(match p {
                B::StringExactlyMatchesString => left == right,
                B::StringDoesNotExactlyMatchString => left != right,
                B::LeftSortsBeforeRight => left < right,
                B::LeftSortsAfterRight => left > right,
                B::FilesReferToSameDeviceAndInodeNumbers => test::same_file(&left, &right),
                B::LeftFileIsNewerOrExistsWhenRightDoesNot => test::newer(&left, &right),
                _ => test::newer(&right, &left),
            })
        }
    }
}

/// POSIX's bracket expressions as the regex crate wants them: a `[` or a backslash inside stands for itself.
fn brackets(ere: &str) -> String {
    let mut out = String::with_capacity(ere.len());
    let mut it = ere.chars().peekable();
    while let Some(c) = it.next() {
        out.push(c);
        if c == '\\' {
            out.extend(it.next());
            continue;
        }
        if c != '[' {
            continue;
        }
        out.extend(it.next_if_eq(&'^'));
        if it.next_if_eq(&']').is_some() {
            out.push_str("\\]");
        }
        while let Some(c) = it.next() {
            match c {
                ']' => {
                    out.push(c);
                    break;
                }
                '[' if matches!(it.peek(), Some(':' | '.' | '=')) => {
                    // `[:class:]`, to its end.
                    out.push(c);
                    let kind = it.next().unwrap_or(':');
                    out.push(kind);
                    while let Some(c) = it.next() {
                        out.push(c);
                        if c == kind && it.peek() == Some(&']') {
                            out.extend(it.next());
                            break;
                        }
                    }
                }
                '[' | '\\' | '&' | '~' => out.extend(['\\', c]),
                c => out.push(c),
            }
        }
    }
    out
}

/// `=~`: quoted parts of the right side stand for themselves; the groups go to BASH_REMATCH.
fn regex(sh: &mut Shell, left: &[u8], right: &str) -> Result<bool, Unwind> {
    let items = expand::items(sh, right, false)?;
    let mut source = String::new();
    for item in items {
        match item {
            expand::Item::Text {
                bytes, quoted: true, ..
            } => source.push_str(&regex_lite::escape(&lossy(&bytes))),
            expand::Item::Text { bytes, .. } => source.push_str(&brackets(&lossy(&bytes))),
            expand::Item::Break | expand::Item::StarBreak => source.push(' '),
        }
    }
    let built = regex_lite::RegexBuilder::new(&source)
        .case_insensitive(sh.options.nocasematch)
        .dot_matches_new_line(true)
        .build();
    let Ok(re) = built else {
        sh.status = 2;
        return Err(Unwind::Discard);
    };
    let text = lossy(left);
    let found = re.captures(&text);
    let groups = found.iter().flat_map(|c| c.iter()).enumerate();
    let map = groups
        .map(|(i, m)| (i as i64, m.map_or("", |m| m.as_str()).as_bytes().to_vec()))
        .collect();
    sh.vars.global_entry("BASH_REMATCH").value = crate::vars::Value::Indexed(map);
    Ok(found.is_some())
}
