//! chmod(1).

use std::ffi::OsString;
use std::path::Path;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, quote};
use sys::{FileType, Mode};

use super::{symbolic, tree};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Changes,
    Silent,
    Verbose,
    Reference,
    Recursive,
    /// A mode such as `-x`, which looks like an option.
    Mode,
}

const SPEC: Spec<Id> = Spec {
    name: "chmod",
    usage: &[
        "[OPTION]... MODE[,MODE]... FILE...",
        "[OPTION]... --reference=RFILE FILE...",
    ],
    about: "Change the mode of each FILE to MODE.",
    options: &[
        Opt::flag(
            Id::Changes,
            "c",
            "changes",
            "like verbose but report only when a change is made",
        ),
        Opt::flag(Id::Silent, "f", "silent", "suppress most error messages"),
        Opt::flag(Id::Silent, "", "quiet", ""),
        Opt::flag(
            Id::Verbose,
            "v",
            "verbose",
            "output a diagnostic for every file processed",
        ),
        Opt::value(
            Id::Reference,
            "",
            "reference",
            "RFILE",
            "use RFILE's mode instead of specifying MODE values",
        ),
        Opt::flag(
            Id::Recursive,
            "R",
            "recursive",
            "change files and directories recursively",
        ),
        Opt::optional(Id::Mode, "rwxXstugo", "", "", ""),
    ],
    order: Order::Permute,
    failure: 1,
};

struct Chmod {
    modes: Vec<String>,
    report_all: bool,
    report_changes: bool,
    silent: bool,
    umask: u32,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    // `-rwx` is a mode: its text is needed whole, so it is taken out before the options are parsed.
    let mut modes = Vec::new();
    let mut others = Vec::new();
    let mut options_end = false;
    for argument in arguments {
        let is_mode = !options_end && is_dashed_mode(argument.as_encoded_bytes());
        options_end |= argument == "--";
        if is_mode {
            modes.push(argument.to_string_lossy().into_owned())
        } else {
            others.push(argument)
        }
    }
    let parsed = SPEC.parse(others)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let mut files = parsed.operands.clone();
    if let Some((_, Some(reference))) = parsed.options.iter().rev().find(|(id, _)| *id == Id::Reference) {
        let stat = sys::stat(reference).map_err(|why| {
            complain(
                name,
                format_args!("failed to get attributes of {}: {why}", quote::always(reference)),
            );
            Exit(1)
        })?;
        modes = vec![format!("{:05o}", stat.mode & 0o7777)];
    } else if modes.is_empty() {
        if files.is_empty() {
            return Err(SPEC.missing_operand(None));
        }
        modes.push(files.remove(0).to_string_lossy().into_owned());
    }
    if files.is_empty() {
        return Err(SPEC.missing_operand(modes.first().map(|mode| mode.as_ref())));
    }
    let umask = sys::umask(Mode::empty());
    sys::umask(umask);
    let chmod = Chmod {
        report_all: chosen(Id::Verbose),
        report_changes: chosen(Id::Changes),
        silent: chosen(Id::Silent),
        umask: umask.bits(),
        modes,
    };
    if chmod.new_mode(0, false).is_none() {
        return Err(SPEC.usage_error(format_args!(
            "invalid mode: {}",
            quote::always(chmod.modes[0].as_ref())
        )));
    }
    let mut out = Output::stdout();
    let mut fine = true;
    for file in &files {
        let recursive = chosen(Id::Recursive);
        fine &= tree::walk(name, Path::new(file), recursive, &mut |path, top| {
            chmod.change(name, path, top, &mut out)
        });
    }
    Ok(out.finish(name, i32::from(!fine), 1))
}

fn is_dashed_mode(argument: &[u8]) -> bool {
    argument.len() > 1
        && argument[0] == b'-'
        && argument[1..].iter().all(|b| b"rwxXstugoa,+-=".contains(b))
        && argument != b"--"
}

impl Chmod {
    fn new_mode(&self, old: u32, is_dir: bool) -> Option<u32> {
        self.modes.iter().try_fold(old & 0o7777, |mode, text| {
            symbolic::apply(text, mode, is_dir, self.umask)
        })
    }

    fn change(&self, name: &str, path: &Path, top: bool, out: &mut Output) -> bool {
        let shown = quote::always(path.as_os_str());
        let stat = match if top { sys::stat(path) } else { sys::lstat(path) } {
            Ok(stat) => stat,
            Err(why) => return self.fail(name, format_args!("cannot access {shown}: {why}")),
        };
        if stat.file_type() == FileType::Symlink {
            // A link below has no mode of its own that matters.
            return true;
        }
        let old = stat.mode & 0o7777;
        let new = self.new_mode(old, stat.is_dir()).unwrap_or(old);
        if let Err(why) = sys::chmod(path, Mode::new(new)) {
            return self.fail(name, format_args!("changing permissions of {shown}: {why}"));
        }
        let text = |mode: u32| {
            format!(
                "{mode:04o} ({})",
                &crate::stat::mode_string(stat.mode & !0o7777 | mode)[1..]
            )
        };
        if new != old && (self.report_all || self.report_changes) {
            out.line(format!("mode of {shown} changed from {} to {}", text(old), text(new)).as_bytes());
        } else if self.report_all {
            out.line(format!("mode of {shown} retained as {}", text(old)).as_bytes());
        }
        true
    }

    fn fail(&self, name: &str, message: std::fmt::Arguments<'_>) -> bool {
        if !self.silent {
            complain(name, message);
        }
        false
    }
}
