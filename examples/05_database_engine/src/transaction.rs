//! Transactions, as objects.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use ffi_core::{FfiObject, PoolBox, ffi_export};

use crate::engine::{Lent, lock};
use crate::error::DatabaseError;
use crate::messages::{Change, Locking, Page, Parameters, Savepoint};
use crate::rows;

/// A transaction, which has the connection that writes until it ends.
///
/// It is rolled back unless it was committed: when it is disposed of or collected, when its isolate
/// ends, and when the process does.
#[derive(FfiObject)]
pub struct Transaction {
    writer: Mutex<Option<Lent>>,
    /// Number of savepoints that were made.
    savepoints: AtomicU32,
}

#[ffi_export]
impl Transaction {
    /// Runs a statement.
    ///
    /// # Errors
    ///
    /// Fails if the statement does, and then changes nothing; the transaction goes on.
    #[ffi(blocking)]
    pub fn execute(&self, sql: String, parameters: Parameters) -> Result<Change, DatabaseError> {
        self.with(|writer| rows::execute(writer, &sql, &parameters))
    }

    /// Runs a statement once for each row of a page.
    ///
    /// # Errors
    ///
    /// Fails at the first row for which the statement does; the rows before it stay.
    #[ffi(blocking)]
    pub fn execute_all(&self, sql: String, rows: PoolBox<Page>) -> Result<Change, DatabaseError> {
        self.with(|writer| {
            let change = rows::execute_all(&mut writer.prepare_cached(&sql)?, &rows.values)?;
            Ok(Change { last_id: writer.last_insert_rowid(), ..change })
        })
    }

    /// Returns the rows of a query in one page, with what the transaction has changed.
    ///
    /// # Errors
    ///
    /// Fails if the query does, or the result doesn't fit into a page.
    #[ffi(blocking)]
    pub fn query(&self, sql: String, parameters: Parameters) -> Result<PoolBox<Page>, DatabaseError> {
        self.with(|writer| rows::query(writer, &sql, &parameters))
    }

    /// Makes a savepoint. It is no object, as the collector would then decide when a part of the
    /// transaction is undone.
    ///
    /// # Errors
    ///
    /// Fails if the transaction has ended.
    #[ffi(blocking)]
    pub fn savepoint(&self) -> Result<Savepoint, DatabaseError> {
        self.with(|writer| {
            let number = self.savepoints.fetch_add(1, Ordering::Relaxed);
            writer.execute_batch(&format!("SAVEPOINT s{number}"))?;
            Ok(Savepoint(number))
        })
    }

    /// Undoes everything since a savepoint, which stays.
    ///
    /// # Errors
    ///
    /// Fails if the savepoint was released, or an earlier one was released or undone.
    #[ffi(blocking)]
    pub fn rollback_to(&self, savepoint: Savepoint) -> Result<(), DatabaseError> {
        self.with(|writer| Ok(writer.execute_batch(&format!("ROLLBACK TO s{}", savepoint.0))?))
    }

    /// Forgets a savepoint and those after it, and keeps the changes.
    ///
    /// # Errors
    ///
    /// Fails if the savepoint was released, or an earlier one was released or undone.
    #[ffi(blocking)]
    pub fn release(&self, savepoint: Savepoint) -> Result<(), DatabaseError> {
        self.with(|writer| Ok(writer.execute_batch(&format!("RELEASE s{}", savepoint.0))?))
    }

    /// Ends the transaction, and keeps its changes.
    ///
    /// # Errors
    ///
    /// Fails if SQLite does; then the transaction goes on, unless SQLite has rolled it back.
    #[ffi(blocking)]
    pub fn commit(&self) -> Result<(), DatabaseError> {
        self.with(|writer| Ok(writer.execute_batch("COMMIT")?))
    }

    /// Ends the transaction, and undoes its changes.
    ///
    /// # Errors
    ///
    /// Fails if the transaction has ended.
    #[ffi(blocking)]
    pub fn rollback(&self) -> Result<(), DatabaseError> {
        // The drop of the connection rolls back.
        lock(&self.writer).take().map(drop).ok_or(DatabaseError::Ended)
    }
}

impl Transaction {
    /// Begins a transaction on a connection.
    pub(crate) fn begin(writer: Lent, locking: Locking) -> Result<Self, DatabaseError> {
        writer.execute_batch(match locking {
            Locking::Deferred => "BEGIN DEFERRED",
            Locking::Immediate => "BEGIN IMMEDIATE",
        })?;
        Ok(Self { writer: Mutex::new(Some(writer)), savepoints: AtomicU32::new(0) })
    }

    /// Runs `work` with the connection, unless the transaction has ended: also by SQLite, which
    /// rolls back by itself when the disk is full.
    fn with<T>(&self, work: impl FnOnce(&Lent) -> Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        let mut writer = lock(&self.writer);
        let lent = writer.as_ref().ok_or(DatabaseError::Ended)?;
        let result = work(lent).map_err(|error| lent.engine().waited(error));
        if lent.is_autocommit() {
            *writer = None;
        }
        result
    }
}
