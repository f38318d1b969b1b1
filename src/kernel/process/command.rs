//! What a process runs: its arguments and environment, as it was given them.

use std::sync::Arc;

/// A list of strings without NUL bytes, kept as guests take them: each followed by a NUL.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct StringList {
    bytes: Vec<u8>,
    count: usize,
}

impl StringList {
    /// From strings that are each followed by a NUL; a last one without it counts too.
    pub fn from_nul_terminated(bytes: &[u8]) -> Self {
        let mut list = StringList::default();
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len());
            list.push(&rest[..end]);
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        list
    }

    /// Appends one; a NUL in it and what follows is cut, as C strings end there.
    pub fn push(&mut self, string: &[u8]) {
        let end = string.iter().position(|&byte| byte == 0).unwrap_or(string.len());
        self.bytes.extend_from_slice(&string[..end]);
        self.bytes.push(0);
        self.count += 1;
    }

    /// How many strings.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All of them, each followed by a NUL.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// One by one, without the NUL.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.split(|&byte| byte == 0).take(self.count)
    }

    /// The value of `NAME=value`.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter()
            .find_map(|each| each.strip_prefix(name)?.strip_prefix(b"="))
    }
}

impl<S: AsRef<[u8]>> FromIterator<S> for StringList {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let mut list = StringList::default();
        strings.into_iter().for_each(|string| list.push(string.as_ref()));
        list
    }
}

/// What a process runs.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct CommandLine {
    /// The absolute path of what was started, or the name of a driver's command.
    pub exe: Vec<u8>,
    /// argv, with argv\[0\].
    pub args: StringList,
    /// `NAME=value` strings.
    pub env: StringList,
    /// The name of the driver that runs it; empty before it is known what that is.
    pub driver: Arc<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_survive_the_round_trip() {
        let list: StringList = ["ls", "", "-l"].into_iter().collect();
        assert_eq!(list.bytes(), b"ls\0\0-l\0");
        assert_eq!(StringList::from_nul_terminated(list.bytes()), list);
        assert_eq!(list.iter().collect::<Vec<_>>(), [&b"ls"[..], b"", b"-l"]);
        assert_eq!(StringList::from_nul_terminated(b"a\0b").len(), 2);
        assert!(StringList::from_nul_terminated(b"").is_empty());
    }

    #[test]
    fn get_finds_whole_names_only() {
        let env: StringList = ["PATHX=1", "PATH=/bin"].into_iter().collect();
        assert_eq!(env.get(b"PATH"), Some(&b"/bin"[..]));
        assert_eq!(env.get(b"PAT"), None);
    }
}
