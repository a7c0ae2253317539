//! Calls that Dart awaits: tasks in Rust, and the way of their results to the isolate.
//!
//! # Problem
//!
//! A result of a task comes on any thread, at any time, and Dart runs on one thread. The isolate
//! may have been killed meanwhile, and no memory may be lost then. A Dart port can wake an isolate;
//! each message to it costs a microsecond of the isolate's time, and memory that is sent in one is
//! lost when the port closes before the isolate looks at it.
//!
//! # Idea
//!
//! Each isolate has one mailbox per library. Results are records of 32 bytes in a queue of Rust's
//! ([`inbox`]); the port of the isolate is only a doorbell, which rings once for any number of
//! records. Dart takes up to 256 records in one leaf call, and then what each of them owns: a
//! result goes from the mailbox to the note in the isolate's status (`boundary/pending.rs`) in one
//! call, and from there to an object of Dart in another. An isolate can be killed between any two
//! calls, so at each moment the mailbox, the note or a Dart object owns it.
//!
//! A call ends once ([`outcome`]): with its result, by a cancellation, or by the shutdown. A
//! cancelled call wakes its task, which drops the future at its next poll and then pushes the event
//! that it is gone. So `cancel()` in Dart completes when the locks of the task are free.
//!
//! Rust calls functions of Dart by events as well, and Dart answers by a call of the library
//! (`dart_fn.rs`).
//!
//! # End of an isolate
//!
//! Three signals close a mailbox, any of them is enough: the finalizer of its object in Dart, which
//! runs when the isolate ends; a post that fails; and the next mailbox that is opened in the
//! process, which posts to all others. Closing cancels the calls, and drops what was not taken.
//! The memory of the mailbox is kept by a finalizable handle, which is never lost
//! (`boundary/attachment.rs`).
//!
//! # What is given up
//!
//! Drains, cancellations and starts of one isolate take a lock, which only the end of the isolate
//! and the shutdown contend for. Results of several threads are in the order in which the threads
//! added them.
//!
//! Tests: `tests/`, and `tests/dart/end_to_end/test/tasks_test.dart`.

mod abi;
mod arguments;
mod asks;
mod atomics;
mod counts;
mod current;
mod dart_fn;
mod deadline;
mod event;
mod inbox;
mod input;
mod intake;
mod items;
mod list;
mod listener;
mod outcome;
mod post;
mod queue;
mod stream;
mod task;
#[cfg(test)]
mod tests;
mod window;

pub use abi::{FfiMailboxCalls, mailbox_calls, start_async, start_blocking, start_inline, start_stream};
pub(crate) use counts::{Alive, counts};
pub use dart_fn::{Ask, AskError, DartFn, DartGone, DartObject};
pub use event::FfiEvent;
pub use input::{FfiInput, FfiInputItem, open_input};
pub use listener::{FfiListener, assert_listener, listener};
pub use post::FfiMailbox;
#[cfg(feature = "metrics")]
pub(crate) use post::open_streams;
pub(crate) use post::{open_again, open_mailboxes, shut_down};
pub use queue::queue_stream;
pub use task::{FfiContext, context};
