//! `FfiRef<T>`.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use bytemuck::{Pod, Zeroable};

use super::{FfiType, Invalid};
use crate::message::FfiMessage;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// A reference to a message in a pool, or none: the slot's index plus one, and the generation the slot then had.
///
/// It is eight bytes, whatever it refers to, so a message can hold references to messages of its own type. Zeros are no
/// reference, and any bits are a value: one to a slot that has been given back since, or that never was, resolves to
/// nothing. There are no pools yet, so nothing resolves: until then it is a field with its final layout.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiRef};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
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
    /// No reference.
    #[must_use]
    #[inline]
    pub const fn none() -> Self {
        Self { index_plus_one: 0, generation: 0, message: PhantomData }
    }

    /// Whether it refers to nothing. When it doesn't, what it refers to may still be gone.
    #[must_use]
    #[inline]
    pub const fn is_none(&self) -> bool {
        self.index_plus_one == 0
    }
}

// SAFETY: zeros are no reference.
unsafe impl<T> Zeroable for FfiRef<T> {}

// SAFETY: two numbers without padding between or behind them, which any bits are, and a `PhantomData`.
unsafe impl<T: 'static> Pod for FfiRef<T> {}

// SAFETY: two numbers, which any bits are. The record names the message and not its layout, which may hold the reference
// in turn; the layout of the reference doesn't depend on it.
unsafe impl<T: FfiMessage> FfiType for FfiRef<T> {
    const TYPE: Fragment = &[Piece::Text("{\"ref\":\""), Piece::Text(T::ID), Piece::Text("\"}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::REF, T::ID_HASH]);
    const ANY_BITS: bool = true;

    #[inline]
    unsafe fn check(_: *const Self) -> Result<(), Invalid> {
        Ok(())
    }
}

// By hand, as derives would ask the same of `T`.

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
