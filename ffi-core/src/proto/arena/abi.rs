//! The C functions that a library exports for protobuf of each message that lives in arenas.
//!
//! ```text
//! FfiOwned *row_encode_proto(const RowArena *arena, FfiStatus *status);
//! RowArena *row_decode_proto(const uint8_t *bytes, size_t len, FfiStatus *status);
//! ```
//!
//! The caller owns what they return. Bytes that are refused are an invalid value: the status says
//! so, and its message has the path.

use super::ArenaProto;
use crate::arena::{ArenaMessage, FfiArena};
use crate::boundary::{FfiOutput, FfiOwned, FfiStatus, call_output, reference, slice};

/// Implements `.._encode_proto`.
///
/// # Safety
///
/// `arena` is null or misaligned, or came from this library and was not freed; nobody writes to it.
/// `status` is null, or a status that is zeroed or was written by this library.
pub unsafe fn encode_arena<T: ArenaMessage + ArenaProto>(
    arena: *const FfiArena<T>,
    status: *mut FfiStatus,
) -> *mut FfiOwned {
    let encode = || {
        // SAFETY: a pointer that isn't refused is that of an arena of this library's, to which
        // nobody writes, by this function's contract.
        unsafe { reference(arena, "arena") }?.to_proto().into_abi()
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<Vec<u8>>(status, encode) }
}

/// Implements `.._decode_proto`.
///
/// # Safety
///
/// `bytes` points to `len` initialised bytes that no thread writes to. `status` is null, or a
/// status that is zeroed or was written by this library.
pub unsafe fn decode_arena<T: ArenaMessage + ArenaProto>(
    bytes: *const u8,
    len: usize,
    status: *mut FfiStatus,
) -> *mut FfiArena<T> {
    let decode = || {
        // SAFETY: a pointer that isn't refused is to `len` initialised bytes that no thread writes
        // to, by this function's contract.
        let bytes = unsafe { slice(bytes, len, "bytes") }?;
        FfiArena::<T>::from_proto(bytes)?.into_abi()
    };
    // SAFETY: the caller vouches for the status, as the callee asks for.
    unsafe { call_output::<FfiArena<T>>(status, decode) }
}
