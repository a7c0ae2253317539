//! Video from a camera to Dart: frames of 4K, sixty in a second, that nobody copies.
//!
//! ```text
//! camera ─▶ queue ─▶ coder ─▶ queue ─▶ stream ─▶ Dart
//! thread             thread            task      lent slots of a pool
//! ```
//!
//! `camera.rs` makes frames, `coder/` marks them with checksums or codes them, `pipeline.rs` is the
//! two threads, `handover.rs` a queue with a policy, `clock.rs` what keeps time, and `session.rs`
//! what Dart calls.

mod camera;
mod checksum;
mod clock;
mod coder;
mod counters;
mod error;
mod handover;
mod messages;
mod pipeline;
mod session;

pub use checksum::checksum;
pub use clock::{AudioClock, Stamper};
pub use error::VideoError;
pub use messages::*;
pub use session::Camera;

ffi_core::library!();
