//! install(1) and mknod(1).

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cli::names::Names;
use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, mode, quote};
use sys::{Fd, FileType, Mode, OpenFlags, Timestamp};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Backup,
    Compare,
    Directory,
    Parents,
    Group,
    Mode,
    Owner,
    Preserve,
    Strip,
    Suffix,
    TargetDirectory,
    NoTarget,
    Verbose,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "install",
    usage: &["[OPTION]... [-T] SOURCE DEST", "[OPTION]... SOURCE... DIRECTORY", "[OPTION]... -t DIRECTORY SOURCE...", "[OPTION]... -d DIRECTORY..."],
    about: "Copy files and set their attributes.",
    options: &[
        Opt::flag(Id::Backup, "b", "", "make a backup of each existing destination file"),
        Opt::flag(Id::Compare, "C", "compare", "compare content of source and destination files, and\nif no change, do not modify the destination at all"),
        Opt::flag(Id::Directory, "d", "directory", "treat all arguments as directory names"),
        Opt::flag(Id::Parents, "D", "", "create all leading components of DEST except the last"),
        Opt::value(Id::Group, "g", "group", "GROUP", "set group ownership"),
        Opt::value(Id::Mode, "m", "mode", "MODE", "set permission mode (as in chmod), instead of rwxr-xr-x"),
        Opt::value(Id::Owner, "o", "owner", "OWNER", "set ownership (super-user only)"),
        Opt::flag(Id::Preserve, "p", "preserve-timestamps", "apply access/modification times of SOURCE files"),
        Opt::flag(Id::Strip, "s", "strip", "accepted: there are no symbol tables"),
        Opt::value(Id::Suffix, "S", "suffix", "SUFFIX", "override the usual backup suffix"),
        Opt::value(Id::TargetDirectory, "t", "target-directory", "DIRECTORY", "copy all SOURCE arguments into DIRECTORY"),
        Opt::flag(Id::NoTarget, "T", "no-target-directory", "treat DEST as a normal file"),
        Opt::flag(Id::Verbose, "v", "verbose", "print the name of each created file or directory"),
    ],
    order: Order::Permute,
    failure: 1,
};

struct Install {
    backup: Option<OsString>,
    compare: bool,
    parents: bool,
    owner: Option<u32>,
    group: Option<u32>,
    mode: Mode,
    preserve: bool,
    verbose: bool,
    status: i32,
    out: Output,
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let value = |id| {
        let found = parsed.options.iter().rev().find(|(option, _)| *option == id);
        found.and_then(|(_, value)| value.clone())
    };
    let is_directory = chosen(Id::Directory);
    let id = |id: Id, mut names: Names, what: &str| match value(id) {
        None => Ok(None),
        Some(text) => match names.id(&text.to_string_lossy()) {
            Some(id) => Ok(Some(id)),
            None => {
                complain("install", format_args!("invalid {what} {}", quote::always(&text)));
                Err(Exit(1))
            }
        },
    };
    let bits = match value(Id::Mode) {
        None => 0o755,
        Some(text) => text
            .to_str()
            .and_then(|text| mode::apply(text, 0, is_directory, 0))
            .ok_or_else(|| {
                complain("install", format_args!("invalid mode {}", quote::always(&text)));
                Exit(1)
            })?,
    };
    let suffix = value(Id::Suffix);
    let mut install = Install {
        backup: (chosen(Id::Backup) || suffix.is_some())
            .then(|| suffix.unwrap_or_else(|| OsString::from("~"))),
        compare: chosen(Id::Compare),
        parents: chosen(Id::Parents),
        owner: id(Id::Owner, Names::users(), "user")?,
        group: id(Id::Group, Names::groups(), "group")?,
        mode: Mode::new(bits),
        preserve: chosen(Id::Preserve),
        verbose: chosen(Id::Verbose),
        status: 0,
        out: Output::stdout(),
    };
    let operands = &parsed.operands;
    if operands.is_empty() {
        return Err(SPEC.usage_error("missing file operand"));
    }
    if is_directory {
        for operand in operands {
            install.directory(Path::new(operand));
        }
        return Ok(install.out.finish("install", install.status, 1));
    }
    let target = value(Id::TargetDirectory);
    let (sources, target) = match (&target, operands.split_last()) {
        (Some(target), _) => (operands.as_slice(), PathBuf::from(target)),
        (None, Some((last, sources))) if !sources.is_empty() => (sources, PathBuf::from(last)),
        _ => {
            let only = quote::always(&operands[0]);
            return Err(SPEC.usage_error(format_args!("missing destination file operand after {only}")));
        }
    };
    if install.parents && value(Id::TargetDirectory).is_some() {
        // As GNU's: the directory itself is made too.
        if let Err(error) = std::fs::create_dir_all(&target) {
            install.fail(format_args!(
                "cannot create directory {}: {}",
                quote::always(target.as_os_str()),
                cli::reason(&error)
            ));
        }
    }
    let into = sys::stat(&target).is_ok_and(|stat| stat.is_dir()) && !chosen(Id::NoTarget);
    if !into && (sources.len() > 1 || value(Id::TargetDirectory).is_some()) {
        complain(
            "install",
            format_args!("target {} is not a directory", quote::always(target.as_os_str())),
        );
        return Ok(1);
    }
    for source in sources {
        let source = Path::new(source);
        let to = if into {
            target.join(source.file_name().unwrap_or_default())
        } else {
            target.clone()
        };
        install.file(source, &to);
    }
    Ok(install.out.finish("install", install.status, 1))
}

impl Install {
    fn fail(&mut self, message: impl std::fmt::Display) {
        self.out.send();
        complain("install", message);
        self.status = 1;
    }

    fn say(&mut self, text: String) {
        if self.verbose {
            self.out.line(text.as_bytes());
        }
    }

    fn directory(&mut self, path: &Path) {
        let missing: Vec<&Path> = path
            .ancestors()
            .filter(|path| !path.as_os_str().is_empty() && sys::stat(*path).is_err())
            .collect();
        for path in missing.into_iter().rev() {
            let shown = quote::always(path.as_os_str());
            if let Err(error) = std::fs::create_dir(path) {
                return self.fail(format_args!(
                    "cannot create directory {shown}: {}",
                    cli::reason(&error)
                ));
            }
            self.say(format!("install: creating directory {shown}"));
        }
        if !sys::stat(path).is_ok_and(|stat| stat.is_dir()) {
            return self.fail(format_args!(
                "cannot create directory {}: File exists",
                quote::always(path.as_os_str())
            ));
        }
        self.attributes(path, None);
    }

    fn attributes(&mut self, path: &Path, source: Option<&sys::Stat>) {
        let shown = quote::always(path.as_os_str());
        if (self.owner.is_some() || self.group.is_some())
            && let Err(why) = sys::chown(path, self.owner, self.group, true)
        {
            self.fail(format_args!("cannot change ownership of {shown}: {why}"));
        }
        if let Err(why) = sys::chmod(path, self.mode) {
            self.fail(format_args!("cannot change permissions of {shown}: {why}"));
        }
        if let Some(stat) = source.filter(|_| self.preserve)
            && let Err(why) = sys::utimens(
                path,
                Timestamp::Nanos(stat.atime_ns),
                Timestamp::Nanos(stat.mtime_ns),
                true,
            )
        {
            self.fail(format_args!("cannot set timestamps for {shown}: {why}"));
        }
    }

    fn file(&mut self, source: &Path, target: &Path) {
        let (from, to) = (
            quote::always(source.as_os_str()),
            quote::always(target.as_os_str()),
        );
        let stat = match sys::stat(source) {
            Ok(stat) if stat.is_dir() => return self.fail(format_args!("omitting directory {from}")),
            Ok(stat) => stat,
            Err(why) => return self.fail(format_args!("cannot stat {from}: {why}")),
        };
        let before = sys::stat(target).ok();
        if before.is_some_and(|before| (before.dev, before.ino) == (stat.dev, stat.ino)) {
            return self.fail(format_args!("{from} and {to} are the same file"));
        }
        if before.is_some_and(|before| before.is_dir()) {
            return self.fail(format_args!("cannot overwrite directory {to} with non-directory"));
        }
        if self.compare && self.is_same(source, target, before) {
            return;
        }
        if self.parents
            && let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty())
            && let Err(error) = std::fs::create_dir_all(parent)
        {
            return self.fail(format_args!(
                "cannot create directory {}: {}",
                quote::always(parent.as_os_str()),
                cli::reason(&error)
            ));
        }
        let mut backup = None;
        if let (Some(suffix), Ok(_)) = (&self.backup, sys::lstat(target)) {
            let mut name = target.as_os_str().to_owned();
            name.push(suffix);
            if let Err(error) = std::fs::rename(target, &name) {
                return self.fail(format_args!("cannot backup {to}: {}", cli::reason(&error)));
            }
            backup = Some(name);
        }
        if let Err((path, why)) = copy(source, target) {
            return self.fail(format_args!(
                "cannot create regular file {}: {why}",
                quote::always(path.as_os_str())
            ));
        }
        self.say(match backup {
            Some(name) => format!("{from} -> {to} (backup: {})", quote::always(&name)),
            None => format!("{from} -> {to}"),
        });
        self.attributes(target, Some(&stat));
    }

    /// Whether -C finds nothing to do.
    fn is_same(&self, source: &Path, target: &Path, before: Option<sys::Stat>) -> bool {
        let Some(before) = before else { return false };
        before.permissions() == self.mode
            && self.owner.is_none_or(|owner| owner == before.uid)
            && self.group.is_none_or(|group| group == before.gid)
            && matches!((std::fs::read(source), std::fs::read(target)), (Ok(a), Ok(b)) if a == b)
    }
}

/// Copies into a new file: what runs the old one keeps it.
fn copy(source: &Path, target: &Path) -> Result<(), (PathBuf, sys::Errno)> {
    let fail = |why| (target.to_owned(), why);
    match std::fs::remove_file(target) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(fail(sys::Errno::from_io(&error)));
        }
        _ => {}
    }
    let from = cli::input::open(source.as_os_str()).map_err(|why| (source.to_owned(), why))?;
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
    let opened = sys::open(target, flags, Mode::new(0o600));
    let copied = opened.and_then(|to| pump(from, to).and(sys::close(to)));
    cli::input::close(from);
    copied.map_err(fail)
}

fn pump(from: Fd, to: Fd) -> sys::Result<()> {
    let mut piece = vec![0; 64 * 1024];
    loop {
        match cli::input::read(from, &mut piece)? {
            0 => return Ok(()),
            n => sys::write_all(to, &piece[..n])?,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct SetMode;

static MKNOD: Spec<SetMode> = Spec {
    name: "mknod",
    usage: &["[OPTION]... NAME TYPE [MAJOR MINOR]"],
    about: "Create the special file NAME of the given TYPE: p for a FIFO, b, c or u for a device.",
    options: &[Opt::value(
        SetMode,
        "m",
        "mode",
        "MODE",
        "set file permission bits to MODE, not a=rw - umask",
    )],
    order: Order::Permute,
    failure: 1,
};

pub fn mknod(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = MKNOD.parse(arguments)?;
    let (name, kind) = match parsed.operands.as_slice() {
        [] => return Err(MKNOD.missing_operand(None)),
        [only] => return Err(MKNOD.missing_operand(Some(only))),
        [name, kind, ..] => (name, kind),
    };
    let kind = match kind.to_str() {
        Some("p") => FileType::Fifo,
        Some("b") => FileType::BlockDevice,
        Some("c" | "u") => FileType::CharDevice,
        _ => return Err(MKNOD.usage_error(format_args!("invalid device type {}", quote::always(kind)))),
    };
    let numbers = &parsed.operands[2..];
    let device = match (kind, numbers) {
        (FileType::Fifo, []) => 0,
        (FileType::Fifo, [extra, ..]) => {
            return Err(MKNOD.usage_error(format_args!(
                "Fifos do not have major and minor device numbers.\nextra operand {}",
                quote::always(extra)
            )));
        }
        (_, [major, minor]) => {
            let number = |text: &OsString| text.to_str().and_then(|text| text.parse::<u64>().ok());
            match (number(major), number(minor)) {
                (Some(major), Some(minor)) => (major & 0xfff) << 8 | minor & 0xff | (minor & !0xff) << 12,
                _ => return Err(MKNOD.usage_error("invalid device number")),
            }
        }
        _ => return Err(MKNOD.usage_error("Special files require major and minor device numbers.")),
    };
    let bits = match parsed.options.last() {
        Some((_, Some(text))) => Some(
            text.to_str()
                .and_then(|text| mode::apply(text, 0o666, false, 0))
                .ok_or_else(|| {
                    complain("mknod", "invalid mode");
                    Exit(1)
                })?,
        ),
        _ => None,
    };
    let made = sys::mknod(name, kind, Mode::RW_ALL, device)
        .and_then(|()| bits.map_or(Ok(()), |bits| sys::chmod(name, Mode::new(bits))));
    if let Err(why) = made {
        complain("mknod", format_args!("{}: {why}", quote::always(name)));
        return Ok(1);
    }
    Ok(0)
}
