//! What a system call answers when it fails: an [`Errno`] and the reason.
//!
//! Outcomes that no guest may see (would-block, interrupted) are other types: [`Block`] and [`Fault`]. They are turned
//! into an errno, or into another try, at the system-call edge only.

use core::fmt;

macro_rules! errnos {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $message:literal;)*) => {
        /// Error numbers, as WASI preview 1 numbers them (`errno` in wasi_snapshot_preview1).
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u16)]
        #[allow(missing_docs)]
        pub enum Errno { $($(#[$doc])* $name = $number,)* }

        impl Errno {
            /// Every errno, in WASI's order.
            pub const ALL: &[Errno] = &[$(Errno::$name),*];

            /// The symbolic name, such as `"ENOENT"`: the `code` of a `KernelError`.
            pub const fn name(self) -> &'static str {
                match self { $(Errno::$name => stringify!($name),)* }
            }

            /// strerror(3)'s words in lower case, such as `"no such file or directory"`.
            pub const fn message(self) -> &'static str {
                match self { $(Errno::$name => $message,)* }
            }
        }
    };
}

errnos! {
    E2BIG = 1, "argument list too long";
    EACCES = 2, "permission denied";
    EAGAIN = 6, "resource temporarily unavailable";
    EBADF = 8, "bad file descriptor";
    EBUSY = 10, "device or resource busy";
    ECANCELED = 11, "operation canceled";
    ECHILD = 12, "no child processes";
    EDEADLK = 16, "resource deadlock avoided";
    EDOM = 18, "numerical argument out of domain";
    EEXIST = 20, "file exists";
    EFAULT = 21, "bad address";
    EFBIG = 22, "file too large";
    EINTR = 27, "interrupted system call";
    EINVAL = 28, "invalid argument";
    EIO = 29, "input/output error";
    EISDIR = 31, "is a directory";
    ELOOP = 32, "too many levels of symbolic links";
    EMFILE = 33, "too many open files";
    EMLINK = 34, "too many links";
    ENAMETOOLONG = 37, "file name too long";
    ENFILE = 41, "too many open files in system";
    ENODEV = 43, "no such device";
    ENOENT = 44, "no such file or directory";
    ENOEXEC = 45, "exec format error";
    ENOLCK = 46, "no locks available";
    ENOMEM = 48, "cannot allocate memory";
    ENOSPC = 51, "no space left on device";
    ENOSYS = 52, "function not implemented";
    ENOTDIR = 54, "not a directory";
    ENOTEMPTY = 55, "directory not empty";
    ENOTSOCK = 57, "not a socket";
    ENOTSUP = 58, "operation not supported";
    ENOTTY = 59, "inappropriate ioctl for device";
    ENXIO = 60, "no such device or address";
    EOVERFLOW = 61, "value too large for defined data type";
    EPERM = 63, "operation not permitted";
    EPIPE = 64, "broken pipe";
    ERANGE = 68, "numerical result out of range";
    EROFS = 69, "read-only file system";
    ESPIPE = 70, "illegal seek";
    ESRCH = 71, "no such process";
    ETIMEDOUT = 73, "operation timed out";
    ETXTBSY = 74, "text file busy";
    EXDEV = 75, "invalid cross-device link";
}

impl Errno {
    /// The errno with the symbolic name `name`, such as `"ENOENT"`.
    pub fn from_name(name: &str) -> Option<Errno> {
        Errno::ALL.iter().copied().find(|errno| errno.name() == name)
    }
}

/// A failed call: what the guest sees, and why, for traces and for the page's messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Error {
    /// What the guest sees.
    pub errno: Errno,
    /// The reason, for people; may be empty.
    pub why: &'static str,
}

impl Error {
    /// An error with a reason.
    pub const fn new(errno: Errno, why: &'static str) -> Self {
        Error { errno, why }
    }
}

impl From<Errno> for Error {
    fn from(errno: Errno) -> Self {
        Error { errno, why: "" }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.errno.name(), self.errno.message())?;
        if !self.why.is_empty() {
            write!(f, " ({})", self.why)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The result of a call that never waits.
pub type Result<T> = core::result::Result<T, Error>;

/// Why one try of an operation gave no result. Objects answer this; only the wait loop
/// ([`crate::kernel::sync::wait`]) sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Block {
    /// Nothing to read, no room to write: try again after a wake.
    WouldBlock,
    /// It failed for good.
    Failed(Error),
}

impl From<Error> for Block {
    fn from(error: Error) -> Self {
        Block::Failed(error)
    }
}

impl From<Errno> for Block {
    fn from(errno: Errno) -> Self {
        Block::Failed(errno.into())
    }
}

/// One try of an operation that may have to wait.
pub type Attempt<T> = core::result::Result<T, Block>;

/// Why a blocking system call ended without a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It failed: the guest sees the errno.
    Error(Error),
    /// A signal, or death, came while it waited. The edge runs the handlers, then restarts the call (SA_RESTART) or
    /// answers EINTR.
    Interrupted,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Error(error)
    }
}

impl From<Errno> for Fault {
    fn from(errno: Errno) -> Self {
        Fault::Error(errno.into())
    }
}

/// The result of a system call that may wait.
pub type SysResult<T> = core::result::Result<T, Fault>;

#[cfg(test)]
mod tests {
    use super::*;

    /// Number (WASI preview 1's), name and words of each errno.
    const TABLE: &[(u16, &str, &str)] = &[
        (1, "E2BIG", "argument list too long"),
        (2, "EACCES", "permission denied"),
        (6, "EAGAIN", "resource temporarily unavailable"),
        (8, "EBADF", "bad file descriptor"),
        (10, "EBUSY", "device or resource busy"),
        (11, "ECANCELED", "operation canceled"),
        (12, "ECHILD", "no child processes"),
        (16, "EDEADLK", "resource deadlock avoided"),
        (18, "EDOM", "numerical argument out of domain"),
        (20, "EEXIST", "file exists"),
        (21, "EFAULT", "bad address"),
        (22, "EFBIG", "file too large"),
        (27, "EINTR", "interrupted system call"),
        (28, "EINVAL", "invalid argument"),
        (29, "EIO", "input/output error"),
        (31, "EISDIR", "is a directory"),
        (32, "ELOOP", "too many levels of symbolic links"),
        (33, "EMFILE", "too many open files"),
        (34, "EMLINK", "too many links"),
        (37, "ENAMETOOLONG", "file name too long"),
        (41, "ENFILE", "too many open files in system"),
        (43, "ENODEV", "no such device"),
        (44, "ENOENT", "no such file or directory"),
        (45, "ENOEXEC", "exec format error"),
        (46, "ENOLCK", "no locks available"),
        (48, "ENOMEM", "cannot allocate memory"),
        (51, "ENOSPC", "no space left on device"),
        (52, "ENOSYS", "function not implemented"),
        (54, "ENOTDIR", "not a directory"),
        (55, "ENOTEMPTY", "directory not empty"),
        (57, "ENOTSOCK", "not a socket"),
        (58, "ENOTSUP", "operation not supported"),
        (59, "ENOTTY", "inappropriate ioctl for device"),
        (60, "ENXIO", "no such device or address"),
        (61, "EOVERFLOW", "value too large for defined data type"),
        (63, "EPERM", "operation not permitted"),
        (64, "EPIPE", "broken pipe"),
        (68, "ERANGE", "numerical result out of range"),
        (69, "EROFS", "read-only file system"),
        (70, "ESPIPE", "illegal seek"),
        (71, "ESRCH", "no such process"),
        (73, "ETIMEDOUT", "operation timed out"),
        (74, "ETXTBSY", "text file busy"),
        (75, "EXDEV", "invalid cross-device link"),
    ];

    #[test]
    fn each_errno_has_wasi_s_number_its_name_and_its_words() {
        let all: Vec<_> = Errno::ALL
            .iter()
            .map(|errno| (*errno as u16, errno.name(), errno.message()))
            .collect();
        assert_eq!(all, TABLE);
        for (_, name, words) in TABLE {
            let errno = Errno::from_name(name).unwrap();
            assert_eq!(errno.name(), *name);
            assert_eq!(Error::from(errno).to_string(), format!("{name}: {words}"));
            assert_eq!(
                Error::new(errno, "why").to_string(),
                format!("{name}: {words} (why)")
            );
        }
        assert_eq!(Errno::from_name("EWHAT"), None);
    }
}
