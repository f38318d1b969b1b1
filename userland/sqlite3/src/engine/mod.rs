//! A safe face of the SQLite library: what a shell needs of it, in bytes. The crate `rusqlite` takes no SQL or names but UTF-8, and
//! a script may hold anything.
//!
//! All `unsafe` of this program is in this folder, and calls SQLite (whose C is compiled by the crate `libsqlite3-sys`) or is called by it.

mod backup;
mod function;
mod series;
mod statement;
#[cfg(target_os = "wasi")]
mod system_calls;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{self, NonNull};
use std::rc::Rc;

use libsqlite3_sys as ffi;

pub use backup::{Backup, Copied};
pub use function::Output;
pub use statement::{Statement, Value};

/// What a call answered when it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The primary result code, `SQLITE_BUSY` say.
    pub code: i32,
    pub message: Vec<u8>,
    /// Where in the SQL, in bytes, if that is known.
    pub offset: Option<usize>,
}

impl Error {
    pub fn is_interrupt(&self) -> bool {
        self.code == ffi::SQLITE_INTERRUPT
    }
}

pub type Result<T> = std::result::Result<T, Error>;

/// How a database is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenMode {
    pub read_only: bool,
    pub no_follow: bool,
}

struct Handle {
    database: NonNull<ffi::sqlite3>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the pointer came from sqlite3_open_v2, nobody has closed it, and statements and backups keep the handle alive.
        unsafe { ffi::sqlite3_close(self.database.as_ptr()) };
    }
}

/// A connection; clones are the same one, which is closed when the last is gone.
#[derive(Clone)]
pub struct Connection(Rc<Handle>);

/// Makes SQLite ready: once, before anything else here.
pub fn initialize() {
    // SAFETY: no arguments, and no other thread.
    unsafe { ffi::sqlite3_initialize() };
    #[cfg(target_os = "wasi")]
    system_calls::install();
}

/// The library's version and the id of its source.
pub fn version() -> (String, String) {
    // SAFETY: both answer static strings.
    let (version, source) = unsafe {
        (
            CStr::from_ptr(ffi::sqlite3_libversion()),
            CStr::from_ptr(ffi::sqlite3_sourceid()),
        )
    };
    (
        version.to_string_lossy().into_owned(),
        source.to_string_lossy().into_owned(),
    )
}

/// Does the SQL end with a complete statement? A NUL counts as a letter.
pub fn is_complete(sql: &[u8]) -> bool {
    let sql: Vec<u8> = sql.iter().map(|b| if *b == 0 { b'0' } else { *b }).collect();
    let sql = c_string(&sql);
    // SAFETY: a string that ends in NUL and outlives the call.
    unsafe { ffi::sqlite3_complete(sql.as_ptr()) != 0 }
}

/// Is the name, in any case, a word of the language?
pub fn is_keyword(name: &[u8]) -> bool {
    let Ok(length) = c_int::try_from(name.len()) else {
        return false;
    };
    // SAFETY: the pointer and length of one slice.
    unsafe { ffi::sqlite3_keyword_check(name.as_ptr().cast(), length) != 0 }
}

/// Up to the first NUL, as C would see it.
fn c_string(bytes: &[u8]) -> CString {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    CString::new(&bytes[..end]).unwrap_or_default()
}

/// # Safety
/// `text` is null or a string that ends in NUL.
unsafe fn bytes_of(text: *const c_char) -> Vec<u8> {
    if text.is_null() {
        return Vec::new();
    }
    // SAFETY: the contract above.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}

/// Called between steps of a long statement: it is given up once SIGINT has come. Guests are told of signals in system calls only,
/// of which a long computation makes none.
extern "C" fn progress(_: *mut c_void) -> c_int {
    sys::sigpoll();
    c_int::from(sys::recorded().contains(sys::Signal::INT))
}

/// Steps of SQLite's machine between two looks at signals: about a millisecond's.
const PROGRESS_STEPS: c_int = 20_000;

impl Connection {
    /// Opens or creates a database. A name that begins with `file:` is a URI; an empty one is a temporary database.
    ///
    /// # Errors
    /// As sqlite3_open_v2 says; many errors only show at the first use.
    pub fn open(name: &[u8], mode: OpenMode) -> Result<Connection> {
        let mut flags = ffi::SQLITE_OPEN_URI;
        flags |= match mode.read_only {
            true => ffi::SQLITE_OPEN_READONLY,
            false => ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE,
        };
        if mode.no_follow {
            flags |= ffi::SQLITE_OPEN_NOFOLLOW;
        }
        let name = c_string(name);
        let mut database = ptr::null_mut();
        // SAFETY: the name ends in NUL; the pointer that is written to lives; a null VFS is the default one.
        let code = unsafe { ffi::sqlite3_open_v2(name.as_ptr(), &mut database, flags, ptr::null()) };
        let Some(database) = NonNull::new(database) else {
            return Err(Error {
                code,
                message: b"out of memory".to_vec(),
                offset: None,
            });
        };
        let connection = Connection(Rc::new(Handle { database }));
        if code != ffi::SQLITE_OK {
            return Err(connection.error(code));
        }
        // SAFETY: the connection is open; the function needs no data.
        unsafe {
            ffi::sqlite3_progress_handler(connection.raw(), PROGRESS_STEPS, Some(progress), ptr::null_mut());
        }
        Ok(connection)
    }

    fn raw(&self) -> *mut ffi::sqlite3 {
        self.0.database.as_ptr()
    }

    /// What the connection says of its last call, which answered `code`.
    fn error(&self, code: c_int) -> Error {
        // SAFETY: the connection is open; its message lives until the next call and is copied.
        let (message, offset) = unsafe {
            (
                bytes_of(ffi::sqlite3_errmsg(self.raw())),
                ffi::sqlite3_error_offset(self.raw()),
            )
        };
        Error {
            code: code & 0xff,
            message,
            offset: usize::try_from(offset).ok(),
        }
    }

    /// Rows that the last statement changed, and all since the connection was opened.
    pub fn changes(&self) -> (i64, i64) {
        // SAFETY: the connection is open.
        unsafe {
            (
                ffi::sqlite3_changes64(self.raw()),
                ffi::sqlite3_total_changes64(self.raw()),
            )
        }
    }

    /// How long, in ms, to try when another has a lock.
    pub fn set_busy_timeout(&self, ms: i32) {
        // SAFETY: the connection is open.
        unsafe { ffi::sqlite3_busy_timeout(self.raw(), ms) };
    }

    /// Is no transaction open?
    pub fn is_autocommit(&self) -> bool {
        // SAFETY: the connection is open.
        unsafe { ffi::sqlite3_get_autocommit(self.raw()) != 0 }
    }

    /// Can the database of that name (`main`, `temp`, …) only be read?
    pub fn is_read_only(&self, name: &[u8]) -> bool {
        let name = c_string(name);
        // SAFETY: the connection is open and the name ends in NUL.
        unsafe { ffi::sqlite3_db_readonly(self.raw(), name.as_ptr()) == 1 }
    }

    /// What is done to the database of that name: 0 nothing, 1 read, 2 written.
    pub fn transaction_state(&self, name: &[u8]) -> i32 {
        let name = c_string(name);
        // SAFETY: the connection is open and the name ends in NUL.
        unsafe { ffi::sqlite3_txn_state(self.raw(), name.as_ptr()) }
    }

    /// One of SQLite's limits; changed with `Some`. Answers what it was before.
    pub fn limit(&self, id: i32, value: Option<i32>) -> i32 {
        // SAFETY: the connection is open; an unknown id or a negative value changes nothing.
        unsafe { ffi::sqlite3_limit(self.raw(), id, value.unwrap_or(-1)) }
    }

    /// A switch of sqlite3_db_config; changed with `Some`. Answers what it is now. `op` must be one of the switches.
    pub fn switch(&self, op: Switch, value: Option<bool>) -> bool {
        let mut now: c_int = 0;
        // SAFETY: all of `Switch` take an int and the place of an int.
        unsafe {
            ffi::sqlite3_db_config(
                self.raw(),
                op.0,
                value.map_or(-1, c_int::from),
                &mut now as *mut c_int,
            );
        }
        now != 0
    }
}

/// A switch for [`Connection::switch`].
#[derive(Clone, Copy)]
pub struct Switch(c_int);

impl Switch {
    /// By the names of `.dbconfig`, in its order.
    pub const ALL: &[(&str, Switch)] = &[
        ("defensive", Switch(ffi::SQLITE_DBCONFIG_DEFENSIVE)),
        ("dqs_ddl", Switch(ffi::SQLITE_DBCONFIG_DQS_DDL)),
        ("dqs_dml", Switch(ffi::SQLITE_DBCONFIG_DQS_DML)),
        ("enable_fkey", Switch(ffi::SQLITE_DBCONFIG_ENABLE_FKEY)),
        ("enable_qpsg", Switch(ffi::SQLITE_DBCONFIG_ENABLE_QPSG)),
        ("enable_trigger", Switch(ffi::SQLITE_DBCONFIG_ENABLE_TRIGGER)),
        ("enable_view", Switch(ffi::SQLITE_DBCONFIG_ENABLE_VIEW)),
        (
            "fts3_tokenizer",
            Switch(ffi::SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER),
        ),
        (
            "legacy_alter_table",
            Switch(ffi::SQLITE_DBCONFIG_LEGACY_ALTER_TABLE),
        ),
        (
            "legacy_file_format",
            Switch(ffi::SQLITE_DBCONFIG_LEGACY_FILE_FORMAT),
        ),
        (
            "load_extension",
            Switch(ffi::SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION),
        ),
        ("no_ckpt_on_close", Switch(ffi::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE)),
        ("reset_database", Switch(ffi::SQLITE_DBCONFIG_RESET_DATABASE)),
        ("trigger_eqp", Switch(ffi::SQLITE_DBCONFIG_TRIGGER_EQP)),
        ("trusted_schema", Switch(ffi::SQLITE_DBCONFIG_TRUSTED_SCHEMA)),
        ("writable_schema", Switch(ffi::SQLITE_DBCONFIG_WRITABLE_SCHEMA)),
    ];
    pub const DEFENSIVE: Switch = Switch(ffi::SQLITE_DBCONFIG_DEFENSIVE);
}
