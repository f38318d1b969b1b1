//! tar's command line.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Spec, complain, input, quote};

use super::header::Dialect;
use crate::codec::Format;

pub const TROUBLE: i32 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Create,
    Extract,
    List,
    Append,
    Update,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Mode(Mode),
    File,
    Compress(Format),
    AutoCompress,
    Directory,
    Verbose,
    Permissions,
    NoPermissions,
    SameOwner,
    NoSameOwner,
    KeepOld,
    SkipOld,
    KeepNewer,
    Overwrite,
    Touch,
    StripComponents,
    Exclude,
    ExcludeFrom,
    FilesFrom,
    Null,
    ToStdout,
    Dereference,
    AbsoluteNames,
    NumericOwner,
    Owner,
    Group,
    Mtime,
    Sort,
    DialectFormat,
    NoRecursion,
    RemoveFiles,
    Wildcards,
    Totals,
    OneTopLevel,
    Ignored,
}

#[rustfmt::skip]
const SPEC: Spec<Id> = Spec {
    name: "tar",
    usage: &["[OPTION...] [FILE]..."],
    about: "Save many files together into a single archive, and restore them.",
    options: &[
        Opt::flag(Id::Mode(Mode::Create), "c", "create", "create a new archive"),
        Opt::flag(Id::Mode(Mode::Extract), "x", "extract", "extract files from an archive"),
        Opt::flag(Id::Mode(Mode::Extract), "", "get", ""),
        Opt::flag(Id::Mode(Mode::List), "t", "list", "list the contents of an archive"),
        Opt::flag(Id::Mode(Mode::Append), "r", "append", "append files to the end of an archive"),
        Opt::flag(Id::Mode(Mode::Update), "u", "update", "only append files newer than copy in archive"),
        Opt::value(Id::File, "f", "file", "ARCHIVE", "use archive file ARCHIVE"),
        Opt::flag(Id::AutoCompress, "a", "auto-compress", "use archive suffix to determine the compression"),
        Opt::flag(Id::Compress(Format::Gzip), "z", "gzip", "filter the archive through gzip"),
        Opt::flag(Id::Compress(Format::Gzip), "", "gunzip", ""),
        Opt::flag(Id::Compress(Format::Bzip2), "j", "bzip2", "filter the archive through bzip2"),
        Opt::flag(Id::Compress(Format::Xz), "J", "xz", "filter the archive through xz"),
        Opt::flag(Id::Compress(Format::Lzma), "", "lzma", "filter the archive through lzma"),
        Opt::flag(Id::Compress(Format::Zstd), "", "zstd", "filter the archive through zstd"),
        Opt::value(Id::Directory, "C", "directory", "DIR", "change to directory DIR"),
        Opt::flag(Id::Verbose, "v", "verbose", "verbosely list files processed"),
        Opt::flag(Id::Permissions, "p", "preserve-permissions", "extract information about file permissions\n(default for superuser)"),
        Opt::flag(Id::Permissions, "", "same-permissions", ""),
        Opt::flag(Id::NoPermissions, "", "no-same-permissions", "apply the user's umask when extracting permissions"),
        Opt::flag(Id::SameOwner, "", "same-owner", "try extracting files with the same ownership\n(default for superuser)"),
        Opt::flag(Id::NoSameOwner, "o", "no-same-owner", "extract files as yourself"),
        Opt::flag(Id::KeepOld, "k", "keep-old-files", "don't replace existing files, treat them as errors"),
        Opt::flag(Id::SkipOld, "", "skip-old-files", "don't replace existing files, silently skip over them"),
        Opt::flag(Id::KeepNewer, "", "keep-newer-files", "don't replace existing files that are newer"),
        Opt::flag(Id::Overwrite, "", "overwrite", "overwrite existing files when extracting"),
        Opt::flag(Id::Overwrite, "U", "unlink-first", ""),
        Opt::flag(Id::Touch, "m", "touch", "don't extract file modified time"),
        Opt::value(Id::StripComponents, "", "strip-components", "NUMBER", "strip NUMBER leading components from names"),
        Opt::value(Id::Exclude, "", "exclude", "PATTERN", "exclude files, given as a PATTERN"),
        Opt::value(Id::ExcludeFrom, "X", "exclude-from", "FILE", "exclude patterns listed in FILE"),
        Opt::value(Id::FilesFrom, "T", "files-from", "FILE", "get names to extract or create from FILE"),
        Opt::flag(Id::Null, "", "null", "-T reads null-terminated names"),
        Opt::flag(Id::ToStdout, "O", "to-stdout", "extract files to standard output"),
        Opt::flag(Id::Dereference, "h", "dereference", "follow symlinks; archive the files they point to"),
        Opt::flag(Id::AbsoluteNames, "P", "absolute-names", "don't strip leading '/'s from file names"),
        Opt::flag(Id::NumericOwner, "", "numeric-owner", "always use numbers for user/group names"),
        Opt::value(Id::Owner, "", "owner", "NAME", "force NAME[:UID] as owner for added files"),
        Opt::value(Id::Group, "", "group", "NAME", "force NAME[:GID] as group for added files"),
        Opt::value(Id::Mtime, "", "mtime", "DATE-OR-FILE", "set mtime for added files from @SECONDS or a file"),
        Opt::value(Id::Sort, "", "sort", "ORDER", "directory sorting order: none (default) or name"),
        Opt::value(Id::DialectFormat, "H", "format", "FORMAT", "create archive of the given format: gnu, pax, posix, ustar"),
        Opt::flag(Id::NoRecursion, "", "no-recursion", "avoid descending automatically in directories"),
        Opt::flag(Id::RemoveFiles, "", "remove-files", "remove files after adding them to the archive"),
        Opt::flag(Id::Wildcards, "", "wildcards", "use wildcards in the names to list or extract"),
        Opt::flag(Id::Totals, "", "totals", "print total bytes after processing the archive"),
        Opt::optional(Id::OneTopLevel, "", "one-top-level", "DIR", "create a subdirectory to avoid having loose files"),
        Opt::value(Id::Ignored, "b", "blocking-factor", "BLOCKS", "accepted: records are of 20 blocks"),
        Opt::flag(Id::Ignored, "S", "sparse", "accepted: holes are stored as zeros"),
        Opt::flag(Id::Ignored, "", "anchored", ""),
        Opt::flag(Id::Ignored, "i", "ignore-zeros", ""),
        Opt::value(Id::Ignored, "", "warning", "KEYWORD", ""),
    ],
    order: Order::Permute,
    failure: TROUBLE,
};

/// A user or group that new members get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forced {
    pub name: Vec<u8>,
    pub id: Option<u64>,
}

/// A file to add, or a member to look for, and the directory that -C named before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub name: OsString,
    pub directory: Option<OsString>,
}

#[derive(Debug)]
pub struct Options {
    pub mode: Mode,
    pub file: Option<OsString>,
    pub compress: Option<Format>,
    pub names: Vec<Name>,
    /// The directory to extract into: the last -C.
    pub directory: Option<OsString>,
    pub verbose: u32,
    pub permissions: bool,
    pub same_owner: bool,
    pub keep_old: bool,
    pub skip_old: bool,
    pub keep_newer: bool,
    pub touch: bool,
    pub strip: usize,
    pub exclude: Vec<Vec<u8>>,
    pub to_stdout: bool,
    pub dereference: bool,
    pub absolute_names: bool,
    pub numeric_owner: bool,
    pub owner: Option<Forced>,
    pub group: Option<Forced>,
    pub mtime_ns: Option<i64>,
    pub sort: bool,
    pub dialect: Dialect,
    pub recursion: bool,
    pub remove_files: bool,
    pub wildcards: bool,
    pub totals: bool,
    pub top_level: Option<Vec<u8>>,
}

/// `tar xzf FILE`: letters without a dash, whose values follow in their order.
fn modern(arguments: Vec<OsString>) -> Vec<OsString> {
    let is_old = |first: &OsString| first.as_encoded_bytes().first().is_some_and(|b| *b != b'-');
    if !arguments.first().is_some_and(is_old) {
        return arguments;
    }
    let mut rest = arguments.into_iter();
    let letters = rest.next().unwrap_or_default();
    let mut out = Vec::new();
    for letter in letters.as_encoded_bytes() {
        out.push(OsString::from(format!("-{}", char::from(*letter))));
        let takes_value = SPEC.options.iter().any(|option| {
            option.shorts.as_bytes().contains(letter) && matches!(option.takes, cli::options::Takes::Value(_))
        });
        if takes_value {
            out.extend(rest.next());
        }
    }
    out.extend(rest);
    out
}

fn fatal(message: impl std::fmt::Display) -> Exit {
    complain(
        "tar",
        format_args!("{message}\ntar: Error is not recoverable: exiting now"),
    );
    Exit(TROUBLE)
}

fn forced(text: &OsString) -> Forced {
    let bytes = text.as_encoded_bytes();
    let parse = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse().ok();
    match bytes.iter().position(|b| *b == b':') {
        Some(at) => Forced {
            name: bytes[..at].to_vec(),
            id: parse(&bytes[at + 1..]),
        },
        None => Forced {
            id: parse(bytes),
            name: if parse(bytes).is_some() {
                Vec::new()
            } else {
                bytes.to_vec()
            },
        },
    }
}

fn mtime(text: &OsString) -> Result<i64, Exit> {
    let at = text.to_str().and_then(|text| text.strip_prefix('@'));
    if let Some(seconds) = at.and_then(|text| text.parse::<i64>().ok()) {
        return Ok(seconds * 1_000_000_000);
    }
    let is_path = text.to_str().is_some_and(|text| text.starts_with(['/', '.']));
    match sys::stat(text) {
        Ok(stat) if is_path => Ok(stat.mtime_ns),
        _ => Err(fatal(format_args!(
            "Invalid --mtime {}: only @SECONDS and names of files that begin with / or . are known",
            quote::always(text)
        ))),
    }
}

/// The lines, or with --null the names, of a file of -T's or -X's.
fn lines(path: &OsString, null: bool) -> Result<Vec<Vec<u8>>, Exit> {
    let text = input::read_file(path)
        .map_err(|why| fatal(format_args!("{}: Cannot open: {why}", path.display())))?;
    let end = if null { 0 } else { b'\n' };
    let lines = text.split(|b| *b == end).filter(|line| !line.is_empty());
    Ok(lines.map(<[u8]>::to_vec).collect())
}

pub fn parse(arguments: Vec<OsString>) -> Result<Options, Exit> {
    let parsed = SPEC.parse(modern(arguments))?;
    let root = sys::geteuid() == 0;
    let mut mode = None;
    let mut auto = false;
    let null = parsed.options.iter().any(|(id, _)| *id == Id::Null);
    let mut options = Options {
        mode: Mode::List,
        file: std::env::var_os("TAPE"),
        compress: None,
        names: Vec::new(),
        directory: None,
        verbose: 0,
        permissions: root,
        same_owner: root,
        keep_old: false,
        skip_old: false,
        keep_newer: false,
        touch: false,
        strip: 0,
        exclude: Vec::new(),
        to_stdout: false,
        dereference: false,
        absolute_names: false,
        numeric_owner: false,
        owner: None,
        group: None,
        mtime_ns: None,
        sort: false,
        dialect: Dialect::Gnu,
        recursion: true,
        remove_files: false,
        wildcards: false,
        totals: false,
        top_level: None,
    };
    let mut one_top_level = false;
    let mut operands = parsed.operands.into_iter().zip(parsed.before).peekable();
    for (at, (id, value)) in parsed.options.into_iter().enumerate() {
        while let Some((name, _)) = operands.next_if(|(_, before)| *before <= at) {
            let directory = options.directory.clone();
            options.names.push(Name { name, directory });
        }
        let text = value.clone().unwrap_or_default();
        match id {
            Id::Mode(chosen) => {
                if mode.is_some_and(|mode| mode != chosen) {
                    return Err(SPEC.usage_error(
                        "You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option",
                    ));
                }
                mode = Some(chosen);
            }
            Id::File => options.file = value,
            Id::Compress(format) => options.compress = Some(format),
            Id::AutoCompress => auto = true,
            Id::Directory => {
                // Each is relative to the one before.
                let directory = options.directory.take().unwrap_or_default();
                options.directory = Some(std::path::Path::new(&directory).join(text).into_os_string());
            }
            Id::Verbose => options.verbose += 1,
            Id::Permissions => options.permissions = true,
            Id::NoPermissions => options.permissions = false,
            Id::SameOwner => options.same_owner = true,
            Id::NoSameOwner => options.same_owner = false,
            Id::KeepOld => options.keep_old = true,
            Id::SkipOld => options.skip_old = true,
            Id::KeepNewer => options.keep_newer = true,
            Id::Touch => options.touch = true,
            Id::StripComponents => {
                options.strip = text.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
                    SPEC.usage_error(format_args!("{}: Invalid number of elements", text.display()))
                })?;
            }
            Id::Exclude => options.exclude.push(text.as_encoded_bytes().to_vec()),
            Id::ExcludeFrom => options.exclude.extend(lines(&text, false)?),
            Id::FilesFrom => {
                for name in lines(&text, null)? {
                    let directory = options.directory.clone();
                    let name = cli::os(&name).to_owned();
                    options.names.push(Name { name, directory });
                }
            }
            Id::Null | Id::Ignored | Id::Overwrite => {}
            Id::ToStdout => options.to_stdout = true,
            Id::Dereference => options.dereference = true,
            Id::AbsoluteNames => options.absolute_names = true,
            Id::NumericOwner => options.numeric_owner = true,
            Id::Owner => options.owner = Some(forced(&text)),
            Id::Group => options.group = Some(forced(&text)),
            Id::Mtime => options.mtime_ns = Some(mtime(&text)?),
            Id::Sort => match text.to_str() {
                Some("name") => options.sort = true,
                Some("none" | "inode") => options.sort = false,
                _ => {
                    return Err(SPEC.usage_error(format_args!(
                        "invalid argument {} for '--sort'",
                        quote::always(&text)
                    )));
                }
            },
            Id::DialectFormat => match text.to_str() {
                Some("gnu" | "oldgnu") => options.dialect = Dialect::Gnu,
                Some("pax" | "posix") => options.dialect = Dialect::Pax,
                Some("ustar" | "v7") => options.dialect = Dialect::Ustar,
                _ => return Err(SPEC.usage_error(format_args!("{}: Invalid archive format", text.display()))),
            },
            Id::NoRecursion => options.recursion = false,
            Id::RemoveFiles => options.remove_files = true,
            Id::Wildcards => options.wildcards = true,
            Id::Totals => options.totals = true,
            Id::OneTopLevel => {
                one_top_level = true;
                options.top_level = value.map(|value| value.as_encoded_bytes().to_vec());
            }
        }
    }
    for (name, _) in operands {
        let directory = options.directory.clone();
        options.names.push(Name { name, directory });
    }
    options.mode = mode.ok_or_else(|| {
        SPEC.usage_error("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options")
    })?;
    if options.mode == Mode::Create && options.names.is_empty() {
        return Err(SPEC.usage_error("Cowardly refusing to create an empty archive"));
    }
    let name = options
        .file
        .as_deref()
        .map(|file| file.as_encoded_bytes().to_vec());
    if auto && options.compress.is_none() {
        options.compress = name.as_deref().and_then(Format::of_name);
    }
    if one_top_level && options.top_level.is_none() {
        options.top_level = name.as_deref().map(stem);
    }
    Ok(options)
}

/// The archive's name without directories and what its format appends.
fn stem(name: &[u8]) -> Vec<u8> {
    let base = name.rsplit(|b| *b == b'/').next().unwrap_or(name);
    let end = base
        .windows(4)
        .position(|w| w == b".tar")
        .or_else(|| base.iter().rposition(|b| *b == b'.'));
    base[..end.unwrap_or(base.len())].to_vec()
}
