//! The history's way between the shell and its file: what enters the list, when the file is read and written.

use readline::history::{self, Control};
use sys::{Errno, Fd, Mode, OpenFlags};

use crate::expand::glob::os;
use crate::expand::pattern::{self, Pattern};
use crate::shell::{Shell, now_ns};
use crate::text::{Bytes, lossy, parse_int};

/// How many entries a list and a file hold where HISTSIZE and HISTFILESIZE say nothing.
const DEFAULT_SIZE: &str = "500";

/// The value of HISTSIZE or HISTFILESIZE; `None` is without limit, as everything is that is no number from 0.
fn limit(sh: &Shell, name: &str) -> Option<usize> {
    let value = sh.vars.get(name)?;
    parse_int(value).and_then(|n| usize::try_from(n).ok())
}

/// Appends a command to the list if HISTCONTROL and HISTIGNORE let it; whether it is there now.
pub fn remember(sh: &mut Shell, line: Bytes) -> bool {
    let control = Control::parse(sh.vars.get("HISTCONTROL").map_or(b"", |v| v));
    if ignored(sh, &line) {
        return false;
    }
    let time = (now_ns() / 1_000_000_000) as i64;
    let added = sh.history.add(line, Some(time), control);
    stifle(sh);
    added && !sh.history.is_empty()
}

fn stifle(sh: &mut Shell) {
    if let Some(max) = limit(sh, "HISTSIZE") {
        sh.history.stifle(max);
    }
}

/// Does a pattern of HISTIGNORE match the whole line? `&` there is the line before.
fn ignored(sh: &Shell, line: &[u8]) -> bool {
    let Some(list) = sh.vars.get("HISTIGNORE").filter(|v| !v.is_empty()) else {
        return false;
    };
    let mut patterns = vec![Bytes::new()];
    let mut it = list.iter().copied();
    while let Some(c) = it.next() {
        let last = patterns.len() - 1;
        match c {
            b':' => patterns.push(Bytes::new()),
            b'\\' => {
                let next = it.next();
                // An escaped `&` is one.
                if next != Some(b'&') {
                    patterns[last].push(c);
                }
                patterns[last].extend(next);
            }
            b'&' => pattern::escape_into(sh.history.last().unwrap_or_default(), &mut patterns[last]),
            c => patterns[last].push(c),
        }
    }
    patterns
        .iter()
        .filter(|p| !p.is_empty())
        .any(|p| Pattern::new(p, sh.options.extglob, false).matches(line))
}

/// The variables that an interactive shell starts with.
pub fn set_up(sh: &mut Shell) {
    let home = sh.vars.get("HOME").cloned().unwrap_or_default();
    for (name, value) in [
        ("HISTFILE", [&home[..], b"/.bash_history"].concat()),
        ("HISTSIZE", DEFAULT_SIZE.into()),
    ] {
        if sh.vars.get(name).is_none() {
            let _ = sh.vars.set(name, value);
        }
    }
}

/// Reads the file of earlier sessions. That there is none is usual; that it can't be read is said, and the file is then
/// left alone at the end.
pub fn load(sh: &mut Shell) {
    if sh.vars.get("HISTFILESIZE").is_none() {
        let size = sh.vars.get("HISTSIZE").cloned().unwrap_or_default();
        let _ = sh.vars.set("HISTFILESIZE", size);
    }
    let Some(path) = file(sh, None) else { return };
    match read_file(sh, &path, 0) {
        Ok(()) | Err(Errno::ENOENT) => {}
        Err(e) => complain(sh, &path, e),
    }
}

/// Appends this session's commands to the file, and keeps the file within HISTFILESIZE.
pub fn save(sh: &mut Shell) {
    if !sh.options.history || sh.subshell > 0 {
        return;
    }
    let Some(path) = file(sh, None) else { return };
    let saved = append_file(sh, &path).and_then(|()| match limit(sh, "HISTFILESIZE") {
        Some(max) => cut(&path, max),
        None => Ok(()),
    });
    if let Err(e) = saved {
        complain(sh, &path, e);
    }
}

fn complain(sh: &Shell, path: &[u8], e: Errno) {
    sh.complain(format!("history: {}: {}", lossy(path), e.message()));
}

/// The history file: a builtin's operand, or HISTFILE's.
pub fn file(sh: &Shell, given: Option<&Bytes>) -> Option<Bytes> {
    given
        .or_else(|| sh.vars.get("HISTFILE"))
        .filter(|f| !f.is_empty())
        .cloned()
}

/// Appends the entries of a history file to the list, but for the first `skip`.
pub fn read_file(sh: &mut Shell, path: &[u8], skip: usize) -> Result<(), Errno> {
    let text = read(path)?;
    let entries = history::parse(&text);
    sh.history_in_file = entries.len();
    for e in entries.into_iter().skip(skip) {
        sh.history.push(e);
    }
    stifle(sh);
    Ok(())
}

/// A file's text. Devices hold no history: nothing is read of them (some have no end).
fn read(path: &[u8]) -> Result<Bytes, Errno> {
    let s = sys::stat(path)?;
    if s.is_file() || s.is_dir() {
        crate::builtin::control::read_script(path)
    } else {
        Ok(Bytes::new())
    }
}

/// Writes the whole list in place of what the file held.
pub fn write_file(sh: &mut Shell, path: &[u8]) -> Result<(), Errno> {
    let text = history::format(sh.history.entries(), wants_times(sh));
    replace(path, &text)?;
    sh.history.mark_written();
    sh.history_in_file = sh.history.len();
    Ok(())
}

fn wants_times(sh: &Shell) -> bool {
    sh.vars.get("HISTTIMEFORMAT").is_some()
}

/// Appends what the file has not seen. A file that becomes full is again what it was.
pub fn append_file(sh: &mut Shell, path: &[u8]) -> Result<(), Errno> {
    let new = sh.history.unwritten();
    let old = match read(path) {
        Ok(text) => text,
        Err(Errno::ENOENT) => Vec::new(),
        Err(e) => return Err(e),
    };
    let mut text = history::format(&new, wants_times(sh) || history::has_times(&old));
    if !old.is_empty() && !old.ends_with(b"\n") {
        text.insert(0, b'\n');
    }
    let fd = create(path, OpenFlags::APPEND)?;
    let written = sys::write_all(fd, &text);
    let _ = sys::close(fd);
    if let Err(e) = written {
        if let Ok(f) = std::fs::OpenOptions::new().write(true).open(os(path)) {
            let _ = f.set_len(old.len() as u64);
        }
        return Err(e);
    }
    sh.history.mark_written();
    sh.history_in_file += new.len();
    Ok(())
}

fn create(path: &[u8], how: OpenFlags) -> Result<Fd, Errno> {
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::CLOEXEC;
    sys::open(path, flags | how, Mode::new(0o600))
}

/// Leaves the newest `max` entries in a file.
fn cut(path: &[u8], max: usize) -> Result<(), Errno> {
    match history::truncated(&read(path)?, max) {
        Some(text) => replace(path, &text),
        None => Ok(()),
    }
}

/// Puts a text in a file's place at once, so that a full disk takes nothing of the old one.
fn replace(path: &[u8], text: &[u8]) -> Result<(), Errno> {
    let write = |path: &[u8], how| -> Result<(), Errno> {
        let fd = create(path, how)?;
        let written = sys::write_all(fd, text);
        let _ = sys::close(fd);
        written
    };
    let path = match std::fs::canonicalize(os(path)) {
        Ok(real) => real.into_os_string().into_encoded_bytes(),
        Err(_) => path.to_vec(),
    };
    // A device is written to.
    if sys::stat(&path).is_ok_and(|s| !s.is_file()) {
        return write(&path, OpenFlags::empty());
    }
    let new = [&path[..], format!("-{}.tmp", sys::getpid().0).as_bytes()].concat();
    let written = write(&new, OpenFlags::TRUNC);
    if written == Err(Errno::EACCES) || written == Err(Errno::EROFS) || written == Err(Errno::EPERM) {
        return write(&path, OpenFlags::TRUNC);
    }
    let renamed = written.and_then(|()| std::fs::rename(os(&new), os(&path)).map_err(|e| Errno::from_io(&e)));
    if renamed.is_err() {
        let _ = std::fs::remove_file(os(&new));
    }
    renamed
}
