//! file(1): what a file is, by its kind, its first bytes and its text. The words are those of file 5.44.
//!
//! [`bytes`] knows signatures, [`details`] what more their headers tell, [`elf`] object files, [`text`] encodings and
//! lines, [`language`] what a text is written in, [`json`] whether it is JSON.

mod bytes;
mod details;
mod elf;
mod json;
mod language;
mod text;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input};
use sys::{Fd, FileType, Stat, Whence};
use unicode_width::UnicodeWidthStr;

/// How much of a file is looked at.
const HEAD: usize = 1 << 20;

/// What a file is.
pub struct Kind {
    pub description: Cow<'static, str>,
    pub mime: &'static str,
    pub charset: &'static str,
}

impl Kind {
    fn binary(description: impl Into<Cow<'static, str>>, mime: &'static str) -> Kind {
        Kind {
            description: description.into(),
            mime,
            charset: "binary",
        }
    }
}

/// A file's content: its beginning, and the rest where it can be sought.
pub struct Content {
    head: Vec<u8>,
    fd: Option<Fd>,
}

impl Content {
    fn read(fd: Fd) -> sys::Result<Content> {
        let mut head = vec![0; 64 * 1024];
        let mut filled = 0;
        loop {
            match input::read(fd, &mut head[filled..])? {
                0 => break,
                n => filled += n,
            }
            if filled == HEAD {
                break;
            }
            if filled == head.len() {
                head.resize((2 * filled).min(HEAD), 0);
            }
        }
        head.truncate(filled);
        Ok(Content { head, fd: Some(fd) })
    }

    /// Up to `length` bytes from `offset` on.
    fn at(&self, offset: u64, length: usize) -> Vec<u8> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        if let Some(inside) = start
            .checked_add(length)
            .and_then(|end| self.head.get(start..end))
        {
            return inside.to_vec();
        }
        let mut found = vec![0; length.min(HEAD)];
        let sought = self.fd.and_then(|fd| {
            sys::lseek(fd, i64::try_from(offset).ok()?, Whence::Set).ok()?;
            input::read(fd, &mut found).ok()
        });
        found.truncate(sought.unwrap_or(0));
        found
    }

    fn identify(&self) -> Kind {
        match self.head.as_slice() {
            [] => Kind::binary("empty", "inode/x-empty"),
            [_] => Kind::binary("very short file (no magic)", "application/octet-stream"),
            head => elf::identify(self)
                .or_else(|| bytes::identify(head))
                .or_else(|| text::identify(head))
                .unwrap_or_else(|| Kind::binary("data", "application/octet-stream")),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Brief,
    Mime,
    MimeType,
    MimeEncoding,
    Dereference,
    NoDereference,
    FilesFrom,
    Separator,
    NoPad,
    Null,
    Special,
    Errors,
    Raw,
    Ignored,
    IgnoredValue,
}

static SPEC: Spec<Id> = Spec {
    name: "file",
    usage: &["[OPTION...] [FILE...]"],
    about: "Determine type of FILEs.",
    options: &[
        Opt::flag(
            Id::Brief,
            "b",
            "brief",
            "do not prepend filenames to output lines",
        ),
        Opt::flag(
            Id::Errors,
            "E",
            "",
            "exit with an error where a file can't be read",
        ),
        Opt::value(
            Id::FilesFrom,
            "f",
            "files-from",
            "FILE",
            "read the filenames to be examined from FILE",
        ),
        Opt::value(
            Id::Separator,
            "F",
            "separator",
            "STRING",
            "use string as separator instead of `:'",
        ),
        Opt::flag(
            Id::Mime,
            "i",
            "mime",
            "output MIME type strings (--mime-type and --mime-encoding)",
        ),
        Opt::flag(Id::MimeType, "", "mime-type", "output the MIME type"),
        Opt::flag(Id::MimeEncoding, "", "mime-encoding", "output the MIME encoding"),
        Opt::flag(Id::Dereference, "L", "dereference", "follow symlinks"),
        Opt::flag(
            Id::NoDereference,
            "h",
            "no-dereference",
            "don't follow symlinks (default)",
        ),
        Opt::flag(Id::NoPad, "N", "no-pad", "do not pad output"),
        Opt::flag(Id::Null, "0", "print0", "terminate filenames with ASCII NUL"),
        Opt::flag(
            Id::Special,
            "s",
            "special-files",
            "treat special (block/char devices) files as ordinary ones",
        ),
        Opt::flag(Id::Raw, "r", "raw", "don't translate unprintable chars to \\ooo"),
        Opt::flag(Id::Ignored, "knp", "", ""),
        Opt::value(Id::IgnoredValue, "eP", "", "NAME", ""),
    ],
    order: Order::Permute,
    failure: 1,
};

struct Show {
    brief: bool,
    mime_type: bool,
    mime_encoding: bool,
    dereference: bool,
    separator: String,
    pad: bool,
    null: bool,
    special: bool,
    errors: bool,
    raw: bool,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut show = Show {
        brief: false,
        mime_type: false,
        mime_encoding: false,
        dereference: std::env::var_os("POSIXLY_CORRECT").is_some(),
        separator: ":".into(),
        pad: true,
        null: false,
        special: false,
        errors: false,
        raw: false,
    };
    let mut files = Vec::new();
    for (id, value) in parsed.options {
        let value = value.unwrap_or_default();
        match id {
            Id::Brief => show.brief = true,
            Id::Mime => (show.mime_type, show.mime_encoding) = (true, true),
            Id::MimeType => show.mime_type = true,
            Id::MimeEncoding => show.mime_encoding = true,
            Id::Dereference => show.dereference = true,
            Id::NoDereference => show.dereference = false,
            Id::FilesFrom => {
                let text = input::read_file(&value).map_err(|why| {
                    complain(name, format_args!("Cannot open `{}' ({why})", value.display()));
                    Exit(1)
                })?;
                let lines = text.split(|b| *b == b'\n').filter(|line| !line.is_empty());
                files.extend(lines.map(|line| cli::os(line).to_owned()));
            }
            Id::Separator => show.separator = value.to_string_lossy().into_owned(),
            Id::NoPad => show.pad = false,
            Id::Null => show.null = true,
            Id::Special => show.special = true,
            Id::Errors => show.errors = true,
            Id::Raw => show.raw = true,
            // Buffering, times of access, tests left out and limits: nothing that the answer depends on.
            Id::Ignored | Id::IgnoredValue => {}
        }
    }
    files.extend(parsed.operands);
    if files.is_empty() {
        return Err(SPEC.usage_error("no file given"));
    }
    let width = files
        .iter()
        .map(|file| shown_name(file).width())
        .max()
        .unwrap_or(0);
    let mut out = Output::stdout();
    let mut status = 0;
    for file in &files {
        let (answer, failed) = show.answer(file);
        if !show.brief {
            let label = show.label(file, width);
            out.put(&label);
        }
        out.line(answer.as_bytes());
        if failed && show.errors {
            status = 1;
        }
    }
    Ok(out.finish(name, status, 1))
}

fn shown_name(file: &OsStr) -> Cow<'_, str> {
    if file == "-" {
        "/dev/stdin".into()
    } else {
        file.to_string_lossy()
    }
}

impl Show {
    fn label(&self, file: &OsStr, width: usize) -> Vec<u8> {
        let name = shown_name(file);
        let mut label = if file == "-" || !self.raw {
            escaped(&name).into_bytes()
        } else {
            file.as_encoded_bytes().to_vec()
        };
        if self.null {
            label.push(0);
        } else {
            label.extend(self.separator.bytes());
        }
        let padding = if self.pad {
            width.saturating_sub(name.width())
        } else {
            0
        };
        label.extend(std::iter::repeat_n(b' ', padding + 1));
        label
    }

    /// What the file is, and whether it could not be looked at.
    fn answer(&self, file: &OsStr) -> (String, bool) {
        match self.kind(file) {
            Ok(kind) => (
                match (self.mime_type, self.mime_encoding) {
                    (true, true) => format!("{}; charset={}", kind.mime, kind.charset),
                    (true, false) => kind.mime.to_owned(),
                    (false, true) => kind.charset.to_owned(),
                    (false, false) if self.raw => kind.description.into_owned(),
                    (false, false) => escaped(&kind.description),
                },
                false,
            ),
            Err(why) if self.errors => (format!("ERROR: cannot stat `{}' ({why})", file.display()), true),
            Err(why) => (format!("cannot open `{}' ({why})", file.display()), true),
        }
    }

    fn kind(&self, file: &OsStr) -> sys::Result<Kind> {
        if file == "-" {
            return Ok(Content::read(Fd::STDIN)?.identify());
        }
        let link = sys::lstat(file)?;
        let stat = match link.file_type() {
            FileType::Symlink if !self.dereference => return Ok(symlink(file)),
            FileType::Symlink => sys::stat(file)?,
            _ => link,
        };
        if let Some(kind) = self.special(&stat) {
            return Ok(kind);
        }
        let fd = match input::open(file) {
            Ok(fd) => fd,
            Err(sys::Errno::EACCES) => {
                return Ok(Kind::binary(
                    "regular file, no read permission",
                    "application/octet-stream",
                ));
            }
            Err(why) => return Err(why),
        };
        let kind = Content::read(fd).map(|content| content.identify());
        input::close(fd);
        kind
    }

    /// What is no regular file.
    fn special(&self, stat: &Stat) -> Option<Kind> {
        let numbers = || format!("({}/{})", stat.rdev >> 8 & 0xfff, stat.rdev & 0xff);
        Some(match stat.file_type() {
            FileType::Directory => {
                let sticky = if stat.mode & 0o1000 != 0 { "sticky, " } else { "" };
                Kind::binary(format!("{sticky}directory"), "inode/directory")
            }
            FileType::Fifo => Kind::binary("fifo (named pipe)", "inode/fifo"),
            FileType::Socket => Kind::binary("socket", "inode/socket"),
            FileType::CharDevice if !self.special => {
                Kind::binary(format!("character special {}", numbers()), "inode/chardevice")
            }
            FileType::BlockDevice if !self.special => {
                Kind::binary(format!("block special {}", numbers()), "inode/blockdevice")
            }
            _ => return None,
        })
    }
}

fn symlink(file: &OsStr) -> Kind {
    let target = std::fs::read_link(file).unwrap_or_default();
    let broken = if sys::stat(file).is_err() { "broken " } else { "" };
    Kind::binary(
        format!("{broken}symbolic link to {}", target.display()),
        "inode/symlink",
    )
}

/// Control characters as `\ooo`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_control() {
            let mut bytes = [0; 4];
            let encoded = c.encode_utf8(&mut bytes).bytes();
            encoded.for_each(|b| out.push_str(&format!("\\{b:03o}")));
        } else {
            out.push(c);
        }
    }
    out
}
