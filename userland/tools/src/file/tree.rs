//! tree(1): directories as a tree.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cli::{Opt, Order, Outcome, Output, Spec, mode, pattern, quote, size};
use sys::{FileType, Stat};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    All,
    Directories,
    Level,
    FullPath,
    Permissions,
    Size,
    Human,
    Color,
    NoColor,
    Ignore,
    Pattern,
    NoReport,
    Json,
    NoIndent,
    Classify,
    Follow,
    DirectoriesFirst,
    Reverse,
    Prune,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "tree",
    usage: &["[options] [directory ...]"],
    about: "List contents of directories in a tree-like format.",
    options: &[
        Opt::flag(Id::All, "a", "", "All files are listed."),
        Opt::flag(Id::Directories, "d", "", "List directories only."),
        Opt::flag(Id::Follow, "l", "", "Follow symbolic links like directories."),
        Opt::flag(Id::FullPath, "f", "", "Print the full path prefix for each file."),
        Opt::value(Id::Level, "L", "", "level", "Descend only level directories deep."),
        Opt::value(Id::Pattern, "P", "", "pattern", "List only those files that match the pattern given."),
        Opt::value(Id::Ignore, "I", "", "pattern", "Do not list files that match the given pattern."),
        Opt::flag(Id::Permissions, "p", "", "Print the protections for each file."),
        Opt::flag(Id::Size, "s", "", "Print the size in bytes of each file."),
        Opt::flag(Id::Human, "h", "", "Print the size in a more human readable way."),
        Opt::flag(Id::Classify, "F", "", "Appends '/', '=', '*', '@' or '|' as per ls -F."),
        Opt::flag(Id::NoIndent, "i", "", "Don't print indentation lines."),
        Opt::flag(Id::Color, "C", "", "Turn colorization on always."),
        Opt::flag(Id::NoColor, "n", "", "Turn colorization off always."),
        Opt::flag(Id::Json, "J", "", "Prints out an JSON representation of the tree."),
        Opt::flag(Id::DirectoriesFirst, "", "dirsfirst", "List directories before files."),
        Opt::flag(Id::Reverse, "r", "", "Reverse the order of the sort."),
        Opt::flag(Id::Prune, "", "prune", "Prune empty directories from the output."),
        Opt::flag(Id::NoReport, "", "noreport", "Turn off file/directory count at end of tree listing."),
    ],
    order: Order::Permute,
    failure: 1,
};

struct Tree {
    chosen: Vec<Id>,
    level: usize,
    patterns: Vec<Vec<u8>>,
    ignored: Vec<Vec<u8>>,
    color: bool,
    directories: usize,
    files: usize,
    failed: bool,
    out: Output,
}

/// An entry of a directory.
struct Entry {
    name: OsString,
    path: PathBuf,
    stat: Option<Stat>,
    link: Option<PathBuf>,
    is_directory: bool,
}

/// The alternatives of `a|b`.
fn alternatives(text: &OsString) -> impl Iterator<Item = Vec<u8>> {
    text.as_encoded_bytes().split(|b| *b == b'|').map(<[u8]>::to_vec)
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut tree = Tree {
        chosen: parsed.options.iter().map(|(id, _)| *id).collect(),
        level: usize::MAX,
        patterns: Vec::new(),
        ignored: Vec::new(),
        color: false,
        directories: 0,
        files: 0,
        failed: false,
        out: Output::stdout(),
    };
    for (id, value) in &parsed.options {
        let text = value.clone().unwrap_or_default();
        match id {
            Id::Level => {
                tree.level = text
                    .to_str()
                    .and_then(|text| text.parse().ok())
                    .filter(|level| *level > 0)
                    .ok_or_else(|| SPEC.usage_error("Invalid level, must be greater than 0."))?;
            }
            Id::Pattern => tree.patterns.extend(alternatives(&text)),
            Id::Ignore => tree.ignored.extend(alternatives(&text)),
            _ => {}
        }
    }
    let terminal = sys::isatty(sys::Fd::STDOUT) && std::env::var_os("NO_COLOR").is_none();
    tree.color = (tree.has(Id::Color) || terminal) && !tree.has(Id::NoColor) && !tree.has(Id::Json);
    let roots = if parsed.operands.is_empty() {
        vec![OsString::from(".")]
    } else {
        parsed.operands
    };
    if tree.has(Id::Json) {
        tree.out.put(b"[\n");
    }
    for (at, root) in roots.iter().enumerate() {
        tree.root(Path::new(root), at + 1 == roots.len());
    }
    tree.report();
    let status = if tree.failed { 2 } else { 0 };
    Ok(tree.out.finish("tree", status, 1))
}

impl Tree {
    fn has(&self, id: Id) -> bool {
        self.chosen.contains(&id)
    }

    fn root(&mut self, path: &Path, last: bool) {
        let stat = sys::stat(path);
        let is_directory = stat.is_ok_and(|stat| stat.is_dir());
        let name = path.as_os_str().as_encoded_bytes();
        if self.has(Id::Json) {
            let text = String::from_utf8_lossy(name).into_owned();
            self.out
                .put(format!("  {{\"type\":\"directory\",\"name\":{}", json(&text)).as_bytes());
            if is_directory {
                self.out.put(b",\"contents\":[\n");
                self.directories += 1;
                self.children(path, 1, "");
                self.out.put(b"  ]}");
            } else {
                self.failed = true;
                self.out.put(b",\"error\":\"error opening dir\"}");
            }
            self.out.put(if last { b"\n" } else { b",\n" });
            return;
        }
        if !is_directory {
            self.failed = true;
            self.out.line(&[name, b"  [error opening dir]"].concat());
            return;
        }
        self.directories += 1;
        let shown = self.painted(name.to_vec(), FileType::Directory, 0o755);
        self.out.line(&shown);
        self.children(path, 1, "");
    }

    fn entries(&mut self, path: &Path) -> Option<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path).ok()?.flatten() {
            let name = entry.file_name();
            let bytes = name.as_encoded_bytes();
            if bytes.starts_with(b".") && !self.has(Id::All) {
                continue;
            }
            let path = entry.path();
            let stat = sys::lstat(&path).ok();
            let is_link = stat.is_some_and(|stat| stat.file_type() == FileType::Symlink);
            let leads_to_directory = is_link && sys::stat(&path).is_ok_and(|stat| stat.is_dir());
            let is_directory =
                stat.is_some_and(|stat| stat.is_dir()) || leads_to_directory && self.has(Id::Follow);
            let matches = |list: &[Vec<u8>]| list.iter().any(|wanted| pattern::matches(wanted, bytes));
            let hidden = matches(&self.ignored)
                || !is_directory && !self.patterns.is_empty() && !matches(&self.patterns)
                || !is_directory && !leads_to_directory && self.has(Id::Directories);
            if !hidden {
                entries.push(Entry {
                    link: if is_link {
                        std::fs::read_link(&path).ok()
                    } else {
                        None
                    },
                    name,
                    path,
                    stat,
                    is_directory,
                });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        if self.has(Id::Reverse) {
            entries.reverse();
        }
        if self.has(Id::DirectoriesFirst) {
            entries.sort_by_key(|entry| !entry.is_directory);
        }
        if self.has(Id::Prune) {
            entries.retain(|entry| !entry.is_directory || self.has_files(&entry.path));
        }
        Some(entries)
    }

    /// Whether there is something but directories in a directory.
    fn has_files(&self, path: &Path) -> bool {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| {
            let path = entry.path();
            let name = entry.file_name();
            if sys::lstat(&path).is_ok_and(|stat| stat.is_dir()) {
                return self.has_files(&path);
            }
            self.patterns.is_empty()
                || self
                    .patterns
                    .iter()
                    .any(|wanted| pattern::matches(wanted, name.as_encoded_bytes()))
        })
    }

    fn children(&mut self, path: &Path, depth: usize, indent: &str) {
        if depth > self.level || self.out.is_closed() {
            return;
        }
        let Some(entries) = self.entries(path) else {
            self.failed = true;
            return;
        };
        let count = entries.len();
        for (at, entry) in entries.iter().enumerate() {
            let last = at + 1 == count;
            if entry.is_directory {
                self.directories += 1;
            } else {
                self.files += 1;
            }
            if self.has(Id::Json) {
                self.json_entry(entry, depth, last);
                continue;
            }
            let mut line = Vec::new();
            if !self.has(Id::NoIndent) {
                line.extend_from_slice(indent.as_bytes());
                line.extend_from_slice(if last { "└── " } else { "├── " }.as_bytes());
            }
            line.extend(self.described(entry));
            self.out.line(&line);
            // A link that is followed must not lead into itself.
            if entry.is_directory && (entry.link.is_none() || depth < 64) {
                let indent = format!("{indent}{}", if last { "    " } else { "│\u{a0}\u{a0} " });
                self.children(&entry.path, depth + 1, &indent);
            }
        }
    }

    /// `[drwxr-xr-x 4096]  name -> target`.
    fn described(&self, entry: &Entry) -> Vec<u8> {
        let mut line = Vec::new();
        let stat = entry.stat.unwrap_or_default();
        let mut details = Vec::new();
        if self.has(Id::Permissions) {
            details.push(mode::mode_string(stat.mode));
        }
        if self.has(Id::Human) {
            details.push(format!("{:>4}", size::human(stat.size, 1024)));
        } else if self.has(Id::Size) {
            details.push(format!("{:>11}", stat.size));
        }
        if !details.is_empty() {
            line.extend(format!("[{}]  ", details.join(" ")).bytes());
        }
        let name = if self.has(Id::FullPath) {
            entry.path.as_os_str()
        } else {
            entry.name.as_os_str()
        };
        let shown = if name.as_encoded_bytes().iter().any(u8::is_ascii_control) {
            quote::if_needed(name).into_bytes()
        } else {
            name.as_encoded_bytes().to_vec()
        };
        line.extend(self.painted(shown, stat.file_type(), stat.mode));
        if self.has(Id::Classify) {
            let mark = match stat.file_type() {
                FileType::Directory => "/",
                FileType::Symlink => "@",
                FileType::Fifo => "|",
                FileType::Socket => "=",
                FileType::Regular if stat.mode & 0o111 != 0 => "*",
                _ => "",
            };
            line.extend(mark.bytes());
        }
        if let Some(link) = &entry.link {
            line.extend_from_slice(b" -> ");
            line.extend_from_slice(link.as_os_str().as_encoded_bytes());
        }
        line
    }

    fn painted(&self, name: Vec<u8>, kind: FileType, mode: u32) -> Vec<u8> {
        let color = match kind {
            FileType::Directory => "01;34",
            FileType::Symlink => "01;36",
            FileType::Fifo => "40;33",
            FileType::CharDevice | FileType::BlockDevice => "40;33;01",
            FileType::Regular if mode & 0o111 != 0 => "01;32",
            _ => return name,
        };
        if !self.color {
            return name;
        }
        [format!("\x1b[{color}m").as_bytes(), &name, b"\x1b[0m"].concat()
    }

    fn json_entry(&mut self, entry: &Entry, depth: usize, last: bool) {
        let indent = "  ".repeat(depth + 1);
        let kind = match entry.stat.map(|stat| stat.file_type()) {
            Some(FileType::Directory) => "directory",
            Some(FileType::Symlink) => "link",
            Some(FileType::Fifo) => "fifo",
            _ => "file",
        };
        let name = if self.has(Id::FullPath) {
            entry.path.display().to_string()
        } else {
            entry.name.to_string_lossy().into_owned()
        };
        let mut text = format!("{indent}{{\"type\":\"{kind}\",\"name\":{}", json(&name));
        if let Some(link) = &entry.link {
            text += &format!(",\"target\":{}", json(&link.display().to_string()));
        }
        if let Some(stat) = entry.stat {
            if self.has(Id::Permissions) {
                text += &format!(
                    ",\"mode\":\"{:04o}\",\"prot\":\"{}\"",
                    stat.mode & 0o7777,
                    mode::mode_string(stat.mode)
                );
            }
            if self.has(Id::Size) {
                text += &format!(",\"size\":{}", stat.size);
            }
        }
        self.out.put(text.as_bytes());
        if entry.is_directory {
            self.out.put(b",\"contents\":[\n");
            self.children(&entry.path, depth + 1, "");
            self.out.put(format!("{indent}]").as_bytes());
        }
        self.out.put(if last { b"}\n" } else { b"},\n" });
    }

    fn report(&mut self) {
        let (directories, files) = (self.directories, self.files);
        if self.has(Id::Json) {
            if !self.has(Id::NoReport) {
                let counted = if self.has(Id::Directories) {
                    String::new()
                } else {
                    format!(",\"files\":{files}")
                };
                self.out.put(
                    format!(",\n  {{\"type\":\"report\",\"directories\":{directories}{counted}}}\n")
                        .as_bytes(),
                );
            }
            self.out.put(b"]\n");
            return;
        }
        if self.has(Id::NoReport) {
            return;
        }
        let plural =
            |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let mut line = format!("\n{}", plural(directories, "directory", "directories"));
        if !self.has(Id::Directories) {
            line += &format!(", {}", plural(files, "file", "files"));
        }
        self.out.line(line.as_bytes());
    }
}

/// A string of JSON.
fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            c if c.is_control() => out += &format!("\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
