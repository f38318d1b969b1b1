//! fd: finds entries by a regular expression or glob on their names.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, pattern, process};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use sys::FileType;

use crate::walk::{Entry, Globs, Next, Walk, roots};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Hidden,
    NoIgnore,
    Unrestricted,
    CaseSensitive,
    IgnoreCase,
    Glob,
    Fixed,
    Absolute,
    Follow,
    FullPath,
    Depth,
    MinDepth,
    ExactDepth,
    Type,
    Extension,
    Exclude,
    Size,
    Exec,
    ExecBatch,
    Null,
    One,
    MaxResults,
    Quiet,
    SearchPath,
    IgnoredValue,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "fd",
    usage: &["[OPTIONS] [pattern] [path]..."],
    about: "Find entries in the filesystem by a regular expression (of the crate regex) on their names.",
    options: &[
        Opt::flag(Id::Hidden, "H", "hidden", "search hidden files and directories"),
        Opt::flag(Id::NoIgnore, "I", "no-ignore", "do not respect .(git|fd)ignore files"),
        Opt::flag(Id::Unrestricted, "u", "unrestricted", "alias for '--no-ignore --hidden'"),
        Opt::flag(Id::CaseSensitive, "s", "case-sensitive", "case-sensitive search (default: smart case)"),
        Opt::flag(Id::IgnoreCase, "i", "ignore-case", "case-insensitive search (default: smart case)"),
        Opt::flag(Id::Glob, "g", "glob", "glob-based search (default: regular expression)"),
        Opt::flag(Id::Fixed, "F", "fixed-strings", "treat the pattern as a literal string"),
        Opt::flag(Id::Absolute, "a", "absolute-path", "show absolute instead of relative paths"),
        Opt::flag(Id::Follow, "L", "follow", "follow symbolic links"),
        Opt::flag(Id::FullPath, "p", "full-path", "search the absolute path (default: filename only)"),
        Opt::value(Id::Depth, "d", "max-depth", "depth", "set maximum search depth"),
        Opt::value(Id::MinDepth, "", "min-depth", "depth", "only show results of at least that depth"),
        Opt::value(Id::ExactDepth, "", "exact-depth", "depth", "only show results of that depth"),
        Opt::value(Id::Type, "t", "type", "filetype", "filter by type: file (f), directory (d), symlink (l), executable (x), empty (e), socket (s), pipe (p)"),
        Opt::value(Id::Extension, "e", "extension", "ext", "filter by file extension"),
        Opt::value(Id::Exclude, "E", "exclude", "pattern", "exclude entries that match the given glob pattern"),
        Opt::value(Id::Size, "S", "size", "size", "limit results by size: <+|-><NUM><b|k|m|g|ki|mi|gi>"),
        Opt::flag(Id::Exec, "x", "exec", "execute a command (the rest of the line) for each search result"),
        Opt::flag(Id::ExecBatch, "X", "exec-batch", "execute a command (the rest of the line) with all search results at once"),
        Opt::flag(Id::Null, "0", "print0", "separate search results by the null character"),
        Opt::flag(Id::One, "1", "", "alias for '--max-results=1'"),
        Opt::value(Id::MaxResults, "", "max-results", "count", "limit the number of search results"),
        Opt::flag(Id::Quiet, "q", "quiet", "print nothing, exit code 0 if match found, 1 otherwise"),
        Opt::value(Id::SearchPath, "", "search-path", "path", "search there, instead of the paths after the pattern"),
        Opt::value(Id::IgnoredValue, "cj", "color", "when", "accepted; results are not coloured"),
    ],
    order: Order::Permute,
    failure: 1,
};

fn fail(message: impl std::fmt::Display) -> Exit {
    complain("fd", format_args!("error: {message}"));
    Exit(1)
}

enum Test {
    Regex(Regex),
    /// The parts of a glob, and whether case counts.
    Glob(Vec<u8>, bool),
}

/// `+10k`: at least; `-10k`: at most; without a sign, just that.
struct Size {
    sign: u8,
    bytes: u64,
}

#[derive(Default)]
struct Filter {
    types: Vec<char>,
    extensions: Vec<Vec<u8>>,
    sizes: Vec<Size>,
    least_depth: usize,
    full_path: bool,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    // What comes after -x or -X is a command.
    let at = arguments.iter().position(|word| {
        ["-x", "--exec", "-X", "--exec-batch"]
            .iter()
            .any(|option| word == option)
    });
    let (own, command) = match at {
        Some(at) => {
            let mut rest = arguments[at + 1..].to_vec();
            if rest.last().is_some_and(|word| word == ";") {
                rest.pop();
            }
            (arguments[..=at].to_vec(), rest)
        }
        None => (arguments, Vec::new()),
    };
    let parsed = SPEC.parse(own)?;
    let mut walk = Walk {
        hidden: false,
        no_ignore: false,
        follow: false,
        max_depth: None,
        own_file: ".fdignore",
        globs: Globs::default(),
    };
    let mut filter = Filter::default();
    let (mut case, mut glob, mut fixed, mut absolute) = (None, false, false, false);
    let (mut each, mut batch, mut null, mut quiet, mut most) = (false, false, false, false, usize::MAX);
    let mut paths = Vec::new();
    for (id, value) in parsed.options {
        let value = value.unwrap_or_default();
        let bytes = value.as_encoded_bytes();
        match id {
            Id::Hidden => walk.hidden = true,
            Id::NoIgnore => walk.no_ignore = true,
            Id::Unrestricted => (walk.hidden, walk.no_ignore) = (true, true),
            Id::CaseSensitive => case = Some(true),
            Id::IgnoreCase => case = Some(false),
            Id::Glob => glob = true,
            Id::Fixed => fixed = true,
            Id::Absolute => absolute = true,
            Id::Follow => walk.follow = true,
            Id::FullPath => filter.full_path = true,
            Id::Depth => walk.max_depth = Some(number(&value)?),
            Id::MinDepth => filter.least_depth = number(&value)?,
            Id::ExactDepth => {
                filter.least_depth = number(&value)?;
                walk.max_depth = Some(filter.least_depth);
            }
            Id::Type => filter.types.push(match value.to_str().unwrap_or_default() {
                "f" | "file" => 'f',
                "d" | "directory" => 'd',
                "l" | "symlink" => 'l',
                "x" | "executable" => 'x',
                "e" | "empty" => 'e',
                "s" | "socket" => 's',
                "p" | "pipe" => 'p',
                other => {
                    return Err(fail(format_args!(
                        "'{other}' isn't a valid value for '--type <filetype>...'"
                    )));
                }
            }),
            Id::Extension => filter
                .extensions
                .push(bytes.strip_prefix(b".").unwrap_or(bytes).to_ascii_lowercase()),
            Id::Exclude => walk.globs.add(bytes, true),
            Id::Size => filter.sizes.push(size(&value)?),
            Id::Exec => each = true,
            Id::ExecBatch => batch = true,
            Id::Null => null = true,
            Id::One => most = 1,
            Id::MaxResults => most = number(&value)?,
            Id::Quiet => (quiet, most) = (true, 1),
            Id::SearchPath => paths.push(value),
            Id::IgnoredValue => {}
        }
    }
    if at.is_some() && command.is_empty() {
        return Err(fail("a command is required for '--exec' and '--exec-batch'"));
    }
    let mut operands = parsed.operands.into_iter();
    let text = operands.next().unwrap_or_default();
    let test = test(&text, glob, fixed, case)?;
    paths.extend(operands);
    // Where other programs get the results, none may look like an option.
    let prefix = if paths.is_empty() && (each || batch || null) {
        "./"
    } else {
        ""
    };
    let mut out = Output::stdout();
    let (mut found, mut status) = (Vec::new(), 0);
    for root in roots(paths) {
        if !sys::stat(root.as_path()).is_ok_and(|stat| stat.is_dir()) {
            complain(
                name,
                format_args!("Search path '{}' is not a directory.", root.display()),
            );
            status = 1;
            continue;
        }
        let root = if absolute {
            std::fs::canonicalize(&root).unwrap_or(root)
        } else {
            root
        };
        walk.run(
            &root,
            &mut |entry| {
                if filter.holds(&entry) && test.holds(&entry, filter.full_path) {
                    found.push((entry.path.to_owned(), entry.kind == FileType::Directory));
                }
                if found.len() >= most { Next::Stop } else { Next::On }
            },
            &mut |path, why| {
                complain(name, format_args!("error: {}: {why}", path.display()));
                status = 1;
            },
        );
    }
    if quiet {
        return Ok(i32::from(found.is_empty()));
    }
    let results: Vec<OsString> = found
        .iter()
        .map(|(path, _)| Path::new(prefix).join(path).into())
        .collect();
    if each {
        for result in &results {
            status = status.max(i32::from(
                execute(name, &command, std::slice::from_ref(result)) != 0,
            ));
        }
    } else if batch {
        if !results.is_empty() {
            status = status.max(execute(name, &command, &results));
        }
    } else {
        for (path, is_directory) in &found {
            out.put(prefix.as_bytes());
            out.put(path.as_os_str().as_encoded_bytes());
            out.put(if *is_directory { b"/" } else { b"" });
            out.put(if null { b"\0" } else { b"\n" });
        }
    }
    Ok(out.finish(name, status, 1))
}

fn number(value: &OsStr) -> Result<usize, Exit> {
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| fail(format_args!("invalid number: '{}'", value.display())))
}

fn size(value: &OsStr) -> Result<Size, Exit> {
    let text = value.to_str().unwrap_or_default();
    let bad = || {
        fail(format_args!(
            "'{text}' is not a valid size constraint. See 'fd --help'."
        ))
    };
    let sign = text.bytes().next().filter(|b| matches!(b, b'+' | b'-'));
    let rest = text.trim_start_matches(['+', '-']);
    let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
    let count: u64 = rest[..end].parse().map_err(|_| bad())?;
    let unit: u64 = match rest[end..].to_ascii_lowercase().as_str() {
        "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "ki" | "kib" => 1 << 10,
        "mi" | "mib" => 1 << 20,
        "gi" | "gib" => 1 << 30,
        _ => return Err(bad()),
    };
    Ok(Size {
        sign: sign.unwrap_or(b'='),
        bytes: count.saturating_mul(unit),
    })
}

fn test(text: &OsStr, glob: bool, fixed: bool, case: Option<bool>) -> Result<Test, Exit> {
    let pattern = text.to_string_lossy();
    // Without an upper case letter in the pattern, case does not count.
    let case = case.unwrap_or_else(|| pattern.chars().any(char::is_uppercase));
    if glob {
        let glob = text.as_encoded_bytes();
        return Ok(Test::Glob(
            if case {
                glob.to_vec()
            } else {
                glob.to_ascii_lowercase()
            },
            case,
        ));
    }
    let pattern = if fixed {
        crate::translate::fixed(text.as_encoded_bytes())
    } else {
        pattern.into_owned()
    };
    let syntax = syntax::Config::new().utf8(false).case_insensitive(!case);
    let regex = Regex::builder()
        .syntax(syntax)
        .configure(Regex::config().utf8_empty(false))
        .build(&pattern);
    regex.map(Test::Regex).map_err(|why| match why.syntax_error() {
        Some(why) => fail(why),
        None => fail(why),
    })
}

impl Test {
    fn holds(&self, entry: &Entry<'_>, full_path: bool) -> bool {
        let whole =
            full_path.then(|| std::path::absolute(entry.path).unwrap_or_else(|_| entry.path.to_owned()));
        let text = match &whole {
            Some(whole) => whole.as_os_str(),
            None => entry.path.file_name().unwrap_or_default(),
        };
        let text = text.as_encoded_bytes();
        match self {
            Test::Regex(regex) => regex.is_match(text),
            Test::Glob(glob, true) => pattern::matches(glob, text),
            Test::Glob(glob, false) => pattern::matches(glob, &text.to_ascii_lowercase()),
        }
    }
}

impl Filter {
    fn holds(&self, entry: &Entry<'_>) -> bool {
        if entry.depth < self.least_depth {
            return false;
        }
        let name = entry
            .path
            .file_name()
            .unwrap_or_default()
            .as_encoded_bytes()
            .to_ascii_lowercase();
        let has = |extension: &Vec<u8>| {
            name.strip_suffix(extension.as_slice())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with(b"."))
        };
        if !self.extensions.is_empty() && !self.extensions.iter().any(has) {
            return false;
        }
        let kinds: Vec<char> = self
            .types
            .iter()
            .copied()
            .filter(|kind| !matches!(kind, 'x' | 'e'))
            .collect();
        let is = |kind: &char| match kind {
            'f' => entry.kind == FileType::Regular,
            'd' => entry.kind == FileType::Directory,
            'l' => entry.kind == FileType::Symlink,
            's' => entry.kind == FileType::Socket,
            _ => entry.kind == FileType::Fifo,
        };
        if !kinds.is_empty() && !kinds.iter().any(is) {
            return false;
        }
        let executable = || {
            entry.kind == FileType::Regular && sys::stat(entry.path).is_ok_and(|stat| stat.mode & 0o111 != 0)
        };
        if self.types.contains(&'x') && !executable() || self.types.contains(&'e') && !is_empty(entry) {
            return false;
        }
        self.sizes.iter().all(|size| {
            let stat = sys::stat(entry.path).ok();
            let length = stat.as_ref().map_or(0, |stat| stat.size);
            stat.is_some_and(|stat| stat.is_file())
                && match size.sign {
                    b'+' => length >= size.bytes,
                    b'-' => length <= size.bytes,
                    _ => length == size.bytes,
                }
        })
    }
}

fn is_empty(entry: &Entry<'_>) -> bool {
    match entry.kind {
        FileType::Directory => {
            std::fs::read_dir(entry.path).is_ok_and(|mut entries| entries.next().is_none())
        }
        FileType::Regular => sys::stat(entry.path).is_ok_and(|stat| stat.size == 0),
        _ => false,
    }
}

/// Runs a command with results in the place of its `{}` and their like, or at its end.
fn execute(name: &str, command: &[OsString], results: &[OsString]) -> i32 {
    const PLACES: [&str; 5] = ["{}", "{/}", "{//}", "{.}", "{/.}"];
    let has_place = command
        .iter()
        .any(|word| PLACES.iter().any(|place| word.to_string_lossy().contains(place)));
    let mut argv: Vec<Vec<u8>> = Vec::new();
    let end = OsString::from("{}");
    for word in command.iter().chain((!has_place).then_some(&end)) {
        let bytes = word.as_encoded_bytes();
        if PLACES.iter().any(|place| word.to_string_lossy().contains(place)) {
            argv.extend(results.iter().map(|result| filled(bytes, Path::new(result))));
        } else {
            argv.push(bytes.to_vec());
        }
    }
    match process::run(&argv) {
        Ok(status) => status,
        Err(why) => {
            complain(
                name,
                format_args!("error: Command not found: {}: {why}", command[0].display()),
            );
            1
        }
    }
}

fn filled(word: &[u8], path: &Path) -> Vec<u8> {
    let base = Path::new(path.file_name().unwrap_or_default());
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let bare = path.strip_prefix(".").unwrap_or(path).with_extension("");
    let bare_base = base.with_extension("");
    let places: [(&[u8], &Path); 5] = [
        (b"{//}", parent),
        (b"{/.}", &bare_base),
        (b"{/}", base),
        (b"{.}", &bare),
        (b"{}", path),
    ];
    let mut out = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        match places.iter().find(|(place, _)| rest.starts_with(place)) {
            Some((place, path)) => {
                out.extend(path.as_os_str().as_encoded_bytes());
                rest = &rest[place.len()..];
            }
            None => {
                out.push(rest[0]);
                rest = &rest[1..];
            }
        }
    }
    out
}
