//! Single values: into SQLite, and out of it into a page.

use std::str;

use ffi_core::{FfiBytes, FfiStr};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use crate::error::DatabaseError;
use crate::messages::{INLINE, Value};

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

/// Reason why a value can't be in a page.
pub(crate) enum Refused {
    TooLong(usize),
    NotUtf8,
}

impl Refused {
    pub(crate) fn at(self, column: &str, row: u64) -> DatabaseError {
        let column = column.to_owned();
        match self {
            Self::TooLong(length) => {
                DatabaseError::TooLong { column, row, length: length as u64, most: INLINE as u64 }
            }
            Self::NotUtf8 => DatabaseError::NotUtf8 { column, row },
        }
    }
}

/// Appends a value to others.
///
/// Each kind is written in its place among the others. A value that is made first, and then moved,
/// is 64 bytes to copy for a number of 8.
#[inline(always)]
pub(crate) fn push(values: &mut Vec<Value>, value: ValueRef<'_>) -> Result<(), Refused> {
    match value {
        ValueRef::Null => values.push(Value::Null),
        ValueRef::Integer(value) => values.push(Value::Integer(value)),
        ValueRef::Real(value) => values.push(Value::Real(value)),
        ValueRef::Text(bytes) => {
            let text = utf8(bytes).ok_or(Refused::NotUtf8)?;
            values.push(Value::Text(FfiStr::new()));
            let Some(Value::Text(room)) = values.last_mut() else { unreachable!("it is the last") };
            room.try_push_str(text).map_err(|_| Refused::TooLong(bytes.len()))?;
        }
        ValueRef::Blob(bytes) => {
            values.push(Value::Blob(FfiBytes::new()));
            let Some(Value::Blob(room)) = values.last_mut() else { unreachable!("it is the last") };
            room.try_extend_from_slice(bytes).map_err(|_| Refused::TooLong(bytes.len()))?;
        }
    }
    Ok(())
}

/// Returns bytes as text, if they are UTF-8, which SQLite does not check.
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    if bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8. Most texts are, and that takes a third of the whole check.
        return Some(unsafe { str::from_utf8_unchecked(bytes) });
    }
    str::from_utf8(bytes).ok()
}
