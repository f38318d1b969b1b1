//! How EXPLAIN's listing shows loops: their bodies are indented.

use crate::engine::{Error, Statement};
use crate::text;

/// Blanks before each opcode. Steps through the statement.
pub fn indentation(statement: &mut Statement) -> Result<Vec<usize>, Error> {
    let mut indent: Vec<usize> = Vec::new();
    let mut yields: Vec<bool> = Vec::new();
    while statement.step()? {
        let at = indent.len();
        let number = |i| statement.text(i).map_or(0, text::integer);
        let operation = statement.text(1).unwrap_or_default();
        let (p1, p2) = (number(2), usize::try_from(number(3)).unwrap_or(usize::MAX));
        indent.push(0);
        yields.push(matches!(
            operation,
            b"Yield" | b"SeekLT" | b"SeekGT" | b"RowSetRead" | b"Rewind"
        ));
        let body = match operation {
            b"Next" | b"Prev" | b"VPrev" | b"VNext" | b"SorterNext" | b"Return" => p2..at,
            b"Goto" if p2 < at && (yields[p2] || p1 != 0) => p2 + 1..at,
            _ => continue,
        };
        for blanks in indent.get_mut(body).unwrap_or_default() {
            *blanks += 2;
        }
    }
    Ok(indent)
}
