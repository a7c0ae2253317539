//! The C functions that a library exports for JSON of each message.
//!
//! ```text
//! FfiOwned *track_encode_json(const Track *message, uint32_t options, FfiStatus *status);
//! void track_decode_json(const uint8_t *bytes, size_t bytes_len, uint32_t options, Track *message,
//!                        FfiStatus *status);
//! FfiOwned *row_encode_json(const RowArena *arena, uint32_t options, FfiStatus *status);
//! RowArena *row_decode_json(const uint8_t *bytes, size_t bytes_len, uint32_t options,
//!                           FfiStatus *status);
//! ```
//!
//! They are the functions for protobuf (`ffi-core/src/proto/abi.rs`), with options: 1 reads over
//! unknown fields, 2 prints default values, 4 prints the names of .proto. The bytes are UTF-8, and
//! have no zero at the end.

use std::marker::PhantomData;

use super::error::EncodeJsonError;
use super::options::JsonOptions;
use super::shape::{JsonMessage, Table};
use super::{append, append_arena, read};
use crate::arena::{ArenaMessage, FfiArena};
use crate::boundary::{
    Failure, FfiOutput, FfiOwned, FfiStatus, FfiValue, Region, call, call_output, check_address, disjoint,
    reference, slice,
};
use crate::proto::{ArenaProto, DecodeError, Erased, FfiProto, Followed, Of, checked};

/// Functions of a message, without its type, like those for protobuf.
struct ErasedJson {
    proto: &'static Erased,
    table: fn() -> &'static Table,
    /// Appends a message.
    write: unsafe fn(*const u8, &JsonOptions, Followed, &mut Vec<u8>) -> Result<(), EncodeJsonError>,
    /// Reads more protobuf into a message.
    merge: unsafe fn(*mut u8, &[u8]) -> Result<(), DecodeError>,
    /// Frees what was read, and makes the message empty.
    reset: unsafe fn(*mut u8),
}

struct OfJson<M>(PhantomData<M>);

impl<M: FfiProto + FfiValue + JsonMessage> OfJson<M> {
    const ERASED: &ErasedJson = &ErasedJson {
        proto: Of::<M>::ERASED,
        table: M::table,
        write: Self::write,
        merge: Self::merge,
        reset: Self::reset,
    };

    /// # Safety
    ///
    /// There is a valid `M` that no thread writes to.
    unsafe fn write(
        message: *const u8,
        options: &JsonOptions,
        followed: Followed,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeJsonError> {
        // SAFETY: by this function's contract there is a valid `M` that no thread writes to.
        append(unsafe { &*message.cast::<M>() }, options, followed, out)
    }

    /// # Safety
    ///
    /// There is a valid `M` that no other code uses.
    unsafe fn merge(message: *mut u8, bytes: &[u8]) -> Result<(), DecodeError> {
        // SAFETY: by this function's contract there is a valid `M` that no other code uses.
        unsafe { &mut *message.cast::<M>() }.merge_proto(bytes)
    }

    /// # Safety
    ///
    /// There is a valid `M` that no other code uses.
    unsafe fn reset(message: *mut u8) {
        // SAFETY: by this function's contract there is a valid `M` that no other code uses.
        super::reset(unsafe { &mut *message.cast::<M>() });
    }
}

/// Implements `.._encode_json`.
///
/// # Safety
///
/// The contract of the function that encodes protobuf.
#[inline(always)]
pub unsafe fn encode<M: FfiProto + FfiValue + JsonMessage>(
    message: *const M,
    options: u32,
    status: *mut FfiStatus,
) -> *mut FfiOwned {
    // SAFETY: the callee has the same contract for a message of that type.
    unsafe { encode_erased(message as *const u8, options, OfJson::<M>::ERASED, status) }
}

/// # Safety
///
/// The contract of [`encode`], for a message that is of the type of `erased`.
unsafe fn encode_erased(
    message: *const u8,
    options: u32,
    erased: &'static ErasedJson,
    status: *mut FfiStatus,
) -> *mut FfiOwned {
    let body = || -> Result<_, Failure> {
        // SAFETY: the callee has the same contract.
        unsafe { checked(message, erased.proto) }?;
        // SAFETY: by this function's contract no thread writes to the messages that it refers to,
        // and no call has one as `&mut`.
        let followed = unsafe { Followed::exposed() };
        let mut json = Vec::new();
        // SAFETY: the check has found a value, which no thread writes to.
        unsafe { (erased.write)(message, &JsonOptions::from_bits(options), followed, &mut json) }?;
        json.into_abi()
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was
    // written by this library.
    unsafe { call_output::<Vec<u8>>(status, body) }
}

/// Implements `.._decode_json`.
///
/// # Safety
///
/// The contract of the function that decodes protobuf.
#[inline(always)]
pub unsafe fn decode<M: FfiProto + FfiValue + JsonMessage>(
    bytes: *const u8,
    len: usize,
    options: u32,
    message: *mut M,
    status: *mut FfiStatus,
) {
    // SAFETY: the callee has the same contract for memory of that type.
    unsafe { decode_erased(bytes, len, options, message as *mut u8, OfJson::<M>::ERASED, status) }
}

/// # Safety
///
/// The contract of [`decode`], for memory of a message of the type of `erased`.
unsafe fn decode_erased(
    bytes: *const u8,
    len: usize,
    options: u32,
    message: *mut u8,
    erased: &'static ErasedJson,
    status: *mut FfiStatus,
) {
    let body = || {
        let Erased { size, align, read: init, .. } = *erased.proto;
        disjoint(&[Region::mutable(message, size, "message"), Region::shared(bytes, len, "bytes")])?;
        // SAFETY: by this function's contract a pointer that isn't refused is that of `len`
        // initialised bytes, which no thread writes to meanwhile: the message is elsewhere, by the
        // check above.
        let bytes = unsafe { slice(bytes, len, "bytes") }?;
        check_address(message, align, "message")?;
        // SAFETY: by this function's contract a pointer that isn't refused is that of memory for
        // the message that no other code uses.
        unsafe { init(message, &[]) }?;
        // SAFETY: the call above made the memory a message, which no other code uses.
        let mut sink = |proto: &[u8]| unsafe { (erased.merge)(message, proto) };
        let read = read::read((erased.table)(), bytes, &JsonOptions::from_bits(options), &mut sink);
        if read.is_err() {
            // SAFETY: the memory is a message, which no other code uses.
            unsafe { (erased.reset)(message) };
        }
        Ok(read?)
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was
    // written by this library.
    unsafe { call(status, body) }
}

/// Implements `.._encode_json` for arenas.
///
/// # Safety
///
/// `arena` is null or misaligned, or came from this library and was not freed; nobody writes to it.
/// `status` is null, or a status that is zeroed or was written by this library.
pub unsafe fn encode_arena<T: ArenaMessage + ArenaProto + JsonMessage>(
    arena: *const FfiArena<T>,
    options: u32,
    status: *mut FfiStatus,
) -> *mut FfiOwned {
    let encode = || {
        // SAFETY: a pointer that isn't refused is that of an arena of this library's, to which
        // nobody writes, by this function's contract.
        let arena = unsafe { reference(arena, "arena") }?;
        let mut json = Vec::new();
        append_arena(arena, &JsonOptions::from_bits(options), &mut json)?;
        json.into_abi()
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<Vec<u8>>(status, encode) }
}

/// Implements `.._decode_json` for arenas.
///
/// # Safety
///
/// `bytes` points to `len` initialised bytes that no thread writes to. `status` is null, or a
/// status that is zeroed or was written by this library.
pub unsafe fn decode_arena<T: ArenaMessage + ArenaProto + JsonMessage>(
    bytes: *const u8,
    len: usize,
    options: u32,
    status: *mut FfiStatus,
) -> *mut FfiArena<T> {
    let decode = || {
        // SAFETY: a pointer that isn't refused is to `len` initialised bytes that no thread writes
        // to, by this function's contract.
        let bytes = unsafe { slice(bytes, len, "bytes") }?;
        FfiArena::<T>::from_json_with(bytes, &JsonOptions::from_bits(options))?.into_abi()
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<FfiArena<T>>(status, decode) }
}
