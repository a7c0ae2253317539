//! `FfiRef<T>`.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ptr::NonNull;

use bytemuck::{Pod, Zeroable};

use super::{FfiType, InvalidValue, Itself};
use crate::pool::{FfiPooled, PoolBox, PoolRead};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// A reference to a message in a pool, or none: the slot's index plus one, and the generation that
/// the slot had.
///
/// It is always eight bytes, so a message can hold references to messages of its own type. Zeros
/// are no reference, and any bits are a value: a reference to a slot that has been freed since, or
/// that never existed, resolves to nothing. Generations are 32 bits: a slot has to be freed 2^32
/// times until an old reference could refer to it again.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiRef};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// #[ffi(pool = 100)]
/// struct Node {
///     value: f64,
///     next: FfiRef<Node>,
/// }
///
/// let node = Node { value: 1.0, next: FfiRef::none() };
/// assert!(node.next.is_none());
/// assert_eq!(size_of::<Node>(), 16);
/// ```
#[repr(C)]
pub struct FfiRef<T> {
    index_plus_one: u32,
    generation: u32,
    message: PhantomData<fn() -> T>,
}

impl<T> FfiRef<T> {
    /// Returns a reference to nothing.
    #[must_use]
    #[inline]
    pub const fn none() -> Self {
        Self { index_plus_one: 0, generation: 0, message: PhantomData }
    }

    /// Returns true if it refers to nothing. If it doesn't, its message may still have been freed.
    #[must_use]
    #[inline]
    pub const fn is_none(&self) -> bool {
        self.index_plus_one == 0
    }

    /// Returns a reference with these two numbers: the slot's index plus one, or 0, and its
    /// generation.
    #[must_use]
    #[inline]
    pub const fn from_parts(index_plus_one: u32, generation: u32) -> Self {
        Self { index_plus_one, generation, message: PhantomData }
    }

    /// Returns the slot's index in the pool, or `None` if it refers to nothing.
    #[must_use]
    #[inline]
    pub const fn index(&self) -> Option<usize> {
        match self.index_plus_one {
            0 => None,
            plus_one => Some(plus_one as usize - 1),
        }
    }

    /// Returns the number of times that the slot had been freed, modulo 2^32.
    #[must_use]
    #[inline]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// Returns the reference as one number: the index plus one in the low half, the generation in
    /// the high one; 0 if it is none.
    #[must_use]
    #[inline]
    pub const fn to_bits(self) -> u64 {
        if self.is_none() {
            return 0;
        }
        (self.generation as u64) << 32 | self.index_plus_one as u64
    }

    /// Returns the reference with the number that [`to_bits`](Self::to_bits) returned.
    #[must_use]
    #[inline]
    pub const fn from_bits(bits: u64) -> Self {
        Self::from_parts(bits as u32, (bits >> 32) as u32)
    }

    /// Returns a reference to a slot; `index` is below a pool's capacity, which is below
    /// `u32::MAX`.
    #[inline(always)]
    pub(crate) const fn new(index: usize, generation: u32) -> Self {
        Self::from_parts(index as u32 + 1, generation)
    }
}

impl<T: FfiPooled> FfiRef<T> {
    /// Returns the address of the message, if it wasn't freed since: see
    /// [`Pool::resolve`](crate::Pool::resolve).
    #[must_use]
    #[inline]
    pub fn resolve(self) -> Option<NonNull<T>> {
        T::pool().resolve(self)
    }

    /// Reads the message, concurrently with other readers: see [`Pool::read`](crate::Pool::read).
    #[must_use]
    #[inline]
    pub fn read(self) -> Option<PoolRead<T>> {
        T::pool().read(self)
    }

    /// Returns the message, if it wasn't freed since and is a value: see
    /// [`Pool::get`](crate::Pool::get).
    ///
    /// # Safety
    ///
    /// While the reference lives, no thread frees or takes the slot or writes to it, and no call of
    /// an exported function has a `&mut` to it or into it.
    #[must_use]
    #[inline]
    pub unsafe fn get<'a>(self) -> Option<&'a T> {
        // SAFETY: the caller of this function keeps the contract of `Pool::get`.
        unsafe { T::pool().get(self) }
    }

    /// Takes the message into Rust's ownership, unless it is exposed: see
    /// [`Pool::try_take`](crate::Pool::try_take).
    #[must_use = "what is taken and not used is freed"]
    #[inline]
    pub fn take(self) -> Option<PoolBox<T>> {
        T::pool().take(self)
    }
}

// SAFETY: zeros are no reference.
unsafe impl<T> Zeroable for FfiRef<T> {}

// SAFETY: two numbers without padding, for which any bits are valid, and a `PhantomData`.
unsafe impl<T: 'static> Pod for FfiRef<T> {}

// SAFETY: two numbers, for which any bits are valid. The record names the message and not its
// layout, which may hold the reference in turn; the layout of the reference doesn't depend on it.
unsafe impl<T: FfiPooled> FfiType for FfiRef<T> {
    type Form = Itself;
    const TYPE: Fragment = &[Piece::Text("{\"ref\":\""), Piece::Text(T::ID), Piece::Text("\"}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::REF, T::ID_HASH]);
    const ANY_BITS: bool = true;

    #[inline]
    unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

// By hand, as derives would require the traits of `T`.

impl<T> Clone for FfiRef<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for FfiRef<T> {}

impl<T> Default for FfiRef<T> {
    fn default() -> Self {
        Self::none()
    }
}

impl<T> PartialEq for FfiRef<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.index_plus_one, self.generation) == (other.index_plus_one, other.generation)
    }
}

impl<T> Eq for FfiRef<T> {}

impl<T> Hash for FfiRef<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.index_plus_one, self.generation).hash(state);
    }
}

impl<T> fmt::Debug for FfiRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index_plus_one.checked_sub(1) {
            Some(index) => write!(f, "FfiRef({index}, generation {})", self.generation),
            None => f.write_str("FfiRef(none)"),
        }
    }
}
