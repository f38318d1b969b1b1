//! mkdir(1) and mkfifo(1): what is made gets its mode.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use cli::{Exit, Opt, Order, Outcome, Spec, complain, quote};
use sys::{Errno, Mode};

use super::symbolic;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Mode,
    Parents,
    Verbose,
}

const MKDIR: Spec<Id> = Spec {
    name: "mkdir",
    usage: &["[OPTION]... DIRECTORY..."],
    about: "Create the DIRECTORY(ies), if they do not already exist.",
    options: &[
        Opt::value(
            Id::Mode,
            "m",
            "mode",
            "MODE",
            "set file mode (as in chmod), not a=rwx - umask",
        ),
        Opt::flag(
            Id::Parents,
            "p",
            "parents",
            "no error if existing, make parent directories as needed",
        ),
        Opt::flag(
            Id::Verbose,
            "v",
            "verbose",
            "print a message for each created directory",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

const MKFIFO: Spec<Id> = Spec {
    name: "mkfifo",
    usage: &["[OPTION]... NAME..."],
    about: "Create named pipes (FIFOs) with the given NAMEs.",
    options: &[Opt::value(
        Id::Mode,
        "m",
        "mode",
        "MODE",
        "set file permission bits to MODE, not a=rw - umask",
    )],
    order: Order::Permute,
    failure: 1,
};

/// The mode of -m, applied to what would be made without it.
fn mode(spec: &Spec<Id>, parsed: &cli::Parsed<Id>, base: u32) -> Result<Option<Mode>, Exit> {
    let Some((_, Some(text))) = parsed.options.iter().rev().find(|(id, _)| *id == Id::Mode) else {
        return Ok(None);
    };
    let umask = sys::umask(Mode::empty());
    sys::umask(umask);
    let mode = text
        .to_str()
        .and_then(|text| symbolic::apply(text, base, false, umask.bits()));
    mode.map(|mode| Some(Mode::new(mode))).ok_or_else(|| {
        complain(spec.name, format_args!("invalid mode {}", quote::always(text)));
        Exit(1)
    })
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = MKDIR.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let mode = mode(&MKDIR, &parsed, 0o777)?;
    if parsed.operands.is_empty() {
        return Err(MKDIR.missing_operand(None));
    }
    let mkdir = Mkdir {
        name,
        mode,
        parents: chosen(Id::Parents),
        verbose: chosen(Id::Verbose),
    };
    let mut status = 0;
    for operand in &parsed.operands {
        if let Err((path, why)) = mkdir.make(Path::new(operand)) {
            complain(
                name,
                format_args!(
                    "cannot create directory {}: {why}",
                    quote::always(path.as_os_str())
                ),
            );
            status = 1;
        }
    }
    Ok(status)
}

struct Mkdir {
    name: &'static str,
    mode: Option<Mode>,
    parents: bool,
    verbose: bool,
}

impl Mkdir {
    fn make(&self, path: &Path) -> Result<(), (PathBuf, Errno)> {
        if self.parents {
            self.make_parents(path)?;
        }
        match self.create(path) {
            Err(Errno::EEXIST) if self.parents && sys::stat(path).is_ok_and(|stat| stat.is_dir()) => {
                return Ok(());
            }
            made => made.map_err(|why| (path.to_owned(), why))?,
        }
        match self.mode {
            Some(mode) => sys::chmod(path, mode).map_err(|why| (path.to_owned(), why)),
            None => Ok(()),
        }
    }

    fn create(&self, path: &Path) -> Result<(), Errno> {
        std::fs::create_dir(path).map_err(|error| Errno::from_io(&error))?;
        if self.verbose {
            let line = format!(
                "{}: created directory {}\n",
                self.name,
                quote::always(path.as_os_str())
            );
            let _ = sys::write_all(sys::Fd::STDOUT, line.as_bytes());
        }
        Ok(())
    }

    fn make_parents(&self, path: &Path) -> Result<(), (PathBuf, Errno)> {
        let mut parent = PathBuf::new();
        let components: Vec<Component<'_>> = path.components().collect();
        for component in &components[..components.len().saturating_sub(1)] {
            parent.push(component);
            if matches!(component, Component::Normal(_)) {
                match self.create(&parent) {
                    // Existing is fine, and so is what we may not write but need not make.
                    Err(_) if sys::stat(&parent).is_ok_and(|stat| stat.is_dir()) => {}
                    Err(Errno::EEXIST) => return Err((parent, Errno::ENOTDIR)),
                    made => made.map_err(|why| (parent.clone(), why))?,
                }
            }
        }
        Ok(())
    }
}

pub fn mkfifo(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = MKFIFO.parse(arguments)?;
    let mode = mode(&MKFIFO, &parsed, 0o666)?;
    if parsed.operands.is_empty() {
        return Err(MKFIFO.missing_operand(None));
    }
    let mut status = 0;
    for operand in &parsed.operands {
        let made =
            sys::mkfifo(operand, Mode::RW_ALL).and_then(|()| mode.map_or(Ok(()), |m| sys::chmod(operand, m)));
        if let Err(why) = made {
            complain(
                name,
                format_args!("cannot create fifo {}: {why}", quote::always(operand)),
            );
            status = 1;
        }
    }
    Ok(status)
}
