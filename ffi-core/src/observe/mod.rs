//! Spans and log records of the crate `tracing`: where they go, and how they come to Dart.
//!
//! With the feature `tracing` each call has a span (`call`, with the library, the function and the
//! id of the request; target `ffi_core::call`), for any subscriber of the program's. This module,
//! of the feature `observe`, installs one:
//!
//! ```
//! // Records go to stderr, and to whatever listens in Dart.
//! ffi_core::library!(init = ffi_core::observe::init);
//! ```
//!
//! [`Logs`] says more: a filter, JSON, files. A program with a subscriber of its own adds
//! [`DartLogs`] to it as a layer, and its records come to Dart as well.
//!
//! # Records in Dart
//!
//! `FfiProduction.logs` is a stream of the records. They wait in one ring for the whole process,
//! which holds the last 1024, so a flood takes no more memory than that: the oldest record makes
//! room. Each listener has a place in the ring, and learns how many records it has missed, exactly.
//! The lines are also kept for the report of the next panic, as those of
//! [`note`](crate::production::note) are.
//!
//! | part | file |
//! |---|---|
//! | the subscriber that `init` installs | `logs.rs` |
//! | from an event to a record | `layer.rs` |
//! | the ring, and the listeners that are woken | `ring.rs` |
//! | what Dart asks for | `abi.rs` |

pub(crate) mod abi;
mod layer;
mod logs;
mod ring;

pub use layer::DartLogs;
pub use logs::{Logs, LogsError, init};
