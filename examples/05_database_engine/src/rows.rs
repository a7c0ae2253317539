//! Rows on their way into SQLite and out of it.

use ffi_core::arena::FfiArena;
use ffi_core::{FfiPooled, FfiStr, PoolBox};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Row, Rows, Statement, params_from_iter};

use crate::error::DatabaseError;
use crate::messages::{COLUMNS, Change, Column, Page, Parameters, ResultSet, VALUES, Value, ValueKind};
use crate::values::{Refused, Running, push, utf8};

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
