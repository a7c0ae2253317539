//! `FfiSecret<N>`.

use std::fmt;

use bytemuck::Zeroable;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::buffer::capacity_fits;
use super::{CapacityError, FfiType, FfiVec, InvalidValue, Itself};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// Up to `N` bytes in place that are not shown, such as a key or a token: a `u32` length, then
/// memory for `N` bytes.
///
/// It is a field of a message, which then is secret, like each message that holds it in place. For
/// secret messages, and no others:
///
/// - the memory is zeroed when it goes back: a slot of a pool when it is freed, also with `reset =
///   "keep"`, and so the messages of queues; boxes and arrays that Dart owns; results that Dart was
///   given in memory of Rust's (a `Vec`, encoded bytes, also those of a message that refers to a
///   secret one); the memory of [`FfiColumns`](crate::FfiColumns), also when they grow; buffers
///   that protobuf and JSON go through, also when they grow, and messages that were decoded in
///   vain;
/// - functions don't pass or return it by value, as a value in Dart leaves the secret out: they
///   take
///   `&T` or `PoolBox<T>`;
/// - it can't be in an [arena](crate::arena), whose chunks are copied when they grow.
///
/// In Dart it is a view of the memory: `toData()`, `==`, `toString()` and JSON leave it out, and
/// writing a value to memory doesn't change it. `Debug` shows no byte, and there is no `Serialize`:
/// such a field of a type with serde's derive has `#[serde(skip)]`. In .proto it is `bytes`: a
/// message that is sent needs its secret.
///
/// # What isn't zeroed
///
/// - Copies that Rust makes of a message on the stack, in a `Vec`, a `Box` or on the way to another
///   thread: keep it in its slot, and [`expose`](Self::expose) the bytes where they are needed. Nor
///   the bytes and JSON that Rust decodes, and those that `encode_proto` returns to it: a `Vec`
///   that the caller has is the caller's to zero.
/// - Bytes of such a message in another one, such as a `google.protobuf.Any`, which are bytes like
///   any others there.
/// - Copies that Dart makes: a `Uint8List`, a `String`, the bytes of a message in protobuf. The
///   collector moves objects, and zeroes none.
/// - Memory that C frees, and memory of a process that ends, is killed, or writes a core dump;
///   pages
///   that the system swapped out. See `mlock(2)`, `madvise(2)` with `MADV_DONTDUMP`.
/// - Slots of a pool that nobody frees; [`Pool::live`](crate::Pool::live) lists them.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiPooled, FfiSecret};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// #[ffi(pool = 16)]
/// struct Session {
///     user: u64,
///     token: FfiSecret<32>,
/// }
///
/// let mut session = Session::pool().alloc().expect("16 slots are free");
/// session.token.set(b"correct horse")?;
/// // The time depends on the lengths only.
/// assert!(session.token == *b"correct horse");
/// assert_eq!(format!("{:?}", session.token), "FfiSecret(..)");
/// drop(session); // zeroes the slot
/// # Ok::<(), ffi_core::CapacityError>(())
/// ```
#[derive(Clone, Default)]
#[repr(transparent)]
pub struct FfiSecret<const N: usize>(FfiVec<u8, N>);

impl<const N: usize> FfiSecret<N> {
    /// Returns a secret without bytes, with all memory zero.
    #[must_use]
    #[inline]
    pub const fn new() -> Self {
        Self(FfiVec::new())
    }

    /// Returns the bytes, **borrowed**: a copy of them isn't zeroed.
    #[must_use]
    #[inline]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Replaces the bytes, and zeroes those that were there.
    ///
    /// # Errors
    ///
    /// Returns an error if there are more than `N`; then nothing changes.
    pub fn set(&mut self, bytes: &[u8]) -> Result<(), CapacityError> {
        if bytes.len() > N {
            return Err(CapacityError::new(bytes.len(), N, ()));
        }
        self.wipe();
        self.0.try_extend_from_slice(bytes)
    }

    /// Zeroes the memory. The secret is empty then.
    pub fn wipe(&mut self) {
        // SAFETY: any bytes are a value of a buffer's memory; zeros are no bytes.
        let memory =
            unsafe { std::slice::from_raw_parts_mut((&raw mut self.0).cast::<u8>(), size_of::<Self>()) };
        memory.zeroize();
    }

    /// Returns the number of bytes, which is not secret.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if there are no bytes.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

// SAFETY: a vec of zeros has no bytes.
unsafe impl<const N: usize> Zeroable for FfiSecret<N> {}

// SAFETY: a length and bytes in place, without destructor or pointer. The check verifies the
// length; any bytes are a value.
unsafe impl<const N: usize> FfiType for FfiSecret<N> {
    type Form = Itself;
    const TYPE: Fragment =
        &[Piece::Text("{\"secret\":{\"cap\":"), Piece::Number(N as u64), Piece::Text("}}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::SECRET, N as u64]);
    const ANY_BITS: bool = false;
    const CAPACITIES_FIT: bool = capacity_fits(N);
    const SECRET: bool = true;

    #[inline]
    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: the secret is laid out as the vec, so this function's contract is the callee's.
        unsafe { FfiVec::check(value.cast::<FfiVec<u8, N>>()) }
    }
}

impl<const N: usize> TryFrom<&[u8]> for FfiSecret<N> {
    type Error = CapacityError;

    fn try_from(bytes: &[u8]) -> Result<Self, CapacityError> {
        FfiVec::try_from(bytes).map(Self)
    }
}

/// Shows no byte.
impl<const N: usize> fmt::Debug for FfiSecret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FfiSecret(..)")
    }
}

/// Compares in a time that depends on the lengths only.
impl<const N: usize> PartialEq<[u8]> for FfiSecret<N> {
    fn eq(&self, other: &[u8]) -> bool {
        self.expose().ct_eq(other).into()
    }
}

/// Compares in a time that depends on the lengths only.
impl<const N: usize, const M: usize> PartialEq<[u8; M]> for FfiSecret<N> {
    fn eq(&self, other: &[u8; M]) -> bool {
        *self == other[..]
    }
}

/// Compares in a time that depends on the lengths only.
impl<const N: usize, const M: usize> PartialEq<FfiSecret<M>> for FfiSecret<N> {
    fn eq(&self, other: &FfiSecret<M>) -> bool {
        *self == *other.expose()
    }
}

impl<const N: usize> Eq for FfiSecret<N> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory<const N: usize>(secret: &FfiSecret<N>) -> &[u8] {
        // SAFETY: a length and bytes without padding, all initialised.
        unsafe { std::slice::from_raw_parts((&raw const *secret).cast(), 4 + N) }
    }

    #[test]
    fn bytes_that_were_replaced_are_gone() {
        assert_eq!(memory(&FfiSecret::<16>::new()), [0; 20]);
        let mut secret = FfiSecret::<16>::try_from(&b"correct horse"[..]).unwrap();
        secret.set(b"pin").unwrap();
        assert_eq!((secret.len(), secret.expose()), (3, &b"pin"[..]));
        assert_eq!(memory(&secret)[7..], [0; 13]);
        let refused = secret.set(&[7; 17]).unwrap_err();
        assert_eq!((refused.needed(), secret.expose()), (17, &b"pin"[..]));
        secret.wipe();
        assert_eq!(memory(&secret), [0; 20]);
        assert!(secret.is_empty());
    }

    #[test]
    fn it_is_compared_and_not_shown() {
        let secret = FfiSecret::<16>::try_from(&b"horse"[..]).unwrap();
        assert_eq!(secret, FfiSecret::<8>::try_from(&b"horse"[..]).unwrap());
        for other in [&b"hors"[..], b"horsf", b"", b"horse\0"] {
            assert_ne!(secret, *other);
        }
        assert_eq!(format!("{secret:?} {secret:#?}"), "FfiSecret(..) FfiSecret(..)");
    }
}
