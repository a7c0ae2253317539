//! The schema a compiled library carries: one record per message, enum, function and library.
//!
//! # Problem
//!
//! Dart needs sizes, offsets and names that only rustc knows, for a target that need not be the
//! host. Running the library at generation time, parsing Rust source or keeping a header beside it
//! all let the two sides drift apart.
//!
//! # Idea
//!
//! The derive writes, for every item, a `static` of bytes into a linker section of the library
//! itself. Facts that only rustc knows enter those bytes during const evaluation, so a record can't
//! disagree with the code it was compiled with. A reader only needs the file.
//!
//! ```text
//! section   = { padding | record } ;            padding = zero bytes
//! record    = MAGIC (8 bytes, last: the version) , length (u32, little endian) , JSON (UTF-8)
//! ```
//!
//! A record holds no pointer, so object files, archives and linked libraries are read by one
//! decoder, and the first byte of [`MAGIC`](format::MAGIC) can't occur in UTF-8, so text is never
//! taken for a record.
//!
//! # Map
//!
//! | module | what it holds |
//! |---|---|
//! | [`mod@format`] | section names, magic, version: the only place that knows them |
//! | `piece` | parts of a record, and the lists of fields that they are made of |
//! | `encode` | pieces to bytes, in const evaluation |
//! | `fingerprint` | the 64-bit layout hash, for const evaluation and for readers |
//! | `read` (feature `read`) | decodes bytes to checked records |
//!
//! Writer and reader are tested together in `tests/tests/schema.rs` of the workspace.

#[doc(hidden)]
pub mod encode;
#[doc(hidden)]
pub mod fingerprint;
pub mod format;
#[doc(hidden)]
pub mod piece;
#[cfg(feature = "read")]
pub mod read;
