//! Field splitting by IFS.

use super::Item;
use crate::shell::Shell;
use crate::text::Bytes;

/// A field's parts: (text, quoted). Quoted parts are no patterns.
pub type Field = Vec<(Bytes, bool)>;

pub fn split(sh: &Shell, items: Vec<Item>) -> Vec<Field> {
    let default = b" \t\n".to_vec();
    let ifs = match sh.vars.var("IFS") {
        Some(v) => v.value.scalar().unwrap_or(&default),
        None => &default,
    };
    let mut s = Splitter {
        ifs,
        fields: Vec::new(),
        current: None,
        space_ended: false,
    };
    for item in items {
        match item {
            Item::Break | Item::StarBreak => s.finish(),
            Item::Text {
                bytes, split: true, ..
            } => s.expanded(&bytes),
            Item::Text { bytes, quoted, .. } => {
                if quoted || !bytes.is_empty() {
                    s.current.get_or_insert_default().push((bytes, quoted));
                    s.space_ended = false;
                }
            }
        }
    }
    s.finish();
    s.fields
}

struct Splitter<'a> {
    ifs: &'a [u8],
    fields: Vec<Field>,
    /// The field in the making; an empty one exists once something quoted was in it.
    current: Option<Field>,
    /// White space ended the last field: a delimiter that follows belongs to the same separator.
    space_ended: bool,
}

impl Splitter<'_> {
    fn finish(&mut self) {
        self.fields.extend(self.current.take());
        self.space_ended = false;
    }

    fn expanded(&mut self, bytes: &[u8]) {
        let mut start = 0;
        for (i, c) in bytes.iter().enumerate() {
            if !self.ifs.contains(c) {
                continue;
            }
            self.append(&bytes[start..i]);
            start = i + 1;
            if matches!(c, b' ' | b'\t' | b'\n') {
                if self.current.is_some() {
                    self.finish();
                    self.space_ended = true;
                }
            } else if self.current.is_some() {
                self.finish();
            } else if self.space_ended {
                self.space_ended = false;
            } else {
                self.fields.push(vec![(Vec::new(), true)]);
            }
        }
        self.append(&bytes[start..]);
    }

    fn append(&mut self, part: &[u8]) {
        if !part.is_empty() {
            self.current.get_or_insert_default().push((part.to_vec(), false));
            self.space_ended = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansions_split_as_posix_says() {
        let cases: &[(&str, &str, &[&str])] = &[
            (" \t\n", "  a  b ", &["a", "b"]),
            (":", "a:b::c:", &["a", "b", "", "c"]),
            (":", ":a", &["", "a"]),
            (" :", "a : b", &["a", "b"]),
            (" :", " : b", &["", "b"]),
            ("", "a b", &["a b"]),
            (" ", "", &[]),
        ];
        for (ifs, text, want) in cases {
            let mut sh = Shell::new(b"sh".to_vec());
            sh.vars.set("IFS", *ifs).unwrap();
            let fields = split(&sh, vec![Item::result(text.as_bytes().to_vec(), false)]);
            let got: Vec<Bytes> = fields
                .into_iter()
                .map(|f| f.into_iter().flat_map(|p| p.0).collect())
                .collect();
            assert_eq!(
                got,
                want.iter().map(|w| w.as_bytes().to_vec()).collect::<Vec<_>>(),
                "{ifs:?} {text:?}"
            );
        }
    }
}
