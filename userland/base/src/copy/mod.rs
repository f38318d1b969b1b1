//! cp(1): copies keep their modes, and with -p owners and times, which WASI's std cannot see. [`tree`] does the copying.

mod tree;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use cli::{Exit, Opt, Order, Outcome, Spec, complain, quote};

use tree::{Copier, Links, Overwrite};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Archive,
    AttributesOnly,
    NoDereferencePreserveLinks,
    Force,
    Interactive,
    FollowArguments,
    Link,
    Dereference,
    NoClobber,
    NoDereference,
    Preserve,
    PreserveList,
    NoPreserve,
    Recursive,
    RemoveDestination,
    Symbolic,
    Target,
    NoTarget,
    Update,
    Verbose,
}

const SPEC: Spec<Id> = Spec {
    name: "cp",
    usage: &[
        "[OPTION]... [-T] SOURCE DEST",
        "[OPTION]... SOURCE... DIRECTORY",
        "[OPTION]... -t DIRECTORY SOURCE...",
    ],
    about: "Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.",
    options: &[
        Opt::flag(Id::Archive, "a", "archive", "same as -dR --preserve=all"),
        Opt::flag(
            Id::AttributesOnly,
            "",
            "attributes-only",
            "don't copy the file data, just the attributes",
        ),
        Opt::flag(
            Id::NoDereferencePreserveLinks,
            "d",
            "",
            "same as --no-dereference --preserve=links",
        ),
        Opt::flag(
            Id::Force,
            "f",
            "force",
            "if an existing destination file cannot be\nopened, remove it and try again",
        ),
        Opt::flag(Id::Interactive, "i", "interactive", "prompt before overwrite"),
        Opt::flag(
            Id::FollowArguments,
            "H",
            "",
            "follow command-line symbolic links in SOURCE",
        ),
        Opt::flag(Id::Link, "l", "link", "hard link files instead of copying"),
        Opt::flag(
            Id::Dereference,
            "L",
            "dereference",
            "always follow symbolic links in SOURCE",
        ),
        Opt::flag(
            Id::NoClobber,
            "n",
            "no-clobber",
            "do not overwrite an existing file",
        ),
        Opt::flag(
            Id::NoDereference,
            "P",
            "no-dereference",
            "never follow symbolic links in SOURCE",
        ),
        Opt::flag(
            Id::Preserve,
            "p",
            "",
            "same as --preserve=mode,ownership,timestamps",
        ),
        Opt::optional(
            Id::PreserveList,
            "",
            "preserve",
            "ATTR_LIST",
            "preserve the specified attributes: mode, ownership,\ntimestamps, links, all",
        ),
        Opt::value(
            Id::NoPreserve,
            "",
            "no-preserve",
            "ATTR_LIST",
            "don't preserve the specified attributes",
        ),
        Opt::flag(Id::Recursive, "rR", "recursive", "copy directories recursively"),
        Opt::flag(
            Id::RemoveDestination,
            "",
            "remove-destination",
            "remove each existing destination file before\nattempting to open it",
        ),
        Opt::flag(
            Id::Symbolic,
            "s",
            "symbolic-link",
            "make symbolic links instead of copying",
        ),
        Opt::value(
            Id::Target,
            "t",
            "target-directory",
            "DIRECTORY",
            "copy all SOURCE arguments into DIRECTORY",
        ),
        Opt::flag(
            Id::NoTarget,
            "T",
            "no-target-directory",
            "treat DEST as a normal file",
        ),
        Opt::flag(
            Id::Update,
            "u",
            "update",
            "copy only when the SOURCE file is newer than the\ndestination file or when it is missing",
        ),
        Opt::flag(Id::Verbose, "v", "verbose", "explain what is being done"),
    ],
    order: Order::Permute,
    failure: 1,
};

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut copier = Copier::new(name);
    let mut links = None;
    let (mut target, mut no_target) = (None, false);
    for (id, value) in parsed.options {
        match id {
            Id::Archive => {
                (copier.recursive, links) = (true, Some(Links::Keep));
                copier.preserve.set("all", true);
            }
            Id::AttributesOnly => copier.attributes_only = true,
            Id::NoDereferencePreserveLinks => {
                links = Some(Links::Keep);
                copier.preserve.links = true;
            }
            Id::Force => copier.force = true,
            Id::Interactive => copier.overwrite = Overwrite::Ask,
            Id::NoClobber => copier.overwrite = Overwrite::Never,
            Id::Update => copier.overwrite = Overwrite::IfNewer,
            Id::FollowArguments => links = Some(Links::FollowArguments),
            Id::Dereference => links = Some(Links::Follow),
            Id::NoDereference => links = Some(Links::Keep),
            Id::Link => copier.hard_link = true,
            Id::Symbolic => copier.symbolic_link = true,
            Id::Preserve => copier.preserve.set("mode,ownership,timestamps", true),
            Id::PreserveList | Id::NoPreserve => {
                let list = value.unwrap_or_else(|| "mode,ownership,timestamps".into());
                let list = list.to_string_lossy();
                if let Some(unknown) = copier.preserve.unknown(&list) {
                    return Err(SPEC.usage_error(format_args!(
                        "invalid argument {}",
                        quote::always(unknown.as_ref())
                    )));
                }
                copier.preserve.set(&list, id == Id::PreserveList);
            }
            Id::Recursive => copier.recursive = true,
            Id::RemoveDestination => copier.remove_destination = true,
            Id::Target => target = value,
            Id::NoTarget => no_target = true,
            Id::Verbose => copier.verbose = true,
        }
    }
    // A recursive copy keeps links unless told otherwise; a plain one copies what they lead to.
    copier.links = links.unwrap_or(if copier.recursive {
        Links::Keep
    } else {
        Links::Follow
    });
    copy_all(copier, parsed.operands, target, no_target)
}

fn copy_all(
    mut copier: Copier,
    mut sources: Vec<OsString>,
    target: Option<OsString>,
    no_target: bool,
) -> Outcome {
    if sources.is_empty() {
        return Err(SPEC.usage_error("missing file operand"));
    }
    let fail = |message: String| {
        complain(SPEC.name, message);
        Exit(1)
    };
    let destination = match target {
        Some(directory) => directory,
        None if sources.len() == 1 => {
            let only = quote::always(&sources[0]);
            return Err(SPEC.usage_error(format_args!("missing destination file operand after {only}")));
        }
        None => {
            let last = sources.pop().unwrap_or_default();
            let is_directory = !no_target && sys::stat(&last).is_ok_and(|stat| stat.is_dir());
            if !is_directory {
                if no_target && sources.len() > 1 {
                    return Err(SPEC.extra_operand(&sources[1]));
                }
                if sources.len() > 1 {
                    let why = sys::stat(&last).err().unwrap_or(sys::Errno::ENOTDIR);
                    return Err(fail(format!("target {}: {why}", quote::always(&last))));
                }
                copier.top(Path::new(&sources[0]), Path::new(&last));
                return Ok(copier.finish());
            }
            last
        }
    };
    if let Err(why) = sys::stat(&destination).and_then(|stat| {
        if stat.is_dir() {
            Ok(())
        } else {
            Err(sys::Errno::ENOTDIR)
        }
    }) {
        return Err(fail(format!(
            "target directory {}: {why}",
            quote::always(&destination)
        )));
    }
    for source in &sources {
        copier.top(Path::new(source), &below(&destination, source));
    }
    Ok(copier.finish())
}

/// Where in a directory a source goes; `dir/..` and `/` go into the directory itself.
fn below(directory: &OsStr, source: &OsStr) -> PathBuf {
    let directory = PathBuf::from(directory);
    match Path::new(source).file_name() {
        Some(name) => directory.join(name),
        None => directory,
    }
}
