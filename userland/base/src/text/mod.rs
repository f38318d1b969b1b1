//! Commands that pass bytes on or count them: cat, head, tail, tac, wc, dd.

pub mod cat;
pub mod dd;
pub mod head;
pub mod tac;
pub mod tail;
pub mod wc;

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

/// A count with one of GNU's multipliers.
pub fn parse_count(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    // More than there can be of anything is all of it.
    let number = match &text[..end] {
        "" => return None,
        digits => digits.parse().unwrap_or(u64::MAX),
    };
    let factor: u64 = match &text[end..] {
        "" => 1,
        "b" => 512,
        "kB" => 1000,
        "K" | "k" | "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "m" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        "TB" => 1_000_000_000_000,
        "T" | "TiB" => 1 << 40,
        "PB" => 1_000_000_000_000_000,
        "P" | "PiB" => 1 << 50,
        "EB" => 1_000_000_000_000_000_000,
        "E" | "EiB" => 1 << 60,
        _ => return None,
    };
    Some(number.saturating_mul(factor))
}
