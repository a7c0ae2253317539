//! Values on their way into SQLite and out of it.

use std::ffi::c_int;
use std::ptr::{self, NonNull};
use std::{slice, str};

use ffi_core::arena::FfiArena;
use ffi_core::{FfiBytes, FfiPooled, FfiStr, FfiVec, PoolBox};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Row, Rows, Statement, ffi, params_from_iter};

use crate::error::DatabaseError;
use crate::messages::{
    COLUMNS, Change, Column, INLINE, Page, Parameters, ResultSet, VALUES, Value, ValueKind,
};

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

/// Allocates a page without rows.
pub(crate) fn empty_page(first: u64) -> Result<PoolBox<Page>, DatabaseError> {
    let mut page =
        Page::pool().try_alloc().map_err(|error| DatabaseError::NoSlot { message: error.to_string() })?;
    page.first = first;
    page.rows = 0;
    page.last = true;
    page.columns.clear();
    page.values.clear();
    Ok(page)
}

/// Rows of a statement, which come in pages.
pub(crate) struct Reader<'s> {
    rows: Rows<'s>,
    /// The statement, once it is at a row.
    running: Option<Running>,
    columns: Vec<Column>,
    /// True if `rows` is at a row that is in no page yet.
    pending: bool,
    /// Number of rows that are in pages.
    read: u64,
}

impl<'s> Reader<'s> {
    /// Starts a statement, up to its first row.
    ///
    /// # Errors
    ///
    /// Fails if the parameters don't fit, SQLite does, or there are more columns than a page can
    /// have.
    pub(crate) fn new(
        connection: &Connection,
        statement: &'s mut CachedStatement<'_>,
        parameters: &Parameters,
    ) -> Result<Self, DatabaseError> {
        let mut columns = self::columns(statement)?;
        let mut rows = statement.query(params_from_iter(parameters.values.iter()))?;
        rows.advance()?;
        let mut running = None;
        if let Some(row) = rows.get() {
            // A statement that was compiled before the schema changed has its new columns now.
            columns = self::columns(row.as_ref())?;
            running = Running::of(connection);
        }
        Ok(Self { rows, running, columns, pending: true, read: 0 })
    }

    /// Returns the number of rows that are in pages.
    pub(crate) fn read(&self) -> u64 {
        self.read
    }

    /// Writes the next rows into an empty page, as many as fit.
    ///
    /// # Errors
    ///
    /// Fails if SQLite does, or a text or blob is longer than a value.
    pub(crate) fn fill(&mut self, page: &mut Page) -> Result<(), DatabaseError> {
        page.columns.try_extend_from_slice(&self.columns).expect("there are no more than in a page");
        let width = self.columns.len();
        loop {
            if !self.pending {
                self.rows.advance()?;
            }
            let (Some(_), Some(running)) = (self.rows.get(), &self.running) else {
                self.pending = false;
                page.last = true;
                return Ok(());
            };
            if VALUES - page.values.len() < width {
                self.pending = true;
                page.last = false;
                return Ok(());
            }
            for column in 0..width {
                // SAFETY: the statement is at a row, and `rows`, which keeps it, goes to the next
                // one only after the value was copied.
                let value = unsafe { running.value(column) };
                push(&mut page.values, value)
                    .map_err(|refused| refused.at(self.columns[column].name.as_str(), self.read))?;
            }
            self.pending = false;
            self.read += 1;
            page.rows += 1;
        }
    }
}

/// A statement that is at a row, as SQLite's own functions take it: rusqlite asks for the column
/// again with each of the three calls for a value, which takes a fifth of a query.
struct Running(NonNull<ffi::sqlite3_stmt>);

impl Running {
    /// Returns the statement that runs on a connection, if one does. No more than one runs on each
    /// at a time.
    fn of(connection: &Connection) -> Option<Self> {
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
    unsafe fn value<'v>(&self, column: usize) -> ValueRef<'v> {
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

/// Returns the columns of a statement.
fn columns(statement: &Statement<'_>) -> Result<Vec<Column>, DatabaseError> {
    let count = statement.column_count();
    if count > COLUMNS {
        return Err(DatabaseError::TooManyColumns { columns: count as u64, most: COLUMNS as u64 });
    }
    statement.column_names().map(|name| Ok(Column { name: text(name, "the name of a column")? })).collect()
}

/// Returns a text that is not part of a row.
pub(crate) fn text<const N: usize>(text: &str, what: &str) -> Result<FfiStr<N>, DatabaseError> {
    FfiStr::try_from(text).map_err(|_| DatabaseError::TooLong {
        column: what.to_owned(),
        row: 0,
        length: text.len() as u64,
        most: N as u64,
    })
}

/// Reason why a value can't be in a page.
enum Refused {
    TooLong(usize),
    NotUtf8,
}

impl Refused {
    fn at(self, column: &str, row: u64) -> DatabaseError {
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
fn push(values: &mut FfiVec<Value, VALUES>, value: ValueRef<'_>) -> Result<(), Refused> {
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
fn utf8(bytes: &[u8]) -> Option<&str> {
    if bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8. Most texts are, and that takes a third of the whole check.
        return Some(unsafe { str::from_utf8_unchecked(bytes) });
    }
    str::from_utf8(bytes).ok()
}

/// Returns the whole result of a query in one page.
pub(crate) fn query(
    connection: &Connection,
    sql: &str,
    parameters: &Parameters,
) -> Result<PoolBox<Page>, DatabaseError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut reader = Reader::new(connection, &mut statement, parameters)?;
    let mut page = empty_page(0)?;
    reader.fill(&mut page)?;
    if page.last { Ok(page) } else { Err(DatabaseError::TooManyRows { most: reader.read() }) }
}

/// Returns the whole result of a query as an arena.
pub(crate) fn query_all(
    connection: &Connection,
    sql: &str,
    parameters: &Parameters,
) -> Result<FfiArena<ResultSet>, DatabaseError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut names = names(&statement);
    let mut found = statement.query(params_from_iter(parameters.values.iter()))?;
    found.advance()?;
    if let Some(row) = found.get() {
        // As in a `Reader`: the schema may have changed.
        names = self::names(row.as_ref());
    }
    let width = names.len();
    let mut arena = FfiArena::<ResultSet>::new();
    let mut set = arena.edit();
    set.columns(width).extend(names.iter().map(String::as_str));
    let mut rows = set.rows(0);
    let mut read = 0;
    while let Some(row) = found.get() {
        let mut to = rows.push();
        let mut cells = to.cells(width);
        for column in 0..width {
            let mut cell = cells.push();
            match row.get_ref_unwrap(column) {
                ValueRef::Null => cell.set_kind(ValueKind::Null),
                ValueRef::Integer(value) => {
                    cell.set_kind(ValueKind::Integer);
                    cell.set_integer(value);
                }
                ValueRef::Real(value) => {
                    cell.set_kind(ValueKind::Real);
                    cell.set_real(value);
                }
                ValueRef::Text(bytes) => {
                    let text = utf8(bytes).ok_or_else(|| not_utf8(row, column, read))?;
                    cell.set_kind(ValueKind::Text);
                    cell.set_text(text);
                }
                ValueRef::Blob(bytes) => {
                    cell.set_kind(ValueKind::Blob);
                    cell.set_blob(bytes);
                }
            }
        }
        read += 1;
        found.advance()?;
    }
    Ok(arena)
}

fn names(statement: &Statement<'_>) -> Vec<String> {
    statement.column_names().map(str::to_owned).collect()
}

fn not_utf8(row: &Row<'_>, column: usize, number: u64) -> DatabaseError {
    let name = row.as_ref().column_name(column).unwrap_or_default();
    Refused::NotUtf8.at(name, number)
}

/// Runs a statement once.
pub(crate) fn execute(
    connection: &Connection,
    sql: &str,
    parameters: &Parameters,
) -> Result<Change, DatabaseError> {
    let rows = connection.prepare_cached(sql)?.execute(params_from_iter(parameters.values.iter()))?;
    Ok(Change { rows: rows as u64, last_id: connection.last_insert_rowid() })
}

/// Runs a statement for each of the rows that are one behind the other in `values`.
pub(crate) fn execute_all(
    statement: &mut CachedStatement<'_>,
    values: &[Value],
) -> Result<Change, DatabaseError> {
    let width = statement.parameter_count();
    if width == 0 || !values.len().is_multiple_of(width) {
        return Err(DatabaseError::WrongParameters { given: values.len() as u64, expected: width as u64 });
    }
    let mut rows = 0;
    for row in values.chunks_exact(width) {
        rows += statement.execute(params_from_iter(row))? as u64;
    }
    Ok(Change { rows, last_id: 0 })
}
