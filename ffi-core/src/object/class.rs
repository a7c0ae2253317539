//! Objects: their class, and the pointer that Rust code has to one.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::handle::LAST_KIND;
use crate::schema::encode::Fragment;

/// A type of objects, at run time: a `static` for each, so that its address is its identity.
#[derive(Debug)]
pub struct Class {
    name: &'static str,
    /// Number that handles have, from the first object on; 0 before.
    number: AtomicU32,
}

impl Class {
    /// Returns the class of the type that callers know as `name`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, number: AtomicU32::new(0) }
    }

    /// Returns the name of the type.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the number that handles have.
    pub(super) fn kind(&self) -> u32 {
        static LAST: AtomicU32 = AtomicU32::new(0);
        // Relaxed: the numbers guard no other memory, and the exchange gives a class only one.
        let mut number = self.number.load(Ordering::Relaxed);
        if number == 0 {
            let next = LAST.fetch_add(1, Ordering::Relaxed) + 1;
            let given = self.number.compare_exchange(0, next, Ordering::Relaxed, Ordering::Relaxed);
            number = given.map_or_else(|other| other, |_| next);
        }
        number.min(LAST_KIND)
    }
}

/// A type whose instances callers refer to by handles.
///
/// `#[derive(FfiObject)]` implements it for a struct, `#[ffi_service]` for the trait object of a
/// service.
///
/// # Safety
///
/// [`class`](Self::class) returns a `static` that no other type returns, and the constants are
/// those of the record that the macro writes for the type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no object that `#[ffi_export]` can pass",
    label = "neither a struct with `#[derive(FfiObject)]` nor `dyn` of a service",
    note = "derive it: `#[derive(FfiObject)]`; for a trait, `#[ffi_service]` and `FfiObject<dyn Trait>`"
)]
pub unsafe trait FfiClass: Send + Sync + 'static {
    /// The type in the form of schema records.
    const TYPE: Fragment;
    /// Hash of the type: of its name, as its memory is not shared.
    const FINGERPRINT: u64;

    /// Returns the class.
    fn class() -> &'static Class;
}

/// An object type that can hold a value of type `V`: itself, or any implementor of a service.
pub trait FfiHolds<V>: FfiClass {
    /// Returns the value as an object.
    fn hold(value: V) -> Arc<Self>;
}

/// An object that exported functions take and return: an [`Arc`] to a struct with
/// `#[derive(FfiObject)]`, or to `dyn` of a service.
///
/// As a result it gives the caller a handle of its own, in Dart an object that the collector frees.
/// As a parameter it is a clone of the caller's `Arc`, so that it can be kept; the caller keeps its
/// own.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiObject, ffi_export};
///
/// /// A counter that any number of tasks may use.
/// #[derive(FfiObject, Default)]
/// pub struct Counter {
///     value: std::sync::atomic::AtomicU32,
/// }
///
/// /// Returns a new counter.
/// #[ffi_export]
/// pub fn counter() -> FfiObject<Counter> {
///     FfiObject::new(Counter::default())
/// }
///
/// assert_eq!(counter().value.load(std::sync::atomic::Ordering::Relaxed), 0);
/// ```
pub struct FfiObject<T: ?Sized>(pub(crate) Arc<T>);

impl<T: FfiClass + ?Sized> FfiObject<T> {
    /// Returns `value` as an object: a struct of that type, or an implementor of a service.
    #[must_use]
    pub fn new<V>(value: V) -> Self
    where
        T: FfiHolds<V>,
    {
        Self(T::hold(value))
    }

    /// Returns the `Arc` of the object.
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        self.0
    }
}

impl<T: ?Sized> Deref for FfiObject<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized> Clone for FfiObject<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> From<Arc<T>> for FfiObject<T> {
    fn from(object: Arc<T>) -> Self {
        Self(object)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for FfiObject<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FfiObject").field(&&*self.0).finish()
    }
}

/// Fails to compile, with a readable message, when `T` is no type of objects.
pub const fn assert_object<T: FfiClass + ?Sized>() {}
