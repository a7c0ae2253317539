//! The connections of a database.
//!
//! SQLite lets one transaction write and any number read at once, if the log is written ahead
//! (WAL). So a database has one connection that writes, which is lent to one call or transaction
//! at a time, and a connection for each query that runs; those are kept for the next queries, with
//! their compiled statements. No connection is used by two threads at once, and none waits for
//! another that reads.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, InterruptHandle, OpenFlags};

use crate::error::DatabaseError;
use crate::messages::{Access, Options, Synchronous};

/// Number of connections for readers that are kept.
const IDLE: usize = 8;

/// Number of SQLite's instructions after which a query looks if it was cancelled. They take less
/// than a tenth of a millisecond, and the look costs nothing next to them.
const INSTRUCTIONS: i32 = 4_000;

/// A database: its file, and the connections to it.
pub(crate) struct Engine {
    path: PathBuf,
    options: Options,
    /// The connection that writes, unless it is lent.
    writer: Mutex<Option<Connection>>,
    /// Signalled when the writer is back.
    returned: Condvar,
    /// Connections that read, and that nobody uses.
    idle: Mutex<Vec<Connection>>,
    running: Mutex<Running>,
}

/// The connections that are lent.
#[derive(Default)]
struct Running {
    handles: HashMap<u64, InterruptHandle>,
    /// Number of the next loan.
    next: u64,
}

/// Locks, also after a panic of another holder: each change under these locks is one assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    /// Opens the database, and a connection that writes.
    pub(crate) fn open(path: PathBuf, options: Options) -> Result<Arc<Self>, DatabaseError> {
        let writer = connect(&path, &options, options.access)?;
        Ok(Arc::new(Self {
            path,
            options,
            writer: Mutex::new(Some(writer)),
            returned: Condvar::new(),
            idle: Mutex::default(),
            running: Mutex::default(),
        }))
    }

    /// Lends the connection that writes, as soon as nobody else has it.
    pub(crate) fn writer(self: &Arc<Self>) -> Result<Lent, DatabaseError> {
        let until = Instant::now() + Duration::from_millis(self.options.busy_milliseconds.into());
        let mut writer = lock(&self.writer);
        loop {
            if let Some(connection) = writer.take() {
                drop(writer);
                return Ok(self.lend(connection, Role::Writer));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(self.waited(DatabaseError::Busy { waited_milliseconds: 0 }));
            }
            writer = self.returned.wait_timeout(writer, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Lends a connection that reads; its queries end when `cancelled` returns true.
    pub(crate) fn reader(
        self: &Arc<Self>,
        cancelled: impl Fn() -> bool + Send + 'static,
    ) -> Result<Lent, DatabaseError> {
        let idle = lock(&self.idle).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, &self.options, Access::ReadOnly)?,
        };
        // `sqlite3_interrupt` does nothing before the first step of a statement; this isn't late.
        connection.progress_handler(INSTRUCTIONS, Some(cancelled))?;
        Ok(self.lend(connection, Role::Reader))
    }

    fn lend(self: &Arc<Self>, connection: Connection, role: Role) -> Lent {
        let mut running = lock(&self.running);
        let number = running.next;
        running.next += 1;
        running.handles.insert(number, connection.get_interrupt_handle());
        Lent { engine: Arc::clone(self), connection: Some(connection), role, number }
    }

    /// Interrupts each statement that runs.
    pub(crate) fn interrupt(&self) {
        // Under the lock, so that no connection is back and lent to another call.
        lock(&self.running).handles.values().for_each(InterruptHandle::interrupt);
    }

    /// Returns the number of idle readers, and of lent connections.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (lock(&self.idle).len(), lock(&self.running).handles.len())
    }

    /// Says how long a call may have waited, if `error` is that the database was busy.
    pub(crate) fn waited(&self, error: DatabaseError) -> DatabaseError {
        error.waited(self.options.busy_milliseconds)
    }
}

fn connect(path: &PathBuf, options: &Options, access: Access) -> Result<Connection, DatabaseError> {
    let flags = match access {
        Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Access::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    // Each connection is used by one thread at a time, so SQLite needs no lock for it.
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let connection = connection.map_err(|error| DatabaseError::CannotOpen {
        path: path.display().to_string(),
        message: error.to_string(),
    })?;
    set_up(&connection, options, access)
        .map_err(|error| DatabaseError::from(error).waited(options.busy_milliseconds))?;
    Ok(connection)
}

fn set_up(connection: &Connection, options: &Options, access: Access) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_millis(options.busy_milliseconds.into()))?;
    connection.set_prepared_statement_cache_capacity(options.statements as usize);
    connection.pragma_update(None, "foreign_keys", true)?;
    if access == Access::ReadOnly {
        // The first look at the file, which may be no database.
        return connection.query_row("SELECT count(*) FROM sqlite_schema", (), |_| Ok(()));
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let synchronous = match options.synchronous {
        Synchronous::Normal => "NORMAL",
        Synchronous::Full => "FULL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    if options.most_pages > 0 {
        connection.pragma_update_and_check(None, "max_page_count", options.most_pages, |_| Ok(()))?;
    }
    Ok(())
}

/// Use of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Writer,
    Reader,
}

/// A connection that is lent. When it is dropped, a transaction that is still open is rolled back,
/// and the connection is there for the next call.
pub(crate) struct Lent {
    engine: Arc<Engine>,
    /// Always some, before the drop.
    connection: Option<Connection>,
    role: Role,
    number: u64,
}

impl Lent {
    /// Returns the database that has lent the connection.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl Deref for Lent {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("only the drop takes it")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("only the drop takes it")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut connection = self.connection.take().expect("it is dropped once");
        lock(&self.engine.running).handles.remove(&self.number);
        match self.role {
            Role::Writer => {
                if !connection.is_autocommit() {
                    // It fails only if there is no transaction.
                    let _ = connection.execute_batch("ROLLBACK");
                }
                *lock(&self.engine.writer) = Some(connection);
                self.engine.returned.notify_one();
            }
            Role::Reader => {
                // Without it the connection would keep the call's flag, and be cancelled by it.
                let reset = connection.progress_handler(0, None::<fn() -> bool>);
                let mut idle = lock(&self.engine.idle);
                if reset.is_ok() && idle.len() < IDLE {
                    idle.push(connection);
                }
            }
        }
    }
}
