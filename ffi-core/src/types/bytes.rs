//! `FfiBytes<N>`.

use std::borrow::{Borrow, BorrowMut};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

use bytemuck::Zeroable;

use super::buffer::capacity_fits;
use super::{CapacityError, FfiType, FfiVec, InvalidValue, Itself};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// Up to `N` bytes in place: a `u32` length, then memory for `N` bytes.
///
/// It has the methods of an [`FfiVec<u8, N>`], and derefs to one. In .proto, and to serde, it is
/// bytes and not a list of numbers.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiBytes;
///
/// let mut packet = FfiBytes::<1500>::try_from(b"\x08\x00")?;
/// packet.try_extend_from_slice(&[0xF7, 0xFF])?;
/// assert_eq!(packet[2..], [0xF7, 0xFF]);
/// assert_eq!(packet.len(), 4);
/// # Ok::<(), ffi_core::CapacityError>(())
/// ```
#[derive(Clone, Copy, Default)]
#[repr(transparent)]
pub struct FfiBytes<const N: usize>(FfiVec<u8, N>);

impl<const N: usize> FfiBytes<N> {
    /// Returns no bytes, with all memory zero.
    #[must_use]
    #[inline]
    pub const fn new() -> Self {
        Self(FfiVec::new())
    }
}

// SAFETY: a vec of zeros has no bytes.
unsafe impl<const N: usize> Zeroable for FfiBytes<N> {}

// SAFETY: a length and bytes in place, without destructor or pointer. The check verifies the
// length; any bytes are a value.
unsafe impl<const N: usize> FfiType for FfiBytes<N> {
    type Form = Itself;
    const TYPE: Fragment = &[Piece::Text("{\"bytes\":{\"cap\":"), Piece::Number(N as u64), Piece::Text("}}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::BYTES, N as u64]);
    const ANY_BITS: bool = false;
    const CAPACITIES_FIT: bool = capacity_fits(N);

    #[inline]
    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: the bytes are laid out as the vec, so this function's contract is the callee's.
        unsafe { FfiVec::check(value.cast::<FfiVec<u8, N>>()) }
    }
}

impl<const N: usize> Deref for FfiBytes<N> {
    type Target = FfiVec<u8, N>;

    #[inline]
    fn deref(&self) -> &FfiVec<u8, N> {
        &self.0
    }
}

impl<const N: usize> DerefMut for FfiBytes<N> {
    #[inline]
    fn deref_mut(&mut self) -> &mut FfiVec<u8, N> {
        &mut self.0
    }
}

impl<const N: usize> AsRef<[u8]> for FfiBytes<N> {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl<const N: usize> AsMut<[u8]> for FfiBytes<N> {
    fn as_mut(&mut self) -> &mut [u8] {
        self
    }
}

// Hash, order and equality are those of the slice.
impl<const N: usize> Borrow<[u8]> for FfiBytes<N> {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl<const N: usize> BorrowMut<[u8]> for FfiBytes<N> {
    fn borrow_mut(&mut self) -> &mut [u8] {
        self
    }
}

impl<const N: usize> From<FfiVec<u8, N>> for FfiBytes<N> {
    fn from(vec: FfiVec<u8, N>) -> Self {
        Self(vec)
    }
}

impl<const N: usize> TryFrom<&[u8]> for FfiBytes<N> {
    type Error = CapacityError;

    fn try_from(bytes: &[u8]) -> Result<Self, CapacityError> {
        FfiVec::try_from(bytes).map(Self)
    }
}

impl<const N: usize, const M: usize> TryFrom<&[u8; M]> for FfiBytes<N> {
    type Error = CapacityError;

    fn try_from(bytes: &[u8; M]) -> Result<Self, CapacityError> {
        FfiVec::try_from(bytes).map(Self)
    }
}

impl<'a, const N: usize> IntoIterator for &'a FfiBytes<N> {
    type Item = &'a u8;
    type IntoIter = std::slice::Iter<'a, u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, const N: usize> IntoIterator for &'a mut FfiBytes<N> {
    type Item = &'a mut u8;
    type IntoIter = std::slice::IterMut<'a, u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<const N: usize> fmt::Debug for FfiBytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const N: usize, const M: usize> PartialEq<FfiBytes<M>> for FfiBytes<N> {
    fn eq(&self, other: &FfiBytes<M>) -> bool {
        self.0 == other.0
    }
}

impl<const N: usize> PartialEq<[u8]> for FfiBytes<N> {
    fn eq(&self, other: &[u8]) -> bool {
        self.0 == *other
    }
}

impl<const N: usize> PartialEq<&[u8]> for FfiBytes<N> {
    fn eq(&self, other: &&[u8]) -> bool {
        self.0 == **other
    }
}

impl<const N: usize, const M: usize> PartialEq<[u8; M]> for FfiBytes<N> {
    fn eq(&self, other: &[u8; M]) -> bool {
        self.0 == *other
    }
}

impl<const N: usize, const M: usize> PartialEq<&[u8; M]> for FfiBytes<N> {
    fn eq(&self, other: &&[u8; M]) -> bool {
        self.0 == **other
    }
}

impl<const N: usize> Eq for FfiBytes<N> {}

impl<const N: usize> PartialOrd for FfiBytes<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for FfiBytes<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<const N: usize> Hash for FfiBytes<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
