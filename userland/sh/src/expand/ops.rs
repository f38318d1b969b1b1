//! The operators of `${…}` that make new text from a value: removal, replacement, case, and `@` transformations.

use brush_parser::word::{Parameter, ParameterExpr as E, ParameterTransformOp, SubstringMatchKind};

use super::param::Content;
use super::pattern::{Pattern, ends};
use super::{Item, Result, escape};
use crate::builtin::describe;
use crate::shell::Shell;
use crate::text::{Bytes, always_quote, char_len, chars};
use crate::vars::{Referent, Value};

/// The parameter that an operator works on, and whether it is indirect.
pub fn subject(e: &E) -> Option<(&Parameter, bool)> {
    match e {
        E::RemoveSmallestSuffixPattern {
            parameter, indirect, ..
        }
        | E::RemoveLargestSuffixPattern {
            parameter, indirect, ..
        }
        | E::RemoveSmallestPrefixPattern {
            parameter, indirect, ..
        }
        | E::RemoveLargestPrefixPattern {
            parameter, indirect, ..
        }
        | E::Substring {
            parameter, indirect, ..
        }
        | E::Transform {
            parameter, indirect, ..
        }
        | E::UppercaseFirstChar {
            parameter, indirect, ..
        }
        | E::UppercasePattern {
            parameter, indirect, ..
        }
        | E::LowercaseFirstChar {
            parameter, indirect, ..
        }
        | E::LowercasePattern {
            parameter, indirect, ..
        }
        | E::ReplaceSubstring {
            parameter, indirect, ..
        } => Some((parameter, *indirect)),
        _ => None,
    }
}

/// An operator whose pattern has been expanded.
pub enum Operation {
    RemovePrefix {
        pattern: Pattern,
        longest: bool,
    },
    RemoveSuffix {
        pattern: Pattern,
        longest: bool,
    },
    Replace {
        pattern: Pattern,
        with: Vec<Item>,
        kind: SubstringMatchKind,
    },
    Case {
        pattern: Option<Pattern>,
        upper: bool,
        all: bool,
    },
}

fn pattern(sh: &mut Shell, text: &str, fold: bool) -> Result<Pattern> {
    let p = super::as_pattern(sh, text)?;
    Ok(Pattern::new(&p, sh.options.extglob, fold))
}

impl Operation {
    pub fn new(sh: &mut Shell, e: &E) -> Result<Option<Operation>> {
        let removal = |p: &Option<String>| p.clone();
        Ok(Some(match e {
            E::RemoveSmallestPrefixPattern { pattern: p, .. }
            | E::RemoveLargestPrefixPattern { pattern: p, .. } => {
                let Some(p) = removal(p) else { return Ok(None) };
                let longest = matches!(e, E::RemoveLargestPrefixPattern { .. });
                Operation::RemovePrefix {
                    pattern: pattern(sh, &p, false)?,
                    longest,
                }
            }
            E::RemoveSmallestSuffixPattern { pattern: p, .. }
            | E::RemoveLargestSuffixPattern { pattern: p, .. } => {
                let Some(p) = removal(p) else { return Ok(None) };
                let longest = matches!(e, E::RemoveLargestSuffixPattern { .. });
                Operation::RemoveSuffix {
                    pattern: pattern(sh, &p, false)?,
                    longest,
                }
            }
            E::ReplaceSubstring {
                pattern: p,
                replacement,
                match_kind,
                ..
            } => {
                let fold = sh.options.nocasematch;
                let pattern = pattern(sh, p, fold)?;
                let with = super::items(sh, replacement.as_deref().unwrap_or(""), false)?;
                Operation::Replace {
                    pattern,
                    with,
                    kind: match_kind.clone(),
                }
            }
            E::UppercaseFirstChar { pattern: p, .. } => Self::case(sh, p, true, false)?,
            E::UppercasePattern { pattern: p, .. } => Self::case(sh, p, true, true)?,
            E::LowercaseFirstChar { pattern: p, .. } => Self::case(sh, p, false, false)?,
            E::LowercasePattern { pattern: p, .. } => Self::case(sh, p, false, true)?,
            _ => return Ok(None),
        }))
    }

    fn case(sh: &mut Shell, p: &Option<String>, upper: bool, all: bool) -> Result<Operation> {
        let pattern = match p {
            Some(p) if !p.is_empty() => Some(pattern(sh, p, false)?),
            _ => None,
        };
        Ok(Operation::Case { pattern, upper, all })
    }

    pub fn apply(&self, s: &[u8]) -> Bytes {
        match self {
            Operation::RemovePrefix { pattern, longest } => {
                let at = pick(s, *longest, |i| pattern.matches(&s[..i]));
                s[at.unwrap_or(0)..].to_vec()
            }
            Operation::RemoveSuffix { pattern, longest } => {
                let at = pick(s, !*longest, |i| pattern.matches(&s[i..]));
                s[..at.unwrap_or(s.len())].to_vec()
            }
            Operation::Replace { pattern, with, kind } => replace(s, pattern, with, kind),
            Operation::Case { pattern, upper, all } => case(s, pattern.as_ref(), *upper, *all),
        }
    }
}

/// The first boundary (from the end if `last`) that satisfies `f`.
fn pick(s: &[u8], last: bool, f: impl Fn(usize) -> bool) -> Option<usize> {
    if last {
        ends(s).rev().find(|i| f(*i))
    } else {
        ends(s).find(|i| f(*i))
    }
}

/// An unquoted `&` in the replacement is what matched.
fn replacement(with: &[Item], matched: &[u8], out: &mut Bytes) {
    for item in with {
        match item {
            Item::Text {
                bytes, quoted: true, ..
            } => out.extend_from_slice(bytes),
            Item::Text { bytes, .. } => {
                for &c in bytes {
                    if c == b'&' {
                        out.extend_from_slice(matched)
                    } else {
                        out.push(c)
                    }
                }
            }
            Item::Break | Item::StarBreak => out.push(b' '),
        }
    }
}

fn replace(s: &[u8], p: &Pattern, with: &[Item], kind: &SubstringMatchKind) -> Bytes {
    let mut out = Vec::new();
    match kind {
        SubstringMatchKind::Prefix => match pick(s, true, |i| p.matches(&s[..i])) {
            Some(i) => {
                replacement(with, &s[..i], &mut out);
                out.extend_from_slice(&s[i..]);
            }
            None => out.extend_from_slice(s),
        },
        SubstringMatchKind::Suffix => match pick(s, false, |i| p.matches(&s[i..])) {
            Some(i) => {
                out.extend_from_slice(&s[..i]);
                replacement(with, &s[i..], &mut out);
            }
            None => out.extend_from_slice(s),
        },
        SubstringMatchKind::FirstOccurrence | SubstringMatchKind::Anywhere => {
            let all = matches!(kind, SubstringMatchKind::Anywhere);
            let mut i = 0;
            let mut done = false;
            while i < s.len() {
                let hit = if done { None } else { longest_match(p, &s[i..]) };
                match hit {
                    Some(n) => {
                        replacement(with, &s[i..i + n], &mut out);
                        i += n;
                        done = !all;
                    }
                    None => {
                        let n = char_len(&s[i..]);
                        out.extend_from_slice(&s[i..i + n]);
                        i += n;
                    }
                }
            }
            if s.is_empty() && p.matches(b"") {
                replacement(with, b"", &mut out);
            }
        }
    }
    out
}

fn longest_match(p: &Pattern, s: &[u8]) -> Option<usize> {
    pick(s, true, |i| i > 0 && p.matches(&s[..i]))
}

fn case(s: &[u8], p: Option<&Pattern>, upper: bool, all: bool) -> Bytes {
    let mut out = Vec::with_capacity(s.len());
    for (i, c) in chars(s).enumerate() {
        let hit = (all || i == 0) && p.is_none_or(|p| p.matches(c));
        match std::str::from_utf8(c) {
            Ok(t) if hit && upper => out.extend_from_slice(t.to_uppercase().as_bytes()),
            Ok(t) if hit => out.extend_from_slice(t.to_lowercase().as_bytes()),
            _ => out.extend_from_slice(c),
        }
    }
    out
}

pub fn transform(sh: &mut Shell, p: &Parameter, c: Content, op: &ParameterTransformOp) -> Result<Content> {
    use ParameterTransformOp as T;
    let one = |f: &dyn Fn(&[u8]) -> Bytes, c: Content| match c {
        Content::Unset => Content::Unset,
        Content::One(b) => Content::One(f(&b)),
        Content::Many { list, star } => Content::Many {
            list: list.iter().map(|b| f(b)).collect(),
            star,
        },
    };
    Ok(match op {
        T::ToUpperCase => one(&|b| case(b, None, true, true), c),
        T::ToLowerCase => one(&|b| case(b, None, false, true), c),
        T::CapitalizeInitial => one(&|b| case(b, None, true, false), c),
        T::Quoted => one(&always_quote, c),
        T::ExpandEscapeSequences => one(&escape::ansi_c, c),
        T::PromptExpand => match c {
            Content::One(b) => Content::One(prompt(sh, &b)),
            Content::Many { list, star } => Content::Many {
                list: list.iter().map(|b| prompt(sh, b)).collect(),
                star,
            },
            other => other,
        },
        T::ToAttributeFlags => match (name_of(sh, p), c) {
            (Some(n), Content::Many { list, star }) => {
                let flags = describe::flags(sh, &n).unwrap_or_default().into_bytes();
                Content::Many {
                    list: vec![flags; list.len()],
                    star,
                }
            }
            (Some(n), _) => describe::flags(sh, &n).map_or(Content::Unset, |f| Content::One(f.into_bytes())),
            (None, _) => Content::Unset,
        },
        T::ToAssignmentLogic => {
            let whole = matches!(p, Parameter::NamedWithAllIndices { .. });
            match (name_of(sh, p), p, c) {
                (Some(n), Parameter::NamedWithIndex { .. }, Content::One(v)) => {
                    let flags = describe::flags(sh, &n).unwrap_or_default();
                    let text = [format!("declare -{flags} {n}=").as_bytes(), &always_quote(&v)].concat();
                    Content::One(text)
                }
                (Some(n), ..) => describe::assignment(sh, &n, whole).map_or(Content::Unset, Content::One),
                (None, Parameter::Special(_), Content::Many { list, .. }) => {
                    let words: Vec<Bytes> = list.iter().map(|w| always_quote(w)).collect();
                    Content::One([b"set -- ", &words.join(&b' ')[..]].concat())
                }
                _ => Content::Unset,
            }
        }
        T::PossiblyQuoteWithArraysExpanded { separate_words } => match (name_of(sh, p), p, c) {
            (Some(n), Parameter::NamedWithAllIndices { concatenate, .. }, _) => {
                let value = special_or_own(sh, &n);
                let pairs = describe::pairs(&value);
                if *separate_words {
                    Content::Many {
                        list: pairs.into_iter().flat_map(|(k, v)| [k, v]).collect(),
                        star: *concatenate,
                    }
                } else {
                    let words: Vec<Bytes> = pairs
                        .iter()
                        .map(|(k, v)| [&describe::key(k)[..], b" ", &describe::double_quoted(v)].concat())
                        .collect();
                    Content::One(words.join(&b' '))
                }
            }
            (_, _, c) => one(&always_quote, c),
        },
    })
}

fn prompt(sh: &mut Shell, raw: &[u8]) -> Bytes {
    let shown = super::prompt::expand(sh, raw);
    // The marks of what takes no columns are for the line editor only.
    shown.into_iter().filter(|c| !matches!(c, 1 | 2)).collect()
}

fn special_or_own(sh: &mut Shell, name: &str) -> Value {
    crate::special::read(sh, name)
        .or_else(|| sh.vars.var(name).map(|v| v.value.clone()))
        .unwrap_or(Value::Unset)
}

/// The variable that a parameter names, references followed.
fn name_of(sh: &Shell, p: &Parameter) -> Option<String> {
    match p {
        Parameter::Named(n)
        | Parameter::NamedWithIndex { name: n, .. }
        | Parameter::NamedWithAllIndices { name: n, .. } => match sh.vars.follow(n) {
            Referent::Name(n) => Some(n.into_owned()),
            Referent::Element(n, _) => Some(n),
            _ => None,
        },
        _ => None,
    }
}
