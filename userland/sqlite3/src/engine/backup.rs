//! Copying one database over another.

use std::ptr::NonNull;

use libsqlite3_sys as ffi;

use super::{Connection, Result, c_string};

/// A copy under way. It keeps both connections open.
pub struct Backup {
    raw: NonNull<ffi::sqlite3_backup>,
    to: Connection,
    _from: Connection,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    Part,
    All,
    /// Another has a lock, for now.
    Not,
}

impl Drop for Backup {
    fn drop(&mut self) {
        // SAFETY: the pointer came from sqlite3_backup_init, and this is its only end.
        unsafe { ffi::sqlite3_backup_finish(self.raw.as_ptr()) };
    }
}

impl Backup {
    /// Begins to copy the database `from_name` of one connection over `to_name` of another.
    pub fn begin(to: &Connection, to_name: &[u8], from: &Connection, from_name: &[u8]) -> Result<Backup> {
        let (to_c, from_c) = (c_string(to_name), c_string(from_name));
        // SAFETY: both connections are open and the names end in NUL.
        let raw = unsafe { ffi::sqlite3_backup_init(to.raw(), to_c.as_ptr(), from.raw(), from_c.as_ptr()) };
        match NonNull::new(raw) {
            Some(raw) => Ok(Backup {
                raw,
                to: to.clone(),
                _from: from.clone(),
            }),
            None => Err(to.error(ffi::SQLITE_ERROR)),
        }
    }

    /// Copies some pages.
    pub fn step(&mut self) -> Result<Copied> {
        // SAFETY: the copy is under way.
        match unsafe { ffi::sqlite3_backup_step(self.raw.as_ptr(), 100) } {
            ffi::SQLITE_OK => Ok(Copied::Part),
            ffi::SQLITE_DONE => Ok(Copied::All),
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Ok(Copied::Not),
            code => {
                let mut error = self.to.error(code);
                if error.message == b"not an error" {
                    // SAFETY: answers a static string.
                    error.message = unsafe { super::bytes_of(ffi::sqlite3_errstr(code)) };
                }
                Err(error)
            }
        }
    }
}
