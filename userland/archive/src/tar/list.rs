//! What -t and -v show.

use cli::time;

use super::Session;
use super::header::{Entry, Kind};

/// How wide owner and size have been so far: GNU's columns grow, too.
pub struct Columns(usize);

impl Default for Columns {
    fn default() -> Columns {
        Columns(19)
    }
}

fn permissions(entry: &Entry) -> String {
    let kind = match entry.kind {
        Kind::Regular | Kind::Other(_) => '-',
        Kind::HardLink => 'h',
        Kind::Symlink => 'l',
        Kind::CharDevice => 'c',
        Kind::BlockDevice => 'b',
        Kind::Directory => 'd',
        Kind::Fifo => 'p',
    };
    let mut out = String::from(kind);
    for (shift, special, letters) in [
        (6, 0o4000, ['s', 'S']),
        (3, 0o2000, ['s', 'S']),
        (0, 0o1000, ['t', 'T']),
    ] {
        let bits = entry.mode >> shift;
        out.push(if bits & 4 != 0 { 'r' } else { '-' });
        out.push(if bits & 2 != 0 { 'w' } else { '-' });
        out.push(match (bits & 1 != 0, entry.mode & special != 0) {
            (true, true) => letters[0],
            (false, true) => letters[1],
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    out
}

/// A name as GNU's `escape` style shows it: one line, whatever is in it.
pub fn escaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.extend(b"\\n"),
                '\t' => out.extend(b"\\t"),
                '\r' => out.extend(b"\\r"),
                '\\' => out.extend(b"\\\\"),
                c if c.is_control() => out.extend(format!("\\{:03o}", u32::from(c)).bytes()),
                c => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        for b in chunk.invalid() {
            out.extend(format!("\\{b:03o}").bytes());
        }
    }
    out
}

impl Session {
    /// Shows a member as -v (`long` false) or -vv and -tv do.
    pub fn show(&mut self, entry: &Entry, long: bool, columns: &mut Columns) {
        let mut line = Vec::new();
        if long {
            let numeric = self.options.numeric_owner;
            let owner = |name: &[u8], id: u64| {
                if name.is_empty() || numeric {
                    id.to_string()
                } else {
                    super::shown(name)
                }
            };
            let (user, group) = (owner(&entry.user, entry.uid), owner(&entry.group, entry.gid));
            let size = match entry.kind {
                Kind::CharDevice | Kind::BlockDevice => format!("{},{}", entry.device.0, entry.device.1),
                _ => entry.size.to_string(),
            };
            let width = user.len() + 1 + group.len() + 1 + size.len();
            columns.0 = columns.0.max(width);
            let gap = columns.0 - width + size.len();
            let when = time::format("%Y-%m-%d %H:%M", entry.mtime_ns);
            line.extend(format!("{} {user}/{group} {size:>gap$} {when} ", permissions(entry)).bytes());
        }
        line.extend(escaped(&entry.path));
        if long && matches!(entry.kind, Kind::Symlink | Kind::HardLink) {
            line.extend_from_slice(if entry.kind == Kind::Symlink {
                b" -> "
            } else {
                b" link to "
            });
            line.extend(escaped(&entry.link));
        }
        self.out.line(&line);
    }
}
