//! The C functions that a library exports for each message.
//!
//! ```text
//! FfiOwned *track_encode_proto(const Track *message, FfiStatus *status);
//! void track_decode_proto(const uint8_t *bytes, size_t bytes_len, Track *message,
//!                         FfiStatus *status);
//! void track_release_proto(Track *message, FfiStatus *status);
//! ```
//!
//! The caller owns the bytes that encoding returns, as those of a function that returns a
//! `Vec<u8>`. Decoding writes the whole message, whatever its memory held before; if it fails, the
//! message is empty. The caller lends the messages of references while it encodes, and owns those
//! that decoding allocates; releasing frees all of them. Bytes that are refused are an invalid value, like any argument whose
//! bytes are not a value of its type: the status says so, and its message has the path.

use super::FfiProto;
use super::reference::Releaser;
use crate::boundary::{
    FfiOutput, FfiOwned, FfiStatus, FfiValue, Region, call, call_output, disjoint, reference, reference_mut,
    room, slice,
};

/// Implements `.._encode_proto`.
///
/// # Safety
///
/// The conditions of [`reference()`] for `message`, and of [`call`] for `status`. Until it returns,
/// no thread writes to the messages that it refers to, and no other call has one of them as `&mut`.
pub unsafe fn encode<M: FfiProto + FfiValue>(message: *const M, status: *mut FfiStatus) -> *mut FfiOwned {
    let body = || {
        // SAFETY: by this function's contract a pointer that isn't refused is that of an
        // initialised message, which no thread writes to meanwhile.
        let message = unsafe { reference(message, "message") }?;
        // SAFETY: by this function's contract no thread writes to the messages that it refers to,
        // and no call has one as `&mut`.
        unsafe { message.encode_proto_exposed() }.into_abi()
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was
    // written by this library.
    unsafe { call_output::<Vec<u8>>(status, body) }
}

/// Implements `.._decode_proto`.
///
/// # Safety
///
/// The conditions of [`slice()`] for `bytes`, and of [`call`] for `status`. If `message` is neither
/// null nor misaligned, it points to memory for an `M` that no other code uses; it need not be
/// initialised.
pub unsafe fn decode<M: FfiProto>(bytes: *const u8, len: usize, message: *mut M, status: *mut FfiStatus) {
    let body = || {
        disjoint(&[Region::mutable(message, 1, "message"), Region::shared(bytes, len, "bytes")])?;
        // SAFETY: by this function's contract a pointer that isn't refused is that of `len`
        // initialised bytes, which no thread writes to meanwhile: the message is elsewhere, by the
        // check above.
        let bytes = unsafe { slice(bytes, len, "bytes") }?;
        // SAFETY: by this function's contract a pointer that isn't refused is that of memory for an
        // `M` that no other code uses; the bytes are elsewhere.
        let message = unsafe { room(message, "message") }?;
        Ok(M::init(message).decode_proto_into(bytes)?)
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was
    // written by this library.
    unsafe { call(status, body) }
}

/// Implements `.._release_proto`.
///
/// # Safety
///
/// The conditions of [`reference_mut()`] for `message`, and of [`call`] for `status`. No code uses
/// the messages that it refers to, directly or through others.
pub unsafe fn release<M: FfiProto + FfiValue>(message: *mut M, status: *mut FfiStatus) {
    let body = || {
        // SAFETY: by this function's contract a pointer that isn't refused is that of an
        // initialised message that no other code uses.
        let message = unsafe { reference_mut(message, "message") }?;
        // SAFETY: by this function's contract no code uses the messages that it refers to.
        message.release(unsafe { Releaser::exposed() });
        Ok(())
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was
    // written by this library.
    unsafe { call(status, body) }
}
