//! Messages: structs that Rust and Dart both see.

use std::mem::MaybeUninit;

use bytemuck::{AnyBitPattern, Zeroable};

use crate::schema::fingerprint::{self, hash_name};
use crate::schema::piece::{Member, PartList};
use crate::types::{FfiType, InvalidValue};

/// A `repr(C)` struct that Rust and Dart share in place. Implemented by `#[derive(FfiMessage)]`.
///
/// # Safety
///
/// An implementation promises, besides what [`FfiType`] asks, that the type is a `repr(C)` struct
/// of [`FfiType`] fields, and that no provided item of the trait is overridden.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiMessage;
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Frame {
///     width: u32,
///     pixels: [u32; 4_000_000],
/// }
///
/// let mut frame = Frame::new_zeroed_box(); // 16 MB that were never on the stack
/// frame.width = 2_000;
/// assert_eq!(Frame::NAME, "Frame");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    note = "add `#[derive(FfiMessage)]` and `#[repr(C)]` to it"
)]
pub unsafe trait FfiMessage: FfiType {
    /// Name of the struct in Rust.
    const NAME: &'static str;

    /// Id of the message in schema records: the crate's name or prefix, `::`, and the name.
    const ID: &'static str;

    /// Hash of [`ID`](Self::ID). The derive sets it to a literal, as this default would hash byte
    /// by byte.
    #[doc(hidden)]
    const ID_HASH: u64 = hash_name(Self::ID);

    /// Returns a message on the heap with all bytes zero, never made on the stack, whatever its
    /// size.
    #[must_use]
    fn new_zeroed_box() -> Box<Self> {
        bytemuck::zeroed_box()
    }
}

/// A message, as the derive writes it: its fields, once. Its [`FfiType`] and the other traits that
/// messages have are made of them here and in `arena/message.rs`.
///
/// # Safety
///
/// An implementation promises that the type is a `repr(C)` struct without a destructor, whose
/// fields have the types that the derive writes beside it, if all of these are [`FfiType`]s, and
/// the names and offsets that are in [`ABOUT`](Self::ABOUT), in the same order; that
/// [`PARTS`](Self::PARTS) are those of these types; and that
/// [`check_message`](Self::check_message) is what [`FfiType::check`] has to be.
pub unsafe trait Derived: Zeroable + Send + Sync + 'static {
    /// All that no type of a field has a say in, so that a field may refer to its own message.
    const ABOUT: About;

    /// Facts about the types of the fields.
    const PARTS: PartList;

    /// Checks the fields.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`FfiType::check`].
    ///
    /// # Safety
    ///
    /// The contract of [`FfiType::check`].
    unsafe fn check_message(message: *const Self) -> Result<(), InvalidValue>;
}

/// Facts about a message that the derive knows, and the offsets of its fields.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// [`FfiMessage::NAME`].
    pub name: &'static str,
    /// Hash of the name.
    pub hash: u64,
    /// [`FfiMessage::ID`].
    pub id: &'static str,
    /// [`FfiMessage::ID_HASH`].
    pub id_hash: u64,
    /// Its fields.
    pub members: &'static [Member],
    /// True if it has a pool.
    pub pooled: bool,
    /// True if it lives in an arena.
    pub in_arena: bool,
    /// True if a field has a rule, so that not any bytes are a value.
    pub ruled: bool,
}

/// Returns [`FfiType::FINGERPRINT`] of a message.
#[must_use]
pub const fn fingerprint_of<T: Derived>() -> u64 {
    let About { hash, members, pooled, .. } = T::ABOUT;
    fingerprint::message(hash, size_of::<T>(), align_of::<T>(), members, &T::PARTS, pooled)
}

/// Implements the traits that every message has: functions and constants that ask those of
/// [`Derived`].
///
/// They are no impls for all types that are `Derived`: beside such an impl, rustc would say of
/// `FfiRef<Leaf>` that it is no `FfiType`, and not that `Leaf` has no pool.
#[doc(hidden)]
#[macro_export]
macro_rules! __message {
    ($message:ident) => {
        // SAFETY: the message is a `repr(C)` struct of `FfiType`s without a destructor, by the
        // promise of `Derived`; type, fingerprint and check cover every field.
        #[automatically_derived]
        unsafe impl __ffi::FfiType for $message {
            const TYPE: __ffi::Fragment = &[
                __ffi::Piece::Text("{\"message\":\""),
                __ffi::Piece::Text(<$message as __ffi::Derived>::ABOUT.id),
                __ffi::Piece::Text("\"}"),
            ];
            const FINGERPRINT: __ffi::u64 = __ffi::fingerprint_of::<$message>();
            const ANY_BITS: __ffi::bool =
                !<$message as __ffi::Derived>::ABOUT.ruled && <$message as __ffi::Derived>::PARTS.any_bits();
            const ARENA: __ffi::bool = <$message as __ffi::Derived>::ABOUT.in_arena;
            const SECRET: __ffi::bool = <$message as __ffi::Derived>::PARTS.secret();
            const LANES: __ffi::Lanes =
                <$message as __ffi::Derived>::PARTS.lanes(__ffi::core::mem::size_of::<$message>());

            #[inline]
            unsafe fn check(message: *const $message) -> __ffi::Result<(), __ffi::InvalidValue> {
                // SAFETY: the callee has the same contract.
                unsafe { <$message as __ffi::Derived>::check_message(message) }
            }
        }

        // SAFETY: the message is a `repr(C)` struct of `FfiType`s, by the promise of `Derived`.
        #[automatically_derived]
        unsafe impl __ffi::FfiMessage for $message {
            const NAME: &'static __ffi::str = <$message as __ffi::Derived>::ABOUT.name;
            const ID: &'static __ffi::str = <$message as __ffi::Derived>::ABOUT.id;
            const ID_HASH: __ffi::u64 = <$message as __ffi::Derived>::ABOUT.id_hash;
        }
    };
}

/// Returns the padding of a message, in bytes.
#[must_use]
pub const fn padding<T: Derived>() -> usize {
    // Without parts rustc has reported a field.
    if T::PARTS.is_empty() { 0 } else { size_of::<T>() - T::PARTS.size() }
}

/// Implements what a message has that doesn't live in an arena: it is returned by value, passed as
/// a pointer to what is copied, and arenas hold it as it is.
#[doc(hidden)]
#[macro_export]
macro_rules! __plain_message {
    ($message:ident, $fields:ident) => {
        // SAFETY: a `MaybeUninit` has the ABI of what it holds, and `copied` checks.
        #[automatically_derived]
        unsafe impl __ffi::FfiValue for $message {
            type Abi = __ffi::core::mem::MaybeUninit<$message>;
            type Param = *const $message;

            #[inline]
            fn into_abi(self) -> __ffi::core::mem::MaybeUninit<$message> {
                __ffi::core::mem::MaybeUninit::new(self)
            }

            #[inline]
            unsafe fn from_param(
                param: *const $message,
                name: &'static __ffi::str,
            ) -> __ffi::Result<$message, __ffi::Failure> {
                // SAFETY: by this function's contract the bytes behind a pointer that isn't refused
                // are initialised, and nobody writes to them meanwhile.
                unsafe { __ffi::copied(param, name) }
            }
        }

        // SAFETY: it refers to nothing, as no field lives in an arena, by an assertion; all fields
        // are stored. The lifetime makes rustc accept bounds that don't hold.
        #[automatically_derived]
        unsafe impl __ffi::ArenaType for $message
        where
            for<'any> $fields: __ffi::ArenaParts,
        {
            type View<'a> = &'a $message;
            type Value<'a> = $message;
            type Edit<'a> = __ffi::ArenaPlace<'a, $message>;

            #[inline]
            unsafe fn view<'a>(_: __ffi::ArenaRef<'a>, message: &'a $message) -> &'a $message {
                message
            }

            #[inline]
            fn edit(place: __ffi::ArenaPlace<'_, $message>) -> __ffi::ArenaPlace<'_, $message> {
                place
            }

            #[inline]
            fn put(
                mut place: __ffi::ArenaPlace<'_, $message>,
                message: $message,
            ) -> __ffi::Result<(), __ffi::ArenaFull> {
                __ffi::ArenaPlace::store(&mut place, &message);
                __ffi::Result::Ok(())
            }

            #[inline]
            unsafe fn store(message: *const $message, place: *mut $message) {
                // SAFETY: the callee has the same contract.
                unsafe { __ffi::store_message::<$message, $fields>(message, place) }
            }

            #[inline]
            fn views_equal(a: &$message, b: &$message) -> __ffi::bool {
                // SAFETY: these are the types of its fields, as the derive has written them.
                unsafe { __ffi::messages_equal::<$message, $fields>(a, b) }
            }

            #[inline]
            fn hash_view<H: __ffi::core::hash::Hasher>(message: &$message, state: &mut H) {
                // SAFETY: these are the types of its fields, as the derive has written them.
                unsafe { __ffi::hash_message::<$message, $fields, H>(message, state) }
            }

            $crate::__serde! {
                #[inline]
                fn serialize_view<S: __ffi::serde::Serializer>(
                    message: &$message,
                    serializer: S,
                ) -> __ffi::Result<S::Ok, S::Error> {
                    use __ffi::ByFields as _;
                    __ffi::WrittenItself(message).write(serializer, |serializer| {
                        // SAFETY: these are the types of its fields, as the derive writes them.
                        unsafe { __ffi::serialize_message::<$message, $fields, S>(message, serializer) }
                    })
                }
            }

            #[inline]
            fn reach(reached: &mut __ffi::Reached) {
                __ffi::reach_message::<$message, $fields>(reached)
            }
        }
    };
}

/// Bytes of a `T` that may be invalid: [`bytemuck::CheckedBitPattern::Bits`] of a message.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Bits<T: Copy>(MaybeUninit<T>);

// SAFETY: a `MaybeUninit` has no invalid bit patterns, so zeros are a value.
unsafe impl<T: Copy> Zeroable for Bits<T> {}

// SAFETY: a `MaybeUninit` has no invalid bit patterns, no pointer that is followed and no interior
// mutability; `Bits` is `Copy` and `'static`. The field is private, so each `Bits` was made of
// initialised bytes.
unsafe impl<T: Copy + 'static> AnyBitPattern for Bits<T> {}

impl<T: FfiType + Copy> Bits<T> {
    /// Returns true if the bytes are a valid `T`.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        // SAFETY: the reference is aligned for `T` and its bytes are initialised: a `Bits` is only
        // made through the two traits above, from zeros or from bytes that have been initialised.
        // The check doesn't read padding.
        unsafe { T::check(self.0.as_ptr()) }.is_ok()
    }
}
