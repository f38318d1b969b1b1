//! `generate_series(start, stop, step)`: integers as a table, which SQLite's own shell has too.

use std::ffi::{c_char, c_int, c_void};
use std::{mem, ptr, slice};

use libsqlite3_sys as ffi;

use super::Connection;

const COLUMN_VALUE: c_int = 0;
/// Hidden columns, which the arguments are: start, stop and step.
const ARGUMENTS: std::ops::RangeInclusive<c_int> = 1..=3;
/// Where nothing else is asked for.
const LAST: i64 = 0xffff_ffff;

/// Bits of a plan: which arguments there are (1, 2, 4), and that the largest comes first.
const START: c_int = 1;
const DESCENDING: c_int = 8;

#[repr(C)]
struct Cursor {
    /// SQLite's part, which must be the first.
    base: ffi::sqlite3_vtab_cursor,
    arguments: [i64; 3],
    value: i64,
    /// What is still to come, this one included.
    left: u64,
    row: i64,
    descending: bool,
}

impl Connection {
    /// Lets SQL use `generate_series` as a table.
    pub fn add_series(&self) {
        // SAFETY: the name ends in NUL; the module is static, and needs no data.
        unsafe {
            ffi::sqlite3_create_module_v2(
                self.raw(),
                c"generate_series".as_ptr(),
                &raw const MODULE,
                ptr::null_mut(),
                None,
            );
        }
    }
}

/// Only what an eponymous table that is read needs; without `xCreate` nobody can make another.
static MODULE: ffi::sqlite3_module = ffi::sqlite3_module {
    xConnect: Some(connect),
    xBestIndex: Some(best_index),
    xDisconnect: Some(disconnect),
    xOpen: Some(open),
    xClose: Some(close),
    xFilter: Some(filter),
    xNext: Some(next),
    xEof: Some(eof),
    xColumn: Some(column),
    xRowid: Some(rowid),
    // SAFETY: the rest are numbers and optional functions, for which zeros mean none.
    ..unsafe { mem::zeroed() }
};

/// # Safety
/// Called by SQLite, as all below: with pointers that are valid for the call, and with tables and cursors that were made here.
unsafe extern "C" fn connect(
    database: *mut ffi::sqlite3,
    _: *mut c_void,
    _: c_int,
    _: *const *const c_char,
    table: *mut *mut ffi::sqlite3_vtab,
    _: *mut *mut c_char,
) -> c_int {
    let columns = c"CREATE TABLE x(value,start hidden,stop hidden,step hidden)";
    // SAFETY: the contract above.
    unsafe {
        let code = ffi::sqlite3_declare_vtab(database, columns.as_ptr());
        if code == ffi::SQLITE_OK {
            *table = Box::into_raw(Box::default());
            // It reads nothing, so that views of others may use it too.
            ffi::sqlite3_vtab_config(database, ffi::SQLITE_VTAB_INNOCUOUS);
        }
        code
    }
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn disconnect(table: *mut ffi::sqlite3_vtab) -> c_int {
    // SAFETY: `connect` made it, and this is its end.
    drop(unsafe { Box::from_raw(table) });
    ffi::SQLITE_OK
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn best_index(table: *mut ffi::sqlite3_vtab, info: *mut ffi::sqlite3_index_info) -> c_int {
    // SAFETY: the contract of `connect`; the lists have the lengths that are given with them.
    unsafe {
        let info = &mut *info;
        let (count, orders) = (info.nConstraint.max(0) as usize, info.nOrderBy.max(0) as usize);
        let mut places: [Option<usize>; 3] = [None; 3];
        let (mut plan, mut unusable) = (0, 0);
        for i in 0..count {
            let constraint = &*info.aConstraint.add(i);
            if !ARGUMENTS.contains(&constraint.iColumn)
                || c_int::from(constraint.op) != ffi::SQLITE_INDEX_CONSTRAINT_EQ
            {
                continue;
            }
            let argument = (constraint.iColumn - 1) as usize;
            if constraint.usable == 0 {
                unusable |= 1 << argument;
            } else {
                plan |= 1 << argument;
                places[argument] = Some(i);
            }
        }
        for (number, place) in places.into_iter().flatten().enumerate() {
            let usage = &mut *info.aConstraintUsage.add(place);
            usage.argvIndex = number as c_int + 1;
            usage.omit = 1;
        }
        if unusable & !plan != 0 {
            // What an argument depends on is not known yet: another order of the tables must do.
            return ffi::SQLITE_CONSTRAINT;
        }
        if plan & START == 0 {
            let message = c"first argument to \"generate_series()\" missing or unusable";
            (*table).zErrMsg = ffi::sqlite3_mprintf(c"%s".as_ptr(), message.as_ptr());
            return ffi::SQLITE_ERROR;
        }
        let bounded = plan & 3 == 3;
        info.estimatedCost = if bounded { 2.0 } else { f64::from(i32::MAX) };
        info.estimatedRows = if bounded { 1000 } else { i64::from(i32::MAX) };
        if orders > 0 && (*info.aOrderBy).iColumn == COLUMN_VALUE {
            if (*info.aOrderBy).desc != 0 {
                plan |= DESCENDING;
            } else {
                plan |= 2 * DESCENDING;
            }
            info.orderByConsumed = 1;
        }
        info.idxNum = plan;
        ffi::SQLITE_OK
    }
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn open(_: *mut ffi::sqlite3_vtab, place: *mut *mut ffi::sqlite3_vtab_cursor) -> c_int {
    let cursor = Box::new(Cursor {
        base: ffi::sqlite3_vtab_cursor::default(),
        arguments: [0, LAST, 1],
        value: 0,
        left: 0,
        row: 0,
        descending: false,
    });
    // SAFETY: the contract of `connect`; a cursor begins with SQLite's part.
    unsafe { *place = Box::into_raw(cursor).cast() };
    ffi::SQLITE_OK
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn close(cursor: *mut ffi::sqlite3_vtab_cursor) -> c_int {
    // SAFETY: `open` made it, and this is its end.
    drop(unsafe { Box::from_raw(cursor.cast::<Cursor>()) });
    ffi::SQLITE_OK
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn filter(
    cursor: *mut ffi::sqlite3_vtab_cursor,
    plan: c_int,
    _: *const c_char,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) -> c_int {
    // SAFETY: the contract of `connect`; there are `count` values, in the order that `best_index` gave them.
    unsafe {
        let cursor = &mut *cursor.cast::<Cursor>();
        let values = if count > 0 {
            slice::from_raw_parts(values, count as usize)
        } else {
            &[]
        };
        cursor.arguments = [0, LAST, 1];
        let mut given = values.iter();
        let mut empty = false;
        for (i, argument) in cursor.arguments.iter_mut().enumerate() {
            if plan & (1 << i) != 0
                && let Some(value) = given.next()
            {
                *argument = ffi::sqlite3_value_int64(*value);
                empty |= ffi::sqlite3_value_type(*value) == ffi::SQLITE_NULL;
            }
        }
        let [start, stop, step] = &mut cursor.arguments;
        if *step == 0 {
            *step = 1;
        }
        let (low, high) = if *step > 0 {
            (*start, *stop)
        } else {
            (*stop, *start)
        };
        cursor.left = if empty || low > high {
            0
        } else {
            (low.abs_diff(high) / step.unsigned_abs()).saturating_add(1)
        };
        // Without an order the step says which way it goes.
        cursor.descending = if plan & (3 * DESCENDING) == 0 {
            *step < 0
        } else {
            plan & DESCENDING != 0
        };
        let from_start = cursor.descending == (*step < 0);
        cursor.value = if from_start || cursor.left == 0 {
            *start
        } else {
            // The last that the steps from the start reach.
            start.wrapping_add(step.wrapping_mul((cursor.left - 1) as i64))
        };
        cursor.row = 1;
        ffi::SQLITE_OK
    }
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn next(cursor: *mut ffi::sqlite3_vtab_cursor) -> c_int {
    // SAFETY: the contract of `connect`.
    let cursor = unsafe { &mut *cursor.cast::<Cursor>() };
    let distance = cursor.arguments[2].wrapping_abs();
    cursor.value = if cursor.descending {
        cursor.value.wrapping_sub(distance)
    } else {
        cursor.value.wrapping_add(distance)
    };
    cursor.left -= 1;
    cursor.row += 1;
    ffi::SQLITE_OK
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn eof(cursor: *mut ffi::sqlite3_vtab_cursor) -> c_int {
    // SAFETY: the contract of `connect`.
    c_int::from(unsafe { &*cursor.cast::<Cursor>() }.left == 0)
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn column(
    cursor: *mut ffi::sqlite3_vtab_cursor,
    context: *mut ffi::sqlite3_context,
    i: c_int,
) -> c_int {
    // SAFETY: the contract of `connect`.
    unsafe {
        let cursor = &*cursor.cast::<Cursor>();
        let value = if ARGUMENTS.contains(&i) {
            cursor.arguments[(i - 1) as usize]
        } else {
            cursor.value
        };
        ffi::sqlite3_result_int64(context, value);
    }
    ffi::SQLITE_OK
}

/// # Safety
/// As `connect`.
unsafe extern "C" fn rowid(cursor: *mut ffi::sqlite3_vtab_cursor, place: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: the contract of `connect`.
    unsafe { *place = (*cursor.cast::<Cursor>()).row };
    ffi::SQLITE_OK
}
