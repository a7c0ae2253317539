//! Rows that a query finds: one at a time, read by SQLite's own functions.

use std::ffi::c_int;
use std::iter;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Rows, Statement, ffi, params_from_iter};

use crate::error::DatabaseError;
use crate::messages::Parameters;

/// Runs a query up to its first row, and has `work` take the rows, with what `describe` says about
/// the columns.
///
/// # Errors
///
/// Fails if the parameters don't fit, or SQLite, `describe` or `work` does.
///
/// # Panics
///
/// Panics if another query runs on the connection.
pub(crate) fn find<C, T>(
    connection: &Connection,
    sql: &str,
    parameters: &Parameters,
    describe: impl Fn(&Statement<'_>) -> Result<C, DatabaseError>,
    work: impl FnOnce(Found<'_>, C) -> Result<T, DatabaseError>,
) -> Result<T, DatabaseError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut columns = describe(&statement)?;
    let mut rows = statement.query(params_from_iter(parameters.values.iter()))?;
    rows.advance()?;
    let mut statement = None;
    if let Some(row) = rows.get() {
        // A statement that was compiled before the schema changed has its new columns now.
        columns = describe(row.as_ref())?;
        statement = Some(running(connection));
    }
    work(Found { rows, statement }, columns)
}

/// Returns the statement that runs on a connection.
///
/// # Panics
///
/// Panics if none runs, or several do.
fn running(connection: &Connection) -> NonNull<ffi::sqlite3_stmt> {
    // SAFETY: the connection is only asked for its statements.
    let database = unsafe { connection.handle() };
    // SAFETY: the connection is open, and the statement is null or one of its own.
    let after = |statement| NonNull::new(unsafe { ffi::sqlite3_next_stmt(database, statement) });
    let all = iter::successors(after(ptr::null_mut()), |last| after(last.as_ptr()));
    // SAFETY: it is a statement of the connection, which keeps it.
    let mut running = all.filter(|it| unsafe { ffi::sqlite3_stmt_busy(it.as_ptr()) } != 0);
    let found = running.next().expect("a statement that is at a row runs");
    assert!(running.next().is_none(), "one query runs on a connection at a time");
    found
}

/// Rows of a query, which is at one of them or behind the last.
pub(crate) struct Found<'s> {
    rows: Rows<'s>,
    /// The statement of `rows`, as SQLite's functions take it; none if no row was found.
    statement: Option<NonNull<ffi::sqlite3_stmt>>,
}

impl Found<'_> {
    /// Returns the row that the query is at, or none behind the last.
    #[inline(always)]
    pub(crate) fn row(&self) -> Option<Row<'_>> {
        self.rows.get()?;
        Some(Row { statement: self.statement?, found: PhantomData })
    }

    /// Goes to the next row.
    ///
    /// # Errors
    ///
    /// Fails if SQLite does.
    #[inline(always)]
    pub(crate) fn advance(&mut self) -> Result<(), DatabaseError> {
        Ok(self.rows.advance()?)
    }
}

/// A row that a query is at.
///
/// SQLite's functions read its values: rusqlite asks for the column again with each of the three
/// calls for a value, which takes a fifth of a query.
#[derive(Clone, Copy)]
pub(crate) struct Row<'f> {
    statement: NonNull<ffi::sqlite3_stmt>,
    /// A statement that is borrowed stays at its row.
    found: PhantomData<&'f Found<'f>>,
}

impl<'f> Row<'f> {
    /// Returns the value in a column; null if there is no such column.
    #[inline(always)]
    pub(crate) fn value(self, column: usize) -> ValueRef<'f> {
        // SAFETY: the statement is at a row. SQLite has a null for a column that isn't there.
        let value = unsafe { ffi::sqlite3_column_value(self.statement.as_ptr(), column as c_int) };
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
                // SAFETY: SQLite has as many bytes there as the next call says, until the next row,
                // for which the statement has to be borrowed mutably.
                ValueRef::Text(unsafe { bytes(value, first) })
            }
            ffi::SQLITE_BLOB => {
                // SAFETY: the value is there until the next row.
                let first = unsafe { ffi::sqlite3_value_blob(value) }.cast();
                // SAFETY: SQLite has as many bytes there as the next call says, until the next row,
                // for which the statement has to be borrowed mutably.
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
