//! The C functions that a library exports for each message.
//!
//! ```text
//! FfiOwned *track_encode_proto(const Track *message, FfiStatus *status);
//! void track_decode_proto(const uint8_t *bytes, size_t bytes_len, Track *message, FfiStatus *status);
//! ```
//!
//! The caller owns the bytes that encoding returns, as those of a function that returns a `Vec<u8>`. Decoding writes the whole
//! message, whatever its memory held before; where it fails, the message is empty. The caller lends what the message refers to while it
//! is encoded, and owns what was allocated for what it refers to when it has been decoded. Bytes that are refused are an invalid value, as
//! any argument whose bytes are not a value of its type: the status says so, and its message has the path.

use super::FfiProto;
use crate::boundary::{
    FfiOutput, FfiOwned, FfiStatus, FfiValue, Region, call, call_output, disjoint, reference, room, slice,
};

/// Returns the body of `.._encode_proto`.
///
/// # Safety
///
/// As [`reference()`] for `message`, and as [`call`] for `status`. Until it returns, nobody writes to what the message refers to, and
/// no other call has that as `&mut`.
pub unsafe fn encode<M: FfiProto + FfiValue>(message: *const M, status: *mut FfiStatus) -> *mut FfiOwned {
    let body = || {
        // SAFETY: by this function's contract a pointer that isn't refused is that of an initialised message, which nobody
        // writes to meanwhile.
        let message = unsafe { reference(message, "message") }?;
        // SAFETY: by this function's contract nobody writes to what the message refers to, or has it as `&mut`.
        unsafe { message.encode_proto_exposed() }.into_abi()
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was written by this library.
    unsafe { call_output::<Vec<u8>>(status, body) }
}

/// The body of `.._decode_proto`.
///
/// # Safety
///
/// As [`slice()`] for `bytes`, and as [`call`] for `status`. `message` that is neither null nor misaligned points to memory for an
/// `M` that nobody else uses; it need not be initialised.
pub unsafe fn decode<M: FfiProto>(bytes: *const u8, len: usize, message: *mut M, status: *mut FfiStatus) {
    let body = || {
        disjoint(&[Region::mutable(message, 1, "message"), Region::shared(bytes, len, "bytes")])?;
        // SAFETY: by this function's contract a pointer that isn't refused is that of `len` initialised bytes, which nobody
        // writes to meanwhile: the message is elsewhere, by the check above.
        let bytes = unsafe { slice(bytes, len, "bytes") }?;
        // SAFETY: by this function's contract a pointer that isn't refused is that of memory for an `M` that nobody else uses;
        // the bytes are elsewhere.
        let message = unsafe { room(message, "message") }?;
        Ok(M::init(message).decode_proto_into(bytes)?)
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was written by this library.
    unsafe { call(status, body) }
}
