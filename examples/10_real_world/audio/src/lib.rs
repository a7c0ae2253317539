//! Sound from a thread with a deadline: it takes blocks from a queue and a pool, never waits, and
//! counts what was missing.
//!
//! ```text
//!             FILLED                    PLAYED
//! synth.rs ──▶ queue ──▶ render.rs ──▶ queue ──▶ player.rs ──▶ Dart
//!  ordinary              real time                task, each few milliseconds
//! ```
//!
//! `device.rs` calls the renderer once a period, as the driver of a sound card does. What it must
//! not do is in `render.rs`; a test has the kernel kill the thread if it does.

mod clock;
mod device;
mod error;
mod messages;
mod player;
mod priority;
mod render;
mod synth;

pub use error::AudioError;
pub use messages::*;
pub use player::{Player, burn, expected};
pub use render::{Renderer, Studio};
pub use synth::Synth;

ffi_core::library!();
