//! Share data between Rust and Dart in place: same bytes, no serialization, no copies.
//!
//! Annotate plain structs, enums and functions; the compiled library carries their schema, and
//! `ffi-dart-emit` writes a Dart package from it that reads and writes the very memory Rust uses.
//!
//! ```
//! use ffi_core::{FfiEnum, FfiMessage, ffi_export};
//!
//! /// Behaviour at the edge of the world.
//! #[derive(FfiEnum, Clone, Copy, Debug, PartialEq)]
//! #[repr(u8)]
//! pub enum BoundaryMode {
//!     Bounce = 0,
//!     Wrap = 1,
//! }
//!
//! /// A point mass.
//! #[derive(FfiMessage, Clone, Copy)]
//! #[repr(C)]
//! pub struct Particle {
//!     pub position: [f32; 2],
//!     pub velocity: [f32; 2],
//!     /// Kilograms.
//!     pub mass: f32,
//!     pub mode: BoundaryMode,
//! }
//!
//! /// Moves every particle by `dt` seconds.
//! #[ffi_export(leaf)]
//! pub fn step(particles: &mut [Particle], dt: f32) {
//!     for particle in particles {
//!         particle.position[0] += particle.velocity[0] * dt;
//!         particle.position[1] += particle.velocity[1] * dt;
//!     }
//! }
//!
//! // Once, in the root of the cdylib.
//! ffi_core::library!();
//! ```
//!
//! # Map
//!
//! | item | what it is |
//! |---|---|
//! | [`FfiMessage`] | derive and trait of a struct that both sides see |
//! | [`FfiEnum`] | derive and trait of a C-like enum |
//! | [`FfiOneof`] | trait of an enum that holds data; derive [`FfiMessage`](macro@FfiMessage) |
//! | [`FfiStr`], [`FfiBytes`], [`FfiVec`], [`FfiMap`] | text, bytes, lists and maps in place, up to a capacity |
//! | [`FfiOption`] | a value that may be absent |
//! | [`arena`] | messages without bounds: text, lists, maps and boxes of any size |
//! | [`FfiArenaFrom`](macro@FfiArenaFrom) | derive of ordinary structs that are written into arenas and read back |
//! | [`FfiOpen`] | an enum that may hold a number without a variant |
//! | [`FfiTimestamp`], [`FfiDuration`], [`FfiUuid`], [`FfiDecimal`], [`FfiEmpty`] | memory with a meaning that Dart and protobuf have types for |
//! | [`FfiNewtype`](macro@FfiNewtype) | derive of a type of its own around one value |
//! | [`pool`] | fixed numbers of slots for messages, and queues of them, shared by all threads |
//! | [`Pool`], [`PoolBox`], [`FfiRef`] | a pool, a message in it that Rust owns, a reference to one |
//! | [`FfiQueue`] | passes messages of a pool from thread to thread, in either language |
//! | [`columns`] | many messages field by field, for loops over one field |
//! | [`FfiColumns`] | such a container |
//! | `FfiProto` | trait of types that are written and read as protobuf, with the feature `proto` |
//! | `FfiJson` | trait of types that are written and read as JSON, with the feature `json` |
//! | [`ffi_export`] | makes a function callable from Dart |
//! | [`library!`] | exports the functions that every library has, once |
//! | [`FfiType`] | trait of the types of fields, with the check of untrusted memory |
//! | [`FfiError`](macro@FfiError), [`error`] | derive of errors that Dart catches by variant, with their fields |
//! | [`DartError`] | what a function of Dart threw, which is passed as `&dyn Fn(A) -> Result<R, DartError>` |
//! | [`FfiMoved`] | a list that its caller gives to a function |
//! | `executor` | what runs async and blocking functions, with the feature `async` or `tokio` |
//! | `FfiContext`, `context` | tell a function the deadline of its call, and whether it was cancelled |
//! | `Stream` | trait of `futures-core`: a function that returns `impl Stream<Item = T>` is a stream in Dart |
//! | `spawn`, `spawn_blocking` | run a task or work of the library's own, from any thread |
//! | [`panic`](mod@panic) | places and backtraces of panics |
//! | [`Flag`], [`ffi_flag`] | a switch that Dart sets by name |
//! | [`ffi_health`] | a function that says whether a part of the library works |
//! | [`production`] | start and end of a library, and what it says about itself |
//! | `observe` | spans and log records, with the feature `observe` |
//! | [`boundary`] | status, panics, arguments and results of exported functions |
//! | [`schema`] | the records in the library, and their readers |
//! | `simd` | operations of `#[ffi(simd)]` on arrays of messages; sums, minima, sums of products and element-wise arithmetic on slices of numbers |
//!
//! # Features
//!
//! | feature | default | what it does |
//! |---|---|---|
//! | `async` | no | async and blocking functions and streams, on threads of the library's own or another executor |
//! | `derive` | yes | the macros |
//! | `json` | no | `proto`, and `json`: messages to the JSON of protobuf and back |
//! | `metadata` | yes | writes the schema section; off, only fingerprints stay in the library |
//! | `metrics` | no | `production`, and numbers about calls: errors, times, a snapshot as JSON and for Prometheus |
//! | `observe` | no | `tracing`, and `observe`: log records go to stderr, to files and to Dart |
//! | `pattern` | no | the rule `pattern` of fields and parameters, a regular expression |
//! | `pool-debug` | no | finds double frees and leaks of [`pool`]s, with backtraces; slow |
//! | `production` | no | [`production`]: `library!(init = .., shutdown = ..)`, calls are counted and can be waited for, limits of functions |
//! | `rayon` | no | `production`, and `production::rayon_threads`, which sets up the thread pool of that crate |
//! | `read` | no | `schema::read`, for tools |
//! | `proto` | no | `proto`: messages to protobuf and back |
//! | `chrono`, `time` | no | [`FfiTimestamp`] and [`FfiDuration`] from and to the types of these crates |
//! | `secret` | no | `FfiSecret`, and memory that is zeroed when a message with one goes back |
//! | `serde` | no | `Serialize` and `Deserialize` for the field types, `Serialize` for views of arenas |
//! | `simd` | no | the module `simd`; the library of vectors that it needs takes some seconds to compile |
//! | `tokio` | no | `async`, on a runtime of tokio |
//! | `tracing` | no | `production`, and a span of the crate `tracing` for each call |
//!
//! # What may cross
//!
//! A message is plain data: `repr(C)`, no destructor, no pointer into Rust, valid when all its
//! bytes are zero. Dart can write any byte into memory it can reach, so an exported function checks
//! its arguments ([`FfiType::check`]) before it makes a reference to them; types without an invalid
//! bit pattern cost nothing. While a function runs, no other thread or isolate may write to the
//! memory of its arguments. The caller must keep that rule, and the generated Dart documentation
//! says so.

#![cfg_attr(docsrs, feature(doc_cfg))]

// The macros name `::ffi_core`, also in this crate's own tests.
#[cfg(test)]
extern crate self as ffi_core;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod arena;
pub mod boundary;
pub mod columns;
mod enumeration;
pub mod error;
#[cfg(feature = "async")]
pub mod executor;
mod facts;
mod huge_pages;
#[cfg(feature = "json")]
pub mod json;
#[doc(hidden)]
pub mod layout;
mod library;
#[cfg(feature = "async")]
mod mailbox;
mod message;
pub mod object;
#[cfg(feature = "observe")]
pub mod observe;
mod oneof;
mod operations;
pub mod panic;
pub mod pool;
pub mod production;
#[cfg(feature = "proto")]
pub mod proto;
mod scalars;
pub mod schema;
#[cfg(feature = "simd")]
pub mod simd;
mod types;
mod unimplemented;
mod wipe;

/// Writes what the derive makes for protobuf only with the feature `proto`.
///
/// The derive can't know the features of this crate: cargo compiles it once, with the features of
/// build scripts and programs together, and this crate for each with its own.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "proto")]
macro_rules! __proto {
    ($($items:tt)*) => { $($items)* };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "proto"))]
macro_rules! __proto {
    ($($items:tt)*) => {};
}

/// Writes what the derive makes for JSON only with the feature `json`.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "json")]
macro_rules! __json {
    ($($items:tt)*) => { $($items)* };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "json"))]
macro_rules! __json {
    ($($items:tt)*) => {};
}

/// Passes what the rule `pattern` needs, or reports that it needs the feature `pattern`.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "pattern")]
macro_rules! __pattern {
    ($($items:tt)*) => { $($items)* };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "pattern"))]
macro_rules! __pattern {
    ($($items:tt)*) => {
        $crate::__private::core::compile_error!(
            "`pattern` needs the feature `pattern` of `ffi-core`\nhint: `ffi-core = { version = \"..\", features = [\"pattern\"] }`"
        );
        $($items)*
    };
}

/// Writes what the derive makes for serde only with the feature `serde`.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "serde")]
macro_rules! __serde {
    ($($items:tt)*) => { $($items)* };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "serde"))]
macro_rules! __serde {
    ($($items:tt)*) => {};
}

/// Passes or drops the tokens that `#[ffi(simd)]` writes.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "simd")]
macro_rules! __simd {
    ($($items:tt)*) => { $($items)* };
}

/// Reports that the kernels need the feature `simd`, as they take long to compile:
///
/// ```compile_fail
/// #[derive(ffi_core::FfiMessage)]
/// #[repr(C)]
/// #[ffi(simd)]
/// struct Point {
///     x: f32,
/// }
/// ```
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "simd"))]
macro_rules! __simd {
    ($($items:tt)*) => {
        $crate::__private::core::compile_error!(
            "`#[ffi(simd)]` needs the feature `simd` of `ffi-core`\nhint: `ffi-core = { version = \"..\", features = [\"simd\"] }`"
        );
    };
}

/// Writes what the derive makes for an async or blocking function, and for the library that has
/// some, only with the feature `async`.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "async")]
macro_rules! __async {
    (function $($items:tt)*) => { $($items)* };
    (library $($items:tt)*) => { $($items)* };
    (check $executor:expr) => {};
    (executor) => { $crate::__private::core::option::Option::None };
    (executor $executor:expr) => {
        $crate::__private::core::option::Option::Some(|| $crate::executor::boxed($executor))
    };
    (symbol) => {
        $crate::__private::Piece::Text($crate::__private::core::concat!(
            ",\"mailbox\":\"",
            $crate::__private::core::env!("CARGO_CRATE_NAME"),
            "_ffi0_mailbox\"",
        ))
    };
}

/// Reports that an async function needs an executor:
///
/// ```compile_fail
/// #[ffi_core::ffi_export]
/// async fn answer() -> u32 {
///     42
/// }
/// ```
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "async"))]
macro_rules! __async {
    (function $($items:tt)*) => {
        $crate::__private::core::compile_error!(
            "an async or blocking function, a stream or a `DartFn` needs an executor\nhint: `ffi-core = { version = \"..\", features = [\"tokio\"] }`, \
             or the feature `async` for one without tokio"
        );
    };
    (library $($items:tt)*) => {};
    (symbol) => { $crate::__private::Piece::Text("") };
    (check $executor:expr) => {
        $crate::__private::core::compile_error!(
            "`executor` is for libraries with async functions\nhint: `ffi-core = { version = \"..\", features = [\"tokio\"] }`, \
             or the feature `async` for one without tokio"
        )
    };
}

/// Passes the functions for the start and the end of a library, and exports what Dart asks.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "production")]
macro_rules! __production {
    (check $key:ident) => {};
    (library $($items:tt)*) => { $($items)* };
    (limited $($items:tt)*) => { $($items)* };
    (otherwise $($items:tt)*) => {};
    (health) => {};
    (symbol) => {
        $crate::__private::Piece::Text($crate::__private::core::concat!(
            ",\"production\":\"",
            $crate::__private::core::env!("CARGO_CRATE_NAME"),
            "_ffi0_production\"",
        ))
    };
}

/// Reports that functions for the start and the end of a library need the feature `production`:
///
/// ```compile_fail
/// fn start() {}
///
/// ffi_core::library!(init = start);
/// ```
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "production"))]
macro_rules! __production {
    (check $key:ident) => {
        $crate::__private::core::compile_error!($crate::__private::core::concat!(
            "`",
            $crate::__private::core::stringify!($key),
            "` needs the feature `production` of `ffi-core`\nhint: `ffi-core = { version = \"..\", features = [\"production\"] }`"
        ));
    };
    (library $($items:tt)*) => {};
    (limited $($items:tt)*) => {
        $crate::__private::core::compile_error!(
            "`limit` needs the feature `production` of `ffi-core`\nhint: `ffi-core = { version = \"..\", features = [\"production\"] }`"
        );
    };
    (otherwise $($items:tt)*) => { $($items)* };
    (health) => {
        $crate::__private::core::compile_error!(
            "`#[ffi_health]` needs the feature `production` of `ffi-core`\nhint: `ffi-core = { version = \"..\", features = [\"production\"] }`"
        );
    };
    (symbol) => { $crate::__private::Piece::Text("") };
}

#[doc(inline)]
pub use boundary::{DartError, FfiMoved};
pub use bytemuck;
#[doc(hidden)]
pub use columns::ColumnsCode;
#[doc(no_inline)]
pub use columns::ColumnsError;
#[doc(inline)]
pub use columns::{FfiColumnar, FfiColumns};
pub use enumeration::FfiEnum;
#[doc(no_inline)]
pub use error::FfiError;
#[cfg(feature = "async")]
pub use executor::{spawn, spawn_blocking};
#[cfg(feature = "derive")]
pub use ffi_derive::{
    FfiArenaFrom, FfiError, FfiObject, ffi_callback, ffi_export, ffi_flag, ffi_health, ffi_service,
};
#[cfg(all(feature = "derive", feature = "proto"))]
pub use ffi_derive::{FfiEnum, FfiMessage, FfiNewtype};
// The same derives, which don't write what would be dropped.
#[cfg(all(feature = "derive", not(feature = "proto")))]
pub use ffi_derive::{
    FfiEnumWithoutProto as FfiEnum, FfiMessageWithoutProto as FfiMessage,
    FfiNewtypeWithoutProto as FfiNewtype,
};
#[cfg(feature = "async")]
#[doc(no_inline)]
pub use futures_core::Stream;
#[cfg(feature = "json")]
#[doc(inline)]
pub use json::FfiJson;
#[cfg(feature = "async")]
#[doc(hidden)]
pub use mailbox::FfiInputItem;
#[cfg(feature = "async")]
pub use mailbox::{Ask, AskError, DartFn, DartGone, FfiContext, FfiInput, context};
pub use message::FfiMessage;
#[doc(inline)]
pub use object::{AlreadyInstalled, FfiObject};
pub use oneof::FfiOneof;
#[doc(hidden)]
pub use pool::FreeCode;
#[doc(inline)]
pub use pool::{FfiPooled, FfiQueue, Pool, PoolBox, PoolRead};
#[doc(no_inline)]
pub use pool::{
    PoolCache, PoolError, PoolErrorKind, PoolState, PoolStats, PopError, PushError, QueueStats,
    RefusedHandle, Reset,
};
#[doc(inline)]
pub use production::Flag;
#[cfg(feature = "proto")]
#[doc(inline)]
pub use proto::FfiProto;
pub use types::logical::*;
pub use types::*;
