//! `FfiOption<T>`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::MaybeUninit;

use bytemuck::Zeroable;

use super::{FfiType, InvalidValue, Itself};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// An optional value in place: memory for a `T`, then a byte that is 1 if it is present and 0 if
/// not.
///
/// [`as_ref`](Self::as_ref) and [`as_mut`](Self::as_mut) return an [`Option`] with all its methods;
/// `From` converts in both directions. A value that is taken leaves its bytes in place.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiOption;
///
/// let mut limit = FfiOption::<f64>::none();
/// assert_eq!(limit.as_ref().copied().unwrap_or(1.5), 1.5);
/// limit.set(Some(80.0));
/// assert_eq!(limit, Some(80.0));
/// if let Some(limit) = limit.as_mut() {
///     *limit += 0.5;
/// }
/// assert_eq!(limit.take(), Some(80.5));
/// assert!(limit.is_none());
/// ```
#[repr(C)]
pub struct FfiOption<T> {
    /// The value. Invariant: valid if `present` is 1.
    pub(crate) value: MaybeUninit<T>,
    /// The presence byte. Invariant: 0 or 1.
    pub(crate) present: u8,
}

impl<T: FfiType> FfiOption<T> {
    /// Returns an option without a value; all bytes are zero.
    #[must_use]
    #[inline]
    pub const fn none() -> Self {
        // SAFETY: it is not present, so no value is needed.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }

    /// Returns an option with a value.
    #[must_use]
    #[inline]
    pub fn some(value: T) -> Self {
        let mut option = Self::none();
        option.set(Some(value));
        option
    }

    /// Returns true if there is a value.
    #[must_use]
    #[inline]
    pub const fn is_some(&self) -> bool {
        self.present != 0
    }

    /// Returns true if there is no value.
    #[must_use]
    #[inline]
    pub const fn is_none(&self) -> bool {
        self.present == 0
    }

    /// Returns a reference to the value, if there is one.
    #[must_use]
    #[inline]
    pub const fn as_ref(&self) -> Option<&T> {
        // SAFETY: a value that is present is valid, by the invariant.
        if self.is_some() { Some(unsafe { self.value.assume_init_ref() }) } else { None }
    }

    /// Returns a reference to the value, if there is one.
    #[must_use]
    #[inline]
    pub const fn as_mut(&mut self) -> Option<&mut T> {
        // SAFETY: a value that is present is valid, by the invariant.
        if self.is_some() { Some(unsafe { self.value.assume_init_mut() }) } else { None }
    }

    /// Returns a copy of the value, if there is one.
    #[must_use]
    #[inline]
    pub const fn get(&self) -> Option<T>
    where
        T: Copy,
    {
        match self.as_ref() {
            Some(value) => Some(*value),
            None => None,
        }
    }

    /// Stores a value, or none.
    #[inline]
    pub fn set(&mut self, value: Option<T>) {
        self.present = value.is_some().into();
        if let Some(value) = value {
            self.value.write(value);
        }
    }

    /// Takes the value out.
    #[inline]
    pub fn take(&mut self) -> Option<T> {
        let present = self.is_some();
        self.present = 0;
        // SAFETY: it was present, so it is valid, by the invariant; it isn't any more, so it is
        // never read again.
        present.then(|| unsafe { self.value.assume_init_read() })
    }

    /// Stores a value and returns the one before it.
    #[inline]
    pub fn replace(&mut self, value: T) -> Option<T> {
        let before = self.take();
        self.set(Some(value));
        before
    }

    /// Stores a value and returns a reference to it.
    #[inline]
    pub fn insert(&mut self, value: T) -> &mut T {
        self.present = 1;
        self.value.write(value)
    }

    /// Returns the value, if there is one.
    #[must_use]
    #[inline]
    pub fn into_option(mut self) -> Option<T> {
        self.take()
    }
}

// SAFETY: zeros are an option without a value.
unsafe impl<T> Zeroable for FfiOption<T> {}

// SAFETY: a value and a byte in place: no destructor or pointer if `T` has none. The check verifies
// the byte, and the value if it is present.
unsafe impl<T: FfiType> FfiType for FfiOption<T> {
    type Form = Itself;
    const TYPE: Fragment = &[Piece::Text("{\"option\":{\"of\":"), Piece::Nested(T::TYPE), Piece::Text("}}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OPTION, T::FINGERPRINT]);
    const ANY_BITS: bool = false;
    const CAPACITIES_FIT: bool = T::CAPACITIES_FIT;
    const ARENA: bool = T::ARENA;
    const SECRET: bool = T::SECRET;

    #[inline]
    unsafe fn check(option: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: `option` points to memory of its size, by this function's contract, so the byte
        // is in it.
        let present = unsafe { &raw const (*option).present };
        // SAFETY: initialised, by this function's contract; any bits are a `u8`.
        match unsafe { present.read() } {
            0 => Ok(()),
            1 if T::ANY_BITS => Ok(()),
            1 => {
                // SAFETY: `option` points to memory of its size, by this function's contract, so
                // the value is in it.
                let value = unsafe { &raw const (*option).value };
                // SAFETY: the value lies inside the option, for which this function's contract
                // holds.
                unsafe { T::check(value.cast()) }
            }
            other => Err(not_a_presence(other)),
        }
    }
}

#[cold]
#[inline(never)]
fn not_a_presence(byte: u8) -> InvalidValue {
    InvalidValue::new(format_args!("presence {byte} is neither 0 nor 1"))
}

impl<T: FfiType> Default for FfiOption<T> {
    fn default() -> Self {
        Self::none()
    }
}

impl<T: FfiType> From<Option<T>> for FfiOption<T> {
    fn from(value: Option<T>) -> Self {
        let mut option = Self::none();
        option.set(value);
        option
    }
}

impl<T: FfiType> From<FfiOption<T>> for Option<T> {
    fn from(option: FfiOption<T>) -> Self {
        option.into_option()
    }
}

impl<T: FfiType> From<T> for FfiOption<T> {
    fn from(value: T) -> Self {
        Self::some(value)
    }
}

impl<T: FfiType + Clone> Clone for FfiOption<T> {
    fn clone(&self) -> Self {
        Self::from(self.as_ref().cloned())
    }
}

impl<T: FfiType + Copy> Copy for FfiOption<T> {}

impl<'a, T: FfiType> IntoIterator for &'a FfiOption<T> {
    type Item = &'a T;
    type IntoIter = std::option::IntoIter<&'a T>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_ref().into_iter()
    }
}

impl<T: FfiType + fmt::Debug> fmt::Debug for FfiOption<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl<T: FfiType + PartialEq> PartialEq for FfiOption<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl<T: FfiType + PartialEq> PartialEq<Option<T>> for FfiOption<T> {
    fn eq(&self, other: &Option<T>) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl<T: FfiType + Eq> Eq for FfiOption<T> {}

impl<T: FfiType + PartialOrd> PartialOrd for FfiOption<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.as_ref().partial_cmp(&other.as_ref())
    }
}

impl<T: FfiType + Ord> Ord for FfiOption<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_ref().cmp(&other.as_ref())
    }
}

impl<T: FfiType + Hash> Hash for FfiOption<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}
