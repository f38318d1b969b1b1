//! locate(1) and updatedb(8): finds files by a list of all paths, which has been made before.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, pattern};
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use sys::{FileType, Mode, OpenFlags};

use crate::translate::{self, Flavor};
use crate::walk::{Globs, Next, Walk};

/// Paths that end in NUL each, in the order in which they were found.
const DATABASE: &str = "/var/lib/locate/locatedb";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Basename,
    Count,
    Database,
    Existing,
    IgnoreCase,
    Limit,
    Null,
    Regexp,
    ExtendedRegex,
    All,
    Ignored,
    Output,
    Root,
    Prune,
}

#[rustfmt::skip]
static LOCATE: Spec<Id> = Spec {
    name: "locate",
    usage: &["[OPTION]... PATTERN..."],
    about: "Search for entries in the database that updatedb has made.",
    options: &[
        Opt::flag(Id::All, "A", "all", "only print entries that match all patterns"),
        Opt::flag(Id::Basename, "b", "basename", "match only the base name of path names"),
        Opt::flag(Id::Count, "c", "count", "only print number of found entries"),
        Opt::value(Id::Database, "d", "database", "DBPATH", "use DBPATH instead of the default database"),
        Opt::flag(Id::Existing, "e", "existing", "only print entries for currently existing files"),
        Opt::flag(Id::IgnoreCase, "i", "ignore-case", "ignore case distinctions when matching patterns"),
        Opt::value(Id::Limit, "ln", "limit", "LIMIT", "limit output (or counting) to LIMIT entries"),
        Opt::flag(Id::Null, "0", "null", "separate entries with NUL on output"),
        Opt::flag(Id::Regexp, "r", "regexp", "patterns are basic regular expressions"),
        Opt::flag(Id::ExtendedRegex, "", "regex", "patterns are extended regular expressions"),
        Opt::flag(Id::Ignored, "wqPHL", "wholename", "match the whole path name (default)"),
    ],
    order: Order::Permute,
    failure: 1,
};

#[rustfmt::skip]
static UPDATEDB: Spec<Id> = Spec {
    name: "updatedb",
    usage: &["[OPTION]..."],
    about: "Make the database that locate searches.",
    options: &[
        Opt::value(Id::Output, "o", "output", "FILE", "database to update"),
        Opt::value(Id::Root, "U", "database-root", "PATH", "the subtree to store in the database (/)"),
        Opt::value(Id::Prune, "e", "prunepaths", "PATHS", "paths to leave out (/proc /dev /tmp)"),
        Opt::flag(Id::Ignored, "vl", "", ""),
    ],
    order: Order::Permute,
    failure: 1,
};

fn database() -> OsString {
    std::env::var_os("LOCATE_PATH")
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| DATABASE.into())
}

enum Test {
    Glob(Vec<u8>),
    Part(Vec<u8>),
    Regex(Regex),
}

impl Test {
    fn new(text: &OsStr, regular: Option<Flavor>, ignore_case: bool) -> Result<Test, String> {
        let bytes = text.as_encoded_bytes();
        if let Some(flavor) = regular {
            let expression = translate::posix(bytes, flavor)?.ok_or("back-references are not supported")?;
            let syntax = syntax::Config::new().utf8(false).case_insensitive(ignore_case);
            let build = Regex::builder().syntax(syntax).build(&expression);
            return build.map(Test::Regex).map_err(|why| why.to_string());
        }
        let folded = if ignore_case {
            bytes.to_ascii_lowercase()
        } else {
            bytes.to_vec()
        };
        Ok(if bytes.iter().any(|b| matches!(b, b'*' | b'?' | b'[')) {
            Test::Glob(folded)
        } else {
            Test::Part(folded)
        })
    }

    fn holds(&self, text: &[u8]) -> bool {
        match self {
            Test::Glob(glob) => pattern::matches(glob, text),
            Test::Part(part) => memchr::memmem::find(text, part).is_some(),
            Test::Regex(regex) => regex.is_match(text),
        }
    }
}

pub fn locate(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = LOCATE.parse(arguments)?;
    let has = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let value = |id| {
        parsed
            .options
            .iter()
            .rev()
            .find(|(option, _)| *option == id)
            .and_then(|(_, value)| value.clone())
    };
    if parsed.operands.is_empty() && !has(Id::Count) {
        complain(name, "no pattern to search for specified");
        return Ok(1);
    }
    let limit = match value(Id::Limit) {
        None => u64::MAX,
        Some(limit) => limit
            .to_str()
            .and_then(|limit| limit.parse().ok())
            .ok_or_else(|| {
                complain(
                    name,
                    format_args!("invalid value `{}' of --limit", limit.display()),
                );
                Exit(1)
            })?,
    };
    let regular = match (has(Id::Regexp), has(Id::ExtendedRegex)) {
        (_, true) => Some(Flavor::Extended),
        (true, _) => Some(Flavor::Basic),
        _ => None,
    };
    let ignore_case = has(Id::IgnoreCase);
    let tests = parsed
        .operands
        .iter()
        .map(|text| Test::new(text, regular, ignore_case));
    let tests = tests.collect::<Result<Vec<Test>, String>>().map_err(|why| {
        complain(name, why);
        Exit(1)
    })?;
    let path = value(Id::Database).unwrap_or_else(database);
    let content = cli::input::read_file(&path).map_err(|why| {
        complain(
            name,
            format_args!("{}: {why} (updatedb makes it)", path.display()),
        );
        Exit(1)
    })?;
    let mut out = Output::stdout();
    let mut count = 0;
    for entry in content.split(|b| *b == 0).filter(|entry| !entry.is_empty()) {
        if count == limit || out.is_closed() {
            break;
        }
        let text = if has(Id::Basename) {
            let start = entry.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
            &entry[start..]
        } else {
            entry
        };
        let folded = if ignore_case && regular.is_none() {
            text.to_ascii_lowercase()
        } else {
            text.to_vec()
        };
        let holds = |test: &Test| test.holds(&folded);
        let found = if has(Id::All) {
            tests.iter().all(holds)
        } else {
            tests.is_empty() || tests.iter().any(holds)
        };
        if !found || has(Id::Existing) && sys::stat(cli::os(entry)).is_err() {
            continue;
        }
        count += 1;
        if !has(Id::Count) {
            out.put(entry);
            out.put(if has(Id::Null) { b"\0" } else { b"\n" });
        }
    }
    if has(Id::Count) {
        out.line(count.to_string().as_bytes());
    }
    Ok(out.finish(name, i32::from(count == 0), 1))
}

pub fn updatedb(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = UPDATEDB.parse(arguments)?;
    let (mut output, mut root, mut pruned) =
        (database(), OsString::from("/"), String::from("/proc /dev /tmp"));
    for (id, value) in parsed.options {
        let value = value.unwrap_or_default();
        match id {
            Id::Output => output = value,
            Id::Root => root = value,
            Id::Prune => pruned = value.to_string_lossy().into_owned(),
            _ => {}
        }
    }
    let root = std::fs::canonicalize(&root).map_err(|why| {
        complain(name, format_args!("{}: {}", root.display(), cli::reason(&why)));
        Exit(1)
    })?;
    let walk = Walk {
        hidden: true,
        no_ignore: true,
        follow: false,
        max_depth: None,
        own_file: "",
        globs: Globs::default(),
    };
    let pruned: Vec<&Path> = pruned.split_whitespace().map(Path::new).collect();
    let mut content = Vec::new();
    walk.run(
        &root,
        &mut |entry| {
            if entry.kind == FileType::Directory && pruned.contains(&entry.path) {
                return Next::Pass;
            }
            content.extend_from_slice(entry.path.as_os_str().as_encoded_bytes());
            content.push(0);
            Next::On
        },
        // Directories that may not be read are not in the database.
        &mut |_, _| {},
    );
    let output = Path::new(&output);
    let written = write(output, &content);
    if let Err(why) = written {
        complain(name, format_args!("{}: {why}", output.display()));
        return Ok(1);
    }
    Ok(0)
}

/// The new database takes the old one's place when it is complete.
fn write(path: &Path, content: &[u8]) -> sys::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|why| sys::Errno::from_io(&why))?;
    }
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC | OpenFlags::CLOEXEC;
    let fd = sys::open(fresh.as_os_str(), flags, Mode::from_bits_truncate(0o644))?;
    let written = sys::write_all(fd, content);
    sys::close(fd).and(written)?;
    std::fs::rename(&fresh, path).map_err(|why| sys::Errno::from_io(&why))
}
