//! Single values: into SQLite, and out of it by its own functions.

use std::ffi::c_int;
use std::ptr::{self, NonNull};
use std::{slice, str};

use ffi_core::{FfiBytes, FfiStr, FfiVec};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ffi};

use crate::error::DatabaseError;
use crate::messages::{INLINE, VALUES, Value};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(text) => ValueRef::Text(text.as_str().as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A statement that is at a row, as SQLite's own functions take it: rusqlite asks for the column
/// again with each of the three calls for a value, which takes a fifth of a query.
pub(crate) struct Running(NonNull<ffi::sqlite3_stmt>);

impl Running {
    /// Returns the statement that runs on a connection, if one does. No more than one runs on each
    /// at a time.
    pub(crate) fn of(connection: &Connection) -> Option<Self> {
        // SAFETY: the connection is only asked for its statements.
        let database = unsafe { connection.handle() };
        let mut statement = ptr::null_mut();
        loop {
            // SAFETY: the connection is open, and the statement is null or one of its own.
            statement = unsafe { ffi::sqlite3_next_stmt(database, statement) };
            let found = NonNull::new(statement)?;
            // SAFETY: it is a statement of the connection, which keeps it.
            if unsafe { ffi::sqlite3_stmt_busy(statement) } != 0 {
                return Some(Self(found));
            }
        }
    }

    /// Returns a value of the row.
    ///
    /// # Safety
    ///
    /// The statement is at a row, and stays there as long as the value is used.
    #[inline(always)]
    pub(crate) unsafe fn value<'v>(&self, column: usize) -> ValueRef<'v> {
        // SAFETY: the statement is at a row. SQLite has a null for a column that isn't there.
        let value = unsafe { ffi::sqlite3_column_value(self.0.as_ptr(), column as c_int) };
        // Values of columns are not locked by the functions below, which is all the same here: the
        // connection has no lock, as one thread at a time uses it.
        // SAFETY: the value is there until the next row.
        match unsafe { ffi::sqlite3_value_type(value) } {
            ffi::SQLITE_INTEGER => {
                // SAFETY: the value is there until the next row.
                ValueRef::Integer(unsafe { ffi::sqlite3_value_int64(value) })
            }
            ffi::SQLITE_FLOAT => {
                // SAFETY: the value is there until the next row.
                ValueRef::Real(unsafe { ffi::sqlite3_value_double(value) })
            }
            ffi::SQLITE_TEXT => {
                // First: it makes UTF-8 of texts in other encodings, which have other lengths.
                // SAFETY: the value is there until the next row.
                let first = unsafe { ffi::sqlite3_value_text(value) };
                // SAFETY: SQLite has as many bytes there as the next call says.
                ValueRef::Text(unsafe { bytes(value, first) })
            }
            ffi::SQLITE_BLOB => {
                // SAFETY: the value is there until the next row.
                let first = unsafe { ffi::sqlite3_value_blob(value) }.cast();
                // SAFETY: SQLite has as many bytes there as the next call says.
                ValueRef::Blob(unsafe { bytes(value, first) })
            }
            _ => ValueRef::Null,
        }
    }
}

/// Returns the bytes of a text or blob.
///
/// # Safety
///
/// `first` is what SQLite has just returned for the value, which is used as long as the bytes are.
#[inline(always)]
unsafe fn bytes<'v>(value: *mut ffi::sqlite3_value, first: *const u8) -> &'v [u8] {
    // SAFETY: the value is there, by this function's contract.
    let length = unsafe { ffi::sqlite3_value_bytes(value) };
    if length <= 0 {
        return &[];
    }
    assert!(!first.is_null(), "SQLite has no memory for a value of {length} bytes");
    // SAFETY: SQLite has so many bytes there as long as the value is used.
    unsafe { slice::from_raw_parts(first, length as usize) }
}

/// Reason why a value can't be in a page.
pub(crate) enum Refused {
    TooLong(usize),
    NotUtf8,
}

impl Refused {
    pub(crate) fn at(self, column: &str, row: u64) -> DatabaseError {
        let column = column.to_owned();
        match self {
            Self::TooLong(length) => {
                DatabaseError::TooLong { column, row, length: length as u64, most: INLINE as u64 }
            }
            Self::NotUtf8 => DatabaseError::NotUtf8 { column, row },
        }
    }
}

/// Appends a value to those of a page, which have room for it.
///
/// Each kind is written where it stays, and no more of it than is used. A value that is made first,
/// and then moved, is 64 bytes to copy for a number of 8.
#[inline(always)]
pub(crate) fn push(values: &mut FfiVec<Value, VALUES>, value: ValueRef<'_>) -> Result<(), Refused> {
    const ROOM: &str = "the row fits into the page";
    match value {
        ValueRef::Null => values.try_push(Value::Null).expect(ROOM),
        ValueRef::Integer(value) => values.try_push(Value::Integer(value)).expect(ROOM),
        ValueRef::Real(value) => values.try_push(Value::Real(value)).expect(ROOM),
        ValueRef::Text(bytes) => {
            let text = utf8(bytes).ok_or(Refused::NotUtf8)?;
            values.try_push(Value::Text(FfiStr::new())).expect(ROOM);
            let Some(Value::Text(room)) = values.last_mut() else { unreachable!("it is the last") };
            room.try_push_str(text).map_err(|_| Refused::TooLong(bytes.len()))?;
        }
        ValueRef::Blob(bytes) => {
            values.try_push(Value::Blob(FfiBytes::new())).expect(ROOM);
            let Some(Value::Blob(room)) = values.last_mut() else { unreachable!("it is the last") };
            room.try_extend_from_slice(bytes).map_err(|_| Refused::TooLong(bytes.len()))?;
        }
    }
    Ok(())
}

/// Returns bytes as text, if they are UTF-8, which SQLite does not check.
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    if bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8. Most texts are, and that takes a third of the whole check.
        return Some(unsafe { str::from_utf8_unchecked(bytes) });
    }
    str::from_utf8(bytes).ok()
}
