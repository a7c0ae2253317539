//! Tests of the mailbox. `model.rs`: its inbox and the outcome of calls under loom. `calls.rs`:
//! calls on both executors. `streams.rs`: streams. `inputs.rs`: streams of Dart. `queues.rs`:
//! queues that Dart listens to. `asks.rs`: functions of Dart that Rust calls.
//! Tests with Dart are in `tests/dart/end_to_end/test/tasks_test.dart`.

mod asks;
mod calls;
mod inputs;
#[cfg(all(not(miri), target_pointer_width = "64"))]
mod model;
mod queues;
mod streams;
