//! Redirections. They act on the shell's own descriptors; [`Undo`] keeps what was there on descriptors from 10 up
//! (close-on-exec) and puts it back, unless `exec` made them last.

use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoHereDocument, IoRedirect};
use sys::{Errno, Fd, FdFlags, Mode, OpenFlags};

use crate::expand;
use crate::rewrite;
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, encode, lossy};

#[derive(Default)]
pub struct Undo(Vec<(Fd, Option<Fd>)>);

impl Undo {
    /// Keeps what is on `fd` now, if it was not kept before.
    fn keep(&mut self, fd: Fd) {
        if self.0.iter().any(|(f, _)| *f == fd) {
            return;
        }
        let copy = sys::dup_from(fd, Fd(10), FdFlags::CLOEXEC).ok();
        self.0.push((fd, copy));
    }

    /// Puts everything back.
    pub fn restore(self) {
        for (fd, copy) in self.0.into_iter().rev() {
            match copy {
                Some(c) => {
                    let _ = sys::dup2(c, fd);
                    let _ = sys::close(c);
                }
                None => drop(sys::close(fd)),
            }
        }
    }

    /// The redirections stay.
    pub fn forget(self) {
        for (_, copy) in self.0 {
            copy.map(sys::close);
        }
    }
}

/// Runs `f` under redirections; if one fails, `f` does not run and the status is 1.
pub fn with(sh: &mut Shell, redirects: &[IoRedirect], f: impl FnOnce(&mut Shell) -> Outcome) -> Outcome {
    let mut undo = Undo::default();
    let result = match apply(sh, redirects.iter(), &mut undo) {
        Ok(true) => f(sh),
        Ok(false) => Ok(1),
        Err(e) => Err(e),
    };
    let flushed = sh.flush();
    undo.restore();
    match (result, flushed) {
        (Ok(0), Err(e)) if e != Errno::EPIPE => {
            sh.complain_errno(b"write error", e);
            Ok(1)
        }
        (r, _) => r,
    }
}

/// Connects descriptors (a pipeline's), to be undone.
pub fn wire(wiring: &[(Fd, Fd)], undo: &mut Undo) {
    for (from, to) in wiring {
        undo.keep(*to);
        let _ = sys::dup2(*from, *to);
    }
}

/// `Ok(false)`: one failed, with a message.
pub fn apply<'a>(
    sh: &mut Shell,
    redirects: impl Iterator<Item = &'a IoRedirect>,
    undo: &mut Undo,
) -> Result<bool, Unwind> {
    for r in redirects {
        let _ = sh.flush();
        if let Err((what, e)) = one(sh, r, undo)? {
            sh.complain_errno(&what, e);
            sh.status = 1;
            return Ok(false);
        }
    }
    Ok(true)
}

type Applied = Result<Result<(), (Bytes, Errno)>, Unwind>;

fn one(sh: &mut Shell, r: &IoRedirect, undo: &mut Undo) -> Applied {
    let number = match r {
        IoRedirect::File(fd, ..) | IoRedirect::HereDocument(fd, _) | IoRedirect::HereString(fd, _) => *fd,
        IoRedirect::OutputAndError(..) => None,
    };
    if let Some(name) = number.and_then(rewrite::fd_name) {
        return named(sh, r, &name);
    }
    match r {
        IoRedirect::File(fd, kind, target) => file(sh, *fd, kind, target, undo),
        IoRedirect::HereDocument(fd, doc) => {
            let body = here_document(sh, doc)?;
            Ok(feed(Fd(fd.unwrap_or(0)), &body, undo))
        }
        IoRedirect::HereString(fd, word) => {
            let mut body = expand::single(sh, &word.value)?;
            body.push(b'\n');
            Ok(feed(Fd(fd.unwrap_or(0)), &body, undo))
        }
        IoRedirect::OutputAndError(word, append) => {
            let path = path(sh, &word.value)?;
            Ok(both(sh, path, *append, undo))
        }
    }
}

/// `{name}>file`: a descriptor from 10 up, whose number goes to the variable, and which stays. `{name}>&-` closes it.
fn named(sh: &mut Shell, r: &IoRedirect, name: &str) -> Applied {
    if let IoRedirect::File(_, _, IoFileRedirectTarget::Duplicate(word)) = r
        && word.value == "-"
    {
        let value = match crate::assign::parse_target(name.as_bytes()) {
            Some(t) => {
                let t = crate::assign::locate(sh, &t)?;
                let key = match &t.index {
                    Some(i) => Some(crate::assign::key(sh, &t.name, i)?),
                    None => None,
                };
                crate::assign::element(sh, &t.name, key.as_ref())
            }
            None => None,
        };
        let number = value.and_then(|v| crate::text::parse_int(&v));
        if let Some(n) = number.and_then(|n| i32::try_from(n).ok()) {
            let _ = sys::close(Fd(n));
            return Ok(Ok(()));
        }
        return Ok(Err((name.as_bytes().to_vec(), Errno::EBADF)));
    }
    // The lowest free descriptor from 10 up serves as the target of the redirection proper.
    let place = match sys::open("/dev/null", OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty()) {
        Ok(null) => {
            let up = sys::dup_from(null, Fd(10), FdFlags::empty());
            let _ = sys::close(null);
            up
        }
        Err(e) => Err(e),
    };
    let place = match place {
        Ok(p) => p,
        Err(e) => return Ok(Err((name.as_bytes().to_vec(), e))),
    };
    let mut numbered = r.clone();
    match &mut numbered {
        IoRedirect::File(fd, ..) | IoRedirect::HereDocument(fd, _) | IoRedirect::HereString(fd, _) => {
            *fd = Some(place.0);
        }
        IoRedirect::OutputAndError(..) => {}
    }
    let mut undo = Undo::default();
    let result = one(sh, &numbered, &mut undo);
    undo.forget();
    if matches!(result, Ok(Ok(()))) {
        if let Some(target) = crate::assign::parse_target(name.as_bytes()) {
            crate::assign::scalar(sh, &target, place.0.to_string().into_bytes(), false)?;
        }
    } else {
        let _ = sys::close(place);
    }
    result
}

/// A redirection's target must be one word.
fn path(sh: &mut Shell, word: &str) -> Result<Result<Bytes, (Bytes, Errno)>, Unwind> {
    let mut fields = expand::fields(sh, [word])?;
    if fields.len() == 1 {
        return Ok(Ok(fields.remove(0)));
    }
    sh.complain(format!("{word}: ambiguous redirect"));
    Ok(Err((Vec::new(), Errno::EINVAL)))
}

fn both(
    sh: &Shell,
    path: Result<Bytes, (Bytes, Errno)>,
    append: bool,
    undo: &mut Undo,
) -> Result<(), (Bytes, Errno)> {
    let path = path?;
    let flags = OpenFlags::WRONLY
        | OpenFlags::CREAT
        | if append {
            OpenFlags::APPEND
        } else {
            OpenFlags::TRUNC
        };
    open_onto(sh, &path, flags, Fd::STDOUT, !append, undo)?;
    undo.keep(Fd::STDERR);
    sys::dup2(Fd::STDOUT, Fd::STDERR).map_err(|e| (path, e))
}

fn file(
    sh: &mut Shell,
    fd: Option<i32>,
    kind: &IoFileRedirectKind,
    target: &IoFileRedirectTarget,
    undo: &mut Undo,
) -> Applied {
    use IoFileRedirectKind as K;
    let create = OpenFlags::CREAT;
    let (default, flags) = match kind {
        K::Read => (0, OpenFlags::RDONLY),
        K::Write | K::Clobber => (1, OpenFlags::WRONLY | create | OpenFlags::TRUNC),
        K::Append => (1, OpenFlags::WRONLY | create | OpenFlags::APPEND),
        K::ReadAndWrite => (0, OpenFlags::RDWR | create),
        K::DuplicateInput => (0, OpenFlags::RDONLY),
        K::DuplicateOutput => (1, OpenFlags::WRONLY | create | OpenFlags::TRUNC),
    };
    let to = Fd(fd.unwrap_or(default));
    match target {
        IoFileRedirectTarget::Filename(word) => {
            let path = match path(sh, &word.value)? {
                Ok(p) => p,
                Err(_) => return Ok(Err((encode(&word.value), Errno::EINVAL))),
            };
            Ok(open_onto(sh, &path, flags, to, matches!(kind, K::Write), undo))
        }
        IoFileRedirectTarget::Fd(from) => Ok(duplicate(Fd(*from), to, undo)),
        IoFileRedirectTarget::Duplicate(word) => {
            let text = expand::single(sh, &word.value)?;
            duplicate_word(sh, &text, fd, to, kind, undo)
        }
        IoFileRedirectTarget::ProcessSubstitution(kind, command) => {
            let path = super::simple::process_substitution(sh, kind, command)?;
            Ok(open_onto(sh, &path, flags, to, false, undo))
        }
    }
}

/// `>&2`, `>&-`, `>&3-`, `>&file`.
fn duplicate_word(
    sh: &mut Shell,
    text: &[u8],
    fd: Option<i32>,
    to: Fd,
    kind: &IoFileRedirectKind,
    undo: &mut Undo,
) -> Applied {
    if text == b"-" {
        undo.keep(to);
        let _ = sys::close(to);
        return Ok(Ok(()));
    }
    let (number, moved) = match text.strip_suffix(b"-") {
        Some(n) => (n, true),
        None => (text, false),
    };
    if let Some(n) = crate::text::parse_int(number).filter(|n| (0..1 << 20).contains(n)) {
        let from = Fd(n as i32);
        let result = duplicate(from, to, undo);
        if moved && result.is_ok() && from != to {
            undo.keep(from);
            let _ = sys::close(from);
        }
        return Ok(result);
    }
    if fd.is_none() && matches!(kind, IoFileRedirectKind::DuplicateOutput) {
        return Ok(both(sh, Ok(text.to_vec()), false, undo));
    }
    sh.complain(format!("{}: ambiguous redirect", lossy(text)));
    Ok(Err((text.to_vec(), Errno::EBADF)))
}

fn duplicate(from: Fd, to: Fd, undo: &mut Undo) -> Result<(), (Bytes, Errno)> {
    let fail = |e| (from.0.to_string().into_bytes(), e);
    sys::getfd(from).map_err(fail)?;
    if from == to {
        return Ok(());
    }
    undo.keep(to);
    sys::dup2(from, to).map_err(fail)
}

fn open_onto(
    sh: &Shell,
    path: &[u8],
    mut flags: OpenFlags,
    to: Fd,
    clobbers: bool,
    undo: &mut Undo,
) -> Result<(), (Bytes, Errno)> {
    let fail = |e| (path.to_vec(), e);
    if clobbers && sh.options.noclobber {
        match sys::stat(path) {
            Ok(s) if s.is_file() => return Err(fail(Errno::EEXIST)),
            Ok(_) => {}
            Err(_) => flags |= OpenFlags::EXCL,
        }
    }
    let fd = loop {
        match sys::open(path, flags, Mode::RW_ALL) {
            Err(Errno::EINTR) => {}
            other => break other.map_err(fail)?,
        }
    };
    move_onto(fd, to, undo).map_err(fail)
}

fn move_onto(fd: Fd, to: Fd, undo: &mut Undo) -> Result<(), Errno> {
    if fd == to {
        // It was free: undoing means closing it.
        undo.0.push((to, None));
        return Ok(());
    }
    undo.keep(to);
    let moved = sys::dup2(fd, to);
    let _ = sys::close(fd);
    moved
}

fn here_document(sh: &mut Shell, doc: &IoHereDocument) -> Result<Bytes, Unwind> {
    let text = if doc.remove_tabs {
        strip_tabs(&doc.doc.value)
    } else {
        doc.doc.value.clone()
    };
    if doc.requires_expansion {
        expand::heredoc(sh, &text)
    } else {
        Ok(encode(&text))
    }
}

fn strip_tabs(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|l| l.trim_start_matches('\t'))
        .collect()
}

/// What fits a pipe goes through one; more goes through a file that has no name any more.
const PIPE_ROOM: usize = 60_000;

fn feed(to: Fd, body: &[u8], undo: &mut Undo) -> Result<(), (Bytes, Errno)> {
    let fail = |e| (b"cannot create here-document".to_vec(), e);
    let source = if body.len() <= PIPE_ROOM {
        through_pipe(body)
    } else {
        through_file(body)
    };
    let source = source.map_err(fail)?;
    move_onto(source, to, undo).map_err(fail)
}

fn through_pipe(body: &[u8]) -> sys::Result<Fd> {
    let (r, w) = sys::pipe()?;
    let written = sys::write_all(w, body);
    let _ = sys::close(w);
    match written {
        Ok(()) => Ok(r),
        Err(e) => {
            let _ = sys::close(r);
            Err(e)
        }
    }
}

fn through_file(body: &[u8]) -> sys::Result<Fd> {
    let path = format!("/tmp/.sh-here-{}-{}", sys::getpid(), crate::shell::now_ns());
    let w = sys::open(
        &path,
        OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL,
        Mode::new(0o600),
    )?;
    let written = sys::write_all(w, body);
    let _ = sys::close(w);
    let r = written.and_then(|()| sys::open(&path, OpenFlags::RDONLY, Mode::empty()));
    let _ = std::fs::remove_file(&path);
    r
}
