//! The error of all calls.

use ffi_core::{FfiEnum, FfiError};
use rusqlite::{ErrorCode, ffi};

/// Kind of a constraint.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Constraint {
    /// Another kind.
    Other = 0,
    /// Two rows have the same value.
    Unique = 1,
    /// Two rows have the same primary key.
    PrimaryKey = 2,
    /// A value is missing.
    NotNull = 3,
    /// A `CHECK` doesn't hold.
    Check = 4,
    /// A row that is referred to is missing.
    ForeignKey = 5,
    /// A value is of another type than its column in a `STRICT` table.
    DataType = 6,
}

/// Reason why a call failed. Each is an exception in Dart, with these fields.
#[derive(Debug, PartialEq, Eq, thiserror::Error, FfiError)]
pub enum DatabaseError {
    /// A constraint doesn't hold.
    #[error("{message}")]
    Constraint {
        /// Kind of the constraint.
        kind: Constraint,
        /// The columns, or the name of the check, as SQLite says it: `users.email`.
        subject: String,
        /// SQLite's message.
        message: String,
    },
    /// Another writer had the database for too long.
    #[error("the database is busy: another transaction didn't end in {waited_milliseconds} ms")]
    Busy {
        /// Milliseconds that the call may wait.
        waited_milliseconds: u32,
    },
    /// The statement can't be understood.
    #[error("{message}, at byte {position}")]
    Syntax {
        /// SQLite's message.
        message: String,
        /// Byte of the statement at which SQLite stopped.
        position: u32,
    },
    /// The number of parameters is not that of the statement's question marks.
    #[error("the statement has {expected} parameters, not {given}")]
    WrongParameters {
        /// Number of values.
        given: u64,
        /// Number of question marks.
        expected: u64,
    },
    /// The file is damaged, or no database.
    #[error("the file is damaged: {message}")]
    Corrupt {
        /// SQLite's message.
        message: String,
    },
    /// There is no space left, on the disk or by the options.
    #[error("the disk is full, or the database has as many pages as it may have")]
    Full,
    /// The statement changes a database that is only read.
    #[error("the connection only reads\nhint: `execute`")]
    ReadOnly,
    /// The file can't be opened.
    #[error("can't open `{path}`: {message}")]
    CannotOpen {
        /// Path of the file.
        path: String,
        /// SQLite's message.
        message: String,
    },
    /// The call was cancelled, or `interrupt` was called.
    #[error("the call was interrupted")]
    Interrupted,
    /// The result has more rows than a page.
    #[error("the result has more than {most} rows\nhint: `cursor`, or `query_all`")]
    TooManyRows {
        /// Number of rows that fit.
        most: u64,
    },
    /// The result has more columns than a page.
    #[error("the result has {columns} columns, a page {most}\nhint: `query_all`")]
    TooManyColumns {
        /// Number of columns.
        columns: u64,
        /// Number of columns that fit.
        most: u64,
    },
    /// A text or blob is longer than a value of a page.
    #[error(
        "`{column}` of row {row} has {length} bytes, a value of a page at most {most}\nhint: `query_all`"
    )]
    TooLong {
        /// Name of the column.
        column: String,
        /// Number of the row, from 0.
        row: u64,
        /// Number of bytes.
        length: u64,
        /// Number of bytes that fit.
        most: u64,
    },
    /// A text is no UTF-8.
    #[error("`{column}` of row {row} is no UTF-8\nhint: `CAST(.. AS BLOB)`")]
    NotUtf8 {
        /// Name of the column.
        column: String,
        /// Number of the row, from 0.
        row: u64,
    },
    /// All pages, or nodes of plans, are in use.
    #[error("{message}\nhint: dispose of what was read")]
    NoSlot {
        /// Message of the pool.
        message: String,
    },
    /// A migration doesn't follow the version of the database.
    #[error("the schema has version {version}, so the next migration is not {asked}")]
    WrongVersion {
        /// Version of the schema.
        version: u32,
        /// Version that the migration leads to.
        asked: u32,
    },
    /// The transaction was committed or rolled back.
    #[error("the transaction has ended")]
    Ended,
    /// Another failure of SQLite.
    #[error("SQLite failed with {code}: {message}")]
    Failed {
        /// SQLite's extended code.
        code: i32,
        /// SQLite's message.
        message: String,
    },
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqlInputError { msg, offset, .. } => {
                Self::Syntax { message: msg, position: u32::try_from(offset).unwrap_or_default() }
            }
            rusqlite::Error::SqliteFailure(failure, message) => Self::of(failure, message),
            rusqlite::Error::InvalidParameterCount(given, expected) => {
                Self::WrongParameters { given: given as u64, expected: expected as u64 }
            }
            other => Self::Failed { code: ffi::SQLITE_ERROR, message: other.to_string() },
        }
    }
}

impl DatabaseError {
    fn of(failure: ffi::Error, message: Option<String>) -> Self {
        let message = message.unwrap_or_else(|| failure.to_string());
        match failure.code {
            ErrorCode::ConstraintViolation => {
                let subject = message.split_once(": ").map_or("", |(_, subject)| subject).to_owned();
                Self::Constraint { kind: constraint(failure.extended_code), subject, message }
            }
            // The connection that knows its time limit fills it in.
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy { waited_milliseconds: 0 },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt { message },
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::OperationInterrupted => Self::Interrupted,
            _ => Self::Failed { code: failure.extended_code, message },
        }
    }

    /// Says how long the call has waited, if it found the database busy.
    pub(crate) fn waited(self, milliseconds: u32) -> Self {
        match self {
            Self::Busy { .. } => Self::Busy { waited_milliseconds: milliseconds },
            other => other,
        }
    }
}

fn constraint(extended_code: i32) -> Constraint {
    match extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE => Constraint::Unique,
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => Constraint::PrimaryKey,
        ffi::SQLITE_CONSTRAINT_NOTNULL => Constraint::NotNull,
        ffi::SQLITE_CONSTRAINT_CHECK => Constraint::Check,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Constraint::ForeignKey,
        ffi::SQLITE_CONSTRAINT_DATATYPE => Constraint::DataType,
        _ => Constraint::Other,
    }
}
