//! The tree as the regex crates have it.

use regex_syntax::hir::{Capture, Class, Hir, Repetition};

use crate::parse::{Node, Set};

/// The expression that matches wherever `node` does; a back-reference is its group's pattern, so it may match more.
pub fn of(node: &Node) -> Hir {
    let mut groups = Vec::new();
    convert(node, &mut groups)
}

/// `groups` holds the patterns of the groups that have been closed, by number.
fn convert(node: &Node, groups: &mut Vec<(usize, Hir)>) -> Hir {
    match node {
        Node::Empty => Hir::empty(),
        Node::Literal(bytes) => Hir::literal(bytes.clone()),
        Node::Set(Set::Chars(chars)) => Hir::class(Class::Unicode(chars.clone())),
        Node::Set(Set::Bytes(bytes)) => Hir::class(Class::Bytes(bytes.clone())),
        Node::Look(look) => Hir::look(*look),
        Node::Group(number, inner) => {
            let inner = convert(inner, groups);
            groups.push((*number, inner.clone()));
            Hir::capture(Capture {
                index: *number as u32,
                name: None,
                sub: Box::new(inner),
            })
        }
        Node::Concat(nodes) => Hir::concat(nodes.iter().map(|node| convert(node, groups)).collect()),
        Node::Alternation(nodes) => {
            Hir::alternation(nodes.iter().map(|node| convert(node, groups)).collect())
        }
        Node::Repeat { min, max, node } => Hir::repetition(Repetition {
            min: *min,
            max: *max,
            greedy: true,
            sub: Box::new(convert(node, groups)),
        }),
        // What the group holds also matches here, assertions and case aside, which the copy must not insist on.
        Node::BackReference(number) => groups
            .iter()
            .rev()
            .find(|(closed, _)| closed == number)
            .map_or_else(anything, |(_, pattern)| copy(pattern)),
    }
}

fn anything() -> Hir {
    Hir::repetition(Repetition {
        min: 0,
        max: None,
        greedy: true,
        sub: Box::new(Hir::dot(regex_syntax::hir::Dot::AnyByte)),
    })
}

/// A group's pattern without groups, which may not occur twice; anything at all where it has assertions.
fn copy(pattern: &Hir) -> Hir {
    if pattern.properties().look_set().is_empty() && pattern.properties().explicit_captures_len() == 0 {
        pattern.clone()
    } else {
        anything()
    }
}
