//! Messages without bounds: arenas that are read and written in place.
//!
//! # Problem
//!
//! [`FfiStr`](crate::FfiStr) and its kin have a capacity, and their memory is inside the message:
//! a message that may hold a long text is as large as the longest. Data shaped like JSON needs
//! text, lists and nested messages of any size, and still no copy between Rust and Dart.
//!
//! # Idea
//!
//! A message with a field of type [`ArenaStr`], [`ArenaBytes`], [`ArenaVec`], [`ArenaMap`] or
//! [`ArenaBox`] lives in an [`FfiArena`]. Such a field is a handle: two `u32`s that say at what
//! offset its contents are.
//!
//! ```text
//! lists:  header (64 bytes) | root message | blocks, each aligned to its type
//! text:   bytes, one text behind the other; one check of UTF-8 covers all
//! ```
//!
//! Offsets count from the start of the chunk, so an arena is moved, written to a file and mapped
//! as a whole, and a list moves as plain bytes. A handle is inert: any bits are one, zeros are
//! empty, and nothing follows it but a view of an arena. So `&Row` without its arena is harmless,
//! and [`FfiType::check`](crate::FfiType::check) of a handle has nothing to do.
//!
//! # Why untrusted bytes can't cause undefined behaviour
//!
//! - A view is made only of bytes that the check (`visit.rs`) accepted, or that only editors wrote.
//! - Nothing writes to an arena while a view of it lives: Rust's borrows see to it.
//! - A view reads the very offsets that the check read, so each slice that it makes is one that
//!   the check has seen: in bounds, aligned, of valid elements; for text, UTF-8.
//! - Each byte that a handle refers to is subtracted from a budget, and each level from a depth.
//!   So a circle and a bomb end after at most eight times the arena's size.
//! - Parts of an arena that is only read may overlap, as shared references may. An arena that is
//!   edited is checked for that as well.
//! - Handles never leave their arena: they have no constructor but that of the empty one, no
//!   `Clone`, no `Copy`, and no safe code has a `&mut` to memory of an arena that holds one.
//! - All bytes are initialised: memory comes zeroed, and a value is stored without its padding.
//!
//! # Where the proofs are
//!
//! | type | what it proves | made by |
//! |---|---|---|
//! | `ArenaRef` | its two chunks are a checked arena | `Memory`, the check |
//! | `At<T>` | a valid `T` lies at that offset of its arena | `Memory::alloc`, and from another `At` |
//! | [`ArenaPlace`] | an `At`, and the exclusive borrow of its arena | `FfiArena::edit`, and from another place |
//!
//! # What was given up
//!
//! No shared ownership, no hash table, no vtable, no short text inside of handles, no capacity in
//! the bytes. Memory that is no longer referred to stays until [`FfiArena::compact`].
//!
//! [`FfiArenaFrom`] writes ordinary structs of `String`, `Vec`, `Option` and maps, and reads them
//! back.
//!
//! Tests: `tests/arena.rs`.

pub mod abi;
mod boxed;
mod bytes;
mod check;
mod chunk;
mod copy;
#[cfg(feature = "proto")]
mod decode;
mod file;
mod format;
mod from;
mod frozen;
mod held;
mod map;
mod memory;
mod message;
mod oneof;
mod owner;
mod pages;
mod place;
mod plain;
mod reach;
mod region;
mod schema;
mod stored;
mod str;
mod value;
mod vec;
mod view;
mod visit;

pub use boxed::ArenaBox;
pub use bytes::ArenaBytes;
#[doc(hidden)]
pub use check::ArenaCheck;
#[doc(hidden)]
pub use copy::copy_field_in;
#[doc(hidden)]
pub use format::{ArenaHeader, MAX_SCHEMA};
pub use format::{HEADER_LEN, MAGIC, VERSION};
pub use from::FfiArenaFrom;
#[doc(hidden)]
pub use from::PartOf;
pub use frozen::FrozenArena;
#[doc(hidden)]
pub use held::in_place;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use held::{ByFields, Written, WrittenItself};
#[doc(hidden)]
pub use map::ArenaEntry;
pub use map::{ArenaKey, ArenaMap, ArenaMapEdit, ArenaMapView};
pub use memory::ArenaFull;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use message::serialize_message;
pub use owner::FfiArena;
pub use place::ArenaPlace;
#[doc(hidden)]
pub use reach::{Reached, message_layout};
#[doc(hidden)]
pub use region::ArenaRef;
#[doc(hidden)]
pub use stored::{store_field, zero};
pub use str::ArenaStr;
pub use value::{ArenaMessage, ArenaType};
#[doc(hidden)]
pub use value::{ArenaParts, assert_in_place};
pub use vec::{ArenaVec, ArenaVecEdit};
pub use view::{ArenaIter, ArenaList};
#[doc(hidden)]
pub use view::{ArenaView, NotShown, Shown};
#[doc(hidden)]
pub use visit::check_field_in;

/// Deepest nesting of lists and boxes that is accepted and built.
pub const MAX_DEPTH: u32 = 64;
