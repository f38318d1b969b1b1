//! Files to read, `-` being standard input.

use std::ffi::OsStr;

use sys::{Errno, Fd, Mode, OpenFlags};

/// Opens a file to read, `-` being standard input.
pub fn open(path: &OsStr) -> sys::Result<Fd> {
    if path == "-" {
        Ok(Fd::STDIN)
    } else {
        sys::open(path, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty())
    }
}

pub fn close(fd: Fd) {
    if fd != Fd::STDIN {
        // It was only read.
        let _ = sys::close(fd);
    }
}

/// read(2), begun again after a signal's handler ran.
pub fn read(fd: Fd, buffer: &mut [u8]) -> sys::Result<usize> {
    loop {
        match sys::read(fd, buffer) {
            Err(Errno::EINTR) => {}
            read => return read,
        }
    }
}

/// The rest of a file.
pub fn read_to_end(fd: Fd) -> sys::Result<Vec<u8>> {
    let mut all = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match read(fd, &mut piece)? {
            0 => return Ok(all),
            n => all.extend_from_slice(&piece[..n]),
        }
    }
}

/// All of the file at `path`, `-` being standard input.
pub fn read_file(path: &OsStr) -> sys::Result<Vec<u8>> {
    let fd = open(path)?;
    let all = read_to_end(fd);
    close(fd);
    all
}

/// A descriptor as `std::io::Read`, for crates that want one. It doesn't close it.
pub struct Reader(pub Fd);

impl std::io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Ok(read(self.0, buffer)?)
    }
}
