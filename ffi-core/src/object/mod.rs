//! Objects of Rust that callers refer to by handles: instances of a struct with
//! `#[derive(FfiObject)]`, and implementors of a service.
//!
//! # Problem
//!
//! A caller in C or Dart can pass any number as a handle: one of an object that is gone, of another
//! type, of another library in the process. And a method is often a few nanoseconds of work, so a
//! check that takes a count, with a locked instruction, would cost more than the call.
//!
//! # Idea
//!
//! A handle is a number of 64 bits: the index of an entry in a table that never moves, the
//! generation of that entry, and small numbers for the type and the library (`handle.rs`). The
//! entry holds the handle in one word (`state.rs`), so one comparison finds every stale or foreign
//! one. Then the entry's class is compared by its address, as the number of the type in a handle
//! may be shared by two types.
//!
//! An entry belongs to one isolate, or one thread of a caller in C, which ends it. So a sync call
//! takes no count of the `Arc`, as nothing can end the entry meanwhile. Whatever outlives the call
//! or may run code of the caller clones the `Arc`: async and blocking methods, methods with a
//! callback, and arguments of type [`FfiObject`].
//!
//! Another isolate gets an entry of its own. `share` makes a one-time token, an
//! entry that no method accepts; the isolate that redeems it takes the `Arc` out. Tokens that
//! nobody redeemed go with the shutdown.
//!
//! # What is given up
//!
//! An entry whose generations are used up is never used again: 64 bytes for each 262,143 objects.
//! One library has up to 16 million objects at a time.
//!
//! Tests: `tests/`, and `tests/dart/end_to_end/test/services_test.dart`.

mod class;
mod handle;
mod server;
mod state;
mod table;
#[cfg(test)]
mod tests;

pub use class::{Class, FfiClass, FfiHolds, FfiObject, assert_object};
pub use server::{AlreadyInstalled, Installed};
#[doc(hidden)]
pub use table::drop_tokens;
pub(crate) use table::{
    Contents, Entry, ObjectCode, Pointer, end, end_entry, entry_of, get, get_near, insert, reason, redeem,
    share,
};
pub use table::{ObjectStats, stats};
