//! Values on their way into SQLite and out of it.

use std::str;

use ffi_core::arena::FfiArena;
use ffi_core::{FfiBytes, FfiPooled, FfiStr, PoolBox};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, Row, Rows, params_from_iter};

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
    columns: Vec<Column>,
    /// True if `rows` is at a row that is in no page yet.
    pending: bool,
    /// Number of rows that are in pages.
    read: u64,
}

impl<'s> Reader<'s> {
    /// Starts a statement.
    ///
    /// # Errors
    ///
    /// Fails if the parameters don't fit, or there are more columns than a page can have.
    pub(crate) fn new(
        statement: &'s mut CachedStatement<'_>,
        parameters: &Parameters,
    ) -> Result<Self, DatabaseError> {
        let columns = columns(statement)?;
        let rows = statement.query(params_from_iter(parameters.values.iter()))?;
        Ok(Self { rows, columns, pending: false, read: 0 })
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
            let Some(row) = self.rows.get() else {
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
                let value = value(row.get_ref_unwrap(column))
                    .map_err(|refused| refused.at(self.columns[column].name.as_str(), self.read))?;
                page.values.try_push(value).expect("there is room for the row");
            }
            self.pending = false;
            self.read += 1;
            page.rows += 1;
        }
    }
}

/// Returns the columns of a statement.
fn columns(statement: &CachedStatement<'_>) -> Result<Vec<Column>, DatabaseError> {
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

fn value(value: ValueRef<'_>) -> Result<Value, Refused> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(bytes) => {
            let text = str::from_utf8(bytes).map_err(|_| Refused::NotUtf8)?;
            Value::Text(FfiStr::try_from(text).map_err(|_| Refused::TooLong(bytes.len()))?)
        }
        ValueRef::Blob(bytes) => {
            Value::Blob(FfiBytes::try_from(bytes).map_err(|_| Refused::TooLong(bytes.len()))?)
        }
    })
}

/// Returns the whole result of a query in one page.
pub(crate) fn query(
    connection: &Connection,
    sql: &str,
    parameters: &Parameters,
) -> Result<PoolBox<Page>, DatabaseError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut reader = Reader::new(&mut statement, parameters)?;
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
    let width = statement.column_count();
    let mut arena = FfiArena::<ResultSet>::new();
    let mut set = arena.edit();
    set.columns(width).extend(statement.column_names());
    let mut rows = set.rows(0);
    let mut read = 0;
    let mut found = statement.query(params_from_iter(parameters.values.iter()))?;
    while let Some(row) = found.next()? {
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
                    let text = str::from_utf8(bytes).map_err(|_| not_utf8(row, column, read))?;
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
    }
    Ok(arena)
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
