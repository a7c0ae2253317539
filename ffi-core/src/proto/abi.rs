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
//! that decoding allocates; releasing frees all of them. Bytes that are refused are an invalid
//! value, like any argument whose bytes are not a value of its type: the status says so, and its
//! message has the path.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::error::{DecodeError, EncodeError};
use super::releaser::Releaser;
use super::wire::Writer;
use super::{FfiProto, encode_exposed, write};
use crate::boundary::{
    Failure, FfiLent, FfiOutput, FfiOwned, FfiStatus, FfiValue, Region, call, call_output, check_address,
    disjoint, slice,
};
use crate::types::InvalidValue;

/// Functions of a message, without its type, for those that C calls: a constant for each message,
/// so that their code is compiled once.
pub(crate) struct Erased {
    pub(crate) size: usize,
    pub(crate) align: usize,
    /// Checks the bytes of a message, as [`FfiLent::check_lent`] does.
    check: unsafe fn(*const u8) -> Result<(), InvalidValue>,
    /// Number of bytes that a message is written as; none if only writing it tells.
    len: Option<unsafe fn(*const u8) -> usize>,
    /// Writes a message, and returns the number of bytes.
    write: unsafe fn(*const u8, Writer<'_>) -> Result<usize, EncodeError>,
    /// Makes memory a message, and reads it from the bytes.
    pub(crate) read: unsafe fn(*mut u8, &[u8]) -> Result<(), DecodeError>,
    /// Frees the messages that a message refers to; none if it refers to none.
    release: Option<unsafe fn(*mut u8, Releaser)>,
}

/// The functions of [`Erased`].
pub(crate) struct Of<M>(PhantomData<M>);

impl<M: FfiProto + FfiValue> Of<M> {
    pub(crate) const ERASED: &Erased = &Erased {
        size: size_of::<M>(),
        align: align_of::<M>(),
        check: Self::check,
        len: if M::HAS_REFS { None } else { Some(Self::len) },
        write: Self::write,
        read: Self::read,
        release: if M::HAS_REFS { Some(Self::release) } else { None },
    };

    /// # Safety
    ///
    /// The contract of [`FfiLent::check_lent`].
    unsafe fn check(message: *const u8) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract there is an initialised `M`, to which no thread
        // writes.
        unsafe { M::check_lent(message.cast()) }
    }

    /// # Safety
    ///
    /// There is a valid `M` that no thread writes to.
    unsafe fn len(message: *const u8) -> usize {
        // SAFETY: by this function's contract there is a valid `M` that no thread writes to.
        unsafe { &*message.cast::<M>() }.value_len()
    }

    /// # Safety
    ///
    /// There is a valid `M` that no thread writes to.
    unsafe fn write(message: *const u8, writer: Writer<'_>) -> Result<usize, EncodeError> {
        // SAFETY: by this function's contract there is a valid `M` that no thread writes to.
        write(unsafe { &*message.cast::<M>() }, writer)
    }

    /// # Safety
    ///
    /// There is memory for an `M`, aligned, that no other code uses.
    unsafe fn read(message: *mut u8, bytes: &[u8]) -> Result<(), DecodeError> {
        // SAFETY: by this function's contract there is memory for an `M` that no other code uses,
        // and a `MaybeUninit` needs no value.
        let message = unsafe { &mut *message.cast::<MaybeUninit<M>>() };
        M::init(message).decode_proto_into(bytes)
    }

    /// # Safety
    ///
    /// There is a valid `M` that no other code uses.
    unsafe fn release(message: *mut u8, by: Releaser) {
        // SAFETY: by this function's contract there is a valid `M` that no other code uses.
        unsafe { &mut *message.cast::<M>() }.release(by);
    }
}

/// Implements `.._encode_proto`.
///
/// # Safety
///
/// The conditions of [`reference()`](crate::boundary::reference()) for `message`, and of [`call`]
/// for `status`. Until it returns, no thread writes to the messages that it refers to, and no other
/// call has one of them as `&mut`.
#[inline(always)]
pub unsafe fn encode<M: FfiProto + FfiValue>(message: *const M, status: *mut FfiStatus) -> *mut FfiOwned {
    let (message, erased) = (message as *const u8, Of::<M>::ERASED);
    if M::WRITES_SECRETS {
        // SAFETY: the callee has the same contract for a message of that type.
        unsafe { encode_secret(message, erased, status) }
    } else {
        // SAFETY: the callee has the same contract for a message of that type.
        unsafe { encode_erased(message, erased, status) }
    }
}

/// # Safety
///
/// The contract of [`encode`], for a message that is of the type of `erased`.
unsafe fn encode_secret(
    message: *const u8,
    erased: &'static Erased,
    status: *mut FfiStatus,
) -> *mut FfiOwned {
    // SAFETY: the callee has the same contract.
    let bytes = unsafe { encode_erased(message, erased, status) };
    if !bytes.is_null() {
        // SAFETY: it was made just now, and no other code has the pointer.
        unsafe { FfiOwned::hide(bytes) };
    }
    bytes
}

/// # Safety
///
/// The contract of [`encode`], for a message that is of the type of `erased`.
unsafe fn encode_erased(
    message: *const u8,
    erased: &'static Erased,
    status: *mut FfiStatus,
) -> *mut FfiOwned {
    // SAFETY: the callee has the same contract.
    let body = || -> Result<_, Failure> { unsafe { encoded(message, erased) }?.into_abi() };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was
    // written by this library.
    unsafe { call_output::<Vec<u8>>(status, body) }
}

/// Returns a message that a caller passed as protobuf.
///
/// # Safety
///
/// The contract of [`encode`], for a message that is of the type of `erased`.
unsafe fn encoded(message: *const u8, erased: &'static Erased) -> Result<Vec<u8>, Failure> {
    // SAFETY: the callee has the same contract.
    unsafe { checked(message, erased) }?;
    // SAFETY: the check has found a value, which no thread writes to.
    let len = erased.len.map_or(0, |len| unsafe { len(message) });
    // SAFETY: the check has found a value, which no thread writes to.
    let write = |writer: Writer<'_>| unsafe { (erased.write)(message, writer) };
    // SAFETY: by this function's contract no thread writes to the messages that it refers to, and
    // no call has one as `&mut`.
    Ok(unsafe { encode_exposed(len, write) })
}

/// Checks that a caller passed a message, so that there is a valid one.
///
/// # Safety
///
/// The contract of [`encode`], for a message that is of the type of `erased`.
pub(crate) unsafe fn checked(message: *const u8, erased: &'static Erased) -> Result<(), Failure> {
    check_address(message, erased.align, "message")?;
    // SAFETY: not null and aligned, so by this function's contract it is initialised, and no thread
    // writes to it.
    unsafe { (erased.check)(message) }.map_err(|invalid| invalid.in_field("message"))?;
    Ok(())
}

/// Implements `.._decode_proto`.
///
/// # Safety
///
/// The conditions of [`slice()`] for `bytes`, and of [`call`] for `status`. If `message` is neither
/// null nor misaligned, it points to memory for an `M` that no other code uses; it need not be
/// initialised.
#[inline(always)]
pub unsafe fn decode<M: FfiProto + FfiValue>(
    bytes: *const u8,
    len: usize,
    message: *mut M,
    status: *mut FfiStatus,
) {
    // SAFETY: the callee has the same contract for memory of that type.
    unsafe { decode_erased(bytes, len, message as *mut u8, Of::<M>::ERASED, status) }
}

/// # Safety
///
/// The contract of [`decode`], for memory of a message of the type of `erased`.
unsafe fn decode_erased(
    bytes: *const u8,
    len: usize,
    message: *mut u8,
    erased: &'static Erased,
    status: *mut FfiStatus,
) {
    let body = || {
        disjoint(&[Region::mutable(message, erased.size, "message"), Region::shared(bytes, len, "bytes")])?;
        // SAFETY: by this function's contract a pointer that isn't refused is that of `len`
        // initialised bytes, which no thread writes to meanwhile: the message is elsewhere, by the
        // check above.
        let bytes = unsafe { slice(bytes, len, "bytes") }?;
        check_address(message, erased.align, "message")?;
        // SAFETY: by this function's contract a pointer that isn't refused is that of memory for
        // the message that no other code uses; the bytes are elsewhere.
        Ok(unsafe { (erased.read)(message, bytes) }?)
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was
    // written by this library.
    unsafe { call(status, body) }
}

/// Implements `.._release_proto`.
///
/// # Safety
///
/// The conditions of [`reference_mut()`](crate::boundary::reference_mut()) for `message`, and of
/// [`call`] for `status`. No code uses the messages that it refers to, directly or through others.
#[inline(always)]
pub unsafe fn release<M: FfiProto + FfiValue>(message: *mut M, status: *mut FfiStatus) {
    // SAFETY: the callee has the same contract for a message of that type.
    unsafe { release_erased(message as *mut u8, Of::<M>::ERASED, status) }
}

/// # Safety
///
/// The contract of [`release`], for a message of the type of `erased`.
unsafe fn release_erased(message: *mut u8, erased: &'static Erased, status: *mut FfiStatus) {
    let body = || {
        // SAFETY: the contract for a message that is written is a part of this function's.
        unsafe { checked(message, erased) }?;
        if let Some(release) = erased.release {
            // SAFETY: by this function's contract no code uses the messages that it refers to.
            let by = unsafe { Releaser::exposed() };
            // SAFETY: the check has found a value, and by this function's contract no other code
            // uses it.
            unsafe { release(message, by) };
        }
        Ok(())
    };
    // SAFETY: by this function's contract `status` is null, or a block that is zeroed or was
    // written by this library.
    unsafe { call(status, body) }
}
