//! `FfiOpen<E>`.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::MaybeUninit;

use bytemuck::{Pod, Zeroable};

use super::{FfiType, InvalidValue, Itself};
use crate::boundary::{Failure, FfiValue};
use crate::enumeration::FfiEnum;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// A C-like enum that may hold a number without a variant, such as one that only a newer version of
/// the other side knows.
///
/// An enum itself is closed: [`FfiType::check`] refuses unknown numbers, as in Rust there is no
/// such value. This wrapper accepts any number and needs no check; its reader decides about unknown
/// ones.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiEnum, FfiMessage, FfiOpen};
///
/// #[derive(FfiEnum, Clone, Copy, Debug, PartialEq)]
/// #[repr(u8)]
/// enum Codec {
///     Raw = 0,
///     Flac = 1,
/// }
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Chunk {
///     codec: FfiOpen<Codec>,
/// }
///
/// let mut chunk = Chunk { codec: Codec::Flac.into() };
/// assert_eq!(chunk.codec.get(), Ok(Codec::Flac));
/// chunk.codec = FfiOpen::from_raw(9);
/// assert_eq!(chunk.codec.get(), Err(9));
/// ```
#[repr(transparent)]
pub struct FfiOpen<E>(
    /// Initialised bytes of an `E::Repr`, whose layout `E` has.
    MaybeUninit<E>,
);

impl<E: FfiEnum> FfiOpen<E> {
    /// Returns an open enum with any number.
    #[must_use]
    #[inline]
    pub const fn from_raw(number: E::Repr) -> Self {
        let mut open = Self(MaybeUninit::uninit());
        // SAFETY: an enum has the layout of its repr.
        unsafe { open.0.as_mut_ptr().cast::<E::Repr>().write(number) };
        open
    }

    /// Returns the number.
    #[must_use]
    #[inline]
    pub const fn raw(self) -> E::Repr {
        // SAFETY: an enum has the layout of its repr, the bytes are initialised, and any are an
        // integer.
        unsafe { self.0.as_ptr().cast::<E::Repr>().read() }
    }

    /// Returns the variant of that number.
    ///
    /// # Errors
    ///
    /// Returns the number if no variant has it.
    #[inline]
    pub fn get(self) -> Result<E, E::Repr> {
        E::from_repr(self.raw()).ok_or(self.raw())
    }
}

// SAFETY: zero is an integer.
unsafe impl<E> Zeroable for FfiOpen<E> {}

// SAFETY: the bytes of an integer, and nothing beside them.
unsafe impl<E: FfiEnum> Pod for FfiOpen<E> {}

// SAFETY: one integer, for which any bits are valid.
unsafe impl<E: FfiEnum> FfiType for FfiOpen<E> {
    type Form = Itself;
    const TYPE: Fragment = &[Piece::Text("{\"open\":\""), Piece::Text(E::ID), Piece::Text("\"}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OPEN, E::FINGERPRINT]);
    const ANY_BITS: bool = true;

    #[inline]
    unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

// SAFETY: it is passed as its integer, and any integer is a value.
unsafe impl<E: FfiEnum> FfiValue for FfiOpen<E> {
    type Abi = E::Repr;
    type Param = E::Repr;
    type Crossing = Itself;

    #[inline]
    fn into_abi(self) -> E::Repr {
        self.raw()
    }

    #[inline]
    unsafe fn from_param(param: E::Repr, _: &'static str) -> Result<Self, Failure> {
        Ok(Self::from_raw(param))
    }
}

impl<E: FfiEnum> From<E> for FfiOpen<E> {
    #[inline]
    fn from(variant: E) -> Self {
        Self::from_raw(variant.to_repr())
    }
}

impl<E: Copy> Clone for FfiOpen<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Copy> Copy for FfiOpen<E> {}

impl<E: FfiEnum> Default for FfiOpen<E> {
    fn default() -> Self {
        Self::zeroed()
    }
}

impl<E: FfiEnum> PartialEq for FfiOpen<E> {
    fn eq(&self, other: &Self) -> bool {
        self.raw() == other.raw()
    }
}

impl<E: FfiEnum> Eq for FfiOpen<E> {}

impl<E: FfiEnum> PartialEq<E> for FfiOpen<E> {
    fn eq(&self, other: &E) -> bool {
        self.raw() == other.to_repr()
    }
}

impl<E: FfiEnum> Hash for FfiOpen<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw().hash(state);
    }
}

/// The variant, or the number if there is none.
impl<E: FfiEnum + fmt::Debug> fmt::Debug for FfiOpen<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(variant) => variant.fmt(f),
            Err(number) => write!(f, "{number}"),
        }
    }
}
