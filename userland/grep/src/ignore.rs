//! gitignore(5): which files below a directory are left out.

use std::path::{Path, PathBuf};

use cli::gitignore::Line;

/// A line of such a file.
struct Rule {
    /// The directory that it is relative to.
    base: PathBuf,
    line: Line,
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
            self.rules.extend(Line::parse(line).map(|line| Rule {
                base: base.to_owned(),
                line,
            }));
        }
    }

    /// Whether the path is left out; `None` where no rule is about it.
    pub fn decides(&self, path: &Path, is_directory: bool) -> Option<bool> {
        let found = self.rules.iter().rev().find(|rule| {
            let Ok(below) = path.strip_prefix(&rule.base) else {
                return false;
            };
            let names: Vec<&[u8]> = below.iter().map(|name| name.as_encoded_bytes()).collect();
            rule.line.matches(&names, is_directory)
        })?;
        Some(!found.line.negated)
    }
}
