//! Modes as chmod(1) takes them, octal or clauses such as `u+rwX,go=`, and as ls(1) shows them.

use sys::FileType;

/// The mode that `text` makes of `old`, or `None` if it is no mode. `umask` limits clauses that name nobody.
pub fn apply(text: &str, old: u32, is_dir: bool, umask: u32) -> Option<u32> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777)?;
        // GNU: a short octal mode keeps a directory's set-id bits.
        let kept = if is_dir && text.len() < 5 { old & 0o6000 } else { 0 };
        return Some(mode | kept);
    }
    text.split(',').try_fold(old & 0o7777, |mode, clause| {
        apply_clause(clause, mode, is_dir, umask)
    })
}

fn apply_clause(clause: &str, mut mode: u32, is_dir: bool, umask: u32) -> Option<u32> {
    let operators = clause.find(['+', '-', '='])?;
    let (who, mut actions) = clause.split_at(operators);
    let mut affected = 0;
    for c in who.chars() {
        affected |= match c {
            'u' => 0o4700,
            'g' => 0o2070,
            'o' => 0o1007,
            'a' => 0o7777,
            _ => return None,
        };
    }
    let (affected, allowed) = if who.is_empty() {
        (0o7777, !umask)
    } else {
        (affected, !0)
    };
    while let Some(operator) = actions.chars().next() {
        let rest = &actions[1..];
        let end = rest.find(['+', '-', '=']).unwrap_or(rest.len());
        let permissions = permissions(&rest[..end], mode, is_dir)?;
        let bits = permissions & affected & allowed;
        mode = match operator {
            '+' => mode | bits,
            '-' => mode & !bits,
            '=' => {
                // A directory's set-id bits are only cleared by name.
                let kept = if is_dir { 0o6000 & !permissions } else { 0 };
                (mode & !(affected & !kept)) | bits
            }
            _ => return None,
        };
        actions = &rest[end..];
    }
    Some(mode)
}

/// The bits for all of u, g and o that `letters` name.
fn permissions(letters: &str, mode: u32, is_dir: bool) -> Option<u32> {
    let spread = |bits: u32| bits * 0o111;
    let mut permissions = 0;
    for c in letters.chars() {
        permissions |= match c {
            'r' => 0o444,
            'w' => 0o222,
            'x' => 0o111,
            'X' if is_dir || mode & 0o111 != 0 => 0o111,
            'X' => 0,
            's' => 0o6000,
            't' => 0o1000,
            'u' => spread(mode >> 6 & 7),
            'g' => spread(mode >> 3 & 7),
            'o' => spread(mode & 7),
            _ => return None,
        };
    }
    Some(permissions)
}

pub fn type_letter(kind: FileType) -> char {
    match kind {
        FileType::Directory => 'd',
        FileType::Symlink => 'l',
        FileType::Fifo => 'p',
        FileType::Socket => 's',
        FileType::CharDevice => 'c',
        FileType::BlockDevice => 'b',
        FileType::Regular => '-',
        FileType::Unknown => '?',
    }
}

/// `drwxr-xr-x` and its like.
pub fn mode_string(mode: u32) -> String {
    let mut text = String::from(type_letter(FileType::from_mode(mode)));
    for (shift, special, on_x, on_dash) in [
        (6, 0o4000, 's', 'S'),
        (3, 0o2000, 's', 'S'),
        (0, 0o1000, 't', 'T'),
    ] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => on_x,
            (false, true) => on_dash,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_apply_as_chmod_says() {
        for (text, old, is_dir, new) in [
            ("644", 0o777, false, Some(0o644)),
            ("0", 0o777, false, Some(0)),
            ("4755", 0, false, Some(0o4755)),
            ("755", 0o2700, true, Some(0o2755)),
            ("00755", 0o2700, true, Some(0o755)),
            ("u+x", 0o644, false, Some(0o744)),
            ("+x", 0o644, false, Some(0o755)),
            ("+w", 0o444, false, Some(0o644)),
            ("a+w", 0o444, false, Some(0o666)),
            ("go-rwx", 0o777, false, Some(0o700)),
            ("u=rw,go=r", 0o777, false, Some(0o644)),
            ("u=rwx,g=u,o=", 0, false, Some(0o770)),
            ("a+X", 0o644, false, Some(0o644)),
            ("a+X", 0o744, false, Some(0o755)),
            ("a+X", 0o644, true, Some(0o755)),
            ("u+s,+t", 0o755, false, Some(0o5755)),
            ("u+rw-x", 0o100, false, Some(0o600)),
            ("=", 0o777, false, Some(0)),
            ("8", 0, false, None),
            ("77777", 0, false, None),
            ("u", 0, false, None),
            ("q+x", 0, false, None),
            ("u+q", 0, false, None),
            ("", 0, false, None),
        ] {
            assert_eq!(apply(text, old, is_dir, 0o022), new, "{text} of {old:o}");
        }
    }
}
