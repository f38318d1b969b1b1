//! What may be passed as a path: bytes without NUL, however the caller holds them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// A path argument. On every target that we build for, an `OsStr` is plain bytes.
pub trait PathArg {
    fn path_bytes(&self) -> &[u8];
}

macro_rules! path_arg {
    ($($t:ty: $self:ident => $e:expr),* $(,)?) => {
        $(impl PathArg for $t { fn path_bytes(&$self) -> &[u8] { $e } })*
    };
}

path_arg! {
    str: self => self.as_bytes(),
    String: self => self.as_bytes(),
    [u8]: self => self,
    Vec<u8>: self => self,
    OsStr: self => self.as_encoded_bytes(),
    OsString: self => self.as_encoded_bytes(),
    Path: self => self.as_os_str().as_encoded_bytes(),
    PathBuf: self => self.as_os_str().as_encoded_bytes(),
}

impl<const N: usize> PathArg for [u8; N] {
    fn path_bytes(&self) -> &[u8] {
        self
    }
}

impl<T: PathArg + ?Sized> PathArg for &T {
    fn path_bytes(&self) -> &[u8] {
        (**self).path_bytes()
    }
}

/// Bytes from the kernel as an `OsStr`.
#[cfg(target_os = "wasi")]
pub(crate) fn os(bytes: &[u8]) -> &OsStr {
    std::os::wasi::ffi::OsStrExt::from_bytes(bytes)
}

/// Bytes from the kernel as an `OsStr`.
#[cfg(unix)]
pub(crate) fn os(bytes: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}
