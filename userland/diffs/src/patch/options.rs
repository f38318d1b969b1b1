//! patch's command line.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Spec, quote};

use super::hunk::Format;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Strip,
    Fuzz,
    Loose,
    Context,
    Ed,
    Normal,
    Unified,
    Forward,
    Reverse,
    Input,
    Output,
    RejectFile,
    RejectFormat,
    Backup,
    BackupIfMismatch,
    NoBackupIfMismatch,
    Prefix,
    Suffix,
    Batch,
    Force,
    Quiet,
    Verbose,
    DryRun,
    Directory,
    RemoveEmpty,
    Binary,
    Posix,
}

#[rustfmt::skip]
const SPEC: Spec<Id> = Spec {
    name: "patch",
    usage: &["[OPTION]... [ORIGFILE [PATCHFILE]]"],
    about: "Apply a diff file to an original.",
    options: &[
        Opt::value(Id::Strip, "p", "strip", "NUM", "Strip NUM leading components from file names."),
        Opt::value(Id::Fuzz, "F", "fuzz", "LINES", "Set the fuzz factor to LINES for inexact matching."),
        Opt::flag(Id::Loose, "l", "ignore-whitespace", "Ignore white space changes between patch and input."),
        Opt::flag(Id::Context, "c", "context", "Interpret the patch as a context difference."),
        Opt::flag(Id::Ed, "e", "ed", "Interpret the patch as an ed script."),
        Opt::flag(Id::Normal, "n", "normal", "Interpret the patch as a normal difference."),
        Opt::flag(Id::Unified, "u", "unified", "Interpret the patch as a unified difference."),
        Opt::flag(Id::Forward, "N", "forward", "Ignore patches that appear to be reversed or already applied."),
        Opt::flag(Id::Reverse, "R", "reverse", "Assume patches were created with old and new files swapped."),
        Opt::value(Id::Input, "i", "input", "PATCHFILE", "Read patch from PATCHFILE instead of stdin."),
        Opt::value(Id::Output, "o", "output", "FILE", "Output patched files to FILE."),
        Opt::value(Id::RejectFile, "r", "reject-file", "FILE", "Output rejects to FILE."),
        Opt::value(Id::RejectFormat, "", "reject-format", "FORMAT", "Create 'context' or 'unified' rejects."),
        Opt::flag(Id::Backup, "b", "backup", "Back up the original contents of each file."),
        Opt::flag(Id::BackupIfMismatch, "", "backup-if-mismatch", "Back up if the patch does not match exactly."),
        Opt::flag(Id::NoBackupIfMismatch, "", "no-backup-if-mismatch", "Back up mismatches only if otherwise requested."),
        Opt::value(Id::Prefix, "B", "prefix", "PREFIX", "Prepend PREFIX to backup file names."),
        Opt::value(Id::Suffix, "z", "suffix", "SUFFIX", "Append SUFFIX to backup file names."),
        Opt::flag(Id::Batch, "t", "batch", "Ask no questions; skip bad-Prereq patches; assume reversed."),
        Opt::flag(Id::Force, "f", "force", "Like -t, but ignore bad-Prereq patches, and assume unreversed."),
        Opt::flag(Id::Quiet, "s", "quiet", "Work silently unless an error occurs."),
        Opt::flag(Id::Quiet, "", "silent", ""),
        Opt::flag(Id::Verbose, "", "verbose", "Output extra information about the work being done."),
        Opt::flag(Id::DryRun, "", "dry-run", "Do not actually change any files; just print what would happen."),
        Opt::value(Id::Directory, "d", "directory", "DIR", "Change the working directory to DIR first."),
        Opt::flag(Id::RemoveEmpty, "E", "remove-empty-files", "Remove output files that are empty after patching."),
        Opt::flag(Id::Binary, "", "binary", "Accepted: data is always read as it is."),
        Opt::flag(Id::Posix, "", "posix", "Conform to the POSIX standard."),
    ],
    order: Order::Permute,
    failure: 2,
};

/// How much to say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Talk {
    Silent,
    #[default]
    Normal,
    Verbose,
}

#[derive(Debug, Default)]
pub struct Options {
    /// Leading components that names lose; `None` leaves only the last.
    pub strip: Option<usize>,
    pub fuzz: usize,
    pub loose: bool,
    pub format: Option<Format>,
    pub forward: bool,
    pub reverse: bool,
    pub input: Option<OsString>,
    pub output: Option<OsString>,
    pub reject_file: Option<OsString>,
    pub reject_unified: Option<bool>,
    pub backup: bool,
    pub backup_if_mismatch: bool,
    pub prefix: OsString,
    pub suffix: Option<OsString>,
    pub batch: bool,
    pub force: bool,
    pub talk: Talk,
    pub dry_run: bool,
    pub directory: Option<OsString>,
    pub remove_empty: bool,
    pub posix: bool,
    pub file: Option<OsString>,
}

fn number(text: &OsString, what: &str) -> Result<usize, Exit> {
    let parsed = text.to_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| SPEC.usage_error(format_args!("{what} {} is not a number", quote::always(text))))
}

pub fn parse(arguments: Vec<OsString>) -> Result<Options, Exit> {
    let parsed = SPEC.parse(arguments)?;
    let posix = std::env::var_os("POSIXLY_CORRECT").is_some();
    let mut options = Options {
        fuzz: 2,
        backup_if_mismatch: !posix,
        posix,
        ..Options::default()
    };
    for (id, value) in parsed.options {
        let text = value.unwrap_or_default();
        match id {
            Id::Strip => options.strip = Some(number(&text, "strip count")?),
            Id::Fuzz => options.fuzz = number(&text, "fuzz factor")?,
            Id::Loose => options.loose = true,
            Id::Context => options.format = Some(Format::Context),
            Id::Ed => options.format = Some(Format::Ed),
            Id::Normal => options.format = Some(Format::Normal),
            Id::Unified => options.format = Some(Format::Unified),
            Id::Forward => options.forward = true,
            Id::Reverse => options.reverse = true,
            Id::Input => options.input = Some(text),
            Id::Output => options.output = Some(text),
            Id::RejectFile => options.reject_file = Some(text),
            Id::RejectFormat => match text.to_str() {
                Some("context") => options.reject_unified = Some(false),
                Some("unified") => options.reject_unified = Some(true),
                _ => {
                    return Err(
                        SPEC.usage_error(format_args!("invalid reject format {}", quote::always(&text)))
                    );
                }
            },
            Id::Backup => options.backup = true,
            Id::BackupIfMismatch => options.backup_if_mismatch = true,
            Id::NoBackupIfMismatch => options.backup_if_mismatch = false,
            Id::Prefix => options.prefix = text,
            Id::Suffix => options.suffix = Some(text),
            Id::Batch => options.batch = true,
            Id::Force => options.force = true,
            Id::Quiet => options.talk = Talk::Silent,
            Id::Verbose => options.talk = Talk::Verbose,
            Id::DryRun => options.dry_run = true,
            Id::Directory => options.directory = Some(text),
            Id::RemoveEmpty => options.remove_empty = true,
            Id::Binary => {}
            Id::Posix => (options.posix, options.backup_if_mismatch) = (true, false),
        }
    }
    let mut operands = parsed.operands.into_iter();
    options.file = operands.next();
    if let Some(patch) = operands.next() {
        options.input = Some(patch);
    }
    match operands.next() {
        Some(extra) => Err(SPEC.extra_operand(&extra)),
        None => Ok(options),
    }
}
