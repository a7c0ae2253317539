//! Decodes section bytes to records, for readers such as `ffi-dart-emit`.
//!
//! `records.rs` says what is in a record, `decoder.rs` finds records among hostile bytes.

mod decoder;
mod records;

pub use decoder::{DecodeError, decode_section};
pub use records::{
    Arena, ArenaSymbols, Arguments, Case, Columns, ColumnsSymbols, DartFunction, DartType, Encoding, Enum,
    ErrorField, ErrorFieldType, ErrorType, ErrorVariant, Field, Fingerprint, Flag, Function, Health, Item,
    JsonSymbols, Library, LibrarySymbols, Listener, ListenerMethod, Member, Message, Mode, Newtype, Object,
    ObjectSymbols, Oneof, PanicStrategy, Param, Pass, Pool, PoolSymbols, ProbeSymbols, ProtoName,
    ProtoSymbols, Queue, QueueSymbols, Record, Reset, Returns, Role, Rules, Scalar, Simd, Type, TypeId,
    TypeSymbols, Variant, Wire,
};
