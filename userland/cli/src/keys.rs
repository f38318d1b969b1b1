//! Keys as a terminal sends them.

/// How many bytes the first key of `typed`, which must not be empty, has: a character, or an escape sequence as far as
/// it has come.
pub fn length(typed: &[u8]) -> usize {
    let length = match typed {
        [0x1b, b'[', rest @ ..] => {
            let end = rest.iter().position(|b| (0x40..=0x7e).contains(b));
            2 + end.map_or(rest.len(), |end| end + 1)
        }
        [0x1b, b'O', _, ..] => 3,
        [0xc2..=0xdf, ..] => 2,
        [0xe0..=0xef, ..] => 3,
        [0xf0..=0xf4, ..] => 4,
        _ => 1,
    };
    length.min(typed.len())
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn keys_are_told_apart() {
        for (typed, want) in [
            (&b"/ab"[..], 1),
            (b"\x1b[Bq", 3),
            (b"\x1b[6~ ", 4),
            (b"\x1bOAx", 3),
            (b"\x1b", 1),
            (b"\xc3\xbcx", 2),
            (b"\xe2", 1),
        ] {
            assert_eq!(length(typed), want, "{typed:?}");
        }
    }
}
