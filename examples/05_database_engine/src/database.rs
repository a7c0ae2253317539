//! The database, as an object.

use std::path::PathBuf;
use std::sync::Arc;

use ffi_core::arena::FfiArena;
use ffi_core::{FfiContext, FfiObject, FfiPooled, PoolBox, Stream, ffi_export};
use rusqlite::TransactionBehavior;

use crate::cursor::Cursor;
use crate::engine::{Engine, Lent};
use crate::error::DatabaseError;
use crate::messages::{
    Change, Checkpoint, ColumnInfo, IndexInfo, Locking, Migrated, Options, Page, Parameters, PlanNode,
    ResultSet, Stats, TableInfo,
};
use crate::transaction::Transaction;
use crate::{plan, rows, schema};

/// A database in a file.
///
/// Queries have a connection each and run at the same time; everything that writes shares one, and
/// waits for its turn. All methods but [`query_sync`](Self::query_sync),
/// [`interrupt`](Self::interrupt) and [`stats`](Self::stats) run on threads of the library's.
#[derive(FfiObject)]
pub struct Database(Arc<Engine>);

#[ffi_export]
impl Database {
    /// Opens the database in the file at `path`.
    ///
    /// # Errors
    ///
    /// Fails if the file can't be opened, or is no database.
    #[ffi(blocking)]
    pub fn open(path: String, options: Options) -> Result<Self, DatabaseError> {
        Engine::open(PathBuf::from(path), options).map(Self)
    }

    /// Brings the schema from the version before to `version`, by statements that are all done or
    /// not at all. Does nothing if the schema has this version or a later one.
    ///
    /// # Errors
    ///
    /// Fails if a statement does, or a version is left out.
    #[ffi(blocking)]
    pub fn migrate(&self, version: u32, sql: String) -> Result<Migrated, DatabaseError> {
        self.write(|writer| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let from: u32 = transaction.query_row("PRAGMA user_version", (), |row| row.get(0))?;
            if version <= from {
                return Ok(Migrated { from, to: from });
            }
            if version - from > 1 {
                return Err(DatabaseError::WrongVersion { version: from, asked: version });
            }
            transaction.execute_batch(&sql)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
            Ok(Migrated { from, to: version })
        })
    }

    /// Runs a statement that changes something, as a transaction of its own.
    ///
    /// # Errors
    ///
    /// Fails if the statement does, and then changes nothing.
    #[ffi(blocking)]
    pub fn execute(&self, sql: String, parameters: Parameters) -> Result<Change, DatabaseError> {
        self.write(|writer| rows::execute(writer, &sql, &parameters))
    }

    /// Runs a statement once for each row of a page, all in one transaction. The values of the page
    /// are taken from where Dart wrote them.
    ///
    /// # Errors
    ///
    /// Fails if the statement does for any row, and then changes nothing.
    #[ffi(blocking)]
    pub fn execute_all(&self, sql: String, rows: PoolBox<Page>) -> Result<Change, DatabaseError> {
        self.write(|writer| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let change = rows::execute_all(&mut transaction.prepare_cached(&sql)?, &rows.values)?;
            let change = Change { last_id: transaction.last_insert_rowid(), ..change };
            transaction.commit()?;
            Ok(change)
        })
    }

    /// Begins a transaction, which is rolled back if nobody commits it.
    ///
    /// # Errors
    ///
    /// Fails if the database is busy for longer than the options allow.
    #[ffi(blocking)]
    pub fn begin(&self, locking: Locking) -> Result<FfiObject<Transaction>, DatabaseError> {
        let begin = || Transaction::begin(self.0.writer()?, locking);
        begin().map(FfiObject::new).map_err(|error| self.0.waited(error))
    }

    /// Returns the rows of a query in one page.
    ///
    /// # Errors
    ///
    /// Fails if the query does or is cancelled, or if the result doesn't fit into a page.
    #[ffi(blocking)]
    pub fn query(
        &self,
        sql: String,
        parameters: Parameters,
        context: &FfiContext,
    ) -> Result<PoolBox<Page>, DatabaseError> {
        self.read(context, |reader| rows::query(reader, &sql, &parameters))
    }

    /// Returns the rows of a query in one page, from the thread of its caller: for queries that
    /// take no longer than starting one does, such as for a row by its key. The isolate waits for
    /// it, and can't cancel it.
    ///
    /// # Errors
    ///
    /// Fails if the query does, or if the result doesn't fit into a page.
    pub fn query_sync(&self, sql: &str, parameters: Parameters) -> Result<PoolBox<Page>, DatabaseError> {
        self.read(&FfiContext::default(), |reader| rows::query(reader, sql, &parameters))
    }

    /// Returns the rows of a query in an arena, which has no bounds.
    ///
    /// # Errors
    ///
    /// Fails if the query does or is cancelled.
    #[ffi(blocking)]
    pub fn query_all(
        &self,
        sql: String,
        parameters: Parameters,
        context: &FfiContext,
    ) -> Result<FfiArena<ResultSet>, DatabaseError> {
        self.read(context, |reader| rows::query_all(reader, &sql, &parameters))
    }

    /// Returns the rows of a query, in as many pages as they need. The query goes on while Dart
    /// reads, waits while Dart doesn't, and ends when Dart cancels it or its isolate ends. The
    /// rows are those of one moment, whatever is committed in the meantime.
    #[ffi(window = 2)]
    pub fn cursor(
        &self,
        sql: String,
        parameters: Parameters,
    ) -> impl Stream<Item = Result<PoolBox<Page>, DatabaseError>> + use<> {
        Cursor::new(Arc::clone(&self.0), sql, parameters)
    }

    /// Returns how SQLite would run a statement: the root of a tree, to be freed by `free_plan`.
    ///
    /// # Errors
    ///
    /// Fails if the statement is wrong, or no slot is left for a step.
    #[ffi(blocking)]
    pub fn explain(&self, sql: String, context: &FfiContext) -> Result<PoolBox<PlanNode>, DatabaseError> {
        self.read(context, |reader| plan::explain(reader, &sql))
    }

    /// Returns all tables and views.
    ///
    /// # Errors
    ///
    /// Fails if a name is longer than a text of a message.
    #[ffi(blocking)]
    pub fn tables(&self, context: &FfiContext) -> Result<Vec<TableInfo>, DatabaseError> {
        self.read(context, |reader| schema::tables(reader))
    }

    /// Returns the columns of a table or view.
    ///
    /// # Errors
    ///
    /// Fails if a name is longer than a text of a message.
    #[ffi(blocking)]
    pub fn columns(&self, table: String, context: &FfiContext) -> Result<Vec<ColumnInfo>, DatabaseError> {
        self.read(context, |reader| schema::columns(reader, &table))
    }

    /// Returns the indexes of a table.
    ///
    /// # Errors
    ///
    /// Fails if a name is longer than a text of a message, or an index has more than 16 columns.
    #[ffi(blocking)]
    pub fn indexes(&self, table: String, context: &FfiContext) -> Result<Vec<IndexInfo>, DatabaseError> {
        self.read(context, |reader| schema::indexes(reader, &table))
    }

    /// Moves the log into the file, and flushes both.
    ///
    /// # Errors
    ///
    /// Fails if the disk does.
    #[ffi(blocking)]
    pub fn checkpoint(&self) -> Result<Checkpoint, DatabaseError> {
        self.write(|writer| {
            Ok(writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| {
                Ok(Checkpoint { busy: row.get(0)?, log: row.get(1)?, moved: row.get(2)? })
            })?)
        })
    }

    /// Ends each statement that runs now, of any isolate, with an error.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }

    /// Returns numbers about the database.
    pub fn stats(&self) -> Stats {
        let (idle, running) = self.0.counts();
        Stats {
            idle: idle as u32,
            running: running as u32,
            pages: Page::pool().stats().live,
            nodes: PlanNode::pool().stats().live,
        }
    }
}

impl Database {
    /// Runs `work` with the connection that writes.
    fn write<T>(&self, work: impl FnOnce(&mut Lent) -> Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        self.0.writer().and_then(|mut writer| work(&mut writer)).map_err(|error| self.0.waited(error))
    }

    /// Runs `work` with a connection that reads. When Dart has cancelled the call, or its isolate
    /// has ended, SQLite stops.
    fn read<T>(
        &self,
        context: &FfiContext,
        work: impl FnOnce(&Lent) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let context = context.clone();
        let reader = self.0.reader(move || context.is_cancelled());
        reader.and_then(|reader| work(&reader)).map_err(|error| self.0.waited(error))
    }
}
