//! The 64-bit hash of a type's layout.
//!
//! A library exports one hash per type and function; the Dart package holds the value it was
//! generated with and compares the two when it opens the library. Const evaluation computes it, and
//! each hashed byte would cost microseconds: so the derive hashes the names, and [`mix`] takes one
//! 64-bit word per fact.
//!
//! | what | facts, in order |
//! |---|---|
//! | scalar | [`SCALAR`], hash of its Rust name |
//! | array | [`ARRAY`], fingerprint of the element, length |
//! | message | [`MESSAGE`], hash of its name, size, alignment, then per field: hash of its name, offset, fingerprint of its type; at last [`POOL`] if it has a pool |
//! | enum | [`ENUM`], hash of its name, fingerprint of its repr, then per variant: hash of its name, value |
//! | oneof | [`ONEOF`], hash of its name, size, alignment, offset of the payload, then per case: hash of its name, fingerprint of its type ([`NOTHING`] without data) |
//! | `FfiStr` | [`STR`], capacity |
//! | `FfiBytes` | [`BYTES`], capacity |
//! | `FfiSecret` | [`SECRET`], capacity |
//! | `FfiVec` | [`VEC`], fingerprint of the element, capacity |
//! | `FfiOption` | [`OPTION`], fingerprint of the value |
//! | `FfiMap` | [`MAP`], fingerprints of key and value, capacity |
//! | `FfiRef` | [`REF`], hash of the message's id: not its layout, which may hold the reference in turn |
//! | error | [`ERROR`], hash of its name, 1 if it is a struct, then per variant: hash of its name, 1 if it is internal, size and alignment of the struct in its payload, number of fields, and per field: hash of its name, offset, fingerprint of its type (text: [`OWNED_STRING`]; `Vec`: [`OWNED_VEC`], fingerprint of the element; `Option`: [`OPTION`], fingerprint of the value) |
//! | function | [`FUNCTION`], [`SIGNATURES`], hash of its name, fingerprint of the result ([`NOTHING`] for `()`), 1 if it can fail, fingerprint of the error ([`NOTHING`] if it is only text), 1 if it is optional, then per parameter: hash of its form (`"slice_mut"`, `"optional_slice_mut"`, ..), fingerprint of its type, which for a function of Dart is that of the function; then [`MEMBER`], fingerprint of the type of objects and 1 if the first argument is a handle, if it belongs to one; at last [`STARTED`] if the C function starts a call and its result comes later, [`STREAM`] if it starts a stream, whose items have the type of the result |
//! | function of Dart | [`DART_FUNCTION`], fingerprints of the arguments as results, fingerprint of the result |
//! | trait of Dart's objects | [`LISTENER`], hash of its name, then per method: hash of its name, fingerprint of its type as a function of Dart, 1 if it has a result |
//! | type of objects, service | [`OBJECT`], hash of its name |
//! | result | `String`: [`OWNED_STRING`]; `Vec`: [`OWNED_VEC`], fingerprint of the element; `PoolBox`: [`POOL_BOX`], fingerprint of the message; `FfiObject`: [`OBJECT_RESULT`], fingerprint of the type; others: that of the type |
//! | flag, health check | [`FLAG`], [`HEALTH`], hash of its name |
//! | queue | [`QUEUE`], hash of its name, fingerprint of the message, capacity |
//! | `FfiColumns`, in a reference or as a result | [`COLUMNS`], version of the header ([`columns`]), fingerprint of the message |
//! | `FfiArena`, in a reference, by value or as a result | [`ARENA`], version of its functions ([`arena`]), fingerprint of the root; those of all that it reaches are compared one by one |
//! | `ArenaStr`, `ArenaBytes` | [`ARENA_STR`], [`ARENA_BYTES`] |
//! | `ArenaVec`, `ArenaBox` | [`ARENA_VEC`], [`ARENA_BOX`], identity of the element or value: of a message [`REF`] and the hash of its id, as for an `FfiRef`; of others the fingerprint, in which messages have their identity |
//! | `ArenaMap` | [`ARENA_MAP`], identities of key and value |
//! | `FfiOpen` | [`OPEN`], fingerprint of the enum |
//! | newtype | none: its fingerprint is that of the type in it |
//! | logical type, such as `FfiTimestamp` | [`LOGICAL`], hash of its name in records, size, alignment |
//!
//! Names are those of the Rust source, whatever `#[ffi(rename = "..")]` says, and docs aren't
//! facts: neither moves a byte. The names of parameters are no facts either.
//!
//! Nor is the name of a newtype, in a field or in a signature. A fingerprint protects a caller that
//! was compiled before from bytes that mean something else; `UserId(u64)` has the bytes, the checks
//! and the meaning of its `u64`, so a package in which it is still an `int` works on. If the name
//! counted, giving a field a better type would stop all installed packages at `open`. `diff` names
//! the change, as it is one in Dart source. A logical type of `ffi-core` has its name as a fact,
//! because the name decides what the bytes mean: a timestamp and a duration differ in nothing else.

use crate::schema::piece::{Member, PartList};

/// First fact of a scalar.
pub const SCALAR: u64 = 1;
/// First fact of an array.
pub const ARRAY: u64 = 2;
/// First fact of a message.
pub const MESSAGE: u64 = 3;
/// First fact of an enum.
pub const ENUM: u64 = 4;
/// First fact of a function.
pub const FUNCTION: u64 = 5;
/// Second fact of a function: the revision of the C signatures. It is raised with every change of a
/// function's signature in C, so that a package from before the change never calls a library from
/// after it.
pub const SIGNATURES: u64 = 5;
/// First fact of a oneof.
pub const ONEOF: u64 = 6;
/// First fact of an `FfiStr`.
pub const STR: u64 = 7;
/// First fact of an `FfiBytes`.
pub const BYTES: u64 = 8;
/// First fact of an `FfiVec`.
pub const VEC: u64 = 9;
/// First fact of an `FfiOption`.
pub const OPTION: u64 = 10;
/// First fact of an `FfiMap`.
pub const MAP: u64 = 11;
/// First fact of an `FfiRef`.
pub const REF: u64 = 12;
/// First fact of an `FfiOpen`.
pub const OPEN: u64 = 13;
/// Only fact of a result that is a `String`.
pub const OWNED_STRING: u64 = 14;
/// First fact of a result that is a `Vec`.
pub const OWNED_VEC: u64 = 15;
/// First fact of a result that is a `PoolBox`.
pub const POOL_BOX: u64 = 16;
/// First fact of a queue whose `pop` gives the reason if it returns none. (17 was that of queues
/// whose `pop` had no parameter.)
pub const QUEUE: u64 = 20;
/// First fact of the columns of a message.
pub const COLUMNS: u64 = 18;
/// Last fact of a message with a pool, whose functions are those of ABI 2: `release` takes a
/// reference, and the stats end with `lost`. (19 was that of pools whose stats don't.)
pub const POOL: u64 = 21;
/// First fact of an error.
pub const ERROR: u64 = 22;
/// Last fact of an async or blocking function.
pub const STARTED: u64 = 23;
/// Only fact of an `ArenaStr`.
pub const ARENA_STR: u64 = 24;
/// Only fact of an `ArenaBytes`.
pub const ARENA_BYTES: u64 = 25;
/// First fact of an `ArenaVec`.
pub const ARENA_VEC: u64 = 26;
/// First fact of an `ArenaMap`.
pub const ARENA_MAP: u64 = 27;
/// First fact of an `ArenaBox`.
pub const ARENA_BOX: u64 = 28;
/// First fact of an arena, in a reference, by value or as a result.
pub const ARENA: u64 = 29;
/// Returns the fingerprint of arenas of a message, whose own is `message`.
#[must_use]
pub const fn arena(message: u64) -> u64 {
    // Version 2 has `.._arena_freeze`, and its parts say if they are only read.
    mix(&[ARENA, 2, message])
}
/// First fact of a type of objects.
pub const OBJECT: u64 = 40;
/// First fact of a flag.
pub const FLAG: u64 = 80;
/// First fact of a health check.
pub const HEALTH: u64 = 81;
/// Fact of a function that belongs to a type of objects, before the fingerprint of the type.
pub const MEMBER: u64 = 41;
/// First fact of a result that is an object.
pub const OBJECT_RESULT: u64 = 42;
/// Last fact of a function that returns a stream.
pub const STREAM: u64 = 50;
/// First fact of a function of Dart that Rust calls.
pub const DART_FUNCTION: u64 = 60;
/// First fact of a trait whose implementors are objects of Dart.
pub const LISTENER: u64 = 61;
/// First fact of a logical type.
pub const LOGICAL: u64 = 32;
/// First fact of an `FfiSecret`.
pub const SECRET: u64 = 33;
/// Returns the fingerprint of the columns of a message, whose own is `message`.
#[must_use]
pub const fn columns(message: u64) -> u64 {
    // Version 2 of the header ends in a seal, and `.._columns_free` returns a code.
    mix(&[COLUMNS, 2, message])
}
/// Fingerprint of the result of a function that returns nothing.
pub const NOTHING: u64 = 0;

/// Mixes one more fact into a fingerprint. It is no function, as const evaluation takes longer for
/// calls.
macro_rules! and {
    ($hash:ident, $fact:expr) => {
        // The low half of the product, which is what `wrapping_mul` returns.
        $hash = (($hash ^ $fact) as u128 * 0xD6E8_FEB8_6659_FD93) as u64;
        // A multiplication only carries bits upwards; the shift brings the high ones back down.
        $hash ^= $hash >> 32;
    };
}

/// Mixes facts into a fingerprint. Their order counts.
#[must_use]
pub const fn mix(mut facts: &[u64]) -> u64 {
    let mut hash = SEED;
    while let [fact, rest @ ..] = facts {
        and!(hash, *fact);
        facts = rest;
    }
    hash
}

/// The fingerprint of no facts.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// Returns the fingerprint of a message whose name has the hash `name`.
#[must_use]
pub const fn message(
    name: u64,
    size: usize,
    align: usize,
    mut members: &[Member],
    parts: &PartList,
    pooled: bool,
) -> u64 {
    let mut hash = mix(&[MESSAGE, name, size as u64, align as u64]);
    if parts.is_empty() {
        // Rustc has reported a field.
        members = &[];
    }
    let mut index = 0;
    while let [member, rest @ ..] = members {
        and!(hash, member.hash);
        and!(hash, member.offset as u64);
        and!(hash, parts.get(index).fingerprint);
        members = rest;
        index += 1;
    }
    if pooled {
        and!(hash, POOL);
    }
    hash
}

/// Returns the hash of a name: 64-bit FNV-1a of its UTF-8 (Fowler, Noll, Vo, Eastlake and Hansen,
/// RFC 9923). The derive holds a copy, because it can't depend on this crate; `ffi-dart-emit`
/// computes each fingerprint again from its record, so a difference fails every test.
#[must_use]
pub const fn hash_name(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01B3);
        i += 1;
    }
    hash
}

/// Returns the fingerprint of the scalar that Rust calls `name`.
#[must_use]
pub const fn scalar(name: &str) -> u64 {
    mix(&[SCALAR, hash_name(name)])
}

/// Returns the fingerprint of the logical type that records call `name`.
#[must_use]
pub const fn logical(name: &str, size: u64, align: u64) -> u64 {
    mix(&[LOGICAL, hash_name(name), size, align])
}

/// Returns the fingerprint of `[T; len]`, from that of `T`.
#[must_use]
pub const fn array(of: u64, len: u64) -> u64 {
    mix(&[ARRAY, of, len])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hashed_with_fnv_1a() {
        // Test vectors of the hash's authors.
        assert_eq!(hash_name(""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(hash_name("a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(hash_name("foobar"), 0x8594_4171_F739_67E8);
    }

    #[test]
    fn every_bit_of_every_fact_counts() {
        let facts = [MESSAGE, 28, 4, 0, 1];
        let mut seen = std::collections::HashSet::from([mix(&facts)]);
        for fact in 0..facts.len() {
            for bit in 0..64 {
                let mut changed = facts;
                changed[fact] ^= 1 << bit;
                assert!(seen.insert(mix(&changed)), "fact {fact} bit {bit}");
            }
        }
    }

    #[test]
    fn order_and_number_of_facts_count() {
        assert_ne!(mix(&[1, 2]), mix(&[2, 1]));
        assert_ne!(mix(&[0]), mix(&[0, 0]));
    }
}
