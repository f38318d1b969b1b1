//! Input lines, with a look ahead for the last one; output files, with the newline that the last line may lack.

use std::collections::VecDeque;

use cli::Output;
use memchr::memchr;
use sys::{Errno, Fd, Mode, OpenFlags};

const CHUNK: usize = 64 * 1024;

/// Lines of one file.
pub struct Lines {
    fd: Fd,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    eof: bool,
    delimiter: u8,
}

impl Lines {
    pub fn open(name: &[u8], delimiter: u8) -> sys::Result<Lines> {
        let fd = match name {
            b"-" | b"/dev/stdin" => Fd::STDIN,
            _ => sys::open(name, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty())?,
        };
        Ok(Lines {
            fd,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            eof: false,
            delimiter,
        })
    }

    fn fill(&mut self) -> sys::Result<bool> {
        if self.eof {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < CHUNK / 2 {
            let size = (self.buffer.len() * 2).max(CHUNK);
            self.buffer.resize(size, 0);
        }
        let n = loop {
            match sys::read(self.fd, &mut self.buffer[self.end..]) {
                Err(Errno::EINTR) => {}
                result => break result?,
            }
        };
        self.end += n;
        self.eof = n == 0;
        Ok(n > 0)
    }

    /// Whether there is another line.
    pub fn has_more(&mut self) -> sys::Result<bool> {
        Ok(self.start < self.end || self.fill()?)
    }

    /// Appends the next line without its end; `Some(true)` if it had one.
    pub fn next(&mut self, line: &mut Vec<u8>) -> sys::Result<Option<bool>> {
        let mut searched = 0;
        loop {
            let rest = &self.buffer[self.start..self.end];
            if let Some(at) = memchr(self.delimiter, &rest[searched..]) {
                line.extend_from_slice(&rest[..searched + at]);
                self.start += searched + at + 1;
                return Ok(Some(true));
            }
            searched = rest.len();
            if !self.fill()? {
                let rest = &self.buffer[self.start..self.end];
                line.extend_from_slice(rest);
                self.start = self.end;
                return Ok((searched > 0).then_some(false));
            }
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if self.fd != Fd::STDIN {
            let _ = sys::close(self.fd);
        }
    }
}

/// An output file.
pub struct Sink {
    pub output: Output,
    /// The last line came without a newline, which is put before anything else.
    missing_newline: bool,
    delimiter: u8,
}

impl Sink {
    pub fn new(output: Output, delimiter: u8) -> Sink {
        Sink {
            output,
            missing_newline: false,
            delimiter,
        }
    }

    pub fn line(&mut self, line: &[u8], has_newline: bool) {
        self.put(line);
        if has_newline {
            self.output.put(&[self.delimiter]);
        } else {
            self.missing_newline = true;
        }
    }

    /// Text as it is.
    pub fn put(&mut self, text: &[u8]) {
        if std::mem::take(&mut self.missing_newline) {
            self.output.put(&[self.delimiter]);
        }
        self.output.put(text);
    }
}

/// A file that is edited in place: its lines go to a new one beside it, which then takes its name.
pub struct InPlace {
    pub name: Vec<u8>,
    pub temporary: Vec<u8>,
    pub fd: Fd,
}

impl InPlace {
    /// # Errors
    /// A sentence about why the file can't be edited.
    pub fn start(name: &[u8]) -> Result<InPlace, String> {
        let shown = String::from_utf8_lossy(name);
        let stat = sys::stat(name).map_err(|error| format!("can't read {shown}: {error}"))?;
        if !stat.is_file() {
            return Err(format!("couldn't edit {shown}: not a regular file"));
        }
        let directory = name.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        for attempt in 0..1000 {
            let suffix = format!("sed{}-{attempt}", sys::getpid());
            let temporary = [&name[..directory], suffix.as_bytes()].concat();
            let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
            match sys::open(&temporary, flags, Mode::from_bits_truncate(0o600)) {
                Ok(fd) => {
                    // Who may not give files away keeps the new one.
                    let _ = sys::fchown(fd, Some(stat.uid), Some(stat.gid));
                    let _ = sys::fchmod(fd, stat.permissions());
                    return Ok(InPlace {
                        name: name.to_vec(),
                        temporary,
                        fd,
                    });
                }
                Err(Errno::EEXIST) => {}
                Err(error) => {
                    let temporary = String::from_utf8_lossy(&temporary).into_owned();
                    return Err(format!("couldn't open temporary file {temporary}: {error}"));
                }
            }
        }
        Err(format!(
            "couldn't edit {shown}: no name is free for a temporary file"
        ))
    }

    /// Gives the new file the name; the old one gets the backup's, if there is a suffix.
    pub fn finish(self, suffix: &[u8]) -> Result<(), String> {
        let _ = sys::close(self.fd);
        let rename = |from: &[u8], to: &[u8]| {
            std::fs::rename(cli::os(from), cli::os(to)).map_err(|error| {
                let (from, to) = (String::from_utf8_lossy(from), String::from_utf8_lossy(to));
                format!("cannot rename {from} to {to}: {}", cli::reason(&error))
            })
        };
        if !suffix.is_empty() {
            rename(&self.name, &backup_name(&self.name, suffix))?;
        }
        rename(&self.temporary, &self.name)
    }
}

/// A `*` of the suffix is the file's name; a suffix with a slash names another directory.
fn backup_name(name: &[u8], suffix: &[u8]) -> Vec<u8> {
    let split = name.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    let (directory, base) = name.split_at(split);
    let backup = if suffix.contains(&b'*') {
        suffix.split(|b| *b == b'*').collect::<Vec<_>>().join(base)
    } else {
        [base, suffix].concat()
    };
    if backup.contains(&b'/') {
        backup
    } else {
        [directory, &backup].concat()
    }
}

/// The queue of what comes out at the end of a cycle.
pub enum Pending {
    Text(Vec<u8>),
    File(Vec<u8>),
    /// A line, which may lack its newline.
    Line(Vec<u8>, bool),
}

pub type Queue = VecDeque<Pending>;

/// A whole file; one that can't be read is empty.
pub fn contents(name: &[u8]) -> Vec<u8> {
    let name = if name == b"-" { b"/dev/stdin" } else { name };
    std::fs::read(cli::os(name)).unwrap_or_default()
}
