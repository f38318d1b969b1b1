//! SQL functions of the program's own.

use std::ffi::{c_int, c_void};
use std::slice;

use libsqlite3_sys as ffi;

use super::{Connection, Value, c_string};

/// What a function answers.
pub enum Output {
    Null,
    Integer(i64),
    Blob(Vec<u8>),
}

/// From the arguments to the answer, or to an error's message.
pub type Function = fn(&[Value<'_>]) -> Result<Output, Vec<u8>>;

impl Connection {
    /// Lets SQL call `function` by that name with any number of arguments. It may be called by statements that are typed, not by views and triggers
    /// of a database that somebody else made.
    pub fn add_function(&self, name: &str, function: Function) {
        let name = c_string(name.as_bytes());
        let flags = ffi::SQLITE_UTF8 | ffi::SQLITE_DIRECTONLY;
        // SAFETY: the name ends in NUL; the data is the function itself, which lives for ever and which `call` takes it for.
        unsafe {
            ffi::sqlite3_create_function_v2(
                self.raw(),
                name.as_ptr(),
                -1,
                flags,
                function as *mut c_void,
                Some(call),
                None,
                None,
                None,
            );
        }
    }
}

/// # Safety
/// Called by SQLite for a function that `add_function` made known.
unsafe extern "C" fn call(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    list: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite gives `count` values, valid during the call; the data is the `Function` of `add_function`. Results are copied.
    unsafe {
        let function: Function = std::mem::transmute(ffi::sqlite3_user_data(context));
        let values: Vec<Value<'_>> = match usize::try_from(count) {
            Ok(count) if count > 0 => slice::from_raw_parts(list, count)
                .iter()
                .map(|v| value(*v))
                .collect(),
            _ => Vec::new(),
        };
        let copy = ffi::SQLITE_TRANSIENT();
        match function(&values) {
            Ok(Output::Null) => ffi::sqlite3_result_null(context),
            Ok(Output::Integer(n)) => ffi::sqlite3_result_int64(context, n),
            Ok(Output::Blob(b)) => {
                ffi::sqlite3_result_blob64(context, b.as_ptr().cast(), b.len() as u64, copy);
            }
            Err(message) => {
                let length = c_int::try_from(message.len()).unwrap_or(0);
                ffi::sqlite3_result_error(context, message.as_ptr().cast(), length);
            }
        }
    }
}

/// # Safety
/// `raw` is a value of a call that is under way, and the result does not outlive it.
unsafe fn value<'a>(raw: *mut ffi::sqlite3_value) -> Value<'a> {
    // SAFETY: the contract above; texts are UTF-8 after the first access and stay where they are.
    unsafe {
        let bytes = |start: *const u8| {
            let length = usize::try_from(ffi::sqlite3_value_bytes(raw)).unwrap_or(0);
            if start.is_null() {
                &[][..]
            } else {
                slice::from_raw_parts(start, length)
            }
        };
        match ffi::sqlite3_value_type(raw) {
            ffi::SQLITE_INTEGER => Value::Integer(ffi::sqlite3_value_int64(raw)),
            ffi::SQLITE_FLOAT => Value::Real(ffi::sqlite3_value_double(raw)),
            ffi::SQLITE_TEXT => Value::Text(bytes(ffi::sqlite3_value_text(raw))),
            ffi::SQLITE_BLOB => Value::Blob(bytes(ffi::sqlite3_value_blob(raw).cast())),
            _ => Value::Null,
        }
    }
}
