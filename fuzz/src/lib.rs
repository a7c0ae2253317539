//! Functions that take any bytes and must neither panic nor break a rule of memory.
//!
//! A fuzzer calls them with inputs that it makes by changing those of `corpus/`, and keeps each
//! input that reaches new code: `cargo xtask sanitize fuzz` does so for a minute per target, with
//! the AddressSanitizer. `tests/corpus.rs` calls them only with the corpus, as an ordinary test.
//!
//! | target | input | what must hold |
//! |---|---|---|
//! | `records` | a schema section | the emitter writes all files, or refuses with a text |
//! | `library` | a library file | the same |
//! | `json` | what `inspect --json` printed | the same; the difference to itself is empty |
//! | `proto` | a .proto file | Rust source, or a refusal with a text |
//! | `wire` | protobuf's bytes | a valid message that is written and read again, or a hint |
//! | `arguments` | calls of exported functions | a result or a status; no slot of a pool is lost |
//! | `arenas` | an arena, without or with its header | a refusal, or an arena that is read, edited, copied and written whole |
//!
//! An input that once failed stays in the corpus, under the name of the fault.

ffi_core::library!();

mod bytes;
mod targets;

use targets::{arenas, arguments, emitter, proto, wire};

/// A function for a fuzzer.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name of the target, and of the folder in `corpus/`.
    pub name: &'static str,
    /// Runs the target. It panics when what must hold doesn't.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 7] = [
    Target { name: "records", run: emitter::records },
    Target { name: "library", run: emitter::library },
    Target { name: "json", run: emitter::json },
    Target { name: "proto", run: proto::run },
    Target { name: "wire", run: wire::run },
    Target { name: "arguments", run: arguments::run },
    Target { name: "arenas", run: arenas::run },
];

/// Returns the target of that name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
