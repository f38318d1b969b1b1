//! Lines of gitignore(5) files, for the commands that leave files out by them.

use crate::pattern;

/// What a line says.
#[derive(Clone, Debug)]
pub struct Line {
    /// The parts of the pattern between its slashes; `**` is any number of them.
    parts: Vec<Vec<u8>>,
    /// It is about paths below its file's directory; otherwise about names.
    anchored: bool,
    /// Files that match are not left out.
    pub negated: bool,
    /// Only directories match.
    pub directories_only: bool,
}

impl Line {
    /// Reads a line; `None` where it says nothing.
    pub fn parse(line: &[u8]) -> Option<Line> {
        let mut line = line.strip_suffix(b"\r").unwrap_or(line);
        while line.ends_with(b" ") && !line.ends_with(b"\\ ") {
            line = &line[..line.len() - 1];
        }
        if line.is_empty() || line.starts_with(b"#") {
            return None;
        }
        let (negated, line) = match line.strip_prefix(b"!") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (directories_only, line) = match line.strip_suffix(b"/") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let anchored = line.contains(&b'/');
        let line = line.strip_prefix(b"/").unwrap_or(line);
        Some(Line {
            parts: line.split(|b| *b == b'/').map(<[u8]>::to_vec).collect(),
            anchored,
            negated,
            directories_only,
        })
    }

    /// Whether it is about a path, given as its parts below the directory of the line's file.
    pub fn matches(&self, below: &[&[u8]], is_directory: bool) -> bool {
        if self.directories_only && !is_directory {
            return false;
        }
        if self.anchored {
            return match_parts(&self.parts, below);
        }
        below
            .last()
            .is_some_and(|name| pattern::matches(&self.parts[0], name))
    }
}

/// Whether a pattern's parts match all parts of a path, `**` being any number of them.
pub fn match_parts<P: AsRef<[u8]>>(parts: &[P], names: &[&[u8]]) -> bool {
    match (parts.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first.as_ref() == b"**" => {
            // At the end it is everything inside, but not the directory itself.
            let least = usize::from(rest.is_empty());
            (least..=names.len()).any(|skip| match_parts(rest, &names[skip..]))
        }
        (Some((first, rest)), Some((name, names))) => {
            pattern::matches(first.as_ref(), name) && match_parts(rest, names)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_mean_what_gitignore_says() {
        for (line, path, is_directory, expected) in [
            ("*.o", "a/b.o", false, Some(true)),
            ("/x", "x", false, Some(true)),
            ("/x", "a/x", false, None),
            ("x/", "a/x", true, Some(true)),
            ("x/", "a/x", false, None),
            ("a/b", "a/b", false, Some(true)),
            ("a/b", "c/a/b", false, None),
            ("**/b", "c/a/b", false, Some(true)),
            ("a/**", "a/c/d", false, Some(true)),
            ("a/**", "a", true, None),
            ("a/**/z", "a/z", false, Some(true)),
            ("!keep", "keep", false, Some(false)),
            ("# c", "# c", false, None),
            ("\\#c", "#c", false, Some(true)),
            ("a ", "a", false, Some(true)),
        ] {
            let names: Vec<&[u8]> = path.as_bytes().split(|b| *b == b'/').collect();
            let found = Line::parse(line.as_bytes()).filter(|line| line.matches(&names, is_directory));
            assert_eq!(found.map(|line| !line.negated), expected, "{line} {path}");
        }
    }
}
