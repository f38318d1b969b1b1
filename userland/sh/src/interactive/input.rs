//! Lines without editing: for input that is no terminal, or a terminal that can do nothing.

use sys::{Errno, Fd};

use crate::text::Bytes;

/// A line without its newline; `None` at the end of the input.
///
/// # Errors
/// EINTR when a signal's handler ran before the line was complete; what the kernel said otherwise.
pub fn read_line(fd: Fd) -> Result<Option<Bytes>, Errno> {
    let mut line = Vec::new();
    let mut b = [0];
    loop {
        // One byte a call: what follows belongs to the commands.
        match sys::read(fd, &mut b) {
            Ok(0) if line.is_empty() => return Ok(None),
            Ok(0) => return Ok(Some(line)),
            Ok(_) if b[0] == b'\n' => return Ok(Some(line)),
            Ok(_) => line.push(b[0]),
            Err(e) => return Err(e),
        }
    }
}
