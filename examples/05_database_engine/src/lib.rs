//! SQLite as an object in Dart: statements and transactions, results that Dart reads in place, and
//! errors with fields.

mod cursor;
mod database;
mod engine;
mod error;
mod found;
mod messages;
mod plan;
mod rows;
mod schema;
mod transaction;
mod values;

pub use database::Database;
pub use error::{Constraint, DatabaseError};
pub use messages::*;
pub use plan::free_plan;
pub use transaction::Transaction;

ffi_core::library!();
