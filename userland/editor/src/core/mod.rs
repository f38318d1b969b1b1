//! The text and how it looks, without keys and terminal.

pub mod buffer;
pub mod lines;
pub mod pattern;
pub mod shape;

pub use buffer::{Buffer, Pos};
pub use lines::Line;

/// Where a line's first character stands that is no blank; the last one of a line of blanks.
pub fn first_nonblank(line: &[u8]) -> usize {
    let at = indent_len(line);
    if at == line.len() {
        at.saturating_sub(1)
    } else {
        at
    }
}

/// How many bytes of blanks a line begins with.
pub fn indent_len(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}
