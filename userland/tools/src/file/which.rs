//! which(1) and whereis(1).

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use cli::{Opt, Order, Outcome, Output, Spec};
use sys::Access;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    All,
    Silent,
}

static WHICH: Spec<Id> = Spec {
    name: "which",
    usage: &["[-as] args"],
    about: "Locate commands: the files that a shell would run.",
    options: &[
        Opt::flag(
            Id::All,
            "a",
            "all",
            "print all matching pathnames of each argument",
        ),
        Opt::flag(Id::Silent, "s", "", "no output, only the status"),
    ],
    order: Order::Permute,
    failure: 2,
};

fn is_command(path: &Path) -> bool {
    sys::stat(path).is_ok_and(|stat| stat.is_file()) && sys::access(path, Access::X).is_ok()
}

/// The files of that name on the PATH, in its order.
fn on_path(name: &OsStr) -> Vec<PathBuf> {
    if name.as_encoded_bytes().contains(&b'/') {
        let path = PathBuf::from(name);
        return if is_command(&path) { vec![path] } else { Vec::new() };
    }
    let search = std::env::var_os("PATH").unwrap_or_default();
    let directories = search
        .as_encoded_bytes()
        .split(|b| *b == b':')
        .map(|directory| match directory {
            // An empty one is where we are.
            b"" => Path::new("."),
            directory => Path::new(cli::os(directory)),
        });
    directories
        .map(|directory| directory.join(name))
        .filter(|path| is_command(path))
        .collect()
}

pub fn which(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = WHICH.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let mut out = Output::stdout();
    // As Debian's: no name at all is nothing found.
    let mut status = i32::from(parsed.operands.is_empty());
    for name in &parsed.operands {
        let found = on_path(name);
        if found.is_empty() {
            status = 1;
        }
        let count = if chosen(Id::All) { usize::MAX } else { 1 };
        for path in found.iter().take(if chosen(Id::Silent) { 0 } else { count }) {
            out.line(path.as_os_str().as_encoded_bytes());
        }
    }
    Ok(out.finish("which", status, 2))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WhereId {
    Binaries,
    Manuals,
    Sources,
}

static WHEREIS: Spec<WhereId> = Spec {
    name: "whereis",
    usage: &["[options] <name>..."],
    about: "Locate the binary, source, and manual page files for a command.",
    options: &[
        Opt::flag(WhereId::Binaries, "b", "", "search only for binaries"),
        Opt::flag(WhereId::Manuals, "m", "", "search only for manuals"),
        Opt::flag(WhereId::Sources, "s", "", "search only for sources"),
    ],
    order: Order::Permute,
    failure: 1,
};

pub fn whereis(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = WHEREIS.parse(arguments)?;
    if parsed.operands.is_empty() {
        return Err(WHEREIS.usage_error("not enough arguments"));
    }
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let everything = parsed.options.is_empty();
    let mut out = Output::stdout();
    for name in &parsed.operands {
        // The name without directories and extension.
        let base = Path::new(name).file_stem().unwrap_or(name);
        let mut found = Vec::new();
        if everything || chosen(WhereId::Binaries) {
            found.extend(on_path(base));
        }
        if everything || chosen(WhereId::Manuals) {
            found.extend(files_of("/usr/share/man", base));
        }
        if everything || chosen(WhereId::Sources) {
            found.extend(files_of("/usr/src", base));
        }
        found.dedup();
        out.put(base.as_encoded_bytes());
        out.put(b":");
        for path in found {
            out.put(b" ");
            out.put(path.as_os_str().as_encoded_bytes());
        }
        out.put(b"\n");
    }
    Ok(out.finish("whereis", 0, 1))
}

/// Files called `name` or `name.*` in the directories of a directory.
fn files_of(directory: &str, name: &OsStr) -> Vec<PathBuf> {
    let list = |path: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let matches = |path: &PathBuf| {
        let file = path.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default();
        let rest = file.strip_prefix(name.as_encoded_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b'.')) && path.is_file()
    };
    list(Path::new(directory))
        .iter()
        .flat_map(|directory| list(directory))
        .filter(matches)
        .collect()
}
