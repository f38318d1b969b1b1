//! Error numbers. The values are libc's on the target (on WASI those are preview 1's, which the kernel's imports also
//! answer with), so programs compare with the constants and never with numbers.

use std::fmt;

/// An error number; 0 is not one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(i32);

pub type Result<T> = std::result::Result<T, Errno>;

macro_rules! errnos {
    ($($name:ident $text:literal),* $(,)?) => {
        impl Errno {
            $(pub const $name: Errno = Errno(libc::$name);)*

            /// The symbolic name, for debugging.
            pub fn name(self) -> &'static str {
                match self {
                    $(Errno::$name => stringify!($name),)*
                    _ => "E?",
                }
            }

            /// The text of strerror(3), as programs print it after a colon.
            pub fn message(self) -> &'static str {
                match self {
                    $(Errno::$name => $text,)*
                    _ => "Unknown error",
                }
            }
        }
    };
}

errnos! {
    EPERM "Operation not permitted",
    ENOENT "No such file or directory",
    ESRCH "No such process",
    EINTR "Interrupted system call",
    EIO "Input/output error",
    ENXIO "No such device or address",
    E2BIG "Argument list too long",
    ENOEXEC "Exec format error",
    EBADF "Bad file descriptor",
    ECHILD "No child processes",
    EAGAIN "Resource temporarily unavailable",
    ENOMEM "Cannot allocate memory",
    EACCES "Permission denied",
    EFAULT "Bad address",
    EBUSY "Device or resource busy",
    EEXIST "File exists",
    EXDEV "Invalid cross-device link",
    ENODEV "No such device",
    ENOTDIR "Not a directory",
    EISDIR "Is a directory",
    EINVAL "Invalid argument",
    ENFILE "Too many open files in system",
    EMFILE "Too many open files",
    ENOTTY "Inappropriate ioctl for device",
    ETXTBSY "Text file busy",
    EFBIG "File too large",
    ENOSPC "No space left on device",
    ESPIPE "Illegal seek",
    EROFS "Read-only file system",
    EMLINK "Too many links",
    EPIPE "Broken pipe",
    EDOM "Numerical argument out of domain",
    ERANGE "Numerical result out of range",
    EDEADLK "Resource deadlock avoided",
    ENAMETOOLONG "File name too long",
    ENOSYS "Function not implemented",
    ENOTEMPTY "Directory not empty",
    ELOOP "Too many levels of symbolic links",
    EILSEQ "Invalid or incomplete multibyte or wide character",
    EOVERFLOW "Value too large for defined data type",
    ENOTSUP "Operation not supported",
    ECANCELED "Operation canceled",
    ETIMEDOUT "Connection timed out",
    EDQUOT "Disk quota exceeded",
    ESTALE "Stale file handle",
}

impl Errno {
    pub(crate) fn from_raw(raw: i32) -> Errno {
        Errno(raw)
    }

    /// libc's number on this target, for `std::io::Error::from_raw_os_error`.
    pub fn raw(self) -> i32 {
        self.0
    }

    /// The error number inside a `std::io::Error`; EIO for one that std made up itself.
    pub fn from_io(e: &std::io::Error) -> Errno {
        use std::io::ErrorKind;
        match e.raw_os_error() {
            Some(raw) => Errno(raw),
            None => match e.kind() {
                ErrorKind::NotFound => Errno::ENOENT,
                ErrorKind::InvalidInput => Errno::EINVAL,
                ErrorKind::Unsupported => Errno::ENOSYS,
                _ => Errno::EIO,
            },
        }
    }
}

impl From<Errno> for std::io::Error {
    fn from(e: Errno) -> Self {
        std::io::Error::from_raw_os_error(e.0)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}

impl std::error::Error for Errno {}
