//! Standard output with one large buffer: std's flushes at every line, which costs a system call each.

use std::io::{self, Write};

use sys::Fd;

const CAPACITY: usize = 32 * 1024;

/// A buffered descriptor. Errors are kept until [`Output::finish`], so that the work needn't look at every line.
pub struct Output {
    fd: Fd,
    buffer: Vec<u8>,
    error: Option<sys::Errno>,
}

impl Output {
    pub fn stdout() -> Output {
        Output::to(Fd::STDOUT)
    }

    /// Output to another descriptor, which stays open.
    pub fn to(fd: Fd) -> Output {
        Output {
            fd,
            buffer: Vec::with_capacity(CAPACITY),
            error: None,
        }
    }

    pub fn put(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > CAPACITY {
            self.send();
        }
        if bytes.len() > CAPACITY {
            self.write_out(bytes);
        } else {
            self.buffer.extend_from_slice(bytes);
        }
    }

    pub fn line(&mut self, bytes: &[u8]) {
        self.put(bytes);
        self.put(b"\n");
    }

    /// Writes out what is buffered: before a wait, or so that another process's output comes after ours.
    pub fn send(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        self.write_out(&buffer);
        self.buffer = buffer;
        self.buffer.clear();
    }

    /// Whether nobody reads any more, so that more work is useless.
    pub fn is_closed(&self) -> bool {
        self.error.is_some()
    }

    /// What went wrong first.
    pub fn error(&self) -> Option<sys::Errno> {
        self.error
    }

    fn write_out(&mut self, bytes: &[u8]) {
        if self.error.is_none()
            && let Err(error) = sys::write_all(self.fd, bytes)
        {
            self.error = Some(error);
        }
    }

    /// Writes out the rest. A broken pipe is silent, as the signal would have been; another error is a message and
    /// `failure`.
    pub fn finish(mut self, name: &str, status: i32, failure: i32) -> i32 {
        self.send();
        match self.error {
            None => status,
            Some(sys::Errno::EPIPE) => 128 + sys::Signal::PIPE.0,
            Some(error) => {
                crate::complain(name, format_args!("write error: {error}"));
                failure
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send();
        self.error.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// A descriptor as `std::io::Write`, for crates that want one. It neither buffers nor closes it.
pub struct Writer(pub sys::Fd);

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        sys::write_all(self.0, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
