//! How many columns of the screen a character takes, as far as erasing it needs to know.

/// Characters that take no column: combining marks, joiners, variation selectors.
const ZERO: &[(u32, u32)] = &[
    (0x0300, 0x036f),
    (0x0483, 0x0489),
    (0x0591, 0x05bd),
    (0x0610, 0x061a),
    (0x064b, 0x065f),
    (0x0e34, 0x0e3a),
    (0x0e47, 0x0e4e),
    (0x1ab0, 0x1aff),
    (0x1dc0, 0x1dff),
    (0x200b, 0x200f),
    (0x20d0, 0x20f0),
    (0x3099, 0x309a),
    (0xfe00, 0xfe0f),
    (0xfe20, 0xfe2f),
    (0xe0100, 0xe01ef),
];

/// Characters that take two columns: East Asian Wide and Fullwidth, and emoji.
const WIDE: &[(u32, u32)] = &[
    (0x1100, 0x115f),
    (0x231a, 0x231b),
    (0x23e9, 0x23ec),
    (0x2e80, 0x303e),
    (0x3041, 0x33ff),
    (0x3400, 0x4dbf),
    (0x4e00, 0x9fff),
    (0xa000, 0xa4cf),
    (0xa960, 0xa97f),
    (0xac00, 0xd7a3),
    (0xf900, 0xfaff),
    (0xfe30, 0xfe6f),
    (0xff00, 0xff60),
    (0xffe0, 0xffe6),
    (0x1f300, 0x1f64f),
    (0x1f680, 0x1f6ff),
    (0x1f900, 0x1f9ff),
    (0x1fa70, 0x1faff),
    (0x20000, 0x3fffd),
];

/// The columns of one character, given as its bytes; 1 for what is not UTF-8.
pub(super) fn columns(character: &[u8]) -> usize {
    let Some(code) = core::str::from_utf8(character)
        .ok()
        .and_then(|text| text.chars().next())
        .map(u32::from)
    else {
        return 1;
    };
    let within = |ranges: &[(u32, u32)]| ranges.iter().any(|&(low, high)| (low..=high).contains(&code));
    if code < ZERO[0].0 {
        1
    } else if within(ZERO) {
        0
    } else if within(WIDE) {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn widths_are_what_a_terminal_shows() {
        for (text, width) in [
            ("a", 1),
            ("é", 1),
            ("漢", 2),
            ("한", 2),
            ("😀", 2),
            ("\u{301}", 0),
            ("Ω", 1),
        ] {
            assert_eq!(columns(text.as_bytes()), width, "{text}");
        }
        assert_eq!(columns(b"\xff"), 1);
    }
}
