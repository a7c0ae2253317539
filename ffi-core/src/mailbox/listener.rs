//! Traits whose implementors are objects of Dart.

use std::sync::Arc;

use super::dart_fn::DartObject;
use super::post::FfiMailbox;
use crate::boundary::Failure;

/// The trait object of `#[ffi_callback]`, which the macro implements it for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no trait whose implementors are objects of Dart",
    label = "not the trait object of such a trait",
    note = "`#[ffi_callback]` on the trait, and `Arc<dyn Trait>` as the parameter"
)]
pub trait FfiListener: Send + Sync + 'static {
    /// Id in schema records.
    const ID: &'static str;
    /// Hash of the methods.
    const FINGERPRINT: u64;

    /// Returns an implementor that calls an object of Dart.
    fn of(object: DartObject) -> Arc<Self>;
}

/// Takes an object that Dart passes.
///
/// # Errors
///
/// Returns the errors of [`DartObject::adopt`].
///
/// # Safety
///
/// The conditions of [`DartObject::adopt`]; the object has the methods of the trait.
pub unsafe fn listener<T: FfiListener + ?Sized>(
    mailbox: *const FfiMailbox,
    number: u64,
    name: &str,
) -> Result<Arc<T>, Failure> {
    // SAFETY: the mailbox and the number are as the callee asks, by this function's contract.
    unsafe { DartObject::adopt(mailbox, number, name) }.map(T::of)
}

/// Fails to compile, with a readable message, when `T` is no trait object of `#[ffi_callback]`.
pub const fn assert_listener<T: FfiListener + ?Sized>() {}
