//! From a terminal's bytes to keys.

use editing::host::Key;

/// What a paste ends with.
const PASTE_END: &[u8] = b"\x1b[201~";
const PASTE_START: &[u8] = b"\x1b[200~";

/// The first key of what was typed, and how many bytes it takes; `None` while its sequence is not complete and more may
/// come.
pub fn decode(typed: &[u8], more: bool) -> Option<(Key, usize)> {
    if typed.starts_with(PASTE_START) {
        let rest = &typed[PASTE_START.len()..];
        let end = rest.windows(PASTE_END.len()).position(|w| w == PASTE_END);
        return match end {
            Some(end) => Some((
                Key::Paste(rest[..end].to_vec()),
                PASTE_START.len() + end + PASTE_END.len(),
            )),
            None if more => None,
            None => Some((Key::Paste(rest.to_vec()), typed.len())),
        };
    }
    let first = *typed.first()?;
    if first != 0x1b {
        return Some((Key::Byte(first), 1));
    }
    match typed {
        [_] | [_, b'[' | b'O'] if more => return None,
        [_, b'[', rest @ ..] if more && !rest.iter().any(|b| (0x40..=0x7e).contains(b)) => return None,
        // An Escape by itself, or before another key.
        [_] | [_, b'[' | b'O'] => return Some((Key::Byte(0x1b), 1)),
        [_, b'[', ..] | [_, b'O', b'A'..=b'D' | b'F' | b'H' | b'P'..=b'S', ..] => {}
        // An Escape, and an `O` behind it at once: no terminal has such a key.
        _ => return Some((Key::Byte(0x1b), 1)),
    }
    let length = cli::keys::length(typed);
    let key = match &typed[2..length] {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"C" => Key::Right,
        b"D" => Key::Left,
        b"H" | b"1~" | b"7~" => Key::Home,
        b"F" | b"4~" | b"8~" => Key::End,
        b"2~" => Key::Insert,
        b"3~" => Key::Delete,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        _ => Key::Unknown,
    };
    Some((key, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_keys() {
        for (typed, more, want) in [
            (&b"a"[..], true, Some((Key::Byte(b'a'), 1))),
            (b"\x1b", true, None),
            (b"\x1b", false, Some((Key::Byte(0x1b), 1))),
            (b"\x1bx", true, Some((Key::Byte(0x1b), 1))),
            (b"\x1b[A", true, Some((Key::Up, 3))),
            (b"\x1bOBx", true, Some((Key::Down, 3))),
            (b"\x1bOmx", true, Some((Key::Byte(0x1b), 1))),
            (b"\x1b[5~", true, Some((Key::PageUp, 4))),
            (b"\x1b[5", true, None),
            (b"\x1b[1;5C", true, Some((Key::Unknown, 6))),
            (b"\x1b[200~a\x1b[20", true, None),
            (
                b"\x1b[200~a\rb\x1b[201~c",
                true,
                Some((Key::Paste(b"a\rb".to_vec()), 15)),
            ),
            (b"\xff", true, Some((Key::Byte(0xff), 1))),
        ] {
            assert_eq!(decode(typed, more), want, "{typed:?}");
        }
    }
}
