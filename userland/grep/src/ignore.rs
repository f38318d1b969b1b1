//! gitignore(5): which files below a directory are left out.

use std::path::{Path, PathBuf};

use cli::pattern;

/// A line of such a file.
struct Rule {
    /// The directory that it is relative to.
    base: PathBuf,
    /// The parts of the pattern between its slashes; `**` is any number of them.
    parts: Vec<Vec<u8>>,
    /// It is about paths below `base`; otherwise about names.
    anchored: bool,
    negated: bool,
    directories_only: bool,
}

/// The rules that count in a directory, in their order: the last that matches decides.
#[derive(Default)]
pub struct Ignore {
    rules: Vec<Rule>,
}

impl Ignore {
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Takes back what came after the first `length` rules.
    pub fn truncate(&mut self, length: usize) {
        self.rules.truncate(length);
    }

    /// Adds the rules of a file, relative to `base`. A file that is not there has none.
    pub fn add_file(&mut self, file: &Path, base: &Path) {
        let Ok(text) = cli::input::read_file(file.as_os_str()) else {
            return;
        };
        for line in text.split(|b| *b == b'\n') {
            self.rules.extend(parse(line, base));
        }
    }

    /// Whether the path is left out; `None` where no rule is about it.
    pub fn decides(&self, path: &Path, is_directory: bool) -> Option<bool> {
        let found = self.rules.iter().rev().find(|rule| {
            (is_directory || !rule.directories_only)
                && path
                    .strip_prefix(&rule.base)
                    .is_ok_and(|below| rule.matches(below))
        })?;
        Some(!found.negated)
    }
}

fn parse(line: &[u8], base: &Path) -> Option<Rule> {
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
    let parts: Vec<Vec<u8>> = line
        .strip_prefix(b"/")
        .unwrap_or(line)
        .split(|b| *b == b'/')
        .map(<[u8]>::to_vec)
        .collect();
    Some(Rule {
        base: base.to_owned(),
        parts,
        anchored,
        negated,
        directories_only,
    })
}

impl Rule {
    fn matches(&self, below: &Path) -> bool {
        let names: Vec<&[u8]> = below.iter().map(|name| name.as_encoded_bytes()).collect();
        if self.anchored {
            return match_parts(&self.parts, &names);
        }
        names
            .last()
            .is_some_and(|name| pattern::matches(&self.parts[0], name))
    }
}

/// Whether a pattern's parts match all parts of a path.
pub fn match_parts<P: AsRef<[u8]>>(parts: &[P], names: &[&[u8]]) -> bool {
    match (parts.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first.as_ref() == b"**" => {
            // At the end, it is everything inside.
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
            let mut ignore = Ignore::default();
            ignore.rules.extend(parse(line.as_bytes(), Path::new("/r")));
            let path = Path::new("/r").join(path);
            assert_eq!(
                ignore.decides(&path, is_directory),
                expected,
                "{line} {}",
                path.display()
            );
        }
    }
}
