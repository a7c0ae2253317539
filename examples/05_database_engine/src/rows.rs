//! Rows on their way into SQLite and out of it.

use ffi_core::arena::FfiArena;
use ffi_core::{FfiPooled, FfiStr, PoolBox};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Statement, params_from_iter};

use crate::error::DatabaseError;
use crate::found::{Found, find};
use crate::messages::{COLUMNS, Change, Column, Page, Parameters, ResultSet, VALUES, Value, ValueKind};
use crate::values::{Refused, push, utf8};

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

/// Rows of a query, which come in pages.
pub(crate) struct Reader<'s> {
    found: Found<'s>,
    columns: Vec<Column>,
    /// Values on their way into a page.
    block: Vec<Value>,
    /// Number of rows that are in pages.
    read: u64,
}

/// Number of values that go into a page at once: 16 KB, which stay in a core's first cache.
///
/// Dart has read the memory of a page before, so it may be in the cache of another core. A thread
/// that writes single values waits for each cache line; one that copies many waits for them all at
/// once. The rows `many_pages` of `cargo xtask bench database` chose it.
const BLOCK: usize = 256;

/// Runs a query up to its first row, and has `work` read it in pages.
///
/// # Errors
///
/// Fails if the parameters don't fit, SQLite or `work` does, or there are more columns than a page
/// can have.
pub(crate) fn read<T>(
    connection: &Connection,
    sql: &str,
    parameters: &Parameters,
    work: impl FnOnce(Reader<'_>) -> Result<T, DatabaseError>,
) -> Result<T, DatabaseError> {
    find(connection, sql, parameters, columns, |found, columns| {
        work(Reader { found, columns, block: Vec::new(), read: 0 })
    })
}

impl Reader<'_> {
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
        const ROOM: &str = "there is room for a row";
        page.columns.try_extend_from_slice(&self.columns).expect("there are no more than in a page");
        let width = self.columns.len();
        while let Some(row) = self.found.row() {
            if VALUES - page.values.len() - self.block.len() < width {
                page.last = false;
                break;
            }
            for (column, Column { name }) in self.columns.iter().enumerate() {
                push(&mut self.block, row.value(column))
                    .map_err(|refused| refused.at(name.as_str(), self.read))?;
            }
            if self.block.len() > BLOCK - COLUMNS {
                page.values.try_extend_from_slice(&self.block).expect(ROOM);
                self.block.clear();
            }
            self.read += 1;
            page.rows += 1;
            self.found.advance()?;
        }
        page.values.try_extend_from_slice(&self.block).expect(ROOM);
        self.block.clear();
        Ok(())
    }
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

/// Returns the whole result of a query in one page.
pub(crate) fn query(
    connection: &Connection,
    sql: &str,
    parameters: &Parameters,
) -> Result<PoolBox<Page>, DatabaseError> {
    read(connection, sql, parameters, |mut reader| {
        let mut page = empty_page(0)?;
        reader.fill(&mut page)?;
        if page.last { Ok(page) } else { Err(DatabaseError::TooManyRows { most: reader.read() }) }
    })
}

/// Returns the whole result of a query as an arena.
pub(crate) fn query_all(
    connection: &Connection,
    sql: &str,
    parameters: &Parameters,
) -> Result<FfiArena<ResultSet>, DatabaseError> {
    find(connection, sql, parameters, names, |mut found, names| {
        let mut arena = FfiArena::<ResultSet>::new();
        let mut set = arena.edit();
        set.columns(names.len()).extend(names.iter().map(String::as_str));
        let mut rows = set.rows(0);
        let mut read = 0;
        while let Some(row) = found.row() {
            let mut to = rows.push();
            let mut cells = to.cells(names.len());
            for (column, name) in names.iter().enumerate() {
                let mut cell = cells.push();
                match row.value(column) {
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
                        let text = utf8(bytes).ok_or_else(|| Refused::NotUtf8.at(name, read))?;
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
    })
}

/// Returns the names of a statement's columns, of any length and number.
fn names(statement: &Statement<'_>) -> Result<Vec<String>, DatabaseError> {
    Ok(statement.column_names().map(str::to_owned).collect())
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
