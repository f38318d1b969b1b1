//! Statements: prepared, bound, stepped through, and their columns.

use std::ffi::{c_char, c_int};
use std::ptr::{self, NonNull};
use std::slice;

use libsqlite3_sys as ffi;

use super::{Connection, Error, Result, bytes_of};

/// A value of SQLite's five types.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// One statement, and how many bytes of the SQL it took. There is none in blanks and comments.
pub struct Prepared {
    pub statement: Option<Statement>,
    pub length: usize,
}

/// A prepared statement. It keeps its connection open.
pub struct Statement {
    raw: NonNull<ffi::sqlite3_stmt>,
    connection: Connection,
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: the pointer came from sqlite3_prepare_v2, and this is its only end.
        unsafe { ffi::sqlite3_finalize(self.raw.as_ptr()) };
    }
}

impl Connection {
    /// Compiles the first statement of `sql`. A NUL, which the library would take for the end of all, is an error.
    pub fn prepare(&self, sql: &[u8]) -> Result<Prepared> {
        let Ok(length) = c_int::try_from(sql.len()) else {
            return Err(Error {
                code: ffi::SQLITE_TOOBIG,
                message: b"string or blob too big".to_vec(),
                offset: None,
            });
        };
        if sql.contains(&0) {
            return Err(Error {
                code: ffi::SQLITE_ERROR,
                message: b"NUL in SQL".to_vec(),
                offset: None,
            });
        }
        let start = sql.as_ptr().cast::<c_char>();
        let mut raw = ptr::null_mut();
        let mut tail: *const c_char = ptr::null();
        // SAFETY: the pointer and length of one slice; both places that are written to live; the connection is open.
        let code = unsafe { ffi::sqlite3_prepare_v2(self.raw(), start, length, &mut raw, &mut tail) };
        if code != ffi::SQLITE_OK {
            return Err(self.error(code));
        }
        let length = (tail as usize).saturating_sub(start as usize);
        let statement = NonNull::new(raw).map(|raw| Statement {
            raw,
            connection: self.clone(),
        });
        Ok(Prepared { statement, length })
    }

    /// Compiles one statement that is bound to be there.
    pub fn statement(&self, sql: impl AsRef<[u8]>) -> Result<Statement> {
        self.prepare(sql.as_ref())?.statement.ok_or_else(|| Error {
            code: ffi::SQLITE_MISUSE,
            message: b"not a statement".to_vec(),
            offset: None,
        })
    }

    /// Runs all statements of `sql`, whose rows nobody looks at.
    pub fn execute(&self, sql: impl AsRef<[u8]>) -> Result<()> {
        let mut rest = sql.as_ref();
        while !rest.is_empty() {
            let prepared = self.prepare(rest)?;
            if let Some(mut statement) = prepared.statement {
                while statement.step()? {}
            }
            rest = &rest[prepared.length..];
        }
        Ok(())
    }

    /// The rows of a query as texts, `None` for NULL.
    pub fn rows(&self, sql: impl AsRef<[u8]>, values: &[Value<'_>]) -> Result<Vec<Vec<Option<Vec<u8>>>>> {
        let mut statement = self.statement(sql)?;
        for (i, value) in values.iter().enumerate() {
            statement.bind(i + 1, *value)?;
        }
        let mut rows = Vec::new();
        while statement.step()? {
            let columns = 0..statement.columns();
            rows.push(columns.map(|i| statement.text(i).map(<[u8]>::to_vec)).collect());
        }
        Ok(rows)
    }
}

impl Statement {
    fn raw(&self) -> *mut ffi::sqlite3_stmt {
        self.raw.as_ptr()
    }

    /// Goes on to the next row; false after the last.
    pub fn step(&mut self) -> Result<bool> {
        // SAFETY: the statement lives.
        match unsafe { ffi::sqlite3_step(self.raw()) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            code => Err(self.connection.error(code)),
        }
    }

    /// Back to the beginning; what is bound stays.
    pub fn reset(&mut self) {
        // SAFETY: the statement lives. The answer repeats the last step's error.
        unsafe { ffi::sqlite3_reset(self.raw()) };
    }

    pub fn columns(&self) -> usize {
        // SAFETY: the statement lives.
        usize::try_from(unsafe { ffi::sqlite3_column_count(self.raw()) }).unwrap_or(0)
    }

    pub fn column_name(&self, i: usize) -> Vec<u8> {
        // SAFETY: the statement lives; a column that is not there answers null; the text is copied.
        unsafe { bytes_of(ffi::sqlite3_column_name(self.raw(), i as c_int)) }
    }

    /// The value of a column in this row.
    pub fn value(&self, i: usize) -> Value<'_> {
        let (raw, column) = (self.raw(), i as c_int);
        // SAFETY: the statement lives; a column that is not there is NULL. The first access to a text converts it to UTF-8, and the
        // later ones leave it where it is until the next step, which borrows this mutably.
        unsafe {
            match ffi::sqlite3_column_type(raw, column) {
                ffi::SQLITE_INTEGER => Value::Integer(ffi::sqlite3_column_int64(raw, column)),
                ffi::SQLITE_FLOAT => Value::Real(ffi::sqlite3_column_double(raw, column)),
                ffi::SQLITE_TEXT => {
                    let start = ffi::sqlite3_column_text(raw, column);
                    Value::Text(bytes(start, ffi::sqlite3_column_bytes(raw, column)))
                }
                ffi::SQLITE_BLOB => {
                    let start = ffi::sqlite3_column_blob(raw, column).cast();
                    Value::Blob(bytes(start, ffi::sqlite3_column_bytes(raw, column)))
                }
                _ => Value::Null,
            }
        }
    }

    /// The column as SQLite shows it: numbers as text, a blob's bytes as they are, `None` for NULL.
    pub fn text(&self, i: usize) -> Option<&[u8]> {
        match self.value(i) {
            Value::Null => None,
            Value::Text(text) | Value::Blob(text) => Some(text),
            Value::Integer(_) | Value::Real(_) => {
                let (raw, column) = (self.raw(), i as c_int);
                // SAFETY: as in `value`; a number's text is made once and kept until the next step.
                unsafe {
                    let start = ffi::sqlite3_column_text(raw, column);
                    Some(bytes(start, ffi::sqlite3_column_bytes(raw, column)))
                }
            }
        }
    }

    /// 0 for a statement, 1 for EXPLAIN, 2 for EXPLAIN QUERY PLAN.
    pub fn explains(&self) -> i32 {
        // SAFETY: the statement lives.
        unsafe { ffi::sqlite3_stmt_isexplain(self.raw()) }
    }

    /// Its own SQL, without what comes before and after.
    pub fn sql(&self) -> Vec<u8> {
        // SAFETY: the statement lives; the text is copied.
        unsafe { bytes_of(ffi::sqlite3_sql(self.raw())) }
    }

    /// Names of the parameters by number, from 1; `None` for those without.
    pub fn parameters(&self) -> Vec<Option<Vec<u8>>> {
        // SAFETY: the statement lives; names are copied.
        unsafe {
            (1..=ffi::sqlite3_bind_parameter_count(self.raw()))
                .map(|i| {
                    let name = ffi::sqlite3_bind_parameter_name(self.raw(), i);
                    (!name.is_null()).then(|| bytes_of(name))
                })
                .collect()
        }
    }

    /// Sets the parameter of that number, from 1.
    pub fn bind(&mut self, number: usize, value: Value<'_>) -> Result<()> {
        let (raw, i) = (self.raw(), number as c_int);
        // SAFETY: the statement lives; texts and blobs are copied before the call returns (SQLITE_TRANSIENT). An empty blob has a pointer that
        // is not null, so that it does not become NULL.
        let code = unsafe {
            match value {
                Value::Null => ffi::sqlite3_bind_null(raw, i),
                Value::Integer(n) => ffi::sqlite3_bind_int64(raw, i, n),
                Value::Real(x) => ffi::sqlite3_bind_double(raw, i, x),
                Value::Text(t) => ffi::sqlite3_bind_text64(
                    raw,
                    i,
                    t.as_ptr().cast(),
                    t.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                    ffi::SQLITE_UTF8 as u8,
                ),
                Value::Blob(b) => ffi::sqlite3_bind_blob64(
                    raw,
                    i,
                    b.as_ptr().cast(),
                    b.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                ),
            }
        };
        if code == ffi::SQLITE_OK {
            Ok(())
        } else {
            Err(self.connection.error(code))
        }
    }

    /// A counter of sqlite3_stmt_status.
    pub fn status(&self, counter: i32) -> i32 {
        // SAFETY: the statement lives; an unknown counter is 0.
        unsafe { ffi::sqlite3_stmt_status(self.raw(), counter, 0) }
    }
}

/// # Safety
/// `start` is null or `length` bytes that live as long as what the caller makes of the result.
unsafe fn bytes<'a>(start: *const u8, length: c_int) -> &'a [u8] {
    match usize::try_from(length) {
        // SAFETY: the contract above.
        Ok(length) if !start.is_null() => unsafe { slice::from_raw_parts(start, length) },
        _ => &[],
    }
}
