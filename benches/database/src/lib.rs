//! Peers of the database example: a query by SQLite's C functions, from Rust and from Dart, and its
//! result as protobuf's bytes.
//!
//! The library of the example itself is `examples/05_database_engine`.

mod proto;

use std::ffi::{CStr, CString, c_int};
use std::ptr;
use std::slice;
use std::sync::{Mutex, PoisonError};

use ffi_core::{FfiMessage, FfiObject, ffi_export};
use prost::Message as _;
use rusqlite::ffi;

ffi_core::library!();

/// Addresses of SQLite's functions, for a program in Dart that calls them itself.
#[derive(FfiMessage, Clone, Copy, Debug)]
#[repr(C)]
pub struct Functions {
    /// `sqlite3_step`.
    pub step: u64,
    /// `sqlite3_reset`.
    pub reset: u64,
    /// `sqlite3_column_count`.
    pub column_count: u64,
    /// `sqlite3_column_type`.
    pub column_type: u64,
    /// `sqlite3_column_int64`.
    pub column_int64: u64,
    /// `sqlite3_column_double`.
    pub column_double: u64,
    /// `sqlite3_column_text`.
    pub column_text: u64,
    /// `sqlite3_column_bytes`.
    pub column_bytes: u64,
    /// The statement.
    pub statement: u64,
}

/// A statement that is compiled once, on a connection of its own.
struct Statement {
    database: *mut ffi::sqlite3,
    statement: *mut ffi::sqlite3_stmt,
}

// SAFETY: any thread may use a connection that is opened with `SQLITE_OPEN_NOMUTEX`, one at a time,
// which the borrow of its owner sees to.
unsafe impl Send for Statement {}

impl Statement {
    /// Compiles `sql` for the database in the file at `path`, which is only read.
    fn new(path: &str, sql: &str) -> Result<Self, String> {
        let path = CString::new(path).map_err(|error| error.to_string())?;
        let sql = CString::new(sql).map_err(|error| error.to_string())?;
        let mut this = Self { database: ptr::null_mut(), statement: ptr::null_mut() };
        let flags = ffi::SQLITE_OPEN_READONLY | ffi::SQLITE_OPEN_NOMUTEX;
        // SAFETY: the path ends in a zero, and SQLite writes the connection to a place of ours.
        let code = unsafe { ffi::sqlite3_open_v2(path.as_ptr(), &mut this.database, flags, ptr::null()) };
        this.check(code)?;
        // SAFETY: the connection is open, the text ends in a zero, and SQLite writes the statement
        // to a place of ours.
        let code = unsafe {
            ffi::sqlite3_prepare_v2(this.database, sql.as_ptr(), -1, &mut this.statement, ptr::null_mut())
        };
        this.check(code)?;
        Ok(this)
    }

    fn check(&self, code: c_int) -> Result<(), String> {
        if matches!(code, ffi::SQLITE_OK | ffi::SQLITE_ROW | ffi::SQLITE_DONE) {
            return Ok(());
        }
        // SAFETY: SQLite takes null as well.
        let text = unsafe { ffi::sqlite3_errmsg(self.database) };
        // SAFETY: the text ends in a zero, and stays until the next call on this connection.
        Err(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    }

    /// Returns true if there is another row.
    #[inline(always)]
    fn step(&mut self) -> Result<bool, String> {
        // SAFETY: the statement is compiled, and only `drop` ends it.
        let code = unsafe { ffi::sqlite3_step(self.statement) };
        if code == ffi::SQLITE_ROW {
            return Ok(true);
        }
        self.check(code)?;
        // SAFETY: as long as `self` is there, so is the statement.
        let code = unsafe { ffi::sqlite3_reset(self.statement) };
        self.check(code)?;
        Ok(false)
    }

    fn columns(&self) -> c_int {
        // SAFETY: the statement is compiled, and only `drop` ends it.
        unsafe { ffi::sqlite3_column_count(self.statement) }
    }

    /// Returns a value of the row, which is there until the next step.
    #[inline(always)]
    fn value(&self, column: c_int) -> Value<'_> {
        let statement = self.statement;
        // SAFETY: the statement is compiled; SQLite answers for any column.
        match unsafe { ffi::sqlite3_column_type(statement, column) } {
            // SAFETY: the statement is compiled; SQLite answers for any column.
            ffi::SQLITE_INTEGER => Value::Integer(unsafe { ffi::sqlite3_column_int64(statement, column) }),
            // SAFETY: the statement is compiled; SQLite answers for any column.
            ffi::SQLITE_FLOAT => Value::Real(unsafe { ffi::sqlite3_column_double(statement, column) }),
            ffi::SQLITE_TEXT => {
                // SAFETY: the statement is compiled, and the value is a text, so this converts
                // nothing.
                let text = unsafe { ffi::sqlite3_column_text(statement, column) };
                // SAFETY: the statement is compiled; SQLite answers for any column.
                let length = unsafe { ffi::sqlite3_column_bytes(statement, column) };
                // SAFETY: SQLite has that many bytes there until the next step, which needs
                // `&mut self`.
                Value::Text(unsafe { slice::from_raw_parts(text, length as usize) })
            }
            _ => Value::Null,
        }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: SQLite takes null as well, and nothing uses the statement after this.
        unsafe { ffi::sqlite3_finalize(self.statement) };
        // SAFETY: SQLite takes null as well; the only statement was ended.
        unsafe { ffi::sqlite3_close(self.database) };
    }
}

/// A value of a row.
enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a [u8]),
}

/// A query that is run again and again.
#[derive(FfiObject)]
pub struct Query(Mutex<Statement>);

#[ffi_export]
impl Query {
    /// Compiles a query.
    ///
    /// # Errors
    ///
    /// Returns SQLite's message.
    pub fn new(path: &str, sql: &str) -> Result<Self, String> {
        Statement::new(path, sql).map(|statement| Self(Mutex::new(statement)))
    }

    /// Reads all rows as a program in C would: adds up the numbers and the lengths of the texts.
    ///
    /// # Errors
    ///
    /// Returns SQLite's message.
    pub fn sum(&self) -> Result<f64, String> {
        let mut statement = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = statement.columns();
        let (mut whole, mut real) = (0i64, 0.0);
        while statement.step()? {
            for column in 0..columns {
                match statement.value(column) {
                    Value::Null => {}
                    Value::Integer(value) => whole = whole.wrapping_add(value),
                    Value::Real(value) => real += value,
                    Value::Text(text) => whole = whole.wrapping_add(text.len() as i64),
                }
            }
        }
        Ok(whole as f64 + real)
    }

    /// Returns the result as protobuf's bytes.
    ///
    /// # Errors
    ///
    /// Returns SQLite's message.
    #[ffi(blocking)]
    pub fn encode(&self) -> Result<Vec<u8>, String> {
        let mut statement = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = statement.columns();
        let mut set = proto::ResultSet::default();
        while statement.step()? {
            let values = (0..columns).map(|column| proto::Value {
                kind: match statement.value(column) {
                    Value::Null => None,
                    Value::Integer(value) => Some(proto::Kind::Integer(value)),
                    Value::Real(value) => Some(proto::Kind::Real(value)),
                    Value::Text(text) => Some(proto::Kind::Text(String::from_utf8_lossy(text).into_owned())),
                },
            });
            set.rows.push(proto::Row { values: values.collect() });
        }
        Ok(set.encode_to_vec())
    }

    /// Returns what a program in Dart needs to call SQLite itself. It must not use it once this
    /// object is disposed of.
    pub fn functions(&self) -> Functions {
        type Statement = ffi::sqlite3_stmt;
        type OfColumn<T> = unsafe extern "C" fn(*mut Statement, c_int) -> T;
        type OfStatement = unsafe extern "C" fn(*mut Statement) -> c_int;
        Functions {
            step: (ffi::sqlite3_step as OfStatement) as usize as u64,
            reset: (ffi::sqlite3_reset as OfStatement) as usize as u64,
            column_count: (ffi::sqlite3_column_count as OfStatement) as usize as u64,
            column_type: (ffi::sqlite3_column_type as OfColumn<c_int>) as usize as u64,
            column_int64: (ffi::sqlite3_column_int64 as OfColumn<i64>) as usize as u64,
            column_double: (ffi::sqlite3_column_double as OfColumn<f64>) as usize as u64,
            column_text: (ffi::sqlite3_column_text as OfColumn<*const u8>) as usize as u64,
            column_bytes: (ffi::sqlite3_column_bytes as OfColumn<c_int>) as usize as u64,
            statement: self.0.lock().unwrap_or_else(PoisonError::into_inner).statement.addr() as u64,
        }
    }
}
