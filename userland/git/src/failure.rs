//! Why a command ends early, in git's words.

use sys::Errno;

/// What ends a command.
#[derive(Debug)]
pub enum Failure {
    /// `fatal: message`, status 128.
    Fatal(Vec<u8>),
    /// `error: message`, and its status.
    Error(Vec<u8>, i32),
    /// Everything has been said.
    Silent(i32),
}

pub type Result<T> = std::result::Result<T, Failure>;

/// Bytes of several pieces: names in messages need not be text.
#[macro_export]
macro_rules! msg {
    ($($part:expr),* $(,)?) => { $crate::failure::joined(&[$(AsRef::<[u8]>::as_ref(&$part)),*]) };
}

/// What [`msg!`] calls: once, as there are a thousand of them.
#[inline(never)]
pub fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// `Err(Failure::Fatal(…))` of several pieces.
#[macro_export]
macro_rules! fatal {
    ($($part:expr),* $(,)?) => { Err($crate::failure::Failure::Fatal($crate::msg!($($part),*))) };
}

/// `Err(Failure::Error(…, 1))` of several pieces.
#[macro_export]
macro_rules! error {
    ($($part:expr),* $(,)?) => { Err($crate::failure::Failure::Error($crate::msg!($($part),*), 1)) };
}

/// `what 'path': reason`, as git's die_errno has it.
pub fn os_error(what: &str, path: impl AsRef<[u8]>, error: &std::io::Error) -> Failure {
    let reason = Errno::from_io(error).message();
    Failure::Fatal(msg![what, " '", path, "': ", reason])
}

impl Failure {
    /// Says what there is to say; the status to end with.
    pub fn tell(self) -> i32 {
        let (label, message, status) = match self {
            Failure::Fatal(message) => ("fatal: ", message, 128),
            Failure::Error(message, status) => ("error: ", message, status),
            Failure::Silent(status) => return status,
        };
        say(&msg![label, message, "\n"]);
        status
    }
}

/// Writes to standard error. Failing to complain is nothing to complain about.
pub fn say(text: &[u8]) {
    let _ = sys::write_all(sys::Fd::STDERR, text);
}
