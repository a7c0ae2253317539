//! Tables, columns and indexes of a database.

use ffi_core::FfiVec;
use rusqlite::Connection;

use crate::error::DatabaseError;
use crate::messages::{COLUMNS, ColumnInfo, IndexColumn, IndexInfo, Order, Origin, TableInfo, TableType};
use crate::rows::text;

/// Returns all tables and views but those of SQLite itself, by name.
pub(crate) fn tables(connection: &Connection) -> Result<Vec<TableInfo>, DatabaseError> {
    let sql = "SELECT name, type, ncol, strict FROM pragma_table_list \
               WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(())?;
    let mut tables = Vec::new();
    while let Some(row) = rows.next()? {
        tables.push(TableInfo {
            name: text(&row.get::<_, String>(0)?, "the name of a table")?,
            r#type: match &*row.get::<_, String>(1)? {
                "table" => TableType::Table,
                "view" => TableType::View,
                _ => TableType::Virtual,
            },
            columns: row.get(2)?,
            strict: row.get(3)?,
        });
    }
    Ok(tables)
}

/// Returns the columns of a table or view, in their order.
pub(crate) fn columns(connection: &Connection, table: &str) -> Result<Vec<ColumnInfo>, DatabaseError> {
    let sql = "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([table])?;
    let mut columns = Vec::new();
    while let Some(row) = rows.next()? {
        columns.push(ColumnInfo {
            name: text(&row.get::<_, String>(0)?, "the name of a column")?,
            r#type: text(&row.get::<_, String>(1)?, "the type of a column")?,
            not_null: row.get(2)?,
            key: row.get(3)?,
        });
    }
    Ok(columns)
}

/// Returns the indexes of a table, by name.
pub(crate) fn indexes(connection: &Connection, table: &str) -> Result<Vec<IndexInfo>, DatabaseError> {
    let sql = "SELECT name, \"unique\", origin FROM pragma_index_list(?) ORDER BY name";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([table])?;
    let mut indexes = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        indexes.push(IndexInfo {
            name: text(&name, "the name of an index")?,
            unique: row.get(1)?,
            origin: match &*row.get::<_, String>(2)? {
                "u" => Origin::Unique,
                "pk" => Origin::PrimaryKey,
                _ => Origin::Created,
            },
            columns: index_columns(connection, &name)?,
        });
    }
    Ok(indexes)
}

fn index_columns(
    connection: &Connection,
    index: &str,
) -> Result<FfiVec<IndexColumn, COLUMNS>, DatabaseError> {
    let sql = "SELECT name, \"desc\" FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([index])?;
    let mut columns = FfiVec::new();
    while let Some(row) = rows.next()? {
        let name: Option<String> = row.get(0)?;
        let column = IndexColumn {
            name: text(&name.unwrap_or_default(), "the name of a column")?,
            order: if row.get(1)? { Order::Descending } else { Order::Ascending },
        };
        let too_many =
            |_| DatabaseError::TooManyColumns { columns: COLUMNS as u64 + 1, most: COLUMNS as u64 };
        columns.try_push(column).map_err(too_many)?;
    }
    Ok(columns)
}
